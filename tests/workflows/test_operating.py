"""What an operator meets: second starts, taken ports, databases away, what is lacking, set-up."""

import asyncio
import json
import logging
import multiprocessing
import os
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed
from sqlalchemy import column, event, table, text, update

from connectors.axis import MessageKind
from documents import claims, feedback, standstill
from documents.blobs import BlobsUnavailable
from documents.database import VERSION_TABLE, Database, SchemaUnknown
from documents.errors import Unavailable
from documents.lifecycle import Direction
from tests.workflows.fixtures import MakeDatabase
from tests.workflows.house import PROVINCE, House
from tests.workflows.worlds import Said, call
from workflows import equipment, rounds, worker_health
from workflows.commands import up
from workflows.instance import AlreadyRunning, Instance, take_lock
from workflows.jobs import Bench, Verify
from workflows.rounds import Round, failure
from workflows.settings import Settings, SettingsInvalid
from workflows.worker_health import WorkerHealth, worker_line, worker_lives
from workflows.worker_lock import WorkerRunning, sole_worker
from workflows.world import World

AT = datetime(2026, 11, 22, tzinfo=UTC)
ORGANISATION = {
    "agencies": [
        {
            **{"organ_id": "H99.02", "name": "Sở Nội vụ", "abbreviation": "SNV"},
            **{"place": "Sơn Hải", "served": True, "seal_key": "snv.seal"},
        },
    ],
    "people": [
        {
            **{"id": "snv.leader", "organ_id": "H99.02", "full_name": "Phan Thị Hồng Vân"},
            **{"position": "Giám đốc", "role": "leader", "signing_key": "snv.leader"},
        },
    ],
}
Init = Callable[..., Said]


@pytest.fixture
def init(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Init:
    """Run `congvan init` on the test's world."""
    return lambda *words: call(capsys, "init", tmp_path / "world", *words)


@pytest.fixture
def listener() -> Any:
    """A loopback port that another program listens on."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        yield taken


def port_of(listener: socket.socket) -> int:
    port: int = listener.getsockname()[1]
    return port


def organisation_file(folder: Path, organisation: dict[str, Any]) -> Path:
    path = folder / "organisation.json"
    path.write_text(json.dumps(organisation), "utf-8")
    return path


# --- starting twice, ports ----------------------------------------------------------------------


def test_a_second_start_leaves_the_ports_of_the_running_world_alone(
    tmp_path: Path, listener: socket.socket
) -> None:
    world = World(tmp_path, ("mot",), port_of(listener), port_of(listener))
    world.save()
    lock = take_lock(tmp_path)
    Instance(os.getpid(), "t", "", {}).write(tmp_path)
    with pytest.raises(AlreadyRunning):
        world.with_free_ports()
    assert World.load(tmp_path) == world
    lock.close()


def test_a_world_is_served_by_workers_that_no_supervisor_started(tmp_path: Path) -> None:
    world = World(tmp_path, ("mot",), 1, None)
    world.homes[0].mkdir()
    with sole_worker(world.homes[0]):
        assert world.is_served()
        with pytest.raises(AlreadyRunning):
            world.with_free_ports()
        with pytest.raises(WorkerRunning), sole_worker(world.homes[0]):
            pass
    assert not world.is_served()


def test_what_a_killed_supervisor_left_serves_nobody(tmp_path: Path) -> None:
    world = World(tmp_path, ("mot",), 1, None)
    world.homes[0].mkdir()
    Instance(1, "", "", {}).write(tmp_path)
    with sole_worker(world.homes[0]):
        assert not world.is_served()


def test_a_taken_port_is_left_to_whoever_has_it(tmp_path: Path, listener: socket.socket) -> None:
    world = World(tmp_path, (), 1, port_of(listener)).with_free_ports()
    assert world.hub_port not in {None, port_of(listener)}
    assert World.load(tmp_path).hub_port == world.hub_port


def test_a_part_is_started_in_this_process_on_the_ports_of_the_world(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    World(tmp_path, ("mot",), 23_456, 23_457).save()
    became: list[Any] = []

    def become(*call: Any) -> None:
        became.append(call)
        raise KeyboardInterrupt

    monkeypatch.setattr(up.os, "execve", become)
    assert call(capsys, "up", "--data", tmp_path, "--part", "worker-mot").code == 130
    program, words, environment = became[0]
    assert (program, words[-1]) == (words[0], str(tmp_path / "mot"))
    assert environment["PREFECT_API_URL"] == "http://127.0.0.1:23456/api"
    said = call(capsys, "up", "--data", tmp_path, "--part", "khong-co")
    assert (said.code, "world.part_unknown" in said.err) == (1, True)


# --- settings and databases ---------------------------------------------------------------------


@pytest.mark.parametrize("url", ["mysql://x", "postgresql+psycopg://u:secret@localhost/d"])
def test_a_database_url_that_cannot_be_used_is_refused_and_makes_nothing(
    init: Init, tmp_path: Path, url: str
) -> None:
    said = init("--database", url)
    assert (said.code, "settings.invalid" in said.err) == (1, True)
    assert "secret" not in said.err
    assert not (tmp_path / "world").exists()


def test_a_password_that_others_can_read_is_not_used(tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text("x", "utf-8")
    values = {
        "name": "mot",
        "database": "postgresql+psycopg://u@h/d",
        "database_password": password,
    }
    password.chmod(0o640)
    with pytest.raises(SettingsInvalid, match="600"):
        Settings.of(tmp_path, values).database_url()
    password.chmod(0o600)
    assert Settings.of(tmp_path, values).database_url() == "postgresql+psycopg://u:x@h/d"


def test_a_database_that_is_away_is_said_as_such_and_leaves_the_folder_free(
    init: Init, tmp_path: Path
) -> None:
    said = init("--database", "postgresql+psycopg://u@127.0.0.1:1/d")
    assert (said.code, "database.unavailable" in said.err) == (1, True)
    assert init().code == 0
    assert World.load(tmp_path / "world").installations == ("coquan",)


def test_a_database_of_a_newer_congvan_is_left_alone(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    with database.writing() as session:
        session.execute(update(table(VERSION_TABLE, column("version_num"))).values(version_num="9"))
    with pytest.raises(SchemaUnknown):
        database.upgrade()
    database.close()


def migrate(url: str) -> None:
    """What each of several processes does first."""
    database = Database(url)
    database.upgrade()
    database.close()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_processes_that_start_at_once_migrate_an_empty_database_once(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path, forkserver: None
) -> None:
    url = f"sqlite:///{tmp_path}/one.db"
    if kind == "postgresql":
        url = request.getfixturevalue("empty_postgres_url")
    context = multiprocessing.get_context("forkserver")
    started = [context.Process(target=migrate, args=(url,)) for _ in range(4)]
    for process in started:
        process.start()
    for process in started:
        process.join(60)
    assert [process.exitcode for process in started] == [0] * 4


# --- setting up ---------------------------------------------------------------------------------


def test_init_sets_up_on_postgresql_and_says_what_is_lacking_until_nothing_is(
    init: Init, house: House, tmp_path: Path, empty_postgres_url: str
) -> None:
    organisation = organisation_file(tmp_path, ORGANISATION)
    crls = [word for path in house.pki.crls for word in ("--crl", path)]
    database = ("--database", empty_postgres_url, "--blobs", tmp_path / "tep")
    said = init(*database, "--trust", house.pki.roots, *crls, "--organisation", organisation)
    assert said.code == 0
    assert "snv.seal" in said.out
    assert "snv.leader" in said.out
    home = tmp_path / "world" / "coquan"
    assert Settings.load(home).blobs == tmp_path / "tep"
    leader = next(iter(house.keys.glob("*leader.p12")))
    for stem in ("snv.leader", "snv.seal"):
        for suffix in (".p12", ".pass"):
            target = home / "keys" / f"{stem}{suffix}"
            target.write_bytes(leader.with_suffix(suffix).read_bytes())
            target.chmod(0o600)
    assert "!" not in init("--organisation", organisation).out


def test_init_enters_new_people_into_a_world_that_exists(init: Init, tmp_path: Path) -> None:
    people = ORGANISATION["people"]
    assert init("--organisation", organisation_file(tmp_path, ORGANISATION)).code == 0
    clerk = {"id": "snv.clerk", "full_name": "Trịnh Thu Trang", "role": "clerk"}
    more = {**ORGANISATION, "people": [*people, {**people[0], **clerk, "signing_key": ""}]}
    assert init("--organisation", organisation_file(tmp_path, more)).code == 0
    database = Database(Settings.load(tmp_path / "world" / "coquan").database_url())
    with database.reading() as session:
        found = session.scalars(text("SELECT id FROM person ORDER BY id")).all()
    database.close()
    assert found == ["snv.clerk", "snv.leader"]


def test_an_installation_on_an_axis_elsewhere_has_no_hub(init: Init, tmp_path: Path) -> None:
    assert init("--axis", "http://127.0.0.1:9/soap").code == 0
    world = World.load(tmp_path / "world")
    assert [child.name for child in world.children()] == ["prefect", "worker-coquan"]
    assert Settings.load(world.homes[0]).axis_access().url == "http://127.0.0.1:9/soap"


def test_an_expired_key_and_missing_roots_are_said_before_a_letter_needs_them(
    house: House, make_sqlite: MakeDatabase, tmp_path: Path
) -> None:
    home = tmp_path / "tinh"
    house.install(home, make_sqlite(), (PROVINCE,), trust_roots=str(tmp_path / "khong-co.pem"))
    office = house.open(home)
    person = house.add_expired_leader(office)
    lacking = equipment.lacking(office.settings, office.database, AT)
    assert [lack.rpartition("[")[2] for lack in lacking] == [
        "certificate.refused]",
        "trust.unavailable]",
    ]
    assert person.full_name in lacking[0]


def test_letters_wait_while_our_own_roots_cannot_be_read(house: House, tmp_path: Path) -> None:
    values = house.settings_of(tmp_path / "tinh", "sqlite:///x.db") | {
        "trust_roots": "khong-co.pem"
    }
    sha256 = Bench(Settings.of(tmp_path, values)).blobs.put(b"%PDF-1.7")
    with pytest.raises(Unavailable, match="khong-co"):
        Bench(Settings.of(tmp_path, values)).do(
            Verify(main=sha256, others=(), damaged=False, accepts_unsigned=False)
        )


def test_a_health_line_says_what_was_done_what_stands_still_and_what_is_lacking(
    tmp_path: Path,
) -> None:
    assert not worker_lives(tmp_path)
    assert "nothing known" in worker_line(tmp_path)
    health = WorkerHealth(tmp_path)
    health.ran("outgoing")
    health.failed("incoming", BlobsUnavailable("No space left"))
    health.stands({"blob.unavailable": 3}, [f"thiếu {number}" for number in range(9)])
    line = worker_line(tmp_path)
    assert worker_lives(tmp_path)
    for said in ("outgoing ", "3 × blob.unavailable", "! incoming: ", "! thiếu 2", "+6"):
        assert said in line
    assert "thiếu 3" not in line


def test_a_full_disk_does_not_end_a_worker_and_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    WorkerHealth(tmp_path / "khong-co").failed("outgoing", BlobsUnavailable("full"))
    WorkerHealth(tmp_path).write()
    monkeypatch.setattr(worker_health.shutil, "disk_usage", lambda _: SimpleNamespace(free=9 << 20))
    assert "nearly full: 9 MB" in worker_line(tmp_path)


def test_a_flow_that_fails_runs_ever_less_often_and_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def carry(_found: object) -> State[Any]:
        step: State[Any] = Failed(data=BlobsUnavailable("No space left"))
        return Failed(data=[Completed(data=1), step])

    pauses = rounds_of(tmp_path, monkeypatch, carry, turns=8)
    assert pauses == [0.6, 1.2, 2.4, 4.8, 9.6, 10.0, 10.0, 10.0]
    assert "blob.unavailable" in worker_line(tmp_path)


def test_prefect_away_is_said_in_a_line_not_in_a_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def carry(_found: object) -> State[Any]:
        raise httpx.ConnectError("All connection attempts failed")

    with caplog.at_level(logging.WARNING):
        rounds_of(tmp_path, monkeypatch, carry, turns=1)
    assert caplog.records == []
    assert "prefect.unavailable" in worker_line(tmp_path)


def test_a_fault_of_ours_is_logged_whole_and_ends_no_rounds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def carry(_found: object) -> State[Any]:
        raise ZeroDivisionError

    assert len(rounds_of(tmp_path, monkeypatch, carry, turns=3)) == 3
    assert all(record.exc_info for record in caplog.records)
    assert "ZeroDivisionError" in worker_line(tmp_path)


def rounds_of(
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    carry: Callable[[object], Any],
    turns: int,
) -> list[float]:
    """Make so many rounds that find something; return the pauses after them."""
    pauses: list[float] = []
    stop = asyncio.Event()

    async def wait_for(waiting: Any, seconds: float) -> None:
        waiting.close()
        pauses.append(round(seconds, 3))
        if len(pauses) == turns:
            stop.set()

    monkeypatch.setattr(rounds.asyncio, "wait_for", wait_for)
    here: Any = SimpleNamespace(settings=SimpleNamespace(poll_seconds=0.3))
    each = Round("outgoing", lambda _: True, carry)
    asyncio.run(each.go(here, WorkerHealth(home), stop))
    return pauses


def test_a_run_that_ended_well_has_no_failure() -> None:
    assert asyncio.run(failure(Completed(data=[Completed(data=1)]))) is None


# --- cost ---------------------------------------------------------------------------------------


def test_looking_for_work_reads_no_table_whole(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    asked: list[tuple[str, Any]] = []
    event.listen(
        database.engine,
        "before_cursor_execute",
        lambda _c, _cursor, statement, values, *_: asked.append((statement, values)),
    )
    with database.reading() as session:
        for direction in Direction:
            claims.waiting(session, "mot", direction, AT)
        claims.unopened(session, 1, MessageKind.EDOC)
        claims.kept(session)
        claims.unconfirmed(session, 1)
        feedback.unsent(session, AT, 1)
        standstill.by_error(session)
        plans = [
            (statement, row[3])
            for statement, values in list(asked)
            if statement.startswith("SELECT")
            for row in session.connection().exec_driver_sql(
                f"EXPLAIN QUERY PLAN {statement}", values
            )
        ]
    database.close()
    assert len(asked) >= 7
    assert [plan for plan in plans if plan[1].startswith("SCAN") and "INDEX" not in plan[1]] == []
