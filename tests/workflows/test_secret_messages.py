"""A message that bears a secrecy mark leaves its refusal, and nothing of what it says."""

import io
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from sqlalchemy import select

from connectors.axis import MessageKind, Outgoing, Pending
from connectors.edxml.outgoing import OutgoingFile
from connectors.edxml.reader import read
from connectors.edxml.writer import write_edoc
from connectors.errors import AxisUnavailable
from connectors.memory_axis import InMemoryAxis
from documents.lifecycle import Direction
from documents.tables import LedgerRow, ParcelRow, SecretRefusalRow
from drafting.typeface import Face, path
from schemas.edxml import (
    Code,
    DocumentTypeInfo,
    Edoc,
    Organization,
    OtherInfo,
    PromulgationInfo,
    SignerInfo,
    TraceHeader,
)
from tests.workflows.fixtures import MakeDatabase
from tests.workflows.house import OFFICE, PROVINCE, House, documents, parcels, receive
from tests.workflows.hubs import catalogue
from tests.workflows.small_world import put
from workflows import backlog, reception, secret_messages
from workflows.office import Office

SUBJECT = "Kế hoạch chỉ một người được biết"
KEY = f"{PROVINCE},2026/01/05,77/KH-UBND"


def printed(text: str) -> bytes:
    pdfmetrics.registerFont(TTFont("Mark", str(path(Face.BOLD))))
    kept = io.BytesIO()
    page = Canvas(kept, (595, 842))
    page.setFont("Mark", 13)
    page.drawString(85, 760, text)
    page.drawString(85, 700, SUBJECT)
    page.save()
    return kept.getvalue()


def zipped(name: str, content: bytes = b"") -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as archive:
        archive.writestr("ghi chu.txt", SUBJECT)
        archive.writestr(name, content)
    return kept.getvalue()


def worded(first: str) -> bytes:
    xml = f"<w:document><w:p><w:r><w:t>{first}</w:t></w:r></w:p><w:p>{SUBJECT}</w:p></w:document>"
    return zipped("word/document.xml", xml.encode())


@pytest.fixture
def office(house: House, make_sqlite: MakeDatabase, tmp_path: Path, axis: InMemoryAxis) -> Office:
    house.install(tmp_path / "so", make_sqlite(), (OFFICE,))
    return house.open(tmp_path / "so", axis)


@pytest.fixture
def axis() -> InMemoryAxis:
    return InMemoryAxis(catalogue())


Change = Callable[[bytes], bytes]


def message(subject: str, files: dict[str, bytes], key: str = KEY) -> bytes:
    number, _, notation = key.rpartition(",")[2].partition("/")
    letter = Edoc(
        sender=Organization(organ_id=PROVINCE, organ_name="UBND"),
        recipients=(Organization(organ_id=OFFICE, organ_name="Văn phòng"),),
        document_id=key,
        code=Code(code_number=number, code_notation=notation),
        promulgation=PromulgationInfo(place="Sơn Hải", promulgation_date=date(2026, 1, 5)),
        document_type=DocumentTypeInfo(type_detail=10, type_name="Kế hoạch"),
        subject=subject,
        signer=SignerInfo(position="Chủ tịch", full_name="Trần An"),
        other=OtherInfo(page_amount=1),
        trace=(TraceHeader(organ_id=PROVINCE, timestamp=datetime(2026, 1, 5, 2, tzinfo=UTC)),),
    )
    return write_edoc(letter, [OutgoingFile(name, data=data) for name, data in files.items()])


def with_field(name: str, value: str) -> Change:
    field = f"<edXML:{name}>{value}</edXML:{name}>".encode()
    return lambda message: message.replace(b"</edXML:OtherInfo>", field + b"</edXML:OtherInfo>")


def unchanged(message: bytes) -> bytes:
    return message


PLAIN = {"vb.pdf": printed("THÔNG BÁO")}
SECRETS: dict[str, tuple[str, dict[str, bytes], Change, str]] = {
    "a field of secrecy": (SUBJECT, PLAIN, with_field("Secret", "Tối mật"), "Tối mật"),
    "a field nobody knows": (SUBJECT, PLAIN, with_field("DoMat", "A"), "độ mật khác"),
    "a subject": (f"MẬT - {SUBJECT}", PLAIN, unchanged, "Mật"),
    "a page": (SUBJECT, {"vb.pdf": printed("TUYỆT MẬT")}, unchanged, "Tuyệt mật"),
    "an appendix": (SUBJECT, {**PLAIN, "pl.pdf": printed("MẬT")}, unchanged, "Mật"),
    "a word file": (SUBJECT, {**PLAIN, "pl.docx": worded("MẬT")}, unchanged, "Mật"),
    "a file's name": (SUBJECT, {**PLAIN, "TỐI MẬT_pl.txt": b"x"}, unchanged, "Tối mật"),
    "a name in an archive": (
        *(SUBJECT, {**PLAIN, "pl.zip": zipped("MẬT/pl.txt") + b""}, unchanged),
        "Mật",
    ),
}
HARMLESS: dict[str, tuple[str, dict[str, bytes], Change]] = {
    "words in a sentence": ("Về công tác bảo vệ bí mật nhà nước, BẢO MẬT", PLAIN, unchanged),
    "no secrecy": (SUBJECT, PLAIN, with_field("Secret", "0")),
    "said to be none": (SUBJECT, PLAIN, with_field("Secret", "Thường")),
    "a page that speaks of it": (SUBJECT, {"vb.pdf": printed("BÍ MẬT CÔNG VIỆC")}, unchanged),
    "a word file that speaks of it": (
        *(SUBJECT, {**PLAIN, "pl.docx": worded("Bảo mật thông tin")}),
        unchanged,
    ),
}


def everywhere(office: Office, needle: bytes) -> list[str]:
    """Return every file of the installation that holds *needle*."""
    home = office.settings.home
    return [
        str(file.relative_to(home))
        for file in sorted(home.rglob("*"))
        if file.is_file() and needle in file.read_bytes()
    ]


def whole(office: Office) -> None:
    receive(office)
    secret_messages.wipe(office)
    secret_messages.tell(office)


@pytest.mark.parametrize("name", SECRETS)
def test_nothing_of_a_secret_message_stays(name: str, office: Office, axis: InMemoryAxis) -> None:
    subject, files, change, mark = SECRETS[name]
    raw = change(message(subject, files))
    put(axis, "secret", raw)
    put(axis, "plain", message("Về việc khác", PLAIN, f"{PROVINCE},2026/01/05,78/KH-UBND"))
    whole(office)
    assert len(documents(office, Direction.INCOMING)) == 1
    (parcel,) = (parcel for parcel in parcels(office) if parcel.outcome == "junk")
    assert not office.blobs.path(parcel.sha256).exists()
    for needle in (
        SUBJECT.encode(),
        *(data[100:200] for data in files.values() if len(data) > 999),
    ):
        if needle not in b"".join(PLAIN.values()):
            assert everywhere(office, needle) == []
    with office.database.reading() as session:
        rows = session.scalars(select(LedgerRow).where(LedgerRow.step == "refuse_secret")).all()
        refusal = session.scalars(select(SecretRefusalRow)).one()
    assert [(row.document_id, row.organ_id) for row in rows] == [("", OFFICE)]
    assert f'"mark": "{mark}"' in rows[0].detail
    assert f'"sender": "{PROVINCE}"' in rows[0].detail
    assert "77/KH" not in rows[0].detail
    assert None not in (refusal.wiped_at, refusal.told_at)
    assert refusal.document_key is None
    assert axis.pending([OFFICE]) == []


@pytest.mark.parametrize("name", HARMLESS)
def test_words_about_secrecy_are_no_mark(name: str, office: Office, axis: InMemoryAxis) -> None:
    subject, files, change = HARMLESS[name]
    put(axis, "plain", change(message(subject, files)))
    whole(office)
    assert [row.subject for row in documents(office, Direction.INCOMING)] == [subject]


def test_its_sender_is_told_02_and_nothing_of_it(office: Office, axis: InMemoryAxis) -> None:
    put(axis, "secret", message(f"(Mật) {SUBJECT}", PLAIN))
    whole(office)
    secret_messages.tell(office)
    (told,) = axis.pending([PROVINCE], MessageKind.STATUS)
    with axis.fetch(PROVINCE, told.axis_id).content as content, read(content.read()) as status:
        assert status.status is not None
        assert status.status.status_code == "02"
        assert status.status.response_for.document_id == KEY
        assert "28/2018" in status.status.description
        assert "mật" not in status.status.description.casefold()


def test_an_axis_that_is_away_is_told_later(
    office: Office, axis: InMemoryAxis, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(axis, "secret", message(f"(Mật) {SUBJECT}", PLAIN))
    receive(office)

    def away(_reports: object) -> None:
        raise AxisUnavailable("away")

    monkeypatch.setattr(axis, "report", away)
    with pytest.raises(AxisUnavailable):
        secret_messages.tell(office)
    with office.database.reading() as session:
        refusal = session.scalars(select(SecretRefusalRow)).one()
    assert (refusal.attempts, refusal.told_at, refusal.document_key) == (1, None, KEY)


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("point", ["open.read", "open.recorded", "secret.removed"])
def test_a_process_killed_on_the_way_leaves_it_to_the_next(
    point: str, office: Office, axis: InMemoryAxis, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(axis, "secret", message(f"TỐI MẬT: {SUBJECT}", PLAIN))

    def passing(name: str) -> None:
        if name == point:
            raise Killed

    monkeypatch.setattr(reception, "passing", passing)
    monkeypatch.setattr(secret_messages, "passing", passing)
    with pytest.raises(Killed):
        whole(office)
    monkeypatch.undo()
    assert backlog.incoming_due(office)
    whole(office)
    assert everywhere(office, SUBJECT.encode()) == []
    with office.database.reading() as session:
        rows = session.scalars(select(LedgerRow).where(LedgerRow.step == "refuse_secret")).all()
    assert len(rows) == 1
    assert not backlog.incoming_due(office)


def test_one_that_the_axis_gives_out_again_is_removed_again(
    office: Office, axis: InMemoryAxis
) -> None:
    raw = message(f"MẬT: {SUBJECT}", PLAIN)
    put(axis, "secret", raw)
    whole(office)
    office.blobs.put(raw)
    with office.database.writing() as session:
        parcel = session.scalars(select(ParcelRow)).one()
    reception._keep(office, [(_pending(parcel), parcel.sha256)])
    whole(office)
    assert everywhere(office, SUBJECT.encode()) == []


def _pending(parcel: ParcelRow) -> Pending:
    return Pending(
        axis_id=parcel.axis_id,
        kind=MessageKind.EDOC,
        recipient=parcel.organ_id,
        sender=parcel.sender,
        message_id="",
        sha256=parcel.sha256,
        size=0,
    )


def test_the_same_bytes_for_two_agencies_go_when_both_are_refused(
    house: House, make_sqlite: MakeDatabase, tmp_path: Path, axis: InMemoryAxis
) -> None:
    house.install(tmp_path / "tinh", make_sqlite(), (OFFICE, PROVINCE))
    office = house.open(tmp_path / "tinh", axis)
    raw = message(f"MẬT: {SUBJECT}", PLAIN)
    axis.send(Outgoing("secret", PROVINCE, (OFFICE, PROVINCE), raw))
    whole(office)
    assert {parcel.outcome for parcel in parcels(office)} == {"junk"}
    assert everywhere(office, SUBJECT.encode()) == []
