"""What lies in the key folder says what kind of key it is, and is taken at its word only."""

import os
from pathlib import Path

import pytest

from documents.errors import OfficeError
from signing.algorithm import Algorithm
from signing.errors import KeyUnavailable
from signing.key_errors import AlgorithmRefused, DescriptorInvalid, KeyElsewhere, ModuleMissing
from signing.keyring import changed, described, open_key
from signing.pkcs11 import Pkcs11Key
from signing.pkcs12 import Pkcs12Key
from signing.testpki import TestPki
from tests.signing.softtoken import MODULE, SoftTokens, unpacked


@pytest.fixture
def folder(tmp_path: Path, pki: TestPki) -> Path:
    """A key folder with the leader's PKCS#12 file."""
    for suffix in ("p12", "pass"):
        copy = tmp_path / f"leader.{suffix}"
        copy.touch(mode=0o600)
        copy.write_bytes((pki.folder / f"leader.{suffix}").read_bytes())
    return tmp_path


def describe(folder: Path, stem: str, text: str) -> None:
    path = folder / f"{stem}.toml"
    path.write_text(text)
    path.chmod(0o600)


def test_a_pkcs12_file_needs_no_descriptor(folder: Path) -> None:
    key = open_key(folder, "leader")
    assert isinstance(key, Pkcs12Key)
    assert key.algorithm is Algorithm.RSA_SHA256
    assert open_key(folder, "leader", Algorithm.PSS_SHA256).algorithm is Algorithm.PSS_SHA256


def test_a_descriptor_of_a_pkcs12_file_names_file_and_algorithm(folder: Path) -> None:
    describe(
        folder,
        "chair",
        'kind = "pkcs12"\nfile = "leader.p12"\npass_file = "leader.pass"\n'
        'algorithm = "sha384_pss"\n',
    )
    assert open_key(folder, "chair", Algorithm.RSA_SHA512).algorithm is Algorithm.PSS_SHA384


def test_a_descriptor_finds_a_key_on_a_token(
    folder: Path, tokens: SoftTokens, pki: TestPki
) -> None:
    token = tokens.make("described")
    token.put("curve", *unpacked(pki, "curve"), identifier=b"\x07\xff")
    describe(
        folder,
        "seal",
        f'kind = "pkcs11"\nmodule = "{MODULE}"\ntoken = "described"\n'
        f'pin_file = "{token.pin_file}"\nkey_id = "07ff"\nalgorithm = "sha512_ecdsa"\n',
    )
    key = open_key(folder, "seal", Algorithm.PSS_SHA256)
    assert isinstance(key, Pkcs11Key)
    assert key.algorithm is Algorithm.ECDSA_SHA512
    assert key.certificate == pki.key("curve").certificate


@pytest.mark.parametrize("kind", ["remote", "manual", "vgca", "abacus"])
def test_a_key_that_is_elsewhere_cannot_be_opened(folder: Path, kind: str) -> None:
    describe(folder, "chair", f'kind = "{kind}"\nservice = "x"\n')
    key = described(folder, "chair")
    assert not key.here
    assert key.text("service") == "x"
    with pytest.raises(KeyElsewhere, match=kind):
        open_key(folder, "chair")


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("", DescriptorInvalid),
        ("kind =", DescriptorInvalid),
        ("kind = 7", DescriptorInvalid),
        ('kind = "pkcs12"\npin = "1234"', DescriptorInvalid),
        ('kind = "pkcs12"\nfile = ["x"]', DescriptorInvalid),
        ('kind = "pkcs12"\nalgorithm = "sha1_rsa"', DescriptorInvalid),
        ('kind = "pkcs12"\nfile = "leader.p12"', KeyUnavailable),
        ('kind = "pkcs12"\nfile = "../../etc/passwd"\npass_file = "leader.pass"', KeyUnavailable),
        ('kind = "pkcs11"', DescriptorInvalid),
        ('kind = "pkcs11"\nmodule = "/x"\nkey_id = "zz"', DescriptorInvalid),
        ('kind = "pkcs11"\nmodule = "softhsm2.so"', ModuleMissing),
    ],
)
def test_a_descriptor_that_is_wrong_is_refused(
    folder: Path, text: str, refusal: type[OfficeError]
) -> None:
    describe(folder, "chair", text)
    with pytest.raises(refusal) as caught:
        open_key(folder, "chair")
    assert "1234" not in str(caught.value)


def test_a_file_that_is_no_text_is_refused(folder: Path) -> None:
    describe(folder, "chair", "")
    (folder / "chair.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DescriptorInvalid):
        described(folder, "chair")


def test_a_descriptor_that_others_may_write_loads_nothing(folder: Path) -> None:
    describe(folder, "chair", f'kind = "pkcs11"\nmodule = "{MODULE}"\n')
    (folder / "chair.toml").chmod(0o620)
    with pytest.raises(DescriptorInvalid, match="600"):
        open_key(folder, "chair")


def test_an_algorithm_of_another_kind_of_key_is_refused(folder: Path) -> None:
    describe(
        folder,
        "chair",
        'kind = "pkcs12"\nfile = "leader.p12"\npass_file = "leader.pass"\n'
        'algorithm = "sha256_ecdsa"\n',
    )
    with pytest.raises(AlgorithmRefused):
        open_key(folder, "chair")


def test_a_key_without_files_is_refused_by_its_name(folder: Path) -> None:
    with pytest.raises(KeyUnavailable, match="nobody"):
        open_key(folder, "nobody")


def test_a_change_of_any_of_its_files_shows(folder: Path) -> None:
    describe(folder, "chair", 'kind = "vgca"\ncertificate = "chair.pem"\n')
    seen = {changed(folder, "chair")}
    for step, name in enumerate(("chair.pem", "chair.toml", "chair.pem"), start=1):
        path = folder / name
        path.touch(mode=0o600)
        os.utime(path, ns=(step * 10**9, step * 10**9))
        seen.add(changed(folder, "chair"))
    assert len(seen) == 4
    assert changed(folder, "leader") == changed(folder, "leader")
