"""Numbers and notations (số, ký hiệu) written and read by rule; pure.

Legal source: Decree 30/2020/ND-CP, Art. 15 and Appendix I, Part I, II.3 (law.md §1.3, N-03 to
N-07, N-10). Named types are `{TYPE}-{ORG}`, a công văn `{ORG}-{UNIT}`, normative documents
`{year}/{TYPE}-{ORG}`; the state title that issues may stand in place of the agency (`TTg`).
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from documents.abbreviation import Thing
from documents.document import DocumentType, folded
from documents.errors import Refused
from documents.kinds import BY_NAME, COPIES, Kind, abbreviated

LONGEST = 200
"""Characters of what is typed into the box for number and notation."""
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212"), "-")
_SLASHES = dict.fromkeys(map(ord, "\u2044\u2215\\"), "/")
_LABEL = re.compile(r"^\s*(?:số|so|no)(?![^\W\d_])\s*[:.]?\s*", re.IGNORECASE)
_SPACED = re.compile(r"\s*([/-])\s*")
_CODE = re.compile(
    r"(?P<number>[0-9]{1,10}[^\W\d_]?)?(?:/?(?P<year>(?:19|20)[0-9]{2}))?(?:/(?P<rest>.*))?"
)
_NUMBER = re.compile(r"0*(?P<digits>[0-9]+)(?P<letter>[^\W\d_]?)")
_YEAR = re.compile(r"(?P<year>[0-9]{4})/")
_LETTER = BY_NAME[DocumentType.OFFICIAL_LETTER.value]
_TITLES = ("TTg",)
"""State titles whose writing is known without a dictionary (N-07)."""


class YearDiffers(Refused):
    """The notation carries a year that is not the one of the number. ({0} notation, {1} year)."""

    code = "document.year_differs"
    vietnamese = "Ký hiệu «{0}» không phải của năm {1}"
    english = "the notation «{0}» is not of the year {1}"
    remedy = "Trả lại để sửa ký hiệu trên văn bản / return it and mend the notation in print"


@dataclass(frozen=True, slots=True)
class Parsed:
    """What was typed into one box, taken apart."""

    number: str
    """As it is written: below 10 with a zero; empty when there is none."""
    notation: str
    """With the year of a normative document: `2025/QĐ-UBND`."""
    kinds: tuple[Kind, ...] = ()
    """The types that are written so; several where abbreviations are shared, none for copies."""
    copy: str = ""
    """SY, SL, TrS: it is a copy's."""
    year: int | None = None
    organ: str = ""
    """Abbreviation of the agency, or of the state title that issues."""
    unit: str = ""
    """Of the drafting unit or field; several are joined by hyphens."""
    doubts: tuple[str, ...] = ()
    """What a person should look at, Vietnamese first."""

    def __str__(self) -> str:
        return f"{self.number}/{self.notation}" if self.number else self.notation


def written(kind: Kind, organ: str, unit: str = "", year: int = 0) -> str:
    """Return the notation of *kind*: `QĐ-UBND`, `UBND-VP`, `2026/QĐ-UBND`.

    *organ* and *unit* are abbreviations as the agency's head fixed them; *year* is of the
    promulgation, used for normative documents alone.
    """
    parts = [kind.abbreviation, organ] if kind.abbreviation else [organ, unit]
    joined = "-".join(part for part in parts if part)
    return f"{year}/{joined}" if kind.normative and year else joined


def year_of(notation: str) -> int | None:
    """Return the year that a normative document's notation carries; None for any other."""
    found = _YEAR.match(notation)
    return int(found["year"]) if found else None


def ensure_of_year(notation: str, year: int) -> None:
    """Return if *notation* names no year, or that of its number.

    Raises:
        YearDiffers: it was written in another year than the number is given in.
    """
    if year_of(notation) not in (None, year):
        raise YearDiffers(notation, year)


def parse(
    text: str,
    kinds: Iterable[Kind] = (),
    known: Mapping[str, Thing] | None = None,
) -> Parsed:
    """Take apart what was typed: `2047/UBND-KTHTĐT`, `Số: 05/BNV-VP`, `128/2025/qđ-ubnd`.

    *kinds* are the installation's own types; *known* is a dictionary of abbreviations, by their
    writing: what is not in it is named among the doubts. Nothing is refused: whatever cannot be
    placed stays in the notation.
    """
    doubts: list[str] = []
    plain = unicodedata.normalize("NFC", text[:LONGEST]).translate(_DASHES | _SLASHES)
    plain = _SPACED.sub(r"\1", _LABEL.sub("", plain).strip()).strip("/-. ")
    if plain != "".join(plain.split()):
        doubts.append("bỏ dấu cách trong ký hiệu / spaces were taken out of the notation")
        plain = "".join(plain.split())
    found = _CODE.fullmatch(plain)
    if found is None or (found["number"] is None and found["year"] is None):
        number, year, rest = "", None, plain
        doubts.append("không thấy số / there is no number")
    else:
        number, year, rest = _parted(found)
    parsed = _of_segments(rest, tuple(kinds), known or {}, doubts)
    if number:
        number = _numbered(number, doubts)
    guessed = parsed.kinds
    if year is not None and not any(kind.normative for kind in guessed):
        doubts.append("có năm như văn bản quy phạm / a year, as normative documents have")
        guessed = tuple(kind for kind in guessed if kind.abbreviation)  # no công văn has a year
    notation = f"{year}/{parsed.notation}" if year is not None else parsed.notation
    return Parsed(
        *(number, notation, guessed, parsed.copy, year, parsed.organ, parsed.unit),
        tuple(doubts),
    )


def _parted(found: re.Match[str]) -> tuple[str, int | None, str]:
    """Return number, year, and what follows them."""
    number, year, rest = found["number"] or "", found["year"], found["rest"] or ""
    if not number:  # `2026/UBND-VP`: a number that looks like a year
        return year or "", None, rest
    return number, int(year) if year else None, rest


def _numbered(number: str, doubts: list[str]) -> str:
    found = _NUMBER.fullmatch(number)
    if found is None:
        return number
    right = f"{int(found['digits']):02d}{found['letter']}"
    if right != number:
        doubts.append(f"số «{number}» viết là «{right}» / the number is written «{right}»")
    return right


def _of_segments(
    rest: str, kinds: tuple[Kind, ...], known: Mapping[str, Thing], doubts: list[str]
) -> Parsed:
    segments = [segment for segment in rest.split("-") if segment]
    if not segments:
        doubts.append("không thấy ký hiệu / there is no notation")
        return Parsed("", "")
    copy = next(
        (c.abbreviation for c in COPIES if folded(c.abbreviation) == folded(segments[0])), ""
    )
    named = abbreviated(segments[0], kinds) if not copy else ()
    if _is_agency(segments, named, known):
        named = ()
    first = named[0].abbreviation if named else copy
    tail = [_cased(segment, known) for segment in (segments[1:] if first else segments)]
    right = [first, *tail] if first else tail
    if right != segments:
        said = "-".join(right)
        doubts.append(f"ký hiệu viết là «{said}» / the notation is written «{said}»")
    if len(named) > 1:
        names = ", ".join(kind.name for kind in named)
        doubts.append(f"{first}: một trong / one of {names}")
    if not tail:
        doubts.append("không thấy cơ quan ban hành / no agency is named")
    elif not first and len(tail) == 1:
        doubts.append("công văn không ghi đơn vị soạn thảo / no drafting unit is named")
    doubts += [
        f"không có «{segment}» trong danh mục viết tắt / «{segment}» is not in the dictionary"
        for segment in tail
        if known and segment not in known and segment not in _TITLES
    ]
    found = named if named or copy else (_LETTER,)
    return Parsed("", "-".join(right), found, copy, None, *_parties(tail))


def _parties(tail: list[str]) -> tuple[str, str]:
    return (tail[0], "-".join(tail[1:])) if tail else ("", "")


def _is_agency(segments: list[str], named: tuple[Kind, ...], known: Mapping[str, Thing]) -> bool:
    """Return whether the first segment, which is a type's, is rather an agency's here.

    So it is where the dictionary has an agency of that writing and no agency follows it.
    """
    if not named or known.get(segments[0]) not in (Thing.AGENCY, Thing.TITLE):
        return False
    return len(segments) > 1 and known.get(segments[1]) in (Thing.UNIT, Thing.FIELD)


def _cased(segment: str, known: Mapping[str, Thing]) -> str:
    """Return *segment* as the dictionary writes it, else in capitals; mixed case stays."""
    if segment in known:
        return segment
    for name in (*known, *_TITLES):
        if name.casefold() == segment.casefold():
            return name
    mixed = segment != segment.lower() and segment != segment.upper()
    return segment if mixed else segment.upper()
