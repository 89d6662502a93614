"""What is wrong with a scan that is to become an electronic copy: warnings, never refusals.

Legal source: Decree 30/2020/ND-CP, Appendix I, Part II, 2 (PDF 1.4 or later, colour, at
least 200 dpi, 1:1).
"""

import ctypes

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from drafting.finder import pdfium_lock

LEAST_DPI = 200
_SLACK = 2
"""A scanner's rounding."""
_MOST_PAGES = 200
_MOST_OBJECTS = 200
"""A scan has one image or a few on a page."""
_LEAST_SHARE = 0.3
"""Of the page's area; a smaller image is a logo or a stamp."""
_COLOUR = 24
"""Bits of a pixel."""


def warnings(pdf: bytes) -> tuple[str, ...]:
    """Return what falls short of the decree on the scanned pages of *pdf*, page by page."""
    with pdfium_lock:
        try:
            document = pdfium.PdfDocument(pdf)
        except pdfium.PdfiumError:
            return ()
        try:
            found = []
            for number in range(min(len(document), _MOST_PAGES)):
                found += [f"trang / page {number + 1}: {what}" for what in _page(document[number])]
            return tuple(found)
        except pdfium.PdfiumError:
            return ()
        finally:
            document.close()


def _page(page: pdfium.PdfPage) -> list[str]:
    area = page.get_width() * page.get_height()
    found = []
    for count, item in enumerate(page.get_objects(max_depth=2)):
        if count >= _MOST_OBJECTS:
            break
        if item.type != pdfium_c.FPDF_PAGEOBJ_IMAGE:
            continue
        left, bottom, right, top = item.get_bounds()
        if (right - left) * (top - bottom) < area * _LEAST_SHARE:
            continue
        known = pdfium_c.FPDF_IMAGEOBJ_METADATA()
        if not pdfium_c.FPDFImageObj_GetImageMetadata(item.raw, page.raw, ctypes.byref(known)):
            continue
        dpi = min(known.horizontal_dpi, known.vertical_dpi)
        if dpi < LEAST_DPI - _SLACK:
            found.append(f"{dpi:.0f} dpi < {LEAST_DPI} dpi")
        if known.bits_per_pixel < _COLOUR and known.colorspace != pdfium_c.FPDF_COLORSPACE_INDEXED:
            found.append("ảnh không màu / not in colour")
    return found
