"""The rule of doubles, and the store's answer against a plain comparison of everything."""

from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from documents import duplicates, intake
from documents.database import Database
from documents.document import Role
from documents.duplicates import DuplicateFound
from documents.intake_facts import IntakeFacts
from documents.likeness import Known, Likeness, likeness
from documents.tables import DocumentRow

ORGAN = "H99.02"
CLERK = f"{ORGAN}-{Role.CLERK}"
BASE = Known("H99.03", "Sở số 3", "15/QĐ-S3", date(2026, 3, 2), "Ban hành quy chế văn thư")


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (BASE, Likeness.CODE),
        (replace(BASE, code="015/qd-s3"), Likeness.CODE),
        (replace(BASE, code="15 / QĐ – S3"), Likeness.CODE),
        (replace(BASE, promulgated=date(2026, 5, 2)), Likeness.CODE),
        (replace(BASE, promulgated=None), Likeness.CODE),
        (replace(BASE, promulgated=date(2025, 3, 2)), None),
        (replace(BASE, code="16/QĐ-S3"), Likeness.SUBJECT),
        (replace(BASE, code=""), Likeness.SUBJECT),
        (replace(BASE, code="", subject="V/v  BAN HÀNH quy chế văn thư"), Likeness.SUBJECT),
        (replace(BASE, code="", promulgated=date(2026, 3, 3)), None),
        (replace(BASE, sender_code="H99.04"), None),
        (replace(BASE, sender_code=""), Likeness.CODE),
        (replace(BASE, sender_code="", sender_name="SỞ SỐ 3"), Likeness.CODE),
        (replace(BASE, sender_code="", sender_name="Sở số 4"), None),
    ],
)
def test_what_repeats(other: Known, expected: Likeness | None) -> None:
    assert likeness(BASE, other) == expected
    assert likeness(other, BASE) == expected


def test_a_short_subject_says_nothing() -> None:
    short = replace(BASE, code="", subject="Giấy mời")
    assert likeness(short, short) is None


def test_the_identifier_and_the_file_come_first() -> None:
    keyed = replace(BASE, document_key="H99.03,2026/03/02,15/QĐ-S3")
    assert likeness(keyed, replace(keyed, code="")) is Likeness.KEY
    filed = replace(BASE, file_sha256="a" * 64, sender_code="H99.03")
    assert likeness(filed, replace(filed, sender_code="G01")) is Likeness.FILE


FACTS = st.builds(
    IntakeFacts,
    type=st.just("Quyết định"),
    subject=st.sampled_from(
        ["Ban hành quy chế văn thư", "V/v ban hành quy chế văn thư", "Cử người đi công tác xa"]
    ),
    sender=st.sampled_from(["H99.03", "000.00.03.H99", "Sở số 3", "Công ty Cấp nước"]),
    code=st.sampled_from(["5/QĐ-S3", "05/QĐ-S3", "05/qđ-s3", "6/QĐ-S3", "5/TB-S3", None]),
    promulgated=st.sampled_from([date(2026, 3, 2), date(2026, 3, 3), date(2025, 3, 2), None]),
)


@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(given_facts=st.lists(FACTS, min_size=1, max_size=5))
def test_the_store_warns_of_what_the_rule_says_and_of_nothing_else(
    office: Database, at: datetime, given_facts: list[IntakeFacts]
) -> None:
    with Session(office.engine) as session:  # never committed: each example begins anew
        before: list[DocumentRow] = []
        for facts in given_facts:
            row = intake.enter(session, ORGAN, facts, CLERK, at, despite="mô hình")
            mine = duplicates.known(session, row)
            wanted = {
                other.id
                for other in before
                if likeness(mine, duplicates.known(session, other)) is not None
            }
            found = {twin.document_id for twin in duplicates.of_row(session, row)}
            assert found == wanted
            before.append(row)


def test_a_code_of_another_year_is_another_document(office: Database, at: datetime) -> None:
    first = IntakeFacts(
        type="Quyết định",
        subject="Việc của năm trước",
        sender="H99.03",
        code="05/QĐ-S3",
        promulgated=date(2025, 12, 31),
    )
    with office.writing() as session:
        intake.enter(session, ORGAN, first, CLERK, at)
        this_year = replace(first, subject="Việc của năm nay", promulgated=date(2026, 1, 5))
        intake.enter(session, ORGAN, this_year, CLERK, at)
    with pytest.raises(DuplicateFound), office.writing() as session:
        intake.enter(session, ORGAN, replace(first, code="5/QĐ-S3"), CLERK, at)
