"""Reports that counted: kept with the step, repeated from what was kept, printed for people."""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from documents import ledger, reports
from documents.lifecycle import Direction
from documents.report import FiledReport
from signing.evidence import listed
from signing.policy import built_in
from signing.validation import verify
from tests.workflows.house import (
    OFFICE,
    PROVINCE,
    House,
    approve,
    assert_sound,
    document,
    documents,
    hand_in,
    steps_of,
    turn,
)
from tests.workflows.worlds import Said
from workflows import verdicts
from workflows.commands.console import console
from workflows.office import Office
from workflows.settings import write

Congvan = Callable[..., Said]


@pytest.fixture
def arrived(office: Office) -> str:
    """A letter from the province, registered at the office; returns its id there."""
    approve(office, hand_in(office, PROVINCE, (OFFICE,)))
    assert turn(office) == []
    (row,) = documents(office, Direction.INCOMING, OFFICE)
    return row.id


def stored(office: Office, document_id: str) -> list[FiledReport]:
    with office.database.reading() as session:
        return [reports.filed_of(row) for row in reports.of_document(session, document_id)]


def test_the_report_is_kept_with_the_step_and_the_ledger_has_its_digest(
    office: Office, arrived: str
) -> None:
    (filed,) = stored(office, arrived)
    assert filed.file_sha256 == document(office, arrived).current_sha256
    assert filed.verdict == "TOTAL-PASSED"
    with office.database.reading() as session:
        rows = {row.step: row for row in ledger.history(session, arrived)}
    assert json.loads(rows["verify"].detail)["reports"] == [filed.sha256]
    assert_sound(office)


def test_what_verdicts_rest_on_is_kept_once_however_many_there_are(
    office: Office, arrived: str
) -> None:
    approve(office, hand_in(office, PROVINCE, (OFFICE,)))
    assert turn(office) == []
    filed = [stored(office, row.id)[0] for row in documents(office, Direction.INCOMING, OFFICE)]
    assert len(filed) == 2
    assert len({one.file_sha256 for one in filed}) == 2
    for same in ("trust_sha256", "policy_sha256", "evidence_sha256"):
        assert len({getattr(one, same) for one in filed}) == 1
    listing = listed(office.blobs.get(filed[0].evidence_sha256))
    assert {kind: len(found) for kind, found in listing.items()} == {
        "certificates": 4,
        "crls": 2,
        "ocsps": 0,
    }


def test_a_stored_verdict_is_repeated_when_roots_and_lists_are_gone(
    office: Office, arrived: str, congvan: Congvan, tmp_path: Path
) -> None:
    home = office.settings.home
    values = office.settings.model_dump(include={"name", "database", "blobs", "keys", "axis"})
    write(home, **values, trust_roots="khong-con.pem", crls=[])
    said = congvan("verify", arrived, "--as-of", "--json")
    (result,) = said.json
    assert (said.code, result["verdict"], result["differs"]) == (0, "TOTAL-PASSED", [])
    assert result["stored_verdict"] == "TOTAL-PASSED"
    assert congvan("verify", arrived, "--json").error == "trust.unavailable"
    assert congvan("verify", arrived, "--as-of", "01/01/2026", "--json").error == "report.missing"


def test_every_verdict_is_repeated_alike_good_or_bad(house: House, office: Office) -> None:
    document_id = approve(office, hand_in(office, PROVINCE, (OFFICE,)))
    assert turn(office) == []
    pdf = office.blobs.get(document(office, document_id).current_sha256 or "")
    at = pdf.index(b"/MediaBox") + 12
    trust = house.pki.trust()
    files = (pdf, pdf[:at] + b"9" + pdf[at + 1 :], pdf[: len(pdf) // 2], b"%PDF-1.7 %%EOF")
    found = []
    for content in files:
        report = verify(content, trust)
        sha256 = office.blobs.put(content)
        filed = verdicts.filed(report, sha256, trust, office.blobs, built_in())
        again = verdicts.unfiled(verdicts.repeated(filed, office.blobs.get), sha256, trust)
        assert verdicts.differences(filed, again) == []
        assert again.content == filed.content
        found.append(str(filed.verdict))
    assert found == ["TOTAL-PASSED", "TOTAL-FAILED", "INDETERMINATE", "INDETERMINATE"]


def test_a_document_is_verified_on_demand_and_the_report_is_entered(
    office: Office, arrived: str, congvan: Congvan, tmp_path: Path
) -> None:
    before = steps_of(office, arrived)
    page = tmp_path / "bao-cao.pdf"
    said = congvan("verify", arrived, "--report", page, "--json")
    (result,) = said.json
    assert (said.code, result["verdict"]) == (0, "TOTAL-PASSED")
    assert steps_of(office, arrived) == [*before, "examine"]
    assert stored(office, arrived)[-1].sha256 == result["report"]
    text = subprocess.run(["pdftotext", page, "-"], capture_output=True, text=True, check=True)
    assert "HỢP LỆ: 2 chữ ký số đều nguyên vẹn" in " ".join(text.stdout.split())
    assert document(office, arrived).code_notation in text.stdout
    assert congvan("verify", arrived, "--report", page, "--json").error == "verify.report_taken"
    assert_sound(office)
    assert congvan("ledger", "verify").code == 0


def test_what_is_only_supposed_is_answered_and_never_becomes_the_documents_report(
    office: Office, arrived: str, congvan: Congvan, house: House, tmp_path: Path
) -> None:
    before, (kept,) = steps_of(office, arrived), stored(office, arrived)
    strange = tmp_path / "goc-la.pem"
    strange.write_bytes(house.pki.roots.read_bytes())
    rules = tmp_path / "quy-tac.toml"
    rules.write_bytes(built_in().source)
    for supposed in (("--at", "01/01/2045"), ("--trust", strange), ("--policy", rules)):
        (result,) = congvan("verify", arrived, *supposed, "--json").json
        assert result["notes"] == [
            "giả định: không ghi vào hồ sơ văn bản / supposed: not entered among the document's "
            "reports"
        ]
    assert steps_of(office, arrived) == before
    (repeated,) = congvan("verify", arrived, "--as-of", "--json").json
    assert (repeated["report"], repeated["verdict"]) == (kept.sha256, "TOTAL-PASSED")


def test_a_list_that_is_brought_is_used_without_roots_of_ones_own(
    office: Office, arrived: str, congvan: Congvan, house: House
) -> None:
    home, before = office.settings.home, steps_of(office, arrived)
    write(home, **house.settings_of(home, office.settings.database) | {"crls": []})
    lists = [word for path in house.pki.crls for word in ("--crl", path)]
    (result,) = congvan("verify", arrived, *lists, "--json").json
    assert {each["revocation"]["status"] for each in result["signatures"]} == {"good"}
    assert steps_of(office, arrived) == before
    (result,) = congvan("verify", arrived, "--json").json
    assert {each["revocation"]["status"] for each in result["signatures"]} == {"not-checked"}
    said = congvan("verify", arrived, "--crl", house.pki.roots, "--json")
    assert said.error == "trust.unreadable"


def test_a_clerk_reads_times_as_they_are_read_in_vietnam(
    office: Office, arrived: str, congvan: Congvan
) -> None:
    said = congvan("verify", arrived)
    assert re.search(r"^ +\d\d/\d\d/\d{4} \d\d:\d\d$", said.out, re.MULTILINE)
    shown = congvan("show", arrived)
    assert re.search(r"│ \d\d/\d\d/\d{4} \d\d:\d\d:\d\d +│ verify", shown.out)
    assert "+00:00" not in said.out + shown.out


def test_a_clerk_reads_answers_in_vietnamese_with_their_codes(
    arrived: str, congvan: Congvan
) -> None:
    said = congvan("verify", arrived).out
    assert f"{arrived}: HỢP LỆ (TOTAL-PASSED)" in said
    assert "ký toàn bộ tệp (ENTIRE_FILE)  không thêm gì sau chữ ký (NONE)" in said
    assert max(map(len, said.splitlines()[1:])) <= 100
    assert congvan("verify", arrived, "--json").json[0]["verdict"] == "TOTAL-PASSED"
    shown = congvan("show", arrived).out
    assert "  state: đã vào sổ (registered)\n" in shown
    assert "  verdict: HỢP LỆ (TOTAL-PASSED)\n" in shown


def test_a_register_keeps_its_codes_whole_in_a_hundred_columns(
    arrived: str, congvan: Congvan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console, "width", 100)
    lines = congvan("inbox").out.splitlines()
    assert max(map(len, lines)) <= 100
    assert any("(registered)" in line for line in lines)
    assert any("(TOTAL-PASSED)" in line for line in lines)


def test_evidence_that_is_lost_is_found_by_the_audit(
    office: Office, arrived: str, congvan: Congvan
) -> None:
    (filed,) = stored(office, arrived)
    lost = listed(office.blobs.get(filed.evidence_sha256))["crls"][0]
    path = office.blobs.path(lost)
    content = path.read_bytes()
    path.unlink()
    try:
        said = congvan("ledger", "verify", "--json")
        (installation,) = said.json["installations"]
        assert [file["sha256"] for file in installation["files"]] == [lost]
        assert congvan("verify", arrived, "--as-of", "--json").error == "blob.missing"
    finally:
        path.write_bytes(content)


def test_a_moment_is_a_day_in_vietnam_or_a_time_and_nothing_else(
    office: Office, arrived: str, congvan: Congvan, house: House, tmp_path: Path
) -> None:
    pdf = tmp_path / "vb.pdf"
    pdf.write_bytes(office.blobs.get(document(office, arrived).current_sha256 or ""))
    trust = ("--trust", house.pki.roots, "--json")
    for text in ("31/12/2039", "2039-12-31", "2039-12-31T23:59:59", "2039-12-31T16:59:59+00:00"):
        (result,) = congvan("verify", pdf, *trust, "--at", text).json
        assert result["verified_at"] == "2039-12-31T16:59:59+00:00"
    for text in ("31/12", "hôm qua", "2039-13-01", "99999-01-01"):
        assert congvan("verify", pdf, *trust, "--at", text).error == "verify.moment_unclear"
