"""A PDF from outside, normalised once: repaired, unsigned, inert, plainly written.

Done before the first signature and never after it: signing appends, and
whatever is odd in the base (hybrid xref, damaged xref, object streams) would
break there or in the verifiers. The same bytes in give the same bytes out.
"""

from io import BytesIO
from xml.parsers import expat

import pikepdf
from pikepdf import Name

from drafting import active, form, pages
from drafting.errors import DraftEncrypted, DraftRefused, DraftTooLarge, DraftUnreadable

MAX_PAGES = 2000
REPAIRED = "đã sửa cấu trúc tệp / repaired the file's structure"
METADATA = "bỏ siêu dữ liệu XMP hỏng / removed broken XMP metadata"
_MAX_METADATA = 4 << 20  # bytes


def normalised(data: bytes, name: str) -> tuple[bytes, int, tuple[str, ...]]:
    """Return the normalised PDF, its number of pages, and notes on what was changed.

    Raises:
        DraftEncrypted: with or without a password.
        DraftSignedAlready: it carries a signature.
        DraftDynamicForm: XFA, or entries without appearance.
        DraftTooLarge: more than MAX_PAGES pages.
        DraftUnreadable: truncated, or damaged beyond repair.
    """
    try:
        with pikepdf.open(BytesIO(data), suppress_warnings=True) as pdf:
            return _normalised(pdf, data, name)
    except DraftRefused:
        raise
    except pikepdf.PasswordError:
        raise DraftEncrypted(name) from None
    except pikepdf.PdfError as error:
        if "ncrypt" in str(error):
            raise DraftEncrypted(name) from None
        raise DraftUnreadable(name, _reason(error)) from None
    except (ValueError, TypeError, KeyError, AttributeError, RuntimeError) as error:
        # What pikepdf raises over dictionaries of the wrong shape.
        raise DraftUnreadable(name, _reason(error)) from None


def _normalised(pdf: pikepdf.Pdf, data: bytes, name: str) -> tuple[bytes, int, tuple[str, ...]]:
    if pdf.is_encrypted:
        raise DraftEncrypted(name)
    count = len(pdf.pages)
    if count == 0:
        raise DraftUnreadable(name, "không có trang / no pages")
    if count > MAX_PAGES:
        raise DraftTooLarge(name, f"{count} trang / pages", MAX_PAGES)
    repaired = bool(pdf.get_warnings())
    _refuse_truncated(data, name)
    form.refuse_signed(pdf, data, name)
    notes = {REPAIRED} if repaired else set()
    notes |= active.remove(pdf) | form.flatten(pdf, name) | _without_broken_metadata(pdf)
    notes |= pages.settle(pdf)
    # a trailer that was lost and rebuilt has none, and is written without it
    pdf.trailer["/Size"] = len(pdf.objects) + 1
    kept = BytesIO()
    pdf.save(
        kept,
        object_stream_mode=pikepdf.ObjectStreamMode.disable,
        stream_decode_level=pikepdf.StreamDecodeLevel.none,  # no bomb is unpacked here
        fix_metadata_version=False,
        min_version="1.7",  # what signatures and transparent marks need is in it
        deterministic_id=True,
    )
    return kept.getvalue(), count, tuple(sorted(notes))


def _refuse_truncated(data: bytes, name: str) -> None:
    """Refuse what lost its tail: repair would sign a document that lacks something."""
    end = data.rfind(b"%%EOF")
    if end < 0 or b" obj" in data[end:]:
        raise DraftUnreadable(name, "tệp bị cắt / truncated")


def _without_broken_metadata(pdf: pikepdf.Pdf) -> set[str]:
    """Drop XMP that is not well-formed, which would stop the signature (pyHanko #462)."""
    metadata = pdf.Root.get("/Metadata")
    if metadata is None:
        return set()
    if isinstance(metadata, pikepdf.Stream) and _well_formed(metadata):
        return set()
    del pdf.Root[Name.Metadata]
    return {METADATA}


def _well_formed(metadata: pikepdf.Stream) -> bool:
    if len(metadata.read_raw_bytes()) > _MAX_METADATA:
        return False
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _no_doctype
    try:
        parser.Parse(metadata.read_bytes(), True)
    except (expat.ExpatError, pikepdf.PdfError, ValueError):
        return False
    return True


def _no_doctype(*_: object) -> None:
    raise ValueError("DOCTYPE")


def _reason(error: Exception) -> str:
    """Return a foreign message without the memory address pikepdf puts before it."""
    return str(error).rsplit(">", 1)[-1].strip(" :")[:200]
