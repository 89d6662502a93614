"""The capacity in which someone signs, as the signature block prints it.

Legal source: Decree 30/2020/ND-CP, Art. 13, and Appendix I, Part I, II.7a, b: TM. before the
collective's name; Q., KT., TL., TUQ. before the head's title; then the signer's own position
and full name. `TL. BỘ TRƯỞNG`, `KT. VỤ TRƯỞNG`, `PHÓ VỤ TRƯỞNG` is a deputy of a unit whose
head signs by order.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from documents.document import Competence

LINE_LENGTH = 200
"""Characters of a line that are read; a hostile file may have millions."""
MOST_LINES = 12

_PREFIX = re.compile(
    r"(?P<short>TUQ|T/UQ|TM|T/M|KT|K/T|TL|T/L|Q)\s*[./:]\s*(?P<title>.*)", re.IGNORECASE
)
_BARE = re.compile(
    r"(?P<short>TUQ|T/UQ|T/M|K/T|T/L|TM|KT|TL)\s+(?P<title>.+)|QUYỀN\s+(?P<acting>.+)"
)
"""Without the point that Appendix I writes, as older templates do."""
_CAPACITIES = {
    "TM": Competence.ON_BEHALF,
    "KT": Competence.DEPUTY,
    "TL": Competence.BY_ORDER,
    "TUQ": Competence.AUTHORISED,
    "Q": Competence.ACTING,
}


@dataclass(frozen=True, slots=True)
class Clause:
    """One line with a prefix: `KT. CHỦ TỊCH`."""

    capacity: Competence
    title: str
    """Whose place is taken: the collective's name, or the head's title; may be empty."""

    def __str__(self) -> str:
        return f"{self.capacity} {self.title}".strip()


@dataclass(frozen=True, slots=True)
class Printed:
    """A signature block."""

    clauses: tuple[Clause, ...]
    position: str
    name: str

    @property
    def chain(self) -> tuple[Competence, ...]:
        """The prefixes, from the top."""
        return tuple(clause.capacity for clause in self.clauses)

    def __str__(self) -> str:
        return " / ".join(filter(None, (*map(str, self.clauses), self.position)))

    @classmethod
    def of(cls, lines: Iterable[str], name: str, position: str = "") -> Self:
        """Read the lines above a signature, from the top; *position* follows them if given.

        A line without a prefix continues nothing: the last such lines are the position.
        """
        clauses: list[Clause] = []
        plain: list[str] = []
        for line in [*lines][:MOST_LINES]:
            text = " ".join(line.split())[:LINE_LENGTH]
            clause = _clause(text)
            if clause is None:
                plain += [text] if text else []
                continue
            if plain and clauses:
                # a title that runs over two lines: TM. ỦY BAN NHÂN DÂN / TỈNH SƠN HẢI / KT. …
                last = clauses[-1]
                clauses[-1] = Clause(last.capacity, " ".join((last.title, *plain)).strip())
            plain = []
            clauses.append(clause)
        return cls(tuple(clauses), " ".join(filter(None, (*plain, position))), name)


def _clause(text: str) -> Clause | None:
    match = _PREFIX.match(text)
    if match is not None:
        return Clause(_CAPACITIES[match["short"].upper().replace("/", "")], match["title"])
    match = _BARE.match(text)
    if match is None:
        return None
    if match["acting"]:
        return Clause(Competence.ACTING, match["acting"])
    return Clause(_CAPACITIES[match["short"].replace("/", "")], match["title"])
