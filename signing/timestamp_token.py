"""One RFC 3161 token: read, and checked as far as its own content goes.

Standards: RFC 3161, 2.4.2 (TSTInfo), 2.3 (the TSA's certificate); RFC 5816 and RFC 5035 (which
certificate signed). Whether the TSA's chain leads to a trusted root is the client's to ask.
"""

import hashlib
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Self

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from signing import der
from signing.der import Malformed, element, elements, object_identifier, whole
from signing.signed_data import DIGESTS, SignedData, parsed

TST_INFO = object_identifier("1.2.840.113549.1.9.16.1.4")
_SIGNING_CERTIFICATE = object_identifier("1.2.840.113549.1.9.16.2.12")
_SIGNING_CERTIFICATE_V2 = object_identifier("1.2.840.113549.1.9.16.2.47")
_GENERALIZED_TIME = 0x18
_TIME = re.compile(rb"(\d{14})(?:\.(\d{1,9}))?Z")


@dataclass(frozen=True, slots=True)
class Token:
    """A token whose signature holds by the certificate that it names."""

    encoded: bytes = field(repr=False)
    """DER ContentInfo."""
    digest: str
    imprint: bytes
    """The digest that was stamped."""
    nonce: bytes
    """Encoded INTEGER; empty when there is none."""
    at: datetime
    """UTC."""
    certificate: bytes = field(repr=False)
    """The TSA's, DER; its only purpose is timestamping."""
    others: tuple[bytes, ...] = field(repr=False)
    """Further certificates, DER."""

    @classmethod
    def read(cls, encoded: bytes) -> Self:
        """Read the token that *encoded* begins with; zeros may follow.

        Raises:
            Malformed: it is none, or its own signature does not hold.
        """
        try:
            return cls._read(encoded[: whole(encoded).end])
        except Malformed:
            raise
        except (ValueError, OverflowError, LookupError, TypeError) as fault:
            raise Malformed(type(fault).__name__) from fault

    @classmethod
    def _read(cls, encoded: bytes) -> Self:
        signed = SignedData.read(encoded)
        if signed.content_type != TST_INFO or not signed.attributes:
            raise Malformed("no TSTInfo")
        signed.check()
        _check_named(signed)
        if not for_timestamps(signed.signer):
            raise Malformed("the TSA's certificate is not for timestamps alone")
        info = signed.content
        _, _, imprint, _, time, *rest = elements(info, whole(info))
        algorithm, hashed = elements(info, imprint)
        name = element(info, algorithm.body, algorithm.end)
        digest = DIGESTS.get(info[name.start : name.end])
        if digest is None or hashed.tag != der.OCTET_STRING:
            raise Malformed("message imprint")
        nonces = [info[each.start : each.end] for each in rest if each.tag == der.INTEGER]
        at = _moment(info[time.start : time.end])
        if not parsed(signed.signer).not_valid_before_utc <= at <= not_after(signed.signer):
            raise Malformed("the TSA's certificate was not valid then")
        others = tuple(each for each in signed.certificates if each != signed.signer)
        return cls(
            encoded,
            digest,
            info[hashed.body : hashed.end],
            nonces[0] if nonces else b"",
            at,
            signed.signer,
            others,
        )


@lru_cache(maxsize=64)
def for_timestamps(certificate: bytes) -> bool:
    """Return whether the certificate's only purpose, marked critical, is timestamping (2.3)."""
    try:
        usage = parsed(certificate).extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except (x509.ExtensionNotFound, ValueError):
        return False
    return usage.critical and list(usage.value) == [ExtendedKeyUsageOID.TIME_STAMPING]


def not_after(certificate: bytes) -> datetime:
    """Return the last moment of the certificate's validity, UTC."""
    return parsed(certificate).not_valid_after_utc


def _check_named(signed: SignedData) -> None:
    """Refuse a signature that does not name its certificate (RFC 5816)."""
    for kind, otherwise in ((_SIGNING_CERTIFICATE_V2, "sha256"), (_SIGNING_CERTIFICATE, "sha1")):
        value = signed.attribute(kind)
        if not value:
            continue
        first = element(value, whole(value).body, len(value))
        name = element(value, first.body, first.end)
        parts = elements(value, name)
        digest = otherwise
        if parts[0].tag == der.SEQUENCE:
            oid = element(value, parts[0].body, parts[0].end)
            digest = DIGESTS.get(value[oid.start : oid.end], "")
            parts = parts[1:]
        said = value[parts[0].body : parts[0].end]
        # RFC 3161's own attribute has SHA-1; the signature by the same key holds besides
        made = hashlib.new(digest, signed.signer, usedforsecurity=False).digest()
        if not digest or said != made:
            raise Malformed("signing certificate")
        return
    raise Malformed("signing certificate")


def _moment(encoded: bytes) -> datetime:
    found = element(encoded, 0, len(encoded))
    text = _TIME.fullmatch(encoded, found.body, found.end)
    if found.tag != _GENERALIZED_TIME or text is None:
        raise Malformed("time")
    whole_seconds = datetime.strptime(text[1].decode("ascii"), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    fraction = int((text[2] or b"0").ljust(6, b"0")[:6])
    return whole_seconds + timedelta(microseconds=fraction)
