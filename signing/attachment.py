"""The organisation's signature on an attachment in a file of its own.

Legal source: Decree 30/2020/ND-CP, Appendix I, Part I, II.8b and III.1d: on every
such file, top right of page 1, without image: number and symbol of the document and
the time of signing, size 10. The agency's name stands above them, so that a page that
was printed still says whose it is.
"""

from datetime import datetime

from documents.boxes import ATTACHMENT
from signing.corner import (
    Inscription,
    agency_lines,
    prepare_in_corner,
    sign_in_corner,
    written_time,
)
from signing.deferred import Certified, Pending
from signing.keys import KeyHolder
from signing.pades import Statement
from signing.timestamps import Stamping

ATTACHMENT_FIELD = "DauPhuLuc"


def seal_attachment(
    pdf: bytes,
    key: KeyHolder,
    *,
    agency: str,
    code: str,
    at: datetime,
    reason: str = "",
    stamping: Stamping | None = None,
) -> bytes:
    """Return *pdf* with the agency's signature; *code* is the document's `15/QĐ-UBND`.

    Raises:
        PdfUnreadable, PdfEncrypted, PdfFieldsTaken: the file cannot be signed as it is.
        SignatureWouldBreak: somebody signed it and permits no further signature.
        CertificateRefused, KeyUnavailable: the key may not sign at *at*, or does not answer.
        FontMissing: Liberation Serif is not installed.
    """
    inscription = _inscription(agency, code, at)
    return sign_in_corner(pdf, key, inscription, Statement(at, agency, reason), stamping)


def prepare_attachment(
    pdf: bytes,
    identity: Certified,
    *,
    agency: str,
    code: str,
    at: datetime,
    reason: str = "",
    timestamp: int = 0,
) -> Pending:
    """Return *pdf* frozen for the agency's signature; raises as `seal_attachment`.

    *timestamp* is the room (bytes) for a token beside it.
    """
    statement = Statement(at, agency, reason)
    inscription = _inscription(agency, code, at)
    return prepare_in_corner(pdf, identity, inscription, statement, timestamp=timestamp)


def _inscription(agency: str, code: str, at: datetime) -> Inscription:
    lines = [*agency_lines(agency, ATTACHMENT), code, written_time(at)]
    title = "Chữ ký số của cơ quan, tổ chức trên phụ lục"
    return Inscription(ATTACHMENT_FIELD, title, ATTACHMENT, lines)
