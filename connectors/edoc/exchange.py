"""One call to an axis of the dialect: out over our HTTP, the answer read, its refusals raised."""

import ssl

from lxml import etree

from connectors.edoc.dialect import Action
from connectors.edoc.envelope import refusals_in
from connectors.edoc.intake import SwaIntake, SwaMessage
from connectors.edoc.swa import SwaBody, plain_body
from connectors.errors import AxisOutcomeUnknown, AxisRefused, AxisUnavailable, TooLarge
from connectors.soap.connection import (
    Body,
    BrokenOff,
    Connections,
    HttpAnswer,
    NotSent,
    Timeouts,
)
from connectors.soap.fault import Blame, SoapFault, fault_in
from connectors.soap.intake import MediaTypeUnknown
from connectors.soap.version import SOAP11, Version
from schemas.xml import Limits

LIMITS = Limits(size=128 << 20, text=64 << 20, elements=1_000_000)
"""Of an answer's XML: a catalogue of some 200,000 agencies; files are beside it."""
_EFFECTS = frozenset({Action.SEND, Action.UPDATE, Action.CONFIRM})
"""Actions that change something: without an answer their outcome is unknown."""


class Exchange:
    """Calls to one address; share it between threads."""

    def __init__(
        self,
        address: str,
        version: Version,
        timeouts: Timeouts,
        tls: ssl.SSLContext | None,
        max_size: int,
    ) -> None:
        self._connections = Connections(address, timeouts, tls)
        self.version = version
        self._max_size = max_size

    def close(self) -> None:
        """Close the idle connections."""
        self._connections.close()

    def ask(self, action: Action, envelope: etree._Element) -> SwaMessage:
        """Call *action* with an envelope that has no files; see `call`."""
        return self.call(action, plain_body(self.version, envelope, action))

    def call(self, action: Action, body: SwaBody) -> SwaMessage:
        """Return the answer to *action*, to be closed by the caller.

        Raises:
            AxisUnavailable: certainly nothing was done.
            AxisOutcomeUnknown: the request left and no whole answer came.
            AxisRefused: the axis says no.
        """
        headers = {"SOAPAction": f'"{action}"'} if self.version is SOAP11 else {}
        outgoing: Body = body
        try:
            with self._connections.exchange(outgoing, headers) as answer:
                return self._read(action, answer)
        except NotSent as why:
            raise AxisUnavailable(str(why)) from why
        except (BrokenOff, MediaTypeUnknown) as why:
            raise _unanswered(action, str(why)) from why

    def _read(self, action: Action, answer: HttpAnswer) -> SwaMessage:
        if answer.status == 413:
            raise TooLarge(TooLarge.axis_code, "HTTP 413")
        if answer.status == 503 or 400 < answer.status < 500:  # nothing was done (RFC 9110 §15.5)
            raise AxisUnavailable(f"HTTP {answer.status}")
        if answer.status not in (200, 400, 500):
            raise _unanswered(action, f"HTTP {answer.status}")
        try:
            intake = SwaIntake(answer.header("content-type"), self._max_size, LIMITS)
            for chunk in answer.chunks():
                intake.feed(chunk)
            message = intake.close()
        except SoapFault as wrong:  # in the answer, which is the axis's doing and not ours
            if wrong.is_too_large and action not in _EFFECTS:
                raise TooLarge(TooLarge.axis_code, str(wrong)) from wrong
            raise _unanswered(
                action, f"không hiểu trả lời / the answer is not understood: {wrong}"
            ) from wrong
        _raise_refusal(action, message)
        return message


def _raise_refusal(action: Action, message: SwaMessage) -> None:
    request = message.request
    fault = fault_in(request, message.version) if request is not None else None
    if fault is not None:
        message.close()
        if fault.detail is not None and not fault.detail.retryable:
            raise AxisRefused.of(fault.detail.code, fault.detail.description)
        if fault.blame is Blame.SERVER:
            raise _unanswered(action, str(fault))
        raise AxisRefused(fault.blame, str(fault))
    refusals = refusals_in(message)
    if refusals:
        message.close()
        raise refusals[0]


def _unanswered(action: Action, why: str) -> AxisUnavailable | AxisOutcomeUnknown:
    if action in _EFFECTS:
        return AxisOutcomeUnknown(action, why)
    return AxisUnavailable(f"{action}: {why}")
