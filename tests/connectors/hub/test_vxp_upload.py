"""The extra line end behind a message of the national SDK's, and what `hash-file` covers."""

import hashlib

import pytest

from connectors.errors import AxisRefused, TooLarge
from connectors.hub.vxp_upload import Upload


@pytest.mark.parametrize("size", [0, 1, 2, 3, 100])
@pytest.mark.parametrize("step", [1, 2, 7])
def test_the_tail_is_found_however_the_bytes_come(size: int, step: int) -> None:
    data = b"x" * size
    for tail in (b"\r\n", b""):
        upload, body = Upload(1000), data + tail
        for start in range(0, len(body), step):
            upload.write(body[start : start + step])
        upload.finish(hashlib.sha256(data).hexdigest())
        assert (upload.open().read(), upload.size) == (data, size)
        upload.close()


def test_without_a_hash_one_line_end_is_taken_off() -> None:
    upload = Upload(1000)
    upload.write(b"<edXML/>\r\n\r\n")
    upload.finish("")
    assert upload.open().read() == b"<edXML/>\r\n"
    upload.close()


def test_the_limit_is_the_messages_own() -> None:
    exact, over = Upload(10), Upload(10)
    exact.write(b"x" * 10 + b"\r\n")
    exact.finish("")
    assert exact.size == 10
    over.write(b"x" * 12)
    with pytest.raises(TooLarge):
        over.finish("")
    with pytest.raises(TooLarge):
        over.write(b"x")
    exact.close()
    over.close()


def test_another_hash_is_refused() -> None:
    upload = Upload(10)
    upload.write(b"x\r\n")
    with pytest.raises(AxisRefused):
        upload.finish("00" * 32)
    upload.close()
