"""Between the password and the desk: the second factor, set up, asked for, guessed at."""

import re
from datetime import timedelta

import pyotp
from playwright.sync_api import Browser
from sqlalchemy import select

from documents.account_lock import FREE
from documents.document import Role
from documents.tables import AccountRow, WebSessionRow
from tests.web.counter import PHONE, Counter, shoot
from tests.web.door import PASSWORD, Door, made, with_factor


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
