"""The agency's seal: number and date filled in its own revision, then everything locked.

Legal source: Decree 30/2020/ND-CP, Art. 15 (number and date), Art. 32.2 (sealing
follows the competent person's signature); Appendix I, Part I, II.8.
Standard: ISO 32000-1, 12.8.2.4 (FieldMDP) with ISO 32000-2's /P.
"""

from datetime import datetime

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.signers.cms_embedder import SigMDPSetup

from signing import objects
from signing.appearance import EmbeddedFont, Stamp, draw_seal, ensure_printable
from signing.errors import LeaderSignatureMissing, PdfAlreadySigned
from signing.fields import (
    DAY_FIELD,
    INITIALS_FIELD,
    LOCK_ALL,
    MONTH_FIELD,
    NUMBER_FIELD,
    SEAL_FIELD,
)
from signing.font import ITALIC, UPRIGHT, digits_font
from signing.keys import Identity, KeyHolder, ensure_valid
from signing.pades import Statement, embed
from signing.revision import (
    field_named,
    frame_of,
    open_revision,
    reading,
    set_appearance,
    signed_fields,
    top_fields,
)
from signing.timestamps import Stamping

LOCK = SigMDPSetup(md_algorithm="sha256", field_lock=LOCK_ALL, docmdp_perms=MDPPerm.NO_CHANGES)


def seal(
    pdf: bytes,
    key: KeyHolder,
    stamp: Stamp | None,
    *,
    number: str,
    day: str,
    month: str,
    at: datetime,
    name: str = "",
    reason: str = "",
    stamping: Stamping | None = None,
) -> bytes:
    """Return *pdf* with *number*, *day*, *month* printed and sealed by the agency's *key*.

    The three texts are printed as they come (`07` for the seventh). The leader's
    signature must be there; whether it holds is `signing.validation`'s to say. With *stamping*
    the seal gets a timestamp (level B-T), or none where the TSA is down or slow.

    Raises:
        PdfUnreadable, PdfEncrypted: the file cannot be sealed as it is.
        LeaderSignatureMissing: the leader has not signed.
        PdfAlreadySigned: it is sealed already.
        PdfFieldsMissing: its fields were not reserved.
        TextUnprintable: other characters than digits and `/ - .`.
        CertificateRefused, KeyUnavailable: the key may not sign at *at*, or does not answer.
        FontMissing: the digits' font is not installed.
    """
    writer = sealing(pdf, key, stamp, number=number, day=day, month=month, at=at)
    with reading():
        return embed(writer, SEAL_FIELD, key, LOCK, Statement(at, name, reason), stamping)


def sealing(
    pdf: bytes,
    identity: Identity,
    stamp: Stamp | None,
    *,
    number: str,
    day: str,
    month: str,
    at: datetime,
) -> IncrementalPdfFileWriter:
    """Return the revision of *pdf* in which *identity* seals: all of it but the signature.

    Raises:
        PdfUnreadable, PdfEncrypted, LeaderSignatureMissing, PdfAlreadySigned, PdfFieldsMissing,
        TextUnprintable, CertificateRefused, FontMissing: as `seal` says.
    """
    ensure_valid(identity, at)
    texts = {NUMBER_FIELD: number, DAY_FIELD: day, MONTH_FIELD: month}
    for where, text in texts.items():
        ensure_printable(text, where)
    upright, italic = digits_font(UPRIGHT), digits_font(ITALIC)  # missing: not the file's fault
    writer = open_revision(pdf)
    with reading():
        signed = signed_fields(writer)
        if SEAL_FIELD in signed:
            raise PdfAlreadySigned(SEAL_FIELD)
        # other tools sign in fields of their own; initials are nobody's approval of the whole
        if all(each.startswith(INITIALS_FIELD) for each in signed):
            raise LeaderSignatureMissing
        fields = top_fields(writer)
        field = field_named(fields, SEAL_FIELD)
        number_face, date_face = EmbeddedFont(writer, upright), EmbeddedFont(writer, italic)
        for where, text in texts.items():
            target = field_named(fields, where)
            target[objects.name("V")] = objects.text(text)
            face = number_face if where == NUMBER_FIELD else date_face
            set_appearance(writer, target, face.draw(frame_of(target), text))
        if stamp is not None:
            set_appearance(writer, field, draw_seal(writer, frame_of(field), stamp))
    return writer
