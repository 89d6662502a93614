"""What a field's text may hold: hostile, pasted, of any normal form; and its days."""

import unicodedata
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents import field_text
from documents.errors import storable
from documents.field_text import (
    DayRefused,
    FieldRefused,
    NotationInvalid,
    SubjectInvalid,
    check_notation,
    check_past_day,
    check_subject,
    check_text,
)

LETTERS = (
    "aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạấầẩẫậắằẳẵặéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ"
)
WORDS = st.text(LETTERS + LETTERS.upper() + " ,.-0123456789", min_size=1, max_size=60).filter(
    lambda text: bool(text.strip())
)
_TONES = "\u0300\u0301\u0303\u0309\u0323"


def tones_apart(text: str) -> str:
    """Return *text* as Windows-1258 keyboards write it: whole vowels, tones apart."""
    pieces = []
    for c in text:
        marks = unicodedata.normalize("NFD", c)
        tones = "".join(m for m in marks if m in _TONES)
        rest = "".join(m for m in marks if m not in _TONES)
        pieces.append(unicodedata.normalize("NFC", rest) + tones)
    return "".join(pieces)


@given(WORDS)
def test_each_of_the_three_ways_of_typing_is_one_text(text: str) -> None:
    whole = check_subject(text)
    assert check_subject(unicodedata.normalize("NFD", text)) == whole
    assert check_subject(tones_apart(text)) == whole
    assert check_subject(whole) == whole


@given(WORDS, WORDS)
def test_two_ways_in_one_text_are_refused(one: str, other: str) -> None:
    apart = unicodedata.normalize("NFD", other)
    whole = unicodedata.normalize("NFC", one)
    tones = any(c in _TONES for c in apart) and any(
        set(unicodedata.normalize("NFD", c)) & set(_TONES) for c in whole
    )
    if tones:
        with pytest.raises(SubjectInvalid, match="dựng sẵn"):
            check_subject(whole + " " + apart)


@pytest.mark.parametrize(
    "bad",
    [
        *("\x00", "\x07", "\x1b[2J", "\x7f", "\x85", "\u202e", "\u2066", "\u200f", "\u061c"),
        *("\u200b", "\u200d", "\ufeff", "\u00ad", "\u3164", "\ufdd0", "\uffff", "\ud800", "\ue000"),
        "\U000e0041",
    ],
    ids=lambda bad: f"U+{ord(bad[0]):04X}",
)
def test_what_no_print_shows_is_named_with_its_place(bad: str) -> None:
    with pytest.raises(SubjectInvalid) as refused:
        check_subject(f"Về việc{bad} kiểm tra")
    assert f"U+{ord(bad[0]):04X} ở vị trí 8" in str(refused.value)
    assert storable(str(refused.value)) == str(refused.value)
    with pytest.raises(NotationInvalid):
        check_notation(f"QĐ{bad}-UBND")
    with pytest.raises(FieldRefused):
        check_text("Ghi chú", bad, 500)


@pytest.mark.parametrize("size", [0, 500, 501, 100_001, 5_000_000])
def test_the_length_is_said_and_a_megabyte_is_not_repeated(size: int) -> None:
    if 1 <= size <= 500:
        assert len(check_subject("ữ" * size)) == size
        return
    with pytest.raises(SubjectInvalid) as refused:
        check_subject("ữ" * size)
    assert (str(size) if size else "để trống") in str(refused.value)
    with pytest.raises(FieldRefused if size else AssertionError) as other:
        assert check_text("Ghi chú (Description)", "x " * size, 500)
    assert len(str(other.value)) < 500


@given(st.text(max_size=300))
def test_what_is_accepted_is_on_one_line_and_stays_as_it_is(text: str) -> None:
    if field_text.fault(text):
        return
    clean = field_text.normal(text)
    assert clean.isprintable()
    assert unicodedata.is_normalized("NFC", clean)
    assert check_text("Trường", clean, 10_000) == clean


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Về\u00a0việc\n\tkiểm  tra ", "Về việc kiểm tra"),
        ("“Đề án 06” – giai đoạn 2", "“Đề án 06” – giai đoạn 2"),
        ("Naïve café", "Naïve café"),
    ],
    ids=["white space", "print", "other languages"],
)
def test_what_people_paste_is_taken(text: str, kept: str) -> None:
    assert check_subject(text) == kept


TODAY = date(2026, 3, 9)


@pytest.mark.parametrize("day", [TODAY, TODAY - timedelta(days=1), date(1900, 1, 1)])
def test_a_day_until_today_is_one(day: date) -> None:
    assert check_past_day("Ngày đến (ArrivalDate)", day, TODAY) == day


@pytest.mark.parametrize(
    ("day", "why"),
    [
        (TODAY + timedelta(days=1), "sau ngày hôm nay 09/03/2026"),
        (date(9999, 12, 31), "sau ngày hôm nay"),
        (date(1899, 12, 31), "trước năm 1900"),
        (date(20, 1, 1), "trước năm 1900"),
    ],
    ids=["tomorrow", "the last day", "before 1900", "the year 20"],
)
def test_a_day_to_come_or_long_ago_is_refused_by_its_fields_name(day: date, why: str) -> None:
    with pytest.raises(DayRefused, match=why) as refused:
        check_past_day("Ngày đến (ArrivalDate)", day, TODAY)
    assert "Ngày đến" in str(refused.value)
