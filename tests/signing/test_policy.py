"""The rules of verification are data: what they refuse is refused, and reports name them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import algos, keys
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from signing.errors import PolicyUnreadable
from signing.policy import BUILT_IN, Policy, Revocation, built_in
from signing.report import Indication
from signing.strength import Strength
from signing.testpki import TestPki
from signing.trust import TrustStore
from signing.validation import verify

V15 = 'names = ["rsassa_pkcs1v15"]'


def changed(folder: Path, *pairs: tuple[str, str]) -> Policy:
    """Return the built-in policy with text replaced."""
    text = BUILT_IN.read_text("utf-8")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    path = folder / "policy.toml"
    path.write_text(text, "utf-8")
    return Policy.load(path)


def public(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> keys.PublicKeyInfo:
    der = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return keys.PublicKeyInfo.load(der)


@pytest.fixture(scope="module")
def small() -> keys.PublicKeyInfo:
    return public(rsa.generate_private_key(65537, 1024))  # noqa: S505


@pytest.mark.parametrize(
    ("algorithm", "accepted"),
    [
        ("sha256_rsa", True),
        ("sha512_rsa", True),
        ("sha1_rsa", False),
        ("md5_rsa", False),
        ("sha224_rsa", False),
        ("sha256_ecdsa", True),
        ("sha1_ecdsa", False),
        ("sha256_dsa", False),
        ("ed25519", False),
    ],
)
def test_only_what_is_named_is_accepted(algorithm: str, accepted: bool) -> None:
    named = algos.SignedDigestAlgorithm({"algorithm": algorithm})
    now = datetime(2026, 11, 22, tzinfo=UTC)
    judged = Strength(built_in()).signature_algorithm_allowed(named, now, None)
    assert judged.allowed is accepted
    assert judged.not_allowed_after is None  # for good: CRYPTO_CONSTRAINTS_FAILURE


def test_keys_below_the_floor_are_refused(small: keys.PublicKeyInfo) -> None:
    rules, now = Strength(built_in()), datetime(2026, 11, 22, tzinfo=UTC)
    named = algos.SignedDigestAlgorithm({"algorithm": "sha256_rsa"})
    assert not rules.signature_algorithm_allowed(named, now, small).allowed
    curve = algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"})
    short, long = (public(ec.generate_private_key(c())) for c in (ec.SECP192R1, ec.SECP256R1))
    assert not rules.signature_algorithm_allowed(curve, now, short).allowed
    assert rules.signature_algorithm_allowed(curve, now, long).allowed


def test_every_value_names_its_source() -> None:
    assert all(rule.source for rule in (*built_in().digests, *built_in().signatures))


def test_a_stricter_policy_refuses_and_the_report_names_it(
    sealed: bytes, trust: TrustStore, at: datetime, tmp_path: Path
) -> None:
    strict = changed(
        tmp_path,
        ('version = "2026-11"', 'version = "2030-01"'),
        (
            'names = ["rsassa_pkcs1v15"]\nleast_bits = 2048',
            'names = ["rsassa_pkcs1v15"]\nleast_bits = 3072',
        ),
    )
    report = verify(sealed, trust, at=at, policy=strict)
    assert {s.sub_indication for s in report.signatures} == {"CRYPTO_CONSTRAINTS_FAILURE"}
    assert report.verdict is Indication.INDETERMINATE
    assert (report.policy_id, report.policy_version) == ("congvan-vn", "2030-01")
    assert report.policy_sha256 == strict.sha256 != built_in().sha256
    assert report.as_dict()["trust_version"] == trust.version
    assert Policy.read(strict.source, "stored") == strict


def test_an_algorithm_that_has_ended_needs_proof_of_age(
    sealed: bytes, trust: TrustStore, at: datetime, tmp_path: Path
) -> None:
    line = V15
    ended = (at - timedelta(days=1)).isoformat()
    policy = changed(tmp_path, (line, f"{line}\nuntil = {ended}"))
    report = verify(sealed, trust, at=at, policy=policy)
    assert report.signatures[0].sub_indication == "CRYPTO_CONSTRAINTS_FAILURE_NO_POE"
    policy = changed(tmp_path, (line, f"{line}\nuntil = {(at + timedelta(days=1)).isoformat()}"))
    assert verify(sealed, trust, at=at, policy=policy).verdict is Indication.TOTAL_PASSED


def test_the_policy_decides_whether_revocation_must_be_known(
    sealed: bytes, pki: TestPki, trust: TrustStore, at: datetime, tmp_path: Path
) -> None:
    without = TrustStore.load(pki.roots)
    line = 'revocation = "when-listed"'
    required = changed(tmp_path, (line, 'revocation = "required"'))
    assert required.revocation is Revocation.REQUIRED
    report = verify(sealed, without, at=at, policy=required)
    assert {s.sub_indication for s in report.signatures} == {"TRY_LATER"}
    assert verify(sealed, trust, at=at, policy=required).verdict is Indication.TOTAL_PASSED


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("least_bits = 256", 'least_bits = "many"'),
        ("most_signatures = 64", "most_signatures = 0"),
        ('revocation = "when-listed"', 'revocation = "sometimes"'),
        ("valid_from = 2025-09-05T00:00:00Z", "valid_from = 2025-09-05T00:00:00"),
        ("[limits]", "[limit]"),
        ('id = "congvan-vn"', "id ="),
    ],
)
def test_a_wrong_policy_is_refused(old: str, new: str, tmp_path: Path) -> None:
    with pytest.raises(PolicyUnreadable):
        changed(tmp_path, (old, new))


def test_a_missing_policy_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PolicyUnreadable):
        Policy.load(tmp_path / "none.toml")
