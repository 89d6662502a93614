"""A whole file that was signed elsewhere: is it ours, by whom, and does everything in it hold.

The tool of whoever signs may put anything into what it brings back. It is taken only when it
begins with the very bytes it was given, what was added is signatures and nothing else, all of
them by the expected certificate, and every signature passes.
Standards: ISO 32000-1, 7.5.6 (incremental updates), 12.8.2 (what signatures permit), ETSI EN
319 102-1.
"""

import io
from collections.abc import Iterable, Mapping, Set
from datetime import datetime

from pyhanko.pdf_utils.generic import IndirectObject
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader
from pyhanko.sign.diff_analysis import (
    DEFAULT_DIFF_POLICY,
    CatalogModificationRule,
    DiffResult,
    FormUpdatingRule,
    ModificationLevel,
    ReferenceUpdate,
    StandardDiffPolicy,
    SuspiciousModification,
)
from pyhanko.sign.diff_analysis.constants import (
    ACROFORM_EXEMPT_STRICT_COMPARISON,
    ROOT_EXEMPT_STRICT_COMPARISON,
)
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation import EmbeddedPdfSignature

from signing import bounds
from signing.differences import FIELD_RULES
from signing.errors import DeliveryRefused, PdfCertified
from signing.fields import DAY_FIELD, MONTH_FIELD, NUMBER_FIELD, SEAL_FIELD
from signing.increments import irregularity
from signing.report import Indication, Report
from signing.revision import reading
from signing.trust import TrustStore
from signing.validation import verify

MOST_ADDED = 16 * 1024 * 1024
"""Bytes that signatures with their appearances may add."""
MOST_SEALING = 6
"""Signatures of one issue: the token tool makes number, day, month and seal one each."""
_TO_BE_FILLED = (NUMBER_FIELD, DAY_FIELD, MONTH_FIELD, SEAL_FIELD)
_REASON = 300
_PERMISSIONS = "/Perms"


class _Certification(CatalogModificationRule):
    """Lets the new signature certify the document, for which the catalog gets /Perms."""

    def __init__(self) -> None:
        self.ignored_keys = ROOT_EXEMPT_STRICT_COMPARISON | {_PERMISSIONS}

    def apply_qualified(
        self, old: HistoricalResolver, new: HistoricalResolver
    ) -> Iterable[tuple[ModificationLevel, ReferenceUpdate]]:
        before, after = old.root.get(_PERMISSIONS), new.root.get(_PERMISSIONS)
        if before != after and (before is not None or set(after or ()) != {"/DocMDP"}):
            raise SuspiciousModification("/Perms was changed")
        yield from super().apply_qualified(old, new)
        if before is None and _PERMISSIONS in new.root:
            raw = new.root.raw_get(_PERMISSIONS)
            if isinstance(raw, IndirectObject):
                yield ModificationLevel.FORM_FILLING, ReferenceUpdate(raw.reference)


_POLICY = StandardDiffPolicy(
    global_rules=[_Certification(), *DEFAULT_DIFF_POLICY.global_rules[1:]],
    form_rule=FormUpdatingRule(
        field_rules=list(FIELD_RULES),
        # a first signature tells viewers to append only (ISO 32000-1, table 219)
        ignored_acroform_keys=ACROFORM_EXEMPT_STRICT_COMPARISON | {"/SigFlags"},
    ),
)
"""What may come with a signature; `differences.POLICY` is about what may come after one."""

Signatures = Mapping[str, EmbeddedPdfSignature]
"""By field."""


def ensure_signed(
    base: bytes,
    pdf: bytes,
    certificate: bytes,
    trust: TrustStore,
    at: datetime,
    *,
    seals: bool = False,
) -> None:
    """Return if *pdf* is *base* with one signature more, by *certificate* (DER), and all holds.

    With *seals* there may be several: number and date can be signatures too. Without, the
    signature must leave room for number, date and seal. Takes as long as two verifications;
    call it in a worker process.

    Raises:
        DeliveryRefused: it is not; it says what is wrong.
        PdfUnreadable: it cannot be read.
    """
    if not pdf.startswith(base):
        raise DeliveryRefused("không phải tệp đã giao / not the file that was handed out")
    if not len(base) < len(pdf) <= len(base) + MOST_ADDED:
        raise DeliveryRefused(f"{len(pdf) - len(base)} byte(s) added")
    with bounds.cpu(), reading():
        before, after = _opened(base), _opened(pdf)
        known, found = _signatures(before), _signatures(after)
        added = {name: found[name] for name in found.keys() - known.keys()}
        most = MOST_SEALING if seals else 1
        if not (1 <= len(added) <= most and known.keys() <= found.keys()):
            raise DeliveryRefused(f"{len(added)} chữ ký mới / new signatures")
        if any(bytes(each.signer_cert.dump()) != certificate for each in added.values()):
            raise DeliveryRefused("ký bằng chứng thư số khác / signed with another certificate")
    report = verify(pdf, trust, at=at)
    if report.verdict is not Indication.TOTAL_PASSED:
        raise DeliveryRefused(f"{report.verdict.value}: {report.reason}"[:_REASON])
    with bounds.cpu(), reading():
        _ensure_nothing_else(pdf, len(base), before, after, added.keys())
        if not seals:
            _ensure_room(added)
    _ensure_last(report, added.keys())


def ensure_extensible(pdf: bytes) -> None:
    """Return if new visible signatures may be added to *pdf*, as the token tool does.

    Raises:
        PdfCertified: a signature in it permits only that reserved fields are filled.
        PdfUnreadable: it cannot be read.
    """
    with reading():
        for name, signature in _signatures(_opened(pdf)).items():
            if signature.docmdp_level is not None or signature.fieldmdp is not None:
                raise PdfCertified(name)


def _ensure_nothing_else(
    pdf: bytes, length: int, before: PdfFileReader, after: PdfFileReader, added: Set[str]
) -> None:
    """Refuse what was added besides the signatures: other content, texts in fields.

    A signature covers what came with it; only here is that compared with what was handed out.
    """
    if odd := irregularity(pdf, after, length):
        raise DeliveryRefused(f"phần thêm viết không đúng chuẩn / {odd}"[:_REASON])
    found = _POLICY.review_file(after, before.xrefs.total_revisions - 1)
    if not isinstance(found, DiffResult):
        raise DeliveryRefused(f"có thay đổi ngoài chữ ký / not only signed: {found}"[:_REASON])
    if found.modification_level > ModificationLevel.FORM_FILLING:
        raise DeliveryRefused(f"có thay đổi ngoài chữ ký / {found.modification_level.name}")
    if filled := sorted(found.changed_form_fields - added):
        raise DeliveryRefused(f"đã điền ô / fields were filled: {', '.join(filled)}"[:_REASON])


def _ensure_room(added: Signatures) -> None:
    """Refuse a signature after which number, date and seal could not follow."""
    for name, signature in added.items():
        locked = signature.fieldmdp
        forbids = signature.docmdp_level is MDPPerm.NO_CHANGES
        if name == SEAL_FIELD or forbids or (locked and any(map(locked.is_locked, _TO_BE_FILLED))):
            why = "chữ ký không cho cấp số, đóng dấu / it permits no number and seal after it"
            raise DeliveryRefused(why)


def _ensure_last(report: Report, added: Set[str]) -> None:
    """Refuse a file in which something but timestamps came after the newest signature."""
    newest = [each for each in report.signatures if each.field in added][-1]
    if newest.modification not in ("NONE", "LTA_UPDATES"):
        raise DeliveryRefused(f"có thay đổi sau chữ ký / changed after it: {newest.modification}")


def _opened(pdf: bytes) -> PdfFileReader:
    """Return a reader; files of common tools break the strict rules."""
    try:
        return PdfFileReader(io.BytesIO(pdf), decode_limits=bounds.DECODING)
    except PdfError:
        return PdfFileReader(io.BytesIO(pdf), strict=False, decode_limits=bounds.DECODING)


def _signatures(reader: PdfFileReader) -> Signatures:
    """Return the signatures by field, without document timestamps."""
    return {str(each.field_name): each for each in reader.embedded_regular_signatures}
