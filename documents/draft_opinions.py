"""Opinions on a draft (góp ý): asked of people and units, given on a version, settled or not.

Legal source: Decree 30/2020/ND-CP, Art. 10.3; Appendix VI, Part I, III.5a: opinions are kept with
the version that they are about. Opinions bind nobody: the drafting unit takes each up, or says
why not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from documents import directory, editing, versions
from documents.casefile import locked, note
from documents.document import Role
from documents.errors import Refused, storable
from documents.identity import new_id
from documents.numbering import local_day
from documents.posts import Acting
from documents.tables import DocumentRow, DraftOpinionRow, PostRow, UnitRow
from documents.tenure import held_on, in_force

WORDS_LENGTH = 10_000
"""Characters of a question, an opinion or an answer."""
_ASKERS = (Role.SPECIALIST, Role.UNIT_HEAD, Role.LEADER)
_UNASKED = frozenset({Role.UNIT_HEAD, Role.LEADER})
_SETTLERS = (Role.SPECIALIST, Role.UNIT_HEAD)


class NobodyAsked(Refused):
    """An opinion is asked of nobody, or of a unit that is not, or is no more."""

    code = "opinion.nobody_asked"
    vietnamese = "Chưa nêu người hoặc đơn vị được xin ý kiến «{0}»"
    english = "nobody of this agency is asked for an opinion «{0}»"
    remedy = "Thêm --of NGƯỜI hoặc --unit ĐƠN-VỊ / add --of WHO or --unit UNIT"


class DeadlinePast(Refused):
    """The last day for an answer is over already ({0} the day)."""

    code = "opinion.deadline_past"
    vietnamese = "Hạn góp ý {0} đã qua"
    english = "the deadline {0} is over"
    remedy = "Chọn ngày khác / choose another day"


class WordsMissing(Refused):
    """An opinion, or what is answered to it, has no words, or too many."""

    code = "opinion.words_missing"
    vietnamese = "Nội dung ý kiến phải có từ 1 đến 10.000 ký tự"
    english = "an opinion has 1 to 10,000 characters"
    remedy = "Nêu nội dung bằng --text / say it with --text"


class OpinionNotAsked(Refused):
    """The person's opinion on this draft was not asked ({0} who)."""

    code = "opinion.not_asked"
    vietnamese = "Không ai xin ý kiến «{0}» về dự thảo này"
    english = "nobody asked {0} for an opinion on this draft"
    remedy = "Người soạn thảo xin ý kiến trước / the drafter asks first: `congvan draft ask`"


class OpinionUnknown(Refused):
    """No opinion that can be settled has this id ({0} the id)."""

    code = "opinion.unknown"
    vietnamese = "Không có ý kiến «{0}» đang chờ giải trình"
    english = "no opinion {0} waits for an answer"
    remedy = "Xem `congvan draft versions VĂN-BẢN` / see `congvan draft versions DOC`"


@dataclass(frozen=True, slots=True)
class Annotated:
    """A file that came with an opinion."""

    name: str
    sha256: str
    size: int
    """Bytes."""


def ask(
    session: Session,
    document_id: str,
    who: str,
    at: datetime,
    *,
    people: Sequence[str] = (),
    units: Sequence[str] = (),
    question: str = "",
    due: date | None = None,
) -> list[DraftOpinionRow]:
    """Ask people and units (ids) for their opinion on the newest version.

    Whoever is asked already and has not answered is not asked twice. Returns what is open of
    those that were named.

    Raises:
        DraftClosed, DocumentFrozen, ChangeUnderway: it is no draft that can be discussed.
        NobodyAsked, DeadlinePast: as they say.
        PersonUnknown, RightMissing and what else `posts.acting` refuses.
    """
    row = locked(session, document_id)
    editing.ensure_open(session, row)
    acting = editing.acting(session, row, who, _ASKERS, at, "ask_opinion")
    if due is not None and due < local_day(at):
        raise DeadlinePast(f"{due:%d/%m/%Y}")
    asked = [("person_id", directory.person_row(session, row.organ_id, p).id) for p in people]
    asked += [("unit_id", _unit(session, row, each, at)) for each in units]
    if not asked:
        raise NobodyAsked("")
    number, sha256 = versions.newest(session, row.id)
    waiting = [each for each in of_document(session, row.id) if each.given_at is None]
    found, new = [], []
    for column, whom in dict.fromkeys(asked):
        before = next(
            (o for o in waiting if getattr(o, column) == whom and o.version == number), None
        )
        if before is None:
            before = DraftOpinionRow(
                id=new_id(),
                document_id=row.id,
                version=number,
                asked_by=acting.person.id,
                asked_at=at,
                question=storable(question.strip())[:WORDS_LENGTH],
                due_date=due,
                **{column: whom},
            )
            session.add(before)
            new.append(whom)
        found.append(before)
    session.flush()
    if new:
        said: dict[str, Any] = {"version": number, "of": new} | acting.detail()
        said |= {"due": due} if due else {}
        note(session, row, "ask_opinion", acting.actor, at, evidence=sha256, detail=said)
    return found


def _unit(session: Session, row: DocumentRow, unit_id: str, at: datetime) -> str:
    unit = session.get(UnitRow, unit_id)
    if unit is None or unit.organ_id != row.organ_id or not in_force(unit, local_day(at)):
        raise NobodyAsked(unit_id)
    return unit.id


def give(
    session: Session,
    document_id: str,
    who: str,
    at: datetime,
    words: str,
    file: Annotated | None = None,
) -> DraftOpinionRow:
    """Give an opinion: who was asked, or whose unit was; heads and leaders also unasked.

    It belongs to the version that it was asked about; unasked, to the newest.

    Raises:
        DraftClosed, DocumentFrozen, ChangeUnderway: it is no draft that can be discussed.
        WordsMissing, OpinionNotAsked: as they say.
        PersonUnknown and what else `posts.acting` refuses.
    """
    row = locked(session, document_id)
    editing.ensure_open(session, row)
    acting = editing.acting(session, row, who, tuple(Role), at, "give_opinion")
    opinion = _asked_of(session, row, acting, at)
    if opinion is None:
        if acting.role not in _UNASKED:
            raise OpinionNotAsked(acting.person.full_name)
        opinion = _unasked(session, row, acting, at)
    _given(session, row, opinion, acting, at, words, file)
    return opinion


def returned(
    session: Session, row: DocumentRow, acting: Acting, at: datetime, words: str
) -> DraftOpinionRow:
    """Keep why a draft is sent back as an opinion on its newest version; the step is told apart."""
    opinion = _unasked(session, row, acting, at)
    opinion.given_by, opinion.given_at = acting.person.id, at
    opinion.words = storable(words)[:WORDS_LENGTH]
    session.flush()
    return opinion


def head_of(session: Session, row: DocumentRow, at: datetime) -> str:
    """Return the id of the drafting unit's head on the day of *at*; empty where none is known."""
    if row.unit_id is None:
        return ""
    wanted = select(PostRow).where(PostRow.unit_id == row.unit_id, PostRow.role == Role.UNIT_HEAD)
    heads = held_on(session.scalars(wanted.order_by(PostRow.since, PostRow.id)), local_day(at))
    return heads[0].person_id if heads else ""


def _asked_of(
    session: Session, row: DocumentRow, acting: Acting, at: datetime
) -> DraftOpinionRow | None:
    """Return what is asked of the person, or of a unit in which they have a post that day."""
    day = local_day(at)
    held = session.scalars(select(PostRow).where(PostRow.person_id == acting.person.id))
    units = {post.unit_id for post in held if post.unit_id and in_force(post, day)}
    mine = {acting.person.id, acting.in_stead_of}
    waiting = [each for each in of_document(session, row.id) if each.given_at is None]
    own = [each for each in waiting if each.person_id in mine or each.unit_id in units]
    return max(own, key=lambda each: (each.version, each.person_id in mine), default=None)


def _unasked(session: Session, row: DocumentRow, acting: Acting, at: datetime) -> DraftOpinionRow:
    made = DraftOpinionRow(
        id=new_id(),
        document_id=row.id,
        version=versions.newest(session, row.id)[0],
        person_id=acting.person.id,
        asked_at=at,
    )
    session.add(made)
    return made


def _given(
    session: Session,
    row: DocumentRow,
    opinion: DraftOpinionRow,
    acting: Acting,
    at: datetime,
    words: str,
    file: Annotated | None,
) -> None:
    opinion.words = _checked(words)
    opinion.given_by, opinion.given_at = acting.person.id, at
    if file is not None:
        opinion.file_name = storable(file.name)[:255]
        opinion.file_sha256, opinion.file_size = file.sha256, file.size
    session.flush()
    said: dict[str, Any] = {"opinion": opinion.id, "version": opinion.version}
    said |= {"words": opinion.words} | acting.detail()
    evidence = opinion.file_sha256 or ""
    note(session, row, "give_opinion", acting.actor, at, evidence=evidence, detail=said)


def _checked(words: str) -> str:
    text = storable(words.strip())
    if not 1 <= len(text) <= WORDS_LENGTH:
        raise WordsMissing
    return text


def settle(
    session: Session, opinion_id: str, who: str, at: datetime, *, taken: bool, answer: str = ""
) -> DraftOpinionRow:
    """Let the drafting unit take an opinion up, or say why not (Art. 10.3).

    The same answer again changes nothing.

    Raises:
        OpinionUnknown: there is none, or it was not given yet.
        WordsMissing: not taken up, and no word why.
        DraftClosed, DocumentFrozen, ChangeUnderway: it is no draft that can be changed.
        PersonUnknown, RightMissing and what else `posts.acting` refuses.
    """
    opinion = session.get(DraftOpinionRow, opinion_id)
    if opinion is None:
        raise OpinionUnknown(opinion_id)
    row = locked(session, opinion.document_id)
    session.refresh(opinion)
    if opinion.given_at is None:
        raise OpinionUnknown(opinion_id)
    editing.ensure_open(session, row)
    acting = editing.acting(session, row, who, _SETTLERS, at, "settle_opinion")
    words = storable(answer.strip())[:WORDS_LENGTH] if taken else _checked(answer)
    if (opinion.taken, opinion.answer) == (taken, words):
        return opinion
    before = {"taken": opinion.taken, "answer": opinion.answer}
    opinion.taken, opinion.answer = taken, words
    opinion.settled_by, opinion.settled_at = acting.person.id, at
    session.flush()
    said = {"opinion": opinion.id, "version": opinion.version, "taken": taken, "answer": words}
    said |= {"before": before} if before["taken"] is not None else {}
    detail = said | acting.detail()
    note(session, row, "settle_opinion", acting.actor, at, detail=detail)
    return opinion


def of_document(session: Session, document_id: str) -> list[DraftOpinionRow]:
    """Return every opinion on the draft, asked or given, by version and time."""
    wanted = select(DraftOpinionRow).where(DraftOpinionRow.document_id == document_id)
    order = (DraftOpinionRow.version, DraftOpinionRow.asked_at, DraftOpinionRow.id)
    return list(session.scalars(wanted.order_by(*order)))


def waiting(
    session: Session, organ_id: str, *, person_id: str = "", unit_ids: Sequence[str] = ()
) -> list[DraftOpinionRow]:
    """Return what is asked and not answered in the agency, of a person or units or of all.

    The earliest deadline first, those without one last.
    """
    wanted = (
        select(DraftOpinionRow)
        .join(DocumentRow, DocumentRow.id == DraftOpinionRow.document_id)
        .where(DraftOpinionRow.given_at.is_(None), DocumentRow.organ_id == organ_id)
        .where(DocumentRow.state.in_([state.value for state in editing.EDITORS]))
    )
    whose: list[ColumnElement[bool]] = []
    if person_id:
        whose.append(DraftOpinionRow.person_id == person_id)
    if unit_ids:
        whose.append(DraftOpinionRow.unit_id.in_(list(unit_ids)))
    if whose:
        wanted = wanted.where(or_(*whose))
    order = (DraftOpinionRow.due_date.is_(None), DraftOpinionRow.due_date, DraftOpinionRow.asked_at)
    return list(session.scalars(wanted.order_by(*order)))
