"""Issued documents are mended by the form that the fault asks for; copies inside and on paper."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import (
    casefile,
    correction_letters,
    draft_edits,
    draft_terms,
    internal_copies,
    ledger,
    outgoing,
    paper_issues,
    relations,
)
from documents.arrival import Arrival
from documents.correction import Fault, FormUnequal, WayWrong, ensure_form, fault_of
from documents.correction_letters import MendingReasonMissing, NotAnswerable, NotIssued
from documents.database import Database
from documents.document import DocumentType, Role
from documents.draft import Draft
from documents.draft_edits import Edit
from documents.errors import Refused
from documents.internal_copies import NotInformed
from documents.lifecycle import State, Step
from documents.paper_issues import CopiesInvalid, NotPrintable
from documents.relation import RelationKind
from documents.relations import RelationInvalid
from documents.tables import DocumentRow, RegisterEntryRow
from tests.documents.parcels import enter

Drafts = Callable[..., Draft]
SPECIALIST, LEADER, CLERK = (
    f"H99.01-{role}" for role in (Role.SPECIALIST, Role.LEADER, Role.CLERK)
)


def issue(session: Session, document: str, at: datetime, until: State = State.DISPATCHED) -> None:
    """Carry a draft as far as *until*."""
    outgoing.decide(session, document, Step.SUBMIT, SPECIALIST, at)
    outgoing.decide(session, document, Step.APPROVE, LEADER, at)
    steps: list[tuple[State, Callable[[], object]]] = [
        (State.SIGNED, lambda: outgoing.signed(session, document, "3" * 64, 9, at)),
        (State.NUMBERED, lambda: outgoing.numbered(session, document, at)),
        (State.SEALED, lambda: outgoing.sealed(session, document, "4" * 64, 9, at)),
        (State.DISPATCHED, lambda: outgoing.dispatched(session, document, "axis", at)),
    ]
    for state, step in steps:
        step()
        if state is until:
            return


def mark_of(session: Session, document: str) -> str | None:
    wanted = select(RegisterEntryRow.mark).where(RegisterEntryRow.document_id == document)
    return session.scalar(wanted)


def test_a_fault_is_mended_one_way_and_the_other_is_refused_with_the_right_one() -> None:
    assert fault_of(RelationKind.AMENDS, None) is Fault.CONTENT
    assert fault_of(RelationKind.CORRECTS, Fault.FORM) is Fault.FORM
    assert fault_of(RelationKind.ANSWERS, None) is None
    with pytest.raises(WayWrong, match="--amends, --replaces"):
        fault_of(RelationKind.CORRECTS, Fault.CONTENT)
    for kind in (RelationKind.AMENDS, RelationKind.REPLACES, RelationKind.ANSWERS):
        with pytest.raises(WayWrong):
            fault_of(kind, Fault.FORM)


@pytest.mark.parametrize("kind", [RelationKind.AMENDS, RelationKind.REPLACES], ids=str)
def test_content_is_mended_by_the_same_form_and_form_by_an_official_letter(
    kind: RelationKind,
) -> None:
    letter = DocumentType.OFFICIAL_LETTER.value
    for each in DocumentType:
        ensure_form(kind, each.value, each.value)
        ensure_form(RelationKind.CORRECTS, letter, each.value)
        if each.value != letter:
            with pytest.raises(FormUnequal):
                ensure_form(kind, letter, each.value)
            with pytest.raises(FormUnequal):
                ensure_form(RelationKind.CORRECTS, each.value, each.value)


def test_what_mended_a_document_stands_beside_its_number_once_it_is_issued(
    office: Database, make_draft: Drafts, at: datetime
) -> None:
    with office.writing() as session:
        old = outgoing.create(session, make_draft(), at).id
        issue(session, old, at)
        for number, (kind, draft) in enumerate(
            [
                (RelationKind.CORRECTS, make_draft(type=DocumentType.OFFICIAL_LETTER)),
                (RelationKind.AMENDS, make_draft()),
            ],
            1,
        ):
            new = outgoing.create(session, draft, at).id
            for _ in range(2):  # a repeat is none
                correction_letters.tie(session, new, kind, old, at, reason="sai")
            assert (mark_of(session, old) or "").count("bởi") == number - 1
            issue(session, new, at)
        assert mark_of(session, old) == (
            "Được đính chính bởi 01/S1, 09/03/2026; Được sửa đổi, bổ sung bởi 02/QĐ-S1, 09/03/2026"
        )
        told = [row.step for row in ledger.history(session, old)]
        assert told[-2:] == ["corrects_by", "amends_by"]
        assert session.get_one(DocumentRow, old).state == State.DISPATCHED
        terms = draft_terms.terms_of(session, new)
        assert terms is not None
        assert (terms.fault, terms.reason) == (Fault.CONTENT, "sai")
        assert relations.about(session, new, RelationKind.AMENDS) == [old]


def test_the_type_of_a_mending_draft_cannot_be_changed_away_from_what_it_mends(
    office: Database, make_draft: Drafts, at: datetime
) -> None:
    with office.writing() as session:
        old, new = (outgoing.create(session, make_draft(), at).id for _ in range(2))
        issue(session, old, at)
        correction_letters.tie(session, new, RelationKind.AMENDS, old, at, reason="sai")
    with pytest.raises(FormUnequal), office.writing() as session:
        draft_edits.edit(session, new, Edit(type="Công văn"), SPECIALIST, at)
    with office.reading() as session:
        assert session.get_one(DocumentRow, new).type_name == "Quyết định"


def test_only_what_was_issued_is_mended_and_only_what_came_in_is_answered(
    office: Database, make_draft: Drafts, make_arrival: Callable[..., Arrival], at: datetime
) -> None:
    with office.writing() as session:
        draft, new = (outgoing.create(session, make_draft(), at).id for _ in range(2))
    came = enter(office, make_arrival(organ_id="H99.01"), at)
    with office.writing() as session:
        casefile.known(session, came).state = State.REGISTERED
    tries: list[tuple[type[Refused], RelationKind, str, str]] = [
        (NotIssued, RelationKind.AMENDS, draft, "sai"),
        (RelationInvalid, RelationKind.ANSWERS, draft, ""),
        (NotIssued, RelationKind.CORRECTS, came, "sai"),
    ]
    for refusal, kind, target, reason in tries:
        with pytest.raises(refusal), office.writing() as session:
            correction_letters.tie(session, new, kind, target, at, reason=reason)
    with office.writing() as session:
        issue(session, draft, at)
    with pytest.raises(NotAnswerable), office.reading() as session:
        correction_letters.prefilled(session, RelationKind.ANSWERS, draft)
    with pytest.raises(MendingReasonMissing), office.writing() as session:
        correction_letters.tie(session, new, RelationKind.AMENDS, draft, at, reason=" ")
    with office.writing() as session:
        subject, recipients = correction_letters.prefilled(session, RelationKind.ANSWERS, came)
        assert subject == "V/v trả lời Quyết định 15/QĐ-BNV ngày 01/03/2026 của Bộ Nội vụ"
        assert recipients == ("G01",)
        subject, recipients = correction_letters.prefilled(session, RelationKind.CORRECTS, draft)
        assert subject == "V/v đính chính Quyết định 01/QĐ-S1 ngày 09/03/2026"
        assert recipients == ("H99.02",)
        correction_letters.tie(session, new, RelationKind.ANSWERS, came, at)
        assert relations.ties(session, new) == [(RelationKind.ANSWERS, came)]


def test_paper_copies_of_a_signed_document_are_counted_each_printing_once(
    office: Database, make_draft: Drafts, at: datetime
) -> None:
    with office.writing() as session:
        made = outgoing.create(session, make_draft(), at).id
    with pytest.raises(NotPrintable), office.writing() as session:
        paper_issues.printed(session, made, 1, CLERK, at)
    with office.writing() as session:
        issue(session, made, at, State.SEALED)
        for _ in range(2):
            paper_issues.printed(session, made, 3, CLERK, at, "gửi bưu điện", "print-1")
        paper_issues.printed(session, made, 2, CLERK, at + timedelta(hours=1))
        assert [each.copies for each in paper_issues.of_document(session, made)] == [3, 2]
        assert session.get_one(DocumentRow, made).issued_amount == 5
        steps = [row.step for row in ledger.history(session, made)]
        assert steps.count("issue_on_paper") == 2
    for copies in (0, -1, 10_001):
        with pytest.raises(CopiesInvalid), office.writing() as session:
            paper_issues.printed(session, made, copies, CLERK, at)
    with pytest.raises(Refused, match="right_missing"), office.writing() as session:
        paper_issues.printed(session, made, 1, SPECIALIST, at)


def test_who_is_named_inside_has_the_document_once_it_is_issued_until_they_read_it(
    office: Database, make_draft: Drafts, at: datetime
) -> None:
    head = f"H99.01-{Role.UNIT_HEAD}"
    with office.writing() as session:
        made = outgoing.create(session, make_draft(), at).id
        assert internal_copies.inform(session, made, SPECIALIST, at, people=[head]) == [head]
        assert internal_copies.inform(session, made, SPECIALIST, at, people=[head]) == []
        assert internal_copies.unread(session, [head]) == []
        issue(session, made, at)
        assert [row.id for row in internal_copies.unread(session, [head])] == [made]
        for _ in range(2):
            internal_copies.read(session, made, head, at)
        assert internal_copies.unread(session, [head]) == []
        steps = [row.step for row in ledger.history(session, made)]
        assert (steps.count("inform"), steps.count("read_copy")) == (1, 1)
    with pytest.raises(NotInformed), office.writing() as session:
        internal_copies.read(session, made, CLERK, at)
    with pytest.raises(NotInformed), office.writing() as session:
        internal_copies.inform(session, made, SPECIALIST, at, units=["no-such-unit"])


def test_what_should_have_been_issued_is_listed_until_it_is(
    office: Database, make_draft: Drafts, at: datetime
) -> None:
    def late(session: Session) -> list[tuple[Any, date]]:
        found = draft_terms.late(session, "H99.01", date(2026, 3, 12))
        return [(row.id, by) for row, by in found]

    with office.writing() as session:
        made = outgoing.create(session, make_draft(), at).id
        edit = Edit(issue_by=date(2026, 3, 11))
        changed = draft_edits.edit(session, made, edit, SPECIALIST, at)
        assert changed == {"issue_by": {"before": None, "after": "2026-03-11"}}
        assert late(session) == [(made, date(2026, 3, 11))]
        issue(session, made, at)
        assert late(session) == []
