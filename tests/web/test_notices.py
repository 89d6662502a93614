"""What people are told in their pages: at once, only their own, and once read, read."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import httpx

from documents import web_sessions
from documents.document import Role
from documents.identity import new_id
from documents.obligation import Duty
from documents.reminder import Stage
from documents.tables import NoticeRow
from tests.web.counter import Counter
from tests.workflows.house import HOME_AFFAIRS, PROVINCE, approve, hand_in


def _notice(counter: Counter, who: str, number: int) -> str:
    at = counter.office.now()
    row = NoticeRow(
        id=new_id(),
        organ_id=PROVINCE,
        duty=next(iter(Duty)).value,
        subject_id=f"subject-{number}",
        person_id=who,
        stage=next(iter(Stage)).value,
        day=date(2026, 11, 20),
        code=f"{number}/UBND-<i>VP</i>",
        due_on=date(2026, 11, 24),
        due_at=at + timedelta(days=2),
        created_at=at,
    )
    with counter.office.database.writing() as session:
        session.add(row)
        return row.id


def _events(client: httpx.Client, heard: list[str], ready: threading.Event) -> None:
    with client.stream("GET", "/notices/stream") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        for line in answer.iter_lines():
            if line.startswith("retry"):
                ready.set()
            if line.startswith("event: "):
                heard.append(line.removeprefix("event: "))
                return


@contextmanager
def _hearing(client: httpx.Client) -> Iterator[list[str]]:
    heard: list[str] = []
    ready = threading.Event()
    thread = threading.Thread(target=_events, args=(client, heard, ready), daemon=True)
    thread.start()
    assert ready.wait(10)
    yield heard
    thread.join(15)
    assert not thread.is_alive()


def test_a_page_hears_of_its_persons_notice_and_counts_it(counter: Counter) -> None:
    clerk = counter.client()
    assert "notices" not in clerk.get("/counters").json()
    with _hearing(clerk) as heard:
        _notice(counter, counter.who(Role.CLERK), 1)
    assert heard == ["notice"]


def test_a_page_hears_that_the_agencys_documents_moved(counter: Counter) -> None:
    with _hearing(counter.client(Role.LEADER)) as heard:
        approve(counter.office, hand_in(counter.office, PROVINCE, (HOME_AFFAIRS,)))
    assert heard == ["changed"]


def test_notices_are_listed_as_text_and_read_once(counter: Counter) -> None:
    who = counter.who(Role.CLERK)
    first, _ = _notice(counter, who, 1), _notice(counter, who, 2)
    clerk = counter.client()
    text = clerk.get("/notices").text
    assert "1/UBND-&lt;i&gt;VP&lt;/i&gt;" in text
    assert clerk.post("/notices/read", data={"notice": first}).status_code == 303
    assert "1/UBND" not in clerk.get("/notices").text
    assert "1/UBND" in clerk.get("/notices?tat_ca=1").text
    assert clerk.post("/notices/read").status_code == 303
    assert "Không có thông báo nào chưa đọc" in clerk.get("/notices").text


def test_nobody_reads_or_marks_what_others_were_told(counter: Counter) -> None:
    notice = _notice(counter, counter.who(Role.LEADER), 1)
    clerk = counter.client()
    assert "1/UBND" not in clerk.get("/notices").text
    assert clerk.post("/notices/read", data={"notice": notice}).status_code == 404
    with counter.office.database.reading() as session:
        assert session.get_one(NoticeRow, notice).read_at is None


def test_a_window_that_only_listens_keeps_nobody_logged_in(counter: Counter) -> None:
    long_ago = counter.office.now() - timedelta(hours=7)
    token, _ = counter.session(counter.who(Role.CLERK), long_ago)
    client = counter.stranger()
    client.cookies.set("congvan", token)
    assert client.get("/counters").status_code == 200
    with counter.office.database.reading() as session:
        visit = web_sessions.visit(session, token, counter.office.now())
        assert visit is not None
        assert visit.seen_at == long_ago
    assert client.get("/notices").status_code == 200
    with counter.office.database.reading() as session:
        visit = web_sessions.visit(session, token, counter.office.now())
        assert visit is not None
        assert visit.seen_at > long_ago


def test_strangers_hear_nothing(counter: Counter) -> None:
    assert counter.stranger().get("/notices/stream").status_code in {303, 401}
