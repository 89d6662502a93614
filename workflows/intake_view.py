"""What is shown of documents that came otherwise than by the axis, to people and to programs."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from documents import casefile, intakes, proposal
from documents.duplicates import Twin
from documents.tables import DocumentRow, EnvelopeRow, IntakeRow


def facts_of(session: Session, document_id: str) -> dict[str, Any]:
    """Return what is known of an incoming document at the clerk's desk."""
    row = casefile.known(session, document_id)
    taken = session.get(IntakeRow, document_id)
    return {
        **_register(row),
        **(_intake(taken) if taken is not None else {}),
        "warnings": row.warnings,
        "waits": row.error_text if row.held else None,
        "forms": [form.document_id for form in intakes.forms_of(session, document_id)],
        "twins": twins_of(intakes.twins(session, row)),
    }


def _register(row: DocumentRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "agency": row.organ_id,
        "state": row.state,
        "channel": row.channel or "axis",
        "receipt_number": row.receipt_number,
        "arrival_date": row.arrival_date,
        "sender": row.sender_organ_id,
        "sender_name": row.sender_name,
        "code": _code(row),
        "promulgated": row.promulgated,
        "type": row.type_name,
        "subject": row.subject,
        "signer_name": row.signer_name,
        "signer_position": row.signer_position,
        "urgency": row.urgency,
        "due_date": row.due_date,
        "pages": row.pages,
        "description": row.description,
        "verdict": row.verdict,
    }


def _code(row: DocumentRow) -> str:
    number = row.code_number
    if number and row.code_notation:
        return f"{number}/{row.code_notation}"
    return number or row.code_notation


def _intake(taken: IntakeRow) -> dict[str, Any]:
    return {
        "file": taken.file_name,
        "taken_at": taken.taken_at,
        "taken_by": taken.taken_by,
        "proposals": [each.as_dict() for each in proposal.read(taken.proposals)],
        "note": taken.note,
        "same_as": taken.same_as,
    }


def twins_of(twins: Sequence[Twin]) -> list[dict[str, Any]]:
    """Return what looks the same, the surest first."""
    return [
        {
            "id": twin.document_id,
            "likeness": twin.likeness.value,
            "state": twin.state,
            "receipt_number": twin.receipt_number,
            "arrived_on": twin.arrived_on,
            "channel": twin.channel or "axis",
            "code": twin.code,
            "sender_name": twin.sender_name,
            "subject": twin.subject,
        }
        for twin in twins
    ]


def envelope_of(row: EnvelopeRow) -> dict[str, Any]:
    """Return an envelope."""
    return {
        "id": row.id,
        "agency": row.organ_id,
        "came_on": row.came_on,
        "means": row.means,
        "sender": row.sender_name,
        "codes": row.codes,
        "addressee": row.addressee,
        "urgency": row.urgency,
        "anomalies": row.anomalies,
        "state": row.state,
        "forwarded_to": row.forwarded_to,
        "reason": row.reason,
        "document": row.document_id,
    }
