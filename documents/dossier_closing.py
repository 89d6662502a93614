"""Closing a dossier: what is still to be mended, the fixed order and totals, reopening.

Legal source: Decree 30/2020/ND-CP, Art. 29.3 (law.md H-04, H-05); Appendix VI, Part II, III.8 to
III.10. What is closed does not change; while it is not submitted the head may have it reopened.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from documents import (
    dossier_submission,
    dossiers,
    field_check,
    fields,
    filings,
    posts,
    retention_tables,
)
from documents.document import Role
from documents.dossier import DossierInvalid, DossierState, MaterialKind, check_text
from documents.errors import Refused
from documents.filings import Filed
from documents.lifecycle import Direction, State, final_states
from documents.numbering import local_day
from documents.retention import Retention
from documents.tables import DossierRow, PersonRow, PlanEntryRow

_FINISHED = {
    direction: final_states(direction)
    | {State.FILED, State.COMPLETED, State.DISPATCHED, State.RECALLED, State.REPLACED}
    for direction in Direction
}
_DRAFTS = frozenset({State.DRAFT, State.RETURNED})
_CANCELLED = frozenset({State.VOID, State.REFUSED})


class FindingKind(StrEnum):
    """What closing looks for."""

    EMPTY = "empty"
    """no document and no material."""
    WORK = "work"
    """a document is still being handled."""
    DRAFT = "draft"
    """a draft is left."""
    DUPLICATE = "duplicate"
    """one document stands twice."""
    CANCELLED = "cancelled"
    """void or refused after it was filed."""
    PAGES = "pages"
    """the number of pages is not known."""
    RETENTION = "retention"
    """kept for less than its plan says."""
    RETENTION_OF_DOCUMENT = "retention_of_document"
    """kept for less than one of its documents needs."""
    FIELD = "field"
    """a field does not fit Appendix VI."""


BLOCKING = frozenset(FindingKind) - {
    FindingKind.PAGES,
    FindingKind.RETENTION_OF_DOCUMENT,
    FindingKind.FIELD,
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend; what does not block is noted and may stay."""

    kind: FindingKind
    text: str
    """Vietnamese first."""
    document_id: str = ""

    @property
    def blocking(self) -> bool:
        """Whether the dossier cannot be closed before it is mended."""
        return self.kind in BLOCKING


class DossierUnready(Refused):
    """The dossier cannot be closed yet. ({0} the dossier, {1} what is to be mended)."""

    code = "dossier.unready"
    vietnamese = "Chưa kết thúc hồ sơ «{0}» được: {1}"
    english = "the dossier «{0}» cannot be closed yet: {1}"
    remedy = "Xem `congvan dossier check` và sửa từng mục / see the list and mend each"


class DossierSubmitted(Refused):
    """The dossier is in the agency's archive and is not reopened."""

    code = "dossier.submitted"
    vietnamese = "Hồ sơ «{0}» đã nộp lưu, không mở lại được"
    english = "the dossier «{0}» was submitted to the archive and is not reopened"
    remedy = "Liên hệ lưu trữ cơ quan / ask the agency's archive"


def findings(session: Session, dossier: DossierRow, at: datetime) -> list[Finding]:
    """Return what is to be mended before the dossier is closed, what blocks first."""
    held = filings.documents_in(session, dossier.id)
    found = [
        *_of_documents(held),
        *_of_materials(session, dossier, empty=not held),
        *_of_retention(session, dossier, held, at),
        *_of_fields(session, dossier),
    ]
    return sorted(found, key=lambda finding: not finding.blocking)


def _of_documents(held: list[Filed]) -> Iterator[Finding]:
    seen: dict[tuple[object, ...], str] = {}
    for filed in held:
        row = filed.document
        name = f"{row.code_number or '?'}/{row.code_notation}"
        if row.state in _DRAFTS:
            text = f"bản thảo còn lại: {name} / a draft is left"
            yield Finding(FindingKind.DRAFT, text, row.id)
        elif row.state in _CANCELLED:
            text = f"văn bản đã hủy hoặc bị từ chối: {name} / void or refused"
            yield Finding(FindingKind.CANCELLED, text, row.id)
        elif row.state not in _FINISHED[Direction(row.direction)]:
            text = f"đang xử lý ({row.state}): {name} / still in work"
            yield Finding(FindingKind.WORK, text, row.id)
        if not row.pages:
            text = f"chưa biết số trang: {name} / pages not known"
            yield Finding(FindingKind.PAGES, text, row.id)
        if row.code_number is None:
            continue
        key = (row.direction, row.sender_organ_id, row.code_number, row.code_notation)
        if seen.setdefault((*key, row.promulgated), row.id) != row.id:
            text = f"trùng văn bản: {name} / the same document twice"
            yield Finding(FindingKind.DUPLICATE, text, row.id)


def _of_materials(session: Session, dossier: DossierRow, *, empty: bool) -> Iterator[Finding]:
    materials = filings.materials(session, dossier.id)
    if empty and not materials:
        yield Finding(FindingKind.EMPTY, "chưa có văn bản nào / nothing is in it")
    for material in materials:
        if material.kind == MaterialKind.DRAFT:
            text = f"bản thảo còn lại: {material.name} / a draft is left"
            yield Finding(FindingKind.DRAFT, text)


def _of_retention(
    session: Session, dossier: DossierRow, held: list[Filed], at: datetime
) -> Iterator[Finding]:
    kept = Retention(dossier.years)
    entry = session.get(PlanEntryRow, dossier.entry_id) if dossier.entry_id else None
    if entry is not None and kept < Retention(entry.years):
        text = f"bảo quản {kept}, danh mục ghi {Retention(entry.years)} / less than the plan's"
        yield Finding(FindingKind.RETENTION, text)
    rows = [filed.document for filed in held]
    needed = retention_tables.shortest_for(session, rows, local_day(at))
    longest = max(needed.values(), default=kept)
    if kept < longest:
        document = next(key for key, value in needed.items() if value == longest)
        text = f"có văn bản cần bảo quản {longest}, hồ sơ {kept} / a document needs longer"
        yield Finding(FindingKind.RETENTION_OF_DOCUMENT, text, document)


def _of_fields(session: Session, dossier: DossierRow) -> Iterator[Finding]:
    name = session.get_one(PersonRow, dossier.compiler_id).full_name
    for fault in field_check.check(fields.FILE, dossiers.record(dossier, name)):
        yield Finding(FindingKind.FIELD, f"{fault.label}: {fault.why}")


def close(
    session: Session,
    dossier_id: str,
    who: str,
    at: datetime,
    *,
    note: str = "",
    end: date | None = None,
) -> DossierRow:
    """Close a dossier: order, totals and last day are fixed, and nothing in it changes.

    Args:
        session: a writing transaction.
        dossier_id: which.
        who: its compiler, or who oversees it.
        at: aware UTC.
        note: the closing note; empty: it is made from the totals (Art. 29.3).
        end: the last day; None: today.

    Raises:
        DossierUnknown, DossierClosed, NotTheirs: as they say.
        DossierUnready: something is to be mended first.
        DossierInvalid, FieldRefused: the last day is before the first or to come; the note.
        PersonUnknown, PersonAmbiguous, PostEnded, RightMissing: as they say.
    """
    row = dossiers.open_one(session, dossier_id)
    acting = dossiers.keeper(session, row, who, at, "kết thúc hồ sơ / close")
    today = local_day(at)
    end = end or today
    if not row.start_date <= end <= today:
        raise DossierInvalid("Thời gian kết thúc (EndDate)", f"{end:%d/%m/%Y}")
    found = findings(session, row, at)
    if blocking := [finding.text for finding in found if finding.blocking]:
        raise DossierUnready(dossiers.code_of(row), "; ".join(blocking[:5]).replace(" / ", ", "))
    for filed in filings.documents_in(session, row.id):
        filed.filing.ordinal = filed.ordinal
    row.doc_total, row.page_total = filings.totals(session, [row.id])[row.id]
    materials = len(filings.materials(session, row.id))
    row.closing_note = check_text("Chứng từ kết thúc", note, 500) or (
        f"Hồ sơ gồm {row.doc_total} văn bản, {row.page_total} trang"
        + (f", {materials} tài liệu khác" if materials else "")
    )
    row.end_date, row.closed_at, row.state = end, at, DossierState.CLOSED
    row.due_on = dossier_submission.due_day(session, row)
    session.flush()
    detail = {
        "documents": row.doc_total,
        "pages": row.page_total,
        "until": end,
        "noted": [finding.text for finding in found],
    }
    dossiers.told(session, row, "close_dossier", acting, at, detail)
    return row


def reopen(session: Session, dossier_id: str, who: str, at: datetime, reason: str) -> DossierRow:
    """Let the head reopen a closed dossier; one that is open already stays as it is.

    Raises:
        DossierUnknown: there is none.
        DossierSubmitted: the archive has it.
        DossierInvalid, FieldRefused: no reason of ten characters.
        PersonUnknown, PersonAmbiguous, PostEnded, RightMissing: *who* does not lead the agency.
    """
    row = dossiers.locked(session, dossier_id)
    acting = posts.acting(session, row.organ_id, who, (Role.LEADER,), at, "mở lại hồ sơ / reopen")
    reason = filings.checked_reason(reason)
    if row.state == DossierState.SUBMITTED:
        raise DossierSubmitted(dossiers.code_of(row))
    if row.state == DossierState.OPEN:
        return row
    for filed in filings.documents_in(session, row.id):
        filed.filing.ordinal = None
    row.state, row.end_date, row.closed_at, row.closing_note = DossierState.OPEN, None, None, ""
    row.doc_total = row.page_total = row.due_on = row.kept_until = None
    session.flush()
    dossiers.told(session, row, "reopen_dossier", acting, at, {"reason": reason})
    return row


def size(session: Session, row: DossierRow) -> tuple[int, int]:
    """Return documents and pages of a dossier: as fixed at closing, else as they are now."""
    if row.doc_total is not None and row.page_total is not None:
        return row.doc_total, row.page_total
    return filings.totals(session, [row.id])[row.id]
