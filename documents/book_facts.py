"""What the books say of documents beyond their own rows: gathered for a page of them at once.

Legal source: Decree 30/2020/ND-CP, Appendix IV: recipients, the day on which it was passed on,
who received it, how far it is, what answered it.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from documents.book import BookKind
from documents.lifecycle import State
from documents.numbering import local_day
from documents.relation import RelationKind
from documents.tables import (
    DeliveryRow,
    DocumentRow,
    LedgerRow,
    PersonRow,
    RelationRow,
    TaskRow,
    TransferRow,
    UnitRow,
)
from documents.task import NO_DAY, TaskPart, TaskState

_NO_RECIPIENT = ("như trên", "lưu")
"""How lines of «Nơi nhận» begin that name nobody new."""
_PASSED_ON = ("assign",)
"""Steps that pass an incoming document on to a unit or person."""
PROGRESS = {
    State.REGISTERED: "Chưa phân công",
    State.ASSIGNED: "Đã phân công",
    State.IN_PROGRESS: "Đang giải quyết",
    State.COMPLETED: "Đã giải quyết",
    State.FILED: "Đã giải quyết, đã lưu",
    State.RECALLED: "Bên gửi đã thu hồi",
    State.REFUSED: "Từ chối tiếp nhận",
}


@dataclass(slots=True)
class Facts:
    """About the documents of one page, by their ids."""

    units: dict[str, str] = field(default_factory=dict)
    """Names by unit id."""
    deliveries: dict[str, list[str]] = field(default_factory=dict)
    left: dict[str, date] = field(default_factory=dict)
    """Ngày chuyển."""
    answers: dict[str, list[str]] = field(default_factory=dict)
    receivers: dict[str, str] = field(default_factory=dict)
    """Who leads, then who co-operates."""
    due: dict[str, date] = field(default_factory=dict)
    """The lead's last day."""

    def recipients(self, document_id: str, places: Sequence[str]) -> str:
        """Return who gets an outgoing document: as sent, then as printed under «Nơi nhận»."""
        named = [*self.deliveries.get(document_id, ()), *places]
        kept = [name.strip(" -;.\t") for name in named]
        told = [name for name in kept if name and not name.lower().startswith(_NO_RECIPIENT)]
        return "; ".join(dict.fromkeys(told))

    def receiver(self, document_id: str, unit_id: str | None) -> str:
        """Return the unit or person that got an incoming document."""
        return self.receivers.get(document_id) or self.units.get(unit_id or "", "")

    def progress(self, document_id: str, state: str) -> str:
        """Return how far an incoming document is, in words."""
        return PROGRESS.get(State(state), "")


def gathered(
    session: Session, kind: BookKind, documents: Sequence[tuple[str, str | None]]
) -> Facts:
    """Return what a book of *kind* says of *documents*, given as (id, unit's id)."""
    facts = Facts()
    ids = [document_id for document_id, _ in documents]
    if not ids:
        return facts
    units = {unit for _, unit in documents if unit}
    if units:
        named = select(UnitRow.id, UnitRow.name).where(UnitRow.id.in_(units))
        facts.units = {row.id: row.name for row in session.execute(named)}
    if kind is BookKind.OUTGOING:
        _sent(session, ids, facts)
    else:
        _passed_on(session, ids, facts)
        _given(session, ids, facts)
    if kind is BookKind.HANDLING:
        facts.answers = _answers(session, ids)
    return facts


def _sent(session: Session, ids: Sequence[str], facts: Facts) -> None:
    """Recipients, and the first day on which it went on the axis, by post or by hand."""
    deliveries: dict[str, list[str]] = defaultdict(list)
    these = (
        select(DeliveryRow.document_id, DeliveryRow.name, DeliveryRow.sent_at)
        .where(DeliveryRow.document_id.in_(ids))
        .order_by(DeliveryRow.document_id, DeliveryRow.name, DeliveryRow.organ_id)
    )
    for document_id, name, sent_at in session.execute(these):
        deliveries[document_id].append(name)
        if sent_at is not None:
            _earliest(facts.left, document_id, local_day(sent_at))
    facts.deliveries = deliveries
    carried = (
        select(TransferRow.document_id, func.min(TransferRow.sent_on))
        .where(TransferRow.document_id.in_(ids), TransferRow.void_reason.is_(None))
        .group_by(TransferRow.document_id)
    )
    for document_id, day in session.execute(carried):
        _earliest(facts.left, document_id, day)


def _earliest(days: dict[str, date], document_id: str, day: date) -> None:
    days[document_id] = min(day, days.get(document_id, day))


def _passed_on(session: Session, ids: Sequence[str], facts: Facts) -> None:
    these = (
        select(LedgerRow.document_id, func.min(LedgerRow.at))
        .where(LedgerRow.document_id.in_(ids), LedgerRow.step.in_(_PASSED_ON))
        .group_by(LedgerRow.document_id)
    )
    for document_id, at in session.execute(these):
        facts.left[document_id] = local_day(datetime.fromisoformat(at))


def _given(session: Session, ids: Sequence[str], facts: Facts) -> None:
    """Who has the document to handle, since when and until when: what directions gave out."""
    these = (
        select(TaskRow.document_id, TaskRow.part, TaskRow.given_at, TaskRow.due_on)
        .add_columns(UnitRow.name, PersonRow.full_name)
        .outerjoin(UnitRow, UnitRow.id == TaskRow.unit_id)
        .outerjoin(PersonRow, PersonRow.id == TaskRow.person_id)
        .where(
            TaskRow.document_id.in_(ids),
            TaskRow.parent_id.is_(None),
            TaskRow.part != TaskPart.INFORM.value,
            TaskRow.state.not_in([TaskState.RETURNED.value, TaskState.WITHDRAWN.value]),
        )
        .order_by(TaskRow.document_id, TaskRow.part.desc(), TaskRow.given_at, TaskRow.id)
    )
    named: dict[str, list[str]] = defaultdict(list)
    for document_id, part, given_at, due_on, unit, person in session.execute(these):
        name = unit or person or ""
        leads = part == TaskPart.LEAD
        named[document_id].append(name if leads else f"{name} (phối hợp)")
        _earliest(facts.left, document_id, local_day(given_at))
        if leads and due_on != NO_DAY:
            facts.due[document_id] = due_on
    facts.receivers = {document_id: "; ".join(names) for document_id, names in named.items()}


def _answers(session: Session, ids: Sequence[str]) -> dict[str, list[str]]:
    """Return the codes of what answered each document, oldest first."""
    found: dict[str, list[str]] = defaultdict(list)
    these = (
        select(RelationRow.about_id, DocumentRow.code_number, DocumentRow.code_notation)
        .join(DocumentRow, DocumentRow.id == RelationRow.document_id)
        .where(
            RelationRow.about_id.in_(ids),
            RelationRow.kind == RelationKind.ANSWERS.value,
            DocumentRow.code_number.is_not(None),
        )
        .order_by(RelationRow.about_id, RelationRow.recorded_at, RelationRow.document_id)
    )
    for about_id, number, notation in session.execute(these):
        found[about_id].append(f"{number}/{notation}")
    return found
