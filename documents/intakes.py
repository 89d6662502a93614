"""The record of what was taken in otherwise than by the axis: what waits, what was joined.

Legal source: Decree 30/2020/ND-CP, Art. 21, 22 (law.md §1.7, E1, E5).
"""

from dataclasses import replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import directory, duplicates, proposal
from documents.awaited import Awaited
from documents.document import Role
from documents.duplicates import Twin
from documents.errors import Refused
from documents.lifecycle import Direction, State
from documents.tables import DocumentRow, IntakeRow

CLERK = (Role.CLERK,)
WAITING = (State.FETCHED, State.VERIFIED, State.QUARANTINED)
"""States in which it waits for the clerk."""


class NotTakenIn(Refused):
    """The document came by the axis, which registers it itself. ({0} its id.)."""

    code = "intake.not_taken_in"
    vietnamese = "Văn bản {0} đến qua trục liên thông, không vào sổ bằng tay"
    english = "{0} came by the axis and is not registered by hand"
    remedy = "Xem `congvan inbox`, `congvan step release` / see those commands"


def known_file(session: Session, organ_id: str, sha256: str) -> IntakeRow | None:
    """Return what was taken in with this very file, if it was."""
    wanted = select(IntakeRow).where(
        IntakeRow.organ_id == organ_id, IntakeRow.file_sha256 == sha256
    )
    return session.scalars(wanted).one_or_none()


def row_of(session: Session, document_id: str) -> IntakeRow:
    """Return how the document was taken in.

    Raises:
        NotTakenIn: it came by the axis, or is no incoming document.
    """
    row = session.get(IntakeRow, document_id)
    if row is None:
        raise NotTakenIn(document_id)
    return row


def waiting(session: Session, organ_id: str, limit: int = 200) -> list[IntakeRow]:
    """Return what waits for the agency's clerk, oldest first."""
    wanted = (
        select(IntakeRow)
        .join(DocumentRow, DocumentRow.id == IntakeRow.document_id)
        # the index of lists by state finds these few
        .where(DocumentRow.organ_id == organ_id, DocumentRow.direction == Direction.INCOMING.value)
        .where(DocumentRow.state.in_([state.value for state in WAITING]))
        .order_by(IntakeRow.taken_at, IntakeRow.document_id)
        .limit(limit)
    )
    return list(session.scalars(wanted))


def awaiting(session: Session, organ_id: str, limit: int = 200) -> list[str]:
    """Return the agency's arrivals that wait for its clerk's entry, oldest first; their ids."""
    row = DocumentRow
    wanted = (
        select(row.id)
        .where(row.organ_id == organ_id, row.awaits == Awaited.REGISTER.value)
        .order_by(row.created_at, row.id)
        .limit(limit)
    )
    return list(session.scalars(wanted))


def forms_of(session: Session, document_id: str) -> list[IntakeRow]:
    """Return the paper and scans that were joined to the document, oldest first."""
    wanted = select(IntakeRow).where(IntakeRow.same_as == document_id)
    return list(session.scalars(wanted.order_by(IntakeRow.taken_at, IntakeRow.document_id)))


def twins(session: Session, row: DocumentRow) -> list[Twin]:
    """Return what looks like *row*, the surest first; of what waits, as it was read from its file.

    The clerk is to see a double before anything is typed.
    """
    taken = session.get(IntakeRow, row.id)
    if taken is None or row.state not in WAITING or row.code_number:
        return duplicates.of_row(session, row)
    read = {each.field: each.value for each in proposal.read(taken.proposals)}
    number, _, _ = read.get("code", "").partition("/")
    day = read.get("promulgated")
    sender = read.get("sender", "")
    facts = replace(
        duplicates.known(session, row),
        sender_code=_code_of(session, sender),
        sender_name=sender,
        code=read.get("code", ""),
        promulgated=date.fromisoformat(day) if day else None,
        subject=read.get("subject", ""),
    )
    return duplicates.of_facts(session, row.organ_id, facts, row.id, number)


def _code_of(session: Session, sender: str) -> str:
    """Return the code of the *sender* that was proposed; empty where it is a name."""
    known = directory.agency_rows(session, [sender]) if sender else {}
    return duplicates.canonical(session, sender) if sender in known else ""
