"""One recall between two installations, whatever the axis loses, repeats and reorders."""

from contextlib import suppress

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from documents.change import NothingAsked, Side, TargetMissing
from documents.tables import ChangeRow
from tests.documents.change_offices import RECEIVER, Offices

MOVES = (
    *("ask", "ask"),
    *("carry-asks", "carry-asks-lost", "carry-answers", "carry-answers-lost"),
    *("tell", "tell", "tell", "tell-again"),
    *("arrive", "arrive", "register", "agree", "refuse"),
)
moves = st.lists(st.tuples(st.sampled_from(MOVES), st.integers(0, 7)), max_size=25)


class Saga:
    """One document, recalled."""

    def __init__(self, offices: Offices) -> None:
        self.offices = offices
        offices.axis.clear()
        self.document = offices.send()
        self.arrived = ""
        self.copies = 0

    def move(self, name: str, choice: int) -> None:
        """Do one thing that can happen; what is refused changes nothing."""
        offices = self.offices
        match name:
            case "ask":
                with suppress(Exception):
                    offices.ask(self.document)
            case "carry-asks" | "carry-asks-lost":
                offices.carry(offices.sender, lost=name.endswith("lost"))
            case "carry-answers" | "carry-answers-lost":
                offices.carry(offices.receiver, lost=name.endswith("lost"))
            case "tell" | "tell-again":
                self.tell(choice, again=name == "tell-again")
            case "arrive":
                self.arrived = offices.bring(offices.arrival(self.document))
            case "register" if self.arrived:
                offices.register(self.arrived)
            case "agree" | "refuse":
                self.answer(choice, agree=name == "agree")

    def tell(self, choice: int, *, again: bool = False) -> None:
        """Deliver any message of the axis, perhaps under another id of its own."""
        waiting = sorted(self.offices.axis)
        if waiting:
            self.copies += again
            name = waiting[choice % len(waiting)]
            assert self.offices.tell(name, f"{name}-{self.copies}" if again else "")

    def answer(self, choice: int, *, agree: bool) -> None:
        """Answer one of the open questions, if there is one."""
        asked = [c for c in self.questions() if c.state == "asked"]
        if asked:
            with suppress(NothingAsked, TargetMissing):
                self.offices.answer(asked[choice % len(asked)].id, agree=agree)

    def questions(self) -> list[ChangeRow]:
        """Return what the receiver was asked."""
        key = self.offices.row(self.offices.sender, self.document).document_key
        with self.offices.receiver.reading() as session:
            named = (ChangeRow.target_key == key, ChangeRow.side == Side.RECEIVER)
            wanted = select(ChangeRow).where(*named)
            return list(session.scalars(wanted.order_by(ChangeRow.asked_at)))

    def quiet(self, *, agree: bool) -> None:
        """Let everything that is on its way arrive, and the clerk answer what is open."""
        offices = self.offices
        self.move("arrive", 0)
        for _ in range(3):
            for database in (offices.sender, offices.receiver):
                offices.carry(database)
            for name in sorted(offices.axis):
                assert offices.tell(name)
            for _ in range(4):
                self.answer(0, agree=agree)
        offices.register(self.arrived)


@settings(
    max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(steps=moves, agree=st.booleans())
def test_both_sides_agree_in_the_end_and_nothing_is_ever_fewer(
    offices: Offices, steps: list[tuple[str, int]], agree: bool
) -> None:
    saga = Saga(offices)
    before = offices.sizes()
    for name, choice in steps:
        saga.move(name, choice)
        after = offices.sizes()
        assert all(after[table] >= before[table] for table in before), name
        before = after
    saga.quiet(agree=agree)
    offices.ensure_sound()
    asked = offices.changes(offices.sender, saga.document)
    questions = saga.questions()
    # one answer a question, under its id, and none besides
    answers = {name for name, sent in offices.axis.items() if sent.code in {"15", "16"}}
    assert answers == {question.id for question in questions}
    assert {c.state for c in (*asked, *questions)} <= {"agreed", "refused"}
    assert [c.state for c in asked] == [q.state for q in questions]
    here = offices.row(offices.sender, saga.document)
    there = offices.row(offices.receiver, saga.arrived)
    if any(question.state == "agreed" for question in questions):
        assert (here.state, there.state) == ("recalled", "recalled")
        assert offices.deliveries(saga.document) == {RECEIVER: "recalled"}
        assert "thu hồi" in (offices.mark(offices.sender, saga.document) or "")
        assert (there.receipt_number is None) or offices.mark(offices.receiver, there.id)
    else:
        assert (here.state, there.state) == ("dispatched", "registered")
        assert (here.frozen_by is not None) == bool(asked)
        assert offices.deliveries(saga.document) == {
            RECEIVER: "recall_refused" if asked else "sent"
        }
