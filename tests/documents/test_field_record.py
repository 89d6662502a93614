"""What a record says of a document: the fields that the system fills, from the store alone."""

from datetime import date, datetime

from documents import directing, field_check, field_record, filings
from documents.assignee import Share
from documents.database import Database
from documents.delivery import DeliveryState
from documents.directing import Instruction
from documents.fields import INCOMING, OUTGOING
from documents.numbering import local_day
from documents.tables import DeliveryRow, DocumentRow
from documents.task import TaskPart
from tests.documents.bureau import CLERK, LEADER, Bureau
from tests.documents.dossier_shelf import SPECIALIST, enter


def test_an_incoming_document_says_who_has_it_and_what_was_told_them(bureau: Bureau) -> None:
    with bureau.database.writing() as session:
        document = bureau.arrive(session)
        directing.submit(session, document, LEADER, CLERK, bureau.at, lead="Phòng A")
        shares = (Share("Phòng A"), Share("one-b", TaskPart.COOPERATE))
        told = Instruction("Khẩn trương tham mưu", shares)
        directing.direct(session, document, told, LEADER, bureau.at)
    with bureau.database.reading() as session:
        record = field_record.of_document(session, session.get_one(DocumentRow, document))
    assert record["ArrivalDate"] == local_day(bureau.at)
    assert record["ArrivalNumber"] == 1
    assert record["ToPlaces"] == "Phòng A; Phòng B; Người one-b"
    assert "Khẩn trương tham mưu" in record["TraceHeaderList"]
    assert record["TraceHeaderList"].startswith(f"{local_day(bureau.at):%d/%m/%Y} 09:00 ")
    assert field_check.check(INCOMING, record) == []
    lacking = {field.name for field in field_check.missing(INCOMING, record)}
    assert not lacking & {"OrganName", "Subject", "IssuedDate", "Language", "FullName", "Position"}


def test_an_outgoing_document_says_its_file_its_place_in_it_and_its_recipients(
    office: Database, at: datetime, dossier: str
) -> None:
    with office.writing() as session:
        document = enter(session)
        delivery = DeliveryRow(id="d-1", document_id=document, organ_id="H99.02", name="Sở số 2")
        delivery.state, delivery.updated_at = DeliveryState.ACCEPTED, at
        session.add(delivery)
        filings.file_in(session, dossier, document, SPECIALIST, at)
    with office.reading() as session:
        record = field_record.of_document(session, session.get_one(DocumentRow, document))
    assert record["FileCode"] == {
        "OrganId": "H99.01",
        "FileCatalog": 2026,
        "FileNotation": "09.VP",
    }
    assert record["DocOrdinal"] == 1
    assert record["IssuedDate"] == date(2026, 3, 2)
    assert record["PageAmount"] == 3
    assert record["To"] == [{"OrganId": "H99.02", "OrganName": "Sở số 2"}]
    assert field_check.check(OUTGOING, record) == []
