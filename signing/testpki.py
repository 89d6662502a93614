"""A public key infrastructure for demonstrations and tests: never for real documents.

certomancer issues the certificates: a root, one intermediate authority, leaders
and seals, and a revocation list for each authority, valid for years. Everything
lies in one folder; loading it again adds whoever is missing.
"""

import os
import re
import secrets
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar, Literal

from certomancer.registry.common import CertLabel, ServiceLabel
from certomancer.registry.config import CertomancerConfig
from certomancer.registry.pki_arch import PKIArchitecture
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    pkcs12,
)

from signing.errors import KeyUnavailable
from signing.pkcs12 import Pkcs12Key
from signing.trust import TrustStore

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

ROOT, AUTHORITY = "root", "authority"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_CURVES: dict[str, ec.EllipticCurve] = {"p256": ec.SECP256R1(), "p384": ec.SECP384R1()}
_COUNTRY = "VN"
_ISSUED_BY = "Cơ quan chứng thực thử nghiệm (TEST)"
_AUTHORITIES_FROM = datetime(2020, 1, 1, tzinfo=UTC)
_AUTHORITIES_TO = datetime(2049, 1, 1, tzinfo=UTC)
_REVOCATION_LISTS_LAST = "P10000D"
_NOWHERE = "http://revocation.test.invalid"
"""Certificates must say where their revocation list is; nothing is ever fetched."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A person or agency that gets a key."""

    name: str
    """File stem: ASCII letters, digits, dot, hyphen, underscore."""
    common_name: str
    organisation: str
    not_before: datetime = datetime(2025, 1, 1, tzinfo=UTC)
    not_after: datetime = datetime(2040, 1, 1, tzinfo=UTC)
    kind: Literal["person", "seal", "tsa", "ocsp"] = "person"
    algorithm: Literal["rsa2048", "rsa3072", "p256", "p384"] = "rsa2048"


@dataclass(frozen=True, slots=True)
class TestPki:
    """The folder with everything in it."""

    __test__: ClassVar[bool] = False  # the name is not a test's

    folder: Path

    @property
    def roots(self) -> Path:
        """The trusted root, PEM."""
        return self.folder / "root.pem"

    @property
    def chain(self) -> Path:
        """The intermediate authority, PEM."""
        return self.folder / "chain.pem"

    @property
    def crls(self) -> tuple[Path, ...]:
        """Revocation lists of both authorities, DER."""
        return (self.folder / f"{ROOT}.crl", self.folder / f"{AUTHORITY}.crl")

    def key_file(self, name: str) -> Path:
        """Return the PKCS#12 file of *name*."""
        return self.folder / f"{name}.p12"

    def passphrase(self, name: str) -> bytes:
        """Return the passphrase of *name*'s key."""
        return (self.folder / f"{name}.pass").read_bytes()

    def key(self, name: str) -> Pkcs12Key:
        """Load the key of *name*.

        Raises:
            KeyUnavailable: there is none.
        """
        try:
            return Pkcs12Key.load(self.key_file(name), self.passphrase(name))
        except FileNotFoundError:
            raise KeyUnavailable(name, "không có trong PKI thử nghiệm / not in this PKI") from None

    def trust(self) -> TrustStore:
        """Return the store that trusts this infrastructure and checks revocation."""
        return TrustStore.load(self.roots, self.crls)


def make_pki(folder: Path, subjects: Sequence[Subject], services: str = _NOWHERE) -> TestPki:
    """Make or complete the infrastructure in *folder* and return it.

    Whoever has a key already keeps it. *services* is the address that certificates name for
    their revocation list and, unless it is nowhere, for OCSP (`testservices` answers there).
    Writes `root.pem`, `chain.pem`, `*.crl`,
    and for each subject `<name>.p12` and `<name>.pass`; all keys with mode 600.

    Raises:
        ValueError: a subject's name is no file stem, or one of the authorities'.
    """
    for subject in subjects:
        if not _NAME.fullmatch(subject.name) or subject.name in (ROOT, AUTHORITY):
            raise ValueError(subject.name)
    folder.mkdir(parents=True, exist_ok=True)
    made = TestPki(folder)
    fresh = not made.roots.exists()
    new = [s for s in subjects if not made.key_file(s.name).exists()]
    if not fresh and not new:
        return made
    if fresh:
        for name in (ROOT, AUTHORITY):
            _write_secret(folder / f"{name}.key", _private_pem(_generate("rsa2048")))
    keys = {subject.name: _generate(subject.algorithm) for subject in new}
    with tempfile.TemporaryDirectory() as publics:
        architecture = _architecture(made, new, keys, Path(publics), services, fresh=fresh)
        if fresh:
            _write_authorities(made, architecture)
        for subject in new:
            certificate = architecture.get_cert(CertLabel(subject.name)).dump()
            _write_key(made, subject.name, keys[subject.name], certificate)
    return made


def _architecture(
    made: TestPki,
    subjects: Sequence[Subject],
    keys: Mapping[str, PrivateKey],
    publics: Path,
    services: str,
    *,
    fresh: bool,
) -> PKIArchitecture:
    """Return certomancer's model: both authorities, and *subjects* issued by the second."""
    files: dict[str, dict[str, object]] = {
        name: {"path": str(made.folder.resolve() / f"{name}.key")} for name in (ROOT, AUTHORITY)
    }
    for name, key in keys.items():
        path = publics / f"{name}.pem"
        path.write_bytes(
            key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        )
        files[name] = {"path": str(path), "public-only": True}
    certificates = {name: _authority(name, services) for name in (ROOT, AUTHORITY)}
    if not fresh:
        certificates[ROOT]["certificate-file"] = str(made.roots.resolve())
        certificates[AUTHORITY]["certificate-file"] = str(made.chain.resolve())
    certificates |= {subject.name: _signer(subject) for subject in subjects}
    model = {
        "keysets": {"office": {"keys": files}},
        "pki-architectures": {
            "office": {
                "keyset": "office",
                "entities": {
                    ROOT: _entity("TEST Root CA", _ISSUED_BY),
                    AUTHORITY: _entity("TEST CA G1", _ISSUED_BY),
                    **{s.name: _entity(s.common_name, s.organisation) for s in subjects},
                },
                "certs": certificates,
                "services": {
                    "crl-repo": {name: _crl(name, services) for name in (ROOT, AUTHORITY)},
                    "ocsp": {AUTHORITY: _ocsp(services)},
                },
            }
        },
    }
    config = CertomancerConfig(
        model,
        key_search_dir="/",
        config_search_dir="/",
        lazy_load_keys=True,
        external_url_prefix=None,
    )
    architecture: PKIArchitecture
    (architecture,) = config.pki_archs.values()
    return architecture


def _entity(common_name: str, organisation: str) -> dict[str, str]:
    return {
        "country-name": _COUNTRY,
        "organization-name": organisation,
        "common-name": common_name,
    }


def _authority(name: str, services: str) -> dict[str, Any]:
    # whatever this authority issues says where its revocation list would be
    params: dict[str, Any] = {"crl-repo": name}
    if name == AUTHORITY:
        params["max-path-len"] = 0
        if services != _NOWHERE:
            params["ocsp-service"] = AUTHORITY
    return {
        "subject": name,
        "issuer": ROOT,
        "serial": secrets.randbits(63),
        "validity": _validity(_AUTHORITIES_FROM, _AUTHORITIES_TO),
        "profiles": [{"id": "simple-ca", "params": params}],
    }


_FOR_TIMESTAMPS = [
    {
        "id": "key_usage",
        "critical": True,
        "smart-value": {"schema": "key-usage", "params": ["digital_signature"]},
    },
    {"id": "extended_key_usage", "critical": True, "value": ["time_stamping"]},
]


def _signer(subject: Subject) -> dict[str, Any]:
    made: dict[str, Any] = {
        "subject": subject.name,
        "issuer": AUTHORITY,
        "serial": secrets.randbits(63),
        "validity": _validity(subject.not_before, subject.not_after),
    }
    if subject.kind == "tsa":
        return {**made, "extensions": _FOR_TIMESTAMPS}
    profile = "ocsp-responder" if subject.kind == "ocsp" else "digsig-commitment"
    return {**made, "profiles": [profile]}


def _ocsp(services: str) -> dict[str, str]:
    return {"for-issuer": AUTHORITY, "responder-cert": AUTHORITY, "external-url-prefix": services}


def _crl(name: str, services: str) -> dict[str, str]:
    return {
        "for-issuer": name,
        "signing-key": name,
        "simulated-update-schedule": _REVOCATION_LISTS_LAST,
        "external-url-prefix": services,
    }


def _validity(start: datetime, end: datetime) -> dict[str, str]:
    return {"valid-from": start.isoformat(), "valid-to": end.isoformat()}


def _write_authorities(made: TestPki, architecture: PKIArchitecture) -> None:
    for name, path in ((AUTHORITY, made.chain), (ROOT, made.roots)):
        crl = architecture.service_registry.get_crl(ServiceLabel(name), at_time=_AUTHORITIES_FROM)
        (made.folder / f"{name}.crl").write_bytes(crl.dump())
        certificate = x509.load_der_x509_certificate(architecture.get_cert(CertLabel(name)).dump())
        path.write_bytes(certificate.public_bytes(Encoding.PEM))


def _write_key(made: TestPki, name: str, key: PrivateKey, certificate: bytes) -> None:
    passphrase = secrets.token_urlsafe(24).encode()
    bundle = pkcs12.serialize_key_and_certificates(
        name.encode(),
        key,
        x509.load_der_x509_certificate(certificate),
        x509.load_pem_x509_certificates(made.chain.read_bytes()),
        BestAvailableEncryption(passphrase),
    )
    _write_secret(made.folder / f"{name}.pass", passphrase)
    _write_secret(made.key_file(name), bundle)


def _generate(algorithm: str) -> PrivateKey:
    if algorithm in _CURVES:
        return ec.generate_private_key(_CURVES[algorithm])
    return rsa.generate_private_key(65537, int(algorithm.removeprefix("rsa")))


def _private_pem(key: PrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _write_secret(path: Path, data: bytes) -> None:
    """Write *data* under mode 600, whole or not at all."""
    temporary = path.with_name(f"{path.name}.new")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(data)
    temporary.replace(path)
