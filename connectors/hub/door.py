"""The hub's side of a TCP or TLS connection: who shows a certificate, and no endless heads."""

import asyncio
from ssl import SSLObject
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS = 20.0
"""For the head of a request to come in whole, from its first byte or from connecting."""
CERTIFICATE = "client_cert_der"
"""Member of the connection's state: DER of what TLS has verified, or None."""
ABORT = "abort"
"""Member of the connection's state: ends the connection at once, without a word."""


class Door(H11Protocol):
    """uvicorn's HTTP/1.1 with the peer's certificate in the scope's state and a bounded head."""

    _limit: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """See asyncio.Protocol."""
        tls: SSLObject | None = transport.get_extra_info("ssl_object")
        shown = tls.getpeercert(binary_form=True) if tls is not None else None
        self.app_state = {**self.app_state, CERTIFICATE: shown, ABORT: transport.abort}
        super().connection_made(transport)
        self._bound_head()

    def data_received(self, data: bytes) -> None:
        """See asyncio.Protocol."""
        super().data_received(data)
        self._bound_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """See asyncio.Protocol."""
        self._unbound()
        super().connection_lost(exc)

    def _bound_head(self) -> None:
        reading = self.cycle is None or self.cycle.response_complete
        if not reading:
            self._unbound()
        elif self._limit is None:
            self._limit = self.loop.call_later(HEAD_SECONDS, self.transport.abort)

    def _unbound(self) -> None:
        if self._limit is not None:
            self._limit.cancel()
            self._limit = None
