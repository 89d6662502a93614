"""What is wanted of an outgoing document besides its fields: how urgent, and issued by when.

Legal source: Decree 30/2020/ND-CP, Art. 10.1 (the drafter proposes how urgent it is), Art. 8 and
Appendix I (whoever signs decides), Art. 18.1 (issued the same day, urgent ones at once).
"""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import editing
from documents.casefile import locked, note
from documents.document import Urgency
from documents.errors import Refused
from documents.lifecycle import State
from documents.posts import Acting
from documents.tables import DocumentRow, DraftTermsRow

_OPEN = (State.DRAFT, State.SUBMITTED, State.RETURNED, State.APPROVED)
_UNSENT = (*_OPEN, State.SIGNED, State.NUMBERED, State.SEALED)


class NotYetSubmitted(Refused):
    """Whoever signs decides on what was submitted to them."""

    code = "document.not_submitted"
    vietnamese = "Dự thảo chưa trình, mức độ khẩn do người soạn thảo đề xuất"
    english = "the draft is not submitted: its drafter proposes how urgent it is"
    remedy = "Sửa bằng `congvan draft edit` / use `congvan draft edit`"


def terms_of(session: Session, document_id: str) -> DraftTermsRow | None:
    """Return what is wanted of the document, if anything is."""
    return session.get(DraftTermsRow, document_id)


def issue_by(session: Session, document_id: str) -> date | None:
    """Return the last day, in Vietnam, on which it is to be issued."""
    terms = terms_of(session, document_id)
    return terms.issue_by if terms else None


def set_issue_by(session: Session, row: DocumentRow, day: date | None) -> None:
    """Set the last day for its issue; whoever calls writes the ledger."""
    terms = _terms(session, row)
    terms.issue_by = day
    session.flush()


def change_urgency(
    session: Session, row: DocumentRow, urgency: Urgency, acting: Acting, at: datetime
) -> None:
    """Change how urgent it is: the signer's word on a submitted draft decides, others propose.

    Whoever calls writes the ledger.
    """
    terms = _terms(session, row)
    if row.state == State.SUBMITTED and acting.person.id == row.signer_id:
        if terms.urgency_by is None:
            terms.proposed_urgency = row.urgency
        terms.urgency_by, terms.urgency_at = acting.person.id, at
    else:
        terms.proposed_urgency = int(urgency)
        terms.urgency_by = terms.urgency_at = None
    row.urgency = int(urgency)
    session.flush()


def decide_urgency(
    session: Session, document_id: str, urgency: Urgency, who: str, at: datetime
) -> None:
    """Let whoever signs decide how urgent a submitted draft is; the same again changes nothing.

    Raises:
        NotYetSubmitted: it is still with its drafter.
        RightMissing: they are not the one who signs.
        DraftClosed, DocumentFrozen, ChangeUnderway: it is no draft that can be changed.
    """
    row = locked(session, document_id)
    if editing.ensure_open(session, row) is not State.SUBMITTED:
        raise NotYetSubmitted
    acting = editing.signer(session, row, who, at, "decide_urgency")
    terms = terms_of(session, row.id)
    if terms is not None and terms.urgency_by and row.urgency == urgency:
        return
    before = row.urgency
    change_urgency(session, row, urgency, acting, at)
    row.version += 1
    row.updated_at = at
    detail = {"proposed": before, "decided": int(urgency)} | acting.detail()
    note(session, row, "decide_urgency", acting.actor, at, detail=detail)


def late(session: Session, organ_id: str, day: date) -> list[tuple[DocumentRow, date]]:
    """Return the agency's documents that were to be issued before *day* and are not."""
    wanted = (
        select(DocumentRow, DraftTermsRow.issue_by)
        .join(DraftTermsRow, DraftTermsRow.document_id == DocumentRow.id)
        .where(DraftTermsRow.issue_by < day, DocumentRow.organ_id == organ_id)
        .where(DocumentRow.state.in_([state.value for state in _UNSENT]))
        .order_by(DraftTermsRow.issue_by, DocumentRow.id)
    )
    return [(row, by) for row, by in session.execute(wanted) if by is not None]


def _terms(session: Session, row: DocumentRow) -> DraftTermsRow:
    terms = terms_of(session, row.id)
    if terms is None:
        terms = DraftTermsRow(document_id=row.id)
        session.add(terms)
        session.flush()
    return terms
