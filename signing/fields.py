"""Reserves the places of number, date, signature and seal before the first signature.

Layout B5 (signing.md §A7), the one that keeps both signatures valid: three empty
text fields and both signature fields exist before the leader certifies; the clerk
fills them in the seal's own revision, and the seal locks everything.
Standards: ISO 32000-1, 12.7 (forms), 12.7.4.5 and table 233 (field locks).
"""

from collections.abc import Iterator

from pyhanko.pdf_utils.extensions import DeveloperExtension
from pyhanko.pdf_utils.generic import (
    ArrayObject,
    DictionaryObject,
    NumberObject,
)
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import FieldMDPAction, FieldMDPSpec, MDPPerm
from pyhanko.sign.signers.constants import ESIC_EXTENSION_1

from documents.boxes import NUMBER
from documents.placement import Box, Placement
from signing.errors import PdfAlreadySigned, PdfFieldsTaken, PlacementOutside
from signing.objects import Value, dictionary, entry, name, numbers, text
from signing.page import annotate, edges, page_reference, turn
from signing.revision import open_revision, reading, signed_fields, top_fields, written

NUMBER_FIELD = "SoVanBan"
DAY_FIELD = "Ngay"
MONTH_FIELD = "Thang"
LEADER_FIELD = "ChuKyLanhDao"
SEAL_FIELD = "DauCoQuan"
INITIALS_FIELD = "KyNhay"
"""With its number: KyNhay1, KyNhay2 …"""

_TITLES = {
    NUMBER_FIELD: "Số văn bản",
    DAY_FIELD: "Ngày ban hành",
    MONTH_FIELD: "Tháng ban hành",
    LEADER_FIELD: "Chữ ký số của người có thẩm quyền",
    SEAL_FIELD: "Chữ ký số của cơ quan, tổ chức",
}
_HELVETICA = {
    "Type": "/Font",
    "Subtype": "/Type1",
    "BaseFont": "/Helvetica",
    "Encoding": "/WinAnsiEncoding",
}
_PRINT = 4
_DEFAULT_TEXT = f"/Helv {NUMBER.text_size:g} Tf 0 g"
LOCK_ALL = FieldMDPSpec(FieldMDPAction.ALL)
LOCK_ALL_BUT_ISSUING = FieldMDPSpec(
    FieldMDPAction.EXCLUDE, [NUMBER_FIELD, DAY_FIELD, MONTH_FIELD, SEAL_FIELD]
)
"""What a leader's approval locks: everything but what the clerk fills."""
PADES_EXTENSION: DeveloperExtension = ESIC_EXTENSION_1


def reserve(pdf: bytes, placement: Placement) -> bytes:
    """Return *pdf* with the five empty fields of *placement*, in one more revision.

    Raises:
        PdfUnreadable: not a PDF, or one that must be normalised first.
        PdfEncrypted: encrypted.
        PdfAlreadySigned: signed; nothing may be reserved any more.
        PdfFieldsTaken: the fields exist already, or the form is a dynamic one (XFA).
        PlacementOutside: a place is not on its page.
    """
    writer = open_revision(pdf)
    with reading():
        for signed in signed_fields(writer):
            raise PdfAlreadySigned(signed)
        form = _form(writer)
        for field_name, box in _places(placement):
            field = _widget(writer, field_name, box)
            reference = writer.add_object(field)
            form["/Fields"].append(reference)
            annotate(writer, box.page, reference)
        writer.update_container(form["/Fields"])
        writer.update_container(form)
        writer.register_extension(PADES_EXTENSION)
        return written(writer)


def initialled(writer: IncrementalPdfFileWriter) -> tuple[str, ...]:
    """Return the names of the initials in a file that has no other signature yet.

    Raises:
        PdfAlreadySigned: it has one.
    """
    signed = signed_fields(writer)
    for other in signed:
        if not other.startswith(INITIALS_FIELD):
            raise PdfAlreadySigned(other)
    return signed


def _places(placement: Placement) -> Iterator[tuple[str, Box]]:
    yield NUMBER_FIELD, placement.number
    yield DAY_FIELD, placement.day
    yield MONTH_FIELD, placement.month
    yield LEADER_FIELD, placement.signature
    yield SEAL_FIELD, placement.seal


def _form(writer: IncrementalPdfFileWriter) -> DictionaryObject:
    """Return the document's form, made if there is none."""
    root = writer.root
    form = entry(root, "AcroForm")
    if not isinstance(form, DictionaryObject):
        form = dictionary({})
        root[name("AcroForm")] = writer.add_object(form)
        writer.update_root()
    if "/XFA" in form:
        raise PdfFieldsTaken("XFA")
    for taken in top_fields(writer).keys() & _TITLES.keys():
        raise PdfFieldsTaken(taken)
    if not isinstance(entry(form, "Fields"), ArrayObject):
        form[name("Fields")] = ArrayObject()
    form[name("SigFlags")] = NumberObject(1)
    form[name("DA")] = text(_DEFAULT_TEXT)
    # /DA's font needs a meaning for programs that let people type into the fields
    fonts = _within(writer, _within(writer, form, "DR"), "Font")
    fonts[name("Helv")] = dictionary(_HELVETICA)
    form.pop("/NeedAppearances", None)
    return form


def _within(writer: IncrementalPdfFileWriter, of: DictionaryObject, key: str) -> DictionaryObject:
    """Return the dictionary under *key*, made if there is none, and mark it as changed."""
    found = entry(of, key)
    if not isinstance(found, DictionaryObject):
        found = of[name(key)] = dictionary({})
    writer.update_container(found)
    return found


def _widget(writer: IncrementalPdfFileWriter, title: str, box: Box) -> DictionaryObject:
    """Return a merged field and widget: split ones lose their appearance in some viewers."""
    corners = rectangle(writer, title, box)  # first: there may be no such page
    entries: dict[str, Value] = {
        "Type": "/Annot",
        "Subtype": "/Widget",
        "T": text(title),
        "TU": text(_TITLES[title]),
        "F": _PRINT,
        "P": page_reference(writer, box.page),
        "Rect": numbers(*corners),
    }
    if turned := turn(page_reference(writer, box.page).get_object()):
        entries["MK"] = dictionary({"R": turned})
    if title in (LEADER_FIELD, SEAL_FIELD):
        entries["FT"] = "/Sig"
    else:
        entries |= {"FT": "/Tx", "DA": text(_DEFAULT_TEXT)}
    if title == SEAL_FIELD:
        entries["Lock"] = writer.add_object(lock(LOCK_ALL, MDPPerm.NO_CHANGES))
    return dictionary(entries)


def rectangle(
    writer: IncrementalPdfFileWriter, title: str, box: Box
) -> tuple[float, float, float, float]:
    """Return *box* in its page's own coordinates, whose origin need not be the corner.

    Raises:
        PlacementOutside: it is not on its page, or there is no such page.
    """
    if not 0 <= box.page < int(writer.root["/Pages"]["/Count"]):
        raise PlacementOutside(title)
    media = edges(page_reference(writer, box.page).get_object())
    if media is None:
        raise PlacementOutside(title)
    width, height = media.right - media.left, media.top - media.bottom
    if not (0 <= box.x0 < box.x1 <= width and 0 <= box.y0 < box.y1 <= height):
        raise PlacementOutside(title)
    return (
        media.left + box.x0,
        media.bottom + box.y0,
        media.left + box.x1,
        media.bottom + box.y1,
    )


def lock(fields: FieldMDPSpec, permissions: MDPPerm) -> DictionaryObject:
    """Return a signature field's /Lock with ISO 32000-2's /P."""
    made = fields.as_sig_field_lock()
    made[name("P")] = NumberObject(permissions.value)
    return made
