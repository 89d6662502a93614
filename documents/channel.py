"""By which way a document came in, where it did not come by the axis.

Legal source: Decree 30/2020/ND-CP, Art. 21.1, 22.2 (paper and electronic documents, one series).
"""

from enum import StrEnum


class Channel(StrEnum):
    """`DocumentRow.channel` of an incoming document; none is said of what the axis brought."""

    SCAN = "scan"
    """quét: paper that was scanned."""
    FILE = "file"
    """tệp: a PDF that somebody handed over."""
    HAND = "hand"
    """giấy: paper without a file."""
    EMAIL = "email"
    """thư điện tử."""
