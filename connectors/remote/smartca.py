"""`SmartCaService`: VNPT SmartCA, interface "sp769".

Source: VNPT, "Tài liệu tích hợp VNPT SmartCA": 3.2 v1/credentials/get_certificate, 3.3
v1/signatures/sign, 3.4 v1/signatures/sign/{tranId}/status, 4.3 v2/signatures/sign, 4.4
v2/signatures/confirm. Keys are RSA and only SHA-256 is signed, as PKCS#1 v1.5.

Flow "phone" (v1): the person agrees in the app; the transaction's id is ours, so that an order
whose answer was lost can be asked after: `resume` gives its transaction. Flow "otp" (v2):
password and one-time code are shown, and the answer is the signature; nothing can be asked
after, `resume` gives None. One-time codes are never made here: whoever holds their seed signs.
"""

import uuid
from dataclasses import replace
from datetime import UTC
from functools import partial

from connectors.remote.algorithms import RSA
from connectors.remote.answer import Answer, Fields, Garbled, signature
from connectors.remote.credential import credential_of, usable
from connectors.remote.errors import (
    AccessDenied,
    ActivationRefused,
    CredentialUnusable,
    RemoteRefused,
    SigningDeclined,
    SigningExpired,
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
from connectors.remote.settings import SmartCaSettings
from connectors.remote.transport import Call, Transport

_MOST = 100
"""Documents in one order; the interface names no limit."""
_DESCRIPTION = 250
"""Characters; likewise."""
_BY_CODE: dict[int, type[RemoteRefused]] = {
    401: AccessDenied,
    403: CredentialUnusable,
    404: TransactionUnknown,
}
_BY_WORDS: tuple[tuple[str, type[RemoteRefused]], ...] = (
    ("expire", SigningExpired),
    ("timeout", SigningExpired),
    ("reject", SigningDeclined),
    ("denied", SigningDeclined),
    ("deny", SigningDeclined),
    ("cancel", SigningDeclined),
    ("not_found", TransactionUnknown),
    ("not found", TransactionUnknown),
)
"""Messages about a transaction. EXPIRED is documented; the others are read with goodwill."""


class SmartCaService:
    """A `RemoteSigner`; build one per process and share it between threads."""

    def __init__(self, settings: SmartCaSettings) -> None:
        self._settings = settings
        self._transport = Transport(settings)

    @property
    def name(self) -> str:
        """See `RemoteSigner.name`."""
        return self._settings.name

    def credentials(self, user: str) -> tuple[RemoteCredential, ...]:
        """See `RemoteSigner.credentials`; 3.2."""
        asked: dict[str, object] = {
            "user_id": user,
            "serial_number": "",
            "transaction_id": str(uuid.uuid4()),
        }
        call = self._call("/v1/credentials/get_certificate", asked)

        def read(answer: Answer) -> tuple[RemoteCredential, ...]:
            entries = self._data(answer).objects("user_certificates")
            typed = ("pin", "otp") if self._settings.flow == "otp" else ()
            found = (_credential(user, entry, typed) for entry in entries)
            return usable(self.name, "get_certificate", found)

        return self._transport.ask(call, read)

    def challenge(self, credential: RemoteCredential) -> None:
        """See `RemoteSigner.challenge`; codes come from an app, nothing is sent."""

    def start(self, order: SigningOrder, activation: Activation = NO_ACTIVATION) -> Transaction:
        """See `RemoteSigner.start`; 3.3, or 4.3 and 4.4."""
        ensure_fits(self.name, order)
        asked: dict[str, object] = {
            "user_id": order.user,
            "transaction_id": order.order_id,
            "transaction_desc": order.description[:_DESCRIPTION],
            "serial_number": order.credential.credential_id,
            "time_stamp": order.placed_at.astimezone(UTC).strftime("%Y%m%d%H%M%SZ"),
            "sign_files": [
                {
                    "file_type": "pdf",
                    "data_to_be_signed": item.digest.hex(),
                    "doc_id": item.document_id,
                    "sign_type": "hash",
                }
                for item in order.items
            ],
        }
        if self._settings.flow == "otp":
            return self._confirmed(order, asked, activation)
        call = self._call("/v1/signatures/sign", asked, effect=True)
        reference = self._transport.ask(
            call, lambda answer: self._data(answer).path_segment("transaction_id")
        )
        return Transaction(order, reference)

    def progress(self, transaction: Transaction) -> Transaction:
        """See `RemoteSigner.progress`; 3.4."""
        # no secret is asked for here, so none is sent
        call = Call(f"/v1/signatures/sign/{transaction.reference}/status", json={})
        read = partial(self._standing, transaction.order)
        return furthered(self.name, transaction, lambda: self._transport.ask(call, read))

    def resume(self, order: SigningOrder) -> Transaction | None:
        """See `RemoteSigner.resume`; the transaction's id is the order's."""
        return Transaction(order, order.order_id) if self._settings.flow == "phone" else None

    def _confirmed(
        self, order: SigningOrder, asked: dict[str, object], activation: Activation
    ) -> Transaction:
        if not (activation.pin and activation.otp):
            raise ActivationRefused(self.name, "password, otp", "?")
        shown = {"password": activation.pin, "otp": activation.otp}
        secrets = (activation.pin, activation.otp)
        first = self._call("/v2/signatures/sign", {**asked, **shown}, secrets)

        def begun(answer: Answer) -> tuple[str, str]:
            data = self._data(answer)
            return data.reference("transaction_id"), data.reference("sad")

        reference, sad = self._transport.ask(first, begun)
        confirm: dict[str, object] = {
            "user_id": order.user,
            "password": activation.pin,
            "transaction_id": reference,
            "sad": sad,
        }
        path = "/v2/signatures/confirm"
        last = self._call(path, confirm, (activation.pin, sad), effect=True)
        values = self._transport.ask(last, lambda answer: _signatures(order, self._data(answer)))
        return signed(self.name, order, "done", values)

    def _call(
        self,
        path: str,
        asked: dict[str, object],
        secrets: tuple[str, ...] = (),
        *,
        effect: bool = False,
    ) -> Call:
        password = self._settings.secret(self._settings.sp_password)
        account = {"sp_id": self._settings.sp_id, "sp_password": password}
        return Call(path, json={**account, **asked}, secrets=(password, *secrets), effect=effect)

    def _data(self, answer: Answer) -> Fields:
        self._accept(answer)
        return answer.body.fields("data")

    def _accept(self, answer: Answer) -> None:
        """Return if *answer* says 200, in itself too (3.1)."""
        code = answer.body.number("status_code", answer.status)
        if answer.status < 300 and 200 <= code < 300:
            return
        if code >= 500:
            raise Garbled(f"«status_code» {code}")
        words = answer.body.text("message", "").lower()
        leaf = _BY_CODE.get(code, RemoteRefused)
        if "otp" in words or ("password" in words and "sp_" not in words):
            leaf = ActivationRefused
        raise leaf(self.name, str(code), answer.words("message"))

    def _standing(self, order: SigningOrder, answer: Answer) -> tuple[bytes, ...] | None:
        message = answer.body.text("message", "").strip()
        for words, leaf in _BY_WORDS:
            if words in message.lower():
                raise leaf(self.name, str(answer.status), answer.words("message"))
        self._accept(answer)
        if message.upper() != "SUCCESS":
            return None  # whatever else it says, it goes on
        return _signatures(order, answer.body.fields("data"))


def _credential(user: str, entry: Fields, typed: tuple[str, ...]) -> RemoteCredential | None:
    chain = entry.optional("chain_data")
    others = (chain.text("ca_cert", ""), chain.text("root_cert", ""))
    serial = entry.text("serial_number")
    if not serial.isalnum() or len(serial) > 64:
        raise Garbled("«serial_number» is not one")
    found = credential_of(
        user,
        serial,
        (entry.text("cert_data"), *(other for other in others if other)),
        (RSA,),
        digests=("sha256",),
        most=_MOST,
        status=entry.text("cert_status", ""),
    )
    return found and replace(found, typed=typed)


def _signatures(order: SigningOrder, data: Fields) -> tuple[bytes, ...]:
    """Return the values in the order's sequence: the service may have another."""
    found = {
        one.text("doc_id"): signature(one.text("signature_value"))
        for one in data.objects("signatures")
    }
    ids = [item.document_id for item in order.items]
    if found.keys() != set(ids) or len(data.objects("signatures")) != len(ids):
        raise Garbled("the signatures are not for these documents")
    return tuple(found[one] for one in ids)
