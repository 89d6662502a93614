"""Posts begun and ended by decisions: the history from which every right follows.

Legal source: Decree 30/2020/ND-CP, Appendix VI, Part I, IV.1 (rights change with the post);
law.md §8 O-08. A row is ended, never changed or removed; what contradicts another is refused.
Keys and certificates are bound to the person and stay as they are.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from documents import directory, ledger, tenure, units
from documents.document import Competence, Role
from documents.errors import Refused
from documents.identity import new_id
from documents.ledger import Actor, Fact
from documents.lifecycle import State
from documents.numbering import local_day
from documents.spelling import compact, is_deputy
from documents.tables import DocumentRow, PersonRow, PostRow
from documents.units import BASIS_LENGTH, ensure_day, words

POSITION_LENGTH = 100
_CARRIED = (State.APPROVED, State.SIGNED, State.NUMBERED, State.SEALED)
_BEFORE = (State.DRAFT, State.SUBMITTED, State.RETURNED, *_CARRIED)


class PostInvalid(Refused):
    """What is to be recorded is no post, or contradicts what is on record."""

    code = "post.invalid"
    vietnamese = "Không ghi nhận được chức vụ: {0}"
    english = "this post cannot be recorded: {0}"
    remedy = "Xem lịch sử: `congvan people list --history` / see the history"


class PostOverlaps(Refused):
    """The person has the same post during some of the same days."""

    code = "post.overlaps"
    vietnamese = "«{0}» đã giữ chức vụ «{1}» trong thời gian này ({2})"
    english = "«{0}» holds the post «{1}» in these days already ({2})"
    remedy = "Kết thúc chức vụ cũ trước / end the old post first: `congvan people end`"


class PostUnknown(Refused):
    """No post has this id."""

    code = "post.unknown"
    vietnamese = "Không có chức vụ mang mã «{0}»"
    english = "there is no post «{0}»"
    remedy = "Xem mã: `congvan people list --history` / see the ids"


class PostOver(Refused):
    """The post has another last day on record."""

    code = "post.over"
    vietnamese = "Chức vụ «{0}» đã kết thúc ngày {1}"
    english = "the post «{0}» ended on {1}"
    remedy = "Không cần làm gì / nothing is left to do"


@dataclass(frozen=True, slots=True)
class Appointment:
    """A post to be recorded, as the decision gives it."""

    person: str
    """Id; or the full name of someone who has, or had, a post in the agency."""
    organ_id: str
    position: str
    role: Role
    since: date
    basis: str
    """Code of the decision."""
    unit: str = ""
    """Id, abbreviation or name; empty: the agency itself."""
    competence: Competence = Competence.HEAD
    competence_line: str = ""
    main: bool = False
    in_charge: bool = False
    """A deputy who is to run the agency (phụ trách, điều hành; Art. 13.1)."""
    until: date | None = None


def begin(session: Session, wanted: Appointment, by: Actor, at: datetime) -> str:
    """Record a post; returns its id, the known one where it is on record already.

    Raises:
        PostInvalid: position, basis or days are none; a second main post; no deputy in charge.
        PostOverlaps: the same post of the same person in the same days.
        UnitUnknown: the unit is none of the agency in these days.
        AgencyUnknown, AgencyNotServed, PersonUnknown, PersonAmbiguous: as they say.
    """
    organ = directory.served_agency(session, wanted.organ_id).organ_id
    person = _person(session, organ, wanted.person, at)
    row = _row(session, organ, person, wanted, at)
    mine = tenure.of_people(session, [person.id])[person.id]
    for post in mine:
        if _same(post, row) and (post.since, post.basis) == (row.since, row.basis):
            return post.id
        if _same(post, row) and tenure.overlap(post, row):
            raise PostOverlaps(person.full_name, post.position, span(post))
        if row.main and post.main and tenure.overlap(post, row):
            raise PostInvalid(f"đã có chức vụ chính «{post.position}» / has a main post already")
    session.add(row)
    session.flush()
    tenure.copy(session, person, local_day(at))
    detail = {
        "post": row.id,
        "person": person.id,
        "position": row.position,
        "role": row.role,
        "unit": row.unit_id,
        "since": row.since,
        "until": row.until,
        "basis": row.basis,
    }
    _tell(session, organ, "begin_post", by, detail, at)
    return row.id


def _person(session: Session, organ_id: str, who: str, at: datetime) -> PersonRow:
    """Return the person, locked: two posts of one person are recorded one after the other."""
    person = session.get(PersonRow, who)
    if person is None:
        person = directory.holder(session, organ_id, who, local_day(at))[0]
    session.refresh(person, with_for_update=True)
    return person


def _row(
    session: Session, organ_id: str, person: PersonRow, wanted: Appointment, at: datetime
) -> PostRow:
    ensure_day(wanted.since, at, PostInvalid, "ngày bắt đầu / first day")
    position = words(wanted.position, POSITION_LENGTH, PostInvalid, "chức vụ / position")
    basis = words(wanted.basis, BASIS_LENGTH, PostInvalid, "số quyết định / decision")
    line = wanted.competence_line
    if line:
        line = words(line, POSITION_LENGTH, PostInvalid, "dòng quyền hạn / competence line")
    fault = ""
    if wanted.until is not None and wanted.until < wanted.since:
        fault = f"kết thúc {wanted.until:%d/%m/%Y} trước khi bắt đầu / ends before it begins"
    elif wanted.role is Role.SYSTEM:
        fault = "vai trò của hệ thống / the system's role"
    elif wanted.in_charge and not (wanted.role is Role.LEADER and is_deputy(position)):
        fault = "chỉ cấp phó được giao phụ trách / only a deputy is in charge"
    if fault:
        raise PostInvalid(fault)
    row = PostRow(
        id=new_id(),
        person_id=person.id,
        organ_id=organ_id,
        unit_id=None,
        position=position,
        role=wanted.role.value,
        competence=wanted.competence.value,
        competence_line=line,
        since=wanted.since,
        until=wanted.until,
        basis=basis,
        end_basis=basis if wanted.until else "",
        recorded_at=at,
        main=wanted.main or None,
        in_charge=wanted.in_charge or None,
        ended_at=at if wanted.until else None,
    )
    if wanted.unit:
        unit = units.of(session, organ_id, wanted.unit)
        outlasts = unit.until is not None and (row.until is None or row.until > unit.until)
        if unit.since > row.since or outlasts:
            raise units.UnitUnknown(f"{unit.name} ({span(unit)})", organ_id)
        row.unit_id = unit.id
    return row


def _same(one: PostRow, other: PostRow) -> bool:
    return (one.organ_id, one.unit_id, one.role, compact(one.position)) == (
        other.organ_id,
        other.unit_id,
        other.role,
        compact(other.position),
    )


def end(session: Session, post_id: str, last: date, basis: str, by: Actor, at: datetime) -> None:
    """Record a post's last day: from the day after it gives no right.

    Delegations that rest on it end with it. A clerk's documents that are on their way go on
    under another clerk of the agency, where there is one.

    Raises:
        PostUnknown: there is none.
        PostInvalid: the day is before the first, or the basis is missing.
        PostOver: it is over already; an end that was set may only be brought forward.
    """
    post = session.get(PostRow, post_id)
    if post is None:
        raise PostUnknown(post_id)
    person = _person(session, post.organ_id, post.person_id, at)
    session.refresh(post)
    basis = words(basis, BASIS_LENGTH, PostInvalid, "số quyết định / decision")
    ensure_day(last, at, PostInvalid, "ngày kết thúc / last day")
    if last < post.since:
        raise PostInvalid(
            f"kết thúc {last:%d/%m/%Y} trước khi bắt đầu {post.since:%d/%m/%Y} / "
            "ends before it begins"
        )
    if post.until == last:
        return
    if post.until is not None and (post.until < last or post.until < local_day(at)):
        raise PostOver(post.position, f"{post.until:%d/%m/%Y}")
    post.until, post.end_basis, post.ended_at = last, basis, at
    session.flush()
    tenure.copy(session, person, local_day(at))
    heir = _next_clerk(session, post, last, at)
    detail = {"post": post.id, "person": person.id, "until": last, "basis": basis}
    _tell(session, post.organ_id, "end_post", by, {**detail, "clerk": heir}, at)


def _next_clerk(session: Session, post: PostRow, last: date, at: datetime) -> str:
    """Give a clerk's documents that are on their way to another; returns whom."""
    if post.role != Role.CLERK or last >= local_day(at):
        return ""
    try:
        heir = directory.person_with(session, post.organ_id, [Role.CLERK], at)
    except directory.PersonUnknown:
        return ""
    if heir.id != post.person_id:
        session.execute(
            update(DocumentRow)
            .where(DocumentRow.organ_id == post.organ_id, DocumentRow.state.in_(_BEFORE))
            .where(DocumentRow.clerk_id == post.person_id)
            .values(clerk_id=heir.id)
        )
    return heir.id


def renew(session: Session, at: datetime) -> int:
    """Do what a new day brings: copies of main posts, documents of clerks who are no more.

    Returns how many copies differed. Repeated, it does nothing.
    """
    day = local_day(at)
    over = select(PostRow).where(PostRow.role == Role.CLERK, PostRow.until < day)
    for post in session.scalars(over).all():
        held = tenure.held_on(tenure.of_people(session, [post.person_id])[post.person_id], day)
        if not any((own.organ_id, own.role) == (post.organ_id, post.role) for own in held):
            _next_clerk(session, post, post.until or day, at)
    return tenure.refresh(session, at)


def move(session: Session, post_id: str, wanted: Appointment, by: Actor, at: datetime) -> str:
    """End a post the day before the other begins (điều động, luân chuyển); returns the new id.

    Raises:
        What `end` and `begin` raise; nothing is kept then.
    """
    end(session, post_id, wanted.since - timedelta(days=1), wanted.basis, by, at)
    return begin(session, wanted, by, at)


def of_agency(session: Session, organ_id: str) -> list[tuple[PersonRow, PostRow]]:
    """Return every post the agency ever gave, by person, then by first day."""
    wanted = select(PersonRow, PostRow).join(PostRow, PostRow.person_id == PersonRow.id)
    wanted = wanted.where(PostRow.organ_id == organ_id)
    ordered = wanted.order_by(PersonRow.id, PostRow.since, PostRow.id)
    return [(person, post) for person, post in session.execute(ordered)]


def span(row: tenure.Dated) -> str:
    """Return the days of *row* as people read them."""
    first = "trước nay / ever" if row.since == tenure.EVER else f"{row.since:%d/%m/%Y}"
    return f"{first} – {row.until:%d/%m/%Y}" if row.until else f"{first} –"


def _tell(
    session: Session, organ_id: str, what: str, by: Actor, detail: dict[str, Any], at: datetime
) -> None:
    ledger.append(session, organ_id, Fact("", what, "", by, "", tuple(detail.items())), at)
