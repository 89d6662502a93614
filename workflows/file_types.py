"""What a file that was handed over is, by its content alone, and a name that is safe to keep.

Source: ux.md §1.3 (Tệp chính, phụ lục). Neither the name nor what a browser says of it is
believed. Nothing is unpacked: of a ZIP only the list of what is in it is read.
"""

import unicodedata
import zipfile
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from documents.errors import storable

HEAD = 4096
"""Bytes that are looked at."""
MOST_ENTRIES = 10_000
"""Of a ZIP; one with more is no office file."""
NAME_BYTES = 180
_OLE = bytes.fromhex("D0CF11E0A1B11AE1")


class Family(StrEnum):
    """What is done with it."""

    PDF = "pdf"
    PICTURE = "picture"
    """A page as a camera or a scanner saw it."""
    OFFICE = "office"
    ARCHIVE = "archive"


NAMES = {
    Family.PDF: "PDF",
    Family.PICTURE: "ảnh JPG, PNG, TIFF",
    Family.OFFICE: "Word, Excel, PowerPoint, OpenDocument, RTF",
    Family.ARCHIVE: "ZIP",
}


@dataclass(frozen=True, slots=True)
class FileType:
    """One kind of file."""

    ending: str
    content_type: str
    family: Family


PDF = FileType("pdf", "application/pdf", Family.PDF)
JPEG = FileType("jpg", "image/jpeg", Family.PICTURE)
PNG = FileType("png", "image/png", Family.PICTURE)
TIFF = FileType("tif", "image/tiff", Family.PICTURE)
RTF = FileType("rtf", "application/rtf", Family.OFFICE)
DOC = FileType("doc", "application/msword", Family.OFFICE)
XLS = FileType("xls", "application/vnd.ms-excel", Family.OFFICE)
PPT = FileType("ppt", "application/vnd.ms-powerpoint", Family.OFFICE)
_OOXML = "application/vnd.openxmlformats-officedocument."
DOCX = FileType("docx", f"{_OOXML}wordprocessingml.document", Family.OFFICE)
XLSX = FileType("xlsx", f"{_OOXML}spreadsheetml.sheet", Family.OFFICE)
PPTX = FileType("pptx", f"{_OOXML}presentationml.presentation", Family.OFFICE)
ODT = FileType("odt", "application/vnd.oasis.opendocument.text", Family.OFFICE)
ODS = FileType("ods", "application/vnd.oasis.opendocument.spreadsheet", Family.OFFICE)
ZIP = FileType("zip", "application/zip", Family.ARCHIVE)
_BEGINS = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"II*\x00", TIFF),
    (b"MM\x00*", TIFF),
    (b"{\\rtf", RTF),
)
_INSIDE_OLE = (("WordDocument", DOC), ("Workbook", XLS), ("PowerPoint Document", PPT))
_INSIDE_ZIP = (
    ("word/document.xml", DOCX),
    ("xl/workbook.xml", XLSX),
    ("ppt/presentation.xml", PPTX),
)
_OPEN_DOCUMENT = {each.content_type.encode(): each for each in (ODT, ODS)}


def type_of(file: BinaryIO) -> FileType | None:
    """Return what *file* is; None: nothing that is taken in."""
    file.seek(0)
    head = file.read(HEAD)
    # ISO 32000-1, Annex H, 3.4.1 lets a header stand within the first 1024 bytes
    if b"%PDF-" in head[:1024]:
        return PDF
    if found := next((kind for begin, kind in _BEGINS if head.startswith(begin)), None):
        return found
    if head.startswith(_OLE):
        file.seek(0)
        whole = file.read()
        return next((kind for name, kind in _INSIDE_OLE if name.encode("utf-16-le") in whole), None)
    return _zipped(file) if head.startswith(b"PK\x03\x04") else None


def _zipped(file: BinaryIO) -> FileType | None:
    try:
        with zipfile.ZipFile(file) as package:
            names = set(package.namelist()[:MOST_ENTRIES])
            for name, kind in _INSIDE_ZIP:
                if name in names:
                    return kind
            if "mimetype" in names:
                with package.open("mimetype") as stream:
                    return _OPEN_DOCUMENT.get(stream.read(100).strip(), ZIP)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, OSError):
        return None
    return ZIP


def safe_name(name: str, kind: FileType) -> str:
    """Return *name* without folders, controls and tricks of direction, its ending by content."""
    plain = unicodedata.normalize("NFC", storable(name[:2000]))
    plain = plain.replace("\\", "/").rpartition("/")[2]
    # Cf has the marks that turn letters round: a name that shows as …fdp.exe
    plain = "".join(c for c in plain if unicodedata.category(c)[0] != "C" and c not in '<>:"|?*')
    stem = Path(plain.strip(" .")).stem.strip(" .") if plain.strip(" .") else ""
    short = (stem or "tệp").encode()[:NAME_BYTES].decode("utf-8", "ignore")
    return f"{short}.{kind.ending}"
