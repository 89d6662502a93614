"""The words that were recognised on pictures of pages, laid out where they stand.

Tesseract gives them as a PDF of nothing but unseen letters, and as a table (TSV) that says how
sure it is of each. Made visible, the letters are read as those of any document: the same rules
find number, date, subject and signer.
"""

import csv
import io
import re
import unicodedata
from dataclasses import dataclass

import pikepdf

_UNSEEN = re.compile(rb"\b3 Tr\b")
_WORD_LEVEL = "5"
_MOST_ROWS = 200_000
_LONGEST_CELL = 1000


@dataclass(frozen=True, slots=True)
class Sureness:
    """How sure each word is, by its letters alone."""

    words: tuple[tuple[str, int], ...]
    """Of the first pages, in reading order: word and percent."""

    @property
    def overall(self) -> int:
        """Percent, words weighted by their letters; 0 where there are none."""
        letters = sum(len(word) for word, _ in self.words)
        return sum(len(word) * sure for word, sure in self.words) // letters if letters else 0

    def of(self, value: str) -> int:
        """Return how sure the least sure word of *value* is; where one is not found, overall."""
        known: dict[str, int] = {}
        for word, sure in self.words:
            known[word] = max(sure, known.get(word, 0))
        wanted = [_plain(part) for part in value.split()]
        found = [known[word] for word in wanted if word in known]
        return min(found) if found and len(found) == len(wanted) else min([*found, self.overall])


def sureness(table: str) -> Sureness:
    """Return what Tesseract's *table* (TSV) says of its words; rows that are none are left out."""
    words: list[tuple[str, int]] = []
    reader = csv.reader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE)
    for count, row in enumerate(reader):
        if count > _MOST_ROWS:
            break
        if len(row) < 12 or row[0] != _WORD_LEVEL:
            continue
        word = _plain(row[11][:_LONGEST_CELL])
        try:
            sure = int(float(row[10]))
        except (ValueError, OverflowError):
            continue
        if word:
            words.append((word, max(0, min(100, sure))))
    return Sureness(tuple(words))


def _plain(word: str) -> str:
    return unicodedata.normalize("NFC", word).strip(".,;:!?()[]«»\"'“”").casefold()


def visible(pdf: bytes) -> bytes:
    """Return Tesseract's text-only PDF with its letters painted, so that they count as seen.

    Raises:
        pikepdf.PdfError: it is no PDF.
    """
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        for page in opened.pages:
            contents = page.obj.get("/Contents")
            if contents is None:
                continue
            painted = _UNSEEN.sub(b"0 Tr", contents.read_bytes())
            page.obj.Contents = opened.make_stream(painted)
        out = io.BytesIO()
        opened.save(out)
    return out.getvalue()
