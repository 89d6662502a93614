"""What waits for the system now: cheap looks that decide whether a flow is worth running."""

from collections import Counter

from connectors.axis import MessageKind
from documents import (
    awaited,
    change_listing,
    change_messages,
    claims,
    digests,
    dispatch_deadline,
    feedback,
    handling,
    preservation,
    reconciliation,
    reminders,
    requests,
    reservations,
    secret_refusals,
    sign_sessions,
    standstill,
)
from documents.lifecycle import Direction
from documents.numbering import local_day
from workflows import reception
from workflows.office import Office

COPIES = 64
"""Most archive copies in one run: with the slowest TSA seen it ends before their leases do."""


def outgoing_due(office: Office) -> list[str]:
    """Claim approved documents on their way, and those a killed worker left; their ids."""
    with office.database.reading() as session:
        if not claims.waiting(session, office.owner, Direction.OUTGOING, office.now()):
            return []
    with office.database.writing() as session:
        return claims.due(
            session, office.owner, Direction.OUTGOING, office.now(), office.settings.pouch
        )


def incoming_due(office: Office) -> bool:
    """Return whether messages wait at the axis, or documents here, on their way in.

    Raises:
        AxisUnavailable: nothing waits here, and the axis does not answer.
    """
    with office.database.reading() as session:
        here = (
            bool(claims.unopened(session, 1, MessageKind.EDOC))
            or claims.waiting(session, office.owner, Direction.INCOMING, office.now())
            or secret_refusals.owing(session, office.now())
        )
    return here or bool(reception.waiting(office, MessageKind.EDOC))


def statuses_due(office: Office) -> bool:
    """Return whether statuses wait at the axis or here, or the axis must be told of receipts.

    Raises:
        AxisUnavailable: nothing waits here, and the axis does not answer.
    """
    with office.database.reading() as session:
        here = (
            bool(claims.unopened(session, 1, MessageKind.STATUS))
            or bool(feedback.unsent(session, office.now(), 1))
            or bool(claims.unconfirmed(session, 1))
            or change_messages.any_due(session, office.now())
        )
    return here or bool(reception.waiting(office, MessageKind.STATUS))


def requests_due(office: Office) -> bool:
    """Return whether signature requests are to be sent, asked after or ended, or sessions ended."""
    with office.database.reading() as session:
        at = office.now()
        return requests.waiting(session, at) or sign_sessions.any_expired(session, at)


def preservation_due(office: Office) -> list[str]:
    """Claim archive copies that are to be raised or renewed; their documents' ids."""
    with office.database.reading() as session:
        if not preservation.waiting(session, office.owner, office.now()):
            return []
    with office.database.writing() as session:
        return preservation.due(session, office.owner, office.now(), COPIES)


def numbers_expired(office: Office) -> int:
    """Make void the reserved numbers that nobody used by their end; how many."""
    with office.database.reading() as session:
        if not reservations.any_expired(session, office.now()):
            return 0
    with office.database.writing() as session:
        return reservations.expire(session, office.now())


def answers_due(office: Office) -> int:
    """Complete what answers that left have still to complete; how many answers."""
    with office.database.reading() as session:
        if not handling.unhealed(session, 1):
            return 0
    with office.database.writing() as session:
        return handling.heal(session, office.now())


def standing_still(office: Office) -> dict[str, int]:
    """Return how many documents wait after an error, by its code: for health lines."""
    with office.database.reading() as session:
        still = Counter(standstill.by_error(session))
        still.update(preservation.by_error(session))
        still.update(requests.by_error(session))
        if given_up := feedback.count_given_up(session):
            still["status.given_up"] = given_up
        if late := dispatch_deadline.overdue(session, office.now()):
            still[dispatch_deadline.LATE] = late
        if not_given := len(reception.not_given(office)):
            still["axis.not_given"] = not_given
        if findings := reconciliation.count_open(session):
            still["reconciliation.findings"] = findings
        days = office.settings.unanswered_days
        if silent := change_listing.count_unanswered(session, office.now(), days):
            still["change.unanswered"] = silent
        if gaps := reminders.count_gaps(session):
            still["reminder.gaps"] = gaps
        still.update(awaited.count(session))
        if troubled := digests.troubled(session, local_day(office.now())):
            still["mail.not_sent"] = troubled
        return dict(still)
