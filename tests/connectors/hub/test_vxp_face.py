"""The hub's VXP face: who may call, what is believed of a call, what is said of a mistake."""

import hashlib
import http.client
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from connectors.axis import AgencyEntry
from connectors.hub.faults import Faults
from connectors.hub.server import create_app, listening
from connectors.hub.store import HubStore
from connectors.hub.systems import Systems
from connectors.vxp.headers import FILE_TYPE, PREFIX, call_headers, hash_file, seal
from schemas.edxml import NAMESPACE

OFFICE, NEIGHBOUR = "00.99.W00", "00.98.W00"
NOW = datetime.now(UTC)


class Face:
    """The face as raw HTTP sees it."""

    def __init__(self, address: tuple[str, int], store: HubStore, secrets: dict[str, str]) -> None:
        self.address, self.store, self.secrets = address, store, secrets

    def headers(
        self, parameters: dict[str, str], system: str = OFFICE, at: datetime | None = None
    ) -> dict[str, str]:
        secret = self.secrets[system].encode()
        kind = FILE_TYPE if "hash-file" in parameters else "application/json"
        return call_headers(system, secret, parameters, at or datetime.now(UTC), kind)

    def post(self, call: str, headers: dict[str, str], body: bytes = b"") -> dict[str, Any]:
        connection = http.client.HTTPConnection(*self.address, timeout=30)
        connection.request("POST", f"/{call}", body, headers)
        answer = connection.getresponse()
        said: dict[str, Any] = json.loads(answer.read())
        connection.close()
        return said

    def ask(
        self, call: str, body: bytes = b"{}", system: str = OFFICE, **parameters: str
    ) -> dict[str, Any]:
        return self.post(call, self.headers(parameters, system), body)

    def send(
        self, data: bytes, system: str = OFFICE, tail: bytes = b"\r\n", **parameters: str
    ) -> dict[str, Any]:
        asked = {"servicetype": "eDoc", "messagetype": "edoc", "hash-file": digest(data)}
        headers = self.headers({**asked, "from": "H99", **parameters}, system)
        return self.post("sendEdoc", headers, data + tail)


def digest(data: bytes, *, legacy_hex: bool = True) -> str:
    return hash_file(hashlib.sha256(data).hexdigest(), legacy_hex=legacy_hex)


def letter(document_id: str = "d-1", sender: str = "H99", to: str = "H98", body: str = "") -> bytes:
    return (
        f'<edXML xmlns="{NAMESPACE}"><edXMLEnvelope><edXMLHeader><MessageHeader>'
        f"<From><OrganId>{sender}</OrganId></From><To><OrganId>{to}</OrganId></To>"
        f"<DocumentId>{document_id}</DocumentId></MessageHeader></edXMLHeader></edXMLEnvelope>"
        f"<AttachmentEncoded>{body}</AttachmentEncoded></edXML>\r\n"
    ).encode()


def told(code: str) -> bytes:
    about = f"<ResponseFor><OrganId>H98</OrganId></ResponseFor><StatusCode>{code}</StatusCode>"
    return letter().replace(b"<DocumentId>d-1</DocumentId>", about.encode())


@contextmanager
def running(tmp_path: Path) -> Iterator[Face]:
    store = HubStore(tmp_path / "hub", max_size=200_000)
    store.put_agencies(
        [
            AgencyEntry("H99", "Sơn Hải", "000.00.00.H99"),
            AgencyEntry("H99.01", "Văn phòng", "", "H99"),
            AgencyEntry("H98", "Lâm Hà"),
            AgencyEntry("H98.01", "Văn phòng", "", "H98"),
        ]
    )
    systems = Systems(tmp_path / "systems")
    secrets = {
        OFFICE: systems.add(OFFICE, frozenset({"H99"})),
        NEIGHBOUR: systems.add(NEIGHBOUR, frozenset({"H98"})),
    }
    listener = listening("127.0.0.1", 0)
    app = create_app(store, Faults(tmp_path), systems)
    server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_level="critical"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield Face(listener.getsockname(), store, secrets)
    finally:
        server.should_exit = True
        server.force_exit = True
        thread.join()
        store.close()


@pytest.fixture
def face(tmp_path: Path) -> Iterator[Face]:
    with running(tmp_path) as one:
        yield one


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Face]:
    """One for the module: for calls that change nothing."""
    with running(tmp_path_factory.mktemp("face")) as one:
        yield one


def codes(said: dict[str, Any]) -> tuple[str, str]:
    return said["status"], said["ErrorCode"]


def resealed(face: Face, headers: dict[str, str], signed: str) -> dict[str, str]:
    sealed = seal(face.secrets[OFFICE].encode(), signed.encode())
    return headers | {f"{PREFIX}sign-header": signed, f"{PREFIX}hash-header": sealed}


DENIED = ("FAIL", "15")


def test_an_untouched_call_is_answered(lasting: Face) -> None:
    assert codes(lasting.ask("getReceivedEdocList", messagetype="edoc")) == ("OK", "0")


@pytest.mark.parametrize(
    "change",
    [
        {"hash-header": "0" * 64},
        {"hash-header": ""},
        {"hash-header": "\u00e9"},
        {"sign-header": "{}"},
        {"systemid": NEIGHBOUR},
        {"systemid": "../../etc/passwd"},
        {"systemid": "00.97.W00"},
        {"docId": "another"},
        {"status": "fail"},
        {"timestamp": "22112020T014929+0423"},
        {"sign-header-key": "systemid;docId"},
        {"sign-header-key": ""},
    ],
)
def test_a_changed_header_turns_the_caller_away(lasting: Face, change: dict[str, str]) -> None:
    headers = lasting.headers({"docId": "x", "status": "done"})
    headers |= {PREFIX + name: value for name, value in change.items()}
    assert codes(lasting.post("updateStatus", headers, b"{}")) == DENIED


@pytest.mark.parametrize("left_out", ["hash-header", "sign-header", "systemid", "docId"])
def test_a_missing_header_turns_the_caller_away(lasting: Face, left_out: str) -> None:
    headers = lasting.headers({"docId": "x", "status": "done"})
    del headers[PREFIX + left_out]
    assert codes(lasting.post("updateStatus", headers, b"{}")) == DENIED


@pytest.mark.parametrize(
    "signed",
    [
        "[]",
        "null",
        '{"XroadVnpt-systemid":1}',
        '{"systemid":"00.99.W00"}',
        '{"XroadVnpt-systemid":"00.99.W00","XroadVnpt-systemid":"00.99.W00"}',
        "[" * 20_000,
        "{" + ",".join(f'"XroadVnpt-a{n}":""' for n in range(100)) + "}",
    ],
)
def test_what_is_well_sealed_but_no_list_of_parameters_is_turned_away(
    lasting: Face, signed: str
) -> None:
    headers = resealed(lasting, lasting.headers({}), signed)
    assert codes(lasting.post("getReceivedEdocList", headers)) == DENIED


def test_stale_stamps_are_taken_within_the_window_only(lasting: Face) -> None:
    for days, expected in [(6, ("OK", "0")), (8, DENIED), (-8, DENIED)]:
        headers = lasting.headers({"messagetype": "edoc"}, at=NOW - timedelta(days=days))
        assert codes(lasting.post("getReceivedEdocList", headers)) == expected, days


def test_surplus_headers_are_passed_over_signed_or_not(lasting: Face) -> None:
    leaked = {"messagetype": "edoc", "from": "H98", "status": "fail", "filePath": "store"}
    headers = lasting.headers(leaked) | {f"{PREFIX}to": '["H98"]', f"{PREFIX}docId": "x"}
    assert codes(lasting.post("getReceivedEdocList", headers)) == ("OK", "0")


def test_a_parameter_that_was_not_signed_has_no_effect(face: Face) -> None:
    sent = face.send(letter())
    headers = face.headers({"docId": sent["DocId"]}, NEIGHBOUR) | {f"{PREFIX}status": "done"}
    assert codes(face.post("updateStatus", headers, b"{}"))[0] == "FAIL"
    assert len(face.store.pending(["H98"])) == 1


def test_the_hash_is_taken_in_both_forms_with_and_without_the_tail(face: Face) -> None:
    for number, (tail, legacy) in enumerate([(b"\r\n", True), (b"", True), (b"\r\n", False)]):
        data = letter(f"d-{number}")
        form = digest(data, legacy_hex=legacy)
        assert codes(face.send(data, tail=tail, **{"hash-file": form})) == ("OK", "0")
    contents = [face.store.fetch("H98", [p.axis_id])[0].size for p in face.store.pending(["H98"])]
    assert contents == [len(letter("d-0"))] * 3


def test_a_content_that_is_not_what_was_sealed_is_refused(face: Face) -> None:
    headers = face.headers({"messagetype": "edoc", "from": "H99", "hash-file": digest(letter())})
    assert codes(face.post("sendEdoc", headers, letter("d-2"))) == ("FAIL", "10")
    assert face.store.pending(["H98"]) == []


def test_a_repeat_gets_the_same_id_and_another_content_a_refusal_in_both_languages(
    face: Face,
) -> None:
    first, again, other = face.send(letter()), face.send(letter()), face.send(letter(body="x"))
    assert first["DocId"] == again["DocId"]
    assert codes(other) == ("FAIL", "24")
    assert "đã dùng" in other["ErrorDesc"]
    assert "was used" in other["ErrorDesc"]


@pytest.mark.parametrize(
    ("data", "parameters", "code"),
    [
        (letter(to="H12"), {}, "18"),
        (letter(), {"to": '["H12"]'}, "18"),
        (letter(body="x" * 200_000), {}, "25"),
        (b"<html/>", {}, "22"),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", {}, "22"),
        (letter(), {"messagetype": "status"}, "22"),
        (letter().replace(b"MessageHeader>", b"x:MessageHeader>"), {}, "22"),
        *((told(code), {"messagetype": "status"}, "22") for code in ("", "3", "003", "ab", "٠٣")),
        (letter(), {"from": "H98"}, "15"),
        (letter(sender="H98"), {}, "15"),
    ],
)
def test_each_mistake_has_its_code(
    lasting: Face, data: bytes, parameters: dict[str, str], code: str
) -> None:
    assert codes(lasting.send(data, **parameters)) == ("FAIL", code)
    assert lasting.store.counts()["messages"] == 0


def test_a_status_whose_code_is_two_digits_is_taken(face: Face) -> None:
    assert face.send(told("03"), messagetype="status")["status"] == "OK"


def test_a_neighbour_neither_reads_nor_moves_what_is_not_its_own(face: Face) -> None:
    sent = face.send(letter(to="H99.01"), to='["H99"]')
    for doc_id in (sent["DocId"], f"{sent['DocId']}~H99", f"{sent['DocId']}~H98"):
        assert face.ask("getEdoc", system=NEIGHBOUR, docId=doc_id)["status"] == "FAIL"
        moved = face.ask("updateStatus", system=NEIGHBOUR, docId=doc_id, status="done")
        assert moved["status"] == "FAIL"
    assert face.ask("getSentEdocList", b"", NEIGHBOUR, docId=sent["DocId"])["data"] == []
    assert len(face.store.pending(["H99"])) == 1


def test_a_state_never_goes_back_and_initial_cannot_be_set(face: Face) -> None:
    sent = face.send(letter())
    doc_id = f"{sent['DocId']}~H98"
    for state, expected in [("done", "OK"), ("processing", "OK"), ("initial", "FAIL")]:
        said = face.ask("updateStatus", system=NEIGHBOUR, docId=doc_id, status=state)
        assert said["status"] == expected
    (row,) = face.ask("getSentEdocList", b"", docId=sent["DocId"])["data"]
    assert row["receiveStatus"] == "done"


def test_a_failure_carries_its_reason_to_the_sender(face: Face) -> None:
    doc_id = f"{face.send(letter())['DocId']}~H98"
    said = {"docId": doc_id, "status": "fail", "description": "Khong doc duoc"}
    assert face.ask("updateStatus", system=NEIGHBOUR, **said)["status"] == "OK"
    (row,) = face.ask("getSentEdocList", b"", messagetype="edoc")["data"]
    assert (row["receiveStatus"], row["receiveStatusDesc"]) == ("fail", "Khong doc duoc")


def test_vietnamese_that_travelled_as_latin_1_is_the_same_text(face: Face) -> None:
    doc_id = f"{face.send(letter())['DocId']}~H98"
    said = {"docId": doc_id, "status": "fail", "description": "e"}
    headers = face.headers(said, NEIGHBOUR)
    signed = headers[f"{PREFIX}sign-header"].replace('"e"', '"\u00e9"')
    sealed = seal(face.secrets[NEIGHBOUR].encode(), signed.encode())
    headers |= {f"{PREFIX}description": "\u00e9", f"{PREFIX}sign-header": signed}
    assert codes(face.post("updateStatus", headers, b"{}")) == DENIED
    headers[f"{PREFIX}hash-header"] = sealed
    assert codes(face.post("updateStatus", headers, b"{}")) == ("OK", "0")
    (row,) = face.ask("getSentEdocList", b"", docId=doc_id)["data"]
    assert row["receiveStatusDesc"] == "\u00e9"


def test_a_message_can_be_downloaded_as_it_is(face: Face) -> None:
    doc_id = face.send(letter())["DocId"]
    connection = http.client.HTTPConnection(*face.address, timeout=30)
    for system, expected in [(OFFICE, letter()), (NEIGHBOUR, letter())]:
        connection.request("GET", "/downloadEdoc", None, face.headers({"docId": doc_id}, system))
        assert connection.getresponse().read() == expected
    connection.close()


def test_the_real_servers_path_leads_to_the_same_calls(lasting: Face) -> None:
    said = lasting.post("XrdAdapter/adapter/getAgenciesList", lasting.headers({}))
    assert said == lasting.ask("getAgenciesList", b"")
    assert [set(row) for row in said["data"]] == [
        {"id", "pid", "code", "name", "mail", "oldCode"}
    ] * 4
    qd20 = lasting.ask("getAgenciesListQD20", b"", level="1")["data"]
    assert set(qd20[0]) == {"id", "code", "name", "mail", "code102"}
    assert {row["code"]: row["code102"] for row in qd20}["H99"] == "000.00.00.H99"


def test_an_empty_and_an_unknown_id_are_told(lasting: Face) -> None:
    for doc_id in ("", "~", "x~H99", "x", "~H99", "x" * 5000):
        assert codes(lasting.ask("getEdoc", docId=doc_id)) == ("FAIL", "26"), doc_id
        assert codes(lasting.ask("updateStatus", docId=doc_id, status="done")) == ("FAIL", "26")


@pytest.mark.parametrize("dates", [{"fromDate": "2026-11-22"}, {"toDate": "99/99/2026 00:00:00"}])
def test_a_date_that_is_none_is_refused(lasting: Face, dates: dict[str, str]) -> None:
    assert lasting.ask("getReceivedEdocList", b"", messagetype="edoc", **dates)["status"] == "FAIL"
    assert lasting.ask("getSentEdocList", b"", messagetype="x")["status"] == "FAIL"


def test_counts_say_what_waits(face: Face) -> None:
    face.send(letter())
    assert face.ask("countReceiveEdoc", system=NEIGHBOUR)["count"] == 1
    assert face.ask("countReceiveStatus", system=NEIGHBOUR)["count"] == 0


def registration(code: str, parent: str) -> bytes:
    return json.dumps({"id": code, "pcode": parent, "code": code, "name": "Phòng"}).encode()


@pytest.mark.parametrize(
    ("code", "parent", "status"),
    [
        ("H99.02", "H99", "OK"),
        ("H99.01.01", "H99.01", "OK"),
        ("H99.02", "", "FAIL"),
        ("H99.02", "H98", "FAIL"),
        ("H98.01", "H99", "FAIL"),
        ("H98", "H99", "FAIL"),
        ("H99", "H99", "FAIL"),
        ("000.00.00.H99", "H99", "FAIL"),
    ],
)
def test_a_system_enters_agencies_below_its_own_only(
    face: Face, code: str, parent: str, status: str
) -> None:
    before = face.store.agencies()
    said = face.post("registerAgency", face.headers({}), registration(code, parent))
    assert said["status"] == status
    assert (face.store.agencies() == before) == (status == "FAIL")


def test_the_audit_names_who_changed_the_catalogue_and_who_was_turned_away(face: Face) -> None:
    face.post("registerAgency", face.headers({}), registration("H99.02", "H99"))
    face.post("registerAgency", face.headers({}), registration("H98.02", "H98"))
    face.ask("deleteAgency", AgencyCode="H99.02")
    headers = face.headers({}) | {f"{PREFIX}hash-header": "0"}
    face.post("getAgenciesList", headers)
    told: list[tuple[str, ...]] = []
    until = time.monotonic() + 10
    while len(told) < 4 and time.monotonic() < until:  # a line follows its answer
        face.store.audit.flush()
        told = [(e.system, e.operation, e.axis_id, e.outcome) for e in face.store.audited()]
    assert sorted(told) == sorted(
        [
            (OFFICE, "RegisterAgency", "H99.02", "OK"),
            (OFFICE, "RegisterAgency", "", "ACCESS_DENIED"),
            (OFFICE, "DeleteAgency", "H99.02", "OK"),
            (OFFICE, "", "", "ACCESS_DENIED"),
        ]
    )


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"code":"H99.02"}', b"[" * 50_000])
def test_a_registration_that_is_none_is_refused(lasting: Face, body: bytes) -> None:
    assert lasting.post("registerAgency", lasting.headers({}), body)["status"] == "FAIL"


def test_a_system_deletes_agencies_below_its_own_only(face: Face) -> None:
    for code, status in [("H98.01", "FAIL"), ("H99", "FAIL"), ("", "FAIL"), ("H99.01", "OK")]:
        assert face.ask("deleteAgency", AgencyCode=code)["status"] == status, code
    assert [entry.organ_id for entry in face.store.agencies()] == ["H98", "H98.01", "H99"]
    changes = {row["code"]: row["deleted"] for row in face.ask("getSynchronizeUnit")["data"]}
    assert changes["H99.01"] is True


def test_a_large_body_where_none_is_due_is_not_kept(lasting: Face) -> None:
    assert codes(lasting.ask("updateStatus", b"x" * 300_000, docId="x"))[0] == "FAIL"
