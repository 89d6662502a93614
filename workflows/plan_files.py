"""Plans of files as files: read from and written to XLSX, CSV and JSON.

Legal source: Decree 30/2020/ND-CP, Appendix V (law.md H-01): five columns, headings among the
rows. What comes in is a stranger's: bounded in size, rows and time, never run, never followed.
"""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from documents.errors import Refused
from documents.filing_plan import COLUMNS, Heading, Line, lines, read_lines
from drafting.workbook_reading import rows_of
from workflows.handover import handed_in

LARGEST = 8 << 20
"""Bytes."""
MOST_LINES = 10_000
_LONGEST_CELL = 2000
_KEYS = ("notation", "title", "retention", "compiler", "note")


class PlanFileInvalid(Refused):
    """The file is no plan of files. ({0} its name, {1} why)."""

    code = "plan.file_invalid"
    vietnamese = "Tệp «{0}» không phải danh mục hồ sơ: {1}"
    english = "{0} is not a plan of files: {1}"
    remedy = (
        "Dùng .xlsx, .csv (UTF-8) hoặc .json có năm cột của Phụ lục V / "
        "use .xlsx, .csv (UTF-8) or .json with the five columns of Appendix V"
    )


def read_plan(path: Path) -> tuple[Heading, ...]:
    """Return the plan in a file: `.xlsx`, `.csv` or `.json`.

    Raises:
        FileUnreadable: it cannot be read, or is larger than 8 MiB.
        PlanFileInvalid: it is none of these, or has too many or too long lines.
        PlanInvalid, RetentionUnknown: a line is wrong.
    """
    content = handed_in(path, LARGEST)
    try:
        match path.suffix.lower():
            case ".xlsx":
                rows: Iterable[Sequence[object]] = rows_of(content, MOST_LINES)
            case ".csv":
                rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
            case ".json":
                rows = _of_json(json.loads(content))
            case other:
                raise PlanFileInvalid(path.name, other or "?")
        return read_lines(_lines(path.name, rows))
    except (ValueError, RecursionError, csv.Error) as error:  # WorkbookInvalid is one
        raise PlanFileInvalid(path.name, f"{type(error).__name__}: {error}"[:200]) from error


def _of_json(value: Any) -> Iterable[Sequence[object]]:
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise ValueError("not a list of objects")
    return ([item.get(key, "") for key in _KEYS] for item in value)


def _lines(name: str, rows: Iterable[Sequence[object]]) -> list[Line]:
    """Return the lines of the table, from below its header on; empty rows are none."""
    found: list[Line] = []
    for row in rows:
        cells = ["" if cell is None else str(cell).strip() for cell in row[: len(_KEYS)]]
        cells += [""] * (len(_KEYS) - len(cells))
        if any(len(cell) > _LONGEST_CELL for cell in cells):
            raise PlanFileInvalid(name, f"> {_LONGEST_CELL} ký tự / characters")
        if cells[1] == COLUMNS[1]:
            found.clear()  # what stands above the header is the title
        elif any(cells):
            found.append(Line(*cells))
        if len(found) > MOST_LINES:
            raise PlanFileInvalid(name, f"> {MOST_LINES} dòng / lines")
    return found


def as_csv(plan: tuple[Heading, ...]) -> str:
    """Return the plan as CSV with its header."""
    kept = io.StringIO(newline="")
    writer = csv.writer(kept)
    writer.writerow(COLUMNS)
    writer.writerows(line.cells() for line in lines(plan))
    return kept.getvalue()


def as_json(plan: tuple[Heading, ...]) -> str:
    """Return the plan as JSON: a list of lines."""
    listed = [dict(zip(_KEYS, line.cells(), strict=True)) for line in lines(plan)]
    return json.dumps(listed, ensure_ascii=False, indent=1) + "\n"
