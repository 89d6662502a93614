"""The signatures of a token tool, for tests and the demo: approvals in fields of their own.

What the government's tool does to a PDF, as far as it is known (signing.md §0.3, §A7 case D):
it reserves nothing and certifies nothing. The leader's signature is a visible approval; number,
day, month and seal are one visible signature each. Not for use with real documents.
Standard: ISO 32000-1, 12.7.4.5 (signature fields), 7.5.6 (incremental updates).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pyhanko.pdf_utils.generic import DictionaryObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, append_signature_field, enumerate_sig_fields
from pyhanko.sign.signers.cms_embedder import SigMDPSetup

from documents.placement import Box
from signing.appearance import Stamp, draw_stamp
from signing.fields import DAY_FIELD, LEADER_FIELD, MONTH_FIELD, NUMBER_FIELD, SEAL_FIELD
from signing.keys import KeyHolder
from signing.lettering import draw_lines
from signing.objects import name, numbers
from signing.pades import Statement, embed
from signing.page import page_reference
from signing.revision import frame_of, open_revision, reading, set_appearance, top_fields

APPROVE = SigMDPSetup(md_algorithm="sha256")
TEXT_SIZE = 13.0
"""Of number and date in the tool's templates (points)."""
_CORNER = Box(0, 300, 60, 500, 120)
"""Where the signer's name is not found."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One visible signature: words, or an image, in a box."""

    box: Box
    words: str = ""
    stamp: Stamp | None = None


def approve(
    pdf: bytes, key: KeyHolder, stamp: Stamp | None, at: datetime, words: str = ""
) -> bytes:
    """Return *pdf* with one visible approval, at the leader's place where there is one.

    Raises:
        PdfUnreadable, PdfEncrypted: it cannot be signed.
    """
    return marked(pdf, key, [Mark(_place(pdf, LEADER_FIELD), words, stamp)], at)


def issue(
    pdf: bytes, key: KeyHolder, stamp: Stamp | None, at: datetime, number: str, day: str, month: str
) -> bytes:
    """Return *pdf* with number, day, month and seal: a visible approval each.

    Raises:
        PdfUnreadable, PdfEncrypted: it cannot be signed.
    """
    texts = ((NUMBER_FIELD, number), (DAY_FIELD, day), (MONTH_FIELD, month))
    marks = [Mark(_place(pdf, field), words) for field, words in texts]
    return marked(pdf, key, [*marks, Mark(_place(pdf, SEAL_FIELD), stamp=stamp)], at)


def marked(pdf: bytes, key: KeyHolder, marks: Sequence[Mark], at: datetime) -> bytes:
    """Return *pdf* with a visible approval for each of *marks*, each in its own revision."""
    for mark in marks:
        writer = open_revision(pdf)
        with reading():
            title = _new_name(writer)
            box = mark.box
            corners = (box.x0, box.y0, box.x1, box.y1)
            spec = SigFieldSpec(title, on_page=box.page, box=corners)  # type: ignore[arg-type]
            append_signature_field(writer, spec)
            field = top_fields(writer)[title]
            field[name("Rect")] = numbers(*corners)
            frame = frame_of(field)
            if mark.stamp is not None:
                set_appearance(writer, field, draw_stamp(writer, frame, mark.stamp))
            elif mark.words:
                drawn = draw_lines(writer, frame, [mark.words], TEXT_SIZE, TEXT_SIZE)
                set_appearance(writer, field, drawn)
            pdf = embed(writer, title, key, APPROVE, Statement(at))
    return pdf


def _place(pdf: bytes, field: str) -> Box:
    """Return the box of a reserved field; the real tool looks for words on the page."""
    writer = open_revision(pdf)
    with reading():
        found = top_fields(writer).get(field)
        if found is None or "/Rect" not in found:
            return _CORNER
        x0, y0, x1, y1 = (float(edge) for edge in found["/Rect"])
        return Box(_page_of(writer, found), x0, y0, x1, y1)


def _page_of(writer: IncrementalPdfFileWriter, field: DictionaryObject) -> int:
    shown = field.raw_get("/P") if "/P" in field else None
    pages = range(int(writer.root["/Pages"]["/Count"]))
    return next((page for page in pages if page_reference(writer, page) == shown), 0)


def _new_name(writer: IncrementalPdfFileWriter) -> str:
    taken = {str(each) for each, _, _ in enumerate_sig_fields(writer)} | top_fields(writer).keys()
    return next(each for n in range(1, 100) if (each := f"Signature{n}") not in taken)
