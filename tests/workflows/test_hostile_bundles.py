"""ZIPs that strangers hand in as evidence: none is unpacked, believed, or takes the machine."""

import contextlib
import io
import struct
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from workflows.bundle_check import checked
from workflows.bundle_manifest import MANIFEST, BundleBroken, Manifest
from workflows.bundle_reader import MOST_FILES, reading

Change = Callable[[bytes], bytes]
LOCAL, CENTRAL, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"


def packed(*files: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return out.getvalue()


def plain() -> bytes:
    return packed(("a.txt", b"one"), ("b/c.txt", b"two" * 50))


def with_mode(mode: int) -> bytes:
    info = zipfile.ZipInfo("a.txt")
    info.external_attr = mode << 16
    return packed((info, b"/etc/passwd"))


def at(data: bytes, mark: bytes, offset: int, value: bytes) -> bytes:
    """Write *value* into the first header with *mark*."""
    place = data.index(mark) + offset
    return data[:place] + value + data[place + len(value) :]


def flagged(data: bytes) -> bytes:
    return at(at(data, LOCAL, 6, b"\x01\x00"), CENTRAL, 8, b"\x01\x00")


def overlapping() -> bytes:
    """Two entries of the directory for the same bytes (Fifield's bomb in small)."""
    data = plain()
    second = data.index(CENTRAL, data.index(CENTRAL) + 1)
    return data[: second + 42] + struct.pack("<L", 0) + data[second + 46 :]


def many() -> bytes:
    return packed(*((f"{number}.txt", b"") for number in range(MOST_FILES + 1)))


def named(name: str) -> bytes:
    return packed(("x" * len(name.encode()), b"")).replace(b"x" * len(name.encode()), name.encode())


def stored_bomb() -> bytes:
    return packed(("bomb.txt", bytes(200 << 20)))


def two_names() -> bytes:
    """The local header and the directory name the file differently."""
    data = packed(("aa.txt", b"1"))
    return data.replace(b"aa.txt", b"bb.txt", 1)


def read_all(path: Path) -> None:
    with reading(path) as bundle:
        for name in bundle.names:
            bundle.digest(name)


HOSTILE: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "not a zip": lambda: LOCAL + bytes(100),
    "empty": lambda: END + bytes(18),
    "cut": lambda: plain()[:-1],
    "data before": lambda: b"MZ" + plain(),
    "data behind": lambda: plain() + b"more",
    "a comment": lambda: plain()[:-2] + b"\x04\x00more",
    "traversal": lambda: named("../../a.txt"),
    "absolute": lambda: named("/etc/cron"),
    "backslash": lambda: named("..\\a.txt"),
    "drive": lambda: named("C:a.txt"),
    "hidden": lambda: named(".bashrc"),
    "zero byte": lambda: named("a\x00.txt"),
    "folder": lambda: packed(("a/", b"")),
    "symbolic link": lambda: with_mode(0o120777),
    "device": lambda: with_mode(0o020666),
    "same name": lambda: packed(("a.txt", b"1"), ("b.txt", b"2")).replace(b"b.txt", b"a.txt"),
    "same name in capitals": lambda: packed(("a.txt", b"1"), ("A.txt", b"2")),
    "two names": two_names,
    "encrypted": lambda: flagged(plain()),
    "another compression": lambda: at(at(plain(), LOCAL, 8, b"\x0c\0"), CENTRAL, 10, b"\x0c\0"),
    "overlapping": overlapping,
    "too many": many,
    "a bomb": stored_bomb,
    "wrong size": lambda: at(plain(), CENTRAL, 24, b"\xff\xff\xff\x3f"),
}


@pytest.fixture
def put(tmp_path: Path) -> Callable[[bytes], Path]:
    def write(data: bytes) -> Path:
        path = tmp_path / "goi.zip"
        path.write_bytes(data)
        return path

    return write


def test_a_plain_zip_is_read(put: Callable[[bytes], Path]) -> None:
    with reading(put(plain())) as bundle:
        assert bundle.names == {"a.txt", "b/c.txt"}
        assert bundle.read("b/c.txt") == b"two" * 50


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_zip_is_refused_at_once(kind: str, put: Callable[[bytes], Path]) -> None:
    path = put(HOSTILE[kind]())
    began = time.monotonic()
    with pytest.raises(BundleBroken):
        read_all(path)
    assert time.monotonic() - began < 2
    result = checked(path)
    assert result["verdict"] == "TOTAL-FAILED"
    assert not result["checks"][0]["holds"]


def test_no_byte_of_a_zip_can_be_turned_so_that_it_crashes(put: Callable[[bytes], Path]) -> None:
    data = plain()
    for place in range(len(data)):
        for bit in (0x01, 0x80):
            changed = data[:place] + bytes([data[place] ^ bit]) + data[place + 1 :]
            path = put(changed)
            with contextlib.suppress(BundleBroken):
                read_all(path)


@pytest.mark.parametrize(
    "manifest",
    [
        *(b"", b"[]", b"{}", b"\xff", b"[" * 100_000, b'{"format": "congvan-evidence-bundle/2"}'),
        b'{"format": "congvan-evidence-bundle/1", "files": {"../x": {"sha256": "0", "size": -1}}}',
    ],
)
def test_a_manifest_that_is_none_is_said(manifest: bytes, put: Callable[[bytes], Path]) -> None:
    with pytest.raises(BundleBroken):
        Manifest.from_bytes(manifest)
    result = checked(put(packed((MANIFEST, manifest))))
    assert result["verdict"] == "TOTAL-FAILED"
    assert "bundle.broken" in result["reason"]
