"""Recalling: what is asked of whom, what is frozen, and what the answers do."""

from datetime import timedelta

import pytest
from sqlalchemy import text, update

from documents import change_listing, change_messages, changes, deliveries, ledger, outgoing
from documents.change import (
    ChangeKind,
    ChangeNotPossible,
    ChangeReasonMissing,
    ChangeUnderway,
    DispatchRunning,
)
from documents.change_letters import Asks, plan, planned
from documents.delivery import DeliveryState
from documents.departure import StatusDeparture
from documents.document import Role
from documents.errors import StepRefused
from documents.lifecycle import Step
from documents.tables import DocumentRow
from tests.documents.change_offices import REASON, RECEIVER, SENDER, Offices

CLERK = f"{SENDER}-{Role.CLERK}"
THIRD = "H99.03"


def file(offices: Offices, document: str) -> None:
    with offices.sender.writing() as session:
        outgoing.decide(session, document, Step.FILE, CLERK, offices.now())


def answer(offices: Offices, document: str, code: str, **given: str) -> bool:
    """Let a recipient answer what was asked about the document."""
    (asked, *_) = offices.changes(offices.sender, document)
    offices.axis.setdefault(asked.id, _departure(offices, asked.id))
    values = {"organ_id": SENDER, "code": code, "note": f"note {code}", "axis_id": f"a-{code}"}
    values |= {"reporter_organ_id": RECEIVER, "message_sha256": code * 32}
    return offices.tell(asked.id, **values | given)


def _departure(offices: Offices, change: str) -> StatusDeparture:
    with offices.sender.writing() as session:
        session.execute(text("UPDATE change SET owed = true WHERE id = :id"), {"id": change})
        (owed,) = change_messages.owed(session, [change])
    return owed.departure


def steps(offices: Offices, document: str) -> list[str]:
    with offices.sender.reading() as session:
        return [entry.step for entry in ledger.history(session, document)]


def test_a_recall_is_asked_of_each_recipient_under_one_id_and_freezes_the_document(
    offices: Offices,
) -> None:
    document = offices.send(RECEIVER, THIRD)
    offices.ask(document)
    offices.ask(document)  # asked again, nothing is asked twice
    asked = offices.changes(offices.sender, document)
    assert [(c.partner, c.state, c.whole) for c in asked] == [
        (RECEIVER, "asked", True),
        (THIRD, "asked", True),
    ]
    assert set(offices.deliveries(document).values()) == {"recall_asked"}
    for _ in range(3):
        offices.carry(offices.sender, lost=True)
    assert set(offices.carry(offices.sender)) == {c.id for c in asked} == set(offices.axis)
    assert offices.carry(offices.sender) == []
    sent = offices.axis[asked[0].id]
    assert (sent.code, sent.recipient_organ_id, sent.note) == ("13", RECEIVER, REASON)
    assert sent.document_key == offices.row(offices.sender, document).document_key
    with pytest.raises(ChangeUnderway):
        file(offices, document)


def test_a_recall_of_some_thaws_when_they_have_answered_and_the_others_keep_it(
    offices: Offices,
) -> None:
    document = offices.send(RECEIVER, THIRD)
    offices.ask(document, RECEIVER)
    assert offices.deliveries(document) == {RECEIVER: "recall_asked", THIRD: "sent"}
    with pytest.raises(ChangeUnderway):
        file(offices, document)
    assert answer(offices, document, "15")
    assert offices.deliveries(document) == {RECEIVER: "recalled", THIRD: "sent"}
    file(offices, document)
    offices.ask(document, THIRD)  # a filed document may be recalled too
    (third,) = [c for c in offices.changes(offices.sender, document) if c.partner == THIRD]
    offices.axis[third.id] = _departure(offices, third.id)
    said = {"organ_id": SENDER, "code": "15", "note": ""}
    assert offices.tell(third.id, "x", **said, reporter_organ_id=THIRD)
    assert offices.row(offices.sender, document).state == "recalled"


def test_what_is_left_is_listed_recipient_by_recipient(offices: Offices) -> None:
    document = offices.send(RECEIVER, THIRD)
    offices.ask(document)
    answer(offices, document, "16", note="Đã thi hành")
    row = offices.row(offices.sender, document)
    assert (row.state, row.frozen_by is not None) == ("dispatched", True)
    with offices.sender.reading() as session:
        refused, silent = change_listing.residual(session, row)
        waiting = {c.partner: c for c in change_listing.waiting(session)}
        later = offices.at + timedelta(days=5)
        facts = dict(change_listing.facts(session, waiting[THIRD], later))
    assert "từ chối, còn giữ / refused, has it: Đã thi hành" in refused
    assert silent == f"Sở số 3 ({THIRD}): chưa trả lời, còn giữ / no answer, has it"
    assert (facts["days"], set(waiting)) == (5, {THIRD})


def test_who_refused_may_be_asked_again(offices: Offices) -> None:
    document = offices.send()
    offices.ask(document)
    answer(offices, document, "16")
    offices.ask(document)
    states = [c.state for c in offices.changes(offices.sender, document)]
    assert sorted(states) == ["asked", "refused"]
    assert offices.deliveries(document) == {RECEIVER: "recall_asked"}
    # the first answer, brought once more, is not an answer to the second question
    assert answer(offices, document, "16", axis_id="again")
    assert sorted(c.state for c in offices.changes(offices.sender, document)) == sorted(states)
    assert answer(offices, document, "15")
    assert offices.row(offices.sender, document).state == "recalled"


@pytest.mark.parametrize(("first", "second"), [("15", "16"), ("16", "15")])
def test_a_second_other_answer_is_a_conflict_that_moves_nothing(
    offices: Offices, first: str, second: str
) -> None:
    document = offices.send()
    offices.ask(document)
    answer(offices, document, first)
    before = (offices.row(offices.sender, document).state, offices.deliveries(document))
    answer(offices, document, first, axis_id="repeat", message_sha256="e" * 64)
    (asked,) = offices.changes(offices.sender, document)
    assert asked.conflict == ""
    answer(offices, document, second)
    answer(offices, document, second, axis_id="twice", message_sha256="f" * 64)
    (asked,) = offices.changes(offices.sender, document)
    assert asked.conflict == f"{second}: note {second}"
    assert (offices.row(offices.sender, document).state, offices.deliveries(document)) == before
    assert steps(offices, document).count("answer_conflict") == 1
    offices.ensure_sound()


def test_an_answer_that_nobody_asked_for_is_told_and_moves_nothing(offices: Offices) -> None:
    document = offices.send()
    row = offices.row(offices.sender, document)
    offices.ask(document)
    departure = _departure(offices, offices.changes(offices.sender, document)[0].id)
    with offices.sender.writing() as session:
        session.execute(text("DELETE FROM change"))
        session.execute(update(DocumentRow).values(frozen_by=None))
        session.execute(text("UPDATE delivery SET state = 'arrived'"))
    offices.axis["x"] = departure
    assert offices.tell("x", organ_id=SENDER, reporter_organ_id=RECEIVER, code="15")
    assert offices.deliveries(document) == {RECEIVER: "arrived"}
    assert offices.row(offices.sender, document).state == row.state
    assert steps(offices, document)[-1] == "answer_unasked"


# --- before it left ----------------------------------------------------------------------------


def test_what_has_not_left_is_recalled_here_and_nobody_is_asked(offices: Offices) -> None:
    document = offices.seal(offices.draft(RECEIVER, THIRD))
    offices.ask(document)
    row = offices.row(offices.sender, document)
    assert (row.state, row.frozen_by) == ("recalled", None)
    assert set(offices.deliveries(document).values()) == {"recalled"}
    assert offices.carry(offices.sender) == []
    assert REASON in (offices.mark(offices.sender, document) or "")
    with pytest.raises(StepRefused):
        offices.dispatch(document)
    offices.ensure_sound()


def test_one_recipient_is_taken_away_before_the_message_is_made(offices: Offices) -> None:
    document = offices.seal(offices.draft(RECEIVER, THIRD))
    offices.ask(document, THIRD)
    with offices.sender.reading() as session:
        assert deliveries.recipients_of(session, [document]) == {document: [RECEIVER]}
    offices.dispatch(document)
    assert offices.deliveries(document) == {RECEIVER: "sent", THIRD: "recalled"}


def _in_doubt(offices: Offices) -> str:
    document = offices.seal(offices.draft())
    with offices.sender.writing() as session:
        outgoing.prepared(session, document, "5" * 64, offices.at)
        state = DeliveryState.OUTCOME_UNKNOWN
        outgoing.undelivered(session, document, state, "?", offices.at)
    offices.ask(document)
    row = offices.row(offices.sender, document)
    assert (row.state, row.frozen_by is not None) == ("sealed", True)
    with offices.sender.reading() as session:
        assert changes.unsettled(session, offices.now(), 9) == [document]
    assert offices.carry(offices.sender) == []
    with pytest.raises(ChangeUnderway):
        offices.dispatch(document)
    return document


def test_what_may_have_left_waits_for_the_axis_which_has_it_not(offices: Offices) -> None:
    document = _in_doubt(offices)
    for _ in range(2):
        with offices.sender.writing() as session:
            changes.not_left(session, document, offices.now())
    assert offices.row(offices.sender, document).state == "recalled"
    assert offices.carry(offices.sender) == []


def test_what_may_have_left_waits_for_the_axis_which_has_it(offices: Offices) -> None:
    document = _in_doubt(offices)
    with offices.sender.writing() as session:
        changes.unknown_still(session, document, "no answer", offices.now())
        assert changes.unsettled(session, offices.now(), 9) == []
    for _ in range(2):
        with offices.sender.writing() as session:
            changes.it_left(session, document, "axis-9", offices.now())
    row = offices.row(offices.sender, document)
    assert (row.state, row.frozen_by is not None) == ("dispatched", True)
    assert offices.deliveries(document) == {RECEIVER: "recall_asked"}
    assert len(offices.carry(offices.sender)) == 1


def test_what_is_being_sent_at_this_moment_is_not_recalled_before_that_is_over(
    offices: Offices,
) -> None:
    document = offices.seal(offices.draft())
    with offices.sender.writing() as session:
        row = session.get_one(DocumentRow, document)
        row.lease_owner, row.lease_until = "worker", offices.at + timedelta(minutes=9)
    with pytest.raises(DispatchRunning):
        offices.ask(document)
    offices.at += timedelta(minutes=10)
    offices.ask(document)
    assert offices.row(offices.sender, document).state == "recalled"


def test_only_a_clerk_recalls_only_what_is_out_and_only_with_a_reason(offices: Offices) -> None:
    document, draft = offices.send(), offices.draft()
    with pytest.raises(ChangeReasonMissing):
        offices.ask(document, reason="  ")
    with pytest.raises(ChangeNotPossible):
        offices.ask(document, THIRD)
    with pytest.raises(ChangeNotPossible):
        offices.ask(draft)
    with pytest.raises(StepRefused), offices.sender.writing() as session:
        changes.ask(session, document, f"{SENDER}-{Role.SPECIALIST}", offices.at, REASON)
    with pytest.raises(StepRefused), offices.sender.writing() as session:
        outgoing.decide(session, document, Step.RECALL, CLERK, offices.at, REASON)
    assert offices.changes(offices.sender, document) == []


# --- letters -----------------------------------------------------------------------------------


def _planned(offices: Offices, target: str, kind: ChangeKind, *recipients: str) -> str:
    letter = offices.draft(*recipients)
    with offices.sender.writing() as session:
        row = session.get_one(DocumentRow, letter)
        plan(session, row, Asks(kind, target, REASON), offices.now())
    return letter


def test_a_recall_letter_asks_when_it_leaves_and_not_before(offices: Offices) -> None:
    document = offices.send()
    letter = _planned(offices, document, ChangeKind.RECALL)
    assert offices.row(offices.sender, document).frozen_by is None
    (asked,) = offices.changes(offices.sender, document)
    assert asked.state == "planned"
    offices.dispatch(offices.seal(letter))
    (asked,) = offices.changes(offices.sender, document)
    assert (asked.state, offices.deliveries(document)) == ("asked", {RECEIVER: "recall_asked"})
    assert offices.row(offices.sender, document).frozen_by == asked.id
    assert offices.carry(offices.sender) == []  # the letter itself asks
    # the answer may name the letter, or what it recalls
    about = offices.row(offices.sender, letter).document_key or ""
    answer(offices, document, "15", document_key=about)
    assert offices.row(offices.sender, document).state == "recalled"
    assert offices.row(offices.sender, letter).state == "dispatched"
    offices.ensure_sound()


def test_a_void_letter_asks_nothing(offices: Offices) -> None:
    document = offices.send()
    letter = offices.seal(_planned(offices, document, ChangeKind.RECALL))
    with offices.sender.writing() as session:
        outgoing.decide(session, letter, Step.VOID, CLERK, offices.now(), "Không thu hồi nữa")
    (asked,) = offices.changes(offices.sender, document)
    assert asked.state == "dropped"
    file(offices, document)


def test_a_replacement_marks_the_old_document_when_it_leaves(offices: Offices) -> None:
    document = offices.send(RECEIVER, THIRD)
    letter = _planned(offices, document, ChangeKind.REPLACE, RECEIVER, THIRD)
    offices.dispatch(offices.seal(letter))
    old, new = (offices.row(offices.sender, each) for each in (document, letter))
    assert (old.state, new.state) == ("replaced", "dispatched")
    assert f"{new.code_number}/{new.code_notation}" in (offices.mark(offices.sender, old.id) or "")
    ties = {(c.document_id, c.letter_id) for c in offices.changes(offices.sender, new.id)}
    assert ties == {(old.id, new.id)}
    answer(offices, document, "15")
    assert offices.deliveries(document) == {RECEIVER: "sent", THIRD: "sent"}
    assert [c.state for c in offices.changes(offices.sender, document)] == ["agreed", "asked"]


def test_an_update_says_who_receives_it_anew_and_moves_no_delivery(offices: Offices) -> None:
    document = offices.send()
    letter = _planned(offices, document, ChangeKind.UPDATE, RECEIVER, THIRD)
    with offices.sender.reading() as session:
        said = planned(session, session.get_one(DocumentRow, letter))
    assert said is not None
    assert (said.kind, said.added, said.recipients) == (ChangeKind.UPDATE, (THIRD,), (RECEIVER,))
    offices.dispatch(offices.seal(letter))
    answer(offices, document, "16")
    row = offices.row(offices.sender, document)
    assert (row.state, row.frozen_by) == ("dispatched", None)
    assert offices.deliveries(document) == {RECEIVER: "sent"}


def test_a_letter_changes_only_what_is_ours_and_out_and_goes_to_who_has_it(
    offices: Offices,
) -> None:
    document, draft = offices.send(), offices.draft()
    for target, recipients in ((document, (THIRD,)), (draft, (RECEIVER,))):
        with pytest.raises(ChangeNotPossible):
            _planned(offices, target, ChangeKind.RECALL, *recipients)
    sealed = offices.seal(offices.draft())
    row = offices.row(offices.sender, sealed)
    with pytest.raises(ChangeNotPossible), offices.sender.writing() as session:
        plan(session, row, Asks(ChangeKind.RECALL, document, REASON), offices.at)
