"""Trying many documents again that stand still after an error, once its cause is mended."""

from datetime import datetime

from sqlalchemy.orm import Session

from documents import casefile
from documents.batch import Order
from workflows import batch_actions, settlement

ACTION = "retry"


def _again(session: Session, order: Order, at: datetime) -> str:
    row = casefile.locked(session, order.document_id)
    settlement.try_again(session, row, order.who, at)
    return "sẽ thử lại"


batch_actions.register(ACTION, _again, words="Thử lại")
