"""Whatever arrives broken is kept, judged and shown; the others in its pouch go on."""

from collections.abc import Callable
from pathlib import Path

import pytest

from connectors.memory_axis import InMemoryAxis
from documents.document import Role
from documents.lifecycle import Direction
from tests.workflows.fixtures import MakeDatabase
from tests.workflows.house import (
    HOME_AFFAIRS,
    OFFICE,
    PROVINCE,
    House,
    assert_sound,
    document,
    documents,
    letter_of,
    parcels,
    person_of,
    receive,
    take_statuses,
)
from tests.workflows.hubs import catalogue
from tests.workflows.small_world import encrypted, put, tampered, with_file
from tests.workflows.worlds import Said, call
from workflows.office import Office


def corrupted(message: bytes) -> bytes:
    start = message.index(b"ContentTransferEncoded")
    begin = message.index(b">", start) + 1
    return message[: begin + 1000] + b"!?" + message[begin + 1003 :]


def declared(message: bytes) -> bytes:
    head, _, rest = message.partition(b"?>")
    return head + b'?>\n<!DOCTYPE edXML [<!ENTITY a "b">]>' + rest


MESSAGES: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "not well-formed": (lambda message: message[: len(message) // 2], "edxml.not_well_formed"),
    "no xml": (lambda _: b"%PDF-1.7", "edxml.not_well_formed"),
    "empty": (lambda _: b" ", "edxml.not_well_formed"),
    "DOCTYPE": (declared, "edxml.doctype"),
    "wrong root": (lambda _: b"<html/>", "edxml.wrong_root"),
    "neither kind": (
        lambda _: b'<edXML xmlns="http://www.mic.gov.vn/TBT/QCVN_102_2016"/>',
        "edxml.unsupported_kind",
    ),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_that_cannot_be_read_is_kept_as_junk_and_the_others_go_on(
    name: str,
    office: Office,
    axis: InMemoryAxis,
    sealed: tuple[bytes, bytes],
    congvan: Callable[..., Said],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    spoil, code = MESSAGES[name]
    bad = spoil(sealed[0])
    put(axis, "good-1", sealed[0])
    put(axis, "bad", bad)
    put(axis, "good-2", with_file(sealed[0], sealed[1], key="H99,2026/01/01,9/QĐ-UBND"))
    receive(office)
    junk = [parcel for parcel in parcels(office) if parcel.outcome == "junk"]
    assert [code in (parcel.error or "") for parcel in junk] == [True]
    assert office.blobs.get(junk[0].sha256) == bad
    assert all(parcel.confirmed_at for parcel in parcels(office))
    assert {row.state for row in documents(office, Direction.INCOMING)} == {"registered"}
    assert len(documents(office, Direction.INCOMING)) == 2
    assert axis.pending([OFFICE]) == []
    shown = congvan("inbox", "--junk", "--json").json
    assert [code in each["error"] for each in shown] == [True]
    assert Path(shown[0]["file"]).read_bytes() == bad
    path = tmp_path / "bad.edxml"
    path.write_bytes(bad)
    said = call(capsys, "edxml", "read", path, "--json")
    assert (said.code, said.error) == (1, code)


def test_a_letter_with_damaged_base64_is_quarantined_under_its_own_header(
    office: Office, axis: InMemoryAxis, sealed: tuple[bytes, bytes]
) -> None:
    put(axis, "bad", corrupted(sealed[0]))
    receive(office)
    (row,) = documents(office, Direction.INCOMING)
    assert (row.state, row.held) == ("quarantined", True)
    assert any(warning.startswith("attachment.damaged:") for warning in row.warnings)
    assert row.sender_organ_id == PROVINCE
    assert axis.pending([OFFICE]) == []


def test_a_tampered_pdf_is_quarantined_and_refused_by_the_clerk(
    office: Office,
    axis: InMemoryAxis,
    sealed: tuple[bytes, bytes],
    congvan: Callable[..., Said],
) -> None:
    put(axis, "bad", with_file(sealed[0], tampered(sealed[1])))
    receive(office)
    (row,) = documents(office, Direction.INCOMING)
    assert (row.state, row.held, row.verdict) == ("quarantined", True, "TOTAL-FAILED")
    assert "HASH_FAILURE" in (row.error_text or "")
    assert row.receipt_number is None
    assert axis.pending([OFFICE]) == []
    (listed,) = congvan("inbox", "--agency", OFFICE, "--json").json
    assert (listed["state"], listed["receipt_number"]) == ("quarantined", None)
    assert "HASH_FAILURE" in listed["error"]

    clerk = person_of(OFFICE, Role.CLERK).id
    reason = "Chữ ký không còn nguyên vẹn, đề nghị gửi lại"
    assert congvan("step", "refuse", row.id, "--by", clerk, "--reason", reason).code == 0
    receive(office)
    take_statuses(office)
    assert document(office, row.id).state == "refused"
    told = [p for p in parcels(office) if p.kind == "status"]
    assert len(told) == 2  # 01 and 02
    assert_sound(office)


def test_an_unsigned_pdf_waits_for_the_clerk_who_may_let_it_in(
    office: Office, axis: InMemoryAxis, sealed: tuple[bytes, bytes], congvan: Callable[..., Said]
) -> None:
    put(axis, "plain", with_file(sealed[0], letter_of(PROVINCE).pdf))
    receive(office)
    (row,) = documents(office, Direction.INCOMING)
    assert (row.state, row.held, row.verdict) == ("quarantined", True, "UNSIGNED")
    clerk = person_of(OFFICE, Role.CLERK).id
    reason = "Đã đối chiếu với bản giấy"
    assert congvan("step", "release", row.id, "--by", clerk, "--reason", reason).code == 0
    receive(office)
    assert document(office, row.id).receipt_number == 1


def test_an_agency_that_accepts_unsigned_documents_still_refuses_broken_ones(
    house: House, make_sqlite: MakeDatabase, tmp_path: Path, sealed: tuple[bytes, bytes]
) -> None:
    home = tmp_path / "xa"
    house.install(home, make_sqlite(), (OFFICE,), accepts_unsigned=True)
    axis = InMemoryAxis(catalogue())
    office = house.open(home, axis)
    plain, broken = letter_of(PROVINCE).pdf, tampered(sealed[1])
    contents = {
        "plain": (plain,),
        "broken": (broken,),
        "broken beside": (plain, broken),
        "unreadable": (b"%PDF-1.7 and nothing else",),
        "encrypted": (encrypted(plain),),
    }
    for name, files in contents.items():
        put(axis, name, with_file(sealed[0], *files, key=name))
    receive(office)
    states = {row.document_key: row.state for row in documents(office, Direction.INCOMING)}
    assert states == dict.fromkeys(contents, "quarantined") | {"plain": "registered"}


def test_another_document_under_a_known_id_waits_for_the_clerk(
    office: Office, axis: InMemoryAxis, sealed: tuple[bytes, bytes]
) -> None:
    put(axis, "first", sealed[0])
    put(axis, "second", with_file(sealed[0], sealed[1], letter_of(HOME_AFFAIRS).pdf))
    receive(office)
    first, second = documents(office, Direction.INCOMING)
    assert first.document_key == second.document_key
    assert (first.state, second.state) == ("registered", "quarantined")
    assert "Trùng mã văn bản" in (second.error_text or "")
