"""The digits' fonts: the few glyphs of Liberation Serif that number and date need.

Times New Roman's metrics, size 13, black; the number upright, the date italic
(Decree 30/2020, Appendix I, Part I, II.3 and II.4; Appendix I, Part IV, boxes 3
and 4). Built once per process: subsetting takes 40 ms.
"""

import io
import logging
import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from fontTools import subset
from fontTools.ttLib import TTFont, TTLibError

from signing.errors import FontMissing

UPRIGHT = Path("/usr/share/fonts/truetype/liberation2/LiberationSerif-Regular.ttf")
"""Debian's fonts-liberation2; the older fonts-liberation lacks Vietnamese letters."""
ITALIC = UPRIGHT.with_name("LiberationSerif-Italic.ttf")

CHARACTERS = "0123456789/-. "
FIRST, LAST = ord(" "), ord("9")
_DROPPED = ["FFTM", "GSUB", "GPOS", "GDEF", "kern", "DSIG"]


@dataclass(frozen=True, slots=True)
class DigitsFont:
    """A simple TrueType font (ISO 32000-1, 9.6.3) with WinAnsi codes FIRST to LAST."""

    compressed: bytes
    """The font file, zlib."""
    length: int
    """Bytes of the font file before compression."""
    widths: tuple[int, ...]
    """Thousandths of the size, from FIRST to LAST; 0 for characters that are not there."""
    ascent: int
    descent: int
    bounds: tuple[int, int, int, int]
    slant: int
    """Degrees from the vertical, negative to the right; 0 when upright."""

    def width(self, text: str, size: float) -> float:
        """Return *text*'s width in PDF points at *size*."""
        return sum(self.widths[ord(c) - FIRST] for c in text) * size / 1000


@cache
def digits_font(path: Path = UPRIGHT) -> DigitsFont:
    """Return the subset of the font at *path*.

    Raises:
        FontMissing: the font is not installed, or broken.
    """
    font, data = subset_of(path, CHARACTERS, hinting=True)
    return _described(font, data)


def subset_of(path: Path, characters: str, *, hinting: bool) -> tuple[Any, bytes]:
    """Return the font at *path* with the glyphs of *characters* only, and its file's bytes.

    Raises:
        FontMissing: the font is not installed, or broken.
    """
    try:
        font = TTFont(path)
    except (OSError, TTLibError):
        raise FontMissing(path) from None
    logging.getLogger("fontTools.subset").setLevel(logging.ERROR)
    options = subset.Options()
    options.notdef_outline = True
    options.hinting = hinting
    options.drop_tables += _DROPPED
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=characters)
    subsetter.subset(font)
    out = io.BytesIO()
    font.save(out)
    return font, out.getvalue()


def _described(font: Any, data: bytes) -> DigitsFont:
    def scaled(units: int) -> int:
        return round(units * 1000 / int(font["head"].unitsPerEm))

    characters, metrics, head = font.getBestCmap(), font["hmtx"], font["head"]
    return DigitsFont(
        zlib.compress(data, 9),
        len(data),
        tuple(
            scaled(metrics[characters[code]][0]) if code in characters else 0
            for code in range(FIRST, LAST + 1)
        ),
        scaled(font["hhea"].ascent),
        scaled(font["hhea"].descent),
        (scaled(head.xMin), scaled(head.yMin), scaled(head.xMax), scaled(head.yMax)),
        round(font["post"].italicAngle),
    )
