"""The second factor of one's own account: set up by QR code, confirmed by a code, given later."""

import io
from typing import Annotated, Any
from urllib.parse import quote

import segno
from fastapi import APIRouter, Form, Response

from documents import account_factor, account_owner, web_sessions
from documents.account_factor import FactorMissing
from documents.accounts import SECOND_FACTORS, SecondFactorNeeded
from documents.errors import OfficeError, Refused
from documents.tables import AccountRow
from web.doorstep import door_of
from web.pages.account import prove, with_token
from web.rendering import own_path, page, redirect, with_fault
from web.visitor import Here, Visitor
from workflows import logging_in

router = APIRouter(prefix="/account/second-factor")
Text = Annotated[str, Form()]
_PAGE = "account/second_factor.html"
_GROUP = 4


class FactorOfProvider(Refused):
    """An account without a password has its second factor at the provider of identities."""

    code = "account.factor_of_provider"
    vietnamese = "Tài khoản này đăng nhập một lần: xác thực hai lớp do hệ thống đó đảm nhận"
    english = "this account logs in at the provider of identities, which asks the second factor"
    remedy = "Bật xác thực hai lớp ở hệ thống đăng nhập một lần / turn it on there"


@router.get("")
def second_factor(here: Here, next: str = "") -> Response:
    """Show where the account stands: none, being set up, or set up."""
    return _shown(here, next)


def _shown(here: Visitor, wanted: str, fault: OfficeError | None = None) -> Response:
    with here.office.database.reading() as session:
        row = session.get_one(AccountRow, here.visit.account_id)
    secret = ""
    if row.totp_pending is not None:
        secret = account_factor.pending(logging_in.seal_of(here.office.settings), row)
    said: dict[str, Any] = {
        "wanted": own_path(wanted or "/account"),
        "has_factor": row.totp_secret is not None,
        "has_password": bool(row.password_hash),
        "proved": bool(here.visit.factors & SECOND_FACTORS),
        "secret": " ".join(secret[at : at + _GROUP] for at in range(0, len(secret), _GROUP)),
        "words": [],
        "required": here.office.settings.second_factor == "required",
    }
    if fault is not None:
        return with_fault(here, _PAGE, fault, **said)
    return page(here, _PAGE, **said)


@router.post("/begin")
def begin(here: Here, present: Text = "", next: Text = "") -> Response:
    """Make a secret, for whoever knows the password; who has one already gave its code too."""
    try:
        prove(here, present)
        seal = logging_in.seal_of(here.office.settings)
        with here.office.database.writing() as session:
            row = session.get_one(AccountRow, here.visit.account_id)
            if not row.password_hash:
                raise FactorOfProvider()
            if row.totp_secret is not None and "otp" not in here.visit.factors:
                raise SecondFactorNeeded()
            account_factor.prepare(seal, row)
    except OfficeError as fault:
        return _shown(here, next, fault)
    return redirect(
        here, f"/account/second-factor?next={quote(own_path(next or '/account'), safe='')}"
    )


@router.get("/qr.svg")
def qr(here: Here) -> Response:
    """Return the QR code of the secret that is being set up.

    Raises:
        FactorMissing: none is.
    """
    with here.office.database.reading() as session:
        row = session.get_one(AccountRow, here.visit.account_id)
    if row.totp_pending is None:
        raise FactorMissing()
    secret = account_factor.pending(logging_in.seal_of(here.office.settings), row)
    address = account_factor.address_of(secret, row.username, "congvan")
    drawn = io.BytesIO()
    segno.make(address, error="m").save(drawn, kind="svg", scale=4, border=3, light="#fff")
    return Response(drawn.getvalue(), media_type="image/svg+xml")


@router.post("/confirm")
def confirm(here: Here, code: Text = "", next: Text = "") -> Response:
    """Let the secret count; the words of recovery are shown this once."""
    seal = logging_in.seal_of(here.office.settings)
    try:
        door_of(here.request).ensure_open(here.request)
        with here.office.database.writing() as session:
            words = account_owner.confirm_factor(session, seal, here.visit, code, here.at)
            token = web_sessions.renew(session, here.visit, here.at, factors=frozenset({"otp"}))
    except OfficeError as fault:
        door_of(here.request).failed(here.request)
        return _shown(here, next, fault)
    shown = page(
        here,
        _PAGE,
        wanted=own_path(next or "/account"),
        has_factor=True,
        has_password=True,
        proved=True,
        secret="",
        words=words,
        required=here.office.settings.second_factor == "required",
    )
    return with_token(here, shown, token)


@router.post("/prove")
def give_code(here: Here, code: Text = "", next: Text = "") -> Response:
    """Take a code from whoever logged in without one; a new token has the factor."""
    seal = logging_in.seal_of(here.office.settings)
    door = door_of(here.request)
    try:
        door.ensure_open(here.request)
        token = logging_in.step_up(here.office.database, seal, here.visit, code, here.at)
    except OfficeError as fault:
        door.failed(here.request)
        return _shown(here, next, fault)
    return with_token(here, redirect(here, own_path(next or "/account")), token)
