"""Phiếu giải quyết văn bản đến: what leaders and unit heads directed, what the handler says.

Legal source: Decree 30/2020/ND-CP, Appendix IV (the slip in three parts: leadership's opinion with
lead and co-operating units and deadlines, the unit head's with the assignee, the handler's
proposal); filled from the record of handling, Art. 23, 24.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import casefile, directory
from documents.errors import Refused
from documents.lifecycle import Direction
from documents.numbering import local_day
from documents.remark import RemarkKind
from documents.tables import PersonRow, RemarkRow, TaskRow, UnitRow
from documents.task import NO_DAY, TaskPart

PARTS = (
    "I. Ý kiến của lãnh đạo cơ quan, tổ chức",
    "II. Ý kiến của người đứng đầu đơn vị",
    "III. Ý kiến đề xuất của người giải quyết",
)
_NAMES = {
    TaskPart.LEAD: "Chủ trì",
    TaskPart.COOPERATE: "Phối hợp",
    TaskPart.INFORM: "Nhận để biết",
}
_HANDLERS = (RemarkKind.OPINION, RemarkKind.PROGRESS, RemarkKind.RESULT)


class NotIncoming(Refused):
    """Only an incoming document has a slip."""

    code = "slip.not_incoming"
    vietnamese = "«{0}» không phải văn bản đến, không có phiếu giải quyết"
    english = "«{0}» is no incoming document and has no handling slip"
    remedy = "Chọn văn bản đến / choose an incoming document"


@dataclass(frozen=True, slots=True)
class SlipRow:
    """One line of a part: blank where nothing is recorded, to be written by hand."""

    part: str
    words: str = ""
    until: date | None = None
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Slip:
    """A slip."""

    agency: str
    parent: str
    identity: tuple[str, ...]
    rows: tuple[SlipRow, ...]


def slip_of(session: Session, document_id: str) -> Slip:
    """Return the slip of an incoming document as its handling stands.

    Raises:
        DocumentUnknown: there is none.
        NotIncoming: it is an outgoing one.
    """
    row = casefile.known(session, document_id)
    code = f"{row.code_number}/{row.code_notation}"
    if row.direction != Direction.INCOMING:
        raise NotIncoming(code)
    agency = directory.agency_row(session, row.organ_id)
    dated = f" ngày {row.promulgated:%d/%m/%Y}" if row.promulgated else ""
    arrived = f", ngày đến: {row.arrival_date:%d/%m/%Y}" if row.arrival_date else ""
    identity = (
        f"{row.type_name} số {code}{dated} của {row.sender_name}",
        f"Về việc: {row.subject}",
        f"Số đến: {row.receipt_number or '…'}{arrived}",
    )
    led, assigned = _given(session, document_id)
    leaders, heads, handlers = _said(session, document_id)
    parts = (leaders + led, heads + assigned, handlers)
    rows = [
        SlipRow(title, *each)
        for title, said in zip(PARTS, parts, strict=True)
        for each in said or [("", None, None)]
    ]
    return Slip(agency.name, agency.parent_name, identity, tuple(rows))


Line = tuple[str, date | None, date | None]
"""Words, deadline, day."""


def _given(session: Session, document_id: str) -> tuple[list[Line], list[Line]]:
    """Return what the direction gave out, and what was assigned below it."""
    these: Any = (
        select(TaskRow, UnitRow.name, PersonRow.full_name)
        .outerjoin(UnitRow, UnitRow.id == TaskRow.unit_id)
        .outerjoin(PersonRow, PersonRow.id == TaskRow.person_id)
        .where(TaskRow.document_id == document_id)
        .order_by(TaskRow.given_at, TaskRow.part.desc(), TaskRow.id)
    )
    led: list[Line] = []
    assigned: list[Line] = []
    for task, unit, person in session.execute(these):
        whom = ", ".join(name for name in (unit, person) if name)
        until = None if task.due_on == NO_DAY else task.due_on
        words = f"{_NAMES[TaskPart(task.part)]}: {whom}"
        if task.parent_id is not None and task.content:
            words = f"{words}. {task.content}"
        line = (words, until, local_day(task.given_at))
        (led if task.parent_id is None else assigned).append(line)
    return led, assigned


def _said(session: Session, document_id: str) -> tuple[list[Line], list[Line], list[Line]]:
    """Return the directions, those below them about a task, and what handlers wrote."""
    these = (
        select(RemarkRow)
        .where(RemarkRow.document_id == document_id)
        .order_by(RemarkRow.at, RemarkRow.id)
    )
    leaders: list[Line] = []
    heads: list[Line] = []
    handlers: list[Line] = []
    for remark in session.scalars(these):
        line = (f"{remark.name}: {remark.words}", None, local_day(remark.at))
        if remark.kind == RemarkKind.DIRECTION:
            (leaders if remark.task_id is None else heads).append(line)
        elif remark.kind in _HANDLERS:
            handlers.append(line)
    return leaders, heads, handlers
