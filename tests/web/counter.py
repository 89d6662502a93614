"""A served desk with people who are logged in, and a browser to look at it with."""

import os
import shutil
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from connectors.memory_axis import InMemoryAxis
from documents import web_sessions
from documents.document import Role
from documents.identity import new_id
from documents.tables import AccountPersonRow, AccountRow, PersonRow, WebSessionRow
from tests.web.desk import HURRIED, served
from tests.workflows.house import HOME_AFFAIRS, PROVINCE, House, leader_of, person_of, seal_of
from tests.workflows.hubs import catalogue
from web.visitor import CSRF_HEADER, cookie_name
from workflows import settings
from workflows.office import Office
from workflows.settings import Settings
from workflows.workshop import Workshop

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""One for all clients: each would read the roots of the whole world to speak to the loopback."""
WIDE, LAPTOP, PHONE = (1920, 1080), (1366, 768), (360, 740)


@dataclass
class Counter:
    """The installation of two agencies, each with its people, on a loopback address."""

    house: House
    office: Office
    address: str
    _stack: ExitStack = field(default_factory=ExitStack)

    def who(self, role: Role, organ_id: str = PROVINCE) -> str:
        """Return the id of the agency's person in *role*."""
        return person_of(organ_id, role).id

    def session(
        self,
        who: str,
        at: datetime | None = None,
        factors: frozenset[str] = frozenset({"otp", "pwd"}),
    ) -> tuple[str, str]:
        """Log a person in; return the cookie's token and the form token."""
        at = at or self.office.now()
        with self.office.database.writing() as session:
            account = session.query(AccountRow).filter_by(username=who).one_or_none()
            if account is None:
                account = AccountRow(id=new_id(), username=who, created_at=at)
                session.add(account)
                session.flush()
                session.add(AccountPersonRow(account_id=account.id, person_id=who))
            session.get_one(PersonRow, who)
            token = web_sessions.begin(session, account, who, factors, "test", at)
            row = session.get_one(WebSessionRow, web_sessions._digest(token))
            return token, row.csrf

    def client(
        self, role: Role = Role.CLERK, organ_id: str = PROVINCE, who: str = ""
    ) -> httpx.Client:
        """Return a browser without scripts, logged in; redirects are not followed."""
        token, csrf = self.session(who or self.who(role, organ_id))
        client = httpx.Client(
            base_url=self.address,
            cookies={cookie_name(self.office): token},
            headers={CSRF_HEADER: csrf, "Accept": "text/html"},
            trust_env=False,
            timeout=30,
            verify=NO_TLS,
        )
        self._stack.callback(client.close)
        return client

    def stranger(self) -> httpx.Client:
        """Return a browser without scripts that is not logged in."""
        client = httpx.Client(base_url=self.address, trust_env=False, timeout=30, verify=NO_TLS)
        self._stack.callback(client.close)
        return client


@dataclass(frozen=True)
class Workbench:
    """A key folder, the process that works with it, and an installation's store to copy."""

    keys: Path
    workshop: Workshop
    store: Path


@pytest.fixture(scope="session")
def workbench(
    house: House, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Workbench]:
    """A worker process that has every key, of leaders too."""
    folder = tmp_path_factory.mktemp("workbench")
    keys = folder / "keys"
    keys.mkdir(mode=0o700)
    for organ_id in (PROVINCE, HOME_AFFAIRS):
        for name in (leader_of(organ_id).id, seal_of(organ_id)):
            for suffix in ("p12", "pass"):
                shutil.copy(house.pki.folder / f"{name}.{suffix}", keys)
    values = house.settings_of(folder, "sqlite:///none.db") | {"processes": 1, "keys": str(keys)}
    settings.write(folder, **values)
    store = folder / "store.db"
    shutil.copy(sqlite_template, store)
    house.install(folder / "first", f"sqlite:///{store}", (PROVINCE, HOME_AFFAIRS))
    made = Workbench(keys, Workshop(Settings.load(folder)), store)
    yield made
    made.workshop.close()


@pytest.fixture
def counter(house: House, workbench: Workbench, tmp_path: Path) -> Iterator[Counter]:
    """A desk with server-side keys, so that the flow's steps can be taken by the house."""
    home = tmp_path / "quay"
    store = tmp_path / "quay.db"
    shutil.copy(workbench.store, store)
    values = house.settings_of(home, f"sqlite:///{store}")
    settings.write(home, **values | {"keys": str(workbench.keys), "processes": 1})
    office = house.open(home, InMemoryAxis(catalogue()), workbench.workshop)
    with served(office, HURRIED) as address:
        made = Counter(house, office, address)
        with made._stack:
            yield made


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for a module: its driver holds this thread's event loop."""
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield chromium
        chromium.close()


MakePage = Callable[..., Page]


@pytest.fixture
def pages(browser: Browser, counter: Counter) -> Iterator[MakePage]:
    """Return a maker of windows of logged-in people.

    At the end nothing was asked of another host, and no script failed or was refused.
    """
    contexts: list[BrowserContext] = []
    wrong: list[str] = []
    here = urlsplit(counter.address).netloc

    def make(
        role: Role = Role.CLERK,
        organ_id: str = PROVINCE,
        *,
        who: str = "",
        size: tuple[int, int] = LAPTOP,
        tolerated: str = "",
    ) -> Page:
        context = browser.new_context(
            base_url=counter.address,
            viewport={"width": size[0], "height": size[1]},
            locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
            has_touch=size == PHONE,
        )
        contexts.append(context)
        token, _ = counter.session(who or counter.who(role, organ_id))
        context.add_cookies(
            [{"name": cookie_name(counter.office), "value": token, "url": counter.address}]
        )
        page = context.new_page()
        page.set_default_timeout(15_000)

        def told(text: str) -> None:
            if not tolerated or tolerated not in text:
                wrong.append(text)

        page.on("request", lambda each: _only(each.url, here, told))
        page.on("pageerror", lambda error: told(f"error: {error}"))
        page.on("console", lambda said: told(said.text) if said.type == "error" else None)
        return page

    yield make
    for context in contexts:
        context.close()
    assert not wrong, wrong


def _only(url: str, here: str, told: Callable[[str], None]) -> None:
    parts = urlsplit(url)
    outside = parts.scheme in {"http", "https", "ws", "wss"} and parts.netloc != here
    # the token tool listens on the person's own machine
    if outside and not parts.netloc.startswith("127.0.0.1"):
        told(f"asked {url}")


def shoot(page: Page, name: str) -> None:
    """Keep a picture of the page where SCREENSHOTS says."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)
