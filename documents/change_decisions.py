"""The clerk's answer to what a sender asks: 15 or 16, once for each question.

Sources: Decree 30/2020/ND-CP, Art. 18.3, 18.4; axis.md §6, §7. What is recalled is cancelled on
this system and kept: its bytes, its row, its number in the register, marked.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from documents import (
    casefile,
    change_questions,
    change_residue,
    clerk_registers,
    directing,
    posts,
    register,
)
from documents.casefile import locked, take
from documents.change import (
    CODES,
    FLAG,
    HELD,
    NOTE_LENGTH,
    ChangeKind,
    ChangeReasonMissing,
    ChangeState,
    NothingAsked,
    NotTheirs,
    Side,
    TargetMissing,
)
from documents.change_letters import written
from documents.document import Role
from documents.errors import storable
from documents.ledger import Actor, Fact, append
from documents.lifecycle import INCOMING, State, Step
from documents.tables import ChangeRow, DocumentRow

_MARKS = {Step.RECALL: "Đã thu hồi", Step.REPLACE: "Bị thay thế"}


def answer(
    session: Session, wanted: str, who: str, at: datetime, *, agree: bool, reason: str = ""
) -> list[ChangeRow]:
    """Answer every open question about the arrival *wanted*, or the one question with this id.

    Raises:
        NothingAsked: none is open.
        RightMissing: *who* is no clerk.
        ChangeReasonMissing: it is refused without a reason.
        TargetMissing, NotTheirs: it cannot be agreed to.
    """
    rows = _open(session, wanted)
    if not rows:
        raise NothingAsked(wanted)
    organ, what = rows[0].organ_id, "trả lời yêu cầu thu hồi, thay thế / answer"
    acting = posts.acting(session, organ, who, (Role.CLERK,), at, what)
    note = storable(reason.strip())
    if not agree and not note:
        raise ChangeReasonMissing
    ids = {each for row in rows for each in (row.document_id, row.letter_id) if each}
    for each in sorted(ids):
        locked(session, each)
    actor = acting.actor
    for change in rows:
        _ensure(change, agree=agree)
    for change in rows:
        change.state = ChangeState.AGREED if agree else ChangeState.REFUSED
        change.answered_at, change.answered_by, change.owed = at, acting.person.id, True
        session.flush()
        if agree:
            _agree(session, change, actor, at, note)
        else:
            _refuse(session, change, actor, at, note)
        _thaw(session, change)
    return rows


def _open(session: Session, wanted: str) -> list[ChangeRow]:
    change = session.get(ChangeRow, wanted, with_for_update=True, populate_existing=True)
    if change is not None:
        mine = change.side == Side.RECEIVER and change.state == ChangeState.ASKED
        return [change] if mine else []
    if session.get(DocumentRow, wanted) is not None:
        locked(session, wanted)
    return change_questions.about(session, wanted)


def _ensure(change: ChangeRow, *, agree: bool) -> None:
    if not agree:
        return
    if change.stranger:
        raise NotTheirs(change.partner, change.target_key)
    if change.document_id is None and change.kind == ChangeKind.RECALL:
        raise TargetMissing(change.target_key or change.target_code)


def _agree(session: Session, change: ChangeRow, actor: Actor, at: datetime, note: str) -> None:
    if change.document_id is None:
        change.answer_note = note[:NOTE_LENGTH]
        return
    target = locked(session, change.document_id)
    change.answer_note = change_residue.told(session, target, note)
    detail = {"change": change.id, "answer": CODES[ChangeState.AGREED], "reason": change.reason}
    if change.letter_id:
        detail["letter"] = change.letter_id
    if change.kind == ChangeKind.UPDATE and not change.removed:
        target.warnings = [*target.warnings, f"change.updated: {change.letter_id}"]
        casefile.note(session, target, "agree_update", actor, at, detail=detail)
        return
    step = Step.REPLACE if change.kind == ChangeKind.REPLACE else Step.RECALL
    if (State(target.state), step) in INCOMING:
        take(session, target, step, actor, at, detail=detail)
        register.mark(session, target.id, f"{_MARKS[step]} {written(at)}: {change.reason}")
        directing.dropped(session, target, f"{_MARKS[step]}: {change.reason}", at)
    else:
        casefile.note(session, target, f"agree_{change.kind}", actor, at, detail=detail)


def _refuse(session: Session, change: ChangeRow, actor: Actor, at: datetime, note: str) -> None:
    change.answer_note = note[:NOTE_LENGTH]
    detail = {"change": change.id, "answer": CODES[ChangeState.REFUSED], "reason": note}
    what = f"refuse_{change.kind}"
    if change.document_id is not None:
        casefile.note(session, locked(session, change.document_id), what, actor, at, detail=detail)
    if change.letter_id is None:
        if change.document_id is None:
            fact = Fact("", what, "", actor, "", tuple(detail.items()))
            append(session, change.organ_id, fact, at)
        return
    letter = locked(session, change.letter_id)
    returned = change.kind != ChangeKind.RECALL and letter.state in (
        State.VERIFIED,
        State.QUARANTINED,
    )
    if returned:
        # the answer 16 says it: no 02 is owed besides
        take(session, letter, Step.REFUSE, actor, at, detail=detail)
    else:
        casefile.note(session, letter, what, actor, at, detail=detail)


def _thaw(session: Session, change: ChangeRow) -> None:
    """Let what waited for this answer go on, unless another question is open about it."""
    for document_id in (change.document_id, change.letter_id):
        if document_id is None:
            continue
        row = locked(session, document_id)
        if row.held and row.error_code == HELD and not change_questions.waits(session, row):
            clerk_registers.go_on(session, row)
        if not change_questions.about(session, document_id):
            row.warnings = [each for each in row.warnings if not each.startswith(f"{FLAG}:")]
