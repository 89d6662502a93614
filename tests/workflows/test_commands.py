"""The commands: what they print for programs, how they refuse, and one whole `send`."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import delete, text, update

from documents.document import Role
from documents.lifecycle import Direction
from documents.tables import DocumentRow, LedgerRow, RegisterEntryRow
from signing.policy import BUILT_IN
from tests.workflows.fixtures import MakeDatabase
from tests.workflows.house import (
    HOME_AFFAIRS,
    MINISTRY,
    OFFICE,
    PROVINCE,
    House,
    approve,
    document,
    documents,
    hand_in,
    leader_of,
    letter_of,
    person_of,
    turn,
)
from tests.workflows.small_world import with_letters
from tests.workflows.worlds import Said, call, make_world
from workflows.office import Office

Congvan = Callable[..., Said]
SIGNATURE = {
    *("field", "signer", "indication", "sub_indication", "coverage", "modification"),
    *("signing_time", "reason", "kind", "organisations", "certificate", "algorithm", "key_bits"),
    *("claimed_time", "proven_time", "level", "level_text", "revocation", "trust_group"),
    "try_again_at",
}


@pytest.fixture
def office(office: Office) -> Office:
    """An office with two letters that went the whole way."""
    return with_letters(office)


def pdf_of(office: Office, folder: Path) -> Path:
    """Write the first letter's sealed PDF to a file."""
    row = documents(office, Direction.OUTGOING)[0]
    path = folder / "van-ban.pdf"
    path.write_bytes(office.blobs.get(row.current_sha256 or ""))
    return path


# --- verify -------------------------------------------------------------------------------------


def test_verify_says_of_each_signature_what_etsi_asks(
    house: House, office: Office, congvan: Congvan, tmp_path: Path
) -> None:
    path = pdf_of(office, tmp_path)
    said = congvan("verify", path, "--trust", house.pki.roots, "--json")
    assert said.code == 0
    (result,) = said.json
    assert (result["file"], result["verdict"]) == (str(path), "TOTAL-PASSED")
    leader, seal = result["signatures"]
    assert set(leader) == SIGNATURE
    assert leader["signer"] == leader_of(PROVINCE).full_name
    assert {leader["indication"], seal["indication"]} == {"TOTAL-PASSED"}
    assert seal["coverage"] == "ENTIRE_FILE"


def test_verify_judges_at_a_moment_and_by_rules_of_ones_own(
    house: House, office: Office, congvan: Congvan, tmp_path: Path
) -> None:
    path, trust = pdf_of(office, tmp_path), ("--trust", house.pki.roots, "--json")
    (late,) = congvan("verify", path, *trust, "--at", "2045-01-01T00:00:00+07:00").json
    assert {s["sub_indication"] for s in late["signatures"]} == {"OUT_OF_BOUNDS_NO_POE"}
    assert late["verified_at"] == "2044-12-31T17:00:00+00:00"
    rules = tmp_path / "rules.toml"
    text = BUILT_IN.read_text("utf-8")
    strict = text.replace("least_bits = 2048", "least_bits = 8192")
    rules.write_text(strict.replace('id = "congvan-vn"', 'id = "own"'), "utf-8")
    (weak,) = congvan("verify", path, *trust, "--policy", rules).json
    assert weak["policy_id"] == "own"
    assert {s["sub_indication"] for s in weak["signatures"]} == {"CRYPTO_CONSTRAINTS_FAILURE"}


def test_verify_fails_when_one_of_many_files_does(
    house: House, office: Office, congvan: Congvan, tmp_path: Path
) -> None:
    path = pdf_of(office, tmp_path)
    broken, plain, none = (tmp_path / name for name in ("hong.pdf", "chua-ky.pdf", "khong-co.pdf"))
    broken.write_bytes(path.read_bytes().replace(b"595", b"596", 1))
    plain.write_bytes(letter_of(PROVINCE).pdf)
    trust = ("--trust", house.pki.roots, "--json")
    said = congvan("verify", path, broken, plain, none, *trust)
    assert said.code == 1
    assert [result["verdict"] for result in said.json] == [
        "TOTAL-PASSED",
        "TOTAL-FAILED",
        "INDETERMINATE",
        "INDETERMINATE",
    ]
    assert all(result["reason"] for result in said.json[1:])


def test_verify_trusts_nobody_it_was_not_told_of(
    office: Office,
    congvan: Congvan,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path, world = pdf_of(office, tmp_path), office.settings.home.parent
    monkeypatch.chdir(tmp_path)
    (tmp_path / "demo-data").symlink_to(world)  # lies there, but nobody named it
    said = call(capsys, "verify", path, "--json")
    assert (said.code, said.error) == (1, "trust.missing")
    said = call(capsys, "verify", path, "--data", tmp_path, "--json")
    assert (said.code, said.error) == (1, "world.missing")
    said = congvan("verify", path, "--trust", path, "--json")
    assert (said.code, said.error) == (1, "trust.unreadable")


def test_verify_uses_roots_lists_and_rules_of_the_world_that_was_named(
    house: House,
    office: Office,
    congvan: Congvan,
    tmp_path: Path,
    make_sqlite: MakeDatabase,
) -> None:
    path, home = pdf_of(office, tmp_path), office.settings.home
    whose = "gốc tin cậy, quy tắc của / roots and rules of: "
    (result,) = congvan("verify", path, "--json").json
    assert (result["verdict"], result["notes"]) == ("TOTAL-PASSED", [whose + "tinh"])
    assert {each["revocation"]["status"] for each in result["signatures"]} == {"good"}
    other, url = home.with_name("bo"), make_sqlite()
    house.install(other, url, (MINISTRY,))
    make_world(home.parent, home.name, other.name)
    (result,) = congvan("verify", path, "--json").json
    assert result["notes"] == [whose + "tinh, bo"]
    house.install(other, url, (MINISTRY,), crls=[])
    results = congvan("verify", path, "--json").json
    assert [each["notes"] for each in results] == [[whose + "tinh"], [whose + "bo"]]
    checked = [each["signatures"][0]["revocation"]["status"] for each in results]
    assert checked == ["good", "not-checked"]
    page = tmp_path / "bao-cao.pdf"
    assert congvan("verify", path, "--report", page, "--json").error == "trust.roots_differ"
    assert not page.exists()


def test_a_file_that_is_missing_is_said_to_be_missing_whoever_is_trusted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = call(capsys, "verify", tmp_path / "nothere.zip", "--data", tmp_path, "--json")
    (result,) = said.json
    assert (said.code, result["verdict"]) == (1, "INDETERMINATE")
    assert "no such file" in result["reason"]


# --- show, inbox, ledger ------------------------------------------------------------------------


def test_show_finds_a_document_by_id_and_code_with_its_whole_life(
    office: Office, congvan: Congvan
) -> None:
    row = documents(office, Direction.OUTGOING)[0]
    (shown,) = congvan("show", row.id, "--json").json
    assert (shown["state"], shown["code"]) == (
        "dispatched",
        f"{row.code_number}/{row.code_notation}",
    )
    assert [revision["kind"] for revision in shown["revisions"]] == [
        "source",
        "draft",
        "signed",
        "sealed",
    ]
    assert all(Path(revision["file"]).exists() for revision in shown["revisions"])
    assert {delivery["state"] for delivery in shown["deliveries"]} == {"accepted"}
    taken = [entry["step"] for entry in shown["ledger"]]
    assert taken[:7] == ["draft", "submit", "approve", "sign", "assign_number", "seal", "dispatch"]
    for wanted in (shown["code"], row.document_key):
        directions = [found["direction"] for found in congvan("show", wanted, "--json").json]
        assert sorted(directions) == ["incoming", "incoming", "outgoing"]
    assert congvan("show", row.id).code == 0
    said = congvan("show", "khong-co", "--json")
    assert (said.code, said.error) == (1, "document.unknown")


def test_show_lists_agencies_and_people(office: Office, congvan: Congvan) -> None:
    agencies = {a["organ_id"]: a["served_by"] for a in congvan("show", "--agencies", "--json").json}
    assert agencies == {PROVINCE: "tinh", OFFICE: "tinh", HOME_AFFAIRS: "tinh", MINISTRY: None}
    people = congvan("show", "--people", "--json").json
    assert {person["role"] for person in people} == set(Role) - {Role.SYSTEM}
    for words in (("show", "--agencies"), ("show", "--people")):
        assert congvan(*words).code == 0


def test_inbox_lists_what_is_registered_for_one_agency(office: Office, congvan: Congvan) -> None:
    rows = congvan("inbox", "--agency", OFFICE, "--json").json
    assert sorted(row["receipt_number"] for row in rows) == [1, 2]
    assert {(row["agency"], row["state"], row["verdict"]) for row in rows} == {
        (OFFICE, "registered", "TOTAL-PASSED")
    }
    assert len(congvan("inbox", "--json").json) == 4
    assert len(congvan("inbox", "--limit", "3", "--json").json) == 3
    assert congvan("inbox").code == 0


def test_ledger_verify_passes_and_then_finds_what_was_tampered_with(
    office: Office, congvan: Congvan
) -> None:
    said = congvan("ledger", "verify", "--json")
    assert (said.code, said.json["ok"]) == (0, True)
    with office.database.writing() as session:
        # whoever has the file can take the guard away, but not mend the chain
        session.execute(text("DROP TRIGGER ledger_no_update"))
        changed = update(LedgerRow).where(LedgerRow.organ_id == PROVINCE, LedgerRow.sequence == 3)
        session.execute(changed.values(actor="nguoi-khac"))
    said = congvan("ledger", "verify", "--json")
    assert (said.code, said.json["ok"]) == (1, False)
    (installation,) = said.json["installations"]
    assert [(b["agency"], b["row"]) for b in installation["breaks"]] == [(PROVINCE, 3)]
    assert congvan("ledger", "verify").code == 1


def test_ledger_verify_finds_a_number_that_is_gone(office: Office, congvan: Congvan) -> None:
    row = documents(office, Direction.INCOMING, OFFICE)[0]
    with office.database.writing() as session:
        session.execute(delete(RegisterEntryRow).where(RegisterEntryRow.document_id == row.id))
    said = congvan("ledger", "verify", "--json")
    assert said.code == 1
    (gap,) = said.json["installations"][0]["gaps"]
    assert (gap["agency"], gap["numbers"]) == (OFFICE, [row.receipt_number])


# --- step ---------------------------------------------------------------------------------------


def test_a_person_without_the_role_takes_no_step(office: Office, congvan: Congvan) -> None:
    document_id = hand_in(office, PROVINCE, (OFFICE,))
    specialist, leader, clerk = (
        person_of(PROVINCE, role).id for role in (Role.SPECIALIST, Role.LEADER, Role.CLERK)
    )
    refusals = [
        (("submit", document_id, "--by", clerk), "document.step_refused"),
        (("approve", document_id, "--by", leader), "document.step_refused"),
        (("void", document_id, "--by", specialist, "--reason", "ngắn"), "document.reason_missing"),
        (("void", document_id, "--by", specialist), "document.reason_missing"),
        (("submit", document_id, "--by", "Không Ai"), "person.unknown"),
        (("submit", "khong-co", "--by", specialist), "document.unknown"),
        (("retry", document_id, "--by", "Không Ai"), "person.unknown"),
    ]
    for words, code in refusals:
        said = congvan("step", *words)
        assert (said.code, f"[{code}]" in said.err.replace("\n", "")) == (1, True), said.err
        assert document(office, document_id).state == "draft"
    assert congvan("step", "submit", document_id, "--by", specialist).code == 0
    said = congvan("step", "approve", document_id, "--by", specialist)
    assert (said.code, document(office, document_id).state) == (1, "submitted")
    assert congvan("step", "approve", document_id, "--by", leader).code == 0
    assert document(office, document_id).state == "approved"


def test_a_draft_waits_for_initials_before_it_is_approved(
    office: Office, congvan: Congvan, tmp_path: Path
) -> None:
    draft = tmp_path / "du-thao.pdf"
    draft.write_bytes(letter_of(PROVINCE).pdf)
    order = (
        "--from",
        PROVINCE,
        "--to",
        OFFICE,
        "--type",
        "Quyết định",
        "--subject",
        "V/v kiểm tra",
    )
    signer = leader_of(PROVINCE).id
    made = congvan("send", draft, *order, "--signer", signer, "--draft", "--json").json
    assert document(office, made["id"]).state == made["state"] == "draft"
    who = person_of(PROVINCE, Role.SPECIALIST).id
    assert congvan("step", "initial", made["id"], "--by", who).code == 0
    assert congvan("step", "submit", made["id"], "--by", who).code == 0
    assert congvan("step", "approve", made["id"], "--by", signer).code == 0
    assert turn(office) == []
    assert document(office, made["id"]).state == "dispatched"


def test_every_command_on_a_document_takes_its_code(
    office: Office, congvan: Congvan, tmp_path: Path
) -> None:
    document_id = hand_in(office, PROVINCE, (MINISTRY,))
    approve(office, document_id)
    assert turn(office) == []
    row = document(office, document_id)
    code, bundle = f"{row.code_number}/{row.code_notation}", tmp_path / "goi.zip"
    (result,) = congvan("verify", code, "--json").json
    assert (result["file"], result["verdict"]) == (document_id, "TOTAL-PASSED")
    (result,) = congvan("verify", row.document_key, "--json").json
    assert result["file"] == document_id
    assert congvan("evidence", code, "-o", bundle, "--json").json["document"] == document_id
    reason = ("--by", leader_of(PROVINCE).id, "--reason", "thử một bước sau khi đã gửi")
    assert "document.step_refused" in congvan("step", "return", code, *reason).err
    assert "document.unknown" in congvan("step", "return", "9/KHONG", *reason).err


def test_a_code_that_several_documents_bear_is_refused_with_their_ids(
    office: Office, congvan: Congvan, tmp_path: Path
) -> None:
    row = documents(office, Direction.OUTGOING)[0]
    code, out = f"{row.code_number}/{row.code_notation}", tmp_path / "out"
    same = [each.id for each in documents(office, Direction.INCOMING) if each.sender_organ_id]
    both = {row.id, *(i for i in same if document(office, i).code_number == row.code_number)}
    for words in (("verify", code), ("evidence", code, "-o", out)):
        error = congvan(*words, "--json").json["error"]
        assert error["code"] == "document.code_ambiguous"
        assert {i for i in {row.id, *same} if i in error["vi"]} == both
    # one agency has it once: a copy is of that
    by = ("--agency", PROVINCE, "--by", person_of(PROVINCE, Role.CLERK).id)
    signer = ("--signer", leader_of(PROVINCE).id, "-o", out, "--json")
    assert congvan("copy", code, *by, *signer).json["original"] == code
    # an id wins, even where it is another document's edXML id
    other = documents(office, Direction.OUTGOING)[1].id
    with office.database.writing() as session:
        borrowed = update(DocumentRow).where(DocumentRow.id == other)
        session.execute(borrowed.values(document_key=row.id))
    (result,) = congvan("verify", row.id, "--json").json
    assert result["file"] == row.id
