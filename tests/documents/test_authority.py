"""Every capacity of Decree 30/2020, Art. 13: when it fits, and every way in which it does not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from documents.authority import Post, Standing, assess, collective_by_name, refuse
from documents.capacity import Printed
from documents.credential import Binding, Credential, assess_seal
from documents.delegation import Delegation
from documents.document import Agency, Competence, Person, Role
from documents.objections import PositionDiffers, SeveralObjections

AT = datetime(2026, 3, 9, 2, 0, tzinfo=UTC)
DAY = timedelta(days=1)
PROVINCE = Agency("H99", "Ủy ban nhân dân tỉnh Sơn Hải", "UBND", "Sơn Hải")
DEPARTMENT = Agency("H99.02", "Sở Nội vụ", "SNV", "Sơn Hải", "UBND tỉnh Sơn Hải")
TM, KT, TL, TUQ, Q = (
    Competence.ON_BEHALF,
    Competence.DEPUTY,
    Competence.BY_ORDER,
    Competence.AUTHORISED,
    Competence.ACTING,
)


def person(id_: str, name: str, position: str, line: str = "", **given: Any) -> Person:
    competence = Competence(line.split(" ")[0]) if line else Competence.HEAD
    values: dict[str, Any] = {"organ_id": "H99.02", "role": Role.LEADER} | given
    return Person(
        id=id_,
        full_name=name,
        position=position,
        competence=competence,
        competence_line=line,
        **values,
    )


CHAIR = person("chair", "Trần Quốc Khánh", "Chủ tịch", "TM. ỦY BAN NHÂN DÂN", organ_id="H99")
VICE = person("vice", "Quách Thành Nam", "Phó Chủ tịch", "KT. CHỦ TỊCH", organ_id="H99")
HEAD = person("head", "Phan Thị Hồng Vân", "Giám đốc")
DEPUTY = person("deputy", "Đặng Hữu Phước", "Phó Giám đốc", "KT. GIÁM ĐỐC")
ACTING = person("acting", "Lê Thu Hà", "Giám đốc", "Q. GIÁM ĐỐC")
OFFICE = person("office", "Cao Xuân Thắng", "Chánh Văn phòng", role=Role.UNIT_HEAD)
UNDER = person("under", "Lý Gia Hân", "Phó Chánh Văn phòng", role=Role.UNIT_HEAD)
PEOPLE = {each.id: each for each in (CHAIR, VICE, HEAD, DEPUTY, ACTING, OFFICE, UNDER)}


def gives(capacity: Competence, grantor: str, grantee: str, **given: Any) -> Delegation:
    values: dict[str, Any] = {
        "types": (),
        "scope": "",
        "basis": f"{capacity}{grantee}",
        "valid_from": AT - 30 * DAY,
        "valid_until": AT + 30 * DAY,
    } | given
    return Delegation(
        id=f"{capacity}{grantor}{grantee}",
        organ_id="H99.02",
        capacity=capacity,
        grantor_id=grantor,
        grantee_id=grantee,
        **values,
    )


EXPIRED = {"valid_until": AT - DAY}
FUTURE = {"valid_from": AT + DAY, "valid_until": AT + 2 * DAY}
REVOKED = {"revoked_at": AT - DAY}
LETTERS = {"types": ("Công văn",)}
ORDER = gives(TL, "head", "office")
PASSED = gives(KT, "office", "under")


def standing(who: Person, *delegations: Delegation, **given: Any) -> Standing:
    agency = PROVINCE if who.organ_id == "H99" else DEPARTMENT
    values: dict[str, Any] = {
        "post": Post(who),
        "agency": agency,
        "collective": collective_by_name(agency.name),
        "delegations": delegations,
        "grantors": tuple(
            Post(PEOPLE[each]) for each in {d.grantor_id for d in delegations} if each
        ),
    }
    return Standing(**values | given)


def block(who: Person, *lines: str) -> Printed:
    return Printed.of(lines, who.full_name)


FITS = {
    "the head, without a prefix": (HEAD, ["GIÁM ĐỐC"], []),
    "the head of a collective, for it": (CHAIR, ["TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"], []),
    "its full name, over two lines": (
        CHAIR,
        ["TM. ỦY BAN NHÂN DÂN", "TỈNH SƠN HẢI", "CHỦ TỊCH"],
        [],
    ),
    "the head of a collective, alone": (CHAIR, ["CHỦ TỊCH"], []),
    "a deputy, nothing assigned on record": (DEPUTY, ["KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"], []),
    "a deputy, within the field": (
        DEPUTY,
        ["KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"],
        [gives(KT, "head", "deputy", types=("Quyết định",))],
    ),
    "a deputy of a collective": (VICE, ["KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"], []),
    "a deputy for collective and head": (
        VICE,
        ["TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"],
        [],
    ),
    "an acting head": (ACTING, ["Q. GIÁM ĐỐC", "GIÁM ĐỐC"], [gives(Q, "", "acting")]),
    "an acting head, the prefix alone": (ACTING, ["Q. GIÁM ĐỐC"], [gives(Q, "", "acting")]),
    "a unit's head by order": (OFFICE, ["TL. GIÁM ĐỐC", "CHÁNH VĂN PHÒNG"], [ORDER]),
    "a unit's deputy under the order": (
        UNDER,
        ["TL. GIÁM ĐỐC", "KT. CHÁNH VĂN PHÒNG", "PHÓ CHÁNH VĂN PHÒNG"],
        [ORDER, PASSED],
    ),
    "authorised": (OFFICE, ["TUQ. GIÁM ĐỐC", "CHÁNH VĂN PHÒNG"], [gives(TUQ, "head", "office")]),
    "authorised by an acting head": (
        OFFICE,
        ["TUQ. GIÁM ĐỐC", "CHÁNH VĂN PHÒNG"],
        [gives(TUQ, "acting", "office"), gives(Q, "", "acting")],
    ),
    "in older spelling": (DEPUTY, ["K/T GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"], []),
}


@pytest.mark.parametrize("case", FITS)
def test_a_capacity_fits(case: str) -> None:
    who, lines, delegations = FITS[case]
    assert assess(block(who, *lines), standing(who, *delegations), None, "Quyết định", AT) == ()


BY_ORDER = ["TL. GIÁM ĐỐC", "CHÁNH VĂN PHÒNG"]
UNDER_ORDER = ["TL. GIÁM ĐỐC", "KT. CHÁNH VĂN PHÒNG", "PHÓ CHÁNH VĂN PHÒNG"]
BY_WRITING = ["TUQ. GIÁM ĐỐC", "CHÁNH VĂN PHÒNG"]
FOR_HEAD = ["KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"]
WRONG = {
    # who, what is printed, what is on record, and the objection's code
    "TM. without a collective": (HEAD, ["TM. SỞ NỘI VỤ", "GIÁM ĐỐC"], [], "not_collective"),
    "a deputy without KT.": (DEPUTY, ["PHÓ GIÁM ĐỐC"], [], "capacity_missing"),
    "a deputy with TM. only": (VICE, ["TM. UBND", "PHÓ CHỦ TỊCH"], [], "capacity_missing"),
    "KT. by a head": (HEAD, ["KT. GIÁM ĐỐC", "GIÁM ĐỐC"], [], "not_deputy"),
    "a deputy as the head": (DEPUTY, ["GIÁM ĐỐC"], [], "position_differs"),
    "a head as the deputy": (HEAD, ["KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"], [], "position_differs"),
    "another head's deputy": (DEPUTY, ["KT. CHỦ TỊCH", "PHÓ GIÁM ĐỐC"], [], "capacity_differs"),
    "a unit's head as head": (OFFICE, ["CHÁNH VĂN PHÒNG"], [], "capacity_differs"),
    "an acting head as head": (ACTING, ["GIÁM ĐỐC"], [gives(Q, "", "acting")], "capacity_differs"),
    "acting without a decision": (ACTING, ["Q. GIÁM ĐỐC"], [], "delegation_missing"),
    "acting no longer": (
        *(ACTING, ["Q. GIÁM ĐỐC"], [gives(Q, "", "acting", **EXPIRED)]),
        "delegation_not_in_force",
    ),
    "an assignment that ran out": (
        *(DEPUTY, FOR_HEAD, [gives(KT, "head", "deputy", **EXPIRED)]),
        "delegation_not_in_force",
    ),
    "an assignment taken back": (
        *(DEPUTY, FOR_HEAD, [gives(KT, "head", "deputy", **REVOKED)]),
        "delegation_revoked",
    ),
    "outside the assigned field": (
        *(DEPUTY, FOR_HEAD, [gives(KT, "head", "deputy", **LETTERS)]),
        "out_of_scope",
    ),
    "by order without a regulation": (OFFICE, BY_ORDER, [], "delegation_missing"),
    "by order that ran out": (
        *(OFFICE, BY_ORDER, [replace(ORDER, **EXPIRED)]),
        "delegation_not_in_force",
    ),
    "by order, not for this type": (OFFICE, BY_ORDER, [replace(ORDER, **LETTERS)], "out_of_scope"),
    "by order of a deputy": (
        *(OFFICE, BY_ORDER, [gives(TL, "deputy", "office")]),
        "delegation_lapsed",
    ),
    "under an order that is not there": (UNDER, UNDER_ORDER, [PASSED], "delegation_missing"),
    "under an order, not passed on": (UNDER, UNDER_ORDER, [ORDER], "delegation_missing"),
    "under an order taken back": (
        *(UNDER, UNDER_ORDER, [replace(ORDER, **REVOKED), PASSED]),
        "delegation_revoked",
    ),
    "under an order, passed on too late": (
        *(UNDER, UNDER_ORDER, [ORDER, replace(PASSED, **FUTURE)]),
        "delegation_not_in_force",
    ),
    "under an order, the agency's head left out": (
        *(UNDER, ["KT. CHÁNH VĂN PHÒNG", "PHÓ CHÁNH VĂN PHÒNG"], [ORDER, PASSED]),
        "delegation_missing",
    ),
    "authorised without a writing": (OFFICE, BY_WRITING, [ORDER], "delegation_missing"),
    "authorised before it begins": (
        *(OFFICE, BY_WRITING, [gives(TUQ, "head", "office", **FUTURE)]),
        "delegation_not_in_force",
    ),
    "authorisation taken back": (
        *(OFFICE, BY_WRITING, [gives(TUQ, "head", "office", **REVOKED)]),
        "delegation_revoked",
    ),
    "authorised for something else": (
        *(OFFICE, BY_WRITING, [gives(TUQ, "head", "office", **LETTERS)]),
        "out_of_scope",
    ),
    "authorised by who was authorised": (
        *(UNDER, ["TUQ. GIÁM ĐỐC", "PHÓ CHÁNH VĂN PHÒNG"]),
        [gives(TUQ, "office", "under"), gives(TUQ, "head", "office")],
        "redelegated",
    ),
    "a deputy under an authorisation": (
        *(UNDER, ["TUQ. GIÁM ĐỐC", "KT. CHÁNH VĂN PHÒNG", "PHÓ CHÁNH VĂN PHÒNG"]),
        [gives(TUQ, "head", "office"), PASSED],
        "redelegated",
    ),
    "by order of who signs by order": (
        *(UNDER, ["TL. GIÁM ĐỐC", "TL. CHÁNH VĂN PHÒNG", "PHÓ CHÁNH VĂN PHÒNG"], [ORDER]),
        "redelegated",
    ),
    "prefixes the wrong way round": (
        *(DEPUTY, ["KT. GIÁM ĐỐC", "TM. SỞ NỘI VỤ", "PHÓ GIÁM ĐỐC"], []),
        "chain_invalid",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_capacity_does_not_fit(case: str) -> None:
    who, lines, delegations, code = WRONG[case]
    found = assess(block(who, *lines), standing(who, *delegations), None, "Quyết định", AT)
    assert f"authority.{code}" in [each.code for each in found]
    assert all(each.vietnamese and each.english and each.remedy for each in found)


def test_the_moment_of_signing_counts_to_the_second() -> None:
    given = gives(TUQ, "head", "office")
    facts = standing(OFFICE, given)
    assert given.valid_until is not None

    def codes(at: datetime) -> list[str]:
        return [each.code for each in assess(block(OFFICE, *BY_WRITING), facts, None, "", at)]

    second = timedelta(seconds=1)
    assert codes(given.valid_from - second) == ["authority.delegation_not_in_force"]
    assert codes(given.valid_from) == codes(given.valid_until - second) == []
    assert codes(given.valid_until) == ["authority.delegation_not_in_force"]


def test_a_post_that_was_left_gives_nothing() -> None:
    facts = standing(HEAD, post=Post(HEAD, active=False))
    (found,) = assess(block(HEAD, "GIÁM ĐỐC"), facts, None, "", AT)
    assert found.code == "authority.post_left"


def test_a_delegation_ends_with_the_post_of_who_gave_it() -> None:
    facts = standing(OFFICE, ORDER, grantors=(Post(HEAD, active=False),))
    (found,) = assess(block(OFFICE, *BY_ORDER), facts, None, "", AT)
    assert found.code == "authority.delegation_lapsed"


def test_another_name_is_refused_and_another_tone_is_another_name() -> None:
    printed = Printed.of(["GIÁM ĐỐC"], "Phan Thị Hồng Ván")
    (found,) = assess(printed, standing(HEAD), None, "", AT)
    assert found.code == "authority.name_differs"


def test_a_block_that_cannot_be_read_is_judged_by_the_directory() -> None:
    assert assess(None, standing(DEPUTY), None, "", AT) == ()
    (found,) = assess(None, standing(ACTING), None, "", AT)
    assert found.code == "authority.delegation_missing"


def test_someone_of_another_agency_signs_by_authorisation_only() -> None:
    given = replace(gives(TUQ, "chair", "head"), organ_id="H99")
    facts = replace(
        standing(HEAD, given), agency=PROVINCE, home=DEPARTMENT, grantors=(Post(CHAIR),)
    )
    assert assess(block(HEAD, "TUQ. CHỦ TỊCH", "GIÁM ĐỐC SỞ NỘI VỤ"), facts, None, "", AT) == ()
    (found,) = assess(block(HEAD, "GIÁM ĐỐC"), facts, None, "", AT)
    assert found.code == "authority.capacity_differs"


# --- certificates -------------------------------------------------------------------------------


def certificate(name: str, *organisations: str, **given: Any) -> Credential:
    values: dict[str, Any] = {
        "sha256": "a" * 64,
        "serial": "1",
        "issuer": "CA",
        "not_before": AT - 365 * DAY,
        "not_after": AT + 365 * DAY,
    }
    return Credential(name=name, organisations=organisations, **values | given)


def bound(organ: str, who: str = "", *, is_bound: bool = True, sha: str = "a" * 64) -> Binding:
    return Binding(sha, organ, who, AT - DAY, is_bound)


OWN = certificate("Phan Thị Hồng Vân", "Sở Nội vụ")
CERTIFICATES = {
    "the signer's own": (OWN, [], ""),
    "without organisation": (certificate("Phan Thị Hồng Vân"), [], ""),
    "without accents": (certificate("PHAN THI HONG VAN", "Sở Nội vụ"), [], ""),
    "with the province's name": (
        *(certificate("Phan Thị Hồng Vân", "Sở Nội vụ tỉnh Sơn Hải"), []),
        "",
    ),
    "of another person": (certificate("Lê Thu Hà", "Sở Nội vụ"), [], "certificate_unknown"),
    "of a namesake elsewhere": (
        *(certificate("Phan Thị Hồng Vân", "Sở Y tế"), []),
        "certificate_unknown",
    ),
    "of a namesake in another province": (
        *(certificate("Phan Thị Hồng Vân", "Sở Nội vụ tỉnh Hải Sơn"), []),
        "certificate_unknown",
    ),
    "of the agency itself": (certificate("Sở Nội vụ", "Sở Nội vụ"), [], "certificate_unknown"),
    "other names, bound": (certificate("snv01"), [bound("H99.02", "head")], ""),
    "bound to another": (OWN, [bound("H99.02", "deputy")], "certificate_of_another"),
    "bound as the seal": (OWN, [bound("H99.02")], "certificate_of_another"),
    "bound to both": (OWN, [bound("H99.02", "deputy"), bound("H99.02", "head")], ""),
    "taken back": (OWN, [bound("H99.02", "head", is_bound=False)], "certificate_unknown"),
    "another one taken back": (OWN, [bound("H99.02", "head", is_bound=False, sha="b" * 64)], ""),
    "expired": (replace(OWN, not_after=AT - DAY), [], "certificate_not_in_force"),
    "not yet valid": (replace(OWN, not_before=AT + DAY), [], "certificate_not_in_force"),
}


@pytest.mark.parametrize("case", CERTIFICATES)
def test_the_certificate_is_the_signers(case: str) -> None:
    found_certificate, bindings, code = CERTIFICATES[case]
    facts = standing(HEAD, bindings=tuple(bindings))
    found = assess(block(HEAD, "GIÁM ĐỐC"), facts, found_certificate, "", AT)
    assert [each.code for each in found] == ([f"authority.{code}"] if code else [])


SEALS = {
    "its own": (certificate("Sở Nội vụ", "UBND tỉnh Sơn Hải"), [], ""),
    "its own, with the place": (certificate("SỞ NỘI VỤ TỈNH SƠN HẢI"), [], ""),
    "one of its people": (OWN, [], "certificate_unknown"),
    "another agency's": (certificate("Sở Y tế"), [], "certificate_unknown"),
    "confirmed": (certificate("VT-SNV"), [bound("H99.02")], ""),
    "on record as another agency's": (
        *(certificate("Sở Nội vụ"), [bound("H99.03")]),
        "certificate_of_another",
    ),
}


@pytest.mark.parametrize("case", SEALS)
def test_the_seal_is_the_agencys(case: str) -> None:
    found_certificate, bindings, code = SEALS[case]
    found = assess_seal(found_certificate, DEPARTMENT, bindings, AT)
    assert [each.code for each in found] == ([f"authority.{code}"] if code else [])


def test_several_objections_are_told_at_once() -> None:
    one = PositionDiffers("A", "B")
    refuse([])
    with pytest.raises(PositionDiffers):
        refuse([one])
    with pytest.raises(SeveralObjections, match=r"«A».*«C»"):
        refuse([one, PositionDiffers("C", "D")])
