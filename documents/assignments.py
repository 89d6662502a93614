"""Tasks given apart from a direction: sub-tasks, what a meeting concluded, a change of hands.

Legal source: Decree 30/2020/ND-CP, Art. 23.3 (the next level directs within the unit); law.md §7.2
(tasks from conclusions).
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import assignee, deadline, directing, handlers, posts, remarks, tasks
from documents.assignee import Share
from documents.document import Role
from documents.errors import Refused
from documents.handlers import NotTheirTask
from documents.posts import Acting
from documents.remark import RemarkKind
from documents.remarks import worded
from documents.tables import TaskRow
from documents.task import NO_DAY, OPEN, TaskPart, TaskStepRefused

_HEADS = (Role.UNIT_HEAD, Role.LEADER)
MOST_UNDER = 200
"""Sub-tasks of one task."""


class TooManyUnder(Refused):
    """A task has as many sub-tasks as it may. ({0} how many)."""

    code = "task.too_many_under"
    vietnamese = "Nhiệm vụ đã có {0} nhiệm vụ con"
    english = "the task has {0} sub-tasks"
    remedy = "Hoàn thành hoặc gộp các nhiệm vụ con / have some done, or join them"


def subtask(
    session: Session, parent_id: str, share: Share, content: str, who: str, at: datetime
) -> directing.Directed:
    """Let the unit's head, or a leader, give part of their task on, ending no later than it.

    Raises:
        TaskStepRefused: the task is closed, or for information only.
        NotTheirTask, AssigneeInvalid, DeadlinePast, DeadlineBeyond, WordsInvalid, TooManyUnder,
        TaskUnknown, PersonUnknown, PersonAmbiguous, PostEnded: as they say.
    """
    text = worded(content, "nội dung giao việc / the content")
    parent, document = tasks.locked(session, parent_id)
    acting = _giving(session, parent, who, at)
    if parent.state not in OPEN or TaskPart.INFORM in {parent.part, share.part}:
        raise TaskStepRefused(f"{parent.state}, {parent.part}", "subtask")
    count = len(list(session.scalars(select(TaskRow.id).where(TaskRow.parent_id == parent.id))))
    if count >= MOST_UNDER:
        raise TooManyUnder(count)
    target = assignee.assignee(session, parent.organ_id, share.to, at)
    assignee.refuse_self(target, acting)
    assignee.refuse_beyond(session, [target], acting)
    due, warnings = deadline.checked(share.due, at, parent.due_on)
    task = directing.new_task(
        parent.organ_id,
        share,
        target,
        text,
        due,
        acting,
        at,
        document_id=parent.document_id,
        parent_id=parent.id,
    )
    session.add(task)
    session.flush()
    remarks.record(session, task, RemarkKind.DIRECTION, acting, _told(text, task, target.name), at)
    told = {"to": target.key, "due": deadline.written(due), "words": text, "parent": parent.id}
    tasks.note(session, task, document, "task_give", acting, at, **told)
    return directing.Directed((task.id,), warnings)


def concluded(
    session: Session,
    organ_id: str,
    share: Share,
    content: str,
    source: str,
    who: str,
    at: datetime,
) -> directing.Directed:
    """Give a task that comes from no document: a meeting's conclusion, which *source* names.

    Raises:
        RightMissing: only a leader, or a unit's head within the unit.
        AssigneeInvalid, DeadlinePast, WordsInvalid, PersonUnknown, PersonAmbiguous, PostEnded,
        YearMissing: as they say.
    """
    text = worded(content, "nội dung giao việc / the content")
    named = worded(source, "nguồn giao việc / the source")
    acting = posts.acting(session, organ_id, who, _HEADS, at, "giao việc / give a task")
    target = assignee.assignee(session, organ_id, share.to, at)
    assignee.refuse_self(target, acting)
    assignee.refuse_beyond(session, [target], acting)
    due, warnings = deadline.checked(share.due, at)
    task = directing.new_task(organ_id, share, target, text, due, acting, at, source=named)
    session.add(task)
    session.flush()
    remarks.record(session, task, RemarkKind.DIRECTION, acting, _told(text, task, target.name), at)
    told = {"to": target.key, "due": deadline.written(due), "words": text, "source": named}
    tasks.note(session, task, None, "task_give", acting, at, **told)
    return directing.Directed((task.id,), warnings)


def passed_on(session: Session, task_id: str, to: str, reason: str, who: str, at: datetime) -> None:
    """Put an open task into other hands with what was done so far: someone left, fell ill.

    By who gave it or a leader; a unit's head within the unit.

    Raises:
        TaskStepRefused: it is closed.
        NotTheirTask, AssigneeInvalid, WordsInvalid, TaskUnknown, PersonUnknown: as they say.
    """
    text = worded(reason, "lý do chuyển / the reason")
    task, document = tasks.locked(session, task_id)
    try:
        acting = handlers.judge(session, task, who, at, "chuyển / pass on")
    except NotTheirTask:
        acting = handlers.handler(session, task, who, at, "chuyển / pass on")
        if acting.role not in _HEADS:
            raise
    if task.state not in OPEN:
        raise TaskStepRefused(f"{task.state}, {task.part}", "pass_on")
    target = assignee.assignee(session, task.organ_id, to, at)
    assignee.refuse_beyond(session, [target], acting)
    before = task.person_id or task.unit_id or ""
    if target.key == before:
        raise assignee.AssigneeInvalid(target.name, "đang giữ nhiệm vụ / has it already")
    task.unit_id = target.unit.id if target.unit is not None else None
    task.person_id = target.person.id if target.person is not None else None
    if document is not None and tasks.leads(task):
        document.unit_id = task.unit_id
    session.flush()
    remarks.record(session, task, RemarkKind.WITHDRAW, acting, f"Chuyển {target.name}: {text}", at)
    told = {"from": before, "to": target.key, "reason": text}
    tasks.note(session, task, document, "task_pass_on", acting, at, **told)


def _giving(session: Session, parent: TaskRow, who: str, at: datetime) -> Acting:
    """Return *who* as the head who may give part of *parent* on.

    Raises:
        NotTheirTask: they handle it themselves, or it is another's.
    """
    acting = handlers.handler(session, parent, who, at, "giao nhiệm vụ con / give a sub-task")
    if acting.role not in _HEADS:
        raise NotTheirTask(acting.person.full_name, "giao nhiệm vụ con / give a sub-task")
    return acting


def _told(text: str, task: TaskRow, name: str) -> str:
    until = f", hạn {deadline.written(task.due_on)}" if task.due_on != NO_DAY else ""
    return f"{text} [{name}{until}]"
