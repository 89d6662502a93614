"""What the page of a task shows: what is to be done, its parts and trace, and what may be done."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from documents import (
    addressees,
    calendar,
    casefile,
    extensions,
    phrases,
    results,
    rights,
    seen,
    task_lists,
    tasks,
)
from documents.casefile import DocumentUnknown
from documents.phrase import PhraseKind
from documents.right import Right
from documents.right_holder import Holder
from documents.tables import DocumentRow, PersonRow, RemarkFileRow, RemarkRow, TaskRow
from documents.task import (
    NO_DAY,
    OPEN,
    PART_NAMES,
    STANDING_NAMES,
    STATE_NAMES,
    TaskPart,
    TaskState,
)
from documents.tasks import TaskUnknown
from web import due_days
from web.visitor import Visitor

MOST_SAID = 200
"""Remarks on one page, the newest."""


@dataclass(frozen=True, slots=True)
class May:
    """What the visitor may do with the task now."""

    work: bool
    judge: bool
    give: bool
    """Sub-tasks."""
    extend: bool
    remark: bool


@dataclass(frozen=True, slots=True)
class Said:
    """One remark, with its files."""

    row: RemarkRow
    stead: str
    files: tuple[RemarkFileRow, ...]
    waiting: bool
    """A question to the visitor that is not answered."""


def seen_task(session: Session, here: Visitor, task_id: str) -> tuple[TaskRow, DocumentRow | None]:
    """Return the task and its document, if the visitor may see them.

    What comes from no document is seen by whom it concerns: who gave it, their leaders, whom and
    whose unit it was given to.

    Raises:
        TaskUnknown: there is none, or it is not for them.
    """
    task = session.get(TaskRow, task_id[:36])
    if task is None or task.organ_id != here.organ_id:
        raise TaskUnknown(task_id[:60])
    document = session.get(DocumentRow, task.document_id) if task.document_id else None
    if document is not None:
        try:
            rights.see(session, here.visit, document, here.at)
        except DocumentUnknown:
            raise TaskUnknown(task_id[:60]) from None
        return task, document
    holder = rights.holder(session, here.visit, here.at)
    units = {post.unit_id for post in holder.held if post.unit_id}
    concerned = {task.person_id, task.given_by} & {here.who} or task.unit_id in units
    if not concerned and holder.handling(task, "") is None and holder.judging(task, "") is None:
        raise TaskUnknown(task_id[:60])
    return task, None


def may(session: Session, holder: Holder, task: TaskRow) -> May:
    """Return what *holder* may do with the task now."""

    def has(right: Right) -> bool:
        return rights.may(session, holder, right, task, holder.at)

    return May(
        work=has(Right.TASK_WORK) or (task.part == TaskPart.INFORM and _reads(holder, task)),
        judge=has(Right.TASK_JUDGE),
        give=has(Right.SUBTASK),
        extend=has(Right.EXTEND) and task.due_on != NO_DAY,
        remark=has(Right.REMARK),
    )


def _reads(holder: Holder, task: TaskRow) -> bool:
    """Return whether anybody of the unit may mark it as read, and this is one of them."""
    if task.state not in OPEN or task.person_id is not None:
        return False
    return task.unit_id in {post.unit_id for post in holder.held}


def context(
    session: Session, here: Visitor, task: TaskRow, row: DocumentRow | None
) -> dict[str, Any]:
    """Return everything that the page shows."""
    holder = rights.holder(session, here.visit, here.at)
    under = list(
        session.scalars(
            select(TaskRow)
            .where(TaskRow.parent_id == task.id)
            .order_by(TaskRow.given_at, TaskRow.id)
        )
    )
    beside = [
        each
        for each in (tasks.of_document(session, row.id) if row is not None else ())
        if each.parent_id is None and each.id != task.id
    ]
    above = session.get(TaskRow, task.parent_id) if task.parent_id else None
    asked = extensions.history(session, task.id)
    shown = [task, *under, *beside, *([above] if above else [])]
    keys = {key for each in shown for key in (each.unit_id, each.person_id, each.given_by) if key}
    keys |= {each.asked_by for each in asked}
    kept = phrases.kept(session, here.organ_id, here.who)
    return {
        "task": task,
        "row": row,
        "files": casefile.attachments_of(session, row.id) if row is not None else [],
        "above": above,
        "under": under,
        "beside": beside,
        "names": dict(addressees.named(session, here.organ_id, sorted(keys))),
        "asked": asked,
        "waiting": next((each for each in asked if each.decided_at is None), None),
        "spoken": _said(session, here, task, row),
        "may": may(session, holder, task),
        "seen": seen.of_task(task),
        "standing": STANDING_NAMES[task_lists.standing_of(task, here.at)],
        "standings": {each.id: task_lists.standing_of(each, here.at) for each in shown},
        "days": _days(here, task, above.due_on if above else NO_DAY),
        "short": phrases.abbreviations(kept),
        "reasons": phrases.offered(kept, PhraseKind.RETURN),
        "parts": PART_NAMES,
        "states": STATE_NAMES,
        "leads": tasks.leads(task),
        "open": TaskState(task.state) in OPEN,
        "no_day": NO_DAY,
        "scanned": here.office.settings.antivirus is not None,
    }


def _days(here: Visitor, task: TaskRow, limit: date) -> list[tuple[int, str]]:
    """Return the chips for a later deadline: working days after the one in force, to *limit*."""
    if task.due_on == NO_DAY:
        return due_days.offered(here.today)
    known = calendar.vietnam()
    begins = max(task.due_on, here.today)
    try:
        days = [(n, known.next_working(begins, n)) for n in due_days.CHIPS]
    except calendar.YearMissing:
        return []
    return [(n, f"{day:%d/%m/%Y}") for n, day in days if day <= limit]


def _said(session: Session, here: Visitor, task: TaskRow, row: DocumentRow | None) -> list[Said]:
    """Return what was said about the task, and about its document as a whole, the newest first."""
    about = RemarkRow.task_id == task.id
    if row is not None:
        about = or_(about, (RemarkRow.document_id == row.id) & RemarkRow.task_id.is_(None))
    found = session.execute(
        select(RemarkRow, PersonRow.full_name)
        .outerjoin(PersonRow, PersonRow.id == RemarkRow.in_stead_of)
        .where(about)
        .order_by(RemarkRow.at.desc(), RemarkRow.id.desc())
        .limit(MOST_SAID)
    ).all()
    files = results.files_of(session, [remark.id for remark, _ in found])
    return [
        Said(
            remark,
            stead or "",
            tuple(files[remark.id]),
            remark.asked_id == here.who and remark.answered_at is None,
        )
        for remark, stead in found
    ]


def repeated(session: Session, here: Visitor, task: TaskRow, words: str) -> bool:
    """Return whether the visitor said just this at the task a moment ago: the form came twice."""
    said = " ".join(words.split())
    if not said:
        return False
    since = here.at - timedelta(minutes=10)
    recent = session.scalars(
        select(RemarkRow.words).where(
            RemarkRow.task_id == task.id, RemarkRow.by_id == here.who, RemarkRow.at > since
        )
    )
    if any(said in " ".join(each.split()) for each in recent):
        return True
    under = session.scalars(
        select(TaskRow.content).where(TaskRow.parent_id == task.id, TaskRow.given_at > since)
    )
    return any(said == " ".join(each.split()) for each in under)
