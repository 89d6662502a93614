"""How the hub's answers go onto the connection: streamed, of known length, or broken off."""

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from connectors.soap.connection import Body


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
        for chunk in self._wire.chunks():
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


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
