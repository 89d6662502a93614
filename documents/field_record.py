"""The record of a document in the exact field names of Appendix VI.

Legal source: Decree 30/2020/ND-CP, Appendix VI, Part I, III.1g and Part II (law.md §1.11): what the
tables mark as the system's is filled here from the store, for every export and list alike.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import deliveries, ledger
from documents.document import VIETNAM
from documents.fields import INCOMING, LANGUAGE, OUTGOING, Field
from documents.lifecycle import Direction
from documents.numbering import local_day
from documents.tables import (
    DocumentRow,
    DossierRow,
    FilingRow,
    LedgerRow,
    PersonRow,
    RemarkRow,
    TaskRow,
    UnitRow,
)

_STEPS = frozenset({"submit", "assign", "start", "complete", "return", "direct", "file"})
"""Steps of an incoming document that say who was told to do what, and how far it is."""
_BETWEEN = "; "


@dataclass(frozen=True, slots=True)
class FilePlace:
    """Where a document lies in a dossier: fields 1 and 2."""

    organ_id: str
    year: int
    notation: str
    ordinal: int | None = None

    def fields(self) -> dict[str, Any]:
        """Return them by name."""
        code = {
            "OrganId": self.organ_id,
            "FileCatalog": self.year,
            "FileNotation": self.notation,
        }
        return {"FileCode": code, "DocOrdinal": self.ordinal}


def table_of(row: DocumentRow) -> tuple[Field, ...]:
    """Return the table that *row* is recorded by."""
    return OUTGOING if row.direction == Direction.OUTGOING else INCOMING


def of_document(session: Session, row: DocumentRow) -> dict[str, Any]:
    """Return the record of *row*: text, whole numbers, days by field name; None where unknown."""
    filed = file_place(session, row.id)
    if row.direction == Direction.OUTGOING:
        sent = deliveries.of_document(session, row.id)
        return outgoing(row, [(one.organ_id, one.name) for one in sent], filed)
    tasks = session.scalars(select(TaskRow).where(TaskRow.document_id == row.id)).all()
    return incoming(row, _holders(session, row, tasks), _trace(session, row, tasks), filed)


def outgoing(
    row: DocumentRow, recipients: Sequence[tuple[str, str]], filed: FilePlace | None = None
) -> dict[str, Any]:
    """Return the record of an outgoing document; *recipients* have organ id and name."""
    return {
        **_shared(row, filed),
        "To": [{"OrganId": organ_id, "OrganName": name} for organ_id, name in recipients],
        "Priority": row.urgency,
        "IssuedAmount": row.issued_amount,
        "DueDate": row.due_date,
    }


def incoming(
    row: DocumentRow, holders: str, trace: str, filed: FilePlace | None = None
) -> dict[str, Any]:
    """Return the record of an incoming document.

    *holders* are the units and people it was given to, *trace* the opinions and states.
    """
    arrived = row.arrival_date or (local_day(row.created_at) if row.receipt_number else None)
    return {
        **_shared(row, filed),
        "ArrivalDate": arrived,
        "ArrivalNumber": row.receipt_number,
        "Priority": row.urgency,
        "ToPlaces": holders or None,
        "TraceHeaderList": trace or None,
        "DueDate": row.due_date,
    }


def _shared(row: DocumentRow, filed: FilePlace | None) -> dict[str, Any]:
    return {
        **(filed.fields() if filed is not None else {}),
        "TypeName": row.type_name or None,
        "CodeNumber": row.code_number,
        "CodeNotation": row.code_notation or None,
        "IssuedDate": row.promulgated,
        "OrganName": row.sender_name or None,
        "Subject": row.subject or None,
        "Language": row.language or LANGUAGE,
        "PageAmount": row.pages or None,
        "Description": row.description,
        "SignerInfo": {
            "Position": row.signer_position or None,
            "FullName": row.signer_name or None,
        },
    }


def file_place(session: Session, document_id: str) -> FilePlace | None:
    """Return where the document was filed first; None where it is in no dossier."""
    wanted = (
        select(DossierRow.organ_id, DossierRow.year, DossierRow.notation, FilingRow.ordinal)
        .join(FilingRow, FilingRow.dossier_id == DossierRow.id)
        .where(FilingRow.document_id == document_id, FilingRow.removed_at.is_(None))
        .order_by(FilingRow.filed_at)
        .limit(1)
    )
    found = session.execute(wanted).one_or_none()
    return FilePlace(*found) if found is not None else None


def _holders(session: Session, row: DocumentRow, tasks: Sequence[TaskRow]) -> str:
    units = {row.unit_id, *(task.unit_id for task in tasks)} - {None}
    people = {task.person_id for task in tasks} - {None}
    named = select(UnitRow.name).where(UnitRow.id.in_(units)).order_by(UnitRow.name)
    called = select(PersonRow.full_name).where(PersonRow.id.in_(people))
    found = [*session.scalars(named), *session.scalars(called.order_by(PersonRow.full_name))]
    return _BETWEEN.join(found)


def _trace(session: Session, row: DocumentRow, tasks: Sequence[TaskRow]) -> str:
    """Return a line for each step, direction and opinion, in the order of time."""
    steps = [one for one in ledger.history(session, row.id) if one.step in _STEPS]
    remarks = session.scalars(select(RemarkRow).where(RemarkRow.document_id == row.id)).all()
    wanted = {one.actor for one in steps} | {task.given_by for task in tasks}
    people = session.scalars(select(PersonRow).where(PersonRow.id.in_(wanted)))
    names = {person.id: person.full_name for person in people}
    said = [
        *(
            (datetime.fromisoformat(one.at), one.actor, _words(one.step, _reason(one)))
            for one in steps
        ),
        *((task.given_at, task.given_by, _words(task.part, task.content)) for task in tasks),
        *((one.at, one.name, one.words) for one in remarks),
    ]
    return "\n".join(
        f"{at.astimezone(VIETNAM):%d/%m/%Y %H:%M} {names.get(who, who)}: {words}"
        for at, who, words in sorted(said)
    )


def _reason(row: LedgerRow) -> str:
    return str(json.loads(row.detail).get("reason", ""))


def _words(what: str, more: str) -> str:
    return f"{what}: {more}" if more else what
