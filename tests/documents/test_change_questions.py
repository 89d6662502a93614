"""What senders ask of us: shown to the clerk, answered once, and never done by a message."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, text, update

from documents import change_decisions, change_messages, incoming, ledger
from documents.change import (
    HELD,
    ChangeKind,
    ChangeReasonMissing,
    NothingAsked,
    NotTheirs,
    TargetMissing,
)
from documents.directory import RightMissing
from documents.document import Role
from documents.lifecycle import INCOMING, State, Step
from documents.tables import CertifiedCopyRow, ChangeRow, DocumentRow, ParcelRow, RegisterRow
from tests.documents.change_offices import REASON, RECEIVER, SENDER, Offices

CLERK = f"{RECEIVER}-{Role.CLERK}"


def asked(offices: Offices, document: str) -> str:
    """Recall the document and let the 13 arrive; returns its id."""
    offices.ask(document)
    carried = offices.carry(offices.sender)
    (message,) = [each for each in carried if offices.axis[each].code == "13"]
    assert offices.tell(message)
    return message


def received(offices: Offices) -> tuple[str, str]:
    """Send a document that is registered at the receiver; returns both ids."""
    document = offices.send()
    arrived = offices.bring(offices.arrival(document))
    assert offices.register(arrived)
    return document, arrived


def put(offices: Offices, document: str, state: State) -> None:
    with offices.receiver.writing() as session:
        wanted = update(DocumentRow).where(DocumentRow.id == document)
        session.execute(wanted.values(state=state.value))


def owed(offices: Offices) -> list[tuple[str, str, str]]:
    """Return (code, document named, note) of every answer the receiver owes, as it is sent."""
    with offices.receiver.reading() as session:
        due = change_messages.unsent(session, offices.now(), 100)
        sent = change_messages.owed(session, due)
    return [
        (each.departure.code, each.departure.document_key, each.departure.note) for each in sent
    ]


def test_a_question_does_nothing_until_the_clerk_answers(offices: Offices) -> None:
    document, arrived = received(offices)
    asked(offices, document)
    row = offices.row(offices.receiver, arrived)
    assert row.state == "registered"
    assert any(REASON in warning for warning in row.warnings)
    assert owed(offices) == []
    who = f"{RECEIVER}-{Role.LEADER}"
    with pytest.raises(RightMissing), offices.receiver.writing() as session:
        change_decisions.answer(session, arrived, who, offices.at, agree=True)
    with pytest.raises(ChangeReasonMissing):
        offices.answer(arrived, agree=False, reason=" ")
    assert offices.row(offices.receiver, arrived).state == "registered"


def test_what_is_agreed_to_is_cancelled_wherever_it_stands_and_kept(offices: Offices) -> None:
    for state in sorted({state for state, step in INCOMING if step is Step.RECALL}):
        _cancelled(offices, state)
    offices.ensure_sound()


def _cancelled(offices: Offices, state: State) -> None:
    document, arrived = received(offices)
    put(offices, arrived, state)
    asked(offices, document)
    offices.answer(arrived, agree=True)
    row = offices.row(offices.receiver, arrived)
    assert (row.state, row.receipt_number is not None, row.message_sha256 != "") == (
        "recalled",
        True,
        True,
    )
    assert REASON in (offices.mark(offices.receiver, arrived) or "")
    ((code, key, note),) = owed(offices)
    assert (code, key) == ("15", row.document_key)
    assert "Không còn bản sao" in note
    with pytest.raises(NothingAsked):
        offices.answer(arrived, agree=False)
    assert len(owed(offices)) == 1
    offices.carry(offices.receiver)


def test_what_is_over_already_is_answered_and_stays_as_it_is(offices: Offices) -> None:
    for state in (State.REFUSED, State.RECALLED, State.REPLACED):
        document, arrived = received(offices)
        put(offices, arrived, state)
        asked(offices, document)
        offices.answer(arrived, agree=True)
        assert offices.row(offices.receiver, arrived).state == state
        assert [code for code, _, _ in owed(offices)] == ["15"]
        offices.carry(offices.receiver)


def test_a_refusal_says_why_and_the_work_goes_on(offices: Offices) -> None:
    document, arrived = received(offices)
    asked(offices, document)
    offices.answer(arrived, agree=False, reason="Đã thi hành xong")
    row = offices.row(offices.receiver, arrived)
    assert (row.state, row.warnings) == ("registered", [])
    assert [(code, note) for code, _, note in owed(offices)] == [("16", "Đã thi hành xong")]


def test_what_is_not_registered_yet_waits_for_the_answer(offices: Offices) -> None:
    for agree, state in ((False, "registered"), (True, "recalled")):
        document = offices.send()
        arrived = offices.bring(offices.arrival(document))
        asked(offices, document)
        assert offices.row(offices.receiver, arrived).error_code == HELD
        assert not offices.register(arrived)
        offices.answer(arrived, agree=agree)
        assert offices.register(arrived) is not agree
        assert offices.row(offices.receiver, arrived).state == state


def test_a_recall_that_comes_first_is_remembered_and_holds_itsdocument(offices: Offices) -> None:
    document = offices.send()
    message = asked(offices, document)
    with offices.receiver.reading() as session:
        wanted = select(ChangeRow).where(ChangeRow.side == "receiver")
        (question,) = session.scalars(wanted)
        parcel = session.get_one(ParcelRow, (RECEIVER, message))
    assert (question.document_id, parcel.outcome) == (None, "opened")
    with pytest.raises(TargetMissing):
        offices.answer(question.id, agree=True)
    arrived = offices.bring(offices.arrival(document))
    assert not offices.register(arrived)
    assert offices.row(offices.receiver, arrived).error_code == HELD
    offices.answer(arrived, agree=True)
    assert offices.row(offices.receiver, arrived).state == "recalled"


def test_what_never_arrived_can_be_refused(offices: Offices) -> None:
    document = offices.send()
    asked(offices, document)
    with offices.receiver.reading() as session:
        question = session.scalar(text("SELECT id FROM change WHERE side = 'receiver'"))
    offices.answer(question, agree=False, reason="Chưa nhận được")
    ((code, key, _),) = owed(offices)
    assert (code, key) == ("16", offices.row(offices.sender, document).document_key)
    arrived = offices.bring(offices.arrival(document))
    assert offices.register(arrived)
    offices.ensure_sound()


def test_a_repeated_13_is_the_same_question(offices: Offices) -> None:
    document, arrived = received(offices)
    message = asked(offices, document)
    for again in ("x", "y"):
        assert offices.tell(message, again)
    assert offices.tell(message, "z", message_sha256="9" * 64)  # other bytes, still open
    offices.answer(arrived, agree=False)
    assert offices.tell(message, "late")
    assert len(owed(offices)) == 1


def test_nobody_recalls_another_agencysdocument(offices: Offices) -> None:
    document, arrived = received(offices)
    row = offices.row(offices.receiver, arrived)
    offices.ask(document)
    (message,) = offices.carry(offices.sender)
    assert not offices.tell(message, reporter_organ_id="H99.03")
    with offices.receiver.reading() as session:
        parcel = session.get_one(ParcelRow, (RECEIVER, message))
        assert (parcel.outcome, "văn bản của cơ quan khác" in (parcel.error or "")) == (
            "junk",
            True,
        )
    letter = offices.letter(
        document,
        ChangeKind.RECALL,
        document,
        sender_organ_id="H99.03",
        axis_id="theirs",
        message_sha256="7" * 64,
    )
    theirs = offices.bring(letter)
    assert offices.row(offices.receiver, theirs).state == "quarantined"
    with pytest.raises(NotTheirs):
        offices.answer(theirs, agree=True)
    offices.answer(theirs, agree=False)
    after = offices.row(offices.receiver, arrived)
    assert (after.state, after.version) == (row.state, row.version)


def test_the_answer_lists_copies_and_people(offices: Offices) -> None:
    document, arrived = received(offices)
    with offices.receiver.writing() as session:
        row = session.get_one(DocumentRow, arrived)
        register = session.query(RegisterRow).first()
        assert register is not None
        session.add(
            CertifiedCopyRow(
                id="c-1",
                organ_id=RECEIVER,
                kind="sao-y",
                made_from="electronic",
                made_to="electronic",
                register_id=register.id,
                number=900,
                code="05/SY-S2",
                original="15",
                source_sha256=row.current_sha256 or "",
                sha256="e" * 64,
                size=1,
                signer_id=f"{RECEIVER}-{Role.LEADER}",
                clerk_id=CLERK,
                created_at=offices.at,
            )
        )
    with offices.receiver.writing() as session:
        incoming.handled(session, arrived, Step.SUBMIT, CLERK, offices.now())
        leader = f"{RECEIVER}-{Role.LEADER}"
        incoming.handled(session, arrived, Step.ASSIGN, leader, offices.now())
    message = asked(offices, document)
    offices.answer(arrived, agree=True)
    ((_, _, note),) = owed(offices)
    assert "05/SY-S2" in note
    assert f"Người {Role.LEADER} {RECEIVER}" in note
    (mine,) = [name for name in offices.carry(offices.receiver) if name != message]
    assert offices.tell(mine)
    (question,) = [c for c in offices.changes(offices.sender, document) if c.side == "sender"]
    assert (question.state, question.answer_note) == ("agreed", note)


# --- letters -----------------------------------------------------------------------------------


def bring_letter(offices: Offices, kind: ChangeKind, target: str, **given: Any) -> str:
    letter = offices.send()
    return offices.bring(offices.letter(letter, kind, target, **given))


def test_a_recall_letter_is_registered_itself_and_asks(offices: Offices) -> None:
    document, arrived = received(offices)
    letter = bring_letter(offices, ChangeKind.RECALL, document)
    assert offices.register(letter)
    assert offices.row(offices.receiver, arrived).state == "registered"
    offices.answer(arrived, agree=True)
    states = [offices.row(offices.receiver, each).state for each in (arrived, letter)]
    assert states == ["recalled", "registered"]
    ((code, key, _),) = owed(offices)
    assert (code, key) == ("15", offices.row(offices.receiver, letter).document_key)


OUTCOMES = (
    (ChangeKind.UPDATE, True, "registered", "registered"),
    (ChangeKind.UPDATE, False, "registered", "refused"),
    (ChangeKind.REPLACE, True, "replaced", "registered"),
    (ChangeKind.REPLACE, False, "registered", "refused"),
)


def test_a_new_version_and_a_replacement_wait_for_the_answer(offices: Offices) -> None:
    for outcome in OUTCOMES:
        _waited(offices, *outcome)
    offices.ensure_sound()


def _waited(offices: Offices, kind: ChangeKind, agree: bool, old: str, new: str) -> None:
    document, arrived = received(offices)
    letter = bring_letter(offices, kind, document)
    assert not offices.register(letter)
    offices.answer(letter, agree=agree)
    assert offices.register(letter) is agree
    states = [offices.row(offices.receiver, each).state for each in (arrived, letter)]
    assert states == [old, new]
    assert [code for code, _, _ in owed(offices)] == ["15" if agree else "16"]
    (tie,) = offices.changes(offices.receiver, arrived)
    assert (tie.document_id, tie.letter_id) == (arrived, letter)
    assert (offices.mark(offices.receiver, arrived) is not None) == (old == "replaced")
    with offices.receiver.reading() as session:
        assert letter in "".join(e.detail for e in ledger.history(session, arrived))
    offices.carry(offices.receiver)


def test_an_update_that_takes_us_away_cancels_the_olddocument(offices: Offices) -> None:
    document, arrived = received(offices)
    letter = bring_letter(
        offices, ChangeKind.UPDATE, document, receivers_removed=("000.00.02.H99",)
    )
    offices.answer(letter, agree=True)
    assert offices.row(offices.receiver, arrived).state == "recalled"


def test_an_update_that_brings_us_adocument_we_never_had_asks_nothing(offices: Offices) -> None:
    document = offices.send()
    letter = bring_letter(offices, ChangeKind.UPDATE, document, receivers_added=(RECEIVER,))
    assert offices.register(letter)
    assert offices.changes(offices.receiver, letter) == []


def test_a_replacement_that_concerns_others_asks_us_nothing(offices: Offices) -> None:
    document, arrived = received(offices)
    arrival = offices.letter(offices.send(), ChangeKind.REPLACE, document)
    others = tuple(replace(target, organ_ids=("H99.03",)) for target in arrival.targets)
    letter = offices.bring(replace(arrival, targets=others))
    assert offices.register(letter)
    assert offices.row(offices.receiver, arrived).warnings == []


def test_a_target_is_found_by_its_code_and_day_where_its_id_is_another(offices: Offices) -> None:
    document, arrived = received(offices)
    arrival = offices.letter(offices.send(), ChangeKind.RECALL, document)
    named = tuple(replace(target, document_key="other-id") for target in arrival.targets)
    offices.bring(replace(arrival, targets=named))
    (question,) = offices.changes(offices.receiver, arrived)
    assert question.document_id == arrived


def test_a_letter_that_names_nothing_is_kept_and_shown(offices: Offices) -> None:
    arrival = offices.letter(offices.send(), ChangeKind.RECALL, offices.send())
    letter = offices.bring(replace(arrival, targets=()))
    (question,) = offices.changes(offices.receiver, letter)
    assert (question.state, question.document_id, question.target_key) == ("asked", None, "")
    offices.answer(letter, agree=False, reason="Không nêu văn bản")
    assert [code for code, _, _ in owed(offices)] == ["16"]


def test_adocument_in_quarantine_that_is_released_still_waits_for_the_answer(
    offices: Offices,
) -> None:
    document = offices.send()
    arrived = offices.bring(offices.arrival(document))
    put(offices, arrived, State.QUARANTINED)
    asked(offices, document)
    with offices.receiver.writing() as session:
        incoming.released(session, arrived, CLERK, offices.now(), "Đã kiểm tra lại")
    assert not offices.register(arrived)
    offices.answer(arrived, agree=False)
    assert offices.register(arrived)
    assert offices.row(offices.sender, document).organ_id == SENDER
