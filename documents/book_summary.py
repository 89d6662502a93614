"""What a book's cover and its last page say: how many rows, from which number and day to which.

Legal source: Decree 30/2020/ND-CP, Appendix IV (cover of registers). Pure: rows in, words out;
one pass, and nothing of a row is kept.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Self

from documents.book import BookForm
from documents.book_rows import Entry
from documents.numbering import written_number

_MOST_SERIES = 6
"""Series that a cover names one by one."""


@dataclass(slots=True)
class Series:
    """One series of numbers in the book."""

    name: str
    first: int
    last: int
    rows: int = 0


@dataclass(slots=True)
class BookSummary:
    """Counted while the rows pass."""

    rows: int = 0
    void: int = 0
    since: date | None = None
    until: date | None = None
    series: list[Series] = field(default_factory=list)

    def passing(self, entries: Iterable[Entry]) -> Iterator[Entry]:
        """Yield *entries* as they are."""
        for entry in entries:
            self.count(entry)
            yield entry

    def count(self, entry: Entry) -> None:
        """Count one row."""
        self.rows += 1
        self.void += _is_void(entry)
        if entry.day is not None:
            self.since = min(self.since or entry.day, entry.day)
            self.until = max(self.until or entry.day, entry.day)
        if entry.number is not None:
            if not self.series or self.series[-1].name != entry.series:
                self.series.append(Series(entry.series, entry.number, entry.number))
            self.series[-1].last = entry.number
            self.series[-1].rows += 1

    def cover(self, year: int, volume: int = 1) -> tuple[str, ...]:
        """Return the cover's lines: year, days, numbers, volume."""
        lines = [f"Năm: {year}"]
        if self.since and self.until:
            lines.append(f"Từ ngày {self.since:%d/%m/%Y} đến ngày {self.until:%d/%m/%Y}")
        lines += self._numbers()
        return (*lines, f"Quyển số: {written_number(volume)}")

    def _numbers(self) -> list[str]:
        if len(self.series) == 1:
            only = self.series[0]
            return [f"Từ số {written_number(only.first)} đến số {written_number(only.last)}"]
        shown = [
            f"{one.name} từ {written_number(one.first)} đến {written_number(one.last)}"
            for one in self.series[:_MOST_SERIES]
        ]
        if len(self.series) > len(shown):
            shown.append(f"và {len(self.series) - len(shown)} dãy số khác")
        return [f"Các số: {'; '.join(shown)}"] if shown else []

    def counts(self, form: BookForm) -> tuple[str, ...]:
        """Return the last page's lines."""
        what = "số đăng ký" if self.series else "dòng"
        void = f", trong đó {self.void} đã hủy hoặc gạch" if self.void else ""
        lines = [f"{form.name} này có {self.rows} {what}{void}."]
        if len(self.series) > 1:
            lines.append("; ".join(f"{one.name}: {one.rows}" for one in self.series[:40]) + ".")
        return tuple(lines)

    def line(self) -> bytes:
        """Return the summary as the last line of the file of a closed book's rows (UTF-8)."""
        return json.dumps(asdict(self), ensure_ascii=False, default=str).encode() + b"\n"

    @classmethod
    def of_line(cls, line: bytes) -> Self:
        """Return the summary that `line` wrote."""
        said: dict[str, Any] = json.loads(line)
        days = {
            name: date.fromisoformat(said[name]) if said[name] else None
            for name in ("since", "until")
        }
        series = [Series(**one) for one in said["series"]]
        return cls(said["rows"], said["void"], days["since"], days["until"], series)


def _is_void(entry: Entry) -> bool:
    note = entry.cells[-1]
    return isinstance(note, str) and note.startswith(("Hủy:", "Gạch:"))
