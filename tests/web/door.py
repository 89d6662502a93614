"""A stranger's browser at the door of the desk, and accounts to come in with."""

import re
from collections.abc import Iterator
from datetime import datetime

import httpx
import pyotp
import pytest
from sqlalchemy import select

from documents import account_factor, account_password, accounts
from documents.document import Role
from documents.tables import AccountRow
from tests.web.counter import Counter
from tests.workflows.house import PROVINCE
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
