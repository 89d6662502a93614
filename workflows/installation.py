"""Setting up: a new world with its installations, agencies, people and keys."""

import json
import re
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from documents import directory
from documents.database import Database
from documents.document import Agency, Competence, Person, Role
from documents.errors import Refused
from drafting import marks
from signing.testpki import Subject, TestPki, make_pki
from workflows import settings
from workflows.demo_people import DESKS, Desk
from workflows.prefect_server import free_port
from workflows.settings import Settings
from workflows.world import FILE_NAME, World


class WorldExists(Refused):
    """The folder holds a world already."""

    code = "world.exists"
    vietnamese = "Thư mục «{0}» đã có hệ thống congvan"
    english = "«{0}» holds a congvan world already"
    remedy = "Chọn thư mục khác / choose another folder"


class OrganisationInvalid(Refused):
    """The file with agencies and people is not what it should be."""

    code = "organisation.invalid"
    vietnamese = "Tệp cơ quan, nhân sự không hợp lệ: {0}"
    english = "the file of agencies and people is not valid: {0}"
    remedy = "Xem mẫu trong docs/organisation.md / see docs/organisation.md"


def make_world(folder: Path, names: Sequence[str]) -> World:
    """Make an empty world with an installation for each of *names*.

    Raises:
        WorldExists: there is one already.
        SettingsInvalid: a name is no name for an installation; nothing was made.
    """
    if (folder / FILE_NAME).exists():
        raise WorldExists(str(folder))
    for name in names:
        if not re.fullmatch(settings.NAME, name):
            raise settings.SettingsInvalid(f"«{name}» ∉ {settings.NAME}")
    world = World(folder.resolve(), tuple(names), free_port(), free_port())
    for home in world.homes:
        settings.write(home, name=home.name, crls=_crl_paths(home))
        for sub in ("blobs", "keys", "trust"):
            (home / sub).mkdir(parents=True, exist_ok=True)
        (home / "keys").chmod(0o700)
        _upgraded(home).close()
    _write_catalogue(world, [])
    world.save()
    return world


def _crl_paths(home: Path) -> list[str]:
    return sorted(f"trust/{path.name}" for path in (home / "trust").glob("*.crl"))


def _upgraded(home: Path) -> Database:
    database = Database(Settings.load(home).database_url())
    database.upgrade()
    return database


def _write_catalogue(world: World, agencies: Iterable[Agency]) -> None:
    hub = world.folder / "hub"
    hub.mkdir(parents=True, exist_ok=True)
    entries = [
        {"organ_id": a.organ_id, "name": a.name, "old_organ_id": a.old_organ_id} for a in agencies
    ]
    text = json.dumps(entries, ensure_ascii=False, indent=1)
    (hub / "agencies.json").write_text(text + "\n", "utf-8")


def make_demo_world(folder: Path) -> World:
    """Make the demo's world: province and ministry, a test PKI, keys and images for all."""
    names = tuple(dict.fromkeys(desk.installation for desk in DESKS))
    world = make_world(folder, names)
    pki = make_pki(folder / "pki", [subject for desk in DESKS for subject in _subjects(desk)])
    for home in world.homes:
        trust = home / "trust"
        for path in (pki.roots, *pki.crls):
            shutil.copy(path, trust / path.name)
        settings.write(home, name=home.name, crls=_crl_paths(home))
    for desk in DESKS:
        _give_keys(folder / desk.installation, pki, desk)
    for home in world.homes:
        _populate(home)
    _write_catalogue(world, [desk.agency for desk in DESKS])
    return world


def _leader(desk: Desk) -> Person:
    return next(person for person in desk.people if person.role is Role.LEADER)


def _seal_stem(desk: Desk) -> str:
    return f"{_leader(desk).id.split('.')[0]}.seal"


def _subjects(desk: Desk) -> list[Subject]:
    leader = _leader(desk)
    return [
        Subject(leader.id, leader.full_name, desk.agency.name),
        Subject(_seal_stem(desk), desk.agency.name, desk.agency.name, kind="seal"),
    ]


def _give_keys(home: Path, pki: TestPki, desk: Desk) -> None:
    keys = home / "keys"
    leader, seal = _leader(desk), _seal_stem(desk)
    for stem in (leader.id, seal):
        for suffix in ("p12", "pass"):
            target = keys / f"{stem}.{suffix}"
            shutil.copy(pki.folder / target.name, target)
            target.chmod(0o600)
    (keys / f"{leader.id}.png").write_bytes(
        marks.signature_image(leader.full_name, seed=sum(leader.full_name.encode()))
    )
    (keys / f"{seal}.png").write_bytes(marks.seal_image(desk.agency.name))


def _populate(home: Path) -> None:
    database = _upgraded(home)
    with database.writing() as session:
        for desk in DESKS:
            here = desk.installation == home.name
            directory.put_agency(
                session, desk.agency, served=here, seal_key=_seal_stem(desk) if here else ""
            )
            for person in desk.people if here else ():
                key = person.id if person.role is Role.LEADER else ""
                directory.put_person(session, person, signing_key=key)
    database.close()


@dataclass(frozen=True, slots=True)
class Organisation:
    """Who works in an installation: agencies and people with what the directory asks besides."""

    agencies: tuple[tuple[Agency, dict[str, Any]], ...]
    people: tuple[tuple[Person, str], ...]


def read_organisation(path: Path) -> Organisation:
    """Read agencies and people from a JSON file.

    The file: `{"agencies": [{organ_id, name, abbreviation, place, served, seal_key, …}],
    "people": [{id, organ_id, full_name, position, role, competence, competence_line,
    signing_key}]}`.

    Raises:
        OrganisationInvalid: it is not of this form.
        OrganIdInvalid: an agency's code has no valid form.
    """
    try:
        data = json.loads(path.read_text("utf-8"))
        agencies = tuple(_agency(entry) for entry in data["agencies"])
        people = tuple(_person(entry) for entry in data.get("people", []))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise OrganisationInvalid(f"{path.name}: {type(error).__name__}: {error}") from error
    for agency, _ in agencies:
        directory.check_organ_id(agency.organ_id)
    known = {agency.organ_id for agency, _ in agencies}
    for person, _ in people:
        if person.organ_id not in known:
            raise OrganisationInvalid(f"{path.name}: {person.id}: {person.organ_id}?")
    return Organisation(agencies, people)


def enter_organisation(world: World, organisation: Organisation) -> int:
    """Enter agencies and people into the world; returns how many agencies are served.

    They enter its first installation, the agencies its hub too.
    """
    _write_catalogue(world, [agency for agency, _ in organisation.agencies])
    database = _upgraded(world.homes[0])
    with database.writing() as session:
        for agency, options in organisation.agencies:
            directory.put_agency(session, agency, **options)
        for person, key in organisation.people:
            directory.put_person(session, person, signing_key=key)
    database.close()
    return sum(bool(options["served"]) for _, options in organisation.agencies)


def _agency(entry: dict[str, Any]) -> tuple[Agency, dict[str, Any]]:
    values = dict(entry)
    options = {
        "served": bool(values.pop("served", False)),
        "seal_key": str(values.pop("seal_key", "")),
        "accepts_unsigned": bool(values.pop("accepts_unsigned", False)),
    }
    return Agency(**values), options


def _person(entry: dict[str, Any]) -> tuple[Person, str]:
    values = dict(entry)
    key = str(values.pop("signing_key", ""))
    values["role"] = Role(values["role"])
    values["competence"] = Competence(values.get("competence", ""))
    return Person(**values), key
