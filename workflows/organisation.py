"""Agencies and people of an installation, from a JSON file into its directory and its hub."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from documents import catalogue_codes, delegations, directory
from documents.delegations import Grant
from documents.document import Agency, Competence, Person, Role
from documents.errors import Refused
from documents.ledger import SYSTEM
from documents.tables import PersonRow
from workflows.cabinet import open_cabinet
from workflows.calendar_days import first_moment, moment_after
from workflows.enrolment import enrol
from workflows.personnel_file import Personnel, enter_personnel, read_personnel
from workflows.world import World


class OrganisationInvalid(Refused):
    """The file with agencies and people is not what it should be."""

    code = "organisation.invalid"
    vietnamese = "Tệp cơ quan, nhân sự không hợp lệ: {0}"
    english = "the file of agencies and people is not valid: {0}"
    remedy = "Xem mẫu trong docs/organisation.md / see docs/organisation.md"


@dataclass(frozen=True, slots=True)
class Organisation:
    """Who works in an installation: agencies and people with what the directory asks besides."""

    agencies: tuple[tuple[Agency, dict[str, Any]], ...]
    people: tuple[tuple[Person, str], ...]
    delegations: tuple[Grant, ...] = ()
    personnel: Personnel = field(default_factory=Personnel)


def read_organisation(path: Path) -> Organisation:
    """Read agencies and people from a JSON file.

    The file: `{"agencies": [{organ_id, name, abbreviation, place, served, seal_key, …}],
    "people": [{id, organ_id, full_name, position, role, competence, competence_line,
    signing_key}], "delegations": [{agency, capacity, from, to, basis, types, scope, since,
    until}], "units": […], "posts": […], "absences": […], "work_delegations": […]}`; days are
    written `31/12/2026`.

    Raises:
        OrganisationInvalid: it is not of this form.
        DayInvalid: a delegation's first or last day is none.
        OrganIdInvalid: an agency's code has no valid form.
    """
    try:
        data = json.loads(path.read_text("utf-8"))
        agencies = tuple(_agency(entry) for entry in data["agencies"])
        people = tuple(_person(entry) for entry in data.get("people", []))
        given = tuple(_delegation(entry) for entry in data.get("delegations", []))
        personnel = read_personnel(data)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise OrganisationInvalid(f"{path.name}: {type(error).__name__}: {error}") from error
    for agency, _ in agencies:
        directory.check_organ_id(agency.organ_id)
    known = {agency.organ_id for agency, _ in agencies}
    for person, _ in people:
        if person.organ_id not in known:
            raise OrganisationInvalid(f"{path.name}: {person.id}: {person.organ_id}?")
    return Organisation(agencies, people, given, personnel)


def enter_organisation(world: World, organisation: Organisation) -> int:
    """Enter or update agencies and people in the world; returns how many agencies are served.

    They enter its first installation, the agencies the hub's catalogue too, if it has a hub.
    """
    if world.hub_port is not None:
        write_catalogue(world, [agency for agency, _ in organisation.agencies])
    cabinet = open_cabinet(world.homes[0])
    at = datetime.now(UTC)
    with cabinet.database.writing() as session:
        for agency, options in organisation.agencies:
            directory.put_agency(session, agency, **options)
        for person, key in organisation.people:
            _put(session, person, key, organisation.personnel, at)
        try:
            enter_personnel(session, organisation.personnel, at)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise OrganisationInvalid(f"{type(error).__name__}: {error}") from error
        for wanted in organisation.delegations:
            delegations.grant(session, wanted, SYSTEM, at)
    cabinet.database.close()
    enrol(world)
    return sum(bool(options["served"]) for _, options in organisation.agencies)


def _put(session: Session, person: Person, key: str, personnel: Personnel, at: datetime) -> None:
    """Enter a person; whose posts the file lists has no other post."""
    if any(entry.get("person") == person.id for entry in personnel.posts):
        directory.put_newcomer(session, person, signing_key=key)
    else:
        known = session.get(PersonRow, person.id) is not None
        directory.put_person(session, person, signing_key=key, at=at if known else None)


def write_catalogue(world: World, agencies: Iterable[Agency]) -> None:
    """Write the hub's catalogue of agencies; what it knows already stays, it reads at its start."""
    hub = world.folder / "hub"
    hub.mkdir(mode=0o700, parents=True, exist_ok=True)
    entries = [
        {
            "organ_id": a.organ_id,
            "name": a.name,
            "old_organ_id": a.old_organ_id,
            "parent": catalogue_codes.read(a.organ_id).parent,
        }
        for a in agencies
    ]
    text = json.dumps(entries, ensure_ascii=False, indent=1)
    (hub / "agencies.json").write_text(text + "\n", "utf-8")


def _agency(entry: dict[str, Any]) -> tuple[Agency, dict[str, Any]]:
    values = dict(entry)
    options = {
        "served": bool(values.pop("served", False)),
        "seal_key": str(values.pop("seal_key", "")),
        "accepts_unsigned": bool(values.pop("accepts_unsigned", False)),
        "collective": None if (led := values.pop("collective", None)) is None else bool(led),
    }
    return Agency(**values), options


def _person(entry: dict[str, Any]) -> tuple[Person, str]:
    values = dict(entry)
    key = str(values.pop("signing_key", ""))
    values["role"] = Role(values["role"])
    values["competence"] = Competence(values.get("competence", ""))
    return Person(**values), key


def _delegation(entry: dict[str, Any]) -> Grant:
    values = dict(entry)
    until = str(values.pop("until", ""))
    grant = Grant(
        organ_id=values.pop("agency"),
        capacity=Competence(values.pop("capacity")),
        grantor=values.pop("from", ""),
        grantee=values.pop("to"),
        basis=values.pop("basis"),
        valid_from=first_moment(values.pop("since")),
        valid_until=moment_after(until) if until else None,
        types=tuple(values.pop("types", ())),
        scope=values.pop("scope", ""),
    )
    if values:
        raise KeyError(", ".join(values))
    return grant
