"""Certificates and revocation data, each parsed once, and what a report says of a certificate.

Standards: RFC 5280, RFC 6960, RFC 5652, 5.3 (which certificate is the signer's), RFC 5035
(the signed attribute that names it).
"""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from asn1crypto import cms, crl, ocsp, x509
from pyhanko.sign.ades.report import AdESIndeterminate
from pyhanko.sign.general import SignedDataCerts, check_ess_certid
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import (
    extract_certs_for_validation,
    get_signing_cert_attr,
)

NAME_LENGTH = 200
"""Characters of a name in a report; a hostile file may have millions."""


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """What a report says of a certificate."""

    sha256: str
    """Of its DER, hexadecimal."""
    subject: str
    issuer: str
    serial: str
    """Hexadecimal."""
    not_before: datetime
    not_after: datetime
    key_usage: tuple[str, ...]
    """Key usages and extended key usages, by their names in RFC 5280."""
    common_name: str
    organisations: tuple[str, ...] = field(default=())
    """The organisations and units that the subject names."""

    def as_dict(self) -> dict[str, object]:
        """Return plain data for JSON."""
        return {
            "sha256": self.sha256,
            "subject": self.subject,
            "issuer": self.issuer,
            "serial": self.serial,
            "not_before": self.not_before.isoformat(),
            "not_after": self.not_after.isoformat(),
            "key_usage": list(self.key_usage),
        }


@lru_cache(maxsize=2048)
def certificate(der: bytes) -> x509.Certificate:
    """Return the parsed certificate.

    Raises:
        ValueError: not a certificate.
    """
    return x509.Certificate.load(der, strict=True)


@lru_cache(maxsize=64)
def revocation_list(der: bytes) -> crl.CertificateList:
    """Return the parsed revocation list.

    Raises:
        ValueError: not a list.
    """
    return crl.CertificateList.load(der, strict=True)


@lru_cache(maxsize=256)
def ocsp_response(der: bytes) -> ocsp.OCSPResponse:
    """Return the parsed OCSP response.

    Raises:
        ValueError: not a response.
    """
    return ocsp.OCSPResponse.load(der, strict=True)


@lru_cache(maxsize=4096)
def sha256(der: bytes) -> str:
    """Return the hexadecimal SHA-256 of *der*."""
    return hashlib.sha256(der).hexdigest()


@lru_cache(maxsize=2048)
def facts(der: bytes) -> CertificateFacts:
    """Return what a report says of the certificate *der*."""
    parsed = certificate(der)
    names = parsed.subject.native
    common = names.get("common_name") or names.get("organization_name") or ""
    usages: list[str] = []
    for value in (parsed.key_usage_value, parsed.extended_key_usage_value):
        usages += sorted(map(str, value.native)) if value is not None else []
    organisations: list[object] = []
    for kind in ("organization_name", "organizational_unit_name"):
        found = names.get(kind) or []
        organisations += found if isinstance(found, list) else [found]
    return CertificateFacts(
        sha256=sha256(der),
        subject=_short(parsed.subject.human_friendly),
        issuer=_short(parsed.issuer.human_friendly),
        serial=f"{parsed.serial_number:x}",
        not_before=parsed.not_valid_before.astimezone(UTC),
        not_after=parsed.not_valid_after.astimezone(UTC),
        key_usage=tuple(usages[:32]),
        common_name=_short(common if isinstance(common, str) else "; ".join(map(str, common))),
        organisations=tuple(_short(str(name)) for name in organisations[:16]),
    )


def _short(text: str) -> str:
    return text[:NAME_LENGTH]


def certificates_in(signed_data: cms.SignedData) -> SignedDataCerts:
    """Return the signer's certificate and the others in *signed_data*, parsed once for all.

    Raises:
        SignatureValidationError: the signer's certificate is not there, or is not the one
            that the signed attributes name.
    """
    (signer_info,) = signed_data["signer_infos"]
    found = [
        certificate(choice.chosen.dump())
        for choice in signed_data["certificates"]
        if choice.name == "certificate"
    ]
    signers = [one for one in found if _identifies(signer_info["sid"], one)]
    if not signers:
        # another way to name the signer, or a name that is the same only after folding
        return extract_certs_for_validation(signed_data)
    signer = signers[-1]
    named = get_signing_cert_attr(signer_info["signed_attrs"])
    if named is not None and not check_ess_certid(signer, named["certs"][0]):
        raise SignatureValidationError(
            "the signed attributes name another certificate",
            ades_subindication=AdESIndeterminate.NO_SIGNING_CERTIFICATE_FOUND,
        )
    return SignedDataCerts(signer, [one for one in found if one is not signer], [])


def _identifies(sid: Any, one: x509.Certificate) -> bool:
    if sid.name != "issuer_and_serial_number":
        return False
    held = one["tbs_certificate"]
    named = sid.chosen
    return bool(
        named["serial_number"].contents == held["serial_number"].contents
        and named["issuer"].dump() == held["issuer"].dump()
    )
