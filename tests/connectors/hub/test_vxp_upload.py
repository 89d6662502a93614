"""The extra line end behind a message of the national SDK's, and what `hash-file` covers."""

import hashlib
import os
from pathlib import Path

import pytest

from connectors.errors import AxisRefused, TooLarge
from connectors.hub.blobs import ContentFolder
from connectors.hub.vxp_upload import IN_MEMORY, Upload


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


@pytest.mark.parametrize("step", [1000, 1 << 20, 3 << 20])
def test_a_large_upload_is_kept_as_it_was_written(tmp_path: Path, step: int) -> None:
    data = bytes(range(256)) * (IN_MEMORY // 128)
    sha256, body = hashlib.sha256(data).hexdigest(), data + b"\r\n"
    folder = ContentFolder(tmp_path)
    upload = Upload(4 << 20, folder.folder)
    for start in range(0, len(body), step):
        upload.write(body[start : start + step])
    upload.finish(sha256)
    assert list(tmp_path.iterdir()) == []  # nothing that a killed process would leave
    file = upload.open()
    folder.put(sha256, file)
    assert os.fstat(file.fileno()).st_ino == folder.path(sha256).stat().st_ino
    upload.close()
    assert folder.path(sha256).read_bytes() == data
