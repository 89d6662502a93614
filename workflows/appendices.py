"""Attachments under the seal: which of them are signed, and the work on one of them.

Legal source: Decree 30/2020/ND-CP, Appendix I, Part I, II.8b. A PDF gets the agency's
signature in the corner of its first page. What cannot be signed (no PDF, encrypted,
broken, certified by somebody else) travels as it was handed in, and the reason is kept.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeVar

from documents.attachments import NOT_A_PDF, SealedAttachment
from documents.blobs import BlobStore
from documents.document import Attachment
from drafting.errors import DraftRefused
from drafting.pdf import normalised
from signing.attachment import prepare_attachment, seal_attachment
from signing.deferred import Certified, Pending
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
    done = _made(job, blobs, partial(seal_attachment, key=key, stamping=stamping))
    if isinstance(done, SealedAttachment):
        return done
    content, note = done
    return SealedAttachment(job.ordinal, blobs.put(content), len(content), note)


def frozen(
    job: SealAttachment, blobs: BlobStore, identity: Certified, room: int
) -> tuple[Pending, str] | SealedAttachment:
    """Freeze one attachment for a seal that is elsewhere; *room* (bytes) is for a timestamp.

    With it what was done to the file first, if anything. Raises as `sealed`.
    """
    ensure_may_seal(job.warrant, identity, job.at)
    return _made(job, blobs, partial(prepare_attachment, identity=identity, timestamp=room))


T = TypeVar("T")


def _made(
    job: SealAttachment, blobs: BlobStore, make: Callable[..., T]
) -> tuple[T, str] | SealedAttachment:
    """Return what *make* makes of the file, or why the file travels as it was handed in."""
    content = blobs.get(job.file.sha256) if is_pdf(job.file) else b""
    if b"%PDF-" not in content[:_HEAD]:
        return SealedAttachment(job.ordinal, note=NOT_A_PDF)
    told = partial(make, agency=job.agency, code=job.code, at=job.at, reason="Dấu trên phụ lục")
    try:
        return _repaired(job, content, told)
    except _OF_THE_FILE as error:
        return SealedAttachment(job.ordinal, note=f"{AS_IT_IS}: {error}")


def _repaired(job: SealAttachment, content: bytes, make: Callable[[bytes], T]) -> tuple[T, str]:
    """Return what *make* makes of the file, and what was done to it first, if anything.

    What only a repair can read, such as a word processor's hybrid cross-references, is
    normalised; a file that somebody signed never is.
    """
    try:
        return make(content), ""
    except PdfUnreadable:
        clean, _, notes = normalised(content, job.file.name)
        return make(clean), "; ".join(("đã chuẩn hóa / normalised", *notes))
