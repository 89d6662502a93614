"""Logging in at the agency's provider of identities, and coming back.

What the browser must bring back lies sealed in a cookie of its own: nobody can make it come back
with another's answer (login CSRF), nor read the verifier.
"""

from datetime import timedelta
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from connectors.openid import Beginning, Provider
from connectors.openid_errors import OpenIdAnswerStale
from documents.errors import OfficeError
from web import doorstep
from web.doorstep import client_of, door_of, enter, stranger_page
from web.faults import PageMissing
from web.rendering import own_path
from workflows import logging_in
from workflows.office import Office

router = APIRouter()
WAY = "congvan-openid"
_PURPOSE = "login, provider"
_LASTS = timedelta(minutes=10)
_BACK = "/login/oidc/callback"
_LONGEST_QUERY = 8000


def provider_of(request: Request) -> Provider:
    """Return the provider of the settings, kept with the application.

    Raises:
        PageMissing: the settings name none.
        SettingsInvalid, OpenIdSettingsInvalid: they are wrong.
    """
    state = request.app.state
    settings = state.office.settings
    if settings.openid is None:
        raise PageMissing()
    if not hasattr(state, "provider"):
        state.provider = Provider(settings.openid, settings.home, settings.openid_secret())
    provider: Provider = state.provider
    return provider


def origin_of(request: Request) -> str:
    """Return where people reach us: the settings' word, else the loopback address asked."""
    office: Office = request.app.state.office
    return office.settings.public_url or f"http://{request.url.netloc}"


def way_out(request: Request) -> str:
    """Return where the provider's session is ended; empty: nowhere."""
    try:
        return provider_of(request).way_out(f"{origin_of(request)}/logged-out")
    except OfficeError:
        return ""


@router.get("/login/oidc")
def begin(request: Request, next: str = "") -> Response:
    """Send the browser to the provider."""
    office: Office = request.app.state.office
    beginning = Beginning.fresh()
    try:
        door_of(request).ensure_open(request)
        url = provider_of(request).way_in(beginning, origin_of(request) + _BACK)
    except PageMissing:
        raise
    except OfficeError as fault:
        return _refused(request, fault)
    facts = {
        "state": beginning.state,
        "nonce": beginning.nonce,
        "verifier": beginning.verifier,
        "next": own_path(next[:500] or "/"),
    }
    ticket = logging_in.seal_of(office.settings).ticket(_PURPOSE, facts, office.now())
    response = RedirectResponse(url, 303)
    doorstep.put(office, response, WAY, ticket, int(_LASTS.total_seconds()))
    return response


@router.get(_BACK)
def come_back(request: Request) -> Response:
    """Take the provider's answer."""
    office: Office = request.app.state.office
    provider = provider_of(request)
    at = office.now()
    ticket = request.cookies.get(doorstep.named(office, WAY), "")
    seal = logging_in.seal_of(office.settings)
    facts = seal.read(_PURPOSE, ticket, at, _LASTS)
    try:
        door_of(request).ensure_open(request)
        if facts is None:
            raise OpenIdAnswerStale()
        beginning = Beginning(facts["state"], facts["nonce"], facts["verifier"])
        identity = provider.who(
            beginning, _answer(request), origin_of(request) + _BACK, at.timestamp()
        )
        outcome = logging_in.log_in_as(
            office.database,
            identity,
            client_of(request),
            at,
            provider.settings.account_claim,
            provider.settings.second_factor,
        )
    except OfficeError as fault:
        door_of(request).failed(request)
        response = _refused(request, fault)
    else:
        response = enter(request, outcome, facts["next"])
    doorstep.drop(office, response, WAY)
    return response


def _answer(request: Request) -> dict[str, str]:
    """Return the query's members; of one that stands there twice, nothing."""
    query = request.url.query[:_LONGEST_QUERY]
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=20)
    except ValueError:
        return {}
    names = [name for name, _ in pairs]
    return {name: value for name, value in pairs if names.count(name) == 1}


def _refused(request: Request, fault: OfficeError) -> Response:
    settings = provider_of(request).settings
    return stranger_page(
        request,
        "login/form.html",
        status=422,
        fault=fault,
        wanted="/",
        username="",
        provider=settings.label,
    )
