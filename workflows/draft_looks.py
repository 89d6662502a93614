"""Looking at drafts in a worker process: composing one, comparing versions, finding odd form.

Legal source: Decree 30/2020/ND-CP, Art. 10.3, 12.2. A draft is a stranger's file, and a long text
takes seconds to print: both are kept out of the process that answers people.
"""

from dataclasses import dataclass

from documents.blobs import BlobStore
from documents.form_facts import FormFacts
from drafting import side_by_side
from drafting.composer import Composed, compose
from drafting.composition import Composition
from drafting.draft_text import words_of
from drafting.form_findings import Finding, findings
from drafting.side_by_side import Row

__all__ = [
    "CheckForm",
    "Compose",
    "Differ",
    "Differences",
    "FormSeen",
    "Look",
    "Looked",
    "Row",
    "beside",
    "looked",
]
_LINES = 2000


@dataclass(frozen=True, slots=True)
class Compose:
    """Print a document that was typed."""

    draft: Composition


@dataclass(frozen=True, slots=True)
class Differ:
    """Compare two versions, by their SHA-256."""

    before: str
    after: str


@dataclass(frozen=True, slots=True)
class CheckForm:
    """Look at the form of a version."""

    sha256: str
    facts: FormFacts


@dataclass(frozen=True, slots=True)
class Differences:
    """What differs between the words of two versions; how pages look, says `page_changes`."""

    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class FormSeen:
    """What a machine sees of the form."""

    findings: tuple[Finding, ...]


Look = Compose | Differ | CheckForm
Looked = Composed | Differences | FormSeen


def looked(job: Look, blobs: BlobStore) -> Looked:
    """Do one of these jobs.

    Raises:
        What drafting refuses; BlobMissing, BlobDamaged.
    """
    if isinstance(job, Compose):
        return compose(job.draft)
    if isinstance(job, CheckForm):
        return FormSeen(tuple(findings(blobs.get(job.sha256), job.facts)))
    before, after = (words_of(blobs.get(each)) for each in (job.before, job.after))
    return Differences(tuple(side_by_side.rows(before, after)))


def beside(before: str, after: str) -> list[Row]:
    """Return two texts that were typed beside each other, line by line; empty: the same."""
    return side_by_side.rows(before.splitlines()[:_LINES], after.splitlines()[:_LINES])
