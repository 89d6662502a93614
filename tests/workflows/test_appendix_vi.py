"""`docs/appendix-vi.md`: every function and field of Appendix VI, and what it names exists.

Legal source: Decree 30/2020/ND-CP, Appendix VI (36 functions of Part I, three tables of Part II).
"""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from documents.fields import FILE, INCOMING, OUTGOING, TABLES, Field
from documents.tables import Base
from workflows.__main__ import parser

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "appendix-vi.md").read_text("utf-8")
FUNCTIONS, DATA = PAGE.split("\n## ")[1:3]
CODE = re.compile(r"`([^`]+)`")


def rows(text: str) -> list[list[str]]:
    """Return the cells of every row of the tables in *text*, without their heads."""
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for row in cells if row[0] not in ("", "STT")]


@cache
def claims(path: Path) -> frozenset[str]:
    """Return the names of the tests in a file."""
    tree = ast.parse(path.read_text("utf-8"))
    return frozenset(
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
    )


def test_every_function_of_the_decree_is_there_once() -> None:
    assert [row[0] for row in rows(FUNCTIONS)] == [f"VI-{number:02}" for number in range(1, 37)]


def test_a_function_says_where_it_is_or_what_is_missing() -> None:
    for row in rows(FUNCTIONS):
        level, where, shown, missing = row[3:]
        assert level in ("đủ", "một phần", "sau"), row
        assert bool(where) == bool(shown) == (level != "sau"), row
        assert bool(missing) == (level != "đủ"), row


@pytest.mark.parametrize(
    ("title", "table"),
    [("Văn bản đi", OUTGOING), ("Văn bản đến", INCOMING), ("Hồ sơ", FILE)],
    ids=["outgoing", "incoming", "file"],
)
def test_every_field_of_the_tables_is_there(title: str, table: tuple[Field, ...]) -> None:
    (text,) = [part for part in DATA.split("\n### ") if part.startswith(title)]
    assert [row[:4] for row in rows(text)] == [
        [field.number, field.vietnamese, f"`{field.name}`", "◆" if field.automatic else ""]
        for field in table
    ]
    assert all(row[4] and row[5] for row in rows(text))


def test_every_file_and_every_test_it_names_exists() -> None:
    named = [name for name in CODE.findall(PAGE) if "/" in name and " " not in name]
    assert len(named) > 200
    for name in named:
        path, _, claim = name.partition("::")
        assert (ROOT / path).is_file(), name
        assert not claim or claim in claims(ROOT / path), name
        assert bool(claim) == ("/test_" in path and path != "tests/workflows/test_appendix_vi.py")


def test_every_command_it_names_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    named = {name for name in CODE.findall(PAGE) if name.startswith("congvan ")}
    assert len(named) > 20
    for name in sorted(named):
        words = [word for word in name.split()[1:] if not word.startswith("-")]
        with pytest.raises(SystemExit) as ended:
            parser(words[:1]).parse_args([*words, "--help"])
        assert ended.value.code == 0, name
        last = words[-1]
        assert last == words[0] or last in capsys.readouterr().out, name


def test_every_column_that_keeps_a_field_is_in_the_store() -> None:
    tables = {table.name: table for table in Base.metadata.sorted_tables}
    for field in (one for table in TABLES.values() for one in table):
        for home in filter(None, field.home.split(", ")):
            name, _, column = home.partition(".")
            assert name in tables, home
            assert not column or column in tables[name].columns, home
