"""A web service on a real socket, the page's part of a round, and the tool that stands in."""

import asyncio
import json
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from websockets.asyncio.client import connect

from connectors.memory_axis import InMemoryAxis
from connectors.vgca import UPLOAD_FIELD
from documents.document import Role
from documents.sign_session import Operation
from documents.tables import SignSessionRow
from signing.pkcs12 import Pkcs12Key
from signing.testpki import Subject, make_pki
from signing.testtool import approve
from tests.workflows import phones
from tests.workflows.deferred_places import LEADER, Place
from tests.workflows.fixtures import MakeDatabase
from tests.workflows.house import (
    HOME_AFFAIRS,
    PROVINCE,
    House,
    document,
    leader_of,
    person_of,
    seal_of,
)
from tests.workflows.hubs import catalogue
from tests.workflows.phones import Phone
from web.application import create_app
from web.test_agent import Agent, Fault, Token
from web.upload import Patience
from workflows import issuance, settings
from workflows.demo_people import desk_of
from workflows.office import Office
from workflows.settings import Settings
from workflows.sign_sessions import Opened, open_session
from workflows.workshop import Workshop

CLERK = person_of(PROVINCE, Role.CLERK).id
HURRIED = Patience(pause=0.3, whole=1.0)


@contextmanager
def served(office: Office, patience: Patience) -> Iterator[str]:
    """Serve the office's web application on a free loopback port until the block ends."""
    config = uvicorn.Config(
        create_app(office, patience), port=0, access_log=False, log_level="warning", lifespan="off"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.005)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)


@dataclass
class Desk(Place):
    """The installation, its web service and what a page does."""

    address: str = ""
    leader_key: Pkcs12Key = field(kw_only=True)
    seal_key: Pkcs12Key = field(kw_only=True)

    def waiting(self) -> str:
        """Return a document that is frozen for the leader's tool."""
        document_id = self.approved()
        issuance.sign(self.office, [document_id])
        return document_id

    def opened(self, document_id: str = "", operation: Operation = Operation.APPROVED) -> Opened:
        who = LEADER if operation is Operation.APPROVED else CLERK
        wanted = document_id or self.waiting()
        return open_session(self.office, wanted, who, operation, self.address)

    def session(self, opened: Opened) -> SignSessionRow:
        with self.office.database.reading() as session:
            return session.get_one(SignSessionRow, opened.session_id)

    def stands(self, opened: Opened) -> tuple[str, str]:
        """Return the states of document and session."""
        row = self.session(opened)
        return document(self.office, row.document_id).state, row.state

    def agent(self, fault: Fault = Fault.NONE, **changed: Any) -> Agent:
        return Agent(
            **{"person": Token(self.leader_key), "seal": Token(self.seal_key), "fault": fault}
            | changed
        )

    def base(self, opened: Opened) -> bytes:
        return self.office.blobs.get(self.session(opened).base_sha256)

    def signed(self, opened: Opened, key: Pkcs12Key | None = None) -> bytes:
        return approve(self.base(opened), key or self.leader_key, None, self.office.now())

    def post(self, opened: Opened, content: bytes, **changed: Any) -> dict[str, Any]:
        """Upload as a form; return the answer, which has HTTP 200."""
        name = changed.get("name", "x.pdf")
        files = {changed.get("field", UPLOAD_FIELD): (name, content, "application/pdf")}
        answered = httpx.post(opened.round.upload, files=files, trust_env=False, timeout=30)
        assert answered.status_code == 200, answered.text
        assert answered.headers["content-type"] == "application/json"
        reply: dict[str, Any] = answered.json()
        return reply

    def refuses(self, opened: Opened, content: bytes, why: str = "", **changed: Any) -> None:
        """Assert that an upload is refused with a reason and changes nothing."""
        before = self.stands(opened)
        reply = self.post(opened, content, **changed)
        assert reply["Status"] is False
        assert (reply["FileName"], reply["FileServer"]) == ("", "")
        assert why in reply["Message"], reply
        assert self.stands(opened) == before


def page(agent: Agent, path: str, said: str) -> dict[str, Any] | None:
    """Do what a page does: one string to the tool, one back; None where nothing came."""
    return asyncio.run(_page(agent, path, said))


async def _page(agent: Agent, path: str, said: str) -> dict[str, Any] | None:
    server = await agent.serve(port=0)
    port = next(iter(server.sockets)).getsockname()[1]
    try:
        async with connect(f"ws://127.0.0.1:{port}{path}", proxy=None) as socket:
            await socket.send(said)
            heard = [json.loads(each) async for each in socket]
    finally:
        server.close()
        await server.wait_closed()
    assert len(heard) <= 1
    return heard[0] if heard else None


MakeDesk = Callable[..., Desk]


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory, forkserver: None) -> Iterator[House]:
    """Keys of two agencies, on a curve that is quick, and one worker process."""
    folder = tmp_path_factory.mktemp("house")
    subjects = [
        subject
        for organ_id in (PROVINCE, HOME_AFFAIRS)
        for leader, agency in ((leader_of(organ_id), desk_of(organ_id).agency.name),)
        for subject in (
            Subject(
                leader_of(organ_id).id, leader_of(organ_id).full_name, agency, algorithm="p256"
            ),
            Subject(seal_of(organ_id), agency, agency, kind="seal", algorithm="p256"),
        )
    ]
    pki = make_pki(folder / "pki", subjects)
    for sub in ("blobs", "keys"):
        (folder / sub).mkdir(mode=0o700)
    for suffix in ("p12", "pass"):  # the agency's seal, where it is not with the tool
        shutil.copy(pki.folder / f"{seal_of(PROVINCE)}.{suffix}", folder / "keys")
    made = House(folder, pki, workshop=None)  # type: ignore[arg-type]
    values = made.settings_of(folder / "shared", "sqlite:///none.db") | {"processes": 1}
    settings.write(folder / "shared", **values)
    made.workshop = Workshop(Settings.load(folder / "shared"))
    yield made
    made.workshop.close()


@pytest.fixture
def desks(house: House, make_sqlite: MakeDatabase, tmp_path: Path) -> Iterator[MakeDesk]:
    """Return a maker of one desk; *seal* says that the clerk seals with the tool too."""
    running: list[Any] = []

    def make(*, seal: bool = False, patience: Patience = HURRIED) -> Desk:
        folder = tmp_path / str(len(running))
        home, keys = folder / "tinh", folder / "keys"
        house.install(home, make_sqlite(), (PROVINCE, HOME_AFFAIRS), keys=str(keys), processes=1)
        leader, stamp = house.pki.key(LEADER), house.pki.key(seal_of(PROVINCE))
        phones.describe(keys, LEADER, "vgca", leader)
        if seal:
            phones.describe(keys, seal_of(PROVINCE), "vgca", stamp)
        else:
            for path in house.keys.iterdir():
                shutil.copy(path, keys)
        office = house.open(home, InMemoryAxis(catalogue()))
        serving = served(office, patience)
        running.append(serving)
        phone = Phone(tmp_path, leader)
        address = serving.__enter__()
        return Desk(house, home, office, phone, address, leader_key=leader, seal_key=stamp)

    yield make
    for each in running:
        each.__exit__(None, None, None)


@pytest.fixture
def desk(desks: MakeDesk) -> Desk:
    return desks()
