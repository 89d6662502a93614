"""Browsers that are logged in: begun, asked at every page, ended; the server can end any of them.

The cookie holds a random token; the store has its digest, so that whoever reads the store cannot
log in with it. A login always makes a new token: one that was planted before is worth nothing.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from documents.errors import storable
from documents.tables import AccountRow, AgencyRow, PersonRow, WebSessionRow

IDLE = timedelta(hours=8)
"""A session that nobody used for so long is over; a working day with its lunch break fits."""
LONGEST = timedelta(hours=14)
KEPT = timedelta(days=90)
"""How long sessions that are over stay in the list of who was logged in where."""
SEEN_EVERY = timedelta(minutes=1)
"""How often a page writes that the session lives: pages are many, and SQLite has one writer."""


@dataclass(frozen=True, slots=True)
class Visit:
    """Who is at the other end of a request."""

    session_id: str
    """SHA-256 of the token, hex; names the session in lists, and cannot be turned back."""
    account_id: str
    username: str
    person_id: str
    full_name: str
    organ_id: str
    agency_name: str
    csrf: str
    factors: frozenset[str]
    language: str
    must_change: bool
    seen_at: datetime

    def checks(self, csrf: str) -> bool:
        """Return whether a form of this session was sent."""
        return hmac.compare_digest(self.csrf.encode(), csrf.encode())


def begin(
    session: Session,
    account: AccountRow,
    person_id: str,
    factors: frozenset[str],
    client: str,
    at: datetime,
) -> str:
    """Begin a session; return the token for the cookie, which is kept nowhere."""
    session.execute(
        delete(WebSessionRow).where(
            WebSessionRow.account_id == account.id, WebSessionRow.expires_at < at - KEPT
        )
    )
    return _added(session, account.id, person_id, factors, client, at, at + LONGEST)


def renew(
    session: Session,
    here: Visit,
    at: datetime,
    *,
    person_id: str = "",
    factors: frozenset[str] = frozenset(),
) -> str:
    """Go on under a new token, in another person's name or with further *factors*.

    The old token is worth nothing from here on; the end stays where it was.
    """
    old = session.get_one(WebSessionRow, here.session_id)
    old.revoked_at = at
    proved = here.factors | factors
    person = person_id or here.person_id
    return _added(session, here.account_id, person, proved, old.client, at, old.expires_at)


def _added(
    session: Session,
    account_id: str,
    person_id: str,
    factors: frozenset[str],
    client: str,
    at: datetime,
    until: datetime,
) -> str:
    token = secrets.token_urlsafe(32)
    session.add(
        WebSessionRow(
            token_sha256=_digest(token),
            account_id=account_id,
            person_id=person_id,
            csrf=secrets.token_urlsafe(24),
            factors=" ".join(sorted(factors)),
            client=storable(client)[:200],
            created_at=at,
            seen_at=at,
            expires_at=until,
        )
    )
    session.flush()
    return token


def visit(session: Session, token: str, at: datetime) -> Visit | None:
    """Return whose session *token* is; None where it is over, revoked, or none of ours."""
    found = session.execute(
        select(WebSessionRow, AccountRow, PersonRow, AgencyRow.name)
        .join(AccountRow, AccountRow.id == WebSessionRow.account_id)
        .join(PersonRow, PersonRow.id == WebSessionRow.person_id)
        .join(AgencyRow, AgencyRow.organ_id == PersonRow.organ_id)
        .where(WebSessionRow.token_sha256 == _digest(token))
    ).one_or_none()
    if found is None:
        return None
    row, account, person, agency = found
    over = row.revoked_at is not None or account.disabled_at is not None
    if over or at >= row.expires_at or at - row.seen_at > IDLE:
        return None
    return Visit(
        session_id=row.token_sha256,
        account_id=account.id,
        username=account.username,
        person_id=person.id,
        full_name=person.full_name,
        organ_id=person.organ_id,
        agency_name=agency,
        csrf=row.csrf,
        factors=frozenset(row.factors.split()),
        language=account.language,
        must_change=account.must_change,
        seen_at=row.seen_at,
    )


def seen(session: Session, here: Visit, at: datetime) -> None:
    """Note that the session is used; runs in a writing transaction, now and then."""
    session.execute(
        update(WebSessionRow)
        .where(WebSessionRow.token_sha256 == here.session_id)
        .values(seen_at=at)
    )


def revoke(session: Session, session_id: str, account_id: str, at: datetime) -> None:
    """End one session of an account; one that is over stays over."""
    session.execute(
        update(WebSessionRow)
        .where(WebSessionRow.token_sha256 == session_id, WebSessionRow.account_id == account_id)
        .where(WebSessionRow.revoked_at.is_(None))
        .values(revoked_at=at)
    )


def revoke_all(session: Session, account_id: str, at: datetime, but: str = "") -> None:
    """End every session of an account, *but* perhaps the one that asks for it."""
    session.execute(
        update(WebSessionRow)
        .where(WebSessionRow.account_id == account_id, WebSessionRow.token_sha256 != but)
        .where(WebSessionRow.revoked_at.is_(None))
        .values(revoked_at=at)
    )


def revoke_person(session: Session, account_id: str, person_id: str, at: datetime) -> None:
    """End the sessions in which an account works in one person's name."""
    session.execute(
        update(WebSessionRow)
        .where(WebSessionRow.account_id == account_id, WebSessionRow.person_id == person_id)
        .where(WebSessionRow.revoked_at.is_(None))
        .values(revoked_at=at)
    )


def living(session: Session, account_id: str, at: datetime) -> list[WebSessionRow]:
    """Return the account's sessions that go on at *at*, the newest first."""
    return list(
        session.scalars(
            select(WebSessionRow)
            .where(WebSessionRow.account_id == account_id, WebSessionRow.revoked_at.is_(None))
            .where(WebSessionRow.expires_at > at, WebSessionRow.seen_at >= at - IDLE)
            .order_by(WebSessionRow.created_at.desc(), WebSessionRow.token_sha256)
            .limit(100)
        )
    )


def _digest(token: str) -> str:
    return hashlib.sha256(token[:200].encode("utf-8", "surrogatepass")).hexdigest()
