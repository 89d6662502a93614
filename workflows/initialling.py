"""Initials (ký nháy): one person's, signed into the file where the person has a key.

The signature is made first and recorded with the ledger's row in one transaction; who
was overtaken meanwhile is told so, and nothing is recorded.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from documents import initials
from documents.blobs import BlobStore
from documents.database import Database
from documents.initials import Initials
from documents.placement import Box, Placement
from drafting.initials import places
from signing.appearance import Stamp
from signing.initials import initial
from signing.keys import KeyHolder
from signing.pades import Statement
from signing.timestamps import Stamping

REASON = "Ký nháy"


@dataclass(frozen=True, slots=True)
class Initial:
    """Put one person's initials on a prepared PDF."""

    sha256: str
    key: str
    """Stem of the key in the key folder."""
    name: str
    ordinal: int
    """Which of the places on the line «Lưu: …» is theirs, from 1."""
    taken: tuple[Box, ...]
    at: datetime


def initialled(
    job: Initial,
    blobs: BlobStore,
    key: KeyHolder,
    stamp: Stamp | None,
    stamping: Stamping | None = None,
) -> bytes:
    """Return the file with the initials; shown only where the page has a place for them.

    Raises:
        What `signing.initials.initial` raises; BlobMissing, BlobDamaged, BlobsUnavailable.
    """
    pdf = blobs.get(job.sha256)
    free = places(pdf, job.taken)
    box = free[job.ordinal - 1] if job.ordinal <= len(free) else None
    return initial(pdf, key, stamp, box, Statement(job.at, job.name, REASON), stamping)


def initial_of(due: Initials, at: datetime) -> Initial:
    """Return the job that puts on the page what is due."""
    placement = Placement.from_dict(due.placement) if due.placement else None
    taken = (placement.signature, placement.seal) if placement else ()
    return Initial(due.base, due.signing_key, due.full_name, due.ordinal, taken, at)


def take(
    database: Database,
    sign: Callable[[Initial], tuple[str, int]],
    document_id: str,
    who: str,
    at: datetime,
) -> bool:
    """Let *who* initial the document; return whether with a signature.

    *sign* does the job and returns the new revision's SHA-256 and size (bytes).

    Raises:
        What `documents.initials` refuses, and what signing refuses.
    """
    with database.writing() as session:
        due = initials.due(session, document_id, who, at)
        if not due.signing_key:
            initials.record(session, document_id, who, at, base=due.base)
            return False
    job = initial_of(due, at)
    sha256, size = sign(job)
    with database.writing() as session:
        initials.record(session, document_id, who, at, base=due.base, sha256=sha256, size=size)
    return True
