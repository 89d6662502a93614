"""Whether a certificate was good for its purpose at a moment: each question answered once.

Standards: RFC 5280, 6 (path validation), ETSI EN 319 102-1, 5.2.6 (X.509 validation), 5.6.2.1
and 5.6.2.2 (past validation: at a moment that a timestamp proves, also with revocation data
issued later). A verdict depends on nothing but certificate, ground, purpose and moment; it is
kept, and taken again for every moment between which nothing begins or ends.
"""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from asn1crypto import x509
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import TimestampSignatureStatus
from pyhanko_certvalidator import ValidationContext, find_valid_path
from pyhanko_certvalidator.errors import (
    DisallowedAlgorithmError,
    ExpiredError,
    InsufficientRevinfoError,
    InvalidCertificateError,
    NotYetValidError,
    PathBuildingError,
    RevokedError,
    ValidationError,
)
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.policy_decl import (
    NO_REVOCATION,
    REQUIRE_REVINFO,
    CertRevTrustPolicy,
    RevocationCheckingPolicy,
)

from signing.certificates import certificate, ocsp_response, revocation_list
from signing.coroutine import without_waiting
from signing.ground import TOLERANCE, Ground, Moments, answer_for, fast_list, list_date
from signing.policy import Revocation
from signing.strength import strength

FOR_SIGNING = KeyUsageConstraints(
    key_usage={"digital_signature", "non_repudiation"}, match_all_key_usages=False
)
FOR_TIMESTAMPS = TimestampSignatureStatus.default_usage_constraints()

TRY_LATER = "TRY_LATER"
_MOST_KEPT = 4096
_MOST_FOREIGN = 256 * 1024
"""Bytes of revocation data from a file up to which verdicts on it are kept."""
_DETAIL = 300


class Purpose(StrEnum):
    """What the certificate was used for."""

    SIGNING = "signing"
    TIMESTAMPING = "timestamping"


@dataclass(frozen=True, slots=True)
class RevocationFact:
    """What is known about one certificate's revocation."""

    status: str
    """good, revoked, unknown, or not-checked."""
    source: str = ""
    """CRL or OCSP."""
    issued: datetime | None = None
    """thisUpdate, UTC."""

    def as_dict(self) -> dict[str, str | None]:
        """Return plain data for JSON."""
        issued = self.issued.isoformat() if self.issued else None
        return {"status": self.status, "source": self.source or None, "issued": issued}


@dataclass(frozen=True, slots=True)
class PathVerdict:
    """Whether the certificate was good, and what that rests on."""

    sub_indication: str
    """EN 319 102-1, table 6; empty: it was good."""
    horizon: datetime | None = None
    """When the trouble began: revocation, expiry, staleness."""
    detail: str = ""
    chain: tuple[bytes, ...] = field(default=(), repr=False)
    """DER, the signer's first, the root last; empty without a path."""
    path: ValidationPath | None = field(default=None, repr=False)
    revocation: RevocationFact = RevocationFact("unknown")
    crls: tuple[bytes, ...] = field(default=(), repr=False)
    """All that could speak of the chain; so too `ocsps`."""
    ocsps: tuple[bytes, ...] = field(default=(), repr=False)
    in_past: bool = False
    """Good at a proven moment, not at the verification's."""

    @property
    def good(self) -> bool:
        """Whether the certificate was good."""
        return not self.sub_indication


_Kept = tuple[Ground, Moments, dict[tuple[int, int], PathVerdict]]
_kept: "OrderedDict[tuple[object, ...], _Kept]" = OrderedDict()


def judge(
    signer: x509.Certificate,
    others: Iterable[x509.Certificate],
    moment: datetime,
    ground: Ground,
    purpose: Purpose = Purpose.SIGNING,
    *,
    past: bool = False,
) -> PathVerdict:
    """Return whether *signer* was good for *purpose* at *moment*, with *others* to help.

    *past*: *moment* is proven, and revocation data issued after it counts too.
    """
    held = (signer, *others)
    key = (*(one.sha256 for one in held), ground.key, purpose, past)
    kept = _kept.get(key)
    if kept is None:
        candidates = (*held, *map(certificate, (*ground.trust.intermediates, *ground.helpers)))
        relevant = ground.about(candidates)
        if past:
            relevant = relevant.issued_in_time(candidates)
        kept = (relevant, relevant.moments(candidates), {})
        if relevant.foreign_bytes <= _MOST_FOREIGN:
            _kept[key] = kept
        if len(_kept) > _MOST_KEPT:
            _kept.popitem(last=False)
    else:
        _kept.move_to_end(key)
    relevant, moments, verdicts = kept
    place = moments.place(moment)
    if place not in verdicts:
        verdicts[place] = _judged(held, moment, relevant, purpose, past)
    return verdicts[place]


def forget() -> None:
    """Drop every kept verdict."""
    _kept.clear()


def _judged(
    held: tuple[x509.Certificate, ...],
    moment: datetime,
    ground: Ground,
    purpose: Purpose,
    past: bool,
) -> PathVerdict:
    rules = _rules(ground)
    found = _validated(held, moment, ground, purpose, past, rules)
    if found.sub_indication == TRY_LATER and not ground.demanded:
        # data in the file that is stale tells nothing; nobody demanded any
        found = _validated(held, moment, ground, purpose, past, NO_REVOCATION)
    if found.good and rules is not NO_REVOCATION:
        found = _contradicted(found, ground, moment, past) or found
    return _with_facts(found, held[0], ground, moment, past)


def _rules(ground: Ground) -> RevocationCheckingPolicy:
    if ground.policy.revocation is Revocation.REQUIRED:
        return REQUIRE_REVINFO
    mode = "hard-fail" if ground.demanded else "soft-fail"
    rules: RevocationCheckingPolicy = RevocationCheckingPolicy.from_legacy(mode)
    return rules


def _validated(
    held: tuple[x509.Certificate, ...],
    moment: datetime,
    ground: Ground,
    purpose: Purpose,
    past: bool,
    rules: RevocationCheckingPolicy,
) -> PathVerdict:
    trust, stamping = ground.trust, purpose is Purpose.TIMESTAMPING
    usages = FOR_TIMESTAMPS if stamping else FOR_SIGNING
    try:
        context = ValidationContext(
            # given, so the operating system's roots are never used
            trust_manager=trust.timestamping_manager if stamping else trust.manager,
            other_certs=[*map(certificate, (*trust.intermediates, *ground.helpers)), *held[1:]],
            crls=[revocation_list(der) for der in ground.crls],
            ocsps=[ocsp_response(der) for der in ground.ocsps],
            moment=moment,
            allow_fetching=False,
            revinfo_policy=CertRevTrustPolicy(rules, retroactive_revinfo=past),
            time_tolerance=TOLERANCE,
            algorithm_usage_policy=strength(ground.policy),
        )
        path = without_waiting(_path(held[0], context, usages))
    except (ValidationError, PathBuildingError, InvalidCertificateError, ValueError) as fault:
        return _fault(fault)
    return PathVerdict("", path=path, chain=_ders(path))


async def _path(
    signer: x509.Certificate, context: ValidationContext, usages: KeyUsageConstraints
) -> ValidationPath:
    paths = context.path_builder.async_build_paths_lazy(signer)
    path: ValidationPath = await find_valid_path(signer, paths, validation_context=context)
    if path.pkix_len > 0:  # a trusted certificate itself needs no usage
        usages.validate(signer)
    return path


def _fault(fault: Exception) -> PathVerdict:
    """Return the verdict that an exception of the certificate validator means."""
    detail = str(fault)[:_DETAIL]
    chain = _ders(getattr(fault, "original_path", None))
    leaf = getattr(fault, "is_ee_cert", False) and not getattr(fault, "is_side_validation", True)
    horizon: datetime | None = None
    match fault:
        case RevokedError():
            horizon = fault.revocation_dt
            sub = "REVOKED_NO_POE" if leaf else "REVOKED_CA_NO_POE"
            if fault.is_side_validation:
                sub = "CERTIFICATE_CHAIN_GENERAL_FAILURE"
        case ExpiredError() if leaf:
            horizon, sub = fault.expired_dt, "OUT_OF_BOUNDS_NO_POE"
        case NotYetValidError() if leaf:
            sub = "OUT_OF_BOUNDS_NO_POE"
        case InsufficientRevinfoError():
            horizon, sub = getattr(fault, "time_cutoff", None), TRY_LATER
        case DisallowedAlgorithmError():
            horizon = fault.banned_since
            sub = "CRYPTO_CONSTRAINTS_FAILURE" + ("_NO_POE" if horizon else "")
        case PathBuildingError():
            sub = "NO_CERTIFICATE_CHAIN_FOUND"
        case InvalidCertificateError():
            sub = "CHAIN_CONSTRAINTS_FAILURE"
        case _:
            sub = "CERTIFICATE_CHAIN_GENERAL_FAILURE"
    return PathVerdict(sub, horizon, detail, chain)


def _ders(path: ValidationPath | None) -> tuple[bytes, ...]:
    return (
        tuple(one.dump() for one in reversed(list(path.iter_certs(include_root=True))))
        if path
        else ()
    )


def _contradicted(
    found: PathVerdict, ground: Ground, moment: datetime, past: bool
) -> PathVerdict | None:
    """Return the verdict when the newest list says otherwise than what the library asked.

    It asks no list about a certificate for which an OCSP response says good, nor about one
    that does not name where its list is.
    """
    for place, (der, issuer) in enumerate(zip(found.chain, found.chain[1:], strict=False)):
        newest = _newest_list(der, issuer, ground, moment, past)
        one = certificate(der)
        entry = (
            fast_list(newest).get_revoked_certificate_by_serial_number(one.serial_number)
            if newest is not None
            else None
        )
        if entry is not None and entry.revocation_date_utc < moment:
            sub = "REVOKED_CA_NO_POE" if place else "REVOKED_NO_POE"
            return PathVerdict(sub, entry.revocation_date_utc, "", found.chain)
    return None


def _newest_list(
    der: bytes, issuer: bytes, ground: Ground, moment: datetime, past: bool
) -> bytes | None:
    """Return the newest plain list by *issuer* itself about its certificates."""
    one, key = certificate(der), None
    newest: tuple[datetime, bytes] | None = None
    for candidate in ground.crls:
        listed = revocation_list(candidate)
        if listed.issuer != one.issuer or listed.delta_crl_indicator_value is not None:
            continue
        issued = list_date(candidate)
        if (not past and issued > moment + TOLERANCE) or (newest and issued <= newest[0]):
            continue
        key = key or _public_key(issuer)
        if key is not None and fast_list(candidate).is_signature_valid(key):
            newest = issued, candidate
    return newest[1] if newest else None


def _public_key(der: bytes) -> Any:
    from cryptography.x509 import load_der_x509_certificate

    try:
        return load_der_x509_certificate(der).public_key()
    except ValueError:
        return None


def _with_facts(
    found: PathVerdict, signer: x509.Certificate, ground: Ground, moment: datetime, past: bool
) -> PathVerdict:
    """Return *found* with what is known about the signer's revocation, and the data used."""
    revoked = found.sub_indication == "REVOKED_NO_POE"
    known: list[tuple[datetime, str, str]] = []
    for der in ground.crls:
        if revocation_list(der).issuer == signer.issuer:
            known.append((list_date(der), "CRL", "revoked" if revoked else "good"))
    for der in ground.ocsps:
        answer = answer_for(der, signer.serial_number)
        if answer is not None:
            known.append((answer[0], "OCSP", "revoked" if revoked else answer[1]))
    usable = [fact for fact in known if past or fact[0] <= moment + TOLERANCE]
    if not usable:
        fact = RevocationFact("unknown" if ground.demanded else "not-checked")
    else:
        issued, source, status = max(usable)
        # a root, or stale data, says nothing
        status = "unknown" if found.sub_indication == TRY_LATER else status
        fact = RevocationFact(status, source, issued)
    return PathVerdict(
        found.sub_indication,
        found.horizon,
        found.detail,
        found.chain or (signer.dump(),),
        found.path,
        fact,
        ground.crls,
        ground.ocsps,
        past,
    )
