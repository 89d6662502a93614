"""People who come in by the login page, and what they do with fingers and keys."""

import re
from dataclasses import dataclass, field
from datetime import date, timedelta

import pyotp
from playwright.sync_api import Page, expect

from documents import account_factor, account_password, clerk_registers
from documents.document import Person, Role
from documents.tables import AccountRow, PostRow, UnitRow
from tests.web import papers
from tests.web.counter import LAPTOP, PHONE, Counter, MakePage
from tests.workflows.house import HOME_AFFAIRS, PROVINCE, leader_of, person_of
from workflows import logging_in

PASSWORD = "con thuyền ra khơi sớm"
UNITS = {PROVINCE: ("u-th", "Phòng Tổng hợp"), HOME_AFFAIRS: ("u-nv", "Phòng Công chức")}
SIGNING = (Role.LEADER, Role.CLERK, Role.UNIT_HEAD)
"""Roles that give a second factor."""


@dataclass
class Door:
    """The login page, used as a person does."""

    counter: Counter
    pages: MakePage
    hashed: str = field(default_factory=lambda: account_password.hashed(PASSWORD))

    def __post_init__(self) -> None:
        """Give both agencies a unit with a head and a specialist, and clerks who decide."""
        counter = self.counter
        with counter.office.database.writing() as session:
            for organ_id, (unit, name) in UNITS.items():
                since = date(2020, 1, 1)
                given = {"organ_id": organ_id, "name": name, "abbreviation": "TH"}
                session.add(UnitRow(id=unit, since=since, **given))
                session.flush()
                for role in (Role.UNIT_HEAD, Role.SPECIALIST):
                    who = person_of(organ_id, role).id
                    session.query(PostRow).filter_by(person_id=who).one().unit_id = unit
            at, leader = counter.office.now(), leader_of(HOME_AFFAIRS).id
            clerk_registers.decide(session, HOME_AFFAIRS, leader, at, clerk=True)
        papers.by_hand(counter)

    def enter(
        self,
        role: Role,
        organ_id: str = PROVINCE,
        wanted: str = "/",
        size: tuple[int, int] = LAPTOP,
        tolerated: str = "",
    ) -> Page:
        """Return the window of the person in *role*, who typed name, password and code."""
        who = person_of(organ_id, role).id
        page = self.pages(who=who, size=size, tolerated=tolerated)
        page.context.clear_cookies()
        with self.counter.office.database.writing() as session:
            account = session.query(AccountRow).filter_by(username=who).one()
            account.password_hash = self.hashed
        code = self._code(who) if role in SIGNING else ""
        page.goto(wanted)
        page.fill("#username", who)
        page.fill("#password", PASSWORD)
        page.keyboard.press("Enter")
        if code:
            page.fill("#code", code)
            page.keyboard.press("Enter")
        page.wait_for_selector("main#main h1")
        page.wait_for_load_state()  # what is clicked before its script is there does nothing
        assert page.url.endswith(wanted)
        return page

    def _code(self, who: str) -> str:
        office = self.counter.office
        seal, at = logging_in.seal_of(office.settings), office.now()
        with office.database.writing() as session:
            row = session.query(AccountRow).filter_by(username=who).one()
            app = pyotp.TOTP(account_factor.prepare(seal, row))
            before = at - timedelta(seconds=30)
            account_factor.confirm(session, seal, row, app.at(before), before)
        return app.at(at)


class Keyboard:
    """The keys that a person presses, counted."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def press(self, *keys: str) -> None:
        """Press *keys*, one after the other."""
        for key in keys:
            self.page.keyboard.press(key)
            self.count += 1


class Finger:
    """The taps of a person at a telephone, counted; each place is large enough for a finger."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def tap(self, selector: str) -> None:
        """Tap the first place of *selector*."""
        place = self.page.locator(selector).first
        place.wait_for()
        box = place.bounding_box()
        assert box
        assert box["height"] >= 44, selector
        place.tap()
        self.count += 1


def decide(page: Page, document_id: str) -> int:
    """Sign on a telephone; returns the taps."""
    finger = Finger(page)
    finger.tap(f'a[href^="/sign/{document_id}"]')
    page.wait_for_selector(".pdf-page[data-painted]")
    finger.tap("[role=tab][data-show=form]")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    finger.tap("form[action$='/approve'] .button-main")
    page.wait_for_url(re.compile("/sign$"))
    return finger.count


def step(page: Page, way: str, words: str = "") -> None:
    """Take a step of the task's page, and read that it was taken."""
    form = page.locator(f"form[action$='/{way}']").first
    if not form.is_visible():
        page.locator(f"details:has(form[action$='/{way}']) > summary").click()
    if words:
        form.locator("textarea[name=words]").fill(words)
    with page.expect_navigation():
        form.locator("button:not([type])").click()
    expect(page.locator("#said")).not_to_be_empty(timeout=15_000)


def give(page: Page, who: Person) -> None:
    """Give the task on to *who*, three letters of whose name are typed, at a telephone."""
    page.locator("#way-subtask summary").tap()
    letters = "".join(word[0] for word in who.full_name.split()).lower()
    page.locator("#g-to").press_sequentially(letters)
    page.get_by_role("option", name=who.full_name).tap()
    page.locator("#give-words").fill("Soạn báo cáo trả lời")
    page.locator("#give-due").fill("+3")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    page.get_by_role("button", name="Giao việc").tap()
    page.get_by_text("Đã giao việc").wait_for()
