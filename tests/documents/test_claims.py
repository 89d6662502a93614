"""Leases: nobody carries what another carries, and what a dead worker had comes back."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, update

from documents import claims, directory
from documents.casefile import RETRY_PAUSES, pause, put_off
from documents.claims import LEASE
from documents.database import Database
from documents.directory import AgencyUnknown
from documents.document import Agency
from documents.errors import OfficeError, OutcomeUnknown, Unavailable
from documents.lifecycle import Direction, carried_states, states_of
from documents.tables import DocumentRow


def enter(database: Database, at: datetime, *rows: dict[str, object]) -> None:
    whole = {
        "direction": "outgoing",
        "organ_id": "H99.01",
        "state": "approved",
        "created_at": at,
        "updated_at": at,
        "type_name": "Công văn",
        "subject": "x",
        "sender_organ_id": "H99.01",
        "urgency": 0,
        "lease_owner": None,
        "lease_until": None,
        "next_attempt_at": None,
        "held": False,
    }
    with database.writing() as session:
        session.execute(insert(DocumentRow), [whole | row for row in rows])


def claim(
    database: Database, owner: str, at: datetime, limit: int = 100, only: list[str] | None = None
) -> list[str]:
    with database.writing() as session:
        return claims.due(session, owner, Direction.OUTGOING, at, limit, only)


def test_the_most_urgent_then_the_oldest_come_first(office: Database, at: datetime) -> None:
    hour = timedelta(hours=1)
    enter(
        office,
        at,
        {"id": "new", "created_at": at + hour},
        {"id": "old"},
        {"id": "urgent", "created_at": at + 2 * hour, "urgency": 2},
    )
    with office.reading() as session:
        assert claims.waiting(session, "a", Direction.OUTGOING, at)
    assert claim(office, "a", at, 1) == ["urgent"]
    assert claim(office, "b", at, 5) == ["old", "new"]
    assert claim(office, "c", at) == []
    with office.reading() as session:
        assert not claims.waiting(session, "c", Direction.OUTGOING, at)


def test_only_what_the_system_may_carry_now_is_claimed(office: Database, at: datetime) -> None:
    states = [{"id": state.value, "state": state.value} for state in states_of(Direction.OUTGOING)]
    enter(
        office,
        at,
        *states,
        {"id": "incoming", "direction": "incoming", "state": "fetched"},
        {"id": "held", "held": True},
        {"id": "resting", "next_attempt_at": at + timedelta(seconds=1)},
        {"id": "rested", "next_attempt_at": at},
    )
    carried = {state.value for state in carried_states(Direction.OUTGOING)}
    assert set(claim(office, "a", at)) == carried | {"rested"}
    assert claim(office, "b", at + timedelta(seconds=1)) == ["resting"]


def test_an_owner_gets_again_what_it_holds_and_holds_it_longer(
    office: Database, at: datetime
) -> None:
    enter(office, at, {"id": "d"})
    assert claim(office, "a", at) == ["d"]
    assert claim(office, "a", at + LEASE / 2) == ["d"]
    assert claim(office, "b", at + LEASE + timedelta(seconds=1)) == []


def test_only_narrows_the_choice(office: Database, at: datetime) -> None:
    enter(office, at, *({"id": name} for name in "abc"))
    assert claim(office, "w", at, only=["c", "missing"]) == ["c"]
    assert claim(office, "w", at, only=[]) == []


def test_an_expired_lease_is_free_again(office: Database, at: datetime) -> None:
    enter(office, at, {"id": "d"})
    assert claim(office, "a", at) == ["d"]
    assert claim(office, "b", at + LEASE) == []
    assert claim(office, "b", at + LEASE + timedelta(seconds=1)) == ["d"]


def test_released_documents_are_free(office: Database, at: datetime) -> None:
    enter(office, at, {"id": "d"}, {"id": "e"})
    assert set(claim(office, "a", at)) == {"d", "e"}
    with office.writing() as session:
        claims.release(session, "a", ["d"])
    assert claim(office, "b", at) == ["d"]


def test_a_lease_that_passed_to_another_is_not_given_up(office: Database, at: datetime) -> None:
    enter(office, at, {"id": "d"})
    late = at + LEASE + timedelta(seconds=1)
    assert claim(office, "a", at) == claim(office, "b", late) == ["d"]
    with office.writing() as session:
        claims.release(session, "a", ["d"])
    assert claim(office, "c", late) == []


def test_an_owner_that_starts_anew_gives_up_only_its_own_leases(
    office: Database, at: datetime
) -> None:
    enter(office, at, *({"id": name} for name in "abcd"))
    assert claim(office, "one", at, 3, ["a", "b", "c"])
    assert claim(office, "two", at) == ["d"]
    with office.writing() as session:
        assert claims.release_owner(session, "one") == 3
        assert claims.release_owner(session, "nobody") == 0
    assert set(claim(office, "three", at)) == {"a", "b", "c"}


def test_claimers_never_get_the_same_document(office: Database, at: datetime) -> None:
    names = [f"d{n:03d}" for n in range(120)]
    enter(office, at, *({"id": name} for name in names))
    together = threading.Barrier(5)
    claimed: list[str] = []

    def work(owner: str) -> None:
        together.wait(30)
        empty = turn = 0
        while empty < 3 and turn < 200:  # SKIP LOCKED may find nothing while others hold their rows
            turn += 1
            got = claim(office, f"{owner}.{turn}", at, 7)
            claimed.extend(got)
            empty = 0 if got else empty + 1

    threads = [threading.Thread(target=work, args=(f"w{n}",)) for n in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    claimed.extend(claim(office, "last", at))
    assert sorted(claimed) == names


def test_a_claimer_does_not_wait_for_another_on_postgresql(
    postgres_url: str, at: datetime, make_agency: Callable[..., Agency]
) -> None:
    database = Database(postgres_url)
    with database.writing() as session:
        directory.put_agency(session, make_agency())
    enter(database, at, {"id": "a"}, {"id": "b"})
    with database.writing() as first:
        assert len(claims.due(first, "one", Direction.OUTGOING, at, 1)) == 1
        with database.writing() as second:
            assert len(claims.due(second, "two", Direction.OUTGOING, at, 5)) == 1
    database.close()


@pytest.mark.parametrize(
    ("error", "held"),
    [
        (Unavailable("down"), False),
        (OutcomeUnknown("no answer"), False),
        (AgencyUnknown("H1"), True),
    ],
)
def test_what_was_down_is_tried_again_and_anything_else_waits_for_a_person(
    office: Database, at: datetime, error: OfficeError, held: bool
) -> None:
    enter(office, at, {"id": "d"})
    for turn in range(1, 9):
        with office.writing() as session:
            put_off(session, "d", error, at)
            row = session.get_one(DocumentRow, "d")
            assert row.held is held
            wanted = None if held else at + timedelta(seconds=RETRY_PAUSES[min(turn, 6) - 1])
            assert row.next_attempt_at == wanted
            assert (row.error_code, row.attempts) == (error.code, turn)
    assert claim(office, "a", at) == []
    assert claim(office, "a", at + timedelta(days=1)) == ([] if held else ["d"])


def test_pauses_grow_and_then_stay() -> None:
    pauses = [pause(attempts) for attempts in range(1, 20)]
    assert pauses == sorted(pauses)
    assert pauses[-1] == timedelta(seconds=RETRY_PAUSES[-1])


def test_the_backlog_counts_by_direction_and_state(office: Database, at: datetime) -> None:
    enter(office, at, *({"id": name} for name in "ab"), {"id": "s", "state": "signed"})
    with office.writing() as session:
        session.execute(update(DocumentRow).where(DocumentRow.id == "b").values(state="filed"))
    with office.reading() as session:
        assert claims.backlog(session) == {
            "outgoing.approved": 1,
            "outgoing.signed": 1,
            "outgoing.filed": 1,
        }
