"""What binds a printed table into a book: its cover (bìa), and the page that closes it.

Legal source: Decree 30/2020/ND-CP, Appendix IV (cover: agency above, agency, name of the book,
year, from day to day, from number to number, volume); Art. 13, 17 for the leader's signature
and the seal on a closed book, whose places are the same as a letter's. PDF points.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from reportlab.pdfgen.canvas import Canvas

from documents.boxes import DAY, MILLIMETRE, MONTH, NUMBER, SIGNATURE
from documents.placement import Box, Placement, seal_over
from drafting import typeface
from drafting.blank import gap_box, signature_box
from drafting.layout import lines
from drafting.typeface import Face, cleaned

_LONGEST = 300
"""Characters of one line of cover or ending."""
_SIZE, _LEADING = 13.0, 17.0
_COLUMN = 105 * MILLIMETRE
_SIGNING_ROOM = SIGNATURE.height + 24.0


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of A4 and its margins."""

    width: float
    height: float
    left: float
    right: float
    """Right edge of the print."""
    top: float
    """Upper edge of the print."""
    bottom: float
    """Lowest edge of rows."""
    foot: float
    """Baseline of the foot."""

    @classmethod
    def lying(cls) -> Self:
        """Return A4 on its long side; the upper margin is wide enough to be bound."""
        width, height, edge = 297 * MILLIMETRE, 210 * MILLIMETRE, 15 * MILLIMETRE
        return cls(
            width, height, edge, width - edge, height - 20 * MILLIMETRE, 17 * MILLIMETRE, edge - 14
        )

    @classmethod
    def upright(cls) -> Self:
        """Return A4 on its short side; the left margin is wide enough to be bound."""
        width, height, edge = 210 * MILLIMETRE, 297 * MILLIMETRE, 15 * MILLIMETRE
        left, right = 25 * MILLIMETRE, width - edge
        return cls(width, height, left, right, height - edge, 17 * MILLIMETRE, edge - 14)

    @property
    def middle(self) -> float:
        """Half way between the margins."""
        return (self.left + self.right) / 2


@dataclass(frozen=True, slots=True)
class Cover:
    """A book's first sheet."""

    parent: str
    """The agency above, as it was then; may be empty."""
    agency: str
    """The agency, as it was called then."""
    name: str
    """SỔ ĐĂNG KÝ VĂN BẢN ĐI."""
    lines: tuple[str, ...]
    """Năm, từ ngày … đến ngày …, từ số … đến số …, quyển số."""


@dataclass(frozen=True, slots=True)
class Signatory:
    """Who signs under the table, and in which words."""

    titles: tuple[str, ...]
    """Capacity and position, line by line; empty under a blank place."""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Ending:
    """What closes a table."""

    lines: tuple[str, ...]
    """How many rows, of which …"""
    left: Signatory | None = None
    """By hand: the clerk who made it."""
    right: Signatory | None = None
    """The leader, over whose signature the seal goes."""
    place: str = ""
    """Địa danh, before the date."""
    year: int = 0
    """Of the date, whose day and month are filled with the seal; 0: no date line."""
    volume: str = "Quyển số:"
    """Before the gap that the number is filled into."""


def draw_cover(canvas: Canvas, sheet: Sheet, cover: Cover) -> None:
    """Draw the cover on a fresh sheet."""
    inset = 8 * MILLIMETRE
    canvas.setLineWidth(1.6)
    canvas.rect(inset, inset, sheet.width - 2 * inset, sheet.height - 2 * inset)
    canvas.setLineWidth(0.5)
    canvas.rect(inset + 4, inset + 4, sheet.width - 2 * inset - 8, sheet.height - 2 * inset - 8)
    room = sheet.right - sheet.left - 20 * MILLIMETRE
    y = sheet.top - 14
    if cover.parent:
        y = _centred(canvas, sheet.middle, y, cover.parent.upper(), (Face.REGULAR, 14, 19), room)
    y = _centred(canvas, sheet.middle, y, cover.agency.upper(), (Face.BOLD, 14, 19), room)
    canvas.setLineWidth(0.8)
    canvas.line(sheet.middle - 50, y + 12, sheet.middle + 50, y + 12)
    y = sheet.height / 2 + 34
    y = _centred(canvas, sheet.middle, y, cover.name.upper(), (Face.BOLD, 28, 36), room)
    for line in cover.lines:
        y = _centred(canvas, sheet.middle, y, line, (Face.REGULAR, 15, 24), room)


def _centred(
    canvas: Canvas,
    middle: float,
    y: float,
    text: str,
    style: tuple[Face, float, float],
    room: float,
) -> float:
    """Draw *text*, broken to *room*, downwards from baseline *y*; return the next baseline."""
    face, size, leading = style
    canvas.setFont(face, size)
    for line in _broken(text, face, size, room):
        canvas.drawCentredString(middle, y, line)
        y -= leading
    return y


def _broken(text: str, face: Face, size: float, room: float) -> list[str]:
    shown = cleaned(text[:_LONGEST])
    return [" ".join(word for word, _ in words) for words in lines([(shown, face)], size, room)]


def height_of(ending: Ending, sheet: Sheet) -> float:
    """Return the room that *ending* takes."""
    room = sheet.right - sheet.left
    said = sum(len(_broken(line, Face.REGULAR, _SIZE, room)) for line in ending.lines)
    blocks = [
        sum(len(_broken(title, Face.BOLD, _SIZE, _COLUMN)) for title in each.titles)
        for each in (ending.left, ending.right)
        if each is not None
    ]
    signing = max(blocks) * _LEADING + _SIGNING_ROOM + 2 * _LEADING if blocks else 0.0
    dated = 2 * _LEADING if ending.year else _LEADING / 2
    return 2 * _LEADING + said * _LEADING + dated + signing


def draw_ending(
    canvas: Canvas, sheet: Sheet, ending: Ending, y: float, page: int
) -> Placement | None:
    """Draw *ending* under *y* on *page* (from 0); return the places, where a leader signs."""
    y -= 2 * _LEADING
    canvas.setFont(Face.REGULAR, _SIZE)
    for text in ending.lines:
        for line in _broken(text, Face.REGULAR, _SIZE, sheet.right - sheet.left):
            canvas.drawString(sheet.left, y, line)
            y -= _LEADING
    gaps: tuple[Box, ...] = ()
    left, right = sheet.left + _COLUMN / 2, sheet.right - _COLUMN / 2
    if ending.year:
        gaps = _dated(canvas, ending, (sheet.left, right), y - 4, page)
        y -= 2 * _LEADING
    else:
        y -= _LEADING / 2
    if ending.left is not None:
        _signed(canvas, ending.left, left, y, _tallest(ending))
    if ending.right is None:
        return None
    title, name = _signed(canvas, ending.right, right, y, _tallest(ending))
    if not gaps:
        return None
    signature = signature_box(page, right, title, name)
    number, day, month = gaps
    return Placement(number, day, month, signature, seal_over(signature))


def _tallest(ending: Ending) -> int:
    return max(_rows(each) for each in (ending.left, ending.right) if each is not None)


def _rows(signatory: Signatory) -> int:
    return sum(len(_broken(title, Face.BOLD, _SIZE, _COLUMN)) for title in signatory.titles)


def _signed(
    canvas: Canvas, signatory: Signatory, middle: float, y: float, tallest: int
) -> tuple[float, float]:
    """Draw titles and name with room between; return the baselines of last title and name."""
    name = y - (tallest - 1) * _LEADING - _SIGNING_ROOM
    for title in signatory.titles:
        y = _centred(canvas, middle, y, title, (Face.BOLD, _SIZE, _LEADING), _COLUMN)
    _centred(canvas, middle, name, signatory.name, (Face.BOLD, _SIZE, _LEADING), _COLUMN)
    return y + _LEADING, name


def _dated(
    canvas: Canvas, ending: Ending, at: tuple[float, float], y: float, page: int
) -> tuple[Box, Box, Box]:
    """Draw volume and date with their gaps; return the boxes of number, day and month."""
    left, middle = at
    canvas.setFont(Face.REGULAR, _SIZE)
    canvas.drawString(left, y, ending.volume)
    start = left + typeface.width(ending.volume, Face.REGULAR, _SIZE) + 2
    number = gap_box(page, start, start + NUMBER.width + 2, y)
    place = cleaned(ending.place[:_LONGEST])
    parts: Sequence[tuple[str, float]] = (
        (f"{place}, ngày" if place else "Ngày", DAY.width),
        ("tháng", MONTH.width),
        (f"năm {ending.year}", 0.0),
    )
    space = 3.0
    total = sum(typeface.width(text, Face.ITALIC, _SIZE) + gap + space for text, gap in parts)
    x = middle - total / 2
    canvas.setFont(Face.ITALIC, _SIZE)
    boxes = []
    for text, gap in parts:
        canvas.drawString(x, y, text)
        x += typeface.width(text, Face.ITALIC, _SIZE)
        if gap:
            boxes.append(gap_box(page, x, x + gap + space, y))
            x += gap + space
    return number, boxes[0], boxes[1]
