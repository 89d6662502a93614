"""A key on a PKCS#11 token or in an HSM: it signs there and never leaves.

Standards: PKCS #11 v2.40, 2.1 (CKM_RSA_PKCS, CKM_RSA_PKCS_PSS), 2.3 (CKM_ECDSA); RFC 8017,
9.2 (DigestInfo); RFC 3279, 2.2.3 (ECDSA-Sig-Value). The digest is always made here: raw
mechanisms are what every token has.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Self

import pkcs11
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from pkcs11 import MGF, Attribute, CertificateType, Mechanism, ObjectClass

from signing import pin
from signing.algorithm import Algorithm, Family
from signing.issuers import issuers_of, read_certificates
from signing.key_errors import (
    AlgorithmRefused,
    CertificateMissing,
    KeyMismatched,
    KeyMissing,
    PinRefused,
    TokenLocked,
)
from signing.keys import subject_name
from signing.making import algorithm_for
from signing.schemes import verifies
from signing.sessions import Opened, Token, on

MOST_CERTIFICATES = 64
"""Objects of one token that are looked at."""

_DIGEST_INFO = {
    "sha256": bytes.fromhex("3031300d060960864801650304020105000420"),
    "sha384": bytes.fromhex("3041300d060960864801650304020205000430"),
    "sha512": bytes.fromhex("3051300d060960864801650304020305000440"),
}
"""What stands before the digest in a DER DigestInfo (RFC 8017, 9.2, note 1)."""

_PSS = {
    "sha256": (Mechanism.SHA256, MGF.SHA256, 32),
    "sha384": (Mechanism.SHA384, MGF.SHA384, 48),
    "sha512": (Mechanism.SHA512, MGF.SHA512, 64),
}
"""CK_RSA_PKCS_PSS_PARAMS: digest, mask generation, length of the salt (bytes)."""

_CANNOT = (
    pkcs11.MechanismInvalid,
    pkcs11.MechanismParamInvalid,
    pkcs11.KeyTypeInconsistent,
    pkcs11.KeySizeRange,
    pkcs11.FunctionNotSupported,
    pkcs11.DataLenRange,
)


@dataclass(frozen=True, slots=True)
class Place:
    """Which private key of a token."""

    label: str = ""
    id: bytes = b""
    """CKA_ID. Either or both; neither where the token has one private key only."""

    @property
    def name(self) -> str:
        """What people call it."""
        return self.label or self.id.hex() or "?"


@dataclass(frozen=True, slots=True, eq=False)
class Pkcs11Key:
    """A private key on a token, and its certificates."""

    certificate: bytes = field(repr=False)
    chain: tuple[bytes, ...] = field(repr=False)
    algorithm: Algorithm
    subject: str
    not_before: datetime
    not_after: datetime
    token: Token
    place: Place
    _public: Any = field(repr=False)

    @classmethod
    def open(
        cls,
        token: Token,
        place: Place,
        *,
        certificates: Sequence[Path] = (),
        algorithm: Algorithm | None = None,
        usual_rsa: Algorithm | None = None,
    ) -> Self:
        """Find the key at *place* on *token*, and have it sign once to see that it can.

        The certificate and its issuers are taken from the files *certificates* (the
        signer's first), or from the token.

        Raises:
            TokenAbsent, TokenFailing: try again later.
            KeyUnavailable: PIN, module, key or certificate is missing or wrong.
            KeyMismatched, KeyTooWeak, AlgorithmRefused: they do not fit.
        """
        found = read_certificates(certificates, place.name) or on(token, partial(_listed, place))
        own, others = found[0], found[1:]
        name = subject_name(own)
        key = cls(
            own.public_bytes(Encoding.DER),
            issuers_of(own, others),
            algorithm_for(own, name, algorithm, usual_rsa),
            name,
            own.not_valid_before_utc,
            own.not_valid_after_utc,
            token,
            place,
            own.public_key(),
        )
        key.sign(hashlib.new(key.algorithm.digest, b"congvan").digest())
        return key

    def sign(self, digest: bytes) -> bytes:
        """Return the raw signature of *digest*; it was verified under the certificate.

        Raises:
            TokenAbsent, TokenFailing: try again later.
            KeyUnavailable, KeyMismatched, AlgorithmRefused: a person has to mend something.
        """
        signature = on(self.token, partial(_signed, self, digest))
        # the same label may be on another token now; and a faulty value must not get out
        if not verifies(self._public, self.algorithm, digest, signature):
            raise KeyMismatched(self.subject, "không khớp với khóa / it does not match the key")
        return signature


def _signed(key: Pkcs11Key, digest: bytes, opened: Opened) -> bytes:
    handle, each_time = _handle(opened, key.place)
    mechanism, parameter, data, finish = _operation(key, digest)
    asked = {"mechanism": mechanism, "mechanism_param": parameter, "buffer_size": 1024}
    try:
        path, name = key.token.pin_file, key.token.name
        if not each_time or path is None:
            return finish(handle.sign(data, **asked))
        with pin.offered(path, pin.remembered_as(opened.token), name) as value:
            try:
                return finish(handle.sign(data, pin=value, **asked))
            except (pkcs11.PinIncorrect, pkcs11.PinInvalid, pkcs11.PinLenRange):
                raise PinRefused(name, "sai mã PIN / wrong PIN") from None
            except pkcs11.PinLocked:
                raise TokenLocked(name) from None
    except _CANNOT as fault:
        raise AlgorithmRefused(key.subject, key.algorithm, type(fault).__name__) from fault


def _operation(
    key: Pkcs11Key, digest: bytes
) -> tuple[Mechanism, Any, bytes, Callable[[bytes], bytes]]:
    """Return mechanism, its parameter, what it signs, and what makes its answer a signature."""
    name = key.algorithm.digest
    match key.algorithm.family:
        case Family.PKCS1:
            return Mechanism.RSA_PKCS, None, _DIGEST_INFO[name] + digest, bytes
        case Family.PSS:
            return Mechanism.RSA_PKCS_PSS, _PSS[name], digest, bytes
        case Family.ECDSA:
            order = (key._public.key_size + 7) // 8
            # FIPS 186-5, 6.4.1: the leftmost bits; not every token cuts by itself
            return Mechanism.ECDSA, None, digest[:order], _sig_value


def _sig_value(pair: bytes) -> bytes:
    """Return r and s, each half of *pair*, as DER."""
    half = len(pair) // 2
    return encode_dss_signature(
        int.from_bytes(pair[:half], "big"), int.from_bytes(pair[half:], "big")
    )


def _handle(opened: Opened, place: Place) -> tuple[Any, bool]:
    """Return the private key, and whether it wants the PIN for each signature.

    Raises:
        KeyMissing: there is none, or more than one.
    """
    if place not in opened.found:
        wanted: dict[Any, Any] = {Attribute.CLASS: ObjectClass.PRIVATE_KEY}
        if place.label:
            wanted[Attribute.LABEL] = place.label
        if place.id:
            wanted[Attribute.ID] = place.id
        keys = list(opened.session.get_objects(wanted))
        if not keys:
            opened.ensure_present()
        if len(keys) != 1:
            raise KeyMissing(opened.token.label, f"{place.name} ({len(keys)})")
        opened.found[place] = keys[0], bool(_attribute(keys[0], Attribute.ALWAYS_AUTHENTICATE))
    handle, each_time = opened.found[place]
    return handle, each_time


def _attribute(found: Any, wanted: Attribute) -> Any:
    try:
        return found[wanted]
    except (pkcs11.AttributeTypeInvalid, pkcs11.AttributeSensitive, NotImplementedError):
        return None


def _listed(place: Place, opened: Opened) -> list[x509.Certificate]:
    """Return the certificates on the token, that of the key at *place* first.

    Raises:
        KeyMissing: there is no such key.
        CertificateMissing: there is no certificate with its id or label.
    """
    handle, _ = _handle(opened, place)
    identifier = _attribute(handle, Attribute.ID)
    label = _attribute(handle, Attribute.LABEL)
    own: list[x509.Certificate] = []
    others: list[x509.Certificate] = []
    for found in _certificates(opened):
        try:
            parsed = x509.load_der_x509_certificate(found[Attribute.VALUE])
        except ValueError:
            continue
        named = _attribute(found, Attribute.LABEL), _attribute(found, Attribute.ID)
        same = (identifier and named[1] == identifier) or (label and named[0] == label)
        (own if same else others).append(parsed)
    if not own:
        opened.ensure_present()
        raise CertificateMissing(place.name, f"token «{opened.token.label}»")
    # a renewed certificate stands beside the old one
    own.sort(key=lambda each: each.not_valid_before_utc, reverse=True)
    return [*own, *others]


def _certificates(opened: Opened) -> list[Any]:
    wanted = {
        Attribute.CLASS: ObjectClass.CERTIFICATE,
        Attribute.CERTIFICATE_TYPE: CertificateType.X_509,
    }
    return list(opened.session.get_objects(wanted))[:MOST_CERTIFICATES]
