"""Who signs, with everything on record about it: the facts that `authority.assess` judges.

Legal source: Decree 30/2020/ND-CP, Art. 13. A leader of the agency signs; so does whoever has a
writing for it: a unit's head by order or its deputy, someone authorised in an agency below.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import certificates, delegations, directory, posts, tenure
from documents.authority import Standing, assess, collective_by_name, refuse
from documents.capacity import Printed
from documents.credential import Binding
from documents.document import Competence, Person, Role
from documents.judged_post import judged, signing_post
from documents.numbering import local_day
from documents.tables import AgencyRow, BindingRow, DocumentRow, PersonRow, PostRow


def collective(agency: AgencyRow) -> bool:
    """Return whether the agency is led by a collective: as entered, else as the law has it."""
    return collective_by_name(agency.name) if agency.collective is None else agency.collective


def person_for(session: Session, organ_id: str, who: str, at: datetime) -> PersonRow:
    """Return the person of the agency, or the one elsewhere whom it authorised (TUQ.).

    Raises:
        PersonUnknown, PersonAmbiguous: nobody, or not one person, is *who*.
    """
    row = session.get(PersonRow, who)
    if row is not None and not _posts_in(session, row.id, organ_id):
        held = delegations.of_people(session, organ_id, [row.id])
        if any(each.gives(Competence.AUTHORISED, row.id) for each in held):
            return row
    return directory.holder(session, organ_id, who, local_day(at))[0]


def _posts_in(session: Session, person_id: str, organ_id: str) -> list[PostRow]:
    found = tenure.of_people(session, [person_id])[person_id]
    return [post for post in found if post.organ_id == organ_id]


def may_be_named(session: Session, organ_id: str, row: PersonRow, at: datetime) -> bool:
    """Return whether documents of the agency may be submitted to this person for signing."""
    held = tenure.of_people(session, [row.id])[row.id]
    return _may_sign(session, organ_id, row, signing_post(held, organ_id, local_day(at)), at)


def _may_sign(
    session: Session, organ_id: str, row: PersonRow, post: PostRow | None, at: datetime
) -> bool:
    if post is None or not row.signing_key:
        return False
    if post.role == Role.LEADER and post.organ_id == organ_id:
        return True
    held = delegations.of_people(session, organ_id, [row.id])
    return any(each.grantee_id == row.id and each.in_force(at) for each in held)


def signer_of(session: Session, organ_id: str, who: str, at: datetime) -> Person:
    """Return the person *who*, in the post of that day, for documents to be submitted to.

    Raises:
        PersonUnknown, PersonAmbiguous: nobody, or not one person, of the agency is *who*.
        RightMissing: neither post nor delegation lets them sign, or they have no key (Art. 13).
    """
    row = person_for(session, organ_id, who, at)
    held = tenure.of_people(session, [row.id])[row.id]
    post = signing_post(held, organ_id, local_day(at))
    if post is None or not _may_sign(session, organ_id, row, post, at):
        shown = post.position if post else row.position
        raise directory.RightMissing(row.full_name, shown, "ký ban hành / sign")
    return tenure.as_person(row, post)


def signing(session: Session, row: DocumentRow, at: datetime) -> posts.Acting:
    """Return the document's signer as they act on it: as a leader, whatever the post is.

    Raises:
        PostEnded, PostNotBegun: they have no post that day.
    """
    person = session.get_one(PersonRow, row.signer_id)
    every, day = tenure.of_people(session, [person.id])[person.id], local_day(at)
    post = signing_post(every, row.organ_id, day)
    if post is None:
        raise posts.without_post(person, every, day, "ký / sign")
    return posts.Acting(person, Role.LEADER, post.unit_id, post.id, position=post.position)


def standings(
    session: Session, rows: Sequence[DocumentRow], at: datetime
) -> dict[tuple[str, str], Standing]:
    """Return what is on record about the signer of each document, by (agency, signer).

    Posts are those of the day of *at*: a signature of a past day is judged by that day's.
    """
    return standings_of(session, {(row.organ_id, row.signer_id or "") for row in rows}, at)


def standings_of(
    session: Session, holders: Collection[tuple[str, str]], at: datetime
) -> dict[tuple[str, str], Standing]:
    """Return what is on record at *at* about each (agency, person) who might sign for it."""
    given = delegations.by_agency(session, holders)
    grantors = {each.grantor_id for mine in given.values() for each in mine}
    wanted = {person for _, person in holders} | grantors
    people = {
        row.id: row for row in session.scalars(select(PersonRow).where(PersonRow.id.in_(wanted)))
    }
    held = tenure.of_people(session, people)
    organs = {organ for organ, _ in holders}
    organs |= {post.organ_id for mine in held.values() for post in mine}
    agencies = {
        row.organ_id: row
        for row in session.scalars(select(AgencyRow).where(AgencyRow.organ_id.in_(organs)))
    }
    bound = own_bindings(session)
    day = local_day(at)
    found: dict[tuple[str, str], Standing] = {}
    for organ, signer in holders:
        if signer not in people:
            continue
        agency, mine = agencies[organ], tuple(given[organ])
        post = judged(people[signer], held[signer], organ, day)
        elsewhere = post.person.organ_id
        found[organ, signer] = Standing(
            post=post,
            agency=directory.as_agency(agency),
            collective=collective(agency),
            delegations=mine,
            grantors=tuple(
                judged(people[each], held[each], organ, day)
                for each in {d.grantor_id for d in mine}
                if each in people
            ),
            home=None if elsewhere == organ else directory.as_agency(agencies[elsewhere]),
            bindings=bound,
        )
    return found


def own_bindings(session: Session) -> tuple[Binding, ...]:
    """Return what is said of every certificate that is, or was, of the agencies served here."""
    served = select(AgencyRow.organ_id).where(AgencyRow.served.is_(True))
    wanted = select(BindingRow.sha256).where(BindingRow.organ_id.in_(served))
    known = certificates.bindings(session, session.scalars(wanted))
    return tuple(each for mine in known.values() for each in mine)


def refuse_early(session: Session, row: DocumentRow, at: datetime) -> None:
    """Refuse an approval that could not be signed, as far as it is known without the file.

    Raises:
        Objection: post, capacity and delegation do not fit what the draft was made for.
    """
    standing = standings(session, [row], at)[row.organ_id, row.signer_id or ""]
    lines = row.signer_competence.splitlines()
    drafted = Printed.of(lines, row.signer_name, row.signer_position)
    refuse(assess(drafted, standing, None, row.type_name, at))
