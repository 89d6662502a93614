"""One revision of a PDF in the making: opens a file for an incremental update.

Standard: ISO 32000-1, 7.5.6. The bytes that are there stay as they are; a
revision only appends. pyHanko's exceptions are translated here, once.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager

from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, IndirectObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import enumerate_sig_fields

from documents.errors import OfficeError
from signing import tokens
from signing.appearance import Frame
from signing.errors import PdfEncrypted, PdfFieldsMissing, PdfUnreadable
from signing.objects import dictionary, entry, name

tokens.install()


@contextmanager
def reading() -> Iterator[None]:
    """Turn whatever a hostile file makes the PDF library raise into `PdfUnreadable`."""
    try:
        yield
    except OfficeError:
        raise
    except Exception as fault:
        raise PdfUnreadable(f"{type(fault).__name__}: {str(fault)[:200]}") from fault


def open_revision(pdf: bytes) -> IncrementalPdfFileWriter:
    """Return a writer that appends one revision to a private copy of *pdf*.

    Raises:
        PdfUnreadable: not a PDF, or one that only a repair can read.
        PdfEncrypted: encrypted.
    """
    with reading():
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        if writer.prev.encrypted:
            raise PdfEncrypted
        if writer.prev.xrefs.hybrid_xrefs_present:
            raise PdfUnreadable("hybrid cross-references: normalise it first")
        return writer


class Appended(io.BytesIO):
    """What a revision appends to a file; positions count from the file's first byte."""

    def __init__(self, start: int) -> None:
        super().__init__()
        self._start = start

    def tell(self) -> int:
        """Return the position in the whole file."""
        return self._start + super().tell()

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to *offset* in the whole file; what was there before cannot be reached."""
        back = self._start if whence == io.SEEK_SET else 0
        return self._start + super().seek(offset - back, whence)


def unfinished(writer: IncrementalPdfFileWriter) -> tuple[bytes, Appended]:
    """Return the file as it was and what the revision appends to it.

    The file itself is not copied: for a scan of some megabytes that takes longer than all else.
    """
    before: bytes = writer.prev.stream.getvalue()
    added = Appended(len(before))
    # what `write_in_place` does, to another stream
    writer._prep_dom_for_writing()
    writer._write_updated_section(added)
    return before, added


def written(writer: IncrementalPdfFileWriter) -> bytes:
    """Return the whole file with the revision."""
    before, added = unfinished(writer)
    return before + added.getvalue()


def signed_fields(writer: IncrementalPdfFileWriter) -> tuple[str, ...]:
    """Return the names of the signature fields that have a signature."""
    return tuple(str(field) for field, _, _ in enumerate_sig_fields(writer, filled_status=True))


def top_fields(writer: IncrementalPdfFileWriter) -> dict[str, DictionaryObject]:
    """Return the form's top-level fields by partial name."""
    form = entry(writer.root, "AcroForm")
    fields = entry(form, "Fields") if isinstance(form, DictionaryObject) else None
    found = (ref.get_object() for ref in fields) if isinstance(fields, ArrayObject) else ()
    return {str(entry(f, "T")): f for f in found if isinstance(f, DictionaryObject)}


def field_named(fields: dict[str, DictionaryObject], wanted: str) -> DictionaryObject:
    """Return the field called *wanted*.

    Raises:
        PdfFieldsMissing: there is none.
    """
    try:
        return fields[wanted]
    except KeyError:
        raise PdfFieldsMissing(wanted) from None


def frame_of(field: DictionaryObject) -> Frame:
    """Return the upright rectangle of a merged field and widget."""
    x0, y0, x1, y1 = (float(value) for value in field["/Rect"])
    look = entry(field, "MK")
    turn = int(look["/R"]) % 360 if isinstance(look, DictionaryObject) and "/R" in look else 0
    width, height = abs(x1 - x0), abs(y1 - y0)
    return Frame(height, width, turn) if turn in (90, 270) else Frame(width, height, turn)


def set_appearance(
    writer: IncrementalPdfFileWriter, field: DictionaryObject, appearance: IndirectObject
) -> None:
    """Let *field* show *appearance* and mark it as changed."""
    field[name("AP")] = dictionary({"N": appearance})
    writer.update_container(field)
