"""A picture of a page, from a camera or a scanner, as a PDF: one page for each of its frames.

Legal source: Decree 30/2020/ND-CP, Art. 22.1; Appendix I, Part II (scans). Whoever calls this with
a stranger's file does so in a worker process. Points, 72 to the inch.
"""

import io

import pypdfium2 as pdfium
from PIL import Image, ImageOps, ImageSequence
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from drafting.finder import pdfium_lock
from drafting.incoming_file import IncomingFileRefused

BEGINS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"II*\x00", b"MM\x00*")
"""JPEG, PNG, TIFF."""
MOST_PIXELS = 80_000_000
"""Of one frame: A3 at 400 dpi has 31 million."""
MOST_FRAMES = 100
_FORMATS = ("JPEG", "PNG", "TIFF")
_PAGE_INCHES = 11.69
"""The longer side of A4: where a picture does not say how large its page was."""
_SAID_DPI = range(72, 1201)


def is_picture(content: bytes) -> bool:
    """Return whether *content* is a picture of a kind that is taken in."""
    return content.startswith(BEGINS)


def as_pdf(content: bytes, name: str) -> bytes:
    """Return the picture as a PDF.

    Raises:
        IncomingFileRefused: it cannot be opened, or is too large.
    """
    out = io.BytesIO()
    canvas = Canvas(out, invariant=1)
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as picture:
            for count, frame in enumerate(ImageSequence.Iterator(picture)):
                if count >= MOST_FRAMES or frame.width * frame.height > MOST_PIXELS:
                    raise IncomingFileRefused(name, "ảnh quá lớn / the picture is too large")
                _draw(canvas, frame)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, EOFError):
        raise IncomingFileRefused(name, "ảnh hỏng / the picture is damaged") from None
    canvas.save()
    return out.getvalue()


def photographed(pdf: bytes, dpi: int = 200) -> bytes:
    """Return the first page of a *pdf* of ours as a scanner would see it: a JPEG.

    Raises:
        pypdfium2.PdfiumError: it cannot be opened.
    """
    with pdfium_lock:
        document = pdfium.PdfDocument(pdf)
        try:
            document.init_forms()
            picture = document[0].render(scale=dpi / 72, may_draw_forms=True).to_pil()
        finally:
            document.close()
    out = io.BytesIO()
    picture.convert("RGB").save(out, "JPEG", quality=85, dpi=(dpi, dpi))
    return out.getvalue()


def _draw(canvas: Canvas, frame: Image.Image) -> None:
    dpi = _dpi(frame)
    upright = ImageOps.exif_transpose(frame).convert("RGB")
    width, height = upright.width * 72 / dpi, upright.height * 72 / dpi
    canvas.setPageSize((width, height))
    canvas.drawImage(ImageReader(upright), 0, 0, width, height)
    canvas.showPage()


def _dpi(frame: Image.Image) -> float:
    said = frame.info.get("dpi", (0, 0))
    try:
        dpi = float(said[0])
    except (TypeError, ValueError, IndexError, ZeroDivisionError):
        dpi = 0.0
    if int(dpi) in _SAID_DPI and max(frame.width, frame.height) / dpi <= 2 * _PAGE_INCHES:
        return dpi
    return max(frame.width, frame.height) / _PAGE_INCHES
