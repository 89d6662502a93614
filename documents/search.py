"""Search in everything that was entered and in the files' text: the same answers everywhere.

What matches as written, accents and all, comes before what matches without accents; within
each the order that was asked for, the newest first where none was. Facets and other orders
look at the newest matches only, at most `LOOKED_AT`, and the answer says so.
Sources: Decree 30/2020/ND-CP, Appendix VI, Part I, III.6 (law.md VI-29).
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    Select,
    TextClause,
    cast,
    column,
    extract,
    func,
    select,
    table,
    text,
)
from sqlalchemy.orm import Session

from documents import search_query
from documents.errors import Refused
from documents.lifecycle import State
from documents.search_expression import AllOf, Expression, rendered
from documents.search_query import Filters
from documents.tables import DocumentRow, SearchEntryRow

LOOKED_AT = 5_000
"""Matches that are counted, for facets and in all; more are «at least»."""
PAGE = 50
LONGEST_PAGE = 500
TOP = 20
"""Values of a facet that are shown, the most frequent ones."""

FINISHED = frozenset(
    {
        *(State.DISPATCHED, State.COMPLETED, State.FILED, State.VOID),
        *(State.REFUSED, State.RECALLED, State.REPLACED),
    }
)
"""States in which nothing is overdue any more."""


class PageInvalid(Refused):
    """The mark of a page is not one that this search gave."""

    code = "search.page_invalid"
    vietnamese = "Dấu trang «{0}» không hợp lệ"
    english = "«{0}» is no page of this search"
    remedy = "Tìm lại từ trang đầu / search again from the first page"


class Sort(StrEnum):
    """The order of what was found; what has no such value comes last."""

    NEWEST = "newest"
    OLDEST = "oldest"
    ARRIVAL = "arrival"
    """Ngày đến, the latest first."""
    PROMULGATED = "promulgated"
    """Ngày văn bản, the latest first."""
    DUE = "due"
    """Hạn, the nearest first."""
    CODE = "code"


class Facet(StrEnum):
    """What matches are counted by."""

    DIRECTION = "direction"
    TYPE = "type"
    YEAR = "year"
    STATE = "state"
    SENDER = "sender"
    UNIT = "unit"
    URGENCY = "urgency"


@dataclass(frozen=True, slots=True)
class Count:
    """How many of the matches have one value."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class Results:
    """One page of what was found."""

    documents: tuple[DocumentRow, ...]
    next: str
    """Mark of the page after this one; empty at the end."""
    total: int
    """Matches, or `LOOKED_AT` of more."""
    at_least: bool
    """There are more than `total`; facets and orders looked at the newest ones only."""
    facets: dict[Facet, tuple[Count, ...]] = field(default_factory=dict)
    exact: int = 0
    """How many of this page match as written, accents and all."""
    shortened: bool = False
    """More was typed than was looked for."""


_D, _E = DocumentRow, SearchEntryRow
_FTS = table("search_text", column("rowid", BigInteger))
"""On SQLite: migration 0019."""
_DAY_OF_ENTRY: dict[str, ColumnElement[Any]] = {
    "sqlite": func.date(_D.created_at, "+7 hours"),
    "postgresql": cast(func.timezone("Asia/Ho_Chi_Minh", _D.created_at), Date),
}
_YEAR = {
    dialect: extract("year", func.coalesce(_D.promulgated, _D.arrival_date, entered))
    for dialect, entered in _DAY_OF_ENTRY.items()
}
_COLUMNS: dict[Facet, ColumnElement[Any]] = {
    Facet.DIRECTION: _D.direction.expression,
    Facet.TYPE: _D.type_name.expression,
    Facet.STATE: _D.state.expression,
    Facet.SENDER: _D.sender_organ_id.expression,
    Facet.UNIT: _D.unit_id.expression,
    Facet.URGENCY: _D.urgency.expression,
}
_ORDERS: dict[Sort, tuple[Any, ...]] = {
    Sort.ARRIVAL: (_D.arrival_date.is_(None), _D.arrival_date.desc(), _E.seq.desc()),
    Sort.PROMULGATED: (_D.promulgated.is_(None), _D.promulgated.desc(), _E.seq.desc()),
    Sort.DUE: (_D.due_date.is_(None), _D.due_date, _E.seq.desc()),
    Sort.CODE: (
        _D.code_number.is_(None),
        func.length(_D.code_number),
        _D.code_number,
        _D.code_notation,
        _E.seq.desc(),
    ),
}


def search(
    session: Session,
    organ_ids: Iterable[str],
    query: str,
    filters: Filters | None = None,
    *,
    facets: Collection[Facet] = (),
    sort: Sort = Sort.NEWEST,
    page: str = "",
    size: int = PAGE,
    typing: bool = False,
) -> Results:
    """Return the documents of *organ_ids* that *query* and *filters* mean.

    Args:
        session: Only read from.
        organ_ids: The agencies whose documents may be seen.
        query: As typed; see `search_query`. Empty: all.
        filters: What else documents must be.
        facets: What to count the matches by.
        sort: The order within what matches equally well.
        page: The `next` of the page before.
        size: Documents of a page, at most `LONGEST_PAGE`.
        typing: The last word may be only begun.

    Raises:
        PageInvalid: *page* is none of this search's.
    """
    asked = search_query.parsed(query, organ_ids, filters, typing=typing)
    size = max(1, min(size, LONGEST_PAGE))
    looking = _Looking(session, asked.filters)
    tiers = _tiers(asked.strict, asked.loose)
    found, after = _page(looking, tiers, sort, _opened(page, sort), size)
    total = counts = None
    if facets or not page:
        total, counts = _counted(looking, asked.loose, facets)
    return Results(
        documents=tuple(row for row, _ in found),
        next=after,
        total=min(total or 0, LOOKED_AT),
        at_least=(total or 0) > LOOKED_AT,
        facets=counts or {},
        exact=sum(tier == 0 for _, tier in found),
        shortened=asked.shortened,
    )


def _tiers(strict: Expression, loose: Expression) -> list[Expression]:
    if strict == loose or not isinstance(loose, AllOf):
        return [strict]
    return [strict, AllOf(loose.parts, (*loose.without, strict))]


@dataclass(frozen=True, slots=True)
class _Looking:
    """How the index is asked."""

    session: Session
    filters: Filters

    def matching(self, asked: Expression, *columns: Any) -> Select[Any]:
        """Return the question for *columns* of what matches, not yet ordered."""
        wanted = select(*columns).select_from(_E).join(_D, _D.id == _E.document_id)
        return self._with_words(wanted, asked).where(*_conditions(self.filters))

    def newest(self, asked: Expression, most: int) -> Select[Any]:
        """Return the question for the newest that match: their `seq`."""
        conditions = _conditions(self.filters)
        place = self.place().label("seq")
        if conditions:
            wanted = self.matching(asked, place)
        elif self.dialect == "sqlite":
            # from the index of words alone: it holds their order too
            wanted = select(place).select_from(_FTS).where(self._having(asked))
        else:
            wanted = select(place).where(self._having(asked))
        return wanted.order_by(self.place().desc()).limit(most)

    def place(self) -> ColumnElement[int]:
        """Return what newest first goes by; FTS5 gives its rows in this order by itself."""
        if self.dialect == "sqlite":
            return _FTS.c.rowid
        return _E.seq.expression

    @property
    def dialect(self) -> str:
        return self.session.get_bind().dialect.name

    def _with_words(self, wanted: Select[Any], asked: Expression) -> Select[Any]:
        if self.dialect == "sqlite":
            wanted = wanted.join(_FTS, _FTS.c.rowid == _E.seq)
        return wanted.where(self._having(asked))

    def _having(self, asked: Expression) -> TextClause:
        line = rendered(asked, self.dialect)
        if self.dialect == "sqlite":
            return text("search_text MATCH :words").bindparams(words=line)
        return text("search_entry.words @@ CAST(:words AS tsquery)").bindparams(words=line)


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    """Return what the index does not know, or may know late."""
    found: list[ColumnElement[bool]] = []
    if filters.states:
        found.append(_D.state.in_(sorted(filters.states)))
    if filters.signer_id:
        found.append(_D.signer_id == filters.signer_id)
    for limited, least, most in (
        (_D.promulgated, filters.since, filters.until),
        (_D.arrival_date, filters.arrived_since, filters.arrived_until),
        (_D.due_date, filters.due_since, filters.due_until),
        (_D.receipt_number, filters.receipt_from, filters.receipt_to),
    ):
        if least is not None:
            found.append(limited >= least)
        if most is not None:
            found.append(limited <= most)
    if filters.deadline == "none":
        found.append(_D.due_date.is_(None))
    elif filters.deadline:
        found.append(_D.due_date.is_not(None))
    if filters.deadline == "overdue":
        found.append(_D.state.not_in(sorted(FINISHED)))
        if filters.today is not None:
            found.append(_D.due_date < filters.today)
    return found


Mark = tuple[int, int]
"""The tier, and the last place in it: a `seq`, or how many were given out."""


def _opened(page: str, sort: Sort) -> Mark | None:
    if not page:
        return None
    kind, _, rest = page.partition(".")
    tier, _, place = rest.partition(".")
    if kind != sort or tier not in ("0", "1") or not place.isascii() or not place.isdigit():
        raise PageInvalid(page[:60])
    if len(place) > 18:
        raise PageInvalid(page[:60])
    return int(tier), int(place)


Found = list[tuple[DocumentRow, int]]


def _page(
    looking: _Looking, tiers: list[Expression], sort: Sort, mark: Mark | None, size: int
) -> tuple[Found, str]:
    """Return a page, tier by tier, and the mark of the next."""
    found: Found = []
    first, place = mark or (0, None)
    for tier in range(first, len(tiers)):
        wanted = size + 1 - len(found)
        given = place or 0
        rows = _rows(looking, tiers[tier], sort, place, wanted)
        found += [(row, tier) for _, row in rows]
        if len(found) > size:
            last = len(rows) - 2
            if last < 0:
                # the page was full before this tier began
                return found[:size], f"{sort}.{tier}.0"
            there = given + last + 1 if sort in _ORDERS else rows[last][0]
            return found[:size], f"{sort}.{tier}.{there}"
        place = None
    return found, ""


def _rows(
    looking: _Looking, asked: Expression, sort: Sort, place: int | None, most: int
) -> Sequence[tuple[int, DocumentRow]]:
    """Return the next *most* of one tier in order, each with its place."""
    if sort in _ORDERS:
        newest = looking.newest(asked, LOOKED_AT).subquery()
        wanted = (
            select(_E.seq, _D)
            .join(newest, newest.c.seq == _E.seq)
            .join(_D, _D.id == _E.document_id)
            .order_by(*_ORDERS[sort])
            .offset(place or 0)
            .limit(most)
        )
        return [(seq, row) for seq, row in looking.session.execute(wanted)]
    by = looking.place()
    only = looking.matching(asked, _E.seq, _E.document_id)
    down = sort is Sort.NEWEST
    if place:
        only = only.where(by < place if down else by > place)
    first = only.order_by(by.desc() if down else by).limit(most)
    places = [(seq, document_id) for seq, document_id in looking.session.execute(first)]
    rows = {
        row.id: row
        for row in looking.session.scalars(
            select(_D).where(_D.id.in_([document_id for _, document_id in places]))
        )
    }
    return [(seq, rows[document_id]) for seq, document_id in places]


def _counted(
    looking: _Looking, asked: Expression, facets: Collection[Facet]
) -> tuple[int, dict[Facet, tuple[Count, ...]]]:
    """Return how many match, at most one more than are looked at, and the facets' counts."""
    newest = looking.newest(asked, LOOKED_AT + 1).subquery()
    if not facets:
        total = looking.session.scalar(select(func.count()).select_from(newest))
        return int(total or 0), {}
    columns = [_COLUMNS[each] for each in facets if each in _COLUMNS]
    if Facet.YEAR in facets:
        columns.append(_YEAR[looking.dialect])
    there = select(*columns, func.count()).select_from(newest)
    wanted = there.join(_E, _E.seq == newest.c.seq).join(_D, _D.id == _E.document_id)
    rows = looking.session.execute(wanted.group_by(*columns)).all()
    order = [each for each in facets if each in _COLUMNS]
    order += [Facet.YEAR] if Facet.YEAR in facets else []
    counts: dict[Facet, Counter[str]] = {each: Counter() for each in order}
    total = 0
    for *values, count in rows:
        total += count
        for facet, value in zip(order, values, strict=True):
            counts[facet]["" if value is None else str(value)] += count
    return total, {each: _top(counts[each]) for each in facets}


def _top(counts: Counter[str]) -> tuple[Count, ...]:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Count(value, count) for value, count in ordered[:TOP])
