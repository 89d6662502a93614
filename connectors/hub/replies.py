"""How the hub's answers go onto the connection: streamed, of known length, or broken off."""

from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from connectors.soap import wire, xroad
from connectors.soap.connection import Body
from connectors.soap.fault import SoapFault, fault_envelope
from connectors.soap.form import Form
from connectors.soap.version import Version


class WireResponse(Response):
    """A SOAP message, streamed."""

    def __init__(self, wire: Body, status: int = 200) -> None:
        self._wire = wire
        self.status_code = status
        self.background = None
        self.raw_headers = [
            (b"content-type", wire.content_type.encode("latin-1")),
            (b"content-length", b"%d" % wire.length),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        await send(
            {
                "type": "http.response.start",
                "status": self.status_code,
                "headers": self.raw_headers,
            }
        )
        held = b""
        for chunk in self._wire.chunks():
            if held:
                await send({"type": "http.response.body", "body": held, "more_body": True})
            held = chunk
        await send({"type": "http.response.body", "body": held, "more_body": False})


class BrokenOff(Response):
    """A fault on purpose: the head of an answer, then the connection ends."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the head only; the server closes a connection whose answer stays unfinished."""
        await send(
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [(b"content-type", b"text/xml"), (b"content-length", b"1000")],
            }
        )


@dataclass(frozen=True, slots=True)
class Reply:
    """How one request wants its answer."""

    version: Version
    form: Form = Form.INLINE
    headers: Sequence[etree._Element] = ()
    """X-Road's of the request: they are repeated."""
    seal: wire.Seal | None = None
    """Signs the answer; its content is then named by swaRef."""

    def message(
        self, envelope: etree._Element, contents: Sequence[wire.Content] = (), status: int = 200
    ) -> WireResponse:
        """Return *envelope* as the answer."""
        xroad.put(envelope, self.headers)
        form = self.form
        if self.seal is not None:
            form = Form.SWAREF if contents else Form.INLINE
        return WireResponse(wire.written(form, self.version, envelope, contents, self.seal), status)

    def fault(self, fault: SoapFault, status: int | None = None) -> WireResponse:
        """Return *fault* as the answer, with the HTTP *status* of its kind or another."""
        usual, envelope = fault_envelope(fault, self.version)
        xroad.put(envelope, self.headers)
        out = wire.plain(self.version, envelope, (), self.seal)
        return WireResponse(out, status or usual)
