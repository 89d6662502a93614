"""Settling what is not known: a message whose answer was lost is asked for, never guessed at.

Source: axis.md §10.4. That a message is about to leave is written before it leaves
(`outgoing.leaving`), so that a process killed before it wrote the answer knows after its
restart what to ask for. A message that the axis certainly has not is sent again: the
same id, the same bytes.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from connectors.axis import Axis, Outgoing, Receipt
from connectors.errors import (
    AccessDenied,
    AxisCannot,
    AxisOutcomeUnknown,
    AxisRefused,
    DuplicateDifferent,
)
from documents import casefile, feedback, outgoing
from documents.delivery import DeliveryState
from documents.errors import Refused
from documents.tables import DocumentRow


class Undecided(Refused):
    """Nobody can say whether the axis has a message. ({0} message id, {1} why)."""

    code = "delivery.undecided"
    vietnamese = "Không xác định được trục đã nhận gói tin {0} hay chưa: {1}"
    english = "it cannot be found out whether the axis has message {0}: {1}"
    remedy = (
        "Hỏi đơn vị vận hành trục; nếu trục chưa có, chạy `congvan step retry`: gửi lại đúng mã "
        "và nội dung cũ / ask the axis's operator; where it has not, `congvan step retry` sends "
        "the same id and bytes again"
    )


def settled(axis: Axis, message: Outgoing) -> Receipt | None:
    """Ask what became of *message*: its receipt, or None when the axis certainly has it not.

    Raises:
        AxisUnavailable: nobody answers; ask later.
        AccessDenied: the credential is to be mended first.
        DuplicateDifferent: the axis has other bytes under the message's id.
        Undecided: the axis cannot say; a person must look.
    """
    try:
        return axis.settle(message)
    except (AccessDenied, DuplicateDifferent):
        raise
    except (AxisOutcomeUnknown, AxisRefused, AxisCannot) as error:
        raise Undecided(message.message_id, str(error)) from error


def try_again(session: Session, row: DocumentRow, who: str, at: datetime) -> None:
    """Let a person have what waits tried again: the document, and the statuses owed about it.

    Raises:
        PersonUnknown: nobody in the document's agency is *who*.
    """
    if row.error_code == Undecided.code:
        # a person has asked: the same message leaves again
        outgoing.undelivered(session, row.id, DeliveryState.QUEUED, "", at)
    casefile.try_again(session, row, who, at)
    feedback.try_again(session, row.id)
