"""How a document leaves other than on the axis: by post, or handed over.

Legal source: Decree 30/2020/ND-CP, Art. 18; Appendix IV (Sổ gửi văn bản đi bưu điện, sổ chuyển
giao văn bản).
"""

from enum import StrEnum


class Means(StrEnum):
    """Who carries it."""

    POST = "post"
    """bưu điện."""
    HAND = "hand"
    """chuyển giao trực tiếp."""
