"""A MySign gateway that holds real keys and really signs.

Source: Viettel, MySign integration document 1.8: login, certificates/info, signHash,
requests/status.
"""

import secrets
import uuid
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.connectors.remote.keys import Holder
from tests.connectors.remote.serving import secret_file

RSA = "1.2.840.113549.1.1.1"
SHA256 = "2.16.840.1.101.3.4.2.1"


class Refusal(Exception):
    """HTTP status and body."""


@dataclass
class Begun:
    """A transaction."""

    user: str
    credential_id: str
    digests: list[bytes]
    shown: list[str]
    """What the phone shows: the description, then the documents' names."""
    status: str = "4000"


@dataclass
class MySignServer:
    """The service and its state; change it between calls."""

    users: dict[str, dict[str, Holder]]
    """By user, by credential id."""
    client_id: str = "congvan"
    client_secret: str = field(default_factory=lambda: secrets.token_hex(20))
    profile_id: str = "adss:ras:profile:001"
    life: str = "3600"
    """Seconds, as text: so the service writes it."""
    tokens: dict[str, str] = field(default_factory=dict)
    transactions: dict[str, Begun] = field(default_factory=dict)
    at_once: bool = False
    """Answers signHash with the signatures."""
    signed: list[bytes] = field(default_factory=list)

    def answer(self, status: str = "1") -> None:
        """Have the person agree to all that waits, or whatever else *status* is."""
        for begun in self.transactions.values():
            if begun.status in ("4000", "6000"):
                begun.status = status

    def settings(self, url: str, folder: Path) -> dict[str, object]:
        """Return how to reach it."""
        secret = secret_file(folder / "client-secret", self.client_secret)
        account = {"client_id": self.client_id, "client_secret": secret}
        return {"name": "mysign", "kind": "mysign", "url": url, **account}

    def app(self) -> Starlette:
        """Return the service."""
        service = "/vtss/service/"
        return Starlette(
            routes=[
                self._route(service + "ras/v1/login", self._login),
                self._route(service + "certificates/info", self._certificates),
                self._route(service + "signHash", self._sign),
                self._route(service + "requests/status", self._status),
            ]
        )

    def _route(self, path: str, method: Any) -> Route:
        async def endpoint(request: Request) -> Response:
            try:
                return JSONResponse(method(await request.json(), request))
            except Refusal as refusal:
                status, body = refusal.args
                return JSONResponse(body, status)

        return Route(path, endpoint, methods=["POST"])

    def _ours(self, asked: Any) -> None:
        if asked["client_id"] != self.client_id:
            raise Refusal(401, {"code": 58007, "message": "Client ID does not exist"})
        if asked["client_secret"] != self.client_secret:
            message = f"Client secret {asked['client_secret']} is invalid"
            raise Refusal(401, {"code": 86024, "message": message})

    def _user(self, request: Request) -> str:
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        if kind != "Bearer" or token not in self.tokens:
            raise Refusal(401, {})
        return self.tokens[token]

    def _login(self, asked: Any, _: Request) -> Any:
        self._ours(asked)
        if asked["user_id"] not in self.users:
            raise Refusal(400, {"code": 58008, "message": "User ID does not exist"})
        assert asked["profile_id"] == self.profile_id
        token = secrets.token_urlsafe(24)
        self.tokens[token] = asked["user_id"]
        return {
            "access_token": token,
            "refresh_token": "",
            "token_type": "Bearer",
            "expires_in": self.life,
        }

    def _certificates(self, asked: Any, request: Request) -> Any:
        self._ours(asked)
        user = self._user(request)
        if user != asked["user_id"]:
            raise Refusal(403, {})
        return [self._entry(name, one) for name, one in self.users[user].items()]

    def _entry(self, name: str, one: Holder) -> dict[str, Any]:
        chain = (one.certificate, *one.chain)
        values = [b64encode(each.public_bytes(Encoding.DER)).decode() for each in chain]
        return {
            "key": {"status": "enabled", "algo": [RSA], "len": "2048", "curve": None},
            "cert": {"status": "valid", "certificates": values},
            "authMode": "implicit",
            "multisign": "2147483647",
            "credential_id": name,
            "scal": "2",
        }

    def _sign(self, asked: Any, request: Request) -> Any:
        self._ours(asked)
        user = self._user(request)
        names = [asked["description"], *(one["document_name"] for one in asked["documents"])]
        if any(len(name) >= 100 for name in names):
            raise Refusal(400, {"code": 4104, "message": "too long"})
        digests = [b64decode(one, validate=True) for one in asked["hash"]]
        counts = {len(digests), len(asked["documents"]), asked["numSignatures"]}
        if len(counts) != 1 or (asked["hashAlgo"], asked["signAlgo"]) != (SHA256, RSA):
            raise Refusal(400, {"code": 4100, "message": "bad request"})
        shown = [b64decode(name, validate=True).decode() for name in names]
        begun = Begun(user, asked["credentialID"], digests, shown)
        assert asked["async"] == 1
        if self.at_once:
            return {"signatures": self._values(begun)}
        transaction = str(uuid.uuid4())
        self.transactions[transaction] = begun
        return {"transactionId": transaction}

    def _status(self, asked: Any, request: Request) -> Any:
        begun = self.transactions.get(asked["transactionId"])
        if begun is None or begun.user != self._user(request):
            raise Refusal(404, {"code": 4040, "message": "no such transaction"})
        values = self._values(begun) if begun.status == "1" else None
        return {"status": begun.status, "signatures": values}

    def _values(self, begun: Begun) -> list[str]:
        one = self.users[begun.user][begun.credential_id]
        self.signed.extend(begun.digests)
        values = [b64encode(one.sign(digest, "sha256")).decode() for digest in begun.digests]
        # lines, as the service writes them
        return ["\r\n".join((value[:76], value[76:])) for value in values]
