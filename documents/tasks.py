"""Tasks (nhiệm vụ) as they are carried out: accepted, begun, reported on, done, given back.

Legal source: Decree 30/2020/ND-CP, Art. 23, 24; law.md §7.2. Every function locks the task's
document first, moves what follows from the step, and writes the ledger, in the caller's one
writing transaction.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from documents import casefile, handlers, ledger, remarks
from documents.errors import Refused
from documents.ledger import SYSTEM, Actor, Fact
from documents.lifecycle import State, Step
from documents.posts import Acting
from documents.remark import RemarkKind
from documents.remarks import worded
from documents.tables import DocumentRow, ExtensionRow, TaskRow
from documents.task import OPEN, TaskPart, TaskState, TaskStep, TaskStepRefused, follow


class TaskUnknown(Refused):
    """No task has this id. ({0} the id)."""

    code = "task.unknown"
    vietnamese = "Không có nhiệm vụ «{0}»"
    english = "there is no task «{0}»"
    remedy = "Xem `congvan task list` / see `congvan task list`"


class WorkOpen(Refused):
    """Parts of the task are not done. ({0} how many)."""

    code = "task.work_open"
    vietnamese = "Còn {0} nhiệm vụ con hoặc phối hợp chưa hoàn thành"
    english = "{0} sub-task(s) or co-operating task(s) are not done"
    remedy = (
        "Hoàn thành các nhiệm vụ đó, hoặc nêu lý do kết thúc sớm (--override) / "
        "have them done, or say why it ends without them (--override)"
    )


def known(session: Session, task_id: str) -> TaskRow:
    """Return the task, only to be read.

    Raises:
        TaskUnknown: there is none.
    """
    if (task := session.get(TaskRow, task_id)) is None:
        raise TaskUnknown(task_id)
    return task


def locked(session: Session, task_id: str) -> tuple[TaskRow, DocumentRow | None]:
    """Return the task and its document, locked: the document first, else the topmost task.

    Raises:
        TaskUnknown: there is none.
    """
    session.connection()
    task = known(session, task_id)
    document = None
    if task.document_id is not None:
        document = casefile.locked(session, task.document_id)
    else:
        top = task
        while top.parent_id is not None:
            top = session.get_one(TaskRow, top.parent_id)
        session.refresh(top, with_for_update=True)
    session.refresh(task)
    return task, document


def accepted(session: Session, task_id: str, who: str, at: datetime) -> None:
    """Let the handler take the task on.

    Raises:
        TaskUnknown, TaskStepRefused, NotTheirTask: as they say.
    """
    task, document = locked(session, task_id)
    acting = handlers.handler(session, task, who, at, "nhận / accept")
    move(task, TaskStep.ACCEPT)
    task.accepted_at = at
    note(session, task, document, "task_accept", acting, at)


def started(session: Session, task_id: str, who: str, at: datetime) -> None:
    """Let the handler begin; the first to begin moves the document to IN_PROGRESS (05).

    Raises:
        TaskUnknown, TaskStepRefused, NotTheirTask: as they say.
    """
    task, document = locked(session, task_id)
    acting = handlers.handler(session, task, who, at, "bắt đầu / start")
    move(task, TaskStep.START)
    task.started_at = at
    note(session, task, document, "task_start", acting, at)
    _begun(session, document, acting, at)


def reported(session: Session, task_id: str, words: str, who: str, at: datetime) -> None:
    """Let the handler tell how far it is (báo cáo tiến độ).

    Raises:
        TaskStepRefused: the task is closed.
        TaskUnknown, NotTheirTask, WordsInvalid: as they say.
    """
    text = worded(words, "nội dung báo cáo / the report")
    task, document = locked(session, task_id)
    acting = handlers.handler(session, task, who, at, "báo cáo / report")
    if task.state not in OPEN:
        raise TaskStepRefused(task.state, "report")
    remarks.record(session, task, RemarkKind.PROGRESS, acting, text, at)
    note(session, task, document, "task_report", acting, at, words=text)


def completed(
    session: Session, task_id: str, result: str, who: str, at: datetime, *, override: str = ""
) -> None:
    """Let the handler report the result; the lead's completes the document (06).

    *override*: why it ends though sub-tasks, or for the lead co-operating tasks, are open: they
    are withdrawn.

    Raises:
        WorkOpen: some are open, and no reason is given.
        TaskUnknown, TaskStepRefused, NotTheirTask, WordsInvalid: as they say.
    """
    text = worded(result, "kết quả / the result")
    why = worded(override, "lý do / the reason") if override else ""
    task, document = locked(session, task_id)
    acting = handlers.handler(session, task, who, at, "hoàn thành / complete", Step.COMPLETE)
    follow(TaskState(task.state), TaskStep.COMPLETE, TaskPart(task.part))
    undone = _undone(session, task)
    if undone and not why:
        raise WorkOpen(len(undone))
    withdraw(session, undone, document, acting, why, at)
    close(session, task, TaskStep.COMPLETE, acting.actor, text, at)
    remarks.record(session, task, RemarkKind.RESULT, acting, text, at)
    said = {"words": text, **({"override": why} if why else {})}
    note(session, task, document, "task_complete", acting, at, **said)
    if document is None:
        return
    if leads(task):
        detail = {"task": task.id, "handler": acting.person.id, **said, **acting.detail()}
        casefile.take(session, document, Step.COMPLETE, acting.actor, at, detail=detail)
    else:
        _begun(session, document, acting, at)


def read(session: Session, task_id: str, who: str, at: datetime) -> None:
    """Mark what came for information as read (đã đọc).

    Raises:
        TaskUnknown, TaskStepRefused, NotTheirTask: as they say.
    """
    task, document = locked(session, task_id)
    acting = handlers.informed(session, task, who, at)
    close(session, task, TaskStep.READ, acting.actor, "", at)
    note(session, task, document, "task_read", acting, at)


def given_back(session: Session, task_id: str, reason: str, who: str, at: datetime) -> None:
    """Let the handler return a sub-task or a co-operating task to who gave it, before work began.

    The lead of a document returns the document: `directing.returned`.

    Raises:
        TaskStepRefused: work began, or it is the document's lead.
        TaskUnknown, NotTheirTask, WordsInvalid: as they say.
    """
    text = worded(reason, "lý do trả lại / the reason")
    task, document = locked(session, task_id)
    acting = handlers.handler(session, task, who, at, "trả lại / return")
    if document is not None and leads(task):
        raise TaskStepRefused(f"{task.state}, {task.part}", TaskStep.RETURN)
    withdraw(session, _undone(session, task), document, acting, text, at)
    close(session, task, TaskStep.RETURN, acting.actor, text, at)
    remarks.record(session, task, RemarkKind.RETURN, acting, text, at)
    note(session, task, document, "task_return", acting, at, reason=text)


def withdrawn(session: Session, task_id: str, reason: str, who: str, at: datetime) -> None:
    """Let the one who gave a task take it back, with its sub-tasks.

    The document's lead changes by another direction: `directing.direct`.

    Raises:
        TaskStepRefused: it is closed, or the document's lead.
        TaskUnknown, NotTheirTask, WordsInvalid: as they say.
    """
    text = worded(reason, "lý do thu hồi / the reason")
    task, document = locked(session, task_id)
    acting = handlers.judge(session, task, who, at, "thu hồi / withdraw")
    if (document is not None and leads(task)) or task.state not in OPEN:
        raise TaskStepRefused(f"{task.state}, {task.part}", TaskStep.WITHDRAW)
    remarks.record(session, task, RemarkKind.WITHDRAW, acting, text, at)
    withdraw(session, [task, *_undone(session, task)], document, acting, text, at)


def reopened(session: Session, task_id: str, reason: str, who: str, at: datetime) -> None:
    """Let the one who gave a task have it done again, while what it is part of is open.

    Raises:
        TaskStepRefused: it is not done, or what it is part of is closed.
        TaskUnknown, NotTheirTask, WordsInvalid: as they say.
    """
    text = worded(reason, "lý do / the reason")
    task, document = locked(session, task_id)
    acting = handlers.judge(session, task, who, at, "yêu cầu làm lại / reopen")
    above = session.get_one(TaskRow, task.parent_id) if task.parent_id else None
    over = document is not None and document.state not in {State.ASSIGNED, State.IN_PROGRESS}
    if over or (above is not None and above.state not in OPEN):
        raise TaskStepRefused(task.state, TaskStep.REOPEN)
    move(task, TaskStep.REOPEN)
    task.closed_at, task.closed_by, task.approved_at = None, "", None
    remarks.record(session, task, RemarkKind.WITHDRAW, acting, text, at)
    note(session, task, document, "task_reopen", acting, at, reason=text)


def leads(task: TaskRow) -> bool:
    """Return whether the document stands and falls with the task."""
    return task.part == TaskPart.LEAD and task.parent_id is None


def of_document(session: Session, document_id: str) -> list[TaskRow]:
    """Return every task of the document, in the order they were given, the lead first."""
    wanted = select(TaskRow).where(TaskRow.document_id == document_id)
    return sorted(
        session.scalars(wanted),
        key=lambda task: (task.given_at, task.part != TaskPart.LEAD, task.part, task.id),
    )


def move(task: TaskRow, step: TaskStep) -> None:
    """Move the task one step of its lifecycle.

    Raises:
        TaskStepRefused: there is no such step.
    """
    task.state = follow(TaskState(task.state), step, TaskPart(task.part))


def close(
    session: Session, task: TaskRow, step: TaskStep, actor: Actor, result: str, at: datetime
) -> None:
    """Move the task to an end; what was asked for it and not answered is dropped.

    Raises:
        TaskStepRefused: there is no such step.
    """
    move(task, step)
    task.closed_at, task.closed_by, task.result = at, actor.id, result
    session.execute(
        update(ExtensionRow)
        .where(ExtensionRow.task_id == task.id, ExtensionRow.decided_at.is_(None))
        .values(decided_at=at, decided_by=actor.id, answer="Nhiệm vụ đã kết thúc / it is closed")
    )


def withdraw(
    session: Session,
    tasks: Iterable[TaskRow],
    document: DocumentRow | None,
    acting: Acting | None,
    reason: str,
    at: datetime,
) -> None:
    """Withdraw open tasks with a reason; without *acting* it follows from another's step."""
    actor = acting.actor if acting is not None else SYSTEM
    for task in tasks:
        close(session, task, TaskStep.WITHDRAW, actor, reason, at)
        note(session, task, document, "task_withdraw", acting, at, reason=reason)
    session.flush()


def note(
    session: Session,
    task: TaskRow,
    document: DocumentRow | None,
    step: str,
    acting: Acting | None,
    at: datetime,
    **detail: Any,
) -> None:
    """Write a ledger row about the task: its document's, or the agency's where it has none."""
    actor = acting.actor if acting is not None else SYSTEM
    told = {"task": task.id, "task_state": task.state, **detail}
    told |= acting.detail() if acting is not None else {}
    if document is not None:
        casefile.note(session, document, step, actor, at, detail=told)
    else:
        fact = Fact("", step, task.state, actor, "", tuple(told.items()))
        ledger.append(session, task.organ_id, fact, at)


def _begun(session: Session, document: DocumentRow | None, acting: Acting, at: datetime) -> None:
    """Show that work on the document began."""
    if document is not None and document.state == State.ASSIGNED:
        detail = {"handler": acting.person.id, **acting.detail()}
        casefile.take(session, document, Step.START, acting.actor, at, detail=detail)


def _undone(session: Session, task: TaskRow) -> list[TaskRow]:
    """Return the open tasks under *task*; for a document's lead the co-operating ones too."""
    found: list[TaskRow] = []
    above = [task.id]
    if task.document_id is not None and leads(task):
        wanted = select(TaskRow).where(
            TaskRow.document_id == task.document_id,
            TaskRow.parent_id.is_(None),
            TaskRow.part == TaskPart.COOPERATE.value,
        )
        beside = list(session.scalars(wanted))
        found += beside
        above += [other.id for other in beside]
    while above:
        under = list(session.scalars(select(TaskRow).where(TaskRow.parent_id.in_(above))))
        found += under
        above = [other.id for other in under]
    return [other for other in found if other.state in OPEN]
