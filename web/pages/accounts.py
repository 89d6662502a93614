"""The administrator's accounts: who may log in, linked to whom; reset, closed, opened, ended."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Form, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import account_listing, account_password, accounts, staff
from documents.account_listing import PAGE, Listed
from documents.accounts import Administrator
from documents.errors import OfficeError
from documents.tables import AccountPersonRow, AccountRow, PersonRow
from web.faults import PageMissing
from web.rendering import page, redirect, with_fault
from web.visitor import Here, Visitor

router = APIRouter(prefix="/admin/accounts")
Text = Annotated[str, Form()]
_LIST, _ONE = "accounts/list.html", "accounts/account.html"
_Step = Callable[[Session, AccountRow, Administrator, datetime], None]
_STEPS: Mapping[str, tuple[_Step, str]] = {
    "disable": (accounts.disable, "Đã khóa tài khoản"),
    "enable": (accounts.enable, "Đã mở khóa tài khoản"),
    "factor-off": (accounts.factor_off, "Đã tắt xác thực hai lớp"),
    "end-sessions": (accounts.end_sessions, "Đã đăng xuất khỏi mọi máy"),
}
"""What is done to an account, by the last word of its address, and what is said after."""


@router.get("")
def listed(here: Here, q: str = "", after: str = "") -> Response:
    """List the accounts of the agencies that the visitor administers."""
    with here.office.database.reading() as session:
        by = accounts.administrator(session, here.visit, here.at)
        rows = account_listing.listed(
            session, by.organs, here.at, words=q, after=after[:100], most=PAGE + 1
        )
        without = _without_account(session, by)
    more = rows[PAGE - 1].username if len(rows) > PAGE else ""
    return page(here, _LIST, rows=rows[:PAGE], more=more, q=q[:100], without=without, typed={})


def _without_account(session: Session, by: Administrator) -> list[PersonRow]:
    """Return people of the agencies whom no account stands for yet."""
    has = select(AccountPersonRow.person_id)
    return list(
        session.scalars(
            select(PersonRow)
            .where(PersonRow.organ_id.in_(by.organs or ()), PersonRow.active.is_(True))
            .where(PersonRow.id.not_in(has))
            .order_by(PersonRow.organ_id, PersonRow.full_name)
            .limit(300)
        )
    )


@router.post("")
def add(here: Here, username: Text = "", person: Text = "") -> Response:
    """Make an account; its first password is shown this once."""
    password = account_password.made()
    try:
        with here.office.database.writing() as session:
            by = accounts.administrator(session, here.visit, here.at)
            row = accounts.create(session, username, [person], password, by, here.at)
    except OfficeError as fault:
        with here.office.database.reading() as session:
            by = accounts.administrator(session, here.visit, here.at)
            rows = account_listing.listed(session, by.organs, here.at)
            without = _without_account(session, by)
        typed = {"username": username[:100], "person": person[:100]}
        return with_fault(
            here, _LIST, fault, rows=rows, more="", q="", without=without, typed=typed
        )
    return _one(here, row.id, password)


@router.get("/{account_id}")
def one(here: Here, account_id: str) -> Response:
    """Show one account."""
    return _one(here, account_id)


def _one(
    here: Visitor, account_id: str, password: str = "", fault: OfficeError | None = None
) -> Response:
    with here.office.database.reading() as session:
        by = accounts.administrator(session, here.visit, here.at)
        row = _found(session, account_id, by)
        shown: Listed = account_listing.one(session, row, here.at)
        people = list(
            session.scalars(
                select(PersonRow)
                .join(AccountPersonRow, AccountPersonRow.person_id == PersonRow.id)
                .where(AccountPersonRow.account_id == row.id)
                .order_by(PersonRow.organ_id, PersonRow.id)
            )
        )
        others = staff.people(session, by.organs or (), here.at)
    linked = {each.id for each in people}
    said: dict[str, Any] = {
        "account": shown,
        "people": people,
        "others": [each for each in others if each.id not in linked][:500],
        "password": password,
        "mine": by.organs or frozenset(),
    }
    if fault is not None:
        return with_fault(here, _ONE, fault, **said)
    return page(here, _ONE, **said)


def _found(session: Session, account_id: str, by: Administrator) -> AccountRow:
    """Return the account.

    Raises:
        PageMissing: none, or of another agency.
    """
    try:
        return accounts.found(session, account_id, by)
    except accounts.AccountUnknown:
        raise PageMissing() from None


@router.post("/{account_id}/reset")
def reset(here: Here, account_id: str) -> Response:
    """Give the account a new password, shown this once; every session of it ends."""
    password = account_password.made()
    try:
        with here.office.database.writing() as session:
            by = accounts.administrator(session, here.visit, here.at)
            accounts.reset(session, _found(session, account_id, by), password, by, here.at)
    except (accounts.AccountOfOthers, account_password.PasswordWeak) as fault:
        return _one(here, account_id, fault=fault)
    return _one(here, account_id, password)


@router.post("/{account_id}/link")
def link(here: Here, account_id: str, person: Text = "", off: Text = "") -> Response:
    """Let the account stand for a person, or with *off* no longer."""
    try:
        with here.office.database.writing() as session:
            by = accounts.administrator(session, here.visit, here.at)
            row = _found(session, account_id, by)
            change = accounts.unlink if off else accounts.link
            change(session, row, person, by, here.at)
    except accounts.AccountUnknown as fault:
        return _one(here, account_id, fault=fault)
    said = "Đã gỡ người khỏi tài khoản" if off else "Đã gắn tài khoản với người"
    return redirect(here, "/admin/accounts" if off else f"/admin/accounts/{row.id}", said)


@router.post("/{account_id}/{step}")
def step(here: Here, account_id: str, step: str) -> Response:
    """Close, open, take the second factor off, or end the sessions of an account."""
    if step not in _STEPS:
        raise PageMissing()
    do, said = _STEPS[step]
    try:
        with here.office.database.writing() as session:
            by = accounts.administrator(session, here.visit, here.at)
            row = _found(session, account_id, by)
            do(session, row, by, here.at)
    except accounts.AccountOfOthers as fault:
        return _one(here, account_id, fault=fault)
    return redirect(here, f"/admin/accounts/{row.id}", said)
