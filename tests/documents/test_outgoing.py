"""Outgoing documents: the whole way, by the right people, and no other way."""

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from documents import casefile, directory, ledger, outgoing, register
from documents.casefile import DocumentUnknown
from documents.database import Database
from documents.delivery import DeliveryState
from documents.directory import PersonUnknown, RightMissing
from documents.document import Attachment, DocumentType, Person, Role
from documents.errors import StepRefused
from documents.lifecycle import LIFECYCLES, Direction, State, Step
from documents.outgoing import (
    Draft,
)
from documents.register import ReasonMissing
from documents.tables import DocumentRow, RegisterEntryRow

SIGNED, SEALED, MESSAGE = "3" * 64, "4" * 64, "5" * 64
Drafts = Callable[..., Draft]


def who(role: Role, organ_id: str = "H99.01") -> str:
    return f"{organ_id}-{role}"


def create(office: Database, draft: Draft, at: datetime) -> str:
    with office.writing() as session:
        return outgoing.create(session, draft, at).id


def advance_to(session: Session, document: str, target: State, at: datetime) -> None:
    """Take the document along the ordinary way as far as *target*."""
    way: list[tuple[State, Callable[[], object]]] = [
        (State.DRAFT, lambda: None),
        (State.SUBMITTED, lambda: decide(session, document, Step.SUBMIT, Role.SPECIALIST, at)),
        (State.APPROVED, lambda: decide(session, document, Step.APPROVE, Role.LEADER, at)),
        (State.SIGNED, lambda: outgoing.signed(session, document, SIGNED, 1300, at)),
        (State.NUMBERED, lambda: outgoing.numbered(session, document, at)),
        (State.SEALED, lambda: outgoing.sealed(session, document, SEALED, 1400, at)),
        (State.DISPATCHED, lambda: outgoing.dispatched(session, document, "axis-1", at)),
        (State.FILED, lambda: decide(session, document, Step.FILE, Role.CLERK, at)),
    ]
    for state, step in way:
        step()
        if state is target:
            return


def decide(
    session: Session, document: str, step: Step, role: Role, at: datetime, reason: str = ""
) -> State:
    return outgoing.decide(session, document, step, who(role), at, reason)


def test_the_whole_way_leaves_every_revision_and_a_ledger_row_a_step(
    office: Database, make_draft: Drafts, at: datetime
) -> None:
    files = (Attachment("phụ lục.xlsx", "application/vnd.ms-excel", "6" * 64, 9),)
    document = create(office, make_draft(attachments=files, recipients=("H99.02", "H99.03")), at)
    with office.writing() as session:
        advance_to(session, document, State.FILED, at)
    with office.reading() as session:
        row = session.get_one(DocumentRow, document)
        assert row.state == State.FILED
        assert (row.code_number, row.code_notation) == ("01", "QĐ-S1")
        assert row.promulgated == date(2026, 3, 9)
        assert row.document_key == "H99.01,2026/03/09,01/QĐ-S1"
        assert row.current_sha256 == SEALED
        revisions = casefile.revisions_of(session, document)
        assert [(r.ordinal, r.kind, r.sha256[0]) for r in revisions] == [
            (1, "source", "1"),
            (2, "draft", "2"),
            (3, "signed", "3"),
            (4, "sealed", "4"),
        ]
        assert casefile.attachments_of(session, document) == list(files)
        told = [
            (item.step, item.role, item.state, item.evidence[:1])
            for item in ledger.history(session, document)
        ]
        assert told == [
            ("draft", "specialist", "draft", "2"),
            ("submit", "specialist", "submitted", "2"),
            ("approve", "leader", "approved", "2"),
            ("sign", "leader", "signed", "3"),
            ("assign_number", "clerk", "numbered", ""),
            ("seal", "clerk", "sealed", "4"),
            ("dispatch", "clerk", "dispatched", ""),
            ("file", "clerk", "filed", "4"),
        ]
        assert list(ledger.verify(session)) == []
        deliveries = outgoing.deliveries_of(session, document)
        assert [(d.organ_id, d.state, d.axis_id) for d in deliveries] == [
            ("H99.02", DeliveryState.SENT, "axis-1"),
            ("H99.03", DeliveryState.SENT, "axis-1"),
        ]


PERSONAL = [
    (state, step, row.roles)
    for (state, step), row in LIFECYCLES[Direction.OUTGOING].items()
    if not row.carried and step not in (Step.RECALL, Step.REPLACE)
]


def test_every_decision_is_refused_to_every_role_that_has_no_right(
    office: Database, make_draft: Drafts, at: datetime
) -> None:
    document = create(office, make_draft(), at)
    people = [Role.SPECIALIST, Role.UNIT_HEAD, Role.LEADER, Role.CLERK, Role.ADMINISTRATOR]
    for state, step, roles in PERSONAL:
        for role in people:
            with office.writing() as session:
                session.execute(text("UPDATE document SET state = :s"), {"s": state.value})
                if role in roles:
                    assert decide(session, document, step, role, at, "vì") != state
                else:
                    with pytest.raises((StepRefused, RightMissing)):
                        decide(session, document, step, role, at, "vì")
                    assert session.get_one(DocumentRow, document).state == state


def test_what_needs_evidence_is_never_taken_by_mere_decision(
    office: Database, make_draft: Drafts, at: datetime
) -> None:
    document = create(office, make_draft(), at)
    for state in (State.APPROVED, State.SIGNED, State.NUMBERED, State.SEALED):
        for step in (Step.SIGN, Step.ASSIGN_NUMBER, Step.SEAL, Step.DISPATCH):
            for role in (Role.LEADER, Role.CLERK):
                with office.writing() as session:
                    session.execute(text("UPDATE document SET state = :s"), {"s": state.value})
                    with pytest.raises(StepRefused):
                        decide(session, document, step, role, at)


def test_only_the_one_who_will_sign_approves(
    office: Database, make_draft: Drafts, make_person: Callable[..., Person], at: datetime
) -> None:
    document = create(office, make_draft(), at)
    with office.writing() as session:
        deputy = make_person(role=Role.LEADER, id="deputy", full_name="Phó")
        directory.put_person(session, deputy, signing_key="k")
        decide(session, document, Step.SUBMIT, Role.SPECIALIST, at)
        with pytest.raises(RightMissing):
            outgoing.decide(session, document, Step.APPROVE, "deputy", at)
        with pytest.raises(PersonUnknown):
            outgoing.decide(session, document, Step.APPROVE, who(Role.LEADER, "H99.02"), at)
        assert decide(session, document, Step.APPROVE, Role.LEADER, at) is State.APPROVED


def test_a_returned_document_is_submitted_again_with_its_reason_in_the_ledger(
    office: Database, make_draft: Drafts, at: datetime
) -> None:
    document = create(office, make_draft(), at)
    with office.writing() as session:
        decide(session, document, Step.SUBMIT, Role.SPECIALIST, at)
        decide(session, document, Step.RETURN, Role.UNIT_HEAD, at, "Sửa căn cứ")
        decide(session, document, Step.SUBMIT, Role.SPECIALIST, at)
        decide(session, document, Step.APPROVE, Role.LEADER, at)
        decide(session, document, Step.RETURN, Role.LEADER, at, "Xem lại")
        details = [json.loads(row.detail) for row in ledger.history(session, document)]
    assert [each.get("reason") for each in details].count("Sửa căn cứ") == 1
    assert details[-1]["reason"] == "Xem lại"
    assert all(each["post"] for each in details[1:])


@pytest.mark.parametrize("step", ["signed", "numbered", "sealed", "dispatched", "prepared"])
def test_no_step_is_taken_out_of_its_place_and_nothing_stays_of_the_attempt(
    office: Database, make_draft: Drafts, at: datetime, step: str
) -> None:
    allowed = {
        "signed": State.APPROVED,
        "numbered": State.SIGNED,
        "sealed": State.NUMBERED,
        "dispatched": State.SEALED,
        "prepared": State.SEALED,
    }[step]
    document = create(office, make_draft(), at)
    calls: dict[str, Callable[[Session], object]] = {
        "signed": lambda s: outgoing.signed(s, document, SIGNED, 1, at),
        "numbered": lambda s: outgoing.numbered(s, document, at),
        "sealed": lambda s: outgoing.sealed(s, document, SEALED, 1, at),
        "dispatched": lambda s: outgoing.dispatched(s, document, "a", at),
        "prepared": lambda s: outgoing.prepared(s, document, MESSAGE, at),
    }
    for state in State:
        if state is allowed or state not in {s for s, _ in LIFECYCLES[Direction.OUTGOING]}:
            continue
        # in one transaction that goes on: a refused step must not leave half of itself
        with office.writing() as session:
            session.execute(text("UPDATE document SET state = :s"), {"s": state.value})
            with pytest.raises(StepRefused):
                calls[step](session)
            row = session.get_one(DocumentRow, document, populate_existing=True)
            assert (row.state, row.code_number, row.promulgated) == (state, None, None)
            assert (row.message_sha256, row.document_key) == (None, None)
            assert register.number_of(session, document) is None
            assert len(casefile.revisions_of(session, document)) == 2


def test_a_step_recorded_once_is_not_recorded_again(
    office: Database, make_draft: Drafts, at: datetime
) -> None:
    document = create(office, make_draft(), at)
    with office.writing() as session:
        advance_to(session, document, State.NUMBERED, at)
    with pytest.raises(StepRefused), office.writing() as session:
        outgoing.signed(session, document, "9" * 64, 1, at)
    with pytest.raises(StepRefused), office.writing() as session:
        outgoing.numbered(session, document, at + timedelta(days=400))
    with office.reading() as session:
        row = session.get_one(DocumentRow, document)
        assert row.promulgated == date(2026, 3, 9)
        assert row.current_sha256 == SIGNED
        assert len(ledger.history(session, document)) == 5


def test_prepared_keeps_the_first_message(
    office: Database, make_draft: Drafts, at: datetime
) -> None:
    document = create(office, make_draft(), at)
    with office.writing() as session:
        advance_to(session, document, State.SEALED, at)
    with office.writing() as session:
        assert outgoing.prepared(session, document, MESSAGE, at) == MESSAGE
    with office.writing() as session:
        assert outgoing.prepared(session, document, "a" * 64, at) == MESSAGE
        outgoing.dispatched(session, document, "axis-1", at)
    with office.reading() as session:
        assert ledger.history(session, document)[-1].evidence == MESSAGE


def test_a_void_document_keeps_its_number_and_another_gets_the_next(
    office: Database, make_draft: Drafts, at: datetime
) -> None:
    first, second = (create(office, make_draft(), at) for _ in range(2))
    with office.writing() as session:
        advance_to(session, first, State.NUMBERED, at)
    with pytest.raises(ReasonMissing), office.writing() as session:
        decide(session, first, Step.VOID, Role.CLERK, at)
    with office.writing() as session:
        decide(session, first, Step.VOID, Role.CLERK, at, "Sai thể thức")
        advance_to(session, second, State.NUMBERED, at)
    with office.reading() as session:
        assert session.get_one(DocumentRow, first).state == State.VOID
        assert session.get_one(DocumentRow, first).code_number == "01"
        assert session.get_one(DocumentRow, second).code_number == "02"
        entries = session.execute(
            select(RegisterEntryRow.number, RegisterEntryRow.void_reason).order_by(
                RegisterEntryRow.number
            )
        ).all()
        assert [tuple(entry) for entry in entries] == [(1, "Sai thể thức"), (2, None)]
        waiting = {delivery.state for delivery in outgoing.deliveries_of(session, first)}
        assert waiting == {DeliveryState.FAILED}


def test_a_void_that_is_refused_leaves_the_number_good(
    office: Database, make_draft: Drafts, at: datetime
) -> None:
    document = create(office, make_draft(), at)
    with office.writing() as session:
        advance_to(session, document, State.DISPATCHED, at)
        with pytest.raises(StepRefused):
            decide(session, document, Step.VOID, Role.CLERK, at, "quá muộn")
    with office.reading() as session:
        assert session.scalars(select(RegisterEntryRow.void_reason)).one() is None


def test_named_types_have_registers_of_their_own_and_letters_share_one(
    office: Database, make_draft: Drafts, at: datetime
) -> None:
    codes = []
    for kind in (
        DocumentType.DECISION,
        DocumentType.OFFICIAL_LETTER,
        DocumentType.DECISION,
        DocumentType.NOTICE,
        DocumentType.OPEN_LETTER,
        DocumentType.OFFICIAL_LETTER,
    ):
        document = create(office, make_draft(type=kind, unit="VP"), at)
        with office.writing() as session:
            advance_to(session, document, State.SIGNED, at)
            codes.append(str(outgoing.numbered(session, document, at)))
    # two types without an abbreviation never make one code twice
    assert codes == ["01/QĐ-S1", "01/S1-VP", "02/QĐ-S1", "01/TB-S1", "02/S1-VP", "03/S1-VP"]


@pytest.fixture
def sealed(office: Database, make_draft: Drafts, at: datetime) -> str:
    document = create(office, make_draft(recipients=("H99.02", "H99.03")), at)
    with office.writing() as session:
        advance_to(session, document, State.SEALED, at)
    return document


def shown(office: Database, document: str) -> list[str]:
    with office.reading() as session:
        return [d.state for d in outgoing.deliveries_of(session, document)]


def test_a_delivery_shows_the_truth_of_every_attempt(
    office: Database, sealed: str, at: datetime
) -> None:
    assert shown(office, sealed) == ["queued", "queued"]
    for state in (DeliveryState.OUTCOME_UNKNOWN, DeliveryState.FAILED):
        with office.writing() as session:
            outgoing.undelivered(session, sealed, state, "lý do", at)
        assert shown(office, sealed) == [state, state]
    with office.writing() as session:
        outgoing.dispatched(session, sealed, "axis-2", at)
    with office.reading() as session:
        deliveries = outgoing.deliveries_of(session, sealed)
    assert [(d.state, d.note, d.axis_id) for d in deliveries] == [("sent", "", "axis-2")] * 2


def test_a_status_that_overtook_the_axis_s_answer_is_not_taken_back(
    office: Database, sealed: str, at: datetime
) -> None:
    with office.writing() as session:
        first, _ = outgoing.deliveries_of(session, sealed)
        first.state, first.status_code = DeliveryState.ARRIVED, "01"
    with office.writing() as session:
        outgoing.undelivered(session, sealed, DeliveryState.OUTCOME_UNKNOWN, "?", at)
    assert shown(office, sealed) == ["arrived", "outcome_unknown"]
    with office.writing() as session:
        outgoing.dispatched(session, sealed, "axis-1", at)
    assert shown(office, sealed) == ["arrived", "sent"]


def test_an_unknown_document_is_refused(office: Database, at: datetime) -> None:
    with pytest.raises(DocumentUnknown), office.writing() as session:
        outgoing.numbered(session, "no such", at)
    with pytest.raises(DocumentUnknown), office.writing() as session:
        decide(session, "no such", Step.SUBMIT, Role.SPECIALIST, at)


def test_a_step_that_succeeds_clears_the_error_of_the_one_before(
    office: Database, make_draft: Drafts, at: datetime
) -> None:
    document = create(office, make_draft(), at)
    with office.writing() as session:
        advance_to(session, document, State.APPROVED, at)
        casefile.put_off(session, document, DocumentUnknown("x"), at)
        assert session.get_one(DocumentRow, document).held
        outgoing.signed(session, document, SIGNED, 1, at)
        row = session.get_one(DocumentRow, document)
        assert (row.held, row.attempts, row.error_code, row.error_text) == (False, 0, None, None)
