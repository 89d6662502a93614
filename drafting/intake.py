"""Takes a draft in, whatever it was written with: by content, never by name.

PDF is normalised; .doc, .docx, .odt and .rtf go through LibreOffice first.
Anything else is refused. Time is not bounded here: run it in a worker process.
"""

import zipfile
from dataclasses import dataclass
from io import BytesIO

from drafting import pdf, word
from drafting.errors import DraftEncrypted, DraftNotAPdf, DraftTooLarge, DraftUnreadable

MAX_BYTES = 50 << 20
"""Bytes of a draft; the axis carries no larger file."""
MAX_UNPACKED = 500 << 20
"""Bytes that a .docx or .odt may claim to unpack to."""

_NAME_LENGTH = 120  # characters of a file's name in messages
_HEAD = 1024  # bytes in which ISO 32000-1, Annex H, 3.4.1 lets a header stand
_OLE = bytes.fromhex("D0CF11E0A1B11AE1")
_ODT = b"application/vnd.oasis.opendocument.text"
_KNOWN = (
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"PK\x03\x04", "ZIP"),
    (_OLE, "OLE"),
    (b"<", "XML/HTML"),
)


@dataclass(frozen=True, slots=True)
class Intake:
    """A draft that may be signed."""

    pdf: bytes
    """Normalised."""
    pages: int
    source_type: str
    """What came: pdf, doc, docx, odt or rtf."""
    notes: tuple[str, ...]
    """What was changed, for people."""


def take_in(data: bytes, name: str) -> Intake:
    """Return *data* as a normalised PDF without signatures and active content.

    Args:
        data: the file, at most MAX_BYTES.
        name: for messages only.

    Raises:
        DraftRefused: one of its leaves says why.
    """
    name = "".join(c for c in name if c.isprintable())[:_NAME_LENGTH]
    if len(data) > MAX_BYTES:
        raise DraftTooLarge(name, f"{len(data) >> 20} MB", f"{MAX_BYTES >> 20} MB")
    kind = source_type(data, name)
    found = data if kind == "pdf" else word.to_pdf(data, name, kind)
    clean, pages, notes = pdf.normalised(found, name)
    return Intake(clean, pages, kind, notes)


def source_type(data: bytes, name: str) -> str:
    """Return what the content is: pdf, doc, docx, odt or rtf.

    Raises:
        DraftNotAPdf: none of these.
        DraftEncrypted: an office file with a password.
        DraftTooLarge: an office file that unpacks to too much.
        DraftUnreadable: a damaged ZIP.
    """
    if b"%PDF-" in data[:_HEAD]:
        return "pdf"
    if data.startswith(b"{\\rtf"):
        return "rtf"
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise DraftEncrypted(name)
        if "WordDocument".encode("utf-16-le") in data:
            return "doc"
    if data.startswith(b"PK\x03\x04") and (kind := _zipped_type(data, name)):
        return kind
    seen = next((label for magic, label in _KNOWN if data.startswith(magic)), "")
    raise DraftNotAPdf(name, seen or (data[:8].hex(" ") if data else "rỗng / empty"))


def _zipped_type(data: bytes, name: str) -> str:
    try:
        with zipfile.ZipFile(BytesIO(data)) as package:
            if sum(entry.file_size for entry in package.infolist()) > MAX_UNPACKED:
                raise DraftTooLarge(name, "ZIP", f"{MAX_UNPACKED >> 20} MB")
            inside = set(package.namelist())
            if "word/document.xml" in inside:
                return "docx"
            if "mimetype" not in inside or _start(package, "mimetype", 80).strip() != _ODT:
                return ""
            manifest = "META-INF/manifest.xml"
            if manifest in inside and b"encryption-data" in _start(package, manifest, 1 << 20):
                raise DraftEncrypted(name)
            return "odt"
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, OSError) as error:
        raise DraftUnreadable(name, str(error)[:200]) from None


def _start(package: zipfile.ZipFile, entry: str, size: int) -> bytes:
    with package.open(entry) as stream:
        return stream.read(size)
