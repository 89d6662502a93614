"""A bench that signs with keys on tokens: what is wrong is said, and no document changes."""

import errno
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from documents.blobs import BlobsUnavailable
from documents.document import Agency
from documents.errors import OfficeError, Refused, Unavailable
from signing import sessions
from signing.algorithm import Algorithm
from signing.errors import CertificateRefused, KeyUnavailable
from signing.key_errors import KeyElsewhere, PinRefused, SignerRevoked, TokenAbsent
from signing.testpki import TestPki
from signing.trust import TrustStore
from signing.validation import verify
from tests.signing.softtoken import MODULE, SoftToken, SoftTokens, unpacked, write_pin
from workflows.entitlement import SealWarrant
from workflows.equipment import _ensure_usable
from workflows.jobs import Bench
from workflows.pressing import Seal, Stored
from workflows.settings import Settings, SettingsInvalid

UBND = Agency("H99", "UBND tỉnh Sơn Hải", "UBND", "Sơn Hải")


@pytest.fixture(scope="module")
def token(tokens: SoftTokens, pki: TestPki) -> SoftToken:
    made = tokens.make("desk")
    made.put("seal", *unpacked(pki, "seal"))
    return made


@pytest.fixture
def bench(tmp_path: Path, pki: TestPki, token: SoftToken) -> Bench:
    """An installation whose seal is on a token."""
    keys = tmp_path / "keys"
    keys.mkdir()
    descriptor = keys / "seal.toml"
    descriptor.write_text(
        f'kind = "pkcs11"\nmodule = "{MODULE}"\ntoken = "desk"\nkey = "seal"\n'
        f'pin_file = "{token.pin_file}"\n'
    )
    descriptor.chmod(0o600)
    return Bench(
        Settings.of(
            tmp_path,
            {"name": "desk", "trust_roots": str(pki.roots), "crls": [str(p) for p in pki.crls]},
        )
    )


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "RESTART_PAUSE", 0.0)


@pytest.fixture
def job(bench: Bench, signed: bytes, at: datetime) -> Seal:
    return Seal(
        sha256=bench.blobs.put(signed),
        key="seal",
        name=UBND.name,
        number="15",
        day="22",
        month="11",
        at=at,
        warrant=SealWarrant(UBND, ()),
    )


def content(bench: Bench) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in bench.blobs.folder.glob("*/*")}


def test_a_document_is_sealed_on_a_token(
    bench: Bench, job: Seal, trust: TrustStore, at: datetime
) -> None:
    done = bench.do(job)
    assert isinstance(done, Stored)
    report = verify(bench.blobs.get(done.sha256), trust, at=at)
    assert [each.indication.value for each in report.signatures] == ["TOTAL-PASSED"] * 2


def test_a_token_that_is_away_makes_the_document_wait_until_it_is_back(
    bench: Bench, job: Seal, token: SoftToken
) -> None:
    before = content(bench)
    for opened in (False, True):
        if opened:
            bench.key("seal")
        with token.pulled_out(), pytest.raises(TokenAbsent) as caught:
            bench.do(job)
        assert isinstance(caught.value, Unavailable)
        assert content(bench) == before
    assert isinstance(bench.do(job), Stored)


def test_a_wrong_pin_holds_the_document_for_a_person(
    bench: Bench, job: Seal, token: SoftToken
) -> None:
    before = content(bench)
    sessions._module(MODULE)._open.clear()
    sessions._module(MODULE)._restart()
    write_pin(token.pin_file, "wrong")
    for _ in range(3):
        with pytest.raises(PinRefused) as caught:
            bench.do(replace(job))
        assert isinstance(caught.value, Refused)
    assert content(bench) == before
    write_pin(token.pin_file, token.pin)
    assert isinstance(bench.do(job), Stored)


def test_a_revoked_seal_is_not_used(
    bench: Bench, job: Seal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def revoked(*_: object) -> None:
        raise SignerRevoked("X", "…")

    before = content(bench)
    monkeypatch.setattr("workflows.tools.standing.ensure_unrevoked", revoked)
    with pytest.raises(SignerRevoked):
        bench.do(job)
    assert content(bench) == before


def full(*_: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("where", ["os.fsync", "os.rename"])
def test_a_full_disk_makes_the_document_wait_and_leaves_nothing_half_written(
    bench: Bench, job: Seal, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    before = content(bench)
    with monkeypatch.context() as patched:
        patched.setattr(f"documents.blobs.{where}", full)
        with pytest.raises(BlobsUnavailable, match="No space left") as caught:
            bench.do(job)
    assert isinstance(caught.value, Unavailable)
    assert content(bench) == before
    assert isinstance(bench.do(job), Stored)


def without_descriptor(bench: Bench) -> None:
    (bench.settings.home / "keys" / "seal.toml").unlink()


def with_elsewhere(bench: Bench) -> None:
    (bench.settings.home / "keys" / "seal.toml").write_text('kind = "vgca"\n')


def with_no_module(bench: Bench) -> None:
    path = bench.settings.home / "keys" / "seal.toml"
    path.write_text(path.read_text().replace(str(MODULE), "/nowhere.so"))


def with_no_certificate(bench: Bench) -> None:
    path = bench.settings.home / "keys" / "seal.toml"
    path.write_text(path.read_text() + 'certificate = "none.pem"\n')


@pytest.mark.parametrize(
    ("harm", "code"),
    [
        (without_descriptor, "key.unavailable"),
        (with_elsewhere, "key.elsewhere"),
        (with_no_module, "key.module_missing"),
        (with_no_certificate, "key.certificate_missing"),
    ],
)
def test_whatever_a_person_has_to_mend_is_refused_with_its_code(
    bench: Bench, job: Seal, harm: Callable[[Bench], None], code: str
) -> None:
    before = content(bench)
    harm(bench)
    with pytest.raises(OfficeError) as caught:
        bench.do(job)
    assert isinstance(caught.value, Refused)
    assert caught.value.code == code
    assert caught.value.as_dict()["remedy"]
    assert content(bench) == before


def test_what_a_key_lacks_is_said_at_the_start(
    bench: Bench, token: SoftToken, at: datetime
) -> None:
    with token.pulled_out(), pytest.raises(TokenAbsent):
        _ensure_usable(bench, "seal", None, at)
    _ensure_usable(bench, "seal", None, at)
    with pytest.raises(CertificateRefused, match="expired"):
        _ensure_usable(bench, "seal", None, datetime(2041, 1, 1, tzinfo=UTC))
    for kind, refusal in (("manual", KeyUnavailable), ("abacus", KeyElsewhere)):
        path = bench.settings.home / "keys" / f"{kind}.toml"
        path.touch(mode=0o600)
        path.write_text(f'kind = "{kind}"\n')
        with pytest.raises(refusal):
            _ensure_usable(bench, kind, None, at)


def test_the_settings_choose_what_rsa_keys_make(bench: Bench) -> None:
    assert bench.key("seal").algorithm is Algorithm.RSA_SHA256
    other = bench.settings.model_copy(update={"rsa_algorithm": Algorithm.PSS_SHA256})
    assert Bench(other).key("seal").algorithm is Algorithm.PSS_SHA256
    with pytest.raises(SettingsInvalid, match="rsa_algorithm"):
        Settings.of(bench.settings.home, {"name": "desk", "rsa_algorithm": "sha256_ecdsa"})
