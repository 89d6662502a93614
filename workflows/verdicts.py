"""Verdicts filed with what they rest on, and repeated from it: the same answer years later.

Legal source: Circular 15/2025/TT-BKHCN, Art. 6. Standard: ETSI EN 319 102-1, 5.1.4. Trust,
policy, certificates and revocation data are blobs by their digests: each is kept once, however
many documents rest on it, so a document costs one row.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

from documents.blobs import BlobStore
from documents.report import FiledReport, Verdict, canonical
from signing.evidence import Evidence
from signing.policy import Policy
from signing.report import Report
from signing.trust import TrustStore
from signing.validation import verify

Read = Callable[[str], bytes]
"""Gives the bytes of a digest."""


def filed(
    report: Report, file_sha256: str, trust: TrustStore, blobs: BlobStore, policy: Policy
) -> FiledReport:
    """Keep what *report* rests on and return it, ready to be entered.

    Raises:
        BlobsUnavailable: the folder cannot be written.
    """
    return keep(unfiled(report, file_sha256, trust), report.evidence, trust, policy, blobs)


def unfiled(report: Report, file_sha256: str, trust: TrustStore) -> FiledReport:
    """Return *report* with the digests of what it rests on; nothing is kept."""
    return FiledReport(
        file_sha256,
        (report.verified_at or datetime.now(UTC)).astimezone(UTC),
        Verdict(report.verdict.value),
        f"{report.policy_id}/{report.policy_version}",
        report.policy_sha256,
        trust.version,
        hashlib.sha256(report.evidence.listing()).hexdigest(),
        canonical(report.as_dict()),
    )


def keep(
    filed: FiledReport, evidence: Evidence, trust: TrustStore, policy: Policy, blobs: BlobStore
) -> FiledReport:
    """Keep what *filed* rests on and return it.

    Raises:
        BlobsUnavailable: the folder cannot be written.
    """
    for sha256, item in evidence.items().items():
        _keep(blobs, sha256, partial(bytes, item))
    _keep(blobs, filed.evidence_sha256, evidence.listing)
    _keep(blobs, filed.trust_sha256, trust.anchors)
    _keep(blobs, filed.policy_sha256, lambda: policy.source)
    return filed


def _keep(blobs: BlobStore, sha256: str, content: Callable[[], bytes]) -> None:
    if not blobs.path(sha256).exists():
        blobs.put(content())


def repeated(filed: FiledReport, read: Read, trust: TrustStore | None = None) -> Report:
    """Verify the file again at that moment, with the trust, policy and evidence of then.

    With *trust*, under those roots instead.

    Raises:
        TrustUnreadable, PolicyUnreadable, EvidenceUnreadable: what was kept is not that.
        What *read* raises.
    """
    roots = trust or TrustStore.from_blob(read(filed.trust_sha256))
    policy = Policy.read(read(filed.policy_sha256), filed.policy_id)
    evidence = Evidence.from_listing(read(filed.evidence_sha256), read)
    pdf = read(filed.file_sha256)
    return verify(pdf, roots, at=filed.at, policy=policy, evidence=evidence)


def differences(filed: FiledReport, again: FiledReport) -> list[str]:
    """Return what is said otherwise now; empty where every answer is the same."""
    then, now = json.loads(filed.content), json.loads(again.content)
    found = []
    if (then["verdict"], filed.verdict) != (now["verdict"], now["verdict"]):
        found.append(f"{then['verdict']} → {now['verdict']}")
    before, after = ([_answer(one) for one in each["signatures"]] for each in (then, now))
    if len(before) != len(after):
        found.append(f"{len(before)} → {len(after)} chữ ký / signatures")
    pairs = zip(before, after, strict=False)
    found += [f"{_said(old)} → {_said(new)}" for old, new in pairs if old != new]
    return found


def _answer(signature: dict[str, Any]) -> tuple[Any, ...]:
    """Return what a verdict on one signature is, apart from its words."""
    return tuple(signature.get(name) for name in _ANSWER)


def _said(answer: tuple[Any, ...]) -> str:
    return " ".join(str(part) for part in answer if part)


_ANSWER = (
    *("field", "signer", "indication", "sub_indication", "coverage", "modification"),
    *("signing_time", "proven_time", "level"),
)
