"""The tables of Appendix VI to the letter, their checker, and the page that prints them."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents import field_check
from documents.field_text import FieldRefused
from documents.fields import FILE, INCOMING, OUTGOING, TABLES, TITLES, Field, Type
from schemas.edxml import Code, OtherInfo, SignerInfo

PAGE = Path(__file__).parents[2] / "docs" / "fields.md"
HEAD = """# Các trường dữ liệu đầu vào / the input data

Nghị định 30/2020/NĐ-CP, Phụ lục VI, Phần II. ◆: Hệ thống tự cập nhật / the system fills it in.
Độ dài tính bằng ký tự sau chuẩn hóa NFC / lengths are characters after NFC. Trang này được kiểm thử
so với `documents/fields.py` / a test compares this page with the data.

Bản ghi của một văn bản / a document's record: `congvan fields VĂN-BẢN [--json | --xml]`; của
hồ sơ / of a dossier: `congvan fields --dossier MÃ`.
"""

FILE_CODE = """1 FileCode Group
1.1 OrganId String 13 *
1.2 FileCatalog Number 4 *
1.3 FileNotation String 20
"""
BY_LAW = {
    "outgoing": FILE_CODE
    + """2 DocOrdinal Number 3 *
3 TypeName String 100
4 CodeNumber String 11 *
5 CodeNotation String 30
6 IssuedDate Date 10 *
7 OrganName String 200
8 Subject String 500
9 Language String 30
10 PageAmount Number 3 *
11 Description String 500
12 SignerInfo Group
12.1 Position String 100
12.2 FullName String 50
13 To Group
13.1 OrganId String 13 *
13.2 OrganName String 200
14 Priority Number 1
15 IssuedAmount Number 3
16 DueDate Date 10
""",
    "incoming": FILE_CODE
    + """2 DocOrdinal Number 3 *
3 TypeName String 100
4 CodeNumber String 11
5 CodeNotation String 30
6 IssuedDate Date 10
7 OrganName String 200
8 Subject String 500
9 Language String 30
10 PageAmount Number 3 *
11 Description String 500
12 ArrivalDate Date 10 *
13 ArrivalNumber Number 10 *
14 SignerInfo Group
14.1 Position String 100
14.2 FullName String 50
15 Priority Number 1
16 ToPlaces String 1000
17 TraceHeaderList LongText
18 DueDate Date 10
""",
    "file": FILE_CODE
    + """2 Title String 500
3 Maintenance String 30
4 Rights String 30
5 Creator String 30
6 Language String 50
7 StartDate Date 10
8 EndDate Date 10
9 DocTotal Number 4 *
10 PageTotal Number 4 *
11 Description String 500
""",
}
"""law.md §1.11, typed a second time."""


@pytest.mark.parametrize("name", BY_LAW)
def test_every_row_is_as_the_decree_has_it(name: str) -> None:
    written = [
        " ".join(
            [
                *(field.number, field.name, field.type.value),
                *([str(field.length)] if field.length else []),
                *(["*"] if field.automatic else []),
            ]
        )
        for field in TABLES[name]
    ]
    assert written == BY_LAW[name].splitlines()


def placed(field: Field, table: tuple[Field, ...], value: Any) -> dict[str, Any]:
    """Return a record that says nothing but *value* in *field*."""
    if "." not in field.number:
        return {field.name: value}
    group = next(one for one in table if one.number == field.number.partition(".")[0])
    held = {field.name: value}
    return {group.name: [held] if group.repeats else held}


def longest(field: Field) -> Any:
    if field.type is Type.NUMBER:
        return 10**field.length - 1
    return date(2026, 1, 5) if field.type is Type.DATE else "ữ" * field.longest


def over(field: Field) -> Any:
    if field.type is Type.NUMBER:
        return 10**field.length
    return "05/01/2026" if field.type is Type.DATE else "ữ" * (field.longest + 1)


CASES = [
    pytest.param(table, field, id=f"{name} {field.number}")
    for name, table in (("outgoing", OUTGOING), ("incoming", INCOMING), ("file", FILE))
    for field in table
    if field.type not in (Type.GROUP, Type.LONG_TEXT)
]


@pytest.mark.parametrize(("table", "field"), CASES)
def test_what_fills_a_field_fits_and_one_more_is_named(
    table: tuple[Field, ...], field: Field
) -> None:
    assert field_check.check(table, placed(field, table, longest(field))) == []
    (fault,) = field_check.check(table, placed(field, table, over(field)))
    assert fault.label == f"{field.vietnamese} ({field.name})"
    with pytest.raises(FieldRefused) as refused:
        field_check.ensure(table, placed(field, table, over(field)))
    assert field.vietnamese in str(refused.value)
    assert len(str(refused.value)) < 700


@pytest.mark.parametrize(("table", "field"), CASES)
def test_what_a_record_does_not_say_is_missing(table: tuple[Field, ...], field: Field) -> None:
    said = placed(field, table, longest(field))
    missing = field_check.missing(table, said)
    assert len(missing) == len(field_check.missing(table, {})) - 1
    assert field_check.check(table, placed(field, table, None)) == []


@pytest.mark.parametrize(("given", "fits"), [(500, True), (501, False)])
def test_a_subject_ends_at_500_characters_however_they_are_typed(given: int, fits: bool) -> None:
    apart = "e\u0302\u0323" * given
    assert (field_check.check(OUTGOING, {"Subject": apart}) == []) is fits


@given(st.recursive(st.none() | st.text() | st.integers() | st.floats(), st.lists, max_leaves=3))
def test_no_value_breaks_the_checker(value: Any) -> None:
    for table in (OUTGOING, INCOMING, FILE):
        record = {f.name: value for f in table if f.type is not Type.GROUP and "." not in f.number}
        for fault in field_check.check(table, record):
            assert fault.why
            assert len(fault.given) < 100


def test_edxml_refuses_at_the_lengths_that_the_table_says() -> None:
    said = {field.name: field.length for field in TABLES["edxml"]}
    for make, path in (
        (lambda text: Code(code_number=text, code_notation="x"), "Code/CodeNumber"),
        (lambda text: Code(code_number="1", code_notation=text), "Code/CodeNotation"),
        (lambda text: SignerInfo(full_name=text), "SignerInfo/FullName"),
        (lambda text: SignerInfo(position=text), "SignerInfo/Position"),
    ):
        make("ữ" * said[path])
        with pytest.raises(ValueError, match="characters"):
            make("ữ" * (said[path] + 1))
    assert OtherInfo(page_amount=65535).page_amount == 65535


def page() -> str:
    lines = [HEAD]
    for name, table in TABLES.items():
        lines += [f"## {TITLES[name]}", ""]
        lines += [
            "| STT | Trường | Tên | Kiểu | Độ dài | ◆ | Lưu tại |",
            "|---|---|---|---|---|---|---|",
        ]
        lines += [
            f"| {f.number} | {f.vietnamese} | `{f.name}` | {f.type.value} | {f.length or ''}"
            f" | {'◆' if f.automatic else ''} | {f.home} |"
            for f in table
        ]
        lines.append("")
    return "\n".join(lines)


def test_the_page_of_fields_is_the_data() -> None:
    assert PAGE.read_text() == page()
