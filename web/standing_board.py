"""An agency's board as pages and programs show it: figures, what they count, where they lead.

Counted at most every `FRESH` seconds an agency: a wall display asks all day.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from threading import Lock
from typing import Any
from urllib.parse import urlencode

from documents import indicators
from documents.indicators import DEFINITIONS, Board
from documents.numbering import local_day
from web.wording import URGENCIES
from workflows.office import Office

FRESH = timedelta(seconds=20)
"""How old the figures may be that are shown."""

LINKS: Mapping[str, str] = {
    "arrived": "/lists/inbox?tu_ngay={today}&den_ngay={today}",
    "register": "/lists/inbox?trang_thai=verified",
    "direct": "/lists/inbox?trang_thai=submitted",
    "soon": "/lists/deadlines?han=sap",
    "overdue": "/lists/deadlines?han=qua",
    "sign": "/lists/outbox?trang_thai=submitted&trang_thai=approved",
    "issued": "/lists/outbox?tu_ngay={today}&den_ngay={today}",
}
"""The list that each figure counts."""

_kept: dict[tuple[int, str], Board] = {}
_lock = Lock()


def board_of(office: Office, organ_id: str, at: datetime) -> Board:
    """Return the agency's board, counted now or a moment ago."""
    key = (id(office.database), organ_id)
    with _lock:
        kept = _kept.get(key)
    if kept is not None and timedelta(0) <= at - kept.at < FRESH:
        return kept
    with office.database.reading() as session:
        made = indicators.board(session, organ_id, local_day(at), at)
    with _lock:
        _kept[key] = made
    return made


def forget() -> None:
    """Count anew at the next question: for what measures."""
    with _lock:
        _kept.clear()


def link_of(name: str, board: Board) -> str:
    """Return the address of the list that a tile counts."""
    return LINKS[name].format(today=f"{board.today:%d/%m/%Y}") if name in LINKS else ""


def unit_link(unit_id: str) -> str:
    """Return the address of a unit's open arrivals, by deadline."""
    return f"/lists/deadlines?{urlencode({'don_vi': unit_id})}" if unit_id else "/lists/deadlines"


def charts(board: Board) -> dict[str, Any]:
    """Return what the page's charts draw."""
    return {
        "flow": {
            "days": [f"{each.day:%d/%m}" for each in board.flow],
            "arrived": [each.arrived for each in board.flow],
            "issued": [each.issued for each in board.flow],
        },
        "units": {
            "names": [each.name for each in board.units[:12]],
            "on_time": [each.on_time for each in board.units[:12]],
            "late": [each.late for each in board.units[:12]],
            "running": [each.running for each in board.units[:12]],
            "overdue": [each.overdue for each in board.units[:12]],
        },
        "urgency": [
            {"name": URGENCIES.get(degree, str(degree)), "value": count}
            for degree, count in board.urgencies.items()
        ],
    }


def summary(board: Board) -> dict[str, Any]:
    """Return the board for programs: every figure with its definition."""
    return {
        "at": board.at.isoformat(timespec="seconds"),
        "day": board.today.isoformat(),
        "figures": {
            name: {
                "label": DEFINITIONS[name].label,
                "definition": DEFINITIONS[name].definition,
                "value": value,
            }
            for name, value in board.tiles.items()
        },
        "ratios": {
            name: {
                "label": DEFINITIONS[name].label,
                "definition": DEFINITIONS[name].definition,
                "part": ratio.part,
                "whole": ratio.whole,
                "percent": ratio.percent,
            }
            for name, ratio in board.ratios.items()
        },
        "sign_to_dispatch_minutes": board.sign_minutes,
        "flow": [
            {"day": each.day.isoformat(), "arrived": each.arrived, "issued": each.issued}
            for each in board.flow
        ],
        "units": [
            {
                "unit": each.name,
                "on_time": each.on_time,
                "late": each.late,
                "running": each.running,
                "overdue": each.overdue,
            }
            for each in board.units
        ],
        "urgencies": {str(degree): count for degree, count in board.urgencies.items()},
        "week": [
            {"day": each.day.isoformat(), "due": each.due, "invitations": each.invitations}
            for each in board.week
        ],
    }
