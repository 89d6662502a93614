"""Capacities as they are printed, and names as they are compared."""

import pytest

from documents.authority import collective_by_name, form
from documents.capacity import Clause, Printed
from documents.document import Competence
from documents.spelling import is_deputy, same_agency_name, same_person, same_position

PROVINCE = "Ủy ban nhân dân tỉnh Sơn Hải"
TM, KT, TL, TUQ, Q = (
    Competence.ON_BEHALF,
    Competence.DEPUTY,
    Competence.BY_ORDER,
    Competence.AUTHORISED,
    Competence.ACTING,
)


@pytest.mark.parametrize(
    ("line", "clause"),
    [
        ("TM. ỦY BAN NHÂN DÂN", Clause(TM, "ỦY BAN NHÂN DÂN")),
        ("KT.CHỦ TỊCH", Clause(KT, "CHỦ TỊCH")),
        ("T/L GIÁM ĐỐC", Clause(TL, "GIÁM ĐỐC")),
        ("TUQ: GIÁM ĐỐC", Clause(TUQ, "GIÁM ĐỐC")),
        ("KT BỘ TRƯỞNG", Clause(KT, "BỘ TRƯỞNG")),
        ("QUYỀN GIÁM ĐỐC", Clause(Q, "GIÁM ĐỐC")),
        ("Q.CỤC TRƯỞNG", Clause(Q, "CỤC TRƯỞNG")),
    ],
)
def test_a_prefix_is_read(line: str, clause: Clause) -> None:
    assert Printed.of([line], "").clauses == (clause,)


@pytest.mark.parametrize("line", ["QUẢN ĐỐC", "TLS", "TMĐT", "KTV TRƯỞNG", "Q", "", "TM"])
def test_what_only_looks_like_a_prefix_is_none(line: str) -> None:
    assert Printed.of([line], "").clauses == ()


def test_names_positions_and_agencies_are_compared_as_people_would() -> None:
    assert same_person("Nguyễn Văn Hòa", "NGUYỄN VĂN HOÀ")
    assert not same_person("Nguyễn Văn Hòa", "Nguyễn Văn Hoa")
    assert not same_person("", "")
    assert same_position("VỤ TRƯỞNG VỤ PHÁP CHẾ", "Vụ trưởng")
    assert not same_position("PHÓ VỤ TRƯỞNG", "Vụ trưởng")
    assert not same_position("CHỦ TỊCH", "Phó Chủ tịch")
    assert [is_deputy(each) for each in ("Thứ trưởng", "Phó Trưởng phòng")] == [True, True]
    assert [is_deputy(each) for each in ("Trưởng phòng", "Trưởng khu phố")] == [False, False]
    assert same_agency_name("UBND TỈNH SƠN HẢI", PROVINCE)
    assert not same_agency_name("Văn phòng UBND tỉnh Sơn Hải", PROVINCE)
    assert collective_by_name("UBND xã Hải An")
    assert not collective_by_name("Văn phòng Ủy ban nhân dân tỉnh Sơn Hải")


def test_what_a_stranger_prints_is_bounded() -> None:
    printed = Printed.of(["TM. " + "A" * 10**6] * 1000, "x")
    assert len(str(printed)) < 4000
    assert form(printed, "Sở Nội vụ", collective=None)[0].code == "authority.chain_invalid"
