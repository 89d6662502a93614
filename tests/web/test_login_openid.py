"""Login at a real OpenID provider on loopback: there, back, out; and what is not taken from it."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx
import pytest
from sqlalchemy import select

from connectors import openid
from connectors.openid_settings import OpenIdSettings
from documents import accounts
from documents.document import Role
from documents.tables import AccountRow, WebSessionRow
from tests.web.counter import Counter
from web.visitor import cookie_name
from workflows.settings import written_secret

SCRIPT = Path(__file__).with_name("oidc_provider.mjs")
MODULES = Path(__file__).parents[2] / ".venv" / "foreign" / "node_modules"
SECRET = "a secret of forty characters, or about so"


class Visit:
    """A browser between the desk and the provider."""

    def __init__(self, counter: Counter) -> None:
        self.counter = counter
        self.desk = counter.stranger()
        self.desk.headers["Accept"] = "text/html"
        self.there = httpx.Client(trust_env=False, timeout=30)
        counter._stack.callback(self.there.close)

    def begun(self, wanted: str = "/") -> str:
        """Begin at the desk; return the provider's address."""
        answer = self.desk.get("/login/oidc", params={"next": wanted})
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    def at_provider(self, url: str, name: str) -> str:
        """Log in there as *name*; return the address that leads back."""
        answer = self.there.get(url)
        while True:
            for _ in range(10):
                if not answer.is_redirect:
                    break
                url = urljoin(str(answer.url), answer.headers["location"])
                if url.startswith(self.counter.address):
                    return url
                answer = self.there.get(url)
            assert answer.status_code == 200, answer.text
            prompt = "login" if 'name="login"' in answer.text else "consent"
            form = {"prompt": prompt, "login": name, "password": "x"}
            answer = self.there.post(str(answer.url), data=form)

    def back(self, url: str) -> httpx.Response:
        return self.desk.get(url)

    def log_in(self, name: str, wanted: str = "/") -> httpx.Response:
        return self.back(self.at_provider(self.begun(wanted), name))


class Running:
    """The provider's process; each start has a key of its own."""

    def __init__(self, counter: Counter) -> None:
        self._desk = counter.address
        self._process: subprocess.Popen[str] | None = None

    def start(self, port: int = 0) -> str:
        """Start it; return its issuer."""
        back, out = f"{self._desk}/login/oidc/callback", f"{self._desk}/logged-out"
        self._process = subprocess.Popen(
            ["node", SCRIPT, MODULES, back, out, str(port), SECRET],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdout
        issuer: str = json.loads(self._process.stdout.readline())["issuer"]
        return issuer

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()


@pytest.fixture
def provider(counter: Counter) -> Iterator[Running]:
    """A provider that knows the desk, named in its settings."""
    running = Running(counter)
    office = counter.office
    settings = OpenIdSettings(
        issuer=running.start(),
        client_id="congvan",
        secret=Path("openid.secret"),
        account_claim="preferred_username",
    )
    written_secret(office.settings.home / "openid.secret", SECRET)
    office.settings = office.settings.model_copy(update={"openid": settings})
    yield running
    running.stop()


def made(counter: Counter, role: Role) -> str:
    """Make an account without a password, named as the person."""
    who = counter.who(role)
    with counter.office.database.writing() as session:
        accounts.create(session, who, [who], "", accounts.OPERATOR, counter.office.now())
    return who


def test_a_person_logs_in_there_and_out_of_both(counter: Counter, provider: Running) -> None:
    name = made(counter, Role.SPECIALIST)
    visit = Visit(counter)
    assert "/login/oidc?next=" in visit.desk.get("/login").text
    way = visit.begun("/lists/inbox")
    asked = parse_qs(urlsplit(way).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["response_type"] == ["code"]
    come = visit.at_provider(way, name)
    answer = visit.back(come)
    assert (answer.status_code, answer.headers["location"]) == (303, "/lists/inbox")
    with counter.office.database.reading() as session:
        row = session.scalars(select(AccountRow).where(AccountRow.username == name)).one()
        factors = session.scalars(select(WebSessionRow.factors)).one()
    assert (row.oidc_subject, factors) == (name, "oidc")
    page = visit.desk.get("/account").text
    csrf = page.partition('name="csrf" value="')[2].partition('"')[0]
    out = visit.desk.post("/logout", data={"csrf": csrf})
    assert out.headers["location"] == "/logged-out?sso=1"
    farewell = visit.desk.get(out.headers["location"]).text
    assert "/session/end?client_id=congvan" in farewell
    # the answer is worth one login: its code is used, its cookie gone
    assert "openid.answer_stale" in visit.back(come).text


def test_an_answer_that_another_browser_asked_for_logs_nobody_in(
    counter: Counter, provider: Running
) -> None:
    name = made(counter, Role.SPECIALIST)
    thief, victim = Visit(counter), Visit(counter)
    come = thief.at_provider(thief.begun(), name)
    victim.begun()
    for browser in (victim, Visit(counter)):
        answer = browser.back(come)
        assert "openid.answer_stale" in answer.text
        assert cookie_name(counter.office) not in browser.desk.cookies


def test_a_stranger_at_the_provider_has_no_account_here(
    counter: Counter, provider: Running
) -> None:
    made(counter, Role.SPECIALIST)
    visit = Visit(counter)
    assert "account.identity_unknown" in visit.log_in("nobody").text
    # an account that is bound belongs to its subject, whoever takes its name
    name = made(counter, Role.CLERK)
    with counter.office.database.writing() as session:
        row = session.scalars(select(AccountRow).where(AccountRow.username == name)).one()
        row.oidc_issuer, row.oidc_subject = counter.office.settings.openid.issuer, "another"  # type: ignore[union-attr]
    assert "account.identity_unknown" in Visit(counter).log_in(name).text


def test_the_provider_may_change_its_key_and_may_be_down(
    counter: Counter, provider: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = made(counter, Role.SPECIALIST)
    assert Visit(counter).log_in(name).status_code == 303
    settings = counter.office.settings.openid
    assert settings
    port = urlsplit(settings.issuer).port
    assert port
    running = Visit(counter)
    way = running.begun()
    provider.stop()
    state = parse_qs(urlsplit(way).query)["state"][0]
    back = f"{counter.address}/login/oidc/callback?code=x&iss={settings.issuer}&state={state}"
    assert "openid.unavailable" in running.back(back).text
    provider.start(port)
    monkeypatch.setattr(openid, "ROTATION_SECONDS", 0)
    assert Visit(counter).log_in(name).status_code == 303
