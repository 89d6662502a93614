"""What a verification says: ETSI's three answers, per signature and for the document.

Standard: ETSI EN 319 102-1, clause 5.1.3 (status indications and
sub-indications). INDETERMINATE is an answer, not an error.
"""

import dataclasses
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from signing.certificates import NAME_LENGTH, facts
from signing.evidence import Evidence
from signing.levels import TEXTS
from signing.paths import RevocationFact

__all__ = [
    "EXPLANATIONS",
    "MODIFIED",
    "NAME_LENGTH",
    "NO_SIGNATURE_FOUND",
    "UNREADABLE",
    "Indication",
    "Report",
    "SignatureReport",
    "explained",
    "worst",
]


class Indication(StrEnum):
    """Main status indication (EN 319 102-1, table 5)."""

    TOTAL_PASSED = "TOTAL-PASSED"
    """The signature holds, and its signer is trusted."""
    INDETERMINATE = "INDETERMINATE"
    """What is known does not suffice to say either."""
    TOTAL_FAILED = "TOTAL-FAILED"
    """The signature is broken, or what it protects was changed."""


NO_SIGNATURE_FOUND = "NO_SIGNATURE_FOUND"
UNREADABLE = "UNREADABLE"

MODIFIED = "FORMAT_FAILURE"
"""Changes beyond what DocMDP or FieldMDP permits. ETSI has no sub-indication for
them; EN 319 102-1, 5.2.2 (format checking) is where a PDF profile may fail."""

EXPLANATIONS = {
    "FORMAT_FAILURE": "sai cấu trúc hoặc bị sửa quá mức cho phép / malformed, or changed "
    "beyond what the signature permits",
    "HASH_FAILURE": "nội dung đã bị sửa sau khi ký / the content was changed after signing",
    "SIG_CRYPTO_FAILURE": "giá trị chữ ký sai / the signature value is wrong",
    "NO_CERTIFICATE_CHAIN_FOUND": "không dẫn tới chứng thư gốc được tin cậy / no chain to a "
    "trusted root",
    "CERTIFICATE_CHAIN_GENERAL_FAILURE": "không kiểm tra được chuỗi chứng thư, kể cả thu hồi / "
    "the chain or its revocation could not be checked",
    "CHAIN_CONSTRAINTS_FAILURE": "chứng thư không dùng để ký / the certificate is not for signing",
    "REVOKED_NO_POE": "chứng thư đã bị thu hồi / the certificate is revoked",
    "REVOKED_CA_NO_POE": "chứng thư của nơi cấp đã bị thu hồi / the issuer's certificate is "
    "revoked",
    "OUT_OF_BOUNDS_NO_POE": "chứng thư hết hạn hoặc chưa có hiệu lực / the certificate is expired "
    "or not yet valid",
    "CRYPTO_CONSTRAINTS_FAILURE": "thuật toán không còn an toàn / the algorithm is too weak",
    "TRY_LATER": "dữ liệu thu hồi đã cũ hoặc không có, thử lại sau / revocation data is stale or "
    "missing, try later",
    "REVOKED": "ký bằng chứng thư đã bị thu hồi / signed with a revoked certificate",
    "NOT_YET_VALID": "ký khi chứng thư chưa có hiệu lực / signed before the certificate was valid",
    "REVOCATION_OUT_OF_BOUNDS_NO_POE": "chứng thư hết hạn, không có dữ liệu thu hồi của thời gian "
    "còn hiệu lực / the certificate is expired, and no revocation data of its time is proven",
    "CRYPTO_CONSTRAINTS_FAILURE_NO_POE": "thuật toán không còn an toàn và không chứng minh được "
    "ký từ trước / the algorithm is too weak by now, and no earlier signing is proven",
    "TIMESTAMP_ORDER_FAILURE": "các dấu thời gian không đúng thứ tự / the times are not in order",
    "NO_SIGNING_CERTIFICATE_FOUND": "không có đúng chứng thư của người ký / the signer's "
    "certificate is not there",
    "SIG_CONSTRAINTS_FAILURE": "không đúng ràng buộc của ô ký hoặc dấu thời gian / the field's "
    "constraints or the timestamp do not hold",
}
"""Vietnamese and English, by sub-indication."""


@dataclass(frozen=True, slots=True)
class SignatureReport:
    """What is known about one signature."""

    field: str
    signer: str
    """Common name in the signer's certificate; empty when unknown."""
    indication: Indication
    sub_indication: str
    """EN 319 102-1, table 6; empty when passed."""
    coverage: str
    """ENTIRE_FILE, ENTIRE_REVISION, CONTIGUOUS_BLOCK_FROM_START, UNCLEAR; empty when unknown."""
    modification: str
    """What came after: NONE, LTA_UPDATES, FORM_FILLING, ANNOTATIONS, OTHER; empty when unknown."""
    signing_time: datetime | None
    """From a timestamp that holds, else as the signer claims; aware."""
    reason: str
    organisations: tuple[str, ...] = ()
    """The organisations and units that the signer's certificate names."""
    kind: str = "signature"
    """signature, or timestamp for a document timestamp."""
    certificate: bytes = dataclasses.field(default=b"", repr=False)
    """The signer's certificate, DER; empty when unknown."""
    algorithm: str = ""
    """Scheme and digest, such as `rsassa_pss/sha256`."""
    key_bits: int = 0
    claimed_time: datetime | None = None
    """As the signer claims; aware."""
    proven_time: datetime | None = None
    """By the earliest timestamp that is trusted; UTC."""
    level: str = ""
    """PAdES level: B-B, B-T, B-LT, B-LTA; empty for none (see `signing.levels`)."""
    revocation: RevocationFact | None = None
    trust_group: str = ""
    """The group of roots that the signer's certificate leads to."""
    try_again_at: datetime | None = None
    """With TRY_LATER: when new revocation data may be there."""

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "field": self.field,
            "signer": self.signer,
            "indication": self.indication.value,
            "sub_indication": self.sub_indication or None,
            "coverage": self.coverage or None,
            "modification": self.modification or None,
            "signing_time": _text(self.signing_time),
            "reason": self.reason,
            "kind": self.kind,
            "organisations": list(self.organisations),
            "certificate": facts(self.certificate).as_dict() if self.certificate else None,
            "algorithm": self.algorithm or None,
            "key_bits": self.key_bits or None,
            "claimed_time": _text(self.claimed_time),
            "proven_time": _text(self.proven_time),
            "level": self.level or None,
            "level_text": TEXTS[self.level] if self.kind == "signature" else None,
            "revocation": self.revocation.as_dict() if self.revocation else None,
            "trust_group": self.trust_group or None,
            "try_again_at": _text(self.try_again_at),
        }


@dataclass(frozen=True, slots=True)
class Report:
    """What is known about a document: the worst of its signatures."""

    verdict: Indication
    signatures: tuple[SignatureReport, ...]
    reason: str
    policy: str
    """Which rules judged: kept with the report, since rules change."""
    empty_fields: tuple[str, ...] = ()
    """Signature fields that nobody has signed, or whose signature was cut off."""
    verified_at: datetime | None = None
    """The moment that the verdict is about; UTC."""
    policy_id: str = ""
    policy_version: str = ""
    policy_sha256: str = ""
    trust_version: str = ""
    """Digest of who was trusted (`TrustStore.version`)."""
    trust_label: str = ""
    evidence: Evidence = dataclasses.field(default=Evidence(), repr=False)
    """What the verdict rests on; with it `verify` says the same again."""

    @property
    def try_again_at(self) -> datetime | None:
        """When another look may tell more; None where waiting does not help."""
        return min((s.try_again_at for s in self.signatures if s.try_again_at), default=None)

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "verdict": self.verdict.value,
            "signatures": [signature.as_dict() for signature in self.signatures],
            "reason": self.reason,
            "policy": self.policy,
            "empty_fields": list(self.empty_fields),
            "verified_at": _text(self.verified_at),
            "policy_id": self.policy_id,
            "policy_version": self.policy_version,
            "policy_sha256": self.policy_sha256,
            "trust_version": self.trust_version,
            "trust_label": self.trust_label,
            "try_again_at": _text(self.try_again_at),
        }


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


_SEVERITY = (Indication.TOTAL_PASSED, Indication.INDETERMINATE, Indication.TOTAL_FAILED)


def worst(signatures: tuple[SignatureReport, ...]) -> SignatureReport:
    """Return the first signature whose indication is the worst; *signatures* is not empty.

    A document timestamp that proves nothing takes nothing from the signatures (EN 319 102-1,
    5.6.3); one that is broken does.
    """
    telling = [
        signature
        for signature in signatures
        if signature.kind == "signature" or signature.indication is Indication.TOTAL_FAILED
    ]
    return max(telling or signatures, key=lambda signature: _SEVERITY.index(signature.indication))


def explained(sub_indication: str, detail: str = "") -> str:
    """Return a reason for people: the sub-indication, what it means, and the detail."""
    meaning = EXPLANATIONS.get(sub_indication, "")
    return ": ".join(part for part in (sub_indication, meaning, detail) if part)
