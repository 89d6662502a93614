"""A year's letters as they are planned: values alone, each with the times of its steps."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from documents.document import DocumentType, Urgency


class Defect(StrEnum):
    """What is wrong with a letter on purpose (2 % of them)."""

    DUPLICATE = "duplicate"
    """The same code comes again with other content: quarantined, refused by the clerk."""
    MISDIRECTED = "misdirected"
    """It came to the wrong agency: refused before it is registered (02)."""
    WRONG_UNIT = "wrong_unit"
    """It was submitted, then returned to the clerk."""
    RECALLED = "recalled"
    """Its sender asks for it back, recipients agree (13, 15)."""
    BROKEN = "broken_signature"
    """A byte of the signed file was changed on its way."""
    EXPIRED = "expired_certificate"
    """The signer's certificate has run out."""
    FIELD_MISSING = "field_missing"
    """Its message names neither type nor date."""
    VOID = "void"
    """It had its number and was never sent."""


DEFECT_NAMES = {
    Defect.DUPLICATE: "trùng mã, khác nội dung",
    Defect.MISDIRECTED: "gửi nhầm, trả lại nơi gửi",
    Defect.WRONG_UNIT: "nhầm đơn vị, trả lại văn thư",
    Defect.RECALLED: "thu hồi",
    Defect.BROKEN: "chữ ký hỏng",
    Defect.EXPIRED: "chứng thư số hết hạn",
    Defect.FIELD_MISSING: "gói tin thiếu trường",
    Defect.VOID: "hủy sau khi cấp số",
}


class Outcome(StrEnum):
    """How work on an arrival ends towards its deadline."""

    ON_TIME = "on_time"
    LATE = "late"
    OPEN = "open"
    """Overdue, and not done."""


@dataclass(frozen=True, slots=True)
class Handling:
    """What becomes of a letter at one recipient."""

    organ_id: str
    arrived: datetime
    submitted: datetime
    directed: datetime
    inform: bool = False
    """It is only to be known."""
    due: date | None = None
    outcome: Outcome = Outcome.ON_TIME
    started: datetime | None = None
    finished: datetime | None = None
    """None: nobody finishes it."""
    filed: datetime | None = None
    extended: bool = False
    cooperating: bool = False
    subtask: bool = False
    answer: int | None = None
    """Ordinal of the letter that answers."""
    returned: bool = False


@dataclass(frozen=True, slots=True)
class Letter:
    """One document from its draft to its recipients."""

    ordinal: int
    sender: str
    """Organ id."""
    own: bool
    """Whether the sender's desk is here; else it comes from outside."""
    type: DocumentType
    subject: str
    recipients: tuple[str, ...]
    urgency: Urgency
    due: date | None
    unit: str
    drafter: str
    """Ids of people; of letters from outside, empty."""
    signer: str
    drafted: datetime
    submitted: datetime
    approved: datetime
    issued: datetime
    returned: str = ""
    """Why the signer sent it back once; empty: they did not."""
    asked: bool = False
    """Whether an opinion was asked for and given."""
    handlings: tuple[Handling, ...] = ()
    answers: tuple[int, str] | None = None
    """(ordinal, recipient) of what it answers."""
    defect: Defect | None = None
    signed: bool = False
    """Whether it gets real signatures."""

    def rows(self, served: frozenset[str]) -> int:
        """Return how many documents it is in the registers of those *served*."""
        return self.own + sum(organ in served for organ in self.recipients)
