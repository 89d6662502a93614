"""Carrying recalls: asking the axis what left, sending 13, 15 and 16.

Sources: Decree 30/2020/ND-CP, Art. 18.4; axis.md §7, §10.4. What a person decided is a row; this
sends it under the row's id until the axis has it, so that a killed process asks nothing twice.
"""

from collections.abc import Sequence

from connectors import envelope
from connectors.axis import Report
from connectors.edxml.writer import write_status
from connectors.errors import AccessDenied, AxisRefused
from documents import change_messages, changes
from documents.change_messages import Owed
from documents.errors import OfficeError, OutcomeUnknown, Refused, Unavailable
from documents.holding import lock_documents
from documents.tables import DocumentRow
from workflows import issuance, messages, reporting, settlement
from workflows.faultpoint import passing
from workflows.office import Office


def carry(office: Office) -> int:
    """Settle what may have left, then send what is owed; returns how many messages were taken.

    Raises:
        AxisUnavailable, AxisOutcomeUnknown, AccessDenied: the rest waits; the same ids go again.
    """
    settle(office)
    return report(office)


def settle(office: Office) -> None:
    """Ask the axis whether recalled documents had left; recall them here, or ask them back."""
    with office.database.reading() as session:
        ids = changes.unsettled(session, office.now(), office.settings.pouch)
        rows = [session.get_one(DocumentRow, document_id) for document_id in ids]
    for dossier in messages.dossiers(office, rows) if rows else ():
        document_id, at = dossier.row.id, office.now()
        try:
            receipt = settlement.settled(office.axis, issuance.outgoing_message(office, dossier))
        except OfficeError as error:
            with office.database.writing() as session:
                changes.unknown_still(session, document_id, str(error), at)
            continue
        passing("recall.settled")
        with office.database.writing() as session:
            if receipt is None:
                changes.not_left(session, document_id, at)
            else:
                changes.it_left(session, document_id, receipt.axis_id, at)


def report(office: Office) -> int:
    """Send owed messages in one call; returns how many the axis took.

    Raises:
        AxisUnavailable, AxisOutcomeUnknown: none is recorded; the same ids go again later.
        AccessDenied: it takes none of ours before the credential is mended; they wait too.
    """
    with office.database.reading() as session:
        ids = change_messages.unsent(session, office.now(), office.settings.pouch)
        owed = change_messages.owed(session, ids) if ids else []
    due, reports = _written(office, owed)
    if not reports:
        return 0
    try:
        answers = reporting.answers(office, reports)
    except (Unavailable, OutcomeUnknown, AccessDenied) as error:
        _put_off(office, due, error)
        raise
    passing("recall.sent")
    taken = 0
    with office.database.writing() as session:
        lock_documents(session, {each.document_id for each in due if each.document_id})
        for each, answer in zip(due, answers, strict=True):
            if isinstance(answer, AxisRefused):
                at, text = office.now(), str(answer)
                change_messages.put_off(session, each.change_id, text, at, refused=True)
            else:
                change_messages.sent(session, each.change_id, office.now())
                taken += 1
    passing("recall.recorded")
    return taken


def _written(office: Office, owed: Sequence[Owed]) -> tuple[list[Owed], list[Report]]:
    due: list[Owed] = []
    reports: list[Report] = []
    for each in owed:
        departure = each.departure
        try:
            style = office.styles.of([departure.recipient_organ_id])
            edxml = write_status(envelope.status(departure), style=style)
        except OfficeError as error:
            _put_off(office, [each], error)
            continue
        due.append(each)
        reports.append(
            Report(
                message_id=each.change_id,
                sender=departure.reporter.organ_id,
                recipient=departure.recipient_organ_id,
                document_id=departure.document_key,
                status_code=departure.code,
                edxml=edxml,
            )
        )
    return due, reports


def _put_off(office: Office, owed: Sequence[Owed], error: OfficeError) -> None:
    refused = isinstance(error, Refused) and not isinstance(error, AccessDenied)
    with office.database.writing() as session:
        for each in owed:
            at = office.now()
            change_messages.put_off(session, each.change_id, str(error), at, refused=refused)
