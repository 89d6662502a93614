"""Signature requests (yêu cầu ký): opened, handed over, and ended with or without a signature.

Legal source: Decree 30/2020/ND-CP, Art. 13 (the competent person signs), Art. 17.2 (the
seal). Each function runs in the caller's writing transaction, locks the document before the
request, moves the request and writes the ledger. A signature that comes when its request is
over, or for a revision that is no longer the current one, is recorded and never applied.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from documents import casefile, outgoing, posts
from documents.document import Role
from documents.errors import EvidenceBroken, OfficeError, Refused, StepRefused, storable
from documents.freezing import ensure_free, shown
from documents.identity import new_id
from documents.ledger import SYSTEM, Actor
from documents.lifecycle import State
from documents.signature_request import (
    OPEN,
    Purpose,
    RequestState,
    RequestStep,
    RequestStepRefused,
    RequestWithdrawn,
    follow,
)
from documents.tables import DocumentRow, SignatureRequestRow

LEASE = timedelta(minutes=20)
"""Longer than any service takes to answer; a worker started anew gives its own up."""
HOLDER_LENGTH = 255


class RequestUnknown(Refused):
    """No signature request has this id."""

    code = "request.unknown"
    vietnamese = "Không có yêu cầu ký «{0}»"
    english = "there is no signature request {0}"
    remedy = "Xem `congvan show --frozen` / see `congvan show --frozen`"


class RevisionMoved(EvidenceBroken):
    """The document is no longer the one that the signature was asked for."""

    code = "request.revision_moved"
    vietnamese = "Văn bản đã thay đổi từ khi yêu cầu ký {0} được lập"
    english = "the document has changed since the request {0} was made"
    remedy = "Trình ký lại bản hiện hành / have the current version signed"


class RequestExpired(Refused):
    """Nobody signed in time."""

    code = "request.expired"
    vietnamese = "Yêu cầu ký gửi «{0}» đã quá hạn lúc {1}"
    english = "the request to {0} expired at {1}"
    remedy = "Trình ký lại: `congvan step retry` / ask again: `congvan step retry`"


@dataclass(frozen=True, slots=True)
class Opening:
    """What a request is opened with."""

    document_id: str
    purpose: Purpose
    service: str
    """The kind of key: remote, manual, vgca."""
    holder: str
    """Who gets the document, as people read it."""
    key: str
    """Stem of the key in the key folder."""
    base_sha256: str
    until: datetime
    frozen_sha256: str = ""
    pending_sha256: str = ""


_STANDS: dict[Purpose, State] = {Purpose.LEADER: State.APPROVED, Purpose.SEAL: State.NUMBERED}
_SIGNED: dict[Purpose, Callable[..., None]] = {
    Purpose.LEADER: outgoing.signed,
    Purpose.SEAL: outgoing.sealed,
}


def opened(
    session: Session, opening: Opening, at: datetime, actor: Actor = SYSTEM
) -> SignatureRequestRow:
    """Freeze the document for whoever will sign; the request is PREPARED.

    Raises:
        DocumentUnknown: there is no such document.
        DocumentFrozen: someone has it already.
        StepRefused: the document is not where this signature is due.
        RevisionMoved: its current revision is not `base_sha256`.
    """
    document = casefile.locked(session, opening.document_id)
    ensure_free(session, document)
    if document.state != _STANDS[opening.purpose]:
        raise StepRefused(document.state, f"{opening.purpose} signature")
    if document.current_sha256 != opening.base_sha256:
        raise RevisionMoved("")
    request = SignatureRequestRow(
        id=new_id(),
        document_id=document.id,
        purpose=opening.purpose,
        state=RequestState.PREPARED,
        holder=storable(opening.holder)[:HOLDER_LENGTH],
        service=opening.service,
        key=opening.key,
        base_sha256=opening.base_sha256,
        frozen_sha256=opening.frozen_sha256,
        pending_sha256=opening.pending_sha256,
        created_at=at,
        until=opening.until,
        updated_at=at,
        next_attempt_at=at,
    )
    session.add(request)
    session.flush()
    document.frozen_by, document.updated_at = request.id, at
    document.held, document.error_code, document.error_text = False, None, None
    told = {
        "purpose": opening.purpose.value,
        "holder": request.holder,
        "service": opening.service,
        "until": opening.until.isoformat(),
    }
    evidence = opening.frozen_sha256 or opening.base_sha256
    tell(session, document, request, "request", actor, at, evidence=evidence, **told)
    return request


def sent(session: Session, request_id: str, order_text: str, at: datetime) -> None:
    """Note, before it leaves, that the service is asked: whoever goes on asks first.

    *order_text* is all that is needed for asking.
    """
    document, request = locked(session, request_id)
    move(request, RequestStep.SEND, at)
    request.order_text = order_text
    request.orders += 1
    tell(session, document, request, "send", SYSTEM, at, order=request.orders)


def waits(
    session: Session, request_id: str, order_text: str, at: datetime, again: datetime | None
) -> None:
    """Note that whoever signs has it; the next look is due at *again*, or when it expires."""
    document, request = locked(session, request_id)
    if request.state != RequestState.WAITING:
        move(request, RequestStep.WAIT, at)
        tell(session, document, request, "wait", SYSTEM, at)
    request.order_text, request.next_attempt_at, request.lease_owner = order_text, again, None
    request.error_code = request.error_text = None


def put_off(
    session: Session, request_id: str, error: OfficeError, at: datetime, again: datetime
) -> None:
    """Note what was down; the next look is due at *again*."""
    _, request = locked(session, request_id)
    if request.state not in OPEN:
        raise RequestStepRefused(request.id, request.state, RequestStep.WAIT)
    request.attempts += 1
    request.updated_at, request.next_attempt_at, request.lease_owner = at, again, None
    request.error_code, request.error_text = error.code, str(error)


def completed(
    session: Session,
    request_id: str,
    sha256: str,
    size: int,
    at: datetime,
    *,
    actor: Actor = SYSTEM,
    **more: Any,
) -> None:
    """Record the signature that was asked for: the document thaws and goes on (Art. 13, 17.2).

    *actor* brought it; *more* is what else `outgoing.sealed` takes: attachments under the seal.

    Raises:
        RequestStepRefused, RequestExpired: it is over; record the signature with `unused`.
        RevisionMoved: the document is another one now.
    """
    document, request = locked(session, request_id)
    ensure_open(request, at)
    move(request, RequestStep.COMPLETE, at)
    if document.current_sha256 != request.base_sha256 or document.frozen_by != request.id:
        raise RevisionMoved(request.id)
    document.frozen_by = None
    tell(session, document, request, "complete", actor, at, evidence=sha256)
    _SIGNED[Purpose(request.purpose)](session, document.id, sha256, size, at, **more)


def ensure_open(request: SignatureRequestRow, at: datetime) -> None:
    """Return if a signature may still come for *request*.

    Raises:
        RequestStepRefused: it is over.
        RequestExpired: its time is, and nobody has written that down yet.
    """
    if request.state not in OPEN:
        raise RequestStepRefused(request.id, request.state, RequestStep.COMPLETE)
    if at > request.until:
        raise RequestExpired(request.holder, shown(request.until))


def is_open(session: Session, request_id: str) -> bool:
    """Return whether the request is not over; both rows are locked from now on."""
    return locked(session, request_id)[1].state in OPEN


def unused(
    session: Session,
    request_id: str,
    sha256: str,
    error: OfficeError,
    at: datetime,
    actor: Actor = SYSTEM,
) -> None:
    """Record that something came for a request and why it was not used; nothing else changes.

    *sha256* is that of what *actor* brought: a signature that is late, wrong, or by another.
    """
    document, request = locked(session, request_id)
    tell(session, document, request, "unused", actor, at, evidence=sha256, error=error.code)


def ended(
    session: Session, request_id: str, step: RequestStep, error: OfficeError, at: datetime
) -> None:
    """End a request without a signature; the document stays and shows *error*, for a person.

    Raises:
        RequestStepRefused: it is over already.
    """
    document, request = locked(session, request_id)
    end(session, document, request, step, error, SYSTEM, at)


def expired(session: Session, request_id: str, at: datetime) -> None:
    """End a request whose time is over."""
    document, request = locked(session, request_id)
    error = RequestExpired(request.holder, shown(request.until))
    end(session, document, request, RequestStep.EXPIRE, error, SYSTEM, at)


def withdrawn(session: Session, request_id: str, who: str, reason: str, at: datetime) -> None:
    """Let a leader or clerk of the agency take a request back.

    Raises:
        PersonUnknown, PersonAmbiguous: nobody, or not one person, of the agency is *who*.
        RightMissing: the post gives no right to it.
        RequestStepRefused: it is over already.
    """
    document, request = locked(session, request_id)
    roles, what = (Role.LEADER, Role.CLERK), "thu hồi yêu cầu ký / withdraw"
    acting = posts.acting(session, document.organ_id, who, roles, at, what)
    error = RequestWithdrawn(request.holder, storable(reason))
    by = acting.actor
    end(session, document, request, RequestStep.WITHDRAW, error, by, at, reason=str(reason))


def due(session: Session, owner: str, at: datetime, limit: int) -> list[SignatureRequestRow]:
    """Take up requests that are to be worked on: no other worker than *owner* gets them.

    Runs in a writing transaction; those whose time is over are among them.
    """
    wanted = _due(at).order_by(SignatureRequestRow.created_at).limit(limit)
    rows = list(session.scalars(wanted.with_for_update(skip_locked=True)))
    for row in rows:
        row.lease_owner, row.next_attempt_at = owner, at + LEASE
    return rows


def release_owner(session: Session, owner: str, at: datetime) -> None:
    """Give up what *owner*, which has just started anew, was working on."""
    session.execute(
        update(SignatureRequestRow)
        .where(SignatureRequestRow.lease_owner == owner)
        .where(SignatureRequestRow.state.in_(sorted(OPEN)))
        .values(lease_owner=None, next_attempt_at=at)
    )


def waiting(session: Session, at: datetime) -> bool:
    """Return whether `due` would give anything (reads only)."""
    return session.scalar(_due(at).limit(1)) is not None


def _due(at: datetime) -> Any:
    return select(SignatureRequestRow).where(
        SignatureRequestRow.state.in_(sorted(OPEN)),
        or_(SignatureRequestRow.next_attempt_at <= at, SignatureRequestRow.until < at),
    )


def get(session: Session, request_id: str) -> SignatureRequestRow:
    """Return one request.

    Raises:
        RequestUnknown: there is none.
    """
    row = session.get(SignatureRequestRow, request_id)
    if row is None:
        raise RequestUnknown(request_id)
    return row


def frozen(session: Session, organs: Iterable[str] = ()) -> list[SignatureRequestRow]:
    """Return the open requests, of some agencies or all, those that end first first."""
    wanted = select(SignatureRequestRow).where(SignatureRequestRow.state.in_(sorted(OPEN)))
    if chosen := list(organs):
        wanted = wanted.join(DocumentRow, DocumentRow.id == SignatureRequestRow.document_id)
        wanted = wanted.where(DocumentRow.organ_id.in_(chosen))
    return list(session.scalars(wanted.order_by(SignatureRequestRow.until)))


def by_error(session: Session) -> dict[str, int]:
    """Return how many open requests wait after an error, by its code."""
    rows = session.execute(
        select(SignatureRequestRow.error_code, func.count())
        .where(SignatureRequestRow.state.in_(sorted(OPEN)))
        .where(SignatureRequestRow.error_code.is_not(None))
        .group_by(SignatureRequestRow.error_code)
    )
    return {code: count for code, count in rows if code}


def of_document(session: Session, document_id: str) -> list[SignatureRequestRow]:
    """Return all requests of a document, oldest first."""
    wanted = select(SignatureRequestRow).where(SignatureRequestRow.document_id == document_id)
    return list(session.scalars(wanted.order_by(SignatureRequestRow.created_at)))


def locked(session: Session, request_id: str) -> tuple[DocumentRow, SignatureRequestRow]:
    """Return document and request, locked in the one order in which nobody waits in a circle."""
    document = casefile.locked(session, get(session, request_id).document_id)
    request = session.get_one(
        SignatureRequestRow, request_id, with_for_update=True, populate_existing=True
    )
    return document, request


def move(request: SignatureRequestRow, step: RequestStep, at: datetime) -> None:
    """Take *step* with the row of a locked request.

    Raises:
        RequestStepRefused: it cannot be taken.
    """
    request.state = follow(request.id, RequestState(request.state), step)
    request.updated_at = at


def end(
    session: Session,
    document: DocumentRow,
    request: SignatureRequestRow,
    step: RequestStep,
    error: OfficeError,
    actor: Actor,
    at: datetime,
    **detail: Any,
) -> None:
    """End a locked request without a signature; its document shows *error*."""
    move(request, step, at)
    request.error_code, request.error_text = error.code, str(error)
    request.next_attempt_at = None
    if document.frozen_by == request.id:
        document.frozen_by = None
        casefile.put_off(session, document.id, error, at)
    tell(session, document, request, step, actor, at, error=error.code, **detail)


def tell(
    session: Session,
    document: DocumentRow,
    request: SignatureRequestRow,
    what: str,
    actor: Actor,
    at: datetime,
    *,
    evidence: str = "",
    **detail: Any,
) -> None:
    """Write what happened to a request into the ledger of its document."""
    told = {"request": request.id, **detail}
    casefile.note(session, document, f"signature_{what}", actor, at, evidence=evidence, detail=told)
