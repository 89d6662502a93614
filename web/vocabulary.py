"""The Vietnamese words that pages show out of tables in the code, for the catalogue of languages.

Templates mark their own texts; labels, states and buttons are data in modules, and Babel finds them
through `extract` (web/locale/babel.cfg). What an error says carries both languages itself.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).parent.parent
WORDED = (
    *("documents/book.py", "documents/book_state.py", "documents/desk_lists.py"),
    *("documents/indicators.py", "documents/queues.py", "documents/rights.py"),
    *("documents/right_words.py", "documents/reminder.py", "documents/obligations.py"),
    *("workflows/batch_steps.py", "workflows/issuing_steps.py", "workflows/trying_again.py"),
    *("workflows/plain_words.py", "documents/step_words.py"),
)
"""Modules below the desk whose words its pages show."""
_LETTER = re.compile(
    "[ăâđêôơưĂÂĐÊÔƠƯ\u0300-\u0323àáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ]"
)
_ERRORS = frozenset({"vietnamese", "english", "remedy", "code"})


def texts() -> Iterator[str]:
    """Yield every text that the catalogue should have beside those of the templates."""
    seen: set[str] = set()
    places = [*sorted((ROOT / "web").rglob("*.py")), *(ROOT / each for each in WORDED)]
    for path in places:
        if path.exists() and path != Path(__file__):
            for text in _of(ast.parse(path.read_text("utf-8"))):
                if text not in seen and _LETTER.search(text):
                    seen.add(text)
                    yield text


def _of(tree: ast.Module) -> Iterator[str]:
    skipped = {id(node) for node in _unspoken(tree)}
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)) if id(node) not in skipped:
                yield text


def _unspoken(tree: ast.Module) -> Iterator[ast.AST]:
    """Yield the constants that are no words of a page: docstrings, errors, parts of f-strings."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield from ast.walk(node)
        elif isinstance(node, ast.ClassDef):
            for line in node.body:
                if isinstance(line, ast.Assign) and _names(line.targets) & _ERRORS:
                    yield from ast.walk(line.value)


def _names(targets: Iterable[ast.expr]) -> set[str]:
    return {target.id for target in targets if isinstance(target, ast.Name)}


def extract(
    fileobj: IO[bytes], keywords: Any, comment_tags: Any, options: Any
) -> Iterator[tuple[int, None, str, list[str]]]:
    """Give Babel the texts; *fileobj* is this file, which stands for all of them."""
    for number, text in enumerate(texts(), 1):
        yield number, None, text, []
