"""A letter on turned pages, its places found, is signed and sealed to look as an upright one."""

import io
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PIL import Image, ImageChops
from reportlab.pdfgen.canvas import Canvas

from documents.errors import Refused
from drafting import typeface
from drafting.finder import find_placement
from drafting.intake import take_in
from drafting.typeface import Face
from signing.appearance import Stamp
from signing.fields import reserve
from signing.pades import sign
from signing.pkcs12 import Pkcs12Key
from signing.seal import seal
from tests.drafting.turning import turned
from tests.signing.conftest import AT

SIGNER = "Nguyễn Văn An"
WORDS = (
    *((120, 730, "Số:"), (175, 730, "/QĐ-UBND")),
    *((320, 730, "Sơn Hải, ngày"), (425, 730, "tháng"), (480, 730, "năm 2026")),
    *((400, 330, "CHỦ TỊCH"), (390, 230, SIGNER), (85, 330, "Nơi nhận:")),
)
RESOLUTION = 60


@pytest.fixture(scope="module")
def letter() -> bytes:
    typeface.load()
    kept = io.BytesIO()
    canvas = Canvas(kept, (595, 842), invariant=1)
    canvas.setFont(Face.REGULAR, 13)
    for x, y, text in WORDS:
        canvas.drawString(x, y, text)
    canvas.save()
    return kept.getvalue()


def issued(pdf: bytes, leader: Pkcs12Key, agency: Pkcs12Key, blue: Stamp, red: Stamp) -> bytes:
    pdf = take_in(pdf, "a.pdf").pdf
    pdf = reserve(pdf, find_placement(pdf, signer_name=SIGNER, notation="QĐ-UBND"))
    pdf = sign(pdf, leader, blue, at=AT, name=SIGNER)
    return seal(pdf, agency, red, number="123", day="22", month="11", at=AT)


def looked_at(pdf: bytes, folder: Path) -> Image.Image:
    """Return the page as poppler shows it: a judge that placed nothing."""
    (folder / "a.pdf").write_bytes(pdf)
    command = ["pdftoppm", "-png", "-cropbox", "-singlefile", "-r", str(RESOLUTION)]
    subprocess.run([*command, folder / "a.pdf", folder / "a"], check=True, capture_output=True)
    return Image.open(folder / "a.png").convert("RGB")


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_number_date_signature_and_seal_stand_upright_where_they_belong(
    turn: int,
    letter: bytes,
    leader: Pkcs12Key,
    agency: Pkcs12Key,
    blue: Stamp,
    red: Stamp,
    tmp_path: Path,
) -> None:
    upright = looked_at(issued(letter, leader, agency, blue, red), tmp_path)
    blank = looked_at(letter, tmp_path)
    pdf = issued(
        turned(letter, turn, offset=(-15, 40), margin=9, inherited=turn == 90),
        *(leader, agency, blue, red),
    )
    here = looked_at(pdf, tmp_path).resize(upright.size)
    ink = changed(upright, blank)
    assert ink > 400
    assert changed(upright, here) < 0.15 * ink
    judged = subprocess.run(
        ["pdfsig", "-nocert", tmp_path / "a.pdf"], capture_output=True, text=True, check=False
    ).stdout
    assert judged.count("Signature is Valid.") == 2


@pytest.mark.parametrize(
    "entries",
    [
        {"/Rotate": 45},
        {"/Rotate": -270},
        {"/MediaBox": [595, 842, 0, 0]},
        {"/MediaBox": [0, 0, 0, 0]},
        {"/MediaBox": [0, 0, 1e12, 1e12]},
        {"/MediaBox": [0, 0, "a", 1]},
        {"/MediaBox": [0, 0]},
        {"/CropBox": [900, 900, 1000, 1000]},
        {"/CropBox": [100, 200, 500, 850]},
    ],
    ids=str,
)
def test_a_letter_on_an_odd_page_is_reserved_or_refused(
    entries: dict[str, Any], letter: bytes
) -> None:
    with pikepdf.open(io.BytesIO(letter)) as opened:
        for key, value in entries.items():
            opened.pages[0].obj[key] = pikepdf.Array(value) if isinstance(value, list) else value
        kept = io.BytesIO()
        opened.save(kept)
    with suppress(Refused):
        pdf = take_in(kept.getvalue(), "a.pdf").pdf
        pdf = reserve(pdf, find_placement(pdf, signer_name=SIGNER))
        with pikepdf.open(io.BytesIO(pdf)) as opened:
            assert len(opened.Root.AcroForm.Fields) == 5


def changed(one: Image.Image, other: Image.Image) -> int:
    """Return how many pixels differ clearly."""
    return sum(ImageChops.difference(one, other).convert("L").histogram()[110:])
