"""The ID token: whether the provider said it, to us, now, for this very login.

Standard: OpenID Connect Core 1.0, 3.1.3.7; RFC 7515, 7518 (keyed hashes and `none` are never
taken: whoever knows the client's secret could write them).
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard

from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import ECKey, JWKRegistry, Key, KeySet, RSAKey
from joserfc.jws import JWSRegistry

from connectors.openid_errors import IdTokenBroken, OpenIdUnavailable

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
MOST_KEYS = 50
LARGEST_TOKEN = 32 * 1024
_OLDEST_SECONDS = 600
"""An ID token is fresh: it was made for the login that goes on."""
_RSA_BITS = range(2048, 8193)
_LONGEST_WORD = 255


class KeyUnknown(Exception):
    """The token names a key that the set has not: the provider may have a new one."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What a token must say."""

    issuer: str
    client_id: str
    nonce: str
    now: float
    """Unix seconds."""
    leeway: int


@dataclass(frozen=True, slots=True)
class Identity:
    """Who logged in, as the provider says."""

    issuer: str
    subject: str
    claims: Mapping[str, Any]

    def word(self, claim: str) -> str:
        """Return a claim that is a short text; empty otherwise."""
        value = self.claims.get(claim)
        return value if isinstance(value, str) and len(value) <= _LONGEST_WORD else ""

    def name_of_account(self, claim: str) -> str:
        """Return what *claim* calls the person here; an address only if it was verified."""
        if not claim or (claim == "email" and self.claims.get("email_verified") is not True):
            return ""
        return self.word(claim)

    def proved_by(self, values: tuple[str, ...]) -> bool:
        """Return whether `amr` has, or `acr` is, one of *values* (RFC 8176)."""
        methods = self.claims.get("amr")
        methods = methods if isinstance(methods, list) else []
        said = {each for each in methods if isinstance(each, str)}
        return bool((said | {self.word("acr")}) & set(values))


def key_set(answer: Mapping[str, Any]) -> KeySet:
    """Return the keys of a JWKS that may verify a token; what we do not know is left out.

    Raises:
        OpenIdUnavailable: there is none.
    """
    listed = answer.get("keys")
    keys = [
        key
        for each in (listed[:MOST_KEYS] if isinstance(listed, list) else [])
        if isinstance(each, dict) and (key := _usable(each)) is not None
    ]
    if not keys:
        raise OpenIdUnavailable("no usable key")
    return KeySet(keys)


def _usable(described: dict[str, Any]) -> Key | None:
    if described.get("use", "sig") != "sig" or described.get("kty") not in {"RSA", "EC"}:
        return None
    # what verifies needs no private part, and a modulus is looked at before it is used
    public = {name: described[name] for name in _PUBLIC if name in described}
    if not all(isinstance(each, str) and len(each) <= 2048 for each in public.values()):
        return None
    try:
        key = JWKRegistry.import_key(public)
        if isinstance(key, RSAKey):
            return key if key.public_key.key_size in _RSA_BITS else None
        # read here, where a point off the curve is only a key left out
        return key if isinstance(key, ECKey) and key.public_key is not None else None
    except Exception:  # a stranger's key may break any library
        return None


_PUBLIC = ("kty", "use", "alg", "kid", "n", "e", "crv", "x", "y")


def verified(token: str, keys: KeySet, expected: Expected) -> Identity:
    """Return who an ID token speaks of.

    Raises:
        IdTokenBroken: it does not hold.
        KeyUnknown: the set has not the key that it names.
    """
    if not token.isascii() or len(token) > LARGEST_TOKEN:
        raise IdTokenBroken("too large / not ASCII")
    registry = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
    try:
        claims = jwt.decode(token, keys, algorithms=ALGORITHMS, registry=registry).claims
    except InvalidKeyIdError:
        raise KeyUnknown from None
    except JoseError as error:
        raise IdTokenBroken(error.error) from None
    except Exception as error:  # so may a token
        raise IdTokenBroken(type(error).__name__) from None
    if fault := _fault(claims, expected):
        raise IdTokenBroken(fault)
    return Identity(expected.issuer, claims["sub"], claims)


def _fault(claims: Mapping[str, Any], expected: Expected) -> str:
    if claims.get("iss") != expected.issuer:
        return "iss"
    if not _is_for(claims, expected.client_id):
        return "aud"
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not hmac.compare_digest(
        nonce.encode("utf-8", "surrogatepass"), expected.nonce.encode()
    ):
        return "nonce"
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST_WORD:
        return "sub"
    return _out_of_time(claims, expected)


def _is_for(claims: Mapping[str, Any], client_id: str) -> bool:
    audience = claims.get("aud")
    named = audience if isinstance(audience, list) else [audience]
    if client_id not in named:
        return False
    party = claims.get("azp")
    return party == client_id if len(named) > 1 or party is not None else True


def _out_of_time(claims: Mapping[str, Any], expected: Expected) -> str:
    end, made = claims.get("exp"), claims.get("iat")
    if not _is_number(end) or end <= expected.now - expected.leeway:
        return "exp"
    if not _is_number(made) or made > expected.now + expected.leeway:
        return "iat"
    if made < expected.now - _OLDEST_SECONDS - expected.leeway:
        return "iat"
    begin = claims.get("nbf", 0)
    return "" if _is_number(begin) and begin <= expected.now + expected.leeway else "nbf"


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
