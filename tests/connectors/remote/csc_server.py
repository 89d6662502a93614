"""A CSC service, version 1.0.4.0 or 2.0.0.2, that holds real keys and really signs.

Standard: CSC API, clauses 8.4.4 and 11.1 to 11.12. What it checks: access tokens, PIN and
one-time code, that a SAD is for these hashes, of this credential, used once.
"""

import secrets
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from asn1crypto import algos
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.connectors.remote.keys import Holder
from tests.connectors.remote.serving import secret_file

DIGESTS = {
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}
RSA = "1.2.840.113549.1.1.1"
PSS = "1.2.840.113549.1.1.10"
IMPLIED = {
    "1.2.840.113549.1.1.11": "sha256",
    "1.2.840.113549.1.1.12": "sha384",
    "1.2.840.113549.1.1.13": "sha512",
    "1.2.840.10045.4.3.2": "sha256",
    "1.2.840.10045.4.3.3": "sha384",
    "1.2.840.10045.4.3.4": "sha512",
}


class Refusal(Exception):
    """What the service says no with."""

    def __init__(self, description: str, error: str = "invalid_request", status: int = 400) -> None:
        super().__init__(description)
        self.status = status
        self.body = {"error": error, "error_description": description}


@dataclass
class Kept:
    """A credential in the service's keeping."""

    holder: Holder
    pin: str = ""
    """Mode explicit when there is one, or a one-time code."""
    otp: str = ""
    mode: str = ""
    """Instead of implicit or explicit."""
    algorithms: tuple[str, ...] = ()
    most: int = 3
    key_status: str = "enabled"
    cert_status: str = "valid"

    def __post_init__(self) -> None:
        rsa_key = isinstance(self.holder.key, rsa.RSAPrivateKey)
        own = (RSA, PSS) if rsa_key else tuple(IMPLIED)[3:]
        self.algorithms = self.algorithms or own


@dataclass
class CscServer:
    """The service and its state; change it between calls."""

    version: int
    credentials: dict[str, dict[str, Kept]]
    """By user, by credential id."""
    client_id: str = "congvan"
    client_secret: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    tokens: dict[str, str] = field(default_factory=dict)
    """Access token to its user; empty user for the office's own account."""
    specs: str = ""
    asks_person: bool = False
    """Version 2: authorize answers 202, and the person decides."""
    polling: bool = False
    person: str = "away"
    """away, agrees, declines, late."""
    busy: bool = False
    """Version 2: signatures are not ready yet."""
    pending_status: int = 202
    """400 for services that do not know 202."""
    sent_codes: list[str] = field(default_factory=list)
    signed: list[bytes] = field(default_factory=list)
    """Every digest a key of this service has signed."""
    _sads: dict[str, tuple[str, frozenset[str]]] = field(default_factory=dict)
    _handles: dict[str, tuple[str, frozenset[str]]] = field(default_factory=dict)
    _responses: dict[str, list[str]] = field(default_factory=dict)

    def token_of(self, user: str) -> str:
        """Return a new access token of *user*."""
        token = secrets.token_urlsafe(16)
        self.tokens[token] = user
        return token

    def settings(self, url: str, folder: Path, user: str = "") -> dict[str, object]:
        """Return how to reach it: with *user*'s own token, else with the office's account."""
        kind = {"name": f"csc-{self.version}", "kind": f"csc{self.version}", "url": url}
        if user:
            token = secret_file(folder / f"token-{self.version}", self.token_of(user))
            return {**kind, "user": user, "token": token}
        secret = secret_file(folder / f"client-secret-{self.version}", self.client_secret)
        return {**kind, "client_id": self.client_id, "client_secret": secret}

    def app(self) -> Starlette:
        """Return the service."""
        methods = {
            "info": self._info,
            "credentials/list": self._list,
            "credentials/info": self._describe,
            "credentials/authorize": self._authorize,
            "credentials/authorizeCheck": self._check,
            "credentials/sendOTP": self._send_code,
            "credentials/getChallenge": self._send_code,
            "signatures/signHash": self._sign,
            "signatures/signPolling": self._poll,
        }
        prefix = f"/csc/v{self.version}/"

        def route(path: str, method: Any) -> Route:
            async def endpoint(request: Request) -> Response:
                try:
                    if path != "info":
                        self._user(request)
                    found = method(await request.json(), request)
                    status, body = found if isinstance(found, tuple) else (200, found)
                    return JSONResponse(body, status) if body is not None else Response(None, 204)
                except Refusal as refusal:
                    return JSONResponse(refusal.body, refusal.status)

            return Route(prefix + path, endpoint, methods=["POST"])

        token = Route(prefix + "oauth2/token", self._token, methods=["POST"])
        return Starlette(routes=[token, *(route(path, one) for path, one in methods.items())])

    async def _token(self, request: Request) -> Response:
        form = dict(await request.form())
        right = {"client_id": self.client_id, "client_secret": self.client_secret}
        right |= {"grant_type": "client_credentials", "scope": "service"}
        if form != right:
            return JSONResponse({"error": "invalid_client"}, 401)
        answer = {"access_token": self.token_of(""), "token_type": "Bearer", "expires_in": 3600}
        return JSONResponse(answer)

    def _user(self, request: Request) -> str:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if kind != "Bearer" or token not in self.tokens:
            raise Refusal("the access token is not valid", "invalid_token", 401)
        return self.tokens[token]

    def _info(self, asked: Any, _: Request) -> Any:
        methods = ["credentials/list", "credentials/info", "credentials/authorize"]
        methods += ["signatures/signHash"] + ["signatures/signPolling"] * self.polling
        specs = self.specs or ("1.0.4.0" if self.version == 1 else "2.0.0.2")
        return {"specs": specs, "name": "thử", "authType": ["oauth2client"], "methods": methods}

    def _list(self, asked: Any, request: Request) -> Any:
        user = self._user(request)
        if user and asked.get("userID"):
            raise Refusal("userID parameter MUST be null")
        found = self.credentials.get(user or asked.get("userID", ""))
        if found is None:
            raise Refusal("Invalid parameter userID")
        return {"credentialIDs": list(found)}

    def _kept(self, asked: Any) -> Kept:
        for found in self.credentials.values():
            if asked.get("credentialID") in found:
                return found[asked["credentialID"]]
        raise Refusal("Invalid parameter credentialID")

    def _describe(self, asked: Any, _: Request) -> Any:
        kept = self._kept(asked)
        chain = (kept.holder.certificate, *kept.holder.chain)
        pem = [b64encode(one.public_bytes(Encoding.DER)).decode() for one in chain]
        mode = kept.mode or ("explicit" if kept.pin or kept.otp else "implicit")
        described: dict[str, Any] = {
            "key": {"status": kept.key_status, "algo": list(kept.algorithms), "len": 2048},
            "cert": {"status": kept.cert_status, "certificates": pem},
            "multisign": kept.most,
        }
        if self.version == 1:
            codes = {
                "PIN": {"presence": str(bool(kept.pin)).lower(), "format": "A"},
                "OTP": {
                    "presence": str(bool(kept.otp)).lower(),
                    "type": "online" if kept.otp else "offline",
                },
            }
            return described | {"authMode": mode, "SCAL": "2"} | codes
        objects: list[dict[str, str]] = [{"type": "Password", "id": "PIN"}] if kept.pin else []
        if kept.otp:
            objects.append({"type": "Password", "id": "OTP", "generator": "totp"})
        return described | {"auth": {"mode": mode, "objects": objects}, "SCAL": "2"}

    def _hashes(self, asked: Any) -> list[str]:
        hashes = asked.get("hash" if self.version == 1 else "hashes")
        if not isinstance(hashes, list) or not hashes:
            raise Refusal("Empty hash array")
        return hashes

    def _authorize(self, asked: Any, _: Request) -> Any:
        kept = self._kept(asked)
        if kept.key_status != "enabled":
            raise Refusal("The credential identified by credentialID is disabled")
        if asked["numSignatures"] > kept.most:
            raise Refusal("Numbers of signatures is too high")
        shown = (
            asked
            if self.version == 1
            else {one["id"]: one["value"] for one in asked.get("authData", [])}
        )
        error = "invalid_pin" if self.version == 1 else "invalid_authentication_data"
        for name, right in (("PIN", kept.pin), ("OTP", kept.otp)):
            if right and shown.get(name) != right:
                raise Refusal(f"The {name} «{shown.get(name)}» is invalid", error)
        allowed = asked["credentialID"], frozenset(self._hashes(asked))
        if self.asks_person:
            handle = secrets.token_hex(8)
            self._handles[handle] = allowed
            return 202, {"handle": handle}
        return {"SAD": self._sad(allowed), "expiresIn": 300}

    def _sad(self, allowed: tuple[str, frozenset[str]]) -> str:
        sad = secrets.token_urlsafe(24)
        self._sads[sad] = allowed
        return sad

    def _check(self, asked: Any, _: Request) -> Any:
        handle = asked.get("handle")
        if handle not in self._handles:
            raise Refusal("Invalid parameter handle")
        if self.person == "declines":
            raise Refusal("the user denied the request", "access_denied")
        if self.person == "late":
            raise Refusal("the authorization has expired")
        if self.person == "away":  # each time another handle, as 11.7 allows
            other = secrets.token_hex(8)
            self._handles[other] = self._handles.pop(handle)
            return 202, {"handle": other}
        return {"SAD": self._sad(self._handles.pop(handle))}

    def _send_code(self, asked: Any, _: Request) -> Any:
        self._kept(asked)
        self.sent_codes.append(asked["credentialID"])
        return {} if self.version == 1 else (204, None)

    def _sign(self, asked: Any, _: Request) -> Any:
        kept = self._kept(asked)
        hashes = self._hashes(asked)
        if kept.mode != "oauth2code":
            credential, allowed = self._sads.pop(asked.get("SAD", ""), ("", frozenset()))
            if credential != asked["credentialID"]:
                raise Refusal(f"Invalid parameter SAD {asked.get('SAD')}")
            if not allowed.issuperset(hashes):
                raise Refusal("Hash is not authorized by the SAD")
        values = [self._value(kept, asked, b64decode(one)) for one in hashes]
        if asked.get("operationMode") != "A":
            return {"signatures": values}
        response = secrets.token_hex(8)
        self._responses[response] = values
        return {"responseID": response}

    def _value(self, kept: Kept, asked: Any, digest: bytes) -> str:
        algorithm = asked.get("signAlgo")
        if algorithm not in kept.algorithms:
            raise Refusal("Invalid parameter signAlgo")
        named = asked.get("hashAlgo" if self.version == 1 else "hashAlgorithmOID", "")
        if self.version == 2 and named and algorithm in IMPLIED:
            raise Refusal("Invalid parameter hashAlgorithmOID")
        salt, name = 0, IMPLIED.get(algorithm) or DIGESTS[named]
        if algorithm == PSS:
            parameters = algos.RSASSAPSSParams.load(b64decode(asked["signAlgoParams"]), strict=True)
            salt = parameters["salt_length"].native
            mask = parameters["mask_gen_algorithm"]["parameters"]["algorithm"].native
            name = parameters["hash_algorithm"]["algorithm"].native
            assert mask == name
        self.signed.append(digest)
        return b64encode(kept.holder.sign(digest, name, salt)).decode()

    def _poll(self, asked: Any, _: Request) -> Any:
        if asked.get("requestID") not in self._responses:
            raise Refusal("Invalid parameter requestID")
        if self.busy:
            why = "The previous asynchronous signature request has not yet been completed"
            raise Refusal(why, "accepted_request", self.pending_status)
        return {"signatures": self._responses[asked["requestID"]]}
