"""What changed between two files of a draft, for whoever read the older one: words and pages.

Done in a worker process: a draft is a stranger's file. Source: ux.md §2 (side by side with what
changed since last read). Legal source: Decree 30/2020/ND-CP, Art. 10.3.
"""

from dataclasses import dataclass
from itertools import islice

from documents.blobs import BlobStore
from drafting import comparison
from drafting.draft_text import difference, words_of
from drafting.errors import DraftUnreadable

MOST_PAGES = 6
"""Changed pages that are shown; the words tell of all of them."""
MOST_LINES = 400
_NAMES = ("bản đã đọc / read before", "bản hiện nay / now")


@dataclass(frozen=True, slots=True)
class Compare:
    """Find what differs between two PDFs."""

    before: str
    """SHA-256; so too `after`."""
    after: str


@dataclass(frozen=True, slots=True)
class Compared:
    """What differs."""

    lines: tuple[str, ...]
    """A unified diff of the words: `-` taken away, `+` put in; empty where they are the same."""
    pages: tuple[tuple[int, bytes], ...]
    """Number from 1, and a PNG with the changed areas framed."""
    is_cut: bool
    """Whether there is more than is shown."""
    note: str = ""
    """Why no pages could be drawn."""


def compared(job: Compare, blobs: BlobStore) -> Compared:
    """Compare two files.

    Raises:
        BlobMissing, BlobDamaged: a file is not what was kept.
    """
    before, after = blobs.get(job.before), blobs.get(job.after)
    lines = difference(words_of(before), words_of(after), _NAMES)[2:]
    pages: list[tuple[int, bytes]] = []
    note = ""
    try:
        for change in islice(comparison.changes(before, after), MOST_PAGES + 1):
            pages.append((change.number, change.marked))
    except DraftUnreadable as error:
        note = str(error)
    is_cut = len(pages) > MOST_PAGES or len(lines) > MOST_LINES
    return Compared(tuple(lines[:MOST_LINES]), tuple(pages[:MOST_PAGES]), is_cut, note)
