"""The wire's headers and hashes, against the SDK's own requests and against openssl."""

import hashlib
import re
import secrets
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors.vxp.headers import (
    PREFIX,
    call_headers,
    hash_file,
    plain,
    read_timestamp,
    seal,
    timestamp,
    wire_time,
)

SAMPLES = Path(__file__).parents[4] / "shared" / "samples" / "vxp_wire"
CAPTURED_SECRET = b"test-secret-not-real"
AT = datetime(2026, 11, 21, 18, 49, 30, 393_900, tzinfo=UTC)


@dataclass(frozen=True)
class Captured:
    """One request of the SDK's."""

    call: str
    headers: dict[str, str]


def captured() -> Iterator[Captured]:
    """Yield the requests in the samples' folder, where it exists."""
    for file in sorted(SAMPLES.glob("*_requests.txt")):
        for block in file.read_text("utf-8").split("### POST /")[1:]:
            call, *lines = block.split("\n\n")[0].splitlines()
            yield Captured(call, dict(line.split(": ", 1) for line in lines))


CAPTURED = list(captured())
ADDED = {"filePath"}
"""Parameters of the SDK's that never leave us: a local path."""


def test_the_samples_hold_every_kind_of_call_or_are_not_here() -> None:
    assert not SAMPLES.exists() or {
        "sendEdoc",
        "getReceivedEdocList",
        "getEdoc",
        "updateStatus",
        "getSentEdocList",
        "getAgenciesList",
        "registerAgency",
        "deleteAgency",
    } <= {each.call for each in CAPTURED}


def test_every_captured_request_is_made_again_header_by_header() -> None:
    for each in CAPTURED:
        names = each.headers[f"{PREFIX}sign-header-key"].split(";")
        given = {n: each.headers[PREFIX + n] for n in names}
        moment = read_timestamp(given.pop("timestamp"))
        system_id, content_type = given.pop("systemid"), given.pop("Content-Type")
        made = call_headers(system_id, CAPTURED_SECRET, given, moment, content_type)
        ours = {name: value for name, value in each.headers.items() if name in made}
        assert made == ours, each.call
        missing = {name for name in each.headers if name.startswith(PREFIX)} - set(made)
        assert missing == set(), each.call


def test_the_captured_file_has_the_captured_hash() -> None:
    for file in SAMPLES.glob("*.edxml"):
        sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
        sent = {c.headers[f"{PREFIX}hash-file"] for c in CAPTURED if c.call == "sendEdoc"}
        assert sent == {hash_file(sha256, legacy_hex=True)}


def test_a_call_has_the_parts_order_and_forms_of_the_wire() -> None:
    secret = secrets.token_bytes(24)
    parameters = {"docId": "abc-1", "status": "done"}
    made = call_headers("00.98.W00", secret, parameters, AT)
    assert list(made) == [
        "XroadVnpt-systemid",
        "XroadVnpt-docId",
        "XroadVnpt-timestamp",
        "XroadVnpt-Content-Type",
        "XroadVnpt-status",
        "XroadVnpt-sign-header-key",
        "XroadVnpt-sign-header",
        "XroadVnpt-hash-header",
        "User-Agent",
        "XroadVnpt-version",
    ]
    assert made["XroadVnpt-timestamp"] == "22112026T014930+0393"
    assert made["XroadVnpt-sign-header-key"] == "systemid;docId;timestamp;Content-Type;status"
    assert made["XroadVnpt-sign-header"] == (
        '{"XroadVnpt-systemid":"00.98.W00","XroadVnpt-docId":"abc-1",'
        '"XroadVnpt-timestamp":"22112026T014930+0393",'
        '"XroadVnpt-Content-Type":"application/json","XroadVnpt-status":"done"}'
    )


def test_openssl_computes_the_same_seal() -> None:
    secret = secrets.token_hex(16)
    made = call_headers("00.98.W00", secret.encode(), {"to": '["H99","H98"]'}, AT)
    said = subprocess.run(
        ["openssl", "dgst", "-sha256", "-hmac", secret],
        input=made["XroadVnpt-sign-header"].encode(),
        capture_output=True,
        check=True,
    ).stdout.decode()
    assert said.split()[-1] == made["XroadVnpt-hash-header"]


def test_the_known_vector_of_hmac_holds() -> None:
    # RFC 4231 §4.3
    expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert seal(b"Jefe", b"what do ya want for nothing?") == expected


def test_the_legacy_hash_leaves_the_zero_of_small_bytes_out() -> None:
    sha256 = "00" + "0f" + "a0" * 30
    assert hash_file(sha256, legacy_hex=True) == "0f" + "a0" * 30
    assert hash_file(sha256, legacy_hex=False) == sha256


@pytest.mark.parametrize("value", ["Sở Nội vụ", "a\r\nXroadVnpt-from: H98", "a\0b", "tab\tbed"])
def test_what_cannot_stand_in_a_header_does_not_go_out(value: str) -> None:
    with pytest.raises(ValueError, match="docId"):
        call_headers("00.98.W00", b"x", {"docId": value}, AT)


def test_a_reason_goes_out_without_its_marks() -> None:
    assert plain("Tệp bị hỏng: Đơn\r\nđề nghị\u200b «x»") == "Tep bi hong: Don  de nghi   x"
    assert len(plain("a" * 9000)) == 500


def test_a_timestamp_is_vietnams_time_with_milliseconds_behind_the_plus() -> None:
    read = read_timestamp(timestamp(AT))
    assert read - AT == timedelta(microseconds=-900)
    for wrong in ["", "22112026T014930", "22112026T014930+07:00", "x+0001", "99112026T014930+0001"]:
        with pytest.raises(ValueError, match=re.compile(".")):
            read_timestamp(wrong)


def test_lists_are_asked_for_in_vietnams_time() -> None:
    assert wire_time(AT) == "22/11/2026 01:49:30"
