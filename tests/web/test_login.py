"""The door of the desk: what a stranger meets, and what a stolen or planted cookie is worth."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import httpx
import pyotp
import pytest
from playwright.sync_api import Browser
from sqlalchemy import select

from documents import account_factor, account_password, accounts
from documents.account_lock import FREE
from documents.document import Role
from documents.tables import AccountRow, LedgerRow, WebSessionRow
from tests.web.counter import PHONE, Counter, shoot
from tests.workflows.house import HOME_AFFAIRS, PROVINCE
from web.visitor import cookie_name
from workflows import logging_in

PASSWORD = "con thuyền ra khơi sớm"


class Door:
    """A stranger's browser at the login page."""

    def __init__(self, counter: Counter) -> None:
        self.counter = counter
        self.client = counter.stranger()
        self.client.headers["Accept"] = "text/html"

    def token(self, path: str = "/login") -> str:
        found = re.search(r'name="form" value="([0-9a-f]+)"', self.client.get(path).text)
        assert found
        return found[1]

    def log_in(
        self, username: str, password: str = PASSWORD, wanted: str = "/", **headers: str
    ) -> httpx.Response:
        form = {
            "username": username,
            "password": password,
            "next": wanted,
            "form": self.token(),
        }
        return self.client.post("/login", data=form, headers=headers)

    def give(self, code: str, wanted: str = "/") -> httpx.Response:
        form = {"code": code, "next": wanted, "form": self.token()}
        return self.client.post("/login/code", data=form)

    @property
    def session(self) -> str:
        return self.client.cookies.get(cookie_name(self.counter.office), "")


def made(counter: Counter, role: Role = Role.SPECIALIST, organ_id: str = PROVINCE) -> str:
    """Return the name of an account of the person in *role*, whose password is PASSWORD."""
    who = counter.who(role, organ_id)
    at = counter.office.now()
    with counter.office.database.writing() as session:
        row = accounts.create(session, who, [who], "", accounts.OPERATOR, at)
        row.password_hash = account_password.hashed(PASSWORD)
    return who


def with_factor(counter: Counter, username: str, at: datetime) -> tuple[pyotp.TOTP, list[str]]:
    """Set the account's second factor up; its codes of *at* are used."""
    seal = logging_in.seal_of(counter.office.settings)
    with counter.office.database.writing() as session:
        row = session.scalars(select(AccountRow).where(AccountRow.username == username)).one()
        app = pyotp.TOTP(account_factor.prepare(seal, row))
        words = account_factor.confirm(session, seal, row, app.at(at), at)
    return app, words


@pytest.fixture
def door(counter: Counter) -> Iterator[Door]:
    """A browser that nobody is logged in with."""
    return Door(counter)


def test_a_right_password_leads_to_the_page_that_was_wanted(door: Door) -> None:
    username = made(door.counter)
    answer = door.log_in(username.upper() + " ", wanted="/lists/inbox?x=1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/lists/inbox?x=1")
    cookie = next(c for c in answer.headers.get_list("set-cookie") if c.startswith("congvan="))
    assert "httponly" in cookie.lower()
    assert "samesite=lax" in cookie.lower()
    assert door.client.get("/account").status_code == 200


ELSEWHERE = (
    "//evil.example",
    "https://evil.example/",
    "/\\evil.example",
    "\\\\evil.example",
    "/%0d%0aSet-Cookie:a=b\r\nX: y",
    "javascript:alert(1)",
    "/\t/evil.example",
    "evil",
)


def test_nobody_is_sent_elsewhere_after_the_login(door: Door) -> None:
    username = made(door.counter)
    for wanted in ELSEWHERE:
        fresh = Door(door.counter)
        assert fresh.log_in(username, wanted=wanted).headers["location"] == "/", wanted
        there = fresh.client.get("/login", params={"next": wanted})
        assert there.headers["location"] == "/", wanted


def test_an_unknown_name_and_a_wrong_password_meet_the_same_words_and_work(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    username = made(door.counter)
    verified: list[str] = []
    real = account_password._HASHER.verify

    class Counting:
        def verify(self, kept: str, password: bytes) -> bool:
            verified.append(kept[:30])
            return real(kept, password)

    monkeypatch.setattr(account_password, "_HASHER", Counting())
    known, unknown = door.log_in(username, "sai"), door.log_in("khong.co.ai", "sai")
    assert known.status_code == unknown.status_code == 422
    blank = re.compile(r'value="[^"]*"')
    assert blank.sub("", known.text) == blank.sub("", unknown.text)
    assert "account.login_refused" in known.text
    assert len(verified) == 2
    assert len(set(verified)) == 1  # the same cost


@pytest.mark.parametrize("known", [True, False], ids=["known", "unknown"])
def test_a_name_is_locked_after_failures_even_for_the_right_password(
    door: Door, known: bool
) -> None:
    username = made(door.counter) if known else "khong.co.ai"
    for _ in range(FREE):
        assert "account.login_refused" in door.log_in(username, "sai").text
    assert "account.locked" in door.log_in(username).text
    with door.counter.office.database.reading() as session:
        rows = session.scalars(select(LedgerRow).where(LedgerRow.step == "account_locked")).all()
    assert len(rows) == known


def test_the_lock_opens_with_time_and_grows(door: Door) -> None:
    username = made(door.counter)
    office = door.counter.office
    seal = logging_in.seal_of(office.settings)
    at = office.now()
    lengths = []
    for _ in range(3):
        for _ in range(FREE if not lengths else 1):
            with pytest.raises(logging_in.LoginRefused):
                logging_in.log_in(office.database, seal, username, "sai", "", at)
        with office.database.reading() as session:
            until = logging_in.account_lock.locked_until(session, [username], at)[username]
        lengths.append(until - at)
        at = until
    assert lengths == sorted(set(lengths))
    assert logging_in.log_in(office.database, seal, username, PASSWORD, "", at).token


def test_one_address_cannot_try_many_names(door: Door) -> None:
    codes = [
        door.log_in(f"ten{number}", "sai", **{"X-Forwarded-For": "192.0.2.7"})
        for number in range(45)
    ]
    assert codes[-1].status_code == 429
    assert int(codes[-1].headers["retry-after"]) > 0
    other = door.log_in(made(door.counter), **{"X-Forwarded-For": "192.0.2.8"})
    assert other.status_code == 303


def test_a_planted_session_is_not_the_one_that_is_logged_in(door: Door) -> None:
    username = made(door.counter)
    name = cookie_name(door.counter.office)
    door.client.cookies.set(name, "planted")
    answer = door.log_in(username)
    cookie = next(c for c in answer.headers.get_list("set-cookie") if c.startswith(f"{name}="))
    token = cookie.split(";")[0].partition("=")[2]
    assert token != "planted"
    planted = Door(door.counter).client
    planted.cookies.set(name, "planted")
    assert planted.get("/account").status_code == 303


def test_a_login_ends_the_session_the_browser_had(door: Door) -> None:
    username = made(door.counter)
    door.log_in(username)
    first = door.session
    assert door.client.get("/login").status_code == 303
    form = {"username": username, "password": PASSWORD, "form": ""}
    page = door.counter.stranger().get("/login")
    found = re.search(r'name="form" value="([0-9a-f]+)"', page.text)
    assert found
    door.client.cookies.set("congvan-form", page.cookies["congvan-form"])
    door.client.post("/login", data=form | {"form": found[1]})
    old = Door(door.counter).client
    old.cookies.set(cookie_name(door.counter.office), first)
    assert old.get("/account").status_code == 303


def test_a_login_form_of_another_site_is_refused(door: Door) -> None:
    username = made(door.counter)
    form = {"username": username, "password": PASSWORD, "next": "/"}
    for sent in ({}, {"form": "0" * 64}):
        answer = door.client.post("/login", data=form | sent)
        assert "web.form_stale" in answer.text
        assert not door.session
    crossing = {"Origin": "https://evil.example"}
    assert door.client.post("/login", data=form, headers=crossing).status_code == 403


def test_a_stolen_cookie_is_worth_nothing_after_the_logout(door: Door) -> None:
    door.log_in(made(door.counter))
    stolen = door.session
    csrf = re.search(r'name="csrf" value="([^"]+)"', door.client.get("/account").text)
    assert csrf
    assert door.client.post("/logout", data={"csrf": "x"}).status_code == 403
    assert door.client.get("/account").status_code == 200
    answer = door.client.post("/logout", data={"csrf": csrf[1]})
    assert answer.headers["location"] == "/logged-out"
    assert door.client.get("/logged-out").status_code == 200
    thief = Door(door.counter).client
    thief.cookies.set(cookie_name(door.counter.office), stolen)
    assert thief.get("/account").headers["location"].startswith("/login")


def test_a_second_factor_comes_between_password_and_session(door: Door) -> None:
    username = made(door.counter, Role.LEADER)
    at = door.counter.office.now()
    app, words = with_factor(door.counter, username, at - timedelta(hours=1))
    answer = door.log_in(username, wanted="/sign")
    assert "/login/code" in answer.text
    assert not door.session
    assert "account.code_wrong" in door.give("000000").text
    code = app.at(door.counter.office.now())
    done = door.give(code, "/sign")
    assert (done.status_code, done.headers["location"]) == (303, "/sign")
    again = Door(door.counter)
    again.log_in(username)
    assert "account.code_wrong" in again.give(code).text  # it counted once
    assert again.give(words[0]).status_code == 303
    third = Door(door.counter)
    third.log_in(username)
    assert "account.code_wrong" in third.give(words[0]).text


def test_a_code_without_the_password_leads_nowhere(door: Door) -> None:
    username = made(door.counter, Role.LEADER)
    app, _ = with_factor(door.counter, username, door.counter.office.now() - timedelta(hours=1))
    for ticket in ("", "x" * 200, "á"):
        door.client.headers["cookie"] = ""
        door.client.cookies.set("congvan-step", ticket if ticket.isascii() else "")
        del door.client.headers["cookie"]
        answer = door.give(app.at(door.counter.office.now()))
        assert "account.step_too_old" in answer.text
        assert not door.session


def test_codes_are_not_guessed_past_the_lock_by_giving_the_password_again(door: Door) -> None:
    username = made(door.counter, Role.LEADER)
    with_factor(door.counter, username, door.counter.office.now() - timedelta(hours=1))
    for _ in range(FREE):
        if "account.locked" in door.log_in(username).text:
            break
        if "account.locked" in door.give("000000").text:
            break
    assert "account.locked" in door.log_in(username).text


def test_whose_post_signs_is_led_to_the_second_factor_first(door: Door) -> None:
    username = made(door.counter, Role.LEADER)
    answer = door.log_in(username, wanted="/sign")
    assert answer.headers["location"] == "/account/second-factor?next=%2Fsign"
    assert door.client.get(answer.headers["location"]).status_code == 200


def test_a_password_given_by_another_is_changed_before_anything_else(door: Door) -> None:
    username = made(door.counter)
    with door.counter.office.database.writing() as session:
        row = session.scalars(select(AccountRow).where(AccountRow.username == username)).one()
        row.must_change = True
    door.log_in(username)
    assert door.client.get("/account").headers["location"] == "/account/password"
    page = door.client.get("/account/password").text
    csrf = re.search(r'name="csrf" value="([^"]+)"', page)
    assert csrf
    before = door.session
    new = "một mật khẩu mới thật dài"
    form = {"csrf": csrf[1], "present": PASSWORD, "new": new, "again": new}
    assert (
        "account.password_weak"
        in door.client.post("/account/password", data=form | {"new": "ngắn", "again": "ngắn"}).text
    )
    answer = door.client.post("/account/password", data=form)
    assert answer.status_code == 303
    assert door.session != before
    assert door.client.get("/account").status_code == 200


HOSTILE = ("\x00", "a\u00ed\u00a0\u0080b", "x" * 400_000, "'; --", "%00", "\u202e\ufeff")


def test_a_hostile_name_is_only_wrong(door: Door) -> None:
    for name in HOSTILE:
        answer = door.log_in(name, name)
        assert answer.status_code == 422
        assert "account.login_refused" in answer.text


def test_a_closed_account_has_no_session_and_gets_none(door: Door) -> None:
    username = made(door.counter)
    door.log_in(username)
    admin = door.counter.client(Role.ADMINISTRATOR)
    page = admin.get("/admin/accounts").text
    found = re.search(rf'href="(/admin/accounts/[0-9a-f-]+)">{re.escape(username)}<', page)
    assert found
    assert admin.post(f"{found[1]}/disable").status_code == 303
    assert door.client.get("/account").status_code == 303
    assert "account.login_refused" in door.log_in(username).text
    assert admin.post(f"{found[1]}/enable").status_code == 303
    assert door.log_in(username).status_code == 303


def test_an_administrator_has_the_own_agency_only(counter: Counter) -> None:
    made(counter, Role.LEADER, HOME_AFFAIRS)
    admin = counter.client(Role.ADMINISTRATOR)
    with counter.office.database.reading() as session:
        row = session.scalars(
            select(AccountRow).where(AccountRow.username.contains(".01."))
        ).first()
        theirs = (
            row
            or session.scalars(
                select(AccountRow).where(
                    AccountRow.username == counter.who(Role.LEADER, HOME_AFFAIRS)
                )
            ).one()
        )
    assert admin.get(f"/admin/accounts/{theirs.id}").status_code == 404
    for step in ("reset", "disable", "factor-off", "end-sessions"):
        assert admin.post(f"/admin/accounts/{theirs.id}/{step}").status_code == 404
    person = counter.who(Role.LEADER, HOME_AFFAIRS)
    answer = admin.post("/admin/accounts", data={"username": "moi.vao", "person": person})
    assert "account.unknown" in answer.text
    assert counter.client(Role.CLERK).get("/admin/accounts").status_code == 403


def test_who_is_of_two_agencies_is_not_reset_by_one_of_their_administrators(
    counter: Counter,
) -> None:
    username = made(counter, Role.LEADER)
    at = counter.office.now()
    with counter.office.database.writing() as session:
        row = session.scalars(select(AccountRow).where(AccountRow.username == username)).one()
        other = counter.who(Role.SPECIALIST, HOME_AFFAIRS)
        accounts.link(session, row, other, accounts.OPERATOR, at)
    admin = counter.client(Role.ADMINISTRATOR)
    answer = admin.post(f"/admin/accounts/{row.id}/reset")
    assert "account.of_others" in answer.text
    # and they choose in whose name they work, under a new token
    door = Door(counter)
    door.log_in(username)
    before, page = door.session, door.client.get("/account").text
    csrf = re.search(r'name="csrf" value="([^"]+)"', page)
    assert csrf
    form = {"csrf": csrf[1], "person": other}
    assert door.client.post("/account/person", data=form).status_code == 303
    assert door.session != before
    with counter.office.database.reading() as session:
        living = session.scalars(select(WebSessionRow).where(WebSessionRow.revoked_at.is_(None)))
        assert [each.person_id for each in living if each.account_id == row.id] == [other]


def test_setting_the_second_factor_up_takes_the_password_and_a_right_code(door: Door) -> None:
    username = made(door.counter, Role.LEADER)
    door.log_in(username)
    page = door.client.get("/account/second-factor").text
    csrf = re.search(r'name="csrf" value="([^"]+)"', page)
    assert csrf
    form = {"csrf": csrf[1]}
    start = "/account/second-factor/begin"
    assert "account.password_wrong" in door.client.post(start, data=form | {"present": "x"}).text
    assert door.client.post(start, data=form | {"present": PASSWORD}).status_code == 303
    page = door.client.get("/account/second-factor").text
    secret = re.search(r'class="secret">([A-Z2-7 ]+)<', page)
    assert secret
    drawn = door.client.get("/account/second-factor/qr.svg")
    assert drawn.headers["content-type"] == "image/svg+xml"
    assert b"style=" not in drawn.content
    before = door.session
    confirm = "/account/second-factor/confirm"
    assert "account.code_wrong" in door.client.post(confirm, data=form | {"code": "1"}).text
    code = pyotp.TOTP(secret[1].replace(" ", "")).at(door.counter.office.now())
    done = door.client.post(confirm, data=form | {"code": code})
    assert len(re.findall(r"<li>[a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4}</li>", done.text)) == 8
    assert door.session != before
    with door.counter.office.database.reading() as session:
        row = session.scalars(select(AccountRow).where(AccountRow.username == username)).one()
        assert row.totp_secret
        assert secret[1].replace(" ", "").encode() not in row.totp_secret
        session_row = session.scalars(
            select(WebSessionRow).where(WebSessionRow.revoked_at.is_(None))
        ).one()
    assert session_row.factors == "otp pwd"


def test_with_tls_every_cookie_is_bound_to_the_host(door: Door) -> None:
    username = made(door.counter)
    office = door.counter.office
    office.settings = office.settings.model_copy(update={"public_url": "https://vt.example"})
    page = door.client.get("/login")
    form = re.search(r'name="form" value="([0-9a-f]+)"', page.text)
    kept = page.headers["set-cookie"].split(";")[0]
    assert form
    assert kept.startswith("__Host-congvan-form=")
    sent = {"username": username, "password": PASSWORD, "form": form[1]}
    answer = door.client.post("/login", data=sent, headers={"Cookie": kept})
    session = next(
        each for each in answer.headers.get_list("set-cookie") if each.startswith("__Host-congvan=")
    )
    attributes = {part.strip().lower() for part in session.split(";")[1:]}
    assert {"httponly", "secure", "path=/", "samesite=lax"} <= attributes
    assert not any(each.startswith("domain") for each in attributes)


def test_a_telephone_logs_in_by_keyboard_and_sees_the_qr_code(
    counter: Counter, browser: Browser
) -> None:
    username = made(counter, Role.LEADER)
    context = browser.new_context(
        base_url=counter.address, viewport={"width": PHONE[0], "height": PHONE[1]}
    )
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.on("request", lambda asked: _ours(asked.url, counter.address, wrong))
    page.goto("/login")
    shoot(page, "login-phone")
    for text in (username, PASSWORD):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/account/second-factor?next=%2F")
    page.fill("#present", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector(".qr")
    page.wait_for_function("document.querySelector('.qr').naturalWidth > 100")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    shoot(page, "second-factor-phone")
    page.goto("/account")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    shoot(page, "account-phone")
    context.close()
    assert not wrong, wrong


def _ours(url: str, address: str, wrong: list[str]) -> None:
    if not url.startswith((address, "data:", "blob:")):
        wrong.append(url)
