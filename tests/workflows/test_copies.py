"""Copies and initials by their commands and through the whole journey."""

import errno
import hashlib
import io
import json
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen import canvas

from connectors.memory_axis import InMemoryAxis
from documents import (
    casefile,
    changes,
    copies,
    copy_source,
    directory,
    ledger,
    outgoing,
    register,
)
from documents.change import ChangeKind
from documents.change_letters import Asks
from documents.copy_source import CopyAskedBack
from documents.document import Person, Role
from documents.lifecycle import Direction, Step
from documents.tables import CertifiedCopyRow
from signing.copies import COPY_FIELD
from signing.report import Indication
from signing.validation import verify
from tests.workflows.house import (
    HOME_AFFAIRS,
    PROVINCE,
    House,
    approve,
    assert_sound,
    document,
    documents,
    hand_in,
    issue,
    leader_of,
    person_of,
    receive,
    steps_of,
)
from tests.workflows.proof import run
from tests.workflows.test_attachments import table_pdf
from tests.workflows.worlds import Said
from workflows.commands import copy
from workflows.office import Office

CLERK, LEADER = person_of(PROVINCE, Role.CLERK), leader_of(PROVINCE)
HEAD = Person("thu-ky", PROVINCE, "Lê Văn Cũ", "Trưởng phòng", Role.UNIT_HEAD)
"""Who initials with the key of `leader_of(HOME_AFFAIRS)`: any person's key does."""
Congvan = Callable[..., Said]


def copied(office: Office) -> list[CertifiedCopyRow]:
    with office.database.reading() as session:
        return list(copies.entered(session, PROVINCE))


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    path = tmp_path / "bản quét.pdf"
    with pikepdf.open(io.BytesIO(table_pdf())) as pdf:
        pdf.save(path, min_version="1.5")
    return path


@pytest.fixture
def order(congvan: Congvan, tmp_path: Path) -> Callable[..., Said]:
    """Ask for a copy; it goes to `copy.pdf`."""

    def ask(*words: object) -> Said:
        who = ("--agency", PROVINCE, "--by", CLERK.id, "--signer", LEADER.id, "--json")
        return congvan("copy", *who, *words, "-o", tmp_path / "copy.pdf")

    return ask


def test_a_scan_becomes_a_signed_copy_with_a_number(
    office: Office, house: House, order: Callable[..., Said], scan: Path, tmp_path: Path
) -> None:
    said = order(scan, "--original", "15/QĐ-BNV ngày 05/01/2026")
    assert said.code == 0, said
    facts = json.loads(said.out)
    (row,) = copied(office)
    assert facts["code"] == row.code == "01/SY-UBND"
    assert row.original == "15/QĐ-BNV ngày 05/01/2026"
    copy = (tmp_path / "copy.pdf").read_bytes()
    assert copy == office.blobs.get(row.sha256)
    assert copy.startswith(office.blobs.get(row.source_sha256))
    report = verify(copy, house.pki.trust())
    assert report.verdict is Indication.TOTAL_PASSED
    assert [signature.field for signature in report.signatures] == [COPY_FIELD]
    said_on_it = run("pdftotext", tmp_path / "copy.pdf", "-").stdout
    assert "SAO Y" in said_on_it
    assert "+07:00" in said_on_it
    assert_sound(office)


def test_an_issued_document_becomes_paper_with_its_block(
    office: Office, order: Callable[..., Said], tmp_path: Path
) -> None:
    issue(office, [sealed := approve(office, hand_in(office, PROVINCE, (HOME_AFFAIRS,)))])
    said = order(sealed, "--to-place", "Như trên")
    assert said.code == 0, said
    (row,) = copied(office)
    source = document(office, sealed)
    assert (row.made_from, row.made_to) == ("electronic", "paper")
    assert row.original == f"{source.code_number}/{source.code_notation}"
    assert row.source_sha256 == source.current_sha256
    text = run("pdftotext", "-layout", tmp_path / "copy.pdf", "-").stdout
    assert row.code in text
    assert LEADER.full_name in text
    unsigned = run("pdfsig", tmp_path / "copy.pdf")
    assert "does not contain any signatures" in unsigned.stdout + unsigned.stderr


def test_what_is_asked_back_recalled_or_replaced_is_not_copied(
    office: Office, order: Callable[..., Said], tmp_path: Path
) -> None:
    def sent(asks: Asks | None = None) -> str:
        made = approve(office, hand_in(office, PROVINCE, (HOME_AFFAIRS,), asks=asks))
        issue(office, [made])
        return made

    asked_back, replaced = sent(), sent()
    new = sent(Asks(ChangeKind.REPLACE, replaced, "Sai"))
    with office.database.writing() as session:
        changes.ask(session, asked_back, CLERK.id, office.now(), "Sai")
    for wanted, code in ((asked_back, "copy.asked_back"), (replaced, "copy.not_in_force")):
        assert order(wanted).error == code
        file = tmp_path / f"{wanted}.pdf"
        file.write_bytes(office.blobs.get(document(office, wanted).current_sha256 or ""))
        # the same bytes handed in as a file are the same document
        assert order(file, "--made-from", "electronic", "--made-to", "paper").error == code
    assert copied(office) == []
    receive(office)
    row = next(
        r for r in documents(office, Direction.INCOMING) if r.document_key == _key(office, replaced)
    )
    with office.database.writing() as session, pytest.raises(CopyAskedBack):
        copy_source.ensure_in_force(session, row.organ_id, row.current_sha256 or "", row.id)
    assert order(new).code == 0
    assert [row.code for row in copied(office)] == ["01/SY-UBND"]


def _key(office: Office, wanted: str) -> str | None:
    return document(office, wanted).document_key


def test_the_series_stays_gapless_over_refusals(
    office: Office, order: Callable[..., Said], scan: Path, tmp_path: Path
) -> None:
    target = tmp_path / "copy.pdf"
    codes = []
    for words in (
        (scan,),
        (scan, "--made-from", "electronic"),  # refused: forward the original
        (scan, "--kind", "trich-sao", "--made-from", "electronic"),
        (scan, "--kind", "sao-luc"),  # refused: of which sao y?
        (scan, "--kind", "sao-luc", "--of", "01/SY-UBND"),
        (scan, "--signer", CLERK.id),  # refused: no right to sign
        (tmp_path / "none.pdf",),
    ):
        answer = order(*words)
        codes.append(json.loads(answer.out).get("code") or json.loads(answer.out)["error"]["code"])
        target.unlink(missing_ok=True)
    assert codes == [
        *("01/SY-UBND", "copy.not_allowed", "02/TrS-UBND", "copy.base_missing", "03/SL-UBND"),
        *("person.right_missing", "document.unknown"),
    ]
    with office.database.reading() as session:
        assert register.gaps(session) == []
    assert [row.number for row in copied(office)] == [1, 2, 3]


def test_a_secret_original_is_refused_and_only_the_refusal_is_kept(
    office: Office, order: Callable[..., Said], tmp_path: Path
) -> None:
    from drafting import typeface

    typeface.load()
    page = canvas.Canvas(str(tmp_path / "mật.pdf"), pagesize=A4, pdfVersion=(1, 5))
    page.setFont(typeface.Face.BOLD, 14)
    page.drawString(90, 760, "MẬT")
    page.showPage()
    page.save()
    said = order(tmp_path / "mật.pdf")
    assert said.code == 1
    assert json.loads(said.out)["error"]["code"] == "document.secret"
    assert copied(office) == []
    with office.database.reading() as session:
        assert [row.step for row in ledger.history(session, "")] == ["refuse_secret"]


def test_a_leader_lets_somebody_sign_copies(
    office: Office, congvan: Congvan, order: Callable[..., Said], scan: Path
) -> None:
    with office.database.writing() as session:
        directory.put_person(session, HEAD)
    where = ("--agency", PROVINCE)
    assert congvan("copy", "--allow", HEAD.id, "--by", CLERK.id, *where).code == 1
    assert congvan("copy", "--allow", HEAD.id, "--by", LEADER.id, *where).code == 0
    assert order(scan, "--signer", HEAD.id).code == 0
    assert order(scan, "--signer", HEAD.id).code == 1  # the file is there already


def test_a_target_that_cannot_be_written_uses_no_number_and_a_file_is_written_again(
    office: Office,
    congvan: Congvan,
    scan: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    who = ("--agency", PROVINCE, "--by", CLERK.id, "--json")
    make = ("copy", scan, *who, "--signer", LEADER.id)
    for target, code in (
        (tmp_path, "copy.target_taken"),
        (scan / "c.pdf", "path.unusable"),
        (tmp_path / ("x" * 250 + ".pdf"), "path.unusable"),
    ):
        assert congvan(*make, "-o", target).error == code
    assert copied(office) == []
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    (work / "01_SY-UBND.pdf").write_bytes(b"last year's")

    def full(_target: Path, _fill: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(copy, "write_durably", full)
        unwritten = congvan(*make).json["error"]
    assert (unwritten["code"], "--again 01/SY-UBND" in unwritten["remedy"]) == (
        *("copy.unwritten", True),
    )
    again = congvan("copy", "--again", "01/SY-UBND", *who).json
    (row,) = copied(office)
    assert (again["code"], again["file"]) == ("01/SY-UBND", "01_SY-UBND-2.pdf")
    assert hashlib.sha256((work / again["file"]).read_bytes()).hexdigest() == row.sha256
    assert congvan("copy", "--again", "9/SY-UBND", *who).error == "copy.unknown"


@pytest.fixture
def initialled(office: Office, congvan: Congvan) -> str:
    """A letter with the initials of a unit's head, who has a key, and of its drafter."""
    with office.database.writing() as session:
        directory.put_person(session, HEAD, signing_key=leader_of(HOME_AFFAIRS).id)
    document_id = hand_in(office, PROVINCE, (HOME_AFFAIRS,))
    drafter = document(office, document_id).drafter_id
    with office.database.writing() as session:
        outgoing.decide(session, document_id, Step.SUBMIT, drafter or "", office.now())
    for who, told in ((drafter, "recorded only"), (HEAD.id, "initialled")):
        said = congvan("step", "initial", document_id, "--by", who)
        assert (said.code, told in said.out) == (0, True), said
    return document_id


def test_an_initialled_letter_is_issued_and_registered_by_the_recipient(
    office: Office, house: House, axis: InMemoryAxis, initialled: str
) -> None:
    with office.database.writing() as session:
        outgoing.decide(session, initialled, Step.APPROVE, LEADER.id, office.now())
    issue(office, [initialled])
    row = document(office, initialled)
    assert row.state == "dispatched"
    assert steps_of(office, initialled)[:4] == ["draft", "submit", "initial", "initial"]
    with office.database.reading() as session:
        kinds = [revision.kind for revision in casefile.revisions_of(session, initialled)]
    assert kinds == ["source", "draft", "initial1", "signed", "sealed"]
    report = verify(office.blobs.get(row.current_sha256 or ""), house.pki.trust())
    assert report.verdict is Indication.TOTAL_PASSED
    fields = [signature.field for signature in report.signatures]
    assert fields == ["KyNhay1", "ChuKyLanhDao", "DauCoQuan"]
    receive(office)
    (arrived,) = [d for d in documents(office, "incoming") if d.organ_id == HOME_AFFAIRS]  # type: ignore[arg-type]
    assert (arrived.state, arrived.verdict) == ("registered", "TOTAL-PASSED")
    assert_sound(office)


def test_initials_are_refused_twice_and_too_late(
    office: Office, congvan: Congvan, initialled: str
) -> None:
    assert "đã ký nháy" in congvan("step", "initial", initialled, "--by", HEAD.id).err
    with office.database.writing() as session:
        outgoing.decide(session, initialled, Step.APPROVE, LEADER.id, office.now())
        late = Person("muon", PROVINCE, "Đến Muộn", "Chuyên viên", Role.SPECIALIST)
        directory.put_person(session, late)
    assert congvan("step", "initial", initialled, "--by", "muon").code == 1
