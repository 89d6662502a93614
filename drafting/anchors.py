"""Looks for the blanks in print: number line, date line, signature block; never guesses.

Legal source: Decree 30/2020/ND-CP, Appendix I, Part I, II.3, II.4, II.7: what they look like.
Places are those of the page as it is seen (`drafting.view`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from documents.boxes import LEAST_SIGNATURE_HEIGHT, MILLIMETRE
from documents.document import folded
from documents.placement import Box
from documents.spelling import name_key
from drafting.blank import gap_box, signature_box, signing_room
from drafting.reading import Line, Reading

LEAST_GAP = 14.0
"""Two digits at 13 points, and a hair."""
MAX_PAGES_READ = 40
"""From the end, in search of the signature block; longer appendices need a box by hand."""
HEADER = ("number", "day", "month")
"""What stands in the upper half of page 1."""
MOST_CANDIDATES = 8
"""Listed where a place is not certain."""

_MOST_NAMES = 200  # where the signer's name stands alone; each is compared with the whole page
_MOST_ROOM = 80 * MILLIMETRE  # between title and name; farther apart they are not one block
_OFF_CENTRE = 40.0
_LEADER = "[.…‥·_]*+"  # possessive: a page of dots must not be tried in all its splits
_NUMBER = re.compile(rf"so:?(?P<gap>{_LEADER}(?P<typed>\d*+){_LEADER})/(?P<notation>[a-z].*)")
_DATE = re.compile(
    rf"ngay(?P<day>{_LEADER}(?P<day_typed>\d{{0,2}}+){_LEADER})"
    rf"thang(?P<month>{_LEADER}(?P<month_typed>\d{{0,2}}+){_LEADER})nam\d{{4}}"
)
_TYPED = "đã gõ sẵn / already typed in"
_SEVERAL = "có nhiều chỗ như nhau / several alike"
_SCAN = "trang không có chữ (bản chụp) / the page has no text (a scan)"
_ACROSS = "chữ nằm ngang so với trang, xoay trang lại / the text is not upright, rotate the page"


@dataclass(frozen=True, slots=True)
class Sought:
    """A place that was looked for."""

    box: Box | None
    why: str = ""
    """Why there is none."""
    candidates: tuple[Box, ...] = ()
    """Those between which nothing decides."""


def header(reading: Reading, notation: str) -> dict[str, Sought]:
    """Return the blanks of the number line and of the date line on page 1.

    Args:
        reading: the document.
        notation: `QĐ-UBND`, to tell the number line from others; may be empty.
    """
    page = reading.page(0)
    if page.across or not page.lines:
        return dict.fromkeys(HEADER, Sought(None, _ACROSS if page.across else _SCAN))
    upper = [line for line in page.lines if line.baseline > page.view.height / 2]
    return {"number": _number(upper, notation), **_date(upper)}


def _number(read: list[Line], notation: str) -> Sought:
    """Return the gap of the one piece of a line that begins `Số: /NOTATION`."""
    wanted = folded("".join(notation.split())).lstrip("/")
    candidates: list[Box | str] = []
    why = f"không thấy «Số: … /{notation or 'KÝ HIỆU'}» / no such line in the upper half"
    for line in read:
        text, owners = line.folded()
        places = {owner: place for place, owner in reversed([*enumerate(owners)])}
        for start in line.columns():
            match = _NUMBER.match(text, places[start]) if start in places else None
            if match is None or not match["notation"].startswith(wanted):
                continue
            if match["typed"]:  # or a reference at the start of a line, which must not count
                why = _TYPED
            else:
                candidates.append(_gap(line, owners, match.span("gap")))
    return _only(candidates, why)


def _date(read: list[Line]) -> dict[str, Sought]:
    """Return the gaps of the one line with `ngày … tháng … năm 2026` that has room for them."""
    days: list[Box | str] = []
    months: list[Box | str] = []
    for line in read:
        text, owners = line.folded()
        for match in _DATE.finditer(text):
            if match["day_typed"] and match["month_typed"]:
                continue  # a date in the text, or a document that has its date already
            for name, boxes in (("day", days), ("month", months)):
                typed = match[f"{name}_typed"]
                boxes.append(_TYPED if typed else _gap(line, owners, match.span(name)))
    why = "không thấy «ngày … tháng … năm 2026» để trống / no such blank in the upper half"
    return {"day": _only(days, why), "month": _only(months, why)}


def _gap(line: Line, owners: list[int], span: tuple[int, int]) -> Box | str:
    """Return the box between the letters before and after *span*, leaders included."""
    before, after = line.glyphs[owners[span[0] - 1]], line.glyphs[owners[span[1]]]
    room = after.left - before.right
    if room < LEAST_GAP:
        return f"khoảng trống hẹp / too narrow: {room:.1f} pt, cần / needs {LEAST_GAP:g} pt"
    return gap_box(0, before.right, after.left, before.baseline)


def _only(candidates: list[Box | str], why_none: str) -> Sought:
    if len(candidates) > 1:
        boxes = [one for one in candidates if isinstance(one, Box)]
        return Sought(None, _SEVERAL, tuple(boxes[:MOST_CANDIDATES]))
    if not candidates:
        return Sought(None, why_none)
    only = candidates[0]
    return Sought(only) if isinstance(only, Box) else Sought(None, only)


def signature(reading: Reading, signer_name: str) -> Sought:
    """Return the room between a title in capitals and the signer's name under it."""
    wanted = name_key(signer_name)
    if not wanted[0]:
        return Sought(None, "chưa biết người ký / no signer's name")
    candidates: list[Box | str] = []
    why, names = _SCAN, 0
    pages = len(reading.document)
    for number in range(max(0, pages - MAX_PAGES_READ), pages):
        letters = reading.letters(number)
        if letters and why == _SCAN:
            why = f"không thấy họ tên «{signer_name}» đứng riêng / the name does not stand alone"
        if wanted[0] not in letters:
            continue
        page = reading.page(number)
        if page.across:
            why = _ACROSS
        segments = page.segments()
        for segment in segments:
            if name_key(segment.text) == wanted and names < _MOST_NAMES:
                names += 1
                why = (
                    "họ tên không đứng dưới chức vụ viết hoa / "
                    "the name is not under a title in capitals"
                )
                candidates += _block(number, segment, segments)
    return _only(candidates, why)


def _block(page: int, name: Line, segments: list[Line]) -> Iterator[Box]:
    """Yield the signature's box if the nearest print above *name* is a title with room between."""
    above = [
        segment
        for segment in segments
        if segment.baseline > name.baseline
        and segment.left < name.right
        and segment.right > name.left
    ]
    title = min(above, key=lambda segment: segment.baseline, default=None)
    if title is None or not title.text.isupper():
        return
    centre = (name.left + name.right) / 2
    if abs((title.left + title.right) / 2 - centre) > _OFF_CENTRE:
        return
    if LEAST_SIGNATURE_HEIGHT <= signing_room(title.baseline, name.baseline) <= _MOST_ROOM:
        yield signature_box(page, centre, title.baseline, name.baseline)
