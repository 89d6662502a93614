"""Messages inside JSON answers, in any pieces."""

import base64
import json
import time
import tracemalloc
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.rest.content import ContentReader
from connectors.vxp.answer import NotUnderstood, TooLong


def read(
    data: bytes, *cuts: int, path: str = "data.edxml", encoding: str = "auto", limit: int = 1 << 20
) -> tuple[bytes, Any, bool]:
    reader = ContentReader(path, encoding, limit)
    try:
        places = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
        for start, end in pairwise(places):
            reader.feed(data[start:end])
        values, found = reader.close()
        return reader.blob.read(), values, found
    finally:
        reader.blob.close()


cuts = st.lists(st.integers(min_value=0), max_size=12)


@given(st.text(min_size=1), st.booleans(), cuts)
def test_text_comes_out_as_it_went_in_whatever_the_pieces(
    text: str, ascii_only: bool, places: list[int]
) -> None:
    answer = {"other": text, "data": {"x": [text, {"edxml": text}], "edxml": f"<{text}"}, "z": 1}
    data = json.dumps(answer, ensure_ascii=ascii_only).encode("utf-8", "replace")
    content, values, found = read(data, *places)
    assert found
    assert content == json.loads(data)["data"]["edxml"].encode("utf-8", "replace")
    assert values == json.loads(data) | {"data": json.loads(data)["data"] | {"edxml": ""}}


@given(st.binary(min_size=1), cuts)
def test_base64_is_known_by_its_first_character(content: bytes, places: list[int]) -> None:
    data = json.dumps({"data": {"edxml": base64.b64encode(content).decode()}}).encode()
    assert read(data.replace(b"/", b"\\/"), *places)[0] == content


@given(st.binary(max_size=200), cuts)
def test_any_other_bytes_are_refused_in_words(data: bytes, places: list[int]) -> None:
    try:
        read(data, *places)
    except NotUnderstood:
        return
    json.loads(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b'{"data": {"edxml": "<a',
        b'{"data": {"edxml": "<a"}',
        b'{"data": {"edxml": "PGE+\\',
        b'{"data": {"edxml": "<a>\\u12"}}',
        b'{"data": {"edxml": "<a>\\',
        b'{"data": {"edxml": "not base64!"}}',
        b'{"data": {"edxml": "AAA"}}',
        b'{"data": {"edxml": "<a>", "edxml": "<b>"}}',
        b"[" * 10_000,
        b'{"a":' * 10_000,
        b"<html>",
    ],
)
def test_what_is_no_answer_is_not_understood(data: bytes) -> None:
    with pytest.raises(NotUnderstood):
        read(data)


@pytest.mark.parametrize("value", ["7", "null", "{}", '["<a>"]', '""', '"  "'])
def test_a_member_that_is_no_text_is_no_message(value: str) -> None:
    content, _, found = read(b'{"data": {"edxml": %s}}' % value.encode())
    assert (content, found) == (b"", False)


def test_a_message_over_the_limit_and_endless_frames_are_too_long() -> None:
    with pytest.raises(TooLong):
        read(b'{"data": {"edxml": "<' + b"a" * 2000, limit=1000)
    with pytest.raises(TooLong):
        read(b'{"a": ' + b" " * (2 << 20))
    begun = time.monotonic()
    with pytest.raises(TooLong):
        read(b'{"a": [' + b'"b",' * (1 << 20))
    assert time.monotonic() - begun < 10


def test_files_given_a_second_time_cost_no_memory() -> None:
    reader = ContentReader("data.edxml", "auto", 1 << 20)
    tracemalloc.start()
    reader.feed(b'{"data": {"attachments": [{"fileContent": "')
    for _ in range(400):
        reader.feed(b"QUJD" * (16 << 10))
    reader.feed(b'"}], "edxml": "<a/>"}}')
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    _, found = reader.close()
    assert (found, reader.blob.read()) == (True, b"<a/>")
    assert peak < 1 << 20
    reader.blob.close()
