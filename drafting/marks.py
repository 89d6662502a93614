"""Images of a signature and of a seal for demonstrations: nobody's hand, no real seal.

Legal source: Decree 30/2020/ND-CP, Appendix I, Part I, II.7d (signature: blue,
PNG, transparent) and II.8a (seal: red, PNG, transparent, actual size). The same
arguments give the same bytes. 300 dots per inch.
"""

import math
import random
import unicodedata
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from documents.boxes import SEAL, SIGNATURE
from drafting.typeface import Face, path

DPI = 300
_SHARPER = 3  # drawn larger, then reduced: Pillow's own lines have steps
_SEAL = round(SEAL.width / 72 * DPI)
_SIGNATURE = (round(SIGNATURE.width / 72 * DPI), round(SIGNATURE.height / 72 * DPI))
_RED = (214, 20, 32)
_BLUE = (22, 54, 168)

Point = tuple[float, float]


def signature_image(name: str, seed: int) -> bytes:
    """Return a PNG of 45 x 22 mm: a blue curve as a pen would write *name*."""
    letters = unicodedata.normalize("NFC", name).casefold().split()
    pen = random.Random(f"{seed}:{' '.join(letters)}")  # noqa: S311  (a drawing, not a secret)
    width, height = (side * _SHARPER for side in _SIGNATURE)
    mask = Image.new("L", (width, height))
    draw = ImageDraw.Draw(mask)
    steps = max(7, min(16, len("".join(letters))))
    for points in (_strokes(pen, steps), _flourish(pen)):
        curve = _smooth([(x * width, y * height) for x, y in points])
        for index, (x, y) in enumerate(curve):
            # A pen presses harder on its way down and lifts towards the end.
            down = y - curve[index - 1][1] if index else 0.0
            radius = (5.0 + max(-2.5, min(4.0, down))) * min(1.0, (len(curve) - index) / 60 + 0.35)
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return _png(mask.resize(_SIGNATURE, Image.Resampling.LANCZOS), _BLUE)


def _strokes(pen: random.Random, steps: int) -> list[Point]:
    """Return a tall first letter, then loops that shrink to the right."""
    points = [(0.08, 0.62), (0.13, 0.12), (0.17, 0.80), (0.11, 0.70)]
    for step in range(steps):
        x = 0.20 + 0.62 * step / steps
        tall = pen.choice((0.10, 0.14, 0.30)) * (1 - 0.4 * step / steps)
        points += [(x + 0.02, 0.50 - tall * pen.uniform(0.7, 1.2)), (x, 0.58 + 0.05 * pen.random())]
    return [*points, (0.93, 0.40 + 0.15 * pen.random())]


def _flourish(pen: random.Random) -> list[Point]:
    """Return the line that runs back under the name."""
    low = pen.uniform(0.72, 0.84)
    return [(0.90, 0.50), (0.62, low), (0.16, low + 0.06), (0.40, low - 0.05), (0.88, low - 0.10)]


def _smooth(points: list[Point], density: int = 70) -> list[Point]:
    """Return points along the Catmull-Rom spline through *points*."""
    padded = [points[0], *points, points[-1]]
    curve = []
    for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        for step in range(density):
            t = step / density
            curve.append((_spline(a[0], b[0], c[0], d[0], t), _spline(a[1], b[1], c[1], d[1], t)))
    return curve


def _spline(a: float, b: float, c: float, d: float, t: float) -> float:
    linear, square, cube = c - a, 2 * a - 5 * b + 4 * c - d, 3 * b - a - 3 * c + d
    return 0.5 * (2 * b + linear * t + square * t * t + cube * t**3)


def seal_image(agency_name: str) -> bytes:
    """Return a PNG of 40 x 40 mm: a round red seal with a star and the name around it."""
    side = _SEAL * _SHARPER
    mask = Image.new("L", (side, side))
    draw = ImageDraw.Draw(mask)
    for inset, line in ((0.008, 0.016), (0.036, 0.006), (0.215, 0.008)):
        edge = inset * side
        draw.ellipse((edge, edge, side - edge, side - edge), outline=255, width=round(line * side))
    name = " ".join(unicodedata.normalize("NFC", agency_name).upper().split())[:120]
    _ring(mask, name, side)
    _star(draw, side / 2, side / 2, side * 0.17)
    _star(draw, side / 2, side * 0.873, side * 0.04)
    return _png(mask.resize((_SEAL, _SEAL), Image.Resampling.LANCZOS), _RED)


def _ring(mask: Image.Image, text: str, side: int) -> None:
    """Set *text* clockwise between the rings, its middle on top, at most 300 degrees of it."""
    radius = side * 0.39
    size = side * 0.105
    font = ImageFont.truetype(path(Face.BOLD), size)
    room = math.radians(300) * radius
    length = font.getlength(text) * 1.08
    if length > room:
        font = ImageFont.truetype(path(Face.BOLD), size * room / length)
        length = room
    angle = -length / radius / 2
    for letter in text:
        step = font.getlength(letter) * 1.08 / radius
        _letter(mask, letter, font, angle + step / 2, radius)
        angle += step


def _letter(
    mask: Image.Image, letter: str, font: ImageFont.FreeTypeFont, angle: float, radius: float
) -> None:
    box = round(font.size * 2)
    tile = Image.new("L", (box, box))
    ImageDraw.Draw(tile).text((box / 2, box / 2 + font.size * 0.34), letter, 255, font, "ms")
    tile = tile.rotate(-math.degrees(angle), Image.Resampling.BICUBIC)
    middle = mask.width / 2
    x, y = middle + radius * math.sin(angle), middle - radius * math.cos(angle)
    corner = (round(x - box / 2), round(y - box / 2))
    mask.paste(255, (*corner, corner[0] + box, corner[1] + box), tile)


def _star(draw: ImageDraw.ImageDraw, x: float, y: float, radius: float) -> None:
    points = []
    for corner in range(10):
        reach = radius if corner % 2 == 0 else radius * 0.382
        angle = corner * math.pi / 5
        points.append((x + reach * math.sin(angle), y - reach * math.cos(angle)))
    draw.polygon(points, fill=255)


def _png(mask: Image.Image, colour: tuple[int, int, int]) -> bytes:
    """Return *mask* in one colour on nothing."""
    image = Image.new("RGBA", mask.size, (*colour, 0))
    image.putalpha(mask)
    kept = BytesIO()
    image.save(kept, "PNG", dpi=(DPI, DPI), optimize=False)
    return kept.getvalue()
