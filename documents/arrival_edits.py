"""Changing what is recorded about a registered arrival, each change with before and after.

Legal source: Decree 30/2020/ND-CP, Art. 22; Appendix VI, Part I, III.5a. The sender's message,
its file and its identifier stay as they came: only what the register says is mended. The day of
arrival changes with a reason alone, and never after the day of its number.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import duplicates, intake_facts, posts
from documents.casefile import locked, note
from documents.document import Role
from documents.errors import Refused, storable
from documents.field_text import DayRefused
from documents.freezing import ensure_free
from documents.intake import ensure_arrival
from documents.intake_facts import Changed, IntakeFacts
from documents.joining import REASON_LENGTH, ReasonWanted
from documents.lifecycle import Direction, State
from documents.numbering import local_day
from documents.stead import Matter
from documents.tables import DocumentRow, RegisterEntryRow

STEP = "edit"
EDITABLE = (
    *(State.REGISTERED, State.SUBMITTED, State.ASSIGNED, State.IN_PROGRESS, State.COMPLETED),
)
_IDENTITY = frozenset({"sender_organ_id", "sender_name", "code_number", "code_notation"})


class ArrivalClosed(Refused):
    """The document is not one whose registered facts are changed. ({0} its state.)."""

    code = "arrival.closed"
    vietnamese = "Văn bản ở trạng thái «{0}» không sửa thông tin đăng ký được"
    english = "what is registered of a document that is {0} is not changed"
    remedy = (
        "Chỉ sửa văn bản đến đã vào sổ, chưa lưu / only arrivals that are registered and not "
        "filed yet"
    )


def edit(
    session: Session,
    document_id: str,
    facts: IntakeFacts,
    who: str,
    at: datetime,
    reason: str = "",
) -> Changed:
    """Change what *facts* name; return what did change. Nothing changed: nothing is written.

    Raises:
        ArrivalClosed, DocumentFrozen, ChangeUnderway: it cannot be changed now.
        SenderKept, ReasonWanted, DayRefused: as they say.
        DuplicateFound: it would be another arrival's double; *reason* says why it is none.
        What `intake_facts.put` refuses; what `posts.acting` refuses.
    """
    row = locked(session, document_id)
    if row.direction != Direction.INCOMING or row.state not in EDITABLE:
        raise ArrivalClosed(row.state)
    ensure_free(session, row)
    matter = Matter(row.type_name, row.unit_id, STEP)
    acting = posts.acting(session, row.organ_id, who, (Role.CLERK,), at, STEP, matter=matter)
    changed = intake_facts.amend(session, row, facts, local_day(at))
    if not changed:
        return {}
    _ensure_allowed(session, row, set(changed), reason)
    intake_facts.ensure_complete(row)
    row.version += 1
    row.updated_at = at
    said: dict[str, Any] = {"changed": changed}
    said |= {"reason": storable(reason.strip())[:REASON_LENGTH]} if reason.strip() else {}
    detail = said | acting.detail()
    evidence = row.current_sha256 or ""
    note(session, row, STEP, acting.actor, at, evidence=evidence, detail=detail)
    session.flush()
    return changed


def _ensure_allowed(session: Session, row: DocumentRow, changed: set[str], reason: str) -> None:
    if "arrival_date" in changed:
        if not reason.strip():
            raise ReasonWanted("sửa ngày đến / another day of arrival")
        _ensure_of_number(session, row)
    if row.arrival_date is not None and changed & {"arrival_date", "promulgated"}:
        ensure_arrival(row, row.arrival_date)
    if changed & (_IDENTITY | {"promulgated"}):
        if row.channel is not None:
            intake_facts.name_key(row)
        duplicates.ensure_none(duplicates.of_row(session, row), reason)


def _ensure_of_number(session: Session, row: DocumentRow) -> None:
    """Refuse a day of arrival after the number's."""
    wanted = select(RegisterEntryRow.entered_on).where(RegisterEntryRow.document_id == row.id)
    entered, arrived = session.scalar(wanted), row.arrival_date
    if entered is None or arrived is None or arrived <= entered:
        return
    why = f"sau ngày vào sổ {entered:%d/%m/%Y} / is after the day of its number"
    raise DayRefused("Ngày đến", f"{arrived:%d/%m/%Y}", why)
