"""A document that nothing need be done about: kept for reference (lưu tham khảo), with a word.

Legal source: Decree 30/2020/ND-CP, Art. 23.2, 24: who directs may find that nothing is to be
solved; practice: ux.md §1.1 («lưu tham khảo»). From registered by the clerk, from submitted by
whom it lies before.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from documents import casefile, directing, remarks
from documents.errors import StepRefused
from documents.lifecycle import Direction, State, Step, advance
from documents.remark import RemarkKind
from documents.remarks import worded

USUAL = "Lưu tham khảo"
"""What is said where nobody says anything else."""


def shelve(session: Session, document_id: str, who: str, at: datetime, words: str = "") -> None:
    """Complete the document without an answer and without tasks.

    Raises:
        StepRefused: not from this state, it is assigned already, or not by this person's role.
        NotTheirTask: it lies before somebody else.
        DocumentUnknown, RightMissing, WordsInvalid, PersonUnknown, PersonAmbiguous, PostEnded:
            as they say.
    """
    said = worded(words or USUAL, "ý kiến / the opinion")
    row = casefile.locked(session, document_id)
    if row.direction != Direction.INCOMING:
        raise StepRefused(row.state, Step.COMPLETE, "không phải văn bản đến / it did not come in")
    if row.state not in {State.REGISTERED, State.SUBMITTED}:
        raise StepRefused(row.state, Step.COMPLETE, "đã phân công / it is assigned")
    acting = directing.director(session, row, Step.COMPLETE, who, at)
    advance(Direction.INCOMING, State(row.state), Step.COMPLETE, acting.role)
    directing.refuse_others(session, row, (), acting)
    directing.close_submissions(session, row, "directed", at)
    detail = {"words": said, **acting.detail()}
    casefile.take(session, row, Step.COMPLETE, acting.actor, at, detail=detail)
    remarks.record(session, row, RemarkKind.DIRECTION, acting, said, at)
