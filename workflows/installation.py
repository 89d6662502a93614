"""Setting up: a new world with its installations; the demo's with agencies, people and keys."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from documents import directory
from documents.document import Person, Role
from documents.errors import Refused
from drafting import marks
from signing.testpki import Subject, TestPki, make_pki
from signing.trust import TrustStore
from workflows import enrolment, settings
from workflows.cabinet import open_cabinet
from workflows.demo_people import DESKS, Desk
from workflows.demo_posts import enter_staff
from workflows.organisation import write_catalogue
from workflows.prefect_server import free_port
from workflows.settings import Settings
from workflows.world import FILE_NAME, World


class WorldExists(Refused):
    """The folder holds a world already."""

    code = "world.exists"
    vietnamese = "Thư mục «{0}» đã có hệ thống congvan"
    english = "«{0}» holds a congvan world already"
    remedy = "Chọn thư mục khác / choose another folder"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What an installation gets instead of the embedded default."""

    database: str = ""
    """SQLAlchemy URL without a password; empty for a SQLite file of its own."""
    database_password: Path | None = None
    """A file of mode 600; it stays where it is."""
    blobs: Path | None = None
    """A folder that several installations on one database share."""
    axis: str = ""
    """SOAP address of an axis elsewhere; empty for a hub in this world."""
    trust: Path | None = None
    """PEM of trusted roots; copied."""
    crls: tuple[Path, ...] = ()
    """Revocation lists; copied."""

    def values(self) -> dict[str, object]:
        """Return the settings that differ from the default."""
        wished = {
            "database": self.database,
            "database_password": self.database_password and str(self.database_password.resolve()),
            "blobs": self.blobs and str(self.blobs.resolve()),
            "axis": self.axis and {"url": self.axis},
        }
        return {key: value for key, value in wished.items() if value}


def make_world(folder: Path, names: Sequence[str], wishes: Wishes | None = None) -> World:
    """Make an empty world with an installation for each of *names*.

    Raises:
        WorldExists: there is one already.
        SettingsInvalid: a name or a wish is wrong; nothing was made.
        TrustUnreadable: the roots or lists are not what they should be; nothing was made.
        DatabaseUnavailable: it does not answer; what was made is used by the next try.
    """
    wishes = wishes or Wishes()
    if (folder / FILE_NAME).exists():
        raise WorldExists(str(folder))
    folder = folder.resolve()
    for name in names:
        Settings.of(folder / name, {"name": name, **wishes.values()}).database_url()
    if wishes.trust is not None:
        TrustStore.load(wishes.trust, wishes.crls)
    hub = None if wishes.axis else free_port()
    world = World(folder, tuple(names), free_port(), hub)
    for home in world.homes:
        _furnish(home, wishes, own_hub=hub is not None)
    if hub is not None:
        write_catalogue(world, [])
    world.save()
    return world


def _furnish(home: Path, wishes: Wishes, *, own_hub: bool) -> None:
    """Make an installation's folders, settings and tables."""
    # letters of an agency and its keys: nobody else on the machine looks in
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    for sub in (wishes.blobs or "blobs", "keys", "trust"):
        (home / sub).mkdir(mode=0o700, parents=True, exist_ok=True)
    if wishes.trust is not None:
        shutil.copy(wishes.trust, home / "trust" / "root.pem")
    for path in wishes.crls:
        shutil.copy(path, home / "trust" / f"{path.stem}.crl")
    axis = {"axis": enrolment.credential(home)} if own_hub else {}
    settings.write(home, name=home.name, **wishes.values(), **axis, crls=_crl_paths(home))
    open_cabinet(home).database.close()


def _crl_paths(home: Path) -> list[str]:
    return sorted(f"trust/{path.name}" for path in (home / "trust").glob("*.crl"))


def make_demo_world(folder: Path, since: datetime | None = None) -> World:
    """Make the demo's world: province and ministry, a test PKI, keys and images for all.

    *since*: when its people are entered; None: now.
    """
    names = tuple(dict.fromkeys(desk.installation for desk in DESKS))
    world = make_world(folder, names)
    pki = make_pki(folder / "pki", [subject for desk in DESKS for subject in _subjects(desk)])
    for home in world.homes:
        trust = home / "trust"
        for path in (pki.roots, *pki.crls):
            shutil.copy(path, trust / path.name)
        axis = enrolment.credential(home)
        # people look around: nobody shall need a telephone for that
        settings.write(
            home, name=home.name, second_factor="offered", axis=axis, crls=_crl_paths(home)
        )
    for desk in DESKS:
        _give_keys(folder / desk.installation, pki, desk)
    for home in world.homes:
        _populate(home, since or datetime.now(UTC))
    write_catalogue(world, [desk.agency for desk in DESKS])
    enrolment.enrol(world)
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


def _populate(home: Path, at: datetime) -> None:
    database = open_cabinet(home).database
    with database.writing() as session:
        for desk in DESKS:
            here = desk.installation == home.name
            directory.put_agency(
                session, desk.agency, served=here, seal_key=_seal_stem(desk) if here else ""
            )
            if here:
                enter_staff(session, desk, at)
    database.close()
