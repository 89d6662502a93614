"""What is asked of the index, as a tree, and in the two languages of the databases.

Words in it are ASCII letters, digits and underscores (documents/search_words.py): nothing
that somebody types can be an operator of FTS5 or of a tsquery.
"""

import re
from dataclasses import dataclass
from itertools import pairwise

from documents.search_words import pair

_SAFE = re.compile(r"[a-z0-9_]+")


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words one after the other; of the last one perhaps only the beginning."""

    words: tuple[str, ...]
    begins: bool = False
    plain: tuple[str, ...] = ()
    """The same words without accents, where they are neighbours in texts."""


@dataclass(frozen=True, slots=True)
class AllOf:
    """Everything in it, and nothing of what is excluded."""

    parts: tuple["Expression", ...]
    without: tuple["Expression", ...] = ()


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of its parts."""

    parts: tuple["Expression", ...]


Expression = Phrase | AllOf | AnyOf


def word(text: str) -> Phrase:
    """Return one whole word."""
    return Phrase((text,))


def fts5(asked: Expression) -> str:
    """Return *asked* as SQLite's FTS5 understands it."""
    match asked:
        case Phrase(words, begins):
            return f'"{" ".join(map(_checked, words))}"{"*" if begins else ""}'
        case AnyOf(parts):
            return f"({' OR '.join(map(fts5, parts))})"
        case AllOf(parts, without):
            line = f"({' AND '.join(map(fts5, parts))})"
            return f"({line} NOT ({' OR '.join(map(fts5, without))}))" if without else line


def tsquery(asked: Expression) -> str:
    """Return *asked* as PostgreSQL's tsquery reads it."""
    match asked:
        case Phrase(words, begins):
            line = " <-> ".join(f"'{_checked(each)}'" for each in words)
            if begins:
                line += ":*"
            known = pairwise(asked.plain[:-1] if begins else asked.plain)
            # sorted: a tsquery of many words is the same one whenever it is asked
            return f"({' & '.join([*sorted({pair(*both) for both in known}), line])})"
        case AnyOf(parts):
            return f"({' | '.join(map(tsquery, parts))})"
        case AllOf(parts, without):
            line = " & ".join(map(tsquery, parts))
            return f"({line}{''.join(f' & !{tsquery(each)}' for each in without)})"


def rendered(asked: Expression, dialect: str) -> str:
    """Return *asked* for *dialect*."""
    return fts5(asked) if dialect == "sqlite" else tsquery(asked)


def _checked(text: str) -> str:
    if not _SAFE.fullmatch(text):
        raise ValueError(text)
    return text
