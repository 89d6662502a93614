"""Results of tasks as they are judged (hoàn thành chờ duyệt), and the files of reports.

Practice: ux.md §1.2 («VB hoàn thành chờ duyệt»); Decree 30/2020/ND-CP, Art. 24. Who gave a task
agrees with its result, or has it done again (`tasks.reopened`). A document's lead is judged by what
it brought about: its document is completed with it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, not_, or_, select
from sqlalchemy.orm import Session, aliased

from documents import handlers, posts, remarks, tasks
from documents.assignee import HANDLERS
from documents.document import Attachment
from documents.errors import Refused
from documents.handlers import NotTheirTask
from documents.lifecycle import State
from documents.remark import RemarkKind
from documents.remarks import worded
from documents.tables import DocumentRow, RemarkFileRow, RemarkRow, TaskRow
from documents.task import OPEN, TaskPart, TaskState, TaskStepRefused

WITHIN = timedelta(days=90)
"""How long a result waits for a word: then silence is agreement."""
MOST_FILES = 10
AGREED = "Đồng ý kết quả"
_CARRYING = (RemarkKind.PROGRESS, RemarkKind.RESULT, RemarkKind.OPINION)
"""What files can go with."""


class TooManyFiles(Refused):
    """A report has more files than it may. ({0} how many)."""

    code = "task.too_many_files"
    vietnamese = "Báo cáo có {0} tệp, tối đa 10"
    english = "the report has {0} files, at most 10"
    remedy = "Gộp tệp hoặc gửi nhiều lần / join them, or report again with the rest"


_LEADS = and_(
    TaskRow.part == TaskPart.LEAD.value,
    TaskRow.parent_id.is_(None),
    TaskRow.document_id.is_not(None),
)


def waiting(people: Sequence[str], at: datetime) -> Select[TaskRow]:
    """Return the question which results wait for the word of one of *people*, in no order.

    Only where something can still follow: what it is part of is open.
    """
    above = aliased(TaskRow)
    working = (State.ASSIGNED.value, State.IN_PROGRESS.value)
    over: ColumnElement[bool] = or_(
        above.state.in_([state.value for state in OPEN]),
        and_(TaskRow.parent_id.is_(None), TaskRow.document_id.is_(None)),
        and_(TaskRow.parent_id.is_(None), DocumentRow.state.in_(working)),
    )
    return (
        select(TaskRow)
        .outerjoin(above, above.id == TaskRow.parent_id)
        .outerjoin(DocumentRow, DocumentRow.id == TaskRow.document_id)
        .where(
            TaskRow.given_by.in_(list(people)),
            TaskRow.state == TaskState.DONE.value,
            TaskRow.part != TaskPart.INFORM.value,
            TaskRow.approved_at.is_(None),
            TaskRow.closed_at > at - WITHIN,
            # who leads completes the document with it: nothing follows any more
            not_(_LEADS),
            over,
        )
    )


def approve(session: Session, task_id: str, who: str, at: datetime, words: str = "") -> None:
    """Let the one who gave a task agree with its result; a repeat changes nothing.

    Raises:
        TaskStepRefused: it is not done, or was for information only.
        TaskUnknown, NotTheirTask, WordsInvalid: as they say.
    """
    said = worded(words or AGREED, "ý kiến / the opinion")
    task, document = tasks.locked(session, task_id)
    acting = handlers.judge(session, task, who, at, "duyệt kết quả / judge the result")
    if task.state != TaskState.DONE or task.part == TaskPart.INFORM:
        raise TaskStepRefused(f"{task.state}, {task.part}", "approve_result")
    if task.approved_at is not None:
        return
    task.approved_at = at
    remarks.record(session, task, RemarkKind.OPINION, acting, said, at)
    tasks.note(session, task, document, "task_approve", acting, at, words=said)


def attach(
    session: Session, task_id: str, files: Sequence[Attachment], who: str, at: datetime
) -> None:
    """Put *files*, whose blobs are stored, to the newest report that *who* made of a task.

    Raises:
        TooManyFiles: more than ten.
        NotTheirTask: they said nothing there.
        TaskUnknown, PersonUnknown, RightMissing, PostEnded: as they say.
    """
    if len(files) > MOST_FILES:
        raise TooManyFiles(len(files))
    task, document = tasks.locked(session, task_id)
    acting = posts.acting(session, task.organ_id, who, HANDLERS, at, "báo cáo / report")
    wanted = select(RemarkRow.id).where(
        RemarkRow.task_id == task.id,
        RemarkRow.by_id == acting.person.id,
        RemarkRow.kind.in_([kind.value for kind in _CARRYING]),
    )
    newest = session.scalar(wanted.order_by(RemarkRow.at.desc(), RemarkRow.id.desc()).limit(1))
    if newest is None:
        raise NotTheirTask(acting.person.full_name, "báo cáo / report")
    first = len(files_of(session, [newest])[newest]) + 1
    for ordinal, file in enumerate(files, first):
        session.add(
            RemarkFileRow(
                remark_id=newest,
                ordinal=ordinal,
                name=file.name[:255],
                content_type=file.content_type[:100],
                sha256=file.sha256,
                size=file.size,
            )
        )
    session.flush()
    digests = [file.sha256 for file in files]
    tasks.note(session, task, document, "task_files", acting, at, remark=newest, files=digests)


def files_of(session: Session, remark_ids: Iterable[str]) -> dict[str, list[RemarkFileRow]]:
    """Return the files of each remark, in order."""
    found: dict[str, list[RemarkFileRow]] = {each: [] for each in remark_ids}
    wanted = select(RemarkFileRow).where(RemarkFileRow.remark_id.in_(list(found)))
    for row in session.scalars(wanted.order_by(RemarkFileRow.remark_id, RemarkFileRow.ordinal)):
        found[row.remark_id].append(row)
    return found
