"""Who signs, with everything on record about it: the facts that `authority.assess` judges.

Legal source: Decree 30/2020/ND-CP, Art. 13. A leader of the agency signs; so does whoever has a
writing for it: a unit's head by order or its deputy, someone authorised in an agency below.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import certificates, delegations, directory
from documents.authority import Post, Standing, assess, collective_by_name, refuse
from documents.capacity import Printed
from documents.credential import Binding
from documents.document import Competence, Role
from documents.tables import AgencyRow, BindingRow, DocumentRow, PersonRow


def collective(agency: AgencyRow) -> bool:
    """Return whether the agency is led by a collective: as entered, else as the law has it."""
    return collective_by_name(agency.name) if agency.collective is None else agency.collective


def person_for(session: Session, organ_id: str, who: str) -> PersonRow:
    """Return the person of the agency, or the one elsewhere whom it authorised (TUQ.).

    Raises:
        PersonUnknown, PersonAmbiguous: nobody, or not one person, is *who*.
    """
    row = session.get(PersonRow, who)
    if row is not None and row.active and row.organ_id != organ_id:
        held = delegations.of_people(session, organ_id, [row.id])
        if any(each.gives(Competence.AUTHORISED, row.id) for each in held):
            return row
    return directory.person_row(session, organ_id, who)


def may_be_named(session: Session, organ_id: str, row: PersonRow, at: datetime) -> bool:
    """Return whether documents of the agency may be submitted to this person for signing."""
    if not row.signing_key:
        return False
    if row.role == Role.LEADER and row.organ_id == organ_id:
        return True
    held = delegations.of_people(session, organ_id, [row.id])
    return any(each.grantee_id == row.id and each.in_force(at) for each in held)


def signer_of(session: Session, organ_id: str, who: str, at: datetime) -> PersonRow:
    """Return the person *who* to whom documents of the agency may be submitted (Art. 13).

    Raises:
        PersonUnknown, PersonAmbiguous: nobody, or not one person, of the agency is *who*.
        RightMissing: neither post nor delegation lets them sign, or they have no key.
    """
    signer = person_for(session, organ_id, who)
    if not may_be_named(session, organ_id, signer, at):
        raise directory.RightMissing(signer.full_name, signer.position, "ký ban hành / sign")
    return signer


def standings(session: Session, rows: Sequence[DocumentRow]) -> dict[tuple[str, str], Standing]:
    """Return what is on record about the signer of each document, by (agency, signer)."""
    holders = {(row.organ_id, row.signer_id or "") for row in rows}
    given = delegations.by_agency(session, holders)
    grantors = {each.grantor_id for mine in given.values() for each in mine}
    wanted = {person for _, person in holders} | grantors
    people = {
        row.id: row for row in session.scalars(select(PersonRow).where(PersonRow.id.in_(wanted)))
    }
    organs = {organ for organ, _ in holders} | {person.organ_id for person in people.values()}
    agencies = {
        row.organ_id: row
        for row in session.scalars(select(AgencyRow).where(AgencyRow.organ_id.in_(organs)))
    }
    bound = own_bindings(session)
    found: dict[tuple[str, str], Standing] = {}
    for organ, signer in holders:
        if signer not in people:
            continue
        person, agency = people[signer], agencies[organ]
        mine = tuple(given[organ])
        found[organ, signer] = Standing(
            post=_post(person),
            agency=directory.as_agency(agency),
            collective=collective(agency),
            delegations=mine,
            grantors=tuple(
                _post(people[each]) for each in {d.grantor_id for d in mine} if each in people
            ),
            home=(
                None if person.organ_id == organ else directory.as_agency(agencies[person.organ_id])
            ),
            bindings=bound,
        )
    return found


def own_bindings(session: Session) -> tuple[Binding, ...]:
    """Return what is said of every certificate that is, or was, of the agencies served here."""
    served = select(AgencyRow.organ_id).where(AgencyRow.served.is_(True))
    wanted = select(BindingRow.sha256).where(BindingRow.organ_id.in_(served))
    known = certificates.bindings(session, session.scalars(wanted))
    return tuple(each for mine in known.values() for each in mine)


def _post(row: PersonRow) -> Post:
    return Post(directory.as_person(row), row.active)


def refuse_early(session: Session, row: DocumentRow, at: datetime) -> None:
    """Refuse an approval that could not be signed, as far as it is known without the file.

    Raises:
        Objection: post, capacity and delegation do not fit what the draft was made for.
    """
    standing = standings(session, [row])[row.organ_id, row.signer_id or ""]
    lines = row.signer_competence.splitlines()
    drafted = Printed.of(lines, row.signer_name, row.signer_position)
    refuse(assess(drafted, standing, None, row.type_name, at))
