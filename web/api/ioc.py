"""The figures of the board for a province's operations centre (IOC); ux.md §6.3."""

from datetime import date, datetime

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from documents import rights
from documents.right import Right
from web.api.client import Reader
from web.standing_board import board_of, summary

router = APIRouter(prefix="/ioc", tags=["ioc"])


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Figure(_Part):
    """A count, and what it counts."""

    label: str
    definition: str
    value: int


class Share(_Part):
    """A part of a whole, and what both count."""

    label: str
    definition: str
    part: int
    whole: int
    percent: float | None
    """0 to 100; none of nothing."""


class Day(_Part):
    """What came and left on a day."""

    day: date
    arrived: int
    issued: int


class Unit(_Part):
    """How a unit's leading tasks stand."""

    unit: str
    on_time: int
    late: int
    running: int
    overdue: int


class WeekDay(_Part):
    """What ends, and what one is invited to, on a day."""

    day: date
    due: int
    invitations: int


class Board(_Part):
    """Every figure of the agency at one moment."""

    at: datetime
    day: date
    figures: dict[str, Figure]
    ratios: dict[str, Share]
    sign_to_dispatch_minutes: int | None
    flow: list[Day]
    units: list[Unit]
    urgencies: dict[str, int]
    week: list[WeekDay]


@router.get("/summary")
def read_summary(client: Reader) -> Board:
    """Return the agency's figures, each with its definition, at most 20 seconds old."""
    with client.office.database.reading() as session:
        rights.check(session, client, Right.DASHBOARD, None, client.at)
    return Board.model_validate(summary(board_of(client.office, client.organ_id, client.at)))
