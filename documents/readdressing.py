"""Readdressing (chuyển nơi nhận): mail to an agency that ended goes to who came after it.

Never by itself: the clerk consents to each, and says to whom where several came after it.
Only what has not left: where a message was made, the axis is asked for it first.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from documents import casefile, catalogue, directory, posts
from documents.casefile import locked
from documents.catalogue import Heir
from documents.catalogue_recipients import RecipientAbolished
from documents.change import DispatchRunning
from documents.delivery import UNSENT, DeliveryState
from documents.directory import RightMissing
from documents.document import Role
from documents.errors import Refused
from documents.freezing import ensure_free
from documents.lifecycle import Direction
from documents.numbering import local_day
from documents.outgoing import deliveries_of
from documents.tables import DeliveryRow, DocumentRow

STEP = "readdress"


class NotARecipient(Refused):
    """The document does not go there; details: code."""

    code = "recipient.not_addressed"
    vietnamese = "Văn bản không có nơi nhận «{0}»"
    english = "the document is not addressed to «{0}»"
    remedy = "Xem nơi nhận: `congvan show VĂN-BẢN` / see its recipients"


class NotAbolished(Refused):
    """The recipient still is: there is nothing to readdress; details: code."""

    code = "recipient.not_abolished"
    vietnamese = "Cơ quan «{0}» vẫn đang hoạt động theo danh mục"
    english = "the agency «{0}» still is, by the catalogue"
    remedy = "Cập nhật danh mục nếu sai: `congvan catalogue import` / mend the catalogue if wrong"


class NotASuccessor(Refused):
    """The chosen agency did not come after the recipient; details: code, recipient, successors."""

    code = "recipient.not_successor"
    vietnamese = "«{0}» không kế thừa «{1}»; cơ quan kế thừa: {2}"
    english = "«{0}» did not come after «{1}»; who did: {2}"
    remedy = "Chọn một trong các cơ quan kế thừa / choose one of the successors"


class AlreadyLeft(Refused):
    """The message was made, and may have left; details: the delivery's state."""

    code = "recipient.already_left"
    vietnamese = "Gói tin gửi nơi nhận này đã lập ({0}), không đổi nơi nhận được nữa"
    english = "the message to this recipient has been made ({0}): it cannot be readdressed"
    remedy = (
        "Chờ trục trả lời; nếu từ chối thì làm lại / wait for the axis; if it refuses, try again"
    )


@dataclass(frozen=True, slots=True)
class Attempt:
    """What a message's sending has come to: another attempt differs from it."""

    message: str
    """SHA-256."""
    deliveries: tuple[tuple[str, str, datetime], ...]
    """Recipient, state, since when."""


@dataclass(frozen=True, slots=True)
class Readdressed:
    """What became of one delivery."""

    predecessor: str
    successor: str
    name: str
    joined: bool
    """The successor was a recipient already: it gets one copy."""


def readdress(
    session: Session,
    document_id: str,
    from_code: str,
    to_code: str,
    who: str,
    at: datetime,
    absent: Attempt | None = None,
) -> Readdressed:
    """Let the clerk *who* send to a successor what was addressed to an agency that ended.

    *absent* is the attempt after which the axis was asked, and had nothing of it.

    Raises:
        DispatchRunning: it is on its way at this moment.
        RightMissing: not a clerk of the document's agency.
        DocumentFrozen: someone holds the document for a signature.
        NotARecipient, NotAbolished, NotASuccessor, AlreadyLeft: as they say.
    """
    row = locked(session, document_id)
    what = "đổi nơi nhận / readdress"
    acting = posts.acting(session, row.organ_id, who, (Role.CLERK,), at, what)
    if row.direction != Direction.OUTGOING:
        raise RightMissing(acting.person.full_name, acting.position, what)
    ensure_free(session, row)
    delivery = _delivery(session, row, from_code)
    heir = _heir(session, delivery.organ_id, to_code, at)
    # a lease may outlast what was done under it; what is held for a person nobody carries
    if not row.held and row.lease_until is not None and row.lease_until > at:
        raise DispatchRunning
    if absent is not None and attempt(session, row) == absent:
        _put_back(session, row, at)
    if not _waits(row, delivery):
        raise AlreadyLeft(delivery.state)
    before = delivery.organ_id
    joined = _moved(session, row, delivery, heir, at)
    row.message_sha256 = None
    row.updated_at = at
    if absent is not None or row.error_code in {
        RecipientAbolished.code,
        "axis.unknown_recipient",
    }:
        row.held, row.next_attempt_at, row.error_code, row.error_text = False, None, None, None
        row.attempts = 0
    detail = {"from": before, "to": heir.code, "on": heir.on, "basis": heir.basis}
    detail = {**detail, "joined": joined, **acting.detail()}
    casefile.note(session, row, STEP, acting.actor, at, detail=detail)
    return Readdressed(before, heir.code, heir.name, joined)


def attempt(session: Session, row: DocumentRow) -> Attempt | None:
    """Return how far a message that was made has come; None if none was, or it has left."""
    every = deliveries_of(session, row.id)
    if row.message_sha256 is None or any(each.state not in UNSENT for each in every):
        return None
    return Attempt(row.message_sha256, tuple((d.organ_id, d.state, d.updated_at) for d in every))


def _put_back(session: Session, row: DocumentRow, at: datetime) -> None:
    """Note that nothing has left, and that the message is to be made anew."""
    row.message_sha256 = None
    for each in deliveries_of(session, row.id):
        each.state, each.note, each.updated_at = DeliveryState.QUEUED, "", at
    session.flush()


def _delivery(session: Session, row: DocumentRow, code: str) -> DeliveryRow:
    for delivery in deliveries_of(session, row.id):
        if directory.same_agency(session, delivery.organ_id, code):
            return delivery
    raise NotARecipient(code)


def _heir(session: Session, predecessor: str, code: str, at: datetime) -> Heir:
    standing = catalogue.standings(session, [predecessor], local_day(at))[predecessor]
    if not standing.abolished:
        raise NotAbolished(predecessor)
    for heir in standing.heirs:
        if directory.same_agency(session, heir.code, code):
            return heir
    said = ", ".join(f"{heir.code} {heir.name}".strip() for heir in standing.heirs)
    raise NotASuccessor(code, predecessor, said or "chưa rõ / not known")


def _waits(row: DocumentRow, delivery: DeliveryRow) -> bool:
    """Return whether nothing can have left: no message was made, or the axis refused it."""
    if delivery.state == DeliveryState.QUEUED:
        return row.message_sha256 is None
    return delivery.state == DeliveryState.FAILED


def _moved(
    session: Session, row: DocumentRow, delivery: DeliveryRow, heir: Heir, at: datetime
) -> bool:
    """Change the delivery's recipient; True when the successor has a delivery of its own."""
    agency = directory.agency_row(session, heir.code)
    for other in deliveries_of(session, row.id):
        if other.id != delivery.id and other.organ_id == agency.organ_id:
            session.delete(delivery)
            session.flush()
            return True
    delivery.organ_id, delivery.name = agency.organ_id, agency.name
    delivery.state, delivery.note, delivery.updated_at = DeliveryState.QUEUED, "", at
    session.flush()
    return False
