"""/lists/NAME: every list of the desk, one component; its files, its views, the counters.

Source: ux.md §1.2, §3.10. Rights: a list is opened by whose desk has it (`desk_lists.has`); what is
restricted stands in it without its words.
"""

from typing import Annotated

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from documents import desk_lists, rights, saved_views
from documents.batch import BatchInvalid
from documents.desk import Desk, desk_of
from documents.desk_lists import Bulk, DeskList
from documents.identity import new_id
from documents.rights import Right
from documents.saved_views import View
from web import desk_numbers, list_address, list_columns, list_files, list_view
from web.due_days import read_due
from web.faults import PageMissing
from web.list_address import Address
from web.pages.batches import begin
from web.rendering import attachment_headers, page, redirect
from web.visitor import Here, Visitor
from workflows.list_export import MEDIA_TYPES, FileKind

router = APIRouter()

Name = Annotated[str, Path(max_length=40)]


def _address(request: Request) -> Address:
    return list_address.of_query(request.url.query)


def _desk(here: Visitor, name: str) -> tuple[Desk, DeskList]:
    """Return the visitor's desk and one of its lists.

    Raises:
        PageMissing: there is none of this name for them.
    """
    which = desk_lists.LISTS.get(name)
    if which is None:
        raise PageMissing
    with here.office.database.reading() as session:
        desk = desk_of(session, here.organ_id, here.who, here.at)
    if not desk_lists.has(desk, which):
        raise PageMissing
    return desk, which


@router.get("/counters")
def counters(here: Here) -> Response:
    """Give the numbers beside the menu, at most five seconds old."""
    return JSONResponse(desk_numbers.menu(here))


@router.get("/lists")
def first(here: Here) -> Response:
    """Lead to the first list of the desk."""
    with here.office.database.reading() as session:
        desk = desk_of(session, here.organ_id, here.who, here.at)
    own = desk_lists.on(desk)
    name = own[0].name if own else desk_lists.REGISTERS[0]
    return RedirectResponse(f"/lists/{name}", 303)


@router.get("/lists/{name}")
def show(here: Here, name: Name, het: str = "") -> Response:
    """Show a page of a list; *het*: somebody has just come to its end."""
    desk, which = _desk(here, name)
    address = _address(here.request)
    with here.office.database.reading() as session:
        view = list_view.opened(session, desk, which, address)
        partly = here.from_htmx
        return page(
            here,
            "lists/list.html",
            block="region",
            view=view,
            which=which,
            address=address,
            tabs=() if partly else list_view.tabs(session, desk),
            views=() if partly else list_view.view_tabs(session, desk, which, address),
            options=None if partly else list_view.options(session, desk, which),
            assignees=list_view.assignees(session, desk, which),
            available=list_columns.available(which),
            registers=[desk_lists.LISTS[each] for each in desk_lists.REGISTERS],
            sizes=list_address.SIZES,
            key=new_id(),
            ended=bool(het),
            may_export=Right.EXPORT in rights.of_person(session, desk, here.at),
            kinds=tuple(FileKind),
        )


@router.get("/lists/{name}/file.{kind}")
def export(here: Here, name: Name, kind: FileKind) -> Response:
    """Give the list, as its chips and order have it, as a file."""
    desk, which = _desk(here, name)
    made = list_files.whole(here, desk, which, _address(here.request), kind)
    return _file(made, kind)


@router.post("/lists/{name}/selected.{kind}")
def selected(
    here: Here, name: Name, kind: FileKind, item: Annotated[list[str] | None, Form()] = None
) -> Response:
    """Give the ticked rows as a file."""
    desk, which = _desk(here, name)
    wanted = [each.partition("|")[0][:36] for each in item or []]
    made = list_files.ticked(here, desk, which, wanted, kind)
    return _file(made, kind)


def _file(made: list_files.Made, kind: FileKind) -> Response:
    headers = dict(attachment_headers(f"{made.name}.{kind}", inline=kind is FileKind.PDF))
    return Response(made.content, media_type=MEDIA_TYPES[kind], headers=headers)


@router.post("/lists/{name}/columns")
def columns(
    here: Here,
    name: Name,
    column: Annotated[list[str] | None, Form()] = None,
    query: Annotated[str, Form(max_length=4000)] = "",
    usual: Annotated[str, Form()] = "",
) -> Response:
    """Keep which columns the visitor wants of the list; *usual* goes back to those of everybody."""
    _, which = _desk(here, name)
    known = [each.name for each in list_columns.available(which)]
    wanted = [] if usual else [each for each in known if each in (column or [])]
    with here.office.database.writing() as session:
        saved_views.choose_columns(session, here.organ_id, here.who, name, wanted, here.at)
    return redirect(here, _back(name, query))


@router.post("/lists/{name}/views")
def keep_view(
    here: Here,
    name: Name,
    title: Annotated[str, Form(max_length=200)],
    query: Annotated[str, Form(max_length=4000)] = "",
    shared: Annotated[str, Form()] = "",
    pinned: Annotated[str, Form()] = "",
) -> Response:
    """Keep the chips and the order under a name."""
    _desk(here, name)
    asked = list_address.of_query(query).query()
    view = View("", name, title, asked, (), bool(shared), bool(pinned), own=True)
    with here.office.database.writing() as session:
        if shared:
            rights.check(session, here.visit, Right.SHARE_VIEW, None, here.at)
        saved_views.keep(session, here.organ_id, here.who, view, here.at)
    return redirect(here, _back(name, asked), f"Đã lưu chế độ xem «{' '.join(title.split())}».")


@router.post("/lists/{name}/views/{view_id}/drop")
def drop_view(here: Here, name: Name, view_id: Annotated[str, Path(max_length=36)]) -> Response:
    """Forget a view of one's own."""
    _desk(here, name)
    with here.office.database.writing() as session:
        saved_views.drop(session, here.who, view_id)
    return redirect(here, f"/lists/{name}", "Đã bỏ chế độ xem.")


@router.post("/lists/{name}/forward")
def forward(
    here: Here,
    name: Name,
    lead: Annotated[str, Form(max_length=64)] = "",
    due: Annotated[str, Form(max_length=40)] = "",
    item: Annotated[list[str] | None, Form()] = None,
    key: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Hand the ticked rows on to a unit or a person, each with its result."""
    _desk(here, name)
    if not lead:
        raise BatchInvalid("chưa chọn đơn vị hoặc người chủ trì / nobody was chosen to lead")
    until = read_due(due, here.today)
    arguments = {"lead": lead, "due": until.isoformat() if until is not None else ""}
    return begin(here, Bulk.FORWARD.value, item or [], key or new_id(), **arguments)


def _back(name: str, query: str) -> str:
    asked = list_address.of_query(query).query()
    return f"/lists/{name}?{asked}" if asked else f"/lists/{name}"
