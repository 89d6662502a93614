"""The record of what is said in handling: opinions asked and given, directions, reports; the trace.

Legal source: Decree 30/2020/ND-CP, Art. 23.2; Appendix VI, Part II, incoming row 17. Remarks are
added, never changed; a question alone is marked when it is answered.
"""

import unicodedata
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import casefile, ledger, posts
from documents.assignee import HANDLERS
from documents.errors import Refused, storable
from documents.identity import new_id
from documents.ledger import Fact
from documents.posts import Acting
from documents.remark import RemarkKind, TraceHeader
from documents.tables import DocumentRow, PersonRow, RemarkRow, TaskRow

LONGEST = 10_000
"""Characters of one remark."""


class WordsInvalid(Refused):
    """An opinion, a report or a reason is empty or too long. ({0} which, {1} characters)."""

    code = "handling.words_invalid"
    vietnamese = "{0} không hợp lệ: {1} ký tự"
    english = "{0} is not valid: {1} characters"
    remedy = "Ghi nội dung từ 1 đến 10000 ký tự / write 1 to 10000 characters"


class QuestionUnknown(Refused):
    """Nobody is asked this. ({0} the id)."""

    code = "handling.question_unknown"
    vietnamese = "Không có yêu cầu cho ý kiến «{0}» đang chờ trả lời"
    english = "no opinion is asked under «{0}»"
    remedy = "Xem `congvan task list --opinions` / see `congvan task list --opinions`"


class QuestionNotTheirs(Refused):
    """Another person is asked. ({0} the person)."""

    code = "handling.question_not_theirs"
    vietnamese = "«{0}» không phải người được xin ý kiến"
    english = "«{0}» is not the one who is asked"
    remedy = "Người được xin ý kiến trả lời / the one who is asked answers"


def worded(words: str, what: str) -> str:
    """Return *words* as they are kept: NFC, without controls, trimmed.

    *what* names them for the one who is refused, Vietnamese / English.

    Raises:
        WordsInvalid: nothing is left, or more than 10,000 characters.
    """
    if len(words) > LONGEST * 4:  # before work is done on megabytes
        raise WordsInvalid(what, len(words))
    text = storable(unicodedata.normalize("NFC", words)).strip()
    if not 1 <= len(text) <= LONGEST:
        raise WordsInvalid(what, len(text))
    return text


def record(
    session: Session,
    about: DocumentRow | TaskRow,
    kind: RemarkKind,
    acting: Acting | None,
    words: str,
    at: datetime,
    *,
    asked_id: str | None = None,
    answers_id: str | None = None,
) -> RemarkRow:
    """Add a remark about a document or a task; without *acting* it is the system's."""
    task = about if isinstance(about, TaskRow) else None
    row = RemarkRow(
        id=new_id(),
        organ_id=about.organ_id,
        document_id=task.document_id if task is not None else about.id,
        task_id=task.id if task is not None else None,
        kind=kind.value,
        by_id=acting.person.id if acting is not None else ledger.SYSTEM.id,
        name=acting.person.full_name if acting is not None else "Hệ thống",
        position=(acting.position or acting.person.position) if acting is not None else "",
        post_id=acting.post_id if acting is not None else "",
        in_stead_of=acting.in_stead_of if acting is not None else "",
        at=at,
        words=words,
        asked_id=asked_id,
        answers_id=answers_id,
    )
    session.add(row)
    session.flush()
    return row


def ask(
    session: Session,
    about: DocumentRow | TaskRow,
    of: str,
    words: str,
    who: str,
    at: datetime,
) -> RemarkRow:
    """Ask *of* for an opinion (xin ý kiến) on a document of the agency or a task.

    Raises:
        WordsInvalid: no question.
        QuestionNotTheirs: one asks oneself.
        PersonUnknown, PersonAmbiguous, PostEnded, PostNotBegun, RightMissing: either of them.
    """
    text = worded(words, "nội dung xin ý kiến / the question")
    acting = posts.acting(session, about.organ_id, who, HANDLERS, at, "xin ý kiến / ask")
    asked = posts.acting(session, about.organ_id, of, HANDLERS, at, "cho ý kiến / answer").person
    if asked.id == acting.person.id:
        raise QuestionNotTheirs(asked.full_name)
    row = record(session, about, RemarkKind.QUESTION, acting, text, at, asked_id=asked.id)
    _note(session, row, acting, at, {"of": asked.id})
    return row


def give(session: Session, question_id: str, words: str, who: str, at: datetime) -> RemarkRow:
    """Answer a question with an opinion; only whom it asks, once.

    Raises:
        QuestionUnknown: no such question is open.
        QuestionNotTheirs: another is asked.
        WordsInvalid: no opinion.
        PersonUnknown, PersonAmbiguous, PostEnded, PostNotBegun, RightMissing: as they say.
    """
    text = worded(words, "ý kiến / the opinion")
    asked = session.get(RemarkRow, question_id, with_for_update=True, populate_existing=True)
    if asked is None or asked.asked_id is None or asked.answered_at is not None:
        raise QuestionUnknown(question_id)
    acting = posts.acting(session, asked.organ_id, who, HANDLERS, at, "cho ý kiến / answer")
    if acting.person.id != asked.asked_id:
        raise QuestionNotTheirs(acting.person.full_name)
    asked.answered_at = at
    row = record(session, _subject(session, asked), RemarkKind.OPINION, acting, text, at)
    row.answers_id = asked.id
    _note(session, row, acting, at, {"question": asked.id})
    return row


def volunteer(
    session: Session, about: DocumentRow | TaskRow, words: str, who: str, at: datetime
) -> RemarkRow:
    """Give an opinion that nobody asked for.

    Raises:
        WordsInvalid: no opinion.
        PersonUnknown, PersonAmbiguous, PostEnded, PostNotBegun, RightMissing: as they say.
    """
    text = worded(words, "ý kiến / the opinion")
    acting = posts.acting(session, about.organ_id, who, HANDLERS, at, "cho ý kiến / answer")
    row = record(session, about, RemarkKind.OPINION, acting, text, at)
    _note(session, row, acting, at, {})
    return row


def _subject(session: Session, row: RemarkRow) -> DocumentRow | TaskRow:
    if row.task_id is not None:
        return session.get_one(TaskRow, row.task_id)
    return session.get_one(DocumentRow, row.document_id)


def _note(
    session: Session, row: RemarkRow, acting: Acting, at: datetime, detail: dict[str, str]
) -> None:
    told = {"words": row.words, "remark": row.id, **detail, **acting.detail()}
    if row.task_id is not None:
        told["task"] = row.task_id
    step = "ask_opinion" if row.kind == RemarkKind.QUESTION else "opinion"
    if row.document_id is not None:
        document = casefile.known(session, row.document_id)
        casefile.note(session, document, step, acting.actor, at, detail=told)
        return
    fact = Fact("", step, "", acting.actor, "", tuple(told.items()))
    ledger.append(session, row.organ_id, fact, at)


def trace(session: Session, document_id: str = "", task_id: str = "") -> list[TraceHeader]:
    """Return what was said about a document, or a task alone, the oldest first (row 17)."""
    about = RemarkRow.document_id == document_id
    if task_id:
        about = RemarkRow.task_id == task_id
    wanted = (
        select(RemarkRow, PersonRow.full_name)
        .outerjoin(PersonRow, PersonRow.id == RemarkRow.in_stead_of)
        .where(about)
        .order_by(RemarkRow.at, RemarkRow.id)
    )
    return [
        TraceHeader(row.at, RemarkKind(row.kind), row.name, row.position, row.words, stead or "")
        for row, stead in session.execute(wanted)
    ]
