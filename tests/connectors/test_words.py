"""What operators read of a failed call, or of a hub, has Vietnamese words in it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import connectors

ROOT = Path(connectors.__file__).parent
NAMES = {
    "AxisOutcomeUnknown",
    "AxisUnavailable",
    "BrokenOff",
    "NotUnderstood",
    "TimeoutError",
    "TooLong",
    "Undecided",
    "_Unread",
    "_unanswered",
}
"""Their words become details of errors that people read."""
VIETNAMESE = re.compile(
    "[àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ]", re.IGNORECASE
)
FOLDERS = ("edoc", "hub", "rest", "soap", "vxp")


def sentences(path: Path) -> Iterator[str]:
    names = NAMES | ({"ValueError"} if path.name in ("systems.py", "__main__.py") else set())
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in names:
            for given in node.args:
                parts = [each for each in ast.walk(given) if isinstance(each, ast.Constant)]
                said = "".join(str(part.value) for part in parts)
                if len(re.findall("[A-Za-z]{2,}", said)) > 2:
                    yield said


@pytest.mark.parametrize("folder", FOLDERS)
def test_words_of_a_failure_are_vietnamese_first(folder: str) -> None:
    said = [each for path in (ROOT / folder).glob("*.py") for each in sentences(path)]
    english = [each for each in said if not VIETNAMESE.search(each.partition(" / ")[0])]
    assert english == []


def test_the_hubs_help_is_vietnamese_first() -> None:
    tree = ast.parse((ROOT / "hub" / "__main__.py").read_text("utf-8"))
    helps = [
        "".join(str(part.value) for part in ast.walk(node.value) if isinstance(part, ast.Constant))
        for node in ast.walk(tree)
        if isinstance(node, ast.keyword) and node.arg == "help"
    ]
    assert len(helps) > 8
    assert [each for each in helps if not VIETNAMESE.search(each.partition(" / ")[0])] == []
