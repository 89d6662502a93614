"""A message's base64 out of its JSON, piece by piece."""

import base64
import hashlib
import time
import tracemalloc

import pytest

from connectors.vxp.answer import MessageReader, NotUnderstood, TooLong


@pytest.mark.parametrize("step", [1, 3, 1000])
@pytest.mark.parametrize(
    "written",
    [
        '"{}"',
        ' "{}" ',
        '"\\u003d"',
    ],
)
def test_base64_is_read_however_json_writes_it_and_however_it_comes(
    step: int, written: str
) -> None:
    data = bytes(range(256)) * 3 + b"?"
    encoded = base64.encodebytes(data).decode().strip().replace("\n", "\\r\\n").replace("/", "\\/")
    if "u003d" in written:
        encoded, written = encoded.replace("=", "\\u003d"), '"{}"'
    text = '{"a":{"data":"no"},"b":["data",{"data":"x"}],"c":"data","data":'
    whole = (text + written.format(encoded) + ',"status":"OK"}').encode()
    reader = MessageReader(10_000)
    for start in range(0, len(whole), step):
        reader.feed(whole[start : start + step])
    assert reader.close()["status"] == "OK"
    assert reader.blob.read() == data
    reader.blob.close()


def test_a_flood_of_escapes_costs_no_more_than_its_size() -> None:
    reader = MessageReader(10 << 20)
    started = time.perf_counter()
    reader.feed(b'{"data":"')
    for _ in range(64):
        reader.feed(b"\\u0041" * 10_000)
    reader.feed(b'"}')
    assert reader.close() == {"data": ""}
    assert reader.blob.size == 480_000
    assert time.perf_counter() - started < 5
    reader.blob.close()


@pytest.mark.parametrize("text", [b'{"data":"\\x', b'{"data":"\\', b'{"data":"\\u12'])
def test_a_broken_escape_is_refused(text: bytes) -> None:
    reader = MessageReader(1000)

    def read() -> None:
        reader.feed(text + b'zzzzzzzzzz"}')
        reader.close()

    with pytest.raises((NotUnderstood, TooLong)):
        read()
    reader.blob.close()


def test_fifty_megabytes_pass_in_bounded_memory() -> None:
    piece = bytes(range(256)) * 768
    encoded, sha256 = base64.b64encode(piece), hashlib.sha256()
    reader = MessageReader(60 << 20)
    tracemalloc.start()
    reader.feed(b'{"status":"OK","data":"')
    for _ in range(267):
        reader.feed(encoded)
        sha256.update(piece)
    reader.feed(b'"}')
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert reader.close()["status"] == "OK"
    assert reader.blob.size == 267 * len(piece) > 50 << 20
    assert reader.blob.sha256 == sha256.hexdigest()
    assert peak < 8 << 20
    reader.blob.close()
