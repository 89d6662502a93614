"""Whatever is wrong is refused with a stable code, or waits visibly; nothing is half done."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen import canvas
from sqlalchemy import insert, select, update

from connectors.axis import Outgoing
from connectors.edxml import OutgoingFile, read, write_edoc
from connectors.memory_axis import InMemoryAxis
from documents.document import DocumentType, Role
from documents.lifecycle import Direction
from documents.numbering import local_day
from documents.tables import LedgerRow, RegisterEntryRow, RegisterRow
from drafting.typeface import Face
from drafting.typeface import path as face_path
from tests.workflows.fixtures import MakeDatabase
from tests.workflows.house import (
    EXPIRED,
    HOME_AFFAIRS,
    MINISTRY,
    OFFICE,
    PROVINCE,
    House,
    approve,
    assert_sound,
    catalogue,
    delivery_states,
    document,
    documents,
    hand_in,
    issue,
    leader_of,
    letter_of,
    parcels,
    person_of,
    receive,
    take_statuses,
)
from tests.workflows.processes import Deadly, Endless, Stuck
from tests.workflows.worlds import Said, call, make_world
from workflows import drafts, issuance, reception
from workflows.drafts import Order
from workflows.jobs import Open
from workflows.office import Office
from workflows.workshop import FileTooHard, Workshop

RECIPIENTS = (OFFICE, HOME_AFFAIRS)


class Lent:
    """The session's worker processes, lent to a command, which may not end them."""

    def __init__(self, workshop: Workshop) -> None:
        self.run = workshop.run

    def close(self) -> None:
        """Leave them to the session."""


@pytest.fixture
def axis() -> InMemoryAxis:
    return InMemoryAxis(catalogue())


@pytest.fixture
def office(
    house: House,
    make_sqlite: MakeDatabase,
    tmp_path: Path,
    axis: InMemoryAxis,
    monkeypatch: pytest.MonkeyPatch,
) -> Office:
    """An office in a small world, whose commands borrow the session's worker processes."""
    home = tmp_path / "the-gioi" / "tinh"
    house.install(home, make_sqlite(), (PROVINCE, *RECIPIENTS))
    make_world(home.parent, home.name)
    monkeypatch.setattr("workflows.office.Workshop", lambda _settings: Lent(house.workshop))
    return house.open(home, axis)


@pytest.fixture
def congvan(office: Office, capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Run a command on the office's world."""
    world = office.settings.home.parent
    return lambda *words: call(capsys, *words, "--data", world)


# --- drafts -------------------------------------------------------------------------------------


def encrypted(pdf: bytes) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        opened.save(out, encryption=pikepdf.Encryption(owner="chủ", user=""))
    return out.getvalue()


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
        ({"to": "H77"}, "agency.unknown"),
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


# --- signing, numbering, dispatching ------------------------------------------------------------


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
        new = renewable / f"{leader_of(PROVINCE).id}.{suffix}"
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


# --- what arrives -------------------------------------------------------------------------------


def put(axis: InMemoryAxis, message_id: str, content: bytes, recipient: str = OFFICE) -> None:
    axis.send(Outgoing(message_id, PROVINCE, (recipient,), content))


@pytest.fixture
def sealed(office: Office) -> tuple[bytes, bytes]:
    """A message as it left, and its PDF."""
    document_id = approve(office, hand_in(office, PROVINCE, (MINISTRY,)))
    issue(office, [document_id])
    row = document(office, document_id)
    return office.blobs.get(row.message_sha256 or ""), office.blobs.get(row.current_sha256 or "")


def with_file(message: bytes, *contents: bytes, key: str = "") -> bytes:
    """Return the message with other files in it, perhaps under another document id."""
    with read(message) as received:
        assert received.edoc is not None
        edoc = received.edoc.model_copy(update={"document_id": key} if key else {})
        files = [OutgoingFile(f"{n}.pdf", data=content) for n, content in enumerate(contents)]
        return write_edoc(edoc, files)


def corrupted(message: bytes) -> bytes:
    start = message.index(b"ContentTransferEncoded")
    begin = message.index(b">", start) + 1
    return message[: begin + 1000] + b"!?" + message[begin + 1003 :]


def declared(message: bytes) -> bytes:
    head, _, rest = message.partition(b"?>")
    return head + b'?>\n<!DOCTYPE edXML [<!ENTITY a "b">]>' + rest


MESSAGES: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "not well-formed": (lambda message: message[: len(message) // 2], "edxml.not_well_formed"),
    "no xml": (lambda _: b"%PDF-1.7", "edxml.not_well_formed"),
    "empty": (lambda _: b" ", "edxml.not_well_formed"),
    "DOCTYPE": (declared, "edxml.doctype"),
    "wrong root": (lambda _: b"<html/>", "edxml.wrong_root"),
    "neither kind": (
        lambda _: b'<edXML xmlns="http://www.mic.gov.vn/TBT/QCVN_102_2016"/>',
        "edxml.unsupported_kind",
    ),
    "corrupt attachment": (corrupted, "edxml.attachment_corrupt"),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_that_cannot_be_read_is_kept_as_junk_and_the_others_go_on(
    name: str,
    office: Office,
    axis: InMemoryAxis,
    sealed: tuple[bytes, bytes],
    congvan: Callable[..., Said],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    spoil, code = MESSAGES[name]
    bad = spoil(sealed[0])
    put(axis, "good-1", sealed[0])
    put(axis, "bad", bad)
    put(axis, "good-2", with_file(sealed[0], sealed[1], key="H99,2026/01/01,9/QĐ-UBND"))
    receive(office)
    junk = [parcel for parcel in parcels(office) if parcel.outcome == "junk"]
    assert [code in (parcel.error or "") for parcel in junk] == [True]
    assert office.blobs.get(junk[0].sha256) == bad
    assert all(parcel.confirmed_at for parcel in parcels(office))
    assert {row.state for row in documents(office, Direction.INCOMING)} == {"registered"}
    assert len(documents(office, Direction.INCOMING)) == 2
    assert axis.pending([OFFICE]) == []
    path = tmp_path / "bad.edxml"
    path.write_bytes(bad)
    said = call(capsys, "edxml", "read", path, "--json")
    assert (said.code, said.error) == (1, code)


def tampered(pdf: bytes) -> bytes:
    """Change one byte that both signatures cover, and nothing of the file's form."""
    at = pdf.index(b"/MediaBox") + len(b"/MediaBox")
    at = next(i for i in range(at, at + 40) if pdf[i] in b"123456789")
    return pdf[:at] + bytes([pdf[at] ^ 1]) + pdf[at + 1 :]


def test_a_tampered_pdf_is_quarantined_and_refused_by_the_clerk(
    office: Office,
    axis: InMemoryAxis,
    sealed: tuple[bytes, bytes],
    congvan: Callable[..., Said],
) -> None:
    put(axis, "bad", with_file(sealed[0], tampered(sealed[1])))
    receive(office)
    (row,) = documents(office, Direction.INCOMING)
    assert (row.state, row.held, row.verdict) == ("quarantined", True, "TOTAL-FAILED")
    assert "HASH_FAILURE" in (row.error_text or "")
    assert row.receipt_number is None
    assert axis.pending([OFFICE]) == []
    (listed,) = congvan("inbox", "--agency", OFFICE, "--json").json
    assert (listed["state"], listed["receipt_number"]) == ("quarantined", None)
    assert "HASH_FAILURE" in listed["error"]

    clerk = person_of(OFFICE, Role.CLERK).id
    reason = "Chữ ký không còn nguyên vẹn, đề nghị gửi lại"
    assert congvan("step", "refuse", row.id, "--by", clerk, "--reason", reason).code == 0
    receive(office)
    take_statuses(office)
    assert document(office, row.id).state == "refused"
    told = [p for p in parcels(office) if p.kind == "status"]
    assert len(told) == 2  # 01 and 02
    assert_sound(office)


def test_an_unsigned_pdf_waits_for_the_clerk_who_may_let_it_in(
    office: Office, axis: InMemoryAxis, sealed: tuple[bytes, bytes], congvan: Callable[..., Said]
) -> None:
    put(axis, "plain", with_file(sealed[0], letter_of(PROVINCE).pdf))
    receive(office)
    (row,) = documents(office, Direction.INCOMING)
    assert (row.state, row.held, row.verdict) == ("quarantined", True, "UNSIGNED")
    clerk = person_of(OFFICE, Role.CLERK).id
    reason = "Đã đối chiếu với bản giấy"
    assert congvan("step", "release", row.id, "--by", clerk, "--reason", reason).code == 0
    receive(office)
    assert document(office, row.id).receipt_number == 1


def test_an_agency_that_accepts_unsigned_documents_still_refuses_broken_ones(
    house: House, make_sqlite: MakeDatabase, tmp_path: Path, sealed: tuple[bytes, bytes]
) -> None:
    home = tmp_path / "xa"
    house.install(home, make_sqlite(), (OFFICE,), accepts_unsigned=True)
    axis = InMemoryAxis(catalogue())
    office = house.open(home, axis)
    plain, broken = letter_of(PROVINCE).pdf, tampered(sealed[1])
    contents = {
        "plain": (plain,),
        "broken": (broken,),
        "broken beside": (plain, broken),
        "unreadable": (b"%PDF-1.7 and nothing else",),
        "encrypted": (encrypted(plain),),
    }
    for name, files in contents.items():
        put(axis, name, with_file(sealed[0], *files, key=name))
    receive(office)
    states = {row.document_key: row.state for row in documents(office, Direction.INCOMING)}
    assert states == dict.fromkeys(contents, "quarantined") | {"plain": "registered"}


def test_another_document_under_a_known_id_waits_for_the_clerk(
    office: Office, axis: InMemoryAxis, sealed: tuple[bytes, bytes]
) -> None:
    put(axis, "first", sealed[0])
    put(axis, "second", with_file(sealed[0], sealed[1], letter_of(HOME_AFFAIRS).pdf))
    receive(office)
    first, second = documents(office, Direction.INCOMING)
    assert first.document_key == second.document_key
    assert (first.state, second.state) == ("registered", "quarantined")
    assert "Trùng mã văn bản" in (second.error_text or "")


# --- files that kill or hang --------------------------------------------------------------------


@pytest.fixture
def hasty(house: House, office: Office) -> Iterator[Workshop]:
    """A workshop that gives a file one second."""
    workshop = Workshop(house.workshop._settings.model_copy(update={"file_seconds": 1.0}))
    office.workshop = workshop
    yield workshop
    workshop.close()


@pytest.mark.parametrize("culprit", [Deadly, Endless, Stuck])
def test_a_file_that_kills_or_hangs_its_process_costs_itself_alone(
    culprit: type[Open], hasty: Workshop, sealed: tuple[bytes, bytes], office: Office
) -> None:
    good = Open(OFFICE, "x", office.blobs.put(sealed[0]))
    answers = hasty.run([good, culprit(), good, good])
    assert [isinstance(answer, FileTooHard) for answer in answers] == [False, True, False, False]
    assert all("H99," in str(answer) for answer in (answers[0], answers[2], answers[3]))


def instead(module: Any, name: str, bad: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the job about the blob *bad* kill its process."""
    real = getattr(module, name)
    deadly = {"Open": Deadly, "Verify": Deadly, "Sign": Deadly}[name]

    def made(*words: Any, **more: Any) -> object:
        job = real(*words, **more)
        return deadly() if bad in (getattr(job, "sha256", ""), getattr(job, "main", "")) else job

    monkeypatch.setattr(module, name, made)


def test_a_message_that_kills_its_process_is_junk_and_the_pouch_goes_on(
    office: Office,
    axis: InMemoryAxis,
    sealed: tuple[bytes, bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bad = with_file(sealed[0], b"bad", key="bad")
    put(axis, "good", sealed[0])
    put(axis, "bad", bad)
    instead(reception, "Open", office.blobs.put(bad), monkeypatch)
    receive(office)
    assert sorted(parcel.outcome for parcel in parcels(office)) == ["junk", "opened"]
    (junk,) = [parcel for parcel in parcels(office) if parcel.outcome == "junk"]
    assert "workshop.file_too_hard" in (junk.error or "")
    assert [row.state for row in documents(office, Direction.INCOMING)] == ["registered"]
    assert axis.pending([OFFICE]) == []


def test_a_pdf_that_kills_its_process_is_quarantined_and_the_pouch_goes_on(
    office: Office,
    axis: InMemoryAxis,
    sealed: tuple[bytes, bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put(axis, "good", sealed[0])
    put(axis, "bad", with_file(sealed[0], b"%PDF-1.4 hard", key="bad"))
    instead(reception, "Verify", office.blobs.put(b"%PDF-1.4 hard"), monkeypatch)
    receive(office)
    states = {row.document_key: row for row in documents(office, Direction.INCOMING)}
    assert states["bad"].state == "quarantined"
    assert "workshop.file_too_hard" in (states["bad"].error_text or "")
    assert sorted(row.state for row in states.values()) == ["quarantined", "registered"]


def test_a_draft_that_kills_its_process_is_held_and_the_pouch_goes_on(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = approve(office, hand_in(office, HOME_AFFAIRS, (PROVINCE,)))
    good = approve(office, hand_in(office, PROVINCE, RECIPIENTS))
    instead(issuance, "Sign", document(office, bad).current_sha256 or "", monkeypatch)
    issue(office, [bad, good])
    row = document(office, bad)
    assert (row.state, row.held, row.error_code) == ("approved", True, "workshop.file_too_hard")
    assert document(office, good).state == "dispatched"
