"""The dictionary of abbreviations that an agency's head fixed, with the days they hold.

Legal source: Decree 30/2020/ND-CP, Appendix I, Part I, II.3 (law.md N-06). An entry is ended,
never changed, so that a past day's notation can be read with the words of that day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from sqlalchemy import Table, bindparam, or_, select
from sqlalchemy.orm import Session

from documents import ledger, notation, posts
from documents.abbreviation import AbbreviationInvalid, Thing, check_abbreviation
from documents.document import Role
from documents.errors import Refused
from documents.field_text import check_text
from documents.identity import new_id
from documents.kinds import Kind
from documents.ledger import Fact
from documents.numbering import local_day
from documents.tables import AbbreviationRow, AgencyRow, UnitRow


class AbbreviationTaken(Refused):
    """The thing, or the abbreviation within its kind, has an entry on some of these days."""

    code = "abbreviation.taken"
    vietnamese = "«{0}» đã được quy định viết tắt là «{1}» trong thời gian này"
    english = "«{0}» is abbreviated «{1}» in that time already"
    remedy = "Kết thúc mục cũ trước, hoặc đổi ngày / end the other entry first, or change the days"


class AbbreviationUnknown(Refused):
    """A notation given by hand names what the agency's dictionary has not."""

    code = "abbreviation.unknown"
    vietnamese = "Ký hiệu «{0}»: «{1}» không có trong danh mục viết tắt của cơ quan"
    english = "the notation «{0}»: «{1}» is not in the agency's dictionary of abbreviations"
    remedy = (
        "Dùng chữ viết tắt đã quy định, hoặc bổ sung bằng `congvan notation add`"
        " / use a fixed abbreviation, or have the head add it"
    )


class AbbreviationNotFound(Refused):
    """No open entry is of that name."""

    code = "abbreviation.not_found"
    vietnamese = "Không có mục «{0}» đang dùng trong danh mục viết tắt"
    english = "the dictionary has no open entry «{0}»"
    remedy = "Xem `congvan notation list` / see `congvan notation list`"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry to be made."""

    thing: Thing
    name: str
    abbreviation: str
    since: date
    until: date | None = None
    basis: str = ""
    """Code of the decision that fixes it."""


# built once: building a statement takes longer than the database takes to run it
_ROWS = cast("Table", AbbreviationRow.__table__)
_OF_DAY = (
    select(_ROWS.c.thing, _ROWS.c.name, _ROWS.c.abbreviation)
    .where(_ROWS.c.organ_id == bindparam("organ"), _ROWS.c.since <= bindparam("day"))
    .where(or_(_ROWS.c.until.is_(None), _ROWS.c.until >= bindparam("day")))
    .order_by(_ROWS.c.thing, _ROWS.c.name)
)


def of_day(session: Session, organ_id: str, day: date) -> list[tuple[Thing, str, str]]:
    """Return (thing, name, abbreviation) of the agency's entries that hold on *day*."""
    found = session.connection().execute(_OF_DAY, {"organ": organ_id, "day": day})
    return [(Thing(thing), name, short) for thing, name, short in found]


def every(session: Session, organ_id: str) -> Sequence[AbbreviationRow]:
    """Return all entries of the agency, those that ended too, by thing, name and first day."""
    wanted = select(AbbreviationRow).where(AbbreviationRow.organ_id == organ_id)
    order = AbbreviationRow.thing, AbbreviationRow.name, AbbreviationRow.since
    return session.scalars(wanted.order_by(*order)).all()


def fix(session: Session, organ_id: str, entry: Entry, who: str, at: datetime) -> AbbreviationRow:
    """Enter an abbreviation as the head fixed it.

    Raises:
        PersonUnknown, PersonAmbiguous, RightMissing: as they say.
        AbbreviationInvalid, FieldRefused: it is none; the name or the basis cannot be.
        AbbreviationTaken: the same thing, or another one of its kind, has it in that time.
    """
    by = posts.acting(session, organ_id, who, [Role.LEADER], at, _FIXES)
    name = check_text("Tên được viết tắt", entry.name, 200)
    short = check_abbreviation(entry.abbreviation)
    if not name or (entry.until is not None and entry.until < entry.since):
        raise AbbreviationInvalid(short)
    last = entry.until or date.max
    for row in every(session, organ_id):
        same = row.name.casefold() == name.casefold() or row.abbreviation == short
        overlaps = row.since <= last and (row.until or date.max) >= entry.since
        if row.thing == entry.thing and same and overlaps:
            raise AbbreviationTaken(row.name, row.abbreviation)
    row = AbbreviationRow(
        id=new_id(),
        organ_id=organ_id,
        thing=entry.thing.value,
        name=name,
        abbreviation=short,
        since=entry.since,
        until=entry.until,
        basis=check_text("Căn cứ", entry.basis, 100),
        recorded_by=by.person.id,
        recorded_at=at,
    )
    session.add(row)
    session.flush()
    detail = (("name", name), ("abbreviation", short), ("since", str(entry.since)))
    ledger.append(session, organ_id, Fact("", "fix_abbreviation", "", by.actor, "", detail), at)
    return row


_FIXES = "quy định chữ viết tắt / fix abbreviations"


def end(
    session: Session, organ_id: str, named: tuple[Thing, str], until: date, who: str, at: datetime
) -> AbbreviationRow:
    """Let *until* be the last day of the open entry *named* by thing and name.

    Raises:
        PersonUnknown, PersonAmbiguous, RightMissing: as they say.
        AbbreviationNotFound: there is no open entry.
        AbbreviationInvalid: the day is before its first, or past already.
    """
    by = posts.acting(session, organ_id, who, [Role.LEADER], at, _FIXES)
    thing, name = named
    wanted = select(AbbreviationRow).where(
        AbbreviationRow.organ_id == organ_id,
        AbbreviationRow.thing == thing.value,
        AbbreviationRow.name == name,
        AbbreviationRow.until.is_(None),
    )
    row = session.scalars(wanted.with_for_update()).one_or_none()
    if row is None:
        raise AbbreviationNotFound(name[:100])
    if until < max(row.since, local_day(at)):
        raise AbbreviationInvalid(f"{row.abbreviation}: {until:%d/%m/%Y}")
    row.until = until
    session.flush()
    detail = (("name", name), ("abbreviation", row.abbreviation), ("until", str(until)))
    ledger.append(session, organ_id, Fact("", "end_abbreviation", "", by.actor, "", detail), at)
    return row


class NotationUncapital(Refused):
    """The symbol is in small letters (Appendix I, II.3). ({0} as given, {1} in capitals)."""

    code = "notation.uncapital"
    vietnamese = "Ký hiệu «{0}» phải viết bằng chữ in hoa"
    english = "the notation «{0}» is written in capitals"
    remedy = "Viết «{1}» / write «{1}»"


def own_notation(
    session: Session, agency: AgencyRow, kind: Kind, given: str, unit: str, day: date
) -> str:
    """Return the notation of the agency's own document of *day*: built, or *given* and checked.

    *unit* is an abbreviation, or the name of a unit or field that the dictionary abbreviates.

    Raises:
        NotationUncapital: a group of *given* is in small letters.
        AbbreviationUnknown: *given* names what the agency's dictionary, if it keeps one, has not.
    """
    entries = of_day(session, agency.organ_id, day)
    if given:
        if any(each.islower() for each in given.split("-")):
            raise NotationUncapital(given, given.upper())
        if entries:
            _ensure_known(session, agency, kind, given, entries)
        return given
    names = {(thing, name): short for thing, name, short in entries}
    organ = names.get((Thing.AGENCY, agency.name), agency.abbreviation)
    unit = names.get((Thing.UNIT, unit)) or names.get((Thing.FIELD, unit)) or unit
    return notation.written(kind, organ, unit, day.year)


def _ensure_known(
    session: Session,
    agency: AgencyRow,
    kind: Kind,
    given: str,
    entries: Sequence[tuple[Thing, str, str]],
) -> None:
    units = select(UnitRow.abbreviation).where(UnitRow.organ_id == agency.organ_id)
    known = {short for _, _, short in entries} | {agency.abbreviation, *session.scalars(units)}
    segments = given.rpartition("/")[2].split("-")
    if kind.abbreviation and segments[0] == kind.abbreviation:
        segments = segments[1:]
    for segment in segments:
        if segment not in known:
            raise AbbreviationUnknown(given, segment)
