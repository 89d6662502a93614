"""Delegations are recorded once, as the law wants them, and hold up or end an approval."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from documents import delegations, directory, ledger, outgoing, signatory
from documents.database import Database
from documents.delegations import Grant
from documents.document import Competence, DocumentType, Person, Role
from documents.errors import OfficeError, Refused
from documents.ledger import SYSTEM
from documents.lifecycle import Step
from documents.outgoing import Draft
from documents.tables import DelegationRow, DocumentRow

HEAD, UNIT = "H99.01-leader", "H99.01-unit_head"
DAY = timedelta(days=1)


@pytest.fixture
def wanted(at: datetime) -> Callable[..., Grant]:
    """Return a maker of authorisations of the unit's head."""

    def make(**given: Any) -> Grant:
        values: dict[str, Any] = {
            "organ_id": "H99.01",
            "capacity": Competence.AUTHORISED,
            "grantor": HEAD,
            "grantee": UNIT,
            "basis": "03/GUQ-S1",
            "valid_from": at - DAY,
            "valid_until": at + DAY,
            "types": ("Quyết định",),
        }
        return Grant(**values | given)

    return make


def grant(office: Database, wanted: Grant, at: datetime) -> str:
    with office.writing() as session:
        return delegations.grant(session, wanted, SYSTEM, at)


def refusal(office: Database, wanted: Grant, at: datetime) -> str:
    with pytest.raises(Refused) as caught:
        grant(office, wanted, at)
    with office.reading() as session:
        assert delegations.of_agency(session, "H99.01") == []
    return caught.value.code


def test_a_delegation_is_kept_as_given_and_told_by_the_ledger(
    office: Database, wanted: Callable[..., Grant], at: datetime
) -> None:
    made = grant(office, wanted(scope="Kiểm tra văn thư"), at)
    assert grant(office, wanted(scope="Kiểm tra văn thư"), at + DAY) == made
    with office.reading() as session:
        (kept,) = delegations.of_agency(session, "H99.01")
        assert (kept.id, kept.grantor_id, kept.grantee_id) == (made, HEAD, UNIT)
        assert (kept.types, kept.scope) == (("Quyết định",), "Kiểm tra văn thư")
        assert (kept.valid_from, kept.valid_until) == (at - DAY, at + DAY)
        assert [row.step for row in ledger.history(session, "")] == ["delegate"]
        assert list(ledger.verify(session)) == []


INVALID: dict[str, dict[str, Any]] = {
    "no end": {"valid_until": None},
    "no content": {"types": ()},
    "no writing": {"basis": " "},
    "ends before it begins": {"valid_until": datetime(2025, 1, 1, tzinfo=UTC)},
    "an unknown type": {"types": ("Thư tay",)},
    "TM. by a writing": {"capacity": Competence.ON_BEHALF},
    "nothing by a writing": {"capacity": Competence.HEAD},
    "by who is not the head": {"grantor": "H99.01-clerk"},
    "to oneself": {"grantee": HEAD},
}


@pytest.mark.parametrize("case", INVALID)
def test_what_the_law_does_not_know_is_not_recorded(
    case: str, office: Database, wanted: Callable[..., Grant], at: datetime
) -> None:
    given: dict[str, Any] = INVALID[case]
    assert refusal(office, wanted(**given), at) == "authority.grant_invalid"


def test_who_was_authorised_cannot_authorise(
    office: Database, wanted: Callable[..., Grant], at: datetime
) -> None:
    grant(office, wanted(), at)
    with pytest.raises(OfficeError) as caught:
        grant(office, wanted(grantor=UNIT, grantee="H99.01-specialist"), at)
    assert caught.value.code == "authority.redelegated"
    # nor may a deputy of the unit sign under it
    passed = {"grantor": UNIT, "grantee": "H99.01-specialist", "basis": "1/PC"}
    deputy = wanted(capacity=Competence.DEPUTY, **passed)
    with pytest.raises(OfficeError) as caught:
        grant(office, deputy, at)
    assert caught.value.code == "authority.redelegated"


def test_a_unit_head_who_signs_by_order_may_pass_it_to_the_deputy(
    office: Database, wanted: Callable[..., Grant], at: datetime
) -> None:
    grant(office, wanted(capacity=Competence.BY_ORDER), at)
    passed = {"grantor": UNIT, "grantee": "H99.01-specialist", "basis": "1/PC"}
    assert grant(office, wanted(capacity=Competence.DEPUTY, **passed), at)
    with pytest.raises(OfficeError) as caught:
        grant(office, wanted(capacity=Competence.BY_ORDER, **passed), at)
    assert caught.value.code == "authority.redelegated"


def test_a_delegation_is_revoked_once_and_no_row_is_changed(
    office: Database, wanted: Callable[..., Grant], at: datetime
) -> None:
    made = grant(office, wanted(), at)
    with office.writing() as session:
        delegations.revoke(session, made, SYSTEM, at, "xong việc")
    with office.reading() as session:
        (kept,) = delegations.of_agency(session, "H99.01")
        assert (kept.revoked_at, kept.in_force(at), kept.in_force(at - DAY)) == (at, False, True)
        steps = [row.step for row in ledger.history(session, "")]
        assert steps == ["delegate", "revoke_delegation"]
    for again, code in ((made, "revoked_already"), ("none", "delegation_unknown")):
        with pytest.raises(Refused) as caught, office.writing() as session:
            delegations.revoke(session, again, SYSTEM, at, "")
        assert caught.value.code == f"authority.{code}"
    for statement in (
        "UPDATE delegation SET valid_until = NULL",
        "DELETE FROM delegation_revocation",
    ):
        with pytest.raises(DatabaseError, match="append-only"), office.writing() as session:
            session.execute(text(statement))


def submitted(office: Database, draft: Draft, at: datetime) -> str:
    with office.writing() as session:
        row = outgoing.create(session, draft, at)
        outgoing.decide(session, row.id, Step.SUBMIT, row.drafter_id or "", at)
        return row.id


def approve(office: Database, document_id: str, who: str, at: datetime) -> str:
    with office.writing() as session:
        return outgoing.decide(session, document_id, Step.APPROVE, who, at)


def seat(office: Database, person: Person) -> None:
    with office.writing() as session:
        directory.put_person(session, person, signing_key="key")


UNIT_HEAD = Person(
    *(UNIT, "H99.01", "Cao Xuân Thắng", "Chánh Văn phòng", Role.UNIT_HEAD),
    *(Competence.BY_ORDER, "TL. GIÁM ĐỐC"),
)


def test_a_unit_head_is_named_as_signer_by_delegation_only(
    office: Database,
    make_draft: Callable[..., Draft],
    wanted: Callable[..., Grant],
    at: datetime,
) -> None:
    seat(office, UNIT_HEAD)
    draft = make_draft(signer_id=UNIT)
    with pytest.raises(OfficeError) as caught:
        submitted(office, draft, at)
    assert caught.value.code == "person.right_missing"
    grant(office, wanted(capacity=Competence.BY_ORDER), at)
    document_id = submitted(office, draft, at)
    assert approve(office, document_id, UNIT, at) == "approved"
    with office.writing() as session:
        outgoing.signed(session, document_id, "3" * 64, 9, at)


def test_an_approval_that_could_not_be_signed_is_refused_and_changes_nothing(
    office: Database,
    make_draft: Callable[..., Draft],
    wanted: Callable[..., Grant],
    at: datetime,
) -> None:
    seat(office, UNIT_HEAD)
    given = grant(office, wanted(capacity=Competence.BY_ORDER), at)
    decision = submitted(office, make_draft(signer_id=UNIT), at)
    letter = make_draft(signer_id=UNIT, type=DocumentType.OFFICIAL_LETTER)
    letter_id = submitted(office, letter, at)

    def refused(document_id: str, when: datetime) -> str:
        with pytest.raises(OfficeError) as caught:
            approve(office, document_id, UNIT, when)
        with office.reading() as session:
            assert session.get_one(DocumentRow, document_id).state == "submitted"
        return caught.value.code

    assert refused(letter_id, at) == "authority.out_of_scope"
    assert refused(decision, at + 2 * DAY) == "authority.delegation_not_in_force"
    with office.writing() as session:
        delegations.revoke(session, given, SYSTEM, at, "")
    assert refused(decision, at) == "authority.delegation_revoked"


def test_a_post_that_changed_since_the_draft_is_refused(
    office: Database, make_draft: Callable[..., Draft], at: datetime
) -> None:
    document_id = submitted(office, make_draft(), at)
    seat(office, Person(HEAD, "H99.01", "Người leader H99.01", "Phó Giám đốc", Role.LEADER))
    with pytest.raises(OfficeError, match=r"position_differs|capacity"):
        approve(office, document_id, HEAD, at)


def test_the_head_of_another_agency_signs_when_authorised(
    office: Database,
    make_draft: Callable[..., Draft],
    wanted: Callable[..., Grant],
    at: datetime,
) -> None:
    other = Person(
        *("H99.02-leader", "H99.02", "Phan Thị Hồng Vân", "Giám đốc", Role.LEADER),
        *(Competence.AUTHORISED, "TUQ. CHỦ TỊCH"),
    )
    seat(office, other)
    draft = make_draft(signer_id=other.id)
    with pytest.raises(OfficeError) as caught:
        submitted(office, draft, at)
    assert caught.value.code == "person.unknown"
    grant(office, wanted(grantee=other.id), at)
    document_id = submitted(office, draft, at)
    assert approve(office, document_id, other.id, at) == "approved"
    with office.reading() as session:
        row = session.get_one(DocumentRow, document_id)
        standing = signatory.standings(session, [row], at)["H99.01", other.id]
        assert standing.home is not None
        assert (standing.agency.organ_id, standing.home.organ_id) == ("H99.01", "H99.02")
        assert session.query(DelegationRow).count() == 1


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ({"basis": "04/GUQ-S1"}, True),
        ({"basis": "04/GUQ-S1", "types": ("Quyết định", "Thông báo")}, True),
        ({"basis": "04/GUQ-S1", "types": ("Thông báo",)}, False),
        ({"basis": "04/GUQ-S1", "scope": "Kiểm tra văn thư"}, False),
        ({"basis": "04/GUQ-S1", "begins": 1}, False),
        ({"basis": "04/GUQ-S1", "begins": 0}, True),
    ],
    ids=["the-same", "more-types", "another-type", "another-scope", "after-it", "within-it"],
)
def test_a_second_writing_for_the_same_right_in_the_same_days_is_refused(
    office: Database,
    wanted: Callable[..., Grant],
    at: datetime,
    given: dict[str, Any],
    refused: bool,
) -> None:
    grant(office, wanted(), at)
    if "begins" in given:
        first = at + DAY * given["begins"]
        given = given | {"valid_from": first, "valid_until": at + 3 * DAY}
    second = wanted(**{name: value for name, value in given.items() if name != "begins"})
    if not refused:
        assert grant(office, second, at)
        return
    with pytest.raises(delegations.GrantOverlaps) as caught:
        grant(office, second, at)
    assert "03/GUQ-S1" in caught.value.as_dict()["vi"]


def test_once_revoked_a_right_may_be_given_anew_for_the_same_days(
    office: Database, wanted: Callable[..., Grant], at: datetime
) -> None:
    made = grant(office, wanted(), at)
    with office.writing() as session:
        delegations.revoke(session, made, SYSTEM, at, "cấp lại")
    assert grant(office, wanted(basis="04/GUQ-S1", valid_from=at), at) != made
