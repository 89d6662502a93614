"""The organisation's signature on an electronic copy (sao y, sao lục, trích sao).

Legal source: Decree 30/2020/ND-CP, Art. 25 to 27; Appendix I, Part II, 2 and Part IV,
box 14: top right of page 1, without image: form of copy, the organisation that copies,
time of signing, size 10. Scans: PDF 1.4 or later, colour, at least 200 dpi, 1:1.
"""

import re
from datetime import datetime

from documents.boxes import COPY
from signing.corner import Inscription, agency_lines, sign_in_corner, written_time
from signing.errors import PdfTooOld
from signing.keys import KeyHolder
from signing.pades import Statement
from signing.timestamps import Stamping

COPY_FIELD = "DauBanSao"
_VERSION = re.compile(rb"(?:%PDF-|/Version\s{0,9}/)(\d)\.(\d)")
"""In the header, or in the catalog, which may name a later one (ISO 32000-1, 7.2.2)."""
_LEAST_VERSION = (1, 4)


def certify_copy(
    pdf: bytes,
    key: KeyHolder,
    *,
    form: str,
    agency: str,
    at: datetime,
    reason: str = "",
    stamping: Stamping | None = None,
) -> bytes:
    """Return *pdf* with the agency's signature; *form* is `SAO Y`, `SAO LỤC` or `TRÍCH SAO`.

    Raises:
        PdfTooOld: a PDF before 1.4.
        PdfUnreadable, PdfEncrypted, PdfFieldsTaken: the file cannot be signed as it is.
        SignatureWouldBreak: somebody signed it and permits no further signature.
        CertificateRefused, KeyUnavailable: the key may not sign at *at*, or does not answer.
        FontMissing: Liberation Serif is not installed.
    """
    ensure_new_enough(pdf)
    lines = [form, *agency_lines(agency, COPY), written_time(at)]
    title = "Chữ ký số của cơ quan, tổ chức sao văn bản"
    inscription = Inscription(COPY_FIELD, title, COPY, lines)
    return sign_in_corner(pdf, key, inscription, Statement(at, agency, reason), stamping)


def ensure_new_enough(pdf: bytes) -> None:
    """Return if *pdf* says that it is 1.4 or later.

    Raises:
        PdfTooOld: it does not.
    """
    said = [(int(found[1]), int(found[2])) for found in _VERSION.finditer(pdf)]
    newest = max(said, default=(0, 0))
    if newest < _LEAST_VERSION:
        raise PdfTooOld(".".join(map(str, newest)))
