"""The picture of a signed document's page as it will be issued, for the clerk's screen."""

from documents.errors import Refused
from documents.expected_number import Expected
from documents.numbering import written_day, written_month, written_number
from documents.placement import Placement
from documents.tables import AgencyRow, DocumentRow
from drafting.placed_preview import Shown, page_png, pages_of
from workflows.office import Office

LARGEST = 40 << 20
"""Bytes of a PDF that is drawn for a page."""


class PreviewMissing(Refused):
    """There is nothing to show: no file, no places, or too large a file."""

    code = "placement.preview_missing"
    vietnamese = "Không có hình xem trước cho văn bản này"
    english = "this document has no preview"
    remedy = "Mở tệp PDF để xem / open the PDF instead"


def pages(row: DocumentRow) -> list[int]:
    """Return the pages that number, date or seal stand on, from 0; none where nobody knows."""
    return pages_of(Placement.from_dict(row.placement)) if row.placement else []


def picture(
    office: Office, row: DocumentRow, agency: AgencyRow, number: int, expected: Expected
) -> bytes:
    """Return page *number* (from 0) with the number, date and seal that it will have, as PNG.

    Raises:
        PreviewMissing: there is nothing to draw.
        BlobMissing, BlobDamaged: the file is not what it was.
        DraftUnreadable: it cannot be drawn.
    """
    if not row.placement or not row.current_sha256:
        raise PreviewMissing
    path = office.blobs.path(row.current_sha256)
    if path.is_file() and path.stat().st_size > LARGEST:
        raise PreviewMissing
    texts = {
        "number": written_number(expected.number),
        "day": written_day(expected.day),
        "month": written_month(expected.day),
    }
    shown = Shown(Placement.from_dict(row.placement), texts, _seal(office, agency.seal_key))
    return page_png(office.blobs.get(row.current_sha256), number, shown)


def _seal(office: Office, stem: str) -> bytes:
    """Return the seal's own picture, which is no secret; empty where there is none."""
    if not stem:
        return b""
    path = office.settings.at(office.settings.keys) / f"{stem}.png"
    try:
        return path.read_bytes()
    except OSError:
        return b""
