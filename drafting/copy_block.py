"""A copy on paper: the original's pages as they print, and the block that makes them a copy.

Legal source: Decree 30/2020/ND-CP, Art. 25; Appendix I, Part II, 1 (form of copy,
organisation, number, place and date, signer, seal, Nơi nhận) below a line as wide as the
text, on the last sheet where it has room, else on one more. Nothing here is signed:
it is printed, then signed and sealed by hand. PDF points.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO

import pikepdf
import pypdfium2 as pdfium
from reportlab.pdfgen.canvas import Canvas

from documents.boxes import SIGNATURE
from documents.numbering import written_day, written_month
from drafting import active, form, sheet, typeface
from drafting.errors import DraftEncrypted, DraftRefused, DraftTooLarge, DraftUnreadable
from drafting.finder import pdfium_lock
from drafting.layout import Measure, Row, centred, lines
from drafting.pdf import MAX_PAGES
from drafting.typeface import Face, cleaned

MOST_PLACES = 12
FIELD_LENGTH = 200
_HALF = sheet.TEXT_WIDTH / 2 - 8
_LEFT = Measure(sheet.LEFT, _HALF, 13, 15)
_RIGHT = Measure(sheet.LEFT + sheet.TEXT_WIDTH - _HALF, _HALF, 13, 15)
_PLACE_SIZE, _PLACE_LEADING = 11, 13.0
_SIGNING_ROOM = SIGNATURE.height + 16
_GAP = 14.0
"""Between the original's last print and the line."""
_A4 = 20.0
"""Points that a sheet may differ from A4 and still be one."""
_INK = 235
"""Gray level below which a pixel is print."""


@dataclass(frozen=True, slots=True)
class CopyBlock:
    """What the block says."""

    form: str
    """SAO Y, SAO LỤC or TRÍCH SAO."""
    parent: str
    agency: str
    code: str
    """`05/SY-UBND`."""
    place: str
    day: date
    titles: tuple[str, ...]
    """Above the signature: competence, then position."""
    signer: str
    to_places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Paper:
    """The original, inert, as it prints."""

    pdf: bytes
    pages: int
    ink: float
    """Lowest print on the last page, from its lower edge; 0 where the block needs a new sheet."""


@dataclass(frozen=True, slots=True)
class _Drawing:
    """The block's rows, ready to be painted: two columns above, two below."""

    head: tuple[Row, ...]
    form: tuple[Row, ...]
    number: tuple[Row, ...]
    date: tuple[Row, ...]
    places: tuple[Row, ...]
    titles: tuple[Row, ...]
    signer: tuple[Row, ...]

    @classmethod
    def of(cls, block: CopyBlock) -> "_Drawing":
        texts = (*_texts(block), *block.titles, *block.to_places)
        if any(len(text) > FIELD_LENGTH for text in texts) or len(block.to_places) > MOST_PLACES:
            raise DraftTooLarge("khối bản sao / copy block", "", FIELD_LENGTH)
        parent = _rows([block.parent.upper()], Face.REGULAR, _LEFT)
        place = f"{cleaned(block.place)}, ngày" if block.place else "Ngày"
        day, month = written_day(block.day), written_month(block.day)
        written = f"{place} {day} tháng {month} năm {block.day.year}"
        return cls(
            (*parent, *_rows([block.agency.upper()], Face.BOLD, _LEFT)),
            _rows([block.form], Face.BOLD, _RIGHT),
            _rows([f"Số: {block.code}"], Face.REGULAR, _LEFT),
            _rows([written], Face.ITALIC, _RIGHT),
            _places(block.to_places),
            _rows([title.upper() for title in block.titles], Face.BOLD, _RIGHT),
            _rows([block.signer], Face.BOLD, _RIGHT),
        )

    @property
    def height(self) -> float:
        """From the line down to the last baseline."""
        head = max(len(self.head), len(self.form)) * _LEFT.leading
        signing = (len(self.titles) + len(self.signer)) * _RIGHT.leading + _SIGNING_ROOM
        places = len(self.places) * _PLACE_LEADING
        dated = max(len(self.number), len(self.date)) * _LEFT.leading
        return 16 + head + dated + _GAP + max(signing, places)

    def page(self, top: float) -> bytes:
        """Return an A4 page with nothing but the block, its line at *top*."""
        out = BytesIO()
        canvas = Canvas(out, (sheet.WIDTH, sheet.HEIGHT), invariant=1, initialFontName=Face.REGULAR)
        canvas.setLineWidth(0.7)
        canvas.line(sheet.LEFT, top, sheet.LEFT + sheet.TEXT_WIDTH, top)
        y = top - 16
        low = min(sheet.paint(canvas, self.head, y), sheet.paint(canvas, self.form, y))
        y = low - _LEFT.leading
        low = min(sheet.paint(canvas, self.number, y), sheet.paint(canvas, self.date, y))
        y = low - _LEFT.leading - _GAP
        sheet.paint(canvas, self.places, y)
        low = sheet.paint(canvas, self.titles, y) if self.titles else y
        sheet.paint(canvas, self.signer, low - _SIGNING_ROOM)
        canvas.showPage()
        canvas.save()
        return out.getvalue()


def _texts(block: CopyBlock) -> tuple[str, ...]:
    return (block.form, block.parent, block.agency, block.code, block.place, block.signer)


def _rows(texts: Sequence[str], face: Face, column: Measure) -> tuple[Row, ...]:
    shown = [text for text in map(cleaned, texts) if text]
    return tuple(row for text in shown for row in centred([(text, face)], column))


def _places(to_places: Sequence[str]) -> tuple[Row, ...]:
    label = Row((("Nơi nhận:", Face.BOLD_ITALIC),), sheet.LEFT, 12, _PLACE_LEADING)
    rows = [label]
    given = [cleaned(place).lstrip("-– ").rstrip(";. ") for place in to_places]
    for text in (*(f"- {place};" for place in given if place), "- Lưu: VT."):
        for words in lines([(text, Face.REGULAR)], _PLACE_SIZE, _HALF):
            line = " ".join(word for word, _ in words)
            rows.append(Row(((line, Face.REGULAR),), sheet.LEFT, _PLACE_SIZE, _PLACE_LEADING))
    return tuple(rows)


def for_printing(data: bytes, name: str) -> Paper:
    """Return *data*'s pages with what its forms and signatures show drawn into them.

    Raises:
        DraftEncrypted, DraftTooLarge, DraftDynamicForm, DraftUnreadable: as they say.
    """
    try:
        with pikepdf.open(BytesIO(data), suppress_warnings=True) as pdf:
            if pdf.is_encrypted:
                raise DraftEncrypted(name)
            pages = len(pdf.pages)
            if not 0 < pages <= MAX_PAGES:
                raise DraftTooLarge(name, f"{pages} trang / pages", MAX_PAGES)
            active.remove(pdf)
            form.flatten(pdf, name)
            for key in ("/Perms", "/DSS"):
                if key in pdf.Root:
                    del pdf.Root[key]
            out = BytesIO()
            pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    except DraftRefused:
        raise
    except pikepdf.PasswordError:
        raise DraftEncrypted(name) from None
    except (pikepdf.PdfError, ValueError, TypeError, KeyError, AttributeError, RuntimeError) as bad:
        raise DraftUnreadable(name, str(bad)[:200]) from None
    return Paper(out.getvalue(), pages, _lowest_ink(out.getvalue(), name))


def _lowest_ink(pdf: bytes, name: str) -> float:
    with pdfium_lock:
        try:
            document = pdfium.PdfDocument(pdf)
            try:
                page = document[len(document) - 1]
                width, height = page.get_width(), page.get_height()
                if abs(width - sheet.WIDTH) > _A4 or abs(height - sheet.HEIGHT) > _A4:
                    return 0.0
                if page.get_rotation() or tuple(page.get_mediabox()[:2]) != (0, 0):
                    return 0.0
                image = page.render(scale=1, grayscale=True).to_pil().convert("L")
                box = image.point(lambda level: 255 * (level < _INK)).getbbox()
                return float(height - (box[3] if box else 0.0))
            finally:
                document.close()
        except pdfium.PdfiumError as bad:
            raise DraftUnreadable(name, str(bad)[:200]) from None


def printed(paper: Paper, block: CopyBlock) -> bytes:
    """Return *paper* with *block* under its last page's print, or on one more sheet.

    Raises:
        DraftTooLarge: a field of the block is too long.
        FontMissing: Liberation Serif is not installed.
    """
    typeface.load()
    drawing = _Drawing.of(block)
    fits = paper.ink - _GAP - drawing.height > sheet.BOTTOM
    top = paper.ink - _GAP if fits else sheet.TOP + 12
    overlay = drawing.page(top)
    with pikepdf.open(BytesIO(paper.pdf)) as pdf, pikepdf.open(BytesIO(overlay)) as drawn:
        if fits:
            pdf.pages[-1].add_overlay(drawn.pages[0], None)
        else:
            pdf.pages.append(drawn.pages[0])
        out = BytesIO()
        pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.disable, deterministic_id=True)
        return out.getvalue()
