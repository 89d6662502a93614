"""Notations are written and read by rule (law.md §1.3, N-03 to N-07, N-10)."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.abbreviation import AbbreviationInvalid, Thing, check_abbreviation
from documents.document import DocumentType
from documents.kinds import BY_NAME, COPIES, KINDS, Kind, abbreviated, named
from documents.notation import YearDiffers, ensure_of_year, parse, written
from documents.numbering import written_number

DECREE = Kind("Nghị định", "NĐ", "32", normative=True, configured=True)
COUNCIL = Kind("Nghị quyết của Hội đồng nhân dân", "NQ", "32", normative=True, configured=True)
OWN = (DECREE, COUNCIL)


@pytest.mark.parametrize(
    ("kind", "organ", "unit", "expected"),
    [
        (BY_NAME["Quyết định"], "BNV", "VP", "QĐ-BNV"),
        (BY_NAME["Công văn"], "UBND", "VX", "UBND-VX"),
        (BY_NAME["Công văn"], "BNV", "VP", "BNV-VP"),
        (BY_NAME["Quyết định"], "TTg", "", "QĐ-TTg"),
        (BY_NAME["Thư công"], "UBND", "VP", "UBND-VP"),
        (BY_NAME["Quy định"], "UBND", "", "QyĐ-UBND"),
        (DECREE, "CP", "", "2026/NĐ-CP"),
    ],
    ids=["N-04", "N-05 field", "N-05 unit", "N-07", "no abbreviation", "mixed case", "N-10"],
)
def test_a_notation_is_written_by_its_rule(
    kind: Kind, organ: str, unit: str, expected: str
) -> None:
    assert written(kind, organ, unit, 2026) == expected


PARSED = {
    "2047/UBND-KTHTĐT": ("2047", "UBND-KTHTĐT", "Công văn", None, "UBND", "KTHTĐT", 0),
    "128/2025/QĐ-UBND": ("128", "2025/QĐ-UBND", "Quyết định", 2025, "UBND", "", 1),
    "30191/TB-SNNMT-BTTĐC": ("30191", "TB-SNNMT-BTTĐC", "Thông báo", None, "SNNMT", "BTTĐC", 0),
    "Số: 05/BNV-VP": ("05", "BNV-VP", "Công văn", None, "BNV", "VP", 0),
    "15/QĐ-TTg": ("15", "QĐ-TTg", "Quyết định", None, "TTg", "", 0),
    "15/qđ-ttg": ("15", "QĐ-TTg", "Quyết định", None, "TTg", "", 1),
    "3/ttr-snv": ("03", "TTr-SNV", "Tờ trình", None, "SNV", "", 2),
    " 5 / QyĐ – UBND ": ("05", "QyĐ-UBND", "Quy định", None, "UBND", "", 1),
    "2026/UBND-VP": ("2026", "UBND-VP", "Công văn", None, "UBND", "VP", 0),
    "2025/2026/NĐ-CP": ("2025", "2026/NĐ-CP", "Nghị định", 2026, "CP", "", 0),
    "07/2026/NQ-HĐND": ("07", "2026/NQ-HĐND", "Nghị quyết", 2026, "HĐND", "", 1),
    "12a/BC-SNV": ("12a", "BC-SNV", "Báo cáo", None, "SNV", "", 0),
    "01/SY-UBND": ("01", "SY-UBND", "", None, "UBND", "", 0),
    "01/TrS-UBND": ("01", "TrS-UBND", "", None, "UBND", "", 0),
    "9/da-sxd": ("09", "DA-SXD", "Dự án", None, "SXD", "", 2),
    "9/đa-sxd": ("09", "ĐA-SXD", "Đề án", None, "SXD", "", 2),
    "05/UBND": ("05", "UBND", "Công văn", None, "UBND", "", 1),
    "QĐ-UBND": ("", "QĐ-UBND", "Quyết định", None, "UBND", "", 1),
    "15": ("15", "", "", None, "", "", 1),
    "": ("", "", "", None, "", "", 2),
}


@pytest.mark.parametrize("text", PARSED, ids=[text or "nothing" for text in PARSED])
def test_what_is_typed_into_one_box_is_taken_apart(text: str) -> None:
    number, notation, kind, year, organ, unit, doubts = PARSED[text]
    found = parse(text, OWN)
    assert (found.number, found.notation, found.year) == (number, notation, year)
    assert (found.organ, found.unit) == (organ, unit)
    assert (found.kinds[0].name if found.kinds else "") == kind
    assert len(found.doubts) == doubts, found.doubts


KNOWN = {"UBND": Thing.AGENCY, "BC": Thing.AGENCY, "VP": Thing.UNIT, "KHĐT": Thing.UNIT}


def test_the_dictionary_tells_an_agency_from_a_type_and_names_what_it_has_not() -> None:
    assert parse("05/BC-VP", known=KNOWN).kinds == (BY_NAME["Công văn"],)
    assert parse("05/BC-UBND", known=KNOWN).kinds == (BY_NAME["Báo cáo"],)
    assert parse("05/ubnd-khđt", known=KNOWN).notation == "UBND-KHĐT"
    assert "XYZ" in parse("05/UBND-XYZ", known=KNOWN).doubts[-1]


def test_a_shared_abbreviation_is_a_doubt_with_every_type_named() -> None:
    found = parse("07/NQ-HĐND", OWN)
    assert {kind.name for kind in found.kinds} == {"Nghị quyết", COUNCIL.name}
    assert COUNCIL.name in found.doubts[-1]


ABBREVIATION = st.text("ABCDĐGHKLMNPQSTUVXY", min_size=2, max_size=6).filter(
    lambda text: not abbreviated(text, OWN) and text not in ("SY", "SL", "TRS", "TTG")
)


@given(
    st.sampled_from([*KINDS, DECREE]),
    st.integers(1, 9_999_999),
    ABBREVIATION,
    ABBREVIATION,
    st.integers(1976, 2100),
    st.booleans(),
)
def test_what_is_written_is_read_as_it_was(
    kind: Kind, number: int, organ: str, unit: str, year: int, apart: bool
) -> None:
    notation = written(kind, organ, unit, year)
    text = f"{written_number(number)}/{notation}"
    found = parse(unicodedata.normalize("NFD", text) if apart else text, [DECREE])
    assert str(found) == text
    assert found.organ == organ
    assert found.unit == ("" if kind.abbreviation else unit)
    letters = [BY_NAME["Công văn"]] if not kind.abbreviation else [kind]
    assert list(found.kinds) == letters
    assert found.year == (year if kind.normative else None)


@given(st.text(max_size=300))
def test_nothing_typed_breaks_the_reader_and_reading_twice_changes_nothing(text: str) -> None:
    once = parse(text)
    assert len(once.notation) <= 210
    assert not any(c.isspace() for c in once.notation)
    assert parse(str(once)).number == once.number


def test_the_29_types_have_the_codes_of_the_circular() -> None:
    codes = {kind.code for kind in KINDS}
    assert codes == {f"{number:02d}" for number in range(1, 30)}
    by_name = {kind.name: kind.code for kind in KINDS}
    assert (by_name["Biên bản"], by_name["Tờ trình"], by_name["Thư công"]) == ("20", "15", "29")
    assert [kind.name for kind in KINDS] == [kind.value for kind in DocumentType]
    assert {copy.abbreviation for copy in COPIES} == {"SY", "TrS", "SL"}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
def test_a_type_is_found_by_its_name_in_any_form(kind: Kind) -> None:
    for name in (kind.name, kind.name.upper(), f" {kind.name}  "):
        assert named(name) is kind
    assert named("Sắc lệnh") is None
    assert named("nghi dinh", OWN) is DECREE


def test_a_notation_of_another_year_takes_no_number_of_this_one() -> None:
    ensure_of_year("2026/QĐ-UBND", 2026)
    ensure_of_year("QĐ-UBND", 2027)
    with pytest.raises(YearDiffers):
        ensure_of_year("2026/QĐ-UBND", 2027)


@pytest.mark.parametrize("text", ["", " ", "A B", "A-B", "A/B", "A\u202eB", "X" * 31, "_", "\x00"])
def test_what_would_part_a_notation_is_no_abbreviation(text: str) -> None:
    with pytest.raises(AbbreviationInvalid):
        check_abbreviation(text)


@pytest.mark.parametrize("text", ["UBND", "KTHTĐT", "TTg", "P.TCKT", "BQL2", "ĐU"])
def test_what_agencies_use_is_an_abbreviation(text: str) -> None:
    assert check_abbreviation(unicodedata.normalize("NFD", text)) == text
