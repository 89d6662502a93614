"""The bundle of one document: what is in it, what it proves, and what a changed one says."""

import hashlib
import json
import os
import resource
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from documents.lifecycle import Direction
from tests.workflows.house import (
    HOME_AFFAIRS,
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
from tests.workflows.worlds import Said, call
from workflows.bundle_check import Check, _shielded
from workflows.bundle_manifest import MANIFEST, SUMS, BundleBroken, Manifest
from workflows.office import Office

Congvan = Callable[..., Said]
Rewrite = Callable[[str, bytes], bytes | None]
BY_HAND = Path(__file__).with_name("check_bundle.sh")
ALONE = """
import sys
def refuse(event, _):
    if event.startswith("socket.") and event != "socket.__new__":
        raise OSError("no network here")
sys.addaudithook(refuse)
from workflows.__main__ import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture
def sent(office: Office) -> str:
    """A document that went the whole way, with every status back; returns its id."""
    document_id = approve(office, hand_in(office, PROVINCE, (OFFICE, HOME_AFFAIRS)))
    assert turn(office) == turn(office) == []
    return document_id


@pytest.fixture
def bundle(office: Office, sent: str, congvan: Congvan, tmp_path: Path) -> Path:
    path = tmp_path / "goi.zip"
    assert congvan("evidence", sent, "-o", path).code == 0
    return path


@pytest.fixture
def small_disk() -> Iterator[None]:
    """No file can grow over 200 kB."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def rewritten(bundle: Path, change: Rewrite, *, sums: bool = False) -> Path:
    """Return another bundle, whose files are what *change* makes of each; None drops it.

    With *sums*, manifest and sums are made to fit again, as a forger would.
    """
    with zipfile.ZipFile(bundle) as old:
        contents = {name: old.read(name) for name in old.namelist()}
    contents = {n: new for n, c in contents.items() if (new := change(n, c)) is not None}
    if sums:
        _fit(contents)
    target = bundle.with_name("khac.zip")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new_file:
        for name, content in contents.items():
            new_file.writestr(name, content)
    return target


def _fit(contents: dict[str, bytes]) -> None:
    values = json.loads(contents[MANIFEST])
    values["files"] = {
        name: {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
        for name, content in contents.items()
        if name not in (MANIFEST, SUMS)
    }
    manifest = Manifest.from_bytes(json.dumps(values).encode())
    contents[MANIFEST] = manifest.to_bytes()
    contents[SUMS] = manifest.sums(hashlib.sha256(contents[MANIFEST]).hexdigest())


def failed(said: Said) -> set[str]:
    """Return what does not hold."""
    (result,) = said.json
    assert (said.code, result["verdict"]) == (1, "TOTAL-FAILED")
    return {check["what"] for check in result["checks"] if not check["holds"]}


def test_a_bundle_holds_all_that_there_is_and_every_check_holds(
    office: Office, sent: str, bundle: Path, congvan: Congvan
) -> None:
    with zipfile.ZipFile(bundle) as opened:
        names = set(opened.namelist())
        manifest = Manifest.from_bytes(opened.read(MANIFEST))
        filled = json.loads(opened.read("difference/filled-later.json"))
        rows = opened.read("ledger/slice.jsonl").splitlines()
    row = document(office, sent)
    assert manifest.document.code == f"{row.code_number}/{row.code_notation}"
    assert [one.kind for one in manifest.revisions] == ["source", "draft", "signed", "sealed"]
    assert {"README.txt", "edxml/sent.edxml", "receipts/deliveries.json", SUMS} <= names
    assert {"facts/authority.json", "facts/requests.json", "reports/01-demand.pdf"} <= names
    assert {f"edxml/status-00{number}.edxml" for number in (1, 2, 3, 4)} <= names
    assert len(rows) == len(steps_of(office, sent)) == len(manifest.chain.links)
    assert {f["field"]: f["after"] for f in filled["filled_later"]} == {
        "SoVanBan": row.code_number,
        "Ngay": f"{row.promulgated:%d}",
        "Thang": str(row.promulgated.month) if row.promulgated else "",
    }
    assert (filled["signed_later"], [page["page"] for page in filled["pages"]]) == (
        ["DauCoQuan"],
        [1],
    )
    (result,) = congvan("verify", bundle, "--json").json
    assert result["verdict"] == "TOTAL-PASSED"
    assert all(check["holds"] for check in result["checks"])
    assert_sound(office)


def test_the_same_store_gives_the_same_bytes(
    sent: str, bundle: Path, congvan: Congvan, tmp_path: Path
) -> None:
    again = tmp_path / "lai.zip"
    assert congvan("evidence", sent, "-o", again).code == 0
    assert again.read_bytes() == bundle.read_bytes()


def test_a_bundle_is_checked_by_hand_with_foreign_programs_only(bundle: Path) -> None:
    said = subprocess.run(["sh", BY_HAND, bundle], capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout + said.stderr
    lines = said.stdout.splitlines()
    assert [line.split(":")[0] for line in lines] == [
        *("files", "ledger", "signature 0", "signature 1", "signed")
    ]
    assert "CN=Trần Quốc Khánh" in lines[2]
    assert "CN=Ủy ban nhân dân tỉnh Sơn Hải" in lines[3]


def test_what_a_received_document_was_is_bundled_with_the_report_of_its_arrival(
    office: Office, sent: str, congvan: Congvan, tmp_path: Path
) -> None:
    (arrived,) = documents(office, Direction.INCOMING, OFFICE)
    path = tmp_path / "den.zip"
    assert congvan("evidence", arrived.id, "-o", path).code == 0
    with zipfile.ZipFile(path) as opened:
        manifest = Manifest.from_bytes(opened.read(MANIFEST))
    assert [report.occasion for report in manifest.reports] == ["arrival"]
    assert [one.kind for one in manifest.revisions] == ["received"]
    assert congvan("verify", path).code == 0
    assert subprocess.run(["sh", BY_HAND, path], capture_output=True, check=False).returncode == 0


def test_a_bundle_is_checked_in_an_empty_folder_with_no_network(
    bundle: Path, house: House, tmp_path: Path
) -> None:
    empty = tmp_path / "trong"
    empty.mkdir()
    shutil.copy(bundle, empty)
    root = Path(__file__).parents[2]
    environment = {"HOME": str(empty), "PATH": os.environ["PATH"], "PYTHONPATH": str(root)}

    def alone(*words: object) -> Said:
        done = subprocess.run(
            [sys.executable, "-c", ALONE, *map(str, words)],
            capture_output=True,
            text=True,
            check=False,
            cwd=empty,
            env=environment,
        )
        return Said(done.returncode, done.stdout, done.stderr)

    said = alone("verify", "goi.zip", "--json")
    assert said.code == 0, said.err
    assert any("roots as bundled" in note for note in said.json[0]["notes"])
    own = alone("verify", "goi.zip", "--trust", house.pki.roots, "--json")
    assert own.code == 0
    assert not any("roots as bundled" in note for note in own.json[0]["notes"])
    assert [path.name for path in empty.iterdir()] == ["goi.zip"]


def test_ones_own_roots_decide_and_not_the_bundled_ones(
    bundle: Path, congvan: Congvan, tmp_path: Path
) -> None:
    key, strange = tmp_path / "la.key", tmp_path / "la.pem"
    make = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    made = [*make, "-nodes", "-keyout", key, "-out", strange, "-days", "9", "-subj", "/CN=La"]
    subprocess.run(made, check=True, capture_output=True)
    said = congvan("verify", bundle, "--trust", strange, "--json")
    (result,) = said.json
    assert (said.code, result["verdict"]) == (1, "INDETERMINATE")
    subs = {s["sub_indication"] for s in result["signatures"]}
    assert subs == {"NO_CERTIFICATE_CHAIN_FOUND"}


def test_whatever_file_of_a_bundle_is_changed_the_bundle_does_not_hold(
    bundle: Path, congvan: Congvan
) -> None:
    with zipfile.ZipFile(bundle) as opened:
        names = sorted(opened.namelist())
    same = rewritten(bundle, lambda _name, content: content)
    assert congvan("verify", same).code == 0
    chosen = [*names[::6], MANIFEST, SUMS, "ledger/slice.jsonl"]
    for wanted in dict.fromkeys(chosen):

        def turned(name: str, content: bytes, wanted: str = wanted) -> bytes:
            at = len(content) // 2
            changed = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
            return changed if name == wanted else content

        assert failed(congvan("verify", rewritten(bundle, turned), "--json")), wanted


def test_a_forger_who_makes_the_sums_fit_is_found_by_ledger_and_signatures(
    bundle: Path, congvan: Congvan
) -> None:
    def verdict(name: str, content: bytes) -> bytes:
        other = content.replace(b'"step":"approve"', b'"step":"submit"')
        return other if name == "ledger/slice.jsonl" else content

    assert failed(congvan("verify", rewritten(bundle, verdict, sums=True), "--json")) == {
        "nhật ký / ledger"
    }

    def other_code(name: str, content: bytes) -> bytes:
        return content.replace(b'"code": "01/', b'"code": "02/') if name == MANIFEST else content

    assert failed(congvan("verify", rewritten(bundle, other_code, sums=True), "--json")) == {
        "nhật ký và tệp / ledger and files"
    }

    def other_report(name: str, content: bytes) -> bytes:
        wanted = name == "reports/01-demand.json"
        return content.replace("Trần Quốc Khánh".encode(), b"Ai") if wanted else content

    assert "reports/01-demand.json" in failed(
        congvan("verify", rewritten(bundle, other_report, sums=True), "--json")
    )

    def other_pdf(name: str, content: bytes) -> bytes:
        return content[:-9] + b"\n" + content[-9:] if name.endswith("sealed.pdf") else content

    broken = failed(congvan("verify", rewritten(bundle, other_pdf, sums=True), "--json"))
    assert {"các bản của tệp / revisions", "reports/01-demand.json"} <= broken


def test_a_file_too_many_or_too_few_is_said(bundle: Path, congvan: Congvan) -> None:
    def without(name: str, content: bytes) -> bytes | None:
        return None if name == "edxml/sent.edxml" else content

    assert "mục lục / table of contents" in failed(
        congvan("verify", rewritten(bundle, without), "--json")
    )
    with zipfile.ZipFile(bundle, "a") as opened:
        opened.writestr("facts/more.json", "{}")
    assert "mục lục / table of contents" in failed(congvan("verify", bundle, "--json"))


def test_a_bundle_is_not_written_over_another_unless_asked(
    sent: str, bundle: Path, congvan: Congvan
) -> None:
    bundle.write_bytes(b"mine")
    assert congvan("evidence", sent, "-o", bundle, "--json").error == "bundle.taken"
    assert bundle.read_bytes() == b"mine"
    assert congvan("evidence", sent, "-o", bundle, "--force").code == 0
    assert congvan("verify", bundle).code == 0


def test_a_full_disk_is_said_and_leaves_nothing(
    sent: str, congvan: Congvan, tmp_path: Path, bundle: Path, small_disk: None
) -> None:
    folder = tmp_path / "day"
    folder.mkdir()
    assert congvan("evidence", sent, "-o", folder / "b.zip", "--json").error == "bundle.unwritable"
    assert list(folder.iterdir()) == []
    missing = congvan("evidence", sent, "-o", folder / "khong" / "b.zip", "--json")
    assert missing.error == "bundle.unwritable"


def test_a_blob_that_is_not_what_it_was_is_in_no_bundle(
    office: Office, sent: str, bundle: Path, congvan: Congvan, tmp_path: Path
) -> None:
    path = office.blobs.path(document(office, sent).message_sha256 or "")
    content = path.read_bytes()
    path.chmod(0o600)
    try:
        path.write_bytes(content[:-1] + b" ")
        target = tmp_path / "hong.zip"
        assert congvan("evidence", sent, "-o", target, "--json").error == "blob.damaged"
        assert not target.exists()
    finally:
        path.write_bytes(content)


def test_a_list_without_roots_is_no_ground_for_a_bundle(
    bundle: Path, house: House, capsys: pytest.CaptureFixture[str], congvan: Congvan
) -> None:
    lists = ("--crl", house.pki.crls[0], "--json")
    assert call(capsys, "verify", bundle, *lists).error == "trust.missing"
    (result,) = congvan("verify", bundle, *lists).json
    assert result["verdict"] == "TOTAL-PASSED"
    assert "gốc tin cậy, quy tắc của / roots and rules of: tinh" in result["notes"]


def test_what_does_not_hold_is_said_to_the_end_of_the_sentence(
    bundle: Path, congvan: Congvan
) -> None:
    def no_rows(name: str, content: bytes) -> bytes:
        return b"?\n" if name == "ledger/slice.jsonl" else content

    (result,) = congvan("verify", rewritten(bundle, no_rows), "--json").json
    told = [check["detail"] for check in result["checks"] if "[bundle." in check["detail"]]
    long = {"vietnamese": "a" * 250 + " {0}", "english": "b " * 200 + "{0}"}
    (check,) = _shielded("x", partial(_broken, type("Long", (BundleBroken,), long)("x")))
    assert told
    assert all(detail.endswith("made it [bundle.broken]") for detail in told)
    assert check.detail.endswith("b …")


def _broken(error: BundleBroken) -> Iterator[Check]:
    raise error


def test_nobody_is_told_of_a_document_that_is_not_there(congvan: Congvan, tmp_path: Path) -> None:
    said = congvan("evidence", "khong-co", "-o", tmp_path / "b.zip", "--json")
    assert said.error == "document.unknown"
