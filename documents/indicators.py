"""Figures of an agency's board: each with its definition, and the list that it counts.

Sources: ux.md §6.3 (tiles and charts), law.md §7.2 (four standings of a task), §7.4 (I-01, I-07,
I-12). A figure is a count of documents or tasks that can be listed; a ratio carries both counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import Select, case, exists, func, select, text
from sqlalchemy.orm import Session, aliased

from documents import calendar
from documents.document import VIETNAM
from documents.lifecycle import Direction, State, Step
from documents.sieve import SOON, Due, of_due
from documents.tables import DocumentRow, LedgerRow, RevisionRow, TaskRow, UnitRow, lists
from documents.task import NO_DAY, TaskPart, TaskState, last_day, overdue_through

DAYS = 30
"""How far back charts and ratios look, today included."""
SAMPLE = 200
"""Newest documents issued whose steps are timed."""

_D = DocumentRow
_OPEN = text(lists.OPEN_ARRIVAL)


@dataclass(frozen=True, slots=True)
class Definition:
    """What a figure counts, in words."""

    label: str
    definition: str


DEFINITIONS: Mapping[str, Definition] = MappingProxyType(
    {
        "arrived": Definition("Đến hôm nay", "Văn bản đến đã vào sổ có ngày đến là hôm nay"),
        "register": Definition("Chờ vào sổ", "Văn bản đến đã kiểm tra, chưa vào sổ"),
        "direct": Definition("Chờ bút phê", "Văn bản đến đã trình, chưa có ý kiến chỉ đạo"),
        "soon": Definition(
            "Sắp hạn", f"Văn bản đến chưa xong, hết hạn trong {SOON} ngày làm việc tới"
        ),
        "overdue": Definition("Quá hạn", "Văn bản đến chưa xong, đã qua ngày hết hạn"),
        "sign": Definition("Chờ ký", "Văn bản đi đã trình hoặc đã duyệt, chưa ký"),
        "issued": Definition("Phát hành hôm nay", "Văn bản đi mang ngày hôm nay"),
        "signed": Definition(
            "Ký số đủ hai chữ ký (I-01)",
            f"Văn bản đi {DAYS} ngày qua có chữ ký số người ký và chữ ký số cơ quan"
            " / văn bản đi cùng kỳ",
        ),
        "same_day": Definition(
            "Phát hành ngay sau khi ký (I-07)",
            f"Trong {SAMPLE} văn bản phát hành gần nhất: phát hành trong ngày ký hoặc ngày làm"
            " việc kế tiếp (Nghị định 30/2020, Điều 18.1)",
        ),
        "on_time": Definition(
            "Nhiệm vụ đúng hạn (I-12)",
            f"Nhiệm vụ chủ trì có hạn, xong trong {DAYS} ngày qua và đúng hạn"
            " / xong cùng kỳ cộng với đang quá hạn",
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Ratio:
    """A part of a whole."""

    part: int
    whole: int

    @property
    def percent(self) -> float | None:
        """Return 0 to 100; None of nothing."""
        return round(100 * self.part / self.whole, 1) if self.whole else None


@dataclass(frozen=True, slots=True)
class DayFlow:
    """What came and left on a day."""

    day: date
    arrived: int
    issued: int


@dataclass(frozen=True, slots=True)
class UnitStanding:
    """How a unit's leading tasks stand (law.md §7.2)."""

    unit_id: str
    name: str
    on_time: int = 0
    late: int = 0
    running: int = 0
    overdue: int = 0


@dataclass(frozen=True, slots=True)
class WeekDay:
    """What ends, and what one is invited to, on a day."""

    day: date
    due: int
    invitations: int


@dataclass(frozen=True, slots=True)
class Board:
    """Every figure of an agency at one moment."""

    at: datetime
    today: date
    tiles: Mapping[str, int]
    ratios: Mapping[str, Ratio]
    flow: tuple[DayFlow, ...]
    units: tuple[UnitStanding, ...]
    urgencies: Mapping[int, int]
    """Open arrivals by degree."""
    week: tuple[WeekDay, ...]
    sign_minutes: int | None
    """Median of the newest issued: from the leader's signature to dispatch."""


def board(session: Session, organ_id: str, today: date, at: datetime) -> Board:
    """Return the agency's board on *today*; some twelve bounded questions.

    Raises:
        YearMissing: the calendar does not know the year.
    """
    since = today - timedelta(days=DAYS - 1)
    units = _units(session, organ_id, since, today)
    done = sum(each.on_time + each.late for each in units)
    issuing, minutes = _issuing(session, organ_id)
    return Board(
        at,
        today,
        _tiles(session, organ_id, today),
        {
            "signed": _signed(session, organ_id, since),
            "same_day": issuing,
            "on_time": Ratio(
                sum(each.on_time for each in units), done + sum(each.overdue for each in units)
            ),
        },
        _flow(session, organ_id, since, today),
        units,
        _urgencies(session, organ_id),
        _week(session, organ_id, today),
        minutes,
    )


def _tiles(session: Session, organ_id: str, today: date) -> dict[str, int]:
    def of(direction: Direction, *states: State) -> tuple[Any, ...]:
        return (
            _D.organ_id == organ_id,
            _D.direction == direction.value,
            _D.state.in_([state.value for state in states]),
        )

    incoming = (_D.organ_id == organ_id, _D.direction == Direction.INCOMING.value)
    outgoing = (_D.organ_id == organ_id, _D.direction == Direction.OUTGOING.value)
    due = _D.due_date.expression
    wanted = {
        "arrived": (*incoming, _D.arrival_date == today),
        "register": of(Direction.INCOMING, State.VERIFIED),
        "direct": of(Direction.INCOMING, State.SUBMITTED),
        "soon": (_D.organ_id == organ_id, _OPEN, of_due(Due.SOON, due, today)),
        "overdue": (_D.organ_id == organ_id, _OPEN, of_due(Due.OVERDUE, due, today)),
        "sign": of(Direction.OUTGOING, State.SUBMITTED, State.APPROVED),
        "issued": (*outgoing, _D.promulgated == today),
    }
    columns = [
        select(func.count()).select_from(_D).where(*where).scalar_subquery().label(name)
        for name, where in wanted.items()
    ]
    return dict(session.execute(select(*columns)).one()._mapping)


def _flow(session: Session, organ_id: str, since: date, today: date) -> tuple[DayFlow, ...]:
    def by(direction: Direction, day: object) -> dict[date, int]:
        rows = session.execute(
            select(day, func.count())  # type: ignore[call-overload]
            .where(_D.organ_id == organ_id, _D.direction == direction.value)
            .where(day >= since, day <= today)  # type: ignore[operator]
            .group_by(day)
        )
        return {each: count for each, count in rows}  # noqa: C416  (a Result is no mapping)

    arrived = by(Direction.INCOMING, _D.arrival_date)
    issued = by(Direction.OUTGOING, _D.promulgated)
    days = (since + timedelta(days=offset) for offset in range((today - since).days + 1))
    return tuple(DayFlow(day, arrived.get(day, 0), issued.get(day, 0)) for day in days)


def _units(session: Session, organ_id: str, since: date, today: date) -> tuple[UnitStanding, ...]:
    counts: dict[str, dict[str, int]] = {}

    def add(unit_id: str | None, standing: str, count: int) -> None:
        counts.setdefault(unit_id or "", {}).setdefault(standing, 0)
        counts[unit_id or ""][standing] += count

    known = calendar.vietnam()
    for unit_id, due, closed, count in session.execute(_closed(organ_id, since, today)):
        day = since + timedelta(days=closed)
        late = due != NO_DAY and day > due and day > last_day(due, known)
        add(unit_id, "late" if late else "on_time", count)
    late_through = overdue_through(today, known)
    standing = case((TaskRow.due_on <= late_through, "overdue"), else_="running")
    still = (
        select(TaskRow.unit_id, standing, func.count())
        .where(TaskRow.organ_id == organ_id, TaskRow.closed_at.is_(None))
        .where(TaskRow.part == TaskPart.LEAD.value)
        .group_by(TaskRow.unit_id, standing)
    )
    for unit_id, stands, count in session.execute(still):
        add(unit_id, stands, count)
    rows = session.execute(select(UnitRow.id, UnitRow.name).where(UnitRow.organ_id == organ_id))
    names = {unit_id: name for unit_id, name in rows}  # noqa: C416
    made = (
        UnitStanding(unit_id, names.get(unit_id, "Cá nhân, lãnh đạo"), **counted)
        for unit_id, counted in counts.items()
    )
    return tuple(sorted(made, key=lambda each: (-(each.overdue + each.late), each.name)))


def _closed(organ_id: str, since: date, today: date) -> Select[Any]:
    """Return the leading tasks done since, by unit, deadline and day (counted from *since*)."""
    days = (today - since).days + 1
    ends = [_midnight(since + timedelta(days=offset + 1)) for offset in range(days)]
    day = case(*((TaskRow.closed_at < end, offset) for offset, end in enumerate(ends)), else_=days)
    return (
        select(TaskRow.unit_id, TaskRow.due_on, day.label("day"), func.count())
        .where(TaskRow.organ_id == organ_id, TaskRow.closed_at >= _midnight(since))
        .where(TaskRow.part == TaskPart.LEAD.value, TaskRow.state == TaskState.DONE.value)
        .group_by(TaskRow.unit_id, TaskRow.due_on, text("day"))
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), VIETNAM)


def _urgencies(session: Session, organ_id: str) -> dict[int, int]:
    rows = session.execute(
        select(_D.urgency, func.count()).where(_D.organ_id == organ_id, _OPEN).group_by(_D.urgency)
    )
    return {urgency: count for urgency, count in sorted(rows.all())}  # noqa: C416


def _week(session: Session, organ_id: str, today: date) -> tuple[WeekDay, ...]:
    monday = today - timedelta(days=today.weekday())
    invited = func.sum(case((_D.type_name == "Giấy mời", 1), else_=0))
    rows = session.execute(
        select(_D.due_date, func.count(), invited)
        .where(_D.organ_id == organ_id, _OPEN)
        .where(_D.due_date >= monday, _D.due_date < monday + timedelta(days=7))
        .group_by(_D.due_date)
    )
    found = {day: (count, int(invitations or 0)) for day, count, invitations in rows}
    days = (monday + timedelta(days=offset) for offset in range(7))
    return tuple(
        WeekDay(
            day, found.get(day, (0, 0))[0] - found.get(day, (0, 0))[1], found.get(day, (0, 0))[1]
        )
        for day in days
    )


def _signed(session: Session, organ_id: str, since: date) -> Ratio:
    """Return how many of those issued since have both signatures (law.md §7.4, I-01)."""
    person, seal = aliased(RevisionRow), aliased(RevisionRow)
    both = exists().where(person.document_id == _D.id, person.kind == "signed") & exists().where(
        seal.document_id == _D.id, seal.kind == "sealed"
    )
    part, whole = session.execute(
        select(func.sum(case((both, 1), else_=0)), func.count()).where(
            _D.organ_id == organ_id,
            _D.direction == Direction.OUTGOING.value,
            _D.promulgated >= since,
            _D.state != State.VOID.value,
        )
    ).one()
    return Ratio(int(part or 0), whole)


def _issuing(session: Session, organ_id: str) -> tuple[Ratio, int | None]:
    """Return how many of the newest were issued at once, and the median minutes it took."""
    newest = (
        select(_D.id)
        .where(_D.organ_id == organ_id, _D.direction == Direction.OUTGOING.value)
        .where(_D.state == State.DISPATCHED.value)
        .order_by(_D.created_at.desc())
        .limit(SAMPLE)
    )
    steps = session.execute(
        select(LedgerRow.document_id, LedgerRow.step, func.min(LedgerRow.at))
        .where(LedgerRow.document_id.in_(newest))
        .where(LedgerRow.step.in_([Step.SIGN.value, Step.DISPATCH.value]))
        .group_by(LedgerRow.document_id, LedgerRow.step)
    )
    moments: dict[str, dict[str, datetime]] = {}
    for document_id, step, at in steps:
        moments.setdefault(document_id, {})[step] = datetime.fromisoformat(at)
    taken = [
        (each[Step.SIGN], each[Step.DISPATCH])
        for each in moments.values()
        if Step.SIGN in each and Step.DISPATCH in each
    ]
    return Ratio(sum(_at_once(*each) for each in taken), len(taken)), _median(taken)


def _at_once(signed: datetime, issued: datetime) -> bool:
    first = signed.astimezone(VIETNAM).date()
    return issued.astimezone(VIETNAM).date() <= calendar.vietnam().next_working(first)


def _median(taken: Sequence[tuple[datetime, datetime]]) -> int | None:
    minutes = sorted(int((issued - signed).total_seconds() // 60) for signed, issued in taken)
    return minutes[len(minutes) // 2] if minutes else None
