"""What the pages before a session share: cookies, the pace of strangers, where one goes on to.

Standards: RFC 6265bis (`__Host-` binds a cookie to this host and to TLS), NIST SP 800-63B 5.2.2.
"""

import hashlib
import hmac
import ipaddress
import secrets
import time
from http import HTTPStatus
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from documents import web_sessions
from documents.errors import OfficeError, Unavailable
from web.language import chosen
from web.pace import Pace
from web.rendering import own_path, plain_page
from web.visitor import KEPT_FOR, FormStale, cookie_name, is_secure, visitor_of
from workflows.logging_in import Outcome
from workflows.office import Office

FORM = "congvan-form"
"""Cookie that a login form belongs to: another site cannot send one (login CSRF)."""
STEP = "congvan-step"
"""Cookie with the ticket of the second step."""
_LONGEST_CLIENT = 200
_MARKS = (
    (
        *(("coc_coc", "Cốc Cốc"), ("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox")),
        *(("Chrome/", "Chrome"), ("Safari/", "Safari")),
    ),
    (
        *(("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad")),
        *(("Mac OS", "macOS"), ("Linux", "Linux")),
    ),
)
"""What a browser's own description has in it, the more special first: many claim to be others."""


class TooManyTries(Unavailable):
    """Too many logins failed from this address. ({0} seconds left)."""

    code = "account.too_many_tries"
    vietnamese = "Quá nhiều lượt đăng nhập sai từ địa chỉ này: thử lại sau {0} giây"
    english = "too many failed logins from this address: try again in {0} seconds"
    remedy = "Chờ rồi thử lại / wait and try again"


class Door:
    """How fast strangers may knock: one for the application."""

    def __init__(self) -> None:
        self._knocks = Pace(rate=2, burst=120)
        self._failures = Pace(rate=1 / 15, burst=40)

    def ensure_open(self, request: Request) -> None:
        """Count a try from the request's address.

        Raises:
            TooManyTries: that address has none left.
        """
        who, now = address_of(request), time.monotonic()
        left = max(self._knocks.wait(who, now), self._failures.wait(who, now, takes=0))
        if left:
            raise TooManyTries(int(left) + 1)

    def failed(self, request: Request) -> None:
        """Count a try that failed."""
        self._failures.wait(address_of(request), time.monotonic())


def door_of(request: Request) -> Door:
    """Return the application's door."""
    state = request.app.state
    if not hasattr(state, "door"):
        state.door = Door()
    door: Door = state.door
    return door


def address_of(request: Request) -> str:
    """Return where the request comes from; of IPv6 the network: one machine has all of it."""
    host = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host[:60]
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def client_of(request: Request) -> str:
    """Return browser, system and address, as the list of sessions shows them."""
    host = request.client.host if request.client else "?"
    agent = request.headers.get("user-agent", "")[:_LONGEST_CLIENT]
    known = [next((name for mark, name in kind if mark in agent), "") for kind in _MARKS]
    told = ", ".join(filter(None, known)) or agent or "?"
    return f"{told} · {host[:60]}"[:_LONGEST_CLIENT]


def put(office: Office, response: Response, name: str, value: str, seconds: int) -> None:
    """Set a cookie that scripts cannot read; *name* gets `__Host-` where there is TLS."""
    secure = is_secure(office)
    response.set_cookie(
        named(office, name), value, seconds, httponly=True, samesite="lax", secure=secure
    )


def named(office: Office, name: str) -> str:
    """Return the full name of one of our cookies."""
    return f"__Host-{name}" if is_secure(office) else name


def drop(office: Office, response: Response, name: str) -> None:
    """Take a cookie away."""
    response.delete_cookie(
        named(office, name), secure=is_secure(office), httponly=True, samesite="lax"
    )


def ensure_own_form(request: Request, sent: str) -> None:
    """Check that a form was shown to the browser that sends it.

    Raises:
        FormStale: it was not, or cookies are off.
    """
    kept = request.cookies.get(named(request.app.state.office, FORM), "")
    if not kept or not hmac.compare_digest(_token(kept).encode(), sent.encode("utf-8", "replace")):
        raise FormStale()


def _token(kept: str) -> str:
    return hashlib.sha256(f"login form {kept}".encode("utf-8", "replace")).hexdigest()


def stranger_page(
    request: Request, name: str, *, status: int = 200, fault: OfficeError | None = None, **said: str
) -> HTMLResponse:
    """Return a page with a form for somebody who is not logged in."""
    office: Office = request.app.state.office
    kept = request.cookies.get(named(office, FORM), "")[:100] or secrets.token_urlsafe(24)
    if isinstance(fault, TooManyTries):
        status = HTTPStatus.TOO_MANY_REQUESTS
    response = plain_page(
        request,
        name,
        status=status,
        fault=fault,
        form=_token(kept),
        lang=chosen(request.headers.get("accept-language", "")),
        **said,
    )
    put(office, response, FORM, kept, 24 * 3600)
    if isinstance(fault, TooManyTries):
        response.headers["Retry-After"] = str(fault.args[0])
    return response


def enter(request: Request, outcome: Outcome, wanted: str) -> Response:
    """Send a browser on that is logged in now; whatever it was logged in as before is over."""
    office: Office = request.app.state.office
    end_session(request)
    response = RedirectResponse(_first(office, outcome, own_path(wanted or "/")), 303)
    token, seconds = outcome.token, int(KEPT_FOR.total_seconds())
    response.set_cookie(
        cookie_name(office), token, seconds, httponly=True, samesite="lax", secure=is_secure(office)
    )
    drop(office, response, STEP)
    return response


def _first(office: Office, outcome: Outcome, wanted: str) -> str:
    if outcome.must_change:
        return f"/account/password?next={quote(wanted, safe='')}"
    if outcome.lacks_factor and office.settings.second_factor == "required":
        return f"/account/second-factor?next={quote(wanted, safe='')}"
    return wanted


def end_session(request: Request) -> frozenset[str]:
    """End the session that the browser has, if any; return the factors it had."""
    here = visitor_of(request)
    if here is None:
        return frozenset()
    with here.office.database.writing() as session:
        web_sessions.revoke(session, here.visit.session_id, here.visit.account_id, here.at)
    return here.visit.factors
