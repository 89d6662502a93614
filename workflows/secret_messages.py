"""What is done about messages that bear a secrecy mark, once they were refused.

Legal source: Decision 28/2018/QD-TTg; law.md §6.1. Their bytes leave the blob folder, and
their senders are told 02 with a reason that says nothing of what they hold. Both are repeated
until they are done: a process that is killed between leaves them owed.
"""

import logging

from connectors import envelope
from connectors.axis import Report
from connectors.edxml.writer import write_status
from connectors.errors import AccessDenied
from documents import directory, secret_refusals
from documents.departure import StatusDeparture
from documents.errors import OfficeError, OutcomeUnknown, Unavailable
from documents.numbering import local_day
from documents.secrecy import NEUTRAL
from documents.tables import SecretRefusalRow
from workflows.faultpoint import passing
from workflows.office import Office

_CODE = "02"
_log = logging.getLogger("congvan.secret")


def wipe(office: Office) -> int:
    """Remove the bytes of refused messages from the blob folder; returns of how many.

    Raises:
        BlobsUnavailable: the folder cannot be written; they are still owed.
    """
    with office.database.reading() as session:
        owed = secret_refusals.to_wipe(session, office.settings.pouch)
    done = 0
    for row, sha256, free in owed:
        if free:
            office.blobs.remove(sha256)
            passing("secret.removed")
            with office.database.writing() as session:
                secret_refusals.wiped(session, row.organ_id, row.axis_id, office.now())
            done += 1
    return done


def tell(office: Office) -> int:
    """Tell the senders of refused messages 02; returns how many the axis took.

    Raises:
        AxisUnavailable, AxisOutcomeUnknown, AccessDenied: told later under the same ids.
    """
    with office.database.reading() as session:
        owed = secret_refusals.to_tell(session, office.now(), office.settings.pouch)
    return sum(_told(office, row, sender) for row, sender in owed)


def _told(office: Office, row: SecretRefusalRow, sender: str) -> bool:
    key = row.organ_id, row.axis_id
    try:
        office.axis.report([_report(office, row, sender)])
    except (Unavailable, OutcomeUnknown, AccessDenied):
        with office.database.writing() as session:
            secret_refusals.put_off(session, *key, office.now())
        raise
    except OfficeError as error:
        _log.info("02 of %s is not taken by the axis: %s", row.axis_id, error.code)
        with office.database.writing() as session:
            secret_refusals.told(session, *key, office.now())
        return False
    passing("secret.told")
    with office.database.writing() as session:
        secret_refusals.told(session, *key, office.now())
    return True


def _report(office: Office, row: SecretRefusalRow, sender: str) -> Report:
    with office.database.reading() as session:
        agency = directory.receiving(session, row.organ_id, local_day(office.now()))
        reporter = directory.as_agency(agency)
    document_key = row.document_key or ""
    number, _, notation = document_key.rpartition(",")[2].partition("/")
    departure = StatusDeparture(
        reporter=reporter,
        recipient_organ_id=sender,
        document_key=document_key,
        code_number=number,
        code_notation=notation,
        promulgated=None,
        staff="",
        code=_CODE,
        note=NEUTRAL,
        at=row.refused_at,
    )
    return Report(
        message_id=row.status_id,
        sender=reporter.organ_id,
        recipient=sender,
        document_id=document_key,
        status_code=_CODE,
        edxml=write_status(envelope.status(departure), style=office.styles.of([sender])),
    )
