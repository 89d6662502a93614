"""How commands speak: tables and progress for people, JSON for programs."""

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from documents.document import VIETNAM
from documents.errors import OfficeError

DATA = Path("demo-data")
"""Where the world lies unless --data says otherwise."""

_PLAIN_WIDTH = 160
"""Columns where the output is a file or a pipe."""

_width = None if sys.stdout.isatty() else _PLAIN_WIDTH
console = Console(highlight=False, width=_width)
errors = Console(stderr=True, highlight=False)


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
    json.dump(value, sys.stdout, ensure_ascii=False, indent=2, default=str)
    sys.stdout.write("\n")


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table."""
    table = Table(title=title, title_justify="left", show_lines=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(_cell(value) for value in row))
    console.print(table)


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return text.replace("[", r"\[")


def local(at: datetime | None) -> str:
    """Return *at* as people read it: dd/mm/yyyy HH:MM in Vietnam."""
    return at.astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M") if at else ""


def report_error(error: OfficeError, *, as_json: bool) -> None:
    """Say what went wrong: to people on the error stream, to programs as JSON on the output."""
    if as_json:
        print_json({"error": error.as_dict()})
    else:
        errors.print(f"Lỗi / error: {error}", markup=False, soft_wrap=True)
