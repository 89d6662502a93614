"""Logging in and out: name and password, then a code where the account has a second factor."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from documents.account_lock import AccountLocked
from documents.errors import OfficeError
from documents.web_sessions import LONGEST
from web import doorstep
from web.doorstep import STEP, client_of, door_of, enter, stranger_page
from web.pages.login_openid import way_out
from web.rendering import own_path
from web.visitor import CSRF_HEADER, FormStale, cookie_name, visitor_of
from workflows import logging_in
from workflows.logging_in import StepTooOld
from workflows.office import Office

router = APIRouter()
_FORM, _CODE = "login/form.html", "login/code.html"
Text = Annotated[str, Form()]


@router.get("/login")
def form(request: Request, next: str = "") -> Response:
    """Show the form; who is logged in goes on."""
    if visitor_of(request) is not None:
        return RedirectResponse(own_path(next or "/"), 303)
    return _form(request, next)


def _form(
    request: Request, wanted: str, fault: OfficeError | None = None, username: str = ""
) -> Response:
    office: Office = request.app.state.office
    provider = office.settings.openid
    status = 200 if fault is None else 422
    return stranger_page(
        request,
        _FORM,
        status=status,
        fault=fault,
        wanted=own_path(wanted or "/"),
        username=username[:100],
        provider=provider.label if provider else "",
    )


@router.post("/login")
def log_in(
    request: Request,
    username: Text = "",
    password: Text = "",
    form: Text = "",
    next: Text = "",
) -> Response:
    """Take a name and a password."""
    office: Office = request.app.state.office
    door = door_of(request)
    try:
        doorstep.ensure_own_form(request, form)
        door.ensure_open(request)
        seal = logging_in.seal_of(office.settings)
        outcome = logging_in.log_in(
            office.database, seal, username, password, client_of(request), office.now()
        )
    except OfficeError as fault:
        _count(request, fault)
        return _form(request, next, fault, username)
    if outcome.token:
        return enter(request, outcome, next)
    response = stranger_page(request, _CODE, wanted=own_path(next or "/"))
    lasts = int(logging_in.TICKET_LASTS.total_seconds())
    doorstep.put(office, response, STEP, outcome.ticket, lasts)
    return response


@router.get("/login/code")
def back_to_form() -> Response:
    """A reload of the second step begins anew."""
    return RedirectResponse("/login", 303)


@router.post("/login/code")
def second_step(
    request: Request,
    code: Text = "",
    form: Text = "",
    next: Text = "",
) -> Response:
    """Take the code of the second factor, or a word of recovery."""
    office: Office = request.app.state.office
    try:
        doorstep.ensure_own_form(request, form)
        door_of(request).ensure_open(request)
        seal = logging_in.seal_of(office.settings)
        ticket = request.cookies.get(doorstep.named(office, STEP), "")
        outcome = logging_in.second_step(
            office.database, seal, ticket, code, client_of(request), office.now()
        )
    except (StepTooOld, AccountLocked) as fault:
        _count(request, fault)
        return _form(request, next, fault)
    except OfficeError as fault:
        _count(request, fault)
        return stranger_page(request, _CODE, status=422, fault=fault, wanted=own_path(next or "/"))
    return enter(request, outcome, next)


def _count(request: Request, fault: OfficeError) -> None:
    if not isinstance(fault, (FormStale, doorstep.TooManyTries)):
        door_of(request).failed(request)


@router.post("/logout")
def log_out(request: Request, csrf: Text = "") -> Response:
    """End the session; without one there is nothing to end.

    Raises:
        FormStale: another site's form.
    """
    here = visitor_of(request)
    factors: frozenset[str] = frozenset()
    if here is not None:
        if not here.visit.checks(request.headers.get(CSRF_HEADER) or csrf):
            raise FormStale()
        factors = doorstep.end_session(request)
    response = RedirectResponse("/logged-out?sso=1" if "oidc" in factors else "/logged-out", 303)
    office: Office = request.app.state.office
    response.delete_cookie(
        cookie_name(office), secure=cookie_name(office) != "congvan", httponly=True, samesite="lax"
    )
    return response


@router.get("/logged-out")
def logged_out(request: Request, sso: str = "") -> Response:
    """Say that it is done; a link ends the provider's session too."""
    hours = int(LONGEST.total_seconds()) // 3600
    provider = way_out(request) if sso else ""
    return stranger_page(request, "login/out.html", provider=provider, hours=str(hours))
