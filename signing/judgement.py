"""Judges one signature: pyHanko's findings put into ETSI's words.

Standards: ETSI EN 319 102-1, clause 5.3 (validation of basic signatures), ISO
32000-2, 12.8.2 (what DocMDP and FieldMDP permit after a signature).
"""

from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from pyhanko.sign.diff_analysis import DiffResult
from pyhanko.sign.validation import (
    EmbeddedPdfSignature,
    async_validate_pdf_signature,
    async_validate_pdf_timestamp,
)
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import (
    DocumentTimestampStatus,
    PdfSignatureStatus,
    SignatureCoverageLevel,
)
from pyhanko_certvalidator import ValidationContext

from signing.differences import POLICY
from signing.report import MODIFIED, NAME_LENGTH, Indication, SignatureReport, explained

FOR_SIGNING = KeyUsageConstraints(
    key_usage={"digital_signature", "non_repudiation"}, match_all_key_usages=False
)
_WHOLE = (SignatureCoverageLevel.ENTIRE_FILE, SignatureCoverageLevel.ENTIRE_REVISION)
_REASON_LENGTH = 400
_UNCHECKED = "chưa kiểm tra thu hồi / revocation not checked"

T = TypeVar("T")
Status = PdfSignatureStatus | DocumentTimestampStatus
Finding = tuple[Indication, str, str]
"""Indication, sub-indication, detail."""


@dataclass(frozen=True, slots=True)
class Court:
    """Under which trust and at which time signatures are judged."""

    context: ValidationContext
    revocation_checked: bool

    def judge(self, signature: EmbeddedPdfSignature) -> SignatureReport:
        """Return what is known about *signature*; an exception of the library is an answer too."""
        try:
            status = _validated(signature, self.context)
        except SignatureValidationError as fault:
            known = fault.ades_subindication
            failed = known is not None and known.status.name == "FAILED"
            indication = Indication.TOTAL_FAILED if failed else Indication.INDETERMINATE
            sub = known.standard_name if known is not None else "GENERIC"
            return unjudged(signature.field_name, fault, indication, sub)
        except Exception as fault:
            return unjudged(signature.field_name, fault)
        indication, sub, detail = _finding(status)
        if indication is Indication.TOTAL_PASSED:
            reason = "" if self.revocation_checked else _UNCHECKED
        else:
            reason = explained(sub, detail)
        modification = status.modification_level
        return SignatureReport(
            field=str(signature.field_name)[:NAME_LENGTH],
            signer=_signer(status),
            indication=indication,
            sub_indication=sub,
            coverage=status.coverage.name if status.coverage is not None else "",
            modification=modification.name if modification is not None else "",
            signing_time=_signing_time(status),
            reason="; ".join(part for part in (reason, _timestamp_note(status)) if part),
            organisations=_organisations(status),
            certificate=status.signing_cert.dump(),
        )


def unjudged(
    field: object,
    fault: Exception,
    indication: Indication = Indication.INDETERMINATE,
    sub_indication: str = "FORMAT_FAILURE",
) -> SignatureReport:
    """Return the report of a signature whose validation broke off with *fault*."""
    detail = f"{type(fault).__name__}: {str(fault)[:_REASON_LENGTH]}"
    name, reason = str(field)[:NAME_LENGTH], explained(sub_indication, detail)
    return SignatureReport(name, "", indication, sub_indication, "", "", None, reason)


def _validated(signature: EmbeddedPdfSignature, context: ValidationContext) -> Status:
    if signature.sig_object_type == "/DocTimeStamp":
        return _without_waiting(
            async_validate_pdf_timestamp(signature, context, diff_policy=POLICY)
        )
    return _without_waiting(
        async_validate_pdf_signature(
            signature, context, diff_policy=POLICY, key_usage_settings=FOR_SIGNING
        )
    )


def _without_waiting(work: Coroutine[Any, Any, T]) -> T:
    """Run *work* to its end, inside an event loop or not: with no network, nothing may wait."""
    try:
        work.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    work.close()
    raise RuntimeError("validation tried to wait")


def _finding(status: Status) -> Finding:
    """Return the first thing that is wrong, the gravest first."""
    if not status.intact:
        return Indication.TOTAL_FAILED, "HASH_FAILURE", ""
    if not status.valid:
        return Indication.TOTAL_FAILED, "SIG_CRYPTO_FAILURE", ""
    if status.coverage not in _WHOLE:
        return Indication.TOTAL_FAILED, MODIFIED, "chữ ký không bao trùm tệp / gaps in coverage"
    if not _permitted(status):
        return Indication.TOTAL_FAILED, MODIFIED, _difference(status)
    if status.trust_problem_indic is not None:
        return Indication.INDETERMINATE, status.trust_problem_indic.standard_name, ""
    if not status.trusted:
        return Indication.INDETERMINATE, "CERTIFICATE_CHAIN_GENERAL_FAILURE", ""
    if isinstance(status, PdfSignatureStatus) and not _constraints_hold(status):
        return Indication.INDETERMINATE, "SIG_CONSTRAINTS_FAILURE", ""
    return Indication.TOTAL_PASSED, "", ""


def _permitted(status: Status) -> bool:
    """Return whether what came after the signature is within its permissions."""
    level = status.modification_level
    if level is None or level.name == "OTHER":
        return False
    # a document timestamp has no DocMDP of its own
    return isinstance(status, DocumentTimestampStatus) or bool(status.docmdp_ok)


def _difference(status: Status) -> str:
    if isinstance(status.diff_result, DiffResult) or status.diff_result is None:
        return ""
    return str(status.diff_result)[:_REASON_LENGTH]


def _constraints_hold(status: PdfSignatureStatus) -> bool:
    if not status.seed_value_ok:
        return False
    stamps = (status.timestamp_validity, status.content_timestamp_validity)
    return all(stamp.valid and stamp.intact for stamp in stamps if stamp is not None)


def _timestamp_note(status: Status) -> str:
    stamp = status.timestamp_validity if isinstance(status, PdfSignatureStatus) else None
    if stamp is None or stamp.trusted:
        return ""
    # the claimed time is no proof then; the signature itself may still hold (EN 319 102-1, 5.5)
    return "dấu thời gian không được tin cậy / the timestamp is not trusted"


def _signing_time(status: Status) -> datetime | None:
    if isinstance(status, DocumentTimestampStatus):
        return status.timestamp
    stamp = status.timestamp_validity
    if stamp is not None and stamp.trusted:
        return stamp.timestamp
    claimed = status.signer_reported_dt
    return claimed if claimed is not None and claimed.tzinfo is not None else None


def _signer(status: Status) -> str:
    names = status.signing_cert.subject.native
    name = names.get("common_name") or names.get("organization_name") or ""
    return (name if isinstance(name, str) else "; ".join(map(str, name)))[:NAME_LENGTH]


def _organisations(status: Status) -> tuple[str, ...]:
    names = status.signing_cert.subject.native
    found: list[object] = []
    for kind in ("organization_name", "organizational_unit_name"):
        value = names.get(kind) or []
        found += value if isinstance(value, list) else [value]
    return tuple(str(name)[:NAME_LENGTH] for name in found)
