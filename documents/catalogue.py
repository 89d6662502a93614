"""The agency catalogue (danh mục cơ quan): who can be addressed, under which codes, since when.

An agency has one code it is known by and may have others (axis.md §3.4); one that ends has
successors (the two-tier reform of 2025). What was known on any past day stays a question that
can be asked: `as_of`. `documents.directory` holds the agencies this installation serves and
those it knows better; everybody else is found here.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from documents import catalogue_codes
from documents.catalogue_codes import Kind
from documents.tables import (
    CatalogueAliasRow,
    CatalogueEntryRow,
    CatalogueSuccessionRow,
    CatalogueVersionRow,
)

MOST_STEPS = 8
"""Codes or successions that are followed one after the other; a circle ends there."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One agency of the catalogue."""

    code: str
    name: str
    kind: Kind = Kind.AGENCY
    parent: str = ""
    """The parent's code; empty where the source does not say."""
    email: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    """The last day it exists, in Vietnam."""
    deleted: bool = False
    axis_version: int | None = None
    modified_at: datetime | None = None

    def ended(self, day: date) -> bool:
        """Return whether it exists no more on *day*."""
        return self.deleted or (self.valid_to is not None and self.valid_to < day)

    @property
    def above(self) -> str:
        """The code above it: what its source says, else what its own code says."""
        return self.parent or catalogue_codes.read(self.code).parent


@dataclass(frozen=True, slots=True)
class Alias:
    """Another code of an agency."""

    code: str
    agency: str
    """The code it is known by."""
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class Succession:
    """One agency after another."""

    predecessor: str
    successor: str
    kind: str
    """merge | split | rename."""
    on: date
    """The successor's first day."""
    basis: str = ""
    """The resolution or law that says so."""
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Heir:
    """Who takes the mail of an agency that ended."""

    code: str
    name: str
    kind: str
    on: date
    basis: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How one code stands on one day."""

    code: str
    """As it was asked for."""
    agency: str
    """The code its agency is known by."""
    entry: Entry | None
    """None where the catalogue does not know it."""
    abolished: bool = False
    on: date | None = None
    """The first day it was no more, where somebody said so."""
    heirs: tuple[Heir, ...] = ()
    """Who came after it and still is, by code."""
    other_codes: tuple[str, ...] = ()


def version_at(session: Session, as_of: datetime | None) -> int | None:
    """Return the newest version that was known at *as_of*; None for what is known now."""
    if as_of is None:
        return None
    newest = select(func.max(CatalogueVersionRow.version)).where(CatalogueVersionRow.at <= as_of)
    return session.scalar(newest) or 0


def _known(table: Any, version: int | None) -> ColumnElement[bool]:
    """Return what holds of the rows of *table* that were known at *version*."""
    if version is None:
        return and_(table.superseded.is_(None))
    return and_(
        table.version <= version, or_(table.superseded.is_(None), table.superseded > version)
    )


_ROW = CatalogueEntryRow
_COLUMNS = (
    *(_ROW.code, _ROW.name, _ROW.kind, _ROW.parent, _ROW.email, _ROW.valid_from, _ROW.valid_to),
    *(_ROW.deleted, _ROW.axis_version, _ROW.modified_at),
)


def _entry(columns: Any) -> Entry:
    code, name, kind, *others = columns
    return Entry(code, name, Kind(kind), *others)


def entries(
    session: Session, codes: Collection[str], as_of: datetime | None = None
) -> dict[str, Entry]:
    """Return those of *codes* that are (were) entries, by code."""
    if not codes:
        return {}
    known = _known(_ROW, version_at(session, as_of))
    rows = session.execute(select(*_COLUMNS).where(_ROW.code.in_(list(codes)), known))
    return {row.code: _entry(row) for row in rows}


def all_entries(session: Session, as_of: datetime | None = None) -> Iterable[Entry]:
    """Return every entry that is (was) known, by code."""
    known = _known(_ROW, version_at(session, as_of))
    wanted = select(*_COLUMNS).where(known).order_by(CatalogueEntryRow.code)
    return map(_entry, session.execute(wanted))


def below(session: Session, code: str, as_of: datetime | None = None) -> list[Entry]:
    """Return the entries whose source names *code* as their parent, by code."""
    known = _known(_ROW, version_at(session, as_of))
    wanted = select(*_COLUMNS).where(_ROW.parent == code, known).order_by(_ROW.code)
    return [_entry(row) for row in session.execute(wanted)]


def canonical(
    session: Session, codes: Iterable[str], as_of: datetime | None = None
) -> dict[str, str]:
    """Return for each of *codes* the code its agency is known by: itself where nobody says more."""
    version = version_at(session, as_of)
    wanted = list(codes)
    ways: dict[str, str] = {}
    open_ones = set(wanted)
    for _ in range(MOST_STEPS):
        if not open_ones:
            break
        rows = session.execute(
            select(CatalogueAliasRow.code, CatalogueAliasRow.agency).where(
                CatalogueAliasRow.code.in_(open_ones),
                CatalogueAliasRow.agency != "",
                _known(CatalogueAliasRow, version),
            )
        )
        further = {row.code: row.agency for row in rows}
        ways |= further
        open_ones = set(further.values()) - ways.keys()
    return {code: _followed(ways, code) for code in wanted}


def _followed(ways: dict[str, str], code: str) -> str:
    """Return where *code* leads; a circle leads to the first of its codes, whoever asks."""
    seen = [code]
    while (further := ways.get(seen[-1])) is not None:
        if further in seen:
            return min(seen[seen.index(further) :])
        seen.append(further)
    return seen[-1]


def other_codes(
    session: Session, agencies: Collection[str], as_of: datetime | None = None
) -> dict[str, list[Alias]]:
    """Return for each of *agencies*, by the code it is known by, its other codes."""
    found: dict[str, list[Alias]] = {agency: [] for agency in agencies}
    if not found:
        return found
    rows = session.scalars(
        select(CatalogueAliasRow)
        .where(
            CatalogueAliasRow.agency.in_(list(found)),
            _known(CatalogueAliasRow, version_at(session, as_of)),
        )
        .order_by(CatalogueAliasRow.code)
    )
    for row in rows:
        found[row.agency].append(Alias(row.code, row.agency, row.valid_from, row.valid_to))
    return found


def all_aliases(session: Session) -> list[Alias]:
    """Return every other code that is known now, by code."""
    table = CatalogueAliasRow
    wanted = select(table).where(_known(table, None), table.agency != "").order_by(table.code)
    return [
        Alias(row.code, row.agency, row.valid_from, row.valid_to) for row in session.scalars(wanted)
    ]


def successions(
    session: Session,
    *,
    predecessors: Collection[str] | None = None,
    successors: Collection[str] | None = None,
    as_of: datetime | None = None,
) -> list[Succession]:
    """Return the successions from or to the given codes; all of them without either."""
    table = CatalogueSuccessionRow
    wanted = select(table).where(_known(table, version_at(session, as_of)))
    wanted = wanted.where(table.withdrawn.is_(False), table.predecessor != table.successor)
    if predecessors is not None:
        wanted = wanted.where(table.predecessor.in_(list(predecessors)))
    if successors is not None:
        wanted = wanted.where(table.successor.in_(list(successors)))
    rows = session.scalars(wanted.order_by(table.on, table.predecessor, table.successor))
    return [Succession(row.predecessor, row.successor, row.kind, row.on, row.basis) for row in rows]


@dataclass(slots=True)
class _Graph:
    """Agencies with who came after them, as far as it was followed."""

    known_by: dict[str, str] = field(default_factory=dict)
    facts: dict[str, Standing] = field(default_factory=dict)
    ways: dict[str, list[Succession]] = field(default_factory=dict)

    def heirs(self, agency: str, seen: set[str]) -> dict[str, Heir]:
        """Return who still is of those who came after *agency*, by code."""
        seen.add(agency)
        found: dict[str, Heir] = {}
        for way in self.ways[agency]:
            heir = self.known_by.get(way.successor)
            if heir is None or heir in seen:
                continue
            fact = self.facts[heir]
            if fact.abolished:
                found |= self.heirs(heir, seen)
            else:
                name = fact.entry.name if fact.entry else ""
                found[heir] = Heir(heir, name, way.kind, way.on, way.basis)
        return found


def standings(session: Session, codes: Collection[str], day: date) -> dict[str, Standing]:
    """Return how each of *codes* stands on *day*, with who came after those that ended."""
    graph = _Graph()
    open_ones = set(codes)
    for _ in range(MOST_STEPS):
        if not open_ones:
            break
        ended = _gather(session, graph, open_ones, day)
        open_ones = {way.successor for agency in ended for way in graph.ways[agency]}
        open_ones -= graph.known_by.keys()
    found = {}
    for code in codes:
        fact = graph.facts[graph.known_by[code]]
        heirs = graph.heirs(fact.agency, set()) if fact.abolished else {}
        found[code] = replace(fact, code=code, heirs=tuple(heirs[each] for each in sorted(heirs)))
    return found


def _gather(session: Session, graph: _Graph, codes: Collection[str], day: date) -> list[str]:
    """Add what is known of *codes* to *graph*; return those of their agencies that ended."""
    known_by = canonical(session, codes)
    agencies = set(known_by.values())
    others = other_codes(session, agencies)
    agency_of = {agency: agency for agency in agencies} | {
        alias.code: agency for agency, aliases in others.items() for alias in aliases
    }
    found = entries(session, agency_of)
    ways: dict[str, list[Succession]] = {agency: [] for agency in agencies}
    for way in successions(session, predecessors=agency_of):
        if way.on <= day:
            ways[agency_of[way.predecessor]].append(way)
    facts = {agency: _fact(agency, others[agency], found, ways[agency], day) for agency in agencies}
    graph.known_by |= agency_of | known_by
    graph.facts |= facts
    graph.ways |= ways
    return [agency for agency in sorted(agencies) if facts[agency].abolished]


def _fact(
    agency: str, aliases: list[Alias], found: dict[str, Entry], ways: list[Succession], day: date
) -> Standing:
    codes = (agency, *(alias.code for alias in aliases))
    entry = next((found[code] for code in codes if code in found), None)
    closed = entry is None or entry.ended(day)
    # who gave something away in a split may go on beside those who have it now
    abolished = any(way.kind != "split" or closed for way in ways) or (entry is not None and closed)
    on = min((way.on for way in ways), default=None)
    if on is None and entry is not None and entry.valid_to is not None:
        on = date.fromordinal(entry.valid_to.toordinal() + 1)
    return Standing(agency, agency, entry, abolished, on, (), codes[1:])


def inherited(session: Session, agencies: Collection[str], day: date) -> dict[str, str]:
    """Return every code whose mail is one of *agencies*' on *day*, with whose it is.

    Other codes, and those of agencies that ended and whose successor it is; nobody's code is
    given to one that only took a part of an agency that goes on.
    """
    known_by = canonical(session, agencies)
    owner = {code: agency for agency, code in known_by.items()} | {code: code for code in agencies}
    for _ in range(MOST_STEPS):
        before = len(owner)
        for agency, aliases in other_codes(session, list(owner)).items():
            for alias in aliases:
                owner.setdefault(alias.code, owner[agency])
        ways = successions(session, successors=list(owner))
        gone = standings(session, [way.predecessor for way in ways if way.on <= day], day)
        for way in ways:
            if way.predecessor in gone and gone[way.predecessor].abolished:
                owner.setdefault(way.predecessor, owner[way.successor])
        if len(owner) == before:
            break
    return {code: agency for code, agency in owner.items() if code not in agencies}
