"""Search in everything that was entered and in the files' text: the same answers everywhere.

What matches as written, accents and all, comes before what matches without accents; within
each the order that was asked for, the newest first where none was. Facets and other orders
look at the newest matches only, at most `LOOKED_AT`, and the answer says so.
Sources: Decree 30/2020/ND-CP, Appendix VI, Part I, III.6 (law.md VI-29).
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Date, cast, extract, func, select
from sqlalchemy.orm import Session

from documents import search_query
from documents.errors import Refused
from documents.search_expression import AllOf, Expression
from documents.search_places import Place, Places
from documents.search_query import Filters
from documents.tables import DocumentRow

LOOKED_AT = 5_000
"""Matches that are counted, for facets and in all; more are «at least»."""
PAGE = 50
LONGEST_PAGE = 500
TOP = 20
"""Values of a facet that are shown, the most frequent ones."""


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


_D = DocumentRow
_LATEST = (_D.created_at.desc(), _D.id.desc())
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
    Sort.ARRIVAL: (_D.arrival_date.is_(None), _D.arrival_date.desc(), *_LATEST),
    Sort.PROMULGATED: (_D.promulgated.is_(None), _D.promulgated.desc(), *_LATEST),
    Sort.DUE: (_D.due_date.is_(None), _D.due_date, *_LATEST),
    Sort.CODE: (
        _D.code_number.is_(None),
        func.length(_D.code_number),
        _D.code_number,
        _D.code_notation,
        *_LATEST,
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
    mark = _opened(page, sort)
    looking = _Looking(Places(session, asked.filters), sort)
    total: list[Place] = []
    if facets or mark is None:
        total = looking.newest(asked.loose, LOOKED_AT + 1)
    found, after = _page(looking, _tiers(asked.strict, asked.loose), mark, size)
    return Results(
        documents=tuple(row for row, _ in found),
        next=after,
        total=min(len(total), LOOKED_AT),
        at_least=len(total) > LOOKED_AT,
        facets=_counts(looking.places, total, facets),
        exact=sum(tier == 0 for _, tier in found),
        shortened=asked.shortened,
    )


def _tiers(strict: Expression, loose: Expression) -> list[Expression]:
    if strict == loose or not isinstance(loose, AllOf):
        return [strict]
    return [strict, AllOf(loose.parts, (*loose.without, strict))]


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


Ordered = list[tuple[int, str]]
"""Documents in order, each with the mark that the next page begins after."""


@dataclass(slots=True)
class _Looking:
    """The index, and the order that is wanted."""

    places: Places
    sort: Sort
    _known: tuple[Expression, list[Place]] | None = None
    """The newest of what was asked for before."""

    def newest(self, asked: Expression, most: int) -> list[Place]:
        """Return the *most* newest that match, without asking twice."""
        if self._known is None or self._known[0] != asked:
            self._known = asked, self.places.newest(asked, most)
        return self._known[1][:most]

    def after(self, asked: Expression, mark: int, most: int) -> Ordered:
        """Return the next *most* of what matches, after *mark* (0: from the beginning)."""
        if self.sort is Sort.OLDEST:
            return self.places.oldest(asked, most, mark or None)
        if self.sort is Sort.NEWEST:
            if self._known is not None and self._known[0] == asked and not mark:
                return self._known[1][:most]
            return self.places.newest(asked, most, mark or None)
        ids = [document_id for _, document_id in self.newest(asked, LOOKED_AT)]
        wanted = select(_D.id).where(self.places.among(ids)).order_by(*_ORDERS[self.sort])
        rows = self.places.session.scalars(wanted.offset(mark).limit(most))
        return list(enumerate(rows, mark + 1))


Found = list[tuple[DocumentRow, int]]


def _page(
    looking: _Looking, tiers: list[Expression], mark: Mark | None, size: int
) -> tuple[Found, str]:
    """Return a page, tier by tier, and the mark of the next."""
    found: list[tuple[str, int]] = []
    first, place = mark or (0, 0)
    after = ""
    for tier in range(first, len(tiers)):
        ordered = looking.after(tiers[tier], place, size + 1 - len(found))
        found += [(document_id, tier) for _, document_id in ordered]
        if len(found) > size:
            # with none of this tier on it, the page was full before this tier began
            last = ordered[-2][0] if len(ordered) > 1 else 0
            after = f"{looking.sort}.{tier}.{last}"
            break
        place = 0
    found = found[:size]
    ids = [document_id for document_id, _ in found]
    wanted = select(_D).where(looking.places.among(ids))
    rows = {row.id: row for row in looking.places.session.scalars(wanted)} if ids else {}
    return [(rows[document_id], tier) for document_id, tier in found], after


def _counts(
    places: Places, found: list[Place], facets: Collection[Facet]
) -> dict[Facet, tuple[Count, ...]]:
    """Return how often each value is there."""
    if not facets:
        return {}
    order = list(dict.fromkeys(facets))
    columns = [_YEAR[places.dialect] if each is Facet.YEAR else _COLUMNS[each] for each in order]
    ids = [document_id for _, document_id in found]
    wanted = select(*columns, func.count()).where(places.among(ids)).group_by(*columns)
    counts: dict[Facet, Counter[str]] = {each: Counter() for each in order}
    for *values, count in places.session.execute(wanted):
        for facet, value in zip(order, values, strict=True):
            counts[facet]["" if value is None else str(value)] += count
    return {each: _top(counts[each]) for each in order}


def _top(counts: Counter[str]) -> tuple[Count, ...]:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Count(value, count) for value, count in ordered[:TOP])
