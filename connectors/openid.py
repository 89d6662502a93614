"""Login at a provider of identities: authorization code with PKCE, and the way out.

Standards: OpenID Connect Core 1.0, Discovery 1.0, RP-Initiated Logout 1.0; RFC 6749, RFC 7636
(S256), RFC 9207 (`iss` in the answer), RFC 9700 (no implicit flow, exact redirect address). What
the provider publishes is kept for an hour; a token with an unknown key has it asked again, no
more than once a minute.
"""

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any, Self
from urllib.parse import quote, urlencode, urlsplit

from joserfc.jwk import KeySet

from connectors.openid_errors import (
    IdTokenBroken,
    OpenIdAnswerStale,
    OpenIdRefused,
    OpenIdUnavailable,
)
from connectors.openid_settings import OpenIdSettings
from connectors.openid_token import Expected, Identity, KeyUnknown, key_set, verified
from connectors.openid_transport import OpenIdTransport, Question

KEPT_SECONDS = 3600
ROTATION_SECONDS = 60
_WELL_KNOWN = "/.well-known/openid-configuration"
_LONGEST = 2000
"""Characters of an address, a code, an error's word."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a login must remember until the browser comes back; nothing of it is shown."""

    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)

    @classmethod
    def fresh(cls) -> Self:
        """Return one that nobody can guess."""
        return cls(*(secrets.token_urlsafe(32) for _ in range(3)))

    @property
    def challenge(self) -> str:
        """What is sent ahead of the verifier (RFC 7636, S256)."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


@dataclass(frozen=True, slots=True)
class Metadata:
    """Where the provider has what we need."""

    authorization: str
    token: str
    jwks: str
    end_session: str
    """Empty: it has no logout."""
    names_itself: bool
    """RFC 9207: its answers say whose they are."""
    basic: bool
    """Whether the client's secret goes by HTTP Basic, else in the form."""


class Provider:
    """One provider of identities; threads may share it."""

    def __init__(self, settings: OpenIdSettings, home: Path, secret: str) -> None:
        self.settings = settings
        self._secret = secret
        self._transport = OpenIdTransport(settings, home)
        self._lock = Lock()
        self._metadata: tuple[float, Metadata] | None = None
        self._keys: tuple[float, KeySet] | None = None

    def way_in(self, beginning: Beginning, redirect: str) -> str:
        """Return the address that the browser goes to.

        Raises:
            OpenIdUnavailable: the provider does not say where.
        """
        query = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": redirect,
            "scope": self.settings.scopes,
            "state": beginning.state,
            "nonce": beginning.nonce,
            "code_challenge": beginning.challenge,
            "code_challenge_method": "S256",
        }
        return _with_query(self.metadata().authorization, query)

    def who(
        self, beginning: Beginning, answer: Mapping[str, str], redirect: str, now: float
    ) -> Identity:
        """Return who came back with *answer*, the query of the redirect; *now* in Unix seconds.

        Raises:
            OpenIdAnswerStale: it is not the answer to this beginning.
            OpenIdRefused: the provider or the person said no.
            OpenIdUnavailable: the provider does not answer.
            IdTokenBroken: what it says does not hold.
        """
        state = answer.get("state", "")
        if not hmac.compare_digest(
            state.encode("utf-8", "surrogatepass"), beginning.state.encode()
        ):
            raise OpenIdAnswerStale()
        metadata = self.metadata()
        named = answer.get("iss", "")
        if (named or metadata.names_itself) and named != self.settings.issuer:
            raise IdTokenBroken("iss")
        if "error" in answer:
            raise OpenIdRefused(_word(answer["error"]))
        code = answer.get("code", "")
        if not 0 < len(code) <= _LONGEST:
            raise OpenIdAnswerStale()
        token = self._exchanged(metadata, code, beginning.verifier, redirect)
        settings = self.settings
        expected = Expected(
            settings.issuer, settings.client_id, beginning.nonce, now, settings.leeway_seconds
        )
        try:
            return verified(token, self._key_set(metadata, KEPT_SECONDS), expected)
        except KeyUnknown:
            pass
        try:
            return verified(token, self._key_set(metadata, ROTATION_SECONDS), expected)
        except KeyUnknown:
            raise IdTokenBroken("kid") from None

    def way_out(self, redirect: str) -> str:
        """Return where the browser ends the provider's session too; empty: nowhere.

        Without `id_token_hint`: a statement of identity does not belong into addresses.
        """
        try:
            end = self.metadata().end_session
        except OpenIdUnavailable:
            return ""
        query = {"client_id": self.settings.client_id, "post_logout_redirect_uri": redirect}
        return _with_query(end, query) if end else ""

    def metadata(self) -> Metadata:
        """Return what the provider publishes of itself.

        Raises:
            OpenIdUnavailable: it does not answer, or not as itself.
        """
        with self._lock:
            kept = self._metadata
        if kept is not None and time.monotonic() - kept[0] < KEPT_SECONDS:
            return kept[1]
        url = self.settings.issuer.rstrip("/") + _WELL_KNOWN
        status, found = self._transport.ask(Question(url))
        if status >= 400:
            raise OpenIdUnavailable(f"HTTP {status}")
        made = self._read(found)
        with self._lock:
            self._metadata = (time.monotonic(), made)
        return made

    def _read(self, found: Mapping[str, Any]) -> Metadata:
        if found.get("issuer") != self.settings.issuer:
            raise OpenIdUnavailable("issuer")
        methods = found.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        return Metadata(
            authorization=self._endpoint(found, "authorization_endpoint"),
            token=self._endpoint(found, "token_endpoint"),
            jwks=self._endpoint(found, "jwks_uri"),
            end_session=self._endpoint(found, "end_session_endpoint", optional=True),
            names_itself=found.get("authorization_response_iss_parameter_supported") is True,
            basic=isinstance(methods, list) and "client_secret_basic" in methods,
        )

    def _endpoint(self, found: Mapping[str, Any], name: str, *, optional: bool = False) -> str:
        """Return an address that is as safe as the issuer's own."""
        url = found.get(name)
        if url is None and optional:
            return ""
        if not isinstance(url, str) or len(url) > _LONGEST or not url.isascii():
            raise OpenIdUnavailable(name)
        try:
            parts, own = urlsplit(url), urlsplit(self.settings.issuer)
            same = parts.netloc == own.netloc
        except ValueError:
            raise OpenIdUnavailable(name) from None
        if parts.scheme != "https" and not (same and parts.scheme == own.scheme):
            raise OpenIdUnavailable(name)
        if not parts.hostname or parts.username is not None or parts.fragment:
            raise OpenIdUnavailable(name)
        return url

    def _exchanged(self, metadata: Metadata, code: str, verifier: str, redirect: str) -> str:
        """Trade the code for the ID token."""
        client = self.settings.client_id
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect,
            "code_verifier": verifier,
        }
        login = None
        if self._secret and metadata.basic:
            # RFC 6749, 2.3.1: both are form-encoded before they are put together
            login = (quote(client, safe=""), quote(self._secret, safe=""))
        else:
            form |= {"client_id": client}
            form |= {"client_secret": self._secret} if self._secret else {}
        status, found = self._transport.ask(Question(metadata.token, form, login))
        if status >= 400:
            raise OpenIdRefused(_word(found.get("error", f"HTTP {status}")))
        token = found.get("id_token")
        if not isinstance(token, str):
            raise IdTokenBroken("id_token")
        return token

    def _key_set(self, metadata: Metadata, oldest: float) -> KeySet:
        """Return the provider's keys, asked again where ours are older than *oldest* seconds."""
        with self._lock:
            kept = self._keys
        if kept is not None and time.monotonic() - kept[0] < oldest:
            return kept[1]
        status, found = self._transport.ask(Question(metadata.jwks))
        if status >= 400:
            raise OpenIdUnavailable(f"HTTP {status}")
        keys = key_set(found)
        with self._lock:
            self._keys = (time.monotonic(), keys)
        return keys


def _with_query(url: str, query: Mapping[str, str]) -> str:
    return f"{url}{'&' if '?' in url else '?'}{urlencode(query)}"


def _word(said: object) -> str:
    return str(said)[:80]
