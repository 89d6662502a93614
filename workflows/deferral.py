"""Deferred signing: documents whose signer's key does not answer at once are frozen and wait.

Legal source: Decree 30/2020/ND-CP, Art. 13, 17.2. What is frozen is kept as blobs and one
row (documents/requests.py): nothing waits in memory. A signature that comes is judged in a
worker process, recorded exactly as an immediate one is, and the journey goes on. One that
comes too late, or is wrong, is kept and recorded, and never used.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session

from documents import directory, requests, signatory
from documents.errors import EvidenceBroken, OfficeError, Refused
from documents.ledger import SYSTEM, Actor
from documents.lifecycle import State
from documents.requests import Opening
from documents.signature_request import Purpose, RequestStepRefused, Service
from documents.tables import DocumentRow, SignatureRequestRow
from signing.deferred import Certified
from signing.errors import KeyUnavailable
from workflows import entitlement, levels
from workflows.appendices import SealAttachment, is_pdf
from workflows.carrying import Pouch, as_answer, put_off, record
from workflows.deferred_keys import DeferredKey, fetched_identity, known_identity
from workflows.entitlement import SealWarrant, Warrant
from workflows.faultpoint import passing
from workflows.jobs import Job
from workflows.office import Office
from workflows.pressing import Accept, Complete, Freeze, Frozen, Seal, Sign, Stored


@dataclass(frozen=True, slots=True)
class _Ask:
    """A document and whose signature it is to wait for."""

    row: DocumentRow
    job: Sign | Seal
    key: DeferredKey

    def opening(self, until: datetime, pdf: str = "", pending: str = "") -> Opening:
        return Opening(
            document_id=self.row.id,
            purpose=Purpose.LEADER if isinstance(self.job, Sign) else Purpose.SEAL,
            service=self.key.kind,
            holder=self.key.holder(self.job.name),
            key=self.job.key,
            base_sha256=self.job.sha256,
            until=until,
            frozen_sha256=pdf,
            pending_sha256=pending,
        )


class AttachmentsUnsealed(Refused):
    """Attachments get their own signatures under the seal, which a distant key does not make."""

    code = "request.attachments_unsealed"
    vietnamese = "Khóa con dấu «{0}» ở nơi khác, chưa đóng dấu được phụ lục PDF"
    english = "the seal's key {0} is elsewhere: PDF attachments cannot be sealed with it yet"
    remedy = (
        "Dùng khóa con dấu tại chỗ, hoặc gộp phụ lục vào văn bản"
        " / use a seal that is here, or put the attachments into the document"
    )


Jobs = Sequence[Job]
"""A document's: the one that signs or seals it comes first."""


Also = Callable[[Session, str], None]
"""Writes what else belongs to a signature that came; it gets the SHA-256 of what came."""


def put_aside(
    office: Office, pouch: Pouch, rows: Iterable[DocumentRow], jobs: Iterable[Jobs]
) -> tuple[list[DocumentRow], list[Jobs]]:
    """Freeze the documents whose keys do not answer at once; return the others and their jobs."""
    at_once: tuple[list[DocumentRow], list[Jobs]] = [], []
    later: list[_Ask] = []
    for row, own in zip(rows, jobs, strict=True):
        try:
            ask = _asked_later(office, row, own)
        except OfficeError as error:
            put_off(office, pouch, row.id, error)
            continue
        if ask is not None:
            later.append(ask)
        else:
            at_once[0].append(row)
            at_once[1].append(own)
    _freeze(office, pouch, [ask for ask in later if ask.key.kind is not Service.VGCA])
    for ask in later:
        if ask.key.kind is Service.VGCA:
            _open(office, pouch, ask, ask.opening(_until(office)))
    return at_once


def _asked_later(office: Office, row: DocumentRow, jobs: Jobs) -> _Ask | None:
    """Return what is to be asked for, if the key does not answer at once.

    Raises:
        DescriptorInvalid: the key's descriptor is wrong.
        AttachmentsUnsealed: more than the document is to be sealed.
    """
    job, *others = jobs
    assert isinstance(job, Sign | Seal)  # noqa: S101  (it comes first)
    key = DeferredKey.of(office.settings.at(office.settings.keys), job.key)
    if key is None:
        return None
    if any(isinstance(each, SealAttachment) and is_pdf(each.file) for each in others):
        raise AttachmentsUnsealed(job.key)
    return _Ask(row, job, key)


def _freeze(office: Office, pouch: Pouch, asks: Iterable[_Ask]) -> None:
    """Prepare files in the workshop and open their requests."""
    known: list[_Ask] = []
    jobs: list[Job] = []
    for ask in asks:
        try:
            jobs.append(Freeze(ask.job, _identity(office, ask)))
            known.append(ask)
        except Exception as error:
            put_off(office, pouch, ask.row.id, as_answer(error))
    if not jobs:
        return
    for ask, answer in zip(known, office.workshop.run(jobs), strict=True):
        passing("freeze.done")
        if isinstance(answer, OfficeError):
            put_off(office, pouch, ask.row.id, answer)
            continue
        assert isinstance(answer, Frozen)  # noqa: S101  (Freeze gives Frozen)
        opening = ask.opening(_until(office), answer.pdf.sha256, answer.pending.sha256)
        _open(office, pouch, ask, opening)


def _identity(office: Office, ask: _Ask) -> Certified:
    if ask.key.kind is Service.REMOTE:
        return fetched_identity(ask.key, office.service(ask.key.service), ask.job.at)
    return known_identity(ask.key, ask.job.at)


def _open(office: Office, pouch: Pouch, ask: _Ask, opening: Opening) -> None:
    at = office.now()
    write = partial(_opened, opening=opening, at=at, fetched=ask.key.kind is not Service.REMOTE)
    record(office, pouch, ask.row.id, write)
    passing("freeze.recorded")


def _opened(
    session: Session, opening: Opening, at: datetime, *, fetched: bool, actor: Actor = SYSTEM
) -> SignatureRequestRow:
    request = requests.opened(session, opening, at, actor)
    if fetched:  # nothing is sent: whoever signs comes for it
        requests.waits(session, request.id, "", at, None)
    return request


def _until(office: Office) -> datetime:
    return office.now() + timedelta(hours=office.settings.request_hours)


def open_request(
    session: Session,
    document: DocumentRow,
    holder: str,
    until: datetime,
    *,
    key: str,
    at: datetime,
    actor: Actor = SYSTEM,
) -> SignatureRequestRow:
    """Freeze a document for *holder*, who fetches the file and brings it back signed (`deliver`).

    For the leader's signature while it is approved, for the seal's while it is numbered. *key*
    is the stem of the descriptor of whoever signs.

    Raises:
        DocumentFrozen: someone has it already.
        StepRefused: no signature is due.
    """
    purpose = Purpose.SEAL if document.state == State.NUMBERED else Purpose.LEADER
    opening = Opening(
        document_id=document.id,
        purpose=purpose,
        service=Service.VGCA,
        holder=holder,
        key=key,
        base_sha256=document.current_sha256 or "",
        until=until,
    )
    return _opened(session, opening, at, fetched=True, actor=actor)


def deliver(
    office: Office, request_id: str, signed_pdf: bytes, also: Also = lambda _session, _sha256: None
) -> None:
    """Take the whole file that was signed elsewhere, once it is judged.

    *also* is written in the same transaction as the signature.

    Raises:
        RequestUnknown: there is no such request.
        RequestStepRefused, RequestExpired, RevisionMoved: it came too late.
        DeliveryRefused: not the file that was handed out, not by the right certificate, more
            than signed, or its signatures do not hold; the request stays open.
        Objection: the certificate, or whoever it names, may not sign or seal this.
    """

    def judged(request: SignatureRequestRow, sha256: str) -> Job:
        folder = office.settings.at(office.settings.keys)
        key = DeferredKey.of(folder, request.key)
        if key is None:
            raise KeyUnavailable(f"{request.key}.toml", "không có / missing")
        at = office.now()
        signer = known_identity(key, at)
        warrant = warrant_of(office, request.document_id, Purpose(request.purpose))
        return Accept(request.base_sha256, sha256, signer, warrant, at)

    _finish(office, request_id, signed_pdf, judged, also)


def warrant_of(office: Office, document_id: str, purpose: Purpose) -> Warrant | SealWarrant:
    """Return what is on record about whoever is to sign or seal the document."""
    with office.database.reading() as session:
        document = session.get_one(DocumentRow, document_id)
        if purpose is Purpose.LEADER:
            return entitlement.warrants(session, [document])[document.id]
        agency = directory.agency_row(session, document.organ_id)
        return SealWarrant(directory.as_agency(agency), signatory.own_bindings(session))


def deliver_value(office: Office, request_id: str, raw_value: bytes) -> None:
    """Take the raw signature value of what was frozen, once it is judged.

    Raises:
        RequestUnknown: there is no such request.
        RequestStepRefused, RequestExpired, RevisionMoved: it came too late.
        ValueForeign: it is not the signature that was asked for; the request stays open.
        PendingDamaged: what was frozen is not what was prepared.
    """

    def judged(request: SignatureRequestRow, _sha256: str) -> Job:
        if not request.pending_sha256:
            raise RequestStepRefused(request.id, request.service, "deliver_value")
        return Complete(request.frozen_sha256, request.pending_sha256, raw_value, office.now())

    _finish(office, request_id, raw_value, judged)


def _finish(
    office: Office,
    request_id: str,
    came: bytes,
    judged: Callable[[SignatureRequestRow, str], Job],
    also: Also = lambda _session, _sha256: None,
) -> None:
    """Judge what *came* in a worker process and record it: as the signature, or as not used."""
    with office.database.reading() as session:
        request = requests.get(session, request_id)
    sha256 = office.blobs.put(came)
    try:
        requests.ensure_open(request, office.now())
        (answer,) = office.workshop.run([judged(request, sha256)])
        if isinstance(answer, OfficeError):
            raise answer
        assert isinstance(answer, Stored)  # noqa: S101  (Accept and Complete give Stored)
        passing("answer.done")
        write = partial(
            requests.completed,
            request_id=request_id,
            sha256=answer.sha256,
            size=answer.size,
            at=office.now(),
        )
        with office.database.writing() as session:
            levels.noted_too(write, office.settings, request.document_id, answer, office.now())(
                session
            )
            also(session, sha256)
    except (Refused, EvidenceBroken) as error:
        with office.database.writing() as session:
            requests.unused(session, request_id, sha256, error, office.now())
        raise
    passing("answer.recorded")


def expire(office: Office, due: Sequence[SignatureRequestRow]) -> list[SignatureRequestRow]:
    """End the requests whose time is over; return the others."""
    at = office.now()
    for request in due:
        if request.until < at:
            # signed or withdrawn at the same moment: that was first
            with suppress(RequestStepRefused), office.database.writing() as session:
                requests.expired(session, request.id, at)
            passing("expire.recorded")
    return [request for request in due if request.until >= at]
