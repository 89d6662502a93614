"""Statuses both ways: what we owe senders, and what came back for what we sent.

Legal source: Decision 28/2018/QD-TTg; axis.md §7. A status owed keeps its message id
and its content over every retry, so the axis takes it once.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta

from sqlalchemy.orm import Session

from connectors import envelope
from connectors.axis import MessageKind, Receipt, Report
from connectors.edxml.writer import write_status
from connectors.errors import AccessDenied, AxisRefused
from documents import directory, feedback
from documents.arrival import StatusArrival
from documents.departure import StatusDeparture
from documents.document import Role
from documents.errors import OfficeError, OutcomeUnknown, Refused, Unavailable
from documents.holding import lock_documents
from documents.tables import DocumentRow, FeedbackRow
from workflows import unread
from workflows.faultpoint import passing
from workflows.office import Office


def owed(office: Office) -> list[str]:
    """Return the ids of the statuses that are due."""
    with office.database.reading() as session:
        return feedback.unsent(session, office.now(), office.settings.pouch)


def report(office: Office, ids: Sequence[str]) -> int:
    """Send owed statuses in one call; returns how many the axis took.

    Raises:
        AxisUnavailable, AxisOutcomeUnknown: none is recorded; the same ids go again later.
        AccessDenied: it takes none of ours before the credential is mended; they wait too.
    """
    due, reports = _written(office, ids)
    if not reports:
        return 0
    try:
        taken_or_not = answers(office, reports)
    except (Unavailable, OutcomeUnknown, AccessDenied) as error:
        _put_off(office, due, error)
        raise
    passing("report.sent")
    taken = 0
    with office.database.writing() as session:
        lock_documents(session, {row.document_id for row in due})
        for row, answer in zip(due, taken_or_not, strict=True):
            if isinstance(answer, AxisRefused):
                _not_taken(office, session, row, answer)
            else:
                feedback.sent(session, row.id, office.now())
                taken += 1
    passing("report.recorded")
    return taken


def answers(office: Office, reports: list[Report]) -> list[Receipt | AxisRefused]:
    """Return the axis's answer to each status; one it refuses as a message spoils no other."""
    try:
        return office.axis.report(reports)
    except AccessDenied:
        raise
    except AxisRefused as error:
        if len(reports) == 1:
            return [error]
    half = len(reports) // 2
    return [*answers(office, reports[:half]), *answers(office, reports[half:])]


def _written(office: Office, ids: Sequence[str]) -> tuple[list[FeedbackRow], list[Report]]:
    due: list[FeedbackRow] = []
    reports: list[Report] = []
    with office.database.reading() as session:
        reporters = {a.organ_id: directory.as_agency(a) for a in directory.served(session)}
        clerks = {
            organ_id: person.full_name
            for organ_id, person in reversed(
                directory.holders(session, reporters, Role.CLERK, office.now())
            )
        }
        rows = feedback.owed(session, ids)
    for row, document in rows:
        departure = StatusDeparture(
            reporter=reporters[document.organ_id],
            recipient_organ_id=document.sender_organ_id,
            document_key=document.document_key or "",
            code_number=document.code_number or "",
            code_notation=document.code_notation,
            promulgated=document.promulgated,
            staff=clerks.get(document.organ_id, ""),
            code=row.code,
            note=row.note,
            at=row.created_at,
        )
        try:
            reports.append(_report(office, row, document, departure))
            due.append(row)
        except OfficeError as error:
            _put_off(office, [row], error)
    return due, reports


def _report(
    office: Office, row: FeedbackRow, document: DocumentRow, departure: StatusDeparture
) -> Report:
    style = office.styles.of([document.sender_organ_id])
    return Report(
        message_id=row.id,
        sender=document.organ_id,
        recipient=document.sender_organ_id,
        document_id=document.document_key or "",
        status_code=row.code,
        edxml=write_status(envelope.status(departure), style=style),
    )


def _put_off(office: Office, rows: Sequence[FeedbackRow], error: OfficeError) -> None:
    with office.database.writing() as session:
        lock_documents(session, {row.document_id for row in rows})
        for row in rows:
            _not_taken(office, session, row, error)


def _not_taken(office: Office, session: Session, row: FeedbackRow, error: OfficeError) -> None:
    """Have a status wait for its next attempt; what is refused for ever is shown at once."""
    if isinstance(error, Refused) and not isinstance(error, AccessDenied):
        feedback.refused(session, row.id, str(error), office.now())
        return
    patience = timedelta(hours=office.settings.status_hours)
    feedback.put_off(session, row.id, str(error), office.now(), patience)


def take_in(office: Office) -> int:
    """Read the kept status messages that were not read yet and show them at their deliveries.

    Raises:
        Unavailable: something of our own was down for all of them.
    """
    kept, jobs = unread.kept(office, MessageKind.STATUS)
    read = zip(kept, office.workshop.each(jobs), strict=True)

    def enter(session: Session, status: StatusArrival) -> bool:
        return feedback.received(session, status, office.now())

    def locks(session: Session, answers: Collection[object]) -> Iterable[str]:
        told = [answer for answer in answers if isinstance(answer, StatusArrival)]
        return feedback.concerned(session, told)

    unread.entered(office, read, enter, lambda: passing("status.recorded"), locks=locks)
    return len(kept)
