"""/search: one box for everything, every field, facets, the files' text; kept and exported.

Sources: Decree 30/2020/ND-CP, Appendix VI, Part I, III.6 (law.md VI-29); ux.md §3.6.
"""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Path
from fastapi.responses import Response
from sqlalchemy.orm import Session

from documents import rights, saved_queries, saved_views, units
from documents.desk import Desk, desk_of
from documents.rights import Right
from documents.saved_views import View
from documents.tables import DocumentRow
from web import list_columns, search_trail, search_view, wording
from web.rendering import attachment_headers, page, redirect
from web.search_view import FACET_NAMES, SORTS, Question
from web.visitor import Here, Visitor
from workflows import list_export
from workflows.list_export import MEDIA_TYPES, FileKind, ListColumn, ListFile
from workflows.result_export import shown
from workflows.search_form import FACETS

router = APIRouter()

VIEWS = "search"
"""What kept searches stand under among the views."""
_MOST = {FileKind.XLSX: 2_000, FileKind.CSV: 2_000, FileKind.PDF: 1_000}
_AT_ONCE = 500
_COLUMNS = (
    *("direction", "receipt_number", "code", "promulgated", "sender_name", "type_name"),
    *("subject", "state", "due_date"),
)
_WIDTHS = {"subject": 80.0, "sender_name": 44.0, "code": 32.0}


def _desk(here: Visitor, session: Session) -> Desk:
    return desk_of(session, here.organ_id, here.who, here.at)


@router.get("/search")
def show(here: Here) -> Response:
    """Show the form, and what was found."""
    question = search_view.read(here.request.url.query)
    with here.office.database.reading() as session:
        desk = _desk(here, session)
        found = search_view.found(session, desk, question) if question.asked else None
        partly = here.from_htmx
        return page(
            here,
            "search/search.html",
            block="results",
            question=question,
            found=found,
            may_export=Right.EXPORT in rights.of_person(session, desk, here.at),
            hrefs=search_trail.addresses(question, found.hits) if found else {},
            following=_following(question, found),
            asked=urlencode(question.pairs()),
            sorts=SORTS,
            labels=search_view.labels(),
            types=list_columns.TYPES,
            units=[] if partly else units.on(session, desk.organ_id, desk.today),
            urgencies=wording.URGENCIES,
            saved=() if partly else _saved(session, here),
            facet_words={FACET_NAMES[each]: said for each, said in FACETS.items()},
            code_of=list_columns.code_of,
        )


def _following(question: Question, found: search_view.Found | None) -> str:
    if found is None or not found.results.next:
        return ""
    return urlencode([*question.pairs(), ("trang", found.results.next)])


def _saved(session: Session, here: Visitor) -> list[View]:
    """Return kept searches: those of this page, and those kept by words alone."""
    kept = list(saved_views.views_of(session, here.organ_id, here.who, VIEWS))
    for row in saved_queries.kept_by(session, here.organ_id, here.who):
        query = urlencode({"q": row.query})
        own = row.owner_id == here.who
        kept.append(View("", VIEWS, row.name, query, (), row.shared, pinned=False, own=own))
    return kept


@router.get("/search/file.{kind}")
def export(here: Here, kind: FileKind) -> Response:
    """Give what was found as a file: the newest, as many as are made while one waits."""
    question = search_view.read(here.request.url.query)
    rows: list[DocumentRow] = []
    with here.office.database.reading() as session:
        desk = _desk(here, session)
        rights.check(session, desk, Right.EXPORT, None, here.at)
        mark = ""
        while len(rows) < _MOST[kind]:
            part = search_view.asked_for(session, desk, question, size=_AT_ONCE, mark=mark)
            rows += rights.visible(session, desk, list(part.documents), desk.at)
            mark = part.next
            if not mark:
                break
    rows = rows[: _MOST[kind]]
    columns = tuple(
        ListColumn(saved_queries.COLUMNS[each], _WIDTHS.get(each, 22.0)) for each in _COLUMNS
    )
    said = (f"Truy vấn: {question.query[:200] or '(tất cả)'}", f"{len(rows)} văn bản")
    wanted = ListFile("Kết quả tra cứu văn bản", here.visit.agency_name, said, columns)
    cells = [[shown(row, each) for each in _COLUMNS] for row in rows]
    content = list_export.made(wanted, cells, kind, here.at)
    name = f"Kết quả tra cứu {wording.day(here.today).replace('/', '-')}.{kind}"
    headers = dict(attachment_headers(name, inline=kind is FileKind.PDF))
    return Response(content, media_type=MEDIA_TYPES[kind], headers=headers)


@router.post("/search/saved")
def keep(
    here: Here,
    title: Annotated[str, Form(max_length=200)],
    query: Annotated[str, Form(max_length=4000)] = "",
    shared: Annotated[str, Form()] = "",
) -> Response:
    """Keep a search under a name."""
    asked = urlencode(search_view.read(query).pairs())
    view = View("", VIEWS, title, asked, (), bool(shared), pinned=False, own=True)
    with here.office.database.writing() as session:
        if shared:
            rights.check(session, here.visit, Right.SHARE_VIEW, None, here.at)
        saved_views.keep(session, here.organ_id, here.who, view, here.at)
    return redirect(here, f"/search?{asked}", f"Đã lưu truy vấn «{' '.join(title.split())}».")


@router.post("/search/saved/{view_id}/drop")
def drop(here: Here, view_id: Annotated[str, Path(max_length=36)]) -> Response:
    """Forget a kept search of one's own."""
    with here.office.database.writing() as session:
        saved_views.drop(session, here.who, view_id)
    return redirect(here, "/search", "Đã bỏ truy vấn đã lưu.")
