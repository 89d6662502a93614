"""Attachments under the seal: which of them are signed, and the work on one of them.

Legal source: Decree 30/2020/ND-CP, Appendix I, Part I, II.8b. A PDF gets the agency's
signature in the corner of its first page. What cannot be signed (no PDF, encrypted,
broken, certified by somebody else) travels as it was handed in, and the reason is kept.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from documents.attachments import NOT_A_PDF, SealedAttachment
from documents.blobs import BlobStore
from documents.document import Attachment
from drafting.errors import DraftRefused
from drafting.pdf import normalised
from signing.attachment import seal_attachment
from signing.errors import PdfEncrypted, PdfFieldsTaken, PdfUnreadable, SignatureWouldBreak
from signing.keys import KeyHolder
from signing.timestamps import Stamping
from workflows.entitlement import SealWarrant, ensure_may_seal

AS_IT_IS = "gửi nguyên trạng / sent as it is"
_HEAD = 1024
_OF_THE_FILE = (PdfUnreadable, PdfEncrypted, PdfFieldsTaken, SignatureWouldBreak, DraftRefused)
"""What is wrong with the attachment itself; anything else is ours, and the document waits."""


@dataclass(frozen=True, slots=True)
class SealAttachment:
    """Put the agency's signature on one attachment."""

    ordinal: int
    file: Attachment
    key: str
    """Stem of the seal's key in the key folder."""
    agency: str
    code: str
    """Number and symbol of the document: `15/QĐ-UBND`."""
    at: datetime
    warrant: SealWarrant


def is_pdf(attachment: Attachment) -> bool:
    """Return whether *attachment* says that it is a PDF; its content is looked at later."""
    return attachment.content_type == "application/pdf" or attachment.name.lower().endswith(".pdf")


def sealed(
    job: SealAttachment, blobs: BlobStore, key: KeyHolder, stamping: Stamping | None = None
) -> SealedAttachment:
    """Seal one attachment and keep the result; repeated, it is sealed anew.

    Raises:
        BlobMissing, BlobDamaged, BlobsUnavailable: the file is not there.
        CertificateRefused, KeyUnavailable: the key may not sign, or does not answer.
        FontMissing: Liberation Serif is not installed.
        Objection: the key is not the agency's seal.
    """
    ensure_may_seal(job.warrant, key, job.at)
    content = blobs.get(job.file.sha256) if is_pdf(job.file) else b""
    if b"%PDF-" not in content[:_HEAD]:
        return SealedAttachment(job.ordinal, note=NOT_A_PDF)
    try:
        done, note = _signed(job, content, key, stamping)
    except _OF_THE_FILE as error:
        return SealedAttachment(job.ordinal, note=f"{AS_IT_IS}: {error}")
    return SealedAttachment(job.ordinal, blobs.put(done), len(done), note)


def _signed(
    job: SealAttachment, content: bytes, key: KeyHolder, stamping: Stamping | None
) -> tuple[bytes, str]:
    """Return the signed file and what was done to it first, if anything.

    What only a repair can read, such as a word processor's hybrid cross-references, is
    normalised; a file that somebody signed never is.
    """
    seal = partial(
        seal_attachment,
        key=key,
        agency=job.agency,
        code=job.code,
        at=job.at,
        reason="Dấu trên phụ lục",
        stamping=stamping,
    )
    try:
        return seal(content), ""
    except PdfUnreadable:
        clean, _, notes = normalised(content, job.file.name)
        return seal(clean), "; ".join(("đã chuẩn hóa / normalised", *notes))
