"""One page of a PDF in the making: its edges, its turn, its annotations.

Standard: ISO 32000-1, 7.7.3 (page tree, inherited attributes), 8.3.2.3 (user
space), 14.11.2 (page boundaries). Lengths are PDF points.
"""

from typing import NamedTuple

from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, IndirectObject, PdfObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from signing.objects import entry, name

_DEPTH = 64
"""How deep a page tree may be; a loop in a hostile file ends here."""


class Edges(NamedTuple):
    """A rectangle in the page's own coordinates, whose origin need not be its corner."""

    left: float
    bottom: float
    right: float
    top: float


def page_reference(writer: IncrementalPdfFileWriter, number: int) -> IndirectObject:
    """Return the reference of page *number*, counted from 0."""
    reference: IndirectObject = writer.find_page_for_modification(number)[0]
    return reference


def inherited(page: DictionaryObject, key: str) -> PdfObject | None:
    """Return an inheritable page attribute (ISO 32000-1, 7.7.3.4)."""
    node = page
    for _ in range(_DEPTH):
        found = entry(node, key)
        if found is not None:
            return found
        parent = entry(node, "Parent")
        if not isinstance(parent, DictionaryObject):
            break
        node = parent
    return None


def edges(page: DictionaryObject, key: str = "MediaBox") -> Edges | None:
    """Return the page's box called *key*, its corners in order; None where it has none."""
    found = inherited(page, key)
    if not isinstance(found, ArrayObject) or len(found) != 4:
        return None
    left, bottom, right, top = (float(edge) for edge in found)
    return Edges(min(left, right), min(bottom, top), max(left, right), max(bottom, top))


def visible(page: DictionaryObject) -> Edges | None:
    """Return what of the page viewers show: its /CropBox within its /MediaBox."""
    media, crop = edges(page), edges(page, "CropBox")
    if media is None or crop is None:
        return media
    both = Edges(
        max(media.left, crop.left),
        max(media.bottom, crop.bottom),
        min(media.right, crop.right),
        min(media.top, crop.top),
    )
    return both if both.left < both.right and both.bottom < both.top else media


def turn(page: DictionaryObject) -> int:
    """Return the page's /Rotate: 0, 90, 180 or 270, clockwise."""
    rotation = inherited(page, "Rotate")
    return int(rotation) % 360 // 90 * 90 if isinstance(rotation, int) else 0


def annotate(writer: IncrementalPdfFileWriter, number: int, field: IndirectObject) -> None:
    """Append the widget *field* to the annotations of page *number*."""
    page = page_reference(writer, number).get_object()
    annotations = entry(page, "Annots")
    if isinstance(annotations, ArrayObject):
        annotations.append(field)
        writer.update_container(annotations)
    else:
        page[name("Annots")] = ArrayObject([field])
    writer.update_container(page)
