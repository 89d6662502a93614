"""What every request meets before a page: host, origin, size; and the headers of every answer.

Standards: CSP Level 3, Fetch Metadata, RFC 6454 (origins). Scans in JBIG2 and fax coding are
decoded by WebAssembly in pdf.js, which is what `wasm-unsafe-eval` allows; scripts are ours alone.
"""

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable, Iterable
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

TOKEN_TOOL = "wss://127.0.0.1:8987"  # noqa: S105  (an address)
"""VGCA Sign Service on the person's own machine (ux.md section 4.1)."""
FORM_BYTES = 1024 * 1024
"""Largest body that is not a file."""
LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]"})
_UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_OPEN = ("/vgca/", "/api/")
"""Paths whose callers are no browsers: their token is their right, a cookie is not looked at."""


class BodyTooLarge(HTTPException):
    """More bytes than a request may have; FastAPI hands it on as it is."""

    def __init__(self) -> None:
        super().__init__(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body")


class BodyTooSlow(HTTPException):
    """The caller stopped in the middle of the body; somebody else may have the place."""

    def __init__(self) -> None:
        super().__init__(HTTPStatus.REQUEST_TIMEOUT, "body")


def policy(extra_sources: Iterable[str] = ()) -> str:
    """Return the Content-Security-Policy of our pages."""
    talked_to = " ".join(dict.fromkeys(("'self'", TOKEN_TOOL, *extra_sources)))
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self' 'wasm-unsafe-eval'",
            "style-src 'self'",
            "img-src 'self' data: blob:",
            "font-src 'self'",
            f"connect-src {talked_to}",
            "worker-src 'self'",
            "manifest-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-src 'self'",
            "frame-ancestors 'self'",
        )
    )


_log = logging.getLogger("congvan.web")

Failed = Callable[[Request, Exception], Awaitable[Response]]
"""Makes the answer to an error of ours."""


class Protection:
    """ASGI middleware around the whole application."""

    def __init__(
        self,
        app: ASGIApp,
        public_url: str,
        largest: int,
        tool: Iterable[str] = (),
        failed: Failed | None = None,
        pause: float = 60.0,
    ) -> None:
        self._app, self._largest, self._failed, self._pause = app, largest, failed, pause
        public = urlsplit(public_url)
        self._hosts = LOCAL_HOSTS | ({public.hostname} if public.hostname else set())
        headers = {
            "content-security-policy": policy(tool),
            "x-content-type-options": "nosniff",
            "referrer-policy": "same-origin",
            "cross-origin-opener-policy": "same-origin",
            "cross-origin-resource-policy": "same-origin",
            "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=()",
            "cache-control": "no-store",
        }
        if public.scheme == "https":
            headers["strict-transport-security"] = "max-age=31536000"
        self._headers = [(name.encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse or hand on; an answer gets the headers that it has not set itself."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        status = self._refused(scope, headers)
        if status is not None:
            await self._plain(status, send)
            return
        bounded = _Bounded(receive, self._allowed(scope, headers), self._pause)
        dressed = _Dressed(send, self._headers)
        try:
            await self._app(scope, bounded, dressed)
        except (BodyTooLarge, BodyTooSlow) as error:
            if not dressed.begun:
                await self._plain(HTTPStatus(error.status_code), send)
        except Exception as error:
            # outside of this nobody would dress the answer
            if dressed.begun or self._failed is None:
                raise
            try:
                answer = await self._failed(Request(scope, receive), error)
            except Exception:
                _log.exception("an error of ours could not be told")
                await self._plain(HTTPStatus.INTERNAL_SERVER_ERROR, send)
            else:
                await answer(scope, receive, dressed)

    def _refused(self, scope: Scope, headers: dict[bytes, str]) -> HTTPStatus | None:
        host = headers.get(b"host", "")
        name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
        if name.lower() not in self._hosts:
            return HTTPStatus.MISDIRECTED_REQUEST
        length = headers.get(b"content-length", "0")
        if not length.isdigit() or int(length) > self._allowed(scope, headers):
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        path: str = scope["path"]
        if scope["method"] in _UNSAFE and not path.startswith(_OPEN) and _crosses(headers, host):
            return HTTPStatus.FORBIDDEN
        return None

    def _allowed(self, scope: Scope, headers: dict[bytes, str]) -> int:
        if scope["path"].startswith("/vgca/"):
            return sys.maxsize  # bounded there, by what the round expects, with words for its user
        is_form = headers.get(b"content-type", "").startswith("multipart/form-data")
        return self._largest if is_form else FORM_BYTES

    async def _plain(self, status: HTTPStatus, send: Send) -> None:
        body = f"{status.value} {status.phrase}\n".encode()
        headers = [
            *self._headers,
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
        ]
        await send({"type": "http.response.start", "status": status.value, "headers": headers})
        await send({"type": "http.response.body", "body": body})


class _Bounded:
    """A request's body, no longer and no slower than it may be."""

    def __init__(self, receive: Receive, largest: int, pause: float) -> None:
        self._receive, self._left, self._pause = receive, largest, pause
        self._whole = False
        """All of it came: what is waited for now is that the caller goes away."""

    async def __call__(self) -> Message:
        try:
            async with asyncio.timeout(None if self._whole else self._pause):
                message = await self._receive()
        except TimeoutError:
            raise BodyTooSlow from None
        if message["type"] == "http.request":
            self._whole = not message.get("more_body", False)
            self._left -= len(message.get("body", b""))
            if self._left < 0:
                raise BodyTooLarge
        return message


class _Dressed:
    """An answer that gets the headers it has not set itself."""

    def __init__(self, send: Send, headers: list[tuple[bytes, bytes]]) -> None:
        self._send, self._headers, self.begun = send, headers, False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            given = {name.lower() for name, _ in message["headers"]}
            wanted = (each for each in self._headers if each[0] not in given)
            message["headers"] = [*message["headers"], *wanted]
        await self._send(message)


def _crosses(headers: dict[bytes, str], host: str) -> bool:
    """Return whether another site's page sent it."""
    if headers.get(b"sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return True
    origin = headers.get(b"origin")
    return origin is not None and urlsplit(origin).netloc != host
