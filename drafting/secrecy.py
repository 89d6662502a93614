"""Finds the secrecy mark that a page carries: such a document must not enter the system.

Legal source: Decree 30/2020/ND-CP, Art. 1 and Appendix I, Part I, III.1 (box 10a): the mark
stands by itself in capitals on the first page.
"""

import html
import io
import itertools
import re
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator

import pypdfium2 as pdfium

from documents.secrecy import mark_in_name
from drafting.finder import pdfium_lock
from drafting.reading import page_text
from drafting.view import View

MARKS = {"MẬT": "Mật", "TỐIMẬT": "Tối mật", "TUYỆTMẬT": "Tuyệt mật"}
"""Printed letters without spaces, and the mark's name."""

HEAD = 1024
"""Bytes by which a file that can be looked into is known."""
_DIRECTORY = 4 << 20
"""Bytes of a ZIP's list of names; a larger one would take much memory, and is not read."""
_XML = 1 << 20
"""Bytes of a word processor's file that are looked at: its first pages."""
_PARAGRAPHS = 100
_TEXTS = re.compile(r"word/(?:document|header[0-9]*)\.xml|(?:content|styles)\.xml")
_PARAGRAPH = re.compile(r"</(?:w|text):p>")
_TAG = re.compile("<[^>]*>")


def file_mark(content: bytes) -> str:
    """Return the secrecy mark that a file bears; empty when it has none or cannot be read.

    Of a PDF its first page is read, of a word processor's file what stands before its text, of
    an archive the names in it.
    """
    if content.startswith(b"PK"):
        return _archive_mark(content)
    return secrecy_mark(content) if may_be_marked(content[:HEAD]) else ""


def may_be_marked(head: bytes) -> bool:
    """Return whether a file that begins with *head* is one that is looked into."""
    return head.startswith(b"PK") or b"%PDF" in head


def _directory_size(content: bytes) -> int:
    """Return the bytes of a ZIP's list of names, as its end says (APPNOTE.TXT, 4.3.16)."""
    end = content.rfind(b"PK\x05\x06", -(22 + 0xFFFF))
    return int.from_bytes(content[end + 12 : end + 16], "little") if end >= 0 else 0


def _archive_mark(content: bytes) -> str:
    if _directory_size(content) > _DIRECTORY:
        return ""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = [_decoded(entry) for entry in archive.infolist()]
            if mark := next(filter(None, map(mark_in_name, names)), ""):
                return mark
            texts = [name for name in names if _TEXTS.fullmatch(name)]
            return next(filter(None, (_text_mark(archive, name) for name in texts)), "")
    except (OSError, ValueError, RuntimeError, NotImplementedError, EOFError):
        return ""
    except (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, struct.error):
        return ""


def _decoded(entry: zipfile.ZipInfo) -> str:
    """Return an entry's name; one without the mark of UTF-8 may be UTF-8 all the same."""
    try:
        return entry.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return entry.filename


def _text_mark(archive: zipfile.ZipFile, name: str) -> str:
    with archive.open(name) as file:
        xml = file.read(_XML).decode("utf-8", "replace")
    printed = itertools.islice(_paragraphs(xml), _PARAGRAPHS)
    return next((MARKS[text] for text in printed if text in MARKS), "")


def _paragraphs(xml: str) -> Iterator[str]:
    """Yield the letters of each paragraph without spaces."""
    for piece in _PARAGRAPH.split(xml):
        text = html.unescape(_TAG.sub("", piece))
        if letters := "".join(unicodedata.normalize("NFC", text).split()):
            yield letters


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
