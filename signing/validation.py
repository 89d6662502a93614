"""Verifies the signatures of a PDF, whoever made them; never raises.

Standard: ETSI EN 319 102-1. Every signature is checked for integrity, trust and
revocation, and every later revision for what it changed (difference analysis):
a file whose signatures are "valid" for simpler programs may still be forged.
"""

import io
from datetime import UTC, datetime
from importlib.metadata import version

from pyhanko.pdf_utils.generic import DictionaryObject
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation import EmbeddedPdfSignature
from pyhanko_certvalidator import ValidationContext

from signing import tokens
from signing.judgement import Court, unjudged
from signing.report import (
    NO_SIGNATURE_FOUND,
    UNREADABLE,
    Indication,
    Report,
    SignatureReport,
    worst,
)
from signing.trust import TrustStore

tokens.install()

LARGEST = 256 * 1024 * 1024
"""Bytes; nothing larger is looked at."""

MOST_REVISIONS = 200
MOST_SIGNATURES = 64

_RULES = f"congvan-validation/1 pyhanko/{version('pyhanko')}"


def verify(pdf: bytes, trust: TrustStore, *, at: datetime | None = None) -> Report:
    """Return what is known about *pdf*'s signatures under *trust* at the moment *at* (now).

    With revocation lists in *trust*, a certificate that says where its list is
    passes only if one of them covers it; without any, revocation is not checked
    and the report says so. Takes a few tens of milliseconds for an honest file;
    call it in a worker with a time limit for others.
    """
    policy = f"{_RULES} revocation/{'hard' if trust.crls else 'not-checked'}"
    try:
        verdict, signatures, reason = _verified(pdf, trust, at or datetime.now(UTC))
    except Exception as fault:  # RecursionError too: a hostile file must get an answer
        why = f"{UNREADABLE}: {type(fault).__name__}: {str(fault)[:200]}"
        return Report(Indication.INDETERMINATE, (), why, policy)
    return Report(verdict, signatures, reason, policy)


def _verified(
    pdf: bytes, trust: TrustStore, at: datetime
) -> tuple[Indication, tuple[SignatureReport, ...], str]:
    if excess := _excess(pdf):
        return Indication.INDETERMINATE, (), f"{UNREADABLE}: {excess}"
    try:
        reader, fields = _opened(pdf, strict=True)
    except Exception:
        # files of common word processors break the strict rules, e.g. hybrid cross-references
        reader, fields = _opened(pdf, strict=False)
    if reader.encrypted:
        return Indication.INDETERMINATE, (), f"{UNREADABLE}: mã hóa / encrypted"
    if not fields:
        hidden = " (có dữ liệu chữ ký không thuộc ô nào / stray data)" if _stray(pdf) else ""
        why = f"{NO_SIGNATURE_FOUND}: không có chữ ký số / no signature{hidden}"
        return Indication.INDETERMINATE, (), why
    signatures = _judged(reader, fields, Court(_context(trust, at), bool(trust.crls)))
    gravest = worst(signatures)
    return gravest.indication, signatures, gravest.reason


def _excess(pdf: bytes) -> str:
    """Return which bound *pdf* exceeds, else nothing."""
    if len(pdf) > LARGEST:
        return f"{len(pdf)} bytes"
    if (revisions := pdf.count(b"startxref")) > MOST_REVISIONS:
        return f"{revisions} revisions"
    if (signatures := pdf.count(b"/ByteRange")) > MOST_SIGNATURES:
        return f"{signatures} signatures"
    return ""


def _stray(pdf: bytes) -> bool:
    return b"/ByteRange" in pdf


Fields = list[tuple[str, DictionaryObject]]
"""Full name and field of every signature that is there."""


def _opened(pdf: bytes, *, strict: bool) -> tuple[PdfFileReader, Fields]:
    reader = PdfFileReader(io.BytesIO(pdf), strict=strict)
    if reader.encrypted:
        return reader, []
    if strict and reader.xrefs.hybrid_xrefs_present:
        raise PdfError("hybrid cross-references")
    found = enumerate_sig_fields(reader, filled_status=True)
    return reader, [(str(name), field) for name, _, field in found]


def _judged(reader: PdfFileReader, fields: Fields, court: Court) -> tuple[SignatureReport, ...]:
    """Return the reports in the order of signing; those that cannot be read come last."""
    readable: list[EmbeddedPdfSignature] = []
    broken: list[SignatureReport] = []
    for name, field in fields:
        try:
            readable.append(EmbeddedPdfSignature(reader, field, name))
        except Exception as fault:
            broken.append(unjudged(name, fault))
    readable.sort(key=lambda signature: signature.signed_revision)
    return (*(court.judge(signature) for signature in readable), *broken)


def _context(trust: TrustStore, at: datetime) -> ValidationContext:
    return ValidationContext(
        trust_manager=trust.manager,  # given, so the operating system's roots are never used
        other_certs=trust.parsed_intermediates,
        crls=trust.parsed_crls,
        moment=at,
        allow_fetching=False,
        revocation_mode="hard-fail" if trust.crls else "soft-fail",
    )
