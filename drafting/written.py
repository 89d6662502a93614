"""A text as people type it, read as the parts of a document: articles, clauses, headings, lines.

Legal source: Decree 30/2020/ND-CP, Appendix I, Part I, II.6 (how a text is divided). Each line is
a paragraph; `Điều 1.` begins an article, numbered lines after it are its clauses; a line with a
Roman number in capitals, and Chương, Mục, Phần, are headings.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from drafting.composition import LIST_LENGTH, TEXT_LENGTH, Article, Heading, Paragraph, Part
from drafting.errors import DraftTooLarge

_ARTICLE = re.compile(r"Điều\s{1,5}(\d{1,4})\s{0,3}[.:]\s{0,5}(.*)", re.IGNORECASE)
_CLAUSE = re.compile(r"(\d{1,3})[.)]\s{1,5}(\S.*)")
_HEADING = re.compile(r"(?:[IVXL]{1,7}[.)]\s|(?:Chương|Mục|Phần)\s{1,3}[IVXL\d]{1,7}\b)")


@dataclass(frozen=True, slots=True)
class Written:
    """What is typed for one document, besides what is recorded about it."""

    bases: tuple[str, ...] = ()
    addressees: tuple[str, ...] = ()
    body: str = ""
    own: Mapping[str, str] = field(default_factory=dict)
    """Lines of the type's own, by field name."""
    unit: str = ""
    """Abbreviation of the drafting unit, in the last line of Nơi nhận."""

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON keeps it."""
        return {
            "bases": list(self.bases),
            "addressees": list(self.addressees),
            "body": self.body,
            "own": dict(self.own),
            "unit": self.unit,
        }

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> "Written":
        """Return what `as_dict` kept."""
        return cls(
            tuple(map(str, kept.get("bases", ()))),
            tuple(map(str, kept.get("addressees", ()))),
            str(kept.get("body", "")),
            {str(name): str(value) for name, value in dict(kept.get("own", {})).items()},
            str(kept.get("unit", "")),
        )


def parts(text: str) -> tuple[Part, ...]:
    """Return the parts of *text*, in its order.

    Raises:
        DraftTooLarge: more than a document holds.
    """
    if len(text) > TEXT_LENGTH:
        raise DraftTooLarge("nội dung / text", len(text), TEXT_LENGTH)
    found = tuple(_parts(text))
    if len(found) > LIST_LENGTH:
        raise DraftTooLarge("số đoạn / paragraphs", len(found), LIST_LENGTH)
    return found


def _parts(text: str) -> Iterator[Part]:
    article: Article | None = None
    for line in (each.strip() for each in text.splitlines()):
        if not line:
            continue
        if article is not None:
            if (clause := _clause(line, len(article.clauses) + 1)) is not None:
                article = Article(article.number, article.text, (*article.clauses, clause))
                continue
            yield article
            article = None
        if (found := _ARTICLE.fullmatch(line)) is not None:
            article = Article(int(found[1]), found[2])
        else:
            yield Heading(line) if _is_heading(line) else Paragraph(line)
    if article is not None:
        yield article


def _clause(line: str, number: int) -> str | None:
    """Return the words of clause *number*: the print numbers clauses itself."""
    found = _CLAUSE.fullmatch(line)
    return found[2] if found is not None and int(found[1]) == number else None


def _is_heading(line: str) -> bool:
    if len(line) > 200 or _HEADING.match(line) is None:
        return False
    return line == line.upper() or line[0] not in "IVXL"
