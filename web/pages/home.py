"""/: the desk one comes to in the morning: counters, what is due, what waits, the week.

Source: ux.md §3.10 (home: counters per role as links; sắp đến hạn, quá hạn; chờ tôi; lịch tuần).
"""

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy.orm import Session

from documents import desk_counters, desk_lists, desk_rows, desk_week, saved_views
from documents.calendar import YearMissing
from documents.desk import Desk, desk_of
from documents.desk_rows import Ask
from documents.desk_trail import narrowed
from documents.desk_works import Work
from documents.document import Role
from web import list_address, list_view, trail
from web.list_columns import code_of
from web.list_view import Tab, ViewTab
from web.rendering import page
from web.visitor import Here

router = APIRouter()

_SHOWN = 8
_LISTS = 3
_NEAREST = {
    Role.LEADER: ("waiting", "own-tasks", "overdue"),
    Role.UNIT_HEAD: ("to-direct", "to-handle", "unit-work"),
    Role.SPECIALIST: ("to-handle", "cooperating"),
    Role.CLERK: ("to-register", "to-number", "given-back"),
}
"""Whose first rows the desk shows, by role: what is nearest."""

_WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ Nhật")


@router.get("/")
def home(here: Here) -> Response:
    """Show the desk."""
    with here.office.database.reading() as session:
        desk = desk_of(session, here.organ_id, here.who, here.at)
        tabs = list_view.tabs(session, desk)
        return page(
            here,
            "home/home.html",
            tabs=tabs,
            standing_in=len(desk.people) - 1,
            pinned=_pinned(session, desk),
            nearest=[_nearest(session, desk, tab) for tab in _first(desk, tabs)],
            week=desk_week.week(session, desk),
            today=desk.today,
            code_of=code_of,
            weekdays=_WEEKDAYS,
        )


def _first(desk: Desk, tabs: tuple[Tab, ...]) -> list[Tab]:
    wanted = [name for role, names in _NEAREST.items() if role in desk.roles for name in names]
    known = {tab.which.name: tab for tab in tabs}
    found = [known[name] for name in dict.fromkeys(wanted) if name in known]
    return [tab for tab in found if tab.count.count][:_LISTS]


def _nearest(session: Session, desk: Desk, tab: Tab) -> dict[str, object]:
    """Return the first rows of a list with their addresses and deadlines."""
    shown = desk_rows.shown(session, desk, tab.which, Ask(size=_SHOWN))
    rows = [
        (line, trail.address_of(tab.which, line, "", number), list_view.due_of(line, desk))
        for number, line in enumerate(shown.lines, 1)
    ]
    return {"tab": tab, "rows": rows, "tasks": tab.which.work not in {None, Work.WAITING}}


def _pinned(session: Session, desk: Desk) -> list[ViewTab]:
    """Return the views that are pinned, with their counters; at most twelve."""
    found: list[ViewTab] = []
    for view in saved_views.views_of(session, desk.organ_id, desk.person_id):
        which = desk_lists.LISTS.get(view.list_name)
        if not view.pinned or which is None or not desk_lists.has(desk, which) or len(found) >= 12:
            continue
        ask = list_address.of_query(view.query).ask
        try:
            count = desk_counters.counted_one(session, desk, narrowed(which, ask), ask.sieve)
        except YearMissing:
            continue
        found.append(ViewTab(view, count, on=False))
    return found
