"""A message whose answer was lost is asked for and never doubled; junk is told to the axis."""

import contextlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors.axis import MessageKind, Outgoing, PacketState, Receipt, Report
from connectors.errors import (
    AccessDenied,
    AxisCannot,
    AxisOutcomeUnknown,
    AxisRefused,
    AxisUnavailable,
    UnknownRecipient,
)
from connectors.hub.faults import Fault, FaultKind
from connectors.memory_axis import InMemoryAxis
from documents import casefile, feedback, ledger, outgoing, shipment
from documents.delivery import DeliveryState
from documents.errors import OfficeError
from documents.lifecycle import Direction
from tests.workflows.fixtures import MakeDatabase
from tests.workflows.house import (
    HOME_AFFAIRS,
    OFFICE,
    PROVINCE,
    House,
    approve,
    deliveries,
    document,
    documents,
    hand_in,
    parcels,
    receive,
    steps_of,
    take_statuses,
    turn,
)
from tests.workflows.hubs import HubProcess, catalogue
from workflows import backlog, issuance, reception, reporting
from workflows.office import Office


class Watched(InMemoryAxis):
    """Counts what is sent and asked, and may be unable to answer."""

    def __init__(self) -> None:
        super().__init__(catalogue())
        self.calls: list[str] = []
        self.sent_bytes: list[bytes] = []
        self.trouble: OfficeError | None = None
        self.refusal: AxisRefused | None = None

    def send(self, message: Outgoing) -> Receipt:
        self.calls.append("send")
        content = message.edxml
        self.sent_bytes.append(content.read_bytes() if isinstance(content, Path) else content)
        return super().send(message)

    def settle(self, message: Outgoing) -> Receipt | None:
        self.calls.append("settle")
        if self.trouble is not None:
            raise self.trouble
        return super().settle(message)

    def report(self, reports: Sequence[Report]) -> list[Receipt | AxisRefused]:
        if isinstance(self.refusal, AccessDenied):
            raise self.refusal
        if self.refusal is not None:
            return [self.refusal for _ in reports]
        return super().report(reports)


@pytest.fixture
def axis() -> Watched:
    return Watched()


@pytest.fixture
def office(house: House, make_sqlite: MakeDatabase, tmp_path: Path, axis: Watched) -> Office:
    house.install(tmp_path / "tinh", make_sqlite(), (PROVINCE, OFFICE, HOME_AFFAIRS))
    return house.open(tmp_path / "tinh", axis)


@pytest.fixture
def letter(office: Office) -> str:
    """A sealed letter."""
    document_id = approve(office, hand_in(office, PROVINCE, (OFFICE,)))
    for step in (issuance.sign, issuance.number, issuance.seal):
        step(office, [document_id])
    return document_id


def later(office: Office, **span: float) -> None:
    office.now = lambda: datetime.now(UTC) + timedelta(**span)


def dispatch(office: Office, document_id: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(issuance, "passing", lambda _point: None)
        with contextlib.suppress(AxisUnavailable):
            issuance.dispatch(office, [document_id])


def listed(axis: Watched, sender: str = PROVINCE) -> int:
    since, until = datetime(2020, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
    return len(axis.sent(sender, since, until, MessageKind.EDOC))


def test_the_first_attempt_asks_nothing(office: Office, axis: Watched, letter: str) -> None:
    dispatch(office, letter)
    assert axis.calls == ["send"]
    assert deliveries(office, letter) == {OFFICE: "sent"}


def test_a_lost_answer_is_asked_for_and_nothing_is_sent_twice(
    office: Office, axis: Watched, letter: str
) -> None:
    axis.lost_replies = 1
    dispatch(office, letter)
    assert deliveries(office, letter) == {OFFICE: "outcome_unknown"}
    dispatch(office, letter)
    assert axis.calls == ["send", "settle"]
    assert deliveries(office, letter) == {OFFICE: "sent"}
    assert listed(axis) == 1
    with office.database.reading() as session:
        assert outgoing.deliveries_of(session, letter)[0].sent_at is not None


def test_a_process_killed_before_it_sent_asks_and_then_sends_the_same_bytes(
    office: Office, axis: Watched, letter: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(point: str) -> None:
        if point == "dispatch.prepared":
            raise KeyboardInterrupt

    monkeypatch.setattr(issuance, "passing", killed)
    with pytest.raises(KeyboardInterrupt):
        issuance.dispatch(office, [letter])
    assert deliveries(office, letter) == {OFFICE: "outcome_unknown"}
    kept = document(office, letter).message_sha256
    dispatch(office, letter)
    assert axis.calls == ["settle", "send"]
    assert axis.sent_bytes == [office.blobs.get(kept or "")]
    assert deliveries(office, letter) == {OFFICE: "sent"}


def test_a_process_killed_between_sending_and_recording_asks_first(
    office: Office, axis: Watched, letter: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(point: str) -> None:
        if point == "dispatch.sent":
            raise KeyboardInterrupt

    monkeypatch.setattr(issuance, "passing", killed)
    with pytest.raises(KeyboardInterrupt):
        issuance.dispatch(office, [letter])
    dispatch(office, letter)
    assert axis.calls == ["send", "settle"]
    assert listed(axis) == 1
    assert '"settled": true' in history_of(office, letter)


def history_of(office: Office, document_id: str) -> str:
    with office.database.reading() as session:
        return "\n".join(row.detail for row in ledger.history(session, document_id))


def test_an_axis_that_was_away_is_not_asked_what_it_certainly_has_not(
    office: Office, axis: Watched, letter: str
) -> None:
    axis.failures = 1
    dispatch(office, letter)
    assert deliveries(office, letter) == {OFFICE: "queued"}
    dispatch(office, letter)
    assert axis.calls == ["send", "send"]
    assert listed(axis) == 1


def test_while_nobody_answers_the_question_it_stays_open(
    office: Office, axis: Watched, letter: str
) -> None:
    axis.lost_replies = 1
    dispatch(office, letter)
    axis.trouble = AxisUnavailable("away")
    for _ in range(2):
        dispatch(office, letter)
        row = document(office, letter)
        assert (row.error_code, row.held) == ("axis.unavailable", False)
        assert deliveries(office, letter) == {OFFICE: "outcome_unknown"}
    axis.trouble = None
    dispatch(office, letter)
    assert axis.calls == ["send", "settle", "settle", "settle"]
    assert deliveries(office, letter) == {OFFICE: "sent"}


@pytest.mark.parametrize(
    "trouble", [AxisOutcomeUnknown("list", "?"), AxisCannot("eDoc", "settle")], ids=lambda e: e.code
)
def test_what_the_axis_cannot_say_waits_for_a_person_whose_word_sends_it_again(
    office: Office, axis: Watched, letter: str, trouble: OfficeError
) -> None:
    axis.lost_replies = 1
    dispatch(office, letter)
    axis.trouble = trouble
    dispatch(office, letter)
    row = document(office, letter)
    assert (row.error_code, row.held) == ("delivery.undecided", True)
    assert "congvan step retry" in (row.error_text or "")
    dispatch(office, letter)
    assert axis.calls == ["send", "settle"]
    with office.database.writing() as session:
        outgoing.undelivered(session, letter, DeliveryState.QUEUED, "", office.now())
        casefile.try_again(
            session, casefile.locked(session, letter), row.clerk_id or "", row.created_at
        )
    dispatch(office, letter)
    assert axis.calls == ["send", "settle", "send"]
    assert (listed(axis), deliveries(office, letter)) == (1, {OFFICE: "sent"})


def test_what_the_axis_refuses_has_failed_and_is_not_in_doubt(
    office: Office, axis: Watched, letter: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_message: Outgoing) -> Receipt:
        raise UnknownRecipient(UnknownRecipient.axis_code, OFFICE)

    monkeypatch.setattr(axis, "send", refuse)
    dispatch(office, letter)
    assert deliveries(office, letter) == {OFFICE: "failed"}
    with office.database.reading() as session:
        assert shipment.unsettled(session, [letter]) == set()


# --- statuses ---------------------------------------------------------------------------


def owed_codes(office: Office, document_id: str) -> list[tuple[str, bool, bool]]:
    with office.database.reading() as session:
        rows = feedback.of_document(session, document_id)
        return [(row.code, row.sent_at is not None, row.given_up_at is not None) for row in rows]


def test_statuses_that_the_axis_refuses_are_shown_and_the_credential_is_no_such_refusal(
    office: Office, axis: Watched, letter: str
) -> None:
    dispatch(office, letter)
    axis.refusal = AccessDenied(AccessDenied.axis_code, "expired")
    with pytest.raises(AccessDenied):
        receive(office)
    (arrived,) = documents(office, Direction.INCOMING)
    assert owed_codes(office, arrived.id) == [("01", False, False), ("03", False, False)]
    later(office, days=1)
    axis.refusal = UnknownRecipient(UnknownRecipient.axis_code, PROVINCE)
    reporting.report(office, reporting.owed(office))
    assert owed_codes(office, arrived.id) == [("01", False, True), ("03", False, True)]
    assert backlog.standing_still(office)["status.given_up"] == 2
    assert reporting.owed(office) == []
    axis.refusal = None
    with office.database.writing() as session:
        feedback.try_again(session, arrived.id)
    assert reporting.report(office, reporting.owed(office)) == 2
    take_statuses(office)
    assert deliveries(office, letter) == {OFFICE: "accepted"}


def test_lost_answers_to_fetching_confirming_and_reporting_converge(
    office: Office, axis: Watched, letter: str
) -> None:
    dispatch(office, letter)
    for round_ in range(12):
        axis.failures, axis.lost_replies = round_ % 2, (round_ + 1) % 2
        later(office, hours=round_)
        turn(office)
    axis.failures = axis.lost_replies = 0
    later(office, hours=20)
    assert turn(office) == []
    assert turn(office) == []
    (arrived,) = documents(office, Direction.INCOMING)
    assert steps_of(office, arrived.id).count("report_01") == 1
    assert deliveries(office, letter) == {OFFICE: "accepted"}
    assert axis.pending([PROVINCE, OFFICE, HOME_AFFAIRS]) == []
    assert len(parcels(office)) == 3


# --- junk -------------------------------------------------------------------------------


def states(axis: Watched, agency: str) -> list[tuple[PacketState, str]]:
    since, until = datetime(2020, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
    return [(track.state, track.note) for track in axis.received(agency, since, until)]


def test_what_cannot_be_read_is_kept_and_the_axis_is_told_why(
    office: Office, axis: Watched
) -> None:
    axis.send(Outgoing("bad", HOME_AFFAIRS, (OFFICE,), b"<edXML>not closed"))
    receive(office)
    (parcel,) = parcels(office)
    assert (parcel.outcome, parcel.unreadable) == ("junk", True)
    assert office.blobs.get(parcel.sha256) == b"<edXML>not closed"
    ((state, note),) = states(axis, OFFICE)
    assert (state, note) == (PacketState.FAIL, (parcel.error or "")[:300])
    assert "edXML" in note
    assert parcel.confirmed_at is not None
    assert axis.pending([OFFICE]) == []


def test_an_axis_without_that_word_is_told_that_it_arrived(
    office: Office, axis: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cannot(*_given: object) -> None:
        raise AxisCannot("eDoc", "reject")

    monkeypatch.setattr(axis, "reject", cannot)
    axis.send(Outgoing("bad", HOME_AFFAIRS, (OFFICE,), b"<edXML>not closed"))
    receive(office)
    assert [state for state, _ in states(axis, OFFICE)] == [PacketState.DONE]


def test_the_same_message_again_is_done_and_entered_once(
    office: Office, axis: Watched, letter: str
) -> None:
    dispatch(office, letter)
    again = axis.sent_bytes[0]
    axis.send(Outgoing("again", PROVINCE, (OFFICE,), again))
    receive(office)
    receive(office)
    assert len(documents(office, Direction.INCOMING)) == 1
    assert [state for state, _ in states(axis, OFFICE)] == [PacketState.DONE, PacketState.DONE]


def test_a_real_hub_that_drops_its_answers_ends_with_one_letter_and_all_statuses(
    house: House, hub: HubProcess, make_sqlite: MakeDatabase, tmp_path: Path
) -> None:
    house.install(tmp_path / "so", make_sqlite(), (PROVINCE, OFFICE), hub.url)
    here = house.open(tmp_path / "so")
    letter = approve(here, hand_in(here, PROVINCE, (OFFICE,)))
    operations = ("SendDocument", "GetDocument", "ConfirmReceived", "UpdateStatus")
    hub.faults(*(Fault(name, FaultKind.DROP_REPLY, 1) for name in operations))
    for hours in range(6):
        later(here, hours=hours)
        turn(here)
    assert deliveries(here, letter) == {OFFICE: "accepted"}
    assert len(documents(here, Direction.INCOMING)) == 1
    assert len(parcels(here)) == 3
    assert here.axis.pending([PROVINCE, OFFICE]) == []
    assert steps_of(here, letter).count("dispatch") == 1
    assert reception.waiting(here, MessageKind.EDOC) == []
