"""The directory: agencies by either code; the people in their posts are `documents.staff`.

Agency codes: QĐ 20/2020/QĐ-TTg (`H99.01`) and QCVN 102:2016 (`000.00.01.H99`);
both find the same agency (axis.md §3). Kept here are the agencies this installation serves
and those it was told more of; whoever else is addressed is described as the catalogue has
them, and never written down.
"""

import re
from collections.abc import Iterable
from datetime import date

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from documents import catalogue
from documents.catalogue import Entry
from documents.document import Agency
from documents.errors import Refused
from documents.holding import holding
from documents.staff import (
    PersonAmbiguous,
    PersonUnknown,
    RightMissing,
    as_person,
    holder,
    holders,
    people,
    person_row,
    person_with,
    put_newcomer,
    put_person,
)
from documents.tables import AgencyRow

__all__ = [
    "AgencyNotServed",
    "AgencyUnknown",
    "OrganIdInvalid",
    "PersonAmbiguous",
    "PersonUnknown",
    "RightMissing",
    "agency_row",
    "agency_rows",
    "as_agency",
    "as_person",
    "check_organ_id",
    "holder",
    "holders",
    "people",
    "person_row",
    "person_with",
    "put_agency",
    "put_newcomer",
    "put_person",
    "receiving",
    "same_agency",
    "served",
    "served_agency",
    "speaks_for",
]

_NEW_CODE = re.compile(r"(?:[A-Y][0-9]{2}|[0-9]{12})(\.[0-9A-Z]+)*")
_OLD_CODE = re.compile(r"[0-9]{3}\.[0-9]{2}\.[0-9]{2}\.[A-Z][0-9]{2}")


class AgencyUnknown(Refused):
    """No agency has this code."""

    code = "agency.unknown"
    vietnamese = "Không có cơ quan nào mang mã «{0}»"
    english = "no agency has the code «{0}»"
    remedy = "Xem danh mục: `congvan show --agencies` / see the catalogue"


class AgencyNotServed(Refused):
    """The agency exists but has no desk in this installation."""

    code = "agency.not_served"
    vietnamese = "Cơ quan «{0}» không thuộc bản cài đặt này"
    english = "this installation does not serve the agency «{0}»"
    remedy = "Chọn cơ quan của bản cài đặt này / choose an agency of this installation"


class OrganIdInvalid(Refused):
    """The code has neither the new nor the old form."""

    code = "agency.code_invalid"
    vietnamese = "Mã định danh «{0}» không đúng cấu trúc"
    english = "«{0}» is not an agency code"
    remedy = "Dùng dạng H99.01 (QĐ 20/2020) hoặc 000.00.01.H99 (QCVN 102:2016)"


def check_organ_id(organ_id: str) -> None:
    """Accept both forms of agency codes.

    Raises:
        OrganIdInvalid: it has neither form, or more than 35 characters.
    """
    if len(organ_id) > 35 or not (_NEW_CODE.fullmatch(organ_id) or _OLD_CODE.fullmatch(organ_id)):
        raise OrganIdInvalid(organ_id)


def put_agency(
    session: Session,
    agency: Agency,
    *,
    served: bool = False,
    seal_key: str = "",
    accepts_unsigned: bool = False,
    collective: bool | None = None,
) -> None:
    """Add or update an agency; what *served*, *seal_key*, *accepts_unsigned* gave stays given.

    *collective* says whether a collective leads it (Decree 30/2020, Art. 13.2); None: as known.

    Raises:
        OrganIdInvalid: its code has neither form.
    """
    check_organ_id(agency.organ_id)
    row = session.get(AgencyRow, agency.organ_id)
    if row is None:
        row = AgencyRow(organ_id=agency.organ_id, served=False, accepts_unsigned=False)
        session.add(row)
    row.old_organ_id = agency.old_organ_id or None
    row.name, row.abbreviation = agency.name, agency.abbreviation
    row.parent_name, row.place = agency.parent_name, agency.place
    row.address, row.email, row.telephone = agency.address, agency.email, agency.telephone
    row.served = row.served or served
    row.accepts_unsigned = row.accepts_unsigned or accepts_unsigned
    row.seal_key = seal_key or row.seal_key or ""
    row.collective = row.collective if collective is None else collective
    session.flush()


# built once: building a statement takes longer than the database takes to run it
_AGENCY = (
    select(AgencyRow)
    .where(
        or_(AgencyRow.organ_id == bindparam("code"), AgencyRow.old_organ_id == bindparam("code"))
    )
    .order_by((AgencyRow.organ_id == bindparam("code")).desc())
    .limit(1)
)


def agency_row(session: Session, code: str) -> AgencyRow:
    """Return the agency that has *code*, new or old; of the catalogue's, a row not in the session.

    Raises:
        AgencyUnknown: none has.
    """
    row = session.scalar(_AGENCY, {"code": code})
    if row is None:
        row = _from_catalogue(session, [code]).get(code)
    if row is None:
        raise AgencyUnknown(code)
    return row


def agency_rows(session: Session, codes: Iterable[str]) -> dict[str, AgencyRow]:
    """Return the agencies that have one of *codes*, new or old, by the code asked for.

    Several codes of one agency give one row.
    """
    wanted = list(codes)
    found = _kept(session, wanted)
    if missing := [code for code in wanted if code not in found]:
        found |= _from_catalogue(session, missing)
    return {code: found[code] for code in wanted if code in found}


def _kept(session: Session, codes: Iterable[str]) -> dict[str, AgencyRow]:
    """Return the agencies that are written down here, by each of their codes."""
    wanted = list(codes)
    rows = session.scalars(
        select(AgencyRow).where(
            or_(AgencyRow.organ_id.in_(wanted), AgencyRow.old_organ_id.in_(wanted))
        )
    ).all()
    return {row.old_organ_id: row for row in rows if row.old_organ_id} | {
        row.organ_id: row for row in rows
    }


def _from_catalogue(session: Session, codes: Iterable[str]) -> dict[str, AgencyRow]:
    """Return the agencies that the catalogue knows under *codes*, by the code asked for."""
    known_by = catalogue.canonical(session, codes)
    others = catalogue.other_codes(session, set(known_by.values()))
    group = {
        agency: (agency, *(alias.code for alias in aliases)) for agency, aliases in others.items()
    }
    all_codes = {code for codes_of_one in group.values() for code in codes_of_one}
    kept = _kept(session, all_codes)
    entries = catalogue.entries(session, all_codes)
    parents = catalogue.entries(session, {entry.above for entry in entries.values()})
    rows: dict[str, AgencyRow] = {}
    for agency, its_codes in group.items():
        row = next((kept[code] for code in its_codes if code in kept), None)
        entry = next((entries[code] for code in its_codes if code in entries), None)
        if row is not None:
            rows[agency] = row
        elif entry is not None:
            rows[agency] = _described(agency, its_codes, entry, parents.get(entry.above))
    return {code: rows[agency] for code, agency in known_by.items() if agency in rows}


def _described(
    agency: str, codes: tuple[str, ...], entry: Entry, parent: Entry | None
) -> AgencyRow:
    """Return an agency of the catalogue as one of ours; no session ever has it."""
    return AgencyRow(
        organ_id=agency,
        old_organ_id=next((code for code in codes if _OLD_CODE.fullmatch(code)), None),
        name=entry.name[:200],
        abbreviation="",
        parent_name=parent.name[:200] if parent else "",
        place="",
        address="",
        email=entry.email[:100],
        telephone="",
        served=False,
        seal_key="",
        accepts_unsigned=False,
        collective=None,
    )


def same_agency(session: Session, code: str, other: str) -> bool:
    """Return whether two codes, new or old, name one agency."""
    if code == other:
        return True
    known = agency_rows(session, (code, other))
    if len(known) == 2 and known[code] is known[other]:
        return True
    codes = [known[each].organ_id if each in known else each for each in (code, other)]
    return len(set(catalogue.canonical(session, codes).values())) == 1


def speaks_for(session: Session, who: str, agency: str, day: date) -> bool:
    """Return whether *who* is *agency*, or came after it by *day*: nobody else acts for it."""
    if same_agency(session, who, agency):
        return True
    known = agency_rows(session, (who, agency))
    own, other = known.get(who), known.get(agency)
    mine = {who, own.organ_id} if own is not None else {who}
    theirs = {agency, other.organ_id} if other is not None else {agency}
    return not theirs.isdisjoint(catalogue.inherited(session, mine, day))


def receiving(session: Session, code: str, day: date) -> AgencyRow:
    """Return who takes in mail for *code* on *day*: its agency, or a served one that came after.

    Where several came after it, the first by code that is served here: one letter is one
    arrival, and its clerk passes it on.

    A transaction that takes in much mail for one code asks once.

    Raises:
        AgencyUnknown: nobody here does.
    """
    known = holding(session).receivers
    if (receiver := known.get((code, day))) is None:
        receiver = known[code, day] = _receiving(session, code, day)
    return receiver


def correspondents(session: Session, *codes: str) -> dict[str, AgencyRow]:
    """Return what `agency_rows` does; a transaction over much mail of one agency asks once."""
    known = holding(session).correspondents
    if (found := known.get(codes)) is None:
        found = known[codes] = agency_rows(session, codes)
    return found


def _receiving(session: Session, code: str, day: date) -> AgencyRow:
    row = session.scalar(_AGENCY, {"code": code})
    standing = catalogue.standings(session, [code], day)[code]
    if standing.abolished:
        heirs = agency_rows(session, [heir.code for heir in standing.heirs])
        for heir in heirs.values():
            if heir.served:
                return heir
    return row if row is not None else agency_row(session, code)


def served_agency(session: Session, code: str) -> AgencyRow:
    """Return the agency with *code*, whose desk is here.

    Raises:
        AgencyUnknown: none has the code.
        AgencyNotServed: its desk is in another installation.
    """
    row = agency_row(session, code)
    if not row.served:
        raise AgencyNotServed(code)
    return row


def served(session: Session) -> list[AgencyRow]:
    """Return the agencies whose desks are here."""
    wanted = select(AgencyRow).where(AgencyRow.served.is_(True)).order_by(AgencyRow.organ_id)
    return list(session.scalars(wanted))


def as_agency(row: AgencyRow) -> Agency:
    """Return the row as a value."""
    return Agency(
        organ_id=row.organ_id,
        name=row.name,
        abbreviation=row.abbreviation,
        place=row.place,
        parent_name=row.parent_name,
        old_organ_id=row.old_organ_id or "",
        address=row.address,
        email=row.email,
        telephone=row.telephone,
    )
