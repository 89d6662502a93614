"""The words of a PDF, page by page, and what differs between two of them: for comparing versions.

Legal source: Decree 30/2020/ND-CP, Art. 10.3; Appendix VI, Part I, III.5a (all drafts are kept).
Words as they are in the file, lines as they are printed; a scan without a text layer has none.
"""

import difflib
import unicodedata
from collections.abc import Sequence

import pypdfium2 as pdfium

from drafting.finder import pdfium_lock

MOST_PAGES = 200
MOST_LINES = 20_000
LINE_LENGTH = 1000
"""Characters of a line that are read."""
_NO_WORDS = "(không có chữ / no text)"


class _Words:
    """Lines gathered up to a bound."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def add(self, text: str) -> None:
        """Take the lines of a page, spaces made one, NFC."""
        for line in unicodedata.normalize("NFC", text).splitlines():
            if len(self.lines) < MOST_LINES and (words := " ".join(line.split())):
                self.lines.append(words[:LINE_LENGTH])


def words_of(pdf: bytes) -> list[str]:
    """Return the printed lines of *pdf*, at most `MOST_LINES`; none where it cannot be read."""
    found = _Words()
    with pdfium_lock:
        try:
            document = pdfium.PdfDocument(pdf)
            try:
                for index in range(min(len(document), MOST_PAGES)):
                    found.add(document[index].get_textpage().get_text_range())
            finally:
                document.close()
        except (pdfium.PdfiumError, ValueError, OverflowError):
            return []
    return found.lines


def difference(before: Sequence[str], after: Sequence[str], names: tuple[str, str]) -> list[str]:
    """Return how *before* became *after*, as a unified diff: `-` taken away, `+` put in.

    Empty where both say the same.
    """
    was, now = before or [_NO_WORDS], after or [_NO_WORDS]
    return list(difflib.unified_diff(list(was), list(now), *names, n=1, lineterm=""))
