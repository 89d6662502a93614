"""Installations to test with: agencies, people, keys, letters, a hub process, and what must hold.

Keys, stamps and trust are made once a session; blobs are shared by all installations of a
session, since a blob's name is its content. Databases and hubs are each test's own.
"""

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from connectors.axis import Axis, MessageKind
from connectors.edxml.partners import open_styles
from connectors.opening import open_axis
from documents import directory, ledger, outgoing, register
from documents.document import Competence, DocumentType, Person, Role
from documents.errors import OfficeError
from documents.lifecycle import Direction, Step
from documents.numbering import local_day
from documents.tables import DeliveryRow, DocumentRow, ParcelRow, RegisterEntryRow
from drafting import composer, marks
from drafting.composer import Composed
from drafting.composition import Article, Composition, Paragraph
from signing.testpki import Subject, TestPki, make_pki
from workflows import backlog, drafts, issuance, reception, reporting, settings
from workflows.cabinet import open_cabinet
from workflows.demo_people import desk_of
from workflows.drafts import Order
from workflows.office import Office
from workflows.settings import Settings
from workflows.workshop import Workshop

PROVINCE, HOME_AFFAIRS, OFFICE, MINISTRY = "H99", "H99.02", "H99.01", "G98"
SENDERS = (PROVINCE, HOME_AFFAIRS, MINISTRY)
"""Agencies with a leader's key and a seal."""
ALL = (PROVINCE, OFFICE, HOME_AFFAIRS, MINISTRY)
EXPIRED = "het-han"
"""Stem of a key whose certificate expired, and id of the leader of H99 who holds it."""
RENEWED = "gia-han"
"""Stem of the same leader's new key."""
EXPIRED_LEADER = Person(
    *(EXPIRED, PROVINCE, "Lê Văn Cũ", "Phó Chủ tịch", Role.LEADER),
    *(Competence.DEPUTY, "KT. CHỦ TỊCH"),
)


def leader_of(organ_id: str) -> Person:
    """Return the agency's leader."""
    return next(person for person in desk_of(organ_id).people if person.role is Role.LEADER)


def person_of(organ_id: str, role: Role) -> Person:
    """Return the agency's person in *role*."""
    return next(person for person in desk_of(organ_id).people if person.role is role)


def seal_of(organ_id: str) -> str:
    """Return the stem of the agency's seal."""
    return f"{organ_id.lower().replace('.', '-')}.seal"


@dataclass(slots=True)
class House:
    """What all installations of a session share."""

    folder: Path
    pki: TestPki
    workshop: Workshop
    _offices: list[Office] = field(default_factory=list)

    @property
    def keys(self) -> Path:
        """The key folder."""
        return self.folder / "keys"

    def install(
        self,
        home: Path,
        database_url: str,
        served: Iterable[str],
        axis_url: str = "",
        *,
        accepts_unsigned: bool = False,
        **changed: Any,
    ) -> Settings:
        """Write the settings and directory of an installation that serves agencies *served*."""
        settings.write(home, **self.settings_of(home, database_url, axis_url) | changed)
        cabinet = open_cabinet(home)
        with cabinet.database.writing() as session:
            for organ_id in ALL:
                desk, here = desk_of(organ_id), organ_id in set(served)
                directory.put_agency(
                    session,
                    desk.agency,
                    served=here,
                    seal_key=seal_of(organ_id) if here else "",
                    accepts_unsigned=here and accepts_unsigned,
                )
                for person in desk.people if here else ():
                    key = person.id if person.role is Role.LEADER else ""
                    directory.put_person(session, person, signing_key=key)
        cabinet.database.close()
        return cabinet.settings

    def settings_of(self, home: Path, database_url: str, axis_url: str = "") -> dict[str, Any]:
        """Return the settings of an installation in *home*."""
        return {
            "name": home.name,
            "database": database_url,
            "blobs": str(self.folder / "blobs"),
            "keys": str(self.keys),
            "trust_roots": str(self.pki.roots),
            "crls": [str(path) for path in self.pki.crls],
            "axis": {"url": axis_url or "http://127.0.0.1:9/soap"},
            "processes": 2,
        }

    def open(
        self, home: Path, axis: Axis | None = None, workshop: Workshop | None = None
    ) -> Office:
        """Return the office in *home*, with the session's worker processes."""
        cabinet = open_cabinet(home)
        axis = axis or open_axis(cabinet.settings.axis_access(), home)
        workshop = workshop or self.workshop
        office = Office(cabinet.settings, cabinet.database, cabinet.blobs, axis, workshop)
        office.styles = open_styles(cabinet.settings.axis, home)
        self._offices.append(office)
        return office

    def close_offices(self) -> None:
        """Close what was opened; the worker processes stay."""
        while self._offices:
            office = self._offices.pop()
            office.database.close()
            office.axis.close()

    def add_expired_leader(self, office: Office) -> Person:
        """Give H99 a leader whose certificate expired in 2025."""
        with office.database.writing() as session:
            directory.put_person(session, EXPIRED_LEADER, signing_key=EXPIRED)
        return EXPIRED_LEADER


def make_house(folder: Path) -> House:
    """Make keys, stamps and trust for the senders, and the worker processes' settings."""
    name, agency = EXPIRED_LEADER.full_name, desk_of(PROVINCE).agency.name
    subjects = [
        Subject(EXPIRED, name, agency, not_after=datetime(2025, 6, 1, tzinfo=UTC)),
        Subject(RENEWED, name, agency, algorithm="p256"),
    ]
    for organ_id in SENDERS:
        name, agency = leader_of(organ_id).full_name, desk_of(organ_id).agency.name
        subjects.append(Subject(leader_of(organ_id).id, name, agency))
        subjects.append(Subject(seal_of(organ_id), agency, agency, kind="seal"))
    pki = make_pki(folder / "pki", subjects)
    keys = folder / "keys"
    keys.mkdir(mode=0o700)
    for subject in subjects:
        for suffix in ("p12", "pass"):
            shutil.copy(pki.folder / f"{subject.name}.{suffix}", keys)
        picture = (
            marks.seal_image(subject.common_name)
            if subject.kind == "seal"
            else marks.signature_image(subject.common_name, seed=7)
        )
        (keys / f"{subject.name}.png").write_bytes(picture)
    (folder / "blobs").mkdir()
    house = House(folder, pki, Workshop(_shared(folder, pki)))
    house.workshop.warm()
    return house


def _shared(folder: Path, pki: TestPki) -> Settings:
    home = folder / "shared"
    draft = House(folder, pki, workshop=None)  # type: ignore[arg-type]
    settings.write(home, **draft.settings_of(home, "sqlite:///none.db"))
    return Settings.load(home)


@lru_cache(maxsize=64)
def letter_of(
    sender: str, kind: DocumentType = DocumentType.DECISION, signer: Person | None = None
) -> Composed:
    """Return a composed letter of *sender*, its leader's or *signer*'s, ready to be handed in."""
    agency = desk_of(sender).agency
    return composer.compose(
        Composition(
            type=kind,
            agency=agency,
            notation=f"{kind.abbreviation}-{agency.abbreviation}".lstrip("-"),
            subject="Về việc kiểm tra công tác văn thư",
            year=local_day(datetime.now(UTC)).year,
            signer=signer or leader_of(sender),
            body=(Article(1, "Kiểm tra công tác văn thư."), Paragraph("Nơi nhận thi hành.")),
            to_places=("Như trên",),
        )
    )


def hand_in(
    office: Office,
    sender: str,
    recipients: Sequence[str],
    kind: DocumentType = DocumentType.DECISION,
    **given: Any,
) -> str:
    """Hand a composed letter in as a draft; returns its id."""
    order: dict[str, Any] = {
        "sender": sender,
        "type": kind,
        "subject": "Về việc kiểm tra công tác văn thư",
        "recipients": tuple(recipients),
        "signer": leader_of(sender).id,
    }
    with office.database.reading() as session:
        row = directory.person_row(session, sender, (order | given)["signer"])
        signer = directory.as_person(row)
    letter = letter_of(sender, kind, signer)
    return drafts.hand_in_composed(office, Order(**order | given), letter)


def approve(office: Office, document_id: str) -> str:
    """Submit and approve the draft, as its people would; returns its id."""
    with office.database.writing() as session:
        row = session.get_one(DocumentRow, document_id)
        drafter, signer = row.drafter_id or "", row.signer_id or ""
        outgoing.decide(session, document_id, Step.SUBMIT, drafter, office.now())
        outgoing.decide(session, document_id, Step.APPROVE, signer, office.now())
    return document_id


def issue(office: Office, ids: Sequence[str]) -> None:
    """Sign, number, seal and dispatch by the steps themselves."""
    for step in (issuance.sign, issuance.number, issuance.seal, issuance.dispatch):
        step(office, ids)


def receive(office: Office) -> None:
    """Fetch, open, verify, register, confirm and report by the steps themselves."""
    reception.fetch(office, reception.waiting(office, MessageKind.EDOC))
    reception.open_parcels(office)
    ids = [row.id for row in documents(office, Direction.INCOMING)]
    reception.verify(office, ids)
    reception.register(office, ids)
    reception.confirm(office)
    reporting.report(office, reporting.owed(office))


def take_statuses(office: Office) -> None:
    """Fetch statuses, show them at their deliveries and confirm them."""
    reception.fetch(office, reception.waiting(office, MessageKind.STATUS), point="status")
    reporting.take_in(office)
    reception.confirm(office)


def turn(office: Office) -> list[OfficeError]:
    """Do once what a worker does all the time, by the steps; returns what was in the way."""
    errors = []
    for part in (_issue_due, receive, take_statuses):
        try:
            part(office)
        except OfficeError as error:
            errors.append(error)
    return errors


def _issue_due(office: Office) -> None:
    issue(office, backlog.outgoing_due(office))


def document(office: Office, document_id: str) -> DocumentRow:
    """Return the document's row."""
    with office.database.reading() as session:
        return session.get_one(DocumentRow, document_id)


def documents(office: Office, direction: Direction, organ_id: str = "") -> list[DocumentRow]:
    """Return the documents of one direction, oldest first."""
    wanted = select(DocumentRow).where(DocumentRow.direction == direction)
    if organ_id:
        wanted = wanted.where(DocumentRow.organ_id == organ_id)
    with office.database.reading() as session:
        return list(session.scalars(wanted.order_by(DocumentRow.created_at, DocumentRow.id)))


def deliveries(office: Office, document_id: str) -> dict[str, str]:
    """Return the state of each delivery, by recipient."""
    with office.database.reading() as session:
        return {d.organ_id: d.state for d in outgoing.deliveries_of(session, document_id)}


def delivery_states(office: Office) -> list[str]:
    """Return the states of all deliveries."""
    with office.database.reading() as session:
        return list(session.scalars(select(DeliveryRow.state)))


def parcels(office: Office) -> list[ParcelRow]:
    """Return every message that was fetched, oldest first."""
    with office.database.reading() as session:
        return list(session.scalars(select(ParcelRow).order_by(ParcelRow.fetched_at)))


def entries(office: Office) -> int:
    """Return how many numbers all registers have given."""
    with office.database.reading() as session:
        return session.scalar(select(func.count()).select_from(RegisterEntryRow)) or 0


def steps_of(office: Office, document_id: str) -> list[str]:
    """Return the ledger's steps of a document, in order."""
    with office.database.reading() as session:
        return [row.step for row in ledger.history(session, document_id)]


def assert_sound(office: Office) -> None:
    """Assert that every chain holds and every register is gapless."""
    with office.database.reading() as session:
        assert list(ledger.verify(session)) == []
        assert register.gaps(session) == []


def assert_registered_once(receiver: Office, organ_id: str, keys: Iterable[str]) -> None:
    """Assert that each document of *keys* is in *organ_id*'s register once, and nothing else."""
    rows = documents(receiver, Direction.INCOMING, organ_id)
    assert sorted(row.document_key or "" for row in rows) == sorted(keys)
    assert {row.state for row in rows} <= {"registered"}
    numbers = sorted(row.receipt_number or 0 for row in rows)
    assert numbers == list(range(1, len(rows) + 1))
