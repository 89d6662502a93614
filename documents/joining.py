"""Paper and scans joined to the document that they are a form of; what is sent back.

Legal source: Decree 30/2020/ND-CP, Art. 21.1, 21.2b, 23.4; law.md N-12, E8, §2 X-03, X-04, X-07:
the electronic document is handled at once and the paper follows; both have one number.
"""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from documents import posts
from documents.casefile import locked, note, take
from documents.errors import Refused, StepRefused, storable
from documents.intakes import WAITING, row_of
from documents.lifecycle import Direction, State, Step
from documents.tables import DocumentRow, RegisterEntryRow, TaskRow

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


def take_over(
    session: Session, document_id: str, paper_id: str, who: str, at: datetime, reason: str
) -> int:
    """Let the electronic document that came after its paper have the paper's number.

    From then on the electronic one is handled (law.md E8); its sender is told 03. The paper, on
    which nobody has begun, stays beside it. Returns the receipt number; a repeat returns it again.

    Args:
        session: a writing transaction.
        document_id: the one that came by the axis, and waits because it repeats the paper.
        paper_id: the registered paper, or scan.
        who: the clerk, id or full name.
        at: aware UTC.
        reason: why the electronic one is released, where it is in quarantine.

    Raises:
        NotTakenIn, JoinRefused, StepRefused: they are not such a pair.
        HandlingBegun: somebody has the paper in work.
        ReasonWanted: it is in quarantine, and *reason* is empty.
        PersonUnknown, RightMissing and what else `posts.acting` refuses.
    """
    row, paper = locked(session, document_id), locked(session, paper_id)
    taken = row_of(session, paper_id)
    if taken.same_as == row.id and row.receipt_number is not None:
        return row.receipt_number
    ensure_one_document(paper, row)
    if row.channel is not None or row.state not in {State.VERIFIED, State.QUARANTINED}:
        raise StepRefused(row.state, Step.REGISTER)
    if paper.state != State.REGISTERED or _in_work(session, paper.id):
        raise HandlingBegun(paper.receipt_number or paper.id)
    if row.state == State.QUARANTINED:
        if not reason.strip():
            raise ReasonWanted("nhận văn bản đang giữ lại / it is in quarantine")
        acting = posts.stepping(session, row, Step.RELEASE, who, at)
        said: dict[str, Any] = {"reason": storable(reason.strip())[:REASON_LENGTH]}
        take(session, row, Step.RELEASE, acting.actor, at, detail=said | acting.detail())
    acting = posts.stepping(session, row, Step.REGISTER, who, at)
    session.execute(
        update(RegisterEntryRow)
        .where(RegisterEntryRow.document_id == paper.id)
        .values(document_id=row.id)
    )
    number = paper.receipt_number or 0
    row.receipt_number, row.arrival_date, row.clerk_id = number, paper.arrival_date, paper.clerk_id
    detail = {"receipt_number": number, "paper": paper.id} | acting.detail()
    take(session, row, Step.REGISTER, acting.actor, at, detail=detail)
    acting = posts.stepping(session, paper, Step.REPLACE, who, at)
    said = {"same_as": row.id} | acting.detail()
    evidence = paper.current_sha256 or ""
    take(session, paper, Step.REPLACE, acting.actor, at, evidence=evidence, detail=said)
    taken.same_as = row.id
    session.flush()
    return number


class HandlingBegun(Refused):
    """The paper was submitted or given out: its number stays where the work is. ({0} number.)."""

    code = "intake.handling_begun"
    vietnamese = "Bản giấy số đến {0} đã trình hoặc giao xử lý, không chuyển số sang bản điện tử"
    english = "the paper, number {0}, is in work: its number does not move to the electronic one"
    remedy = (
        "Trả bản giấy về văn thư rồi ghép lại, hoặc nhận bản điện tử kèm lý do: `congvan step "
        "release` / have the paper given back first, or release the other with a reason"
    )


def _in_work(session: Session, document_id: str) -> bool:
    wanted = select(TaskRow.id).where(
        TaskRow.document_id == document_id, TaskRow.closed_at.is_(None)
    )
    return session.scalar(wanted.limit(1)) is not None


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
