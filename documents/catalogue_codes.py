"""The codes of agencies as they are written: both forms, exchange centres, enterprises.

Sources: QCVN 102:2016 (old, the right-most group is level 1), QĐ 20/2020/QĐ-TTg (new, the
left-most group is), and what was seen on the wire beside them (axis.md §3.1 to §3.3).
Nothing here refuses: a code that came over the axis is kept as it is, whatever its form.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

LONGEST = 35
"""Characters of a code (QĐ 20/2020)."""


class Form(StrEnum):
    """How a code is built."""

    NEW = "new"
    """`H99.01.02`: QĐ 20/2020."""
    OLD = "old"
    """`000.00.01.H99`: QCVN 102:2016; also the short forms without leading groups."""
    ENTERPRISE = "enterprise"
    """Twelve digits: `02` and a tax code of ten, for enterprises on the axis."""
    SCHEME = "scheme"
    """`Z01…`: another organisation's own scheme (QĐ 20/2020)."""
    EXCHANGE = "exchange"
    """`00.99.W00`: a connection system; passed through, never a receiver."""
    OTHER = "other"
    """None of them: test tenants, junk in trace headers."""


class Kind(StrEnum):
    """What an entry of the catalogue is."""

    AGENCY = "agency"
    EXCHANGE = "exchange"
    """An exchange centre: hidden wherever people choose a recipient."""
    ENTERPRISE = "enterprise"


@dataclass(frozen=True, slots=True)
class Code:
    """One code and what can be read from it alone."""

    text: str
    form: Form
    level: int = 0
    """1 at the top; 0 where the form has no levels."""
    parent: str = ""
    """By the form's own rule; empty at the top."""
    top: str = ""
    """The level-1 group, `H99`; empty where there is none."""

    @property
    def party(self) -> bool:
        """Whether it is of the Party's bloc (khối Đảng), which axes route separately."""
        return self.form is Form.OLD and self.top.startswith("A")

    @property
    def kind(self) -> Kind:
        """What an entry with this code is."""
        return _KINDS.get(self.form, Kind.AGENCY)


_KINDS = {Form.EXCHANGE: Kind.EXCHANGE, Form.ENTERPRISE: Kind.ENTERPRISE}
_EXCHANGE = re.compile(r"(?:[0-9]{2,3}\.)*W00(?:\.[0-9A-Z]+)*")
_OLD = re.compile(r"(?:(?:[0-9]{3}\.)?[0-9]{2}\.)?[0-9]{2}\.[A-Z][0-9]{2}")
_NEW = re.compile(r"[A-Y][0-9]{2}(?:\.[0-9A-Z]+)*")
_ENTERPRISE = re.compile(r"[0-9]{12}(?:\.[0-9A-Z]+)*")
_SCHEME = re.compile(r"Z(?!00)[0-9]{2}[0-9A-Z.]{0,32}")


def read(text: str) -> Code:
    """Return what *text* says as a code; whatever it is, it is never refused."""
    if len(text) > LONGEST:
        return Code(text, Form.OTHER)
    if _EXCHANGE.fullmatch(text):
        return Code(text, Form.EXCHANGE)
    if _OLD.fullmatch(text):
        return _old(text)
    if _NEW.fullmatch(text) or _ENTERPRISE.fullmatch(text):
        return _left_to_right(text)
    if _SCHEME.fullmatch(text):
        return Code(text, Form.SCHEME, 1, "", text[:3])
    return Code(text, Form.OTHER)


def _left_to_right(text: str) -> Code:
    """Read a code whose left-most group is level 1; its parent lacks the last group."""
    groups = text.split(".")
    form = Form.ENTERPRISE if _ENTERPRISE.fullmatch(text) else Form.NEW
    return Code(text, form, len(groups), ".".join(groups[:-1]), groups[0])


def _old(text: str) -> Code:
    """Read a code whose right-most group is level 1.

    Its parent has zeros for the left-most group that is not zero.
    """
    groups = text.split(".")
    for place, group in enumerate(groups[:-1]):
        if group.strip("0"):
            parent = [*groups[:place], "0" * len(group), *groups[place + 1 :]]
            return Code(text, Form.OLD, len(groups) - place, ".".join(parent), groups[-1])
    return Code(text, Form.OLD, 1, "", groups[-1])


def ancestors(text: str) -> list[str]:
    """Return the codes above *text* by its form's rule, the nearest first."""
    found = []
    while text := read(text).parent:
        found.append(text)
    return found
