"""The door of the desk: what a stranger meets, and what a stolen or planted cookie is worth."""

import re

import pytest
from sqlalchemy import select

from documents import account_password, accounts
from documents.account_lock import FREE
from documents.document import Role
from documents.tables import AccountRow, LedgerRow, WebSessionRow
from tests.web.counter import Counter
from tests.web.door import PASSWORD, Door, made
from tests.workflows.house import HOME_AFFAIRS
from web.visitor import cookie_name
from workflows import logging_in


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
