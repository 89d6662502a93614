"""Finds the blanks in a PDF from outside by its text; never guesses.

Legal source: Decree 30/2020/ND-CP, Appendix I, Part I, II.3, II.4, II.7: what
the number line, the date line and the signature block look like. Boxes given by
hand win over what is found.
"""

import re
from collections.abc import Iterator, Mapping
from threading import Lock

import pypdfium2 as pdfium

from documents.boxes import LEAST_SIGNATURE_HEIGHT, MILLIMETRE
from documents.document import folded
from documents.placement import Box, Placement, seal_over
from documents.spelling import name_key
from drafting.blank import gap_box, signature_box, signing_room
from drafting.errors import BoxInvalid, DraftUnreadable, PlacementNotFound
from drafting.reading import Line, Reading

NAMES = ("number", "day", "month", "signature")
"""What must be found or given; `seal` may be given too."""
LEAST_GAP = 14.0
"""Two digits at 13 points, and a hair."""
MAX_PAGES_READ = 40
"""From the end, in search of the signature block; longer appendices need a box by hand."""

_MOST_ROOM = 80 * MILLIMETRE  # between title and name; farther apart they are not one block
_OFF_CENTRE = 40.0
_LEADER = "[.…‥·_]*"
_NUMBER = re.compile(rf"so:?(?P<gap>{_LEADER}(?P<typed>\d*){_LEADER})/(?P<notation>[a-z].*)")
_DATE = re.compile(
    rf"ngay(?P<day>{_LEADER}(?P<day_typed>\d{{0,2}}){_LEADER})"
    rf"thang(?P<month>{_LEADER}(?P<month_typed>\d{{0,2}}){_LEADER})nam\d{{4}}"
)
_TYPED = "đã gõ sẵn / already typed in"
_SEVERAL = "có nhiều chỗ như nhau / several alike"
_SCAN = "trang không có chữ (bản chụp) / the page has no text (a scan)"
_ROTATED = "trang bị xoay / the page is rotated"

pdfium_lock = Lock()  # PDFium keeps global state and is not safe in threads

Found = dict[str, Box | str]
"""A box, or the reason why there is none."""


def find_placement(
    pdf: bytes,
    *,
    signer_name: str,
    notation: str = "",
    boxes: Mapping[str, Box] | None = None,
) -> Placement:
    """Return the places that *pdf* leaves open: about 10 ms of CPU.

    Args:
        pdf: as `take_in` returns it.
        signer_name: the full name under the signature.
        notation: `QĐ-UBND`, to tell the number line from others; may be empty.
        boxes: by hand, under number, day, month, signature, seal.

    Raises:
        PlacementNotFound: a place is missing, ambiguous, too narrow, or filled already.
        BoxInvalid: a box given by hand has another name or lies outside its page.
        DraftUnreadable: the PDF cannot be read.
    """
    given = dict(boxes or {})
    with pdfium_lock:
        try:
            document = pdfium.PdfDocument(pdf)
            try:
                return _placement(_found(document, signer_name, notation, given))
            finally:
                document.close()
        except pdfium.PdfiumError as error:
            raise DraftUnreadable("PDF", str(error)) from None


def _found(
    document: pdfium.PdfDocument, signer_name: str, notation: str, given: dict[str, Box]
) -> Found:
    _check(document, given)
    reading = Reading(document)
    found: Found = {**given}
    if not {"number", "day", "month"} <= given.keys():
        found = {**_header(reading, notation), **given}
    if "signature" not in given:
        found["signature"] = _signature(reading, signer_name)
    return found


def read_box(text: str) -> tuple[str, Box]:
    """Return the name and box of `number=1,140,730,180,746`; people count pages from 1.

    Raises:
        BoxInvalid: it cannot be read.
    """
    name, _, values = text.partition("=")
    try:
        page, x0, y0, x1, y1 = values.split(",")
        return name.strip(), Box(int(page) - 1, float(x0), float(y0), float(x1), float(y1))
    except ValueError:
        raise BoxInvalid(text[:80], "cần TÊN=trang,x0,y0,x1,y1 / not as expected") from None


def _placement(found: Found) -> Placement:
    missing = {name: why for name in NAMES if isinstance(why := found[name], str)}
    if missing:
        raise PlacementNotFound(
            ", ".join(missing), "; ".join(f"{name}: {why}" for name, why in missing.items())
        )
    places = {name: box for name, box in found.items() if isinstance(box, Box)}
    places.setdefault("seal", seal_over(places["signature"]))
    return Placement(**places)


def _check(document: pdfium.PdfDocument, given: Mapping[str, Box]) -> None:
    for name, box in given.items():
        if name not in (*NAMES, "seal"):
            raise BoxInvalid(name[:40], "tên lạ / unknown name")
        if not 0 <= box.page < len(document):
            raise BoxInvalid(name, f"tài liệu có {len(document)} trang / pages")
        left, bottom, right, top = document[box.page].get_mediabox()
        if not (left <= box.x0 < box.x1 <= right and bottom <= box.y0 < box.y1 <= top):
            raise BoxInvalid(name, f"ngoài trang / off the page {right:g} x {top:g}")


def _header(reading: Reading, notation: str) -> Found:
    """Search the upper half of page 1 for the number line and the date line."""
    page = reading.document[0]
    if page.get_rotation():
        return dict.fromkeys(("number", "day", "month"), _ROTATED)
    _, bottom, _, top = page.get_mediabox()
    read = reading.lines(0)
    if not read:
        return dict.fromkeys(("number", "day", "month"), _SCAN)
    upper = [line for line in read if line.baseline > (bottom + top) / 2]
    return {"number": _number(upper, notation), **_date(upper)}


def _number(read: list[Line], notation: str) -> Box | str:
    """Return the gap of the one line that begins `Số: /NOTATION`."""
    wanted = folded("".join(notation.split())).lstrip("/")
    candidates: list[Box | str] = []
    why = f"không thấy «Số: … /{notation or 'KÝ HIỆU'}» / no such line in the upper half"
    for line in read:
        text, owners = line.folded()
        match = _NUMBER.match(text)
        if match is None or not match["notation"].startswith(wanted):
            continue
        if match["typed"]:  # or a reference at the start of a line, which must not count
            why = _TYPED
        else:
            candidates.append(_gap(line, owners, match.span("gap")))
    return _only(candidates, why)


def _date(read: list[Line]) -> Found:
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


def _only(candidates: list[Box | str], why_none: str) -> Box | str:
    if len(candidates) > 1:
        return _SEVERAL
    return candidates[0] if candidates else why_none


def _signature(reading: Reading, signer_name: str) -> Box | str:
    """Return the room between a title in capitals and the signer's name under it."""
    wanted = name_key(signer_name)
    if not wanted[0]:
        return "chưa biết người ký / no signer's name"
    candidates: list[Box | str] = []
    seen, any_text = False, False
    pages = len(reading.document)
    for number in range(max(0, pages - MAX_PAGES_READ), pages):
        letters = reading.letters(number)
        any_text = any_text or bool(letters)
        if wanted[0] not in letters or reading.document[number].get_rotation():
            continue
        segments = [segment for line in reading.lines(number) for segment in line.segments()]
        for segment in segments:
            if name_key(segment.text) == wanted:
                seen = True
                candidates += _block(number, segment, segments)
    if not any_text:
        return _SCAN
    if seen:
        why = "họ tên không đứng dưới chức vụ viết hoa / the name is not under a title in capitals"
    else:
        why = f"không thấy họ tên «{signer_name}» đứng riêng / the name does not stand alone"
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
