"""The plan of files for a year (danh mục hồ sơ): headings, entries, their numbers. Pure rules.

Legal source: Decree 30/2020/ND-CP, Art. 28, Appendix V (law.md H-01). Main headings have Roman
numerals, sub-headings Arabic ones; numbers run through the whole list or within a main heading.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from documents.dossier import check_notation, check_text
from documents.errors import Refused
from documents.retention import Retention

MOST_ENTRIES = 5000
"""Entries of one plan."""
_TITLE, _ABBREVIATION, _NOTE = 500, 15, 500
_ROMAN = (
    *((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC")),
    *((50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")),
)


class PlanInvalid(Refused):
    """A plan of files cannot be what it is said to be. ({0} where, {1} why)."""

    code = "plan.invalid"
    vietnamese = "Danh mục hồ sơ sai ở «{0}»: {1}"
    english = "the plan of files is wrong at «{0}»: {1}"
    remedy = "Sửa dòng đó rồi nhập lại / mend that line and hand it in again"


class Numbering(StrEnum):
    """Where the numbers of entries run."""

    WHOLE = "whole"
    """Through the whole list."""
    HEADING = "heading"
    """Within each main heading."""


class Arrangement(StrEnum):
    """What the headings are."""

    ORGANISATION = "organisation"
    """By the agency's units."""
    FIELD = "field"
    """By fields of work."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file that the plan foresees."""

    title: str
    retention: Retention
    compiler: str
    """Id or full name."""
    note: str = ""
    notation: str = ""
    """`01.TCCB`; given by `numbered`."""
    number: int = 0


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading with what stands under it: entries of its own, then sub-headings."""

    title: str
    abbreviation: str = ""
    """Of a main heading, for the symbols of its files: `TCCB`."""
    entries: tuple[Entry, ...] = ()
    below: tuple["Heading", ...] = ()

    def all_entries(self) -> Iterator[Entry]:
        """Give the entries under it in order."""
        yield from self.entries
        for heading in self.below:
            yield from heading.entries


def roman(number: int) -> str:
    """Return *number* (1 to 3999) in Roman numerals."""
    said = ""
    for value, sign in _ROMAN:
        times, number = divmod(number, value)
        said += sign * times
    return said


def written(number: int, abbreviation: str) -> str:
    """Return number and symbol of an entry: `01.TCCB`.

    Raises:
        DossierInvalid: longer than `FileNotation`.
    """
    return check_notation(f"{number:02d}.{abbreviation}")


def numbered(headings: tuple[Heading, ...], numbering: Numbering) -> tuple[Heading, ...]:
    """Return the plan with the numbers and symbols of its entries.

    Raises:
        PlanInvalid: no entry, a heading without symbol or within a sub-heading, two files with
            one symbol, too many entries.
        DossierInvalid: a text is too long or holds what is no writing.
    """
    last, done = 0, []
    for ordinal, heading in enumerate(headings, 1):
        where = f"{roman(ordinal)}. {heading.title}"[:80]
        abbreviation = check_text("Ký hiệu đề mục", heading.abbreviation, _ABBREVIATION)
        if not abbreviation or " " in abbreviation:
            raise PlanInvalid(where, "đề mục lớn chưa có ký hiệu / a main heading has no symbol")
        if any(sub.below for sub in heading.below):
            raise PlanInvalid(where, "quá hai cấp đề mục / more than two levels of headings")
        first = 0 if numbering is Numbering.HEADING else last
        last = first
        parts = []
        for part in (heading, *heading.below):
            entries = tuple(
                _numbered(entry, last + place, abbreviation)
                for place, entry in enumerate(part.entries, 1)
            )
            last += len(entries)
            title = check_text("Đề mục", part.title, _TITLE, needed=True)
            parts.append(replace(part, title=title, entries=entries))
        done.append(replace(parts[0], abbreviation=abbreviation, below=tuple(parts[1:])))
    _check(done)
    return tuple(done)


def _numbered(entry: Entry, number: int, abbreviation: str) -> Entry:
    return replace(
        entry,
        title=check_text("Tiêu đề hồ sơ", entry.title, _TITLE, needed=True),
        note=check_text("Ghi chú", entry.note, _NOTE),
        number=number,
        notation=written(number, abbreviation),
    )


def _check(headings: list[Heading]) -> None:
    entries = [entry for heading in headings for entry in heading.all_entries()]
    if not 1 <= len(entries) <= MOST_ENTRIES:
        raise PlanInvalid("danh mục / the plan", f"{len(entries)} hồ sơ / files")
    seen: set[str] = set()
    for entry in entries:
        if entry.notation in seen:
            raise PlanInvalid(entry.notation, "ký hiệu trùng / the symbol stands twice")
        seen.add(entry.notation)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the plan as it is printed: the five columns of Appendix V."""

    notation: str
    title: str
    retention: str = ""
    compiler: str = ""
    note: str = ""

    def cells(self) -> tuple[str, str, str, str, str]:
        """Return the line's cells in order."""
        return self.notation, self.title, self.retention, self.compiler, self.note


COLUMNS = (
    "Số và ký hiệu hồ sơ",
    "Tên đề mục và tiêu đề hồ sơ",
    "Thời hạn bảo quản",
    "Người lập hồ sơ",
    "Ghi chú",
)
"""Appendix V, danh mục hồ sơ; a heading's line has its symbol in the last one."""


def lines(headings: tuple[Heading, ...]) -> list[Line]:
    """Return the plan as it is printed."""
    done = []
    for ordinal, heading in enumerate(headings, 1):
        done.append(Line(roman(ordinal), heading.title, note=heading.abbreviation))
        done += map(_line, heading.entries)
        for place, sub in enumerate(heading.below, 1):
            done.append(Line(str(place), sub.title))
            done += map(_line, sub.entries)
    return done


def _line(entry: Entry) -> Line:
    return Line(entry.notation, entry.title, str(entry.retention), entry.compiler, entry.note)


def read_lines(rows: list[Line]) -> tuple[Heading, ...]:
    """Return the plan of its printed lines; symbols of entries are given anew.

    A line whose first cell is a Roman numeral is a main heading, an Arabic one a sub-heading;
    any other line is a file.

    Raises:
        PlanInvalid, RetentionUnknown: a line is none of these.
    """
    done: list[Heading] = []
    for ordinal, row in enumerate(rows, 1):
        sign = row.notation.strip().rstrip(".")
        where = f"dòng / line {ordinal}"
        if sign and sign == roman(len(done) + 1):
            done.append(Heading(row.title, row.note.strip()))
        elif not done:
            raise PlanInvalid(where, "chưa có đề mục I / heading I is missing")
        elif sign and not sign.strip("IVXLCDM"):
            raise PlanInvalid(where, f"cần đề mục {roman(len(done) + 1)} / wanted")
        elif sign.isdecimal() and not row.retention.strip():
            if int(sign[:9]) != len(done[-1].below) + 1:
                raise PlanInvalid(where, f"cần đề mục {len(done[-1].below) + 1} / wanted")
            done[-1] = replace(done[-1], below=(*done[-1].below, Heading(row.title)))
        else:
            done[-1] = _with(done[-1], row)
    return tuple(done)


def _with(heading: Heading, row: Line) -> Heading:
    """Return *heading* with the entry of *row* at its end."""
    entry = Entry(row.title, Retention.read(row.retention), row.compiler.strip(), row.note)
    if not heading.below:
        return replace(heading, entries=(*heading.entries, entry))
    last = replace(heading.below[-1], entries=(*heading.below[-1].entries, entry))
    return replace(heading, below=(*heading.below[:-1], last))
