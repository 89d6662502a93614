"""A PDF that came on paper or was handed over: looked at as it is, never changed.

Legal source: Decree 30/2020/ND-CP, Art. 22.1 (scans: PDF 1.4 or later, colour, 200 dpi); law.md
E5. Whoever calls this with a stranger's file does so in a worker process.
"""

import re
from dataclasses import dataclass

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from documents.contents import Contents
from documents.errors import Refused
from drafting import scan
from drafting.contents import read_contents
from drafting.finder import pdfium_lock

NAME_LENGTH = 120
"""Characters of a file's name in messages."""
_HEAD = 1024  # bytes in which ISO 32000-1, Annex H, 3.4.1 lets a header stand
_VERSION = re.compile(rb"%PDF-(\d\.\d)")
_LEAST = b"1.4"
_MOST_NOTES = 5


class IncomingFileRefused(Refused):
    """The file cannot be an incoming document's. ({0} its name, {1} why.)."""

    code = "intake.file_refused"
    vietnamese = "Không nhận được tệp «{0}»: {1}"
    english = "the file «{0}» cannot be taken in: {1}"
    remedy = "Quét lại hoặc xuất lại thành PDF không đặt mật khẩu / scan or export it again as PDF"


@dataclass(frozen=True, slots=True)
class Looked:
    """What a PDF is."""

    pages: int
    contents: Contents
    """What it says of itself; nothing where it is a picture."""
    note: str
    """What falls short, Vietnamese first; empty when nothing does."""


def look(pdf: bytes, name: str, *, scanned: bool) -> Looked:
    """Return what *pdf* is; *scanned* has its pictures measured.

    Raises:
        IncomingFileRefused: it is no PDF, cannot be opened, or has no page.
    """
    name = "".join(c for c in name if c.isprintable())[:NAME_LENGTH]
    version = _VERSION.search(pdf[:_HEAD])
    if version is None:
        raise IncomingFileRefused(name, "không phải PDF / it is no PDF")
    pages = _pages(pdf, name)
    notes = [] if version[1] >= _LEAST else ["PDF cũ hơn 1.4 / PDF older than 1.4"]
    if scanned:
        found = scan.warnings(pdf)
        notes += found[:_MOST_NOTES]
        if len(found) > _MOST_NOTES:
            notes.append(f"và {len(found) - _MOST_NOTES} trang nữa / more pages")
    return Looked(pages, read_contents(pdf), "; ".join(notes))


def _pages(pdf: bytes, name: str) -> int:
    with pdfium_lock:
        try:
            document = pdfium.PdfDocument(pdf)
        except pdfium.PdfiumError as error:
            locked = error.err_code == pdfium_c.FPDF_ERR_PASSWORD
            why = (
                "bị đặt mật khẩu / it wants a password"
                if locked
                else "hỏng, không mở được / it is damaged"
            )
            raise IncomingFileRefused(name, why) from None
        try:
            pages = len(document)
        finally:
            document.close()
    if not pages:
        raise IncomingFileRefused(name, "không có trang nào / it has no page")
    return pages
