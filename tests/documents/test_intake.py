"""Documents by scan, file and hand: taken in once, registered by the clerk, joined, sent back."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from documents import (
    acknowledgement,
    arrival_edits,
    audit,
    casefile,
    incoming,
    intake,
    intake_facts,
    intakes,
    ledger,
    number_report,
    register,
)
from documents.awaited import Awaited
from documents.channel import Channel
from documents.database import Database
from documents.directory import RightMissing
from documents.document import Role
from documents.duplicates import DuplicateFound
from documents.field_text import DayRefused, FieldRefused, NotationInvalid, SubjectInvalid
from documents.incoming import ClerkRegisters, Finding
from documents.intake import TakenFile
from documents.intake_facts import CodeUnreadable, IntakeFacts, IntakeIncomplete, split_code
from documents.joining import ReasonWanted
from documents.lifecycle import State, Step
from documents.proposal import Confidence, Proposal
from documents.secrecy import SecretRefused
from documents.tables import DocumentRow, FeedbackRow, IntakeRow
from tests.documents.parcels import enter, owed

ORGAN = "H99.02"
CLERK = f"{ORGAN}-{Role.CLERK}"
MARCH = date(2026, 3, 1)
FACTS = IntakeFacts(
    type="Quyết định",
    subject="Ban hành quy chế văn thư",
    sender="H99.03",
    code="15/QĐ-S3",
    promulgated=date(2026, 3, 2),
)


def a_file(digest: str = "f", **given: Any) -> TakenFile:
    file = TakenFile(ORGAN, Channel.SCAN, "quét 1.pdf", digest * 64, 9, 2)
    return replace(file, **given)


def taken(office: Database, at: datetime, file: TakenFile | None = None) -> str:
    """Take a file in and verify it as the flow does; return the document."""
    with office.writing() as session:
        document = intake.take_in(session, file or a_file(), at)
        incoming.verified(session, document, Finding("UNSIGNED", {}), at)
    return document


def row(office: Database, document: str) -> DocumentRow:
    with office.reading() as session:
        return casefile.known(session, document)


def test_a_scan_waits_for_the_clerk_and_is_registered_by_them_alone(
    office: Database, at: datetime
) -> None:
    document = taken(office, at)
    waits = row(office, document)
    assert (waits.state, waits.awaits) == (State.VERIFIED, Awaited.REGISTER)
    # it waits, and nothing is wrong with it: no list of troubles has it
    assert (waits.held, waits.error_code) == (False, None)
    with pytest.raises(ClerkRegisters), office.writing() as session:
        incoming.registered(session, document, at)
    with office.writing() as session:
        done = intake.register_waiting(session, document, CLERK, at, FACTS)
    kept = row(office, document)
    assert (kept.state, kept.receipt_number, kept.arrival_date) == (
        State.REGISTERED,
        done.number,
        date(2026, 3, 9),
    )
    assert (kept.sender_organ_id, kept.sender_name) == ("H99.03", "Sở số 3")
    assert (kept.code_number, kept.code_notation) == ("15", "QĐ-S3")
    assert kept.document_key == "H99.03,2026/03/02,15/QĐ-S3"
    assert not kept.held
    assert owed(office, document) == []
    with office.reading() as session:
        assert list(audit.contradictions(session)) == []
        assert intakes.waiting(session, ORGAN) == []


def test_registering_again_gives_the_same_number(office: Database, at: datetime) -> None:
    document = taken(office, at)
    with office.writing() as session:
        first = intake.register_waiting(session, document, CLERK, at, FACTS)
    with office.writing() as session:
        assert intake.register_waiting(session, document, CLERK, at).number == first.number


def test_the_same_file_is_one_document(office: Database, at: datetime) -> None:
    first, other = taken(office, at), a_file("e")
    with office.writing() as session:
        again = a_file(name="tên khác.pdf", channel=Channel.FILE)
        assert intake.take_in(session, again, at, CLERK) == first
        assert intake.take_in(session, other, at) != first
    with office.reading() as session:
        assert len(session.scalars(select(IntakeRow)).all()) == 2


def test_paper_and_axis_share_the_incoming_series(
    office: Database, at: datetime, make_arrival: Callable[..., Any]
) -> None:
    numbers = []
    for place in range(3):
        arrival = make_arrival(
            axis_id=f"m-{place}", message_sha256=f"{place}" * 64, document_key=f"G01,{place}"
        )
        document = enter(office, replace(arrival, code_number=f"{90 + place}"), at)
        with office.writing() as session:
            incoming.verified(session, document, Finding("TOTAL-PASSED", {}), at)
            numbers.append(incoming.registered(session, document, at))
        facts = replace(FACTS, code=f"{place + 1}/QĐ-S3", subject=f"Việc số {place}")
        with office.writing() as session:
            numbers.append(intake.enter(session, ORGAN, facts, CLERK, at).receipt_number or 0)
    assert numbers == [1, 2, 3, 4, 5, 6]
    with office.reading() as session:
        assert register.gaps(session) == []
        assert number_report.report(session, at).sound


def test_accepted_proposals_complete_what_the_clerk_says_and_never_more(
    office: Database, at: datetime
) -> None:
    proposals = (
        Proposal("code", "7/QĐ-S3", Confidence.LIKELY, "số"),
        Proposal("promulgated", "2026-03-01", Confidence.LIKELY, "ngày"),
        Proposal("subject", "Đọc từ tệp", Confidence.GUESS, "trích yếu"),
        Proposal("type", "Quyết định", Confidence.LIKELY, "tên"),
    )
    document = taken(office, at, a_file(proposals=proposals, agency="SỞ SỐ 3"))
    assert row(office, document).subject == ""
    with pytest.raises(IntakeIncomplete), office.writing() as session:
        intake.register_waiting(session, document, CLERK, at)
    typed = IntakeFacts(subject="Gõ tay")
    with office.writing() as session:
        intake.register_waiting(session, document, CLERK, at, typed, accept="all")
    kept = row(office, document)
    assert (kept.subject, kept.code_number, kept.promulgated, kept.sender_organ_id) == (
        "Gõ tay",
        "7",
        date(2026, 3, 1),
        "H99.03",
    )


def test_a_double_is_registered_with_a_reason_only(office: Database, at: datetime) -> None:
    with office.writing() as session:
        first = intake.enter(session, ORGAN, FACTS, CLERK, at)
    again = replace(FACTS, code="015/qd-s3", subject="Trích yếu khác")
    with pytest.raises(DuplicateFound) as refusal, office.writing() as session:
        intake.enter(session, ORGAN, again, CLERK, at)
    assert first.id in str(refusal.value)
    with office.writing() as session:
        second = intake.enter(session, ORGAN, again, CLERK, at, despite="bản khác nội dung")
    assert second.receipt_number == 2
    with office.reading() as session:
        said = [r for r in ledger.history(session, second.id) if r.step == Step.REGISTER]
        assert first.id in said[0].detail
        assert "bản khác nội dung" in said[0].detail


@pytest.mark.parametrize(
    ("facts", "error"),
    [
        (replace(FACTS, subject="x" * 501), SubjectInvalid),
        (replace(FACTS, subject="a\x00b"), SubjectInvalid),
        (replace(FACTS, subject="Kế hoạch \u202egnoad"), SubjectInvalid),
        (replace(FACTS, code="không / phải số"), CodeUnreadable),
        (replace(FACTS, code="15/" + "Q" * 31), NotationInvalid),
        (replace(FACTS, promulgated=date(2026, 3, 10)), DayRefused),
        (replace(FACTS, promulgated=date(1899, 1, 1)), DayRefused),
        (replace(FACTS, arrival_date=date(2026, 3, 1)), DayRefused),
        (replace(FACTS, arrival_date=date(2027, 3, 1)), DayRefused),
        (replace(FACTS, sender="x" * 201), FieldRefused),
        (replace(FACTS, sender=" "), IntakeIncomplete),
        (replace(FACTS, pages=1000), FieldRefused),
        (replace(FACTS, to_places=("x" * 300,) * 4), FieldRefused),
        (replace(FACTS, subject="MẬT - kế hoạch"), SecretRefused),
        (replace(FACTS, confidentiality="Tối mật"), SecretRefused),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_impossible_facts_enter_nothing(
    office: Database, at: datetime, facts: IntakeFacts, error: type[Exception]
) -> None:
    with pytest.raises(error), office.writing() as session:
        intake.enter(session, ORGAN, facts, CLERK, at)
    with office.reading() as session:
        assert session.scalars(select(DocumentRow)).all() == []
        assert number_report.report(session, at).registers == []


def test_only_the_clerk_registers(office: Database, at: datetime) -> None:
    with pytest.raises(RightMissing), office.writing() as session:
        intake.enter(session, ORGAN, FACTS, f"{ORGAN}-{Role.SPECIALIST}", at)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("15/QĐ-UBND", ("15", "QĐ-UBND")),
        ("Số: 05 / BNV - VP", ("05", "BNV-VP")),
        ("128/2025/QĐ-UBND", ("128", "2025/QĐ-UBND")),
        ("12a/TB-VP", ("12a", "TB-VP")),
        ("7", ("7", "")),
        ("GM-UBND", (None, "GM-UBND")),
    ],
)
def test_one_box_is_taken_apart_as_it_is_printed(typed: str, read: tuple[str | None, str]) -> None:
    assert split_code(typed) == read


def test_an_agency_outside_the_catalogue_is_kept_by_its_name(
    office: Database, at: datetime
) -> None:
    facts = replace(FACTS, sender="Công ty Cấp nước Sơn Hải", code="12/CTCN")
    with office.writing() as session:
        kept = intake.enter(session, ORGAN, facts, CLERK, at)
    assert (kept.sender_organ_id, kept.sender_name) == ("", "Công ty Cấp nước Sơn Hải")
    with pytest.raises(DuplicateFound), office.writing() as session:
        intake.enter(session, ORGAN, facts, CLERK, at)


def test_an_edit_keeps_before_and_after_and_the_sender_of_the_axis(
    office: Database, at: datetime, make_arrival: Callable[..., Any]
) -> None:
    document = enter(office, make_arrival(subject="Sai chính tã"), at)
    with office.writing() as session:
        incoming.verified(session, document, Finding("TOTAL-PASSED", {}), at)
        incoming.registered(session, document, at)
    mended = IntakeFacts(subject="Đúng chính tả", type="Thông báo")
    with office.writing() as session:
        changed = arrival_edits.edit(session, document, mended, CLERK, at)
    assert changed["subject"] == {"before": "Sai chính tã", "after": "Đúng chính tả"}
    kept = row(office, document)
    assert (kept.message_sha256, kept.document_key) == ("a" * 64, "G01,2026/03/01,15/QĐ-BNV")
    with office.writing() as session:
        assert arrival_edits.edit(session, document, mended, CLERK, at) == {}
    with pytest.raises(intake_facts.SenderKept), office.writing() as session:
        arrival_edits.edit(session, document, IntakeFacts(sender="H99.03"), CLERK, at)
    earlier = IntakeFacts(arrival_date=date(2026, 3, 6))
    with pytest.raises(ReasonWanted), office.writing() as session:
        arrival_edits.edit(session, document, earlier, CLERK, at)
    with office.writing() as session:
        arrival_edits.edit(session, document, earlier, CLERK, at, "bì đến chiều thứ Sáu")
    late = IntakeFacts(arrival_date=date(2026, 3, 10))
    with pytest.raises(DayRefused), office.writing() as session:
        arrival_edits.edit(session, document, late, CLERK, at + timedelta(days=3), "nhầm")
    assert row(office, document).arrival_date == date(2026, 3, 6)


def test_an_edit_that_makes_a_double_is_warned_of(office: Database, at: datetime) -> None:
    with office.writing() as session:
        intake.enter(session, ORGAN, FACTS, CLERK, at)
        other = replace(FACTS, code="16/QĐ-S3", subject="Việc khác hẳn")
        second = intake.enter(session, ORGAN, other, CLERK, at)
    with pytest.raises(DuplicateFound), office.writing() as session:
        arrival_edits.edit(session, second.id, IntakeFacts(code="15/QĐ-S3"), CLERK, at)
    assert row(office, second.id).code_number == "16"


def test_what_is_not_registered_or_filed_is_not_edited(office: Database, at: datetime) -> None:
    document = taken(office, at)
    with pytest.raises(arrival_edits.ArrivalClosed), office.writing() as session:
        arrival_edits.edit(session, document, IntakeFacts(subject="Gì đó"), CLERK, at)


def test_who_was_not_told_the_same_day_is_listed(
    office: Database, at: datetime, make_arrival: Callable[..., Any]
) -> None:
    document = enter(office, make_arrival(), at)
    taken(office, at)
    day = date(2026, 3, 9)
    with office.reading() as session:
        (late,) = acknowledgement.not_told(session, ORGAN, day)
        assert (late.document_id, late.lacking) == (document, ("01", "02/03"))
    with office.writing() as session:
        incoming.verified(session, document, Finding("TOTAL-PASSED", {}), at)
        incoming.registered(session, document, at)
        for owing in session.scalars(select(FeedbackRow)):
            owing.sent_at = at + (timedelta(days=1) if owing.code == "03" else timedelta())
    with office.reading() as session:
        (late,) = acknowledgement.not_told(session, ORGAN, day)
        assert late.lacking == ("02/03",)
        assert acknowledgement.not_told(session, ORGAN, day + timedelta(days=1)) == []
