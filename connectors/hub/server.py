"""The hub as one application: its faces, its health, its queues, its figures."""

import ipaddress
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from connectors.errors import AccessDenied
from connectors.hub import basic, edoc_face, soap_face, vxp_face
from connectors.hub.faults import Faults
from connectors.hub.metrics import Gauge, Metrics
from connectors.hub.node import Node
from connectors.hub.soap_face import PATH
from connectors.hub.store import HubStore
from connectors.hub.systems import Systems
from connectors.hub.vxp_admission import WINDOW
from connectors.hub.watch import STALL_SECONDS, Watch
from connectors.soap.security import Gatekeeping

__all__ = ["PATH", "create_app", "listening"]


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that takes connections from now on, for uvicorn to serve; port 0: any."""
    listener = socket.create_server((host, port))
    # asyncio sets this itself only on sockets it makes; without it an answer waits 40 ms
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def create_app(
    store: HubStore,
    faults: Faults | None = None,
    systems: Systems | None = None,
    *,
    gatekeeping: Gatekeeping | None = None,
    stall_seconds: float = STALL_SECONDS,
    timestamp_window: timedelta = WINDOW,
) -> Starlette:
    """Return the hub over *store*, which stays the caller's to close.

    Without *systems* it asks for no credential; *gatekeeping* opens signed SOAP envelopes.
    *timestamp_window* is how far a VXP call's time may be from now.
    """
    node = Node(store, faults, systems, gatekeeping)
    metrics = Metrics()

    def healthz(_: Request) -> Response:
        return JSONResponse({"status": "ok", **store.counts()})

    def status(request: Request) -> Response:
        if not _may_look(request, systems):
            return _turned_away()
        return JSONResponse(status_of(store, datetime.now(UTC)))

    def figures(request: Request) -> Response:
        if not _may_look(request, systems):
            return _turned_away()
        text = metrics.text(_gauges(store, datetime.now(UTC)))
        return PlainTextResponse(text, media_type="text/plain; version=0.0.4")

    return Starlette(
        routes=[
            *soap_face.routes(node),
            *vxp_face.routes(node, timestamp_window),
            *edoc_face.routes(node),
            Route("/healthz", healthz),
            Route("/status.json", status),
            Route("/metrics", figures),
        ],
        middleware=[
            Middleware(Watch, metrics=metrics, audit=store.audit.add, stall_seconds=stall_seconds)
        ],
    )


def status_of(store: HubStore, at: datetime) -> dict[str, Any]:
    """Return the queues and counts, as `/status.json` says them."""
    queues = [
        {
            "recipient": queue.recipient,
            "waiting": queue.waiting,
            "oldest_seconds": round((at - queue.oldest).total_seconds(), 3),
        }
        for queue in store.queues()
    ]
    return {"queues": queues, **store.counts()}


def _gauges(store: HubStore, at: datetime) -> Iterator[Gauge]:
    waiting = store.waiting()
    for kind, count, _ in waiting:
        yield Gauge("congvan_hub_waiting", f'kind="{kind}"', count)
    for kind, _, oldest in waiting:
        seconds = (at - oldest).total_seconds()
        yield Gauge("congvan_hub_oldest_seconds", f'kind="{kind}"', seconds)
    yield Gauge("congvan_hub_audit_dropped", "", store.audit.dropped)


def _may_look(request: Request, systems: Systems | None) -> bool:
    """Return whether the caller is on this machine, or a registered system."""
    client = request.client.host if request.client else ""
    try:
        if ipaddress.ip_address(client).is_loopback:
            return True
        basic.admitted(systems, request.headers)
    except (ValueError, AccessDenied):
        return False
    return True


def _turned_away() -> Response:
    return PlainTextResponse(
        "a registered system's credential is needed",
        401,
        {"www-authenticate": 'Basic realm="axis", charset="UTF-8"'},
    )
