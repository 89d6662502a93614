"""Signatures and seals as work for worker processes: made at once, or frozen and completed.

Legal source: Decree 30/2020/ND-CP, Art. 13, 17.2. Digests in and out, as all jobs (jobs.py).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from documents.attachments import SealedAttachment
from documents.blobs import BlobStore
from documents.errors import OfficeError
from documents.level import Level
from signing import deferred
from signing.appearance import Stamp
from signing.deferred import Certified, Pending
from signing.delivered import ensure_signed
from signing.keys import ensure_valid
from signing.pades import Statement
from signing.standing import ensure_unrevoked
from signing.timestamps import Stamping
from signing.trust import TrustStore
from workflows import appendices
from workflows.appendices import SealAttachment
from workflows.entitlement import SealWarrant, Warrant, ensure_may_seal, ensure_may_sign

SIGN_REASON, SEAL_REASON = "Ký ban hành", "Đóng dấu cơ quan"


@dataclass(frozen=True, slots=True)
class Stored:
    """A blob: its SHA-256 and its size in bytes."""

    sha256: str
    size: int
    level: Level = Level.B_B
    """What the signature just made has reached."""
    fault: OfficeError | None = None
    """Why it is less than was wanted."""


@dataclass(frozen=True, slots=True)
class Sign:
    """Put the leader's signature on a prepared PDF."""

    sha256: str
    key: str
    """Stem of the key in the key folder."""
    name: str
    at: datetime
    warrant: Warrant


@dataclass(frozen=True, slots=True)
class Seal:
    """Fill number and date and put the agency's seal on a signed PDF."""

    sha256: str
    key: str
    name: str
    number: str
    day: str
    month: str
    at: datetime
    warrant: SealWarrant


@dataclass(frozen=True, slots=True)
class Freeze:
    """Write the revision of a signature or seal whose value comes later; nothing is signed."""

    of: Sign | Seal | SealAttachment
    identity: Certified


@dataclass(frozen=True, slots=True)
class Frozen:
    """What waits for a signature: the prepared file, and what it waits for."""

    pdf: Stored
    pending: Stored
    note: str = ""
    """What was done to the file first, if anything."""


@dataclass(frozen=True, slots=True)
class Complete:
    """Put the raw signature value that came into the frozen file it belongs to."""

    pdf: str
    """SHA-256 of the frozen file."""
    pending: str
    """SHA-256 of what it waits for."""
    value: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class Accept:
    """Judge a whole file that was signed elsewhere."""

    base: str
    """SHA-256 of the file that was handed out."""
    pdf: str
    """SHA-256 of what came back."""
    identity: Certified
    """Whoever was to sign."""
    warrant: Warrant | SealWarrant
    at: datetime


def later(
    job: Freeze | Complete | Accept,
    blobs: BlobStore,
    stamp: Callable[[str], Stamp | None],
    trust: Callable[[], TrustStore],
    stamping_at: Callable[[datetime], Stamping | None],
) -> Frozen | Stored | SealedAttachment:
    """Do the part of a deferred signature that *job* is.

    Room for a timestamp is left when the file is frozen; it is asked for over the value.

    Raises:
        OfficeError: whatever signing, entitlement or blobs refuse.
    """
    match job:
        case Freeze():
            ensure_unrevoked(job.identity, trust(), job.of.at)
            stamping = stamping_at(job.of.at)
            room = stamping.timestamper.room if stamping else 0
            made = _frozen(job, blobs, stamp(job.of.key), room)
            if isinstance(made, SealedAttachment):
                return made
            pending, note = made
            return Frozen(_put(blobs, pending.pdf), _put(blobs, pending.written()), note)
        case Complete():
            pending = Pending.read(blobs.get(job.pending), blobs.get(job.pdf))
            ensure_valid(pending.identity, job.at)
            ensure_unrevoked(pending.identity, trust(), job.at)
            return _completed(pending, job.value, blobs, stamping_at(job.at))
        case Accept():
            return _accepted(job, blobs, trust())


def _accepted(job: Accept, blobs: BlobStore, trust: TrustStore) -> Stored:
    base, pdf = blobs.get(job.base), blobs.get(job.pdf)
    seals = isinstance(job.warrant, SealWarrant)
    if isinstance(job.warrant, SealWarrant):
        ensure_may_seal(job.warrant, job.identity, job.at)
    else:
        ensure_may_sign(base, job.warrant, job.identity, job.at)
    ensure_signed(base, pdf, job.identity.certificate, trust, job.at, seals=seals)
    return Stored(job.pdf, len(pdf))


def _completed(
    pending: Pending, value: bytes, blobs: BlobStore, stamping: Stamping | None
) -> Stored:
    deferred.ensure_made_by(pending.identity, pending.attributes, value)
    if stamping is None:
        return _put(blobs, deferred.complete(pending, value))
    token = stamping.over(value, pending.timestamp) if pending.timestamp else b""
    made = _put(blobs, deferred.complete(pending, value, token))
    return replace(made, level=stamping.level, fault=stamping.fault)


def _frozen(
    job: Freeze, blobs: BlobStore, stamp: Stamp | None, room: int
) -> tuple[Pending, str] | SealedAttachment:
    of, identity = job.of, job.identity
    if isinstance(of, SealAttachment):
        return appendices.frozen(of, blobs, identity, room)
    pdf = blobs.get(of.sha256)
    if isinstance(of, Sign):
        ensure_may_sign(pdf, of.warrant, identity, of.at)
        statement = Statement(of.at, of.name, SIGN_REASON)
        return deferred.prepare_leader(pdf, identity, stamp, statement, timestamp=room), ""
    ensure_may_seal(of.warrant, identity, of.at)
    pending = deferred.prepare_seal(
        pdf,
        identity,
        stamp,
        Statement(of.at, of.name, SEAL_REASON),
        number=of.number,
        day=of.day,
        month=of.month,
        timestamp=room,
    )
    return pending, ""


def _put(blobs: BlobStore, content: bytes) -> Stored:
    return Stored(blobs.put(content), len(content))
