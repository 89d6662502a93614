"""A batch gives every document its result once, whoever dies, races or changes their mind."""

import threading
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from documents import batches, outgoing
from documents.batch import (
    BatchInvalid,
    BatchKeyUsed,
    BatchState,
    BatchUnknown,
    Order,
    Outcome,
    Wanted,
)
from documents.casefile import DocumentUnknown
from documents.document import Role
from documents.errors import Unavailable
from documents.lifecycle import Step
from documents.right_holder import At
from documents.tables import BatchRow, DocumentRow
from tests.workflows.deaths import Killed, dies_at
from tests.workflows.deferred_places import LEADER, Place
from tests.workflows.house import HOME_AFFAIRS, PROVINCE, document, hand_in, person_of, steps_of
from tests.workflows.phones import later
from workflows import batch_actions, batch_runner, faultpoint

CLERK = person_of(PROVINCE, Role.CLERK).id


def submitted(place: Place, count: int = 1) -> list[Wanted]:
    """Return documents that wait for the leader, as the leader saw them."""
    found = []
    for _ in range(count):
        document_id = hand_in(place.office, PROVINCE, (HOME_AFFAIRS,))
        with place.office.database.writing() as session:
            row = session.get_one(DocumentRow, document_id)
            at = place.office.now()
            outgoing.decide(session, document_id, Step.SUBMIT, row.drafter_id or "", at)
            found.append(Wanted(row.id, row.state, row.current_sha256 or ""))
    return found


def ask(
    place: Place,
    wanted: Sequence[Wanted],
    action: str = "approve",
    *,
    who: str = LEADER,
    key: str = "k",
    **arguments: str,
) -> BatchRow:
    with place.office.database.writing() as session:
        return batches.ask(
            session, At(who, PROVINCE), action, wanted, arguments, key, place.office.now()
        )


def outcomes(place: Place, batch: BatchRow) -> list[tuple[str, str | None]]:
    with place.office.database.reading() as session:
        return [(i.outcome, i.error_code) for i, _ in batches.items(session, batch.id)]


def state(place: Place, batch: BatchRow) -> str:
    with place.office.database.reading() as session:
        return session.get_one(BatchRow, batch.id).state


def test_each_document_is_decided_for_itself(each_place: Place) -> None:
    good, moved, other = submitted(each_place, 3)
    with each_place.office.database.writing() as session:
        at = each_place.office.now()
        outgoing.decide(session, moved.document_id, Step.RETURN, LEADER, at, "x" * 10)
    stale = Wanted(other.document_id, other.state, "0" * 64)
    batch = ask(each_place, [good, moved, stale])
    assert batch_runner.carry(each_place.office, batch.id) == 3
    assert outcomes(each_place, batch) == [
        ("done", None),
        ("refused", "batch.document_moved"),
        ("refused", "document.version_moved"),
    ]
    assert state(each_place, batch) == BatchState.DONE
    assert [document(each_place.office, w.document_id).state for w in (good, moved, stale)] == [
        *("approved", "returned", "submitted")
    ]
    assert batch_runner.carry(each_place.office, batch.id) == 0


@pytest.mark.parametrize("point", faultpoint.BATCHES)
def test_who_dies_anywhere_is_followed_and_nothing_is_done_twice(
    point: str, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = submitted(place, 2)
    batch = ask(place, wanted)
    dies_at(point, monkeypatch, "batch_runner")
    with pytest.raises(Killed):
        batch_runner.carry(place.office, batch.id)
    assert batch_runner.take_over(place.office) == 0  # the dead one's lease still holds
    later(place.office, minutes=2)
    assert batch_runner.take_over(place.office) == (1 if point == "batch.recorded" else 2)
    assert outcomes(place, batch) == [("done", None)] * 2
    for each in wanted:
        assert steps_of(place.office, each.document_id).count("approve") == 1


def test_a_process_that_ends_hands_the_rest_over_at_once(place: Place) -> None:
    batch = ask(place, submitted(place, 2))
    assert batch_runner.carry(place.office, batch.id, lambda: True) == 1
    assert batch_runner.take_over(place.office) == 1
    assert outcomes(place, batch) == [("done", None)] * 2


def test_two_carriers_at_once_give_each_document_one_result(
    each_place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = submitted(each_place, 3)
    batch = ask(each_place, wanted)
    monkeypatch.setattr(batches, "LEASE", timedelta(0))  # as if each thought the other dead
    threads = [
        threading.Thread(target=batch_runner.carry, args=(each_place.office, batch.id))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert outcomes(each_place, batch) == [("done", None)] * 3
    for each in wanted:
        assert steps_of(each_place.office, each.document_id).count("approve") == 1


def test_the_same_form_again_is_the_same_batch_and_another_wish_is_refused(place: Place) -> None:
    wanted = submitted(place, 1)
    assert ask(place, wanted).id == ask(place, wanted).id
    with pytest.raises(BatchKeyUsed):
        ask(place, wanted, "return", reason="Sửa lại trích yếu")


def test_what_has_not_begun_can_be_cancelled(place: Place) -> None:
    batch = ask(place, submitted(place, 2))
    with place.office.database.writing() as session:
        row = batches.own(session, LEADER, batch.id)
        assert batches.cancel(session, row, place.office.now()) == 2
    assert batch_runner.carry(place.office, batch.id) == 0
    assert outcomes(place, batch) == [("cancelled", None)] * 2
    assert state(place, batch) == BatchState.DONE


def test_what_was_unavailable_can_be_tried_again(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    down = [True]

    def flaky(session: Session, order: Order, at: datetime) -> str:
        session.get_one(DocumentRow, order.document_id).subject = "never kept"
        if down:
            raise Unavailable("the axis")
        return "xong"

    monkeypatch.setitem(
        batch_actions._actions, "flaky", batch_actions.Action("flaky", "Thử", flaky)
    )
    wanted = submitted(place, 1)
    batch = ask(place, wanted, "flaky")
    batch_runner.carry(place.office, batch.id)
    assert outcomes(place, batch) == [("unavailable", "office.error")]
    assert document(place.office, wanted[0].document_id).subject != "never kept"
    down.clear()
    with place.office.database.writing() as session:
        row = batches.own(session, LEADER, batch.id)
        assert batches.retry(session, row, place.office.now()) == 1
    batch_runner.carry(place.office, batch.id)
    assert outcomes(place, batch) == [("done", None)]


def test_an_error_of_ours_is_an_outcome_and_the_next_document_goes_on(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []

    def broken(session: Session, order: Order, at: datetime) -> str:
        calls.append(order.document_id)
        if len(calls) == 1:
            raise KeyError("x")
        return ""

    monkeypatch.setitem(
        batch_actions._actions, "broken", batch_actions.Action("broken", "Hỏng", broken)
    )
    batch = ask(place, submitted(place, 2), "broken")
    batch_runner.carry(place.office, batch.id)
    assert outcomes(place, batch) == [("unavailable", "batch.fault"), ("done", None)]


def test_an_action_that_nobody_knows_is_refused(place: Place) -> None:
    batch = ask(place, submitted(place, 1), "no-such-action")
    batch_runner.carry(place.office, batch.id)
    assert outcomes(place, batch) == [("refused", "batch.action_unknown")]


def test_whoever_has_not_the_right_gets_a_refusal_for_each(place: Place) -> None:
    batch = ask(place, submitted(place, 1), who=CLERK)
    batch_runner.carry(place.office, batch.id)
    assert [outcome for outcome, _ in outcomes(place, batch)] == [Outcome.REFUSED]


def test_nobody_asks_for_what_their_agency_does_not_have(place: Place) -> None:
    with pytest.raises(DocumentUnknown):
        ask(place, [Wanted("no-such-document")])


def test_somebody_elses_batch_is_not_to_be_found(place: Place) -> None:
    batch = ask(place, submitted(place, 1))
    with place.office.database.reading() as session, pytest.raises(BatchUnknown):
        batches.own(session, CLERK, batch.id)


@pytest.mark.parametrize(("count", "key"), [(0, "k"), (1001, "k"), (1, ""), (1, "k" * 65)], ids=str)
def test_no_documents_too_many_or_no_key_is_no_batch(place: Place, count: int, key: str) -> None:
    with pytest.raises(BatchInvalid):
        ask(place, [Wanted(str(number)) for number in range(count)], key=key)
