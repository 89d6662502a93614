"""The levels of signatures in a worker process: its TSA, its revocation data, the archive's jobs.

Standard: ETSI EN 319 142-1, 6. A leader or a clerk never waits for a TSA longer than the
settings say; what is lacking then is noted with the signature and made good in the archive.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from sqlalchemy.orm import Session

from documents import preservation
from documents.blobs import BlobStore
from documents.casefile import locked
from documents.errors import OfficeError
from documents.level import Level
from documents.lifecycle import State
from documents.preservation import Order, Raised
from signing.exchange import Exchange
from signing.preservation import Preserver
from signing.revocation import Revocations
from signing.timestamps import Stamping, Timestamper
from signing.trust import TrustStore
from workflows.pressing import Stored
from workflows.settings import Settings

Write = Callable[[Session], object]


@dataclass(frozen=True, slots=True)
class Preserve:
    """Raise or renew archive copies, all at the same time: most of it is waiting."""

    orders: tuple[Order, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Copies:
    """What became of each order."""

    answers: tuple[Raised | OfficeError, ...]


@lru_cache(maxsize=4)
def _timestamper(url: str, trust: TrustStore) -> Timestamper:
    return Timestamper(url, trust)


@lru_cache(maxsize=4)
def _revocations(
    folder: Path, trust: TrustStore, fetching: bool, hosts: tuple[str, ...], responder: str
) -> Revocations:
    exchange = Exchange(hosts=hosts) if fetching else None
    return Revocations(folder, trust, exchange, responder)


def stamping(settings: Settings, trust: Callable[[], TrustStore], at: datetime) -> Stamping | None:
    """Return what gives a signature made now its timestamp; None where none is wanted."""
    if settings.signature_level is Level.B_B:
        return None
    return Stamping(_timestamper(settings.tsa_url, trust()), at, settings.tsa_seconds)


def graded(made: Stored, stamping: Stamping | None) -> Stored:
    """Return *made* with what its signature has reached."""
    if stamping is None:
        return made
    return replace(made, level=stamping.level, fault=stamping.fault)


def noted_too(
    write: Write, settings: Settings, document_id: str, made: Stored, at: datetime
) -> Write:
    """Return *write*, and in its transaction a note of what the signature it records lacks."""
    wanted = settings.signature_level
    if wanted is Level.B_B:
        return write

    def both(session: Session) -> None:
        write(session)
        sealed = locked(session, document_id).state == State.SEALED
        level, fault = made.level, made.fault
        preservation.noted(session, document_id, wanted, level, at, sealed=sealed, fault=fault)

    return both


def preserver(settings: Settings, trust: TrustStore) -> Preserver:
    """Return what raises the copies of this installation."""
    revocations = _revocations(
        settings.at(settings.revocation),
        trust,
        settings.revocation_fetching,
        settings.revocation_hosts,
        settings.ocsp_url,
    )
    return Preserver(_timestamper(settings.tsa_url, trust), revocations, settings.tsa_patience)


def preserved(job: Preserve, blobs: BlobStore, settings: Settings, trust: TrustStore) -> Copies:
    """Raise what *job* orders; what fails is an answer."""
    tools = preserver(settings, trust)

    def one(order: Order) -> Raised | OfficeError:
        try:
            return _raised(order, blobs, tools, job.at)
        except OfficeError as error:
            return error

    with ThreadPoolExecutor(max(len(job.orders), 1)) as threads:
        return Copies(tuple(threads.map(one, job.orders)))


def _raised(order: Order, blobs: BlobStore, tools: Preserver, at: datetime) -> Raised:
    pdf = blobs.get(order.sha256)
    done = tools.preserve(pdf, order.wanted, at)
    if done.pdf is pdf:
        return Raised(done.level, done.renew_before, fault=done.fault)
    sha256 = blobs.put(done.pdf)
    return Raised(done.level, done.renew_before, sha256, len(done.pdf), done.fault)


def in_batches(orders: Sequence[Order], size: int) -> list[tuple[Order, ...]]:
    """Return *orders* in their order, *size* at a time."""
    return [tuple(orders[start : start + size]) for start in range(0, len(orders), size)]
