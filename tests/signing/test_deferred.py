"""A signature whose value comes later is the same signature, and no other value is taken."""

import hashlib
import json
import pickle
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signing.algorithm import Algorithm
from signing.appearance import Stamp
from signing.deferred import Certified, Pending, complete, prepare_leader, prepare_seal
from signing.errors import (
    CertificateRefused,
    KeyUnavailable,
    PdfAlreadySigned,
    PendingDamaged,
    SignatureTooLong,
    ValueForeign,
)
from signing.key_errors import AlgorithmRefused
from signing.pades import Statement
from signing.pkcs12 import Pkcs12Key
from signing.testpki import TestPki
from signing.trust import TrustStore
from signing.validation import verify
from tests.workflows.phones import pem_of
from tests.workflows.proof import openssl_verdicts, run

RSA = ("sha256_rsa", "sha384_pss", "sha512_rsa", "sha256_pss")
EC = ("sha256_ecdsa", "sha512_ecdsa")


def key_of(pki: TestPki, algorithm: str) -> Pkcs12Key:
    name = "curve" if algorithm in EC else "leader"
    return Pkcs12Key.load(pki.key_file(name), pki.passphrase(name), Algorithm(algorithm))


def frozen(reserved: bytes, key: Pkcs12Key, at: datetime, **given: Any) -> Pending:
    return prepare_leader(
        reserved, Certified.of(key), None, Statement(at, "Nguyễn Văn An"), **given
    )


@pytest.fixture(scope="module")
def pending(reserved: bytes, pki: TestPki, at: datetime) -> Pending:
    return frozen(reserved, pki.key("curve"), at)


@pytest.fixture(scope="module")
def value(pending: Pending, pki: TestPki) -> bytes:
    return pki.key("curve").sign(pending.to_sign)


@pytest.mark.parametrize("algorithm", [*RSA, *EC])
def test_leader_and_seal_hold_for_every_judge(
    algorithm: str,
    reserved: bytes,
    pki: TestPki,
    trust: TrustStore,
    at: datetime,
    red: Stamp,
    tmp_path: Path,
) -> None:
    key = key_of(pki, algorithm)
    first = frozen(reserved, key, at)
    assert len(first.to_sign) == hashlib.new(key.algorithm.digest).digest_size
    again = Pending.read(first.written(), first.pdf)  # days later, in another process
    assert again == first
    signed = complete(again, key.sign(again.to_sign))
    second = prepare_seal(
        signed, Certified.of(key), red, Statement(at), number="7", day="01", month="02"
    )
    sealed = complete(second, key.sign(second.to_sign))
    assert sealed.startswith(signed)
    assert signed.startswith(reserved)
    report = verify(sealed, trust, at=at)
    assert report.verdict.value == "TOTAL-PASSED", report.reason
    assert openssl_verdicts(sealed, pki.roots, tmp_path) == [True, True]
    (tmp_path / "sealed.pdf").write_bytes(sealed)
    said = run("pdfsig", "-nocert", tmp_path / "sealed.pdf").stdout
    assert said.count("Signature is Valid") == 2, said


def test_a_value_that_is_not_this_signature_is_refused(
    pending: Pending, value: bytes, pki: TestPki, reserved: bytes, at: datetime
) -> None:
    curve, leader = pki.key("curve"), pki.key("leader")
    other = frozen(reserved, curve, at.replace(minute=59))
    wrong = [
        b"",
        b"\x30\x00",
        bytes(len(value)),
        value + b"\x00",
        value[:-1] + bytes([value[-1] ^ 1]),
        leader.sign(pending.to_sign),
        curve.sign(other.to_sign),
        curve.sign(pending.prepared.digest),
        bytes(5000),
    ]
    for each in wrong:
        with pytest.raises(ValueForeign, match="Trần Thị Bình"):
            complete(pending, each)
    assert complete(pending, value)


def test_a_value_of_another_padding_or_salt_is_refused(
    reserved: bytes, pki: TestPki, at: datetime
) -> None:
    plain, salted = key_of(pki, "sha256_rsa"), key_of(pki, "sha256_pss")
    for asked, given_by in ((plain, salted), (salted, plain)):
        waiting = frozen(reserved, asked, at)
        with pytest.raises(ValueForeign):
            complete(waiting, given_by.sign(waiting.to_sign))


@given(at_byte=st.integers(0, 2**31), bit=st.integers(0, 7))
def test_no_flipped_bit_of_a_value_is_taken(
    pending: Pending, value: bytes, at_byte: int, bit: int
) -> None:
    place = at_byte % len(value)
    flipped = bytearray(value)
    flipped[place] ^= 1 << bit
    with pytest.raises(ValueForeign):
        complete(pending, bytes(flipped))


def test_what_was_frozen_is_read_back_only_whole(pending: Pending) -> None:
    written = json.loads(pending.written())
    damages: list[tuple[dict[str, Any], bytes]] = [
        ({"version": 2}, pending.pdf),
        ({"version": None}, pending.pdf),
        ({"digest": "00" * 32}, pending.pdf),
        ({"start": 5}, pending.pdf),
        ({"end": 10**9}, pending.pdf),
        ({"attributes": ""}, pending.pdf),
        ({"attributes": "3103020100"}, pending.pdf),
        ({"algorithm": "sha1_rsa"}, pending.pdf),
        ({"chain": 7}, pending.pdf),
        ({"timestamp": "much"}, pending.pdf),
        ({}, pending.pdf[:-1]),
        ({}, pending.pdf.replace(b"Trang", b"trang") + b" "),
    ]
    for changed, pdf in damages:
        with pytest.raises(PendingDamaged):
            Pending.read(json.dumps(written | changed).encode(), pdf)
    for junk in (b"", b"[]", b"{}", b"null", b"\xff", b"[" * 100_000):
        with pytest.raises(PendingDamaged):
            Pending.read(junk, pending.pdf)


def test_a_frozen_file_that_was_changed_takes_no_value(pending: Pending, value: bytes) -> None:
    from dataclasses import replace

    at = pending.pdf.index(b"/MediaBox")
    changed = pending.pdf[:at] + b"/MediaBoX" + pending.pdf[at + 9 :]
    other = replace(pending, prepared=replace(pending.prepared, pdf=changed))
    with pytest.raises(PendingDamaged):
        complete(other, value)


def test_a_token_fits_its_room_and_no_more(reserved: bytes, pki: TestPki, at: datetime) -> None:
    key = pki.key("curve")
    waiting = frozen(reserved, key, at, timestamp=3000)
    assert waiting.timestamp == 3000
    assert Pending.read(waiting.written(), waiting.pdf).timestamp == 3000
    signed = key.sign(waiting.to_sign)
    token = b"\x30\x82\x0b\xb4" + bytes(2996)
    assert token in bytes.fromhex(
        complete(waiting, signed, token)[
            waiting.prepared.start + 1 : waiting.prepared.end - 1
        ].decode()
    )
    with pytest.raises(SignatureTooLong):
        complete(waiting, signed, b"\x30\x82\x1f\x3c" + bytes(7996))


def test_the_checks_of_an_immediate_signature_hold_for_a_later_one(
    signed: bytes, reserved: bytes, pki: TestPki, at: datetime
) -> None:
    with pytest.raises(PdfAlreadySigned):
        frozen(signed, pki.key("curve"), at)
    with pytest.raises(CertificateRefused):
        frozen(reserved, pki.key("expired"), at)


def test_a_public_identity_is_read_from_pem_by_the_policy(pki: TestPki) -> None:
    curve, leader = pki.key("curve"), pki.key("leader")
    assert Certified.from_pem(pem_of(curve), "x.pem").algorithm is Algorithm.ECDSA_SHA256
    found = Certified.from_pem(pem_of(leader), "x.pem", Algorithm.PSS_SHA256)
    assert (found.certificate, found.chain) == (leader.certificate, leader.chain)
    assert (found.not_before, found.not_after) == (leader.not_before, leader.not_after)
    assert pickle.loads(pickle.dumps(found)) == found  # noqa: S301  (our own bytes)
    with pytest.raises(AlgorithmRefused):
        Certified.from_pem(pem_of(curve), "x.pem", Algorithm.PSS_SHA256)
    for junk in (b"", b"not a certificate", b"-----BEGIN CERTIFICATE-----\nAAAA\n"):
        with pytest.raises(KeyUnavailable):
            Certified.from_pem(junk, "x.pem")
