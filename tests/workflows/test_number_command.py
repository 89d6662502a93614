"""Numbers by their command: reserved, used, given back, on paper, told and printed."""

import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pikepdf

from documents.document import Role
from documents.numbering import local_day
from tests.workflows.house import (
    PROVINCE,
    approve,
    assert_sound,
    document,
    hand_in,
    issue,
    leader_of,
    person_of,
)
from tests.workflows.small_world import RECIPIENTS
from tests.workflows.worlds import Said
from workflows import backlog
from workflows.office import Office

Congvan = Callable[..., Said]
CLERK, LEADER = person_of(PROVINCE, Role.CLERK).id, leader_of(PROVINCE).id


def reserved(congvan: Congvan) -> str:
    """Reserve a number of a decision and return the reservation's id."""
    words = ("--type", "Quyết định", "--owner", CLERK, "--reason", "họp", "--by", CLERK)
    said = congvan("number", "reserve", "--agency", PROVINCE, *words, "--json")
    assert said.code == 0, said
    return str(said.json["id"])


def test_numbers_are_reserved_used_given_back_entered_on_paper_and_printed(
    office: Office, congvan: Congvan, tmp_path: Path
) -> None:
    first, second = reserved(congvan), reserved(congvan)
    made = hand_in(office, PROVINCE, RECIPIENTS)
    assert congvan("number", "use", second, made, "--by", CLERK).code == 0
    approve(office, made)
    issue(office, [made])
    assert document(office, made).code_number == "02"
    back = ("--agency", PROVINCE, "--by", CLERK, "--reason", "không họp")
    assert congvan("number", "give-back", first, *back).code == 0
    words = ("--type", "Quyết định", "--subject", "V/v kho", "--signer", LEADER, "--by", CLERK)
    said = congvan("number", "paper", "--agency", PROVINCE, *words, "--json")
    assert said.json["code"].startswith("03/")
    states = {row["id"]: row["state"] for row in congvan("number", "list", "--json").json}
    assert states == {first: "void", second: "used"}
    report = congvan("number", "report", "--json")
    assert report.code == 0
    year = str(local_day(datetime.now(UTC)).year)
    book = congvan("number", "ledger", "--agency", PROVINCE, "--year", year, "--json").json
    assert [(line["number"], line["what"]) for line in book] == [
        (1, "void"),
        (2, "document"),
        (3, "document"),
    ]
    assert "không họp" in book[0]["void_reason"]
    path = tmp_path / "so.pdf"
    paper = ("--agency", PROVINCE, "--year", year, "--pdf", str(path))
    assert congvan("number", "ledger", *paper).code == 0
    with pikepdf.open(io.BytesIO(path.read_bytes())) as pdf:
        width, height = (float(pdf.pages[0].mediabox[edge]) for edge in (2, 3))
        assert width > height
    assert backlog.numbers_expired(office) == 0
    assert_sound(office)


def test_rules_are_recorded_for_the_next_year_and_refused_where_unclear(
    office: Office, congvan: Congvan
) -> None:
    words = ("--agency", PROVINCE, "--by", LEADER, "--basis", "15/QĐ-UBND", "--mode", "group")
    said = congvan("number", "rules", *words, "--group", "LÁ=Công văn", "--json")
    assert (said.code, said.json["error"]["code"]) == (1, "series.codes_alike")
    said = congvan("number", "rules", *words, "--group", "CÁ BIỆT=Quyết định,Chỉ thị", "--json")
    assert said.code == 0
    assert said.json[-1]["rules"]["groups"] == {"CÁ BIỆT": ["Quyết định", "Chỉ thị"]}
