"""The plan of files: numbers, headings, its way into force, amendments, what is refused."""

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents import dossiers, filing_plans, ledger
from documents.database import Database
from documents.directory import RightMissing
from documents.dossiers import Opening
from documents.errors import Refused
from documents.field_text import FieldRefused
from documents.filing_plan import (
    Entry,
    Heading,
    Line,
    Numbering,
    PlanInvalid,
    lines,
    numbered,
    read_lines,
    roman,
)
from documents.filing_plans import PlanInForce, PlanMissing
from documents.retention import Retention, RetentionUnknown
from tests.documents.dossier_shelf import CLERK, HEAD, LEADER, ORGAN, PLAN, SPECIALIST, outside

ENTRIES = st.lists(
    st.builds(
        Entry,
        st.sampled_from(["Hồ sơ a", "Hồ sơ b"]),
        st.builds(Retention, st.none() | st.integers(2, 70)),
        st.just("Nguyễn Văn A"),
        st.sampled_from(["", "chuyển từ 2025"]),
    ),
    max_size=4,
).map(tuple)
PLANS = st.lists(
    st.builds(
        Heading,
        st.sampled_from(["Tổ chức cán bộ", "Văn phòng"]),
        st.just("X"),
        ENTRIES,
        st.lists(st.builds(Heading, st.just("Chung"), entries=ENTRIES), max_size=3).map(tuple),
    ),
    min_size=1,
    max_size=5,
).map(lambda plan: tuple(replace(h, abbreviation=f"A{n}") for n, h in enumerate(plan)))


def entries(plan: tuple[Heading, ...]) -> list[Entry]:
    return [entry for heading in plan for entry in heading.all_entries()]


@given(PLANS, st.sampled_from(Numbering))
def test_numbers_run_without_a_gap_and_the_printed_lines_read_back(
    plan: tuple[Heading, ...], numbering: Numbering
) -> None:
    if not entries(plan):
        with pytest.raises(PlanInvalid):
            numbered(plan, numbering)
        return
    done = numbered(plan, numbering)
    runs = [entries(done)] if numbering is Numbering.WHOLE else [entries((h,)) for h in done]
    for run in runs:
        assert [entry.number for entry in run] == list(range(1, len(run) + 1))
    assert numbered(read_lines(lines(done)), numbering) == done


@pytest.mark.parametrize(("number", "said"), [(1, "I"), (4, "IV"), (9, "IX"), (1994, "MCMXCIV")])
def test_main_headings_have_roman_numerals(number: int, said: str) -> None:
    assert roman(number) == said


BAD_LINES = {
    "no-heading": [Line("01.X", "Hồ sơ", "20 năm", "A")],
    "heading-out-of-order": [Line("II", "Tổ chức", note="X")],
    "sub-heading-out-of-order": [Line("I", "Tổ chức", note="X"), Line("2", "Chung")],
    "retention-unknown": [Line("I", "Tổ chức", note="X"), Line("", "Hồ sơ", "lâu dài", "A")],
    "retention-too-long": [Line("I", "Tổ chức", note="X"), Line("", "Hồ sơ", "71 năm", "A")],
}


@pytest.mark.parametrize("case", sorted(BAD_LINES))
def test_a_line_that_is_none_is_refused(case: str) -> None:
    with pytest.raises((PlanInvalid, RetentionUnknown)):
        read_lines(BAD_LINES[case])


BAD_PLANS = {
    "empty": (),
    "no-symbol": (replace(PLAN[0], abbreviation=""),),
    "symbol-twice": (PLAN[0], PLAN[0]),
    "three-levels": (replace(PLAN[0], below=(Heading("a", below=(Heading("b"),)),)),),
    "title-too-long": (replace(PLAN[0], title="x" * 501),),
    "title-with-a-control": (replace(PLAN[0], title="x\x00"),),
}


@pytest.mark.parametrize("case", sorted(BAD_PLANS))
def test_a_plan_that_cannot_be_is_refused(case: str) -> None:
    with pytest.raises((PlanInvalid, FieldRefused)):
        numbered(BAD_PLANS[case], Numbering.HEADING)


@pytest.mark.parametrize(
    ("text", "years"),
    [("Vĩnh viễn", None), ("vinh vien", None), ("20 năm", 20), ("20", 20), ("70 Năm", 70)],
)
def test_retention_is_read_as_people_write_it(text: str, years: int | None) -> None:
    assert Retention.read(text) == Retention(years)
    assert Retention.read(str(Retention(years))) == Retention(years)


@pytest.mark.parametrize("text", ["", "1", "71", "lâu dài", "-5", "5 tháng", "٢٠", "9" * 5000])
def test_retention_that_the_law_does_not_know_is_refused(text: str) -> None:
    with pytest.raises(RetentionUnknown):
        Retention.read(text)


def test_permanent_is_longer_than_any_years() -> None:
    assert max(Retention(70), Retention(None), Retention(2)) == Retention(None)


def test_a_plan_is_drafted_anew_until_the_head_approves_it(office: Database, at: datetime) -> None:
    with pytest.raises(PlanMissing), office.writing() as session:
        filing_plans.approve(session, ORGAN, 2026, LEADER, at)
    with office.writing() as session:
        for _ in range(2):
            filing_plans.draft(session, ORGAN, 2026, PLAN, CLERK, at)
    with pytest.raises(PlanMissing), office.writing() as session:
        dossiers.open_(session, Opening(ORGAN, "01.TCCB"), SPECIALIST, at)
    with pytest.raises(RightMissing), office.writing() as session:
        filing_plans.approve(session, ORGAN, 2026, HEAD, at)
    with office.writing() as session:
        for _ in range(2):
            row = filing_plans.approve(session, ORGAN, 2026, LEADER, at)
            filing_plans.sent(session, ORGAN, 2026, CLERK, at)
    with pytest.raises(PlanInForce), office.writing() as session:
        filing_plans.draft(session, ORGAN, 2026, PLAN, CLERK, at)
    with office.reading() as session:
        steps = [entry.step for entry in ledger.history(session, row.id)]
    assert steps == ["draft_plan", "draft_plan", "approve_plan", "send_plan"]


def test_an_entry_added_to_a_plan_in_force_gets_the_next_number(
    office: Database, at: datetime
) -> None:
    with office.writing() as session:
        filing_plans.draft(
            *(session, ORGAN, 2026, (*PLAN, Heading("Văn phòng", "VP", PLAN[0].entries)), CLERK),
            at,
            numbering=Numbering.HEADING,
        )
        filing_plans.approve(session, ORGAN, 2026, LEADER, at)
        more = Entry("Hồ sơ phát sinh", Retention(10), SPECIALIST)
        given = (more, LEADER, at, "yêu cầu công việc")
        assert filing_plans.amend(session, ORGAN, 2026, (1, 0), *given).notation == "03.TCCB"
        assert filing_plans.amend(session, ORGAN, 2026, (2, 0), *given).notation == "03.VP"
        dossiers.open_(session, outside("04.VP"), SPECIALIST, at)
        for place in ((2, 0), (3, 0), (1, 1)):  # taken by a dossier, no such heading
            with pytest.raises(PlanInvalid):
                filing_plans.amend(session, ORGAN, 2026, place, *given)
        with pytest.raises(RightMissing):
            filing_plans.amend(session, ORGAN, 2026, (1, 0), more, CLERK, at, "yêu cầu")


def test_last_years_plan_is_copied_with_other_compilers(office: Database, at: datetime) -> None:
    with office.writing() as session:
        filing_plans.draft(session, ORGAN, 2025, PLAN, CLERK, at)
        filing_plans.approve(session, ORGAN, 2025, LEADER, at)
        plan = filing_plans.carried_over(session, ORGAN, 2025, {SPECIALIST: HEAD})
        row = filing_plans.draft(session, ORGAN, 2026, plan, CLERK, at)
        assert {e.compiler for e in entries(filing_plans.contents(session, row, names=False))} == {
            HEAD
        }


@pytest.mark.parametrize("year", [1944, 2028], ids=["before", "to-come"])
def test_a_plan_is_of_a_year_that_can_be(office: Database, at: datetime, year: int) -> None:
    with pytest.raises(PlanInvalid), office.writing() as session:
        filing_plans.draft(session, ORGAN, year, PLAN, CLERK, at)


def test_a_compiler_who_is_not_there_is_named_with_the_file(office: Database, at: datetime) -> None:
    wrong = (replace(PLAN[0], entries=(Entry("Hồ sơ", Retention(5), "Không Ai Cả"),)),)
    with pytest.raises(Refused, match=r"01\.TCCB.*Không Ai Cả"), office.writing() as session:
        filing_plans.draft(session, ORGAN, 2026, wrong, CLERK, at)
