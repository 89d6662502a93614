"""Calls to a CSC service: its version, its access token, its refusals.

Standard: CSC API 2.0.0.2, 8.4.4 oauth2/token, 10.1 errors, 11.1 info; likewise in 1.0.4.0.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Lock
from typing import TypeVar

from connectors.remote.answer import Answer
from connectors.remote.csc_version import POLLING, CscVersion
from connectors.remote.errors import (
    AccessDenied,
    ActivationRefused,
    CredentialMissing,
    CredentialUnusable,
    RemoteRefused,
    ServiceUnsuitable,
    SigningDeclined,
    SigningExpired,
    TransactionUnknown,
)
from connectors.remote.settings import CscSettings
from connectors.remote.tokens import Token, Tokens
from connectors.remote.transport import Call, Transport

_Read = TypeVar("_Read")

_BY_ERROR: dict[str, type[RemoteRefused]] = {
    "invalid_otp": ActivationRefused,
    "expired_otp": ActivationRefused,
    "invalid_pin": ActivationRefused,
    "invalid_authentication_data": ActivationRefused,
    "access_denied": SigningDeclined,
    "invalid_token": AccessDenied,
    "unauthorized": AccessDenied,
}
_BY_WORDS: tuple[tuple[str, type[RemoteRefused]], ...] = (
    ("certificate is expired", CredentialUnusable),
    ("revoked", CredentialUnusable),
    ("disabled", CredentialUnusable),
    ("locked", CredentialUnusable),
    ("expired", SigningExpired),
    ("parameter credentialid", CredentialMissing),
    ("parameter userid", CredentialMissing),
    ("parameter requestid", TransactionUnknown),
    ("parameter handle", TransactionUnknown),
)
"""What `invalid_request` means is only in its description (11.6 to 11.12)."""
_NOT_YET = "not yet been completed"
"""11.12 says HTTP 202; services in the field say 400 with these words."""


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked of one method."""

    path: str
    """Without the version's prefix."""
    parameters: dict[str, object]
    secrets: tuple[str, ...] = ()
    effect: bool = False
    approval: bool = False
    """Whether the answer may wait for the person."""


class CscSession:
    """One service in one version; threads may share it."""

    def __init__(self, settings: CscSettings, version: CscVersion) -> None:
        self._settings = settings
        self._version = version
        self._transport = Transport(settings)
        self._tokens = Tokens(self._transport, self._token)
        self._methods: frozenset[str] = frozenset()
        self._lock = Lock()

    def ask(self, user: str, query: Query, read: Callable[[Answer], _Read]) -> _Read:
        """Return what *read* makes of a 2xx answer.

        Raises:
            RemoteRefused: the leaf that fits the service's error.
        """
        settings = self._settings
        call = Call(
            self._version.prefix + query.path,
            json=query.parameters,
            secrets=query.secrets,
            effect=query.effect,
            seconds=settings.approval_seconds if query.approval else settings.call_seconds,
        )

        def accepted(answer: Answer) -> _Read:
            if query.path == POLLING and _NOT_YET in answer.body.text("error_description", ""):
                answer = replace(answer, status=202)
            if answer.status >= 400:
                raise self._refusal(answer)
            return read(answer)

        return self._tokens.ask(user, call, accepted)

    def methods(self) -> frozenset[str]:
        """Return what the service can do (11.1), after a look that it is of this version.

        Raises:
            ServiceUnsuitable: it is not.
        """
        with self._lock:
            if not self._methods:
                call = Call(self._version.prefix + "info", json={})
                self._methods = self._transport.ask(call, self._suitable)
            return self._methods

    def _suitable(self, answer: Answer) -> frozenset[str]:
        name = self._settings.name
        if answer.status >= 400:
            raise ServiceUnsuitable(name, "info", f"HTTP {answer.status}")
        specs = answer.body.text("specs")
        if not specs.startswith(self._version.major):
            raise ServiceUnsuitable(name, self._settings.kind, f"specs {specs[:20]}")
        methods = frozenset(answer.body.texts("methods"))
        if "signatures/signHash" not in methods:
            raise ServiceUnsuitable(name, "info", "signatures/signHash ?")
        return methods

    def _refusal(self, answer: Answer) -> RemoteRefused:
        error = answer.words("error", f"HTTP {answer.status}")
        description = answer.words("error_description")
        leaf = _leaf(answer.status, error, description.lower())
        return leaf(self._settings.name, error, description)

    def _token(self, user: str) -> Token:
        settings = self._settings
        if settings.token is not None:
            if user != settings.user:
                raise CredentialMissing(settings.name, "token", "another user's")
            return Token(settings.secret(settings.token), float("inf"))
        secret = settings.secret(settings.client_secret) if settings.client_secret else ""
        form = {
            "grant_type": "client_credentials",
            "client_id": settings.client_id,
            "client_secret": secret,
            "scope": "service",
        }
        call = Call(self._version.prefix + "oauth2/token", form=form, secrets=(secret,))

        def read(answer: Answer) -> Token:
            if answer.status >= 400:
                error = answer.words("error", f"HTTP {answer.status}")
                raise AccessDenied(settings.name, error, "oauth2/token")
            return Token.read(answer.body)

        return self._transport.ask(call, read)


def _leaf(status: int, error: str, description: str) -> type[RemoteRefused]:
    if status == 401:
        return AccessDenied
    if error in _BY_ERROR:
        return _BY_ERROR[error]
    for words, leaf in _BY_WORDS:
        if words in description:
            return leaf
    return AccessDenied if status == 403 else RemoteRefused
