"""The forms of dossiers as rows: what is in one, lists of them, submission, the minutes of it.

Legal source: Decree 30/2020/ND-CP, Appendix V (law.md H-10): Mục lục văn bản trong hồ sơ, Mục lục
hồ sơ, tài liệu nộp lưu, Biên bản giao nhận; Appendix VI, Part I, V (list of files). Columns have
the decree's own names; every other room prints them as they are here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from documents import directory, dossier_closing, dossier_listing, dossiers, filing_plan, filings
from documents import filing_plans as plans
from documents.dossier import DossierState
from documents.numbering import local_day
from documents.retention import Retention
from documents.tables import (
    AttachmentRow,
    DocumentRow,
    DossierRow,
    FilingRow,
    HandoverItemRow,
    HandoverRow,
    MaterialRow,
    PersonRow,
    PlanRow,
)

STATES = {
    DossierState.OPEN: "đang lập",
    DossierState.CLOSED: "đã kết thúc",
    DossierState.SUBMITTED: "đã nộp lưu",
}
"""As people call them."""


@dataclass(frozen=True, slots=True)
class Form:
    """A form with its columns and rows; widths in millimetres."""

    title: str
    columns: tuple[tuple[str, int], ...]
    rows: tuple[tuple[str, ...], ...]
    subtitles: tuple[str, ...] = ()
    agency: str = ""
    closing: tuple[str, ...] = ()
    """Lines under the table."""


_CONTENTS = (
    ("STT", 12),
    ("Số, ký hiệu văn bản", 32),
    ("Ngày tháng năm văn bản", 24),
    ("Tên loại và trích yếu nội dung văn bản", 96),
    ("Tác giả văn bản", 48),
    ("Tờ số/ Trang số", 20),
    ("Ghi chú", 30),
)
_LIST = (
    ("STT", 12),
    ("Số và ký hiệu hồ sơ", 28),
    ("Tiêu đề hồ sơ", 96),
    ("Thời hạn bảo quản", 24),
    ("Người lập", 36),
    ("Thời gian", 28),
    ("Số văn bản/ Số trang", 24),
    ("Ghi chú", 24),
)
_SUBMISSION = (
    ("Số TT", 12),
    ("Số, ký hiệu hồ sơ", 30),
    ("Tiêu đề hồ sơ", 110),
    ("Thời gian tài liệu", 40),
    ("Thời hạn bảo quản", 26),
    ("Số tờ/ Số trang", 20),
    ("Ghi chú", 30),
)


def shown_day(day: date | None) -> str:
    """Return *day* as people read it; empty for none."""
    return f"{day:%d/%m/%Y}" if day else ""


def contents(session: Session, row: DossierRow) -> Form:
    """Return the list of documents in a dossier (Mục lục văn bản trong hồ sơ)."""
    rows, page = [], 1
    for filed in filings.documents_in(session, row.id):
        document = filed.document
        last = page + document.pages - 1
        rows.append(
            (
                str(filed.ordinal),
                code_of(document),
                shown_day(document.promulgated),
                f"{document.type_name}. {document.subject}",
                document.sender_name,
                _pages(page, last) if document.pages else "",
                filed.filing.note or document.description or "",
            )
        )
        page = last + 1
    return Form(
        "MỤC LỤC VĂN BẢN TRONG HỒ SƠ",
        _CONTENTS,
        tuple(rows),
        (f"Hồ sơ số: {row.notation}, năm {row.year}", row.title, _kept(row)),
        directory.agency_row(session, row.organ_id).name,
        (row.closing_note,) if row.closing_note else (),
    )


def code_of(row: DocumentRow) -> str:
    """Return number and notation of a document; a draft's has no number."""
    return f"{row.code_number}/{row.code_notation}" if row.code_number else row.code_notation


def _pages(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"


def _kept(row: DossierRow) -> str:
    return f"Thời hạn bảo quản: {Retention(row.years)}"


def _span(row: DossierRow) -> str:
    return f"{shown_day(row.start_date)} - {shown_day(row.end_date)}".rstrip(" -")


def _sizes(session: Session, rows: Sequence[DossierRow]) -> dict[str, tuple[int, int]]:
    open_ones = [row.id for row in rows if row.doc_total is None]
    counted = filings.totals(session, open_ones)
    return {row.id: counted.get(row.id, (row.doc_total or 0, row.page_total or 0)) for row in rows}


def dossier_list(session: Session, organ_id: str, rows: Sequence[DossierRow], title: str) -> Form:
    """Return a list of dossiers (danh sách hồ sơ)."""
    names, sizes = dossier_listing.compilers(session, rows), _sizes(session, rows)
    lines = tuple(
        (
            str(place),
            row.notation,
            row.title,
            str(Retention(row.years)),
            names.get(row.compiler_id, ""),
            _span(row),
            "/".join(map(str, sizes[row.id])),
            STATES[DossierState(row.state)],
        )
        for place, row in enumerate(rows, 1)
    )
    return Form(title, _LIST, lines, (), directory.agency_row(session, organ_id).name)


def submission(session: Session, organ_id: str, rows: Sequence[DossierRow]) -> Form:
    """Return the inventory of what is submitted (Mục lục hồ sơ, tài liệu nộp lưu)."""
    sizes = _sizes(session, rows)
    lines = tuple(
        (
            str(place),
            row.notation,
            row.title,
            _span(row),
            str(Retention(row.years)),
            str(sizes[row.id][1]),
            row.description,
        )
        for place, row in enumerate(rows, 1)
    )
    agency = directory.agency_row(session, organ_id).name
    total = f"Mục lục này gồm {len(rows)} hồ sơ, {sum(size[1] for size in sizes.values())} trang."
    return Form("MỤC LỤC HỒ SƠ, TÀI LIỆU NỘP LƯU", _SUBMISSION, lines, (), agency, (total,))


def plan(session: Session, row: PlanRow) -> Form:
    """Return the plan of files (danh mục hồ sơ), as Appendix V has it."""
    said = filing_plan.lines(plans.contents(session, row))
    widths = (30, 120, 28, 45, 40)
    columns = tuple(zip(filing_plan.COLUMNS, widths, strict=True))
    state = (
        f"Ban hành ngày {shown_day(local_day(row.approved_at))}" if row.approved_at else "Dự thảo"
    )
    files = sum(1 for line in said if line.retention)
    return Form(
        f"DANH MỤC HỒ SƠ NĂM {row.year}",
        columns,
        tuple(line.cells() for line in said),
        (state,),
        directory.agency_row(session, row.organ_id).name,
        (f"Bản danh mục hồ sơ này có {files} hồ sơ.",),
    )


@dataclass(frozen=True, slots=True)
class Minutes:
    """What the minutes of a handover say (Biên bản giao nhận); made in two copies."""

    giver: str
    taker: str
    fonds: str
    """Tên khối tài liệu: the agency's."""
    first_day: date | None
    last_day: date | None
    dossiers: int
    computer_files: int
    """Tổng số tệp tin: documents' PDFs, what travels with them, other materials."""
    condition: str
    reason: str
    inventory: Form

    def form(self) -> Form:
        """Return the minutes as a form of two columns."""
        span = f"{shown_day(self.first_day)} - {shown_day(self.last_day)}"
        rows = (
            ("Bên giao", self.giver),
            ("Bên nhận", self.taker),
            ("Tên khối tài liệu giao nộp", self.fonds),
            ("Thời gian của hồ sơ, tài liệu", span),
            ("Tài liệu giấy", "không có trên Hệ thống"),
            ("Tài liệu điện tử: tổng số hồ sơ", str(self.dossiers)),
            ("Tài liệu điện tử: tổng số tệp tin trong hồ sơ", str(self.computer_files)),
            ("Tình trạng tài liệu giao nộp", self.condition),
            ("Căn cứ, lý do", self.reason),
            ("Mục lục hồ sơ, tài liệu kèm theo", f"{len(self.inventory.rows)} dòng"),
        )
        columns = (("Nội dung", 80), ("Chi tiết", 180))
        closing = ("Biên bản này được lập thành hai bản, bên giao giữ một bản, bên nhận một bản.",)
        return Form("BIÊN BẢN GIAO NHẬN HỒ SƠ, TÀI LIỆU", columns, rows, (), self.fonds, closing)


def minutes(
    session: Session,
    organ_id: str,
    rows: Sequence[DossierRow],
    giver: str,
    taker: str,
    reason: str = "",
) -> Minutes:
    """Return the minutes of giving *rows* from one party to the other."""
    agency = directory.agency_row(session, organ_id).name
    ends = [row.end_date for row in rows if row.end_date is not None]
    return Minutes(
        giver,
        taker,
        agency,
        min((row.start_date for row in rows), default=None),
        max(ends, default=None),
        len(rows),
        computer_files(session, [row.id for row in rows]),
        "Tốt",
        reason,
        submission(session, organ_id, rows),
    )


def of_handover(session: Session, row: HandoverRow, items: Iterable[HandoverItemRow]) -> Minutes:
    """Return the minutes of a handover between two people (H-09)."""
    held = [dossiers.known(session, item.dossier_id) for item in items]
    giver, taker = (
        f"{person.full_name}, {person.position}"
        for person in (
            session.get_one(PersonRow, row.from_id),
            session.get_one(PersonRow, row.to_id),
        )
    )
    return minutes(session, row.organ_id, held, giver, taker, row.reason)


def computer_files(session: Session, dossier_ids: Sequence[str]) -> int:
    """Return how many files dossiers hold; a document in two of them counts once."""
    documents = (
        select(FilingRow.document_id)
        .where(FilingRow.dossier_id.in_(dossier_ids), FilingRow.removed_at.is_(None))
        .distinct()
    )
    wanted = (
        select(func.count())
        .select_from(DocumentRow)
        .where(DocumentRow.id.in_(documents), DocumentRow.current_sha256.is_not(None)),
        select(func.count())
        .select_from(AttachmentRow)
        .where(AttachmentRow.document_id.in_(documents)),
        select(func.count())
        .select_from(MaterialRow)
        .where(MaterialRow.dossier_id.in_(dossier_ids), MaterialRow.removed_at.is_(None)),
    )
    return sum(session.scalar(each) or 0 for each in wanted)


def summary(session: Session, row: DossierRow) -> dict[str, object]:
    """Return the dossier's fields (table III) with those that the System fills."""
    names = dossier_listing.compilers(session, [row])
    said = dossiers.record(row, names.get(row.compiler_id, ""))
    said["DocTotal"], said["PageTotal"] = dossier_closing.size(session, row)
    return said
