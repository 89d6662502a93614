"""One SOAP call after the other: values out, values and content back, or the error it became.

What the axis did stays unknown whenever the answer is not whole, not understood or not signed
by whom it must be signed; what it certainly did not do may be tried again.
"""

import base64
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from lxml import etree

from connectors.errors import (
    AccessDenied,
    AxisOutcomeUnknown,
    AxisRefused,
    AxisUnavailable,
    TooLarge,
)
from connectors.soap import wire, xroad
from connectors.soap.connection import BrokenOff, Connections, HttpAnswer, NotSent, Timeouts
from connectors.soap.fault import Blame, SoapFault, fault_in
from connectors.soap.form import Form
from connectors.soap.intake import Intake, MediaTypeUnknown, Message
from connectors.soap.model import shared_model
from connectors.soap.security import Correspondence, EnvelopeRefused
from connectors.soap.version import SOAP11, Version
from connectors.soap.xroad import XRoad
from schemas.axis.contract import NAMESPACE

EFFECTS = frozenset({"SendDocument", "UpdateStatus", "ConfirmReceived", "RejectReceived"})
"""Operations that change something: without an answer their outcome is unknown."""


@dataclass(frozen=True, slots=True)
class Credential:
    """Who we are to the axis, by HTTP Basic (RFC 7617)."""

    system_id: str
    secret: str = field(repr=False)

    @property
    def header(self) -> str:
        """The value of Authorization; never to be logged."""
        return "Basic " + base64.b64encode(f"{self.system_id}:{self.secret}".encode()).decode()


@dataclass(frozen=True, slots=True)
class Answer:
    """What an operation answered."""

    values: Any
    message: Message


class Calls:
    """Calls the contract's operations at one address; safe for threads."""

    def __init__(
        self,
        address: str,
        *,
        version: Version,
        timeouts: Timeouts,
        max_size: int,
        tls: ssl.SSLContext | None = None,
        credential: Credential | None = None,
        correspondence: Correspondence | None = None,
        through: XRoad | None = None,
    ) -> None:
        self.connections = Connections(address, timeouts, tls)
        self._version = version
        self._model = shared_model()
        self._max_size = max_size
        self._headers = {} if credential is None else {"Authorization": credential.header}
        self._correspondence = correspondence
        self._through = through

    def call(
        self,
        operation: str,
        values: dict[str, Any],
        contents: Sequence[wire.Content] = (),
        form: Form = Form.INLINE,
    ) -> Answer:
        """Ask for *operation*; the answer's content comes in *form* too.

        Raises:
            AxisUnavailable: certainly nothing was done.
            AxisOutcomeUnknown: it may have been done: only for EFFECTS.
            AxisRefused: it says no.
        """
        envelope = self._model.request(self._version, operation, values)
        asked = _Asked(operation, self._through.headers(operation) if self._through else [])
        xroad.put(envelope, asked.headers)
        if self._correspondence is not None:
            form = Form.SWAREF
        try:
            out = wire.written(form, self._version, envelope, contents, self._seal(asked))
            with self.connections.exchange(out, self._http_headers(operation)) as answer:
                return self._read(asked, answer)
        except NotSent as why:
            raise AxisUnavailable(str(why)) from why
        except (BrokenOff, MediaTypeUnknown, EnvelopeRefused) as why:
            raise unanswered(operation, str(why)) from why
        except SoapFault as fault:
            raise _refusal(operation, fault) from fault

    def _http_headers(self, operation: str) -> dict[str, str]:
        if self._version is not SOAP11:
            return self._headers
        return self._headers | {"SOAPAction": f'"{NAMESPACE}/{operation}"'}

    def _seal(self, asked: "_Asked") -> wire.Seal | None:
        if self._correspondence is None:
            return None
        signer = self._correspondence.signer

        def seal(envelope: bytes) -> bytes:
            signed = signer.sign(envelope, datetime.now(UTC))
            asked.value = signed.value
            return signed.octets

        return seal

    def _read(self, asked: "_Asked", answer: HttpAnswer) -> Answer:
        _ensure_read(asked.operation, answer.status)
        try:
            message = self._taken_in(asked, answer)
            fault = fault_in(message.body, message.version)
            if self._correspondence is not None and not message.secured:
                why = "the answer is not signed" + (f": {fault}" if fault else "")
                raise EnvelopeRefused(why)
            if fault is None:
                if not xroad.answers(message.headers, asked.headers) and asked.headers:
                    raise SoapFault.invalid("its X-Road headers are not those of the request")
                values = self._model.response_values(asked.operation, message.body)
                return Answer(values, message)
        except SoapFault as wrong:  # in the answer, which is the axis's doing and not ours
            if wrong.is_too_large and asked.operation not in EFFECTS:
                raise TooLarge(TooLarge.axis_code, str(wrong)) from wrong
            why = f"the answer is not understood: {wrong}"
            raise unanswered(asked.operation, why) from wrong
        raise fault

    def _taken_in(self, asked: "_Asked", answer: HttpAnswer) -> Message:
        correspondence = self._correspondence

        def opened(envelope: bytes) -> bytes:
            assert correspondence is not None  # noqa: S101
            verifier, peer = correspondence.verifier, correspondence.peer
            return verifier.open(envelope, peer, datetime.now(UTC), asked.value).octets

        opener = opened if correspondence is not None else None
        intake = Intake(answer.header("content-type"), self._max_size, opener)
        for chunk in answer.chunks():
            intake.feed(chunk)
        return intake.close()


@dataclass(slots=True)
class _Asked:
    operation: str
    headers: list[etree._Element]
    value: str = ""
    """Of the request's signature."""


def _ensure_read(operation: str, status: int) -> None:
    """Return if there is an answer to read under an HTTP *status*."""
    if status in (401, 403):
        raise AccessDenied(AccessDenied.axis_code, f"HTTP {status}")
    if status == 413:
        raise TooLarge(TooLarge.axis_code, "HTTP 413")
    if status == 503 or 400 < status < 500:  # nothing was done (RFC 9110 §15.5)
        raise AxisUnavailable(f"HTTP {status}")
    if status not in (200, 400, 500):
        raise unanswered(operation, f"HTTP {status}")


def _refusal(operation: str, fault: SoapFault) -> Exception:
    if fault.detail is None:
        if fault.blame is Blame.SERVER:
            return unanswered(operation, str(fault))
        return AxisRefused(fault.blame, str(fault))
    if fault.detail.retryable:
        return AxisUnavailable(f"{fault.detail.code}: {fault.detail.description}")
    return AxisRefused.of(fault.detail.code, fault.detail.description)


def unanswered(operation: str, why: str) -> AxisUnavailable | AxisOutcomeUnknown:
    """Return what it means that *operation* got no answer that counts."""
    if operation in EFFECTS:
        return AxisOutcomeUnknown(operation, why)
    return AxisUnavailable(f"{operation}: {why}")
