"""Statuses owed to senders, and statuses that came back for what was sent.

Legal source: Decision 28/2018/QD-TTg (codes), Decree 30/2020/ND-CP, Art. 21.2c: the
sender is told the same day. A status owed is a row, written with the step that owes it
(`documents.duty`); the flow sends it under the row's id until the axis has it, or until
it is given up: then a person is shown it, and nothing is lost.
"""

import json
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Row, Table, bindparam, func, or_, select, update
from sqlalchemy.orm import Session

from documents import casefile, catalogue, change_answers, change_questions, directory
from documents.arrival import StatusArrival
from documents.casefile import RETRY_PAUSES, locked
from documents.change import ANSWERS
from documents.delivery import BY_STATUS_CODE, DeliveryState, later
from documents.duty import owe as owe
from documents.ledger import SYSTEM
from documents.lifecycle import Direction
from documents.numbering import local_day
from documents.tables import DeliveryRow, DocumentRow, FeedbackRow, LedgerRow, ParcelRow

# built once: building a statement takes longer than the database takes to run it
_FEEDBACK = cast("Table", FeedbackRow.__table__)
_SENT = (
    update(_FEEDBACK)
    .where(_FEEDBACK.c.id == bindparam("feedback"), _FEEDBACK.c.sent_at.is_(None))
    .values(sent_at=bindparam("at"), error=None, given_up_at=None, next_attempt_at=None)
    .returning(_FEEDBACK.c.document_id, _FEEDBACK.c.code)
)


def unsent(session: Session, at: datetime, limit: int) -> list[str]:
    """Return the ids of owed statuses that are due, oldest first."""
    return list(
        session.scalars(
            select(FeedbackRow.id)
            .where(FeedbackRow.sent_at.is_(None), FeedbackRow.given_up_at.is_(None))
            .where(or_(FeedbackRow.next_attempt_at.is_(None), FeedbackRow.next_attempt_at <= at))
            .order_by(FeedbackRow.created_at, FeedbackRow.code)
            .limit(limit)
        )
    )


def owed(session: Session, ids: Iterable[str]) -> list[tuple[FeedbackRow, DocumentRow]]:
    """Return the owed statuses *ids* that are not sent yet, with their documents."""
    rows = session.execute(
        select(FeedbackRow, DocumentRow)
        .join(DocumentRow, DocumentRow.id == FeedbackRow.document_id)
        .where(FeedbackRow.id.in_(list(ids)))
        .where(FeedbackRow.sent_at.is_(None), FeedbackRow.given_up_at.is_(None))
        .order_by(FeedbackRow.created_at, FeedbackRow.code)
    )
    return [(feedback, document) for feedback, document in rows]


def of_document(session: Session, document_id: str) -> list[FeedbackRow]:
    """Return every status owed or sent about an incoming document, oldest first."""
    wanted = select(FeedbackRow).where(FeedbackRow.document_id == document_id)
    return list(session.scalars(wanted.order_by(FeedbackRow.created_at, FeedbackRow.code)))


def sent(session: Session, feedback_id: str, at: datetime) -> None:
    """Record that the axis has the status."""
    marked = session.connection().execute(_SENT, {"feedback": feedback_id, "at": at})
    if (row := marked.one_or_none()) is not None:
        document_id, code = row
        casefile.note(session, locked(session, document_id), f"report_{code}", SYSTEM, at)


PATIENCE = timedelta(days=7)
"""How long a status is tried unless the settings say otherwise: longer than any Tết closes."""
_LONG_PAUSES = (7200, 14400, 21600)
"""Seconds, after the pauses of any step; the last one repeats."""


@lru_cache(maxsize=8)
def pauses(patience: timedelta = PATIENCE) -> tuple[int, ...]:
    """Return the growing pauses (seconds) between attempts; together at least *patience*."""
    found = [*RETRY_PAUSES, *_LONG_PAUSES]
    while sum(found) < patience.total_seconds():
        found.append(found[-1])
    return tuple(found)


def put_off(
    session: Session, feedback_id: str, error: str, at: datetime, patience: timedelta = PATIENCE
) -> None:
    """Try the status again after a growing pause; after the last attempt a person is shown it."""
    row = session.get_one(FeedbackRow, feedback_id, with_for_update=True, populate_existing=True)
    series = pauses(patience)
    row.attempts += 1
    row.error = error
    if row.attempts > len(series):
        _give_up(session, row, at)
    else:
        row.next_attempt_at = at + timedelta(seconds=series[row.attempts - 1])


def refused(session: Session, feedback_id: str, error: str, at: datetime) -> None:
    """Record that the axis will never take the status as it is: shown at once, not tried again."""
    row = session.get_one(FeedbackRow, feedback_id, with_for_update=True, populate_existing=True)
    row.attempts += 1
    row.error = error
    _give_up(session, row, at)


def _give_up(session: Session, row: FeedbackRow, at: datetime) -> None:
    if row.given_up_at is not None or row.sent_at is not None:
        return
    row.next_attempt_at, row.given_up_at = None, at
    detail = {"attempts": row.attempts, "error": row.error}
    document = locked(session, row.document_id)
    casefile.note(session, document, f"give_up_{row.code}", SYSTEM, at, detail=detail)


def try_again(session: Session, document_id: str) -> int:
    """Send a document's unsent statuses at once and from the first pause; returns how many."""
    again = (
        update(FeedbackRow)
        .where(FeedbackRow.document_id == document_id, FeedbackRow.sent_at.is_(None))
        .values(attempts=0, next_attempt_at=None, given_up_at=None)
        .returning(FeedbackRow.id)
    )
    return len(session.scalars(again).all())


def send_anew(session: Session, feedback_id: str) -> None:
    """Have one status sent now, under its id: given up, waiting, or lost by the axis."""
    row = session.get_one(FeedbackRow, feedback_id, with_for_update=True, populate_existing=True)
    row.attempts, row.sent_at, row.next_attempt_at, row.given_up_at = 0, None, None, None


def given_up(session: Session, limit: int) -> list[tuple[FeedbackRow, DocumentRow]]:
    """Return the statuses that nobody tries to send any more, the oldest first."""
    rows = session.execute(
        select(FeedbackRow, DocumentRow)
        .join(DocumentRow, DocumentRow.id == FeedbackRow.document_id)
        .where(FeedbackRow.given_up_at.is_not(None))
        .order_by(FeedbackRow.given_up_at)
        .limit(limit)
    )
    return [(feedback, document) for feedback, document in rows]


def count_given_up(session: Session) -> int:
    """Return how many statuses nobody tries to send any more."""
    wanted = select(func.count()).select_from(_FEEDBACK)
    return session.scalar(wanted.where(_FEEDBACK.c.given_up_at.is_not(None))) or 0


def concerned(session: Session, statuses: Iterable[StatusArrival]) -> list[str]:
    """Return the ids of the documents that *statuses* name by their document ids."""
    told = list(statuses)
    wanted = select(DocumentRow.id).where(
        DocumentRow.document_key.in_({status.document_key for status in told})
    )
    codes = {status.code for status in told}
    if change_questions.CODE not in codes:
        wanted = wanted.where(DocumentRow.direction == Direction.OUTGOING)
    found = list(session.scalars(wanted))
    if codes & ANSWERS.keys():
        found += change_answers.concerned(session, found)
    return found


_PARCEL = (
    select(ParcelRow)
    .where(ParcelRow.organ_id == bindparam("organ"), ParcelRow.axis_id == bindparam("axis"))
    .with_for_update()
    .execution_options(populate_existing=True)
)


def received(session: Session, status: StatusArrival, at: datetime) -> bool:
    """Enter a status about a document sent from here; False when it fits none.

    What is shown never goes backwards; every status is in the ledger, repeats of the
    same code from the same recipient are not (05 is, axis.md §7).
    """
    key = {"organ": status.organ_id, "axis": status.axis_id}
    parcel = session.scalars(_PARCEL, key).one()
    if parcel.outcome == "opened":
        return True
    if not directory.same_agency(session, status.reporter_organ_id, parcel.sender):
        said = f"{parcel.sender} ≠ {status.reporter_organ_id}"
        return _junk(parcel, f"{said}: báo thay cơ quan khác / speaks for another agency")
    if status.code == change_questions.CODE:
        parcel.outcome = "opened"
        why = change_questions.asked(session, parcel, status, at)
        return not why or _junk(parcel, why)
    found = _delivery(session, status, at)
    if found is None or status.code not in BY_STATUS_CODE:
        said = f"{status.code} {status.document_key}"
        return _junk(parcel, f"{said}: không khớp văn bản nào / fits none")
    # the document's lock first, as dispatching does: its delivery changes only under it
    document = locked(session, found.document_id)
    delivery = session.scalars(_BY_ID, {"delivery": found.id}).one()
    parcel.outcome, parcel.document_id = "opened", delivery.document_id
    if status.code in ANSWERS:
        change_answers.answered(session, document, delivery.organ_id, status, at)
        return True
    shown = DeliveryState(delivery.state)
    reached = later(shown, BY_STATUS_CODE[status.code])
    if reached is not shown:
        delivery.state, delivery.status_code = reached, status.code
        delivery.note, delivery.updated_at = status.note, at
    elif status.code != "05" and _told(session, delivery, status.code):
        return True
    detail = {"recipient": delivery.organ_id, "note": status.note}
    casefile.note(
        session,
        document,
        f"status_{status.code}",
        SYSTEM,
        at,
        evidence=status.message_sha256,
        detail=detail,
    )
    return True


def _junk(parcel: ParcelRow, error: str) -> bool:
    parcel.outcome, parcel.error = "junk", error
    return False


def _told(session: Session, delivery: DeliveryRow, code: str) -> bool:
    """Return whether the ledger has *code* from this recipient already."""
    details = session.scalars(
        select(LedgerRow.detail).where(
            LedgerRow.document_id == delivery.document_id, LedgerRow.step == f"status_{code}"
        )
    )
    return any(json.loads(detail).get("recipient") == delivery.organ_id for detail in details)


_BY_ID = (
    select(DeliveryRow)
    .where(DeliveryRow.id == bindparam("delivery"))
    .execution_options(populate_existing=True)
)
_DELIVERY = (
    select(DeliveryRow.id, DeliveryRow.document_id)
    .join(DocumentRow, DocumentRow.id == DeliveryRow.document_id)
    .where(DeliveryRow.organ_id.in_(bindparam("reporters", expanding=True)))
    .where(DocumentRow.organ_id.in_(bindparam("owners", expanding=True)))
    .where(DocumentRow.direction == Direction.OUTGOING.value)
    .limit(1)
)
_BY_KEY = _DELIVERY.where(DocumentRow.document_key == bindparam("key"))
_BY_CODE = _DELIVERY.where(
    DocumentRow.code_number == bindparam("number"),
    DocumentRow.code_notation == bindparam("notation"),
).order_by(DocumentRow.created_at.desc())
_BY_CODE_AND_DAY = _BY_CODE.where(DocumentRow.promulgated == bindparam("day"))
_DATED_KEY = re.compile(r"[^,]*,([0-9]{4})/([0-9]{2})/([0-9]{2}),.*", re.DOTALL)
"""A document id as edXML has it: whatever became of the agency's code, the day tells the year."""


def _delivery(session: Session, status: StatusArrival, at: datetime) -> Row[str, str] | None:
    """Find the (id, document_id) of the delivery a status speaks of.

    It is known by document id, else by number and notation. Who came after an agency that ended
    reports of what was sent to that one, and is told of what that one sent.
    """
    known = directory.correspondents(session, status.reporter_organ_id, status.organ_id)
    if (owner := known.get(status.organ_id)) is None:
        return None
    row = known.get(status.reporter_organ_id)
    reporter = row.organ_id if row is not None else status.reporter_organ_id
    found = _delivery_to([reporter], [owner.organ_id], session, status)
    if found is None:
        reporters, owners = (
            [code, *sorted(catalogue.inherited(session, [code], local_day(at)))]
            for code in (reporter, owner.organ_id)
        )
        if len(reporters) + len(owners) > 2:
            found = _delivery_to(reporters, owners, session, status)
    return found


def _delivery_to(
    reporters: Sequence[str], owners: Sequence[str], session: Session, status: StatusArrival
) -> Row[str, str] | None:
    parties: dict[str, Any] = {"reporters": list(reporters), "owners": list(owners)}
    found = session.execute(_BY_KEY, {**parties, "key": status.document_key}).one_or_none()
    if found is None and "/" in status.document_code:
        number, notation = status.document_code.split("/", 1)
        code = {**parties, "number": number.strip(), "notation": notation.strip()}
        # numbers start anew every year: a late status must not move this year's document
        if dated := _DATED_KEY.fullmatch(status.document_key):
            found = _of_that_day(session, code, dated)
        else:
            found = session.execute(_BY_CODE, code).one_or_none()
    return found


def _of_that_day(
    session: Session, code: dict[str, Any], dated: re.Match[str]
) -> Row[str, str] | None:
    try:
        day = date(int(dated[1]), int(dated[2]), int(dated[3]))
    except ValueError:
        return None
    return session.execute(_BY_CODE_AND_DAY, {**code, "day": day}).one_or_none()
