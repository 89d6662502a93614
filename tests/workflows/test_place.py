"""`congvan place` shows what handing a file in would find, and keeps nothing."""

import subprocess
from pathlib import Path

import pytest
from PIL import Image

from drafting.composer import compose
from drafting.finder import find_placement, read_box
from tests.drafting.conftest import LETTER
from tests.drafting.test_turned_pages import BLOCK, DATE_LINE, NUMBER_LINE, SIGNER, printed
from tests.drafting.turning import turned
from tests.workflows.worlds import call

NAMES = ["number", "day", "month", "signature", "seal"]


def test_a_turned_letter_is_shown_with_boxes_to_paste(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pdf = turned(compose(LETTER).pdf, 90, offset=(5, -6))
    file, picture = tmp_path / "thư.pdf", tmp_path / "xem.png"
    file.write_bytes(pdf)
    words = ("place", file, "--signer", SIGNER, "--notation", LETTER.notation)
    said = call(capsys, *words, "-o", picture)
    assert said.code == 0
    lines = [line.removeprefix("--box ") for line in said.out.splitlines()]
    given = dict(map(read_box, lines))
    assert list(given) == NAMES
    wanted = find_placement(pdf, signer_name=SIGNER, notation=LETTER.notation)
    for name, box in given.items():
        assert box.x0 == pytest.approx(getattr(wanted, name).x0, abs=0.01)
    assert Image.open(picture).height > Image.open(picture).width
    assert sorted(tmp_path.iterdir()) == sorted([file, picture])


def test_what_is_missing_is_said_with_its_candidates(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, picture = tmp_path / "thu.pdf", tmp_path / "xem.pdf"
    twice = ((105, 300, "PHÓ CHỦ TỊCH"), (90, 210, SIGNER))
    file.write_bytes(printed(NUMBER_LINE + DATE_LINE + BLOCK + twice))
    words = ("place", file, "--signer", SIGNER, "--json", "-o", picture)
    said = call(capsys, *words, "--box", "number=1,138.5,726,174,742")
    assert (said.code, said.json["complete"]) == (1, False)
    places = {place["name"]: place for place in said.json["places"]}
    origins = [places[name]["origin"] for name in NAMES]
    assert origins == ["by hand", "found", "found", "missing", "missing"]
    assert len(places["signature"]["lines"]) == 2
    assert "several alike" in places["signature"]["why"]
    assert subprocess.run(["qpdf", "--check", picture], capture_output=True).returncode == 0


@pytest.mark.parametrize(
    ("content", "box", "code"),
    [
        (b"%PDF-1.7 cut", "number=1,1,1,2,2", "draft.unreadable"),
        (printed(((250, 700, "TỐI MẬT"),)), "number=1,1,1,2,2", "document.secret"),
        (printed(()), "number=7,1,1,2,2", "placement.box_invalid"),
    ],
    ids=["damaged", "secret", "no such page"],
)
def test_what_would_not_be_taken_in_is_not_shown(
    content: bytes, box: str, code: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.pdf"
    file.write_bytes(content)
    words = ("place", file, "--signer", SIGNER, "--json", "--box", box)
    said = call(capsys, *words, "-o", tmp_path / "xem.png")
    assert (said.code, said.error) == (1, code)
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("name", ["xem.txt", "xem", "da-co.png"])
def test_a_picture_needs_a_name_of_its_own(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "da-co.png").write_bytes(b"kept")
    said = call(capsys, "place", "a.pdf", "--signer", "A", "--json", "-o", tmp_path / name)
    assert (said.code, said.error) == (1, "placement.preview_not_written")
    assert (tmp_path / "da-co.png").read_bytes() == b"kept"
