"""Liberation Serif: the free face with the metrics of Times New Roman and all of Vietnamese.

Legal source: Decree 30/2020/ND-CP, Appendix I, Part I, I.3 (Times New Roman,
Unicode TCVN 6909:2001, black). Widths are PDF points.
"""

import unicodedata
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from threading import Lock

from reportlab import rl_config
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont

from drafting.errors import FontMissing

FOLDERS = (
    Path("/usr/share/fonts/truetype/liberation2"),
    Path("/usr/share/fonts/truetype/liberation"),  # 1.07 there lacks Vietnamese; 2.x does not
    Path("/usr/share/fonts/liberation-serif"),
)


class Face(StrEnum):
    """The four faces; the value is the font's file name without its ending."""

    REGULAR = "LiberationSerif-Regular"
    BOLD = "LiberationSerif-Bold"
    ITALIC = "LiberationSerif-Italic"
    BOLD_ITALIC = "LiberationSerif-BoldItalic"


UNKNOWN = "□"
"""Stands for a character that the face does not have, so that the loss is seen."""

_PROOF = "ẫỹợĐ" + UNKNOWN


@lru_cache(maxsize=1)
def folder() -> Path:
    """Return where a Liberation Serif with Vietnamese lies.

    Raises:
        FontMissing: nowhere.
    """
    for candidate in FOLDERS:
        try:
            face = TTFont("proof", str(candidate / f"{Face.REGULAR}.ttf")).face
        except TTFError:
            continue
        if all(ord(letter) in face.charToGlyph for letter in _PROOF):
            return candidate
    raise FontMissing


def path(face: Face) -> str:
    """Return the file of *face*."""
    return str(folder() / f"{face}.ttf")


_lock = Lock()
_widths: dict[Face, dict[int, float]] = {}
"""Code point to width at 1 point, for every face that reportlab knows."""


def load() -> None:
    """Register the faces with reportlab, once a process.

    Raises:
        FontMissing: Liberation Serif is not installed.
    """
    with _lock:  # a face registered twice would split one document's subset in two
        for face in Face:
            if face not in _widths:
                font = TTFont(face.value, path(face))
                pdfmetrics.registerFont(font)
                rl_config.useA85 = 0  # page text a fifth smaller, and quicker
                _widths[face] = {code: w / 1000 for code, w in font.face.charWidths.items()}


@lru_cache(maxsize=8192)
def _unit_width(text: str, face: Face) -> float:
    widths = _widths[face]
    return sum([widths.get(ord(letter), 1.0) for letter in text])


def width(text: str, face: Face, size: float) -> float:
    """Return how wide *text* stands at *size* points."""
    return _unit_width(text, face) * size


@lru_cache(maxsize=4096)
def _shown(letter: str) -> str:
    """Return what stands for one character: itself, a space, nothing, or UNKNOWN."""
    category = unicodedata.category(letter)
    if category in ("Cc", "Zl", "Zp") or (category == "Zs" and letter != "\u00a0"):
        return " "
    if category == "Cf":  # bidi overrides, zero-width letters: they only deceive
        return ""
    return letter if ord(letter) in _widths[Face.REGULAR] else UNKNOWN


def cleaned(text: str) -> str:
    """Return *text* in NFC on one line: no control or format characters, single spaces."""
    composed = unicodedata.normalize("NFC", text)
    shown = "".join([_shown(letter) for letter in composed])
    return " ".join([word for word in shown.split(" ") if word])
