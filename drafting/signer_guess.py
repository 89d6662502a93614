"""Who seems to have signed: a name at the foot of the right half, under a title in capitals.

Legal source: Decree 30/2020/ND-CP, Appendix I, Part I, II.7. For pictures whose words were
recognised, where nobody says beforehand whose name to look for: a guess, put before a person.
"""

import itertools
from collections.abc import Iterator

import pypdfium2 as pdfium

from documents.capacity import Printed
from drafting.finder import pdfium_lock
from drafting.reading import page_text
from drafting.signature_block import signature_block
from drafting.view import View

_LAST_PAGES = 3
_MOST_NAMES = 6
_WORDS = range(2, 7)


def guessed_signer(pdf: bytes) -> Printed | None:
    """Return the signature block that seems to be one; None: there is none."""
    with pdfium_lock:
        try:
            document = pdfium.PdfDocument(pdf)
            try:
                names = list(itertools.islice(_names(document), _MOST_NAMES))
                return signature_block(document, names=names) if names else None
            finally:
                document.close()
        except (pdfium.PdfiumError, ValueError, OverflowError):
            return None


def _names(document: pdfium.PdfDocument) -> Iterator[str]:
    """Yield what stands like a name in the right half, from the document's foot upwards."""
    pages = len(document)
    for number in range(pages - 1, max(-1, pages - 1 - _LAST_PAGES), -1):
        page = document[number]
        view = View.of(page)
        for segment in reversed(page_text(page, view).segments()):
            if segment.left > view.width / 3 and _is_name(said := segment.spelled()):
                yield said


def _is_name(text: str) -> bool:
    words = text.split()
    return len(words) in _WORDS and all(
        word.isalpha() and word[0].isupper() and (len(word) == 1 or word[1:].islower())
        for word in words
    )
