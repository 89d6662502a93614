"""Keys on tokens sign like keys in files, whatever happens to their sessions."""

import asyncio
import hashlib
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pkcs11
import pytest
from asn1crypto import cms as asn1
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives.asymmetric import ec
from pyhanko.sign.pkcs11 import PKCS11Signer
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes

from documents.errors import Unavailable
from signing import cms, pades, sessions
from signing.algorithm import Algorithm, Family
from signing.key_errors import (
    DescriptorInvalid,
    KeyMismatched,
    TokenAbsent,
)
from signing.pkcs11 import Pkcs11Key, Place
from signing.seal import seal
from signing.sessions import Token
from signing.testpki import TestPki
from tests.signing.softtoken import MODULE, SoftToken, SoftTokens, start_again, unpacked
from tests.workflows.proof import openssl_verdicts, run, trust_database

DIGEST = hashlib.sha256(b"a document").digest()
RSA = [each for each in Algorithm if each.family is not Family.ECDSA]
CURVES = [each for each in Algorithm if each.family is Family.ECDSA]
PAIRS = [
    *[("leader", each) for each in RSA],
    *[("curve", each) for each in CURVES],
    ("strong", Algorithm.RSA_SHA256),
    ("strong", Algorithm.PSS_SHA384),
    ("wide", Algorithm.ECDSA_SHA384),
]
SEALERS = {"leader": "strong", "strong": "leader", "curve": "wide", "wide": "curve"}


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "RESTART_PAUSE", 0.0)


@pytest.fixture
def curve(spare: SoftToken) -> Pkcs11Key:
    return Pkcs11Key.open(spare.token, Place("curve"))


# what is made


@pytest.mark.parametrize(("name", "algorithm"), PAIRS)
def test_other_programs_accept_what_a_token_signs_and_seals(
    office: SoftToken,
    wider: TestPki,
    reserved: bytes,
    at: datetime,
    tmp_path: Path,
    name: str,
    algorithm: Algorithm,
) -> None:
    key = Pkcs11Key.open(office.token, Place(name), algorithm=algorithm)
    # of one certificate that signed twice, pdfsig trusts the first signature only
    other = Pkcs11Key.open(office.token, Place(SEALERS[name]), algorithm=algorithm)
    signed = pades.sign(reserved, key, None, at=at)
    sealed = seal(signed, other, None, number="7", day="01", month="02", at=at)
    assert openssl_verdicts(sealed, wider.roots, tmp_path) == [True, True]
    path = tmp_path / "sealed.pdf"
    path.write_bytes(sealed)
    said = run("pdfsig", "-nssdir", trust_database(wider.roots, tmp_path), path).stdout
    assert said.count("Signature is Valid") == 2, said
    assert said.count("Certificate is Trusted") == 2, said
    checked = run("mutool", "sign", "-v", path)
    # mutool 1.21 does not know PSS, and says so
    verdict = "Digest error" if algorithm.family is Family.PSS else "is unchanged since signing"
    assert verdict in checked.stdout + checked.stderr


@pytest.mark.parametrize(("name", "algorithm"), PAIRS)
def test_a_token_makes_pyhankos_cms_of_its_own_session(
    office: SoftToken, name: str, algorithm: Algorithm
) -> None:
    key = Pkcs11Key.open(office.token, Place(name), algorithm=algorithm)
    digest = hashlib.new(algorithm.digest, b"a document").digest()
    ours = cms.signed_data(key, digest)

    def theirs(opened: sessions.Opened) -> bytes:
        signer = PKCS11Signer(
            opened.session,
            cert_label=name,
            ca_chain=[asn1_x509.Certificate.load(each) for each in key.chain],
            key_label=name,
            other_certs_to_pull=(),
            prefer_pss=algorithm.family is Family.PSS,
            use_raw_mechanism=algorithm.family is Family.ECDSA,
        )
        signed = signer.async_sign(
            digest,
            algorithm.digest,
            use_pades=True,
            signed_attr_settings=PdfCMSSignedAttributes(),
        )
        return bytes(asyncio.run(signed).dump())

    made = sessions.on(office.token, theirs)
    if algorithm.family is Family.PKCS1:
        assert ours == made
    mine, his = (asn1.ContentInfo.load(each)["content"] for each in (ours, made))
    for part in ("version", "digest_algorithms", "encap_content_info", "certificates"):
        assert mine[part].dump() == his[part].dump(), part
    for part in ("version", "sid", "digest_algorithm", "signed_attrs"):
        assert mine["signer_infos"][0][part].dump() == his["signer_infos"][0][part].dump(), part


def test_a_key_is_the_same_on_a_token_and_in_a_file(office: SoftToken, wider: TestPki) -> None:
    token = Pkcs11Key.open(office.token, Place("leader"))
    file = wider.key("leader")
    assert token.sign(DIGEST) == file.sign(DIGEST)
    for part in ("certificate", "chain", "algorithm", "subject", "not_before", "not_after"):
        assert getattr(token, part) == getattr(file, part), part


def test_a_key_is_found_by_its_id_and_its_certificates_in_files(
    spare: SoftToken, wider: TestPki, tmp_path: Path
) -> None:
    own = wider.key("curve")
    path = tmp_path / "curve.der"
    path.write_bytes(own.certificate)
    place = Place(id=b"curve")
    found = Pkcs11Key.open(spare.token, place, certificates=(path, wider.chain))
    assert (found.certificate, found.chain) == (own.certificate, own.chain)


def test_the_only_key_of_the_only_token_with_a_serial_needs_no_name(
    spare: SoftToken, curve: Pkcs11Key
) -> None:
    serial = sessions.on(spare.token, lambda opened: opened.token.serial.decode())
    named = Token(MODULE, serial=serial, pin_file=spare.pin_file)
    assert Pkcs11Key.open(named, Place()).certificate == curve.certificate


def test_many_threads_share_one_session(office: SoftToken) -> None:
    key = Pkcs11Key.open(office.token, Place("curve"))
    digests = [hashlib.sha256(bytes([each])).digest() for each in range(40)]
    with ThreadPoolExecutor(4) as threads:
        assert len(set(threads.map(key.sign, digests))) == len(digests)


def test_a_pin_shows_nowhere(spare: SoftToken, curve: Pkcs11Key) -> None:
    assert spare.pin not in repr(curve) + repr(spare.token) + repr(sessions._modules)


# away and back


def test_a_document_waits_for_a_token_that_was_pulled_out_and_is_signed_when_it_is_back(
    spare: SoftToken, curve: Pkcs11Key, reserved: bytes, at: datetime
) -> None:
    before = bytes(reserved)
    with spare.pulled_out():
        for _ in range(2):
            with pytest.raises(TokenAbsent, match=r"key\.token_absent") as caught:
                pades.sign(reserved, curve, None, at=at)
        assert isinstance(caught.value, Unavailable)
        with pytest.raises(TokenAbsent):
            Pkcs11Key.open(spare.token, Place("curve"))
    assert reserved == before
    assert pades.sign(reserved, curve, None, at=at).startswith(reserved)


def close_session(token: SoftToken) -> None:
    sessions.on(token.token, lambda opened: opened.session.close())


def close_handle(token: SoftToken) -> None:
    sessions.on(token.token, lambda opened: opened.token.open().close())
    opened = sessions._module(MODULE)._open[token.token]
    session = opened.session
    opened.session = session.token.open()  # another handle; the keys are those of the first
    session.close()


def shut_down(token: SoftToken) -> None:
    pkcs11.lib(str(MODULE)).finalize()


@pytest.mark.parametrize("harm", [close_session, close_handle, start_again, shut_down])
def test_a_session_that_ended_underneath_is_opened_anew(
    spare: SoftToken, curve: Pkcs11Key, harm: Callable[[SoftToken], None]
) -> None:
    harm(spare)
    assert curve.sign(DIGEST)


def test_a_module_is_not_started_again_for_each_document_that_waits(
    spare: SoftToken, office: SoftToken, curve: Pkcs11Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Pkcs11Key.open(office.token, Place("curve"))
    monkeypatch.setattr(sessions, "RESTART_PAUSE", 3600.0)
    with spare.pulled_out():
        monkeypatch.setattr(sessions._module(MODULE), "_restarted", float("-inf"))
        with pytest.raises(TokenAbsent):
            curve.sign(DIGEST)
        other.sign(DIGEST)
        held = sessions._module(MODULE)._open[office.token]
        for _ in range(3):
            with pytest.raises(TokenAbsent):
                curve.sign(DIGEST)
        assert sessions._module(MODULE)._open[office.token] is held
    sessions._module(MODULE)._restarted = float("-inf")
    assert curve.sign(DIGEST)


def test_a_process_that_was_forked_opens_its_own_session(spare: SoftToken) -> None:
    program = f"""
import hashlib, os
from pathlib import Path
from signing.pkcs11 import Pkcs11Key, Place
from signing.sessions import Token
token = Token(Path({str(MODULE)!r}), "spare", pin_file=Path({str(spare.pin_file)!r}))
key = Pkcs11Key.open(token, Place("curve"))
child = os.fork()
key.sign(hashlib.sha256(b"1").digest())
if child:
    os.waitpid(child, 0)
print("signed", flush=True)
os._exit(0)
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        timeout=60,
    )
    assert done.stdout.split() == ["signed", "signed"], done.stderr


def test_another_token_of_the_same_name_signs_nothing(
    tokens: SoftTokens, wider: TestPki, reserved: bytes, at: datetime
) -> None:
    first = tokens.make("twin")
    first.put("curve", *unpacked(wider, "curve"))
    key = Pkcs11Key.open(first.token, Place("curve"))
    with first.pulled_out():
        second = tokens.make("twin")
        second.put("curve", ec.generate_private_key(ec.SECP256R1()), [])
        with pytest.raises(KeyMismatched, match=r"key\.mismatched"):
            pades.sign(reserved, key, None, at=at)
    # both are there now, and nothing says which is meant
    start_again(first)
    with pytest.raises(DescriptorInvalid, match="serial"):
        key.sign(DIGEST)
