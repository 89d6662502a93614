"""Every door of the domain, by the step it takes: tried for real, undone at once."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from documents import changes, directing, incoming, intake, issue_orders, outgoing, tasks
from documents.assignee import AssigneeInvalid, Share
from documents.directing import Instruction
from documents.document import Role
from documents.errors import Refused, StepRefused
from documents.intake_facts import IntakeFacts
from documents.issue_orders import Order
from documents.lifecycle import Direction, State, Step
from documents.tables import DocumentRow
from documents.task import TaskPart
from tests.documents.bureau import LEADER, ORGAN

REASON = "lý do đủ mười ký tự"
TARGETS = ("two-a", "b", "one-b", "head-b", f"{ORGAN}-{Role.ADMINISTRATOR}")
"""Whom a direction is tried with: a head directs in their own unit only."""
FACTS = IntakeFacts(type="Quyết định", subject="Quy chế", sender="H99.03", code="15/QĐ-S3")

Deed = Callable[[], object]


def opens(session: Session, row: DocumentRow, step: Step, who: str, at: datetime) -> bool:
    """Return whether the domain lets *who* take *step* on *row*, in some way it can be asked."""
    for deed in _deeds(session, row, step, who, at):
        refused = refusal(session, deed)
        if refused is None:
            return True
        if not isinstance(refused, AssigneeInvalid | StepRefused):
            return False  # whoever else is named, it is not theirs
    return False


def refusal(session: Session, deed: Deed) -> Refused | None:
    """Return why *deed* is refused; None if it is done. It is undone either way."""
    tried = session.begin_nested()
    try:
        deed()
        session.flush()
    except Refused as error:
        return error
    finally:
        tried.rollback()
    return None


def _deeds(session: Session, row: DocumentRow, step: Step, who: str, at: datetime) -> list[Deed]:
    if row.direction == Direction.OUTGOING:
        if step is Step.RECALL:
            return [lambda: changes.ask(session, row.id, who, at, REASON)]
        if step is Step.ASSIGN_NUMBER and row.awaits is not None:
            return [lambda: issue_orders.order(session, Order(row.id), who, at)]
        return [lambda: outgoing.decide(session, row.id, step, who, at, REASON)]
    return _of_arrival(session, row, step, who, at)


def _of_arrival(
    session: Session, row: DocumentRow, step: Step, who: str, at: datetime
) -> list[Deed]:
    document = row.id
    short: Deed = lambda: incoming.handled(session, document, step, who, at, REASON)  # noqa: E731
    match step:
        case Step.RELEASE:
            return [lambda: incoming.released(session, document, who, at, REASON)]
        case Step.REFUSE:
            return [lambda: incoming.refused(session, document, who, at, REASON)]
        case Step.REGISTER:
            facts = FACTS if row.channel is not None else IntakeFacts()
            return [
                lambda: intake.register_waiting(session, document, who, at, facts, despite=REASON)
            ]
        case Step.SUBMIT:
            to = (LEADER, "head-a")
            return [lambda t=each: directing.submit(session, document, t, who, at) for each in to]
        case Step.RETURN:
            return [lambda: directing.returned(session, document, who, at, REASON)]
        case Step.ASSIGN:
            return _directions(session, document, who, at, TaskPart.LEAD)
        case Step.COMPLETE if row.state in {State.REGISTERED, State.SUBMITTED}:
            return _directions(session, document, who, at, TaskPart.INFORM)
        case Step.START | Step.COMPLETE:
            return [short, *_by_task(session, document, step, who, at)]
        case _:
            return [short]


def _directions(
    session: Session, document: str, who: str, at: datetime, part: TaskPart
) -> list[Deed]:
    def direct(to: str) -> Deed:
        wanted = Instruction("Giải quyết theo quy định", (Share(to, part),))
        return lambda: directing.direct(session, document, wanted, who, at)

    return [direct(to) for to in TARGETS]


def _by_task(session: Session, document: str, step: Step, who: str, at: datetime) -> list[Deed]:
    lead = next((task for task in tasks.of_document(session, document) if tasks.leads(task)), None)
    if lead is None:
        return []
    if step is Step.START:
        return [lambda: tasks.started(session, lead.id, who, at)]
    return [lambda: tasks.completed(session, lead.id, "Đã giải quyết xong", who, at)]
