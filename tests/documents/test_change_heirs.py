"""Who came after an agency that ended asks and answers for it; nobody else does."""

from datetime import date

import pytest

from documents import catalogue_history, change_messages, changes, directory
from documents.catalogue import Entry, Succession
from documents.catalogue_history import News, Source
from documents.change import ChangeKind
from documents.directory import PersonUnknown
from documents.document import Person, Role
from tests.documents.change_offices import REASON, RECEIVER, SENDER, Offices
from tests.documents.test_change_questions import asked, received

HEIR = "H99.03"


def succeeds(offices: Offices, successor: str, predecessor: str, kind: str = "merge") -> None:
    """Let both installations know who came after whom, since the beginning of 2025."""
    way = Succession(predecessor, successor, kind, date(2025, 1, 1), "NQ 202/2025/QH15")
    ended = Entry(predecessor, "Sở cũ", valid_to=date(2024, 12, 31) if kind == "merge" else None)
    for each in {id(d): d for d in (offices.sender, offices.receiver)}.values():
        with each.writing() as session:
            news = News((ended,), (), (way,))
            catalogue_history.learn(session, news, Source("file", "x"), offices.at)


@pytest.mark.parametrize(("kind", "may"), [("merge", True), ("split", False)])
def test_a_successor_recalls_and_updates_what_its_predecessor_sent(
    offices: Offices, kind: str, may: bool
) -> None:
    """One that took only a part of an agency that goes on is nobody's successor."""
    document, arrived = received(offices)
    succeeds(offices, HEIR, SENDER, kind)
    with offices.sender.writing() as session:
        changes.ask(session, document, f"{SENDER}-{Role.CLERK}", offices.now(), REASON)
    (message,) = offices.carry(offices.sender)
    assert offices.tell(message, reporter_organ_id=HEIR) is may
    theirs = {"sender_organ_id": HEIR, "axis_id": "theirs", "message_sha256": "7" * 64}
    letter = offices.bring(offices.letter(document, ChangeKind.UPDATE, document, **theirs))
    asked_now = [(c.kind, c.partner) for c in offices.changes(offices.receiver, arrived)]
    wanted = [("recall", HEIR), ("update", HEIR)] if may else []
    assert [each for each in asked_now if each[1] == HEIR] == wanted
    assert (offices.row(offices.receiver, letter).state == "quarantined") is not may
    if may:
        offices.answer(arrived, agree=True)
        assert offices.row(offices.receiver, arrived).state == "recalled"
        with offices.receiver.reading() as session:
            due = change_messages.owed(session, change_messages.unsent(session, offices.now(), 9))
        assert {each.departure.recipient_organ_id for each in due} >= {HEIR}


def test_the_answer_of_a_recipients_successor_fits(offices: Offices) -> None:
    document, arrived = received(offices)
    asked(offices, document)
    offices.answer(arrived, agree=True)
    (answer,) = [n for n in offices.carry(offices.receiver) if offices.axis[n].code == "15"]
    assert not offices.tell(answer, "stranger", reporter_organ_id=HEIR)
    succeeds(offices, HEIR, RECEIVER)
    assert offices.tell(answer, "heir", reporter_organ_id=HEIR)
    assert offices.deliveries(document) == {RECEIVER: "recalled"}


def test_an_heirs_clerk_recalls_what_the_predecessor_sent_and_gets_the_answer(
    offices: Offices,
) -> None:
    document, arrived = received(offices)
    clerk = f"{HEIR}-{Role.CLERK}"
    with offices.sender.writing() as session:
        directory.put_agency(
            session, directory.as_agency(directory.agency_row(session, HEIR)), served=True
        )
        directory.put_person(session, Person(clerk, HEIR, "Văn thư mới", "Văn thư", Role.CLERK))
    with offices.sender.writing() as session, pytest.raises(PersonUnknown):
        changes.ask(session, document, clerk, offices.now(), REASON)
    succeeds(offices, HEIR, SENDER)
    with offices.sender.writing() as session:
        changes.ask(session, document, clerk, offices.now(), REASON)
    (question,) = offices.carry(offices.sender)
    assert offices.axis[question].reporter.organ_id == HEIR
    assert offices.tell(question)
    offices.answer(arrived, agree=True)
    (answer,) = [n for n in offices.carry(offices.receiver) if offices.axis[n].code == "15"]
    assert offices.axis[answer].recipient_organ_id == HEIR
    assert offices.tell(answer)
    assert offices.row(offices.sender, document).state == "recalled"
    offices.ensure_sound()
