"""One effect of one request, however often it is sent: answers kept by their keys.

Standard: draft-ietf-httpapi-idempotency-key-header. A key is claimed before the deed; the deed and
its answer are kept in one transaction. So a caller that heard nothing asks again and hears the
first answer; where the first died before its deed, the claim lapses and the deed is done once.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from documents.errors import Refused, Unavailable
from documents.tables import IdempotentAnswerRow

KEPT = timedelta(hours=24)
LEASE = timedelta(minutes=5)
"""How long a claim without an answer keeps others away: longer than any deed takes."""
KEY_LENGTH = 128


class KeyReused(Refused):
    """The key was used for another request."""

    code = "api.key_reused"
    vietnamese = "Idempotency-Key này đã dùng cho một yêu cầu khác"
    english = "this Idempotency-Key was used for another request"
    remedy = "Dùng khóa mới cho yêu cầu mới / use a new key for a new request"


class StillRunning(Unavailable):
    """The first request under the key is still being worked on."""

    code = "api.still_running"
    vietnamese = "Yêu cầu đầu tiên với khóa này đang được thực hiện"
    english = "the first request under this key is still being worked on"
    remedy = "Gửi lại sau ít giây / send it again in a few seconds"


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Claim:
    """A key that is this request's to answer."""

    token_id: str
    key: str
    begun_at: datetime


def claim(
    session: Session, token_id: str, key: str, fingerprint: str, at: datetime
) -> Claim | Answer:
    """Take the key for this request, or return what was answered under it.

    Args:
        session: a writing transaction of its own.
        token_id: whose key it is.
        key: as the caller made it, at most `KEY_LENGTH` characters.
        fingerprint: SHA-256, hex, of what is asked.
        at: aware UTC.

    Raises:
        KeyReused: something else was asked under it within `KEPT`.
        StillRunning: another request under it has not been answered yet.
        WriteConflict: another one claims it at this moment.
    """
    _sweep(session, at)
    row = session.get(IdempotentAnswerRow, (token_id, key), with_for_update=True)
    if row is None:
        session.add(
            IdempotentAnswerRow(token_id=token_id, key=key, fingerprint=fingerprint, begun_at=at)
        )
        session.flush()
        return Claim(token_id, key, at)
    if row.fingerprint != fingerprint:
        raise KeyReused
    if row.status is not None:
        headers = {name: str(value) for name, value in (row.headers or {}).items()}
        return Answer(row.status, headers, row.body or b"")
    if at - row.begun_at < LEASE:
        raise StillRunning
    row.begun_at = at
    return Claim(token_id, key, at)


def keep(session: Session, mine: Claim, answer: Answer) -> None:
    """Keep the answer, in the transaction of the deed.

    Raises:
        StillRunning: the claim lapsed and another request has it: the deed is not to be kept.
    """
    row = IdempotentAnswerRow
    kept = session.connection().execute(
        update(row)
        .where(row.token_id == mine.token_id, row.key == mine.key)
        .where(row.begun_at == mine.begun_at, row.status.is_(None))
        .values(status=answer.status, headers=answer.headers, body=answer.body)
    )
    if kept.rowcount != 1:
        raise StillRunning


def release(session: Session, mine: Claim) -> None:
    """Give a key up whose deed was not done, so that it may be tried again at once."""
    row = IdempotentAnswerRow
    session.execute(
        delete(row)
        .where(row.token_id == mine.token_id, row.key == mine.key)
        .where(row.begun_at == mine.begun_at, row.status.is_(None))
    )


def _sweep(session: Session, at: datetime) -> None:
    """Forget what is older than `KEPT`: a little with every claim."""
    row = IdempotentAnswerRow
    session.execute(
        delete(row).where(row.begun_at < at - KEPT).execution_options(synchronize_session=False)
    )
