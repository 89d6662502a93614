"""A file that gets its name when it is whole."""

import io
import tempfile
from pathlib import Path

import pytest

from connectors.hub.blobs import ContentFolder
from connectors.nameless import named, nameless

CONTENT = bytes(range(256)) * 8000


def test_a_whole_file_gets_its_name_without_a_copy(tmp_path: Path) -> None:
    with nameless(tmp_path) as file:
        file.write(CONTENT)
        assert list(tmp_path.iterdir()) == []
        assert named(file, tmp_path / "a")
        assert (tmp_path / "a").stat().st_ino == Path(
            f"/proc/self/fd/{file.fileno()}"
        ).stat().st_ino
    assert (tmp_path / "a").read_bytes() == CONTENT


def test_what_is_there_already_stays(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"first")
    with nameless(tmp_path) as file:
        file.write(b"second")
        assert named(file, tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == b"first"


@pytest.mark.parametrize("kind", ["memory", "spooled", "named", "elsewhere"])
def test_what_cannot_get_a_name_is_copied(kind: str, tmp_path: Path) -> None:
    folder = ContentFolder(tmp_path / "contents")
    made = {
        "memory": io.BytesIO,
        "spooled": tempfile.SpooledTemporaryFile,
        "named": lambda: (tmp_path / "x").open("w+b"),
        "elsewhere": lambda: nameless(Path("/dev/shm")),
    }
    with made[kind]() as file:
        file.write(CONTENT)
        file.seek(0)
        folder.put("ab" * 32, file)
    assert folder.path("ab" * 32).read_bytes() == CONTENT
