"""What is in a filled year, counted from its database; the digest that two runs share."""

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from documents import ledger, number_report
from documents.calendar import vietnam
from documents.document import Urgency
from documents.lifecycle import Direction
from documents.numbering import local_day
from documents.tables import DocumentRow, FeedbackRow, RevisionRow, TaskRow
from documents.task import NO_DAY, TaskPart, TaskState, standing
from workflows.demo_data.letters import DEFECT_NAMES
from workflows.demo_year.filling import Fault, Filling

_FACTS = (
    "direction, organ_id, state, type_name, subject, urgency, due_date, promulgated, "
    "sender_organ_id, code_number, code_notation, receipt_number, signer_name, drafter_id, "
    "created_at, updated_at, unit_id, description, verdict, document_key, id"
)
"""Columns of a document that two runs of one seed share: all but digests of signed files."""
_STEPS = "organ_id, sequence, at, actor, role, step, document_id, state"


@dataclass(slots=True)
class Census:
    """Counts of a year."""

    documents: int = 0
    agencies: dict[str, list[int]] = field(default_factory=dict)
    """By name: outgoing, incoming."""
    types: Counter[str] = field(default_factory=Counter)
    urgencies: Counter[str] = field(default_factory=Counter)
    deadlines: Counter[str] = field(default_factory=Counter)
    """Of tasks that lead: how they stand, those without a deadline apart."""
    signed: int = 0
    """Outgoing documents with real signatures."""
    unsigned: int = 0
    arrivals: Counter[str] = field(default_factory=Counter)
    """By verdict of their signatures."""
    defects: list[Fault] = field(default_factory=list)
    ledger_rows: int = 0
    ledger_breaks: int = 0
    numbers_sound: bool = True
    repeated: list[str] = field(default_factory=list)
    """Codes of arrivals that came twice: the deliberate ones and no others."""
    statuses_owed: int = 0
    digest: str = ""
    """SHA-256 (hex) of what two runs of one seed share."""

    @property
    def well(self) -> bool:
        """Whether nothing but the deliberate defects was found."""
        meant = {fault.code for fault in self.defects if fault.defect == "duplicate"}
        whole = self.ledger_breaks == 0 and self.statuses_owed == 0
        return whole and self.numbers_sound and set(self.repeated) == meant

    def as_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return {
            "documents": self.documents,
            "agencies": self.agencies,
            "types": dict(self.types),
            "urgencies": dict(self.urgencies),
            "deadlines": dict(self.deadlines),
            "outgoing_signed": self.signed,
            "outgoing_unsigned": self.unsigned,
            "incoming_verdicts": dict(self.arrivals),
            "defects": [
                {
                    "defect": fault.defect.value,
                    "name": DEFECT_NAMES[fault.defect],
                    "agency": fault.organ_id,
                    "code": fault.code,
                    "document": fault.document_id,
                }
                for fault in self.defects
            ],
            "ledger_rows": self.ledger_rows,
            "ledger_breaks": self.ledger_breaks,
            "numbers_sound": self.numbers_sound,
            "arrivals_repeated": self.repeated,
            "statuses_owed": self.statuses_owed,
            "digest": self.digest,
        }


def taken(filling: Filling, session: Session) -> Census:
    """Count what is in the database of a year that was filled."""
    found = Census(defects=sorted(filling.faults, key=lambda each: (each.defect, each.document_id)))
    _documents(filling, session, found)
    _tasks(session, found, filling.wish.until)
    found.ledger_rows = ledger.length(session)
    found.ledger_breaks = len(list(ledger.verify(session)))
    numbers = number_report.report(session, filling.wish.until)
    found.numbers_sound = numbers.sound
    found.repeated = [double.code for double in numbers.arrivals]
    owed = select(func.count()).select_from(FeedbackRow).where(FeedbackRow.sent_at.is_(None))
    found.statuses_owed = session.scalar(owed) or 0
    found.digest = digest(session)
    return found


def _documents(filling: Filling, session: Session, found: Census) -> None:
    wanted = select(
        DocumentRow.direction,
        DocumentRow.organ_id,
        DocumentRow.type_name,
        DocumentRow.urgency,
        DocumentRow.verdict,
    )
    for direction, organ, kind, urgency, verdict in session.execute(wanted):
        goes = direction == Direction.OUTGOING
        found.documents += 1
        name = filling.agency(organ).name
        found.agencies.setdefault(name, [0, 0])[0 if goes else 1] += 1
        found.types[kind or "?"] += 1
        found.urgencies[Urgency(urgency).name.lower()] += 1
        if not goes:
            found.arrivals[verdict or "?"] += 1
    sealed = select(RevisionRow.document_id).where(
        RevisionRow.kind == "sealed", RevisionRow.sha256 != filling.sample.sha256
    )
    found.signed = len(set(session.scalars(sealed)))
    found.unsigned = sum(counts[0] for counts in found.agencies.values()) - found.signed


def _tasks(session: Session, found: Census, until: datetime) -> None:
    today, calendar = local_day(until), vietnam()
    wanted = select(TaskRow.state, TaskRow.due_on, TaskRow.closed_at).where(
        TaskRow.part == TaskPart.LEAD.value,
        TaskRow.parent_id.is_(None),
        TaskRow.document_id.is_not(None),
    )
    for state, due, closed in session.execute(wanted):
        if due == NO_DAY:
            found.deadlines["no_deadline"] += 1
            continue
        day = local_day(closed) if closed is not None else None
        found.deadlines[standing(TaskState(state), due, day, today, calendar).value] += 1


def digest(session: Session) -> str:
    """Return a digest of the facts of every document and of every ledger row.

    Left out is what depends on keys made by chance: digests of signed files and of what names
    them, so the ledger's own chain too.
    """
    hashed = hashlib.sha256()
    for columns, table, order in (
        (_FACTS, "document", "id"),
        (_STEPS, "ledger", "organ_id, sequence"),
    ):
        asked = f"SELECT {columns} FROM {table} ORDER BY {order}"  # noqa: S608  (our own names)
        for row in session.execute(text(asked)):
            hashed.update(json.dumps(list(row), ensure_ascii=False, default=str).encode() + b"\n")
    return hashed.hexdigest()
