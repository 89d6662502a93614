"""Finds the secrecy mark that a page carries: such a document must not enter the system.

Legal source: Decree 30/2020/ND-CP, Art. 1 and Appendix I, Part I, III.1 (box 10a): the mark
stands by itself in capitals on the first page.
"""

import unicodedata

import pypdfium2 as pdfium

from drafting.finder import pdfium_lock
from drafting.reading import page_text
from drafting.view import View

MARKS = {"MẬT": "Mật", "TỐIMẬT": "Tối mật", "TUYỆTMẬT": "Tuyệt mật"}
"""Printed letters without spaces, and the mark's name."""


def secrecy_mark(pdf: bytes) -> str:
    """Return the secrecy mark of the first page; empty when it has none or cannot be read.

    A scan has no text to look at: there the clerk's eye decides.
    """
    with pdfium_lock:
        try:
            document = pdfium.PdfDocument(pdf)
        except pdfium.PdfiumError:
            return ""
        try:
            return _mark(document)
        except pdfium.PdfiumError:
            return ""
        finally:
            document.close()


def _mark(document: pdfium.PdfDocument) -> str:
    if not len(document):
        return ""
    page = document[0]
    text = unicodedata.normalize("NFC", page.get_textpage().get_text_range())
    if "MẬT" not in "".join(text.split()):
        return ""
    # turned or cut off, the mark counts
    turns = (page_text(page, View.everywhere(turn)) for turn in (0, 90, 180, 270))
    printed = {segment.text for text in turns for segment in text.segments()}
    return next((name for mark, name in MARKS.items() if mark in printed), "")
