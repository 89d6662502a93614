"""The test infrastructure is made once and grows."""

import stat
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from signing.testpki import Subject, TestPki, make_pki


def test_every_key_and_passphrase_has_mode_600(pki: TestPki) -> None:
    secret = [p for p in pki.folder.iterdir() if p.suffix in {".p12", ".pass", ".key"}]
    assert len(secret) == 2 * 4 + 2
    assert {stat.S_IMODE(path.stat().st_mode) for path in secret} == {0o600}


def test_a_second_call_changes_nothing_and_adds_who_is_missing(tmp_path: Path) -> None:
    first = Subject("first", "A", "O", algorithm="p256")
    made = make_pki(tmp_path, [first])
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    make_pki(tmp_path, [first, Subject("second", "B", "O", algorithm="p256")])
    after = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert before.items() <= after.items()
    assert after.keys() - before.keys() == {"second.p12", "second.pass"}
    assert made.key("second").chain == made.key("first").chain


def test_openssl_accepts_the_chain_and_its_revocation_lists(pki: TestPki, tmp_path: Path) -> None:
    leaf = tmp_path / "leaf.pem"
    certificate = x509.load_der_x509_certificate(pki.key("leader").certificate)
    leaf.write_bytes(certificate.public_bytes(Encoding.PEM))
    lists = [part for path in pki.crls for part in ("-CRLfile", str(path))]
    command = ["openssl", "verify", "-crl_check_all", "-CAfile", str(pki.roots)]
    done = subprocess.run(
        [*command, "-untrusted", str(pki.chain), *lists, str(leaf)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["../x", "root", "authority", "", "a b"])
def test_a_name_that_is_no_file_stem_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="^" + name.replace(".", r"\.") + "$"):
        make_pki(tmp_path, [Subject(name, "A", "O")])
