"""What may be signed with: the policy's algorithms, and no key below its floor."""

from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from signing import making
from signing.algorithm import Algorithm, Family
from signing.key_errors import AlgorithmRefused, KeyTooWeak
from signing.keys import ensure_valid
from signing.policy import built_in
from tests.signing.test_keys import Holder

NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "X")])


def certificate(private: object, digest: hashes.HashAlgorithm | None = None) -> x509.Certificate:
    """Return a certificate of *private*'s public key, issued by an RSA key with *digest*."""
    public = private.public_key()  # type: ignore[attr-defined]
    return (
        x509.CertificateBuilder(NAME, NAME, public, 1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2040, 1, 1, tzinfo=UTC))
        .sign(ISSUER, digest or hashes.SHA256())
    )


ISSUER = rsa.generate_private_key(65537, 2048)
CURVES = {
    ec.SECP256R1: Algorithm.ECDSA_SHA256,
    ec.SECP384R1: Algorithm.ECDSA_SHA384,
    ec.SECP521R1: Algorithm.ECDSA_SHA512,
}


@pytest.mark.parametrize("curve", CURVES)
def test_a_curve_signs_a_digest_as_long_as_its_order(curve: type[ec.EllipticCurve]) -> None:
    made = certificate(ec.generate_private_key(curve()))
    assert making.algorithm_for(made, "X") is CURVES[curve]
    # what RSA keys usually make is no wish of a curve's
    assert making.algorithm_for(made, "X", None, Algorithm.PSS_SHA512) is CURVES[curve]


def test_an_rsa_key_makes_what_it_is_told_else_what_is_usual_else_the_policys() -> None:
    made = certificate(ISSUER)
    assert making.algorithm_for(made, "X") is Algorithm.RSA_SHA256
    assert making.algorithm_for(made, "X", None, Algorithm.PSS_SHA256) is Algorithm.PSS_SHA256
    wanted = Algorithm.PSS_SHA512
    assert making.algorithm_for(made, "X", wanted, Algorithm.PSS_SHA256) is wanted


@pytest.mark.parametrize(
    "private",
    [
        rsa.generate_private_key(65537, 1024),  # noqa: S505
        ec.generate_private_key(ec.SECP224R1()),
        ec.generate_private_key(ec.SECP256K1()),
        ed25519.Ed25519PrivateKey.generate(),
    ],
    ids=["rsa1024", "p224", "k256", "ed25519"],
)
def test_a_key_below_the_floor_or_unknown_is_refused(private: object) -> None:
    made = certificate(private)
    with pytest.raises(KeyTooWeak, match=r"key\.too_weak"):
        making.algorithm_for(made, "X")
    with pytest.raises(KeyTooWeak):
        ensure_valid(Holder(made.public_bytes(Encoding.DER)), datetime(2026, 1, 1, tzinfo=UTC))


def test_a_certificate_issued_with_an_old_digest_signs_nothing() -> None:
    old = x509.load_der_x509_certificate(_issued_with_sha1())
    with pytest.raises(KeyTooWeak, match="sha1"):
        making.ensure_strong(old, "X")


def _issued_with_sha1() -> bytes:
    """Return a certificate that says it was issued with SHA-1: no library makes one any more."""
    der = certificate(ISSUER).public_bytes(Encoding.DER)
    sha256, sha1 = (bytes.fromhex(f"2a864886f70d0101{each}") for each in ("0b", "05"))
    assert der.count(sha256) == 2
    return der.replace(sha256, sha1)


def test_an_rsa_key_cannot_be_asked_for_ecdsa() -> None:
    with pytest.raises(AlgorithmRefused, match=r"algorithm\.refused"):
        making.algorithm_for(certificate(ISSUER), "X", Algorithm.ECDSA_SHA256)


def test_what_the_policy_does_not_name_is_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    some = making.Making(frozenset({Algorithm.PSS_SHA256}), making.rules().usual)
    monkeypatch.setattr(making, "rules", lambda: some)
    with pytest.raises(AlgorithmRefused, match="policy"):
        making.algorithm_for(certificate(ISSUER), "X")


def test_nothing_is_made_that_would_not_be_accepted() -> None:
    assert making.rules().algorithms == set(Algorithm)
    for algorithm in making.rules().algorithms:
        rule = built_in().signature(making._SCHEMES[algorithm.family])
        assert rule is not None
        assert rule.least_bits >= (256 if algorithm.family is Family.ECDSA else 2048)
        assert built_in().digest(algorithm.digest) is not None
