"""What XML from outside may cost, how libxml2 is kept from reaching out, and why it is refused."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Reason(StrEnum):
    """Why a message is refused."""

    NOT_WELL_FORMED = "not_well_formed"
    DOCTYPE = "doctype"
    """A DOCTYPE, which is where entities come from."""
    INSTRUCTION = "instruction"
    """A processing instruction."""
    TOO_LARGE = "too_large"
    """Larger, deeper or wider than the limits."""


class XmlRefused(ValueError):
    """The bytes are not XML that may come in; `connectors` translates this."""

    def __init__(self, reason: Reason, detail: str, line: int | None = None) -> None:
        super().__init__(reason, detail, line)
        self.reason = reason
        self.detail = detail
        self.line = line
        """1 for the first line; None where the parser does not tell."""

    def __str__(self) -> str:
        return f"line {self.line}: {self.detail}" if self.line else self.detail


@dataclass(frozen=True, slots=True)
class Limits:
    """What one message may cost."""

    size: int = 80 << 20
    """Bytes, whole; 80 MiB holds 50 MiB of files in base64."""
    text: int = 4 << 20
    """Characters outside diverted elements, attributes included."""
    depth: int = 64
    elements: int = 50_000
    attributes: int = 64
    """For one element."""
    namespaces: int = 64
    """Declared on one element."""


LIMITS = Limits()

HARDENED: dict[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "attribute_defaults": False,
    "huge_tree": False,
    "recover": False,
    "collect_ids": False,
    "encoding": "utf-8",  # whatever the declaration says: no second meaning of the same bytes
}
"""What every `XMLParser` is made with."""
