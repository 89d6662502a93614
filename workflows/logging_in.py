"""Logging in: by password and second factor, or by what a provider of identities says.

A comparison of passwords takes some 20 ms: it is made outside of transactions, after the try was
counted. For a name without an account the same is done, and the same is said.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from connectors.openid_token import Identity
from documents import account_factor, account_lock, account_password, accounts, web_sessions
from documents.account_factor import CodeWrong
from documents.account_owner import PasswordWrong
from documents.account_people import ensure_standing, signs
from documents.account_seal import Seal, seal_in
from documents.accounts import folded, named
from documents.database import Database
from documents.errors import Refused
from documents.ledger import SYSTEM
from documents.tables import AccountRow
from documents.web_sessions import Visit
from workflows.settings import Settings

TICKET = "login, second step"
TICKET_LASTS = timedelta(minutes=5)


class LoginRefused(Refused):
    """Name and password do not belong together; which of them is wrong nobody is told."""

    code = "account.login_refused"
    vietnamese = "Tên đăng nhập hoặc mật khẩu không đúng"
    english = "the name or the password is not right"
    remedy = "Nhập lại; quên mật khẩu: nhờ quản trị cơ quan / try again, or ask your administrator"


class StepTooOld(Refused):
    """The second step came too late, or without the first."""

    code = "account.step_too_old"
    vietnamese = "Bước xác thực hai lớp đã quá hạn"
    english = "the second step came too late"
    remedy = "Đăng nhập lại từ đầu / log in again from the start"


class IdentityUnknown(Refused):
    """The provider says who this is, and no account of ours belongs to them. ({0} their name)."""

    code = "account.identity_unknown"
    vietnamese = "«{0}» chưa được gắn với tài khoản nào ở đây"
    english = "«{0}» belongs to no account here"
    remedy = "Nhờ quản trị gắn danh tính với tài khoản / ask your administrator to link it"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A login that went on: a session, or a second step to take."""

    token: str = field(default="", repr=False)
    """For the cookie; empty where the second step is still to come."""
    ticket: str = field(default="", repr=False)
    """For the second step."""
    must_change: bool = False
    lacks_factor: bool = False
    """Their posts sign, and no second factor was given."""


def seal_of(settings: Settings) -> Seal:
    """Return the installation's seal of accounts.

    Raises:
        SealKeyUnusable: its key cannot be read.
    """
    return seal_in(settings.at(settings.keys))


def log_in(
    database: Database, seal: Seal, username: str, password: str, client: str, at: datetime
) -> Outcome:
    """Take a name and its password.

    Raises:
        LoginRefused: they do not belong together, or the account is closed.
        AccountLocked: too many tries failed.
        AccountWithoutPost: the account stands for nobody today.
    """
    account, locks = _tried(database, username, at)
    kept = account.password_hash if account is not None else ""
    right = account_password.matches(kept, password)
    if account is None or not right or account.disabled_at is not None:
        _failed(database, account, at, locks=locks)
        raise LoginRefused()
    with database.writing() as session:
        row = session.get_one(AccountRow, account.id)
        if row.password_hash != kept or row.disabled_at is not None:
            raise LoginRefused()  # changed since
        if account_password.outdated(kept):
            row.password_hash = account_password.hashed(password)
        if row.totp_secret is not None:
            ensure_standing(session, row, at)
            return Outcome(ticket=seal.ticket(TICKET, {"account": row.id}, at))
        return _entered(session, row, frozenset({"pwd"}), client, at)


def second_step(
    database: Database, seal: Seal, ticket: str, code: str, client: str, at: datetime
) -> Outcome:
    """Take the code that follows a right password; also a word of recovery.

    Raises:
        StepTooOld: there was no first step, or it is over.
        AccountLocked: too many tries failed.
        CodeWrong: the code is not right, or was used.
    """
    facts = seal.read(TICKET, ticket, at, TICKET_LASTS) or {}
    with database.reading() as session:
        account = session.get(AccountRow, str(facts.get("account", "")))
    if account is None or account.disabled_at is not None or account.totp_secret is None:
        raise StepTooOld()
    _, locks = _tried(database, account.username, at)
    try:
        with database.writing() as session:
            row = session.get_one(AccountRow, account.id, with_for_update=True)
            if row.password_hash != account.password_hash or row.totp_secret is None:
                raise StepTooOld()
            account_factor.check(session, seal, row, code, at)
            return _entered(session, row, frozenset({"pwd", "otp"}), client, at)
    except CodeWrong:
        _failed(database, account, at, locks=locks)
        raise


def log_in_as(
    database: Database,
    identity: Identity,
    client: str,
    at: datetime,
    claim: str,
    second_factor: tuple[str, ...],
) -> Outcome:
    """Take what a provider of identities says: an account bound to it, or named by *claim*.

    Raises:
        IdentityUnknown: no account belongs to them, or it is closed.
        AccountWithoutPost: the account stands for nobody today.
    """
    with database.writing() as session:
        row = _bound(session, identity) or _named(session, identity, claim, at)
        if row is None or row.disabled_at is not None:
            said = identity.word("preferred_username") or identity.word("name") or identity.subject
            raise IdentityUnknown(said)
        factors = {"oidc"} | ({"mfa"} if identity.proved_by(second_factor) else set())
        return _entered(session, row, frozenset(factors), client, at)


def _tried(database: Database, username: str, at: datetime) -> tuple[AccountRow | None, bool]:
    """Count a try on a name; return its account, if one has it, and whether failing locks it."""
    name = folded(username)
    with database.writing() as session:
        locks = account_lock.attempt(session, name, at)
        return named(session, name), locks


def _failed(database: Database, account: AccountRow | None, at: datetime, *, locks: bool) -> None:
    """Record that the name is locked now; a name without an account costs the same."""
    if locks:
        with database.writing() as session:
            if account is not None:
                accounts.note(session, account, "account_locked", SYSTEM, at)


def _entered(
    session: Session, row: AccountRow, factors: frozenset[str], client: str, at: datetime
) -> Outcome:
    standing = ensure_standing(session, row, at)
    account_lock.forget(session, row.username)
    row.totp_pending = None  # what was being set up elsewhere is shown to no other session
    token = web_sessions.begin(session, row, standing[0].person_id, factors, client, at)
    lacks = signs(standing) and not factors & accounts.SECOND_FACTORS
    must = row.must_change and "pwd" in factors
    return Outcome(token=token, must_change=must, lacks_factor=lacks)


def _bound(session: Session, identity: Identity) -> AccountRow | None:
    return session.scalar(
        select(AccountRow).where(
            AccountRow.oidc_issuer == identity.issuer,
            AccountRow.oidc_subject == identity.subject,
        )
    )


def _named(session: Session, identity: Identity, claim: str, at: datetime) -> AccountRow | None:
    """Return the account that the claim names, bound from now on to this very subject."""
    name = identity.name_of_account(claim)
    row = named(session, name) if name else None
    if row is None or row.oidc_subject or row.disabled_at is not None:
        return None  # one that is bound is another's, whatever name they took since
    bind(session, row, identity.issuer, identity.subject)
    accounts.note(session, row, "account_bound", SYSTEM, at, issuer=identity.issuer)
    return row


def bind(session: Session, row: AccountRow, issuer: str, subject: str) -> None:
    """Let the account be the one of a provider's subject; empty: of none."""
    row.oidc_issuer, row.oidc_subject = issuer[:255], subject[:255]
    session.flush()


def prove(database: Database, username: str, password: str, at: datetime) -> None:
    """Check the password of somebody who is logged in, counted as a login is.

    Raises:
        PasswordWrong: it is not theirs.
        AccountLocked: too many tries failed.
    """
    account, locks = _tried(database, username, at)
    kept = account.password_hash if account is not None else ""
    if account is None or not account_password.matches(kept, password):
        _failed(database, account, at, locks=locks)
        raise PasswordWrong()
    with database.writing() as session:
        account_lock.forget(session, account.username)


def step_up(database: Database, seal: Seal, here: Visit, code: str, at: datetime) -> str:
    """Take a code of somebody who is logged in without one; return the new session's token.

    Raises:
        CodeWrong, FactorMissing: it is not right, or the account has no second factor.
        AccountLocked: too many tries failed.
    """
    account, locks = _tried(database, here.username, at)
    try:
        with database.writing() as session:
            row = session.get_one(AccountRow, here.account_id, with_for_update=True)
            account_factor.check(session, seal, row, code, at)
            account_lock.forget(session, row.username)
            return web_sessions.renew(session, here, at, factors=frozenset({"otp"}))
    except CodeWrong:
        _failed(database, account, at, locks=locks)
        raise
