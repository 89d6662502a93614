"""Accounts in the store: what is kept, what counts once, what one session may still do."""

import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier, Thread

import pyotp
import pytest
from sqlalchemy import select

from documents import (
    account_factor,
    account_lock,
    account_password,
    accounts,
    directory,
    web_sessions,
)
from documents.account_factor import CodeWrong
from documents.account_lock import FREE, AccountLocked
from documents.account_password import PasswordWeak, ensure_strong
from documents.account_people import standings
from documents.account_seal import Seal, SealedBroken, SealKeyUnusable, seal_in
from documents.accounts import OPERATOR, SecondFactorNeeded, UsernameInvalid, may_sign
from documents.database import Database
from documents.document import Agency, Person, Role
from documents.tables import AccountRow, LedgerRow, LoginAttemptRow

AT = datetime(2026, 11, 22, 1, tzinfo=UTC)
WHO = "h99.leader"


@pytest.fixture
def database(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    """A store with one agency and its leader."""
    path = tmp_path / "a.db"
    path.write_bytes(sqlite_template.read_bytes())
    database = Database(f"sqlite:///{path}")
    with database.writing() as session:
        directory.put_agency(session, Agency("H99", "UBND tỉnh", "UBND", "Sơn Hải"), served=True)
        directory.put_person(session, Person(WHO, "H99", "Trần Khánh", "Chủ tịch", Role.LEADER))
    yield database
    database.close()


@pytest.fixture
def seal(tmp_path: Path) -> Seal:
    """The installation's seal."""
    return seal_in(tmp_path)


def made(database: Database, name: str = WHO) -> str:
    with database.writing() as session:
        return accounts.create(session, name, [WHO], "con thuyền ra khơi", OPERATOR, AT).id


def test_no_secret_is_in_the_ledger_and_every_fact_is(database: Database, seal: Seal) -> None:
    account_id = made(database)
    with database.writing() as session:
        row = session.get_one(AccountRow, account_id)
        secret = account_factor.prepare(seal, row)
        words = account_factor.confirm(session, seal, row, pyotp.TOTP(secret).at(AT), AT)
        accounts.reset(session, row, "một câu khác thật dài", OPERATOR, AT)
        accounts.disable(session, row, OPERATOR, AT)
        accounts.enable(session, row, OPERATOR, AT)
        accounts.factor_off(session, row, OPERATOR, AT)
        accounts.unlink(session, row, WHO, OPERATOR, AT)
        kept = row.password_hash
    with database.reading() as session:
        rows = list(session.scalars(select(LedgerRow).order_by(LedgerRow.sequence)))
    steps = [row.step for row in rows if row.step.startswith("account_")]
    assert steps == [
        "account_made",
        "account_reset",
        "account_disabled",
        "account_enabled",
        "account_factor_off",
        "account_unlinked",
    ]
    told = " ".join(row.detail for row in rows)
    for each in (secret, *words, kept, "thuyền", "câu"):
        assert each not in told


def test_a_code_counts_once_even_at_one_moment(database: Database, seal: Seal) -> None:
    account_id = made(database)
    with database.writing() as session:
        row = session.get_one(AccountRow, account_id)
        app = pyotp.TOTP(account_factor.prepare(seal, row))
        account_factor.confirm(
            session, seal, row, app.at(AT - timedelta(hours=1)), AT - timedelta(hours=1)
        )
    code, results = app.at(AT), []
    line = Barrier(4)

    def give() -> None:
        line.wait()
        try:
            with database.writing() as session:
                row = session.get_one(AccountRow, account_id)
                account_factor.check(session, seal, row, code, AT)
            results.append(True)
        except CodeWrong:
            results.append(False)

    threads = [Thread(target=give) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [False, False, False, True]
    with database.writing() as session:
        row = session.get_one(AccountRow, account_id)
        older = app.at(AT - timedelta(seconds=30))
        with pytest.raises(CodeWrong):
            account_factor.check(session, seal, row, older, AT)


def test_a_secret_opens_for_its_own_account_and_key_only(
    database: Database, tmp_path: Path
) -> None:
    one, other = made(database), made(database, "h99.other")
    seal = seal_in(tmp_path)
    with database.writing() as session:
        first, second = (session.get_one(AccountRow, each) for each in (one, other))
        secret = account_factor.prepare(seal, first)
        assert first.totp_pending is not None
        assert secret.encode() not in first.totp_pending
        second.totp_pending = first.totp_pending
        with pytest.raises(SealedBroken):
            account_factor.pending(seal, second)
        (tmp_path / "else").mkdir()
        with pytest.raises(SealedBroken):
            account_factor.pending(seal_in(tmp_path / "else"), first)
    path = tmp_path / "accounts.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o640)
    with pytest.raises(SealKeyUnusable):
        seal_in(tmp_path)


def test_a_ticket_is_read_for_its_purpose_within_its_time(seal: Seal) -> None:
    ticket = seal.ticket("login", {"a": "1"}, AT)
    five = timedelta(minutes=5)
    assert seal.read("login", ticket, AT + five, five) == {"a": "1"}
    assert seal.read("other", ticket, AT, five) is None
    assert seal.read("login", ticket, AT + five + timedelta(seconds=1), five) is None
    assert seal.read("login", ticket, AT - timedelta(seconds=1), five) is None
    for broken in ("", "A", "á", "x" * 9000, ticket[:-4] + "AAAA", ticket + "A", "=" * 40):
        assert seal.read("login", broken, AT, five) is None


def test_tries_that_come_at_once_are_all_counted(database: Database) -> None:
    line, refused = Barrier(12), []

    def knock() -> None:
        line.wait()
        try:
            with database.writing() as session:
                account_lock.attempt(session, "ten", AT)
        except AccountLocked:
            refused.append(1)

    threads = [Thread(target=knock) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 12 - FREE


def test_names_that_failed_are_forgotten_after_a_day(database: Database) -> None:
    for number in range(20):
        with database.writing() as session:
            account_lock.attempt(session, f"ten {number}", AT)
    with database.writing() as session:
        account_lock.attempt(session, "ten", AT + timedelta(days=1, seconds=1))
    with database.reading() as session:
        assert len(list(session.scalars(select(LoginAttemptRow)))) == 1


@pytest.mark.parametrize(
    "password",
    [
        "ngắn",
        "a" * 12,
        "abababababab",
        "password1234",
        "MatKhau@2026",
        "h99.leader-2026",
        "x" * 201,
    ],
)
def test_a_weak_password_is_refused(password: str) -> None:
    with pytest.raises(PasswordWeak):
        ensure_strong(password, WHO)


def test_a_password_is_one_however_its_letters_are_composed() -> None:
    kept = account_password.hashed("tre\u0302n bo\u031b\u0300 ao")
    assert account_password.matches(kept, "trên bờ ao")
    assert not account_password.matches(kept, "trên bờ ao ")
    assert not account_password.matches("", "trên bờ ao")
    assert not account_password.matches("garbage", "x")
    assert not account_password.matches(kept, "\ud800" * 5)


@pytest.mark.parametrize("name", ["", "a", "x" * 101, "a b", "vân.anh", "-a", "a\x00b", "a/b"])
def test_a_name_is_plain(database: Database, name: str) -> None:
    with database.writing() as session, pytest.raises(UsernameInvalid):
        accounts.create(session, name, [WHO], "", OPERATOR, AT)


def test_a_session_goes_on_under_a_new_token_only(database: Database) -> None:
    account_id = made(database)
    with database.writing() as session:
        row = session.get_one(AccountRow, account_id)
        pwd = frozenset({"pwd"})
        first = web_sessions.begin(session, row, WHO, pwd, "máy", AT)
        here = web_sessions.visit(session, first, AT)
        assert here is not None
        for policy, refused in (("offered", False), ("required", True)):
            if refused:
                with pytest.raises(SecondFactorNeeded):
                    may_sign(here, policy)
            else:
                may_sign(here, policy)
        later = AT + timedelta(hours=1)
        second = web_sessions.renew(session, here, later, factors=frozenset({"otp"}))
        assert web_sessions.visit(session, first, later) is None
        now = web_sessions.visit(session, second, later)
        assert now is not None
        may_sign(now, "required")
        assert now.csrf != here.csrf
        assert web_sessions.visit(session, second, AT + web_sessions.LONGEST) is None
        assert [each.person_id for each in web_sessions.living(session, account_id, later)] == [WHO]
        web_sessions.revoke_all(session, account_id, later)
        assert web_sessions.living(session, account_id, later) == []
        assert standings(session, account_id, AT)[0].roles == {Role.LEADER}
