"""Running services of every kind, and orders for them."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.remote.service import (
    RemoteCredential,
    SigningOrder,
    ToSign,
)
from tests.connectors.remote.csc_server import CscServer, Kept
from tests.connectors.remote.keys import NOW, holder
from tests.connectors.remote.mysign_server import MySignServer
from tests.connectors.remote.reaching import (
    KINDS,
    OTP,
    USER,
    Ordering,
    Running,
    Server,
    reaching,
    server_of,
)
from tests.connectors.remote.serving import Host, hosting
from tests.connectors.remote.smartca_server import SmartCaServer


@pytest.fixture
def order() -> Ordering:
    """Return a maker of orders over the texts given, one document each."""

    def make(
        credential: RemoteCredential,
        *texts: str,
        algorithm: str = "sha256_rsa",
        order_id: str = "order-1",
    ) -> SigningOrder:
        digest = algorithm.partition("_")[0]
        items = tuple(
            ToSign(
                f"doc-{number}", f"Công văn {text}.pdf", hashlib.new(digest, text.encode()).digest()
            )
            for number, text in enumerate(texts or ("một",))
        )
        return SigningOrder(order_id, credential, algorithm, items, "Ký công văn số 12/UBND", NOW)

    return make


@pytest.fixture(scope="session")
def host() -> Iterator[Host]:
    with hosting() as running:
        yield running


@pytest.fixture(params=[1, 2], ids=["csc1", "csc2"])
def csc(request: pytest.FixtureRequest) -> CscServer:
    return CscServer(request.param, {USER: {"key-1": Kept(holder("An"), pin="4711-pin", otp=OTP)}})


@pytest.fixture
def csc2() -> CscServer:
    return CscServer(2, {USER: {"key-1": Kept(holder("An"), pin="4711-pin", otp=OTP)}})


@pytest.fixture
def smartca() -> SmartCaServer:
    return SmartCaServer({USER: [holder("An")]})


@pytest.fixture
def mysign() -> MySignServer:
    return MySignServer({USER: {"key-1": holder("An")}})


@pytest.fixture
def at_csc(csc: CscServer, host: Host, tmp_path: Path) -> Running:
    return reaching(csc, host, tmp_path)


@pytest.fixture
def at_csc2(csc2: CscServer, host: Host, tmp_path: Path) -> Running:
    return reaching(csc2, host, tmp_path)


@pytest.fixture
def at_smartca(smartca: SmartCaServer, host: Host, tmp_path: Path) -> Running:
    return reaching(smartca, host, tmp_path)


@pytest.fixture
def at_mysign(mysign: MySignServer, host: Host, tmp_path: Path) -> Running:
    return reaching(mysign, host, tmp_path)


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def server(kind: str) -> Server:
    return server_of(kind)


@pytest.fixture
def at(server: Server, host: Host, tmp_path: Path) -> Running:
    return reaching(server, host, tmp_path)
