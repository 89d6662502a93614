"""Recall, update, replacement: what is asked of a recipient, and what became of it.

Sources: Decree 30/2020/ND-CP, Art. 18.3, 18.4 and Appendix VI (law.md X1 to X3); axis.md §6, §7.
A change is one question about one document between two agencies: a status 13, or a message of
business type 1, 2 or 3. Nothing is ever done by the message: people answer, documents stay.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from documents.errors import OfficeError, Refused, StepRefused


class Side(StrEnum):
    """Which of the two agencies a record belongs to."""

    SENDER = "sender"
    """Whose document it is: asks."""
    RECEIVER = "receiver"
    """Who has it: is asked."""


class ChangeKind(StrEnum):
    """What is asked; the values of edXML's `BussinessDocType` are `BUSINESS`."""

    RECALL = "recall"
    """thu hồi, lấy lại."""
    UPDATE = "update"
    """cập nhật."""
    REPLACE = "replace"
    """thay thế."""


BUSINESS: Mapping[ChangeKind, int] = MappingProxyType(
    {ChangeKind.RECALL: 1, ChangeKind.UPDATE: 2, ChangeKind.REPLACE: 3}
)
BY_BUSINESS: Mapping[int, ChangeKind] = MappingProxyType({n: kind for kind, n in BUSINESS.items()})


class ChangeState(StrEnum):
    """What became of the question; who does not answer stays ASKED, and its age is shown."""

    PLANNED = "planned"
    """Its letter has not left yet, or the axis is still asked whether the document has."""
    ASKED = "asked"
    """đã hỏi."""
    AGREED = "agreed"
    """15 đồng ý."""
    REFUSED = "refused"
    """16 từ chối."""
    NOT_HELD = "not_held"
    """nơi nhận không giữ: it never left, or the recipient had refused it (02)."""
    DROPPED = "dropped"
    """The letter that would have asked is void."""


ANSWERS: Mapping[str, ChangeState] = MappingProxyType(
    {"15": ChangeState.AGREED, "16": ChangeState.REFUSED}
)
"""By the status's code."""
CODES: Mapping[ChangeState, str] = MappingProxyType({to: code for code, to in ANSWERS.items()})

HELD = "change.asked"
"""Code of the error with which a document waits for the clerk's answer."""
FLAG = "change.asked"
"""How the warning at a document begins that its sender asks to change."""
STRANGER = "change.stranger"
"""How the warning at a letter begins that names another agency's document."""
REASON_LENGTH = 500
"""Characters of edXML's `BussinessDocReason`; of the reason in a status 13 too."""
NOTE_LENGTH = 1000
"""Characters of a status's `Description`."""


class ChangeUnderway(StepRefused):
    """The document is being recalled: it is frozen (Appendix VI, Part I, III.8)."""

    code = "change.underway"
    vietnamese = "Văn bản đang được thu hồi từ {0}"
    english = "the document is frozen: it is being recalled since {0}"
    remedy = "Xem `congvan recall show {1}` / see `congvan recall show {1}`"

    def __init__(self, since: str, document: str) -> None:
        OfficeError.__init__(self, since, document)


class ChangeNotPossible(Refused):
    """The document is not one that can be recalled, updated or replaced now."""

    code = "change.not_possible"
    vietnamese = "Không thể thu hồi, cập nhật hay thay thế văn bản này: {0}"
    english = "this document cannot be recalled, updated or replaced: {0}"
    remedy = "Chỉ văn bản đi đã đóng dấu, đã phát hành / only one that is sealed or dispatched"


class DispatchRunning(Refused):
    """Its message is on its way at this moment: whether it left is known in a little while."""

    code = "change.dispatch_running"
    vietnamese = "Văn bản đang được gửi đi lúc này"
    english = "the document is being sent at this moment"
    remedy = "Thử lại sau ít phút / try again in some minutes"


class NothingAsked(Refused):
    """No question about this document waits for an answer."""

    code = "change.nothing_asked"
    vietnamese = "Không có yêu cầu thu hồi, cập nhật, thay thế nào đang chờ trả lời về «{0}»"
    english = "no recall, update or replacement of «{0}» waits for an answer"
    remedy = "Xem `congvan recall show` / see `congvan recall show`"


class TargetMissing(Refused):
    """What is recalled has not arrived: there is nothing to cancel."""

    code = "change.target_missing"
    vietnamese = "Chưa nhận được văn bản bị thu hồi «{0}»"
    english = "the document that is recalled, {0}, has not arrived"
    remedy = "Chờ văn bản đến, hoặc từ chối / wait for it, or refuse"


class NotTheirs(Refused):
    """Nobody recalls, updates or replaces another agency's document."""

    code = "change.not_theirs"
    vietnamese = "«{0}» không phải nơi gửi của văn bản «{1}»"
    english = "{0} is not the sender of {1}"
    remedy = "Từ chối yêu cầu / refuse it"


class ChangeReasonMissing(Refused):
    """Both asking and refusing need their reason (axis.md §7)."""

    code = "change.reason_missing"
    vietnamese = "Phải nêu lý do"
    english = "a reason is needed"
    remedy = "Thêm --reason / add --reason"
