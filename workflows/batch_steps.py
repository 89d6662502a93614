"""Actions on many documents that are one decision each: approve, return, file, start and so on.

Legal source: Decree 30/2020/ND-CP, Art. 10 to 19, 24. What is approved is signed by the flow.
"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from documents import casefile
from documents.batch import Order, SeenMoved
from documents.lifecycle import Step
from documents.step_words import STATES
from documents.tables import DocumentRow
from workflows import batch_actions
from workflows.decisions import decide
from workflows.plain_words import DOCUMENT

REASON = "reason"


def seen(session: Session, order: Order) -> DocumentRow:
    """Return the document, locked, if it still stands where the person saw it.

    Raises:
        SeenMoved: it does not.
        DocumentUnknown: there is none.
    """
    row = casefile.locked(session, order.document_id)
    if order.seen_state not in ("", row.state):
        now, then = (STATES.get(each, each) for each in (row.state, order.seen_state))
        raise SeenMoved(now, then)
    return row


def step_of(step: Step) -> Callable[[Session, Order, datetime], str]:
    """Return the action that takes *step* as the single page and command do."""

    def take(session: Session, order: Order, at: datetime) -> str:
        row = seen(session, order)
        reason = str(order.arguments.get(REASON, ""))
        decide(session, row, step, order.who, at, reason, order.seen_sha256)
        return DOCUMENT.get(row.state, row.state)

    return take


for _step, _words in (
    (Step.SUBMIT, "Trình"),
    (Step.RETURN, "Trả lại"),
    (Step.VOID, "Hủy"),
    (Step.FILE, "Lưu"),
    (Step.START, "Bắt đầu xử lý"),
    (Step.COMPLETE, "Hoàn thành"),
    (Step.RELEASE, "Cho qua"),
    (Step.REFUSE, "Từ chối tiếp nhận"),
):
    batch_actions.register(_step.value, step_of(_step), words=_words)
batch_actions.register(Step.APPROVE.value, step_of(Step.APPROVE), words="Ký", signs=True)
