"""A request that changes something, done once: Idempotency-Key and If-Match.

Standards: draft-ietf-httpapi-idempotency-key-header; RFC 9110, 13.1.1 (If-Match).
"""

import hashlib
from collections.abc import Callable
from typing import Annotated

from fastapi import Header
from fastapi.responses import Response
from sqlalchemy.orm import Session

from documents import casefile, idempotency
from documents.database import WriteConflict
from documents.errors import OfficeError, OutcomeUnknown, Refused, Unavailable
from documents.idempotency import KEY_LENGTH, Answer, Claim, StillRunning
from documents.tables import DocumentRow
from web.api import problems
from web.api.client import Client
from web.api.problems import DocumentMoved, KeyMissing, MatchMissing

Key = Annotated[
    str | None,
    Header(alias="Idempotency-Key", description="1–128 ASCII characters, new for a new request"),
]
Match = Annotated[str | None, Header(alias="If-Match", description="the document's ETag")]
REPLAYED = "Idempotency-Replayed"


def done_once(
    client: Client, key: str | None, asked: bytes, deed: Callable[[Claim], Answer]
) -> Response:
    """Do *deed* once for the key; a repeat of the same request hears the first answer.

    Args:
        client: who asks.
        key: their Idempotency-Key.
        asked: what is asked, whole: method, path and content.
        deed: does it, and keeps its answer with `idempotency.keep` in its own transaction.

    Raises:
        KeyMissing, KeyReused, StillRunning: as they say.
        OfficeError: what the deed refused or could not reach.
    """
    mine = _claimed(client, key, asked)
    if isinstance(mine, Answer):
        return _answered(mine, replayed=True)
    try:
        return _answered(deed(mine))
    except OfficeError as error:
        _not_done(client, mine, error)
        raise
    except BaseException:
        _free(client, mine)
        raise


def kept(client: Client, deed: Callable[[Session], Answer]) -> Callable[[Claim], Answer]:
    """Return *deed* as one transaction that keeps its answer too."""

    def whole(mine: Claim) -> Answer:
        with client.office.database.writing() as session:
            answer = deed(session)
            idempotency.keep(session, mine, answer)
            return answer

    return whole


def tag_of(row: DocumentRow) -> str:
    """Return the document's ETag: another one after each step and each new file."""
    seen = f"{row.id} {row.version} {row.state} {row.current_sha256} {row.updated_at.isoformat()}"
    return f'"{hashlib.sha256(seen.encode()).hexdigest()[:32]}"'


def matched(session: Session, document_id: str, match: str | None) -> DocumentRow:
    """Return the document, locked, if it is as the caller saw it.

    Raises:
        MatchMissing: they do not say what they saw.
        DocumentMoved: it has changed since.
    """
    if not match:
        raise MatchMissing
    row = casefile.locked(session, document_id)
    if tag_of(row) not in [each.strip() for each in match.split(",")]:
        raise DocumentMoved(row.state, tag_of(row))
    return row


def _claimed(client: Client, key: str | None, asked: bytes) -> Claim | Answer:
    key = (key or "").strip()
    if not 1 <= len(key) <= KEY_LENGTH or not (key.isascii() and key.isprintable()):
        raise KeyMissing
    fingerprint = hashlib.sha256(asked).hexdigest()
    token_id, at = client.caller.token_id, client.office.now()
    try:
        with client.office.database.writing() as session:
            return idempotency.claim(session, token_id, key, fingerprint, at)
    except WriteConflict:
        raise StillRunning from None  # its twin was a moment faster


def _not_done(client: Client, mine: Claim, error: OfficeError) -> None:
    """Keep why it was refused; of what was not to be reached, give the key free."""
    passing = isinstance(error, (Unavailable, OutcomeUnknown)) or not isinstance(error, Refused)
    if passing:
        _free(client, mine)
        return
    told = problems.answer(error)
    headers = {"content-type": told.headers["content-type"]}
    with client.office.database.writing() as session:
        idempotency.keep(session, mine, Answer(told.status_code, headers, bytes(told.body)))


def _free(client: Client, mine: Claim) -> None:
    with client.office.database.writing() as session:
        idempotency.release(session, mine)


def _answered(answer: Answer, *, replayed: bool = False) -> Response:
    headers = answer.headers | ({REPLAYED: "true"} if replayed else {})
    return Response(answer.body, answer.status, headers)
