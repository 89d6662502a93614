"""Attachments under the seal: signed, sent, received, verified; what cannot be signed travels."""

import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace

import pikepdf
import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen import canvas

from connectors.edxml import read
from connectors.memory_axis import InMemoryAxis
from documents import audit, casefile, ledger
from documents.attachments import NOT_A_PDF
from documents.errors import OfficeError
from documents.tables import AgencyRow, SealedAttachmentRow
from signing.attachment import ATTACHMENT_FIELD
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
    receive,
)
from workflows import issuance
from workflows.appendices import SealAttachment
from workflows.jobs import Done, Job
from workflows.office import Office
from workflows.workshop import FileTooHard


def table_pdf(text: str = "Bieu tong hop") -> bytes:
    out = io.BytesIO()
    page = canvas.Canvas(out, pagesize=A4, invariant=1)
    page.drawString(95, 700, text)
    page.showPage()
    page.save()
    return out.getvalue()


def encrypted(pdf: bytes) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        opened.save(out, encryption=pikepdf.Encryption(owner="o", user=""))
    return out.getvalue()


@pytest.fixture
def handed(office: Office, tmp_path: Path) -> str:
    """A letter with five attachments, approved: only the first can be signed by the seal."""
    issue(office, [first := approve(office, hand_in(office, PROVINCE, (HOME_AFFAIRS,)))])
    certified = office.blobs.get(document(office, first).current_sha256 or "")
    files = {
        "Biểu 1.pdf": table_pdf(),
        "Số liệu.csv": b"STT,1\n",
        "khóa.pdf": encrypted(table_pdf()),
        "hỏng.pdf": b"%PDF-1.7\nnothing",
        "văn bản khác.pdf": certified,
    }
    paths = []
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
        paths.append(tmp_path / name)
    return approve(office, hand_in(office, PROVINCE, (HOME_AFFAIRS,), attachments=tuple(paths)))


def sealed_rows(office: Office, document_id: str) -> list[SealedAttachmentRow]:
    with office.database.reading() as session:
        found = session.query(SealedAttachmentRow).filter_by(document_id=document_id)
        return list(found.order_by(SealedAttachmentRow.ordinal))


def test_each_pdf_is_sealed_and_what_cannot_be_travels_with_the_reason(
    office: Office, house: House, handed: str
) -> None:
    with office.database.reading() as session:
        before = casefile.attachments_of(session, handed)
    issue(office, [handed])
    assert document(office, handed).state == "dispatched"
    with office.database.reading() as session:
        after = casefile.attachments_of(session, handed)
    assert [a.sha256 == b.sha256 for a, b in zip(after, before, strict=True)] == [
        *(False, True, True, True, True)
    ]
    assert [item.name for item in after] == [item.name for item in before]
    sealed, *others = sealed_rows(office, handed)
    assert (sealed.note, sealed.sha256, sealed.size) == ("", after[0].sha256, after[0].size)
    said = [row.note for row in others]
    assert said[0] == NOT_A_PDF
    assert ["mã hóa" in said[1], "hỏng" in said[2], "DocMDP" in said[3]] == [True] * 3
    assert all(row.sha256 is None for row in others)
    report = verify(office.blobs.get(after[0].sha256), house.pki.trust())
    assert report.verdict is Indication.TOTAL_PASSED
    assert [signature.field for signature in report.signatures] == [ATTACHMENT_FIELD]
    assert office.blobs.get(before[0].sha256) == table_pdf()


def test_the_ledger_names_the_sealed_files_and_the_audit_knows_them(
    office: Office, handed: str
) -> None:
    issue(office, [handed])
    with office.database.reading() as session:
        (entry,) = [row for row in ledger.history(session, handed) if row.step == "seal"]
        told = json.loads(entry.detail)["attachments"]
        assert [item["ordinal"] for item in told] == [1, 2, 3, 4, 5]
        assert told[0]["sha256"] in set(audit.blobs(session))
        assert list(audit.contradictions(session)) == []
    assert_sound(office)


def test_sealed_again_after_a_crash_before_it_was_recorded_one_file_is_kept(
    office: Office, handed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    issuance.sign(office, [handed])
    issuance.number(office, [handed])

    def killed(point: str) -> None:
        if point == "seal.done":
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("workflows.issuance.passing", killed)
        with pytest.raises(KeyboardInterrupt):
            issuance.seal(office, [handed])
    assert sealed_rows(office, handed) == []
    assert document(office, handed).state == "numbered"
    issuance.seal(office, [handed])
    assert len(sealed_rows(office, handed)) == 5
    issuance.seal(office, [handed])
    assert len(sealed_rows(office, handed)) == 5


def test_the_recipient_gets_the_sealed_files_and_verifies_them(
    office: Office, house: House, axis: InMemoryAxis, tmp_path: Path
) -> None:
    attached = tmp_path / "Phụ lục.pdf"
    attached.write_bytes(table_pdf())
    document_id = approve(
        office, hand_in(office, PROVINCE, (HOME_AFFAIRS,), attachments=(attached,))
    )
    issue(office, [document_id])
    row = document(office, document_id)
    with office.database.reading() as session:
        (travelling,) = casefile.attachments_of(session, document_id)
    with read(office.blobs.get(row.message_sha256 or "")) as message:
        assert [item.sha256 for item in message.attachments] == [
            row.current_sha256,
            travelling.sha256,
        ]
    receive(office)
    (arrived,) = [d for d in documents(office, "incoming") if d.organ_id == HOME_AFFAIRS]
    assert arrived.state == "registered"
    assert arrived.verdict == "TOTAL-PASSED"
    assert arrived.verification is not None
    (other,) = arrived.verification["others"]
    assert other["verdict"] == "TOTAL-PASSED"
    (signature,) = other["signatures"]
    assert signature["field"] == ATTACHMENT_FIELD


def test_a_file_that_only_a_repair_can_read_is_normalised_and_then_sealed(
    office: Office, house: House, tmp_path: Path
) -> None:
    path = tmp_path / "lệch.pdf"
    path.write_bytes(table_pdf().replace(b"startxref\n", b"startxref\n9", 1))
    document_id = approve(office, hand_in(office, PROVINCE, (HOME_AFFAIRS,), attachments=(path,)))
    issue(office, [document_id])
    (row,) = sealed_rows(office, document_id)
    assert "đã chuẩn hóa" in row.note
    report = verify(office.blobs.get(row.sha256 or ""), house.pki.trust())
    assert report.verdict is Indication.TOTAL_PASSED


def test_a_file_that_no_worker_process_survives_travels_as_it_is(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "nặng.pdf"
    path.write_bytes(table_pdf())
    document_id = approve(office, hand_in(office, PROVINCE, (HOME_AFFAIRS,), attachments=(path,)))
    issuance.sign(office, [document_id])
    issuance.number(office, [document_id])
    each = office.workshop.each

    def dying(jobs: Sequence[Job]) -> Iterator[Done | OfficeError]:
        for job, answer in zip(jobs, each(jobs), strict=True):
            hard = isinstance(job, SealAttachment)
            yield FileTooHard("process died") if hard else answer

    monkeypatch.setattr(office, "workshop", SimpleNamespace(each=dying, close=lambda: None))
    issuance.seal(office, [document_id])
    (row,) = sealed_rows(office, document_id)
    assert (row.sha256, "process died" in row.note) == (None, True)
    assert document(office, document_id).state == "sealed"


def test_without_the_agencys_own_seal_neither_letter_nor_attachment_is_sealed(
    office: Office, tmp_path: Path
) -> None:
    path = tmp_path / "phụ lục.pdf"
    path.write_bytes(table_pdf())
    document_id = approve(office, hand_in(office, PROVINCE, (HOME_AFFAIRS,), attachments=(path,)))
    with office.database.writing() as session:
        session.get_one(AgencyRow, PROVINCE).seal_key = "khong-co"
    issue(office, [document_id])
    row = document(office, document_id)
    assert (row.state, row.error_code) == ("numbered", "key.unavailable")
    assert sealed_rows(office, document_id) == []
