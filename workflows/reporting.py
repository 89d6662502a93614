"""Statuses both ways: what we owe senders, and what came back for what we sent.

Legal source: Decision 28/2018/QD-TTg; axis.md §7. A status owed keeps its message id
and its content over every retry, so the axis takes it once.
"""

from collections.abc import Sequence
from functools import partial

from sqlalchemy.orm import Session

from connectors import envelope
from connectors.axis import MessageKind, Receipt, Report
from connectors.edxml.writer import write_status
from connectors.errors import AxisRefused
from documents import claims, directory, feedback, incoming
from documents.arrival import Arrival, StatusArrival
from documents.departure import StatusDeparture
from documents.document import Role
from documents.errors import EvidenceBroken, OfficeError, OutcomeUnknown, Unavailable
from documents.holding import lock_documents
from documents.tables import DocumentRow, FeedbackRow, ParcelRow
from workflows.carrying import grouped, raise_if_all_unavailable, written_together
from workflows.faultpoint import passing
from workflows.jobs import Job, Open
from workflows.office import Office
from workflows.reception import enter_alone


def owed(office: Office) -> list[str]:
    """Return the ids of the statuses that are due."""
    with office.database.reading() as session:
        return feedback.unsent(session, office.now(), office.settings.pouch)


def report(office: Office, ids: Sequence[str]) -> int:
    """Send owed statuses in one call; returns how many the axis took.

    Raises:
        AxisUnavailable, AxisOutcomeUnknown: none is recorded; the same ids go again later.
    """
    due, reports = _written(office, ids)
    if not reports:
        return 0
    try:
        answers = _answers(office, reports)
    except (Unavailable, OutcomeUnknown) as error:
        _put_off(office, due, error)
        raise
    passing("report.sent")
    taken = 0
    with office.database.writing() as session:
        lock_documents(session, {row.document_id for row in due})
        for row, answer in zip(due, answers, strict=True):
            if isinstance(answer, AxisRefused):
                feedback.put_off(session, row.id, str(answer), office.now())
            else:
                feedback.sent(session, row.id, office.now())
                taken += 1
    passing("report.recorded")
    return taken


def _answers(office: Office, reports: list[Report]) -> list[Receipt | AxisRefused]:
    """Return the axis's answer to each status; one it refuses as a message spoils no other."""
    try:
        return office.axis.report(reports)
    except AxisRefused as error:
        if len(reports) == 1:
            return [error]
    half = len(reports) // 2
    return [*_answers(office, reports[:half]), *_answers(office, reports[half:])]


def _written(office: Office, ids: Sequence[str]) -> tuple[list[FeedbackRow], list[Report]]:
    due: list[FeedbackRow] = []
    reports: list[Report] = []
    with office.database.reading() as session:
        reporters = {a.organ_id: directory.as_agency(a) for a in directory.served(session)}
        clerks = {
            person.organ_id: person.full_name
            for person in reversed(directory.people(session, reporters))
            if person.role == Role.CLERK
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
            reports.append(_report(row, document, departure))
            due.append(row)
        except OfficeError as error:
            _put_off(office, [row], error)
    return due, reports


def _report(row: FeedbackRow, document: DocumentRow, departure: StatusDeparture) -> Report:
    return Report(
        message_id=row.id,
        sender=document.organ_id,
        recipient=document.sender_organ_id,
        document_id=document.document_key or "",
        status_code=row.code,
        edxml=write_status(envelope.status(departure)),
    )


def _put_off(office: Office, rows: Sequence[FeedbackRow], error: OfficeError) -> None:
    with office.database.writing() as session:
        for row in rows:
            feedback.put_off(session, row.id, str(error), office.now())


def take_in(office: Office) -> int:
    """Read the kept status messages that were not read yet and show them at their deliveries."""
    with office.database.reading() as session:
        parcels = claims.unopened(session, office.settings.pouch, MessageKind.STATUS)
    parcels.sort(key=lambda parcel: parcel.organ_id)
    jobs: list[Job] = [Open(p.organ_id, p.axis_id, p.sha256) for p in parcels]
    answers = office.workshop.run(jobs)
    for group in grouped(zip(parcels, answers, strict=True), lambda item: item[0].organ_id):
        writes = [partial(_enter, office=office, parcel=p, answer=a) for p, a in group]
        with office.database.reading() as session:
            told = [answer for _, answer in group if isinstance(answer, StatusArrival)]
            ids = feedback.concerned(session, told)
        if not written_together(office, writes, ids):
            for (parcel, _), write in zip(group, writes, strict=True):
                enter_alone(office, parcel, write)
        passing("status.recorded")
    raise_if_all_unavailable(answers)
    return len(parcels)


def _enter(session: Session, office: Office, parcel: ParcelRow, answer: object) -> None:
    if isinstance(answer, Unavailable):
        return  # our own trouble: the parcel stays stored and is opened again
    if isinstance(answer, EvidenceBroken):
        # our copy was lost or changed; the axis still has the message
        incoming.forget(session, parcel.organ_id, parcel.axis_id)
        return
    if isinstance(answer, StatusArrival):
        feedback.received(session, answer, office.now())
        return
    error = (
        "status đã báo nhưng nội dung là edoc / announced as status, is an edoc"
        if isinstance(answer, Arrival)
        else str(answer)
    )
    incoming.junk(session, parcel.organ_id, parcel.axis_id, error)
