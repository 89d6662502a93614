"""/recipients: choosing agencies of the catalogue, and the groups of them that people keep.

Source: ux.md §1.1, §1.4 (nhóm đơn vị nhận, gửi nhanh), §3.6 (accents optional, old names). The
answers of /recipients/find are parts of a page, for any form with the picker of
`parts/recipients.html`.
"""

from collections import defaultdict
from typing import Annotated, Any

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, Response

from documents import recipient_groups, recipient_search
from documents.directory import RightMissing
from documents.document import Role
from documents.errors import Refused
from documents.recipient_groups import Kept
from web.rendering import page, redirect, with_fault
from web.visitor import Here, Visitor

router = APIRouter(prefix="/recipients")
_SHORTEST = 2
_FOUND = 12


@router.get("/find")
def found(here: Here, q: str = "") -> HTMLResponse:
    """Give the agencies that what is typed may mean; of one that ended, who came after it."""
    text = q.strip()[:200]
    hits = []
    if len(text) >= _SHORTEST:
        with here.office.database.reading() as session:
            hits = recipient_search.search(session, text, here.today, _FOUND)
    return page(here, "issue/found.html", block="found", hits=hits, asked=text)


@router.get("")
def groups(here: Here) -> Response:
    """Show the agency's groups, and the visitor's own."""
    return _shown(here)


def _shown(here: Visitor, fault: Refused | None = None, **typed: object) -> Response:
    with here.office.database.reading() as session:
        known = recipient_groups.seen(session, here.organ_id, here.who, here.today)
    context: dict[str, Any] = {
        "groups": known,
        "typed": defaultdict(str, typed),
        "keeps": bool(here.roles & {Role.CLERK, Role.ADMINISTRATOR}),
    }
    if fault is not None:
        return with_fault(here, "issue/groups.html", fault, **context)
    return page(here, "issue/groups.html", **context)


@router.post("")
def kept(
    here: Here,
    name: Annotated[str, Form(max_length=200)],
    to: Annotated[list[str] | None, Form()] = None,
    shared: Annotated[str, Form(max_length=1)] = "",
    preset: Annotated[str, Form(max_length=1)] = "",
    group: Annotated[str, Form(max_length=36)] = "",
    version: Annotated[int | None, Form()] = None,
) -> Response:
    """Keep a group."""
    codes = tuple(code[:35] for code in to or [])
    wanted = Kept(name, codes, shared != "1", preset == "1", group, version)
    try:
        with here.office.database.writing() as session:
            recipient_groups.keep(session, here.organ_id, wanted, here.who, here.at)
    except RightMissing:
        raise
    except Refused as fault:
        return _shown(here, fault, name=name, to=codes, shared=shared, preset=preset)
    return redirect(here, "/recipients", "Đã lưu nhóm nơi nhận")


@router.post("/{group_id}/remove")
def removed(here: Here, group_id: str) -> Response:
    """Forget a group."""
    with here.office.database.writing() as session:
        recipient_groups.remove(session, here.organ_id, group_id[:36], here.who, here.at)
    return redirect(here, "/recipients", "Đã xóa nhóm nơi nhận")
