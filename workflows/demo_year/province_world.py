"""The demo's world with the whole province: its neighbours' desks, and whoever is outside."""

from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from documents import directory, tenure, units
from documents.document import Role
from documents.ledger import SYSTEM
from workflows import enrolment, installation
from workflows.cabinet import open_cabinet
from workflows.demo_data.agencies import FULL, FULL_UNITS, OUTSIDE, Neighbour
from workflows.demo_data.bureaus import Province
from workflows.demo_people import DESKS, OFFICE_UNIT, PROVINCE
from workflows.organisation import write_catalogue
from workflows.world import World

_IN_UNIT = frozenset({Role.UNIT_HEAD, Role.SPECIALIST})


def make_province(folder: Path, province: Province, since: datetime) -> World:
    """Make the demo's world with every agency of the province, as of *since*.

    Raises:
        WorldExists: the folder holds a world.
    """
    world = installation.make_demo_world(folder, since)
    cabinet = open_cabinet(folder / PROVINCE)
    with cabinet.database.writing() as session:
        for agency in OUTSIDE:
            directory.put_agency(session, agency)
        for bureau in province.bureaus.values():
            # samples that are not signed may be registered: they say that they are samples
            directory.put_agency(session, bureau.agency, served=True, accepts_unsigned=True)
        for each in province.neighbours:
            _enter(session, each, since)
        _enter_extras(session, province, since)
    cabinet.database.close()
    every = {desk.agency.organ_id: desk.agency for desk in DESKS}
    every |= {organ: bureau.agency for organ, bureau in province.bureaus.items()}
    every |= {agency.organ_id: agency for agency in OUTSIDE}
    write_catalogue(world, every.values())
    enrolment.enrol(world)
    return world


def _enter(session: Session, neighbour: Neighbour, at: datetime) -> None:
    organ = neighbour.desk.agency.organ_id
    office, first, _ = (
        units.opened(session, organ, name, tenure.EVER, SYSTEM, at, abbreviation=short)
        for name, short in (OFFICE_UNIT, *neighbour.units)
    )
    for person in neighbour.desk.people:
        leads = person.role is Role.LEADER
        unit = None if leads else first if person.role in _IN_UNIT else office
        # it names a key that is nowhere: whoever tries to sign for them is refused
        key = person.id if leads else ""
        directory.put_person(session, person, signing_key=key, unit_id=unit)


def _enter_extras(session: Session, province: Province, at: datetime) -> None:
    known = {unit.abbreviation: unit.id for unit in units.every(session, FULL)}
    for name, short in FULL_UNITS:
        known[short] = units.opened(
            session, FULL, name, tenure.EVER, SYSTEM, at, abbreviation=short
        )
    for each in province.extras:
        key = each.person.id if each.person.role is Role.LEADER else ""
        unit = known[each.unit] if each.unit else None
        directory.put_person(session, each.person, signing_key=key, unit_id=unit)
