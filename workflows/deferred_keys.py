"""Keys that do not answer at once: at a remote service, or with a person who signs elsewhere.

In the key folder such a key has a descriptor `<stem>.toml` and its certificate with the chain
in `<stem>.pem` (or the files it names), the signer's first; of a remote key the service is asked
for it. There is nothing secret in either. Kinds: `remote` (service and user are named),
`manual` (a person brings the raw value), `vgca` (the government's token tool brings the whole
signed file).
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from connectors.remote.errors import CredentialMissing, CredentialUnusable
from connectors.remote.service import RemoteCredential, RemoteSigner
from documents.blobs import write_durably
from documents.errors import OfficeError
from documents.signature_request import Service
from signing.algorithm import Algorithm
from signing.deferred import Certified
from signing.errors import KeyUnavailable
from signing.key_errors import DescriptorInvalid
from signing.keyring import described
from signing.keys import ensure_valid


@dataclass(frozen=True, slots=True)
class DeferredKey:
    """A key that does not answer at once, as its descriptor says."""

    kind: Service
    certificates: tuple[Path, ...]
    """The signer's certificate and its chain, PEM."""
    service: str = ""
    """Its name in the settings, for a remote key."""
    user: str = ""
    """Who the signer is at the service."""
    credential: str = ""
    """Which certificate, where the user has several."""
    algorithm: Algorithm | None = None
    """None: what the policy makes by default."""

    @classmethod
    def of(cls, folder: Path, stem: str) -> Self | None:
        """Return the key *stem* of *folder*, if it is one that does not answer at once.

        Raises:
            DescriptorInvalid: its descriptor is wrong.
        """
        key = described(folder, stem)
        if key.kind not in set(Service):
            return None
        if unknown := sorted(key.values.keys() - _KNOWN):
            raise DescriptorInvalid(stem, f"không hiểu / not known: {', '.join(unknown)}")
        found = cls(
            Service(key.kind),
            key.certificates or (folder / f"{stem}.pem",),
            key.text("service"),
            key.text("user"),
            key.text("credential"),
            key.algorithm,
        )
        if found.kind is Service.REMOTE and not (found.service and found.user):
            raise DescriptorInvalid(stem, "thiếu `service`, `user` / service and user are lacking")
        return found

    def holder(self, name: str) -> str:
        """Return whom a document of *name* waits for, as people read it."""
        return f"{name} ({self.service or self.kind})"


_KNOWN = {"service", "user", "credential", "algorithm", "certificate", "chain"}


def known_identity(key: DeferredKey, at: datetime) -> Certified:
    """Return the public part of *key* as the key folder has it.

    Raises:
        KeyUnavailable: there is no certificate.
        CertificateRefused: it may not sign at *at*.
    """
    path = key.certificates[0]
    try:
        pem = b"\n".join(each.read_bytes() for each in key.certificates)
    except OSError as error:
        raise KeyUnavailable(path.name, error.strerror or type(error).__name__) from None
    identity = Certified.from_pem(pem, path.name, key.algorithm)
    ensure_valid(identity, at)
    return identity


def fetched_identity(key: DeferredKey, signer: RemoteSigner, at: datetime) -> Certified:
    """Return the public part of a remote key; the service is asked where the folder's is no use.

    Raises:
        RemoteUnavailable, RemoteRefused: the service does not answer, or has no certificate.
        CertificateRefused: it may not sign at *at*.
    """
    with suppress(OfficeError):
        return known_identity(key, at)
    found = chosen(signer, key)
    ders = (found.certificate, *found.chain)
    pem = b"".join(x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM) for der in ders)
    write_durably(key.certificates[0], lambda file: file.write(pem))
    return known_identity(key, at)


def chosen(signer: RemoteSigner, key: DeferredKey, certificate: bytes = b"") -> RemoteCredential:
    """Return the certificate at the service that signs; *certificate* (DER) says which.

    Raises:
        CredentialMissing: the user has none, or not the one that is named.
        CredentialUnusable: the one that was prepared for is no longer there.
    """
    found = signer.credentials(key.user)
    if key.credential:
        found = tuple(each for each in found if each.credential_id == key.credential)
    if not found:
        raise CredentialMissing(signer.name, "credential", key.credential or key.user)
    if not certificate:
        return found[0]
    for each in found:
        if each.certificate == certificate:
            return each
    why = "chứng thư số đã đổi / the certificate was replaced"
    raise CredentialUnusable(signer.name, "certificate", why)


def forget_identity(key: DeferredKey) -> None:
    """Forget a remote key's certificate, which the service has replaced."""
    key.certificates[0].unlink(missing_ok=True)
