"""The same letter on other pages: turned, moved in user space, cut; it looks as before."""

import io

import pikepdf
import pypdfium2 as pdfium
from pikepdf import Array, Name

from documents.placement import Box
from drafting.view import View

TURNS = (0, 90, 180, 270)


def turned(
    pdf: bytes,
    turn: int = 0,
    *,
    offset: tuple[float, float] = (0.0, 0.0),
    margin: float = 0.0,
    inherited: bool = False,
) -> bytes:
    """Return *pdf* with every page turned, its print turned back: it is seen as before.

    Args:
        pdf: pages with the origin in their corner.
        turn: degrees clockwise, for /Rotate.
        offset: where the MediaBox begins.
        margin: points by which the MediaBox is larger all around than its CropBox.
        inherited: whether MediaBox, CropBox and Rotate stand on the page tree.
    """
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        for page in opened.pages:
            _, _, width, height = (float(edge) for edge in page.mediabox)
            _turn(page, turn, width, height, offset, margin)
        if inherited:
            for key in (Name.MediaBox, Name.CropBox, Name.Rotate):
                for page in opened.pages:
                    opened.Root.Pages[key] = page.obj[key]
                    del page.obj[key]
        out = io.BytesIO()
        opened.save(out, deterministic_id=True)
        return out.getvalue()


def _turn(
    page: pikepdf.Page,
    turn: int,
    width: float,
    height: float,
    offset: tuple[float, float],
    margin: float,
) -> None:
    x, y = offset[0] + margin, offset[1] + margin
    matrix = {
        0: (1, 0, 0, 1, x, y),
        90: (0, 1, -1, 0, x + height, y),
        180: (-1, 0, 0, -1, x + width, y + height),
        270: (0, -1, 1, 0, x, y + width),
    }[turn]
    across, up = (height, width) if turn in (90, 270) else (width, height)
    page.contents_add(b"q %f %f %f %f %f %f cm" % matrix, prepend=True)
    page.contents_add(b"Q")
    edges = (*offset, x + across + margin, y + up + margin)
    page.obj.MediaBox = Array([round(edge, 4) for edge in edges])
    page.obj.CropBox = Array([round(edge, 4) for edge in (x, y, x + across, y + up)])
    page.obj.Rotate = turn


def seen(pdf: bytes, box: Box) -> tuple[float, float, float, float]:
    """Return where *box* is seen: left, bottom, right, top, in points."""
    document = pdfium.PdfDocument(pdf)
    found = View.of(document[box.page]).seen(box)
    document.close()
    return found.x0, found.y0, found.x1, found.y1
