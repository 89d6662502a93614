"""The blanks a draft leaves open: how a gap in print becomes a box.

Composer and finder share these, so that a place is the same whether it was
drawn here or found in someone else's file. PDF points. Legal source: Decree
30/2020/ND-CP, Appendix I, Part I, II.3 (number, size 13), II.4 (date), II.7d
(signature, centred between title and name).
"""

from documents.boxes import BASELINE, CLEAR, NUMBER, SIGNATURE
from documents.placement import Box

_TITLE_FOOT, _NAME_HEAD = 5.0, 13.0  # what title and name (13 to 14 points) take of the room


def gap_box(page: int, left: float, right: float, baseline: float) -> Box:
    """Return the box of a gap between two pieces of one printed line."""
    bottom = baseline - BASELINE
    return Box(page, left + CLEAR, bottom, right - CLEAR, bottom + NUMBER.height)


def signing_room(title: float, name: float) -> float:
    """Return the height left for a signature between the baselines of title and name."""
    return title - _TITLE_FOOT - name - _NAME_HEAD


def signature_box(page: int, centre: float, title: float, name: float) -> Box:
    """Return the signature's box, centred between the title and the name.

    Args:
        page: counted from 0.
        centre: of the name, horizontally.
        title: baseline of the title's last line.
        name: baseline of the full name.
    """
    half_width = SIGNATURE.width / 2
    half = min(SIGNATURE.height, signing_room(title, name)) / 2
    middle = (name + _NAME_HEAD + title - _TITLE_FOOT) / 2
    return Box(page, centre - half_width, middle - half, centre + half_width, middle + half)
