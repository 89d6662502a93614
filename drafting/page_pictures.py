"""Pages of a PDF as grey pictures, for those who read pictures: within bounds, whatever it is.

Who calls this with a stranger's file does so in a worker process. The format is Netpbm's PGM:
nothing to compress, and every reader of pictures knows it.
"""

from pathlib import Path

import pypdfium2 as pdfium

from drafting.finder import pdfium_lock

DPI = 200
"""What Decree 30/2020, Appendix I, Part II asks of a scan."""
MOST_PIXELS = 24_000_000
"""Of one picture: A3 at 200 dpi has 7.7 million; a larger page is drawn smaller."""


def pictures(pdf: bytes, folder: Path, most: int) -> list[tuple[Path, int]]:
    """Draw the first *most* pages into *folder*; return each picture and its dots per inch.

    Raises:
        pypdfium2.PdfiumError: it cannot be opened, or a page cannot be drawn.
    """
    with pdfium_lock:
        document = pdfium.PdfDocument(pdf)
        try:
            return [
                _drawn(document[number], folder / f"{number:04d}.pgm")
                for number in range(min(len(document), most))
            ]
        finally:
            document.close()


def _drawn(page: pdfium.PdfPage, path: Path) -> tuple[Path, int]:
    inches = max(page.get_width(), 1.0) * max(page.get_height(), 1.0) / 72**2
    dpi = max(1, min(DPI, int((MOST_PIXELS / inches) ** 0.5)))
    bitmap = page.render(scale=dpi / 72, grayscale=True)
    try:
        width, height, stride = bitmap.width, bitmap.height, bitmap.stride
        with path.open("wb") as file:
            file.write(b"P5 %d %d 255\n" % (width, height))
            lines = memoryview(bitmap.buffer).cast("B")
            for row in range(height):
                file.write(lines[row * stride : row * stride + width])
    finally:
        bitmap.close()
    return path, dpi
