"""HTTPS to a signing service: one POST, one deadline for all of it, and an answer of bounded size.

httpx limits each read, not a whole exchange, so that a service that trickles would hold a
thread; a deadline over an asynchronous call covers look-up, handshake, head and body alike.
Redirects are refused: a secret must not follow one. Nothing of a request is in an error.
Standards: RFC 9110 (status codes), RFC 6585 4 (429).
"""

import asyncio
import ssl
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

import httpx

from connectors.remote.answer import Answer, Fields, Garbled, parsed
from connectors.remote.errors import (
    RemoteOutcomeUnknown,
    RemoteUnavailable,
    ServiceSettingsInvalid,
    ServiceUnsuitable,
)
from connectors.remote.settings import Service

LARGEST = 1 << 20
"""Bytes of an answer."""
_NOTHING_DONE = frozenset({408, 425, 429, 503})

Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class Call:
    """One request."""

    path: str
    """Begins with a slash; holds no secret."""
    json: Mapping[str, object] | None = field(default=None, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)
    """Instead of JSON: OAuth 2.0 wants a form."""
    bearer: str = field(default="", repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)
    """What `json` or `form` hold that no error may repeat; the bearer is one anyway."""
    effect: bool = False
    """Whether a lost answer leaves open what was done."""
    seconds: float = 0
    """Deadline; 0 for the settings' `call_seconds`."""


class _Broken(Exception):
    """No whole answer came; arguments: why, whether the request may have left."""


class Transport:
    """Calls to one service; threads may share it."""

    def __init__(self, settings: Service) -> None:
        self._settings = settings
        if settings.url.startswith("http:"):  # loopback only, and no roots: it trusts nobody
            self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            return
        try:
            roots = settings.roots and str(settings.home / settings.roots)
            self._tls = ssl.create_default_context(cafile=roots)
        except OSError as error:
            raise ServiceSettingsInvalid(settings.name, "roots", error.strerror) from None

    def ask(self, call: Call, read: Callable[[Answer], Read]) -> Read:
        """Return what *read* makes of the answer to *call*, a 2xx or one of the other 4xx.

        Raises:
            RemoteUnavailable: nothing was done, or it was only a question.
            RemoteOutcomeUnknown: a call with effect got no whole or no sensible answer.
            ServiceUnsuitable: a redirect.
        """
        try:
            status, data = self._exchanged(call)
            answer = self._about_the_request(call, status, data)
            return read(answer)
        except _Broken as broken:
            why, left = broken.args
            raise self._unanswered(call, why, left) from None
        except Garbled as garbled:
            raise self._unanswered(call, str(garbled), left=True) from None

    def _unanswered(self, call: Call, why: str, left: bool) -> Exception:
        if call.effect and left:
            return RemoteOutcomeUnknown(self._settings.name, call.path, why)
        return RemoteUnavailable(self._settings.name, call.path, why)

    def _about_the_request(self, call: Call, status: int, data: bytes) -> Answer:
        if status in _NOTHING_DONE:
            raise RemoteUnavailable(self._settings.name, call.path, f"HTTP {status}")
        if 300 <= status < 400:
            raise ServiceUnsuitable(self._settings.name, call.path, f"HTTP {status}")
        if not (200 <= status < 300 or 400 <= status < 500):
            raise _Broken(f"HTTP {status}", True)
        sent = frozenset({*call.secrets, call.bearer} - {""})
        try:
            return Answer(status, parsed(data) if status != 204 else Fields({}), sent)
        except Garbled:
            if status < 300:
                raise
            return Answer(status, Fields({}), sent)  # a gateway's page is a refusal all the same

    def _exchanged(self, call: Call) -> tuple[int, bytes]:
        # a thread of its own: the caller may be inside an event loop
        with ThreadPoolExecutor(1, "remote-signing") as thread:
            return thread.submit(asyncio.run, self._within_deadline(call)).result()

    async def _within_deadline(self, call: Call) -> tuple[int, bytes]:
        left = False

        async def trace(event: str, _: object) -> None:
            nonlocal left
            left = left or event.startswith("http11.send_request_headers")

        seconds = call.seconds or self._settings.call_seconds
        try:
            async with asyncio.timeout(seconds):
                return await self._post(call, trace, seconds)
        except TimeoutError:
            raise _Broken(f"no whole answer in {seconds:g} s", left) from None
        except httpx.HTTPError as error:
            # not chained: the request in it has the secrets
            raise _Broken(type(error).__name__, left) from None

    async def _post(self, call: Call, trace: object, seconds: float) -> tuple[int, bytes]:
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        if call.bearer:
            headers["Authorization"] = f"Bearer {call.bearer}"
        async with (
            httpx.AsyncClient(verify=self._tls, trust_env=False, timeout=seconds) as client,
            client.stream(
                "POST",
                self._settings.url + call.path,
                json=call.json,
                data=call.form,
                headers=headers,
                follow_redirects=False,
                extensions={"trace": trace},
            ) as response,
        ):
            if response.headers.get("content-encoding", "identity") != "identity":
                raise _Broken("an encoding that was not asked for", True)
            data = bytearray()
            async for chunk in response.aiter_raw():
                data += chunk
                if len(data) > LARGEST:
                    raise _Broken(f"the answer is larger than {LARGEST} bytes", True)
            return response.status_code, bytes(data)
