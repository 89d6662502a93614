"""Calls under a bearer token, one a user: kept in memory while it lasts, renewed when it does not.

Standard: RFC 6749 5.1 (`expires_in`, seconds), RFC 6750 3.1 (401 for a token that is over).
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import TypeVar

from connectors.remote.answer import Answer, Fields, Garbled
from connectors.remote.transport import Call, Transport

MARGIN_SECONDS = 60
"""A token is renewed this long before its end."""
_LIFE_SECONDS = 3600

_Read = TypeVar("_Read")


@dataclass(frozen=True, slots=True)
class Token:
    """An access token."""

    value: str = field(repr=False)
    until: float
    """By `time.monotonic`."""

    @classmethod
    def read(cls, body: Fields) -> "Token":
        """Return the token in an OAuth 2.0 answer.

        Raises:
            Garbled: there is none.
        """
        value = body.reference("access_token")
        if body.text("token_type", "Bearer").lower() != "bearer":
            raise Garbled("«token_type» is not Bearer")
        life = body.number("expires_in", _LIFE_SECONDS)
        return cls(value, time.monotonic() + max(0, life - MARGIN_SECONDS))


class _Stale(Exception):
    """The service answers 401: the token is over, and nothing was done."""


class Tokens:
    """The tokens of one service, and calls under them."""

    def __init__(self, transport: Transport, obtain: Callable[[str], Token]) -> None:
        self._transport = transport
        self._obtain = obtain
        self._kept: dict[str, Token] = {}
        self._lock = Lock()

    def ask(self, user: str, call: Call, read: Callable[[Answer], _Read]) -> _Read:
        """Return `Transport.ask` under *user*'s token; after a 401, once more under a new one."""

        def fresh(answer: Answer) -> _Read:
            if answer.status == 401:
                raise _Stale
            return read(answer)

        token = self._of(user)
        try:
            return self._transport.ask(replace(call, bearer=token.value), fresh)
        except _Stale:
            self._forget(user, token)
        return self._transport.ask(replace(call, bearer=self._of(user).value), read)

    def _of(self, user: str) -> Token:
        with self._lock:
            kept = self._kept.get(user)
        if kept is None or time.monotonic() >= kept.until:
            kept = self._obtain(user)
            with self._lock:
                self._kept[user] = kept
        return kept

    def _forget(self, user: str, token: Token) -> None:
        with self._lock:
            if self._kept.get(user) is token:  # another thread may have a newer one
                del self._kept[user]
