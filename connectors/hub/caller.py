"""Who calls the hub, and for which agencies it may speak."""

from collections.abc import Callable
from dataclasses import dataclass

from connectors.hub import call


@dataclass(frozen=True, slots=True)
class Caller:
    """A system that has shown its credential, or anybody on a hub without credentials."""

    system_id: str = ""
    """Empty: anybody."""
    agencies: frozenset[str] | None = None
    """Their codes as registered, new or old form; None: any agency."""

    def ensure(self, code: str, organ_id: Callable[[str], str]) -> None:
        """Return if the caller may speak for the agency *code*; *organ_id* resolves codes.

        Raises:
            AccessDenied: it may not.
        """
        if self.agencies is None or code in self.agencies:
            return
        if organ_id(code) not in map(organ_id, self.agencies):
            raise call.denied(self.system_id, code)


ANYBODY = Caller()
"""On a hub that was told to ask for no credential."""
