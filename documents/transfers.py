"""What left by post or by hand: entered, and crossed out where it was a mistake.

Legal source: Decree 30/2020/ND-CP, Art. 18; Appendix IV (Sổ gửi văn bản đi bưu điện). Each
entry, and each crossing out, is a row of the document's ledger.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import casefile, crossing_out, posts
from documents.crossing_out import NOTE_LENGTH, Entry
from documents.document import Role
from documents.errors import Refused, storable
from documents.identity import new_id
from documents.lifecycle import Direction, State
from documents.numbering import local_day
from documents.tables import DocumentRow, TransferRow
from documents.transfer import Means

MOST_ENVELOPES = 9999
RECIPIENT_LENGTH = 500
_STEP = "ghi sổ gửi văn bản đi / enter what is sent"
_NEVER_LEFT = frozenset({State.VOID, State.NUMBERED})


class TransferInvalid(Refused):
    """A field of the entry is missing or out of range. ({0} the field, {1} why)."""

    code = "transfer.invalid"
    vietnamese = "Không ghi được vào sổ gửi văn bản đi: {0} {1}"
    english = "the transfer cannot be entered: {0} {1}"
    remedy = "Sửa lại rồi ghi / mend it and enter again"


class TransferNotIssued(Refused):
    """The document has not been issued, or is none that leaves."""

    code = "transfer.not_issued"
    vietnamese = "Văn bản «{0}» chưa phát hành, không gửi đi được"
    english = "document «{0}» is not issued and cannot be sent"
    remedy = "Cấp số, đóng dấu trước khi gửi / number and seal it first"


class TransferKnown(Refused):
    """The same sending stands in the book."""

    code = "transfer.known"
    vietnamese = "Đã ghi: «{0}» gửi {1} ngày {2}"
    english = "entered already: «{0}» to {1} on {2}"
    remedy = "Gộp số bì vào dòng đã ghi, hoặc gạch dòng ấy / cross the other entry out first"


class TransferUnknown(Refused):
    """No entry has this id, or it is crossed out."""

    code = "transfer.unknown"
    vietnamese = "Không có dòng «{0}» trong sổ gửi văn bản đi"
    english = "the book of transfers has no entry {0}"
    remedy = "Xem mã bằng `congvan transfer list` / see its id with `congvan transfer list`"


@dataclass(frozen=True, slots=True)
class Sending:
    """One sending, as the clerk says it."""

    means: Means
    sent_on: date
    """In Vietnam."""
    recipient: str
    envelopes: int = 1
    note: str = ""


def enter(session: Session, document_id: str, sending: Sending, who: str, at: datetime) -> str:
    """Enter that the document was sent; returns the entry's id.

    Raises:
        DocumentUnknown, PersonUnknown, PersonAmbiguous, PostEnded, RightMissing: as they say.
        TransferNotIssued: it is no issued outgoing document.
        TransferInvalid: a day in the future or before its date, no recipient, no envelope.
        TransferKnown: the same sending stands already.
    """
    row = casefile.locked(session, document_id)
    by = posts.acting(session, row.organ_id, who, [Role.CLERK], at, _STEP)
    code = issued_code(row)
    recipient = _checked(row, sending, at)
    same = select(TransferRow.id).where(
        TransferRow.document_id == row.id,
        TransferRow.means == sending.means.value,
        TransferRow.sent_on == sending.sent_on,
        TransferRow.recipient == recipient,
        TransferRow.void_reason.is_(None),
    )
    if session.scalar(same) is not None:
        raise TransferKnown(code, recipient, f"{sending.sent_on:%d/%m/%Y}")
    made = TransferRow(
        id=new_id(),
        organ_id=row.organ_id,
        document_id=row.id,
        means=sending.means.value,
        sent_on=sending.sent_on,
        recipient=recipient,
        envelopes=sending.envelopes,
        note=storable(sending.note)[:NOTE_LENGTH],
        clerk_id=by.person.id,
        recorded_at=at,
    )
    session.add(made)
    session.flush()
    detail = {
        "transfer": made.id,
        "means": made.means,
        "sent_on": sending.sent_on,
        "recipient": recipient,
        "envelopes": sending.envelopes,
        **by.detail(),
    }
    casefile.note(session, row, "transfer", by.actor, at, detail=detail)
    return made.id


def cross_out(session: Session, transfer_id: str, reason: str, who: str, at: datetime) -> None:
    """Cross an entry out; it stays legible, with the reason.

    Raises:
        TransferUnknown: there is none, or it is crossed out already.
        TransferInvalid: no reason of ten characters.
        PersonUnknown, PersonAmbiguous, PostEnded, RightMissing: as they say.
    """
    made = session.get(TransferRow, transfer_id, with_for_update=True)
    if made is None or made.void_reason is not None:
        raise TransferUnknown(transfer_id)
    entry = Entry("transfer", _STEP, TransferInvalid)
    crossing_out.cross_out(session, made, entry, reason, who, at)


def issued_code(row: DocumentRow) -> str:
    """Return the code of an issued outgoing document.

    Raises:
        TransferNotIssued: it is not one.
    """
    code = f"{row.code_number}/{row.code_notation}" if row.code_number else row.id
    outgoing = row.direction == Direction.OUTGOING and row.code_number is not None
    if not outgoing or State(row.state) in _NEVER_LEFT:
        raise TransferNotIssued(code)
    return code


def _checked(row: DocumentRow, sending: Sending, at: datetime) -> str:
    """Return the recipient as it is kept."""
    recipient = " ".join(storable(sending.recipient).split())
    if not 1 <= len(recipient) <= RECIPIENT_LENGTH:
        raise TransferInvalid("nơi nhận / recipient", f"1…{RECIPIENT_LENGTH}")
    if not 1 <= sending.envelopes <= MOST_ENVELOPES:
        raise TransferInvalid("số lượng bì / envelopes", f"1…{MOST_ENVELOPES}")
    if sending.sent_on > local_day(at):
        raise TransferInvalid("ngày chuyển / day", "ở tương lai / in the future")
    if row.promulgated is not None and sending.sent_on < row.promulgated:
        raise TransferInvalid("ngày chuyển / day", "trước ngày văn bản / before its date")
    return recipient
