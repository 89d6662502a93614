"""Tasks for programs: lists, one task, its steps (Decree 30/2020/ND-CP, Art. 23, 24)."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import directing, directory, rights, task_lists, tasks
from documents.idempotency import Answer
from documents.right import Right
from documents.tables import DocumentRow, PersonRow, TaskRow
from documents.task_lists import MOST, TaskList
from documents.tasks import TaskUnknown
from web.api.client import Client, Doer, Reader
from web.api.deeds import answer, asked
from web.api.models import Task, Tasks, TaskStepWanted
from web.api.once import Key, done_once, kept
from web.api.papers import Cursor

router = APIRouter(tags=["tasks"])

Id = Annotated[str, Path(max_length=36)]
_LISTS = (TaskList.MINE, TaskList.TO_READ, TaskList.UNIT, TaskList.GIVEN, TaskList.OVERDUE)
Name = Annotated[
    TaskList, Query(alias="list", description=", ".join(each.value for each in _LISTS))
]

_Taking = Callable[[Session, str, str, Client], None]
_STEPS: dict[str, _Taking] = {
    "accept": lambda s, i, _w, c: tasks.accepted(s, i, c.person_id, c.at),
    "start": lambda s, i, _w, c: tasks.started(s, i, c.person_id, c.at),
    "read": lambda s, i, _w, c: tasks.read(s, i, c.person_id, c.at),
    "report": lambda s, i, w, c: tasks.reported(s, i, w, c.person_id, c.at),
    "complete": lambda s, i, w, c: tasks.completed(s, i, w, c.person_id, c.at),
    "withdraw": lambda s, i, w, c: tasks.withdrawn(s, i, w, c.person_id, c.at),
    "reopen": lambda s, i, w, c: tasks.reopened(s, i, w, c.person_id, c.at),
}


@router.get("/tasks")
def list_tasks(
    client: Reader,
    which: Name = TaskList.MINE,
    cursor: Cursor = "",
    limit: Annotated[int, Query(ge=1, le=MOST)] = 50,
) -> Tasks:
    """Return a page of one of the person's lists of tasks."""
    if which not in _LISTS:
        which = TaskList.MINE
    with client.office.database.reading() as session:
        person = session.get_one(PersonRow, client.person_id)
        page = task_lists.page(session, which, person, client.at, after=cursor, limit=limit)
        shown = _shown(session, client, [row for row in page.rows if isinstance(row, TaskRow)])
    return Tasks(tasks=[Task.of(row) for row in shown], next=page.next)


@router.get("/tasks/{task_id}")
def read_task(client: Reader, task_id: Id) -> Task:
    """Return one task."""
    with client.office.database.reading() as session:
        return Task.of(_seen(session, client, task_id))


@router.post("/tasks/{task_id}/steps", response_model=Task)
def take_task_step(
    client: Doer, request: Request, task_id: Id, wanted: TaskStepWanted, key: Key = None
) -> Response:
    """Take a step on a task, once (Idempotency-Key)."""

    def deed(session: Session) -> Answer:
        task = _seen(session, client, task_id)
        if wanted.step == "return":
            _returned(session, client, task, wanted.words)
        else:
            _STEPS[wanted.step](session, task.id, wanted.words, client)
        session.flush()
        return answer(200, Task.of(task))

    return done_once(client, key, asked(request, wanted), kept(client, deed))


def _returned(session: Session, client: Client, task: TaskRow, words: str) -> None:
    """With the task by which the document stands or falls, the document goes back."""
    who, at = client.person_id, client.at
    if task.document_id is not None and tasks.leads(task):
        directing.returned(session, task.document_id, who, at, words)
    else:
        tasks.given_back(session, task.id, words, who, at)


def _shown(session: Session, client: Client, rows: list[TaskRow]) -> list[TaskRow]:
    """Leave out tasks of documents that the caller may not see, and other agencies'."""
    ids = {row.document_id for row in rows if row.document_id}
    documents = session.scalars(select(DocumentRow).where(DocumentRow.id.in_(ids)))
    known = {row.id for row in rights.visible(session, client, documents, client.at)}
    return [
        row
        for row in rows
        if row.organ_id == client.organ_id and (row.document_id in known or row.document_id is None)
    ]


def _seen(session: Session, client: Client, task_id: str) -> TaskRow:
    task = session.get(TaskRow, task_id)
    if task is None or not _shown(session, client, [task]):
        raise TaskUnknown(task_id)
    if not rights.may(session, client, Right.SEARCH, None, client.at):
        raise directory.PersonUnknown(client.person_id, client.organ_id)
    return task
