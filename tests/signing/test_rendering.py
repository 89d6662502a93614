"""What people see: a red seal over the left third of a blue signature, a black number."""

import io
import subprocess
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from documents.placement import Box, Placement
from signing.appearance import Stamp
from signing.fields import reserve
from signing.pades import sign
from signing.pkcs12 import Pkcs12Key
from signing.seal import seal

DPI = 70
HEIGHT = 842


def pages(pdf: bytes, folder: Path) -> list[Image.Image]:
    (folder / "x.pdf").write_bytes(pdf)
    command = ["pdftoppm", "-r", str(DPI), "-png", str(folder / "x.pdf"), str(folder / "page")]
    subprocess.run(command, check=True, timeout=60)
    return [Image.open(path).convert("RGB") for path in sorted(folder.glob("page*.png"))]


def counted(image: Image.Image, box: Box) -> dict[str, int]:
    """Return how many red, blue and black pixels *box* has."""
    scale = DPI / 72
    area = (box.x0, HEIGHT - box.y1, box.x1, HEIGHT - box.y0)
    pixels = image.crop(tuple(round(v * scale) for v in area)).get_flattened_data()
    found = {"red": 0, "blue": 0, "black": 0}
    for red, green, blue in pixels:
        found["red"] += red > 150 and green < 120 and blue < 120
        found["blue"] += blue > 120 and red < 110
        found["black"] += max(red, green, blue) < 90
    return found


def test_seal_signature_number_and_date_are_where_they_belong(
    sealed: bytes, placement: Placement, tmp_path: Path
) -> None:
    first, second = pages(sealed, tmp_path)
    assert counted(second, placement.seal)["red"] > 100
    assert counted(second, placement.signature)["blue"] > 100
    for box in (placement.number, placement.day, placement.month):
        assert counted(first, box)["black"] > 10
    third = placement.signature.x0 + placement.signature.width / 3
    assert placement.seal.x1 == pytest.approx(third)
    right = Box(
        1, third + 2, placement.signature.y0, placement.signature.x1, placement.signature.y1
    )
    assert counted(second, right)["red"] == 0


def test_nothing_shows_before_it_is_there(
    signed: bytes, placement: Placement, tmp_path: Path
) -> None:
    first, second = pages(signed, tmp_path)
    assert counted(second, placement.seal)["red"] == 0
    assert counted(first, placement.number)["black"] == 0


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_on_a_turned_page_the_number_reads_upright(
    turn: int,
    draft: bytes,
    placement: Placement,
    leader: Pkcs12Key,
    agency: Pkcs12Key,
    blue: Stamp,
    at: datetime,
    tmp_path: Path,
) -> None:
    with pikepdf.open(io.BytesIO(draft)) as pdf:
        for page in pdf.pages:
            page.Rotate = turn
            page.MediaBox = [-100, -50, 700, 850]  # 800 by 900 points
        out = io.BytesIO()
        pdf.save(out)
    wide = turn == 180
    number = Box(0, 300, 300, 345 if wide else 315, 315 if wide else 345)
    moved = replace(placement, number=number)
    signed = sign(reserve(out.getvalue(), moved), leader, blue, at=at)
    done = seal(signed, agency, None, number="1147", day="22", month="11", at=at)
    seen = pages(done, tmp_path)[0].convert("L").point(lambda level: 255 * (level < 90))
    # the box's upper left corner as the reader sees it, in points from the page's
    left, top = {90: (300, 300), 180: (800 - 345, 300), 270: (900 - 345, 800 - 315)}[turn]
    scale = DPI / 72
    corners = (left - 1, top - 1, left + 46, top + 16)
    ink = seen.crop(tuple(round(value * scale) for value in corners)).getbbox()
    assert ink is not None
    assert ink[2] - ink[0] > 2 * (ink[3] - ink[1])  # four digits: wider than tall
