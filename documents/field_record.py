"""The record of a document in the exact field names of Appendix VI.

Legal source: Decree 30/2020/ND-CP, Appendix VI, Part I, III.1g and Part II (law.md §1.11): what the
tables mark as the system's is filled here from the store, for every export and list alike.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import deliveries, filings, ledger, remarks
from documents.document import VIETNAM
from documents.fields import INCOMING, LANGUAGE, OUTGOING, Field
from documents.lifecycle import Direction
from documents.numbering import local_day
from documents.step_words import ROLES, STATES
from documents.tables import (
    DocumentRow,
    DossierRow,
    FilingRow,
    LedgerRow,
    PersonRow,
    TaskRow,
    UnitRow,
)

_STEPS = frozenset({"register", "submit", "assign", "start", "complete", "return", "file"})
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
    return incoming(row, _holders(session, row, tasks), _trace(session, row), filed)


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
    """Return where the document was filed first; None where it is in no dossier.

    While the dossier is open the ordinal is the document's place in the order of dates.
    """
    wanted = (
        select(DossierRow, FilingRow.ordinal)
        .join(FilingRow, FilingRow.dossier_id == DossierRow.id)
        .where(FilingRow.document_id == document_id, FilingRow.removed_at.is_(None))
        .order_by(FilingRow.filed_at)
        .limit(1)
    )
    if (found := session.execute(wanted).one_or_none()) is None:
        return None
    dossier, ordinal = found
    if ordinal is None:
        held = filings.documents_in(session, dossier.id)
        ordinal = next((one.ordinal for one in held if one.document.id == document_id), None)
    return FilePlace(dossier.organ_id, dossier.year, dossier.notation, ordinal)


def _holders(session: Session, row: DocumentRow, tasks: Sequence[TaskRow]) -> str:
    units = {row.unit_id, *(task.unit_id for task in tasks)} - {None}
    people = {task.person_id for task in tasks} - {None}
    named = select(UnitRow.name).where(UnitRow.id.in_(units)).order_by(UnitRow.name)
    called = select(PersonRow.full_name).where(PersonRow.id.in_(people))
    found = [*session.scalars(named), *session.scalars(called.order_by(PersonRow.full_name))]
    return _BETWEEN.join(found)


def _trace(session: Session, row: DocumentRow) -> str:
    """Return a line for each step, direction and opinion, in the order of time."""
    steps = [one for one in ledger.history(session, row.id) if one.step in _STEPS]
    people = session.scalars(
        select(PersonRow).where(PersonRow.id.in_({one.actor for one in steps}))
    )
    names = {person.id: person.full_name for person in people}
    said = [
        *((one.at, str(one)) for one in remarks.trace(session, row.id)),
        *((datetime.fromisoformat(one.at), _stated(one, names)) for one in steps),
    ]
    return "\n".join(line for _, line in sorted(said, key=lambda each: each[0]))


def _stated(row: LedgerRow, names: Mapping[str, str]) -> str:
    when = datetime.fromisoformat(row.at).astimezone(VIETNAM)
    reason = str(json.loads(row.detail).get("reason", ""))
    who = names.get(row.actor, ROLES.get(row.actor, row.actor))
    line = f"{when:%d/%m/%Y %H:%M} {who} – trạng thái: {STATES.get(row.state, row.state)}"
    return f"{line}: {' '.join(reason.split())}" if reason else line
