"""Rows of a register that contradict each other: found while the book is read.

Legal source: Decree 30/2020/ND-CP, Art. 15, 16, 22 (numbers run from 01 in the order of time,
each once). Pure: rows in, contradictions out; nothing but the row before is remembered.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from documents.book_rows import Entry
from documents.errors import Refused

MOST_TOLD = 200
"""Contradictions kept of one book: it is not closed with one."""


class Fault(StrEnum):
    """How a row contradicts."""

    NUMBER_TWICE = "number_twice"
    NUMBER_MISSING = "number_missing"
    DAY_BACKWARDS = "day_backwards"
    CODE_DIFFERS = "code_differs"
    OTHER_YEAR = "other_year"


WORDS = {
    Fault.NUMBER_TWICE: "số có hai lần / number twice",
    Fault.NUMBER_MISSING: "thiếu số / number missing",
    Fault.DAY_BACKWARDS: "ngày lùi so với số trước / dated before the number before",
    Fault.CODE_DIFFERS: "số trên văn bản khác số trong sổ / the document bears another number",
    Fault.OTHER_YEAR: "ngày thuộc năm khác / of another year",
}


@dataclass(frozen=True, slots=True)
class Contradiction:
    """One row that cannot be."""

    fault: Fault
    series: str
    number: int
    detail: str = ""

    def __str__(self) -> str:
        place = f"{self.series} {self.number}".strip()
        said = f"{place}: {WORDS[self.fault]}"
        return f"{said} ({self.detail})" if self.detail else said


class BookContradicted(Refused):
    """The register's rows contradict each other; such a book is not closed."""

    code = "book.contradicted"
    vietnamese = "Sổ có {0} chỗ mâu thuẫn, không khóa được: {1}"
    english = "the book contradicts itself in {0} places and cannot be closed: {1}"
    remedy = (
        "Xem `congvan register show --check`, sửa hoặc ghi lý do hủy số rồi khóa lại / see "
        "`congvan register show --check`, mend, then close again"
    )


class BookCheck:
    """Looks at rows as they pass."""

    def __init__(self, year: int, *, whole: bool) -> None:
        self._year, self._whole = year, whole
        self._before: Entry | None = None
        self.found: list[Contradiction] = []

    def passing(self, entries: Iterable[Entry]) -> Iterator[Entry]:
        """Yield *entries* as they are."""
        for entry in entries:
            self.look(entry)
            yield entry

    def look(self, entry: Entry) -> None:
        """Look at the next row."""
        if entry.number is None:
            return
        before = self._before
        if before is not None and before.series != entry.series:
            before = None
        self._against(before, entry)
        self._itself(entry)
        self._before = entry

    def refuse(self) -> None:
        """Raise what was found, if anything.

        Raises:
            BookContradicted: with the first ones.
        """
        if self.found:
            told = "; ".join(str(each) for each in self.found[:3])
            raise BookContradicted(len(self.found), told)

    def _against(self, before: Entry | None, entry: Entry) -> None:
        assert entry.number is not None  # noqa: S101  (look returns without one)
        last = (before.number or 0) if before is not None else 0
        if before is not None and entry.number <= last:
            self._tell(Fault.NUMBER_TWICE, entry)
        elif self._whole and entry.number > last + 1:
            self._tell(Fault.NUMBER_MISSING, entry, f"{last + 1}…{entry.number - 1}")
        if before is not None and before.day and entry.day and entry.day < before.day:
            self._tell(Fault.DAY_BACKWARDS, entry, f"{entry.day:%d/%m/%Y} < {before.day:%d/%m/%Y}")

    def _itself(self, entry: Entry) -> None:
        if entry.code:
            number = entry.code.split("/")[0]
            if not number.isdecimal() or int(number) != entry.number:
                self._tell(Fault.CODE_DIFFERS, entry, entry.code)
        for day in (entry.day, entry.dated):
            if day is not None and day.year != self._year:
                self._tell(Fault.OTHER_YEAR, entry, f"{day:%d/%m/%Y}")
                break
        if entry.dated is not None and entry.day is not None and entry.dated != entry.day:
            self._tell(Fault.CODE_DIFFERS, entry, f"{entry.dated:%d/%m/%Y} ≠ {entry.day:%d/%m/%Y}")

    def _tell(self, fault: Fault, entry: Entry, detail: str = "") -> None:
        if len(self.found) < MOST_TOLD:
            self.found.append(Contradiction(fault, entry.series, entry.number or 0, detail))
