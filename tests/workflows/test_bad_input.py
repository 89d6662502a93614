"""Wrong drafts, orders, keys and numbers are refused by code or held; nothing is half done."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pikepdf
import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen import canvas
from sqlalchemy import insert, select, update

from connectors.memory_axis import InMemoryAxis
from documents.document import DocumentType, Role
from documents.lifecycle import Direction
from documents.numbering import local_day
from documents.tables import LedgerRow, RegisterEntryRow, RegisterRow
from drafting.typeface import Face
from drafting.typeface import path as face_path
from tests.workflows.house import (
    EXPIRED,
    HOME_AFFAIRS,
    MINISTRY,
    OFFICE,
    PROVINCE,
    RENEWED,
    House,
    approve,
    assert_sound,
    delivery_states,
    document,
    documents,
    hand_in,
    issue,
    leader_of,
    letter_of,
    person_of,
)
from tests.workflows.hubs import catalogue
from tests.workflows.small_world import RECIPIENTS, encrypted
from tests.workflows.worlds import Said
from workflows import drafts, issuance
from workflows.drafts import Order
from workflows.office import Office


def hybrid(pdf: bytes) -> bytes:
    """A classic table whose trailer names a cross-reference stream besides (7.5.8.4)."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        opened.save(out, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    plain = out.getvalue()
    start = plain.rindex(b"startxref")
    at = plain.rindex(b"trailer", 0, start)
    stream_at = at
    stream = (
        b"9999 0 obj\n<</Type/XRef/Size 1/W[1 1 1]/Index[0 1]/Length 3>>\nstream\n\0\0\0\n"
        b"endstream\nendobj\n"
    )
    table_at = int(plain[start:].split()[1])
    trailer = plain[at:start].replace(b"<<", b"<< /XRefStm %d" % table_at, 1)
    body = plain[:table_at] + stream + plain[table_at:stream_at] + trailer
    return body + b"startxref\n%d\n%%%%EOF\n" % (table_at + len(stream))


def with_mark(_pdf: bytes) -> bytes:
    """A page that carries a secrecy mark."""
    face = Face.BOLD
    pdfmetrics.registerFont(TTFont("mark", str(face_path(face))))
    out = io.BytesIO()
    page = canvas.Canvas(out, pagesize=A4)
    page.setFont("mark", 13)
    page.drawString(60, 780, "TUYỆT MẬT")
    page.save()
    return out.getvalue()


DRAFTS: dict[str, tuple[Callable[[bytes], bytes], set[str]]] = {
    "encrypted": (encrypted, {"draft.encrypted"}),
    "truncated": (lambda pdf: pdf[: len(pdf) // 3], {"draft.unreadable", "placement.not_found"}),
    "text": (lambda _: "Kính gửi".encode(), {"draft.not_a_pdf"}),
    "picture": (lambda _: b"\x89PNG\r\n\x1a\n" + b"0" * 500, {"draft.not_a_pdf"}),
    "empty": (lambda _: b"", {"draft.not_a_pdf"}),
    "header only": (lambda _: b"%PDF-1.7\n%%EOF\n", {"draft.unreadable"}),
    "secret by its mark": (with_mark, {"document.secret"}),
}


def send_words(path: Path, **changed: str) -> list[str]:
    given = {
        "from": PROVINCE,
        "to": OFFICE,
        "subject": "Về việc kiểm tra",
        "type": "Quyết định",
        "signer": leader_of(PROVINCE).id,
    }
    options = [word for name, value in (given | changed).items() for word in (f"--{name}", value)]
    return ["send", str(path), *options, "--json"]


def assert_untouched(office: Office) -> None:
    assert documents(office, Direction.OUTGOING) == []
    assert_sound(office)


@pytest.mark.parametrize("name", DRAFTS)
def test_a_bad_draft_is_refused_by_its_code(
    name: str, office: Office, congvan: Callable[..., Said], tmp_path: Path
) -> None:
    spoil, codes = DRAFTS[name]
    path = tmp_path / "du-thao.pdf"
    path.write_bytes(spoil(letter_of(PROVINCE).pdf))
    said = congvan(*send_words(path))
    assert (said.code, said.error in codes) == (1, True), said.out
    assert_untouched(office)


def test_a_signed_pdf_is_no_draft(
    house: House, office: Office, congvan: Callable[..., Said], tmp_path: Path
) -> None:
    document_id = approve(office, hand_in(office, PROVINCE, RECIPIENTS))
    issuance.sign(office, [document_id])
    before = document(office, document_id)
    path = tmp_path / "da-ky.pdf"
    path.write_bytes(office.blobs.get(before.current_sha256 or ""))
    said = congvan(*send_words(path))
    assert (said.code, said.error) == (1, "draft.signed_already")
    assert [row.id for row in documents(office, Direction.OUTGOING)] == [document_id]


def test_a_hybrid_file_is_taken_in_normalised(
    office: Office, congvan: Callable[..., Said], tmp_path: Path
) -> None:

    path = tmp_path / "lai.pdf"
    path.write_bytes(hybrid(letter_of(PROVINCE).pdf))
    assert b"/XRefStm" in path.read_bytes()
    order = Order(
        PROVINCE, DocumentType.DECISION, "Về việc kiểm tra", (OFFICE,), leader_of(PROVINCE).id
    )
    document_id = approve(office, drafts.hand_in_file(office, order, path))
    row = document(office, document_id)
    assert b"/XRefStm" not in office.blobs.get(row.current_sha256 or "")
    issue(office, [document_id])
    assert document(office, document_id).state == "dispatched"


def test_a_missing_file_is_named(office: Office, congvan: Callable[..., Said]) -> None:
    said = congvan(*send_words(Path("khong-co.pdf")))
    assert (said.code, said.error) == (1, "draft.file_unreadable")
    assert_untouched(office)


@pytest.mark.parametrize("marked", [True, False])
def test_a_secret_document_leaves_nothing_but_its_refusal(
    marked: bool, office: Office, congvan: Callable[..., Said], tmp_path: Path
) -> None:
    path = tmp_path / "mat.pdf"
    path.write_bytes(with_mark(b"") if marked else letter_of(PROVINCE).pdf)
    kept = set(office.blobs.folder.rglob("*"))
    more = {} if marked else {"confidentiality": "Mật"}
    said = congvan(*send_words(path, subject="Bí mật nằm ở đây", **more))
    assert (said.code, said.error) == (1, "document.secret")
    assert_untouched(office)
    assert set(office.blobs.folder.rglob("*")) == kept
    with office.database.reading() as session:
        (row,) = session.scalars(select(LedgerRow))
    assert (row.step, row.document_id, row.evidence) == ("refuse_secret", "", "")
    assert "Bí mật" not in row.detail


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"to": "H77"}, "recipient.unknown"),
        ({"from": "H77"}, "agency.unknown"),
        ({"from": MINISTRY}, "agency.not_served"),
        ({"signer": "Không Ai"}, "person.unknown"),
        ({"signer": person_of(PROVINCE, Role.SPECIALIST).id}, "person.right_missing"),
        ({"signer": person_of(PROVINCE, Role.CLERK).full_name}, "person.right_missing"),
        ({"drafter": "Không Ai"}, "person.unknown"),
        ({"type": "Bài thơ"}, "document.type_unknown"),
        ({"subject": " "}, "document.subject_invalid"),
        ({"subject": "à" * 501}, "document.subject_invalid"),
        ({"subject": "a\x00b"}, "document.subject_invalid"),
        ({"box": "number=1,2,3"}, "placement.box_invalid"),
        ({"box": "number=9,100,700,130,715"}, "placement.box_invalid"),
        ({"attach": "khong-co.xlsx"}, "draft.file_unreadable"),
    ],
    ids=str,
)
def test_a_wrong_order_is_refused_by_its_code(
    changed: dict[str, str],
    code: str,
    office: Office,
    congvan: Callable[..., Said],
    tmp_path: Path,
) -> None:
    path = tmp_path / "du-thao.pdf"
    path.write_bytes(letter_of(PROVINCE).pdf)
    said = congvan(*send_words(path, **changed))
    assert (said.code, said.error) == (1, code)
    assert set(said.json["error"]) == {"code", "vi", "en", "remedy"}
    assert_untouched(office)


@pytest.fixture
def renewable(house: House) -> Iterator[Path]:
    """The key folder; what a test changes in it is put back."""
    before = {path: path.read_bytes() for path in house.keys.glob(f"{EXPIRED}.*")}
    yield house.keys
    for path, content in before.items():
        path.write_bytes(content)


def test_an_expired_certificate_holds_its_document_until_there_is_a_new_key(
    house: House, office: Office, congvan: Callable[..., Said], renewable: Path
) -> None:
    house.add_expired_leader(office)
    held = approve(office, hand_in(office, PROVINCE, RECIPIENTS, signer=EXPIRED))
    good = approve(office, hand_in(office, PROVINCE, RECIPIENTS))
    issue(office, [held, good])
    row = document(office, held)
    assert (row.state, row.held, row.error_code) == ("approved", True, "certificate.refused")
    assert document(office, good).state == "dispatched"
    assert document(office, good).code_number == "01"
    (shown,) = congvan("show", held, "--json").json
    assert "certificate.refused" in shown["waiting"]

    clerk = person_of(PROVINCE, Role.CLERK).id
    assert congvan("step", "retry", held, "--by", clerk).code == 0
    issue(office, [held])
    assert document(office, held).error_code == "certificate.refused"

    for suffix in ("p12", "pass"):
        new = renewable / f"{RENEWED}.{suffix}"
        (renewable / f"{EXPIRED}.{suffix}").write_bytes(new.read_bytes())
    assert congvan("step", "retry", held, "--by", clerk).code == 0
    issue(office, [held])
    row = document(office, held)
    assert (row.state, row.held, row.error_code, row.code_number) == (
        "dispatched",
        False,
        None,
        "02",
    )
    assert_sound(office)


@pytest.mark.parametrize("suffix", ["p12", "pass"])
def test_a_missing_key_holds_its_document(
    suffix: str, house: House, office: Office, renewable: Path
) -> None:
    house.add_expired_leader(office)
    document_id = approve(office, hand_in(office, PROVINCE, RECIPIENTS, signer=EXPIRED))
    (renewable / f"{EXPIRED}.{suffix}").unlink()
    issue(office, [document_id])
    row = document(office, document_id)
    assert (row.state, row.held, row.error_code) == ("approved", True, "key.unavailable")
    (renewable / f"{EXPIRED}.{suffix}").touch(mode=0o600)


def test_a_number_that_is_taken_holds_its_document(
    office: Office, congvan: Callable[..., Said]
) -> None:
    ids = [approve(office, hand_in(office, PROVINCE, RECIPIENTS)) for _ in range(2)]
    other = approve(office, hand_in(office, HOME_AFFAIRS, (PROVINCE,)))
    # as after a register was restored from an older backup than its entries
    with office.database.writing() as session:
        values = {"organ_id": PROVINCE, "direction": "outgoing", "series": "QĐ"}
        day = local_day(office.now())
        register_id = session.scalar(
            insert(RegisterRow)
            .values(**values, year=day.year, last_number=0)
            .returning(RegisterRow.id)
        )
        session.execute(
            insert(RegisterEntryRow).values(
                register_id=register_id, number=1, document_id=ids[1], entered_on=day
            )
        )
    issue(office, [ids[0], other])
    row = document(office, ids[0])
    assert (row.state, row.held, row.error_code) == ("signed", True, "register.number_taken")
    assert document(office, other).state == "dispatched"
    with office.database.writing() as session:
        session.execute(
            update(RegisterRow).where(RegisterRow.id == register_id).values(last_number=1)
        )
    clerk = person_of(PROVINCE, Role.CLERK).id
    assert congvan("step", "retry", ids[0], "--by", clerk).code == 0
    issue(office, [ids[0]])
    assert document(office, ids[0]).code_number == "02"


def test_a_recipient_the_axis_does_not_know_is_shown_as_failed_and_can_be_sent_again(
    office: Office, congvan: Callable[..., Said]
) -> None:
    office.axis = InMemoryAxis([entry for entry in catalogue() if entry.organ_id != OFFICE])
    document_id = approve(office, hand_in(office, PROVINCE, RECIPIENTS))
    issue(office, [document_id])
    row = document(office, document_id)
    assert (row.state, row.held, row.error_code) == ("sealed", True, "axis.unknown_recipient")
    assert delivery_states(office) == ["failed", "failed"]
    office.axis = InMemoryAxis(catalogue())
    assert (
        congvan("step", "retry", document_id, "--by", person_of(PROVINCE, Role.CLERK).id).code == 0
    )
    issue(office, [document_id])
    assert document(office, document_id).state == "dispatched"
    assert delivery_states(office) == ["sent", "sent"]
