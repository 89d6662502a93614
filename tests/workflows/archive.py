"""An installation whose signatures are to last, with a TSA, OCSP and lists on loopback."""

import pickle
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.memory_axis import InMemoryAxis
from documents import casefile, ledger
from documents import preservation as queue
from documents.errors import OfficeError
from documents.tables import UpgradeRow
from signing.testpki import Subject, TestPki, make_pki
from signing.testservices import OCSP, TSA, TestServices
from tests.workflows.fixtures import MakeDatabase
from tests.workflows.house import (
    MINISTRY,
    PROVINCE,
    House,
    approve,
    hand_in,
    issue,
    leader_of,
    seal_of,
)
from tests.workflows.hubs import catalogue
from tests.workflows.worlds import make_world
from workflows import backlog, levels, preservation
from workflows.jobs import Bench, Done, Job
from workflows.office import Office
from workflows.settings import Settings


def piped(value: Any) -> Any:
    return pickle.loads(pickle.dumps(value))  # noqa: S301  (our own)


@dataclass
class Here:
    """A workshop without processes: what goes in and out could have gone through a pipe."""

    settings: Settings
    jobs: list[str] = field(default_factory=list)

    def run(self, jobs: Sequence[Job]) -> list[Done | OfficeError]:
        return list(self.each(jobs))

    def each(self, jobs: Sequence[Job]) -> Iterator[Done | OfficeError]:
        bench = Bench(self.settings)
        for job in jobs:
            self.jobs.append(type(job).__name__)
            try:
                answer: Done | OfficeError = bench.do(piped(job))
            except OfficeError as error:
                answer = error
            yield piped(answer)

    def close(self) -> None:
        """Nothing to end."""


@dataclass
class Archive:
    """An office whose signatures are to last, and the services it asks."""

    office: Office
    services: TestServices
    pki: TestPki

    def pass_time(self, time: timedelta) -> None:
        """Let everybody's clock go on; what each process remembers is forgotten."""
        later = self.office.now() + time
        self.office.now = self.services.now = lambda: later
        forget()

    def issue(self) -> str:
        """Issue a letter from approval to the axis."""
        document_id = approve(self.office, hand_in(self.office, PROVINCE, (MINISTRY,)))
        issue(self.office, [document_id])
        return document_id

    def work_off(self) -> None:
        """Do what the worker's round does."""
        if ids := backlog.preservation_due(self.office):
            preservation.preserve(self.office, ids)

    def upgrade(self, document_id: str) -> UpgradeRow | None:
        with self.office.database.reading() as session:
            return queue.of_document(session, document_id)

    def revisions(self, document_id: str) -> dict[str, bytes]:
        """Return the newest revision of each kind."""
        with self.office.database.reading() as session:
            rows = casefile.revisions_of(session, document_id)
        return {row.kind: self.office.blobs.get(row.sha256) for row in rows}

    def steps(self, document_id: str) -> list[str]:
        with self.office.database.reading() as session:
            return [row.step for row in ledger.history(session, document_id)]


def forget() -> None:
    """Forget what a process remembers of the TSA and of revocation."""
    levels._timestamper.cache_clear()
    levels._revocations.cache_clear()


@pytest.fixture(scope="session")
def served_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, TestServices]]:
    folder = tmp_path_factory.mktemp("served-house")
    services = TestServices()
    leader, seal = leader_of(PROVINCE), seal_of(PROVINCE)
    agency = "Ủy ban nhân dân tỉnh Sơn Hải"
    subjects = (
        Subject(leader.id, leader.full_name, agency, algorithm="p256"),
        Subject(seal, agency, agency, kind="seal", algorithm="p256"),
        Subject(TSA, "TSA", "TEST", kind="tsa", algorithm="p256"),
        Subject(OCSP, "OCSP", "TEST", kind="ocsp", algorithm="p256"),
    )
    pki = make_pki(folder / "pki", subjects, services.address)
    (folder / "keys").mkdir(mode=0o700)
    (folder / "blobs").mkdir()
    for stem in (leader.id, seal):
        for suffix in ("p12", "pass"):
            shutil.copy(pki.folder / f"{stem}.{suffix}", folder / "keys")
    services.serve(pki)
    yield House(folder, pki, None), services  # type: ignore[arg-type]
    services.close()


MakeArchive = Callable[..., Archive]


@pytest.fixture
def make_archive(
    served_house: tuple[House, TestServices],
    make_sqlite: MakeDatabase,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[MakeArchive]:
    # a busy machine is no slow TSA
    monkeypatch.setattr("signing.timestamps.SLOW_SECONDS", 60)
    house, services = served_house

    def make(level: str = "B-LTA", **changed: Any) -> Archive:
        home = tmp_path / "the-gioi" / "tinh"
        wished = {"signature_level": level, "tsa_url": services.tsa_url, "tsa_seconds": 20}
        config = house.install(
            home, make_sqlite(), (PROVINCE,), crls=[], **wished | {"tsa_patience": 60} | changed
        )
        make_world(home.parent, home.name)
        office = house.open(home, InMemoryAxis(catalogue()), Here(config))  # type: ignore[arg-type]
        return Archive(office, services, house.pki)

    yield make
    for office in house._offices:
        if office.archive is not None:
            office.archive.close()
    house.close_offices()
    services.go_on.set()
    services.faults.clear()
    services.hits.clear()
    services.revoked.clear()
    services.go_on.clear()
    services.now = lambda: datetime.now(UTC)
    forget()
