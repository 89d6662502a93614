"""Who may see what, and what an access is: names of the rules.

Legal source: Decree 30/2020/ND-CP, Appendix VI, Part I, III.3, III.6 (law.md VI-15, 16, 27).
"""

from enum import StrEnum


class TargetKind(StrEnum):
    """What a right is about."""

    DOSSIER = "dossier"
    DOCUMENT = "document"


class GrantKind(StrEnum):
    """Who is named; a target that is not restricted may be seen by the whole agency."""

    RESTRICTED = "restricted"
    """Nobody but those named below, besides who compiles it, leads, or keeps the registers."""
    UNIT = "unit"
    PERSON = "person"


class ChangeState(StrEnum):
    """Where a change of rights stands (III.3c)."""

    PENDING = "pending"
    """Shown as an alert; holds not yet."""
    CONFIRMED = "confirmed"
    REFUSED = "refused"


class AccessKind(StrEnum):
    """What was done."""

    VIEW = "view"
    DOWNLOAD = "download"
    PRINT = "print"
    EXPORT = "export"
