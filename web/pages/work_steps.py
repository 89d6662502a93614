"""/work/TASK/STEP: what is done with a task, each step once and as the visitor saw it.

Source: Decree 30/2020/ND-CP, Art. 23, 24; ux.md §1.2. The rules are the domain's (`tasks`,
`assignments`, `extensions`, `remarks`, `results`); a form that comes twice does nothing twice.
"""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated

from fastapi import APIRouter, File, Form, UploadFile
from fastapi.responses import Response
from sqlalchemy.orm import Session

from documents import assignments, directing, extensions, remarks, results, seen, tasks
from documents.assignee import Share
from documents.document import Attachment
from documents.errors import OfficeError
from documents.results import MOST_FILES, TooManyFiles
from documents.tables import TaskRow
from documents.task import STATE_NAMES, TaskPart, TaskState
from web import task_view, trail
from web.due_days import read_due
from web.faults import PageMissing
from web.rendering import redirect, with_fault
from web.visitor import Here, Visitor
from workflows import uploads

router = APIRouter(prefix="/work")


@dataclass(frozen=True, slots=True)
class Sent:
    """The fields of a step's form."""

    words: str = ""
    due: str = ""
    to: str = ""
    part: str = ""
    product: str = ""
    override: str = ""
    question: str = ""


Do = Callable[[Session, Visitor, TaskRow, Sent], None]


@dataclass(frozen=True, slots=True)
class StepRule:
    """What a step does, and what tells that it was done already."""

    do: Do
    told: str
    outcome: frozenset[TaskState] = frozenset()
    """States that it leads to: a task in one of them was moved by the form's first coming."""
    leaves: bool = False
    """The task is off the desk: on to the next one of the list."""


def _extend(session: Session, here: Visitor, task: TaskRow, sent: Sent) -> None:
    wished = read_due(sent.due, here.today) or here.today
    extensions.ask(session, task.id, wished, sent.words, here.who, here.at)


def _answer(grant: bool) -> Do:
    def answer(session: Session, here: Visitor, task: TaskRow, sent: Sent) -> None:
        until = read_due(sent.due, here.today)
        extensions.answer(
            session, task.id, here.who, here.at, grant=grant, until=until, words=sent.words
        )

    return answer


def _give_back(session: Session, here: Visitor, task: TaskRow, sent: Sent) -> None:
    if task.document_id is not None and tasks.leads(task):
        directing.returned(session, task.document_id, here.who, here.at, sent.words)
    else:
        tasks.given_back(session, task.id, sent.words, here.who, here.at)


def _subtask(session: Session, here: Visitor, task: TaskRow, sent: Sent) -> None:
    part = TaskPart.COOPERATE if sent.part == TaskPart.COOPERATE else TaskPart.LEAD
    share = Share(sent.to, part, read_due(sent.due, here.today), sent.product)
    assignments.subtask(session, task.id, share, sent.words, here.who, here.at)


def _complete(session: Session, here: Visitor, task: TaskRow, sent: Sent) -> None:
    tasks.completed(session, task.id, sent.words, here.who, here.at, override=sent.override)


def _give_opinion(session: Session, here: Visitor, task: TaskRow, sent: Sent) -> None:
    if sent.question:
        remarks.give(session, sent.question, sent.words, here.who, here.at)
    else:
        remarks.volunteer(session, task, sent.words, here.who, here.at)


def _ask(session: Session, here: Visitor, task: TaskRow, sent: Sent) -> None:
    remarks.ask(session, task, sent.to, sent.words, here.who, here.at)


_DONE = frozenset({TaskState.DONE})
STEPS: Mapping[str, StepRule] = MappingProxyType(
    {
        "accept": StepRule(
            lambda s, h, t, _: tasks.accepted(s, t.id, h.who, h.at),
            "Đã nhận nhiệm vụ",
            frozenset({TaskState.ACCEPTED}),
        ),
        "start": StepRule(
            lambda s, h, t, _: tasks.started(s, t.id, h.who, h.at),
            "Đã bắt đầu xử lý",
            frozenset({TaskState.IN_WORK}),
        ),
        "read": StepRule(
            lambda s, h, t, _: tasks.read(s, t.id, h.who, h.at), "Đã đọc", _DONE, leaves=True
        ),
        "report": StepRule(
            lambda s, h, t, f: tasks.reported(s, t.id, f.words, h.who, h.at), "Đã báo cáo tiến độ"
        ),
        "done": StepRule(_complete, "Đã báo cáo hoàn thành", _DONE, leaves=True),
        "return": StepRule(_give_back, "Đã trả lại", frozenset({TaskState.RETURNED}), leaves=True),
        "withdraw": StepRule(
            lambda s, h, t, f: tasks.withdrawn(s, t.id, f.words, h.who, h.at),
            "Đã thu hồi nhiệm vụ",
            frozenset({TaskState.WITHDRAWN}),
        ),
        "approve": StepRule(
            lambda s, h, t, f: results.approve(s, t.id, h.who, h.at, f.words),
            "Đã đồng ý kết quả",
            leaves=True,
        ),
        "reopen": StepRule(
            lambda s, h, t, f: tasks.reopened(s, t.id, f.words, h.who, h.at),
            "Đã yêu cầu làm lại",
            frozenset({TaskState.IN_WORK}),
        ),
        "extend": StepRule(_extend, "Đã xin gia hạn"),
        "grant": StepRule(_answer(grant=True), "Đã cho gia hạn", leaves=True),
        "deny": StepRule(_answer(grant=False), "Đã từ chối gia hạn", leaves=True),
        "subtask": StepRule(_subtask, "Đã giao việc"),
        "pass": StepRule(
            lambda s, h, t, f: assignments.passed_on(s, t.id, f.to, f.words, h.who, h.at),
            "Đã chuyển người xử lý",
        ),
        "ask": StepRule(_ask, "Đã xin ý kiến"),
        "opinion": StepRule(_give_opinion, "Đã gửi ý kiến"),
    }
)
"""By the last part of the address."""
_WITH_FILES = frozenset({"report", "done", "opinion"})


@router.post("/{task_id}/{step}")
def take(
    here: Here,
    task_id: str,
    step: str,
    state: Annotated[str, Form()] = "",
    words: Annotated[str, Form()] = "",
    due: Annotated[str, Form()] = "",
    to: Annotated[str, Form()] = "",
    to_name: Annotated[str, Form()] = "",
    part: Annotated[str, Form()] = "",
    product: Annotated[str, Form()] = "",
    override: Annotated[str, Form()] = "",
    question: Annotated[str, Form()] = "",
    tu: Annotated[str, Form()] = "",
    files: Annotated[list[UploadFile] | None, File()] = None,
) -> Response:
    """Take the step; refused, show the task as it is now with what was typed."""
    rule = STEPS.get(step)
    if rule is None:
        raise PageMissing
    sent = Sent(words, due, (to or to_name).strip(), part, product, override, question)
    there = f"/work/{task_id[:36]}" + (f"?tu={tu}" if tu else "")
    following = trail.onward(here, tu) if rule.leaves and tu else there
    try:
        kept = _kept(
            here, [each for each in files or () if each.size] if step in _WITH_FILES else []
        )
        with here.office.database.writing() as session:
            task, _ = task_view.seen_task(session, here, task_id)
            tasks.locked(session, task.id)
            if _was_done(session, here, task, rule, state, words):
                return redirect(here, following, rule.told)
            seen.ensure_task(task, state, STATE_NAMES[task.state])
            rule.do(session, here, task, sent)
            if kept:
                results.attach(session, task.id, kept, here.who, here.at)
    except OfficeError as fault:
        return _refused(here, task_id, step, sent, tu, fault)
    return redirect(here, following, rule.told)


def _was_done(
    session: Session, here: Visitor, task: TaskRow, rule: StepRule, state: str, words: str
) -> bool:
    changed = seen.of_task(task) != state
    if rule in (STEPS["grant"], STEPS["deny"]):
        last = extensions.history(session, task.id)[-1:]
        return bool(last and last[0].decided_by == here.who and last[0].decided_at)
    moved = changed and TaskState(task.state) in rule.outcome
    return moved or task_view.repeated(session, here, task, words)


def _kept(here: Visitor, files: list[UploadFile]) -> list[Attachment]:
    """Return the files as they are kept, once each passed the door.

    Raises:
        TooManyFiles: more than ten.
        UploadTooLarge, UploadTypeRefused, FileInfected, AntivirusUnavailable: as they say.
    """
    if len(files) > MOST_FILES:
        raise TooManyFiles(len(files))
    found = []
    for each in files:
        with ExitStack() as opened:
            name = each.filename or "tep"
            passed = opened.enter_context(
                uploads.accepted(here.office, here.organ_id, here.who, each.file, name)
            )
            digest = here.office.blobs.put_from(opened.enter_context(passed.path.open("rb")))
            found.append(Attachment(passed.name, passed.kind.content_type, digest, passed.size))
    return found


def _refused(
    here: Visitor, task_id: str, step: str, sent: Sent, tu: str, fault: OfficeError
) -> Response:
    with here.office.database.reading() as session:
        task, row = task_view.seen_task(session, here, task_id)
        shown = task_view.context(session, here, task, row) | {"dossiers": [], "filed": []}
    typed = {"words": sent.words, "due": sent.due, "product": sent.product, "to": sent.to}
    around = trail.neighbours(here, tu) if tu else None
    shown |= {"trail": around, "tu": tu, "way": step, "typed": typed}
    return with_fault(here, "work/task.html", fault, **shown)
