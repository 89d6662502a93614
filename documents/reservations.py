"""Numbers taken before their documents (lấy số trước): reserved, used, given back, expired.

Legal source: Decree 30/2020/ND-CP, Art. 15 (numbers in the order of time, by a system function),
law.md §1.3 N-01, N-09. A reservation takes the next number like any document, with the day's
date: order of numbers and order of dates stay one. The document that uses it bears both. What is
not used by its end is void with its reason, stays visible, and is never used again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from documents import casefile, directory, ledger, register, series_rules
from documents.document import VIETNAM, DocumentCode, Role
from documents.errors import Refused, storable
from documents.identity import new_id
from documents.ledger import SYSTEM, Actor, Fact
from documents.lifecycle import Direction, State
from documents.numbering import local_day, written_number
from documents.outgoing import check_notation
from documents.posts import acting
from documents.register import ReasonMissing, RegisterClosed
from documents.series import ReservationState
from documents.tables import AgencyRow, DocumentRow, RegisterRow, ReservationRow

LONGEST = timedelta(days=30)
"""A number may be kept so long for a document."""
REASON_LENGTH = 500
EXPIRED = "Hết hạn giữ số"
"""Why an expired number is void."""
BEFORE_NUMBER = frozenset(
    {State.DRAFT, State.RETURNED, State.SUBMITTED, State.APPROVED, State.SIGNED}
)


class ReservationUnknown(Refused):
    """The agency has no such reservation."""

    code = "reservation.unknown"
    vietnamese = "Không có số giữ trước «{0}»"
    english = "there is no reserved number «{0}»"
    remedy = "Xem danh sách: `congvan number list` / see `congvan number list`"


class ReservationEnded(Refused):
    """The number was used, given back, or expired."""

    code = "reservation.ended"
    vietnamese = "Số {0} không còn giữ: đã dùng, đã trả lại hoặc hết hạn"
    english = "number {0} is no longer reserved: used, given back or expired"
    remedy = "Lấy số khác / take another number"


class ReservationsMany(Refused):
    """The agency holds as many unused numbers as its rules allow."""

    code = "reservation.many"
    vietnamese = "Đang giữ {0} số chưa dùng, quy tắc cho phép {1}"
    english = "{0} numbers are reserved and unused; the rules allow {1}"
    remedy = "Dùng hoặc trả lại số đã giữ / use or give back what is reserved"


class ReservationExpiry(Refused):
    """The end of a reservation lies after its beginning, within thirty days."""

    code = "reservation.expiry"
    vietnamese = "Hạn giữ số {0} không hợp lệ"
    english = "{0} is no end of a reservation"
    remedy = "Sau thời điểm lấy số, tối đa 30 ngày / later than now, at most 30 days"


class DocumentNotReady(Refused):
    """A reserved number is for an outgoing document that has none."""

    code = "reservation.document"
    vietnamese = "Văn bản «{0}» không dùng được số giữ trước"
    english = "document «{0}» cannot use a reserved number"
    remedy = (
        "Văn bản đi của cơ quan, chưa có số, cùng hệ thống số / an outgoing document of the "
        "agency and the series, without a number"
    )


@dataclass(frozen=True, slots=True)
class Wanted:
    """A number to be reserved."""

    organ_id: str
    type_name: str
    notation: str
    """As the document will have it."""
    owner: str
    """Id or full name: for whose document it is."""
    reason: str
    expires_at: datetime
    unit_id: str | None = None
    """The drafting unit: an advisory body has its own series."""


@dataclass(frozen=True, slots=True)
class Reservation:
    """A reserved number as lists show it."""

    id: str
    organ_id: str
    series: str
    year: int
    number: int
    code: str
    day: date
    owner_id: str
    reason: str
    expires_at: datetime
    state: ReservationState
    document_id: str | None
    void_reason: str


def reserve(
    session: Session, wanted: Wanted, who: str, at: datetime, reservation_id: str = ""
) -> ReservationRow:
    """Take the next number of the series, dated today, for a document to come.

    A repeat with the same *reservation_id* returns what it took.

    Raises:
        AgencyUnknown, AgencyNotServed, PersonUnknown, PersonAmbiguous, RightMissing,
        NotationInvalid, ReasonMissing, ReservationExpiry, ReservationsMany: as they say.
        RegisterClosed, DayPast: the register takes no number.
    """
    agency = directory.served_agency(session, wanted.organ_id)
    by = acting(session, agency.organ_id, who, (Role.CLERK,), at, "lấy số trước / reserve a number")
    owner = directory.person_row(session, agency.organ_id, wanted.owner)
    reason = " ".join(storable(wanted.reason).split())[:REASON_LENGTH]
    if not reason:
        raise ReasonMissing("giữ trước")
    if not at < wanted.expires_at <= at + LONGEST:
        raise ReservationExpiry(f"{wanted.expires_at.astimezone(VIETNAM):%d/%m/%Y %H:%M}")
    notation = check_notation(wanted.notation)
    # two that count the open ones at once would both find room
    session.get(AgencyRow, agency.organ_id, with_for_update={"key_share": True})
    known = session.get(ReservationRow, reservation_id) if reservation_id else None
    if known is not None:
        return known
    day = local_day(at)
    _refuse_many(session, agency.organ_id, day.year)
    series = series_rules.series_for(
        session, agency.organ_id, wanted.type_name, notation, wanted.unit_id, day
    )
    taken = register.count_on(session, agency.organ_id, Direction.OUTGOING, series, day)
    row = ReservationRow(
        id=reservation_id or new_id(),
        organ_id=agency.organ_id,
        register_id=taken.register_id,
        number=taken.number,
        day=taken.day,
        code=str(DocumentCode(written_number(taken.number), notation)),
        type_name=storable(wanted.type_name)[:100],
        owner_id=owner.id,
        reserved_by=by.actor.id,
        reserved_at=at,
        reason=reason,
        expires_at=wanted.expires_at,
        state=ReservationState.OPEN,
    )
    session.add(row)
    session.flush()
    detail = {
        "code": row.code,
        "date": row.day,
        "owner": owner.id,
        "reason": reason,
        "until": row.expires_at.isoformat(),
    }
    _note(session, row, "reserve_number", by.actor, at, detail | by.detail())
    return row


def _refuse_many(session: Session, organ_id: str, year: int) -> None:
    most = series_rules.in_force(session, organ_id, year).most_open
    opened = session.scalar(
        select(func.count())
        .select_from(ReservationRow)
        .where(ReservationRow.organ_id == organ_id, ReservationRow.state == ReservationState.OPEN)
    )
    if (opened or 0) >= most:
        raise ReservationsMany(opened, most)


def use(session: Session, reservation_id: str, document_id: str, who: str, at: datetime) -> None:
    """Keep the number for the document: its numbering takes it, with its date.

    The same document a second time changes nothing.

    Raises:
        DocumentUnknown, ReservationUnknown, ReservationEnded, DocumentNotReady,
        RegisterClosed, RightMissing: as they say; owner and clerk may.
    """
    document = casefile.locked(session, document_id)
    row = _locked(session, document.organ_id, reservation_id)
    by, extra = _owner_or_clerk(session, row, who, at, "dùng số giữ trước / use a reserved number")
    if row.document_id == document.id:
        return
    if row.state != ReservationState.OPEN or row.expires_at <= at:
        raise ReservationEnded(row.code)
    place = session.get_one(RegisterRow, row.register_id)
    if place.closed_at is not None:
        raise RegisterClosed(place.series, place.year)
    waiting = select(ReservationRow.id).where(ReservationRow.document_id == document.id)
    if (
        row.document_id is not None
        or document.direction != Direction.OUTGOING
        or State(document.state) not in BEFORE_NUMBER
        or place.series != series_rules.outgoing_series(session, document, row.day)
        or session.scalar(waiting) is not None
        or register.number_of(session, document.id) is not None
    ):
        raise DocumentNotReady(document.id)
    row.document_id = document.id
    session.flush()
    detail = {"code": row.code, "reservation": row.id, **extra}
    casefile.note(session, document, "use_number", by, at, detail=detail)


def give_back(
    session: Session, organ_id: str, reservation_id: str, who: str, at: datetime, reason: str
) -> None:
    """Make a reserved number void with *reason*; a document that waited for it takes another.

    A number given back already stays as it is.

    Raises:
        AgencyUnknown, AgencyNotServed, ReservationUnknown, ReservationEnded, ReasonMissing,
        RightMissing: as they say; owner and clerk may.
    """
    agency = directory.served_agency(session, organ_id)
    row = _locked(session, agency.organ_id, reservation_id)
    by, extra = _owner_or_clerk(session, row, who, at, "trả lại số / give a number back")
    reason = " ".join(storable(reason).split())[:REASON_LENGTH]
    if not reason:
        raise ReasonMissing(row.number)
    if row.state == ReservationState.USED:
        raise ReservationEnded(row.code)
    if row.state == ReservationState.OPEN:
        _void(session, row, by, at, reason, extra)


def any_expired(session: Session, at: datetime) -> bool:
    """Return whether a reservation is over its end and not void yet."""
    return session.scalar(_expired(at).limit(1)) is not None


def expire(session: Session, at: datetime, most: int = 500) -> int:
    """Make void what was not used by its end; returns how many, at most *most* a call."""
    rows = session.scalars(
        _expired(at)
        .order_by(ReservationRow.expires_at)
        .limit(most)
        # what is being used at this moment is looked at again next time
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        until = f"{row.expires_at:%d/%m/%Y %H:%M} UTC"
        _void(session, row, SYSTEM, at, f"{EXPIRED} {until}: {row.reason}", {})
    return len(rows)


def listed(
    session: Session,
    organ_id: str = "",
    state: ReservationState | None = None,
    limit: int = 1000,
) -> list[Reservation]:
    """Return reservations of the agency, or of all, the newest first."""
    wanted = select(ReservationRow, RegisterRow.series, RegisterRow.year).join(
        RegisterRow, RegisterRow.id == ReservationRow.register_id
    )
    if organ_id:
        wanted = wanted.where(ReservationRow.organ_id == organ_id)
    if state is not None:
        wanted = wanted.where(ReservationRow.state == state)
    wanted = wanted.order_by(ReservationRow.reserved_at.desc(), ReservationRow.id.desc())
    rows = session.execute(wanted.limit(limit))
    return [_as_reservation(row, series, year) for row, series, year in rows]


def fitting(session: Session, document: DocumentRow, at: datetime) -> list[ReservationRow]:
    """Return the open numbers of the series that *document* is numbered in, oldest first."""
    wanted = (
        select(ReservationRow, RegisterRow.series)
        .join(RegisterRow, RegisterRow.id == ReservationRow.register_id)
        .where(
            ReservationRow.organ_id == document.organ_id,
            ReservationRow.state == ReservationState.OPEN,
            ReservationRow.expires_at > at,
        )
        .order_by(ReservationRow.day, ReservationRow.number)
    )
    rows = session.execute(wanted).all()
    days = {row.day: "" for row, _ in rows}
    for day in days:  # other years may have other rules
        days[day] = series_rules.outgoing_series(session, document, day)
    return [row for row, series in rows if series == days[row.day]]


def open_in(session: Session, register_ids: Sequence[int]) -> int:
    """Return how many numbers of the registers are reserved still: not to be closed yet."""
    wanted = select(func.count()).select_from(ReservationRow)
    wanted = wanted.where(
        ReservationRow.register_id.in_(register_ids),
        ReservationRow.state == ReservationState.OPEN,
    )
    return session.scalar(wanted) or 0


def _expired(at: datetime) -> Any:
    return select(ReservationRow).where(
        ReservationRow.state == ReservationState.OPEN, ReservationRow.expires_at <= at
    )


def _as_reservation(row: ReservationRow, series: str, year: int) -> Reservation:
    return Reservation(
        row.id,
        row.organ_id,
        series,
        year,
        row.number,
        row.code,
        row.day,
        row.owner_id,
        row.reason,
        row.expires_at,
        ReservationState(row.state),
        row.document_id,
        row.void_reason or "",
    )


def _locked(session: Session, organ_id: str, reservation_id: str) -> ReservationRow:
    wanted = select(ReservationRow).where(
        ReservationRow.id == reservation_id, ReservationRow.organ_id == organ_id
    )
    wanted = wanted.with_for_update().execution_options(populate_existing=True)
    row = session.scalars(wanted).one_or_none()
    if row is None:
        raise ReservationUnknown(reservation_id[:60])
    return row


def _owner_or_clerk(
    session: Session, row: ReservationRow, who: str, at: datetime, what: str
) -> tuple[Actor, dict[str, Any]]:
    roles = tuple(Role) if _is(session, row, who) else (Role.CLERK,)
    by = acting(session, row.organ_id, who, roles, at, what)
    return by.actor, by.detail()


def _is(session: Session, row: ReservationRow, who: str) -> bool:
    return directory.person_row(session, row.organ_id, who).id == row.owner_id


def _void(
    session: Session,
    row: ReservationRow,
    by: Actor,
    at: datetime,
    reason: str,
    extra: dict[str, Any],
) -> None:
    detail = {"code": row.code, "reason": reason, **extra}
    if row.document_id is not None:
        detail["document"] = row.document_id
    row.state, row.document_id = ReservationState.VOID, None
    row.void_reason, row.ended_by, row.ended_at = reason, by.id, at
    session.flush()
    _note(session, row, "void_number", by, at, detail)


def _note(
    session: Session,
    row: ReservationRow,
    what: str,
    by: Actor,
    at: datetime,
    detail: dict[str, Any],
) -> None:
    # the reservation stands where a document would: its rows are found by its id
    fact = Fact(row.id, what, row.state, by, "", tuple(detail.items()))
    ledger.append(session, row.organ_id, fact, at)
