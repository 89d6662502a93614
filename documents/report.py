"""A verification that counted, as it is kept: the report and the digests of what it rests on.

Legal source: Circular 15/2025/TT-BKHCN, Art. 6 (the evidence of a check is stored). Standard:
ETSI EN 319 102-1, 5.1.3 (three indications), 5.1.4 (the same data leads to the same verdict).
"""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from documents.errors import storable


class Verdict(StrEnum):
    """ETSI's three answers."""

    TOTAL_PASSED = "TOTAL-PASSED"
    INDETERMINATE = "INDETERMINATE"
    TOTAL_FAILED = "TOTAL-FAILED"


class Occasion(StrEnum):
    """Why a file was verified."""

    ARRIVAL = "arrival"
    """Before an incoming document was registered (Decree 30/2020/ND-CP, Art. 21.2)."""
    DEMAND = "demand"
    """Because somebody asked."""


@dataclass(frozen=True, slots=True)
class FiledReport:
    """One file's report, ready to be entered; what it names is in the blob folder already."""

    file_sha256: str
    at: datetime
    """The moment that the verdict is about; UTC."""
    verdict: Verdict
    policy_id: str
    policy_sha256: str
    trust_sha256: str
    evidence_sha256: str
    content: str = field(repr=False)
    """Canonical JSON."""

    @property
    def sha256(self) -> str:
        """Return the digest of the content."""
        return hashlib.sha256(self.content.encode()).hexdigest()


def canonical(values: dict[str, Any]) -> str:
    """Return *values* as canonical JSON: the same report has the same digest."""
    text = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return storable(text)  # a name in a certificate may have half a character
