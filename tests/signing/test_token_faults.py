"""Whatever is wrong with a token, its PIN or its keys is said clearly, and once."""

import hashlib
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pkcs11
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from pkcs11 import TokenFlag

from documents.errors import OfficeError, Refused, Unavailable
from signing import pades, pin, sessions
from signing.algorithm import Algorithm
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
    TokenFailing,
    TokenLocked,
)
from signing.pkcs11 import Pkcs11Key, Place
from signing.testpki import PrivateKey, TestPki
from tests.signing.softtoken import MODULE, SoftToken, SoftTokens, start_again, unpacked, write_pin

DIGEST = hashlib.sha256(b"a document").digest()


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "RESTART_PAUSE", 0.0)


@pytest.fixture
def curve(spare: SoftToken) -> Pkcs11Key:
    return Pkcs11Key.open(spare.token, Place("curve"))


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
