"""Message and document differ where people would say so, and nowhere else."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.capacity import Printed
from documents.concordance import Difference, Facts, Field, Severity, compare, contradiction
from documents.contents import NOT_FOUND, NOTHING_READ, Contents, Outcome, Passage
from documents.errors import EvidenceBroken
from documents.spelling import code_key, date_key

FACTS = Facts(
    organ_id="H99.02",
    agency="Sở Nội vụ",
    parent="Ủy ban nhân dân tỉnh Sơn Hải",
    number="05",
    notation="QĐ-SNV",
    promulgated=date(2026, 1, 5),
    type_name="Quyết định",
    subject="Về việc hòa giải ở cơ sở",
    signer_name="Trần Hải Đăng",
    signer_position="Phó Giám đốc",
    signer_competence="KT. GIÁM ĐỐC",
    document_key="H99.02,2026/01/05,05/QĐ-SNV",
)


def said(text: str, *, whole: bool = True) -> Passage:
    return Passage(Outcome.FOUND, text, (), whole)


CONTENTS = Contents(
    code=said("05/QĐ-SNV"),
    date=said("ngày 05 tháng 01 năm 2026"),
    agency=said("UBND TỈNH SƠN HẢI SỞ NỘI VỤ"),
    type_name=said("QUYẾT ĐỊNH"),
    subject=said("Về việc hòa giải ở cơ sở"),
    signer=Printed.of(["KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"], "Trần Hải Đăng"),
)


def fields(facts: Facts, contents: Contents) -> list[Field]:
    return [difference.field for difference in compare(facts, contents)]


def test_what_is_alike_has_no_difference() -> None:
    assert compare(FACTS, CONTENTS) == ()


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"number": "5"}, "05/QĐ-SNV"),
        ({"notation": "QD-SNV", "document_key": ""}, "05/QĐ-SNV"),
        ({"notation": "qđ – snv"}, "5 / QĐ - SNV"),
        ({"notation": "05/QĐ-SNV", "document_key": ""}, "05/QĐ-SNV"),
        ({"notation": "2026/QĐ-SNV", "document_key": ""}, "05/2026/QĐ-SNV"),
        ({"number": ""}, "77/QĐ-SNV"),
        ({"notation": "QĐ-SNV"}, "05/QĐ-SNV"),
    ],
)
def test_two_spellings_of_one_code_are_one(change: dict[str, str], text: str) -> None:
    assert fields(replace(FACTS, **change), replace(CONTENTS, code=said(text))) == []


@pytest.mark.parametrize(
    ("subject", "printed"),
    [
        ("hòa giải ở cơ sở", "Về việc hoà giải ở cơ sở"),
        ("V/v: HÒA GIẢI Ở CƠ SỞ.", "Về việc hòa giải ở cơ sở"),
        ("Về việc hòa\u00a0giải ở cơ sở", "Về việc hòa giải\nở cơ-\nsở"),
        ("Quyết định về việc hòa giải ở cơ sở", "Về việc hòa giải ở cơ sở"),
        ("Ve viec hoa giai o co so", "Về việc hòa giải ở cơ sở"),
        ("", "Về việc hòa giải ở cơ sở"),
    ],
)
def test_two_spellings_of_one_subject_are_one(subject: str, printed: str) -> None:
    contents = replace(CONTENTS, subject=said(printed))
    assert fields(replace(FACTS, subject=subject), contents) == []


def test_a_subject_whose_end_is_not_seen_may_go_on() -> None:
    longer = "Về việc hòa giải ở cơ sở Ngày 10 tháng 11 năm 2026, Giám đốc Sở"
    assert fields(FACTS, replace(CONTENTS, subject=said(longer, whole=False))) == []
    assert fields(FACTS, replace(CONTENTS, subject=said(longer))) == [Field.SUBJECT]
    other = said("Về việc hòa nhạc ở cơ sở", whole=False)
    assert fields(FACTS, replace(CONTENTS, subject=other)) == [Field.SUBJECT]


@pytest.mark.parametrize(
    ("agency", "parent", "printed"),
    [
        ("Sở Nội vụ", "", "ỦY BAN NHÂN DÂN TỈNH SƠN HẢI SỞ NỘI VỤ"),
        ("Sở Nội vụ tỉnh Sơn Hải", "", "ỦY BAN NHÂN DÂN TỈNH SƠN HẢI SỞ NỘI VỤ"),
        ("Ủy ban nhân dân tỉnh Sơn Hải", "", "UBND TỈNH SƠN HẢI"),
        ("UBND xã Hải An", "", "TỈNH SƠN HẢI UỶ BAN NHÂN DÂN XÃ HẢI AN"),
        ("", "", "BỘ NỘI VỤ"),
    ],
)
def test_two_spellings_of_one_agency_are_one(agency: str, parent: str, printed: str) -> None:
    facts = replace(FACTS, agency=agency, parent=parent)
    assert fields(facts, replace(CONTENTS, agency=said(printed))) == []


@pytest.mark.parametrize("line", ["KT.GIÁM ĐỐC", "KT. GIÁM  ĐỐC", "K/T. GIÁM ĐỐC"])
def test_two_spellings_of_one_capacity_are_one(line: str) -> None:
    assert fields(replace(FACTS, signer_competence=line), CONTENTS) == []


@pytest.mark.parametrize(
    ("change", "contents", "field", "values"),
    [
        ({"number": "06", "document_key": ""}, {}, Field.CODE, ("06/QĐ-SNV", "05/QĐ-SNV")),
        ({"notation": "QC-SNV", "document_key": ""}, {}, Field.CODE, ("05/QC-SNV", "05/QĐ-SNV")),
        ({}, {"code": said("50/QĐ-SNV")}, Field.CODE, ("05/QĐ-SNV", "50/QĐ-SNV")),
        ({"promulgated": date(2026, 5, 1)}, {}, Field.DATE, ("01/05/2026", "05/01/2026")),
        (
            {},
            {"date": said("ngày 05 tháng 01 năm 2025")},
            Field.DATE,
            ("05/01/2026", "05/01/2025"),
        ),
        ({"agency": "Sở Y tế"}, {}, Field.AGENCY, ("Sở Y tế", "UBND TỈNH SƠN HẢI SỞ NỘI VỤ")),
        ({"type_name": "Chỉ thị"}, {}, Field.TYPE, ("Chỉ thị", "QUYẾT ĐỊNH")),
        (
            {"subject": "Về việc hỏa giải ở cơ sở"},
            {},
            Field.SUBJECT,
            ("Về việc hỏa giải ở cơ sở", "Về việc hòa giải ở cơ sở"),
        ),
        ({"signer_name": "Trần Hải Đang"}, {}, Field.SIGNER, ("Trần Hải Đang", "Trần Hải Đăng")),
        (
            {"signer_position": "Giám đốc"},
            {},
            Field.POSITION,
            ("Giám đốc", "PHÓ GIÁM ĐỐC"),
        ),
        (
            {"signer_competence": "TL. GIÁM ĐỐC"},
            {},
            Field.CAPACITY,
            ("TL. GIÁM ĐỐC / Phó Giám đốc", "KT. GIÁM ĐỐC / PHÓ GIÁM ĐỐC"),
        ),
        ({"organ_id": "H99.03"}, {}, Field.ORGAN_ID, ("H99.03", "H99.02")),
        (
            {"document_key": "H99.02,2026/01/05,06/QĐ-SNV"},
            {},
            Field.CODE,
            ("05/QĐ-SNV", "06/QĐ-SNV"),
        ),
    ],
)
def test_each_difference_is_shown_with_both_values(
    change: dict[str, str],
    contents: dict[str, Passage],
    field: Field,
    values: tuple[str, str],
) -> None:
    facts, printed = replace(FACTS, **change), replace(CONTENTS, **contents)
    (difference,) = compare(facts, printed)
    assert (difference.field, (difference.said, difference.found)) == (field, values)
    for text in (difference.vietnamese, difference.english):
        assert all(f"«{value}»" in text for value in values)
    grave = field in {Field.CODE, Field.DATE, Field.ORGAN_ID}
    assert difference.severity is (Severity.BROKEN if grave else Severity.WARNING)
    why = contradiction([difference])
    assert isinstance(why, EvidenceBroken) if grave else why is None


@pytest.mark.parametrize("outcome", [Outcome.NOT_FOUND, Outcome.AMBIGUOUS])
def test_what_is_not_found_differs_from_nothing(outcome: Outcome) -> None:
    nothing = Passage(outcome)
    contents = Contents(nothing, nothing, nothing, nothing, nothing, None)
    assert compare(FACTS, contents) == ()
    assert compare(FACTS, NOTHING_READ) == ()


@pytest.mark.parametrize("notation", ["SY-SNV", "SL-SNV", "TrS-SNV"])
def test_a_copy_may_show_the_head_of_its_original(notation: str) -> None:
    facts = replace(FACTS, number="09", notation=notation, signer_name="Lê Văn C")
    assert fields(replace(facts, document_key=""), CONTENTS) == []
    assert fields(facts, CONTENTS) == [Field.CODE]
    assert fields(replace(facts, notation="SYT-VP", document_key=""), CONTENTS) != []


def test_an_old_code_names_the_same_agency() -> None:
    old = "000.00.02.H99"
    facts = replace(FACTS, document_key=f"{old},2026/01/05,05/QĐ-SNV")
    assert fields(facts, CONTENTS) == [Field.ORGAN_ID]
    assert fields(replace(facts, old_organ_id=old), CONTENTS) == []
    assert fields(replace(FACTS, document_key="b6d1-77"), CONTENTS) == []


def test_long_values_are_shown_from_where_they_differ() -> None:
    same = "Về việc " + "triển khai kế hoạch " * 20
    shown = Difference(Field.SUBJECT, f"{same}năm 2026", f"{same}năm 2027").warning
    assert len(shown) <= 300
    assert "2026»" in shown
    assert "2027»" in shown


words = st.text(max_size=40)


@given(words, words, words, words, words)
def test_nothing_from_outside_breaks_the_comparison(a: str, b: str, c: str, d: str, e: str) -> None:
    facts = replace(
        FACTS, agency=a, number=b, notation=c, subject=d, type_name=e, document_key=f"{a},{b},{c}"
    )
    passages = [said(text) if text else NOT_FOUND for text in (b, c, d, e, a)]
    for difference in compare(facts, Contents(*passages, Printed.of([a, b], c))):
        assert len(difference.warning) <= 300


@given(words)
def test_every_text_is_spelled_like_itself(text: str) -> None:
    assert code_key(text) == code_key(f" {text} ")
    same = replace(FACTS, subject=text)
    assert Field.SUBJECT not in fields(same, replace(CONTENTS, subject=said(f"Về việc {text}")))


def test_only_a_whole_date_is_a_date() -> None:
    assert date_key("05/01/2026") == date_key("ngày 5 tháng 01 năm 2026") == date(2026, 1, 5)
    assert date_key("ngày 31 tháng 02 năm 2026") is None
    assert date_key("ngày 31 tháng 02") is None
