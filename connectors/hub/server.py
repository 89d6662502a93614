"""The hub as one application: its faces, its health, its queues."""

import socket
from datetime import UTC, datetime

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connectors.hub import soap_face
from connectors.hub.faults import Faults
from connectors.hub.node import Node
from connectors.hub.soap_face import PATH
from connectors.hub.store import HubStore
from connectors.hub.systems import Systems

__all__ = ["PATH", "create_app", "listening"]


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that takes connections from now on, for uvicorn to serve; port 0: any."""
    listener = socket.create_server((host, port))
    # asyncio sets this itself only on sockets it makes; without it an answer waits 40 ms
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def create_app(
    store: HubStore, faults: Faults | None = None, systems: Systems | None = None
) -> Starlette:
    """Return the hub over *store*, which stays the caller's to close.

    Without *systems* it asks for no credential.
    """
    node = Node(store, faults, systems)

    def healthz(_: Request) -> Response:
        return JSONResponse({"status": "ok", **store.counts()})

    def status(_: Request) -> Response:
        now = datetime.now(UTC)
        queues = [
            {
                "recipient": queue.recipient,
                "waiting": queue.waiting,
                "oldest_seconds": round((now - queue.oldest).total_seconds(), 3),
            }
            for queue in store.queues()
        ]
        return JSONResponse({"queues": queues, **store.counts()})

    return Starlette(
        routes=[
            *soap_face.routes(node),
            Route("/healthz", healthz),
            Route("/status.json", status),
        ]
    )
