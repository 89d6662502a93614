"""Signatures whose value comes later, from elsewhere: minutes or days, over any restart.

The revision is written whole but for its signature (`pades.Prepared`), so the document is
frozen: what the signer agreed to is the hash of the signed attributes, which hold the
document's digest. A `Pending` is plain data and says all there is to know; the value that
comes back is judged by the certificate's public key before it is put in.
Standards: RFC 5652, 5.4 (what is signed), RFC 8017 (RSA), FIPS 186-5 and RFC 3279, 2.2.3
(ECDSA, DER), ETSI EN 319 142-1 (PAdES).
"""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, Self

from asn1crypto import cms as asn1
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from signing import cms
from signing.algorithm import Algorithm
from signing.appearance import Stamp
from signing.errors import (
    KeyUnavailable,
    PendingDamaged,
    SignatureTooLong,
    ValueForeign,
)
from signing.fields import LEADER_FIELD, SEAL_FIELD
from signing.keys import Identity, subject_name
from signing.making import algorithm_for
from signing.pades import Prepared, Statement, certification, prepare_revision
from signing.revision import reading
from signing.schemes import verifies
from signing.seal import LOCK, sealing

VERSION = 1
"""Of the written form; what is frozen today must be read by later versions."""

LONGEST_VALUE = 2048
"""Bytes; RSA of 16384 bits."""


_parsed = lru_cache(maxsize=256)(x509.load_der_x509_certificate)


@dataclass(frozen=True, slots=True)
class Certified:
    """The public part of someone whose key is elsewhere: an `Identity`, plain data."""

    certificate: bytes = field(repr=False)
    """DER."""
    chain: tuple[bytes, ...] = field(repr=False)
    """Intermediate certificates, DER, without the root."""
    algorithm: Algorithm

    @classmethod
    def of(cls, identity: Identity) -> Self:
        """Return the public part of *identity*."""
        return cls(identity.certificate, identity.chain, identity.algorithm)

    @classmethod
    def from_pem(cls, pem: bytes, name: str, algorithm: Algorithm | None = None) -> Self:
        """Read the signer's certificate and then its chain; *name* is the file's, for errors.

        Without *algorithm* the signatures will be what the policy makes by default.

        Raises:
            KeyUnavailable: no certificates.
            KeyTooWeak, AlgorithmRefused: the policy does not allow it.
        """
        try:
            first, *others = x509.load_pem_x509_certificates(pem)
        except ValueError:
            why = "không phải chứng thư PEM / not PEM certificates"
            raise KeyUnavailable(name, why) from None
        chain = (each for each in others if each.issuer != each.subject)
        return cls(
            first.public_bytes(Encoding.DER),
            tuple(each.public_bytes(Encoding.DER) for each in chain),
            algorithm_for(first, subject_name(first), algorithm),
        )

    @property
    def parsed(self) -> x509.Certificate:
        """The certificate."""
        return _parsed(self.certificate)

    @property
    def not_before(self) -> datetime:
        """First moment of the certificate's validity, UTC."""
        return self.parsed.not_valid_before_utc

    @property
    def not_after(self) -> datetime:
        """Last moment of the certificate's validity, UTC."""
        return self.parsed.not_valid_after_utc

    @property
    def name(self) -> str:
        """The certificate's name."""
        return subject_name(self.parsed)


@dataclass(frozen=True, slots=True)
class Pending:
    """A frozen file and all that is needed to put the signature's value in."""

    prepared: Prepared
    attributes: bytes = field(repr=False)
    """The signed attributes, a DER SET."""
    identity: Certified
    timestamp: int = 0
    """Room for a token beside the signature (bytes)."""

    @classmethod
    def of(cls, prepared: Prepared, identity: Identity, timestamp: int = 0) -> Self:
        """Return what waits for *identity*'s signature of any *prepared* revision."""
        attributes = cms.signed_attributes(identity, prepared.digest)
        return cls(prepared, attributes, Certified.of(identity), timestamp)

    @property
    def pdf(self) -> bytes:
        """The whole file, zeros where the signature will be."""
        return self.prepared.pdf

    @property
    def to_sign(self) -> bytes:
        """The hash that goes out, made with `algorithm.digest`; its raw signature comes back."""
        return hashlib.new(self.identity.algorithm.digest, self.attributes).digest()

    def written(self) -> bytes:
        """Return everything but the file, which it names by its SHA-256, as JSON (UTF-8)."""
        values = {
            "version": VERSION,
            "pdf": hashlib.sha256(self.pdf).hexdigest(),
            "digest": self.prepared.digest.hex(),
            "start": self.prepared.start,
            "end": self.prepared.end,
            "attributes": self.attributes.hex(),
            "algorithm": self.identity.algorithm.value,
            "certificate": self.identity.certificate.hex(),
            "chain": [each.hex() for each in self.identity.chain],
            "timestamp": self.timestamp,
        }
        return json.dumps(values, sort_keys=True).encode()

    @classmethod
    def read(cls, written: bytes, pdf: bytes) -> Self:
        """Return what `written` gave, with its file.

        Raises:
            PendingDamaged: it is of an unknown version or form, or belongs to another file.
        """
        try:
            values = json.loads(written)
            if values["version"] != VERSION:
                raise PendingDamaged(f"version {values['version']}")
            pending = cls._of_values(values, pdf)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as fault:
            raise PendingDamaged(f"{type(fault).__name__}: {fault}") from fault
        if hashlib.sha256(pdf).hexdigest() != values["pdf"]:
            raise PendingDamaged("SHA-256")
        pending.ensure_sound()
        return pending

    @classmethod
    def _of_values(cls, values: dict[str, Any], pdf: bytes) -> Self:
        prepared = Prepared(
            pdf, bytes.fromhex(values["digest"]), int(values["start"]), int(values["end"])
        )
        identity = Certified(
            bytes.fromhex(values["certificate"]),
            tuple(bytes.fromhex(each) for each in values["chain"]),
            Algorithm(values["algorithm"]),
        )
        attributes = bytes.fromhex(values["attributes"])
        return cls(prepared, attributes, identity, int(values["timestamp"]))

    def ensure_sound(self) -> None:
        """Return if file, digest and signed attributes still belong together.

        Raises:
            PendingDamaged: they do not.
        """
        start, end, digest = self.prepared.start, self.prepared.end, self.prepared.digest
        place = self.pdf[start:end]
        if not (place.startswith(b"<") and place.endswith(b">") and not place[1:-1].strip(b"0")):
            raise PendingDamaged("/Contents")
        covered = hashlib.new(self.identity.algorithm.digest, self.pdf[:start])
        covered.update(self.pdf[end:])
        try:
            stated = {
                each["type"].native: each["values"][0].native
                for each in asn1.CMSAttributes.load(self.attributes, strict=True)
            }
        except (ValueError, TypeError) as fault:
            raise PendingDamaged("signed attributes") from fault
        if not covered.digest() == digest == stated.get("message_digest"):
            raise PendingDamaged("digest")


def prepare_leader(
    pdf: bytes, identity: Identity, stamp: Stamp | None, statement: Statement, *, timestamp: int = 0
) -> Pending:
    """Return *pdf* frozen for the leader's certification (`pades.sign`).

    *timestamp* is the room (bytes) for a token beside the signature.

    Raises:
        PdfUnreadable, PdfEncrypted, PdfAlreadySigned, PdfFieldsMissing, CertificateRefused:
            as `pades.sign` says.
    """
    writer, permissions = certification(pdf, identity, stamp, statement.at)
    with reading():
        prepared = prepare_revision(
            writer, LEADER_FIELD, identity, permissions, statement, timestamp=timestamp
        )
    return Pending.of(prepared, identity, timestamp)


def prepare_seal(
    pdf: bytes,
    identity: Identity,
    stamp: Stamp | None,
    statement: Statement,
    *,
    number: str,
    day: str,
    month: str,
    timestamp: int = 0,
) -> Pending:
    """Return *pdf* with its number and date, frozen for the agency's seal (`seal.seal`).

    Raises:
        PdfUnreadable, PdfEncrypted, LeaderSignatureMissing, PdfAlreadySigned, PdfFieldsMissing,
        TextUnprintable, CertificateRefused, FontMissing: as `seal.seal` says.
    """
    writer = sealing(pdf, identity, stamp, number=number, day=day, month=month, at=statement.at)
    with reading():
        prepared = prepare_revision(
            writer, SEAL_FIELD, identity, LOCK, statement, timestamp=timestamp
        )
    return Pending.of(prepared, identity, timestamp)


def complete(pending: Pending, value: bytes, timestamp: bytes = b"") -> bytes:
    """Return the whole signed file: *pending* with the raw signature *value* in its place.

    *timestamp* is an RFC 3161 token over *value*, or empty. ECDSA values are DER.

    Raises:
        ValueForeign: *value* is not the certificate's signature of this document.
        PendingDamaged: the frozen file is not what was prepared.
        SignatureTooLong: there is no room for the token.
    """
    pending.ensure_sound()
    ensure_made_by(pending.identity, pending.attributes, value)
    signature = cms.assembled(pending.identity, pending.attributes, value, timestamp)
    try:
        return pending.prepared.filled(signature)
    except ValueError as fault:
        raise SignatureTooLong(str(fault)) from fault


def ensure_made_by(identity: Certified, attributes: bytes, value: bytes) -> None:
    """Return if *value* is *identity*'s raw signature of *attributes*.

    Raises:
        ValueForeign: it is another key's, another document's, or no signature at all.
    """
    digest = hashlib.new(identity.algorithm.digest, attributes).digest()
    # the salt's length stands in the CMS, so no other one will do
    well = len(value) <= LONGEST_VALUE and verifies(
        identity.parsed.public_key(), identity.algorithm, digest, value
    )
    if not well:
        raise ValueForeign(identity.name, f"{identity.algorithm}, {len(value)} byte(s)")
