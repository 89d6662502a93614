"""Who in the agency gets an outgoing document for information (nơi nhận nội bộ, để biết).

Legal source: Decree 30/2020/ND-CP, Appendix I, Part I, II.9 (nơi nhận); Art. 18.1. Units and
people are named while it is a draft or later; they have it as soon as it is issued, as it is.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import directory, editing, tenure
from documents.casefile import locked, note
from documents.document import Role
from documents.errors import Refused
from documents.lifecycle import Direction, State
from documents.numbering import local_day
from documents.tables import DocumentRow, InternalCopyRow, UnitRow

_OVER = (State.VOID, State.RECALLED, State.REPLACED)
_ISSUED = (State.DISPATCHED, State.FILED)
_NAMERS = (Role.SPECIALIST, Role.UNIT_HEAD, Role.LEADER, Role.CLERK)


class NotInformed(Refused):
    """Nobody can get this document so. ({0} who, or its state.)."""

    code = "internal_copy.not_possible"
    vietnamese = "Không chuyển để biết được: {0}"
    english = "it cannot be passed on for information: {0}"
    remedy = "Chọn đơn vị, người của cơ quan; văn bản đi còn hiệu lực / a unit or person of it"


def inform(
    session: Session,
    document_id: str,
    who: str,
    at: datetime,
    *,
    people: Sequence[str] = (),
    units: Sequence[str] = (),
) -> list[str]:
    """Name people and units (ids) that get the document; return the ids that were not named yet.

    Raises:
        NotInformed: it is no outgoing document in force, or a unit is none of the agency.
        PersonUnknown, RightMissing and what else `posts.acting` refuses.
    """
    row = locked(session, document_id)
    if row.direction != Direction.OUTGOING or row.state in _OVER:
        raise NotInformed(row.state)
    acting = editing.acting(session, row, who, _NAMERS, at, "inform")
    wanted = {directory.person_row(session, row.organ_id, each).id: False for each in people}
    for unit_id in units:
        unit = session.get(UnitRow, unit_id)
        day = local_day(at)
        if unit is None or unit.organ_id != row.organ_id or not tenure.in_force(unit, day):
            raise NotInformed(unit_id)
        wanted[unit.id] = True
    named = {each.recipient_id for each in of_document(session, row.id)}
    new = [each for each in wanted if each not in named]
    for each in new:
        session.add(
            InternalCopyRow(
                document_id=row.id, recipient_id=each, is_unit=wanted[each], added_at=at
            )
        )
    session.flush()
    if new:
        detail = {"to": new} | acting.detail()
        note(session, row, "inform", acting.actor, at, detail=detail)
    return new


def of_document(session: Session, document_id: str) -> list[InternalCopyRow]:
    """Return who gets it."""
    wanted = select(InternalCopyRow).where(InternalCopyRow.document_id == document_id)
    return list(
        session.scalars(wanted.order_by(InternalCopyRow.added_at, InternalCopyRow.recipient_id))
    )


def unread(session: Session, recipients: Sequence[str], limit: int = 200) -> list[DocumentRow]:
    """Return issued documents that *recipients* (a person and their units) have not read.

    The newest first.
    """
    mine = select(InternalCopyRow.document_id).where(
        InternalCopyRow.recipient_id.in_(list(recipients)), InternalCopyRow.read_at.is_(None)
    )
    wanted = (
        select(DocumentRow)
        .where(DocumentRow.id.in_(mine))
        .where(DocumentRow.state.in_([state.value for state in _ISSUED]))
        .order_by(DocumentRow.created_at.desc(), DocumentRow.id)
        .limit(limit)
    )
    return list(session.scalars(wanted))


def read(session: Session, document_id: str, who: str, at: datetime) -> None:
    """Record that *who* has read it, for themselves and their unit; again changes nothing.

    Raises:
        NotInformed: it is not issued, or was not passed on to them.
        PersonUnknown and what else `posts.acting` refuses.
    """
    row = locked(session, document_id)
    if row.state not in _ISSUED:
        raise NotInformed(row.state)
    acting = editing.acting(session, row, who, tuple(Role), at, "read_copy")
    posts = tenure.of_people(session, [acting.person.id])[acting.person.id]
    units = {post.unit_id for post in tenure.held_on(posts, local_day(at))}
    mine = [
        each
        for each in of_document(session, row.id)
        if each.recipient_id == acting.person.id or (each.is_unit and each.recipient_id in units)
    ]
    if not mine:
        raise NotInformed(acting.person.full_name)
    new = [each for each in mine if each.read_at is None]
    for each in new:
        each.read_by, each.read_at = acting.person.id, at
    session.flush()
    if new:
        note(session, row, "read_copy", acting.actor, at, detail=acting.detail())
