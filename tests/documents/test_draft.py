"""Drafts: what may be handed in, and what is refused at the door."""

import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from documents import directory, ledger, outgoing, secret_refusals
from documents.abbreviations import NotationUncapital
from documents.database import Database
from documents.deadline import DeadlinePast
from documents.directory import AgencyNotServed, AgencyUnknown, PersonUnknown, RightMissing
from documents.document import Person, Role
from documents.ledger import Actor
from documents.outgoing import (
    Draft,
    RecipientsMissing,
    SecretRefused,
    SubjectInvalid,
    check_subject,
)
from documents.tables import DeliveryRow, DocumentRow, LedgerRow

Drafts = Callable[..., Draft]
LEADER, SPECIALIST = f"H99.01-{Role.LEADER}", f"H99.01-{Role.SPECIALIST}"


def create(office: Database, draft: Draft, at: datetime) -> str:
    with office.writing() as session:
        return outgoing.create(session, draft, at).id


def nothing_is_kept(office: Database) -> None:
    with office.reading() as session:
        for table in (DocumentRow, DeliveryRow, LedgerRow):
            assert session.scalar(select(func.count()).select_from(table)) == 0


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"confidentiality": "Mật"}, SecretRefused),
        ({"due_date": date(2020, 1, 1)}, DeadlinePast),
        ({"notation": "qđ-ubnd"}, NotationUncapital),
        ({"organ_id": "H98.01"}, AgencyUnknown),
        ({"organ_id": "H99.03"}, AgencyNotServed),
        ({"recipients": ("H99.02", "H77.01")}, AgencyUnknown),
        ({"recipients": ()}, RecipientsMissing),
        ({"signer_id": "H99.01-specialist"}, RightMissing),
        ({"signer_id": "H99.01-clerk"}, RightMissing),
        ({"signer_id": "H99.02-leader"}, PersonUnknown),
        ({"drafter_id": "nobody"}, PersonUnknown),
        ({"subject": ""}, SubjectInvalid),
    ],
)
def test_a_draft_that_cannot_be_is_refused_and_nothing_is_kept(
    office: Database,
    make_draft: Drafts,
    at: datetime,
    given: dict[str, Any],
    error: type[Exception],
) -> None:
    with pytest.raises(error), office.writing() as session:
        outgoing.create(session, make_draft(**given), at)
    nothing_is_kept(office)


def test_a_leader_without_a_key_cannot_be_the_signer(
    office: Database, make_draft: Drafts, make_person: Callable[..., Person], at: datetime
) -> None:
    with office.writing() as session:
        directory.put_person(session, make_person(role=Role.LEADER, id="new", full_name="Mới"))
    with pytest.raises(RightMissing), office.writing() as session:
        outgoing.create(session, make_draft(signer_id="new"), at)


def test_the_refusal_of_a_secret_is_recorded_without_its_content(
    office: Database, make_draft: Drafts, at: datetime
) -> None:
    draft = make_draft(confidentiality="Tối mật", subject="Nội dung bí mật")
    with pytest.raises(SecretRefused) as refused, office.writing() as session:
        outgoing.create(session, draft, at)
    assert "Nội dung" not in str(refused.value)
    actor = Actor(SPECIALIST, Role.SPECIALIST)
    with office.writing() as session:
        secret_refusals.record(session, "H99.01", "Tối mật", actor, at)
    with office.reading() as session:
        (row,) = session.scalars(select(LedgerRow)).all()
        assert (row.step, row.actor, row.document_id) == ("refuse_secret", actor.id, "")
        assert row.detail == '{"mark": "Tối mật"}'
        assert row.evidence == ""
        assert session.scalar(select(func.count()).select_from(DocumentRow)) == 0
        assert list(ledger.verify(session)) == []


def test_old_and_new_codes_of_one_agency_make_one_delivery(
    office: Database, make_draft: Drafts, at: datetime
) -> None:
    codes = ("H99.02", "000.00.02.H99", "000.00.03.H99", "H99.02")
    document = create(office, make_draft(recipients=codes), at)
    with office.reading() as session:
        assert [d.organ_id for d in outgoing.deliveries_of(session, document)] == [
            "H99.02",
            "H99.03",
        ]


def test_an_agency_is_its_own_by_its_old_code_too(
    office: Database, make_draft: Drafts, at: datetime
) -> None:
    draft = make_draft(organ_id="000.00.01.H99", signer_id=LEADER, drafter_id=SPECIALIST)
    document = create(office, draft, at)
    with office.reading() as session:
        assert session.get_one(DocumentRow, document).organ_id == "H99.01"


@pytest.mark.parametrize(
    ("subject", "valid"),
    [
        ("a", True),
        ("a" * 500, True),
        ("a" * 501, False),
        ("ế" * 500, True),
        (unicodedata.normalize("NFD", "ế" * 500), True),
        (unicodedata.normalize("NFD", "ế" * 501), False),
        ("", False),
        (" \n\t ", False),
        ("a\x00b", False),
        ("a\x1bb", False),
        ("a\x7fb", False),
        ("a\x85b", False),
        ("a\ud800b", False),
        ("a\ue000b", False),
    ],
)
def test_a_subject_has_1_to_500_characters_and_no_control(subject: str, valid: bool) -> None:
    if valid:
        assert 1 <= len(check_subject(subject)) <= 500
    else:
        with pytest.raises(SubjectInvalid):
            check_subject(subject)


def test_a_subject_is_composed_and_its_white_space_single() -> None:
    broken = unicodedata.normalize("NFD", "Về việc\r\n\u2028 báo  cáo\ttháng\u00a03 ")
    assert check_subject(broken) == "Về việc báo cáo tháng 3"


@given(subject=st.text(max_size=600))
def test_an_accepted_subject_is_accepted_again_unchanged(subject: str) -> None:
    try:
        accepted = check_subject(subject)
    except SubjectInvalid:
        return
    assert check_subject(accepted) == accepted
    assert accepted.isprintable() or any(unicodedata.category(c) in {"Cf", "Cn"} for c in accepted)
