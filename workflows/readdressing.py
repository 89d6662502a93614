"""Readdressing what an agency that ended was to get: where a message was made, the axis is asked.

Source: axis.md §10.4. Mail that waited for an axis that was down may be meant for an agency that
ended meanwhile. It goes elsewhere only when the axis says that it has nothing of it.
"""

from documents import readdressing
from documents.readdressing import AlreadyLeft, Attempt, Readdressed
from documents.tables import DocumentRow
from workflows import issuance, messages, settlement
from workflows.office import Office


def readdress(
    office: Office, document_id: str, from_code: str, to_code: str, who: str
) -> Readdressed:
    """Let the clerk *who* send to a successor what was addressed to an agency that ended.

    Raises:
        AlreadyLeft: the axis has the message.
        Undecided: the axis cannot say.
        AxisUnavailable, AccessDenied: it does not answer now.
        OfficeError: whatever `documents.readdressing.readdress` refuses.
    """
    with office.database.reading() as session:
        row = session.get_one(DocumentRow, document_id)
        before = readdressing.attempt(session, row)
    if before is not None:
        _ensure_absent(office, row, before)
    with office.database.writing() as session:
        return readdressing.readdress(
            session, document_id, from_code, to_code, who, office.now(), before
        )


def _ensure_absent(office: Office, row: DocumentRow, attempt: Attempt) -> None:
    (dossier,) = messages.dossiers(office, [row])
    if settlement.settled(office.axis, issuance.outgoing_message(office, dossier)) is not None:
        raise AlreadyLeft(", ".join(state for _, state, _ in attempt.deliveries))
