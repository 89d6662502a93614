"""Actions on many arrivals: into the register, and on to whoever handles them.

Legal source: Decree 30/2020/ND-CP, Art. 22 (register), 23.1 (forwarding). The functions are those
of the single steps: what lacks a field, looks like another one, or is another's is refused.
"""

from datetime import date, datetime

from sqlalchemy.orm import Session

from documents import directing, intake
from documents.assignee import Share
from documents.batch import Order
from documents.directing import FORWARDED, Instruction
from documents.task import TaskPart
from workflows import batch_actions
from workflows.batch_steps import seen

REGISTER, FORWARD = "register", "forward"


def register(session: Session, order: Order, at: datetime) -> str:
    """Enter the arrival into the register as its message and its file say it is."""
    seen(session, order)
    done = intake.register_waiting(session, order.document_id, order.who, at)
    return f"Số đến {done.number}"


def forward(session: Session, order: Order, at: datetime) -> str:
    """Hand the arrival on: who leads, who co-operates, until when, as the order's arguments say.

    `lead` and each of `cooperate` is a unit's or a person's id or name; `due` an ISO day or empty.
    """
    seen(session, order)
    given = order.arguments
    shares = (
        Share(str(given.get("lead", ""))),
        *(Share(str(each), TaskPart.COOPERATE) for each in given.get("cooperate", ())),
    )
    due = date.fromisoformat(given["due"]) if given.get("due") else None
    opinion = str(given.get("opinion", "")).strip() or FORWARDED
    wanted = Instruction(opinion, shares, due)
    made = directing.direct(session, order.document_id, wanted, order.who, at)
    return "; ".join(("Đã chuyển xử lý", *(each.partition(" / ")[0] for each in made.warnings)))


batch_actions.register(REGISTER, register, words="Vào sổ")
batch_actions.register(FORWARD, forward, words="Chuyển xử lý")
