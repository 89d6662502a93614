"""Several actors handle one arrival in any order: what must hold, holds after every step."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from documents import assignments, directing, extensions, feedback, handling, ledger, tasks
from documents.assignee import Share
from documents.directing import Instruction
from documents.document import Role
from documents.errors import Refused
from documents.ledger import Actor
from documents.lifecycle import Direction, State
from documents.tables import DocumentRow, TaskRow
from documents.task import OPEN, TaskPart, TaskState
from tests.documents.bureau import CLERK, LEADER, ORGAN, Bureau

ACTORS = (LEADER, CLERK, "head-a", "head-b", "one-a", "one-b", "gone-a")
UNITS = ("Phòng A", "B", "one-a", "one-b", "x")
STATUSES = ["01", "03", "04", "05", "06"]

moves = st.lists(
    st.tuples(
        st.sampled_from(
            [
                *("submit", "direct", "bounce", "subtask", "accept", "start", "report"),
                *("complete", "override", "give_back", "withdraw", "reopen", "extend"),
                *("grant", "pass_on", "answer"),
            ]
        ),
        st.sampled_from(ACTORS),
        st.sampled_from(UNITS),
        st.sampled_from(UNITS),
        st.integers(0, 6),
        st.integers(-1, 12),
    ),
    min_size=6,
    max_size=30,
)
Move = tuple[str, str, str, str, int, int]


class Walk:
    """One arrival, and a reply that may answer it."""

    def __init__(self, session: Session, bureau: Bureau) -> None:
        self.session, self.at = session, bureau.at
        self.document = bureau.arrive(session)
        self.replies = 0

    def go(self, move: Move) -> None:
        """Try a move in a savepoint: what is refused leaves nothing."""
        what, *_ = move
        self.at += timedelta(minutes=1)
        with suppress(Refused), self.session.begin_nested():
            getattr(self, what)(*move[1:])
        self.session.expire_all()

    def _task(self, pick: int) -> str:
        found = tasks.of_document(self.session, self.document)
        return found[pick % len(found)].id if found else "none"

    def _day(self, days: int) -> date:
        return (self.at + timedelta(days=days)).date()

    # each move: (who, lead, other, pick, days)
    def submit(self, who: str, to: str, *_: object) -> None:
        target = LEADER if to == "x" else f"head-{to[-1].lower()}"
        directing.submit(self.session, self.document, target, who, self.at)

    def direct(self, who: str, lead: str, other: str, pick: int, days: int) -> None:
        part = list(TaskPart)[pick % 3]
        shares = (Share(lead), Share(other, part, self._day(days + 1)))
        if lead == other:
            shares = shares[:1]
        wanted = Instruction("Xử lý", shares, self._day(days))
        directing.direct(self.session, self.document, wanted, who, self.at)

    def bounce(self, who: str, *_: object) -> None:
        directing.returned(self.session, self.document, who, self.at, "không đúng đơn vị")

    def subtask(self, who: str, to: str, _: str, pick: int, days: int) -> None:
        share = Share(to, due=self._day(days))
        assignments.subtask(self.session, self._task(pick), share, "x", who, self.at)

    def extend(self, who: str, _: str, __: str, pick: int, days: int) -> None:
        day = self._day(days + 3)
        extensions.ask(self.session, self._task(pick), day, "bận", who, self.at)

    def grant(self, who: str, _: str, __: str, pick: int, days: int) -> None:
        grant = days % 2 == 0
        extensions.answer(self.session, self._task(pick), who, self.at, grant=grant, words="đã xem")

    def answer(self, *_: object) -> None:
        self.replies += 1
        reply = DocumentRow(
            id=f"{self.document[:20]}-{self.replies}",
            direction=Direction.OUTGOING,
            organ_id=ORGAN,
            state=State.DISPATCHED,
            created_at=self.at,
            updated_at=self.at,
            type_name="Công văn",
            subject="Trả lời",
            sender_organ_id=ORGAN,
        )
        self.session.add(reply)
        self.session.flush()
        handling.link(self.session, reply, [self.document], Actor(CLERK, Role.CLERK), self.at)

    def pass_on(self, who: str, to: str, _: str, pick: int, __: int) -> None:
        assignments.passed_on(self.session, self._task(pick), to, "chuyển", who, self.at)

    def accept(self, who: str, _: str, __: str, pick: int, ___: int) -> None:
        tasks.accepted(self.session, self._task(pick), who, self.at)

    def start(self, who: str, _: str, __: str, pick: int, ___: int) -> None:
        tasks.started(self.session, self._task(pick), who, self.at)

    def report(self, who: str, _: str, __: str, pick: int, ___: int) -> None:
        tasks.reported(self.session, self._task(pick), "nửa", who, self.at)

    def complete(self, who: str, _: str, __: str, pick: int, ___: int) -> None:
        tasks.completed(self.session, self._task(pick), "xong", who, self.at)

    def override(self, who: str, _: str, __: str, pick: int, ___: int) -> None:
        tasks.completed(self.session, self._task(pick), "xong", who, self.at, override="gấp")

    def give_back(self, who: str, _: str, __: str, pick: int, ___: int) -> None:
        tasks.given_back(self.session, self._task(pick), "không đúng", who, self.at)

    def withdraw(self, who: str, _: str, __: str, pick: int, ___: int) -> None:
        tasks.withdrawn(self.session, self._task(pick), "thôi", who, self.at)

    def reopen(self, who: str, _: str, __: str, pick: int, ___: int) -> None:
        tasks.reopened(self.session, self._task(pick), "làm lại", who, self.at)

    def check(self) -> None:
        """Assert what always holds."""
        row = self.session.get_one(DocumentRow, self.document)
        given = tasks.of_document(self.session, self.document)
        leads = [task for task in given if tasks.leads(task)]
        open_leads = [task for task in leads if task.state in OPEN]
        working = {State.ASSIGNED, State.IN_PROGRESS}
        assert len(open_leads) == (1 if row.state in working else 0)
        assert sum(task.state == TaskState.DONE for task in leads) <= 1
        if any(task.state == TaskState.DONE for task in leads):
            assert row.state == State.COMPLETED
        if row.state not in working:
            assert all(task.part == TaskPart.INFORM for task in given if task.state in OPEN)
        by_id = {task.id: task for task in given}
        for task in given:
            self._check_task(task, by_id)
        self._check_record(row, given)

    def _check_task(self, task: TaskRow, by_id: dict[str, TaskRow]) -> None:
        above = by_id.get(task.parent_id or "")
        if above is not None:
            assert task.due_on <= above.due_on
            assert task.state not in OPEN or above.state in OPEN
        assert (task.closed_at is None) == (task.state in OPEN)
        granted = [
            each.granted_on
            for each in extensions.history(self.session, task.id)
            if each.granted_on is not None
        ]
        assert task.due_on == (granted[-1] if granted else task.first_due_on)
        assert task.state in OPEN or extensions.waiting(self.session, task.id) is None

    def _check_record(self, row: DocumentRow, given: list[TaskRow]) -> None:
        codes = [each.code for each in feedback.of_document(self.session, row.id)]
        assert codes == [code for code in STATUSES if code in codes]
        assert len(codes) == len(set(codes))
        assert ("06" in codes) == (row.state == State.COMPLETED)
        assert ("05" in codes) >= (row.state == State.IN_PROGRESS)
        entries = ledger.history(self.session, row.id)
        told = " ".join(entry.detail for entry in entries)
        assert all(task.id in told for task in given)
        assert entries[-1].state == row.state


@pytest.fixture
def walked(bureau: Bureau) -> Callable[[list[Move]], None]:
    """Give what walks one list of moves and checks after each."""

    def walk(moved: list[Move]) -> None:
        with bureau.database.writing() as session:
            one = Walk(session, bureau)
            for move in moved:
                one.go(move)
                one.check()
            assert not list(ledger.verify(session))
            session.rollback()

    return walk


@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(moved=moves, start=st.booleans())
def test_whatever_people_do_the_record_stays_whole(
    walked: Callable[[list[Move]], None], moved: list[Move], start: bool
) -> None:
    begun: list[Move] = [
        ("submit", CLERK, "x", "x", 0, 0),
        ("direct", LEADER, "Phòng A", "B", 1, 8),
        ("subtask", "head-a", "one-a", "x", 0, 5),
    ]
    walked([*(begun if start else []), *moved])
