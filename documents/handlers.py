"""Who may do what with a task: its handler, who gave it, and who stands in for either.

Legal source: Decree 30/2020/ND-CP, Art. 23, 24; the delegation of handling (ux.md §1.4).
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import directory, posts, stead
from documents.assignee import HANDLERS
from documents.directory import RightMissing
from documents.document import Role
from documents.errors import Refused
from documents.lifecycle import Step
from documents.numbering import local_day
from documents.posts import Acting
from documents.stead import Behind, Given, Matter, WorkDelegationNarrow, WorkDelegationOver
from documents.tables import DocumentRow, PersonRow, TaskRow, WorkDelegationRow
from documents.tenure import held_on, in_force


class NotTheirTask(Refused):
    """The task is another's. ({0} the person, {1} the step)."""

    code = "task.not_theirs"
    vietnamese = "«{0}» không có quyền {1} nhiệm vụ này"
    english = "«{0}» has no right to {1} this task"
    remedy = "Người được giao, trưởng đơn vị hoặc người giao thực hiện / `congvan task show`"


def handler(
    session: Session,
    task: TaskRow,
    who: str,
    at: datetime,
    what: str,
    step: Step = Step.START,
) -> Acting:
    """Return *who* as the one who handles the task: its person, its unit's head, a stand-in.

    *what* names it to people, *step* to delegations that are limited to some steps.

    Raises:
        PersonUnknown, PersonAmbiguous, PostEnded, PostNotBegun: no such person that day.
        NotTheirTask: the task is another's.
    """
    person = _present(session, task.organ_id, who, at, what)
    if task.person_id == person.id:
        return posts.acting(session, task.organ_id, person.id, HANDLERS, at, what)
    if task.unit_id is not None and (
        heading := _tried(session, task, person, (Role.UNIT_HEAD,), at, (what, step), task.unit_id)
    ):
        return heading
    if task.person_id is not None and (
        given := standing_in(session, person, task.person_id, at, _matter(session, task, step))
    ):
        return given
    raise NotTheirTask(person.full_name, what)


def judge(session: Session, task: TaskRow, who: str, at: datetime, what: str) -> Acting:
    """Return *who* as the one who decides about the task: who gave it, a leader, a stand-in.

    Raises:
        PersonUnknown, PersonAmbiguous, PostEnded, PostNotBegun: no such person that day.
        NotTheirTask: it is not theirs to decide.
    """
    person = _present(session, task.organ_id, who, at, what)
    if task.given_by == person.id:
        return posts.acting(session, task.organ_id, person.id, HANDLERS, at, what)
    if leading := _tried(session, task, person, (Role.LEADER,), at, (what, Step.ASSIGN)):
        return leading
    matter = _matter(session, task, Step.ASSIGN)
    if given := standing_in(session, person, task.given_by, at, matter):
        return given
    raise NotTheirTask(person.full_name, what)


def informed(session: Session, task: TaskRow, who: str, at: datetime) -> Acting:
    """Return *who* as a reader of the task: its person, anybody of its unit.

    Raises:
        PersonUnknown, PersonAmbiguous, PostEnded, PostNotBegun: no such person that day.
        NotTheirTask: the task is another's.
    """
    person = _present(session, task.organ_id, who, at, "đọc / read")
    if task.unit_id is not None and task.person_id is None:
        told = ("đọc / read", Step.START)
        own = _tried(session, task, person, HANDLERS, at, told, task.unit_id)
        if own is not None:
            return own
    return handler(session, task, who, at, "đọc / read")


def standing_in(
    session: Session, person: PersonRow, for_id: str, at: datetime, matter: Matter
) -> Acting | None:
    """Return *person* in the stead of *for_id*, as a delegation in force has it; None if none."""
    wanted = select(WorkDelegationRow).where(
        WorkDelegationRow.from_id == for_id, WorkDelegationRow.to_id == person.id
    )
    rows = list(session.scalars(wanted.order_by(WorkDelegationRow.since.desc())))
    return lent(rows, stead.posts_behind(session, rows), person, at, matter)


def lent(
    rows: Iterable[WorkDelegationRow],
    behind: Behind,
    person: PersonRow,
    at: datetime,
    matter: Matter,
) -> Acting | None:
    """Return *person* in the stead of whoever gave the first of *rows* that holds; None if none."""
    for row in rows:
        given, own = behind[row.id]
        if stead.fault(row, given, own, at) or stead.reaches(row, matter):
            continue
        for post in given:
            if post.role in row.roles and in_force(post, local_day(at)):
                return posts.in_stead(person, Given(row, post))
    return None


def _matter(session: Session, task: TaskRow, step: Step) -> Matter:
    document = session.get(DocumentRow, task.document_id) if task.document_id else None
    return Matter(document.type_name if document is not None else "", task.unit_id, step)


def _present(session: Session, organ_id: str, who: str, at: datetime, what: str) -> PersonRow:
    """Return the person, who has some post in the agency that day."""
    day = local_day(at)
    person, held = directory.holder(session, organ_id, who, day)
    if not held_on(held, day):
        raise posts.without_post(person, held, day, what)
    return person


def _tried(
    session: Session,
    task: TaskRow,
    person: PersonRow,
    roles: tuple[Role, ...],
    at: datetime,
    what: tuple[str, Step],
    unit_id: str | None = None,
) -> Acting | None:
    """Return *person* in one of *roles*, their own or lent; None where they have none."""
    matter = _matter(session, task, what[1])
    try:
        return posts.acting(
            session,
            task.organ_id,
            person.id,
            roles,
            at,
            what[0],
            unit_id=unit_id,
            matter=matter,
        )
    except (RightMissing, WorkDelegationOver, WorkDelegationNarrow):
        return None
