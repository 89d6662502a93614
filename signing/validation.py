"""Verifies the signatures of a PDF, whoever made them; never raises.

Standard: ETSI EN 319 102-1. Every signature is checked for integrity, trust and
revocation, and every later revision for what it changed (difference analysis):
a file whose signatures are "valid" for simpler programs may still be forged.
"""

import io
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from importlib.metadata import version

from pyhanko.pdf_utils.generic import DictionaryObject
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from signing import bounds, history, tokens, usages
from signing.evidence import Evidence
from signing.ground import Ground
from signing.increments import irregularity
from signing.judgement import Court, unjudged
from signing.material import material_of
from signing.policy import Limits, Policy, Revocation, built_in
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
history.install()
usages.install()

LARGEST = built_in().limits.largest_bytes
"""Bytes; nothing larger is looked at."""
MOST_REVISIONS = built_in().limits.most_revisions
TAIL = 2048
"""Bytes in which a file's end mark stands; a long line after it would be read byte by byte."""
MOST_SIGNATURES = built_in().limits.most_signatures

_RULES = f"congvan-validation/4 pyhanko/{version('pyhanko')}"


def verify(
    pdf: bytes,
    trust: TrustStore,
    *,
    at: datetime | None = None,
    policy: Policy | None = None,
    evidence: Evidence | None = None,
) -> Report:
    """Return what is known about *pdf*'s signatures under *trust* at the moment *at* (now).

    Never raises. With revocation data in *trust*, a certificate that says where its list is
    passes only if some covers it; without any, revocation is not checked and the report says
    so. With *evidence* (of an earlier report) its revocation data takes the place of *trust*'s:
    the same roots, policy and moment then lead to the same verdict. Takes about 15 ms for an
    honest file; call it in a worker with a time limit for others.
    """
    rules = policy or built_in()
    case = _Case(pdf, trust, at or datetime.now(UTC), rules, evidence)
    try:
        with bounds.cpu():
            return case.report()
    except bounds.Exceeded:
        why = "tốn quá nhiều thời gian xử lý / it takes too much time"
    except MemoryError:
        why = "tốn quá nhiều bộ nhớ / it takes too much memory"
    except Exception as fault:  # RecursionError too: a hostile file must get an answer
        why = f"{type(fault).__name__}: {str(fault)[:200]}"
    return case.unread(why)  # here all that the file took is given back


@dataclass(frozen=True, slots=True)
class _Case:
    pdf: bytes
    trust: TrustStore
    at: datetime
    policy: Policy
    stored: Evidence | None

    def ground(self) -> Ground:
        """Return what certificates are judged on, but for what the file brings."""
        if self.stored is None:
            return _ground(self.trust, self.policy)
        crls, ocsps = self.stored.own(self.stored.crls), self.stored.own(self.stored.ocsps)
        demanded = _demanded(self.policy, self.stored.demanded)
        return Ground(self.trust, self.policy, demanded, self.stored.certificates, crls, ocsps)

    def answer(
        self,
        verdict: Indication,
        reason: str,
        signatures: tuple[SignatureReport, ...] = (),
        empty: tuple[str, ...] = (),
        evidence: Evidence | None = None,
    ) -> Report:
        """Return the report that says so."""
        demanded = self.ground().demanded
        mode = "hard" if demanded else "not-checked"
        return Report(
            verdict,
            signatures,
            reason,
            f"{self.policy.id}/{self.policy.version} {_RULES} revocation/{mode}",
            empty,
            self.at,
            self.policy.id,
            self.policy.version,
            self.policy.sha256,
            self.trust.version,
            self.trust.label,
            evidence or Evidence(demanded=demanded),
        )

    def unread(self, why: str) -> Report:
        """Return the report on a file that cannot be judged."""
        return self.answer(Indication.INDETERMINATE, f"{UNREADABLE}: {why}")

    def report(self) -> Report:
        """Return what is known about the file."""
        if excess := _excess(self.pdf, self.policy.limits):
            return self.unread(excess)
        # files of common word processors break the strict rules, e.g. hybrid cross-references
        opened = _opened_strictly(self.pdf) or _opened(self.pdf, strict=False)
        reader, fields, empty = opened
        if reader.encrypted:
            return self.unread("mã hóa / encrypted")
        if not fields and b"/ByteRange" in self.pdf:
            # a signature that was there and is hidden: not the same as none
            return self.unread("có dữ liệu chữ ký không thuộc ô nào / signature data of no field")
        if not fields:
            why = f"{NO_SIGNATURE_FOUND}: không có chữ ký số / no signature"
            return self.answer(Indication.INDETERMINATE, why, empty=empty)
        signatures, evidence = self._judged(reader, fields)
        gravest = worst(signatures)
        return self.answer(gravest.indication, gravest.reason, signatures, empty, evidence)

    def _judged(
        self, reader: PdfFileReader, fields: "Fields"
    ) -> tuple[tuple[SignatureReport, ...], Evidence]:
        """Return the reports in the order of signing; those that cannot be read come last."""
        readable: list[EmbeddedPdfSignature] = []
        broken: list[SignatureReport] = []
        for name, field in fields:
            try:
                readable.append(EmbeddedPdfSignature(reader, field, name))
            except Exception as fault:
                broken.append(unjudged(name, fault))
        readable.sort(key=lambda signature: signature.signed_revision)
        odd = _irregularity(self.pdf, reader, readable)
        material = material_of(reader, readable, self.policy.limits)
        court = Court(self.ground(), material, self.policy, self.at)
        judged = court.judge(readable)
        doubted = tuple(_doubted(report, odd) if odd else report for report in judged)
        return (*doubted, *broken), court.evidence()


@lru_cache(maxsize=8)
def _ground(trust: TrustStore, policy: Policy) -> Ground:
    demanded = _demanded(policy, bool(trust.crls or trust.ocsps))
    return Ground(trust, policy, demanded, (), trust.crls, trust.ocsps)


def _demanded(policy: Policy, listed: bool) -> bool:
    if policy.revocation is Revocation.WHEN_LISTED:
        return listed
    return policy.revocation is Revocation.REQUIRED


def _excess(pdf: bytes, limits: Limits) -> str:
    """Return which bound *pdf* exceeds, else nothing."""
    if len(pdf) > limits.largest_bytes:
        return f"{len(pdf)} bytes"
    if b"%%EOF" not in pdf[-TAIL:]:
        return "không có / without %%EOF"
    if (revisions := pdf.count(b"startxref")) > limits.most_revisions:
        return f"{revisions} revisions"
    if (signatures := pdf.count(b"/ByteRange")) > limits.most_signatures:
        return f"{signatures} signatures"
    return ""


Fields = list[tuple[str, DictionaryObject]]
"""Full name and field of every signature that is there."""


Opened = tuple[PdfFileReader, Fields, tuple[str, ...]]


def _opened_strictly(pdf: bytes) -> Opened | None:
    """Return what `_opened` does by the strict rules; None if it breaks them."""
    try:
        return _opened(pdf, strict=True)
    except MemoryError:
        raise
    except Exception:
        return None


def _opened(pdf: bytes, *, strict: bool) -> Opened:
    """Return the reader, the signed fields, and the names of the empty signature fields."""
    reader = PdfFileReader(io.BytesIO(pdf), strict=strict, decode_limits=bounds.DECODING)
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
        if len(fields) > MOST_SIGNATURES or len(empty) > bounds.MOST_FIELDS:
            # one signature may be the value of many fields
            raise PdfError("too many signature fields")
    return reader, fields, tuple(empty[:MOST_SIGNATURES])


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
