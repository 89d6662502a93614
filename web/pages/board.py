"""The leader's board, and the display on a wall (`/ioc`); ux.md §6.3.

A display has no login: it shows a code, somebody with the right pairs it, and from then on its
cookie lets it show figures. It never shows a document.
"""

import time
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response

from documents import displays, listing, rights
from documents.displays import PAIRING, PAIRING_ROLES, DisplayUnknown
from documents.errors import Refused
from documents.indicators import DEFINITIONS
from documents.numbering import local_day
from documents.queues import QUEUES
from documents.rights import Right
from documents.tables import AgencyRow
from web.pace import Pace
from web.rendering import page, plain_page, redirect, with_fault
from web.standing_board import board_of, charts, link_of, unit_link
from web.visitor import Here, Visitor, is_secure
from workflows.office import Office

router = APIRouter()

COOKIE = "congvan-display"
ATTENTION = 8
"""Rows of «cần quan tâm»."""
_PAIRING_PACE = Pace(rate=0.2, burst=10)
_SCREEN_PACE = Pace(rate=0.5, burst=10)


class TooOften(Refused):
    """The same thing was tried too many times."""

    code = "web.too_often"
    vietnamese = "Thử quá nhiều lần; chờ {0} giây"
    english = "tried too often; wait {0} seconds"
    remedy = "Chờ rồi thử lại / wait and try again"


@router.get("/board")
def show(here: Here) -> HTMLResponse:
    """Show the board of the agency that the person works in."""
    return page(here, "board/show.html", **_shown(here))


@router.post("/board/displays")
def pair(here: Here, code: Annotated[str, Form()], name: Annotated[str, Form()] = "") -> Response:
    """Let the screen that shows *code* show the agency's figures."""
    try:
        wait = _PAIRING_PACE.wait(here.who, time.monotonic())
        if wait:
            raise TooOften(round(wait) + 1)
        with here.office.database.writing() as session:
            displays.pair(session, here.organ_id, code, name, here.who, here.at)
    except (DisplayUnknown, TooOften) as fault:
        return with_fault(here, "board/show.html", fault, **_shown(here))
    return redirect(here, "/board#displays", "Đã ghép màn hình.")


@router.post("/board/displays/{display_id}/revoke")
def revoke(here: Here, display_id: str) -> Response:
    """End a display."""
    with here.office.database.writing() as session:
        displays.revoke(session, here.organ_id, display_id, here.who, here.at)
    return redirect(here, "/board#displays", "Đã gỡ màn hình.")


@router.get("/ioc")
def wall(request: Request) -> Response:
    """Show a display its figures, or the code by which it is paired."""
    office: Office = request.app.state.office
    at = office.now()
    token = request.cookies.get(COOKIE, "")
    with office.database.reading() as session:
        row = displays.shown(session, token, at) if token else None
        agency = session.get(AgencyRow, row.organ_id) if row and row.organ_id else None
    if agency is not None:
        board = board_of(office, agency.organ_id, at)
        return plain_page(
            request,
            "board/wall.html",
            agency=agency.name,
            board=board,
            definitions=DEFINITIONS,
            charts=charts(board),
        )
    return _pairing(request, office)


def _pairing(request: Request, office: Office) -> Response:
    caller = request.client.host if request.client else ""
    wait = _SCREEN_PACE.wait(caller, time.monotonic())
    if wait:
        raise TooOften(round(wait) + 1)
    with office.database.writing() as session:
        waiting = displays.begin(session, office.now())
    response = plain_page(request, "board/pairing.html", code=waiting.code)
    response.set_cookie(
        COOKIE,
        waiting.token,
        int(displays.LASTING.total_seconds()),
        httponly=True,
        samesite="strict",
        secure=is_secure(office),
        path="/ioc",
    )
    return response


@router.get("/ioc/paired")
def paired(request: Request) -> Response:
    """Tell a screen that waits whether it was paired: 204 while it was not."""
    office: Office = request.app.state.office
    token = request.cookies.get(COOKIE, "")
    with office.database.reading() as session:
        row = displays.shown(session, token, office.now()) if token else None
    changed = row is None or row.organ_id is not None
    return Response(status_code=205 if changed else 204)


def _shown(here: Visitor) -> dict[str, Any]:
    with here.office.database.reading() as session:
        rights.check(session, here.visit, Right.DASHBOARD, None, here.at)
    board = board_of(here.office, here.organ_id, here.at)
    with here.office.database.reading() as session:
        late = listing.listed(
            session, here.organ_id, QUEUES["overdue"], local_day(here.at), size=ATTENTION
        ).documents
        urgent = listing.listed(
            session, here.organ_id, QUEUES["urgent"], local_day(here.at), size=ATTENTION
        ).documents
        rows = tuple({row.id: row for row in (*urgent, *late)}.values())[:ATTENTION]
        seen = rights.visible(session, here.visit, rows, here.at)
        screens = displays.of_agency(session, here.organ_id, here.at)
    return {
        "board": board,
        "definitions": DEFINITIONS,
        "charts": charts(board),
        "attention": seen,
        "displays": screens,
        "may_pair": not here.roles.isdisjoint(PAIRING_ROLES),
        "link_of": link_of,
        "unit_link": unit_link,
        "pairing_minutes": int(PAIRING.total_seconds() // 60),
    }
