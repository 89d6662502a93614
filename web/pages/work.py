"""/work: what waits for the visitor in handling, and the page of a task.

Source: ux.md §1.2 (queues by role), §1.4.4 and §1.4.5. The whole lists, with filters and bulk
actions, are /lists/NAME; steps on a task are in `work_steps`.
"""

from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from documents import desk as desks
from documents import desk_lists, desk_rows, dossier_listing, filings
from documents.access import AccessKind
from documents.desk_lists import DeskList
from documents.desk_rows import Ask, Line
from documents.desk_works import Work
from documents.dossier import DossierState
from documents.tables import DocumentRow, RemarkFileRow, RemarkRow, TaskRow
from documents.task import TaskState
from web import task_view, trail
from web.faults import PageMissing
from web.pages.document_page import looked
from web.rendering import attachment_headers, page
from web.visitor import Here
from workflows import document_view

router = APIRouter(prefix="/work")
FEW = 6
"""Rows of each list; its own page has the rest."""
_SHOWN = (
    *(Work.OWN_OVERDUE, Work.UNIT_OVERDUE, Work.LEADING, Work.COOPERATING, Work.DONE_BELOW),
    *(Work.EXTENSIONS, Work.OPINIONS, Work.UNIT, Work.GIVEN, Work.TO_READ),
)


@dataclass(frozen=True, slots=True)
class Section:
    """The first rows of one list."""

    which: DeskList
    lines: tuple[Line, ...]
    addresses: tuple[str, ...]
    more: bool


@router.get("")
def home(here: Here) -> Response:
    """Show the first rows of every list of handling that the visitor's desk has."""
    sections: list[Section] = []
    names: dict[str, str] = {}
    with here.office.database.reading() as session:
        desk = desks.desk_of(session, here.organ_id, here.who, here.at)
        own = {each.work: each for each in desk_lists.on(desk) if each.work is not None}
        for work in _SHOWN:
            if (which := own.get(work)) is None:
                continue
            found = desk_rows.shown(session, desk, which, Ask(size=FEW))
            names |= found.names
            addresses = tuple(
                trail.address_of(which, line, "", place)
                for place, line in enumerate(found.lines, 1)
            )
            if found.lines:
                sections.append(Section(which, found.lines, addresses, bool(found.next)))
    return page(here, "work/home.html", sections=sections, names=names, done=TaskState.DONE)


@router.get("/{task_id}")
def one(here: Here, task_id: str, tu: str = "", way: str = "") -> Response:
    """Show a task; a question or a document of this id leads to where it is handled."""
    with here.office.database.reading() as session:
        if session.get(TaskRow, task_id[:36]) is None:
            remark = session.get(RemarkRow, task_id[:36])
            found = remark.task_id or remark.document_id if remark is not None else None
            document = session.get(DocumentRow, found or task_id[:36])
            if remark is not None and remark.organ_id == here.organ_id and remark.task_id:
                return RedirectResponse(f"/work/{remark.task_id}", 303)
            if document is not None and document.organ_id == here.organ_id:
                return RedirectResponse(f"/documents/{document.id}", 303)
        task, row = task_view.seen_task(session, here, task_id)
        shown = task_view.context(session, here, task, row)
        shown["dossiers"] = dossier_listing.of_person(session, here.who, state=DossierState.OPEN)
        filed = filings.dossiers_of(session, [row.id]) if row is not None else {}
        restricted = row is not None and document_view.is_restricted(session, row)
        shown["filed"] = filed.get(row.id, []) if row is not None else []
    if restricted and row is not None:
        looked(here, row, AccessKind.VIEW)
    around = trail.neighbours(here, tu) if tu else None
    return page(here, "work/task.html", trail=around, tu=tu, way=way, typed={}, **shown)


@router.get("/{task_id}/files/{remark_id}/{ordinal}")
def file(here: Here, task_id: str, remark_id: str, ordinal: int) -> Response:
    """Send a file that went with a report."""
    with here.office.database.reading() as session:
        task, _ = task_view.seen_task(session, here, task_id)
        remark = session.get(RemarkRow, remark_id[:36])
        found = session.get(RemarkFileRow, (remark_id[:36], min(max(ordinal, 0), 999)))
        if found is None or remark is None or remark.task_id != task.id:
            raise PageMissing
        name, kind, digest = found.name, found.content_type, found.sha256
    is_pdf = kind == "application/pdf"
    media = kind if is_pdf else "application/octet-stream"
    headers = dict(attachment_headers(name, inline=is_pdf))
    return Response(here.office.blobs.get(digest), media_type=media, headers=headers)
