"""One's own account: in whose name one works, the password, sessions elsewhere, the language."""

from typing import Annotated

from fastapi import APIRouter, Form, Response

from documents import account_owner, web_sessions
from documents.account_people import signs, standings
from documents.accounts import SECOND_FACTORS, AccountUnknown
from documents.errors import OfficeError, Refused
from documents.tables import AccountRow
from web.doorstep import door_of
from web.rendering import own_path, page, redirect, with_fault
from web.visitor import KEPT_FOR, Here, Visitor, cookie_name, is_secure
from workflows import logging_in

router = APIRouter(prefix="/account")
Text = Annotated[str, Form()]
_PASSWORD = "account/password.html"  # noqa: S105  (a template)


class PasswordsDiffer(Refused):
    """The new password was not typed the same way twice."""

    code = "account.passwords_differ"
    vietnamese = "Hai lần nhập mật khẩu mới không giống nhau"
    english = "the new password was typed in two ways"
    remedy = "Nhập lại cả hai ô / type both again"


@router.get("")
def account(here: Here) -> Response:
    """Show it."""
    with here.office.database.reading() as session:
        row = session.get_one(AccountRow, here.visit.account_id)
        persons = standings(session, row.id, here.at)
        sessions = web_sessions.living(session, row.id, here.at)
    return page(
        here,
        "account/account.html",
        has_password=bool(row.password_hash),
        has_factor=row.totp_secret is not None,
        words_left=len(row.recovery or []),
        proved=bool(here.visit.factors & SECOND_FACTORS),
        needed=here.office.settings.second_factor == "required" and signs(persons),
        persons=persons,
        sessions=sessions,
    )


@router.post("/language")
def language(here: Here, language: Text = "") -> Response:
    """Keep the language of the pages."""
    with here.office.database.writing() as session:
        account_owner.choose_language(session, here.visit, language)
    return redirect(here, "/account")


@router.post("/person")
def person(here: Here, person: Text = "") -> Response:
    """Work in another person's name, under a new token.

    Raises:
        AccountUnknown: the account does not stand for them today.
    """
    with here.office.database.writing() as session:
        mine = {each.person_id for each in standings(session, here.visit.account_id, here.at)}
        if person not in mine:
            raise AccountUnknown(person[:100])
        token = web_sessions.renew(session, here.visit, here.at, person_id=person)
    return with_token(here, redirect(here, "/"), token)


@router.post("/sessions/end")
def end_sessions(here: Here, session_id: Text = "") -> Response:
    """End one session elsewhere, or without its name all others."""
    visit = here.visit
    with here.office.database.writing() as session:
        if session_id:
            web_sessions.revoke(session, session_id[:64], visit.account_id, here.at)
        else:
            web_sessions.revoke_all(session, visit.account_id, here.at, but=visit.session_id)
    return redirect(here, "/account", "Đã đăng xuất khỏi máy khác / other sessions ended")


@router.get("/password")
def password_form(here: Here, next: str = "") -> Response:
    """Show the form."""
    return page(here, _PASSWORD, wanted=own_path(next or "/account"))


@router.post("/password")
def change_password(
    here: Here, present: Text = "", new: Text = "", again: Text = "", next: Text = ""
) -> Response:
    """Keep a new password; sessions elsewhere end, this one goes on under a new token."""
    database = here.office.database
    wanted = own_path(next or "/account")
    try:
        prove(here, present)
        if new != again:
            raise PasswordsDiffer()
        with database.writing() as session:
            account_owner.change_password(session, here.visit, new, here.at)
            token = web_sessions.renew(session, here.visit, here.at)
    except OfficeError as fault:
        return with_fault(here, _PASSWORD, fault, wanted=wanted)
    return with_token(here, redirect(here, wanted, "Đã đổi mật khẩu / password changed"), token)


def prove(here: Visitor, password: str) -> None:
    """Check the present password of the visitor, at a stranger's pace.

    Raises:
        PasswordWrong, AccountLocked, TooManyTries: it is not right, or was tried too often.
    """
    door = door_of(here.request)
    door.ensure_open(here.request)
    try:
        logging_in.prove(here.office.database, here.visit.username, password, here.at)
    except OfficeError:
        door.failed(here.request)
        raise


def with_token(here: Visitor, response: Response, token: str) -> Response:
    """Return *response* with the session's new cookie."""
    office = here.office
    response.set_cookie(
        cookie_name(office),
        token,
        int(KEPT_FOR.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=is_secure(office),
    )
    return response
