"""`congvan intake`: files, paper, doubles, edits and envelopes from the command line."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from documents.document import Role
from documents.lifecycle import Direction
from documents.numbering import local_day
from tests.workflows.house import (
    OFFICE,
    PROVINCE,
    approve,
    documents,
    hand_in,
    person_of,
    turn,
)
from tests.workflows.worlds import Said
from workflows.office import Office

Congvan = Callable[..., Said]
CLERK, LEADER = (person_of(OFFICE, role).id for role in (Role.CLERK, Role.LEADER))
PAPER = (
    *("--type", "Công văn", "--subject", "Về việc cấp nước sinh hoạt mùa khô"),
    *("--sender", "Công ty Cấp nước Sơn Hải", "--code", "12/CTCN-KH", "--date", "01/10/2025"),
)
HERE = ("--agency", OFFICE, "--by", CLERK)


def done(said: Said) -> Said:
    assert (said.code, said.err) == (0, ""), said.out
    return said


def refused(said: Said) -> str:
    assert said.code == 1, said.out
    return said.error


@pytest.fixture
def scan(tmp_path: Path, sealed: tuple[bytes, bytes]) -> Path:
    path = tmp_path / "bản quét.pdf"
    path.write_bytes(sealed[1])
    return path


def test_paper_is_registered_warned_of_and_mended(congvan: Congvan) -> None:
    first = done(congvan("intake", "hand", *HERE, *PAPER, "--json")).json
    assert (first["receipt_number"], first["sender"]) == (1, "")
    assert refused(congvan("intake", "hand", *HERE, *PAPER, "--json")) == "intake.duplicate"
    again = congvan("intake", "hand", *HERE, *PAPER, "--despite", "bản gửi lần hai", "--json")
    assert done(again).json["twins"][0]["id"] == first["id"]
    mend = ("edit", first["id"], "--by", CLERK, "--subject", "Về việc cấp nước", "--json")
    assert done(congvan("intake", *mend)).json["subject"] == "Về việc cấp nước"
    moved = ("edit", first["id"], "--by", CLERK, "--arrived", "02/10/2025", "--json")
    assert refused(congvan("intake", *moved)) == "intake.reason_wanted"
    year = local_day(datetime.now(UTC)).year
    book = done(congvan("register", "show", "incoming", year, "--agency", OFFICE, "--json"))
    assert "Công ty Cấp nước Sơn Hải" in book.out


def test_a_scan_of_what_came_by_the_axis_is_joined_to_it(
    office: Office, congvan: Congvan, tmp_path: Path
) -> None:
    approve(office, hand_in(office, PROVINCE, (OFFICE,)))
    assert turn(office) == []
    (electronic,) = documents(office, Direction.INCOMING, OFFICE)
    path = tmp_path / "giấy.pdf"
    path.write_bytes(office.blobs.get(electronic.current_sha256 or ""))
    taken = done(congvan("intake", "scan", path, *HERE, "--json")).json
    assert [twin["likeness"] for twin in taken["twins"]] == ["file"]
    accept = ("register", taken["id"], "--by", CLERK, "--accept", "all", "--json")
    assert refused(congvan("intake", *accept)) == "intake.duplicate"
    joined = done(congvan("intake", "same", taken["id"], electronic.id, "--by", CLERK, "--json"))
    assert (joined.json["state"], joined.json["same_as"]) == ("replaced", electronic.id)
    shown = done(congvan("intake", "duplicates", electronic.id, "--json")).json
    assert shown == []


def test_a_superfluous_scan_goes_back_with_a_reason(congvan: Congvan, scan: Path) -> None:
    taken = done(congvan("intake", "scan", scan, *HERE, "--channel", "file", "--json")).json
    assert taken["channel"] == "file"
    assert done(congvan("intake", "scan", scan, *HERE, "--json")).json["id"] == taken["id"]
    back = ("back", taken["id"], "--by", CLERK, "--reason", "nhầm nơi nhận", "--json")
    assert done(congvan("intake", *back)).json["state"] == "refused"


def test_a_secret_paper_is_refused_and_its_refusal_recorded(congvan: Congvan) -> None:
    secret = congvan("intake", "hand", *HERE, *PAPER, "--secrecy", "Mật", "--json")
    assert refused(secret) == "document.secret"
    assert done(congvan("intake", "list", "--json")).json == []


def test_an_envelope_from_its_arrival_to_what_was_in_it(congvan: Congvan) -> None:
    given = ("--sender", "Công ty Cấp nước", "--addressee", "Ông A", "--codes", "12/CTCN-KH")
    wrong = ("--anomaly", "torn=góc trái")
    made = done(congvan("intake", "envelope", *HERE, *given, *wrong, "--json")).json
    assert made["anomalies"] == ["torn: góc trái"]
    forward = ("forward", made["id"], "--to", LEADER, "--by", CLERK, "--json")
    assert done(congvan("intake", *forward)).json["forwarded_to"] == LEADER
    back = ("bring-back", made["id"], "--by", LEADER, "--json")
    assert done(congvan("intake", *back)).json["state"] == "received"
    paper = done(congvan("intake", "hand", *HERE, *PAPER, "--envelope", made["id"], "--json"))
    (kept,) = done(congvan("intake", "envelopes", "--json")).json
    assert (kept["state"], kept["document"]) == ("opened", paper.json["id"])
    again = ("return", made["id"], "--by", CLERK, "--reason", "nhầm", "--json")
    assert refused(congvan("intake", *again)) == "envelope.step_refused"


def test_who_was_not_answered_today_is_listed_and_people_read_it(
    office: Office, congvan: Congvan
) -> None:
    approve(office, hand_in(office, PROVINCE, (OFFICE,)))
    assert turn(office) == []
    assert done(congvan("intake", "late", "--json")).json == []
    for words in (("late",), ("list",), ("envelopes",), ("folder", "--make")):
        done(congvan("intake", *words))


def test_an_agency_that_wants_its_clerk_to_register_has_a_queue_and_lets_go_of_it(
    office: Office, congvan: Congvan
) -> None:
    mode = ("intake", "mode", "--agency", OFFICE, "--json")
    assert done(congvan(*mode)).json == {"mode": "automatic", "waiting": 0}
    assert refused(congvan(*mode, "clerk", "--by", CLERK)) == "person.right_missing"
    done(congvan(*mode, "clerk", "--by", LEADER))
    approve(office, hand_in(office, PROVINCE, (OFFICE,)))
    assert turn(office) == []
    (waits,) = documents(office, Direction.INCOMING, OFFICE)
    assert (waits.state, waits.awaits) == ("verified", "register")
    (listed,) = done(congvan("intake", "list", "--agency", OFFICE, "--json")).json
    assert (listed["id"], listed["channel"]) == (waits.id, "axis")
    entered = done(congvan("intake", "register", waits.id, "--by", CLERK, "--json")).json
    assert (entered["state"], entered["receipt_number"]) == ("registered", 1)
    approve(office, hand_in(office, PROVINCE, (OFFICE,)))
    assert turn(office) == []
    assert done(congvan(*mode)).json == {"mode": "clerk", "waiting": 1}
    assert done(congvan(*mode, "automatic", "--by", LEADER)).json["waiting"] == 0
    assert turn(office) == []
    states = {each.state for each in documents(office, Direction.INCOMING, OFFICE)}
    assert states == {"registered"}
