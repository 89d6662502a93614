"""Who sends a SOAP request: HTTP Basic, a client certificate, or a signature over the envelope.

Standards: RFC 7617 (Basic), RFC 9110 §11.6 (401), WS-Security 1.1. A credential that is wrong is
never made good by another; a system that signs must be the one whose secret it shows.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from connectors.errors import AccessDenied
from connectors.hub import basic
from connectors.hub.caller import ANYBODY, Caller
from connectors.hub.node import Node
from connectors.hub.systems import Systems
from connectors.soap.fault import Blame, Detail, SoapFault
from connectors.soap.intake import Opener
from connectors.soap.security import EnvelopeRefused, Gatekeeping
from connectors.soap.wire import Seal

CHALLENGE = 'Basic realm="axis", charset="UTF-8"'


class NotAdmitted(SoapFault):
    """No credential, or a wrong one: HTTP 401."""


class Door:
    """One request on its way in, before it is known who sends it."""

    def __init__(self, node: Node, authorization: str, certificate: bytes | None) -> None:
        self._systems = node.systems
        self._gate: Gatekeeping | None = node.gatekeeping if node.systems is not None else None
        self._caller: Caller | None = ANYBODY if node.systems is None else None
        self._signer: Caller | None = None
        self._signature: str | None = None
        self.refused: NotAdmitted | None = None
        """What is already known from the request's head."""
        if node.systems is not None:
            self._look(node.systems, authorization, certificate)

    def _look(self, systems: Systems, authorization: str, certificate: bytes | None) -> None:
        try:
            if authorization:
                self._caller = basic.admitted(systems, {"authorization": authorization})
            elif certificate is not None:
                self._caller = systems.by_certificate(certificate)
            elif self._gate is None:
                self.refused = not_admitted("no credential")
        except AccessDenied:
            self.refused = not_admitted("the credential is wrong")

    @property
    def opener(self) -> Opener | None:
        """What opens a signed envelope; None where none is looked at."""
        return self._open if self._gate is not None else None

    def _open(self, envelope: bytes) -> bytes:
        assert self._gate is not None  # noqa: S101
        assert self._systems is not None  # noqa: S101
        verifier = self._gate.verifier
        try:
            certificate = verifier.certificate(envelope)
            signer = self._systems.by_certificate(certificate)
            if self._caller is not None and self._caller.system_id != signer.system_id:
                raise denied("chứng thư của hệ thống khác / the certificate is another system's")
            opened = verifier.open(envelope, certificate, datetime.now(UTC))
        except EnvelopeRefused as why:
            raise denied(f"WS-Security: {why}") from None
        except AccessDenied:
            raise denied("chứng thư chưa đăng ký / the certificate is not registered") from None
        self._signer, self._signature = signer, opened.value
        return opened.octets

    def caller(self) -> Caller:
        """Return who sent the message that has come in.

        Raises:
            NotAdmitted: nothing says who.
        """
        known = self._signer or self._caller
        if known is None:
            raise not_admitted("no credential")
        return known

    @property
    def seal(self) -> Seal | None:
        """What signs the answer: to a request whose signature held."""
        signer, value = self._gate.signer if self._gate else None, self._signature
        if signer is None or value is None:
            return None
        return lambda envelope: signer.sign(envelope, datetime.now(UTC), value).octets


def client_certificate(scope: Mapping[str, Any]) -> bytes | None:
    """Return the client's certificate (DER) of a connection that asked for one, by the server.

    Where the server says so: the ASGI extension `tls`, `client_cert_der`.
    """
    found = scope.get("extensions", {}).get("tls", {}).get("client_cert_der")
    return found if isinstance(found, bytes) else None


def not_admitted(text: str) -> NotAdmitted:
    """Return the fault for a request without a credential that counts."""
    return NotAdmitted(Blame.CLIENT, text, _detail(text))


def denied(text: str) -> SoapFault:
    """Return the fault for a message that is not believed."""
    return SoapFault(Blame.CLIENT, text, _detail(text))


def _detail(text: str) -> Detail:
    return Detail(AccessDenied.axis_code, retryable=False, description=text)
