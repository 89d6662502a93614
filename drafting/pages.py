"""Gives every page a box and a turn of its own, as all who read it later understand them.

Standard: ISO 32000-1, 7.7.3.4 (inherited attributes), table 30 (Rotate: a multiple of 90).
Done while a draft is normalised, before anyone signs.
"""

from decimal import Decimal

import pikepdf
from pikepdf import Array, Name

from drafting.form import inherited

TURN = "bỏ góc xoay trang không hợp lệ / removed an invalid page rotation"


def settle(pdf: pikepdf.Pdf) -> set[str]:
    """Write MediaBox and Rotate on the pages where readers would differ; return the notes."""
    notes = set()
    for page in pdf.pages:
        if "/MediaBox" not in page.obj:  # PDFium finds it nowhere else
            media = inherited(page.obj, "/MediaBox")
            if isinstance(media, Array):
                page.obj[Name.MediaBox] = Array(list(media))
        turn = inherited(page.obj, "/Rotate")
        if turn is None or (isinstance(turn, int) and turn % 90 == 0):
            continue
        # of 45 and of 90.0 each viewer makes something else
        right = isinstance(turn, Decimal) and turn % 90 == 0
        page.obj[Name.Rotate] = int(turn) if right else 0
        notes |= set() if right else {TURN}
    return notes
