"""Accounts at the desk: made, linked to people, reset, disabled; each fact in the ledger.

Legal source: Decree 30/2020/ND-CP, Appendix VI, Part I, IV (who may do what is granted and
recorded). A secret never is: neither in the ledger nor in an error. What decides who an account
is (password, second factor, provider) only administrators of all its agencies change: an agency's
administrator must not become another agency's leader.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import account_factor, account_lock, account_password, ledger, posts, web_sessions
from documents.account_people import agencies_of, standings
from documents.document import Role
from documents.errors import Refused, storable
from documents.identity import new_id
from documents.ledger import SYSTEM, Actor, Fact
from documents.tables import AccountPersonRow, AccountRow, PersonRow
from documents.web_sessions import Visit

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._@-]{1,99}")
LANGUAGES = ("vi", "en")
SECOND_FACTORS = frozenset({"otp", "mfa"})
"""`otp`: our own code; `mfa`: the provider of identities says that it asked (RFC 8176)."""


class AccountUnknown(Refused):
    """There is no such account, or none of this administrator's agency."""

    code = "account.unknown"
    vietnamese = "Không có tài khoản «{0}»"
    english = "there is no account «{0}»"
    remedy = "Xem danh sách: `congvan account list` / see the list"


class UsernameInvalid(Refused):
    """An account cannot have this name."""

    code = "account.username_invalid"
    vietnamese = "Tên đăng nhập «{0}» không hợp lệ"
    english = "an account cannot be called «{0}»"
    remedy = "Dùng 2–100 chữ a–z, số, . _ - @ / use 2 to 100 letters a–z, digits, . _ - @"


class UsernameTaken(Refused):
    """Another account has this name."""

    code = "account.username_taken"
    vietnamese = "Đã có tài khoản «{0}»"
    english = "there is an account «{0}» already"
    remedy = "Chọn tên khác, hoặc gắn tài khoản ấy với người / choose another, or link that one"


class AccountOfOthers(Refused):
    """The account also stands for people of agencies that this administrator has not."""

    code = "account.of_others"
    vietnamese = "Tài khoản «{0}» còn thuộc cơ quan khác ({1})"
    english = "the account «{0}» is of other agencies too ({1})"
    remedy = "Nhờ người quản trị mọi cơ quan ấy / ask an administrator of all of them"


class SecondFactorNeeded(Refused):
    """Who signs or seals must have logged in with a second factor."""

    code = "account.second_factor_needed"
    vietnamese = "Ký số, đóng dấu cần đăng nhập có xác thực hai lớp"
    english = "signing and sealing need a login with a second factor"
    remedy = "Vào Tài khoản, phần Xác thực hai lớp / see your account, second factor"


@dataclass(frozen=True, slots=True)
class Administrator:
    """Who administers accounts, and those of which agencies."""

    actor: Actor
    organs: frozenset[str] | None
    """None: of all, as whoever has the machine's files."""

    def has(self, organ_id: str) -> bool:
        """Return whether the agency is one of theirs."""
        return self.organs is None or organ_id in self.organs


OPERATOR = Administrator(SYSTEM, None)
"""At the machine's own command line, without a name: setting up."""


def may_sign(visit: Visit, second_factor: str) -> None:
    """Check that a visit proved itself enough to sign or seal.

    Args:
        visit: who asks.
        second_factor: the installation's setting: `required` or `offered`.

    Raises:
        SecondFactorNeeded: it is required and was not given.
    """
    if second_factor == "required" and not visit.factors & SECOND_FACTORS:
        raise SecondFactorNeeded()


def administrator(session: Session, visit: Visit, at: datetime) -> Administrator:
    """Return the visitor as an administrator of the agencies where their account has the post.

    Raises:
        RightMissing, PostEnded, PostNotBegun: in the agency they work in now, they have not.
    """
    what = "quản trị tài khoản / administer accounts"
    wanted = frozenset({Role.ADMINISTRATOR})
    acting = posts.acting(
        session, visit.organ_id, visit.person_id, wanted, at, what=what, alone=True
    )
    organs = {
        each.organ_id
        for each in standings(session, visit.account_id, at)
        if Role.ADMINISTRATOR in each.roles
    }
    return Administrator(acting.actor, frozenset(organs | {visit.organ_id}))


def folded(username: str) -> str:
    """Return a name as accounts have it: NFC, lower case, without spaces around."""
    return unicodedata.normalize("NFC", storable(username[:200])).strip().lower()


def named(session: Session, username: str) -> AccountRow | None:
    """Return the account of this name."""
    return session.scalar(select(AccountRow).where(AccountRow.username == folded(username)))


def found(session: Session, wanted: str, by: Administrator) -> AccountRow:
    """Return the account with this id or name, of an agency that *by* administers.

    Raises:
        AccountUnknown: there is none.
    """
    row = session.get(AccountRow, storable(wanted[:100])) or named(session, wanted)
    organs = agencies_of(session, row.id) if row is not None else frozenset()
    if row is None or (by.organs is not None and organs and not organs & by.organs):
        raise AccountUnknown(wanted[:100])
    return row


def create(
    session: Session,
    username: str,
    people: list[str],
    password: str,
    by: Administrator,
    at: datetime,
) -> AccountRow:
    """Make an account for *people* (ids); its owner changes the *password* at the first login.

    Without a password only a provider of identities can log it in.

    Raises:
        UsernameInvalid, UsernameTaken, PasswordWeak: the name or password does not do.
        AccountUnknown: one of the people is not of an agency that *by* administers.
    """
    name = folded(username)
    if not _USERNAME.fullmatch(name):
        raise UsernameInvalid(username[:100])
    if named(session, name) is not None:
        raise UsernameTaken(name)
    if password:
        account_password.ensure_strong(password, name)
    row = AccountRow(
        id=new_id(),
        username=name,
        password_hash=account_password.hashed(password) if password else "",
        must_change=bool(password),
        created_at=at,
    )
    session.add(row)
    session.flush()
    organs = {_linked(session, row, person, by) for person in people}
    note(session, row, "account_made", by.actor, at, organs, people=sorted(people))
    return row


def link(
    session: Session, account: AccountRow, person_id: str, by: Administrator, at: datetime
) -> None:
    """Let the account stand for one person more; a repeat changes nothing.

    Raises:
        AccountUnknown: the person is not of an agency that *by* administers.
    """
    if session.get(AccountPersonRow, (account.id, person_id)) is None:
        organ = _linked(session, account, person_id, by)
        note(session, account, "account_linked", by.actor, at, {organ}, people=[person_id])


def unlink(
    session: Session, account: AccountRow, person_id: str, by: Administrator, at: datetime
) -> None:
    """Let the account no longer stand for a person; sessions in their name end.

    Raises:
        AccountUnknown: it does not, or the person is of another's agency.
    """
    row = session.get(AccountPersonRow, (account.id, person_id))
    person = session.get(PersonRow, person_id)
    if row is None or person is None or not by.has(person.organ_id):
        raise AccountUnknown(person_id)
    session.delete(row)
    session.flush()
    web_sessions.revoke_person(session, account.id, person_id, at)
    note(session, account, "account_unlinked", by.actor, at, {person.organ_id}, people=[person_id])


def _linked(session: Session, account: AccountRow, person_id: str, by: Administrator) -> str:
    person = session.get(PersonRow, storable(person_id[:100]))
    if person is None or not by.has(person.organ_id):
        raise AccountUnknown(person_id[:100])
    session.add(AccountPersonRow(account_id=account.id, person_id=person.id))
    session.flush()
    return person.organ_id


def reset(
    session: Session, account: AccountRow, password: str, by: Administrator, at: datetime
) -> None:
    """Give the account a password that its owner must change; every session of it ends.

    Raises:
        AccountOfOthers: it is of other agencies too.
        PasswordWeak: the password does not do.
    """
    _ensure_whole(session, account, by)
    account_password.ensure_strong(password, account.username)
    account.password_hash = account_password.hashed(password)
    account.must_change = True
    account_lock.forget(session, account.username)
    web_sessions.revoke_all(session, account.id, at)
    note(session, account, "account_reset", by.actor, at)


def disable(session: Session, account: AccountRow, by: Administrator, at: datetime) -> None:
    """Close the account: nobody logs in, every session ends.

    Raises:
        AccountOfOthers: it is of other agencies too.
    """
    _ensure_whole(session, account, by)
    if account.disabled_at is None:
        account.disabled_at = at
        web_sessions.revoke_all(session, account.id, at)
        note(session, account, "account_disabled", by.actor, at)


def enable(session: Session, account: AccountRow, by: Administrator, at: datetime) -> None:
    """Open the account again, and its lock.

    Raises:
        AccountOfOthers: it is of other agencies too.
    """
    _ensure_whole(session, account, by)
    account_lock.forget(session, account.username)
    if account.disabled_at is not None:
        account.disabled_at = None
    note(session, account, "account_enabled", by.actor, at)


def factor_off(session: Session, account: AccountRow, by: Administrator, at: datetime) -> None:
    """Take away the second factor of one who lost it; every session ends.

    Raises:
        AccountOfOthers: it is of other agencies too.
    """
    _ensure_whole(session, account, by)
    account_factor.remove(account)
    web_sessions.revoke_all(session, account.id, at)
    note(session, account, "account_factor_off", by.actor, at)


def end_sessions(session: Session, account: AccountRow, by: Administrator, at: datetime) -> None:
    """End every session of the account."""
    web_sessions.revoke_all(session, account.id, at)
    note(session, account, "account_sessions_ended", by.actor, at)


def _ensure_whole(session: Session, account: AccountRow, by: Administrator) -> None:
    others = [organ for organ in sorted(agencies_of(session, account.id)) if not by.has(organ)]
    if others:
        raise AccountOfOthers(account.username, ", ".join(others))


def note(
    session: Session,
    account: AccountRow,
    step: str,
    by: Actor,
    at: datetime,
    organs: set[str] | None = None,
    **detail: object,
) -> None:
    """Write an account's fact into the ledger of *organs*, else of all its agencies."""
    facts = tuple({"account": account.id, "username": account.username, **detail}.items())
    for organ in sorted(agencies_of(session, account.id) if organs is None else organs):
        ledger.append(session, organ, Fact("", step, "", by, "", facts), at)
