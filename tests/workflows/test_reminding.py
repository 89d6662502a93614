"""The flow of reminders: killed anywhere, run twice, with a mail server that dies: told once."""

import asyncio
import email
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP
from pydantic import ValidationError
from sqlalchemy import select

from connectors import mail
from connectors.mail import (
    MailOutcomeUnknown,
    MailRefused,
    MailSettings,
    MailUnavailable,
)
from documents import assignments, digests
from documents.assignee import Share
from documents.calendar import vietnam
from documents.database import Database
from documents.digests import Claimed
from documents.document import VIETNAM, Role
from documents.tables import DigestRow, NoticeRow
from documents.time_limit import on_day
from tests.documents.bureau import CLERK, LEADER, ORGAN
from tests.documents.conftest import seat
from tests.workflows.deaths import Killed, dies_at
from tests.workflows.house import OFFICE, person_of
from tests.workflows.worlds import Said
from workflows import faultpoint, mailing
from workflows.office import Office
from workflows.reminding import is_morning, remind
from workflows.settings import Settings

MORNING = datetime(2026, 3, 12, 8, 0, tzinfo=VIETNAM)


class Post:
    """What a mail server got, and how it is to answer."""

    def __init__(self) -> None:
        self.got: list[bytes] = []
        self.answers: dict[str, str] = {}

    async def handle_RCPT(self, _s: Any, _n: Any, envelope: Any, address: str, _o: Any) -> str:  # noqa: N802
        if "rcpt" in self.answers:
            return self.answers["rcpt"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Any, envelope: Any) -> str:  # noqa: N802
        self.got.append(envelope.original_content)
        if self.answers.get("data") == "die":
            server.transport.abort()  # type: ignore[union-attr]
            await asyncio.sleep(0)
            return "250 OK"
        return self.answers.get("data", "250 OK")


@pytest.fixture
def post() -> Iterator[tuple[Post, int]]:
    """Give a mail server on loopback and its port."""
    handler = Post()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler, port
    controller.stop()


def settings(home: Path, port: int, **more: Any) -> Settings:
    sender = {"host": "127.0.0.1", "port": port, "security": "none", "from": "vp@so.example"}
    return Settings.of(home, {"name": "so", "mail": sender | {"seconds": 2} | more})


@pytest.fixture
def owing(
    database: Database, make_agency: Callable[..., Any], make_person: Callable[..., Any]
) -> Database:
    """Give an agency that owes three things today, and two addresses."""
    seat(database, make_agency, make_person)
    with database.writing() as session:
        for number, role in enumerate((Role.SPECIALIST, Role.SPECIALIST, Role.UNIT_HEAD)):
            share = Share(f"{ORGAN}-{role}", due=MORNING.date())
            at = datetime(2026, 3, 9, 2, tzinfo=UTC)
            assignments.concluded(session, ORGAN, share, f"Việc {number}", "Giao ban", LEADER, at)
        for role in (Role.SPECIALIST, Role.UNIT_HEAD):
            address = f"{role.value.replace('_', '-')}@so.example"
            digests.put_address(session, ORGAN, f"{ORGAN}-{role}", address, CLERK, MORNING)
    return database


def states(database: Database) -> Counter[str]:
    with database.reading() as session:
        return Counter(session.scalars(select(DigestRow.state)))


def keys(database: Database) -> Counter[tuple[str, ...]]:
    with database.reading() as session:
        rows = session.scalars(select(NoticeRow)).all()
    return Counter((row.subject_id, row.duty, row.person_id, row.stage) for row in rows)


def test_a_morning_tells_in_the_system_and_by_one_letter_a_person(
    owing: Database, post: tuple[Post, int], tmp_path: Path
) -> None:
    server, port = post
    run = remind(settings(tmp_path, port), owing, MORNING)
    assert (run.told, run.digests, run.mail, run.failed) == (3, 2, {"sent": 2}, [])
    for hours in (1, 5):
        again = remind(settings(tmp_path, port), owing, MORNING + timedelta(hours=hours))
        assert (again.told, again.digests, again.mail) == (0, 0, {})
    letters = [email.message_from_bytes(each, policy=default) for each in server.got]
    assert sorted(str(each["To"]) for each in letters) == sorted({str(e["To"]) for e in letters})
    first = next(each for each in letters if "specialist" in str(each["To"]))
    assert first["Subject"] == "Việc đến hạn ngày 12/03/2026: 0 quá hạn, 2 hôm nay, 0 sắp đến hạn"
    assert first["Auto-Submitted"] == "auto-generated"
    body = first.get_content()
    assert body.count("Hoàn thành nhiệm vụ") == 2
    assert "Việc 0" not in body  # codes and deadlines, no subjects


def test_before_the_hour_and_on_days_off_only_what_is_urgent_is_told(
    owing: Database, tmp_path: Path
) -> None:
    for moment in (MORNING.replace(hour=7, minute=29), MORNING.replace(day=14)):
        run = remind(Settings.of(tmp_path, {"name": "so"}), owing, moment)
        assert (run.whole, run.told, run.digests) == (False, 0, 0)
    assert is_morning("00:00", MORNING.replace(hour=0, minute=0), vietnam())
    assert not is_morning("00:00", MORNING.replace(day=14, hour=0), vietnam())
    assert is_morning("07:30", datetime(2031, 6, 2, 9, tzinfo=VIETNAM), vietnam())


@pytest.mark.parametrize("point", faultpoint.REMINDERS)
def test_killed_anywhere_it_tells_once_and_never_sends_twice(
    owing: Database,
    post: tuple[Post, int],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    point: str,
) -> None:
    server, port = post
    here = settings(tmp_path, port)
    with monkeypatch.context() as patched:
        dies_at(point, patched, "reminding", "mailing")
        with pytest.raises(Killed):
            remind(here, owing, MORNING)
    for minutes in (0, 1, 30, 60):
        remind(here, owing, MORNING + timedelta(minutes=minutes))
    assert set(keys(owing).values()) == {1}
    assert len(keys(owing)) == 3
    ids = [email.message_from_bytes(each)["Message-ID"] for each in server.got]
    assert len(ids) == len(set(ids))
    lost = {"mail.claimed", "mail.sent"}
    assert states(owing) == ({"unknown": 1, "sent": 1} if point in lost else {"sent": 2})


def test_a_server_that_dies_after_the_letter_is_never_sent_it_again(
    owing: Database, post: tuple[Post, int], tmp_path: Path
) -> None:
    server, port = post
    server.answers["data"] = "die"
    remind(settings(tmp_path, port), owing, MORNING)
    server.answers.clear()
    for hours in (1, 2, 3):
        remind(settings(tmp_path, port), owing, MORNING + timedelta(hours=hours))
    assert states(owing) == {"unknown": 2}
    assert len(server.got) == 2


def test_a_server_that_is_busy_or_away_is_tried_later_with_the_same_bytes(
    owing: Database, post: tuple[Post, int], tmp_path: Path
) -> None:
    server, port = post
    server.answers["data"] = "451 later"
    remind(settings(tmp_path, port), owing, MORNING)
    assert states(owing) == {"pending": 2}
    assert len(server.got) == 1  # the rest was not tried on a server that takes nothing
    server.answers.clear()
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        remind(settings(tmp_path, closed.getsockname()[1]), owing, MORNING + timedelta(hours=1))
    remind(settings(tmp_path, port), owing, MORNING + timedelta(hours=4))
    assert states(owing) == {"sent": 2}
    by_id = {email.message_from_bytes(each)["Message-ID"]: each for each in server.got}
    assert len(by_id) == 2
    assert server.got[0] in server.got[1:]


def test_a_refused_recipient_is_shown_and_the_next_is_served(
    owing: Database, post: tuple[Post, int], tmp_path: Path
) -> None:
    server, port = post
    server.answers["rcpt"] = "550 no such user"
    run = remind(settings(tmp_path, port), owing, MORNING)
    assert run.mail == {"refused": 2}
    with owing.reading() as session:
        assert all("550" in row.error for row in session.scalars(select(DigestRow)))


@contextmanager
def crooked(lines: Callable[[socket.socket], None]) -> Iterator[int]:
    """Give the port of a server that says what *lines* says to its one caller."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(1)

        def serve() -> None:
            caller, _ = listening.accept()
            with caller:
                try:
                    lines(caller)
                except OSError:
                    return

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
    thread.join(10)


def test_a_server_that_never_ends_its_greeting_costs_bounded_time(tmp_path: Path) -> None:
    def drip(caller: socket.socket) -> None:
        while True:
            caller.sendall(b"220-x\r\n" * 100)
            if caller.recv(1, socket.MSG_DONTWAIT | socket.MSG_PEEK) == b"":
                return

    def calm(caller: socket.socket) -> None:
        try:
            drip(caller)
        except BlockingIOError:
            calm_again = threading.Event()
            while not calm_again.wait(0.01):
                caller.sendall(b"220-x\r\n")

    with crooked(calm) as port:
        by = settings(tmp_path, port, total_seconds=0.5).mail
        assert by is not None
        before = datetime.now(UTC)
        with pytest.raises(MailUnavailable):
            mail.send(by, tmp_path, "", "a@so.example", b"x\r\n")
        assert datetime.now(UTC) - before < timedelta(seconds=10)


@pytest.mark.parametrize(
    ("last", "kind"),
    [
        (b"", MailOutcomeUnknown),
        (b"nonsense\r\n", MailOutcomeUnknown),
        (b"451 later\r\n", MailUnavailable),
        (b"554 no\r\n", MailRefused),
    ],
    ids=["silence", "nonsense", "later", "no"],
)
def test_the_answer_to_the_last_dot_decides(
    tmp_path: Path, last: bytes, kind: type[Exception]
) -> None:
    def talk(caller: socket.socket) -> None:
        for answer in (b"220 x", b"250 x", b"250 x", b"250 x", b"354 x"):
            caller.sendall(answer + b"\r\n")
            if answer != b"354 x":
                caller.recv(4096)
        got = b""
        while not got.endswith(b"\r\n.\r\n"):
            got += caller.recv(4096)
        assert b"\r\n..line" in got
        caller.sendall(last)

    with crooked(talk) as port:
        by = settings(tmp_path, port).mail
        assert by is not None
        with pytest.raises(kind):
            mail.send(by, tmp_path, "", "a@so.example", b"a\r\n.line\r\n")


def test_a_server_without_tls_gets_nothing_where_tls_is_wanted(
    post: tuple[Post, int], tmp_path: Path
) -> None:
    server, port = post
    for security in ("starttls", "tls"):
        by = settings(tmp_path, port, security=security).mail
        assert by is not None
        with pytest.raises(MailUnavailable):
            mail.send(by, tmp_path, "", "a@so.example", b"x\r\n")
    assert server.got == []


def test_hostile_names_and_codes_make_no_headers() -> None:
    by = MailSettings.model_validate({"host": "x", "from": "vp@so.example", "subjects": True})
    entry = {
        "duty": "task",
        "subject": "t",
        "document": None,
        "code": "1/X\r\nBcc: a@b.vn",
        "title": "\ud800 tên\x00\n.\n",
        "until": on_day(date(2026, 3, 12)).at.isoformat(),
        "on": "2026-03-12",
        "standing": "today",
        "in_stead_of": "",
    }
    name = 'Nguyễn\r\nBcc: x@y.vn, "Văn" <A>\x00\ud800' + "a" * 300
    counts = {"late": 0, "today": 1, "ahead": 0}
    claimed = Claimed("d-1", "a@so.example", name, date(2026, 3, 12), MORNING, 1, counts, (entry,))
    made = mailing.letter(by, claimed)
    assert mailing.letter(by, claimed) == made
    read = email.message_from_bytes(made, policy=default)
    assert read["Bcc"] is None
    assert [each.addr_spec for each in read["To"].addresses] == ["a@so.example"]
    assert read["Message-ID"] == "<d-1@so.example>"
    assert b"\r\n.\r\n" not in made
    assert all(len(line) < 998 for line in made.split(b"\r\n"))
    assert "hạn 12/03/2026" in read.get_content()


@pytest.mark.parametrize(
    "wrong",
    [
        {"user": "a"},
        {"secret": "x"},
        {"user": "a", "secret": "x", "security": "none", "host": "mail.so.example"},
        {"from": "a@b\r\nBcc: c@d"},
        {"host": "a b"},
        {"password": "x"},
    ],
    ids=["no-secret", "no-user", "clear", "from", "host", "value"],
)
def test_mail_settings_that_cannot_hold_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        MailSettings.model_validate({"host": "x.example", "from": "vp@so.example"} | wrong)


def test_reminders_are_driven_by_commands(office: Office, congvan: Callable[..., Said]) -> None:
    leader, clerk, specialist = (
        person_of(OFFICE, role).id for role in (Role.LEADER, Role.CLERK, Role.SPECIALIST)
    )
    here = ("--agency", OFFICE)
    today = f"{datetime.now(VIETNAM):%d/%m/%Y}"
    give = ("task", "give", "Giao ban", "Rà soát", "--by", leader, *here)
    assert congvan(*give, "--to", f"{specialist}={today}", "--json").code == 0
    due = congvan("deadlines", *here, "--of", specialist, "--on", "31/12/2027", "--json").json
    assert [row["duty"] for row in due["rows"]] == ["task"]
    ran = congvan("reminders", "run", "--whole", "--json").json
    assert ran[office.settings.name]["told"] >= 0
    said = congvan("reminders", "rules", *here, "--duty", "task", "--json").json
    assert said["task"]["ahead"] == [3, 1]
    rule = ("reminders", "rules", *here, "--duty", "task")
    changed = congvan(*rule, "--ahead", "5", "--leader", "0", "--by", leader, "--json").json
    assert (changed["task"]["ahead"], changed["task"]["leader_after"]) == ([5], None)
    assert congvan(*rule, "--ahead", "x", "--by", leader, "--json").error == "reminder.rule_invalid"
    put = ("reminders", "address", specialist)
    assert congvan(*put, "s@so.example", "--by", clerk, *here).code == 0
    bad = congvan(*put, "không", "--by", clerk, *here, "--json")
    assert bad.error == "mail.address_invalid"
    told = congvan("notices", *here, "--of", specialist, "--json").json
    for row in told["rows"]:
        assert congvan("notices", *here, "--of", specialist, "--read", row["id"]).code == 0
    assert congvan("notices", *here, "--of", specialist, "--json").json["unread"] == 0
    unknown = congvan("notices", *here, "--of", specialist, "--read", "x", "--json")
    assert unknown.error == "notice.unknown"
    for words in (
        ("deadlines",),
        ("reminders", "list"),
        ("reminders", "show"),
        ("reminders", "rules"),
    ):
        assert congvan(*words, *here).code == 0
    tell = ("reminders", "incident", "breach", "Lộ dữ liệu", "--owner", specialist, "--by", clerk)
    made = congvan(*tell, *here, "--json").json["id"]
    late = congvan("deadlines", *here, "--duty", "breach", "--on", "31/12/2027", "--json").json
    assert [row["subject"] for row in late["rows"]] == [made]
    assert congvan("reminders", "answered", made, "--by", specialist, *here).code == 0
