"""The accounts of an agency, for its administrator: bounded, by name, with where each stands."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from documents import account_lock
from documents.account_people import Standing, of_accounts
from documents.errors import storable
from documents.tables import AccountPersonRow, AccountRow, PersonRow, WebSessionRow
from documents.web_sessions import IDLE

PAGE = 50


@dataclass(frozen=True, slots=True)
class Listed:
    """One account, as lists show it; no secret is in it."""

    id: str
    username: str
    standings: tuple[Standing, ...]
    """With a post today; of every agency of the installation."""
    has_password: bool
    has_factor: bool
    bound: bool
    """To a subject of the provider of identities."""
    must_change: bool
    disabled_at: datetime | None
    locked_until: datetime | None
    sessions: int
    last_seen: datetime | None


def listed(
    session: Session,
    organs: Collection[str] | None,
    at: datetime,
    *,
    words: str = "",
    after: str = "",
    most: int = PAGE,
) -> list[Listed]:
    """Return accounts of people of the agencies by name, those after the name *after*.

    *organs* None: of all, also accounts that stand for nobody. *words*: part of a user's or a
    person's name.
    """
    wanted = select(AccountRow).where(AccountRow.username > after)
    theirs = (
        select(AccountPersonRow.account_id)
        .join(PersonRow, PersonRow.id == AccountPersonRow.person_id)
        .where(AccountPersonRow.account_id == AccountRow.id)
    )
    if organs is not None:
        wanted = wanted.where(theirs.where(PersonRow.organ_id.in_(organs)).exists())
    if words := storable(words.strip()[:100]):
        named = theirs.where(PersonRow.full_name.icontains(words, autoescape=True))
        wanted = wanted.where(
            or_(AccountRow.username.contains(words.lower(), autoescape=True), named.exists())
        )
    rows = list(session.scalars(wanted.order_by(AccountRow.username).limit(most)))
    return _dressed(session, rows, at)


def one(session: Session, row: AccountRow, at: datetime) -> Listed:
    """Return one account as lists show it."""
    return _dressed(session, [row], at)[0]


def _dressed(session: Session, rows: list[AccountRow], at: datetime) -> list[Listed]:
    ids = [row.id for row in rows]
    standing = of_accounts(session, ids, at)
    locks = account_lock.locked_until(session, [row.username for row in rows], at)
    counted = {
        account: (count, seen)
        for account, count, seen in session.execute(
            select(
                WebSessionRow.account_id,
                func.count(),
                func.max(WebSessionRow.seen_at, type_=WebSessionRow.seen_at.type),
            )
            .where(WebSessionRow.account_id.in_(ids), WebSessionRow.revoked_at.is_(None))
            .where(WebSessionRow.expires_at > at, WebSessionRow.seen_at >= at - IDLE)
            .group_by(WebSessionRow.account_id)
        )
    }
    return [
        Listed(
            id=row.id,
            username=row.username,
            standings=tuple(standing.get(row.id, ())),
            has_password=bool(row.password_hash),
            has_factor=row.totp_secret is not None,
            bound=bool(row.oidc_subject),
            must_change=row.must_change,
            disabled_at=row.disabled_at,
            locked_until=locks.get(row.username),
            sessions=counted.get(row.id, (0, None))[0],
            last_seen=counted.get(row.id, (0, None))[1],
        )
        for row in rows
    ]
