"""The clerk's order to issue (phát hành) what a leader signed, where the agency wants one.

Legal source: Decree 30/2020/ND-CP, Art. 15 to 18 (the clerk checks, numbers, seals and sends).
The order and its ledger row are one transaction; the flow then numbers, seals and dispatches as
it does everywhere, so that a process killed at any point leaves something to be carried on.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from documents import (
    casefile,
    catalogue_recipients,
    deliveries,
    posts,
    reservations,
    seen,
)
from documents.awaited import Awaited
from documents.casefile import locked
from documents.draft import RecipientsMissing
from documents.errors import StepRefused
from documents.expected_number import Expected, expected
from documents.freezing import ensure_free
from documents.lifecycle import OUTGOING, Direction, State, Step, advance
from documents.numbering import local_day
from documents.posts import Acting
from documents.stead import Matter
from documents.tables import DocumentRow, IssueOrderRow, ReservationRow

STEP = "order_issue"


@dataclass(frozen=True, slots=True)
class Order:
    """What the clerk says of one document."""

    document_id: str
    version: int | None = None
    """As it was shown; None: as it is."""
    reservation_id: str = ""
    """A number that was reserved before; empty: the next one of the series."""


def order(session: Session, wanted: Order, who: str, at: datetime) -> IssueOrderRow:
    """Let the clerk *who* have a signed document issued; the flow carries it from here.

    Ordered already, nothing is done again.

    Raises:
        DocumentUnknown: there is no such document.
        PersonUnknown, PostEnded, PostNotBegun: *who* has no post there.
        StepRefused: it is not signed, does not await this, or *who* is no clerk.
        DocumentChanged: it is not what they saw.
        DocumentFrozen: someone holds it for a signature.
        RecipientsMissing, RecipientUnknown, RecipientAbolished, RecipientNotYet,
        RecipientIsExchange: it cannot be sent so.
        RegisterClosed, DayPast, CodeTaken, NotReserved, YearDiffers, ReservationUnknown,
        ReservationEnded, DocumentNotReady: no number can be given.
    """
    row = locked(session, wanted.document_id)
    acting = _issuing(session, row, who, at)
    known = session.get(IssueOrderRow, row.id)
    if known is not None and row.awaits is None:
        return known
    if row.awaits != Awaited.ISSUE:
        raise StepRefused(row.state, Step.ASSIGN_NUMBER, _NOT_AWAITED)
    if wanted.version is not None:
        seen.ensure(session, row, wanted.version)
    ensure_free(session, row)
    going = _recipients(session, row, at)
    if wanted.reservation_id:
        reservations.use(session, wanted.reservation_id, row.id, who, at)
    number = expected(session, row, at)
    if number.refusal is not None:
        raise number.refusal
    made = _recorded(session, row, acting, number, at)
    detail = {
        "code": number.code,
        "date": number.day,
        "to": going,
        **({"reservation": number.reservation_id} if number.reservation_id else {}),
        **acting.detail(),
    }
    casefile.note(session, row, STEP, acting.actor, at, detail=detail)
    return made


_NOT_AWAITED = "không chờ lệnh phát hành của văn thư / it does not wait for the clerk's order"


def _issuing(session: Session, row: DocumentRow, who: str, at: datetime) -> Acting:
    """Return *who* as a clerk of the document's agency.

    Raises:
        StepRefused: they are none, or it is an arrival.
    """
    if row.direction != Direction.OUTGOING:
        raise StepRefused(row.state, Step.DISPATCH)
    roles = OUTGOING[State.SIGNED, Step.ASSIGN_NUMBER].roles
    matter = Matter(row.type_name, row.unit_id, Step.ASSIGN_NUMBER)
    what = "phát hành / issue"
    acting = posts.acting(session, row.organ_id, who, roles, at, what, matter=matter)
    if row.awaits == Awaited.ISSUE:
        advance(Direction.OUTGOING, State(row.state), Step.ASSIGN_NUMBER, acting.role)
    return acting


def _recipients(session: Session, row: DocumentRow, at: datetime) -> list[str]:
    """Return to whom it goes, each of them there on the day."""
    going = deliveries.recipients_of(session, [row.id])[row.id]
    if not going:
        raise RecipientsMissing
    catalogue_recipients.checked(session, going, local_day(at))
    return going


def _recorded(
    session: Session, row: DocumentRow, acting: Acting, number: Expected, at: datetime
) -> IssueOrderRow:
    row.awaits = row.next_attempt_at = None
    row.clerk_id = acting.person.id
    row.version += 1
    row.updated_at = at
    made = IssueOrderRow(
        document_id=row.id,
        ordered_by=acting.person.id,
        ordered_at=at,
        expected_code=number.code[:140],
        expected_day=number.day,
        reservation_id=number.reservation_id or None,
    )
    session.add(made)
    session.flush()
    return made


def of_document(session: Session, document_id: str) -> IssueOrderRow | None:
    """Return the clerk's order, if there was one."""
    return session.get(IssueOrderRow, document_id)


def reserved_for(session: Session, row: DocumentRow, at: datetime) -> list[ReservationRow]:
    """Return the reserved numbers that *row* may use: open, unbound or its own, oldest first."""
    found = reservations.fitting(session, row, at)
    return [each for each in found if each.document_id in (None, row.id)]
