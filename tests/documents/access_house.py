"""People in every way of having a post, or not having it, and documents in every state."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from documents import casefile, directing, directory, incoming, intake, outgoing, tasks
from documents.assignee import Share
from documents.awaited import Awaited
from documents.channel import Channel
from documents.directing import Instruction
from documents.document import Person, Role
from documents.identity import new_id
from documents.intake import TakenFile
from documents.lifecycle import LIFECYCLES, Direction, State
from documents.tables import AbsenceRow, DocumentRow, PostRow, RegisterEntryRow, WorkDelegationRow
from tests.documents.bureau import CLERK, LEADER, ORGAN, Bureau

OTHER = "H99.01"
ROLES_HERE = (Role.SPECIALIST, Role.UNIT_HEAD, Role.LEADER, Role.CLERK, Role.ADMINISTRATOR)
HOLDERS = {
    Role.SPECIALIST: "one-a",
    Role.UNIT_HEAD: "head-a",
    Role.LEADER: LEADER,
    Role.CLERK: CLERK,
    Role.ADMINISTRATOR: f"{ORGAN}-{Role.ADMINISTRATOR}",
}
OWN, BESIDE, STEAD, AWAY, ENDED, ELSEWHERE = "own", "beside", "stead", "away", "ended", "elsewhere"

Actor = tuple[Role, str]


def people() -> dict[Actor, str]:
    """Return who tries the doors: each role in each way of having it, or not having it."""
    found: dict[Actor, str] = {}
    for role, holder in HOLDERS.items():
        found[role, OWN] = holder
        found[role, STEAD], found[role, ENDED] = f"for-{role}", f"ex-{role}"
        found[role, ELSEWHERE] = f"{OTHER}-{role}"
    return found | {
        (Role.SPECIALIST, BESIDE): "one-b",
        (Role.UNIT_HEAD, BESIDE): "head-b",
        (Role.LEADER, BESIDE): "leader-2",
        (Role.CLERK, BESIDE): "clerk-2",
    }


def seat(session: Session, at: datetime) -> None:
    """Give the stand-ins, those who left, and a second leader and clerk their posts."""
    day = at.date()
    for role, holder in HOLDERS.items():
        stand_in = Person(f"for-{role}", ORGAN, f"Thay {role}", "Quản trị", Role.ADMINISTRATOR)
        directory.put_person(session, stand_in)
        directory.put_person(session, Person(f"ex-{role}", ORGAN, f"Cũ {role}", "Cũ", role))
        old = session.query(PostRow).filter_by(person_id=f"ex-{role}").one()
        old.until = day - timedelta(days=1)
        given = session.query(PostRow).filter_by(person_id=holder).one()
        taking = session.query(PostRow).filter_by(person_id=f"for-{role}").one()
        session.add(
            WorkDelegationRow(
                id=new_id(),
                organ_id=ORGAN,
                from_id=holder,
                to_id=f"for-{role}",
                to_post_id=taking.id,
                since=day,
                until=day,
                roles=[role.value],
                from_post_ids=[given.id],
                steps=[],
                types=[],
                unit_ids=[],
                recorded_at=at,
            )
        )
    for name, role in (("leader-2", Role.LEADER), ("clerk-2", Role.CLERK)):
        directory.put_person(session, Person(name, ORGAN, name, name, role))
    session.flush()


def go_away(session: Session, at: datetime) -> None:
    """Let every holder be away that day."""
    for holder in HOLDERS.values():
        day = at.date()
        session.add(
            AbsenceRow(
                id=new_id(), organ_id=ORGAN, person_id=holder, since=day, until=day, recorded_at=at
            )
        )
    session.flush()


Case = tuple[Direction, State, str]


class Cases:
    """A document in every state in which something can be done with it."""

    def __init__(self, session: Session, bureau: Bureau, make_draft: Callable[..., Any]) -> None:
        self.session, self.bureau, self.at = session, bureau, bureau.at
        self.make_draft, self.count = make_draft, 0

    def every(self) -> Iterator[tuple[Case, DocumentRow]]:
        for direction, lifecycle in LIFECYCLES.items():
            for state in dict.fromkeys(state for state, _ in lifecycle):
                if direction is Direction.OUTGOING:
                    yield (direction, state, ""), self.outgoing(state)
                else:
                    yield (direction, state, ""), self.arrival(state)
        waits = self.outgoing(State.SIGNED)
        waits.awaits = Awaited.ISSUE
        yield (Direction.OUTGOING, State.SIGNED, "chờ lệnh phát hành"), waits
        comes = self.arrival(State.VERIFIED)
        comes.awaits, comes.receipt_number = Awaited.REGISTER, None
        self.session.query(RegisterEntryRow).filter_by(document_id=comes.id).delete()
        yield (Direction.INCOMING, State.VERIFIED, "chờ văn thư vào sổ"), comes
        yield (Direction.INCOMING, State.VERIFIED, "nhận tại chỗ"), self.by_hand()
        yield (Direction.INCOMING, State.SUBMITTED, "trình lãnh đạo"), self.before_leader()
        for state in (State.ASSIGNED, State.IN_PROGRESS):
            row = self.arrival(State.REGISTERED)
            row.state = state
            yield (Direction.INCOMING, state, "không lập nhiệm vụ"), row

    def outgoing(self, state: State) -> DocumentRow:
        draft = self.make_draft(organ_id=ORGAN, drafter_id="one-a", recipients=(OTHER,))
        row = outgoing.create(self.session, draft, self.at)
        row.state, row.approved_sha256 = state, row.current_sha256
        return row

    def arrival(self, state: State) -> DocumentRow:
        session, at = self.session, self.at
        row = casefile.known(session, self.bureau.arrive(session))
        if state in {State.SUBMITTED, State.ASSIGNED, State.IN_PROGRESS}:
            directing.submit(session, row.id, "head-a", CLERK, at)
        if state in {State.ASSIGNED, State.IN_PROGRESS}:
            wanted = Instruction("Giải quyết", (Share("one-a"),))
            (task,) = directing.direct(session, row.id, wanted, "head-a", at).tasks
            if state is State.IN_PROGRESS:
                tasks.started(session, task, "one-a", at)
        if state not in {State.SUBMITTED, State.ASSIGNED, State.IN_PROGRESS}:
            row.state = state
        return row

    def by_hand(self) -> DocumentRow:
        file = TakenFile(ORGAN, Channel.SCAN, "quét.pdf", "e" * 64, 9, 2)
        document = intake.take_in(self.session, file, self.at)
        incoming.verified(self.session, document, incoming.Finding("UNSIGNED", {}), self.at)
        return casefile.known(self.session, document)

    def before_leader(self) -> DocumentRow:
        row = self.arrival(State.REGISTERED)
        directing.submit(self.session, row.id, LEADER, CLERK, self.at)
        return row


@contextmanager
def undone(bureau: Bureau) -> Iterator[Session]:
    """Give one transaction of which nothing is kept."""
    with bureau.database.writing() as session:
        yield session
        session.rollback()
