"""What stands still, and why: documents that wait after an error, for people to see.

Those put off wait for another try, those held or in quarantine for a person; messages
that could not be understood are kept as junk until somebody looks.
"""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from documents.lifecycle import Direction, State, carried_states
from documents.tables import DocumentRow, ParcelRow


def by_error(session: Session) -> dict[str, int]:
    """Return how many documents wait after an error, by the error's code."""
    states = {State.QUARANTINED}.union(*(carried_states(direction) for direction in Direction))
    rows = session.execute(
        select(DocumentRow.error_code, func.count())
        # the work index finds these few without reading what is done
        .where(DocumentRow.direction.in_([direction.value for direction in Direction]))
        .where(DocumentRow.state.in_(sorted(state.value for state in states)))
        .where(DocumentRow.error_code.is_not(None))
        .group_by(DocumentRow.error_code)
    )
    return {code: count for code, count in rows if code}


def junk(session: Session, organ_id: str, limit: int) -> list[ParcelRow]:
    """Return messages for an agency that were not understood or fit nothing, the newest first."""
    wanted = select(ParcelRow).where(ParcelRow.organ_id == organ_id, ParcelRow.outcome == "junk")
    return list(session.scalars(wanted.order_by(ParcelRow.fetched_at.desc()).limit(limit)))
