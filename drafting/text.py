"""The text of a PDF, to be searched: within bounds, whatever the file is.

A scan has none. Who calls this with a stranger's file does so in a worker process.
"""

import re
import unicodedata
from dataclasses import dataclass

import pypdfium2 as pdfium

from drafting.finder import pdfium_lock
from drafting.secrecy import secrecy_mark

PAGES = 500
"""Pages of one file that are read."""
CHARACTERS = 2_000_000
"""Characters of one file that are kept."""
_FEW = 2000
PAGE_CHARACTERS = 100_000
"""Characters of one page that are kept."""


@dataclass(frozen=True, slots=True)
class PdfText:
    """What a file says."""

    text: str
    secrecy: str = ""
    """The mark of secrecy that its first page carries; no text then."""
    note: str = ""
    """Why there is no text, or not all."""


def pdf_text(pdf: bytes, pages: int = PAGES, characters: int = CHARACTERS) -> PdfText:
    """Return the text of *pdf*, at most so many pages and characters of it; never raises."""
    if mark := secrecy_mark(pdf):
        return PdfText("", mark)
    with pdfium_lock:
        try:
            document = pdfium.PdfDocument(pdf)
        except pdfium.PdfiumError as error:
            return PdfText("", note=f"không đọc được / not readable: {error}"[:200])
        try:
            return _read(document, pages, characters)
        finally:
            document.close()


def has_letters(pdf: bytes, pages: int = 3) -> bool:
    """Return whether the first pages of *pdf* have letters; a picture of a page has none."""
    with pdfium_lock:
        try:
            document = pdfium.PdfDocument(pdf)
        except pdfium.PdfiumError:
            return False
        try:
            return bool(_read(document, pages, _FEW).text.strip())
        finally:
            document.close()


def _read(document: pdfium.PdfDocument, pages: int, characters: int) -> PdfText:
    parts: list[str] = []
    left, broken = characters, 0
    for number in range(min(len(document), pages)):
        if left <= 0:
            break
        try:
            part = _page(document, number, min(left, PAGE_CHARACTERS))
        except pdfium.PdfiumError:
            broken += 1
            continue
        parts.append(part)
        left -= len(part)
    notes = []
    if broken:
        notes.append(f"{broken} trang hỏng / broken pages")
    if len(document) > pages or left <= 0:
        notes.append("chỉ đọc phần đầu / only the beginning was read")
    if not any(part.strip() for part in parts) and not notes:
        notes.append("không có chữ, bản chụp / no text: a scan")
    return PdfText("\n".join(parts), note="; ".join(notes))


def _page(document: pdfium.PdfDocument, number: int, most: int) -> str:
    page = document[number]
    try:
        written = page.get_textpage()
        try:
            there = min(written.count_chars(), most)
            return _whole(written.get_text_range(0, there, errors="replace")) if there else ""
        finally:
            written.close()
    finally:
        page.close()


_BROKEN = re.compile(
    r"(?<![^\W\d_])(ngh|ch|gh|gi|kh|ng|nh|ph|qu|th|tr|[bcdđghklmnpqrstvx]) "
    r"([aàáảãạăằắẳẵặâầấẩẫậeèéẻẽẹêềếểễệiìíỉĩịoòóỏõọôồốổỗộơờớởỡợuùúủũụưừứửữựyỳýỷỹỵ][^\W\d_]{0,6})\b",
    re.IGNORECASE,
)
"""A syllable's beginning parted from the rest: makers of PDFs move letters with marks apart."""
_MOST_MENDED = 500


def _whole(text: str) -> str:
    """Return *text* in NFC; syllables that seem broken («s ổ») stand whole once more at its end.

    They stay as they are too: «điểm b ở trang» is no broken word, and is found as before.
    """
    plain = unicodedata.normalize("NFC", text)
    mended = [first + rest for first, rest in _BROKEN.findall(plain)[:_MOST_MENDED]]
    return f"{plain}\n{' '.join(mended)}" if mended else plain
