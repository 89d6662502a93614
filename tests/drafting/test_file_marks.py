"""The secrecy mark of word processors' files and archives, and of hostile ones."""

import io
import struct
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drafting.secrecy import file_mark


def zipped(*entries: tuple[str, bytes]) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return kept.getvalue()


def word(*paragraphs: str, name: str = "word/document.xml", tag: str = "w") -> bytes:
    body = "".join(
        f"<{tag}:p><{tag}:r><{tag}:t xml:space='preserve'>{text}</{tag}:t></{tag}:r></{tag}:p>"
        for text in paragraphs
    )
    return zipped(("[Content_Types].xml", b"<Types/>"), (name, f"<d>{body}</d>".encode()))


@pytest.mark.parametrize(
    ("content", "mark"),
    [
        (word("ỦY BAN NHÂN DÂN", "MẬT", "Kế hoạch"), "Mật"),
        (word("TUYỆT <w:b/> MẬT"), "Tuyệt mật"),
        (word("M&#7852;T"), "Mật"),
        (word("TỐI MẬT", name="word/header1.xml"), "Tối mật"),
        (word("MẬT", name="content.xml", tag="text"), "Mật"),
        (word("Bảo vệ bí mật", "Độ mật", "MẬT ONG", "Mật"), ""),
        (word(*["Đoạn"] * 200, "MẬT"), ""),
        (zipped(("MẬT/a.txt", b"")), "Mật"),
        (zipped(("a.txt", "MẬT".encode())), ""),
    ],
    ids=[
        *("before the text", "in two runs", "as a number", "header", "odt"),
        *("speaks of it", "far within", "folder", "text of another file"),
    ],
)
def test_a_mark_before_the_text_or_in_a_name_counts(content: bytes, mark: str) -> None:
    assert file_mark(content) == mark


def test_a_huge_list_of_names_is_not_read() -> None:
    content = zipped(("MẬT.txt", b""))
    end = content.rfind(b"PK\x05\x06")
    big = content[: end + 12] + struct.pack("<I", 1 << 30) + content[end + 16 :]
    assert file_mark(big) == ""


def test_a_bomb_costs_a_megabyte() -> None:
    bomb = zipped(("word/document.xml", b"<w:p>" * 20_000_000))
    assert file_mark(bomb) == ""


@given(st.binary(max_size=500), st.integers(0, 200), st.binary(max_size=8))
def test_no_file_breaks_the_search(noise: bytes, place: int, patch: bytes) -> None:
    content = word("MẬT")
    broken = content[:place] + patch + content[place + len(patch) :]
    for each in (noise, b"PK\x03\x04" + noise, b"%PDF" + noise, broken):
        assert file_mark(each) in {"", "Mật"}
