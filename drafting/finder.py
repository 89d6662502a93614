"""Finds the blanks in a PDF from outside by its text; never guesses.

`drafting.anchors` reads the print; here its places meet the boxes given by hand, which win.
Legal source: Decree 30/2020/ND-CP, Appendix I, Part I, II.3, II.4, II.7, II.8.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from threading import Lock

import pypdfium2 as pdfium

from documents.placement import Box, Placement, seal_over
from drafting import anchors
from drafting.anchors import HEADER, Sought
from drafting.errors import BoxInvalid, DraftUnreadable, PlacementNotFound
from drafting.reading import Reading
from drafting.view import View

NAMES = (*HEADER, "signature")
"""What must be found or given; `seal` may be given too, and follows the signature if not."""

_OFF_PAGE = "ngoài phần nhìn thấy của trang / off the visible page"

pdfium_lock = Lock()  # PDFium keeps global state and is not safe in threads


@dataclass(frozen=True, slots=True)
class Survey:
    """The five places of a document: each found, given or missing with the reason."""

    places: Mapping[str, Sought]
    """By name: number, day, month, signature, seal."""
    by_hand: frozenset[str]

    def placement(self) -> Placement:
        """Return the places.

        Raises:
            PlacementNotFound: one is missing; the reasons list the candidates.
        """
        missing = {name: sought for name, sought in self.places.items() if sought.box is None}
        if "signature" in missing:
            missing.pop("seal", None)
        if missing:
            reasons = (f"{name}: {reason(name, sought)}" for name, sought in missing.items())
            raise PlacementNotFound(", ".join(missing), "; ".join(reasons))
        return Placement(**{n: sought.box for n, sought in self.places.items() if sought.box})


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
    with pdfium_lock:
        try:
            document = pdfium.PdfDocument(pdf)
            try:
                return survey(document, signer_name, notation, boxes or {}).placement()
            finally:
                document.close()
        except pdfium.PdfiumError as error:
            raise DraftUnreadable("PDF", str(error)) from None


def survey(
    document: pdfium.PdfDocument, signer_name: str, notation: str, given: Mapping[str, Box]
) -> Survey:
    """Look for every place of *document* that is not *given*; the caller holds `pdfium_lock`.

    Raises:
        BoxInvalid: a box given by hand has another name or lies outside its page.
        pypdfium2.PdfiumError: a page cannot be read.
    """
    reading = Reading(document)
    _check(reading, given)
    found: dict[str, Sought] = {}
    if not set(HEADER) <= given.keys():
        found |= anchors.header(reading, notation)
    if "signature" not in given:
        found["signature"] = anchors.signature(reading, signer_name)
    places = {name: _placed(reading, sought) for name, sought in found.items()}
    places |= {name: Sought(box) for name, box in given.items()}
    if "seal" not in places:
        places["seal"] = _seal(reading, places["signature"])
    names = (*NAMES, "seal")
    return Survey({name: places[name] for name in names}, frozenset(given))


def _placed(reading: Reading, sought: Sought) -> Sought:
    """Return *sought* in the coordinates of `Box`; what is not wholly seen is none."""
    candidates = tuple(reading.view(box.page).placed(box) for box in sought.candidates)
    if sought.box is None:
        return replace(sought, candidates=candidates)
    view = reading.view(sought.box.page)
    box = view.placed(sought.box)
    return Sought(box) if view.shows(box) else Sought(None, _OFF_PAGE)


def _seal(reading: Reading, signature: Sought) -> Sought:
    """Return the seal's place over the signature's left third, as the page is seen."""
    if signature.box is None:
        return Sought(None, "theo chỗ chữ ký / follows the signature")
    view = reading.view(signature.box.page)
    return _placed(reading, Sought(seal_over(view.seen(signature.box))))


def reason(name: str, sought: Sought) -> str:
    """Return why the place is missing, with the candidates as they are given by hand."""
    lines = " | ".join(f"--box {written_box(name, box)}" for box in sought.candidates)
    return f"{sought.why}: {lines}" if lines else sought.why


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


def written_box(name: str, box: Box) -> str:
    """Return *box* as `read_box` reads it, to a hundredth of a point."""
    edges = (f"{edge:.2f}".rstrip("0").rstrip(".") for edge in (box.x0, box.y0, box.x1, box.y1))
    return f"{name}={box.page + 1},{','.join(edges)}"


def _check(reading: Reading, given: Mapping[str, Box]) -> None:
    pages = len(reading.document)
    for name, box in given.items():
        if name not in (*NAMES, "seal"):
            raise BoxInvalid(name[:40], "tên lạ / unknown name")
        if not 0 <= box.page < pages:
            raise BoxInvalid(name, f"tài liệu có {pages} trang / pages")
        view = reading.view(box.page)
        if not view.shows(box):
            raise BoxInvalid(name, f"ngoài trang / off the page {_extent(view, box.page)}")


def _extent(view: View, page: int) -> str:
    whole = view.placed(Box(page, 0.0, 0.0, view.width, view.height))
    return f"x {whole.x0:g}–{whole.x1:g}, y {whole.y0:g}–{whole.y1:g}"
