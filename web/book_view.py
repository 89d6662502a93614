"""A register as its page shows it: which one, from which number, what its rows say.

Legal source: Decree 30/2020/ND-CP, Appendix IV (columns), Art. 16.2b, 22.3b. A page of a numbered
register begins at a number, of another one at a row: nothing before it is read twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import book_closing, book_rows
from documents.book import FORMS, BookForm, BookKind, Cell, written
from documents.book_rows import BookWanted
from documents.document import Urgency
from documents.errors import Refused
from documents.search_query import day_of
from documents.tables import BookRow, RegisterRow
from web.list_address import LONGEST

PAGE = 100
MOST_PRINTED = 5_000
"""Rows of a file that is made while one waits; a longer register is printed in parts."""
NUMBERED = frozenset({BookKind.OUTGOING, BookKind.INCOMING, BookKind.HANDLING, BookKind.COPIES})
_FAR = 100_000
"""Rows of an unnumbered register that are paged through."""


class BookTooLong(Refused):
    """The file would have more rows than are made at once. ({0} how many are made)."""

    code = "book.too_long"
    vietnamese = "Phần sổ được chọn có hơn {0} dòng"
    english = "the chosen part of the register has more than {0} rows"
    remedy = "Chọn một dãy số, khoảng số hoặc khoảng ngày ngắn hơn / choose a shorter part"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks of the registers."""

    kind: BookKind
    year: int
    series: str
    first: int | None
    """Number, or place of the row, that the page begins with; none: the newest ones."""
    since: date | None
    until: date | None
    type_name: str
    unit_id: str
    urgency: int | None

    def wanted(self, organ_id: str) -> BookWanted:
        """Return the rows of the whole book that is asked for."""
        return BookWanted(
            organ_id,
            self.kind,
            self.year,
            self.series if self.kind in NUMBERED else "",
            None,
            None,
            self.since,
            self.until,
            self.type_name if self.kind is not BookKind.COPIES else "",
            self.unit_id if self.kind is not BookKind.COPIES else "",
            self.urgency if self.kind is not BookKind.COPIES else None,
        )

    @property
    def filtered(self) -> bool:
        """Whether something is left out."""
        chosen = self.since or self.until or self.type_name or self.unit_id
        return bool(chosen) or self.urgency is not None

    def query(self, **other: str) -> str:
        """Return it as an address, with *other* values; empty ones are left out."""
        pairs = {
            "so": self.kind.value,
            "nam": str(self.year),
            "day": self.series,
            "tu_ngay": f"{self.since:%d/%m/%Y}" if self.since else "",
            "den_ngay": f"{self.until:%d/%m/%Y}" if self.until else "",
            "loai": self.type_name,
            "don_vi": self.unit_id,
            "khan": str(self.urgency) if self.urgency is not None else "",
        } | other
        return urlencode({name: value for name, value in pairs.items() if value})


def read(query: str, today: date) -> Asked:
    """Return what an address asks; what means nothing in it is left out."""
    said = {
        name: "".join(sign for sign in value[:120] if sign.isprintable()).strip()
        for name, value in parse_qsl(query[:LONGEST])
    }
    kind = said.get("so", "")
    urgency = said.get("khan", "")
    known = {str(int(each)) for each in Urgency}
    return Asked(
        BookKind(kind) if kind in set(BookKind) else BookKind.INCOMING,
        _whole(said.get("nam", ""), 4) or today.year,
        said.get("day", "")[:30],
        _whole(said.get("tu_so", ""), 9),
        day_of(said.get("tu_ngay", "")),
        day_of(said.get("den_ngay", "")),
        said.get("loai", ""),
        said.get("don_vi", "")[:36],
        int(urgency) if urgency in known else None,
    )


def _whole(text: str, longest: int) -> int | None:
    plain = text.isascii() and text.isdigit() and len(text) <= longest
    return int(text) if plain and int(text) > 0 else None


@dataclass(frozen=True, slots=True)
class BookPage:
    """Some rows of a register."""

    asked: Asked
    form: BookForm
    rows: tuple[tuple[str, ...], ...]
    registers: tuple[RegisterRow, ...]
    """Of this kind and year, by series."""
    register: RegisterRow | None
    """The one that is shown, of a numbered register."""
    closed: BookRow | None
    years: tuple[int, ...]
    first: int
    before: str
    """Query of the page before; empty at the beginning."""
    after: str


def opened(session: Session, organ_id: str, asked: Asked) -> BookPage:
    """Return a page of a register.

    Raises:
        FilterUnfit: a filter that such a book does not know.
    """
    whole = asked.wanted(organ_id)
    registers = tuple(book_rows.registers(session, replace(whole, series="")))
    register = None
    if asked.kind in NUMBERED:
        register = next((each for each in registers if each.series == asked.series), None)
        register = register or (registers[0] if registers else None)
        asked = replace(asked, series=register.series if register is not None else "")
    rows, first, more = _rows(session, organ_id, asked, register)
    back = max(1, first - PAGE)
    return BookPage(
        asked,
        FORMS[asked.kind],
        tuple(tuple(written(cell) for cell in row) for row in rows),
        registers if asked.kind in NUMBERED else (),
        register,
        book_closing.found(session, replace(whole, series=asked.series)),
        years(session, organ_id, asked.year),
        first,
        asked.query(tu_so=str(back)) if first > 1 else "",
        asked.query(tu_so=str(more)) if more else "",
    )


def _rows(
    session: Session, organ_id: str, asked: Asked, register: RegisterRow | None
) -> tuple[Sequence[tuple[Cell, ...]], int, int]:
    """Return the rows, where they begin, and where the next page does (0: nowhere)."""
    if asked.kind in NUMBERED:
        if register is None:
            return (), 1, 0
        newest = 1 if asked.filtered else max(1, register.last_number - PAGE + 1)
        first = asked.first or newest
        wanted = replace(asked.wanted(organ_id), first=first)
        found = list(islice(book_rows.rows(session, wanted), PAGE + 1))
        more = found[PAGE].number if len(found) > PAGE else None
        return [each.cells for each in found[:PAGE]], first, more or 0
    first = min(asked.first or 1, _FAR)
    stream = book_rows.rows(session, asked.wanted(organ_id))
    found = list(islice(stream, first - 1, first + PAGE))
    return [each.cells for each in found[:PAGE]], first, first + PAGE if len(found) > PAGE else 0


def years(session: Session, organ_id: str, year: int) -> tuple[int, ...]:
    """Return the years that the agency has registers of, and *year*, the newest first."""
    known = session.scalars(
        select(RegisterRow.year).where(RegisterRow.organ_id == organ_id).distinct()
    )
    return tuple(sorted({*known, year}, reverse=True))


def ensure_short(session: Session, wanted: BookWanted) -> None:
    """Return if the rows of *wanted* are few enough to be written while one waits.

    Raises:
        BookTooLong: they are not.
        FilterUnfit: a filter that such a book does not know.
    """
    for _ in islice(book_rows.rows(session, wanted), MOST_PRINTED, None):
        raise BookTooLong(MOST_PRINTED)
