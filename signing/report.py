"""What a verification says: ETSI's three answers, per signature and for the document.

Standard: ETSI EN 319 102-1, clause 5.1.3 (status indications and
sub-indications). INDETERMINATE is an answer, not an error.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Indication(StrEnum):
    """Main status indication (EN 319 102-1, table 5)."""

    TOTAL_PASSED = "TOTAL-PASSED"
    """The signature holds, and its signer is trusted."""
    INDETERMINATE = "INDETERMINATE"
    """What is known does not suffice to say either."""
    TOTAL_FAILED = "TOTAL-FAILED"
    """The signature is broken, or what it protects was changed."""


NAME_LENGTH = 200
"""Characters of a field's or signer's name in a report; a hostile file may have millions."""

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
    "TRY_LATER": "dữ liệu thu hồi đã cũ, thử lại sau / revocation data is stale, try later",
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
    certificate: bytes = field(default=b"", repr=False)
    """The signer's, DER; empty when unknown."""

    def as_dict(self) -> dict[str, str | None]:
        """Return plain data for JSON."""
        return {
            "field": self.field,
            "signer": self.signer,
            "indication": self.indication.value,
            "sub_indication": self.sub_indication or None,
            "coverage": self.coverage or None,
            "modification": self.modification or None,
            "signing_time": self.signing_time.isoformat() if self.signing_time else None,
            "reason": self.reason,
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

    def as_dict(self) -> dict[str, object]:
        """Return plain data for JSON."""
        return {
            "verdict": self.verdict.value,
            "signatures": [signature.as_dict() for signature in self.signatures],
            "reason": self.reason,
            "policy": self.policy,
            "empty_fields": list(self.empty_fields),
        }


_SEVERITY = (Indication.TOTAL_PASSED, Indication.INDETERMINATE, Indication.TOTAL_FAILED)


def worst(signatures: tuple[SignatureReport, ...]) -> SignatureReport:
    """Return the first signature whose indication is the worst; *signatures* is not empty."""
    return max(signatures, key=lambda signature: _SEVERITY.index(signature.indication))


def explained(sub_indication: str, detail: str = "") -> str:
    """Return a reason for people: the sub-indication, what it means, and the detail."""
    meaning = EXPLANATIONS.get(sub_indication, "")
    return ": ".join(part for part in (sub_indication, meaning, detail) if part)
