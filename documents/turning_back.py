"""What the clerk does not register: turned back to its sender, or discarded, with a reason.

Legal source: Decree 30/2020/ND-CP, Art. 21.1, 21.2b. A reason of fewer than ten characters tells
nobody anything; the whole sentence goes to the sender, by status 02 or by the clerk's own way.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from documents import casefile, incoming, joining
from documents.errors import Refused
from documents.lifecycle import State
from documents.tables import DocumentRow

LEAST = 10
"""Characters of a reason."""
REASONS = (
    "Văn bản gửi không đúng cơ quan có thẩm quyền giải quyết",
    "Chữ ký số không hợp lệ hoặc tệp bị thay đổi sau khi ký",
    "Thiếu chữ ký của người có thẩm quyền hoặc chữ ký số của cơ quan",
    "Thiếu tệp kèm theo nêu trong văn bản",
    "Tệp không đọc được, đề nghị gửi lại",
    "Văn bản trùng với văn bản đã tiếp nhận",
    "Thể thức văn bản không đúng quy định của Nghị định 30/2020/NĐ-CP",
)
"""Those that clerks give most."""


class ReasonTooShort(Refused):
    """A reason that says nothing. ({0} how many characters it must have)."""

    code = "intake.reason_too_short"
    vietnamese = "Nêu lý do ít nhất {0} ký tự"
    english = "give a reason of at least {0} characters"
    remedy = "Viết rõ để nơi gửi biết cần sửa gì / say what the sender is to mend"


def reasoned(text: str) -> str:
    """Return the reason in one line.

    Raises:
        ReasonTooShort: it has fewer characters than a sentence.
    """
    said = " ".join(text[: 4 * joining.REASON_LENGTH].split())[: joining.REASON_LENGTH]
    if len(said) < LEAST:
        raise ReasonTooShort(LEAST)
    return said


def turn_back(
    session: Session, document_id: str, who: str, at: datetime, reason: str, how: str = ""
) -> DocumentRow:
    """Refuse an arrival before it is registered; a repeat changes nothing.

    *how* says how the sender of paper was told.

    Raises:
        ReasonTooShort: as it says.
        StepRefused: it does not wait here.
        What `posts.acting` refuses.
    """
    said = reasoned(reason)
    row = casefile.locked(session, document_id)
    if row.state == State.REFUSED:
        return row
    if row.channel is not None:
        joining.send_back(session, document_id, who, at, said, how)
    else:
        incoming.refused(session, document_id, who, at, said)
    return row
