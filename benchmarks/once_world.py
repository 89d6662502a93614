"""The world of the exactly-once matrix: a hub and two offices, each killed and started again."""

import json
import multiprocessing
import os
import secrets
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from benchmarks import once_office
from connectors.hub.__main__ import main as serve_hub
from connectors.hub.faults import STRUCK, Fault, set_faults
from connectors.hub.systems import SYSTEMS, Systems
from documents import directory, outgoing
from documents.document import DocumentType, Role
from documents.lifecycle import Step
from documents.outgoing import Draft
from documents.placement import Box, Placement
from documents.tables import DocumentRow
from signing.testpki import make_pki
from workflows import messages, settings
from workflows.cabinet import open_cabinet
from workflows.demo_people import desk_of
from workflows.office import Office
from workflows.prefect_server import free_port
from workflows.settings import written_secret

SENDER, RECEIVER = "H99", "G98"
FACES = {"soap": "/soap", "vxp": "", "edoc": "/edoc"}
_BOX = Box(0, 100, 100, 200, 200)
_PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj
xref
0 4
0000000000 65535 f 
0000000009 00000 n 
0000000053 00000 n 
0000000102 00000 n 
trailer<</Size 4/Root 1 0 R>>
startxref
165
%%EOF
"""  # noqa: W291  (entries of an xref table are 20 bytes)
_CONTEXT = multiprocessing.get_context("forkserver")


@dataclass(slots=True)
class Home:
    """An installation and the process that serves it."""

    folder: Path
    database: str
    """SQLAlchemy URL."""
    began: float = field(default_factory=time.time)
    _process: BaseProcess | None = None

    def start(self) -> None:
        """Serve it."""
        process = _CONTEXT.Process(
            target=once_office.run, args=(str(self.folder), self.began, os.getpid())
        )
        process.start()
        self._process = process

    def kill(self) -> None:
        """End its process as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.join()

    @property
    def alive(self) -> bool:
        """Its process lives."""
        return self._process is not None and self._process.is_alive()

    def lines(self, log: str) -> list[str]:
        """Return what stands in one of its logs."""
        path = self.folder / log
        return path.read_text("utf-8").splitlines() if path.exists() else []


@dataclass(slots=True)
class Hub:
    """A hub's folder, its port for all its lives, and its process."""

    folder: Path
    port: int = field(default_factory=free_port)
    faults: Sequence[Fault] = ()
    seed: int = 0
    _process: BaseProcess | None = None
    _before: int = 0

    def start(self) -> None:
        """Start it and return when it answers."""
        process = _CONTEXT.Process(target=_serve, args=(str(self.folder), self.port, os.getpid()))
        process.start()
        self._process = process
        until = time.monotonic() + 120
        while not self._answers():
            if time.monotonic() > until:
                raise TimeoutError("the hub does not start")
            time.sleep(0.01)

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    @property
    def alive(self) -> bool:
        """Its process lives."""
        return self._process is not None and self._process.is_alive()

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.join()

    def struck(self) -> list[str]:
        """Return what has struck since the faults were set."""
        path = self.folder / STRUCK
        lines = path.read_text("ascii").splitlines() if path.exists() else []
        return lines[self._before :]

    def go_wrong(self, faults: Sequence[Fault], seed: int = 0) -> None:
        """Go wrong in these ways from the next call on."""
        self._before += len(self.struck())
        self.faults, self.seed = faults, seed
        set_faults(self.folder, faults, seed)

    def revive(self) -> None:
        """Start it again with the faults that have not struck yet."""
        left = []
        struck = self.struck()
        for fault in self.faults:
            line = f"{fault.operation} {fault.fault} {fault.code}"
            count = fault.count - struck.count(line)
            left += [_with(fault, count)] if count > 0 else []
        set_faults(self.folder, left, self.seed + len(struck))
        self.start()


def _with(fault: Fault, count: int) -> Fault:
    values: dict[str, Any] = {name: getattr(fault, name) for name in Fault.__slots__}
    return Fault(**values | {"count": count})


def _serve(folder: str, port: int, owner: int) -> None:
    data = Path(folder)
    once_office.belong(owner, data / "hub.log")
    agencies = data / "agencies.json"
    raise SystemExit(
        serve_hub(["--port", str(port), "--data", str(data), "--agencies", str(agencies)])
    )


@dataclass(slots=True)
class World:
    """Two offices and the hub between them, by one of its faces."""

    face: str
    hub: Hub
    sender: Home
    receiver: Home
    seeded: int = 0

    @classmethod
    def make(cls, folder: Path, face: str, databases: Sequence[str] = ()) -> "World":
        """Make a world; *databases*: URLs for the two offices, SQLite files without."""
        hub = Hub(folder / "hub")
        hub.folder.mkdir(parents=True)
        desks = [desk_of(code).agency for code in (SENDER, RECEIVER)]
        entries = [{"organ_id": a.organ_id, "name": a.name} for a in desks]
        (hub.folder / "agencies.json").write_text(json.dumps(entries), "utf-8")
        roots = make_pki(folder / "pki", []).roots
        homes = []
        for number, code in enumerate((SENDER, RECEIVER)):
            home = folder / ("sender", "receiver")[number]
            url = databases[number] if databases else f"sqlite:///{home}/congvan.db"
            _install(home, url, code, face, hub, roots)
            homes.append(Home(home, url))
        sender, receiver = homes
        return cls(face, hub, sender, receiver)

    def start(self) -> None:
        """Start hub and offices."""
        # without effect where the server of processes runs already
        _CONTEXT.set_forkserver_preload(["benchmarks.once_world"])
        self.hub.start()
        self.sender.start()
        self.receiver.start()

    def close(self) -> None:
        """End them."""
        for each in (self.sender, self.receiver, self.hub):
            each.kill()

    def tend(self) -> int:
        """Start again what died; return how many did."""
        died = 0
        if not self.hub.alive:
            self.hub.revive()
            died += 1
        for home in (self.sender, self.receiver):
            if not home.alive:
                home.start()
                died += 1
        return died

    def seed(self, count: int) -> list[str]:
        """Enter sealed documents whose messages are made; return their ids.

        By the product's own steps; only that nobody signed: a signature costs more than all else.
        """
        cabinet = open_cabinet(self.sender.folder)
        nothing: Any = None
        here = Office(cabinet.settings, cabinet.database, cabinet.blobs, nothing, nothing)
        try:
            with here.database.writing() as session:
                ids = [self._sealed(here, session) for _ in range(count)]
            with here.database.reading() as session:
                rows = [session.get_one(DocumentRow, each) for each in ids]
            made = [
                (dossier.row.id, messages.written(here, dossier))
                for dossier in messages.dossiers(here, rows)
            ]
            with here.database.writing() as session:
                for document_id, sha256 in made:
                    outgoing.prepared(session, document_id, sha256, here.now())
                    session.get_one(DocumentRow, document_id).held = False
        finally:
            here.database.close()
        return ids

    def _sealed(self, here: Office, session: Any) -> str:
        self.seeded += 1
        at = datetime.now(UTC)
        people = {person.role: person.id for person in desk_of(SENDER).people}
        pdf = _PDF + f"% {self.seeded}\n".encode()
        sha256, size = here.blobs.put(pdf), len(pdf)
        draft = Draft(
            organ_id=SENDER,
            type=DocumentType.DECISION,
            subject=f"Về việc kiểm tra lần {self.seeded}",
            recipients=(RECEIVER,),
            signer_id=people[Role.LEADER],
            drafter_id=people[Role.SPECIALIST],
            source_sha256=sha256,
            source_size=size,
            pdf_sha256=sha256,
            pdf_size=size,
            pages=1,
            placement=Placement(_BOX, _BOX, _BOX, _BOX, _BOX),
        )
        row = outgoing.create(session, draft, at)
        outgoing.decide(session, row.id, Step.SUBMIT, people[Role.SPECIALIST], at)
        outgoing.decide(session, row.id, Step.APPROVE, people[Role.LEADER], at)
        outgoing.signed(session, row.id, sha256, size, at)
        outgoing.numbered(session, row.id, at)
        outgoing.sealed(session, row.id, sha256, size, at)
        row.held = True  # until its message is made: the office is at work meanwhile
        return row.id


def _install(home: Path, url: str, code: str, face: str, hub: Hub, roots: Path) -> None:
    home.mkdir(parents=True)
    secret = secrets.token_hex(32)
    written_secret(home / "axis.secret", secret)
    Systems(hub.folder / SYSTEMS).add(code, frozenset({code}), secret)
    settings.write(
        home,
        name=home.name,
        database=url,
        trust_roots=str(roots),
        processes=1,
        axis={
            "kind": face,
            "url": f"http://127.0.0.1:{hub.port}{FACES[face]}",
            "system_id": code,
            "secret": "axis.secret",
        },
    )
    for sub in ("blobs", "keys"):
        (home / sub).mkdir()
    cabinet = open_cabinet(home)
    with cabinet.database.writing() as session:
        for organ_id in (SENDER, RECEIVER):
            desk, here = desk_of(organ_id), organ_id == code
            directory.put_agency(session, desk.agency, served=here, accepts_unsigned=here)
            for person in desk.people if here else ():
                key = person.id if person.role is Role.LEADER else ""  # a name; nobody signs
                directory.put_person(session, person, signing_key=key)
    cabinet.database.close()
