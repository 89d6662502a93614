"""What certificates are judged on: roots, helping certificates, revocation data; one set, one key.

Standard: ETSI EN 319 102-1, 5.1.4 (inputs of a validation). The key names the set, so that a
verdict on it can be kept for the next signature by the same certificate.
"""

import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache
from typing import Any

from asn1crypto import crl, x509
from cryptography import x509 as pyca

from signing.certificates import certificate, ocsp_response, revocation_list, sha256
from signing.policy import Policy
from signing.trust import TrustStore

TOLERANCE = timedelta(seconds=1)
"""By which clocks of authorities and ours may differ."""

WITHOUT_NEXT = timedelta(minutes=30)
"""How long revocation data that names no next update is taken for fresh (the library's value)."""

_EXPIRED_STAY = "2.5.29.60"
"""expiredCertsOnCRL (X.509, 9.5.2.8): the list keeps certificates after their expiry."""


@dataclass(frozen=True, eq=False)
class Ground:
    """Roots, rules and data; DER."""

    trust: TrustStore
    policy: Policy
    demanded: bool
    """Whether a certificate whose revocation cannot be checked is not accepted."""
    helpers: tuple[bytes, ...] = field(default=(), repr=False)
    """Certificates that help to reach a root."""
    crls: tuple[bytes, ...] = field(default=(), repr=False)
    ocsps: tuple[bytes, ...] = field(default=(), repr=False)

    @cached_property
    def key(self) -> str:
        """SHA-256 of everything here, hexadecimal."""
        digest = hashlib.sha256(f"{self.policy.sha256} {self.demanded}".encode())
        for part in ((self.trust.version.encode(),), self.helpers, self.crls, self.ocsps):
            for item in part:
                digest.update(sha256(item).encode())
            digest.update(b"/")
        return digest.hexdigest()

    def about(self, candidates: Iterable[x509.Certificate]) -> "Ground":
        """Return the part of the revocation data that can speak of *candidates*."""
        held = list(candidates)
        issuers = {one.issuer.hashable for one in held}
        serials = {one.serial_number for one in held}
        lists = tuple(d for d in self.crls if _speaks_of(revocation_list(d), issuers))
        responses = tuple(d for d in self.ocsps if serials & {s for s, _, _ in _answers(d)})
        return Ground(self.trust, self.policy, self.demanded, self.helpers, lists, responses)

    def issued_in_time(self, candidates: Iterable[x509.Certificate]) -> "Ground":
        """Return the ground without what was issued after the certificates had expired.

        Authorities drop expired certificates from their lists (RFC 5280, 3.3).
        """
        held = list(candidates)
        lists = tuple(d for d in self.crls if _in_time(revocation_list(d), held))
        ends: dict[int, datetime] = {}
        for one in held:
            end = one.not_valid_after
            ends[one.serial_number] = min(end, ends.get(one.serial_number, end))
        responses = tuple(
            d
            for d in self.ocsps
            if all(issued <= ends.get(serial, issued) for serial, issued, _ in _answers(d))
        )
        return Ground(self.trust, self.policy, self.demanded, self.helpers, lists, responses)

    @property
    def foreign_bytes(self) -> int:
        """How much revocation data here is not the trust store's own."""
        own = {*self.trust.crls, *self.trust.ocsps}
        return sum(len(item) for item in (*self.crls, *self.ocsps) if item not in own)

    def moments(self, candidates: Iterable[x509.Certificate]) -> "Moments":
        """Return when something about *candidates* begins or ends."""
        held = list(candidates)
        found = [rule.until for rule in (*self.policy.digests, *self.policy.signatures)]
        for one in (*held, *map(certificate, (*self.trust.roots, *self.helpers))):
            found += [one.not_valid_before, one.not_valid_after]
        for der in self.crls:
            found += _list_moments(der, [one.serial_number for one in held])
        for der in self.ocsps:
            for _, issued, following in _answers(der):
                found += [issued, following or issued + WITHOUT_NEXT]
            found += _response_moments(der)
        known = {when for when in found if when is not None}
        return Moments(
            tuple(sorted({w + shift for w in known for shift in (-TOLERANCE, _NONE, TOLERANCE)}))
        )


_NONE = timedelta()


@dataclass(frozen=True, slots=True)
class Moments:
    """Moments between which a verdict cannot change."""

    ordered: tuple[datetime, ...]

    def place(self, moment: datetime) -> tuple[int, int]:
        """Return where *moment* lies; two in the same place have the same verdict."""
        return bisect_left(self.ordered, moment), bisect_right(self.ordered, moment)


def _speaks_of(one: crl.CertificateList, issuers: set[str]) -> bool:
    point = one.issuing_distribution_point_value
    return one.issuer.hashable in issuers or bool(point and point["indirect_crl"].native)


def _in_time(one: crl.CertificateList, held: list[x509.Certificate]) -> bool:
    listed = one["tbs_cert_list"]
    if any(e["extn_id"].dotted == _EXPIRED_STAY for e in listed["crl_extensions"] or ()):
        return True
    ends = [h.not_valid_after for h in held if h.issuer.hashable == one.issuer.hashable]
    return not ends or bool(listed["this_update"].native <= min(ends))


@lru_cache(maxsize=256)
def _answers(der: bytes) -> tuple[tuple[int, datetime, datetime | None], ...]:
    """Return serial number, thisUpdate and nextUpdate of each answer in an OCSP response."""
    return tuple(
        (
            int(single["cert_id"]["serial_number"].native),
            single["this_update"].native,
            single["next_update"].native,
        )
        for single in _singles(der)
    )


def _singles(der: bytes) -> Iterator[Any]:
    response = ocsp_response(der)
    if response["response_status"].native == "successful":
        yield from response.basic_ocsp_response["tbs_response_data"]["responses"]


def _response_moments(der: bytes) -> Iterator[datetime]:
    for single in _singles(der):
        if single["cert_status"].name == "revoked":
            yield single["cert_status"].chosen["revocation_time"].native
    response = ocsp_response(der)
    if response["response_status"].native == "successful":
        for one in response.basic_ocsp_response["certs"] or ():
            yield one.not_valid_before
            yield one.not_valid_after


@lru_cache(maxsize=64)
def fast_list(der: bytes) -> pyca.CertificateRevocationList:
    """Return the list as cryptography reads it: a million entries cost nothing until asked."""
    return pyca.load_der_x509_crl(der)


def _list_moments(der: bytes, serials: list[int]) -> Iterator[datetime | None]:
    one = fast_list(der)
    yield one.last_update_utc
    yield one.next_update_utc or one.last_update_utc + WITHOUT_NEXT
    for serial in serials:
        entry = one.get_revoked_certificate_by_serial_number(serial)
        if entry is not None:
            yield entry.revocation_date_utc


def list_date(der: bytes) -> datetime:
    """Return when a revocation list was issued, UTC."""
    return fast_list(der).last_update_utc.astimezone(UTC)


def answer_for(der: bytes, serial: int) -> tuple[datetime, str] | None:
    """Return thisUpdate and status (good, revoked, unknown) that an OCSP response has."""
    for single in _singles(der):
        if single["cert_id"]["serial_number"].native == serial:
            return single["this_update"].native, str(single["cert_status"].name)
    return None
