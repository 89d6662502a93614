"""The leader's signature: certifies the document, visible and blue.

Standards: ETSI EN 319 142-1 (PAdES B-B), ISO 32000-1, 12.8.2.2 (DocMDP: P=2
lets the clerk fill the reserved fields and seal, nothing else).
Legal source: Decree 30/2020/ND-CP, Art. 13; Appendix I, Part I, II.7.
"""

from dataclasses import dataclass
from datetime import datetime

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers.cms_embedder import (
    PdfCMSEmbedder,
    SigIOSetup,
    SigMDPSetup,
    SigObjSetup,
)
from pyhanko.sign.signers.pdf_byterange import SignatureObject

from signing import cms
from signing.appearance import Stamp, draw_stamp
from signing.errors import PdfAlreadySigned
from signing.fields import LEADER_FIELD
from signing.keys import KeyHolder, ensure_valid
from signing.revision import (
    field_named,
    frame_of,
    open_revision,
    reading,
    set_appearance,
    signed_fields,
    top_fields,
)

CERTIFY = SigMDPSetup(md_algorithm="sha256", certify=True, docmdp_perms=MDPPerm.FILL_FORMS)


@dataclass(frozen=True, slots=True)
class Statement:
    """What a signature's dictionary says beside the signature (ISO 32000-1, table 252)."""

    at: datetime
    """The claimed time of signing, aware; /M."""
    name: str = ""
    reason: str = ""
    location: str = ""


def sign(
    pdf: bytes,
    key: KeyHolder,
    stamp: Stamp | None,
    *,
    at: datetime,
    name: str = "",
    reason: str = "",
    location: str = "",
) -> bytes:
    """Return *pdf* certified by the leader's *key*; *stamp* shows in the signature's place.

    The first and only certification: afterwards only the reserved fields may be
    filled and the seal may be set. *at* is the time of signing (aware).

    Raises:
        PdfUnreadable, PdfEncrypted: the file cannot be signed as it is.
        PdfAlreadySigned: it has a signature.
        PdfFieldsMissing: its fields were not reserved.
        CertificateRefused, KeyUnavailable: the key may not sign at *at*, or does not answer.
    """
    ensure_valid(key, at)
    writer = open_revision(pdf)
    with reading():
        for signed in signed_fields(writer):
            raise PdfAlreadySigned(signed)
        field = field_named(top_fields(writer), LEADER_FIELD)
        if stamp is not None:
            set_appearance(writer, field, draw_stamp(writer, frame_of(field), stamp))
        statement = Statement(at, name, reason, location)
        return embed(writer, LEADER_FIELD, key, CERTIFY, statement)


def embed(
    writer: IncrementalPdfFileWriter,
    field: str,
    key: KeyHolder,
    permissions: SigMDPSetup,
    statement: Statement,
) -> bytes:
    """Write the revision with a signature by *key* in the empty *field*; return the whole file.

    The same steps as pyHanko's `PdfSigner`, without its second signature for the
    estimate of the size: the size is known.
    """
    steps = PdfCMSEmbedder().write_cms(field, writer, existing_fields_only=True)
    next(steps)
    placeholder = SignatureObject(
        timestamp=statement.at,
        subfilter=SigSeedSubFilter.PADES,
        name=statement.name or None,
        reason=statement.reason or None,
        location=statement.location or None,
        bytes_reserved=2 * cms.longest(key),  # hexadecimal digits
    )
    steps.send(SigObjSetup(sig_placeholder=placeholder, mdp_setup=permissions))
    prepared, output = steps.send(SigIOSetup(md_algorithm="sha256", in_place=True))
    steps.send(cms.signed_data(key, prepared.document_digest))
    return bytes(output.getvalue())
