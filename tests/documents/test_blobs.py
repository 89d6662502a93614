"""Blobs: a name that exists holds its whole content."""

import hashlib
import os
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.blobs import BlobDamaged, BlobMissing, BlobStore, BlobsUnavailable


@pytest.fixture
def blobs(tmp_path: Path) -> BlobStore:
    return BlobStore(tmp_path / "blobs")


def files(blobs: BlobStore) -> list[Path]:
    return [path for path in blobs.folder.rglob("*") if path.is_file()]


@given(content=st.binary(max_size=3000))
def test_what_is_put_is_got_under_its_sha256(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    blobs = BlobStore(tmp_path_factory.getbasetemp() / "property")
    sha256 = blobs.put(content)
    assert sha256 == hashlib.sha256(content).hexdigest()
    assert blobs.get(sha256) == content
    assert blobs.path(sha256).name == sha256


def test_the_same_content_is_stored_once_and_never_rewritten(blobs: BlobStore) -> None:
    sha256 = blobs.put(b"once")
    before = blobs.path(sha256).stat()
    assert blobs.put(b"once") == sha256
    after = blobs.path(sha256).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert len(files(blobs)) == 1


def test_a_missing_blob_is_told_from_a_damaged_one(blobs: BlobStore) -> None:
    with pytest.raises(BlobMissing):
        blobs.get("0" * 64)
    sha256 = blobs.put(b"evidence")
    path = blobs.path(sha256)
    for wrong in (b"evidencE", b"evidence ", b"evidenc", b""):
        path.write_bytes(wrong)
        with pytest.raises(BlobDamaged, match=sha256):
            blobs.get(sha256)
    path.unlink()
    with pytest.raises(BlobMissing, match=sha256):
        blobs.get(sha256)


@pytest.mark.parametrize("call", ["fsync", "rename", "write"])
def test_a_put_that_breaks_off_leaves_nothing(
    blobs: BlobStore, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    blobs.put(b"makes the folder")
    with monkeypatch.context() as patched:
        if call == "write":
            patched.setattr(os, "fdopen", full)
        else:
            patched.setattr(os, call, full)
        with pytest.raises(BlobsUnavailable, match="No space left"):
            blobs.put(b"breaks off")
    assert [path.read_bytes() for path in files(blobs)] == [b"makes the folder"]
    assert blobs.get(blobs.put(b"breaks off")) == b"breaks off"


def test_content_is_on_disk_before_its_name_is(
    blobs: BlobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    rename, fsync = os.rename, os.fsync
    monkeypatch.setattr(os, "fsync", lambda fd: (order.append("fsync"), fsync(fd))[1])
    monkeypatch.setattr(os, "rename", lambda a, b: (order.append("rename"), rename(a, b))[1])
    blobs.path(hashlib.sha256(b"x").hexdigest()).parent.mkdir(parents=True)
    blobs.put(b"x")
    assert order == ["fsync", "rename", "fsync"]


def test_a_folder_that_cannot_be_made_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(BlobsUnavailable):
        BlobStore(tmp_path / "file").put(b"x")


def test_a_name_from_outside_never_reads_another_file(blobs: BlobStore, tmp_path: Path) -> None:
    blobs.put(b"x")
    (tmp_path / "secret").write_bytes(b"secret")
    for name in ("../../secret", str(tmp_path / "secret")):
        with pytest.raises((BlobMissing, BlobDamaged)):
            blobs.get(name)


def test_concurrent_puts_of_the_same_content_agree_and_readers_see_it_whole(
    blobs: BlobStore,
) -> None:
    contents = [bytes([n]) * 200_000 for n in range(8)]
    together = threading.Barrier(6)
    names: list[list[str]] = []
    partial: list[str] = []

    def put() -> None:
        together.wait(30)
        names.append([blobs.put(content) for content in contents])

    def read() -> None:
        together.wait(30)
        for content in contents * 4:
            sha256 = hashlib.sha256(content).hexdigest()
            try:
                blobs.get(sha256)
            except BlobMissing:
                continue
            except BlobDamaged:
                partial.append(sha256)

    threads = [threading.Thread(target=work) for work in (put, put, put, put, read, read)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert partial == []
    assert names == [[hashlib.sha256(content).hexdigest() for content in contents]] * 4
    assert len(files(blobs)) == len(contents)


def test_only_what_was_left_unfinished_long_ago_is_tidied_away(tmp_path: Path) -> None:
    store = BlobStore(tmp_path)
    kept = store.put(b"whole")
    old, fresh = (store.path(kept).parent / name for name in (".new-old", ".new-fresh"))
    for path in (old, fresh):
        path.write_bytes(b"half")
    os.utime(old, (0, 0))
    os.utime(store.path(kept), (0, 0))
    assert store.tidy(60) == 1
    assert (old.exists(), fresh.exists(), store.get(kept)) == (False, True, b"whole")
