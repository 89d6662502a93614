"""A person's step on a document of either direction, and the reason it needs.

For pages, batches and commands alike. Source: ux.md §1.2 (a refusal says why in ten characters
at least). Legal source: Decree 30/2020/ND-CP, Art. 10 to 24.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from documents import directing, incoming, outgoing
from documents.errors import Refused, storable
from documents.lifecycle import Direction, Step
from documents.tables import DocumentRow

SHORTEST, LONGEST = 10, 2000
"""Characters."""
NEEDED_BY = frozenset({Step.RETURN, Step.VOID, Step.RELEASE, Step.REFUSE})


class ReasonMissing(Refused):
    """The step needs a reason of at least ten characters."""

    code = "document.reason_missing"
    vietnamese = "Bước «{0}» phải có lý do (ít nhất 10 ký tự)"
    english = "«{0}» needs a reason of at least 10 characters"
    remedy = "Nêu lý do (lệnh: --reason) / give a reason (command: --reason)"


class ReasonTooLong(Refused):
    """The reason is longer than anybody reads. ({0} the most characters)."""

    code = "document.reason_too_long"
    vietnamese = "Lý do dài quá {0} ký tự"
    english = "the reason is longer than {0} characters"
    remedy = "Viết ngắn lại / write it shorter"


def needed(step: Step, reason: str) -> str:
    """Return *reason* as it is kept; empty where the step needs none and has none.

    Raises:
        ReasonMissing: fewer than ten characters, and the step needs them.
        ReasonTooLong: more than two thousand.
    """
    reason = storable(reason).strip()
    if step in NEEDED_BY and len(reason) < SHORTEST:
        raise ReasonMissing(step)
    if len(reason) > LONGEST:
        raise ReasonTooLong(LONGEST)
    return reason


def decide(
    session: Session,
    row: DocumentRow,
    step: Step,
    who: str,
    at: datetime,
    reason: str = "",
    sha256: str = "",
) -> None:
    """Take a person's step; the domain refuses what it must.

    *sha256* is that of the file that an outgoing document's decider had before them.

    Raises:
        ReasonMissing, ReasonTooLong: as `needed`.
        Refused: what `outgoing.decide`, `incoming` and `directing` refuse.
    """
    reason = needed(step, reason)
    if row.direction == Direction.OUTGOING:
        outgoing.decide(session, row.id, step, who, at, reason, sha256)
    elif step is Step.RELEASE:
        incoming.released(session, row.id, who, at, reason)
    elif step is Step.REFUSE:
        incoming.refused(session, row.id, who, at, reason)
    elif step is Step.RETURN:
        directing.returned(session, row.id, who, at, reason)
    else:
        incoming.handled(session, row.id, step, who, at, reason)
