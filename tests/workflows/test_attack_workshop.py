"""Whatever a file does to its worker process is an answer about that file."""

import errno
import io
import zlib
from functools import cached_property

import pikepdf
import pytest

from tests.workflows.house import House
from tests.workflows.processes import Deadly
from workflows.jobs import Bench, Verify
from workflows.settings import Settings
from workflows.workshop import MEMORY, FileTooHard, WorkshopBroken


class Panic(BaseException):
    """What a library written in Rust raises when it is lost: no Exception."""


class Greedy(Deadly):
    """A job whose file wants more memory than a process may have."""

    @cached_property
    def sha256(self) -> str:  # type: ignore[override]
        return str(len(bytearray(MEMORY)))


class Panicking(Deadly):
    """A job whose file makes a library panic."""

    @cached_property
    def sha256(self) -> str:  # type: ignore[override]
        raise Panic


class Truncated(Deadly):
    """A job whose file makes a library raise an OSError of its own."""

    @cached_property
    def sha256(self) -> str:  # type: ignore[override]
        raise OSError("image file is truncated")


class DiskFull(Deadly):
    """A job that finds no room on the disk."""

    @cached_property
    def sha256(self) -> str:  # type: ignore[override]
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("job", [Greedy, Panicking, Truncated])
def test_what_comes_of_the_file_is_not_tried_for_ever(job: type[Deadly], house: House) -> None:
    (answer,) = house.workshop.run([job()])
    assert isinstance(answer, FileTooHard)


def test_what_comes_of_the_disk_is_tried_again(house: House) -> None:
    (answer,) = house.workshop.run([DiskFull()])
    assert isinstance(answer, WorkshopBroken)


def test_a_page_that_unpacks_to_gigabytes_costs_itself_alone(house: House) -> None:
    packer = zlib.compressobj(1)
    packed = b"".join(packer.compress(b"q Q " * (1 << 20)) for _ in range(600)) + packer.flush()
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.pages[0].Contents = pikepdf.Stream(pdf, packed, Filter=pikepdf.Name.FlateDecode)
        pdf.save(out, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    assert len(out.getvalue()) < 20 << 20
    put = Bench(Settings.load(house.folder / "shared")).blobs.put
    jobs = [Verify(put(content), (), False, False) for content in (out.getvalue(), b"%PDF-1.4")]
    answers = house.workshop.run(jobs)
    assert [isinstance(answer, FileTooHard) for answer in answers] == [True, False]
