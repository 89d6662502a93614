"""Verifies the signatures of a PDF, whoever made them; never raises.

Standard: ETSI EN 319 102-1. Every signature is checked for integrity, trust and
revocation, and every later revision for what it changed (difference analysis):
a file whose signatures are "valid" for simpler programs may still be forged.
"""

import io
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version

from pyhanko.pdf_utils.generic import DictionaryObject
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from signing import tokens
from signing.increments import irregularity
from signing.judgement import Court, unjudged
from signing.report import (
    MODIFIED,
    NAME_LENGTH,
    NO_SIGNATURE_FOUND,
    UNREADABLE,
    Indication,
    Report,
    SignatureReport,
    explained,
    worst,
)
from signing.trust import TrustStore

tokens.install()

LARGEST = 256 * 1024 * 1024
"""Bytes; nothing larger is looked at."""

MOST_REVISIONS = 200
TAIL = 2048
"""Bytes in which a file's end mark stands; a long line after it would be read byte by byte."""
MOST_SIGNATURES = 64

_RULES = f"congvan-validation/3 pyhanko/{version('pyhanko')}"


def verify(pdf: bytes, trust: TrustStore, *, at: datetime | None = None) -> Report:
    """Return what is known about *pdf*'s signatures under *trust* at the moment *at* (now).

    With revocation lists in *trust*, a certificate that says where its list is
    passes only if one of them covers it; without any, revocation is not checked
    and the report says so. Takes a few tens of milliseconds for an honest file;
    call it in a worker with a time limit for others.
    """
    policy = f"{_RULES} revocation/{'hard' if trust.crls else 'not-checked'}"
    try:
        return _verified(pdf, trust, at or datetime.now(UTC), policy)
    except Exception as fault:  # RecursionError too: a hostile file must get an answer
        return _unread(f"{type(fault).__name__}: {str(fault)[:200]}", policy)


def _unread(why: str, policy: str) -> Report:
    return Report(Indication.INDETERMINATE, (), f"{UNREADABLE}: {why}", policy)


def _verified(pdf: bytes, trust: TrustStore, at: datetime, policy: str) -> Report:
    if excess := _excess(pdf):
        return _unread(excess, policy)
    try:
        reader, fields, empty = _opened(pdf, strict=True)
    except Exception:
        # files of common word processors break the strict rules, e.g. hybrid cross-references
        reader, fields, empty = _opened(pdf, strict=False)
    if reader.encrypted:
        return _unread("mã hóa / encrypted", policy)
    if not fields and b"/ByteRange" in pdf:
        # a signature that was there and is hidden: not the same as none
        return _unread("có dữ liệu chữ ký không thuộc ô nào / signature data of no field", policy)
    if not fields:
        why = f"{NO_SIGNATURE_FOUND}: không có chữ ký số / no signature"
        return Report(Indication.INDETERMINATE, (), why, policy, empty)
    signatures = _judged(pdf, reader, fields, Court(_context(trust, at), bool(trust.crls)))
    gravest = worst(signatures)
    return Report(gravest.indication, signatures, gravest.reason, policy, empty)


def _excess(pdf: bytes) -> str:
    """Return which bound *pdf* exceeds, else nothing."""
    if len(pdf) > LARGEST:
        return f"{len(pdf)} bytes"
    if b"%%EOF" not in pdf[-TAIL:]:
        return "không có / without %%EOF"
    if (revisions := pdf.count(b"startxref")) > MOST_REVISIONS:
        return f"{revisions} revisions"
    if (signatures := pdf.count(b"/ByteRange")) > MOST_SIGNATURES:
        return f"{signatures} signatures"
    return ""


Fields = list[tuple[str, DictionaryObject]]
"""Full name and field of every signature that is there."""


def _opened(pdf: bytes, *, strict: bool) -> tuple[PdfFileReader, Fields, tuple[str, ...]]:
    """Return the reader, the signed fields, and the names of the empty signature fields."""
    reader = PdfFileReader(io.BytesIO(pdf), strict=strict)
    if reader.encrypted:
        return reader, [], ()
    if strict and reader.xrefs.hybrid_xrefs_present:
        raise PdfError("hybrid cross-references")
    fields: Fields = []
    empty: list[str] = []
    for name, value, field in enumerate_sig_fields(reader):
        if value is None:
            empty.append(str(name)[:NAME_LENGTH])
        else:
            fields.append((str(name), field))
    return reader, fields, tuple(empty[:MOST_SIGNATURES])


def _judged(
    pdf: bytes, reader: PdfFileReader, fields: Fields, court: Court
) -> tuple[SignatureReport, ...]:
    """Return the reports in the order of signing; those that cannot be read come last."""
    readable: list[EmbeddedPdfSignature] = []
    broken: list[SignatureReport] = []
    for name, field in fields:
        try:
            readable.append(EmbeddedPdfSignature(reader, field, name))
        except Exception as fault:
            broken.append(unjudged(name, fault))
    readable.sort(key=lambda signature: signature.signed_revision)
    odd = _irregularity(pdf, reader, readable)
    judged = (court.judge(signature) for signature in readable)
    return (*(_doubted(report, odd) if odd else report for report in judged), *broken)


def _irregularity(pdf: bytes, reader: PdfFileReader, signed: list[EmbeddedPdfSignature]) -> str:
    ends = [signature.byte_range[-2] + signature.byte_range[-1] for signature in signed]
    return irregularity(pdf, reader, min(ends)) if ends else ""


def _doubted(report: SignatureReport, odd: str) -> SignatureReport:
    """Return *report*, unless it passes a file whose end other programs may read otherwise."""
    whole = report.coverage == SignatureCoverageLevel.ENTIRE_FILE.name
    if whole or report.indication is not Indication.TOTAL_PASSED:
        return report
    reason = explained(MODIFIED, f"phần thêm sau chữ ký viết không đúng chuẩn / {odd}")
    return replace(
        report,
        indication=Indication.INDETERMINATE,
        sub_indication=MODIFIED,
        reason=reason,
    )


def _context(trust: TrustStore, at: datetime) -> ValidationContext:
    return ValidationContext(
        trust_manager=trust.manager,  # given, so the operating system's roots are never used
        other_certs=trust.parsed_intermediates,
        crls=trust.parsed_crls,
        moment=at,
        allow_fetching=False,
        revocation_mode="hard-fail" if trust.crls else "soft-fail",
    )
