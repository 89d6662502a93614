"""Failed logins to one name: counted before the answer is known, locked longer each time.

Standard: NIST SP 800-63B 5.2.2 (throttling). Names that no account has are counted alike: who
asks learns neither from words nor from a lock which names there are.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from documents.errors import Refused
from documents.tables import LoginAttemptRow

FREE = 5
"""Failures in a row that cost nothing: people mistype."""
SHORTEST_LOCK = timedelta(minutes=1)
LONGEST_LOCK = timedelta(hours=1)
FORGOTTEN = timedelta(days=1)
"""After so long without a try the count begins anew."""


class AccountLocked(Refused):
    """Too many failed logins to this name. ({0} minutes left)."""

    code = "account.locked"
    vietnamese = "Đăng nhập sai nhiều lần: tên này tạm khóa, còn {0} phút"
    english = "too many failed logins: this name is locked for {0} minutes"
    remedy = "Chờ hết giờ khóa, hoặc nhờ quản trị mở khóa / wait, or ask your administrator"


def attempt(session: Session, username: str, at: datetime) -> bool:
    """Count a try to log in as *username* before it is known to fail; runs in a writing one.

    Returns:
        Whether this try, should it fail, locks the name: worth a ledger row.

    Raises:
        AccountLocked: the name is locked; nothing was counted.
    """
    session.execute(delete(LoginAttemptRow).where(LoginAttemptRow.last_at < at - FORGOTTEN))
    key = _key(username)
    # two first tries on a name: the second waits here, and both are counted
    upsert: Any = (
        sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
    )
    beginning = {"username_sha256": key, "failures": 0, "last_at": at}
    session.execute(upsert(LoginAttemptRow).values(**beginning).on_conflict_do_nothing())
    row = session.get_one(LoginAttemptRow, key, with_for_update=True)
    if row.locked_until is not None and at < row.locked_until:
        left = row.locked_until - at
        raise AccountLocked(max(1, -(-int(left.total_seconds()) // 60)))
    row.failures += 1
    row.last_at = at
    over = row.failures - FREE
    if over >= 0:
        row.locked_until = at + min(SHORTEST_LOCK * 2 ** min(over, 10), LONGEST_LOCK)
    session.flush()
    return over >= 0


def forget(session: Session, username: str) -> None:
    """Begin the count anew: the login succeeded, or an administrator opens the lock."""
    session.execute(
        delete(LoginAttemptRow).where(LoginAttemptRow.username_sha256 == _key(username))
    )


def locked_until(session: Session, usernames: list[str], at: datetime) -> dict[str, datetime]:
    """Return until when each of *usernames* that is locked at *at* stays so."""
    keys = {_key(username): username for username in usernames}
    rows = session.scalars(
        select(LoginAttemptRow).where(
            LoginAttemptRow.username_sha256.in_(keys), LoginAttemptRow.locked_until > at
        )
    )
    return {
        keys[row.username_sha256]: row.locked_until for row in rows if row.locked_until is not None
    }


def _key(username: str) -> str:
    return hashlib.sha256(username.encode("utf-8", "surrogatepass")).hexdigest()
