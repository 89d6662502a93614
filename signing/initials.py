"""Initials (ký nháy): those who answer for content and form sign before the leader does.

Practice before the competent person signs (Decree 30/2020/ND-CP, Art. 12, says who
answers; it gives initials no place). Each is an approval signature in a field of its own
(ISO 32000-1, 12.8.1). A certification must be a document's first signature, so after
initials the leader approves too, with a lock on everything but number, date and seal
(ISO 32000-2, 12.7.5.5 and table 236: /Lock with /P 2); `pades` chooses.
"""

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, append_signature_field
from pyhanko.sign.signers.cms_embedder import SigMDPSetup

from documents.boxes import INITIALS
from documents.placement import Box
from signing.appearance import Frame, Stamp, draw_stamp
from signing.fields import (
    INITIALS_FIELD,
    LEADER_FIELD,
    LOCK_ALL_BUT_ISSUING,
    initialled,
    lock,
    rectangle,
)
from signing.keys import KeyHolder, ensure_valid
from signing.lettering import draw_lines
from signing.objects import dictionary, name, text
from signing.pades import Statement, embed
from signing.page import page_reference, turn
from signing.revision import (
    field_named,
    open_revision,
    reading,
    set_appearance,
    top_fields,
)
from signing.timestamps import Stamping

APPROVE = SigMDPSetup(md_algorithm="sha256")
_NAME_SIZE = 6.0
"""Points of a name that stands for an image."""


def initial(
    pdf: bytes,
    key: KeyHolder,
    stamp: Stamp | None,
    box: Box | None,
    statement: Statement,
    stamping: Stamping | None = None,
) -> bytes:
    """Return *pdf* with one more person's initials, in one more revision.

    *stamp* shows in *box* (the name where there is none); without a box nothing shows, and
    the signature counts all the same.

    Raises:
        PdfUnreadable, PdfEncrypted: the file cannot be signed as it is.
        PdfFieldsMissing: its fields were not reserved.
        PdfAlreadySigned: the leader has signed, or somebody else than by initials.
        PlacementOutside: *box* is not on its page.
        CertificateRefused, KeyUnavailable: the key may not sign then, or does not answer.
        FontMissing: there is no image, and Liberation Serif is not installed.
    """
    ensure_valid(key, statement.at)
    writer = open_revision(pdf)
    with reading():
        signed = initialled(writer)
        leader = field_named(top_fields(writer), LEADER_FIELD)
        if not signed:
            leader[name("Lock")] = writer.add_object(lock(LOCK_ALL_BUT_ISSUING, MDPPerm.FILL_FORMS))
            writer.update_container(leader)
        field_name = f"{INITIALS_FIELD}{len(signed) + 1}"
        _add_field(writer, field_name, box, stamp, statement.name)
        return embed(writer, field_name, key, APPROVE, statement, stamping)


def _add_field(
    writer: IncrementalPdfFileWriter,
    field_name: str,
    box: Box | None,
    stamp: Stamp | None,
    person: str,
) -> None:
    corners = rectangle(writer, field_name, box) if box is not None else None
    page = box.page if box is not None else 0
    append_signature_field(
        writer,
        SigFieldSpec(field_name, on_page=page, box=corners),  # type: ignore[arg-type]
    )
    field = top_fields(writer)[field_name]
    field[name("TU")] = text(f"Ký nháy: {person}"[:200])
    writer.update_container(field)
    if box is None:
        return
    turned = turn(page_reference(writer, page).get_object())
    sideways = turned in (90, 270)
    width, height = (box.height, box.width) if sideways else (box.width, box.height)
    frame = Frame(width, height, turned)
    if turned:
        field[name("MK")] = dictionary({"R": turned})
    if stamp is not None:
        set_appearance(writer, field, draw_stamp(writer, frame, stamp))
    else:
        leading = INITIALS.height / 2
        set_appearance(writer, field, draw_lines(writer, frame, [person], _NAME_SIZE, leading))
