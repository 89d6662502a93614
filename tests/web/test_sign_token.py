"""Signing with the token tool from the page: what only a browser shows."""

import asyncio
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import expect

from connectors.memory_axis import InMemoryAxis
from documents.document import Role
from tests.web.counter import PHONE, Counter, MakePage, shoot
from tests.web.desk import HURRIED, served
from tests.web.test_batches import submitted
from tests.workflows import phones
from tests.workflows.fixtures import MakeDatabase
from tests.workflows.house import HOME_AFFAIRS, PROVINCE, House, document, leader_of, seal_of
from tests.workflows.hubs import catalogue
from web.test_agent import Agent, Token

LEADER = leader_of(PROVINCE).id


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def listening(agent: Agent, port: int) -> Iterator[None]:
    """Let the tool's stand-in listen, in a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(agent.serve(port=port), loop).result(10)
    try:
        yield
    finally:
        server.close()
        asyncio.run_coroutine_threadsafe(server.wait_closed(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def counter(
    house: House, make_sqlite: MakeDatabase, tmp_path: Path, port: int
) -> Iterator[Counter]:
    """A desk whose leader's key is on a token, with the tool on *port*."""
    home, keys = tmp_path / "tinh", tmp_path / "keys"
    phones.describe(keys, LEADER, "vgca", house.pki.key(LEADER))
    for suffix in ("p12", "pass"):
        shutil.copy(house.keys / f"{seal_of(PROVINCE)}.{suffix}", keys)
    given = {"keys": str(keys), "processes": 1, "token_tool": f"ws://127.0.0.1:{port}"}
    house.install(home, make_sqlite(), (PROVINCE, HOME_AFFAIRS), **given)
    office = house.open(home, InMemoryAxis(catalogue()))
    with served(office, HURRIED) as address:
        made = Counter(house, office, address)
        with made._stack:
            yield made


def test_a_leader_signs_with_the_tool_and_is_told_when_it_is_missing(
    counter: Counter, pages: MakePage, house: House, port: int
) -> None:
    first, second = submitted(counter, 2)
    page = pages(Role.LEADER, size=PHONE, tolerated="WebSocket")
    page.goto(f"/sign/{first.id}")
    page.get_by_role("tab", name="Thông tin, quyết định").click()
    page.get_by_role("button", name="Ký", exact=False).first.click()
    expect(page.get_by_text("Không thấy công cụ ký trên máy này")).to_be_visible()
    assert document(counter.office, first.id).state == "submitted"
    shoot(page, "sign-token-missing-360")
    with listening(Agent(Token(house.pki.key(LEADER))), port):
        page.get_by_role("button", name="Ký", exact=False).first.click()
        page.wait_for_url(f"**/sign/{second.id}")
    assert document(counter.office, first.id).state == "signed"
    assert document(counter.office, second.id).state == "submitted"
