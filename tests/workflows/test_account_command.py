"""`congvan account`: what an administrator does at the machine, and what the ledger says of it."""

import csv
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select

from documents import account_password, ledger
from documents.document import Role
from documents.tables import AccountRow, LedgerRow
from tests.workflows.house import PROVINCE, person_of
from tests.workflows.worlds import Said
from workflows import demo_logins
from workflows.office import Office
from workflows.world import World

Congvan = Callable[..., Said]
CLERK = person_of(PROVINCE, Role.CLERK)
BY = ("--agency", PROVINCE, "--by", person_of(PROVINCE, Role.ADMINISTRATOR).id)


def test_an_account_is_made_reset_closed_and_listed(
    congvan: Congvan, office: Office, tmp_path: Path
) -> None:
    made = congvan("account", "add", "lan.pt", CLERK.full_name, *BY, "--json").json
    assert made["people"] == [CLERK.id]
    again = congvan("account", "add", "LAN.PT", CLERK.id, *BY, "--json")
    assert again.json["error"]["code"] == "account.username_taken"
    reset = congvan("account", "reset", "lan.pt", *BY, "--json").json
    assert reset["password"] != made["password"]
    with office.database.reading() as session:
        row = session.scalars(select(AccountRow)).one()
        assert account_password.matches(row.password_hash, reset["password"])
        assert row.must_change
    assert congvan("account", "disable", "lan.pt", *BY, "--json").json["disabled_at"]
    assert congvan("account", "enable", "lan.pt", *BY, "--json").json["disabled_at"] is None
    (listed,) = congvan("account", "list", "--agency", PROVINCE, "--json").json
    assert listed["username"] == "lan.pt"
    assert "password_hash" not in listed
    file = tmp_path / "accounts.csv"
    congvan("account", "list", "--agency", PROVINCE, "--export", file)
    with file.open(encoding="utf-8-sig", newline="") as opened:
        assert [line[1] for line in csv.reader(opened)] == ["Tên đăng nhập", "lan.pt"]
    assert congvan("account", "sessions", "lan.pt", "--agency", PROVINCE, "--json").json == []
    with office.database.reading() as session:
        rows = session.scalars(select(LedgerRow).where(LedgerRow.step.startswith("account_")))
        told = [(row.step, row.actor) for row in rows]
        assert list(ledger.verify(session)) == []
    steps = ["account_made", "account_reset", "account_disabled", "account_enabled"]
    assert told == [(step, BY[-1]) for step in steps]


def test_only_an_administrator_administers(congvan: Congvan, office: Office) -> None:
    by = ("--agency", PROVINCE, "--by", CLERK.id)
    refused = congvan("account", "add", "lan.pt", CLERK.id, *by, "--json")
    assert refused.json["error"]["code"] == "person.right_missing"
    with office.database.reading() as session:
        assert session.scalars(select(AccountRow)).all() == []


def test_a_demos_people_log_in_with_one_password_kept_in_a_private_file(office: Office) -> None:
    world = World.load(office.settings.home.parent)
    password = demo_logins.give_logins(world)
    assert demo_logins.give_logins(world) == password
    file = world.folder / demo_logins.FILE_NAME
    assert file.stat().st_mode & 0o777 == 0o600
    assert any(password in line for line in demo_logins.told(world))
    with office.database.reading() as session:
        rows = session.scalars(select(AccountRow)).all()
    assert CLERK.id in {row.username for row in rows}
    assert account_password.matches(rows[0].password_hash, password)
    assert not any(row.must_change for row in rows)
