"""A whole file that was signed elsewhere: is it ours, by whom, and does everything in it hold.

The tool of whoever signs may put anything into what it brings back. It is taken only when it
begins with the very bytes it was given, has one more signature than those had, that one is by
the expected certificate, and every signature passes with the analysis of what was added.
Standards: ISO 32000-1, 7.5.6 (incremental updates), ETSI EN 319 102-1.
"""

import io
from datetime import datetime

from pyhanko.pdf_utils.reader import PdfFileReader

from signing.errors import DeliveryRefused
from signing.report import Indication
from signing.revision import reading
from signing.trust import TrustStore
from signing.validation import verify

MOST_ADDED = 16 * 1024 * 1024
"""Bytes that a signature with its appearance may add."""


def ensure_signed(
    base: bytes, pdf: bytes, certificate: bytes, trust: TrustStore, at: datetime
) -> None:
    """Return if *pdf* is *base* with one signature more, by *certificate* (DER), and all holds.

    Takes as long as a verification; call it in a worker process.

    Raises:
        DeliveryRefused: it is not; it says what is wrong.
        PdfUnreadable: it cannot be read.
    """
    if not pdf.startswith(base):
        raise DeliveryRefused("không phải tệp đã giao / not the file that was handed out")
    if not len(base) < len(pdf) <= len(base) + MOST_ADDED:
        raise DeliveryRefused(f"{len(pdf) - len(base)} byte(s) added")
    known, found = _signers(base), _signers(pdf)
    added = [signer for field, signer in found.items() if field not in known]
    if len(added) != 1 or not known.keys() <= found.keys():
        raise DeliveryRefused(f"{len(added)} chữ ký mới / new signatures")
    if added[0] != certificate:
        raise DeliveryRefused("ký bằng chứng thư số khác / signed with another certificate")
    report = verify(pdf, trust, at=at)
    if report.verdict is not Indication.TOTAL_PASSED:
        raise DeliveryRefused(f"{report.verdict.value}: {report.reason}"[:300])


def _signers(pdf: bytes) -> dict[str, bytes]:
    """Return the signer's certificate (DER) of each signature, by field."""
    with reading():
        reader = PdfFileReader(io.BytesIO(pdf))
        return {
            str(each.field_name): bytes(each.signer_cert.dump())
            for each in reader.embedded_regular_signatures
        }
