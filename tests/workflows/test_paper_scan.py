"""`congvan draft scan`: what was signed on paper gets its electronic copy, once (X5)."""

import io
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest

from documents import casefile, copies, ledger, paper_scans
from documents.document import Role
from documents.tables import CertifiedCopyRow
from signing.copies import COPY_FIELD
from signing.report import Indication
from signing.validation import verify
from tests.workflows.house import (
    PROVINCE,
    House,
    assert_sound,
    document,
    hand_in,
    leader_of,
    person_of,
)
from tests.workflows.small_world import RECIPIENTS
from tests.workflows.test_attachments import table_pdf
from tests.workflows.worlds import Said
from workflows.office import Office

Congvan = Callable[..., Said]
CLERK, LEADER = person_of(PROVINCE, Role.CLERK).id, leader_of(PROVINCE).id
SPECIALIST = person_of(PROVINCE, Role.SPECIALIST).id


class Killed(BaseException):
    """Nothing after it runs, as when the process is killed."""


@pytest.fixture
def paper(congvan: Congvan) -> str:
    """Return the id of a decision that was made on paper and has its number."""
    words = ("--type", "Quyết định", "--subject", "V/v kho", "--signer", LEADER, "--by", CLERK)
    said = congvan("number", "paper", "--agency", PROVINCE, *words, "--json")
    assert said.code == 0, said
    return str(said.json["id"])


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    path = tmp_path / "bản quét.pdf"
    with pikepdf.open(io.BytesIO(table_pdf())) as pdf:
        pdf.save(path, min_version="1.5")
    return path


def copied(office: Office) -> list[CertifiedCopyRow]:
    with office.database.reading() as session:
        return list(copies.entered(session, PROVINCE))


def scanned(congvan: Congvan, made: str, scan: Path, by: str = CLERK) -> Said:
    return congvan("draft", "scan", made, "--file", scan, "--by", by, "--signer", LEADER, "--json")


def test_a_scan_of_a_paper_document_is_signed_entered_and_becomes_its_file(
    office: Office, congvan: Congvan, house: House, paper: str, scan: Path
) -> None:
    said = scanned(congvan, paper, scan)
    assert said.code == 0, said
    row, (copy,) = document(office, paper), copied(office)
    assert row.current_sha256 == copy.sha256
    assert (copy.made_from, copy.made_to) == ("paper", "electronic")
    assert copy.original == f"{row.code_number}/{row.code_notation}"
    made = office.blobs.get(copy.sha256)
    assert made.startswith(office.blobs.get(copy.source_sha256))
    report = verify(made, house.pki.trust())
    assert report.verdict is Indication.TOTAL_PASSED
    assert [signature.field for signature in report.signatures] == [COPY_FIELD]
    with office.database.reading() as session:
        (revision,) = casefile.revisions_of(session, paper)
        assert (revision.kind, revision.sha256) == (paper_scans.KIND, copy.sha256)
        steps = [fact.step for fact in ledger.history(session, paper)]
        assert steps[-1] == "add_scan"
        assert list(ledger.verify(session)) == []
    assert_sound(office)


def test_a_paper_document_gets_one_electronic_copy_and_others_none(
    office: Office, congvan: Congvan, paper: str, scan: Path
) -> None:
    assert scanned(congvan, paper, scan).code == 0
    draft = hand_in(office, PROVINCE, RECIPIENTS)
    for made in (paper, draft):
        assert scanned(congvan, made, scan).error == "paper.scan_not_wanted"
    assert len(copied(office)) == 1


def test_a_copy_made_before_its_worker_was_killed_is_not_made_again(
    office: Office,
    congvan: Congvan,
    paper: str,
    scan: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def killed(*_given: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr("workflows.redrafting.paper_scans.scanned", killed)
        with pytest.raises(Killed):
            scanned(congvan, paper, scan)
    assert document(office, paper).current_sha256 is None
    (first,) = copied(office)
    assert scanned(congvan, paper, scan).code == 0
    assert [each.id for each in copied(office)] == [first.id]
    assert document(office, paper).current_sha256 == first.sha256


def test_who_is_no_clerk_or_brings_no_pdf_leaves_nothing(
    office: Office, congvan: Congvan, paper: str, scan: Path, tmp_path: Path
) -> None:
    junk = tmp_path / "ảnh.pdf"
    junk.write_bytes(b"%PDF-1.7 junk")
    for by, path in ((SPECIALIST, scan), (CLERK, junk), (CLERK, tmp_path / "không có.pdf")):
        said = scanned(congvan, paper, path, by)
        assert said.code == 1, said
        assert said.error
    assert copied(office) == []
    assert document(office, paper).current_sha256 is None
