"""`congvan edxml`: what left is read whole, what is written is read back, the rest is refused."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from documents.lifecycle import Direction
from tests.workflows.house import (
    HOME_AFFAIRS,
    OFFICE,
    PROVINCE,
    documents,
)
from tests.workflows.small_world import with_letters
from tests.workflows.worlds import Said, call
from workflows.office import Office

Congvan = Callable[..., Said]
EDXML = {
    *("kind", "from", "to", "document_id", "code_number", "code_notation", "subject"),
    *("type_name", "promulgation_place", "promulgation_date", "signer", "business_type"),
    *("status_code", "response_for", "attachments"),
}


@pytest.fixture
def office(office: Office) -> Office:
    """An office with two letters that went the whole way."""
    return with_letters(office)


def test_edxml_read_gives_every_member_of_what_left(
    office: Office, congvan: Congvan, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    row = documents(office, Direction.OUTGOING)[0]
    path = tmp_path / "goi.edxml"
    path.write_bytes(office.blobs.get(row.message_sha256 or ""))
    out = tmp_path / "tep"
    said = call(capsys, "edxml", "read", path, "--json", "--extract", out)
    assert said.code == 0
    facts = said.json
    assert set(facts) - {"warnings"} == EDXML
    assert facts["kind"] == "edoc"
    assert facts["from"]["organ_id"] == PROVINCE
    assert [to["organ_id"] for to in facts["to"]] == [OFFICE, HOME_AFFAIRS]
    assert (facts["document_id"], facts["code_number"]) == (row.document_key, row.code_number)
    assert (facts["status_code"], facts["response_for"], facts["warnings"]) == (None, None, [])
    (file,) = facts["attachments"]
    assert (out / file["name"]).read_bytes() == office.blobs.get(row.current_sha256 or "")
    people = call(capsys, "edxml", "read", path)
    assert (people.code, row.subject in people.out) == (0, True)


DESCRIPTION: dict[str, Any] = {
    "kind": "edoc",
    "from": {"organ_id": "H99.02", "name": "Sở Nội vụ"},
    "to": [{"organ_id": "H99", "name": "UBND tỉnh Sơn Hải"}],
    "code_number": "05",
    "code_notation": "SNV-VP",
    "promulgation_place": "Sơn Hải",
    "promulgation_date": "2026-11-22",
    "type_name": "Công văn",
    "subject": "V/v báo cáo công tác văn thư",
    "signer": "Phan Thị Hồng Vân",
}
STATUS: dict[str, Any] = {
    "kind": "status",
    "from": {"organ_id": "H99", "name": "UBND tỉnh Sơn Hải"},
    "status_code": "03",
    "response_for": {
        "organ_id": "H99.02",
        "document_id": "H99.02,2026/11/22,05/SNV-VP",
        "code": "05/SNV-VP",
        "promulgation_date": "2026-11-22",
    },
}


@pytest.mark.parametrize("facts", [DESCRIPTION, STATUS], ids=["edoc", "status"])
def test_edxml_write_is_read_back(
    facts: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    description, attached, out = (tmp_path / name for name in ("m.json", "Bảng.csv", "m.edxml"))
    description.write_text(json.dumps(facts), "utf-8")
    attached.write_text("a,b\n", "utf-8")
    attach = ["--attach", attached] if facts["kind"] == "edoc" else []
    assert call(capsys, "edxml", "write", description, *attach, "-o", out).code == 0
    read = call(capsys, "edxml", "read", out, "--json").json
    assert {name: read[name] for name in facts} == facts
    assert [file["name"] for file in read["attachments"]] == (["Bảng.csv"] if attach else [])


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ("{", "edxml.description_invalid"),
        ("[]", "edxml.description_invalid"),
        ('{"kind": "edoc"}', "edxml.description_invalid"),
        (json.dumps(DESCRIPTION | {"promulgation_date": "hôm qua"}), "edxml.description_invalid"),
        (json.dumps(DESCRIPTION | {"code_notation": "x" * 50}), "edxml.field_invalid"),
        (json.dumps(STATUS | {"status_code": "99"}), "edxml.field_invalid"),
    ],
)
def test_edxml_write_refuses_what_cannot_go_out(
    facts: str, code: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    description = tmp_path / "m.json"
    description.write_text(facts, "utf-8")
    said = call(capsys, "edxml", "write", description, "-o", tmp_path / "m.edxml")
    assert said.code == 1
    assert f"[{code}]" in said.err.replace("\n", "")
    assert not (tmp_path / "m.edxml").exists()


def test_edxml_write_takes_a_partners_style(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    description, styles, out = (tmp_path / name for name in ("m.json", "p.toml", "m.edxml"))
    description.write_text(json.dumps(DESCRIPTION), "utf-8")
    styles.write_text("[ba]\ndates = 'dd/MM/yyyy'\n", "utf-8")
    write = ("edxml", "write", description, "-o", out, "--style")
    assert call(capsys, *write, styles).code == 0
    assert b">22/11/2026</edXML:PromulgationDate>" in out.read_bytes()
    assert call(capsys, *write, f"{styles}:ba").code == 0
    assert call(capsys, *write, "dotnet").code == 0
    assert b"DigitalSignature" in out.read_bytes()
    said = call(capsys, *write, f"{styles}:khac")
    assert (said.code, "[axis.settings]" in said.err) == (1, True)
