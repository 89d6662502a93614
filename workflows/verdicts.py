"""Verdicts filed with what they rest on, and repeated from it: the same answer years later.

Legal source: Circular 15/2025/TT-BKHCN, Art. 6. Standard: ETSI EN 319 102-1, 5.1.4. Trust,
policy, certificates and revocation data are blobs by their digests: each is kept once, however
many documents rest on it, so a document costs one row.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from documents.blobs import BlobStore
from documents.report import FiledReport, Verdict, canonical
from signing.evidence import Evidence
from signing.policy import Policy, built_in
from signing.report import Report
from signing.trust import TrustStore
from signing.validation import verify

Read = Callable[[str], bytes]
"""Gives the bytes of a digest."""


def filed(
    report: Report,
    file_sha256: str,
    trust: TrustStore,
    blobs: BlobStore,
    policy: Policy | None = None,
) -> FiledReport:
    """Keep what *report* rests on and return it, ready to be entered.

    Raises:
        BlobsUnavailable: the folder cannot be written.
    """
    rules = policy or built_in()
    listing = report.evidence.listing()
    for sha256, item in report.evidence.items().items():
        _keep(blobs, sha256, partial(bytes, item))
    _keep(blobs, trust.version, trust.anchors)
    _keep(blobs, rules.sha256, lambda: rules.source)
    return FiledReport(
        file_sha256,
        (report.verified_at or datetime.now(UTC)).astimezone(UTC),
        Verdict(report.verdict.value),
        f"{report.policy_id}/{report.policy_version}",
        rules.sha256,
        trust.version,
        blobs.put(listing),
        canonical(report.as_dict()),
    )


def _keep(blobs: BlobStore, sha256: str, content: Callable[[], bytes]) -> None:
    if not blobs.path(sha256).exists():
        blobs.put(content())


@dataclass(frozen=True, slots=True)
class Repetition:
    """The same verification once more, from what was kept."""

    report: Report
    differs: tuple[str, ...]
    """What is said otherwise than then; empty where every answer is the same."""


def repeated(filed: FiledReport, read: Read) -> Repetition:
    """Verify the file again at that moment, with the trust, policy and evidence of then.

    Raises:
        TrustUnreadable, PolicyUnreadable, EvidenceUnreadable: what was kept is not that.
        What *read* raises.
    """
    trust = TrustStore.from_blob(read(filed.trust_sha256))
    policy = Policy.read(read(filed.policy_sha256), filed.policy_id)
    evidence = Evidence.from_listing(read(filed.evidence_sha256), read)
    pdf = read(filed.file_sha256)
    report = verify(pdf, trust, at=filed.at, policy=policy, evidence=evidence)
    return Repetition(report, tuple(_differences(filed, report)))


def _differences(filed: FiledReport, report: Report) -> list[str]:
    then, now = json.loads(filed.content), report.as_dict()
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
