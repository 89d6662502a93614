"""Who calls the hub, and for which agencies it may speak."""

from collections.abc import Callable
from dataclasses import dataclass

from connectors.errors import AccessDenied


@dataclass(frozen=True, slots=True)
class Caller:
    """A system that has shown its credential, or anybody on a hub without credentials."""

    system_id: str = ""
    """Empty: anybody."""
    agencies: frozenset[str] | None = None
    """Organ ids, as the catalogue has them now; None: any agency."""

    def ensure(self, code: str, organ_id: Callable[[str], str]) -> None:
        """Return if the caller may speak for the agency *code*; *organ_id* resolves old codes.

        Raises:
            AccessDenied: it may not.
        """
        if self.agencies is not None and organ_id(code) not in self.agencies:
            raise AccessDenied(AccessDenied.axis_code, f"{self.system_id}: {code}")


ANYBODY = Caller()
"""On a hub that was told to ask for no credential."""
