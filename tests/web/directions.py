"""Arrivals on a desk: a province with two units, and documents that lie before its leader."""

from datetime import date
from io import BytesIO
from typing import Any

from reportlab.pdfgen.canvas import Canvas

from documents import directing, directory, incoming
from documents.arrival import Arrival
from documents.document import Attachment, Person, Role
from documents.tables import DocumentRow, ParcelRow, PostRow, TaskRow, UnitRow
from tests.web.counter import Counter
from tests.workflows.house import PROVINCE, document

UNITS = {"kt": "Phòng Kinh tế", "vx": "Phòng Văn hóa - Xã hội"}
PEOPLE = {
    "dung": ("Hoàng Anh Dũng", "Trưởng phòng", Role.UNIT_HEAD, "kt"),
    "binh": ("Nguyễn Thanh Bình", "Chuyên viên", Role.SPECIALIST, "kt"),
    "mai": ("Vũ Thị Mai", "Trưởng phòng", Role.UNIT_HEAD, "vx"),
    "pho": ("Đặng Hữu Phước", "Phó Chủ tịch", Role.LEADER, None),
}


def pdf(text: str = "V/v rà soát") -> bytes:
    """Return a page."""
    made = BytesIO()
    canvas = Canvas(made)
    canvas.drawString(72, 760, text.encode("ascii", "replace").decode())
    canvas.save()
    return made.getvalue()


class Arrivals:
    """Puts documents on the counter's desk."""

    def __init__(self, counter: Counter) -> None:
        self.counter, self.office = counter, counter.office
        self.leader, self.clerk = counter.who(Role.LEADER), counter.who(Role.CLERK)
        self.count = 0
        with self.office.database.writing() as session:
            for key, name in UNITS.items():
                session.add(
                    UnitRow(
                        id=key,
                        organ_id=PROVINCE,
                        name=name,
                        abbreviation=key.upper(),
                        since=date(2020, 1, 1),
                    )
                )
            session.flush()
            for key, (name, position, role, unit) in PEOPLE.items():
                directory.put_person(session, Person(key, PROVINCE, name, position, role))
                session.query(PostRow).filter_by(person_id=key).one().unit_id = unit

    def arrive(self, **given: Any) -> str:
        """Return the id of a registered arrival of the province."""
        self.count += 1
        digest = self.office.blobs.put(pdf(f"cong van {self.count}"))
        message = f"{self.count:064x}"
        values: dict[str, Any] = {
            "organ_id": PROVINCE,
            "axis_id": f"w-{self.count}",
            "message_sha256": message,
            "sender_organ_id": "G98",
            "sender_name": "Bộ Biển và Hải đảo",
            "document_key": f"G98,2026/03/01,{self.count}/BBHĐ",
            "business_type": 0,
            "type_name": "Công văn",
            "subject": "V/v rà soát điểm tập kết rác tạm thời",
            "code_number": str(self.count),
            "code_notation": "BBHĐ-VP",
            "place": "Hà Nội",
            "promulgated": date(2026, 3, 1),
            "signer_name": "Trần Thị B",
            "signer_position": "Bộ trưởng",
            "signer_competence": "",
            "urgency": 1,
            "due_date": None,
            "to_places": ("Như trên",),
            "attachments": (Attachment("phụ lục.pdf", "application/pdf", digest, 7),),
            "main_sha256": digest,
            "main_size": 7,
            "warnings": (),
        }
        arrival = Arrival(**values | given)
        at = self.office.now()
        with self.office.database.writing() as session:
            parcel = ParcelRow(
                organ_id=PROVINCE,
                axis_id=arrival.axis_id,
                kind="edoc",
                sender="G98",
                sha256=message,
                fetched_at=at,
                outcome="stored",
            )
            incoming.keep_parcel(session, parcel)
            made = incoming.arrived(session, arrival, at)
            incoming.verified(session, made, incoming.Finding("TOTAL-PASSED", {}), at)
            incoming.registered(session, made, at)
        return made

    def submitted(self, to: str = "", lead: str = "", words: str = "", **given: Any) -> str:
        """Return the id of an arrival that lies before *to*, the leader if nobody else."""
        made = self.arrive(**given)
        with self.office.database.writing() as session:
            at = self.office.now()
            before = to or self.leader
            directing.submit(session, made, before, self.clerk, at, words=words, lead=lead)
        return made

    def row(self, document_id: str) -> DocumentRow:
        """Return the document."""
        return document(self.office, document_id)

    def tasks(self, document_id: str) -> list[TaskRow]:
        """Return its tasks, the lead first."""
        with self.office.database.reading() as session:
            found = session.query(TaskRow).filter_by(document_id=document_id).all()
        return sorted(found, key=lambda task: (task.part != "lead", task.part))
