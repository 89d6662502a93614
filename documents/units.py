"""The units of an agency (đơn vị): a tree with dates, opened and ended, never removed.

Sources: Decree 30/2020/ND-CP, Appendix I, Part I, II.3 (the unit's abbreviation in the
notation); law.md §1.3 N-02e (advisory bodies), §8 O-08. What a unit still has goes somewhere
when it ends: the posts, the units below, the documents and tasks that are not done.
"""

import unicodedata
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from documents import directory, ledger, tenure
from documents.errors import Refused
from documents.identity import new_id
from documents.ledger import Actor, Fact
from documents.lifecycle import State
from documents.numbering import local_day
from documents.spelling import compact
from documents.tables import DocumentRow, PostRow, TaskRow, UnitRow

NAME_LENGTH = 200
ABBREVIATION_LENGTH = 30
BASIS_LENGTH = 100
FURTHEST = timedelta(days=366)
"""A decision of today takes effect within a year."""
_DONE = (State.VOID, State.REPLACED, State.RECALLED, State.REFUSED, State.COMPLETED, State.FILED)


class UnitInvalid(Refused):
    """What is to be recorded is no unit, or contradicts another."""

    code = "unit.invalid"
    vietnamese = "Không ghi nhận được đơn vị: {0}"
    english = "this unit cannot be recorded: {0}"
    remedy = "Xem các đơn vị: `congvan people unit` / see the units"


class UnitUnknown(Refused):
    """The agency has no such unit."""

    code = "unit.unknown"
    vietnamese = "Cơ quan «{1}» không có đơn vị «{0}»"
    english = "the agency «{1}» has no unit «{0}»"
    remedy = "Xem các đơn vị: `congvan people unit` / see the units"


class UnitOccupied(Refused):
    """The unit still has posts, units below, documents or tasks."""

    code = "unit.occupied"
    vietnamese = "Đơn vị «{0}» còn {1}"
    english = "the unit «{0}» still has {1}"
    remedy = "Cho biết chuyển về đâu / say where they go: `--to`"


def words(text: str, longest: int, kind: type[Refused], what: str) -> str:
    """Return *text* in NFC with single spaces.

    Raises:
        kind: empty, longer than *longest*, or with characters that are none.
    """
    plain = " ".join(unicodedata.normalize("NFC", text[: 4 * longest]).split())
    if not plain.isprintable() or not 1 <= len(plain) <= longest or len(text) > 4 * longest:
        raise kind(f"{what}: 1–{longest} ký tự / characters")
    return plain


def ensure_day(day: date, at: datetime, kind: type[Refused], what: str) -> None:
    """Refuse a day before any record, or later than a decision of today takes effect.

    Raises:
        kind: it is one.
    """
    if not tenure.EVER <= day <= local_day(at) + FURTHEST:
        raise kind(f"{what}: {day:%d/%m/%Y}")


def opened(
    session: Session,
    organ_id: str,
    name: str,
    since: date,
    by: Actor,
    at: datetime,
    *,
    abbreviation: str = "",
    parent_id: str | None = None,
    advisory: bool = False,
    basis: str = "",
    unit_id: str = "",
) -> str:
    """Record a unit; returns its id, the known one where it is on record already.

    Raises:
        UnitInvalid: name or day are none; or one of this name or abbreviation is there.
        UnitUnknown: the unit above is none of the agency that day.
        AgencyUnknown, AgencyNotServed: as they say.
    """
    organ = directory.served_agency(session, organ_id).organ_id
    name = words(name, NAME_LENGTH, UnitInvalid, "tên / name")
    if abbreviation:
        abbreviation = words(abbreviation, ABBREVIATION_LENGTH, UnitInvalid, "viết tắt / short")
    if basis:
        basis = words(basis, BASIS_LENGTH, UnitInvalid, "căn cứ / basis")
    ensure_day(since, at, UnitInvalid, "ngày lập / first day")
    if parent_id is not None and not tenure.in_force(of(session, organ, parent_id), since):
        raise UnitUnknown(parent_id, organ)
    new = UnitRow(
        id=unit_id or new_id(),
        organ_id=organ,
        parent_id=parent_id,
        name=name,
        abbreviation=abbreviation,
        advisory=advisory,
        since=since,
        until=None,
    )
    for row in every(session, organ):
        if (row.name, row.since, row.parent_id) == (name, since, parent_id):
            return row.id
        same = compact(row.name) == compact(name) or (
            abbreviation != "" and row.abbreviation == abbreviation
        )
        if row.id == new.id or (same and tenure.overlap(row, new)):
            raise UnitInvalid(f"đã có «{row.name}» ({row.abbreviation}) / is there already")
    session.add(new)
    session.flush()
    detail = {"unit": new.id, "name": name, "abbreviation": abbreviation, "since": since}
    _tell(session, organ, "open_unit", by, {**detail, "above": parent_id, "basis": basis}, at)
    return new.id


def of(session: Session, organ_id: str, which: str) -> UnitRow:
    """Return the agency's unit with this id, abbreviation or name; of several, the newest.

    Raises:
        UnitUnknown: there is none.
    """
    row = session.get(UnitRow, which)
    if row is not None and row.organ_id == organ_id:
        return row
    wanted = select(UnitRow).where(
        UnitRow.organ_id == organ_id, or_(UnitRow.abbreviation == which, UnitRow.name == which)
    )
    row = session.scalars(wanted.order_by(UnitRow.since.desc()).limit(1)).first() if which else None
    if row is None:
        raise UnitUnknown(which, organ_id)
    return row


def every(session: Session, organ_id: str) -> list[UnitRow]:
    """Return every unit the agency ever had, by name."""
    wanted = select(UnitRow).where(UnitRow.organ_id == organ_id)
    return list(session.scalars(wanted.order_by(UnitRow.name, UnitRow.since)))


def on(session: Session, organ_id: str, day: date) -> list[UnitRow]:
    """Return the units of the agency on *day*, by name."""
    return tenure.held_on(every(session, organ_id), day)


def below(rows: Iterable[UnitRow], unit_id: str) -> set[str]:
    """Return the ids of the unit and of all that hang below it among *rows*."""
    found, units = {unit_id}, list(rows)
    for _ in units:
        more = {row.id for row in units if row.parent_id in found} - found
        if not more:
            break
        found |= more
    return found


def ended(
    session: Session,
    organ_id: str,
    which: str,
    last: date,
    by: Actor,
    at: datetime,
    *,
    basis: str,
    to: str = "",
) -> None:
    """Record the unit's last day; what it still has goes to the unit *to* the day after.

    Raises:
        UnitUnknown: there is no such unit, or *to* is none of the agency the day after.
        UnitInvalid: the day is before the first, or another last day is on record.
        UnitOccupied: it has something, and nobody says where it goes.
    """
    row = of(session, organ_id, which)
    session.refresh(row, with_for_update=True)
    basis = words(basis, BASIS_LENGTH, UnitInvalid, "căn cứ / basis")
    ensure_day(last, at, UnitInvalid, "ngày cuối / last day")
    if row.until == last:
        return
    if row.until is not None or last < row.since:
        shown = row.until or row.since
        raise UnitInvalid(f"«{row.name}»: {last:%d/%m/%Y} ≠ {shown:%d/%m/%Y}")
    heir = of(session, organ_id, to) if to else None
    if heir is not None:
        after = last + timedelta(days=1)
        if heir.id in below(every(session, organ_id), row.id) or not tenure.in_force(heir, after):
            raise UnitUnknown(to, organ_id)
    _empty(session, row, heir, last, basis, at)
    row.until = last
    session.flush()
    detail = {"unit": row.id, "until": last, "basis": basis, "to": heir.id if heir else ""}
    _tell(session, organ_id, "end_unit", by, detail, at)


def _empty(
    session: Session, row: UnitRow, heir: UnitRow | None, last: date, basis: str, at: datetime
) -> None:
    of_unit = PostRow.unit_id == row.id
    lasting = or_(PostRow.until.is_(None), PostRow.until > last)
    posts = list(session.scalars(select(PostRow).where(of_unit, lasting)))
    units = list(
        session.scalars(
            select(UnitRow).where(
                UnitRow.parent_id == row.id, or_(UnitRow.until.is_(None), UnitRow.until > last)
            )
        )
    )
    undone = (DocumentRow.unit_id == row.id, DocumentRow.state.not_in(_DONE))
    tasks = (TaskRow.unit_id == row.id, TaskRow.closed_at.is_(None))
    counts = {
        "chức vụ / posts": len(posts),
        "đơn vị trực thuộc / units": len(units),
        "văn bản / documents": session.scalar(
            select(func.count()).select_from(DocumentRow).where(*undone)
        ),
        "nhiệm vụ / tasks": session.scalar(select(func.count()).select_from(TaskRow).where(*tasks)),
    }
    if heir is None:
        for what, count in counts.items():
            if count:
                vietnamese, english = what.split(" / ")
                raise UnitOccupied(row.name, f"{count} {vietnamese} / {count} {english}")
        return
    for post in posts:
        tenure.hand_on(session, post, heir.id, last, basis, at)
    for unit in units:
        _below(session, unit, heir, last, basis, at)
    session.execute(update(DocumentRow).where(*undone).values(unit_id=heir.id))
    session.execute(update(TaskRow).where(*tasks).values(unit_id=heir.id))


def _below(
    session: Session, row: UnitRow, heir: UnitRow, last: date, basis: str, at: datetime
) -> None:
    """Let a unit go on below *heir*: where it stood until now stays on record."""
    if row.since > last:
        row.parent_id = heir.id
        return
    new = UnitRow(
        id=new_id(),
        organ_id=row.organ_id,
        parent_id=heir.id,
        name=row.name,
        abbreviation=row.abbreviation,
        advisory=row.advisory,
        since=last + timedelta(days=1),
        until=row.until,
    )
    session.add(new)
    session.flush()
    _empty(session, row, new, last, basis, at)
    row.until = last


def _tell(
    session: Session, organ_id: str, what: str, by: Actor, detail: dict[str, object], at: datetime
) -> None:
    ledger.append(session, organ_id, Fact("", what, "", by, "", tuple(detail.items())), at)
