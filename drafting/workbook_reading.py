"""The cells of a workbook's first sheet as text, for lists that people hand in.

Standard: ISO/IEC 29500 (SpreadsheetML) in a ZIP. What comes in is a stranger's: entries are read
by their names within limits, formulas give the value that was kept with them, and nothing is run,
followed or written to disk.
"""

import io
import re
import zlib
from collections.abc import Iterator
from zipfile import BadZipFile, ZipFile

from lxml import etree

from schemas.xml import Limits, XmlRefused, parse

LARGEST_PART = 16 << 20
"""Bytes of one part, unpacked."""
_LIMITS = Limits(size=LARGEST_PART, text=8 << 20, elements=400_000)
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRINGS, _SHEETS = "xl/sharedStrings.xml", "xl/worksheets/"
_PLACE = re.compile(r"([A-Z]{1,3})[0-9]{1,7}")
_WIDEST = 64
"""Columns."""


class WorkbookInvalid(ValueError):
    """The bytes are no workbook that may come in."""


def rows_of(content: bytes, most: int) -> list[list[str]]:
    """Return the rows of the first sheet, each with its texts from the first column on.

    Rows that are empty in the file are left out; at most *most* are taken.

    Raises:
        WorkbookInvalid: no workbook, damaged, protected, or over the limits.
    """
    try:
        with ZipFile(io.BytesIO(content)) as packed:
            names = set(packed.namelist())
            strings = _strings(_part(packed, _STRINGS)) if _STRINGS in names else []
            sheet = _part(packed, _first(names))
        found: list[list[str]] = []
        for row in sheet.iter(f"{_MAIN}row"):
            if len(found) >= most:
                raise WorkbookInvalid(f"> {most} rows")
            found.append(_row(row, strings))
    except (BadZipFile, zlib.error, XmlRefused, KeyError, RuntimeError, EOFError, OSError) as error:
        raise WorkbookInvalid(f"{type(error).__name__}: {error}"[:200]) from error
    return found


def _first(names: set[str]) -> str:
    """Return the part that is the first sheet: programs number them."""
    sheets = [name for name in names if name.startswith(_SHEETS) and name.endswith(".xml")]
    return min(sheets, key=lambda name: (len(name), name), default=f"{_SHEETS}sheet1.xml")


def _part(packed: ZipFile, name: str) -> etree._Element:
    with packed.open(name) as file:
        content = file.read(LARGEST_PART + 1)
    if len(content) > LARGEST_PART:
        raise WorkbookInvalid(f"{name}: > {LARGEST_PART} bytes")
    return parse(content, limits=_LIMITS)


def _strings(root: etree._Element) -> list[str]:
    return [_said(item) for item in root.iter(f"{_MAIN}si")]


def _said(item: etree._Element) -> str:
    """Return the text of a string; what is said of its pronunciation is not text."""
    spoken = f"{_MAIN}rPh"
    return "".join(
        text.text or ""
        for text in item.iter(f"{_MAIN}t")
        if (above := text.getparent()) is None or above.tag != spoken
    )


def _row(row: etree._Element, strings: list[str]) -> list[str]:
    cells: dict[int, str] = {}
    for place, cell in _placed(row):
        if place >= _WIDEST:
            continue
        kind, value = cell.get("t", "n"), cell.findtext(f"{_MAIN}v") or ""
        if kind == "s":
            number = int(value) if value.isdecimal() and len(value) < 9 else -1
            if not 0 <= number < len(strings):
                raise WorkbookInvalid(f"no string {value[:20]}")
            cells[place] = strings[number]
        elif kind == "inlineStr":
            cells[place] = _said(cell)
        else:
            cells[place] = value.removesuffix(".0")
    return [cells.get(place, "") for place in range(max(cells, default=-1) + 1)]


def _placed(row: etree._Element) -> Iterator[tuple[int, etree._Element]]:
    """Give each cell with its column from 0; one that does not say stands after the last."""
    place = -1
    for cell in row.iter(f"{_MAIN}c"):
        place += 1
        if (said := _PLACE.fullmatch(cell.get("r", ""))) is not None:
            place = 0
            for letter in said[1]:
                place = place * 26 + ord(letter) - ord("A") + 1
            place -= 1
        yield place, cell
