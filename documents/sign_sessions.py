"""Sign sessions in the store: opened, fetched from, used once, or over without a signature.

Each function runs in the caller's transaction and writes the ledger; a session that ends
without a signature leaves the document as it was. Of the token only the SHA-256 is kept.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from documents import casefile, directory, posts
from documents.document import Role
from documents.errors import OfficeError
from documents.freezing import shown
from documents.identity import new_id
from documents.ledger import SYSTEM, Actor
from documents.sign_session import (
    MOST_REFUSALS,
    SITTERS,
    Operation,
    SessionOver,
    SessionState,
    SessionUnknown,
    Ticket,
)
from documents.signature_request import OPEN, RequestStepRefused
from documents.tables import DocumentRow, SignatureRequestRow, SignSessionRow

TOKEN_BYTES = 32
_TOKEN = re.compile("[A-Za-z0-9_-]{43}")


def opened(
    session: Session,
    request: SignatureRequestRow,
    operation: Operation,
    actor: Actor,
    lifetime: timedelta,
    at: datetime,
) -> Ticket:
    """Open a session for *request*; an earlier one of the same document is closed.

    It ends with the request at the latest.

    Raises:
        RequestStepRefused: the request is over.
    """
    document = casefile.locked(session, request.document_id)
    session.flush()  # what was just written must not be read over
    session.refresh(request, with_for_update=True)
    if request.state not in OPEN:
        raise RequestStepRefused(request.id, request.state, "sign_session")
    for earlier in session.scalars(_open().where(SignSessionRow.document_id == document.id)):
        _end(session, earlier, SessionState.CLOSED, actor, at, why="superseded")
    session.flush()
    token = secrets.token_urlsafe(TOKEN_BYTES)
    row = SignSessionRow(
        id=new_id(),
        request_id=request.id,
        document_id=document.id,
        operation=operation,
        person_id=actor.id,
        token_sha256=_digest(token),
        base_sha256=request.base_sha256,
        state=SessionState.OPEN,
        created_at=at,
        until=min(at + lifetime, request.until),
        updated_at=at,
    )
    session.add(row)
    session.flush()
    until = row.until.isoformat()
    _tell(session, row, "open", actor, at, operation=operation.value, until=until)
    return Ticket(row.id, token, row.until)


def by_token(session: Session, token: str) -> SignSessionRow:
    """Return the session that *token* opens, whatever its state.

    Raises:
        SessionUnknown: none.
    """
    if not _TOKEN.fullmatch(token):
        raise SessionUnknown
    digest = _digest(token)
    row = session.scalar(select(SignSessionRow).where(SignSessionRow.token_sha256 == digest))
    # found by its digest, so that no comparison's time tells anything about a token
    if row is None or not hmac.compare_digest(row.token_sha256, digest):
        raise SessionUnknown
    return row


def ensure_open(session: Session, row: SignSessionRow, at: datetime) -> None:
    """Return if the file may be fetched and brought back.

    Raises:
        SessionOver: used, closed, expired, or what it was opened for is over.
    """
    if row.state != SessionState.OPEN:
        raise SessionOver(row.state)
    if at > row.until:
        raise SessionOver(f"{SessionState.EXPIRED}, {shown(row.until)}")
    request = session.get_one(SignatureRequestRow, row.request_id)
    if request.state not in OPEN:
        raise SessionOver(request.state)


def fetched(session: Session, session_id: str, at: datetime) -> None:
    """Record that the file was fetched, the first time."""
    row = _locked(session, session_id)
    if row.fetched_at is None:
        row.fetched_at = row.updated_at = at
        _tell(session, row, "fetch", _person(row), at, evidence=row.base_sha256)


def used(session: Session, session_id: str, sha256: str, at: datetime) -> None:
    """Record that the signed file *sha256* was taken: no other one will be.

    Raises:
        SessionOver: it is not open any more.
    """
    row = _locked(session, session_id)
    ensure_live(row, at)
    row.state, row.upload_sha256, row.updated_at = SessionState.USED, sha256, at
    _tell(session, row, "use", _person(row), at, evidence=sha256)


def ensure_live(row: SignSessionRow, at: datetime) -> None:
    """Return if the session itself is open; its request is another matter.

    Raises:
        SessionOver: it is not.
    """
    if row.state != SessionState.OPEN or at > row.until:
        raise SessionOver(row.state)


def refused(
    session: Session, session_id: str, sha256: str, error: OfficeError, at: datetime
) -> None:
    """Record that a file came and was not taken; too many of them close the session."""
    row = _locked(session, session_id)
    if row.state != SessionState.OPEN:
        return  # whoever has an old token must not fill the ledger
    person = _person(row)
    row.refusals += 1
    row.updated_at = at
    _tell(session, row, "refuse", person, at, evidence=sha256, error=error.code)
    if row.refusals >= MOST_REFUSALS:
        _end(session, row, SessionState.CLOSED, SYSTEM, at, why="refusals")


def closed(session: Session, session_id: str, who: str, at: datetime) -> None:
    """Let the one it was opened for, or a leader or clerk of the agency, close a session.

    Raises:
        SessionUnknown, PersonUnknown, PersonAmbiguous: no such session, or person.
        RightMissing: it is another person's session.
        SessionOver: it is over already.
    """
    row = _locked(session, session_id)
    document = casefile.locked(session, row.document_id)
    if who == row.person_id:
        actor = _person(row)
    else:
        roles, what = (Role.LEADER, Role.CLERK), "đóng phiên ký / close"
        try:
            actor = posts.acting(session, document.organ_id, who, roles, at, what).actor
        except directory.RightMissing:
            if directory.person_row(session, document.organ_id, who, at).id != row.person_id:
                raise
            actor = _person(row)
    if row.state != SessionState.OPEN:
        raise SessionOver(row.state)
    _end(session, row, SessionState.CLOSED, actor, at, why="person")


def any_expired(session: Session, at: datetime) -> bool:
    """Return whether `expire` would end any (reads only)."""
    return session.scalar(_open().where(SignSessionRow.until < at).limit(1)) is not None


def expire(session: Session, at: datetime, limit: int = 100) -> int:
    """End sessions whose time is over; return how many."""
    wanted = _open().where(SignSessionRow.until < at).order_by(SignSessionRow.until).limit(limit)
    ids = [row.id for row in session.scalars(wanted)]
    ended = 0
    for session_id in ids:
        row = _locked(session, session_id)
        if row.state == SessionState.OPEN and row.until < at:
            _end(session, row, SessionState.EXPIRED, SYSTEM, at)
            ended += 1
    return ended


def listed(session: Session, limit: int, organs: Iterable[str] = ()) -> list[SignSessionRow]:
    """Return sessions, of some agencies or all, the newest first."""
    wanted = select(SignSessionRow)
    if chosen := list(organs):
        wanted = wanted.join(DocumentRow, DocumentRow.id == SignSessionRow.document_id)
        wanted = wanted.where(DocumentRow.organ_id.in_(chosen))
    ordered = wanted.order_by(SignSessionRow.created_at.desc(), SignSessionRow.id)
    return list(session.scalars(ordered.limit(limit)))


def of_document(session: Session, document_id: str) -> list[SignSessionRow]:
    """Return the sessions of a document, the oldest first."""
    wanted = select(SignSessionRow).where(SignSessionRow.document_id == document_id)
    return list(session.scalars(wanted.order_by(SignSessionRow.created_at, SignSessionRow.id)))


def _open() -> Select[SignSessionRow]:
    return select(SignSessionRow).where(SignSessionRow.state == SessionState.OPEN)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _locked(session: Session, session_id: str) -> SignSessionRow:
    """Return the session, locked after its document, as everywhere.

    Raises:
        SessionUnknown: there is none.
    """
    row = session.get(SignSessionRow, session_id)
    if row is None:
        raise SessionUnknown
    casefile.locked(session, row.document_id)
    return session.get_one(SignSessionRow, session_id, with_for_update=True, populate_existing=True)


def _person(row: SignSessionRow) -> Actor:
    return Actor(row.person_id, SITTERS[Operation(row.operation)])


def _end(
    session: Session,
    row: SignSessionRow,
    state: SessionState,
    actor: Actor,
    at: datetime,
    **detail: str,
) -> None:
    row.state, row.updated_at = state, at
    what = "expire" if state is SessionState.EXPIRED else "close"
    _tell(session, row, what, actor, at, **detail)


def _tell(
    session: Session,
    row: SignSessionRow,
    what: str,
    actor: Actor,
    at: datetime,
    *,
    evidence: str = "",
    **detail: str,
) -> None:
    document = casefile.locked(session, row.document_id)
    told = {"session": row.id, **detail}
    casefile.note(
        session, document, f"sign_session_{what}", actor, at, evidence=evidence, detail=told
    )
