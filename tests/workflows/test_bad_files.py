"""A file that kills or hangs its process costs itself, never its pouch."""

from collections.abc import Iterator, Sequence

import pytest

from connectors.memory_axis import InMemoryAxis
from documents.errors import OfficeError
from documents.lifecycle import Direction
from tests.workflows.house import (
    HOME_AFFAIRS,
    OFFICE,
    PROVINCE,
    House,
    approve,
    document,
    documents,
    hand_in,
    issue,
    parcels,
    receive,
)
from tests.workflows.processes import Deadly, Endless, Stuck
from tests.workflows.small_world import RECIPIENTS, put, with_file
from workflows.jobs import Done, Job, Open
from workflows.office import Office
from workflows.workshop import FileTooHard, Workshop


@pytest.fixture
def hasty(house: House, office: Office) -> Iterator[Workshop]:
    """A workshop that gives a file four seconds: ample for an honest one on a busy machine."""
    workshop = Workshop(house.workshop._settings.model_copy(update={"file_seconds": 4.0}))
    office.workshop = workshop
    yield workshop
    workshop.close()


@pytest.mark.parametrize("culprit", [Deadly, Endless, Stuck])
def test_a_file_that_kills_or_hangs_its_process_costs_itself_alone(
    culprit: type[Open], hasty: Workshop, sealed: tuple[bytes, bytes], office: Office
) -> None:
    good = Open(OFFICE, "x", office.blobs.put(sealed[0]))
    answers = hasty.run([good, culprit(), good, good])
    assert [isinstance(answer, FileTooHard) for answer in answers] == [False, True, False, False]
    assert all("H99," in str(answer) for answer in (answers[0], answers[2], answers[3]))


def instead(office: Office, bad: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the job about the blob *bad* kill its process."""
    real = office.workshop.each

    def each(jobs: Sequence[Job]) -> Iterator[Done | OfficeError]:
        about = ((getattr(job, "sha256", ""), getattr(job, "main", "")) for job in jobs)
        return real(
            [Deadly() if bad in blobs else job for job, blobs in zip(jobs, about, strict=True)]
        )

    monkeypatch.setattr(office.workshop, "each", each)


def test_a_message_that_kills_its_process_is_junk_and_the_pouch_goes_on(
    office: Office,
    axis: InMemoryAxis,
    sealed: tuple[bytes, bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bad = with_file(sealed[0], b"bad", key="bad")
    put(axis, "good", sealed[0])
    put(axis, "bad", bad)
    instead(office, office.blobs.put(bad), monkeypatch)
    receive(office)
    assert sorted(parcel.outcome for parcel in parcels(office)) == ["junk", "opened"]
    (junk,) = [parcel for parcel in parcels(office) if parcel.outcome == "junk"]
    assert "workshop.file_too_hard" in (junk.error or "")
    assert [row.state for row in documents(office, Direction.INCOMING)] == ["registered"]
    assert axis.pending([OFFICE]) == []


def test_a_pdf_that_kills_its_process_is_quarantined_and_the_pouch_goes_on(
    office: Office,
    axis: InMemoryAxis,
    sealed: tuple[bytes, bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put(axis, "good", sealed[0])
    put(axis, "bad", with_file(sealed[0], b"%PDF-1.4 hard", key="bad"))
    instead(office, office.blobs.put(b"%PDF-1.4 hard"), monkeypatch)
    receive(office)
    states = {row.document_key: row for row in documents(office, Direction.INCOMING)}
    assert states["bad"].state == "quarantined"
    assert "workshop.file_too_hard" in (states["bad"].error_text or "")
    assert sorted(row.state for row in states.values()) == ["quarantined", "registered"]


def test_a_draft_that_kills_its_process_is_held_and_the_pouch_goes_on(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = approve(office, hand_in(office, HOME_AFFAIRS, (PROVINCE,)))
    good = approve(office, hand_in(office, PROVINCE, RECIPIENTS))
    instead(office, document(office, bad).current_sha256 or "", monkeypatch)
    issue(office, [bad, good])
    row = document(office, bad)
    assert (row.state, row.held, row.error_code) == ("approved", True, "workshop.file_too_hard")
    assert document(office, good).state == "dispatched"


def test_all_worker_processes_start_at_the_first_job(house: House) -> None:
    workshop = Workshop(house.workshop._settings.model_copy(update={"processes": 3}))
    workshop.run([Open(OFFICE, "x", "0" * 64)])
    assert len(workshop._started()._processes) == 3
    workshop.close()


def test_pools_that_break_while_jobs_are_handed_in_are_given_up_at_once(house: House) -> None:
    for _ in range(3):
        workshop = Workshop(house.workshop._settings.model_copy(update={"processes": 2}))
        answers = workshop.run([Deadly(), Deadly(), Deadly()])
        assert all(isinstance(answer, FileTooHard) for answer in answers)
        workshop.close()
