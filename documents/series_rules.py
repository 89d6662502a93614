"""The agency's numbering rules, kept by year, and the series that they give a document.

Legal source: Decree 30/2020/ND-CP, Art. 15.1, 15.2 (the head decides), law.md §1.3 N-02.
A decision takes force on 1 January. In the year that runs it may be recorded only while no
number of it was given: what was given stays, and nothing is counted a second time.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Table, and_, bindparam, or_, select
from sqlalchemy.orm import Session

from documents import directory, ledger, series
from documents.document import Role
from documents.errors import Refused, storable
from documents.identity import new_id
from documents.kinds import BY_NAME, KINDS, OTHER, Kind
from documents.ledger import Fact
from documents.numbering import local_day
from documents.posts import acting
from documents.series import DEFAULT, Mode, SeriesRules
from documents.tables import (
    AgencyRow,
    DocumentRow,
    DocumentTypeRow,
    RegisterRow,
    SeriesRulesRow,
    UnitRow,
)

BASIS_LENGTH = 100


class YearBegun(Refused):
    """Numbers of the year were given by other rules (Art. 15.1: continuous in the year)."""

    code = "series.year_begun"
    vietnamese = "Năm {0} đã có số được cấp: quy tắc mới có hiệu lực từ 01/01/{1}"
    english = "numbers of {0} were given: new rules take force on 01/01/{1}"
    remedy = "Ghi quy tắc cho năm sau / record the rules for the next year"


class BasisMissing(Refused):
    """The rules are the head's decision, which has a code."""

    code = "series.basis_missing"
    vietnamese = "Thiếu số, ký hiệu quyết định về đánh số"
    english = "the code of the head's decision is missing"
    remedy = "Nêu số, ký hiệu, tối đa 100 ký tự / give its code, at most 100 characters"


@dataclass(frozen=True, slots=True)
class InForce:
    """Rules, since when, by which decision."""

    rules: SeriesRules
    since_year: int
    """0: nothing was decided."""
    basis: str = ""
    recorded_by: str = ""
    recorded_at: datetime | None = None


def decide(
    session: Session,
    organ_id: str,
    rules: SeriesRules,
    since_year: int,
    who: str,
    at: datetime,
    basis: str,
) -> None:
    """Record how the agency numbers from 1 January of *since_year* on.

    The same decision a second time changes nothing.

    Raises:
        AgencyUnknown, AgencyNotServed, PersonUnknown, PersonAmbiguous, RightMissing,
        SeriesInvalid, CodesAlike, BasisMissing: as they say.
        YearBegun: a number of that year, or of a later one, was given; or the year is past.
    """
    agency = directory.served_agency(session, organ_id)
    roles = (Role.LEADER, Role.CLERK, Role.ADMINISTRATOR)
    by = acting(session, agency.organ_id, who, roles, at, "quy định đánh số / decide the series")
    series.check(rules, kinds_of(session, local_day(at)))
    basis = storable(basis).strip()
    if not 1 <= len(basis) <= BASIS_LENGTH:
        raise BasisMissing
    # whoever decides at the same moment waits
    session.get(AgencyRow, agency.organ_id, with_for_update={"key_share": True})
    known = of_agency(session, agency.organ_id)
    if known and (known[-1].rules, known[-1].since_year, known[-1].basis) == (
        rules,
        since_year,
        basis,
    ):
        return
    _refuse_begun(session, agency.organ_id, since_year, local_day(at).year)
    row = SeriesRulesRow(
        id=new_id(),
        organ_id=agency.organ_id,
        since_year=since_year,
        mode=rules.mode,
        groups={name: list(names) for name, names in rules.groups.items()},
        incoming={name: list(names) for name, names in rules.incoming.items()},
        most_open=rules.most_open,
        basis=basis,
        recorded_by=by.actor.id,
        recorded_at=at,
    )
    session.add(row)
    session.flush()
    detail = (("since", since_year), ("mode", rules.mode), ("basis", basis), ("rules", row.id))
    fact = Fact("", "decide_series", "", by.actor, "", (*detail, *by.detail().items()))
    ledger.append(session, agency.organ_id, fact, at)


def _refuse_begun(session: Session, organ_id: str, since_year: int, this_year: int) -> None:
    begun = select(RegisterRow.year).where(
        RegisterRow.organ_id == organ_id,
        RegisterRow.year >= since_year,
        RegisterRow.series != series.COPIES,
        RegisterRow.last_number > 0,
    )
    newest = session.scalar(begun.order_by(RegisterRow.year.desc()).limit(1))
    if newest is not None or since_year < this_year:
        last = max(newest or 0, this_year if since_year < this_year else 0)
        raise YearBegun(last, last + 1)


def kinds_of(session: Session, day: date) -> list[Kind]:
    """Return every type of documents in use on *day*: the decree's, and the installation's."""
    wanted = select(DocumentTypeRow).where(
        DocumentTypeRow.since <= day,
        or_(DocumentTypeRow.until.is_(None), DocumentTypeRow.until >= day),
    )
    return [*KINDS, *(_kind(row) for row in session.scalars(wanted))]


def _kind(row: DocumentTypeRow) -> Kind:
    return Kind(row.name, row.abbreviation, row.code, row.normative, configured=True)


def _kind_named(session: Session, type_name: str, day: date) -> Kind:
    """Return the type, the decree's without a question."""
    if (known := BY_NAME.get(type_name)) is not None:
        return known
    own = [kind for kind in kinds_of(session, day) if kind.name == type_name]
    return own[-1] if own else Kind(type_name, type_name, OTHER)


def of_agency(session: Session, organ_id: str) -> list[InForce]:
    """Return every decision of the agency in the order in which they take force."""
    wanted = select(SeriesRulesRow).where(SeriesRulesRow.organ_id == organ_id)
    order = (SeriesRulesRow.since_year, SeriesRulesRow.recorded_at, SeriesRulesRow.id)
    return [
        InForce(_rules(row), row.since_year, row.basis, row.recorded_by, row.recorded_at)
        for row in session.scalars(wanted.order_by(*order))
    ]


def in_force(session: Session, organ_id: str, year: int) -> SeriesRules:
    """Return the rules that the agency's numbers of *year* are given by."""
    return _asked(session, organ_id, year, None)[0]


def outgoing_series(session: Session, row: DocumentRow, day: date) -> str:
    """Return the series of the document's number, were it given on *day* in Vietnam."""
    return series_for(session, row.organ_id, row.type_name, row.code_notation, row.unit_id, day)


def series_for(
    session: Session, organ_id: str, type_name: str, notation: str, unit_id: str | None, day: date
) -> str:
    """Return the series of an outgoing number of this type, notation and drafting unit."""
    rules, advisory = _asked(session, organ_id, day.year, unit_id)
    kind = _kind_named(session, type_name, day)
    return series.outgoing_series(rules, kind, notation, advisory)


def incoming_series(session: Session, row: DocumentRow, day: date) -> str:
    """Return the register of the document's receipt number (Art. 22.2)."""
    rules, _ = _asked(session, row.organ_id, day.year, None)
    return series.incoming_series(rules, row.type_name)


_RULES = cast("Table", SeriesRulesRow.__table__)
_UNITS = cast("Table", UnitRow.__table__)
_AGENCIES = cast("Table", AgencyRow.__table__)
_NEWEST = (
    select(_RULES.c.id)
    .where(_RULES.c.organ_id == bindparam("organ"), _RULES.c.since_year <= bindparam("in_year"))
    .order_by(_RULES.c.since_year.desc(), _RULES.c.recorded_at.desc(), _RULES.c.id.desc())
    .limit(1)
    .scalar_subquery()
)
# one question for rules and unit: it is asked for every document
_ASK = (
    select(
        _RULES.c.mode,
        _RULES.c.groups,
        _RULES.c.incoming,
        _RULES.c.most_open,
        _UNITS.c.advisory,
        _UNITS.c.abbreviation,
        _UNITS.c.id.label("unit"),
    )
    .select_from(
        _AGENCIES.outerjoin(_RULES, _RULES.c.id == _NEWEST).outerjoin(
            _UNITS,
            and_(_UNITS.c.id == bindparam("unit"), _UNITS.c.organ_id == _AGENCIES.c.organ_id),
        )
    )
    .where(_AGENCIES.c.organ_id == bindparam("organ"))
)


def _asked(
    session: Session, organ_id: str, year: int, unit_id: str | None
) -> tuple[SeriesRules, str | None]:
    """Return the year's rules, and the advisory body's name in a series where the unit is one."""
    key = {"organ": organ_id, "in_year": year, "unit": unit_id}
    row = session.connection().execute(_ASK, key).one_or_none()
    if row is None:
        return DEFAULT, None
    body = (row.abbreviation or row.unit) if row.advisory else None
    return (DEFAULT if row.mode is None else _rules(row)), body


def _rules(row: Any) -> SeriesRules:
    return SeriesRules(
        Mode(row.mode),
        {name: tuple(names) for name, names in row.groups.items()},
        {name: tuple(names) for name, names in row.incoming.items()},
        row.most_open,
    )
