"""What is a secrecy mark in what is written about a document, and what only speaks of one."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents import secrecy
from documents.secrecy import SecretRefused, level, mark_in, mark_in_name, refuse_marked

MARKED = {
    "MẬT": "Mật",
    "MẬT - Về việc điều động": "Mật",
    "TỐI MẬT: kế hoạch": "Tối mật",
    "[TUYỆT MẬT] Báo cáo": "Tuyệt mật",
    "(Mật) Về việc điều động": "Mật",
    "Về việc điều động (tối mật)": "Tối mật",
    "Về việc điều động - MẬT": "Mật",
    "Về việc điều động. Độ mật: Tối mật": "Tối mật",
    "KH-UBND-MẬT": "Mật",
    "KH-UBND(TỐI MẬT)": "Tối mật",
}
SPOKEN_OF = (
    "Về công tác bảo vệ bí mật nhà nước",
    "BẢO MẬT: quy chế của cơ quan",
    "Triển khai quy định về BÍ MẬT NHÀ NƯỚC",
    "Về việc xác định văn bản mật, tối mật, tuyệt mật",
    "XÁC ĐỊNH ĐỘ TỐI MẬT, MẬT",
    "MẬT ONG xuất khẩu",
    "Tăng cường mật độ kiểm tra",
    "Danh mục «mật» của ngành",
    "Giải mật tài liệu - BÍ MẬT",
    "Độ mật: không",
    "QĐ-UBND",
)


@pytest.mark.parametrize("text", MARKED)
def test_a_mark_stands_by_itself(text: str) -> None:
    assert mark_in(text) == MARKED[text]
    assert mark_in(unicodedata.normalize("NFD", text)) == MARKED[text]
    with pytest.raises(SecretRefused) as refused:
        refuse_marked(text)
    assert refused.value.args == (MARKED[text],)


@pytest.mark.parametrize("text", SPOKEN_OF)
def test_words_within_a_sentence_are_none(text: str) -> None:
    assert mark_in(text) == ""
    refuse_marked(text, confidentiality="Thường")


@pytest.mark.parametrize(
    ("name", "mark"),
    [
        ("MẬT.pdf", "Mật"),
        ("Kế hoạch_TỐI MẬT.docx", "Tối mật"),
        ("hồ sơ/TUYỆT MẬT/a.txt", "Tuyệt mật"),
        ("a\\MẬT_1.doc", "Mật"),
        ("Mật khẩu.txt", ""),
        ("Quy chế BẢO MẬT.pdf", ""),
        ("mat.pdf", ""),
    ],
    ids=["name", "end", "folder", "windows", "password", "protection", "without accents"],
)
def test_a_name_bears_a_mark_as_a_title_does(name: str, mark: str) -> None:
    assert mark_in_name(name) == mark


@pytest.mark.parametrize("stated", ["", "0", "thường", "Không", "KHÔNG MẬT", "none", " Thường "])
def test_a_field_that_says_none_lets_in(stated: str) -> None:
    assert level(stated) == ""


@pytest.mark.parametrize(
    ("stated", "mark"),
    [
        ("Mật", "Mật"),
        ("TUYỆT MẬT", "Tuyệt mật"),
        ("tối_mật", "Tối mật"),
        ("A", secrecy.UNNAMED),
        ("1", secrecy.UNNAMED),
        ("Mật: nội dung riêng", secrecy.UNNAMED),
    ],
    ids=["mark", "capitals", "underscore", "letter", "number", "more than a mark"],
)
def test_a_field_that_says_anything_else_is_a_mark_without_its_words(
    stated: str, mark: str
) -> None:
    assert level(stated) == mark


@given(st.text(max_size=400))
def test_no_text_breaks_the_search_and_no_refusal_repeats_it(text: str) -> None:
    found = {mark_in(text), mark_in_name(text), level(text)}
    assert found <= {"", "Mật", "Tối mật", "Tuyệt mật", secrecy.UNNAMED}
