"""People who come in by the login page, and what they do with fingers and keys."""

from dataclasses import dataclass, field
from datetime import date, timedelta

import pyotp
from playwright.sync_api import Page

from documents import account_factor, account_password, clerk_registers
from documents.document import Role
from documents.tables import AccountRow, PostRow, UnitRow
from tests.web import papers
from tests.web.counter import LAPTOP, Counter, MakePage
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
