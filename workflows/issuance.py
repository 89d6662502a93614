"""Issuing (phát hành): sign, number, seal, dispatch; each step for a pouch of documents.

Legal source: Decree 30/2020/ND-CP, Art. 13 to 18. A step refuses what the lifecycle
does not allow, does the effect, then remembers it; repeated, it does nothing twice:
a signature is made anew only while none is recorded, a document keeps its number,
and the message that leaves has one id and one content over every retry.
"""

from collections.abc import Callable, Iterable
from functools import partial

from sqlalchemy import select

from connectors import envelope
from connectors.axis import Outgoing
from connectors.edxml.outgoing import OutgoingFile
from connectors.edxml.writer import write_edoc
from connectors.errors import AxisOutcomeUnknown
from documents import casefile, directory, outgoing
from documents.delivery import DeliveryState
from documents.departure import Departure
from documents.document import Agency, DocumentCode, Urgency
from documents.errors import OfficeError, Refused
from documents.lifecycle import State
from documents.numbering import written_day, written_month
from documents.tables import AgencyRow, DocumentRow, PersonRow
from workflows.carrying import Pouch, put_off, record, standing
from workflows.faultpoint import passing
from workflows.jobs import Job, Seal, Sign, Stored
from workflows.office import Office


def sign(office: Office, ids: Iterable[str]) -> Pouch:
    """Put the leaders' signatures on approved documents (Art. 13)."""
    rows = standing(office, ids, State.APPROVED)
    at = office.now()
    with office.database.reading() as session:
        signers = {
            person.id: person
            for person in session.scalars(
                select(PersonRow).where(PersonRow.id.in_({row.signer_id for row in rows}))
            )
        }
    passing("sign.begun")
    jobs: list[Job] = [
        Sign(
            row.current_sha256 or "", signers[row.signer_id or ""].signing_key, row.signer_name, at
        )
        for row in rows
    ]
    return _press(office, rows, jobs, "sign", outgoing.signed)


def number(office: Office, ids: Iterable[str]) -> Pouch:
    """Give numbers and dates in the order of signing, and enter the register (Art. 15, 16)."""
    pouch = Pouch()
    for row in standing(office, ids, State.SIGNED):
        record(
            office, pouch, row.id, partial(outgoing.numbered, document_id=row.id, at=office.now())
        )
        passing("number.recorded")
    return pouch.settle()


def seal(office: Office, ids: Iterable[str]) -> Pouch:
    """Fill number and date and seal, in one revision (Art. 17.2; signing.md §A7, B5)."""
    rows = standing(office, ids, State.NUMBERED)
    at = office.now()
    agencies = _agencies(office, rows)
    jobs: list[Job] = []
    for row in rows:
        agency = agencies[row.organ_id]
        assert row.promulgated is not None  # noqa: S101  (NUMBERED has a date)
        jobs.append(
            Seal(
                sha256=row.current_sha256 or "",
                key=agency.seal_key,
                name=agency.name,
                number=row.code_number or "",
                day=written_day(row.promulgated),
                month=written_month(row.promulgated),
                at=at,
            )
        )
    return _press(office, rows, jobs, "seal", outgoing.sealed)


def _press(
    office: Office,
    rows: list[DocumentRow],
    jobs: list[Job],
    step: str,
    remember: Callable[..., None],
) -> Pouch:
    """Do the jobs in the workshop and remember each new revision."""
    pouch = Pouch()
    for row, answer in zip(rows, office.workshop.run(jobs), strict=True):
        passing(f"{step}.done")
        if isinstance(answer, OfficeError):
            put_off(office, pouch, row.id, answer)
            continue
        assert isinstance(answer, Stored)  # noqa: S101  (Sign and Seal give Stored)
        write = partial(
            remember, document_id=row.id, sha256=answer.sha256, size=answer.size, at=office.now()
        )
        record(office, pouch, row.id, write)
        passing(f"{step}.recorded")
    return pouch.settle()


def dispatch(office: Office, ids: Iterable[str]) -> Pouch:
    """Hand sealed documents to the axis, all recipients of a document in one message (Art. 18)."""
    pouch = Pouch()
    rows = standing(office, ids, State.SEALED)
    agencies = _agencies(office, rows)
    for row in rows:
        try:
            _send(office, pouch, row, agencies[row.organ_id])
        except OfficeError as error:
            _undelivered(office, row, error)
            put_off(office, pouch, row.id, error)
    return pouch.settle()


def _send(office: Office, pouch: Pouch, row: DocumentRow, agency: AgencyRow) -> None:
    recipients = _recipients(office, row)
    message = _prepared(office, row, agency, recipients)
    passing("dispatch.prepared")
    receipt = office.axis.send(
        Outgoing(
            message_id=row.id,
            sender=row.organ_id,
            recipients=tuple(recipient.organ_id for recipient in recipients),
            edxml=office.blobs.path(message),
            urgency=row.urgency,
        )
    )
    passing("dispatch.sent")
    write = partial(
        outgoing.dispatched, document_id=row.id, axis_id=receipt.axis_id, at=office.now()
    )
    record(office, pouch, row.id, write)
    passing("dispatch.recorded")


def _prepared(office: Office, row: DocumentRow, agency: AgencyRow, recipients: list[Agency]) -> str:
    """Return the digest of the message that leaves, made once and kept."""
    if row.message_sha256 is not None:
        return row.message_sha256
    assert row.promulgated is not None  # noqa: S101  (SEALED has a date)
    code = DocumentCode(row.code_number or "", row.code_notation)
    departure = Departure(
        sender=directory.as_agency(agency),
        recipients=tuple(recipients),
        document_key=row.document_key or "",
        code=code,
        place=row.place,
        promulgated=row.promulgated,
        type_name=row.type_name,
        subject=row.subject,
        signer_name=row.signer_name,
        signer_position=row.signer_position,
        signer_competence=row.signer_competence,
        urgency=Urgency(row.urgency),
        pages=row.pages,
        due_date=row.due_date,
        to_places=tuple(row.to_places),
        at=office.now(),
    )
    content = write_edoc(envelope.edoc(departure), _files(office, row, code))
    sha256 = office.blobs.put(content)
    with office.database.writing() as session:
        return outgoing.prepared(session, row.id, sha256, office.now())


def _files(office: Office, row: DocumentRow, code: DocumentCode) -> list[OutgoingFile]:
    with office.database.reading() as session:
        attachments = casefile.attachments_of(session, row.id)
    main = f"{code.number}_{code.notation}.pdf".replace("/", "_")
    return [
        OutgoingFile(main, path=office.blobs.path(row.current_sha256 or "")),
        *(OutgoingFile(item.name, path=office.blobs.path(item.sha256)) for item in attachments),
    ]


def _recipients(office: Office, row: DocumentRow) -> list[Agency]:
    with office.database.reading() as session:
        return [
            directory.as_agency(directory.agency_row(session, delivery.organ_id))
            for delivery in outgoing.deliveries_of(session, row.id)
        ]


def _agencies(office: Office, rows: list[DocumentRow]) -> dict[str, AgencyRow]:
    with office.database.reading() as session:
        wanted = select(AgencyRow).where(AgencyRow.organ_id.in_({row.organ_id for row in rows}))
        return {agency.organ_id: agency for agency in session.scalars(wanted)}


def _undelivered(office: Office, row: DocumentRow, error: OfficeError) -> None:
    """Show at the deliveries what happened: not known, or refused by the axis."""
    if isinstance(error, AxisOutcomeUnknown):
        state = DeliveryState.OUTCOME_UNKNOWN
    elif isinstance(error, Refused):
        state = DeliveryState.FAILED
    else:
        return
    with office.database.writing() as session:
        outgoing.undelivered(session, row.id, state, str(error), office.now())
