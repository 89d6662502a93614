"""Looking at a PDF that came otherwise than by the axis: a job of the worker processes."""

from dataclasses import dataclass
from pathlib import Path

from documents.blobs import BlobStore
from documents.contents import Outcome
from documents.proposal import Proposal, propose
from documents.secrecy import SecretRefused, mark_in_name
from drafting.incoming_file import look
from drafting.picture_pdf import as_pdf, is_picture
from drafting.secrecy import secrecy_mark
from drafting.text import has_letters
from workflows.handover import handed_in
from workflows.pressing import Stored


@dataclass(frozen=True, slots=True)
class LookAt:
    """Look at a PDF that was scanned or handed over; nothing of a secret one is kept."""

    path: Path
    scanned: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """A PDF that was looked at and kept."""

    file: Stored
    pages: int
    proposals: tuple[Proposal, ...]
    agency: str
    """What is printed above the number."""
    note: str
    picture: bool = False
    """It has no letters."""


def looked_at(job: LookAt, blobs: BlobStore, most: int) -> Seen:
    """Look at a file of *most* bytes and keep it as it is.

    Raises:
        FileUnreadable: it cannot be read, or is larger.
        SecretRefused: it bears a mark of secrecy.
        IncomingFileRefused: it is no PDF that can be opened.
    """
    content = handed_in(job.path, most)
    if is_picture(content):
        content = as_pdf(content, job.path.name)
    if mark := mark_in_name(job.path.name) or secrecy_mark(content):
        raise SecretRefused(mark)
    found = look(content, job.path.name, scanned=job.scanned)
    agency = found.contents.agency
    printed = agency.text if agency.outcome is Outcome.FOUND else ""
    kept = Stored(blobs.put(content), len(content))
    proposals = tuple(propose(found.contents))
    picture = not proposals and not has_letters(content)
    return Seen(kept, found.pages, proposals, printed[:500], found.note, picture)
