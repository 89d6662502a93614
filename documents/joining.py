"""Paper and scans joined to the document that they are a form of; what is sent back.

Legal source: Decree 30/2020/ND-CP, Art. 21.1, 21.2b, 23.4; law.md N-12, E8, §2 X-03, X-04, X-07:
the electronic document is handled at once and the paper follows; both have one number.
"""

from datetime import datetime
from typing import Any, cast

from sqlalchemy.orm import Session

from documents import posts
from documents.casefile import locked, note, take
from documents.errors import Refused, StepRefused, storable
from documents.intakes import WAITING, row_of
from documents.lifecycle import Direction, State, Step
from documents.tables import DocumentRow

REASON_LENGTH = 500


class ReasonWanted(Refused):
    """What is done wants a reason, which the ledger keeps."""

    code = "intake.reason_wanted"
    vietnamese = "Phải nêu lý do: {0}"
    english = "a reason is wanted: {0}"
    remedy = "Thêm --reason / add --reason"


class JoinRefused(Refused):
    """The two are not forms of one document here. ({0} why.)."""

    code = "intake.join_refused"
    vietnamese = "Không ghép hai văn bản làm một được: {0}"
    english = "they cannot be joined: {0}"
    remedy = "Chọn đúng văn bản đến đã có / choose the arrival that is here already"


_GONE = (State.REFUSED, State.REPLACED, State.RECALLED)


def ensure_one_document(row: DocumentRow, other: DocumentRow) -> None:
    """Return if *other* may be the document that *row* is another form of.

    Raises:
        JoinRefused: it may not.
    """
    if row.id == other.id:
        raise JoinRefused("chính văn bản này / the document itself")
    if other.organ_id != row.organ_id or other.direction != Direction.INCOMING:
        raise JoinRefused("không phải văn bản đến của cơ quan này / no arrival of this agency")
    if other.state in _GONE:
        raise JoinRefused(f"văn bản kia «{other.state}» / the other is {other.state}")


def join(session: Session, document_id: str, other_id: str, who: str, at: datetime) -> None:
    """Join paper or a scan to the document that it is another form of: one document, one number.

    The electronic document came first and has been, or will be, registered; this one stays beside
    it as its paper or scan (law.md N-12, §2 X-03, X-07).

    Raises:
        NotTakenIn, JoinRefused, StepRefused: it does not wait here, or not to be joined to that.
        PersonUnknown, RightMissing and what else `posts.acting` refuses.
    """
    row, taken = locked(session, document_id), row_of(session, document_id)
    if taken.same_as == other_id:
        return
    other = locked(session, other_id)
    ensure_one_document(row, other)
    acting = posts.stepping(session, row, Step.REPLACE, who, at)
    if row.state not in WAITING:
        raise StepRefused(row.state, Step.REPLACE)
    detail = {"same_as": other.id} | acting.detail()
    evidence = row.current_sha256 or ""
    take(session, row, Step.REPLACE, acting.actor, at, evidence=evidence, detail=detail)
    taken.same_as = other.id
    said = {"document": row.id, "channel": row.channel, "pages": row.pages} | acting.detail()
    note(session, other, "paper_follows", acting.actor, at, evidence=evidence, detail=said)


def send_back(
    session: Session, document_id: str, who: str, at: datetime, reason: str, how: str = ""
) -> None:
    """Return what does not belong here, or discard what is superfluous: with a reason (Art. 21.1).

    *how* says how the sender was told: by post, by hand, the code of a letter.

    Raises:
        NotTakenIn, StepRefused: it does not wait here.
        ReasonWanted: *reason* is empty.
        PersonUnknown, RightMissing and what else `posts.acting` refuses.
    """
    row = locked(session, document_id)
    row_of(session, document_id)
    if not reason.strip():
        raise ReasonWanted("trả lại, bỏ văn bản / sending it back")
    acting = posts.stepping(session, row, Step.REFUSE, who, at)
    if row.state == State.FETCHED:
        checked = {"verdict": row.verdict} | acting.detail()
        take(session, row, Step.VERIFY, acting.actor, at, detail=checked)
    said = {"reason": storable(reason.strip())[:REASON_LENGTH]}
    said |= {"how": storable(how.strip())[:REASON_LENGTH]} if how.strip() else {}
    detail = cast("dict[str, Any]", said) | acting.detail()
    take(session, row, Step.REFUSE, acting.actor, at, detail=detail)
