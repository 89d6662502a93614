"""Issuing (phát hành): sign, number, seal, dispatch; each step for a pouch of documents.

Legal source: Decree 30/2020/ND-CP, Art. 13 to 18. A step refuses what the lifecycle
does not allow, does the effect, then remembers it; repeated, it does nothing twice:
a signature is made anew only while none is recorded, a document keeps its number,
and the message that leaves has one id and one content over every retry.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from itertools import chain
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from connectors.axis import Outgoing, Receipt
from connectors.errors import AxisOutcomeUnknown
from documents import casefile, directory, outgoing, shipment, signatory
from documents.attachments import SealedAttachment
from documents.concordance import Difference, DocumentContradicts
from documents.delivery import DeliveryState
from documents.errors import OfficeError, Refused, Unavailable
from documents.lifecycle import State
from documents.numbering import written_day, written_month
from documents.tables import AgencyRow, DocumentRow, PersonRow
from workflows import appendices, collation, entitlement, levels, messages, settlement
from workflows.appendices import SealAttachment
from workflows.carrying import (
    Pouch,
    StepBroken,
    Write,
    as_answer,
    grouped,
    put_off,
    record_all,
    standing,
)
from workflows.collation import Collated
from workflows.deferral import put_aside
from workflows.entitlement import SealWarrant
from workflows.faultpoint import passing
from workflows.jobs import Done, Job
from workflows.messages import Dossier
from workflows.office import Office
from workflows.pressing import Seal, Sign, Stored
from workflows.workshop import FileTooHard

SENDERS = 4
"""Messages on their way to the axis at the same time."""


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
        entitled = entitlement.warrants(session, rows, at)
    passing("sign.begun")
    jobs: list[Sequence[Job]] = [
        (
            Sign(
                row.current_sha256 or "",
                signers[row.signer_id or ""].signing_key,
                row.signer_name,
                at,
                entitled[row.id],
            ),
        )
        for row in rows
    ]
    return _press(office, rows, jobs, "sign", outgoing.signed)


def number(office: Office, ids: Iterable[str]) -> Pouch:
    """Give numbers and dates in the order of signing, and enter the register (Art. 15, 16)."""
    pouch = Pouch()
    writes = (
        (row, partial(outgoing.numbered, document_id=row.id, at=office.now()))
        for row in standing(office, ids, State.SIGNED)
    )
    record_all(office, pouch, writes, lambda: passing("number.recorded"))
    return pouch.settle()


def seal(office: Office, ids: Iterable[str]) -> Pouch:
    """Fill number and date and seal, in one revision (Art. 17.2; signing.md §A7, B5)."""
    rows = standing(office, ids, State.NUMBERED)
    at = office.now()
    agencies = _agencies(office, rows)
    with office.database.reading() as session:
        bindings = signatory.own_bindings(session)
        attached = casefile.attachments_by_document(session, [row.id for row in rows])
    jobs: list[Sequence[Job]] = []
    for row in rows:
        agency = agencies[row.organ_id]
        assert row.promulgated is not None  # noqa: S101  (NUMBERED has a date)
        warrant = SealWarrant(directory.as_agency(agency), bindings)
        main = Seal(
            sha256=row.current_sha256 or "",
            key=agency.seal_key,
            name=agency.name,
            number=row.code_number or "",
            day=written_day(row.promulgated),
            month=written_month(row.promulgated),
            at=at,
            warrant=warrant,
        )
        code = f"{row.code_number}/{row.code_notation}"
        others = (
            SealAttachment(ordinal, item, agency.seal_key, agency.name, code, at, warrant)
            for ordinal, item in enumerate(attached[row.id], 1)
        )
        jobs.append((main, *others))
    return _press(office, rows, jobs, "seal", outgoing.sealed)


def _press(
    office: Office,
    rows: list[DocumentRow],
    jobs: Sequence[Sequence[Job]],
    step: str,
    remember: Callable[..., None],
) -> Pouch:
    """Do each document's jobs in the workshop and remember what they made, all at once.

    The first job makes the new revision, the others what belongs to it. Where its key does
    not answer at once the document is frozen for it instead.
    """
    pouch = Pouch()
    rows, jobs = put_aside(office, pouch, rows, jobs)

    def revisions() -> Iterator[tuple[DocumentRow, Write]]:
        # recorded while the workshop goes on with later documents
        answers = office.workshop.each(list(chain.from_iterable(jobs)))
        for row, own in zip(rows, jobs, strict=True):
            made = [_noted(job, next(answers)) for job in own]
            passing(f"{step}.done")
            if wrong := next((each for each in made if isinstance(each, OfficeError)), None):
                put_off(office, pouch, row.id, wrong)
                continue
            revision, *others = made
            assert isinstance(revision, Stored)  # noqa: S101  (Sign and Seal give Stored)
            blob: dict[str, Any] = {"sha256": revision.sha256, "size": revision.size}
            if isinstance(own[0], Sign):
                blob["base"] = own[0].sha256  # sent back and changed meanwhile: not what is signed
            if others:
                blob["appendices"] = others
            write = partial(remember, document_id=row.id, at=office.now(), **blob)
            yield row, levels.noted_too(write, office.settings, row.id, revision, office.now())

    record_all(office, pouch, revisions(), lambda: passing(f"{step}.recorded"))
    return pouch.settle()


def _noted(job: Job, answer: Done | OfficeError) -> Done | OfficeError:
    """Return *answer*; an attachment that no worker process survives travels as it is."""
    if isinstance(job, SealAttachment) and isinstance(answer, FileTooHard):
        return SealedAttachment(job.ordinal, note=f"{appendices.AS_IT_IS}: {answer}")
    return answer


def dispatch(office: Office, ids: Iterable[str]) -> Pouch:
    """Hand sealed documents to the axis, all recipients of a document in one message (Art. 18)."""
    pouch = Pouch()
    with ThreadPoolExecutor(SENDERS) as threads:
        for group in grouped(standing(office, ids, State.SEALED), lambda row: row.organ_id):
            with office.database.reading() as session:
                unknown = shipment.unsettled(session, [row.id for row in group])
            dossiers = _prepared(office, pouch, group, threads)
            record_all(
                office,
                pouch,
                _sent(office, pouch, dossiers, unknown, threads),
                lambda: passing("dispatch.recorded"),
            )
    return pouch.settle()


def _prepared(
    office: Office, pouch: Pouch, rows: Sequence[DocumentRow], threads: ThreadPoolExecutor
) -> list[Dossier]:
    """Make the messages that leave, each once; keep them, and that they leave, before they do."""
    dossiers = messages.dossiers(office, rows)
    new = [dossier for dossier in dossiers if dossier.row.message_sha256 is None]
    kept = Pouch(left=pouch.left)
    again = [dossier.row for dossier in dossiers if dossier not in new]
    leave = [(row, partial(shipment.leaving, document_id=row.id, at=office.now())) for row in again]
    record_all(office, kept, leave, lambda: None)
    jobs = [messages.collation(dossier) for dossier in new]

    def made() -> Iterator[tuple[DocumentRow, Write]]:
        # written while the workshop goes on with later documents, a few at a time: each waits
        # for the disk
        answers = office.workshop.each(jobs) if jobs else iter(())
        messages_made = threads.map(partial(_message, office), new, answers)
        for dossier, (differences, sha256, why) in zip(new, messages_made, strict=True):
            row = dossier.row
            if isinstance(why, DocumentContradicts):
                _hold(office, pouch, row, differences, why)
            elif why is not None:
                put_off(office, pouch, row.id, why)
            else:
                at = office.now()
                yield row, partial(_keep, row=row, sha256=sha256, seen=differences, at=at)

    record_all(office, kept, made(), lambda: passing("dispatch.prepared"))
    return [dossier for dossier in dossiers if dossier.row.id in kept.done]


def _message(
    office: Office, dossier: Dossier, answer: Done | OfficeError
) -> tuple[tuple[Difference, ...], str, OfficeError | None]:
    """Return what message and document do not say alike, and the message's digest or why none."""
    differences: tuple[Difference, ...] = ()
    try:
        differences = _differences(answer)
        if why := collation.unseen(dossier.row, differences):
            return differences, "", why
        return differences, messages.written(office, dossier), None
    except Exception as error:
        return differences, "", as_answer(error)


def _differences(answer: Done | OfficeError) -> tuple[Difference, ...]:
    if isinstance(answer, Collated):
        return answer.differences
    if isinstance(answer, FileTooHard):
        return ()  # what cannot be read says nothing, and its seal is on it
    assert isinstance(answer, OfficeError)  # noqa: S101  (Collate gives Collated)
    raise answer


def _hold(
    office: Office,
    pouch: Pouch,
    row: DocumentRow,
    differences: tuple[Difference, ...],
    why: OfficeError,
) -> None:
    """Leave a document for a person, with both values, in one transaction."""
    pouch.left[row.id] = why
    with office.database.writing() as session:
        _warn(session, row.id, differences, office.now())
        casefile.put_off(session, row.id, why, office.now())


def _warn(
    session: Session, document_id: str, differences: tuple[Difference, ...], at: datetime
) -> None:
    flags = [(each.code, each.warning) for each in differences]
    casefile.warn(session, casefile.locked(session, document_id), flags, at)


def _keep(
    session: Session, row: DocumentRow, sha256: str, seen: tuple[Difference, ...], at: datetime
) -> None:
    if seen:
        _warn(session, row.id, seen, at)
    row.message_sha256 = outgoing.prepared(session, row.id, sha256, at)
    shipment.leaving(session, row.id, at)


def _sent(
    office: Office,
    pouch: Pouch,
    dossiers: Sequence[Dossier],
    unknown: set[str],
    threads: ThreadPoolExecutor,
) -> Iterator[tuple[DocumentRow, Write]]:
    """Hand messages over, a few at a time; yield what is to be recorded of each.

    Those of *unknown* may have arrived at an earlier attempt: the axis is asked first.
    """
    answers = threads.map(partial(_handed_over, office, unknown), dossiers)
    for dossier, (answer, asked) in zip(dossiers, answers, strict=True):
        row = dossier.row
        if isinstance(answer, OfficeError):
            _undelivered(office, row, answer, in_doubt=asked)
            put_off(office, pouch, row.id, answer)
            continue
        passing("dispatch.sent")
        facts: dict[str, Any] = {"axis_id": answer.axis_id, "at": office.now(), "asked": asked}
        yield row, partial(outgoing.dispatched, document_id=row.id, **facts)


def _handed_over(
    office: Office, unknown: set[str], dossier: Dossier
) -> tuple[Receipt | OfficeError, bool]:
    """Return the axis's answer, and whether asking it brought the answer."""
    asking = dossier.row.id in unknown
    try:
        message = outgoing_message(office, dossier)
        if asking and (receipt := settlement.settled(office.axis, message)) is not None:
            return receipt, True
        asking = False
        return office.axis.send(message), False
    except Exception as error:
        return as_answer(error), asking


def outgoing_message(office: Office, dossier: Dossier) -> Outgoing:
    """Return the message of a document as it is handed over at every attempt.

    Raises:
        AgencyUnknown: a recipient is in the catalogue no more.
        BlobMissing, BlobDamaged: the message is not what was kept.
    """
    row = dossier.row
    return Outgoing(
        message_id=row.id,
        sender=row.organ_id,
        recipients=tuple(agency.organ_id for agency in dossier.recipients),
        edxml=office.blobs.sound(row.message_sha256 or ""),
        urgency=row.urgency,
    )


def _agencies(office: Office, rows: list[DocumentRow]) -> dict[str, AgencyRow]:
    with office.database.reading() as session:
        wanted = select(AgencyRow).where(AgencyRow.organ_id.in_({row.organ_id for row in rows}))
        return {agency.organ_id: agency for agency in session.scalars(wanted)}


def _undelivered(office: Office, row: DocumentRow, error: OfficeError, *, in_doubt: bool) -> None:
    """Show at the deliveries what is known: not sent, refused by the axis, or nothing.

    *in_doubt*: an earlier attempt was asked after, and no answer settled it.
    """
    if in_doubt or isinstance(error, AxisOutcomeUnknown | StepBroken):
        state = DeliveryState.OUTCOME_UNKNOWN
    elif isinstance(error, Unavailable):
        state = DeliveryState.QUEUED
    elif isinstance(error, Refused):
        state = DeliveryState.FAILED
    else:
        state = DeliveryState.QUEUED  # our own copy is not sound: it was not sent
    with office.database.writing() as session:
        outgoing.undelivered(session, row.id, state, str(error), office.now())
