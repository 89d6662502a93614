"""Before a signature is made, the lists that we hold are asked about the signer."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from signing.errors import TrustUnreadable
from signing.key_errors import SignerRevoked
from signing.pkcs12 import Pkcs12Key
from signing.standing import ahead, ensure_readable, ensure_unrevoked
from signing.testpki import TestPki
from signing.trust import TrustStore

AT = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
Revoking = Callable[..., TrustStore]


@pytest.fixture
def revoking(pki: TestPki, leader: Pkcs12Key, trust: TrustStore) -> Revoking:
    """Return the store with one more list, on which the leader, or *serial*, stands."""

    def store(
        since: datetime, *, issuer: str = "authority", serial: int = 0, forged: bool = False
    ) -> TrustStore:
        pem = (pki.folder / f"{issuer}.key").read_bytes()
        private = ec.generate_private_key(ec.SECP256R1()) if forged else _key(pem)
        certificate = pki.chain if issuer == "authority" else pki.roots
        name = x509.load_pem_x509_certificate(certificate.read_bytes()).subject
        own = x509.load_der_x509_certificate(leader.certificate).serial_number
        entry = (
            x509.RevokedCertificateBuilder(serial or own, since)
            .add_extension(x509.CRLReason(x509.ReasonFlags.key_compromise), critical=False)
            .build()
        )
        made = (
            x509.CertificateRevocationListBuilder(name, AT - SECOND, AT + timedelta(days=30))
            .add_revoked_certificate(entry)
            .sign(private, hashes.SHA256())
        )
        return TrustStore(trust.roots, trust.intermediates, (*trust.crls, made.public_bytes(DER)))

    return store


DER = Encoding.DER


def _key(pem: bytes) -> ec.EllipticCurvePrivateKey:
    return load_pem_private_key(pem, None)  # type: ignore[return-value]


def test_a_certificate_on_no_list_may_sign(leader: Pkcs12Key, trust: TrustStore) -> None:
    ensure_unrevoked(leader, trust, AT)
    ensure_unrevoked(leader, TrustStore(trust.roots), AT)


def test_a_certificate_that_was_revoked_before_signs_nothing(
    leader: Pkcs12Key, revoking: Revoking
) -> None:
    with pytest.raises(SignerRevoked, match=r"Nguyễn Văn An.*keyCompromise") as caught:
        ensure_unrevoked(leader, revoking(AT - SECOND), AT)
    assert caught.value.code == "key.certificate_revoked"


def test_a_revocation_that_begins_later_refuses_only_within_what_clocks_differ(
    leader: Pkcs12Key, revoking: Revoking
) -> None:
    later = revoking(AT + timedelta(minutes=10))
    ensure_unrevoked(leader, later, AT)
    with pytest.raises(SignerRevoked):
        ensure_unrevoked(leader, later, AT + timedelta(minutes=6))


def test_an_issuer_that_was_revoked_refuses_all_that_it_issued(
    leader: Pkcs12Key, pki: TestPki, revoking: Revoking
) -> None:
    (der,) = leader.chain
    serial = x509.load_der_x509_certificate(der).serial_number
    with pytest.raises(SignerRevoked, match="TEST CA G1"):
        ensure_unrevoked(leader, revoking(AT - SECOND, issuer="root", serial=serial), AT)


def test_a_list_that_its_issuer_did_not_sign_says_nothing(
    leader: Pkcs12Key, revoking: Revoking
) -> None:
    ensure_unrevoked(leader, revoking(AT - SECOND, forged=True), AT)


def test_a_list_of_another_issuer_says_nothing(leader: Pkcs12Key, revoking: Revoking) -> None:
    ensure_unrevoked(leader, revoking(AT - SECOND, issuer="root"), AT)


def test_a_clock_that_is_behind_a_list_shows(revoking: Revoking, trust: TrustStore) -> None:
    store = revoking(AT)
    assert ahead(store, AT - timedelta(hours=2)) == timedelta(hours=2) - SECOND
    assert ahead(store, AT) == timedelta()
    assert ahead(TrustStore(trust.roots), AT) == timedelta()


def test_a_list_that_cannot_be_read_is_said_before_anything_is_signed(trust: TrustStore) -> None:
    ensure_readable(trust)
    with pytest.raises(TrustUnreadable):
        ensure_readable(TrustStore(trust.roots, crls=(b"no list",)))
