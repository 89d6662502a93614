"""The journey never waits for a TSA; what signatures lack is made good later, whatever fails."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from documents import casefile
from documents import preservation as queue
from documents.errors import OfficeError
from documents.level import Level
from signing.preservation import level_of
from signing.report import Indication
from signing.testservices import Fault
from signing.validation import verify
from tests.workflows.archive import MakeArchive, forget
from tests.workflows.deaths import Killed, dies_at
from tests.workflows.house import assert_sound, document
from tests.workflows.worlds import Said, call
from workflows import backlog, preservation
from workflows.engine_session import engine_session
from workflows.office import patient, serving
from workflows.outgoing import attempted
from workflows.rounds import failure
from workflows.settings import Settings, SettingsInvalid
from workflows.workshop import Workshop


def test_with_the_default_nothing_is_asked_and_nothing_waits(make_archive: MakeArchive) -> None:
    archive = make_archive("B-B")
    document_id = archive.issue()
    assert document(archive.office, document_id).state == "dispatched"
    assert archive.upgrade(document_id) is None
    assert backlog.preservation_due(archive.office) == []
    assert not archive.services.hits


def test_signatures_are_stamped_and_the_archive_copy_lasts(make_archive: MakeArchive) -> None:
    archive = make_archive()
    document_id = archive.issue()
    sealed = archive.revisions(document_id)["sealed"]
    assert level_of(sealed) is Level.B_T
    archive.work_off()
    row = archive.upgrade(document_id)
    assert row is not None
    assert (row.reached, row.error_code, row.attempts) == ("B-LTA", None, 0)
    assert row.done_at is not None
    assert row.renew_before == datetime(2040, 1, 1, tzinfo=UTC)
    copy = archive.revisions(document_id)["preserved"]
    assert level_of(copy) is Level.B_LTA
    assert copy.startswith(sealed)
    trust = archive.pki.trust()
    assert verify(copy, trust).verdict is Indication.TOTAL_PASSED
    assert backlog.preservation_due(archive.office) == []
    assert "degrade" not in archive.steps(document_id)
    assert archive.steps(document_id)[-1] == "preserve"
    assert_sound(archive.office)


def test_what_was_dispatched_stays_as_it_was_sent(make_archive: MakeArchive) -> None:
    archive = make_archive()
    document_id = archive.issue()
    before = document(archive.office, document_id)
    archive.work_off()
    after = document(archive.office, document_id)
    assert (after.current_sha256, after.message_sha256) == (
        before.current_sha256,
        before.message_sha256,
    )
    assert (
        archive.office.blobs.get(after.current_sha256 or "")
        == (archive.revisions(document_id)["sealed"])
    )


def test_a_tsa_that_is_down_for_days_stops_no_letter_and_is_made_good(
    make_archive: MakeArchive,
) -> None:
    archive = make_archive()
    archive.services.faults["tsa"] = Fault.DOWN
    ids = [archive.issue() for _ in range(3)]
    assert {document(archive.office, each).state for each in ids} == {"dispatched"}
    assert level_of(archive.revisions(ids[0])["sealed"]) is Level.B_B
    assert archive.steps(ids[0]).count("degrade") == 2
    pauses = []
    for _ in range(8):
        with pytest.raises(OfficeError, match=r"timestamp\.unavailable"):
            archive.work_off()
        row = archive.upgrade(ids[0])
        assert row is not None
        assert row.next_attempt_at is not None
        pauses.append(row.next_attempt_at - archive.office.now())
        archive.work_off()  # not due: nothing is asked
        archive.pass_time(pauses[-1])
    assert pauses == sorted(pauses)
    assert pauses[-1] == timedelta(hours=1)
    assert backlog.standing_still(archive.office) == {"timestamp.unavailable": 3}
    archive.pass_time(timedelta(days=3))
    archive.services.faults.clear()
    archive.work_off()
    assert {level_of(archive.revisions(each)["preserved"]) for each in ids} == {Level.B_LTA}
    assert backlog.standing_still(archive.office) == {}
    assert_sound(archive.office)


def test_a_slow_tsa_holds_a_letter_no_longer_than_the_settings_say(
    make_archive: MakeArchive,
) -> None:
    archive = make_archive(tsa_seconds=0.2)
    archive.services.faults["tsa"] = Fault.SLOW
    document_id = archive.issue()  # would never end
    assert document(archive.office, document_id).state == "dispatched"
    assert archive.services.hits["tsa"] == 1  # the seal did not ask what had just failed
    row = archive.upgrade(document_id)
    assert row is not None
    assert (row.reached, row.wanted) == ("B-B", "B-LTA")


def test_without_revocation_data_the_copy_is_stamped_at_once_and_raised_later(
    make_archive: MakeArchive,
) -> None:
    archive = make_archive()
    archive.services.faults |= {"tsa": Fault.DOWN, "ocsp": Fault.DOWN, "crl": Fault.ERROR}
    document_id = archive.issue()
    forget()
    del archive.services.faults["tsa"]
    archive.work_off()
    row = archive.upgrade(document_id)
    assert row is not None
    assert (row.reached, row.error_code) == ("B-T", "revocation.unavailable")
    assert row.done_at is None
    archive.services.faults.clear()
    archive.pass_time(timedelta(minutes=5))
    archive.work_off()
    row = archive.upgrade(document_id)
    assert row is not None
    assert (row.reached, row.error_code) == ("B-LTA", None)
    assert archive.steps(document_id).count("preserve") == 2


def test_an_archive_copy_is_renewed_before_its_timestamp_ends(
    make_archive: MakeArchive,
) -> None:
    archive = make_archive()
    document_id = archive.issue()
    archive.work_off()
    first = archive.revisions(document_id)["preserved"]
    row = archive.upgrade(document_id)
    assert row is not None
    assert row.next_attempt_at == datetime(2040, 1, 1, tzinfo=UTC) - queue.RENEW_AHEAD
    archive.pass_time(row.next_attempt_at - archive.office.now())
    archive.work_off()
    second = archive.revisions(document_id)["preserved"]
    assert second.startswith(first)
    assert len(second) > len(first)
    row = archive.upgrade(document_id)
    assert row is not None
    # the TSA's certificate still ends in a month: no renewal after renewal until then
    assert row.next_attempt_at is not None
    pause = row.next_attempt_at - archive.office.now()
    assert abs(pause - queue.RENEW_AHEAD / 2) < timedelta(seconds=1)
    archive.work_off()
    assert archive.steps(document_id).count("preserve") == 2


def test_b_t_alone_waits_only_where_a_signature_lacks_it(make_archive: MakeArchive) -> None:
    archive = make_archive("B-T")
    assert archive.upgrade(archive.issue()) is None
    archive.services.faults["tsa"] = Fault.ERROR
    document_id = archive.issue()
    archive.services.faults.clear()
    forget()
    archive.work_off()
    row = archive.upgrade(document_id)
    assert row is not None
    assert (row.reached, row.renew_before is None) == ("B-T", False)
    assert level_of(archive.revisions(document_id)["preserved"]) is Level.B_T
    assert set(archive.services.hits) == {"tsa"}


@pytest.mark.parametrize("point", ["preserve.done", "preserve.recorded"])
def test_a_process_killed_on_its_way_leaves_what_the_next_one_heals(
    make_archive: MakeArchive, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    archive = make_archive()
    document_id = archive.issue()

    with monkeypatch.context() as patched:
        dies_at(point, patched, "preservation")
        with pytest.raises(Killed):
            archive.work_off()
    archive.work_off()
    assert archive.steps(document_id).count("preserve") == 1
    assert level_of(archive.revisions(document_id)["preserved"]) is Level.B_LTA
    assert_sound(archive.office)


def test_two_workers_do_not_raise_the_same_copy(make_archive: MakeArchive) -> None:
    archive = make_archive()
    document_id = archive.issue()
    office, at = archive.office, archive.office.now()
    with office.database.writing() as session:
        assert queue.due(session, "first", at, 10) == [document_id]
        assert queue.due(session, "second", at, 10) == []
        assert queue.due(session, "second", at + queue.LEASE * 2, 10) == [document_id]


def test_a_copy_that_cannot_be_raised_keeps_no_other_one_waiting(
    make_archive: MakeArchive,
) -> None:
    archive = make_archive()
    bad, good = archive.issue(), archive.issue()
    with archive.office.database.reading() as session:
        (sealed,) = [r for r in casefile.revisions_of(session, bad) if r.kind == "sealed"]
    path = archive.office.blobs.path(sealed.sha256)
    kept = path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(b"rot")
    try:
        archive.work_off()
    finally:
        path.write_bytes(kept)
    row = archive.upgrade(bad)
    assert row is not None
    assert row.error_code is not None
    assert level_of(archive.revisions(good)["preserved"]) is Level.B_LTA


def test_people_see_what_waits_and_why(
    make_archive: MakeArchive, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = make_archive()
    archive.services.faults["tsa"] = Fault.ERROR
    document_id = archive.issue()
    world = archive.office.settings.home.parent
    said: Said = call(capsys, "show", "--waiting", "--json", "--data", world)
    assert '"B-LTA"' in said.out
    assert "HTTP 503" in said.out
    assert "timestamp.unavailable" in said.out
    assert "B-B → B-LTA" in call(capsys, "show", document_id, "--data", world).out


def test_the_archive_waits_in_a_process_of_its_own(
    make_archive: MakeArchive, forkserver: None
) -> None:
    archive = make_archive()
    document_id = archive.issue()
    archive.office.archive = Workshop(patient(archive.office.settings))
    assert archive.office.archivists is not archive.office.workshop
    archive.work_off()
    assert level_of(archive.revisions(document_id)["preserved"]) is Level.B_LTA


async def carried(ids: list[str]) -> None:
    """Run the flow as the worker does."""
    async with engine_session():
        state = await attempted(preservation.preservation, ids)
    assert await failure(state) is None


def test_the_flow_works_the_queue_off(make_archive: MakeArchive, prefect_server: object) -> None:
    archive = make_archive()
    document_id = archive.issue()
    with serving(archive.office):
        asyncio.run(carried([document_id]))
    assert level_of(archive.revisions(document_id)["preserved"]) is Level.B_LTA


def test_a_level_needs_a_tsa(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match="tsa_url"):
        Settings.of(tmp_path, {"name": "x", "signature_level": "B-T"})
