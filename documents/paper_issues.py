"""Paper copies of a document that was signed digitally: printed and stamped by the clerk.

Legal source: Decree 30/2020/ND-CP, Art. 18.5 (law.md X4): the clerk prints the file that the
leader signed and stamps it; that is the paper bản chính. Every printing is a row that stays.
"""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from documents import casefile, editing
from documents.casefile import locked, note
from documents.document import Role
from documents.errors import Refused, storable
from documents.freezing import ensure_free
from documents.identity import new_id
from documents.lifecycle import Direction, State
from documents.tables import PaperIssueRow

MOST = 10_000
"""Copies at once."""
_NUMBERED = (State.NUMBERED, State.SEALED, State.DISPATCHED, State.FILED)
_PURPOSE_LENGTH = 500


class CopiesInvalid(Refused):
    """No number of copies. ({0} what was given.)."""

    code = "paper_issue.copies_invalid"
    vietnamese = "Số lượng bản giấy không hợp lệ: {0}"
    english = "no number of paper copies: {0}"
    remedy = "Từ 1 đến 10.000 / from 1 to 10,000"


class NotPrintable(Refused):
    """Only what was signed digitally, has its number and is in force is printed. ({0} state.)."""

    code = "paper_issue.not_printable"
    vietnamese = "Chưa in, đóng dấu bản giấy được khi văn bản ở trạng thái «{0}»"
    english = "a document that is {0} is not printed and stamped on paper"
    remedy = (
        "Văn bản đi đã ký số, đã cấp số, còn hiệu lực / an outgoing one, signed and numbered here"
    )


def printed(
    session: Session,
    document_id: str,
    copies: int,
    who: str,
    at: datetime,
    purpose: str = "",
    issue_id: str = "",
) -> PaperIssueRow:
    """Record that the clerk *who* printed and stamped *copies*; a repeat of *issue_id* is none.

    Where more were printed than the document's number of copies says, that number follows.

    Raises:
        CopiesInvalid, NotPrintable: as they say.
        ChangeUnderway: it is being recalled.
        PersonUnknown, RightMissing and what else `posts.acting` refuses.
    """
    row = locked(session, document_id)
    if not 1 <= copies <= MOST:
        raise CopiesInvalid(copies)
    if issue_id and (before := session.get(PaperIssueRow, issue_id)) is not None:
        return before
    kinds = {each.kind for each in casefile.revisions_of(session, row.id)}
    if row.direction != Direction.OUTGOING or row.state not in _NUMBERED or "signed" not in kinds:
        raise NotPrintable(row.state)
    ensure_free(session, row)
    acting = editing.acting(session, row, who, (Role.CLERK,), at, "issue_on_paper")
    issue = PaperIssueRow(
        id=issue_id or new_id(),
        document_id=row.id,
        sha256=row.current_sha256 or "",
        copies=copies,
        purpose=storable(purpose.strip())[:_PURPOSE_LENGTH],
        printed_by=acting.person.id,
        printed_at=at,
    )
    session.add(issue)
    session.flush()
    row.issued_amount = max(row.issued_amount or 0, total(session, row.id))
    row.updated_at = at
    detail = {"copies": copies, "purpose": issue.purpose} | acting.detail()
    note(session, row, "issue_on_paper", acting.actor, at, evidence=issue.sha256, detail=detail)
    return issue


def of_document(session: Session, document_id: str) -> list[PaperIssueRow]:
    """Return every printing, oldest first."""
    wanted = select(PaperIssueRow).where(PaperIssueRow.document_id == document_id)
    return list(session.scalars(wanted.order_by(PaperIssueRow.printed_at, PaperIssueRow.id)))


def total(session: Session, document_id: str) -> int:
    """Return how many paper copies of it there are."""
    wanted = select(func.coalesce(func.sum(PaperIssueRow.copies), 0))
    return session.scalar(wanted.where(PaperIssueRow.document_id == document_id)) or 0
