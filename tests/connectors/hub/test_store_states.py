"""The life of a delivery, walked at random: the store against a model, with restarts in between."""

import hashlib
import io
import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from connectors.axis import AgencyEntry, MessageKind, PacketState, Receipt
from connectors.errors import DuplicateDifferent, NotFound
from connectors.hub import pruning
from connectors.hub.entering import IN_ROW
from connectors.hub.message import Posting
from connectors.hub.store import HubStore

SENDER = "H99"
RECIPIENTS = ("H99.01", "H99.02")
CONTENTS = (b"", b"<edXML/>", b"\0" * (IN_ROW + 1), b"\1" * (IN_ROW + 1))
names = st.sampled_from(("a", "b", "c", "d"))
contents = st.sampled_from(CONTENTS)
recipients = st.sampled_from(RECIPIENTS)


class Deliveries(RuleBasedStateMachine):
    """What was accepted is kept, given out and answered for, whatever comes in what order."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.now = datetime(2026, 11, 22, tzinfo=UTC)
        self.contents: dict[str, bytes] = {}
        self.receipts: dict[str, Receipt] = {}
        self.states: dict[tuple[str, str], PacketState] = {}
        self.pruned: set[str] = set()

    @initialize()
    def opened(self) -> None:
        """A hub of three agencies."""
        self.store = HubStore(self.folder, clock=lambda: self.now)
        self.store.put_agencies([AgencyEntry(code, code) for code in (SENDER, *RECIPIENTS)])

    def teardown(self) -> None:
        """Leave nothing."""
        self.store.close()
        shutil.rmtree(self.folder)

    @rule(name=names, content=contents)
    def accept(self, name: str, content: bytes) -> None:
        """A repeat gets the first answer, another content a refusal, pruned or not."""
        sha256 = hashlib.sha256(content).hexdigest()
        (answer,) = self.store.accept(
            [
                Posting(
                    message_id=name,
                    kind=MessageKind.EDOC,
                    sender=SENDER,
                    recipients=RECIPIENTS,
                    sha256=sha256,
                    size=len(content),
                    content=io.BytesIO(content),
                )
            ]
        )
        if name not in self.contents:
            assert isinstance(answer, Receipt)
            assert not answer.duplicate
            self.contents[name], self.receipts[name] = content, answer
            self.states |= {(name, each): PacketState.INITIAL for each in RECIPIENTS}
        elif content == self.contents[name]:
            first = self.receipts[name]
            assert answer == Receipt(first.axis_id, True, first.accepted_at)
        else:
            assert isinstance(answer, DuplicateDifferent)

    @rule(name=names, recipient=recipients)
    def fetch(self, name: str, recipient: str) -> None:
        """What is given out is what came, however often."""
        if name not in self.receipts:
            return
        try:
            (stored,) = self.store.fetch(recipient, [self.receipts[name].axis_id])
        except NotFound:
            assert name in self.pruned
            return
        assert name not in self.pruned
        held = stored.content if isinstance(stored.content, bytes) else stored.content.read_bytes()
        assert held == self.contents[name]
        self._forward(name, recipient, PacketState.PROCESSING)

    @rule(name=names, recipient=recipients)
    def confirm(self, name: str, recipient: str) -> None:
        """Confirmed once: the second time is no news."""
        if name in self.receipts:
            pair = (self.receipts[name].axis_id, hashlib.sha256(self.contents[name]).hexdigest())
            news = self.store.confirm(recipient, [pair])
            assert news == self._forward(name, recipient, PacketState.DONE)

    @rule(name=names, recipient=recipients)
    def reject(self, name: str, recipient: str) -> None:
        """A failure is noted unless it was done before."""
        if name in self.receipts:
            news = self.store.reject(recipient, self.receipts[name].axis_id, "không đọc được")
            assert news == self._forward(name, recipient, PacketState.FAIL)

    @rule(name=names, recipient=recipients, state=st.sampled_from(PacketState))
    def move(self, name: str, recipient: str, state: PacketState) -> None:
        """Never a step back."""
        if name in self.receipts:
            news = self.store.move(recipient, self.receipts[name].axis_id, state)
            assert news == self._forward(name, recipient, state)

    @rule(name=names, recipient=recipients)
    def resend(self, name: str, recipient: str) -> None:
        """The operator's step back, as long as there is something to send."""
        if name not in self.receipts:
            return
        try:
            self.store.resend(self.receipts[name].axis_id, recipient)
        except NotFound:
            assert name in self.pruned
            return
        assert name not in self.pruned
        self.states[name, recipient] = PacketState.INITIAL

    @rule(days=st.integers(0, 40))
    def time_passes(self, days: int) -> None:
        """And what may be forgotten is."""
        self.now += timedelta(days=days)
        over = {PacketState.DONE, PacketState.FAIL}
        may_go = {
            name
            for name, receipt in self.receipts.items()
            if self.now - receipt.accepted_at > pruning.WINDOW
            and {self.states[name, each] for each in RECIPIENTS} <= over
        } - self.pruned
        assert self.store.prune(self.now) == len(may_go)
        self.pruned |= may_go

    @rule()
    def restart(self) -> None:
        """Nothing is only in memory."""
        self.store.close()
        self.store = HubStore(self.folder, clock=lambda: self.now)

    @invariant()
    def the_queues_are_what_is_not_settled(self) -> None:
        """Each recipient's queue, and the sender's list."""
        if not hasattr(self, "store"):
            return
        waiting = {PacketState.INITIAL, PacketState.PROCESSING}
        for recipient in RECIPIENTS:
            expected = {
                self.receipts[name].axis_id
                for (name, who), state in self.states.items()
                if who == recipient and state in waiting
            }
            assert {found.axis_id for found in self.store.pending([recipient])} == expected
            assert self.store.count([recipient]) == len(expected)
        told = {(t.message_id, t.recipient): t.state for t in self.store.sent([SENDER])}
        assert told == self.states

    def _forward(self, name: str, recipient: str, state: PacketState) -> bool:
        order = list(PacketState)
        now = self.states[name, recipient]
        settled = now in (PacketState.DONE, PacketState.FAIL)
        if settled or order.index(state) <= order.index(now):
            return False
        self.states[name, recipient] = state
        return True


TestDeliveries = Deliveries.TestCase
TestDeliveries.settings = settings(max_examples=12, stateful_step_count=25, deadline=None)
