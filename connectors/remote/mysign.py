"""`MySignService`: Viettel MySign, the gateway "vtss".

Source: Viettel, MySign integration document 1.8 and its public clients: service/ras/v1/login
(a token a user, 3600 s, not refreshed), service/certificates/info, service/signHash,
service/requests/status. Keys are RSA and only SHA-256 is signed, as PKCS#1 v1.5. Names go as
base64 of UTF-8, shorter than 100 characters.

The transaction's id is the service's: when its answer is lost nothing can be asked after, and
`resume` gives None.
"""

from base64 import b64encode
from functools import partial

from connectors.remote.algorithms import DIGEST_OIDS, RSA
from connectors.remote.answer import Answer, Fields, Garbled
from connectors.remote.credential import credential_of, usable
from connectors.remote.errors import (
    AccessDenied,
    CredentialMissing,
    CredentialUnusable,
    QuotaExhausted,
    RemoteRefused,
    SigningDeclined,
    SigningExpired,
    SigningFailed,
    TransactionUnknown,
)
from connectors.remote.outcome import ensure_fits, furthered, signed
from connectors.remote.service import (
    NO_ACTIVATION,
    Activation,
    RemoteCredential,
    SigningOrder,
    Transaction,
)
from connectors.remote.settings import MySignSettings
from connectors.remote.tokens import Token, Tokens
from connectors.remote.transport import Call, Transport

_SERVICE = "/vtss/service/"
_DONE = "1"
_AT_WORK = frozenset({"0", "4000", "6000"})
"""Waits for the person, or signs."""
_BY_CODE: dict[str, type[RemoteRefused]] = {
    "4001": SigningExpired,
    "4002": SigningDeclined,
    "4004": SigningFailed,
    "4005": QuotaExhausted,
    "13004": CredentialUnusable,
    "58007": AccessDenied,
    "58008": CredentialMissing,
    "59033": AccessDenied,
    "86002": AccessDenied,
    "86024": AccessDenied,
}
_INTERNAL = "50000"
_ASYNCHRONOUS = 1
"""The mode that answers with a transaction to ask for."""
_NAME_BYTES = 72
"""Of UTF-8: 96 characters of base64."""


class MySignService:
    """A `RemoteSigner`; build one per process and share it between threads."""

    def __init__(self, settings: MySignSettings) -> None:
        self._settings = settings
        self._transport = Transport(settings)
        self._tokens = Tokens(self._transport, self._login)

    @property
    def name(self) -> str:
        """See `RemoteSigner.name`."""
        return self._settings.name

    def credentials(self, user: str) -> tuple[RemoteCredential, ...]:
        """See `RemoteSigner.credentials`; certificates/info."""
        asked: dict[str, object] = {
            "profile_id": self._settings.profile_id,
            "user_id": user,
            "certificates": "chain",
            "certInfo": True,
            "authInfo": True,
        }
        call = self._call("certificates/info", asked)

        def read(answer: Answer) -> tuple[RemoteCredential, ...]:
            self._accept(answer)
            found = (_credential(user, entry) for entry in answer.body.objects(""))
            return usable(self.name, "certificates/info", found)

        return self._tokens.ask(user, call, read)

    def challenge(self, credential: RemoteCredential) -> None:
        """See `RemoteSigner.challenge`; the person agrees in the app, nothing is sent."""

    def start(self, order: SigningOrder, activation: Activation = NO_ACTIVATION) -> Transaction:
        """See `RemoteSigner.start`; signHash, asynchronous."""
        ensure_fits(self.name, order)
        asked: dict[str, object] = {
            "credentialID": order.credential.credential_id,
            "numSignatures": len(order.items),
            "description": _name(order.description),
            "documents": [
                {"document_id": item.document_id, "document_name": _name(item.name)}
                for item in order.items
            ],
            "hash": [b64encode(digest).decode() for digest in order.hashes],
            "hashAlgo": DIGEST_OIDS[order.digest],
            "signAlgo": RSA,
            "async": _ASYNCHRONOUS,
        }
        call = self._call("signHash", asked, effect=True)

        def read(answer: Answer) -> tuple[tuple[bytes, ...] | None, str]:
            self._accept(answer)
            if answer.body.values.get("signatures"):
                return answer.body.signatures("signatures", len(order.items)), "done"
            return None, answer.body.reference("transactionId")

        values, reference = self._tokens.ask(order.user, call, read)
        if values is None:
            return Transaction(order, reference)
        return signed(self.name, order, reference, values)

    def progress(self, transaction: Transaction) -> Transaction:
        """See `RemoteSigner.progress`; requests/status."""
        order = transaction.order
        asked = {"transactionId": transaction.reference}
        call = Call(_SERVICE + "requests/status", json=asked)
        read = partial(self._standing, len(order.items))
        return furthered(self.name, transaction, lambda: self._tokens.ask(order.user, call, read))

    def resume(self, order: SigningOrder) -> Transaction | None:
        """See `RemoteSigner.resume`; nobody can be asked by an id of ours."""
        return None

    def _standing(self, count: int, answer: Answer) -> tuple[bytes, ...] | None:
        self._accept(answer)
        status = answer.body.text("status")
        if status in _AT_WORK:
            return None
        if status != _DONE:
            raise self._refusal(answer.words("status"), answer)
        return answer.body.signatures("signatures", count)

    def _login(self, user: str) -> Token:
        asked: dict[str, object] = {"profile_id": self._settings.profile_id, "user_id": user}
        call = self._call("ras/v1/login", asked)

        def read(answer: Answer) -> Token:
            self._accept(answer)
            if "access_token" not in answer.body.values:
                raise AccessDenied(self.name, "login", _code(answer))
            return Token.read(answer.body)

        return self._transport.ask(call, read)

    def _call(self, path: str, asked: dict[str, object], *, effect: bool = False) -> Call:
        secret = self._settings.secret(self._settings.client_secret)
        account = {"client_id": self._settings.client_id, "client_secret": secret}
        return Call(_SERVICE + path, json={**account, **asked}, secrets=(secret,), effect=effect)

    def _accept(self, answer: Answer) -> None:
        """Return if *answer* is none of the refusals."""
        code = _code(answer)
        if answer.status < 300 and code not in _BY_CODE:
            return
        if answer.status == 404:
            raise TransactionUnknown(self.name, "HTTP 404", code)
        if answer.status in (401, 403) and code not in _BY_CODE:
            raise AccessDenied(self.name, f"HTTP {answer.status}", code)
        raise self._refusal(code or f"HTTP {answer.status}", answer)

    def _refusal(self, code: str, answer: Answer) -> Exception:
        if code == _INTERNAL:
            return Garbled(f"«status» {code}")  # what was done is as open as after HTTP 500
        words = answer.words("description") or answer.words("message")
        return _BY_CODE.get(code, RemoteRefused)(self.name, code, words)


def _code(answer: Answer) -> str:
    """Return the error's code, which has several names; empty when there is none."""
    for name in ("code", "error_code", "errorCode", "error"):
        if name in answer.body.values:
            return answer.words(name)
    return ""


def _credential(user: str, entry: Fields) -> RemoteCredential | None:
    key, cert = entry.fields("key"), entry.fields("cert")
    status = cert.text("status", "")
    if key.text("status", "enabled") != "enabled" or status not in ("", "valid"):
        return None
    credential_id = entry.text("credential_id")
    if not credential_id or len(credential_id) > 256:
        raise Garbled("«credential_id» is not an id")
    return credential_of(
        user,
        credential_id,
        cert.texts("certificates"),
        (RSA,) if RSA in key.texts("algo") else (),
        digests=("sha256",),
        most=min(entry.number("multisign", 1), 100),
        status=status,
    )


def _name(text: str) -> str:
    """Return *text* as base64 of UTF-8, cut between characters."""
    cut = text.encode()[:_NAME_BYTES].decode("utf-8", "ignore")
    return b64encode(cut.encode()).decode()
