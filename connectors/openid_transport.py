"""One question to a provider of identities: one deadline, an answer of bounded size, no redirect.

Standards: RFC 9110; RFC 6749 5.1 (an answer is one JSON object). A provider is a stranger: it may
trickle, send megabytes, point elsewhere. No request and no answer is repeated in an error.
"""

import asyncio
import json
import ssl
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from connectors.openid_errors import OpenIdSettingsInvalid, OpenIdUnavailable
from connectors.openid_settings import OpenIdSettings

LARGEST = 512 * 1024
"""Bytes of an answer."""
_DEEPEST = 30
"""Levels of nesting that JSON may have."""


@dataclass(frozen=True, slots=True)
class Question:
    """A GET, or with a form a POST."""

    url: str
    form: Mapping[str, str] | None = field(default=None, repr=False)
    login: tuple[str, str] | None = field(default=None, repr=False)
    """HTTP Basic."""


class OpenIdTransport:
    """Questions to one provider; threads may share it."""

    def __init__(self, settings: OpenIdSettings, home: Path) -> None:
        self._seconds = settings.seconds
        try:
            roots = None if settings.ca is None else str(home / settings.ca)
            self._tls = ssl.create_default_context(cafile=roots)
        except OSError as error:
            raise OpenIdSettingsInvalid(f"ca: {error.strerror}") from None

    def ask(self, question: Question) -> tuple[int, dict[str, Any]]:
        """Return status (2xx or 4xx) and JSON object of the answer; {} where a 4xx has none.

        Raises:
            OpenIdUnavailable: no whole answer, or not such a one.
        """
        # a thread of its own: the caller may be inside an event loop
        with ThreadPoolExecutor(1, "openid") as thread:
            status, data = thread.submit(asyncio.run, self._within_deadline(question)).result()
        if not (200 <= status < 300 or 400 <= status < 500):
            raise OpenIdUnavailable(f"HTTP {status}")
        found = _object(data)
        if found is None and status < 300:
            raise OpenIdUnavailable("no JSON object")
        return status, found or {}

    async def _within_deadline(self, question: Question) -> tuple[int, bytes]:
        try:
            async with asyncio.timeout(self._seconds):
                return await self._asked(question)
        except TimeoutError:
            raise OpenIdUnavailable(f"no whole answer in {self._seconds:g} s") from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            # not chained: the request in it has the secret
            raise OpenIdUnavailable(type(error).__name__) from None

    async def _asked(self, question: Question) -> tuple[int, bytes]:
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        async with (
            httpx.AsyncClient(verify=self._tls, trust_env=False, timeout=self._seconds) as client,
            client.stream(
                "GET" if question.form is None else "POST",
                question.url,
                data=question.form,
                auth=httpx.BasicAuth(*question.login) if question.login else None,
                headers=headers,
                follow_redirects=False,
            ) as response,
        ):
            if response.headers.get("content-encoding", "identity") != "identity":
                raise OpenIdUnavailable("an encoding that was not asked for")
            data = bytearray()
            async for chunk in response.aiter_raw():
                data += chunk
                if len(data) > LARGEST:
                    raise OpenIdUnavailable(f"more than {LARGEST} bytes")
            return response.status_code, bytes(data)


def _object(data: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and not _too_deep(found, _DEEPEST) else None


def _too_deep(value: object, left: int) -> bool:
    members: object = value.values() if isinstance(value, dict) else value
    if not isinstance(value, (dict, list)):
        return False
    return left == 0 or any(_too_deep(each, left - 1) for each in members)  # type: ignore[attr-defined]
