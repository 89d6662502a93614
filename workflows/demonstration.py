"""The demo: twelve letters of a fictional province through the whole journey, counted.

Everything is real but the people: PDFs, keys of a test PKI, signatures, hub, two
databases, Prefect. It ends well only if nothing was lost or doubled and every file
verifies.
"""

import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import func, select

from documents import outgoing
from documents.delivery import REACHED, DeliveryState
from documents.document import Agency, Role
from documents.kinds import BY_NAME
from documents.lifecycle import Direction, State, Step
from documents.notation import written
from documents.numbering import local_day
from documents.tables import DeliveryRow, DocumentRow
from drafting import composer
from drafting.composition import Composition
from signing.trust import TrustStore
from signing.validation import verify
from workflows import drafts
from workflows.demo_letters import LETTERS, Letter
from workflows.demo_people import desk_of
from workflows.drafts import Order
from workflows.office import Office, open_office
from workflows.world import World

PATIENCE_SECONDS = 150.0
"""Longest time the documents may take from approval to the last register."""


@dataclass(slots=True)
class Line:
    """One letter on the final table."""

    letter: Letter
    document_id: str
    code: str = ""
    leader: str = ""
    """Indication of the leader's signature."""
    seal: str = ""
    deliveries: list[tuple[str, str]] = field(default_factory=list)
    """(recipient, state)."""
    file: Path | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of all deliveries of the run."""

    sent: int
    arrived: int
    registered: int
    lost: int
    doubled: int

    def as_dict(self) -> dict[str, int]:
        """Return plain data."""
        return {name: getattr(self, name) for name in self.__slots__}


@contextmanager
def offices(world: World) -> Iterator[dict[str, Office]]:
    """Open every installation of *world*, by name, until the block ends."""
    opened = {home.name: open_office(home) for home in world.homes}
    try:
        yield opened
    finally:
        for office in opened.values():
            office.close()


def hand_in(
    world: World,
    opened: dict[str, Office],
    told: Callable[[Letter], None] = lambda _: None,
    letters: Sequence[Letter] = LETTERS,
) -> list[Line]:
    """Compose the letters, hand them in, submit and approve them as their people would."""
    lines = []
    folder = world.folder / "drafts"
    folder.mkdir(exist_ok=True)
    for number, letter in enumerate(letters, 1):
        office = opened[desk_of(letter.sender).installation]
        document_id = _hand_in(office, letter, folder, number)
        for step, role in ((Step.SUBMIT, Role.SPECIALIST), (Step.APPROVE, Role.LEADER)):
            with office.database.writing() as session:
                outgoing.decide(session, document_id, step, _who(letter, role), office.now())
        lines.append(Line(letter, document_id))
        told(letter)
    return lines


def _who(letter: Letter, role: Role) -> str:
    return next(person.id for person in desk_of(letter.sender).people if person.role is role)


def _hand_in(office: Office, letter: Letter, folder: Path, number: int) -> str:
    desk = desk_of(letter.sender)
    signer = next(person for person in desk.people if person.role is Role.LEADER)
    composed = composer.compose(
        Composition(
            type=letter.type,
            agency=desk.agency,
            notation=written(BY_NAME[letter.type], desk.agency.abbreviation, letter.unit),
            subject=letter.subject,
            year=local_day(office.now()).year,
            signer=signer,
            legal_bases=letter.bases,
            body=letter.body,
            addressees=tuple(_named(code).name for code in letter.recipients[:3])
            if not letter.bases
            else (),
            to_places=tuple(_named(code).name for code in letter.recipients),
            drafting_unit=letter.unit,
            urgency=letter.urgency,
        )
    )
    path = folder / f"{number:02d}.pdf"
    path.write_bytes(composed.pdf)
    order = Order(
        sender=letter.sender,
        type=letter.type,
        subject=letter.subject,
        recipients=letter.recipients,
        signer=signer.id,
        unit=letter.unit,
        urgency=letter.urgency,
        attachments=tuple(_attachment(folder, name, letter) for name in letter.attachments),
    )
    if letter.found:
        return drafts.hand_in_file(office, order, path)
    return drafts.hand_in_composed(office, order, composed)


def _named(code: str) -> Agency:
    return desk_of(code).agency


def _attachment(folder: Path, name: str, letter: Letter) -> Path:
    path = folder / name
    if path.suffix == ".pdf":
        desk = desk_of(letter.sender)
        page = Composition(
            type=letter.type,
            agency=desk.agency,
            notation="PL",
            subject=f"Phụ lục: {path.stem}",
            year=2026,
            signer=desk.people[0],
            body=letter.body,
        )
        path.write_bytes(composer.compose(page).pdf)
    else:
        path.write_text("STT,Nội dung,Số lượng\n1,Theo văn bản,1\n", "utf-8")
    return path


def follow(opened: dict[str, Office], lines: list[Line], told: Callable[[int, int], None]) -> bool:
    """Wait until every delivery is accepted by its recipient; False when patience ends."""
    until = time.monotonic() + PATIENCE_SECONDS
    total = sum(len(line.letter.recipients) for line in lines)
    while True:
        for line in lines:
            _look(opened[desk_of(line.letter.sender).installation], line)
        done = sum(state == DeliveryState.ACCEPTED for ln in lines for _, state in ln.deliveries)
        told(done, total)
        if done >= total:
            return True
        if time.monotonic() > until:
            return False
        time.sleep(0.25)


def _look(office: Office, line: Line) -> None:
    with office.database.reading() as session:
        row = session.get_one(DocumentRow, line.document_id)
        line.code = f"{row.code_number}/{row.code_notation}" if row.code_number else ""
        rows = session.scalars(
            select(DeliveryRow)
            .where(DeliveryRow.document_id == line.document_id)
            .order_by(DeliveryRow.organ_id)
        )
        line.deliveries = [(delivery.organ_id, delivery.state) for delivery in rows]


def collect(world: World, opened: dict[str, Office], lines: list[Line]) -> None:
    """Copy the issued PDFs to `out/` and verify both signatures of each."""
    folder = world.folder / "out"
    folder.mkdir(exist_ok=True)
    trusts = {name: _trust(office) for name, office in opened.items()}
    for line in lines:
        installation = desk_of(line.letter.sender).installation
        office = opened[installation]
        with office.database.reading() as session:
            row = session.get_one(DocumentRow, line.document_id)
        if row.state not in {State.SEALED, State.DISPATCHED} or not row.current_sha256:
            continue
        name = f"{row.organ_id}_{row.code_number}_{row.code_notation}.pdf".replace("/", "_")
        line.file = folder / name
        shutil.copyfile(office.blobs.path(row.current_sha256), line.file)
        report = verify(line.file.read_bytes(), trusts[installation])
        marks = [signature.indication.value for signature in report.signatures]
        line.leader, line.seal = (*marks, "", "")[:2]


def _trust(office: Office) -> TrustStore:
    settings = office.settings
    crls = [settings.at(path) for path in settings.crls]
    return TrustStore.load(settings.at(settings.trust_roots), crls)


def count(opened: dict[str, Office], lines: list[Line]) -> Counts:
    """Compare what was sent with every recipient's register, across both databases."""
    sent = arrived = registered = doubled = 0
    reached = {state.value for state in REACHED}
    for line in lines:
        with opened[desk_of(line.letter.sender).installation].database.reading() as session:
            key = session.get_one(DocumentRow, line.document_id).document_key
        for organ_id, state in line.deliveries:
            sent += state not in {DeliveryState.QUEUED, DeliveryState.FAILED}
            arrived += state in reached
            entries = _registered(opened[desk_of(organ_id).installation], organ_id, key)
            registered += min(entries, 1)
            doubled += max(entries - 1, 0)
    total = sum(len(line.letter.recipients) for line in lines)
    return Counts(sent, arrived, registered, total - registered, doubled)


def _registered(office: Office, organ_id: str, key: str | None) -> int:
    with office.database.reading() as session:
        return (
            session.scalar(
                select(func.count())
                .select_from(DocumentRow)
                .where(
                    DocumentRow.organ_id == organ_id,
                    DocumentRow.direction == Direction.INCOMING,
                    DocumentRow.document_key == key,
                    DocumentRow.receipt_number.is_not(None),
                )
            )
            or 0
        )
