"""The organisation's signature as a text in the top right corner of page 1.

What attachments in files of their own and electronic copies have in common: no
image, size 10, black, upright, one more revision with a signature field of its own.
A file that others signed gets one more approval; theirs must hold afterwards.
Legal source: Decree 30/2020/ND-CP, Appendix I, Part I, II.8b; Part II, 2.
Standards: ISO 32000-1, 7.5.6 (incremental updates), 12.8.2 (what earlier
signatures permit).
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pyhanko.pdf_utils.generic import DictionaryObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigFieldSpec, append_signature_field, enumerate_sig_fields
from pyhanko.sign.signers.cms_embedder import SigMDPSetup

from documents.boxes import (
    CORNER_LEADING,
    CORNER_RIGHT,
    CORNER_TOP,
    Place,
)
from documents.document import VIETNAM
from signing import cms
from signing.appearance import Frame
from signing.deferred import Certified, Pending
from signing.differences import POLICY
from signing.errors import PdfFieldsTaken, PdfUnreadable, SignatureWouldBreak
from signing.keys import Identity, KeyHolder, ensure_valid
from signing.lettering import draw_lines, text_font
from signing.objects import dictionary, entry, name, text
from signing.pades import Statement, embed, prepare_revision
from signing.page import Edges, page_reference, turn, visible
from signing.revision import open_revision, reading, set_appearance, top_fields
from signing.timestamps import Stamping

APPROVE = SigMDPSetup(md_algorithm="sha256")
MOST_LINES = 4
_MOST_ALIKE = 20
"""Signatures in one corner; each stands under the one before."""


@dataclass(frozen=True, slots=True)
class Inscription:
    """What stands in the corner, and under which name its field goes."""

    field: str
    title: str
    """What programs show people for the field's name."""
    place: Place
    lines: Sequence[str]


def written_time(at: datetime) -> str:
    """Return *at* as the decree orders it: day, month, year; time; Vietnam's zone (ISO 8601)."""
    local = at.astimezone(VIETNAM)
    return f"{local:%d-%m-%Y %H:%M:%S} +07:00"


def agency_lines(agency: str, place: Place) -> list[str]:
    """Return the agency's name in at most two lines of the corner."""
    lines = text_font().wrapped(agency, place.text_size, place.width)
    return [lines[0], " ".join(lines[1:])] if len(lines) > 1 else lines


def sign_in_corner(
    pdf: bytes,
    key: KeyHolder,
    inscription: Inscription,
    statement: Statement,
    stamping: Stamping | None = None,
) -> bytes:
    """Return *pdf* with *inscription* signed by *key*, in one more revision.

    Raises:
        PdfUnreadable, PdfEncrypted: the file cannot be signed as it is.
        PdfFieldsTaken: a dynamic form (XFA).
        SignatureWouldBreak: somebody signed it and permits no further signature.
        CertificateRefused, KeyUnavailable: the key may not sign then, or does not answer.
        FontMissing: Liberation Serif is not installed.
    """
    writer, field, signed = _inscribed(pdf, key, inscription, statement)
    with reading():
        done = embed(writer, field, key, APPROVE, statement, stamping)
        if signed:
            _ensure_still_permitted(done)
        return done


def prepare_in_corner(
    pdf: bytes,
    identity: Certified,
    inscription: Inscription,
    statement: Statement,
    *,
    timestamp: int = 0,
) -> Pending:
    """Return *pdf* with *inscription*, frozen for *identity*'s signature.

    *timestamp* is the room (bytes) for a token beside it. Raises as `sign_in_corner`.
    """
    writer, field, signed = _inscribed(pdf, identity, inscription, statement)
    with reading():
        prepared = prepare_revision(
            writer, field, identity, APPROVE, statement, timestamp=timestamp
        )
        pending = Pending.of(prepared, identity, timestamp)
        if signed:  # whatever the value will be, it changes nothing of this
            empty = cms.assembled(identity, pending.attributes, b"")
            _ensure_still_permitted(prepared.filled(empty))
        return pending


def _inscribed(
    pdf: bytes, identity: Identity, inscription: Inscription, statement: Statement
) -> tuple[IncrementalPdfFileWriter, str, bool]:
    """Return the revision that lacks only its signature, its field, and whether others signed."""
    ensure_valid(identity, statement.at)
    text_font()  # missing: not the file's fault
    writer = open_revision(pdf)
    with reading():
        _refuse_unchangeable(writer)
        signed = _signed_rectangles(writer)
        field_name = _free_name(writer, inscription.field)
        edges, frame = _corner(writer, inscription.place, signed)
        append_signature_field(
            writer,
            SigFieldSpec(field_name, on_page=0, box=edges),  # type: ignore[arg-type]
        )
        field = top_fields(writer)[field_name]
        field[name("TU")] = text(inscription.title)
        if frame.turn:
            field[name("MK")] = dictionary({"R": frame.turn})
        size = inscription.place.text_size * frame.height / inscription.place.height
        leading = CORNER_LEADING * frame.height / inscription.place.height
        lines = inscription.lines[:MOST_LINES]
        set_appearance(writer, field, draw_lines(writer, frame, lines, size, leading))
        return writer, field_name, bool(signed)


def _refuse_unchangeable(writer: IncrementalPdfFileWriter) -> None:
    """Refuse dynamic forms, and what its author certified: no visible field may follow."""
    form = entry(writer.root, "AcroForm")
    if isinstance(form, DictionaryObject) and "/XFA" in form:
        raise PdfFieldsTaken("XFA")
    permissions = entry(writer.root, "Perms")
    if isinstance(permissions, DictionaryObject) and "/DocMDP" in permissions:
        raise SignatureWouldBreak("DocMDP")


def _signed_rectangles(writer: IncrementalPdfFileWriter) -> list[Edges]:
    """Return where page 1 shows signatures; empty rectangles for those that it does not."""
    first = page_reference(writer, 0)
    found = []
    for _, _, reference in enumerate_sig_fields(writer, filled_status=True):
        field = reference.get_object()
        shown = field.raw_get("/P") == first if "/P" in field else False
        values = [float(value) for value in field["/Rect"]] if "/Rect" in field else []
        seen = shown and len(values) == 4
        found.append(Edges(*values) if seen else Edges(0.0, 0.0, 0.0, 0.0))
    return found


def _free_name(writer: IncrementalPdfFileWriter, wanted: str) -> str:
    taken = {str(found) for found, _, _ in enumerate_sig_fields(writer)} | top_fields(writer).keys()
    names = (wanted, *(f"{wanted}{n}" for n in range(2, _MOST_ALIKE)))
    for candidate in names:
        if candidate not in taken:
            return candidate
    raise SignatureWouldBreak(f"{_MOST_ALIKE} × {wanted}")


def _corner(
    writer: IncrementalPdfFileWriter, place: Place, signed: Sequence[Edges]
) -> tuple[tuple[float, float, float, float], Frame]:
    """Return the box in the page's own coordinates and the upright frame in it.

    Under signatures that stand there already; smaller only on pages smaller than A6.
    """
    page = page_reference(writer, 0).get_object()
    edges = visible(page)
    if edges is None:
        raise PdfUnreadable("trang không có kích thước / a page without size")
    turned = turn(page)
    width, height = edges.right - edges.left, edges.top - edges.bottom
    if turned in (90, 270):
        width, height = height, width
    scale = min(1.0, width * 0.8 / place.width, height * 0.3 / place.height)
    if scale <= 0:
        raise PdfUnreadable("trang không có kích thước / a page without size")
    wide, high = place.width * scale, place.height * scale
    right = width - CORNER_RIGHT * scale
    top = height - CORNER_TOP * scale
    for _ in range(_MOST_ALIKE):
        box = _as_seen((right - wide, top - high, right, top), edges, turned)
        if not any(_overlap(box, other) for other in signed) or top - 2 * high < 0:
            break
        top -= high
    return box, Frame(wide, high, turned)


def _as_seen(
    box: tuple[float, float, float, float], edges: Edges, turned: int
) -> tuple[float, float, float, float]:
    """Return *box*, as a reader sees the page, in the page's own coordinates."""
    x0, y0, x1, y1 = box
    left, bottom, right, top = edges
    return {
        0: (left + x0, bottom + y0, left + x1, bottom + y1),
        90: (right - y1, bottom + x0, right - y0, bottom + x1),
        180: (right - x1, top - y1, right - x0, top - y0),
        270: (left + y0, top - x1, left + y1, top - x0),
    }[turned]


def _overlap(box: tuple[float, float, float, float], other: Edges) -> bool:
    """Return whether two boxes share more than the rounding of their edges."""
    wide = min(box[2], other.right) - max(box[0], other.left)
    high = min(box[3], other.top) - max(box[1], other.bottom)
    return wide > 1 and high > 1


def _ensure_still_permitted(pdf: bytes) -> None:
    """Refuse a result in which an earlier signature no longer holds."""
    reader = PdfFileReader(io.BytesIO(pdf))
    for signature in reader.embedded_signatures[:-1]:
        signature.compute_integrity_info(diff_policy=POLICY)
        found = signature.summarise_integrity_info()
        if found["docmdp_ok"] is False:
            raise SignatureWouldBreak(str(signature.field_name))
