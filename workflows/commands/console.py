"""How commands speak: tables and progress for people, JSON for programs.

What is printed comes from strangers too: subjects, names in certificates, file names.
Nothing in it is markup, and what would move a terminal's cursor, colour it or turn the
order of reading is shown as its number.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from documents.document import VIETNAM
from documents.errors import OfficeError

DATA = Path("demo-data")
"""Where the world lies unless --data says otherwise."""

_PLAIN_WIDTH = 160
"""Columns where the output is a file or a pipe."""

_COMMANDING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
"""Controls but tab and line end (ECMA-48), bidirectional controls (UAX #9), lone surrogates."""


def harmless(text: str) -> str:
    """Return *text* with the number of whatever a terminal or a reader's eye would obey."""
    return _COMMANDING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def one_line(value: object) -> str:
    """Return *value* on one line: a subject must not look like other lines of ours."""
    return " ".join(harmless(str(value)).split())


class _Cautious(Console):
    """A console on which printed text is only text."""

    def print(self, *objects: Any, **options: Any) -> None:
        """Print as rich does, without markup."""
        plain = (harmless(each) if isinstance(each, str) else each for each in objects)
        super().print(*plain, **{"markup": False, **options})


_width = None if sys.stdout.isatty() else _PLAIN_WIDTH
console = _Cautious(highlight=False, width=_width)
errors = _Cautious(stderr=True, highlight=False)


def add_data(parser: argparse.ArgumentParser) -> None:
    """Add `--data FOLDER`."""
    parser.add_argument(
        "--data", type=Path, default=DATA, metavar="FOLDER", help="thư mục dữ liệu / the world"
    )


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add `--json`."""
    parser.add_argument(
        "--json", action="store_true", help="in JSON cho chương trình / for programs"
    )


def print_json(value: Any) -> None:
    """Print *value* as JSON, UTF-8, one document."""
    # in JSON these stand within strings only, where their number means the same
    sys.stdout.write(harmless(json.dumps(value, ensure_ascii=False, indent=2, default=str)) + "\n")


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table."""
    table = Table(title=title, title_justify="left", show_lines=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(_cell(value)) for value in row))
    console.print(table)


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "có" if value else "không"
    return "" if value is None else one_line(value)


def local(at: datetime | None) -> str:
    """Return *at* as people read it: dd/mm/yyyy HH:MM in Vietnam."""
    return at.astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M") if at else ""


def report_error(error: OfficeError, *, as_json: bool) -> None:
    """Say what went wrong: to people on the error stream, to programs as JSON on the output."""
    if as_json:
        print_json({"error": error.as_dict()})
    else:
        errors.print(f"Lỗi / error: {one_line(error)}", soft_wrap=True)
