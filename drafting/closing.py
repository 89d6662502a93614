"""The end of a document: Nơi nhận at left, title, signature and name at right.

Legal source: Decree 30/2020/ND-CP, Appendix I, Part I, II.7 and II.9; boxes 7
and 9b of Part IV. PDF points.
"""

from dataclasses import dataclass

from reportlab.pdfgen.canvas import Canvas

from documents.boxes import SIGNATURE
from documents.placement import Box
from drafting import composition
from drafting.blank import signature_box
from drafting.composition import Composition
from drafting.errors import DraftTooLarge
from drafting.layout import Measure, Row, centred, lines
from drafting.sheet import BOTTOM, LEFT, TEXT_WIDTH, paint
from drafting.typeface import Face, cleaned

_SIGNER_WIDTH = 235.0
_SIGNER = Measure(LEFT + TEXT_WIDTH - _SIGNER_WIDTH, _SIGNER_WIDTH, 14, 16.5)
_PLACES_WIDTH = 195.0
_LABEL_SIZE, _PLACE_SIZE, _PLACE_LEADING = 12, 11, 13.0
_LONGEST = 560.0
"""Points; a longer list of recipients runs on to the next page."""
_SIGNING_ROOM = SIGNATURE.height + 20  # between the baselines of title and name


@dataclass(frozen=True, slots=True)
class Closing:
    """The two columns, ready to be painted."""

    places: tuple[Row, ...]
    titles: tuple[Row, ...]
    names: tuple[Row, ...]

    @property
    def height(self) -> float:
        """From the first baseline to the last, of what must stay on one page."""
        places = _PLACE_LEADING * (len(self.places) - 1)
        return max(self._signer_height, min(places, _LONGEST))

    @property
    def _signer_height(self) -> float:
        rows = len(self.titles) + len(self.names) - 2
        return rows * _SIGNER.leading + _SIGNING_ROOM


def closing(draft: Composition) -> Closing:
    """Return the end of *draft*.

    Raises:
        DraftTooLarge: titles and name do not fit on a page.
    """
    titles = [row for line in composition.title_lines(draft) for row in _signer_rows(line)]
    names = _signer_rows(cleaned(draft.signer.full_name))
    end = Closing(tuple(_place_rows(draft)), tuple(titles or _signer_rows("")), tuple(names))
    if end.height > _LONGEST:
        raise DraftTooLarge("khối chữ ký / signature block", f"{end.height:.0f} pt", _LONGEST)
    return end


def _signer_rows(line: str) -> list[Row]:
    return centred([(line, Face.BOLD)], _SIGNER)


def _place_rows(draft: Composition) -> list[Row]:
    rows = [
        Row((("Nơi nhận:", Face.BOLD_ITALIC),), LEFT, _LABEL_SIZE, _PLACE_LEADING),
    ]
    for place in composition.recipients(draft):
        for words in lines([(f"- {place}", Face.REGULAR)], _PLACE_SIZE, _PLACES_WIDTH):
            line = " ".join(word for word, _ in words)
            rows.append(Row(((line, Face.REGULAR),), LEFT, _PLACE_SIZE, _PLACE_LEADING))
    return rows


def draw(canvas: Canvas, end: Closing, y: float, page: int) -> tuple[Box, list[Row]]:
    """Draw the end with its first baseline at *y*.

    Returns:
        The signature's box, and the recipients for which the page had no room.
    """
    title = paint(canvas, end.titles, y)
    name = title - _SIGNING_ROOM
    paint(canvas, end.names, name)
    fits = int((y - BOTTOM) // _PLACE_LEADING) + 1
    paint(canvas, end.places[:fits], y)
    box = signature_box(page, _SIGNER.left + _SIGNER.width / 2, title, name)
    return box, list(end.places[fits:])
