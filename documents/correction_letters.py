"""Documents that amend, replace, correct or answer another one: tied as drafts, told when issued.

Legal source: Decree 30/2020/ND-CP, Art. 18.3 (X1, X2), Art. 24 (answers). What asks recipients
over the axis (replacement, recall) is `documents.change_letters`'; here is what the two documents
are to each other, and what stands beside the older one's number.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import casefile, deliveries, editing, handling, register, relations
from documents.correction import MARKS, MENDS, Fault, ensure_form, fault_of
from documents.document import Role
from documents.errors import Refused, storable
from documents.ledger import Actor
from documents.lifecycle import Direction, State
from documents.numbering import local_day
from documents.relation import RelationKind
from documents.tables import DocumentRow, DraftTermsRow, RegisterEntryRow

REASON_LENGTH = 500
_SUBJECTS = {
    RelationKind.AMENDS: "Sửa đổi, bổ sung",
    RelationKind.REPLACES: "Thay thế",
    RelationKind.CORRECTS: "V/v đính chính",
}
_ISSUED = (State.DISPATCHED, State.FILED)
_GONE = (State.REFUSED, State.RECALLED, State.FETCHED, State.QUARANTINED)
"""States of an arrival that nobody answers."""


class NotIssued(Refused):
    """Only what was issued is mended by another document. ({0} its state.)."""

    code = "correction.not_issued"
    vietnamese = "Chỉ văn bản đã phát hành của cơ quan mới được sửa đổi, thay thế, đính chính ({0})"
    english = "only a document of the agency that was issued is mended by another one ({0})"
    remedy = (
        "Chưa phát hành: trả lại và sửa dự thảo; đã thu hồi, thay thế: không sửa nữa / not issued "
        "yet: return and revise the draft; recalled or replaced: it is over"
    )


class NotAnswerable(Refused):
    """Only what arrived and was taken in is answered. ({0} its state.)."""

    code = "correction.not_answerable"
    vietnamese = "Chỉ trả lời văn bản đến đã tiếp nhận ({0})"
    english = "only an incoming document that was taken in is answered ({0})"
    remedy = "Chọn văn bản đến, tiếp nhận nó trước / choose an arrival, and take it in first"


class MendingReasonMissing(Refused):
    """What is wrong with the other document has to be said."""

    code = "correction.reason_missing"
    vietnamese = "Phải nêu sai sót được khắc phục"
    english = "say what is wrong with the document that is mended"
    remedy = "Thêm --reason / add --reason"


def tie(
    session: Session,
    document_id: str,
    kind: RelationKind,
    about_id: str,
    at: datetime,
    *,
    fault: Fault | None = None,
    reason: str = "",
) -> None:
    """Tie a draft to the document that it mends, answers or concerns; a repeat changes nothing.

    *fault* is what whoever drafts says was wrong; not said: what *kind* mends.

    Raises:
        DocumentUnknown: there is no such document.
        DraftClosed, DocumentFrozen, ChangeUnderway: it is no draft that can be changed.
        RelationInvalid: the other is another agency's, or the same document.
        WayWrong, FormUnequal: the fault is not mended so, or not by this type.
        NotIssued, MendingReasonMissing: as they say; what `handling.link` refuses of an answer.
    """
    letter = casefile.locked(session, document_id)
    editing.ensure_open(session, letter)
    about = casefile.known(session, about_id)
    mended = fault_of(kind, fault)
    actor = Actor(letter.drafter_id or "", Role.SPECIALIST)
    if kind is RelationKind.ANSWERS:
        handling.link(session, letter, [about_id], actor, at)
        return
    if about_id in relations.about(session, letter.id, kind):
        return
    relations.relate(session, letter, kind, about_id, at)
    _ensure_possible(kind, letter, about)
    reason = storable(reason.strip())[:REASON_LENGTH]
    if mended is not None:
        if not reason:
            raise MendingReasonMissing
        _keep_fault(session, letter, mended, reason)
    detail = {"kind": kind, "about": about_id, "fault": mended, "reason": reason}
    said = {name: value for name, value in detail.items() if value}
    casefile.note(session, letter, "relate", actor, at, detail=said)


def _keep_fault(session: Session, letter: DocumentRow, fault: Fault, reason: str) -> None:
    terms = session.get(DraftTermsRow, letter.id)
    if terms is None:
        terms = DraftTermsRow(document_id=letter.id)
        session.add(terms)
    terms.fault, terms.reason = fault, reason
    session.flush()


def _ensure_possible(kind: RelationKind, letter: DocumentRow, about: DocumentRow) -> None:
    if kind not in MENDS:
        return
    # one that was recalled may still be replaced
    stands = (*_ISSUED, State.RECALLED) if kind is RelationKind.REPLACES else _ISSUED
    if about.direction != Direction.OUTGOING or about.state not in stands:
        raise NotIssued(about.state)
    ensure_form(kind, letter.type_name, about.type_name)


def ensure_fits(session: Session, letter: DocumentRow) -> None:
    """Return if the draft *letter*, whose type may have changed, still mends what it is tied to.

    Raises:
        FormUnequal: it does not.
    """
    for kind, about_id in relations.ties(session, letter.id):
        if kind in MENDS:
            ensure_form(kind, letter.type_name, casefile.known(session, about_id).type_name)


def left(
    session: Session, letter: DocumentRow, kind: RelationKind, about_id: str, at: datetime
) -> None:
    """Say beside the number of the document that was mended which one mended it, and when.

    Runs in the transaction that dispatches *letter*.
    """
    if kind not in MARKS:
        return
    about = casefile.locked(session, about_id)
    code = f"{letter.code_number}/{letter.code_notation}"
    text = f"{MARKS[kind]} {code}, {local_day(at):%d/%m/%Y}"
    wanted = select(RegisterEntryRow.mark).where(RegisterEntryRow.document_id == about_id)
    marks = [each for each in (session.scalar(wanted), text) if each]
    register.mark(session, about_id, "; ".join(marks))
    actor = Actor(letter.clerk_id or "", Role.CLERK)
    detail = {"letter": letter.id, "code": code, "kind": kind}
    casefile.note(session, about, f"{kind.value}_by", actor, at, detail=detail)


def prefilled(session: Session, kind: RelationKind, about_id: str) -> tuple[str, tuple[str, ...]]:
    """Return subject and recipients of a document that answers, amends or corrects another.

    An answer goes to the sender; what mends goes to everyone who got the faulty one.

    Raises:
        DocumentUnknown: there is no such document.
        NotAnswerable: it is no arrival that was taken in.
    """
    about = casefile.known(session, about_id)
    code = f"{about.code_number}/{about.code_notation}" if about.code_number else ""
    day = f"ngày {about.promulgated:%d/%m/%Y}" if about.promulgated else ""
    named = " ".join(part for part in (about.type_name, code, day) if part)
    if kind is not RelationKind.ANSWERS:
        recipients = tuple(each.organ_id for each in deliveries.of_document(session, about.id))
        return f"{_SUBJECTS.get(kind, 'V/v')} {named}", recipients
    if about.direction != Direction.INCOMING or about.state in _GONE:
        raise NotAnswerable(about.state)
    sender = about.sender_name or about.sender_organ_id
    return f"V/v trả lời {named} của {sender}", (about.sender_organ_id,)
