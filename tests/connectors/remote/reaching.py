"""What these tests share: services of every kind, and signers that reach them."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from connectors.remote.opening import open_service
from connectors.remote.service import (
    Activation,
    RemoteCredential,
    RemoteSigner,
    SigningOrder,
)
from tests.connectors.remote.csc_server import CscServer, Kept
from tests.connectors.remote.keys import holder
from tests.connectors.remote.mysign_server import MySignServer
from tests.connectors.remote.serving import Host, Served
from tests.connectors.remote.smartca_server import SmartCaServer

USER = "079201000001"
OTP = "880042"
TYPED = Activation(pin="4711-pin", otp=OTP)
Ordering = Callable[..., SigningOrder]
Server = CscServer | SmartCaServer | MySignServer


KINDS = ["csc1", "csc2", "smartca", "mysign"]
ORDERS = {
    "csc1": "signHash",
    "csc2": "signHash",
    "smartca": "signatures/sign",
    "mysign": "signHash",
}
CERTIFICATES = {
    "csc1": "credentials/info",
    "csc2": "credentials/info",
    "smartca": "get_certificate",
    "mysign": "certificates/info",
}
ASKS = {"csc2": "signPolling", "smartca": "/status", "mysign": "requests/status"}


def hashed(digest: str, text: str) -> bytes:
    return hashlib.new(digest, text.encode()).digest()


class Running:
    """A service, where it runs, and the signer that reaches it."""

    def __init__(self, served: Served, signer: RemoteSigner) -> None:
        self.served = served
        self.signer = signer

    def credential(self) -> RemoteCredential:
        return self.signer.credentials(USER)[0]


def reaching(server: Server, host: Host, folder: Path, **more: object) -> Running:
    """Return *server*, running, and a signer for it."""
    served = host.mount(server.app())
    return Running(served, open_service({**server.settings(served.url, folder), **more}))


def server_of(kind: str) -> Server:
    """A service of *kind* where the person agrees later, if they can."""
    if kind.startswith("csc"):
        kept = {USER: {"key-1": Kept(holder("An"), pin="4711-pin", otp=OTP)}}
        return CscServer(int(kind[-1]), kept, polling=kind == "csc2")
    if kind == "smartca":
        return SmartCaServer({USER: [holder("An")]})
    return MySignServer({USER: {"key-1": holder("An")}})


def agree(server: Server) -> None:
    if not isinstance(server, CscServer):
        server.answer()
