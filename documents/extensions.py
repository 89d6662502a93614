"""Extensions of deadlines (gia hạn): asked by the handler, answered by who gave the task.

Legal source: Decree 30/2020/ND-CP, Art. 24; practice: ux.md §1.2 («xin gia hạn»). A task's
`due_on` is the deadline in force; every question and answer stays.
"""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import deadline, handlers, remarks, tasks
from documents.errors import Refused
from documents.identity import new_id
from documents.remark import RemarkKind
from documents.remarks import worded
from documents.tables import ExtensionRow, TaskRow
from documents.task import NO_DAY, OPEN, TaskPart, TaskStepRefused


class ExtensionInvalid(Refused):
    """The deadline cannot be extended so. ({0} why)."""

    code = "handling.extension_invalid"
    vietnamese = "Không gia hạn được: {0}"
    english = "the deadline cannot be extended: {0}"
    remedy = "Chọn ngày sau thời hạn hiện tại / choose a day after the deadline in force"


class ExtensionUnknown(Refused):
    """Nothing is asked for this task. ({0} the task)."""

    code = "handling.extension_unknown"
    vietnamese = "Nhiệm vụ «{0}» không có yêu cầu gia hạn đang chờ"
    english = "no extension is asked for the task «{0}»"
    remedy = "Xem `congvan task list --extensions` / see `congvan task list --extensions`"


def ask(
    session: Session, task_id: str, wished: date, reason: str, who: str, at: datetime
) -> ExtensionRow:
    """Let the handler ask for more time, until *wished*.

    Raises:
        TaskStepRefused: the task is closed or for information only.
        ExtensionInvalid: there is no deadline, *wished* is not after it, one is asked already.
        DeadlinePast, YearMissing, TaskUnknown, NotTheirTask, WordsInvalid: as they say.
    """
    text = worded(reason, "lý do gia hạn / the reason")
    task, document = tasks.locked(session, task_id)
    acting = handlers.handler(session, task, who, at, "xin gia hạn / ask for more time")
    if task.state not in OPEN or task.part == TaskPart.INFORM:
        raise TaskStepRefused(f"{task.state}, {task.part}", "extend")
    if waiting(session, task.id) is not None:
        raise ExtensionInvalid("đã có yêu cầu đang chờ / one is asked already")
    _check(session, task, wished, at)
    asked = ExtensionRow(
        id=new_id(),
        organ_id=task.organ_id,
        task_id=task.id,
        decider_id=task.given_by,
        asked_by=acting.person.id,
        asked_at=at,
        reason=text,
        before_on=task.due_on,
        wished_on=wished,
    )
    session.add(asked)
    session.flush()
    said = f"Xin gia hạn đến {deadline.written(wished)}: {text}"
    remarks.record(session, task, RemarkKind.EXTENSION, acting, said, at)
    told = {"wished": deadline.written(wished), "reason": text}
    tasks.note(session, task, document, "task_extension_ask", acting, at, **told)
    return asked


def answer(
    session: Session,
    task_id: str,
    who: str,
    at: datetime,
    *,
    grant: bool,
    until: date | None = None,
    words: str = "",
) -> None:
    """Let the one who gave the task grant what is asked, or another day *until*, or refuse it.

    Refusing needs *words*.

    Raises:
        ExtensionUnknown: nothing is asked.
        ExtensionInvalid, DeadlinePast, DeadlineBeyond, YearMissing: the day will not do.
        TaskUnknown, NotTheirTask, WordsInvalid: as they say.
    """
    text = worded(words, "lý do / the reason") if words or not grant else ""
    task, document = tasks.locked(session, task_id)
    acting = handlers.judge(session, task, who, at, "gia hạn / extend")
    asked = waiting(session, task.id)
    if asked is None:
        raise ExtensionUnknown(task_id)
    said = f"Không gia hạn: {text}"
    if grant:
        day = until or asked.wished_on
        _check(session, task, day, at)
        said = f"Gia hạn đến {deadline.written(day)}" + (f": {text}" if text else "")
        asked.granted_on = task.due_on = day
        if document is not None and tasks.leads(task):
            document.due_date = day
    asked.decided_at, asked.decided_by, asked.answer = at, acting.person.id, text
    session.flush()
    remarks.record(session, task, RemarkKind.EXTENSION, acting, said, at)
    told = {"granted": deadline.written(task.due_on) if grant else "", "words": text}
    step = "task_extension_grant" if grant else "task_extension_refuse"
    tasks.note(session, task, document, step, acting, at, **told)


def waiting(session: Session, task_id: str) -> ExtensionRow | None:
    """Return what is asked for the task and not answered."""
    return session.scalar(
        select(ExtensionRow).where(
            ExtensionRow.task_id == task_id, ExtensionRow.decided_at.is_(None)
        )
    )


def history(session: Session, task_id: str) -> list[ExtensionRow]:
    """Return every extension asked for the task, the oldest first."""
    wanted = select(ExtensionRow).where(ExtensionRow.task_id == task_id)
    return list(session.scalars(wanted.order_by(ExtensionRow.asked_at, ExtensionRow.id)))


def _check(session: Session, task: TaskRow, day: date, at: datetime) -> None:
    """Return if *day* may be the task's new deadline: later, not past, within the task above.

    Raises:
        ExtensionInvalid, DeadlinePast, DeadlineBeyond, YearMissing: it may not.
    """
    if task.due_on == NO_DAY:
        raise ExtensionInvalid("nhiệm vụ không có thời hạn / the task has no deadline")
    above = session.get_one(TaskRow, task.parent_id) if task.parent_id else None
    deadline.checked(day, at, above.due_on if above is not None else NO_DAY)
    if day <= task.due_on or day == NO_DAY:
        raise ExtensionInvalid(
            f"{deadline.written(day)} không sau {deadline.written(task.due_on)} / is not later"
        )
