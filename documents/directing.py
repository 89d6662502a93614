"""An arrival on its way to those who handle it: submitted, directed (bút phê), returned.

Legal source: Decree 30/2020/ND-CP, Art. 23 (law.md §1.7, E6 to E8). After registration status 02
is no more: what came to the wrong agency goes back to the clerk, who answers its sender by letter.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from documents import assignee, deadline, handlers, posts, remarks, tasks
from documents.assignee import Assignee, Share
from documents.casefile import locked, take
from documents.directory import RightMissing
from documents.document import Role
from documents.errors import Refused, StepRefused
from documents.handlers import NotTheirTask
from documents.identity import new_id
from documents.lifecycle import Direction, State, Step, advance
from documents.numbering import local_day
from documents.posts import Acting
from documents.remark import RemarkKind
from documents.remarks import worded
from documents.stead import Matter, WorkDelegationNarrow, WorkDelegationOver
from documents.tables import DocumentRow, SubmissionRow, TaskRow
from documents.task import NO_DAY, OPEN, PART_NAMES, TaskPart, TaskState, TaskStep

MOST = 200
"""Units and persons in one direction."""
DIRECTORS = (Role.LEADER, Role.UNIT_HEAD)
FORWARDED = "Chuyển xử lý theo quy chế công tác văn thư"
"""What a clerk's forwarding says where they say nothing (Art. 23.1)."""


class SharesInvalid(Refused):
    """A direction names one unit or person to lead, and nobody twice. ({0} why)."""

    code = "handling.shares_invalid"
    vietnamese = "Phân công không hợp lệ: {0}"
    english = "the direction is not valid: {0}"
    remedy = (
        "Nêu đúng một đơn vị hoặc người chủ trì, mỗi nơi một lần / name one lead, each once only"
    )


@dataclass(frozen=True, slots=True)
class Instruction:
    """A direction: who does what, by when, with the opinion (bút phê)."""

    opinion: str
    shares: tuple[Share, ...]
    due: date | None = None
    """Last day for all that have none of their own; none: the document's own."""


@dataclass(frozen=True, slots=True)
class Directed:
    """What became of a direction."""

    tasks: tuple[str, ...]
    """Ids, in the order of the shares."""
    warnings: tuple[str, ...] = ()
    """Vietnamese / English."""


def submit(
    session: Session,
    document_id: str,
    to: str,
    who: str,
    at: datetime,
    *,
    words: str = "",
    lead: str = "",
    due: date | None = None,
) -> SubmissionRow:
    """Lay the document before *to*, with what is proposed: who leads, until when (Art. 23.1).

    A document that lies before somebody is passed on.

    Raises:
        StepRefused: not from this state, or not by this person's role.
        RightMissing: *to* may not direct.
        AssigneeInvalid: one submits to oneself, or proposes whom nothing can be given to.
        DeadlinePast, WordsInvalid, PersonUnknown, PersonAmbiguous, PostEnded: as they say.
    """
    row = _arrival(session, document_id, Step.SUBMIT)
    acting = posts.stepping(session, row, Step.SUBMIT, who, at)
    advance(Direction.INCOMING, State(row.state), Step.SUBMIT, acting.role)
    matter = Matter(row.type_name, row.unit_id, Step.ASSIGN)
    receiving = posts.acting(
        session, row.organ_id, to, DIRECTORS, at, "chỉ đạo / direct", matter=matter
    )
    addressee = receiving.person
    if addressee.id == acting.person.id:
        raise assignee.AssigneeInvalid(addressee.full_name, "chính người trình / oneself")
    proposed = assignee.assignee(session, row.organ_id, lead, at).name if lead else ""
    wished = deadline.checked(due, at)[0] if due is not None else None
    said = worded(words, "ý kiến trình / the proposal") if words.strip() else ""
    close_submissions(session, row, "passed_on", at)
    told = {"to": addressee.id, "words": said, "lead": proposed, "due": wished}
    detail = {name: value for name, value in told.items() if value} | acting.detail()
    take(session, row, Step.SUBMIT, acting.actor, at, detail=detail)
    submission = SubmissionRow(
        id=new_id(),
        organ_id=row.organ_id,
        document_id=row.id,
        to_id=addressee.id,
        by_id=acting.person.id,
        at=at,
        lead=proposed,
        due_on=wished,
    )
    session.add(submission)
    parts = [
        f"Trình {receiving.position or addressee.position} {addressee.full_name}",
        *([said] if said else []),
        *([f"đề xuất chủ trì: {proposed}"] if proposed else []),
        *([f"hạn {deadline.written(wished)}"] if wished else []),
    ]
    remarks.record(session, row, RemarkKind.PROPOSAL, acting, "; ".join(parts), at)
    return submission


def direct(
    session: Session, document_id: str, wanted: Instruction, who: str, at: datetime
) -> Directed:
    """Direct the document in one step: opinion, lead, co-operating, for information, deadlines.

    A leader directs what is submitted (Art. 23.2), a unit's head within the unit what is submitted
    to them, the clerk forwards what has a clear handler (Art. 23.1). Before work began, who
    directed, or a leader, may direct anew: the earlier tasks are withdrawn. Where everybody is
    only to know, the document is completed.

    Raises:
        StepRefused: not from this state, or not by this person's role.
        RightMissing, NotTheirTask: it is another's to direct.
        SharesInvalid: no lead or several, or somebody twice.
        AssigneeInvalid, DeadlinePast, YearMissing, WordsInvalid, PersonUnknown: as they say.
    """
    row = _arrival(session, document_id, Step.ASSIGN)
    opinion = worded(wanted.opinion, "ý kiến chỉ đạo / the opinion")
    informing = _checked(wanted.shares)
    step = Step.COMPLETE if informing else Step.ASSIGN
    if informing and row.state not in {State.REGISTERED, State.SUBMITTED}:
        raise StepRefused(row.state, step, "đã phân công / it is assigned")
    acting = director(session, row, step, who, at)
    advance(Direction.INCOMING, State(row.state), step, acting.role)
    given = tasks.of_document(session, row.id)
    refuse_others(session, row, given, acting)
    targets = [assignee.assignee(session, row.organ_id, share.to, at) for share in wanted.shares]
    _refuse_twice(targets)
    for target in targets:
        assignee.refuse_self(target, acting)
    assignee.refuse_beyond(session, targets, acting)
    made, warnings = _made(row, wanted, opinion, targets, acting, at)
    close_submissions(session, row, "directed", at)
    before = [task for task in given if task.state in OPEN]
    if before:
        reason = f"Thay đổi chỉ đạo: {opinion}"[: remarks.LONGEST]
        tasks.withdraw(session, before, row, acting, reason, at)
    lead = next((pair for pair in zip(made, targets, strict=True) if tasks.leads(pair[0])), None)
    detail = {
        "words": opinion,
        "tasks": [
            f"{task.id} {task.part} {target.key}"
            for task, target in zip(made, targets, strict=True)
        ],
        **({"warnings": list(warnings)} if warnings else {}),
        **acting.detail(),
    }
    if lead is not None:
        detail |= {"handler": lead[1].key, "due": deadline.written(lead[0].due_on)}
        row.unit_id = lead[0].unit_id
        if lead[0].due_on != NO_DAY:
            row.due_date = lead[0].due_on
    take(session, row, step, acting.actor, at, detail=detail)
    session.add_all(made)
    session.flush()
    remarks.record(session, row, RemarkKind.DIRECTION, acting, _spoken(opinion, made, targets), at)
    return Directed(tuple(task.id for task in made), warnings)


def returned(session: Session, document_id: str, who: str, at: datetime, reason: str) -> None:
    """Return the document to the clerk (wrong unit, wrong document), before work began.

    Its number stays; the clerk submits it to somebody else. From SUBMITTED by whom it lies
    before or a leader, from ASSIGNED by the one who is to lead or who directed.

    Raises:
        StepRefused: not from this state, or not by this person's role.
        RightMissing, NotTheirTask, WordsInvalid, PersonUnknown, PersonAmbiguous: as they say.
    """
    text = worded(reason, "lý do trả lại / the reason")
    row = _arrival(session, document_id, Step.RETURN)
    given = [task for task in tasks.of_document(session, row.id) if task.state in OPEN]
    lead = next((task for task in given if tasks.leads(task)), None)
    acting = _returning(session, row, lead, who, at)
    advance(Direction.INCOMING, State(row.state), Step.RETURN, acting.role)
    if lead is not None:
        tasks.close(session, lead, TaskStep.RETURN, acting.actor, text, at)
        tasks.note(session, lead, row, "task_return", acting, at, reason=text)
    others = [task for task in given if task is not lead]
    tasks.withdraw(session, others, row, acting, text, at)
    close_submissions(session, row, "returned", at)
    row.unit_id = None
    detail = {"reason": text, **acting.detail()}
    take(session, row, Step.RETURN, acting.actor, at, detail=detail)
    remarks.record(session, row, RemarkKind.RETURN, acting, text, at)


def dropped(session: Session, row: DocumentRow, reason: str, at: datetime) -> None:
    """End what is open at a document that was recalled or replaced: nobody works on it."""
    close_submissions(session, row, "dropped", at)
    given = [task for task in tasks.of_document(session, row.id) if task.state in OPEN]
    tasks.withdraw(session, given, row, None, reason, at)


def _arrival(session: Session, document_id: str, step: Step) -> DocumentRow:
    row = locked(session, document_id)
    if row.direction != Direction.INCOMING:
        raise StepRefused(row.state, step, "không phải văn bản đến / it did not come in")
    return row


def director(session: Session, row: DocumentRow, step: Step, who: str, at: datetime) -> Acting:
    """Return *who* as a leader if they are or stand in for one, else in what the step lets."""
    matter = Matter(row.type_name, row.unit_id, step)
    if row.state != State.REGISTERED:
        try:
            return posts.acting(session, row.organ_id, who, (Role.LEADER,), at, step, matter=matter)
        except (RightMissing, WorkDelegationOver, WorkDelegationNarrow):
            pass
    return posts.stepping(session, row, step, who, at)


def refuse_others(
    session: Session, row: DocumentRow, given: Sequence[TaskRow], acting: Acting
) -> None:
    """Return if it is this person's to direct: a leader's, else by whom it lies, or lay.

    Raises:
        NotTheirTask: it is another's.
    """
    if acting.role is Role.LEADER or row.state == State.REGISTERED:
        return
    whose = {acting.person.id, acting.in_stead_of}
    if row.state == State.SUBMITTED:
        wanted = select(SubmissionRow.to_id).where(
            SubmissionRow.document_id == row.id, SubmissionRow.closed_at.is_(None)
        )
        holders = set(session.scalars(wanted))
    else:
        holders = {task.given_by for task in given if tasks.leads(task) and task.state in OPEN}
    if whose.isdisjoint(holders):
        raise NotTheirTask(acting.person.full_name, "chỉ đạo / direct")


def _returning(
    session: Session, row: DocumentRow, lead: TaskRow | None, who: str, at: datetime
) -> Acting:
    """Return *who* as they may return the document.

    Raises:
        NotTheirTask: it is another's.
    """
    if lead is None:
        acting = director(session, row, Step.RETURN, who, at)
        if row.state == State.SUBMITTED:
            refuse_others(session, row, (), acting)
        return acting
    try:
        return handlers.handler(session, lead, who, at, "trả lại / return")
    except NotTheirTask:
        return handlers.judge(session, lead, who, at, "trả lại / return")


def _checked(shares: Sequence[Share]) -> bool:
    """Return whether everybody is only to know.

    Raises:
        SharesInvalid: nobody is named, too many, no lead or several.
    """
    count = sum(share.part is TaskPart.LEAD for share in shares)
    if not 1 <= len(shares) <= MOST:
        raise SharesInvalid(f"{len(shares)} nơi nhận / addressees")
    informing = all(share.part is TaskPart.INFORM for share in shares)
    if count != 1 and not informing:
        raise SharesInvalid(f"{count} chủ trì / leads")
    return informing


def _refuse_twice(targets: Sequence[Assignee]) -> None:
    seen: set[str] = set()
    for target in targets:
        if target.key in seen:
            raise SharesInvalid(f"«{target.name}» hai lần / twice")
        seen.add(target.key)


def _made(
    row: DocumentRow,
    wanted: Instruction,
    opinion: str,
    targets: Sequence[Assignee],
    acting: Acting,
    at: datetime,
) -> tuple[list[TaskRow], tuple[str, ...]]:
    """Return the tasks, not yet stored, and what people should know of their deadlines."""
    made: list[TaskRow] = []
    warnings: dict[str, None] = {}
    for share, target in zip(wanted.shares, targets, strict=True):
        due, told = deadline.checked(None, at)
        if share.part is not TaskPart.INFORM:
            due, told = deadline.checked(share.due or wanted.due or _own_due(row, at), at)
        warnings |= dict.fromkeys(told)
        made.append(
            new_task(row.organ_id, share, target, opinion, due, acting, at, document_id=row.id)
        )
    return made, tuple(warnings)


def _own_due(row: DocumentRow, at: datetime) -> date | None:
    """Return the deadline that the document came with, unless it is over."""
    own = row.due_date
    return own if own is not None and own >= local_day(at) else None


def new_task(
    organ_id: str,
    share: Share,
    target: Assignee,
    content: str,
    due: date,
    acting: Acting,
    at: datetime,
    *,
    document_id: str | None = None,
    parent_id: str | None = None,
    source: str = "",
) -> TaskRow:
    """Return a task as it is given, not yet stored."""
    product = worded(share.product, "sản phẩm / the product") if share.product.strip() else ""
    return TaskRow(
        id=new_id(),
        organ_id=organ_id,
        document_id=document_id,
        parent_id=parent_id,
        unit_id=target.unit.id if target.unit is not None else None,
        person_id=target.person.id if target.person is not None else None,
        part=share.part.value,
        state=TaskState.GIVEN.value,
        given_by=acting.in_stead_of or acting.person.id,
        given_at=at,
        content=content,
        product=product,
        source=source,
        due_on=due,
        first_due_on=due,
    )


def _spoken(opinion: str, made: Sequence[TaskRow], targets: Sequence[Assignee]) -> str:
    """Return the direction as the trace has it: the opinion, then who does what by when."""
    parts = []
    for task, target in zip(made, targets, strict=True):
        until = f", hạn {deadline.written(task.due_on)}" if task.due_on != NO_DAY else ""
        parts.append(f"{target.name} ({PART_NAMES[task.part]}{until})")
    return f"{opinion} [{'; '.join(parts)}]"


def close_submissions(session: Session, row: DocumentRow, outcome: str, at: datetime) -> None:
    """End what lies before people: directed, passed on, returned, answered or dropped."""
    session.execute(
        update(SubmissionRow)
        .where(SubmissionRow.document_id == row.id, SubmissionRow.closed_at.is_(None))
        .values(closed_at=at, outcome=outcome)
    )
