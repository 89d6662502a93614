"""How one document can be about another (văn bản liên quan).

Legal source: Decree 30/2020/ND-CP, Art. 18.3 (replace, amend, correct), 18.4 (recall), 18.5 and
18.6 (another form of the same document); the answer to an incoming document: Art. 24.
"""

from enum import StrEnum


class RelationKind(StrEnum):
    """What a document does to the other one."""

    ANSWERS = "answers"
    """trả lời: an outgoing document that answers an incoming one."""
    CORRECTS = "corrects"
    """đính chính: an official letter about a fault of form or procedure."""
    AMENDS = "amends"
    """sửa đổi, bổ sung: a document of equivalent form."""
    REPLACES = "replaces"
    """thay thế: a document of equivalent form."""
    RECALLS = "recalls"
    """thu hồi."""
    CONCERNS = "concerns"
    """liên quan: anything else."""
