"""Crossing an entry of a book out: it stays legible, with the reason, and the ledger has it.

Legal source: Decree 30/2020/ND-CP, Art. 18, 19; Appendix IV.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from documents import casefile, posts
from documents.document import Role
from documents.errors import Refused, storable
from documents.tables import LoanRow, TransferRow

REASON_LENGTH = 10
NOTE_LENGTH = 500


@dataclass(frozen=True, slots=True)
class Entry:
    """How a book's entries are called."""

    noun: str
    """In the ledger: `noun` names the entry, `noun_void` the step."""
    what: str
    """What the clerk must be allowed to do."""
    invalid: type[Refused]
    """Refuses a reason. ({0} the field, {1} why)."""


def cross_out(
    session: Session, made: LoanRow | TransferRow, entry: Entry, reason: str, who: str, at: datetime
) -> None:
    """Cross *made*, which stands and is locked, out.

    Raises:
        Refused: as *entry* says; no reason of ten characters.
        PersonUnknown, PersonAmbiguous, PostEnded, RightMissing: as they say.
    """
    row = casefile.locked(session, made.document_id)
    by = posts.acting(session, row.organ_id, who, [Role.CLERK], at, entry.what)
    reason = storable(reason).strip()[:NOTE_LENGTH]
    if len(reason) < REASON_LENGTH:
        raise entry.invalid("lý do / reason", f"< {REASON_LENGTH}")
    made.void_reason = reason
    detail = {entry.noun: made.id, "reason": reason, **by.detail()}
    casefile.note(session, row, f"{entry.noun}_void", by.actor, at, detail=detail)
