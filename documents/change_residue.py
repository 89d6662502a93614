"""What remains of a document here though it is recalled: copies, and people who had it.

Source: Decree 30/2020/ND-CP, Art. 18.4, 25, 26. The list goes to the sender in the answer's
`Description`: a recall that says nothing of copies says too little.
"""

import json

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.change import NOTE_LENGTH
from documents.ledger import SYSTEM, history
from documents.lifecycle import Step
from documents.tables import (
    AttachmentRow,
    CertifiedCopyRow,
    DocumentRow,
    PersonRow,
    RevisionRow,
)

_HANDLING = {Step.SUBMIT, Step.ASSIGN, Step.START, Step.COMPLETE, Step.FILE}


def copies(session: Session, row: DocumentRow) -> list[CertifiedCopyRow]:
    """Return the certified copies that the agency made of the document's files."""
    files = select(RevisionRow.sha256).where(RevisionRow.document_id == row.id)
    attached = select(AttachmentRow.sha256).where(AttachmentRow.document_id == row.id)
    wanted = select(CertifiedCopyRow).where(
        CertifiedCopyRow.organ_id == row.organ_id,
        CertifiedCopyRow.source_sha256.in_(files.union(attached)),
    )
    return list(session.scalars(wanted.order_by(CertifiedCopyRow.created_at)))


def handlers(session: Session, row: DocumentRow) -> list[str]:
    """Return the names of the people whom the document went to, in the order of its ledger."""
    found: dict[str, None] = {}
    for entry in history(session, row.id):
        if entry.step in _HANDLING:
            said = json.loads(entry.detail)
            for who in (entry.actor, str(said.get("to", "")), str(said.get("handler", ""))):
                if who and who != SYSTEM.id:
                    found[who] = None
    names = {
        person.id: person.full_name
        for person in session.scalars(select(PersonRow).where(PersonRow.id.in_(list(found))))
    }
    return [names[who] for who in found if who in names]


def told(session: Session, row: DocumentRow, note: str = "") -> str:
    """Return what the answer says of the document: at most 1000 characters."""
    made, people = copies(session, row), handlers(session, row)
    parts = [note] if note else []
    if made:
        parts.append("Bản sao còn lại / copies: " + ", ".join(copy.code for copy in made))
    if people:
        parts.append("Đã chuyển tới / it went to: " + ", ".join(people))
    if not made and not people:
        parts.append("Không còn bản sao / no copies")
    return ". ".join(parts)[:NOTE_LENGTH]
