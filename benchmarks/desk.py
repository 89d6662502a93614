"""Every list and page of the desk over a generated store: server time, as each role sees it.

In process, without a socket: what is measured is ours, from the request to the last byte of the
answer. The floor is a page that asks the store only whose session it is.
"""

import asyncio
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import httpx
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from benchmarks import store
from benchmarks.both_stores import on_both
from benchmarks.measure import machine, percentile, table
from connectors.memory_axis import InMemoryAxis
from documents import web_sessions
from documents.blobs import BlobStore
from documents.database import Database
from documents.document import Role
from documents.numbering import local_day
from documents.tables import (
    AccountPersonRow,
    AccountRow,
    DocumentRow,
    PersonRow,
    PostRow,
    SubmissionRow,
    TaskRow,
)
from web import desk_numbers, standing_board
from web.application import create_app
from web.visitor import CSRF_HEADER, cookie_name
from workflows.office import Office
from workflows.settings import Settings
from workflows.workshop import Workshop

ON_SQLITE = 100_000
ON_POSTGRESQL = 1_000_000
ROUNDS = 7
LIST_MS, PAGE_MS = 100, 300
PEOPLE = {
    Role.CLERK: "p1",
    Role.LEADER: "p2",
    Role.UNIT_HEAD: "p3",
    Role.SPECIALIST: "p4",
    Role.ADMINISTRATOR: "p5",
}
CLOSED_SHARE, OPEN_TASKS = 0.2, 3_000
_TODAY = local_day(store.LAST)


class Asked(NamedTuple):
    """One address, who asks for it, and how long it may take."""

    role: Role
    path: str
    limit: int


def main(on_sqlite: int = ON_SQLITE, on_postgresql: int = ON_POSTGRESQL) -> None:
    """Measure and print."""
    print(machine("sqlalchemy", "psycopg", "fastapi", "jinja2"))
    on_both(on_sqlite, on_postgresql, _report)


def _report(said: str, database: Database, took: float) -> None:
    with database.writing() as session:
        _people(session)
    _handling(database)
    with tempfile.TemporaryDirectory() as folder:
        office = _office(Path(folder), database)
        rows = asyncio.run(_measured(office))
        office.workshop.close()
    print(f"\n{said}, made in {took:.0f} s")
    table("desk", ("", "p50 ms", "p95 ms", "worst ms", "limit ms", "over"), rows)


def _office(folder: Path, database: Database) -> Office:
    settings = Settings.of(folder, {"name": "desk", "database": "sqlite:///none.db"})
    blobs = BlobStore(folder / "blobs")
    office = Office(settings, database, blobs, InMemoryAxis([]), Workshop(settings))
    office.now = lambda: store.LAST + timedelta(hours=1)
    return office


def _people(session: Session) -> None:
    for role, who in PEOPLE.items():
        person = session.get_one(PersonRow, who)
        person.role, person.position = role.value, role.value
        session.add(
            PostRow(
                id=f"post-{who}",
                person_id=who,
                organ_id=store.ORGAN,
                unit_id=None if role is Role.LEADER else "u3",
                position="Trưởng phòng" if role is Role.UNIT_HEAD else role.value,
                role=role.value,
                since=date(2020, 1, 1),
                recorded_at=store.FIRST,
            )
        )
        account = AccountRow(id=f"account-{who}", username=who, created_at=store.FIRST)
        session.add(account)
        session.flush()
        session.add(AccountPersonRow(account_id=account.id, person_id=who))


def _handling(database: Database) -> None:
    """Give what is handled its tasks: the open ones, and a share of those that are done."""
    chance = random.Random(1)  # noqa: S311  (made-up tasks)
    still, done = ["assigned", "in_progress"], ["completed", "filed"]
    for states, limit in ((still, OPEN_TASKS), (done, None)):
        with database.reading() as session:
            wanted = (
                select(DocumentRow.id, DocumentRow.due_date, DocumentRow.created_at)
                .where(DocumentRow.organ_id == store.ORGAN, DocumentRow.direction == "incoming")
                .where(DocumentRow.state.in_(states))
                .order_by(DocumentRow.created_at.desc())
            )
            found = session.execute(wanted.limit(limit or 60_000)).all()
        tasks = [
            {
                "id": document_id,
                "organ_id": store.ORGAN,
                "document_id": document_id,
                "unit_id": f"u{chance.randrange(store.UNITS)}",
                "person_id": chance.choice(["p3", "p4", "p9", None]),
                "part": "lead",
                "state": "done" if limit is None else "given",
                "given_by": "p2",
                "given_at": at,
                "content": "Tham mưu xử lý",
                "due_on": due or date(9999, 12, 31),
                "first_due_on": due or date(9999, 12, 31),
                "closed_at": at + timedelta(days=3) if limit is None else None,
            }
            for document_id, due, at in found
            if limit is not None or chance.random() < CLOSED_SHARE
        ]
        with database.writing() as session:
            for start in range(0, len(tasks), 1000):
                session.execute(insert(TaskRow), tasks[start : start + 1000])
    with database.writing() as session:
        submitted = session.scalars(
            select(DocumentRow.id)
            .where(DocumentRow.organ_id == store.ORGAN, DocumentRow.direction == "incoming")
            .where(DocumentRow.state == "submitted")
            .limit(500)
        ).all()
        for number, document_id in enumerate(submitted):
            session.add(
                SubmissionRow(
                    id=f"submission-{number}",
                    organ_id=store.ORGAN,
                    document_id=document_id,
                    to_id="p2",
                    by_id="p1",
                    at=store.LAST,
                )
            )


def _asked(database: Database) -> Iterator[Asked]:
    clerk, leader, head, specialist = (
        Role.CLERK,
        Role.LEADER,
        Role.UNIT_HEAD,
        Role.SPECIALIST,
    )
    month = _TODAY - timedelta(days=30)
    spans = f"tu_ngay={month:%d/%m/%Y}&den_ngay={_TODAY:%d/%m/%Y}"
    for role, name in (
        (clerk, "inbox"),
        (clerk, "outbox"),
        (clerk, "to-register"),
        (clerk, "to-submit"),
        (clerk, "to-number"),
        (clerk, "completed"),
        (clerk, f"inbox?{spans}"),
        (clerk, "inbox?khan=3&xep=han"),
        (clerk, "inbox?loai=Gi%E1%BA%A5y+m%E1%BB%9Di"),
        (clerk, "inbox?noi_gui=H99.7"),
        (clerk, "outbox?nguoi_ky=p7"),
        (clerk, "deadlines?han=qua"),
        (leader, "waiting"),
        (leader, "to-approve"),
        (leader, "to-sign"),
        (leader, "important"),
        (leader, "overdue"),
        (head, "unit-work"),
        (head, "to-handle"),
        (specialist, "to-handle"),
        (specialist, "drafts"),
    ):
        yield Asked(role, f"/lists/{name}", LIST_MS)
    for role in PEOPLE:
        yield Asked(role, "/", PAGE_MS)
        yield Asked(role, "/counters", LIST_MS)
    for path in ("/sign", "/direct", "/work", "/board", "/notices", "/drafts", "/search"):
        yield Asked(leader, path, PAGE_MS)
    for path in ("/intake", "/issue", "/registers", "/operator", "/batches", "/dossiers"):
        yield Asked(clerk, path, PAGE_MS)
    for query in ("chuyen+doi+so", "b%C3%A1o+c%C3%A1o", "thu+hoi+dat+2025", "17%2FUBND3"):
        yield Asked(clerk, f"/search?q={query}", PAGE_MS)
    yield Asked(specialist, "/work", PAGE_MS)
    with database.reading() as session:
        for direction, state in (("incoming", "in_progress"), ("outgoing", "dispatched")):
            wanted = select(DocumentRow.id).where(
                DocumentRow.organ_id == store.ORGAN,
                DocumentRow.direction == direction,
                DocumentRow.state == state,
            )
            if found := session.scalar(wanted.order_by(DocumentRow.created_at.desc()).limit(1)):
                yield Asked(clerk, f"/documents/{found}", PAGE_MS)
                yield Asked(clerk, f"/documents/{found}?tab=timeline", PAGE_MS)


async def _measured(office: Office) -> list[tuple[object, ...]]:
    app = create_app(office)
    cookies: dict[Role, tuple[str, str]] = {}
    with office.database.writing() as session:
        for role, who in PEOPLE.items():
            account = session.get_one(AccountRow, f"account-{who}")
            at = office.now()
            token = web_sessions.begin(session, account, who, frozenset({"pwd", "otp"}), "", at)
            visit = web_sessions.visit(session, token, at)
            assert visit is not None
            cookies[role] = token, visit.csrf
    rows: list[tuple[object, ...]] = []
    asked = [Asked(Role.SPECIALIST, "/kept-forms-none", PAGE_MS), *_asked(office.database)]
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        for one in asked:
            token, csrf = cookies[one.role]
            headers = {CSRF_HEADER: csrf, "Accept": "text/html"}
            headers["Cookie"] = f"{cookie_name(office)}={token}"
            laps: list[float] = []
            status = 0
            for _ in range(ROUNDS + 1):
                desk_numbers.forget()
                standing_board.forget()
                begun = time.perf_counter()
                answer = await client.get(one.path, headers=headers)
                laps.append((time.perf_counter() - begun) * 1000)
                status = answer.status_code
            laps = laps[1:]  # the first warms up
            over = sum(lap > one.limit for lap in laps)
            name = f"{one.role.value} {one.path}"
            if one.path == "/kept-forms-none":
                name = "floor: a page that is not there"
            elif status != 200:
                name += f" (HTTP {status})"
            middle, slow = statistics.median(laps), percentile(laps, 0.95)
            rows.append((name, middle, slow, max(laps), one.limit, over))
    return rows


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
