"""A stranger's file judged in a cell: what comes out is plain data, whatever happens inside.

What a cell says is read as JSON, never as objects: a file that breaks a library and takes the
cell over still only gets an answer, and the evidence of a verdict is parsed once more.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime

from documents.report import FiledReport, Verdict
from signing.evidence import Evidence
from signing.growth import Filling, Growth, growth
from signing.policy import Policy
from signing.report import Report
from signing.trust import TrustStore
from signing.validation import verify
from workflows import verdicts
from workflows.cell import Walls, confined

_WALLS = Walls(answer=256 << 20)
"""The evidence comes out too, and lists have megabytes."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What came out of a cell in which a file was verified."""

    filed: FiledReport
    """Its digests name what is not kept yet."""
    evidence: Evidence
    growth: Growth | None


def judge(pdf: bytes, trust: TrustStore, policy: Policy, at: datetime | None) -> Judged:
    """Verify a file in a cell, now or about the moment *at*.

    Raises:
        FileTooHard: it took too much memory or time, or broke a library.
    """
    return _confined(pdf, trust, lambda: verify(pdf, trust, at=at, policy=policy))


def repeat(filed: FiledReport, read: Callable[[str], bytes]) -> Judged:
    """Repeat a stored verification in a cell, from what was stored.

    Raises:
        TrustUnreadable, PolicyUnreadable, EvidenceUnreadable, FileTooHard: as they say.
        What *read* raises.
    """
    trust = TrustStore.from_blob(read(filed.trust_sha256))
    policy = Policy.read(read(filed.policy_sha256), filed.policy_id)
    evidence = Evidence.from_listing(read(filed.evidence_sha256), read)
    pdf = read(filed.file_sha256)
    return _confined(
        pdf, trust, lambda: verify(pdf, trust, at=filed.at, policy=policy, evidence=evidence)
    )


def _confined(pdf: bytes, trust: TrustStore, work: Callable[[], Report]) -> Judged:
    trust.version  # noqa: B018  (computed once, not in every cell)

    def answer() -> bytes:
        report = work()
        filed = verdicts.unfiled(report, hashlib.sha256(pdf).hexdigest(), trust)
        grown = growth(pdf)
        values = {
            "filed": asdict(filed),
            "evidence": report.evidence.to_bytes().decode("ascii"),
            "growth": asdict(grown) if grown else None,
        }
        return json.dumps(values, default=str).encode()

    values = json.loads(confined(answer, _WALLS))
    filed = values["filed"]
    filed |= {"at": datetime.fromisoformat(filed["at"]), "verdict": Verdict(filed["verdict"])}
    found = values["growth"]
    if found:
        filled = tuple(Filling(**one) for one in found["filled"])
        found = Growth(found["field"], found["end"], filled, tuple(found["signed_later"]))
    return Judged(FiledReport(**filed), Evidence.from_bytes(values["evidence"].encode()), found)
