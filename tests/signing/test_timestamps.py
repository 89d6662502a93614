"""Timestamps: asked for, checked, judged by openssl, and done without where there are none."""

import hashlib
import subprocess
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from asn1crypto import cms as asn1
from asn1crypto import tsp
from cryptography.x509 import load_der_x509_certificate
from hypothesis import given
from hypothesis import strategies as st

from documents.level import Level
from signing import cms
from signing.der import Malformed, whole
from signing.exchange import NotAnswered, Request
from signing.pades import sign
from signing.pkcs12 import Pkcs12Key
from signing.preservation import level_of
from signing.seal import seal
from signing.signed_data import SignedData
from signing.testservices import Fault
from signing.timestamp_token import Token
from signing.timestamps import FIRST_ROOM, Timestamper, TimestampUnavailable
from signing.trust import TrustStore
from tests.signing.levels import (
    EXPIRED_TSA,
    SIGNING_TSA,
    Served,
    covered,
    now,
    openssl_accepts,
    run,
)


def test_a_token_says_what_asn1crypto_reads_and_openssl_accepts(
    served: Served, tmp_path: Path
) -> None:
    token = served.timestamper().stamp(b"van ban", now(), 20)
    info = asn1.ContentInfo.load(token.encoded)["content"]["encap_content_info"]["content"].parsed
    assert token.imprint == info["message_imprint"]["hashed_message"].native
    assert token.imprint == hashlib.sha256(b"van ban").digest()
    assert token.at == info["gen_time"].native
    openssl_accepts(token.encoded, b"van ban", served, tmp_path)


def test_the_request_is_one_that_openssl_and_asn1crypto_read(
    served: Served, tmp_path: Path
) -> None:
    asked: list[Request] = []

    def listens(request: Request, _seconds: float) -> bytes:
        asked.append(request)
        raise NotAnswered("no")

    timestamper = served.timestamper()
    timestamper.exchange.transport = listens
    with pytest.raises(TimestampUnavailable):
        timestamper.stamp(b"x", now(), 20)
    (tmp_path / "query").write_bytes(asked[0].body)
    said = run("openssl", "ts", "-query", "-in", tmp_path / "query", "-text")
    assert "Hash Algorithm: sha256" in said
    assert "Certificate required: yes" in said
    parsed = tsp.TimeStampReq.load(asked[0].body, strict=True)
    assert parsed["cert_req"].native is True
    assert parsed.dump(force=True) == asked[0].body


@pytest.mark.parametrize("fault", [fault for fault in Fault if fault is not Fault.SLOW])
def test_a_wrong_answer_is_no_timestamp(served: Served, fault: Fault) -> None:
    served.services.faults["tsa"] = fault
    with pytest.raises(TimestampUnavailable):
        served.timestamper().stamp(b"x", now(), 20)


@pytest.mark.parametrize("tsa", [EXPIRED_TSA, SIGNING_TSA])
def test_a_certificate_that_may_not_stamp_is_no_tsa(served: Served, tsa: str) -> None:
    served.services.tsa = tsa
    with pytest.raises(TimestampUnavailable, match="TSA's certificate"):
        served.timestamper().stamp(b"x", now(), 20)


def test_a_tsa_under_another_root_is_not_believed(served: Served, trust: TrustStore) -> None:
    with pytest.raises(TimestampUnavailable, match="trusted root"):
        Timestamper(served.services.tsa_url, trust).stamp(b"x", now(), 20)


def test_a_revoked_tsa_is_not_believed(served: Served) -> None:
    at = now()
    token = served.timestamper().stamp(b"x", at, 3)
    serial = load_der_x509_certificate(token.certificate).serial_number
    served.services.revoked[serial] = at - timedelta(days=1)
    listed = served.services.answer("/crls/authority/latest.crl", b"")
    trust = replace(served.trust, crls=(listed,))
    with pytest.raises(TimestampUnavailable, match="revoked"):
        Timestamper(served.services.tsa_url, trust).stamp(b"x", now(), 20)


def test_a_signature_gets_its_timestamp(served: Served, reserved: bytes, tmp_path: Path) -> None:
    stamping = served.stamping()
    signed = sign(reserved, served.leader, None, at=now(), stamping=stamping)
    assert stamping.level is level_of(signed) is Level.B_T
    ((_, contents, content),) = covered(signed)
    data = SignedData.read(contents)
    openssl_accepts(data.timestamps()[0], data.signature, served, tmp_path)
    (tmp_path / "cms").write_bytes(contents[: whole(contents).end])
    (tmp_path / "content").write_bytes(content)
    run(
        *("openssl", "cms", "-verify", "-cades", "-binary", "-inform", "DER"),
        *("-in", tmp_path / "cms", "-content", tmp_path / "content"),
        *("-CAfile", served.pki.roots, "-purpose", "any", "-out", tmp_path / "out"),
    )


def test_both_signatures_get_their_timestamps(served: Served, reserved: bytes) -> None:
    timestamper = served.timestamper()
    first, second = served.stamping(timestamper), served.stamping(timestamper)
    signed = sign(reserved, served.leader, None, at=now(), stamping=first)
    places = {"number": "1", "day": "02", "month": "03"}
    sealed = seal(signed, served.agency, None, at=now(), stamping=second, **places)
    assert (first.level, second.level) == (Level.B_T, Level.B_T)
    assert level_of(sealed) is Level.B_T


def test_the_room_that_tokens_need_is_learned(served: Served, reserved: bytes) -> None:
    timestamper = served.timestamper()
    assert timestamper.room == FIRST_ROOM
    first = sign(reserved, served.leader, None, at=now(), stamping=served.stamping(timestamper))
    then = sign(reserved, served.leader, None, at=now(), stamping=served.stamping(timestamper))
    assert timestamper.room < FIRST_ROOM / 2
    assert len(then) < len(first) - FIRST_ROOM


@pytest.mark.parametrize("fault", [Fault.DOWN, Fault.FORGED, Fault.ERROR])
def test_without_a_timestamp_the_signature_is_made_all_the_same(
    served: Served, reserved: bytes, fault: Fault
) -> None:
    served.services.faults["tsa"] = fault
    stamping = served.stamping()
    signed = sign(reserved, served.leader, None, at=now(), stamping=stamping)
    assert stamping.level is level_of(signed) is Level.B_B
    assert isinstance(stamping.fault, TimestampUnavailable)


def test_a_slow_tsa_is_waited_for_no_longer_than_allowed_and_then_left_alone(
    served: Served, reserved: bytes
) -> None:
    served.services.faults["tsa"] = Fault.SLOW
    timestamper = served.timestamper()
    sign(reserved, served.leader, None, at=now(), stamping=served.stamping(timestamper, 0.2))
    again = served.stamping(timestamper, 600)  # would wait ten minutes if it asked
    signed = sign(reserved, served.leader, None, at=now(), stamping=again)
    assert level_of(signed) is Level.B_B
    assert again.room == 0
    assert served.services.hits["tsa"] == 1
    served.services.faults.clear()
    served.services.go_on.set()


def test_a_tsa_that_takes_long_is_not_asked_for_every_signature(
    served: Served, reserved: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("signing.timestamps.SLOW_SECONDS", 0.5)
    timestamper, clock = served.timestamper(), [0.0]
    answers = timestamper.exchange.transport

    def slowly(request: Request, seconds: float) -> bytes:
        clock[0] += 2
        return answers(request, seconds)

    timestamper.exchange.transport, timestamper.exchange.clock = slowly, lambda: clock[0]
    levels = []
    for _ in range(4):
        stamping = served.stamping(timestamper)
        sign(reserved, served.leader, None, at=now(), stamping=stamping)
        levels.append(stamping.level)
        clock[0] += 3
    assert levels == [Level.B_T, Level.B_B] * 2
    assert served.services.hits["tsa"] == 2


def test_a_token_longer_than_its_room_is_done_without(served: Served, reserved: bytes) -> None:
    timestamper = served.timestamper()
    timestamper.room = 100
    stamping = served.stamping(timestamper)
    signed = sign(reserved, served.leader, None, at=now(), stamping=stamping)
    assert level_of(signed) is Level.B_B
    assert "> 100 bytes" in str(stamping.fault)
    assert (
        level_of(
            sign(reserved, served.leader, None, at=now(), stamping=served.stamping(timestamper))
        )
        is Level.B_T
    )


def test_our_reader_and_asn1crypto_agree_on_a_signature(leader: Pkcs12Key) -> None:
    encoded = cms.signed_data(leader, bytes(32))
    parsed = asn1.ContentInfo.load(encoded)["content"]
    (signer,) = parsed["signer_infos"]
    data = SignedData.read(encoded + bytes(100))
    assert data.signature == signer["signature"].native
    assert data.attributes == signer["signed_attrs"].untag().dump()
    assert data.signer == leader.certificate
    assert set(data.certificates) == {leader.certificate, *leader.chain}


@pytest.fixture(scope="session")
def token(served_pki: Served) -> bytes:
    return served_pki.timestamper().stamp(b"x", now(), 20).encoded


@given(place=st.floats(0, 1, exclude_max=True), change=st.integers(1, 255))
def test_a_token_changed_anywhere_is_read_as_another_one_or_not_at_all(
    token: bytes, place: float, change: int
) -> None:
    at = int(place * len(token))
    changed = token[:at] + bytes((token[at] ^ change,)) + token[at + 1 :]
    try:
        read = Token.read(changed)
    except Malformed:
        return
    # what is not signed may differ: other certificates, versions; what was stamped may not
    original = Token.read(token)
    assert (read.imprint, read.nonce, read.at) == (original.imprint, original.nonce, original.at)


@given(st.binary(max_size=200))
def test_garbage_is_malformed_and_nothing_else(data: bytes) -> None:
    with pytest.raises(Malformed):
        Token.read(b"\x30" + data)


def test_pdfsig_accepts_both_signatures_with_timestamps(
    served: Served, reserved: bytes, tmp_path: Path
) -> None:
    timestamper = served.timestamper()
    signed = sign(reserved, served.leader, None, at=now(), stamping=served.stamping(timestamper))
    places = {"number": "1", "day": "02", "month": "03"}
    stamping = served.stamping(timestamper)
    path = tmp_path / "sealed.pdf"
    path.write_bytes(seal(signed, served.agency, None, at=now(), stamping=stamping, **places))
    said = subprocess.run(["pdfsig", path], capture_output=True, text=True, check=False).stdout
    assert said.count("Signature is Valid") == 2
    run("qpdf", "--check", path)
