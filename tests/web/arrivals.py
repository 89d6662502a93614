"""Arrivals at a served desk: by the axis, where the clerk registers, and pictures of letters."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pypdfium2 as pdfium
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from documents import clerk_registers, incoming
from documents.arrival import Arrival
from documents.document import Attachment, Role
from documents.incoming import Finding
from documents.tables import DocumentRow
from drafting import typeface
from drafting.typeface import Face
from tests.documents.parcels import enter
from tests.web.counter import Counter
from tests.workflows.house import HOME_AFFAIRS, PROVINCE

LETTER = (
    (90, 790, "UBND TỈNH SƠN HẢI"),
    (110, 775, "SỞ NỘI VỤ"),
    (300, 790, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
    (340, 775, "Độc lập - Tự do - Hạnh phúc"),
    (100, 745, "Số: 15/SNV-VP"),
    (330, 745, "Sơn Hải, ngày 05 tháng 01 năm 2026"),
    (85, 725, "V/v kiểm tra công tác"),
    (85, 710, "văn thư năm 2026"),
    (170, 670, "Kính gửi: Các sở, ban, ngành tỉnh."),
    (85, 640, "Căn cứ chương trình công tác, Sở Nội vụ đề nghị các cơ quan chuẩn bị."),
    (380, 400, "GIÁM ĐỐC"),
    (370, 300, "Trần Quốc Khánh"),
)
Words = Sequence[tuple[float, float, str]]


def printed(words: Words = LETTER) -> bytes:
    """Return a page of *words* as a PDF with letters."""
    typeface.load()
    kept = io.BytesIO()
    canvas = Canvas(kept, (595, 842), invariant=1)
    for x, y, text in words:
        line = canvas.beginText(x, y)
        line.setFont(Face.REGULAR, 13)
        line.textOut(text)
        canvas.drawText(line)
    canvas.save()
    return kept.getvalue()


def scanned(words: Words = LETTER, dpi: int = 200) -> bytes:
    """Return the page as a scanner gives it: a PDF of one picture, without a letter."""
    document = pdfium.PdfDocument(printed(words))
    picture = document[0].render(scale=dpi / 72).to_pil()
    document.close()
    kept = io.BytesIO()
    canvas = Canvas(kept, (595, 842), invariant=1)
    canvas.drawImage(ImageReader(picture), 0, 0, 595, 842)
    canvas.save()
    return kept.getvalue()


@dataclass
class Arrivals:
    """Arrivals of the province's desk from the department of home affairs."""

    counter: Counter
    count: int = 0

    def by_clerk(self, *, clerk: bool = True) -> None:
        """Have the clerk register, or the system."""
        office = self.counter.office
        leader = self.counter.who(Role.LEADER)
        with office.database.writing() as session:
            clerk_registers.decide(session, PROVINCE, leader, office.now(), clerk=clerk)

    def bring(self, quarantine: str = "", **given: Any) -> str:
        """Enter and verify one; return the document."""
        office, self.count = self.counter.office, self.count + 1
        content = printed((*LETTER, (85, 600, f"Bản thứ {self.count}")))
        sha256 = office.blobs.put(content)
        number = str(100 + self.count)
        values: dict[str, Any] = {
            "organ_id": PROVINCE,
            "axis_id": f"m-{self.count}",
            "message_sha256": f"{self.count:064d}",
            "sender_organ_id": HOME_AFFAIRS,
            "sender_name": "Sở Nội vụ",
            "document_key": f"{HOME_AFFAIRS},2026/03/01,{number}/SNV-VP",
            "business_type": 0,
            "type_name": "Công văn",
            "subject": f"V/v kiểm tra công tác văn thư đợt {self.count}",
            "code_number": number,
            "code_notation": "SNV-VP",
            "place": "Sơn Hải",
            "promulgated": date(2026, 3, 1),
            "signer_name": "Trần Quốc Khánh",
            "signer_position": "Giám đốc",
            "signer_competence": "",
            "urgency": 0,
            "due_date": None,
            "to_places": ("Như trên",),
            "attachments": (Attachment("15.pdf", "application/pdf", sha256, len(content)),),
            "main_sha256": sha256,
            "main_size": len(content),
            "warnings": (),
        }
        document = enter(office.database, Arrival(**values | given), office.now())
        with office.database.writing() as session:
            finding = Finding("UNSIGNED" if quarantine else "TOTAL-PASSED", {}, quarantine)
            incoming.verified(session, document, finding, office.now())
        return document

    def row(self, document: str) -> DocumentRow:
        """Return the document as it is now."""
        with self.counter.office.database.reading() as session:
            return session.get_one(DocumentRow, document)
