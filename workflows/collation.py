"""Collation: what a message is about to say, held against the sealed document it carries.

Legal source: Decree 30/2020/ND-CP, Art. 5, 18: the document is the original, and leaves as it
was sealed. What cannot be read differs from nothing.
"""

from dataclasses import dataclass

from documents import concordance
from documents.blobs import BlobStore
from documents.concordance import Difference, DocumentContradicts, Facts
from documents.placement import Box
from documents.tables import DocumentRow
from drafting.contents import read_contents


@dataclass(frozen=True, slots=True)
class Collate:
    """Compare what a message will say with a sealed PDF."""

    sha256: str
    facts: Facts
    signature: Box | None
    """Where the leader signed."""


@dataclass(frozen=True, slots=True)
class Collated:
    """What message and document do not say alike."""

    differences: tuple[Difference, ...]


def collated(job: Collate, blobs: BlobStore) -> Collated:
    """Read the document and compare: about 4 ms of CPU.

    Raises:
        BlobMissing, BlobDamaged: the file is not what was sealed.
    """
    contents = read_contents(blobs.get(job.sha256), box=job.signature)
    return Collated(concordance.compare(job.facts, contents))


def unseen(row: DocumentRow, differences: tuple[Difference, ...]) -> DocumentContradicts | None:
    """Return why the message of *row* must not leave yet: what nobody was shown before.

    A document is held once, with both values; whoever sends it on after that has seen them.
    """
    return concordance.contradiction(
        each for each in differences if each.warning not in row.warnings
    )
