"""The code lists have the values of the wire."""

import pytest

from schemas.codes import BusinessType, Priority, StatusCode, type_numbers


def test_status_codes_are_text_with_their_leading_zero() -> None:
    assert [str(code) for code in StatusCode] == [f"{n:02}" for n in (1, 2, 3, 4, 5, 6, 13, 15, 16)]


def test_every_code_has_a_vietnamese_name() -> None:
    assert all(code.vietnamese for code in (*StatusCode, *BusinessType))


def test_refusals_and_recalls_need_a_reason() -> None:
    assert [code.value for code in StatusCode if code.needs_reason] == ["02", "13", "16"]


def test_priorities_count_from_routine_to_timed_express() -> None:
    assert [int(priority) for priority in Priority] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("name", "numbers"),
    [("Quyết định", (2, 2)), ("Công văn", (2, 18)), ("Luật", (1, 2)), ("Sắc lệnh", (2, 0))],
)
def test_type_detail_is_the_place_in_the_amendments_list(
    name: str, numbers: tuple[int, int]
) -> None:
    assert type_numbers(name) == numbers
