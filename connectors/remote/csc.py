"""`CscService`: a provider that speaks the CSC API, version 1.0.4.0 or 2.0.

Version 1 answers at once. Version 2 may let the person agree later: credentials/authorize
then gives a handle (11.6, HTTP 202), and signatures/signHash works asynchronously (11.10,
operation mode "A") where signatures/signPolling is offered. A transaction's reference is
therefore `handle …` or `response …`, and changes from the first to the second.

Neither version takes an id of ours by which to ask: `resume` gives None, always.
For the clauses see `csc_version`.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from connectors.remote.answer import Answer, Garbled
from connectors.remote.credential import credential_of, usable
from connectors.remote.csc_session import CscSession, Query
from connectors.remote.csc_version import POLLING, Authorisation, CscVersion, Version1, Version2
from connectors.remote.errors import (
    ActivationRefused,
    CredentialUnusable,
)
from connectors.remote.outcome import ensure_fits, furthered, signed
from connectors.remote.service import (
    NO_ACTIVATION,
    Activation,
    RemoteCredential,
    SigningOrder,
    Transaction,
)
from connectors.remote.settings import CscSettings

_VERSIONS: dict[str, CscVersion] = {"csc1": Version1(), "csc2": Version2()}
_MOST_CREDENTIALS = 20
"""Credentials of one user that are looked at."""
_DESCRIPTION = 500
"""Characters (11.6)."""


class CscService:
    """A `RemoteSigner`; build one per process and share it between threads."""

    def __init__(self, settings: CscSettings) -> None:
        self._settings = settings
        self._version = _VERSIONS[settings.kind]
        self._session = CscSession(settings, self._version)

    @property
    def name(self) -> str:
        """See `RemoteSigner.name`."""
        return self._settings.name

    def credentials(self, user: str) -> tuple[RemoteCredential, ...]:
        """See `RemoteSigner.credentials`; 11.4, then 11.5 for each."""
        self._session.methods()
        # a user's own token says who it is, and the service takes no other word for it (11.4)
        asked: dict[str, object] = {} if self._settings.token else {"userID": user}
        ids = self._session.ask(user, Query("credentials/list", asked), _ids)
        found = (self._described(user, one)[0] for one in ids[:_MOST_CREDENTIALS])
        return usable(self.name, "credentials/list", found)

    def challenge(self, credential: RemoteCredential) -> None:
        """See `RemoteSigner.challenge`; 11.8."""
        asked = self._version.challenge(self._authorisation(credential))
        if asked is None:
            raise ActivationRefused(self.name, credential.credential_id, "OTP ?")
        path, more = asked
        query = Query(path, {"credentialID": credential.credential_id, **more})
        self._session.ask(credential.user, query, lambda _: None)

    def start(self, order: SigningOrder, activation: Activation = NO_ACTIVATION) -> Transaction:
        """See `RemoteSigner.start`; 11.6, then 11.9 or 11.10."""
        ensure_fits(self.name, order)
        self._session.methods()
        how = self._authorisation(order.credential)
        if how.mode == "oauth2code" or activation.sad:
            # authorised elsewhere; without SAD the token itself is of scope "credential" (11.10)
            return self._sent(order, activation.sad)
        if not activation.pin and self._settings.pin is not None:
            activation = Activation(self._settings.secret(self._settings.pin), activation.otp)
        parameters = {
            "credentialID": order.credential.credential_id,
            **self._version.authorise(order, how, activation),
            "description": order.description[:_DESCRIPTION],
            "clientData": order.order_id,
        }
        shown = (activation.pin, activation.otp)
        query = Query("credentials/authorize", parameters, shown, approval=True)
        return self._authorised(order, self._session.ask(order.user, query, _authorised))

    def progress(self, transaction: Transaction) -> Transaction:
        """See `RemoteSigner.progress`; 11.7 before the person has agreed, 11.12 after."""
        order = transaction.order
        kind, _, reference = transaction.reference.partition(" ")

        def ask() -> Transaction | Sequence[bytes] | None:
            if kind == "handle":
                query = Query("credentials/authorizeCheck", {"handle": reference})
                return self._authorised(order, self._session.ask(order.user, query, _authorised))
            query = Query(POLLING, {"requestID": reference})
            return self._session.ask(order.user, query, partial(_polled, len(order.items)))

        return furthered(self.name, transaction, ask)

    def resume(self, order: SigningOrder) -> Transaction | None:
        """See `RemoteSigner.resume`; nobody can be asked by an id of ours."""
        return None

    def _authorised(self, order: SigningOrder, answer: tuple[str, str]) -> Transaction:
        sad, handle = answer
        return self._sent(order, sad) if sad else Transaction(order, f"handle {handle}")

    def _sent(self, order: SigningOrder, sad: str) -> Transaction:
        parameters = {
            "credentialID": order.credential.credential_id,
            **({"SAD": sad} if sad else {}),
            **self._version.sign(order, POLLING in self._session.methods()),
            "clientData": order.order_id,
        }
        query = Query("signatures/signHash", parameters, (sad,), effect=True, approval=True)
        read = partial(_begun, len(order.items))
        values, response = self._session.ask(order.user, query, read)
        if values is None:
            return Transaction(order, f"response {response}")
        return signed(self.name, order, "done", values)

    def _authorisation(self, credential: RemoteCredential) -> Authorisation:
        """Return how it is authorised, after a look whether it is still the same certificate."""
        now, how = self._described(credential.user, credential.credential_id)
        if now is None or now.certificate != credential.certificate:
            raise CredentialUnusable(self.name, credential.credential_id, "changed, disabled")
        return how

    def _described(
        self, user: str, credential_id: str
    ) -> tuple[RemoteCredential | None, Authorisation]:
        wanted = {"credentialID": credential_id, "certificates": "chain", "authInfo": True}

        def read(answer: Answer) -> tuple[RemoteCredential | None, Authorisation]:
            found = _credential(user, credential_id, answer)
            how = self._version.authorisation(answer.body)
            return found and replace(found, typed=self._typed(how), sends=how.sends), how

        return self._session.ask(user, Query("credentials/info", wanted), read)

    def _typed(self, how: Authorisation) -> tuple[str, ...]:
        """Return what a person has to type; the PIN of a seal's key may be in a file."""
        return tuple(one for one in how.typed if one != "pin" or self._settings.pin is None)


def _ids(answer: Answer) -> tuple[str, ...]:
    ids = answer.body.texts("credentialIDs")
    if any(not one or len(one) > 256 for one in ids):
        raise Garbled("«credentialIDs» are not ids")
    return ids


def _credential(user: str, credential_id: str, answer: Answer) -> RemoteCredential | None:
    key, cert = answer.body.fields("key"), answer.body.fields("cert")
    status = cert.text("status", "")
    if key.text("status", "enabled") != "enabled" or status not in ("", "valid"):
        return None
    return credential_of(
        user,
        credential_id,
        cert.texts("certificates"),
        key.texts("algo"),
        most=answer.body.number("multisign", 1),
        status=status,
    )


def _authorised(answer: Answer) -> tuple[str, str]:
    """Return SAD and "", or "" and a handle."""
    if answer.status == 202:
        return "", answer.body.reference("handle")
    return answer.body.reference("SAD"), ""


def _begun(count: int, answer: Answer) -> tuple[tuple[bytes, ...] | None, str]:
    if "signatures" in answer.body.values:
        return answer.body.signatures("signatures", count), ""
    return None, answer.body.reference("responseID")


def _polled(count: int, answer: Answer) -> tuple[bytes, ...] | None:
    return None if answer.status == 202 else answer.body.signatures("signatures", count)
