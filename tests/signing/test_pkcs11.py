"""Keys on tokens sign like keys in files; whatever is wrong with a token is said, once."""

import asyncio
import hashlib
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pkcs11
import pytest
from asn1crypto import cms as asn1
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from pkcs11 import TokenFlag
from pyhanko.sign.pkcs11 import PKCS11Signer
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes

from documents.errors import OfficeError, Refused, Unavailable
from signing import cms, pades, pin, sessions
from signing.algorithm import Algorithm, Family
from signing.errors import CertificateRefused, KeyUnavailable
from signing.key_errors import (
    AlgorithmRefused,
    CertificateMissing,
    DescriptorInvalid,
    KeyMismatched,
    KeyMissing,
    KeyTooWeak,
    ModuleMissing,
    PinLastTry,
    PinRefused,
    TokenAbsent,
    TokenFailing,
    TokenLocked,
)
from signing.pkcs11 import Pkcs11Key, Place
from signing.seal import seal
from signing.sessions import Token
from signing.testpki import PrivateKey, Subject, TestPki, make_pki
from tests.signing.softtoken import MODULE, SoftToken, SoftTokens, unpacked, write_pin
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
STRONGER = (
    Subject("strong", "Phạm Văn Ba", "UBND tỉnh Sơn Hải", algorithm="rsa3072"),
    Subject("wide", "Võ Thị Tư", "UBND tỉnh Sơn Hải", algorithm="p384"),
)


@pytest.fixture(scope="session")
def wider(pki: TestPki, tmp_path_factory: pytest.TempPathFactory) -> TestPki:
    """The infrastructure of these tests, with stronger keys beside its own."""
    folder = tmp_path_factory.mktemp("wider") / "pki"
    shutil.copytree(pki.folder, folder)
    return make_pki(folder, STRONGER)


@pytest.fixture(scope="session")
def office(tokens: SoftTokens, wider: TestPki) -> SoftToken:
    """A token with everybody's keys."""
    made = tokens.make("office")
    for name in ("leader", "curve", "strong", "wide", "expired"):
        made.put(name, *unpacked(wider, name))
    return made


@pytest.fixture(scope="session")
def spare(tokens: SoftTokens, wider: TestPki) -> SoftToken:
    """A token with one key, to do harm to."""
    made = tokens.make("spare")
    made.put("curve", *unpacked(wider, "curve"))
    return made


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


def start_again(token: SoftToken) -> None:
    pkcs11.lib(str(MODULE)).reinitialize()


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


# PINs


@pytest.fixture
def guarded(tokens: SoftTokens, wider: TestPki, request: pytest.FixtureRequest) -> SoftToken:
    """A token of the test's own."""
    made = tokens.make(f"guarded {abs(hash(request.node.name)) % 10**6}")
    made.put("curve", *unpacked(wider, "curve"))
    return made


def test_a_wrong_pin_is_tried_once_by_all_processes_until_its_file_changes(
    guarded: SoftToken,
) -> None:
    write_pin(guarded.pin_file, "wrong-pin")
    with pytest.raises(PinRefused, match="fewer tries are left") as caught:
        Pkcs11Key.open(guarded.token, Place("curve"))
    assert isinstance(caught.value, Refused)
    assert "wrong-pin" not in str(caught.value)
    # were it tried again now, it would be right
    session = (
        pkcs11.lib(str(MODULE))
        .get_token(token_label=guarded.label)
        .open(rw=True, user_pin=guarded.pin)
    )
    session.set_pin(guarded.pin, "wrong-pin")
    session.close()
    with pytest.raises(PinRefused, match="as it was then"):
        Pkcs11Key.open(guarded.token, Place("curve"))
    program = f"""
from pathlib import Path
from signing.pkcs11 import Pkcs11Key, Place
from signing.sessions import Token
token = Token(Path({str(MODULE)!r}), {guarded.label!r}, pin_file=Path({str(guarded.pin_file)!r}))
Pkcs11Key.open(token, Place("curve"))
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        timeout=60,
    )
    assert "key.pin_refused" in done.stderr
    assert "wrong-pin" not in done.stderr
    write_pin(guarded.pin_file, "wrong-pin")
    assert Pkcs11Key.open(guarded.token, Place("curve")).sign(DIGEST)


@pytest.mark.parametrize(
    ("flag", "refusal"),
    [(TokenFlag.USER_PIN_LOCKED, TokenLocked), (TokenFlag.USER_PIN_FINAL_TRY, PinLastTry)],
)
def test_a_token_that_is_locked_or_nearly_is_left_alone(
    guarded: SoftToken, flag: TokenFlag, refusal: type[OfficeError]
) -> None:
    guarded.set_flags(flag)
    with pytest.raises(refusal) as caught:
        Pkcs11Key.open(guarded.token, Place("curve"))
    assert isinstance(caught.value, Refused)


def test_a_token_that_locks_while_it_is_opened_is_refused_and_remembered(
    guarded: SoftToken,
) -> None:
    class Locking:
        """Answers as tokens do that count: SoftHSM does not."""

        label, serial, flags = guarded.label, b"1", TokenFlag.USER_PIN_INITIALIZED
        asked = 0

        def open(self, user_pin: str) -> None:
            self.asked += 1
            raise pkcs11.PinLocked

    found = Locking()
    with pytest.raises(TokenLocked, match=r"key\.token_locked"):
        pin.logged_in(found, guarded.pin_file, guarded.label)
    with pytest.raises(PinRefused):
        pin.logged_in(found, guarded.pin_file, guarded.label)
    assert found.asked == 1


@pytest.mark.parametrize(
    ("content", "mode", "why"),
    [
        (b"1234", 0o640, "600"),
        (b"", 0o600, "PIN"),
        (b"\xff\xfe", 0o600, "PIN"),
        (b"12\x0034", 0o600, "PIN"),
        (b"1" * 300, 0o600, "PIN"),
        (None, 0, "No such file"),
    ],
)
def test_a_pin_file_that_is_no_good_reaches_no_token(
    spare: SoftToken, tmp_path: Path, content: bytes | None, mode: int, why: str
) -> None:
    path = tmp_path / "pin"
    if content is not None:
        path.write_bytes(content)
        path.chmod(mode)
    start_again(spare)
    with pytest.raises(KeyUnavailable, match=why):
        Pkcs11Key.open(replace(spare.token, pin_file=path), Place("curve"))


def test_a_key_that_wants_the_pin_each_time_gets_it_from_its_file(
    guarded: SoftToken, wider: TestPki
) -> None:
    guarded.put("careful", *unpacked(wider, "wide"), each_time=True)
    key = Pkcs11Key.open(guarded.token, Place("careful"), algorithm=Algorithm.ECDSA_SHA256)
    assert key.sign(DIGEST) != key.sign(DIGEST)
    write_pin(guarded.pin_file, "wrong-pin")
    for why in ("wrong PIN", "as it was then"):
        with pytest.raises(PinRefused, match=why):
            key.sign(DIGEST)
    write_pin(guarded.pin_file, guarded.pin)
    assert key.sign(DIGEST)


def test_a_token_that_wants_a_pin_is_not_opened_without(spare: SoftToken) -> None:
    start_again(spare)
    with pytest.raises(DescriptorInvalid, match="pin_file"):
        Pkcs11Key.open(replace(spare.token, pin_file=None), Place("curve"))


# what is missing or does not fit


@pytest.mark.parametrize("module", ["/nowhere/lib.so", "lib.so", "/etc/passwd"])
def test_a_module_that_is_missing_or_none_is_refused(spare: SoftToken, module: str) -> None:
    with pytest.raises(ModuleMissing, match=r"key\.module_missing"):
        Pkcs11Key.open(replace(spare.token, module=Path(module)), Place("curve"))


def test_a_library_that_speaks_no_pkcs11_is_refused(spare: SoftToken) -> None:
    (library,) = {
        line.split()[-1]
        for line in Path("/proc/self/maps").read_text().splitlines()
        if re.search(r"/libc\.so\.6$", line)
    }
    with pytest.raises(ModuleMissing):
        Pkcs11Key.open(replace(spare.token, module=Path(library)), Place("curve"))


def test_a_key_that_is_missing_is_refused(spare: SoftToken) -> None:
    with pytest.raises(KeyMissing, match=r"nobody \(0\)"):
        Pkcs11Key.open(spare.token, Place("nobody"))


def test_a_key_is_not_guessed_among_several(office: SoftToken) -> None:
    with pytest.raises(KeyMissing, match=r"\(5\)"):
        Pkcs11Key.open(office.token, Place())


def test_a_certificate_that_is_missing_is_refused(guarded: SoftToken, tmp_path: Path) -> None:
    guarded.put("bare", ec.generate_private_key(ec.SECP256R1()), [])
    with pytest.raises(CertificateMissing, match="bare"):
        Pkcs11Key.open(guarded.token, Place("bare"))
    for content in (None, b"nothing", b"-----BEGIN CERTIFICATE-----\nx\n"):
        path = tmp_path / "c.pem"
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(CertificateMissing, match=r"c\.pem"):
            Pkcs11Key.open(guarded.token, Place("bare"), certificates=(path,))


def test_a_certificate_of_another_key_is_refused(guarded: SoftToken, wider: TestPki) -> None:
    _, certificates = unpacked(wider, "curve")
    guarded.put("other", ec.generate_private_key(ec.SECP256R1()), certificates)
    with pytest.raises(KeyMismatched):
        Pkcs11Key.open(guarded.token, Place("other"))


def test_a_renewed_certificate_goes_before_the_old_one(guarded: SoftToken) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    old, new = self_signed(private, 2020), self_signed(private, 2026)
    guarded.put("renewed", private, [new])
    guarded.put("renewed", None, [old])
    found = Pkcs11Key.open(guarded.token, Place("renewed"))
    assert found.not_before.year == 2026


def test_a_weak_key_is_refused(guarded: SoftToken) -> None:
    private = rsa.generate_private_key(65537, 1024)  # noqa: S505
    guarded.put("weak", private, [self_signed(private, 2020)])
    with pytest.raises(KeyTooWeak, match="1024"):
        Pkcs11Key.open(guarded.token, Place("weak"))


def test_an_algorithm_that_the_key_cannot_make_is_refused(spare: SoftToken) -> None:
    with pytest.raises(AlgorithmRefused, match=r"algorithm\.refused"):
        Pkcs11Key.open(spare.token, Place("curve"), algorithm=Algorithm.PSS_SHA256)


def test_an_expired_certificate_signs_nothing(
    office: SoftToken, reserved: bytes, at: datetime
) -> None:
    key = Pkcs11Key.open(office.token, Place("expired"))
    with pytest.raises(CertificateRefused, match="expired"):
        pades.sign(reserved, key, None, at=at)


def test_a_token_that_goes_on_failing_is_tried_again_later(
    spare: SoftToken, curve: Pkcs11Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []

    def failing(opened: sessions.Opened) -> bytes:
        tries.append(opened)
        raise pkcs11.DeviceError

    with pytest.raises(TokenFailing, match="DeviceError") as caught:
        sessions.on(spare.token, failing)
    assert isinstance(caught.value, Unavailable)
    assert len(tries) == len({id(each.session) for each in tries}) == 3
    assert curve.sign(DIGEST)


def self_signed(private: PrivateKey, year: int) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "X")])
    return (
        x509.CertificateBuilder(name, name, private.public_key(), year)
        .not_valid_before(datetime(year, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2040, 1, 1, tzinfo=UTC))
        .sign(private, hashes.SHA256())
    )
