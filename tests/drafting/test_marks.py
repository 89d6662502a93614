"""Demonstration images have the legal colours and sizes, and nothing behind them."""

from io import BytesIO

import pytest
from PIL import Image

from drafting.marks import seal_image, signature_image


def _opened(png: bytes) -> Image.Image:
    image = Image.open(BytesIO(png))
    assert (image.format, image.mode) == ("PNG", "RGBA")
    assert image.info["dpi"] == pytest.approx((300, 300), abs=0.1)
    assert image.getpixel((0, 0))[3] == 0
    return image


def test_a_seal_is_red_round_and_40_mm_wide():
    image = _opened(seal_image("Ủy ban nhân dân tỉnh Sơn Hải"))
    assert image.size == (472, 472)
    left, top, right, bottom = image.getchannel("A").getbbox()
    assert (right - left, bottom - top) == pytest.approx((466, 466), abs=6)
    red, green, blue, _ = image.getpixel((236, 236))
    assert red > 180 > 60 > max(green, blue)


def test_a_signature_is_blue_and_fills_its_box():
    image = _opened(signature_image("Nguyễn Văn An", 1))
    left, top, right, bottom = image.getchannel("A").getbbox()
    assert (right - left) > image.width * 0.7
    assert (bottom - top) > image.height * 0.5
    assert image.getcolors(maxcolors=1 << 20)[0][1][2] > 150


def test_the_same_arguments_draw_the_same_and_others_do_not():
    assert signature_image("An", 1) == signature_image("An", 1)
    assert len({signature_image("An", 1), signature_image("An", 2), signature_image("Bé", 1)}) == 3
    assert seal_image("Sở Nội vụ") == seal_image("Sở Nội vụ")


@pytest.mark.parametrize("name", ["", "W" * 5000, "<b>\x00\u202e", "ẫ"])
def test_odd_names_still_draw(name):
    _opened(seal_image(name))
    _opened(signature_image(name, 0))
