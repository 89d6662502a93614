"""The top of page 1: state, agency, number, date, subject, urgency.

Legal source: Decree 30/2020/ND-CP, Appendix I, Part I, II.1 to II.5, III.1b;
boxes 1 to 5 and 10b of Part IV. PDF points.
"""

from dataclasses import dataclass

from reportlab.pdfgen.canvas import Canvas

from documents.boxes import CLEAR, DAY, MILLIMETRE, NUMBER
from documents.document import DocumentType
from documents.placement import Box
from drafting import composition
from drafting.blank import gap_box
from drafting.composition import Composition
from drafting.errors import DraftTooLarge
from drafting.layout import Measure, Row, centred, measured
from drafting.sheet import BOTTOM, LEFT, TEXT_WIDTH, TOP, paint
from drafting.typeface import Face, cleaned, width

_RIGHT_WIDTH = 258.0  # the state's name at 12 points is 250 wide
_LEFT_COLUMN = Measure(LEFT, TEXT_WIDTH - _RIGHT_WIDTH - 16, 12, 14.5)
_RIGHT_COLUMN = Measure(LEFT + TEXT_WIDTH - _RIGHT_WIDTH, _RIGHT_WIDTH, 12, 14.5)
_SUBJECT = Measure(LEFT + 24, TEXT_WIDTH - 48, 14, 17)
_BODIES = ("ỦY BAN NHÂN DÂN", "HỘI ĐỒNG NHÂN DÂN", "VĂN PHÒNG ỦY BAN NHÂN DÂN")
_NUMBER_GAP = NUMBER.width + 2 * CLEAR
_DATE_GAP = DAY.width + 2 * CLEAR
_MARK_HEIGHT = 8 * MILLIMETRE
_BRIGHT_RED = (0.93, 0.11, 0.14)
_FRAME_WIDTH = 0.9
_LEAST_TEXT = 100.0
_LONGEST = TOP - BOTTOM - _LEAST_TEXT


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Where the text may begin, and the three gaps."""

    bottom: float
    """Baseline of the lowest line drawn."""
    number: Box
    day: Box
    month: Box


def _centre(column: Measure) -> float:
    return column.left + column.width / 2


def _rule(canvas: Canvas, centre: float, length: float, y: float) -> float:
    canvas.setLineWidth(0.7)
    canvas.line(centre - length / 2, y, centre + length / 2, y)
    return y


def _stack(canvas: Canvas, rows: list[Row], y: float) -> float:
    """Paint *rows* downwards, the first at baseline *y*; return the last baseline."""
    return paint(canvas, rows, y) if rows else y


def draw(canvas: Canvas, draft: Composition) -> Letterhead:
    """Draw the top of page 1.

    Raises:
        DraftTooLarge: it leaves no room for text.
    """
    y = min(_draw_agency(canvas, draft), _draw_state(canvas)) - 19
    number = _draw_number(canvas, draft, y)
    day, month = _draw_date(canvas, draft, y)
    letter = draft.type is DocumentType.OFFICIAL_LETTER
    if letter and (subject := composition.subject_line(draft)):
        y = _stack(canvas, centred([(subject, Face.REGULAR)], _LEFT_COLUMN), y - 6 - 14.5)
    y = _draw_urgency(canvas, draft, y)
    if not letter:
        y = _draw_title(canvas, draft, y)
    if y < BOTTOM + _LEAST_TEXT:
        raise DraftTooLarge("phần đầu / letterhead", f"{TOP - y:.0f} pt", f"{_LONGEST:.0f} pt")
    return Letterhead(y, number, day, month)


def _draw_agency(canvas: Canvas, draft: Composition) -> float:
    """Boxes 2: the parent upright, the agency bold, a rule of 1/3 to 1/2 of its last line."""
    y = TOP + 14.5
    if parent := composition.parent_line(draft):
        y = _stack(canvas, _agency_rows(parent, Face.REGULAR), y - 14.5)
    rows = _agency_rows(composition.agency_line(draft), Face.BOLD)
    y = _stack(canvas, rows, y - 14.5)
    length = measured(rows[-1].spans, 12) * 0.42
    return _rule(canvas, _centre(_LEFT_COLUMN), length, y - 5)


def _agency_rows(name: str, face: Face) -> list[Row]:
    """Break a name that is too long after its kind of body rather than anywhere."""
    if width(name, face, 12) > _LEFT_COLUMN.width:
        for kind in _BODIES:
            if name.startswith(f"{kind} "):
                rows = centred([(kind, face)], _LEFT_COLUMN)
                return rows + centred([(name[len(kind) + 1 :], face)], _LEFT_COLUMN)
    return centred([(name, face)], _LEFT_COLUMN)


def _draw_state(canvas: Canvas) -> float:
    """Boxes 1: the state's name, the motto, a rule as long as the motto."""
    motto = "Độc lập - Tự do - Hạnh phúc"
    centre = _centre(_RIGHT_COLUMN)
    name = [("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", Face.BOLD)]
    _stack(canvas, centred(name, _RIGHT_COLUMN), TOP)
    y = TOP - 15.5
    canvas.setFont(Face.BOLD, 13)
    canvas.drawCentredString(centre, y, motto)
    return _rule(canvas, centre, width(motto, Face.BOLD, 13), y - 5)


def _draw_number(canvas: Canvas, draft: Composition, y: float) -> Box:
    """Box 3: `Số:`, the gap, `/QĐ-UBND`, centred under the agency; too long, it starts at left."""
    label, notation = "Số:", f"/{cleaned(draft.notation).lstrip('/')}"
    size = NUMBER.text_size
    room = _LEFT_COLUMN.width - _NUMBER_GAP - width(label, Face.REGULAR, size)
    taken = width(notation, Face.REGULAR, size)
    if taken > room:  # a notation of many groups: rather smaller than over the date
        size *= room / taken
    label_width = width(label, Face.REGULAR, size)
    whole = label_width + _NUMBER_GAP + width(notation, Face.REGULAR, size)
    x = _centre(_LEFT_COLUMN) - whole / 2
    canvas.setFont(Face.REGULAR, size)
    canvas.drawString(x, y, label)
    canvas.drawString(x + label_width + _NUMBER_GAP, y, notation)
    return gap_box(0, x + label_width, x + label_width + _NUMBER_GAP, y)


def _draw_date(canvas: Canvas, draft: Composition, y: float) -> tuple[Box, Box]:
    """Box 4: `Sơn Hải, ngày … tháng … năm 2026` in italics, centred under the state's name."""
    place = cleaned(draft.place or draft.agency.place)
    words = (f"{place}, ngày" if place else "Ngày", "tháng", f"năm {draft.year}")
    face, size = Face.ITALIC, DAY.text_size
    room = _RIGHT_COLUMN.width - 2 * _DATE_GAP
    taken = sum(width(word, face, size) for word in words)
    if taken > room:
        size *= room / taken
    lengths = [width(word, face, size) for word in words]
    x = _centre(_RIGHT_COLUMN) - (sum(lengths) + 2 * _DATE_GAP) / 2
    canvas.setFont(face, size)
    boxes = []
    for word, length in zip(words, lengths, strict=True):
        canvas.drawString(x, y, word)
        boxes.append(gap_box(0, x + length, x + length + _DATE_GAP, y))
        x += length + _DATE_GAP
    return boxes[0], boxes[1]


def _draw_urgency(canvas: Canvas, draft: Composition, y: float) -> float:
    """Box 10b: the mark in capitals in a bright red frame, under what stands at left."""
    if draft.urgency not in composition.URGENCY_MARKS:
        return y
    text, frame = composition.URGENCY_MARKS[draft.urgency]
    length, centre = frame * MILLIMETRE, _centre(_LEFT_COLUMN)
    foot = y - 10 - _MARK_HEIGHT
    canvas.saveState()
    canvas.setStrokeColorRGB(*_BRIGHT_RED)
    canvas.setFillColorRGB(*_BRIGHT_RED)
    canvas.setLineWidth(_FRAME_WIDTH)
    canvas.rect(centre - length / 2, foot, length, _MARK_HEIGHT)
    canvas.setFont(Face.BOLD, 13)
    canvas.drawCentredString(centre, foot + (_MARK_HEIGHT - 8.6) / 2, text)
    canvas.restoreState()
    return foot


def _draw_title(canvas: Canvas, draft: Composition, y: float) -> float:
    """Box 5a: the type in capitals, the subject, a rule of 1/3 to 1/2; then who rules."""
    y = _stack(canvas, centred([(draft.type.value.upper(), Face.BOLD)], _SUBJECT), y - 30)
    if subject := composition.subject_line(draft):
        rows = centred([(subject, Face.BOLD)], _SUBJECT)
        y = _stack(canvas, rows, y - 17)
        y = _rule(canvas, _centre(_SUBJECT), measured(rows[-1].spans, 14) * 0.4, y - 5)
    if draft.type in composition.ORDER_WORDS:
        rows = centred([(composition.authority_line(draft), Face.BOLD)], _SUBJECT)
        y = _stack(canvas, rows, y - 24)
    return y
