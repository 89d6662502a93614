"""/documents/ID/recall, /letters, /answer: asking a document back, mending it, answering who asks.

Legal source: Decree 30/2020/ND-CP, Art. 18.3, 18.4; axis.md §6, §7. A recall is a question to each
recipient; a letter asks when it is dispatched, not before.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Form
from fastapi.responses import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import (
    casefile,
    change_decisions,
    change_letters,
    changes,
    correction_letters,
    rights,
)
from documents.casefile import DocumentUnknown
from documents.change import ChangeKind, ChangeState
from documents.change_letters import Asks
from documents.errors import Refused
from documents.lifecycle import Direction, State, Step
from documents.relation import RelationKind
from documents.right import Right
from documents.tables import ChangeRow, DocumentRow
from web import kept
from web.pages.document_page import outgoing_only, seen_by
from web.rendering import page, redirect, with_fault
from web.visitor import Here, Visitor
from workflows import document_view, plain_words

router = APIRouter(prefix="/documents/{document_id}")

LETTERS: tuple[tuple[str, str], ...] = (
    ("corrects", "Đính chính (sai thể thức, thủ tục)"),
    ("amends", "Sửa đổi, bổ sung nội dung"),
    ("replace", "Thay thế văn bản"),
    ("update", "Cập nhật (bản mới cho cùng nơi nhận)"),
    ("recall", "Thu hồi bằng văn bản"),
)
_MOST_DRAFTS = 100
_OPEN = (State.DRAFT, State.RETURNED, State.SUBMITTED)


def _key(document_id: str, part: str) -> str:
    return f"documents/{document_id}/{part}"


def _form(here: Visitor, row: DocumentRow, part: str, typed: Mapping[str, Any]) -> kept.KeptForm:
    sent = {name: [said] if isinstance(said, str) else said for name, said in typed.items()}
    return kept.form(here, _key(row.id, part), seen=str(row.version), sent=sent or None)


@router.get("/recall")
def recall(here: Here, document_id: str) -> Response:
    """Show who has the document, and ask it back."""
    return _recall(here, document_id)


def _recall(
    here: Visitor, document_id: str, fault: Refused | None = None, **typed: Any
) -> Response:
    with here.office.database.reading() as session:
        row = outgoing_only(seen_by(session, here, document_id))
        if fault is None:
            rights.check(session, here.visit, Step.RECALL, row, here.at)
        context: dict[str, Any] = {
            "row": row,
            "delivered": document_view.delivered(session, row),
            "form": _form(here, row, "recall", typed),
        }
        if fault is not None:
            return with_fault(here, "documents/recall.html", fault, **context)
        return page(here, "documents/recall.html", **context)


@router.post("/recall")
def recalled(
    here: Here,
    document_id: str,
    reason: Annotated[str, Form(max_length=2000)] = "",
    to: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Ask the document back from those ticked; asked before, nothing is asked twice."""
    codes = [code[:35] for code in to or []]
    try:
        with here.office.database.writing() as session:
            row = outgoing_only(seen_by(session, here, document_id))
            every = {each.organ_id for each in document_view.delivered(session, row)}
            chosen = () if every == set(codes) else tuple(codes)
            if not codes:
                raise NobodyChosen
            changes.ask(session, row.id, here.who, here.at, reason, chosen)
            kept.accepted(session, here, _key(row.id, "recall"))
    except Refused as fault:
        return _recall(here, document_id, fault, reason=reason, to=codes)
    return redirect(here, f"/documents/{document_id}?tab=deliveries", "Đã ghi yêu cầu thu hồi")


class NobodyChosen(Refused):
    """A recall asks somebody."""

    code = "change.nobody_chosen"
    vietnamese = "Chưa chọn nơi nhận nào để thu hồi"
    english = "no recipient was chosen"
    remedy = "Chọn ít nhất một nơi nhận / choose at least one recipient"


@router.get("/letters")
def letters(here: Here, document_id: str) -> Response:
    """Choose the draft by which the document is corrected, replaced, updated or recalled."""
    return _letters(here, document_id)


def _letters(
    here: Visitor, document_id: str, fault: Refused | None = None, **typed: Any
) -> Response:
    with here.office.database.reading() as session:
        row = outgoing_only(seen_by(session, here, document_id))
        rights.check(session, here.visit, Right.REPLACE, None, here.at)
        context: dict[str, Any] = {
            "row": row,
            "drafts": _drafts(session, here, row),
            "kinds": LETTERS,
            "form": _form(here, row, "letters", typed),
            "related": document_view.related(session, row),
        }
        if fault is not None:
            return with_fault(here, "documents/letters.html", fault, **context)
        return page(here, "documents/letters.html", **context)


def _drafts(session: Session, here: Visitor, row: DocumentRow) -> list[DocumentRow]:
    """Return the agency's open drafts that ask nothing yet, the newest first."""
    wanted = select(DocumentRow).where(
        DocumentRow.organ_id == here.organ_id,
        DocumentRow.direction == Direction.OUTGOING.value,
        DocumentRow.state.in_([state.value for state in _OPEN]),
        DocumentRow.business_type == 0,
        DocumentRow.id != row.id,
    )
    found = session.scalars(wanted.order_by(DocumentRow.created_at.desc()).limit(_MOST_DRAFTS))
    return rights.visible(session, here.visit, list(found), here.at)


@router.post("/letters")
def tied(
    here: Here,
    document_id: str,
    kind: Annotated[str, Form(max_length=10)],
    letter: Annotated[str, Form(max_length=36)] = "",
    reason: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Tie a draft to the document that it mends."""
    try:
        with here.office.database.writing() as session:
            row = outgoing_only(seen_by(session, here, document_id))
            rights.check(session, here.visit, Right.REPLACE, None, here.at)
            draft = outgoing_only(seen_by(session, here, letter))
            rights.check(session, here.visit, Right.EDIT_DRAFT, draft, here.at)
            _tie(session, draft.id, kind, row.id, reason, here)
            kept.accepted(session, here, _key(row.id, "letters"))
    except Refused as fault:
        return _letters(here, document_id, fault, kind=kind, letter=letter, reason=reason)
    return redirect(here, f"/drafts/{letter}", "Đã liên kết dự thảo với văn bản")


def _tie(session: Session, letter: str, kind: str, about: str, reason: str, here: Visitor) -> None:
    if kind in {each.value for each in ChangeKind}:
        asks = Asks(ChangeKind(kind), about, reason)
        change_letters.plan(session, casefile.locked(session, letter), asks, here.at)
    elif kind in {RelationKind.CORRECTS, RelationKind.AMENDS}:
        relation = RelationKind(kind)
        correction_letters.tie(session, letter, relation, about, here.at, reason=reason)
    else:
        raise DocumentUnknown(about)


@router.get("/answer")
def asked(here: Here, document_id: str) -> Response:
    """Show what a sender asks of an arrival."""
    return _answer(here, document_id)


def _answer(
    here: Visitor, document_id: str, fault: Refused | None = None, **typed: Any
) -> Response:
    with here.office.database.reading() as session:
        row = seen_by(session, here, document_id)
        rights.check(session, here.visit, Right.ANSWER_CHANGE, None, here.at)
        context: dict[str, Any] = {
            "row": row,
            "questions": document_view.questions(session, row),
            "kinds": plain_words.CHANGE_KIND,
            "typed": defaultdict(str, typed),
        }
        if fault is not None:
            return with_fault(here, "documents/answer.html", fault, **context)
        return page(here, "documents/answer.html", **context)


@router.post("/answer")
def answered(
    here: Here,
    document_id: str,
    question: Annotated[str, Form(max_length=36)],
    agree: Annotated[str, Form(max_length=1)] = "",
    reason: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Agree, or refuse with a reason; a question that was answered stays so."""
    try:
        with here.office.database.writing() as session:
            row = seen_by(session, here, document_id)
            change = session.get(ChangeRow, question)
            if change is None or row.id not in {change.document_id, change.letter_id}:
                raise DocumentUnknown(row.id)
            if change.state == ChangeState.ASKED:
                change_decisions.answer(
                    session, change.id, here.who, here.at, agree=agree == "1", reason=reason
                )
    except Refused as fault:
        return _answer(here, document_id, fault, reason=reason)
    return redirect(here, f"/documents/{document_id}", "Đã trả lời nơi gửi")
