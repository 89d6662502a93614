"""How a message differs from what the axis's documents ask, and is understood all the same."""

from dataclasses import dataclass

MOST = 200
"""Warnings kept for one message; a hostile one could make thousands."""
PATH_LENGTH = 200
"""Characters: an element's name may have 50,000."""


@dataclass(frozen=True, slots=True)
class Warning_:  # noqa: N801
    """One deviation."""

    code: str
    """Stable dotted name, e.g. `date.format`."""
    path: str
    """The element, e.g. `From/OrganId`; empty for the message as a whole."""
    detail: str
    """What was found, Vietnamese first."""

    def __str__(self) -> str:
        return (
            f"[{self.code}] {self.path}: {self.detail}"
            if self.path
            else f"[{self.code}] {self.detail}"
        )


class Deviations:
    """Collects warnings while a message is read."""

    def __init__(self) -> None:
        self._warnings: list[Warning_] = []
        self.secrecy = ""
        """What a field of secrecy says: no such field is lost among warnings."""

    def add(self, code: str, path: str, detail: str) -> None:
        """Note one; beyond `MOST` they are dropped."""
        if len(self._warnings) < MOST:
            self._warnings.append(Warning_(code, path[:PATH_LENGTH], detail[:500]))

    def taken(self) -> tuple[Warning_, ...]:
        """Return what was noted, in the order of finding."""
        return tuple(self._warnings)
