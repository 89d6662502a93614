"""The level of a signature: how long it can be proved, as ETSI names it.

Standard: ETSI EN 319 142-1, clause 6 (PAdES baseline signatures).
"""

from enum import StrEnum


class Level(StrEnum):
    """From what a key alone gives to what outlives certificates and algorithms."""

    B_B = "B-B"
    """Signed: as good as the certificate is today."""
    B_T = "B-T"
    """A trusted third party has seen it at a known time."""
    B_LT = "B-LT"
    """Certificates and revocation data of that time are in the file."""
    B_LTA = "B-LTA"
    """All of it under an archive timestamp, which can be renewed."""

    @property
    def rank(self) -> int:
        """0 to 3; the text's own order is the alphabet's."""
        return list(Level).index(self)

    def reaches(self, wanted: "Level") -> bool:
        """Return whether this level is *wanted* or above."""
        return self.rank >= wanted.rank
