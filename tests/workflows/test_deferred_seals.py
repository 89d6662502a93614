"""A seal that is elsewhere, on a letter and its attachments: one order, all of them or nothing."""

import hashlib
import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, append_signature_field

from connectors.memory_axis import InMemoryAxis
from connectors.remote.record import transaction_of
from documents import audit
from documents.level import Level
from documents.lifecycle import Direction
from documents.signature_request import ValuesMiscounted
from documents.tables import SealedAttachmentRow, SignatureRequestRow
from signing.attachment import ATTACHMENT_FIELD, prepare_attachment, seal_attachment
from signing.deferred import Certified, Pending, complete
from signing.errors import SignatureWouldBreak, ValueForeign
from signing.pades import CERTIFY, Statement, embed
from signing.pkcs12 import Pkcs12Key
from signing.preservation import level_of
from signing.report import Indication
from signing.testservices import Fault
from signing.validation import verify
from tests.workflows import phones
from tests.workflows.archive import Archive, MakeArchive
from tests.workflows.deaths import Killed, dies_at
from tests.workflows.deferred_places import Place
from tests.workflows.fixtures import MakeDatabase
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
    seal_of,
    steps_of,
)
from tests.workflows.hubs import catalogue
from tests.workflows.phones import Phone, carry, counted, later
from tests.workflows.test_attachments import encrypted, sealed_rows, table_pdf
from workflows import deferral, issuance

SEAL = seal_of(PROVINCE)
FILES = {
    "Biểu 1.pdf": table_pdf("Bieu 1"),
    "Số liệu.csv": b"STT,1\n",
    "khóa.pdf": encrypted(table_pdf()),
    "Biểu 2.pdf": table_pdf("Bieu 2"),
}
SIGNED = [True, False, False, True]


@pytest.fixture
def make_place(house: House, make_sqlite: MakeDatabase, tmp_path: Path) -> Callable[[str], Place]:
    """Return a maker of installations whose seal is elsewhere."""

    def make(kind: str) -> Place:
        key, home, keys = house.pki.key(SEAL), tmp_path / "tinh", tmp_path / "keys"
        house.install(home, make_sqlite(), (PROVINCE, HOME_AFFAIRS), keys=str(keys), processes=1)
        phones.describe(keys, SEAL, kind, None if kind == "remote" else key)
        for suffix in ("p12", "pass", "png"):
            path = house.keys / f"{leader_of(PROVINCE).id}.{suffix}"
            (keys / path.name).write_bytes(path.read_bytes())
            (keys / path.name).chmod(0o600)
        (tmp_path / "phone").mkdir()
        office = house.open(home, InMemoryAxis(catalogue()))
        phone = Phone(tmp_path / "phone", key)
        office.services[phones.NAME] = phone
        return Place(house, home, office, phone)

    return make


def numbered(place: Place, folder: Path) -> str:
    """Return a numbered letter with four attachments, asked to be sealed."""
    paths = [folder / name for name in FILES]
    for path in paths:
        path.write_bytes(FILES[path.name])
    order = hand_in(place.office, PROVINCE, (HOME_AFFAIRS,), attachments=tuple(paths))
    document_id = approve(place.office, order)
    for step in (issuance.sign, issuance.number, issuance.seal):
        step(place.office, [document_id])
    return document_id


def pendings(place: Place, request: SignatureRequestRow) -> list[Pending]:
    """Return what is signed for a request: the letter first."""
    blobs = place.office.blobs
    files = deferral.frozen_files(place.office, request)
    return [Pending.read(blobs.get(pending), blobs.get(pdf)) for pdf, pending in files]


def assert_sealed(place: Place, document_id: str) -> None:
    """Assert that letter and attachments have their seals, and all that travels is on record."""
    row = document(place.office, document_id)
    rows = sealed_rows(place.office, document_id)
    assert [each.sha256 is not None for each in rows] == SIGNED
    assert ["không phải PDF" in rows[1].note, "mã hóa" in rows[2].note] == [True, True]
    files = [row.current_sha256, *(each.sha256 for each in rows if each.sha256)]
    for sha256 in files:
        report = verify(
            place.office.blobs.get(sha256 or ""), place.house.pki.trust(), at=place.office.now()
        )
        assert report.verdict is Indication.TOTAL_PASSED, report.reason
    assert report.signatures[-1].field == ATTACHMENT_FIELD
    with place.office.database.reading() as session:
        assert set(files) <= set(audit.blobs(session))
        assert list(audit.contradictions(session)) == []
    assert_sound(place.office)


def test_a_distant_seal_signs_letter_and_attachments_in_one_order(
    make_place: Callable[[str], Place], tmp_path: Path
) -> None:
    place = make_place("remote")
    document_id = numbered(place, tmp_path)
    assert place.state(document_id) == ("numbered", "prepared", None)
    carry(place.office)
    request = place.request(document_id)
    items = transaction_of(request.order_text).order.items
    assert [item.document_id for item in items] == [
        *(document_id, f"{document_id}.1", f"{document_id}.2")
    ]
    assert [item.name for item in items][1:] == ["Biểu 1.pdf", "Biểu 2.pdf"]
    assert len({item.digest for item in items}) == 3
    assert sealed_rows(place.office, document_id) == []
    with place.office.database.reading() as session:
        named = set(audit.blobs(session))
    assert {sha for pair in deferral.frozen_files(place.office, request) for sha in pair} <= named
    place.phone.say("decision", "yes")
    later(place.office, hours=1)
    carry(place.office)
    assert place.state(document_id) == ("sealed", "completed", None)
    assert place.phone.started == [f"{request.id}-1"]
    assert_sealed(place, document_id)
    issue(place.office, [document_id])
    assert document(place.office, document_id).state == "dispatched"


def test_one_value_that_is_wrong_or_lacking_seals_nothing(
    make_place: Callable[[str], Place], tmp_path: Path
) -> None:
    place = make_place("manual")
    document_id = numbered(place, tmp_path)
    request = place.request(document_id)
    first, second, third = (place.phone.key.sign(each.to_sign) for each in pendings(place, request))
    foreign = place.phone.key.sign(hashlib.sha256(b"another").digest())
    for values in ((first, third, second), (first, second, foreign), (foreign, second, third)):
        with pytest.raises(ValueForeign):
            deferral.deliver_value(place.office, request.id, *values)
    for values in ((first,), (first, second), (first, second, third, third)):
        with pytest.raises(ValuesMiscounted):
            deferral.deliver_value(place.office, request.id, *values)
    assert place.state(document_id) == ("numbered", "waiting", None)
    assert sealed_rows(place.office, document_id) == []
    deferral.deliver_value(place.office, request.id, first, second, third)
    assert place.state(document_id) == ("sealed", "completed", None)
    assert_sealed(place, document_id)
    assert counted(steps_of(place.office, document_id))["signature_unused"] == 6


@pytest.mark.parametrize("point", ["freeze.done", "order.sent", "answer.done", "answer.recorded"])
def test_a_worker_that_dies_seals_all_of_them_once(
    point: str,
    make_place: Callable[[str], Place],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    place = make_place("remote")
    place.phone.say("decision", "yes")
    dies_at(point, monkeypatch, "deferral", "remote_signing")
    ids: list[str] = []

    def work() -> None:
        ids.append(numbered(place, tmp_path))
        carry(place.office)
        later(place.office, minutes=1)
        carry(place.office)

    with pytest.raises(Killed):
        work()
    place.reopened()
    (document_id,) = ids or [row.id for row in documents(place.office, Direction.OUTGOING)]
    for minutes in (30, 60):
        later(place.office, minutes=minutes)
        issuance.seal(place.office, [document_id])
        carry(place.office)
    assert place.state(document_id) == ("sealed", "completed", None)
    assert counted(steps_of(place.office, document_id))["signature_complete"] == 1
    assert len(place.phone.started) == 1
    assert_sealed(place, document_id)


def test_a_key_that_signs_fewer_at_once_says_so_and_keeps_the_letter(
    make_place: Callable[[str], Place], tmp_path: Path
) -> None:
    place = make_place("remote")
    place.phone.most = 2
    document_id = numbered(place, tmp_path)
    carry(place.office)
    assert place.state(document_id) == ("numbered", "failed", "remote.order_invalid")
    row = document(place.office, document_id)
    assert (row.held, "3 > 2" in (row.error_text or "")) == (True, True)
    assert place.phone.started == []


def test_the_token_tool_s_seal_still_refuses_attachments(
    make_place: Callable[[str], Place], tmp_path: Path
) -> None:
    place = make_place("vgca")
    document_id = numbered(place, tmp_path)
    row = document(place.office, document_id)
    assert (row.state, row.error_code) == ("numbered", "request.attachments_unsealed")


def test_an_attachment_that_others_signed_is_frozen_only_where_theirs_still_holds(
    house: House,
) -> None:
    stranger, key = house.pki.key(seal_of(HOME_AFFAIRS)), house.pki.key(SEAL)
    leader = house.pki.key(leader_of(PROVINCE).id)
    at = key.not_before.replace(year=2026)
    told = {"agency": "UBND", "code": "1/QĐ-UBND", "at": at}
    approved = seal_attachment(table_pdf(), stranger, **told)  # type: ignore[arg-type]
    pending = prepare_attachment(approved, Certified.of(key), **told)  # type: ignore[arg-type]
    done = complete(pending, key.sign(pending.to_sign))
    report = verify(done, house.pki.trust(), at=at)
    assert report.verdict is Indication.TOTAL_PASSED, report.reason
    assert len(report.signatures) == 2
    certified = certified_by(leader)
    with pytest.raises(SignatureWouldBreak):
        prepare_attachment(certified, Certified.of(key), **told)  # type: ignore[arg-type]


def certified_by(key: Pkcs12Key) -> bytes:
    """Return a PDF that its author certified."""
    writer = IncrementalPdfFileWriter(io.BytesIO(table_pdf()))
    append_signature_field(writer, SigFieldSpec("TacGia", on_page=0, box=(1, 1, 9, 9)))
    at = key.not_before.replace(year=2026)
    return embed(writer, "TacGia", key, CERTIFY, Statement(at))


def deferred_letter(archive: Archive, folder: Path) -> tuple[str, SignatureRequestRow]:
    """Return a letter whose seal is brought by hand, with an attachment, and its request."""
    attached = folder / "Phụ lục.pdf"
    attached.write_bytes(table_pdf())
    order = hand_in(archive.office, PROVINCE, (HOME_AFFAIRS,), attachments=(attached,))
    document_id = approve(archive.office, order)
    issue(archive.office, [document_id])
    assert document(archive.office, document_id).state == "numbered"
    with archive.office.database.reading() as session:
        request = session.query(SignatureRequestRow).filter_by(document_id=document_id).one()
        session.expunge(request)
    return document_id, request


@pytest.fixture
def stamped(make_archive: MakeArchive, tmp_path: Path) -> tuple[Archive, Pkcs12Key]:
    """An installation with a TSA, whose seal is brought by hand."""
    keys = tmp_path / "keys"
    archive = make_archive("B-T", keys=str(keys))
    key = archive.pki.key(SEAL)
    phones.describe(keys, SEAL, "manual", key)
    for suffix in ("p12", "pass"):
        path = keys / f"{leader_of(PROVINCE).id}.{suffix}"
        path.write_bytes((archive.pki.folder / path.name).read_bytes())
        path.chmod(0o600)
    return archive, key


def brought(archive: Archive, key: Pkcs12Key, request: SignatureRequestRow) -> None:
    """Sign what waits, and bring the values."""
    blobs = archive.office.blobs
    files = deferral.frozen_files(archive.office, request)
    waits = [Pending.read(blobs.get(pending), blobs.get(pdf)) for pdf, pending in files]
    assert len(waits) == 2
    assert all(each.timestamp for each in waits)
    values = [key.sign(each.to_sign) for each in waits]
    deferral.deliver_value(archive.office, request.id, *values)


def sealed_files(archive: Archive, document_id: str) -> list[bytes]:
    with archive.office.database.reading() as session:
        rows = session.query(SealedAttachmentRow).filter_by(document_id=document_id).all()
    attached = [archive.office.blobs.get(row.sha256 or "") for row in rows]
    return [archive.revisions(document_id)["sealed"], *attached]


def test_a_value_that_comes_later_is_stamped_when_it_comes(
    stamped: tuple[Archive, Pkcs12Key], tmp_path: Path
) -> None:
    archive, key = stamped
    document_id, request = deferred_letter(archive, tmp_path)
    asked = archive.services.hits["tsa"]
    brought(archive, key, request)
    assert archive.services.hits["tsa"] == asked + 2  # letter and attachment
    assert [level_of(each) for each in sealed_files(archive, document_id)] == [Level.B_T] * 2
    assert "degrade" not in archive.steps(document_id)
    assert archive.upgrade(document_id) is None


def test_without_a_tsa_it_is_sealed_all_the_same_and_queued(
    stamped: tuple[Archive, Pkcs12Key], tmp_path: Path
) -> None:
    archive, key = stamped
    document_id, request = deferred_letter(archive, tmp_path)
    archive.services.faults["tsa"] = Fault.DOWN
    brought(archive, key, request)
    assert document(archive.office, document_id).state == "sealed"
    assert [level_of(each) for each in sealed_files(archive, document_id)] == [Level.B_B] * 2
    assert archive.steps(document_id).count("degrade") == 1
    row = archive.upgrade(document_id)
    assert row is not None
    assert (row.wanted, row.reached, row.done_at) == ("B-T", "B-B", None)
    archive.services.faults.clear()
    archive.pass_time(timedelta(hours=1))
    archive.work_off()
    assert level_of(archive.revisions(document_id)["preserved"]) is Level.B_T
