"""Judges the signatures of one file: mathematics, changes, certificates, times, in this order.

Standards: ETSI EN 319 102-1, 5.3 (basic signatures), 5.5 (with time), 5.6 (with long-term
data), ISO 32000-2, 12.8.2 (what DocMDP and FieldMDP permit after a signature).

Nobody's word counts for a moment but a trusted timestamp's. A certificate is judged at the
time of verification first; where it had expired or was revoked by then, at the moment that
a timestamp proves, with revocation data that is our own or is itself proven in time.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime

from asn1crypto import cms, x509
from pyhanko.sign.diff_analysis import DiffResult
from pyhanko.sign.validation import EmbeddedPdfSignature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.pdf_embedded import report_seed_value_validation
from pyhanko.sign.validation.status import SignatureCoverageLevel

from signing import levels, stamps
from signing.certificates import certificate, facts
from signing.crypto import Checked, checked
from signing.differences import POLICY
from signing.evidence import Evidence
from signing.ground import Ground
from signing.material import Item, Material
from signing.paths import TRY_LATER, PathVerdict, Purpose, judge
from signing.policy import Policy
from signing.report import MODIFIED, NAME_LENGTH, Indication, SignatureReport, explained
from signing.stamps import Stamp
from signing.strength import strength

_WHOLE = (SignatureCoverageLevel.ENTIRE_FILE, SignatureCoverageLevel.ENTIRE_REVISION)
_REASON_LENGTH = 400
_UNCHECKED = "chưa kiểm tra thu hồi / revocation not checked"
_IN_PAST = "chứng thư hợp lệ lúc ký, có dấu thời gian chứng minh / good when signed, by timestamp"
_FUTURE = "thời điểm ký ở tương lai / the signing time lies in the future"
_UNTRUSTED_STAMP = "dấu thời gian không được tin cậy / the timestamp is not trusted"
_SUBFILTERS = ("/adbe.pkcs7.detached", "/ETSI.CAdES.detached", "/PBAD.PAdES")
_STAMP = "/DocTimeStamp"
_OF_TIME = frozenset(
    {
        "REVOKED_NO_POE",
        "REVOKED_CA_NO_POE",
        "OUT_OF_BOUNDS_NO_POE",
        "CRYPTO_CONSTRAINTS_FAILURE_NO_POE",
        "CERTIFICATE_CHAIN_GENERAL_FAILURE",
        TRY_LATER,
    }
)
"""What a proof of existence may overcome (EN 319 102-1, 5.6.3.4, step 4)."""
_FAILED = frozenset({"HASH_FAILURE", "SIG_CRYPTO_FAILURE", "REVOKED", "NOT_YET_VALID", MODIFIED})

Finding = tuple[str, str]
"""Sub-indication (empty: none) and detail."""


class Court:
    """Judges signatures under one trust, policy and moment."""

    def __init__(self, ground: Ground, material: Material, policy: Policy, at: datetime) -> None:
        """Judge under *ground*, which is without what the file brings: *material*."""
        self.policy, self.at = policy, at
        self._own, self._material = ground, material
        self._now = self._with(material.crls, material.ocsps)
        self._proofs: list[tuple[int, datetime]] = []
        self._verdicts: list[PathVerdict] = []
        self._others: dict[bytes, None] = {}
        self._tokens: list[bytes] = []

    def judge(self, signatures: list[EmbeddedPdfSignature]) -> tuple[SignatureReport, ...]:
        """Return what is known about *signatures*, given in the order of signing."""
        done: dict[int, SignatureReport] = {}
        # the newest timestamp stands by itself; it proves what came before it
        for place in reversed(range(len(signatures))):
            if signatures[place].sig_object_type == _STAMP:
                done[place] = self._shielded(signatures[place])
        for place, signature in enumerate(signatures):
            if place not in done:
                done[place] = self._shielded(signature)
        return tuple(done[place] for place in range(len(signatures)))

    def evidence(self) -> Evidence:
        """Return what the verdicts rest on."""
        chains = [der for verdict in self._verdicts for der in verdict.chain]
        return Evidence.of(
            certificates=(*chains, *self._others, *self._own.trust.intermediates),
            crls=(der for verdict in self._verdicts for der in verdict.crls),
            ocsps=(der for verdict in self._verdicts for der in verdict.ocsps),
            timestamps=self._tokens,
            embedded=self._material.ders,
            demanded=self._own.demanded,
        )

    def _shielded(self, signature: EmbeddedPdfSignature) -> SignatureReport:
        """Return the report on *signature*; an exception of the library is an answer too."""
        try:
            if signature.sig_object_type == _STAMP:
                return self._stamp(signature)
            return self._signature(signature)
        except SignatureValidationError as fault:
            known = fault.ades_subindication
            sub = known.standard_name if known is not None else "GENERIC"
            return unjudged(signature.field_name, fault, sub, strict=known is not None)
        except Exception as fault:
            return unjudged(signature.field_name, fault, strict=False)

    def _stamp(self, signature: EmbeddedPdfSignature) -> SignatureReport:
        if signature.sig_object.get("/SubFilter") != "/ETSI.RFC3161":
            raise SignatureValidationError("unknown /SubFilter of a document timestamp")
        signature.compute_integrity_info(diff_policy=POLICY)
        token = cms.ContentInfo.load(signature.pkcs7_content)
        stamp = self._judged(
            token, signature.compute_digest, self._proof(signature.signed_revision)
        )
        finding = _change(signature, certifies=False)
        if not stamp.holds:
            finding = ("HASH_FAILURE", "")
        elif not finding[0] and stamp.trouble:
            finding = (stamp.trouble, stamp.weakness[1] or stamp.verdict.detail)
        elif not finding[0]:
            finding = self._order(stamp.time)
        if not finding[0]:
            self._proofs.append((signature.signed_revision, stamp.time))
        result = checked(token["content"], None)
        report = self._report(signature, result, stamp.verdict, finding, stamp.time, [])
        return replace(report, kind="timestamp", signing_time=stamp.time, claimed_time=None)

    def _order(self, time: datetime) -> Finding:
        """Return what is wrong when timestamps are not in the order of the revisions."""
        slack = self.policy.clock_tolerance
        if time > self.at + slack:
            return "TIMESTAMP_ORDER_FAILURE", _FUTURE
        if any(later < time - slack for _, later in self._proofs):
            return "TIMESTAMP_ORDER_FAILURE", "sớm hơn dấu trước nó / earlier than one before it"
        return "", ""

    def _signature(self, signature: EmbeddedPdfSignature) -> SignatureReport:
        if signature.sig_object.get("/SubFilter") not in _SUBFILTERS:
            raise SignatureValidationError("unknown /SubFilter of a signature")
        signature.compute_integrity_info(diff_policy=POLICY)
        result = checked(signature.signed_data, signature.compute_digest)
        seen = self._proof(signature.signed_revision)
        held, broken = self._attached(result, signature, seen)
        proven = min([s.time for s in held if s.proves] + ([seen] if seen else []), default=None)
        finding = _broken(result)
        if not finding[0]:
            finding = _change(signature, certifies=True)
        verdict = PathVerdict("", chain=(result.signer.dump(),))
        if not finding[0]:
            finding = result.weakness(self.policy, min(proven or self.at, self.at))
        if not finding[0]:
            verdict = self._accept(result, Purpose.SIGNING, proven)
            finding = self._certified(verdict, signature, broken, proven)
        return self._report(signature, result, verdict, finding, proven, held)

    def _attached(
        self, result: Checked, signature: EmbeddedPdfSignature, seen: datetime | None
    ) -> tuple[list[Stamp], bool]:
        """Return the timestamps on the signature, and whether any is not about it."""
        value = stamps.of_bytes(result.signer_info["signature"].native)
        held = [
            self._judged(token, value, seen)
            for token in stamps.attached(result.signer_info, signed=False)
        ]
        before = [
            self._judged(token, signature.compute_digest, seen)
            for token in stamps.attached(result.signer_info, signed=True)
        ]
        return held, not all(stamp.holds for stamp in (*held, *before))

    def _certified(
        self,
        verdict: PathVerdict,
        signature: EmbeddedPdfSignature,
        broken: bool,
        proven: datetime | None,
    ) -> Finding:
        """Return what is wrong with the certificate, the field's constraints or the time."""
        sub = verdict.sub_indication
        if (
            sub == "REVOKED_NO_POE"
            and verdict.horizon
            and self._floor(signature) >= verdict.horizon
        ):
            return "REVOKED", "ký sau khi thu hồi / signed after the revocation"
        if sub:
            return sub, verdict.detail
        claimed = _claimed(signature)
        if claimed and not proven and claimed > self.at + self.policy.clock_tolerance:
            return "SIG_CONSTRAINTS_FAILURE", _FUTURE
        if broken or not _seeds_kept(signature, verdict, proven is not None):
            return "SIG_CONSTRAINTS_FAILURE", ""
        return "", ""

    def _floor(self, signature: EmbeddedPdfSignature) -> datetime:
        """Return the moment that the signature was surely made after."""
        before = [time for revision, time in self._proofs if revision < signature.signed_revision]
        return max(before, default=datetime.min.replace(tzinfo=UTC))

    def _proof(self, revision: int) -> datetime | None:
        """Return since when *revision* is proven to exist by a document timestamp after it."""
        return min((time for place, time in self._proofs if place > revision), default=None)

    def _judged(
        self, token: cms.ContentInfo, content: Callable[[str], bytes], seen: datetime | None
    ) -> Stamp:
        stamp = stamps.judged(token, content, self._accept, self._weak, seen)
        self._tokens.append(stamp.token)
        if stamp.time > self.at + self.policy.clock_tolerance:
            # of a later time than ours it proves nothing now
            return replace(stamp, weakness=("TIMESTAMP_ORDER_FAILURE", _FUTURE))
        return stamp

    def _weak(self, result: Checked, imprint: str, moment: datetime) -> Finding:
        weakness = result.weakness(self.policy, min(moment, self.at))
        if weakness[0]:
            return weakness
        rule = strength(self.policy).policy.digest(imprint)
        held = rule is not None and rule.holds(moment)
        return ("", "") if held else ("CRYPTO_CONSTRAINTS_FAILURE", f"{imprint} is not accepted")

    def _accept(self, result: Checked, purpose: Purpose, proven: datetime | None) -> PathVerdict:
        """Return whether the certificate was good: now, or at the moment *proven*."""
        signer, others = result.signer, result.others
        self._others |= dict.fromkeys(one.dump() for one in others)
        verdict = judge(signer, others, self.at, self._now, purpose)
        rescue = proven is not None and proven < self.at and verdict.sub_indication in _OF_TIME
        if rescue and proven is not None:
            verdict = self._in_past(verdict, signer, others, purpose, proven)
        self._verdicts.append(verdict)
        return verdict

    def _in_past(
        self,
        now: PathVerdict,
        signer: x509.Certificate,
        others: tuple[x509.Certificate, ...],
        purpose: Purpose,
        proven: datetime,
    ) -> PathVerdict:
        ground = self._proven_ground((signer, *others))
        then = judge(signer, others, proven, ground, purpose, past=True)
        self._verdicts.append(now)  # its data counts too
        if then.good or then.sub_indication in ("REVOKED_NO_POE", "REVOKED_CA_NO_POE"):
            return then
        if proven < signer.not_valid_before:
            return replace(now, sub_indication="NOT_YET_VALID")
        if then.sub_indication == TRY_LATER and now.sub_indication == "OUT_OF_BOUNDS_NO_POE":
            return replace(now, sub_indication="REVOCATION_OUT_OF_BOUNDS_NO_POE")
        return now

    def _proven_ground(self, held: Iterable[x509.Certificate]) -> Ground:
        """Return our own data and what of the file's is proven, or whose issuer is still good."""
        candidates = [*held, *map(certificate, self._now.helpers), *self._roots()]
        return self._with(
            tuple(item for item in self._material.crls if self._counts(item, candidates)),
            tuple(item for item in self._material.ocsps if self._counts(item, candidates)),
        )

    def _roots(self) -> list[x509.Certificate]:
        trust = self._own.trust
        return [certificate(der) for der in (*trust.roots, *trust.intermediates)]

    def _counts(self, item: Item, candidates: list[x509.Certificate]) -> bool:
        end = self._material.issuer_end(item.der, candidates)
        if end is None or end >= self.at:
            return True
        proof = self._proof(item.revision - 1)
        return proof is not None and proof <= end

    def _with(self, crls: tuple[Item, ...], ocsps: tuple[Item, ...]) -> Ground:
        """Return our own ground and those items of the file."""
        if self._material.empty:
            return self._own
        return replace(
            self._own,
            helpers=(*self._own.helpers, *(item.der for item in self._material.certificates)),
            crls=tuple(dict.fromkeys((*self._own.crls, *(item.der for item in crls)))),
            ocsps=tuple(dict.fromkeys((*self._own.ocsps, *(item.der for item in ocsps)))),
        )

    def _report(
        self,
        signature: EmbeddedPdfSignature,
        result: Checked,
        verdict: PathVerdict,
        finding: Finding,
        proven: datetime | None,
        held: list[Stamp],
    ) -> SignatureReport:
        sub, detail = finding
        der = result.signer.dump()
        about = facts(der)
        group = self._own.trust.group_of(verdict.chain[-1]) if verdict.path is not None else None
        claimed = _claimed(signature)
        return SignatureReport(
            field=str(signature.field_name)[:NAME_LENGTH],
            signer=about.common_name,
            indication=_indication(sub),
            sub_indication=sub,
            coverage=_coverage(signature),
            modification=_level(signature),
            signing_time=proven or claimed,
            reason=_reason(sub, detail, verdict, held),
            organisations=about.organisations,
            certificate=der,
            algorithm=result.algorithm,
            key_bits=result.bits,
            claimed_time=claimed,
            proven_time=proven,
            level=levels.level(signature, verdict, proven, self._material, self._proofs),
            revocation=verdict.revocation,
            trust_group=group.name if group else "",
            try_again_at=self.at + self.policy.try_again if sub == TRY_LATER else None,
        )


def unjudged(
    field: object, fault: Exception, sub_indication: str = MODIFIED, *, strict: bool = False
) -> SignatureReport:
    """Return the report of a signature whose validation broke off with *fault*."""
    detail = f"{type(fault).__name__}: {str(fault)[:_REASON_LENGTH]}"
    indication = _indication(sub_indication) if strict else Indication.INDETERMINATE
    name, reason = str(field)[:NAME_LENGTH], explained(sub_indication, detail)
    return SignatureReport(name, "", indication, sub_indication, "", "", None, reason)


def _indication(sub: str) -> Indication:
    if not sub:
        return Indication.TOTAL_PASSED
    return Indication.TOTAL_FAILED if sub in _FAILED else Indication.INDETERMINATE


def _reason(sub: str, detail: str, verdict: PathVerdict, held: list[Stamp]) -> str:
    parts = []
    if sub:
        parts.append(explained(sub, detail))
    elif verdict.revocation.status == "not-checked":
        parts.append(_UNCHECKED)
    if verdict.in_past and not sub:
        parts.append(_IN_PAST)
    if any(not stamp.proves for stamp in held):
        # the claimed time is no proof then; the signature itself may still hold (5.5)
        parts.append(_UNTRUSTED_STAMP)
    return "; ".join(parts)


def _broken(result: Checked) -> Finding:
    if not result.intact:
        return "HASH_FAILURE", ""
    return ("", "") if result.valid else ("SIG_CRYPTO_FAILURE", "")


def _change(signature: EmbeddedPdfSignature, *, certifies: bool) -> Finding:
    """Return what is wrong with what the signature covers, and with what came after."""
    if signature.coverage not in _WHOLE:
        return MODIFIED, "chữ ký không bao trùm tệp / gaps in coverage"
    permitted = _level(signature) not in ("", "OTHER")
    if permitted and certifies:  # a document timestamp has no DocMDP of its own
        permitted = bool(signature.summarise_integrity_info()["docmdp_ok"])
    return ("", "") if permitted else (MODIFIED, _difference(signature))


def _coverage(signature: EmbeddedPdfSignature) -> str:
    found: SignatureCoverageLevel | None = signature.coverage
    return found.name if found is not None else ""


def _level(signature: EmbeddedPdfSignature) -> str:
    """Return what came after: NONE, LTA_UPDATES, FORM_FILLING, ANNOTATIONS or OTHER."""
    found = signature.diff_result
    if found is None:
        return ""
    return found.modification_level.name if isinstance(found, DiffResult) else "OTHER"


def _difference(signature: EmbeddedPdfSignature) -> str:
    found = signature.diff_result
    return "" if isinstance(found, DiffResult) or found is None else str(found)[:_REASON_LENGTH]


def _seeds_kept(signature: EmbeddedPdfSignature, verdict: PathVerdict, stamped: bool) -> bool:
    """Return whether the field's seed values (ISO 32000-2, 12.7.5.5, table 237) were kept."""
    if "/SV" not in signature.sig_field or verdict.path is None:
        return True
    found = report_seed_value_validation(signature, verdict.path, stamped)
    return found["seed_value_constraint_error"] is None


def _claimed(signature: EmbeddedPdfSignature) -> datetime | None:
    claimed = signature.self_reported_timestamp
    return claimed if claimed is not None and claimed.tzinfo is not None else None
