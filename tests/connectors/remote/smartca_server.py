"""A SmartCA service, interface "sp769", that holds real keys and really signs.

Source: VNPT, "Tài liệu tích hợp VNPT SmartCA", 3.1 to 3.4, 4.3, 4.4.
"""

import secrets
import uuid
from base64 import b64encode
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

WAITS = "sig_wait_for_user_confirm"


class Refusal(Exception):
    """Code and message."""


@dataclass
class Begun:
    """A transaction."""

    user: str
    serial: str
    files: list[dict[str, str]]
    sad: str = ""
    standing: str = WAITS
    """Becomes SUCCESS, EXPIRED, or any other message."""


@dataclass
class SmartCaServer:
    """The service and its state; change it between calls."""

    users: dict[str, list[Holder]]
    sp_id: str = "congvan.apps.smartcaapi.com"
    sp_password: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    password: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    otp: str = field(default_factory=lambda: f"{secrets.randbelow(10**6):06}")
    transactions: dict[str, Begun] = field(default_factory=dict)
    unusable: str = ""
    """Why no certificate may sign."""
    signed: list[bytes] = field(default_factory=list)

    def answer(self, standing: str = "SUCCESS") -> None:
        """Have the person agree to all that waits, or whatever else *standing* is."""
        for begun in self.transactions.values():
            if begun.standing == WAITS:
                begun.standing = standing

    def settings(self, url: str, folder: Path, flow: str = "phone") -> dict[str, object]:
        """Return how to reach it."""
        password = secret_file(folder / "sp-password", self.sp_password)
        account = {"sp_id": self.sp_id, "sp_password": password, "flow": flow}
        return {"name": "smartca", "kind": "smartca", "url": url, **account}

    def app(self) -> Starlette:
        """Return the service."""
        begin = "/v1/signatures/sign"
        return Starlette(
            routes=[
                self._route("/v1/credentials/get_certificate", self._certificates),
                self._route(begin + "/{transaction}/status", self._status),
                self._route(begin, self._begin),
                self._route("/v2/signatures/sign", self._begin_with_code),
                self._route("/v2/signatures/confirm", self._confirm),
            ]
        )

    def _route(self, path: str, method: Any) -> Route:
        async def endpoint(request: Request) -> Response:
            try:
                message, data = method(await request.json(), request)
                return JSONResponse({"status_code": 200, "message": message, "data": data})
            except Refusal as refusal:
                code, message = refusal.args
                answer = {"status_code": code, "message": message, "data": None}
                return JSONResponse(answer, 400 if code == 400 else 200)

        return Route(path, endpoint, methods=["POST"])

    def _holders(self, asked: Any) -> list[Holder]:
        if (asked["sp_id"], asked["sp_password"]) != (self.sp_id, self.sp_password):
            raise Refusal(401, f"sp_password {asked['sp_password']} is wrong")
        if asked["user_id"] not in self.users:
            raise Refusal(401, "user_id is not a subscriber")
        return self.users[asked["user_id"]]

    def _certificates(self, asked: Any, _: Request) -> Any:
        entries = []
        for one in self._holders(asked):
            own, ca, root = (
                b64encode(each.public_bytes(Encoding.DER)).decode()
                for each in (one.certificate, *one.chain)
            )
            entries.append(
                {
                    "cert_id": str(uuid.uuid4()),
                    "cert_status": "Đang hoạt động",
                    "serial_number": one.serial,
                    "cert_data": own,
                    "chain_data": {"ca_cert": ca, "root_cert": root},
                    "transaction_id": asked["transaction_id"],
                }
            )
        return "Success", {"user_certificates": entries}

    def _begun(self, asked: Any) -> tuple[str, Begun]:
        serials = [one.serial for one in self._holders(asked)]
        if self.unusable:
            raise Refusal(403, self.unusable)
        if asked["serial_number"] not in serials:
            raise Refusal(403, "CREDENTIAL_STATUS_INVALID")
        if asked["transaction_id"] in self.transactions:
            raise Refusal(400, "transaction_id is not unique")
        for file in asked["sign_files"]:
            if file["sign_type"] != "hash" or len(bytes.fromhex(file["data_to_be_signed"])) != 32:
                raise Refusal(400, "BAD_REQUEST")
        begun = Begun(asked["user_id"], asked["serial_number"], asked["sign_files"])
        self.transactions[asked["transaction_id"]] = begun
        return asked["transaction_id"], begun

    def _begin(self, asked: Any, _: Request) -> Any:
        transaction, _begun = self._begun(asked)
        return WAITS, {"transaction_id": transaction, "tran_code": str(uuid.uuid4())}

    def _status(self, _: Any, request: Request) -> Any:
        begun = self.transactions.get(request.path_params["transaction"])
        if begun is None:
            raise Refusal(404, "transaction not found")
        done = begun.standing == "SUCCESS"
        return begun.standing, {"signatures": self._values(begun)} if done else None

    def _begin_with_code(self, asked: Any, _: Request) -> Any:
        if (asked["password"], asked["otp"]) != (self.password, self.otp):
            raise Refusal(401, f"OTP {asked['otp']} or password {asked['password']} is wrong")
        transaction, begun = self._begun(asked)
        begun.sad = secrets.token_urlsafe(24)
        return WAITS, {"transaction_id": transaction, "sad": begun.sad, "expired_in": 299}

    def _confirm(self, asked: Any, _: Request) -> Any:
        begun = self.transactions.get(asked["transaction_id"])
        if begun is None or asked["sad"] != begun.sad or asked["password"] != self.password:
            raise Refusal(400, f"sad {asked['sad']} is wrong")
        begun.sad = secrets.token_urlsafe(24)
        return "Success", {"signatures": self._values(begun)}

    def _values(self, begun: Begun) -> list[dict[str, Any]]:
        (one,) = [held for held in self.users[begun.user] if held.serial == begun.serial]
        values = []
        # another sequence than asked: the ids say which is which
        for file in reversed(begun.files):
            digest = bytes.fromhex(file["data_to_be_signed"])
            self.signed.append(digest)
            value = b64encode(one.sign(digest, "sha256")).decode()
            values.append({"doc_id": file["doc_id"], "signature_value": value})
        return values
