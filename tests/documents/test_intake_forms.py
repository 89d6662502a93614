"""One document in two forms has one number; sent back, renumbered, in its envelope."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from documents import (
    audit,
    book_rows,
    directory,
    envelopes,
    incoming,
    intake,
    intakes,
    joining,
    ledger,
    number_report,
    register,
    renumbering,
)
from documents.book import BookKind
from documents.book_rows import BookWanted
from documents.database import Database
from documents.document import Agency, Role
from documents.duplicates import DuplicateFound
from documents.envelope import Anomaly, EnvelopeState
from documents.incoming import Finding
from documents.joining import JoinRefused, ReasonWanted
from documents.lifecycle import State, Step
from documents.tables import EnvelopeRow, FeedbackRow
from tests.documents.parcels import enter, owed
from tests.documents.test_intake import CLERK, FACTS, MARCH, ORGAN, a_file, row, taken


def test_paper_after_the_electronic_document_takes_no_number(
    office: Database, at: datetime, make_arrival: Callable[..., Any]
) -> None:
    electronic = enter(office, make_arrival(), at)
    with office.writing() as session:
        incoming.verified(session, electronic, Finding("TOTAL-PASSED", {}), at)
        incoming.registered(session, electronic, at)
    paper = replace(FACTS, sender="Bộ Nội vụ", code="15/QĐ-BNV", promulgated=date(2026, 3, 1))
    with pytest.raises(DuplicateFound), office.writing() as session:
        intake.enter(session, ORGAN, paper, CLERK, at)
    with office.writing() as session:
        joined = intake.enter(session, ORGAN, paper, CLERK, at, same_as=electronic)
    assert (joined.state, joined.receipt_number) == (State.REPLACED, None)
    with office.reading() as session:
        assert [form.document_id for form in intakes.forms_of(session, electronic)] == [joined.id]
        assert ledger.history(session, electronic)[-1].step == "paper_follows"
        assert number_report.report(session, at).sound
        assert list(audit.contradictions(session)) == []
    assert owed(office, electronic) == ["01", "03"]


def test_a_form_of_a_document_is_not_warned_of_itself(office: Database, at: datetime) -> None:
    with office.writing() as session:
        first = intake.enter(session, ORGAN, FACTS, CLERK, at)
    scan = taken(office, at)
    with office.writing() as session:
        joining.join(session, scan, first.id, CLERK, at)
        joining.join(session, scan, first.id, CLERK, at)
    with pytest.raises(DuplicateFound) as refusal, office.writing() as session:
        intake.enter(session, ORGAN, FACTS, CLERK, at)
    assert refusal.value.args[0] == "1"


def test_nothing_is_joined_to_itself_to_what_is_gone_or_to_others(
    office: Database, at: datetime
) -> None:
    scan, gone = taken(office, at), taken(office, at, a_file("e"))
    with office.writing() as session:
        joining.send_back(session, gone, CLERK, at, "gửi nhầm")
        elsewhere = intake.enter(session, "H99.01", FACTS, f"H99.01-{Role.CLERK}", at).id
    for other in (scan, gone, elsewhere):
        with pytest.raises(JoinRefused), office.writing() as session:
            joining.join(session, scan, other, CLERK, at)


def test_what_is_sent_back_has_a_reason_and_owes_no_status(office: Database, at: datetime) -> None:
    document = taken(office, at)
    with pytest.raises(ReasonWanted), office.writing() as session:
        joining.send_back(session, document, CLERK, at, "  ")
    with office.writing() as session:
        joining.send_back(session, document, CLERK, at, "gửi nhầm nơi nhận", "giao tay")
    assert row(office, document).state == State.REFUSED
    assert owed(office, document) == []
    with office.reading() as session:
        assert session.scalars(select(FeedbackRow)).all() == []


def test_the_electronic_document_that_follows_takes_the_papers_number(
    office: Database, at: datetime, make_arrival: Callable[..., Any]
) -> None:
    paper_facts = replace(FACTS, sender="Bộ Nội vụ", code="15/QĐ-BNV")
    with office.writing() as session:
        directory.put_agency(session, Agency("G01", "Bộ Nội vụ", "BNV", "Hà Nội"))
        paper = intake.enter(session, ORGAN, replace(paper_facts, promulgated=MARCH), CLERK, at)
    electronic = enter(office, make_arrival(), at)
    with office.writing() as session:
        incoming.verified(session, electronic, Finding("TOTAL-PASSED", {}), at)
    assert row(office, electronic).state == State.QUARANTINED
    with pytest.raises(ReasonWanted), office.writing() as session:
        joining.take_over(session, electronic, paper.id, CLERK, at, "")
    for _ in range(2):
        with office.writing() as session:
            assert joining.take_over(session, electronic, paper.id, CLERK, at, "bản điện tử") == 1
    kept = row(office, electronic)
    assert (kept.state, kept.receipt_number) == (State.REGISTERED, 1)
    assert row(office, paper.id).state == State.REPLACED
    assert owed(office, electronic) == ["01", "03"]
    with office.reading() as session:
        report = number_report.report(session, at)
        assert (report.sound, report.registers[0].documents) == (True, 1)
        assert list(audit.contradictions(session)) == []
        assert register.number_of(session, electronic) == 1


def test_paper_in_work_keeps_its_number(
    office: Database, at: datetime, make_arrival: Callable[..., Any]
) -> None:
    with office.writing() as session:
        directory.put_agency(session, Agency("G01", "Bộ Nội vụ", "BNV", "Hà Nội"))
        facts = replace(FACTS, sender="G01", code="15/QĐ-BNV", promulgated=MARCH)
        paper = intake.enter(session, ORGAN, facts, CLERK, at).id
        incoming.handled(session, paper, Step.SUBMIT, CLERK, at)
    electronic = enter(office, make_arrival(), at)
    with office.writing() as session:
        incoming.verified(session, electronic, Finding("TOTAL-PASSED", {}), at)
    with pytest.raises(joining.HandlingBegun), office.writing() as session:
        joining.take_over(session, electronic, paper, CLERK, at, "bản điện tử")


def test_another_number_leaves_the_old_one_void_and_visible(office: Database, at: datetime) -> None:
    with office.writing() as session:
        first = intake.enter(session, ORGAN, FACTS, CLERK, at).id
        other = replace(FACTS, code="16/QĐ-S3", subject="Việc khác hẳn")
        intake.enter(session, ORGAN, other, CLERK, at)
    with pytest.raises(ReasonWanted), office.writing() as session:
        renumbering.renumber(session, first, CLERK, at, " ")
    for expected in (3, 4):
        with office.writing() as session:
            assert renumbering.renumber(session, first, CLERK, at, "ghi nhầm sổ") == expected
    with office.reading() as session:
        report = number_report.report(session, at)
        assert (report.sound, report.registers[0].void) == (True, 2)
        assert register.gaps(session) == []
        assert list(audit.contradictions(session)) == []
        for kind in (BookKind.INCOMING, BookKind.HANDLING):
            wanted = BookWanted(ORGAN, kind, 2026)
            rows = list(book_rows.rows(session, wanted))
            assert [each.number for each in rows] == [1, 2, 3, 4]
            assert {len(each.cells) for each in rows} == {len(wanted.form.columns)}
            assert "Hủy: ghi nhầm sổ" in str(rows[0].cells[-1])


def test_an_envelope_goes_unopened_comes_back_and_is_registered(
    office: Database, at: datetime
) -> None:
    bought = envelopes.Envelope(
        ORGAN,
        "Sở số 3",
        "Ông Nguyễn Văn A",
        date(2026, 3, 9),
        codes="15/QĐ-S3",
        anomalies={Anomaly.TORN: "góc phải"},
    )
    with office.writing() as session:
        envelope = envelopes.receive(session, bought, CLERK, at).id
        envelopes.forward(session, envelope, f"{ORGAN}-{Role.LEADER}", CLERK, at)
    with pytest.raises(envelopes.EnvelopeStepRefused), office.writing() as session:
        envelopes.send_back(session, envelope, CLERK, at, "nhầm")
    with office.writing() as session:
        envelopes.bring_back(session, envelope, f"{ORGAN}-{Role.LEADER}", at)
        document = intake.enter(session, ORGAN, FACTS, CLERK, at).id
        differs = {Anomaly.CODES_DIFFER: "ngoài bì 15, bên trong 16"}
        envelopes.open_envelope(session, envelope, document, CLERK, at, differs)
        envelopes.open_envelope(session, envelope, document, CLERK, at, differs)
    with office.reading() as session:
        kept = session.get_one(EnvelopeRow, envelope)
        assert (kept.state, kept.document_id, len(kept.anomalies)) == (
            EnvelopeState.OPENED,
            document,
            2,
        )
        assert ledger.history(session, document)[-1].step == "open_envelope"
        assert list(ledger.verify(session)) == []
