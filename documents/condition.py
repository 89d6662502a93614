"""Which documents a rule speaks of: by type, sender, unit, notation, words of the subject.

Legal source: Decree 30/2020/ND-CP, Art. 29.2 (documents join the dossier of their work);
Appendix VI, Part I, III.4 (filing). Pure: a rule is data, and says the same of the same document.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from fnmatch import fnmatchcase
from typing import Any, Self

from documents.document import folded
from documents.errors import Refused, storable

MOST = 50
"""Values of one kind in a rule."""
_LONGEST = 200
_WILD = 4
"""Stars in one pattern: more make matching slow."""


class ConditionInvalid(Refused):
    """A rule's condition has a name or a value that cannot be."""

    code = "rule.condition_invalid"
    vietnamese = "Điều kiện của quy tắc không hợp lệ: {0}"
    english = "a rule's condition is not valid: {0}"
    remedy = (
        "Dùng direction, types, senders, units, notations, words; mỗi mục là danh sách ngắn / "
        "use direction, types, senders, units, notations, words: short lists each"
    )


@dataclass(frozen=True, slots=True)
class Paper:
    """What a rule may know of a document."""

    direction: str
    type_name: str
    sender: str
    """Code of the agency that issued it."""
    unit_id: str
    code: str
    """Number and notation."""
    subject: str


@dataclass(frozen=True, slots=True)
class Condition:
    """All kinds that are given must hold; within one kind, one value."""

    direction: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    senders: tuple[str, ...] = ()
    """Codes of agencies; what is below them too (`H99` means `H99.01` as well)."""
    units: tuple[str, ...] = ()
    notations: tuple[str, ...] = ()
    """Patterns with `*`: `*/QĐ-UBND`."""
    words: tuple[str, ...] = ()
    """Phrases of the subject, whatever their case and accents; whole words."""

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """Return the condition of a mapping of lists.

        Raises:
            ConditionInvalid: it has another name, or a value that is no short list of texts.
        """
        if not isinstance(values, Mapping):
            raise ConditionInvalid("?")
        names = {field.name for field in fields(cls)}
        for name, given in values.items():
            if name not in names or not isinstance(given, list | tuple) or len(given) > MOST:
                raise ConditionInvalid(str(name)[:40])
            for text in given:
                if not isinstance(text, str) or not 0 < len(text.strip()) <= _LONGEST:
                    raise ConditionInvalid(f"{name}: {str(text)[:40]}")
                if text.count("*") > _WILD or storable(text) != text:
                    raise ConditionInvalid(f"{name}: {text[:40]}")
        return cls(
            **{name: tuple(text.strip() for text in given) for name, given in values.items()}
        )

    @property
    def empty(self) -> bool:
        """Whether nothing is asked: such a rule speaks of no document."""
        return not any(getattr(self, field.name) for field in fields(self))

    def as_dict(self) -> dict[str, list[str]]:
        """Return what is asked, as it is stored."""
        given = {field.name: list(getattr(self, field.name)) for field in fields(self)}
        return {name: values for name, values in given.items() if values}

    def holds(self, paper: Paper) -> bool:
        """Return whether the rule speaks of *paper*."""
        subject = f" {' '.join(_words(paper.subject))} "
        code = paper.code.casefold()
        asked = (
            (self.direction, lambda text: text == paper.direction),
            (self.types, lambda text: folded(text) == folded(paper.type_name)),
            (self.senders, lambda text: f"{paper.sender}.".startswith(f"{text}.")),
            (self.units, lambda text: text == paper.unit_id),
            (self.notations, lambda text: fnmatchcase(code, _pattern(text))),
            (self.words, lambda text: f" {' '.join(_words(text))} " in subject),
        )
        return all(not given or any(map(is_so, given)) for given, is_so in asked)


def _words(text: str) -> list[str]:
    plain = "".join(c if c.isalnum() else " " for c in folded(text))
    return plain.split()


def _pattern(text: str) -> str:
    # only the star is a sign: a notation may hold brackets
    return text.casefold().replace("[", "[[]").replace("?", "[?]")
