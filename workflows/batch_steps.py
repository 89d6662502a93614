"""Actions on many documents that are one decision each: approve, return, file, start and so on.

Legal source: Decree 30/2020/ND-CP, Art. 10 to 19, 24. What is approved is signed by the flow.
"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from documents import casefile, initials
from documents.batch import Order, SeenMoved
from documents.errors import OfficeError
from documents.lifecycle import Step
from documents.step_words import STATES
from documents.tables import DocumentRow
from workflows import batch_actions
from workflows.decisions import decide
from workflows.initialling import initial_of
from workflows.office import Office
from workflows.plain_words import DOCUMENT
from workflows.pressing import Stored

REASON = "reason"
INITIAL = initials.STEP


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


def _signed_initials(office: Office, order: Order, at: datetime) -> tuple[str, str, int]:
    """Return what was initialled and the signed file: SHA-256 of both, and its size in bytes.

    Without a key of the person's: no file.
    """
    with office.database.writing() as session:
        seen(session, order)
        due = initials.due(session, order.document_id, order.who, at)
    if order.seen_sha256 not in ("", due.base):
        raise initials.InitialsOvertaken
    if not due.signing_key:
        return due.base, "", 0
    (answer,) = office.workshop.run([initial_of(due, at)])
    if isinstance(answer, OfficeError):
        raise answer
    assert isinstance(answer, Stored)  # noqa: S101  (Initial gives Stored)
    return due.base, answer.sha256, answer.size


def _initialled(session: Session, order: Order, at: datetime) -> str:
    base, sha256, size = order.prepared
    initials.record(session, order.document_id, order.who, at, base=base, sha256=sha256, size=size)
    return "Đã ký nháy" if sha256 else "Đã ghi nhận ký nháy (chưa có khóa ký)"


batch_actions.register(INITIAL, _initialled, words="Ký nháy", prepare=_signed_initials, signs=True)
