"""Where in the index that stands which matches a question, the newest first.

SQLite's FTS5 gives its rows in this order by itself. PostgreSQL's GIN index gives none: it is
asked stretch by stretch of time (search_spans.py), so that a frequent word costs what is wanted
of it and not all its documents.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    Select,
    Text,
    TextClause,
    cast,
    column,
    func,
    literal,
    select,
    table,
    text,
)
from sqlalchemy.orm import Session

from documents import search_spans
from documents.search_expression import AllOf, Expression, rendered
from documents.search_query import FINISHED, Filters
from documents.tables import DocumentRow, SearchEntryRow

_D, _E = DocumentRow, SearchEntryRow
_FTS = table("search_text", column("rowid", BigInteger))
"""On SQLite: migration 0019."""

Place = tuple[int, str]
"""A `seq` and its document."""


@dataclass(frozen=True, slots=True)
class Places:
    """The index, as one search asks it."""

    session: Session
    filters: Filters

    @property
    def dialect(self) -> str:
        """The database's name in SQLAlchemy."""
        return self.session.get_bind().dialect.name

    def newest(self, asked: Expression, most: int, before: int | None = None) -> list[Place]:
        """Return the *most* newest that match, or those *before* a `seq`."""
        if self.dialect == "sqlite":
            wanted = self._matching(asked)
            if before is not None:
                wanted = wanted.where(_FTS.c.rowid < before)
            return self._places(wanted.order_by(_FTS.c.rowid.desc()).limit(most))
        found: list[Place] = []
        for stretch, upper in self._stretches(asked, before):
            # apart from its order: the planner would go along the order through all the others
            there = self._matching(stretch).where(_E.seq < upper).cte().prefix_with("MATERIALIZED")
            newest = select(there).order_by(there.c.seq.desc()).limit(most - len(found))
            found += self._places(newest)
            if len(found) >= most:
                break
        return found

    def oldest(self, asked: Expression, most: int, after: int | None = None) -> list[Place]:
        """Return the *most* oldest that match, or those *after* a `seq`."""
        by = _FTS.c.rowid if self.dialect == "sqlite" else _E.seq.expression
        wanted = self._matching(asked)
        if after is not None:
            wanted = wanted.where(by > after)
        return self._places(wanted.order_by(by).limit(most))

    def among(self, ids: list[str]) -> ColumnElement[bool]:
        """Return the condition that a document is one of *ids*, however many."""
        return _D.id.in_(self._each(ids))

    def _each(self, ids: Iterable[str]) -> Select[Any]:
        every = json.dumps(sorted(ids))
        if self.dialect == "sqlite":
            each = func.json_each(every).table_valued("value")
        else:
            # of an array the planner knows the length, and reads the whole table for so many
            listed = func.json_array_elements_text(cast(literal(every, Text), JSON))
            each = listed.table_valued("value")
        return select(each.c.value)

    def _places(self, wanted: Select[Any]) -> list[Place]:
        return [(seq, document_id) for seq, document_id in self.session.execute(wanted)]

    def _stretches(self, asked: Expression, before: int | None) -> Iterator[tuple[Expression, int]]:
        """Yield what to ask for, and before which `seq`, from the newest stretch back."""
        upper = before
        if upper is None:
            upper = (self.session.scalar(select(func.max(_E.seq))) or 0) + 1
        for begins, words in search_spans.back(upper - 1):
            yield AllOf((asked, words)) if words else asked, upper
            upper = begins
            if upper <= 0:
                return

    def _matching(self, asked: Expression) -> Select[Any]:
        wanted: Any = select(_E.seq, _E.document_id)
        if conditions := _conditions(self.filters):
            wanted = wanted.join(_D, _D.id == _E.document_id).where(*conditions)
        if self.filters.without:
            wanted = wanted.where(_E.document_id.not_in(self._each(self.filters.without)))
        if self.dialect == "sqlite":
            wanted = wanted.join(_FTS, _FTS.c.rowid == _E.seq)
        found: Select[Any] = wanted.where(self._having(asked))
        return found

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
