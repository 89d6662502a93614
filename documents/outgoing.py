"""Outgoing documents (văn bản đi) once approved: signed, numbered, sealed, dispatched.

Legal source: Decree 30/2020/ND-CP, Art. 13 to 19. Each function runs in the caller's
writing transaction, moves the state and writes the ledger. Drafts are entered in
`documents.draft`, decided upon in `documents.decision`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, case, update
from sqlalchemy.orm import Session

from documents import (
    attachments,
    awaited,
    casefile,
    change_letters,
    correction_letters,
    deliveries,
    dispatch_deadline,
    handling,
    notation,
    numbering,
    register,
    relations,
    series_rules,
)
from documents.attachments import SealedAttachment
from documents.awaited import Awaited
from documents.casefile import locked, take
from documents.decision import actor_of, decide
from documents.delivery import UNSENT, DeliveryState
from documents.document import DocumentCode, Role, document_key
from documents.draft import Draft, RecipientsMissing, create
from documents.errors import OfficeError, StepRefused
from documents.field_text import NotationInvalid, SubjectInvalid, check_notation, check_subject
from documents.ledger import Actor
from documents.lifecycle import Direction, State, Step, advance
from documents.secrecy import SecretRefused
from documents.step_words import STATES, both
from documents.tables import DeliveryRow

__all__ = [
    "Draft",
    "NotationInvalid",
    "RecipientsMissing",
    "SecretRefused",
    "SubjectInvalid",
    "actor_of",
    "check_notation",
    "check_subject",
    "create",
    "decide",
    "deliveries_of",
    "dispatched",
    "numbered",
    "prepared",
    "sealed",
    "signed",
    "undelivered",
]


class NotApproved(StepRefused):
    """What was signed is not what was approved: it was sent back and changed meanwhile."""

    code = "document.not_approved"
    vietnamese = "Tệp được ký không phải tệp đã duyệt của văn bản đang ở trạng thái «{0}»"
    english = "the file that was signed is not the one that was approved; it is {0}"
    remedy = "Ký lại bản đã duyệt / sign the approved version"

    def __init__(self, state: str) -> None:
        OfficeError.__init__(self, both(state, STATES))


def signed(
    session: Session, document_id: str, sha256: str, size: int, at: datetime, *, base: str = ""
) -> None:
    """Record the leader's signature: a new revision (Art. 13).

    *base* is the SHA-256 of the file that was signed; empty: the current one.

    Raises:
        NotApproved: what was signed is not, byte for byte, what was approved (Art. 11).
    """
    row = locked(session, document_id)
    # approved before approvals were kept by digest: nothing changes an approved file
    approved = row.approved_sha256 or row.current_sha256
    if row.state == State.APPROVED and {base or approved, row.current_sha256} != {approved}:
        raise NotApproved(row.state)
    actor = Actor(row.signer_id or "", Role.LEADER)
    take(session, row, Step.SIGN, actor, at, evidence=sha256)
    awaited.put(session, row, Awaited.ISSUE)
    casefile.add_revision(session, row, "signed", sha256, size, at)


def numbered(session: Session, document_id: str, at: datetime) -> DocumentCode:
    """Give number and date, enter the register (Art. 15, 16).

    Raises:
        RegisterClosed, DayPast, NumberTaken, CodeTaken, NotReserved, YearDiffers: no number can
            be given.
    """
    row = locked(session, document_id)
    day = numbering.local_day(at)
    actor = Actor(row.clerk_id or "", Role.CLERK)
    # refused before a number is taken
    advance(Direction.OUTGOING, State(row.state), Step.ASSIGN_NUMBER, actor.role)
    series = series_rules.outgoing_series(session, row, day)
    entered = register.enter(
        session, row.organ_id, Direction.OUTGOING, series, day, row.id, row.code_notation
    )
    # another day where the number was reserved before
    day = entered.day
    notation.ensure_of_year(row.code_notation, day.year)
    code = DocumentCode(numbering.written_number(entered.number), row.code_notation)
    row.code_number, row.promulgated = code.number, day
    row.document_key = document_key(row.organ_id, day, code)
    take(session, row, Step.ASSIGN_NUMBER, actor, at, detail={"code": str(code), "date": day})
    return code


def sealed(
    session: Session,
    document_id: str,
    sha256: str,
    size: int,
    at: datetime,
    appendices: Sequence[SealedAttachment] = (),
) -> None:
    """Record the agency's seal, with number and date in the same revision (Art. 17.2).

    *appendices* says what became of each attachment under the same seal.
    """
    row = locked(session, document_id)
    detail = {"attachments": [item.as_dict() for item in appendices]} if appendices else None
    actor = Actor(row.clerk_id or "", Role.CLERK)
    take(session, row, Step.SEAL, actor, at, evidence=sha256, detail=detail)
    casefile.add_revision(session, row, "sealed", sha256, size, at)
    attachments.record(session, row.id, appendices, at)


def prepared(session: Session, document_id: str, message_sha256: str, at: datetime) -> str:
    """Keep the edXML message that will be sent, once: every retry sends these bytes.

    Returns the SHA-256 of the message to send, which is an earlier one where there is one.

    Raises:
        StepRefused: the document may not be dispatched (any more).
    """
    row = locked(session, document_id)
    advance(Direction.OUTGOING, State(row.state), Step.DISPATCH, Role.CLERK)
    if row.message_sha256 is None:
        row.message_sha256, row.updated_at = message_sha256, at
    return row.message_sha256


_DELIVERIES = cast("Table", DeliveryRow.__table__)
_WAITS = _DELIVERIES.c.state.in_([state.value for state in UNSENT])
_SENT = (
    update(_DELIVERIES)
    .where(_DELIVERIES.c.document_id == bindparam("document"))
    .values(
        state=case((_WAITS, DeliveryState.SENT.value), else_=_DELIVERIES.c.state),
        note=case((_WAITS, ""), else_=_DELIVERIES.c.note),
        axis_id=bindparam("axis"),
        sent_at=bindparam("at"),
        updated_at=bindparam("at"),
    )
)


def dispatched(
    session: Session, document_id: str, axis_id: str, at: datetime, *, asked: bool = False
) -> None:
    """Record that the axis has the message for every recipient (Art. 18).

    *asked*: it had taken it at an earlier attempt, and was asked. What leaves after the time
    that the law gives is marked.
    """
    row = locked(session, document_id)
    actor = Actor(row.clerk_id or "", Role.CLERK)
    detail: dict[str, Any] = {"axis_id": axis_id, **({"settled": True} if asked else {})}
    detail |= dispatch_deadline.noted(session, row, at)
    take(session, row, Step.DISPATCH, actor, at, evidence=row.message_sha256 or "", detail=detail)
    session.connection().execute(_SENT, {"document": document_id, "axis": axis_id, "at": at})
    if row.business_type:
        change_letters.left(session, row, at)
    handling.answered(session, row, at)
    for kind, about_id in relations.ties(session, document_id):
        correction_letters.left(session, row, kind, about_id, at)


undelivered = deliveries.undelivered
deliveries_of = deliveries.of_document
"""The document's deliveries, by recipient."""
