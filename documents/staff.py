"""People and the posts they have in an agency on a day: found by id or name, entered.

What a post lets its holder do is asked of `posts.acting`. Read through `documents.directory`.
"""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import Boolean, Date, bindparam, or_, select
from sqlalchemy.orm import Session

from documents import numbering, tenure
from documents.document import Competence, Person, Role
from documents.errors import Refused, storable
from documents.tables import PersonRow, PostRow


class PersonUnknown(Refused):
    """Nobody in the agency has this id or name."""

    code = "person.unknown"
    vietnamese = "Cơ quan «{1}» không có người «{0}»"
    english = "«{0}» is not in the agency «{1}»"
    remedy = "Xem danh sách: `congvan show --people` / see the list of people"


class PersonAmbiguous(Refused):
    """Several people of the agency have this name."""

    code = "person.ambiguous"
    vietnamese = "Cơ quan «{1}» có nhiều người tên «{0}»"
    english = "several people of the agency «{1}» are called «{0}»"
    remedy = "Dùng mã của người đó: `congvan show --people` / give the person's id"


class RightMissing(Refused):
    """The person's post does not give the right to take this step."""

    code = "person.right_missing"
    vietnamese = "«{0}» ({1}) không có thẩm quyền {2}"
    english = "«{0}» ({1}) has no right to {2}"
    remedy = "Chọn người có thẩm quyền / choose someone with the right"


def put_person(
    session: Session,
    person: Person,
    *,
    signing_key: str = "",
    at: datetime | None = None,
    unit_id: str | None = None,
) -> None:
    """Add or update a person and their post in the agency; a key once named stays named.

    Without *at* the post is so since ever; with *at* a change of post is a fact of that day
    (`tenure.enter`); *unit_id* is of a post that is new. A post that was ended does not come
    back by this way.
    """
    row = put_newcomer(session, person, signing_key=signing_key)
    tenure.enter(session, row, person, at, unit_id)
    session.flush()
    tenure.copy(session, row, numbering.local_day(at) if at else date.max)


def put_newcomer(session: Session, person: Person, *, signing_key: str = "") -> PersonRow:
    """Add or update a person without a post: it comes by its decision (`appointments.begin`)."""
    row = session.get(PersonRow, person.id)
    if row is None:
        row = PersonRow(
            id=person.id,
            organ_id=person.organ_id,
            position=person.position,
            role=person.role,
            competence=person.competence,
            competence_line=person.competence_line,
            signing_key="",
            active=False,
        )
        session.add(row)
    row.full_name = person.full_name
    row.signing_key = signing_key or row.signing_key
    session.flush()
    return row


def as_person(row: PersonRow) -> Person:
    """Return the row as a value."""
    return Person(
        id=row.id,
        organ_id=row.organ_id,
        full_name=row.full_name,
        position=row.position,
        role=Role(row.role),
        competence=Competence(row.competence),
        competence_line=row.competence_line,
    )


_HOLDERS = (
    select(PersonRow, PostRow)
    .join(PostRow, PostRow.person_id == PersonRow.id)
    .where(
        or_(PersonRow.id == bindparam("who"), PersonRow.full_name == bindparam("who")),
        PostRow.organ_id == bindparam("organ"),
    )
    .order_by((PersonRow.id == bindparam("who")).desc(), PostRow.since, PostRow.id)
)


def holder(session: Session, organ_id: str, who: str, day: date) -> tuple[PersonRow, list[PostRow]]:
    """Return the person with the id or full name *who*, and all their posts in the agency.

    Of several with one name, the one who has a post on *day*; who once had one is found too.

    Raises:
        PersonUnknown: nobody of this name ever had a post there.
        PersonAmbiguous: several have that name.
    """
    found: dict[str, tuple[PersonRow, list[PostRow]]] = {}
    for person, post in session.execute(_HOLDERS, {"organ": organ_id, "who": storable(who)}):
        found.setdefault(person.id, (person, []))[1].append(post)
    if not found:
        raise PersonUnknown(who, organ_id)
    if who in found:
        return found[who]
    now = [each for each in found.values() if tenure.held_on(each[1], day)] or [*found.values()]
    if len(now) > 1:
        raise PersonAmbiguous(who, organ_id)
    return now[0]


def person_row(session: Session, organ_id: str, who: str, at: datetime | None = None) -> PersonRow:
    """Return the person with the id or full name *who* who has a post in *organ_id*.

    At *at*; without it, now as far as `PersonRow` shows. What the post lets them do is asked
    of `posts.acting`.

    Raises:
        PersonUnknown: there is none.
        PersonAmbiguous: several have that name.
    """
    day = numbering.local_day(at) if at is not None else date.max
    person, posts = holder(session, organ_id, who, day)
    if not (tenure.held_on(posts, day) if at is not None else person.active):
        raise PersonUnknown(who, organ_id)
    return person


_IN_POSTS = (
    select(PersonRow)
    .join(PostRow, PostRow.person_id == PersonRow.id)
    .where(PersonRow.active.is_(True) | bindparam("dated", type_=Boolean))
    .where(PostRow.since <= bindparam("day", type_=Date))
    .where(or_(PostRow.until.is_(None), PostRow.until >= bindparam("day", type_=Date)))
    .order_by(PersonRow.id)
)
_WITH_ROLE = _IN_POSTS.where(
    PostRow.organ_id == bindparam("organ"),
    PostRow.role.in_(bindparam("roles", expanding=True)),
).limit(1)


def _dated(at: datetime | None) -> dict[str, object]:
    day = numbering.local_day(at) if at is not None else date.max
    return {"day": day, "dated": at is not None}


def person_with(
    session: Session, organ_id: str, roles: Iterable[Role], at: datetime | None = None
) -> PersonRow:
    """Return a person with a post of *organ_id* in one of *roles* at *at*, the first by id.

    Without *at*: with a post whose end nobody has recorded.

    Raises:
        PersonUnknown: the agency has nobody in such a post.
    """
    wanted = [str(role) for role in roles]
    row = session.scalar(_WITH_ROLE, {"organ": organ_id, "roles": wanted, **_dated(at)})
    if row is None:
        raise PersonUnknown("/".join(wanted), organ_id)
    return row


def holders(
    session: Session, organ_ids: Iterable[str], role: Role, at: datetime
) -> list[tuple[str, PersonRow]]:
    """Return (agency, person) for everybody with such a post of one of the agencies at *at*."""
    wanted = _IN_POSTS.add_columns(PostRow.organ_id).where(
        PostRow.organ_id.in_(tuple(organ_ids)), PostRow.role == role
    )
    return [(organ_id, person) for person, organ_id in session.execute(wanted, _dated(at))]


def people(
    session: Session, organ_ids: Iterable[str], at: datetime | None = None
) -> list[PersonRow]:
    """Return whoever has a post of the agencies at *at*; without it, one that nobody ended."""
    wanted = _IN_POSTS.where(PostRow.organ_id.in_(tuple(organ_ids))).distinct()
    return list(session.scalars(wanted, _dated(at)))
