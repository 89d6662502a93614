"""Tokens of other systems: by each, one person's rights in one agency, within scopes and days.

Standards: RFC 6750 (bearer tokens); OWASP API Security Top 10 2023, API2. Only a token's digest is
kept. What a system does by its token its person did: the ledger names them, and a post that ends
takes the rights of the token along.
"""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from documents import directory, ledger, posts
from documents.errors import Refused, storable
from documents.identity import new_id
from documents.ledger import Fact
from documents.numbering import local_day
from documents.posts import Acting
from documents.right import GRANTS, Right
from documents.tables import ApiTokenRow

LONGEST = timedelta(days=366)
"""A token lives no longer."""
SYSTEM_LENGTH = 100
_PREFIX = "congvan_"
"""So that a token in the wrong place is known for one."""
_NOTED_EVERY = timedelta(minutes=5)
_WHAT = "mã truy cập hệ thống / tokens"


class Scope(StrEnum):
    """What a token is for."""

    READ = "read"
    """Lists, documents, files, tasks, registers, the catalogue."""
    DRAFT = "draft"
    """Handing in drafts."""
    ACT = "act"
    """Steps of documents and tasks."""


class TokenInvalid(Refused):
    """A token cannot be made so. ({0} why)."""

    code = "token.invalid"
    vietnamese = "Không cấp được mã truy cập: {0}"
    english = "the token cannot be made: {0}"
    remedy = "Xem `congvan token add --help` / see that help"


class TokenUnknown(Refused):
    """The agency has no token with this id."""

    code = "token.unknown"
    vietnamese = "Không có mã truy cập «{0}»"
    english = "there is no token «{0}»"
    remedy = "Xem `congvan token list` / see `congvan token list`"


@dataclass(frozen=True, slots=True)
class Caller:
    """A system at the door, as the person whose rights it has."""

    token_id: str
    organ_id: str
    person_id: str
    system: str
    scopes: frozenset[Scope]
    noted: bool
    """Its use was written down a moment ago."""


def add(
    session: Session,
    organ_id: str,
    system: str,
    person: str,
    scopes: Collection[Scope],
    expires_at: datetime,
    who: str,
    at: datetime,
) -> tuple[ApiTokenRow, str]:
    """Make a token; return its row and the token, which nobody can be shown again.

    Args:
        session: a writing transaction.
        organ_id: the agency.
        system: what the other system is called.
        person: id or full name of whose rights it has.
        scopes: at least one.
        expires_at: aware; at most `LONGEST` from now.
        who: the administrator, id or full name.
        at: aware UTC.

    Raises:
        TokenInvalid: no name, no scope, or too long a life.
        AgencyUnknown, AgencyNotServed, PersonUnknown, PersonAmbiguous, RightMissing: as they say.
    """
    agency = directory.served_agency(session, organ_id)
    by = _administrator(session, agency.organ_id, who, at)
    system = storable(system).strip()
    if not 1 <= len(system) <= SYSTEM_LENGTH:
        raise TokenInvalid("tên hệ thống / the system's name")
    if not scopes:
        raise TokenInvalid("phạm vi / scopes")
    if not at < expires_at <= at + LONGEST:
        raise TokenInvalid(f"thời hạn tối đa {LONGEST.days} ngày / at most {LONGEST.days} days")
    token = _PREFIX + secrets.token_urlsafe(32)
    row = ApiTokenRow(
        id=new_id(),
        token_sha256=_digest(token),
        organ_id=agency.organ_id,
        person_id=directory.person_row(session, agency.organ_id, person, at).id,
        system=system,
        scopes=" ".join(sorted(scopes)),
        created_at=at,
        created_by=by.person.id,
        expires_at=expires_at,
    )
    session.add(row)
    session.flush()
    _told(session, row, "add_token", by, at)
    return row, token


def revoke(session: Session, organ_id: str, token_id: str, who: str, at: datetime) -> ApiTokenRow:
    """End a token at once; one that is over stays over.

    Raises:
        TokenUnknown: the agency has none with this id.
        AgencyUnknown, PersonUnknown, PersonAmbiguous, RightMissing: as they say.
    """
    agency = directory.served_agency(session, organ_id)
    by = _administrator(session, agency.organ_id, who, at)
    row = session.get(ApiTokenRow, token_id, with_for_update=True)
    if row is None or row.organ_id != agency.organ_id:
        raise TokenUnknown(token_id[:60])
    if row.revoked_at is None:
        row.revoked_at = at
        _told(session, row, "revoke_token", by, at)
    return row


def of_agency(session: Session, organ_id: str) -> list[ApiTokenRow]:
    """Return the agency's tokens, the newest first; never the tokens themselves."""
    wanted = select(ApiTokenRow).where(ApiTokenRow.organ_id == organ_id)
    return list(session.scalars(wanted.order_by(ApiTokenRow.created_at.desc(), ApiTokenRow.id)))


def caller(session: Session, token: str, at: datetime) -> Caller | None:
    """Return whose token it is; None where it is over, revoked, or none of ours."""
    wanted = select(ApiTokenRow).where(ApiTokenRow.token_sha256 == _digest(token))
    row = session.scalar(wanted)
    if row is None or row.revoked_at is not None or at >= row.expires_at:
        return None
    return Caller(
        row.id,
        row.organ_id,
        row.person_id,
        row.system,
        frozenset(Scope(scope) for scope in row.scopes.split()),
        noted=row.last_used_at is not None and at - row.last_used_at < _NOTED_EVERY,
    )


def used(session: Session, token_id: str, at: datetime) -> None:
    """Write down that a token is in use."""
    session.execute(update(ApiTokenRow).where(ApiTokenRow.id == token_id).values(last_used_at=at))


def _administrator(session: Session, organ_id: str, who: str, at: datetime) -> Acting:
    return posts.acting(session, organ_id, who, GRANTS[Right.TOKENS], at, _WHAT, alone=True)


def _told(session: Session, row: ApiTokenRow, what: str, by: Acting, at: datetime) -> None:
    said = {
        "token": row.id,
        "system": row.system,
        "person": row.person_id,
        "scopes": row.scopes,
        "expires": f"{local_day(row.expires_at):%Y-%m-%d}",
    }
    fact = Fact("", what, "", by.actor, "", tuple((said | by.detail()).items()))
    ledger.append(session, row.organ_id, fact, at)


def _digest(token: str) -> str:
    return hashlib.sha256(token[:200].encode("utf-8", "surrogatepass")).hexdigest()
