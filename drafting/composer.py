"""Composes an official document in Decree 30's layout, and says where its blanks are.

Legal source: Decree 30/2020/ND-CP, Appendix I, Part I, and the templates of
Appendix III, Part II (1.1 to 1.7). The same content gives the same bytes.
"""

from dataclasses import dataclass, replace
from io import BytesIO

from reportlab.pdfgen.canvas import Canvas

from documents.placement import Placement, seal_over
from drafting import closing, composition, letterhead, sheet, typeface
from drafting.composition import Article, Composition, Heading, Paragraph, Part
from drafting.layout import Measure, Row, centred, justified, measured, paginated
from drafting.typeface import Face, cleaned

__all__ = ["Article", "Composed", "Composition", "Heading", "Paragraph", "Part", "compose"]

_INDENT = 36.0  # 1.27 cm (Appendix I, Part I, II.6b)
_LEADING = 18.5
_BODY = Measure(sheet.LEFT, sheet.TEXT_WIDTH, 14, _LEADING, _INDENT, 6)
_ORDER = replace(_BODY, gap=9)
_ADDRESSEES_INDENT = 78.0
_BLOCK_GAP = 26.0  # between the text and the closing block


@dataclass(frozen=True, slots=True)
class Composed:
    """A draft ready for approval."""

    pdf: bytes
    placement: Placement
    pages: int


def compose(draft: Composition) -> Composed:
    """Print *draft*: about 25 ms of CPU for two pages.

    Raises:
        TypeNotComposed: the type has a template of its own.
        DraftTooLarge: a field, a list or the whole is too long.
        FontMissing: Liberation Serif is not installed.
    """
    typeface.load()
    composition.check(draft)
    kept = BytesIO()
    canvas = sheet.begun(kept)
    canvas.setTitle(f"{draft.type.value}: {cleaned(draft.subject)}")
    canvas.setAuthor(cleaned(draft.agency.name))
    head = letterhead.draw(canvas, draft)
    end = closing.closing(draft)
    first = head.bottom - 24
    pages = paginated(_rows(draft, end), (first, sheet.TOP), sheet.BOTTOM)
    y = first
    for number, rows in enumerate(pages):
        if number:
            y = _turn(canvas, number + 1)
        text = [row for row in rows if row.spans]
        y = sheet.paint(canvas, text, y) if text else y + _BLOCK_GAP
    page = len(pages) - 1
    signature, left_over = closing.draw(canvas, end, y - _BLOCK_GAP, page)
    last = _more_recipients(canvas, left_over, page)
    canvas.showPage()
    canvas.save()
    seal = seal_over(signature)
    placement = Placement(head.number, head.day, head.month, signature, seal)
    return Composed(kept.getvalue(), placement, last + 1)


def _turn(canvas: Canvas, number: int) -> float:
    """Begin page *number*; return its highest baseline."""
    canvas.showPage()
    canvas.setFont(Face.REGULAR, 13)
    canvas.drawCentredString(sheet.WIDTH / 2, sheet.PAGE_NUMBER, str(number))
    return sheet.TOP


def _more_recipients(canvas: Canvas, rows: list[Row], page: int) -> int:
    """Paint what is left of a very long Nơi nhận; return the last page."""
    while rows:
        page += 1
        y = _turn(canvas, page + 1)
        fits = int((y - sheet.BOTTOM) // rows[0].leading) + 1
        sheet.paint(canvas, rows[:fits], y)
        rows = rows[fits:]
    return page


def _rows(draft: Composition, end: closing.Closing) -> list[Row]:
    """Return the text's rows, then one without words that is as high as the closing block."""
    rows = _addressee_rows(composition.addressees(draft))
    for base in composition.bases(draft):
        rows += justified([(base, Face.ITALIC)], _BODY)
    if draft.type in composition.ORDER_WORDS:
        rows += centred([(composition.ORDER_WORDS[draft.type], Face.BOLD)], _ORDER)
    for part in draft.body:
        rows += _part_rows(part)
    # The signature never stands alone: two lines of text go with it.
    rows[-2:] = [replace(row, keep=True) for row in rows[-2:]]
    return [*rows, Row((), 0, 0, _BLOCK_GAP + end.height)]


def _addressee_rows(addressees: list[str]) -> list[Row]:
    """Return Kính gửi: one on its own line, several as a list under it (box 9a)."""
    label = "Kính gửi: "
    label_width = measured([(label, Face.REGULAR)], 14)
    left = sheet.LEFT + _ADDRESSEES_INDENT
    if len(addressees) == 1:
        whole = [(label + addressees[0], Face.REGULAR)]
        if measured(whole, 14) < sheet.TEXT_WIDTH - _INDENT:
            return _spaced(centred(whole, _BODY))
    if not addressees:
        return []
    column = Measure(
        left + label_width, sheet.TEXT_WIDTH - _ADDRESSEES_INDENT - label_width, 14, 17
    )
    rows = [Row(((label.strip(), Face.REGULAR),), left, 14, 17, keep=True)]
    for addressee in addressees:
        dash = "- " if len(addressees) > 1 else ""
        for row in justified([(dash + addressee, Face.REGULAR)], column):
            rows.append(replace(row, stretch=0.0))
    return _spaced(rows)


def _spaced(rows: list[Row]) -> list[Row]:
    """Add a row's worth of nothing after Kính gửi."""
    return [*rows, Row((("", Face.REGULAR),), sheet.LEFT, 14, 8, keep=True)]


def _part_rows(part: Part) -> list[Row]:
    if isinstance(part, Paragraph):
        return _paragraph_rows(part.text, Face.REGULAR)
    if isinstance(part, Heading):
        return [replace(row, keep=True) for row in _paragraph_rows(part.text, Face.BOLD)]
    label = f"Điều {part.number}."
    rows = justified([(label, Face.BOLD), (cleaned(part.text), Face.REGULAR)], _BODY)
    for number, clause in enumerate(part.clauses, 1):
        rows += justified([(f"{number}. {cleaned(clause)}", Face.REGULAR)], _BODY)
    return rows


def _paragraph_rows(text: str, face: Face) -> list[Row]:
    rows = []
    for line in text.splitlines():
        if words := cleaned(line):
            rows += justified([(words, face)], _BODY)
    return rows
