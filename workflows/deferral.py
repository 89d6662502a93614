"""Deferred signing: documents whose signer's key does not answer at once are frozen and wait.

Legal source: Decree 30/2020/ND-CP, Art. 13, 17.2. What is frozen is kept as blobs and one
row (documents/requests.py): nothing waits in memory. A signature that comes is judged in a
worker process, recorded exactly as an immediate one is, and the journey goes on. One that
comes too late, or is wrong, is kept and recorded, and never used.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from documents import directory, request_parts, requests, signatory
from documents.attachments import SealedAttachment
from documents.errors import EvidenceBroken, OfficeError, Refused
from documents.ledger import SYSTEM, Actor
from documents.lifecycle import State
from documents.request_parts import Part
from documents.requests import Opening
from documents.signature_request import (
    Purpose,
    RequestStepRefused,
    Service,
    ValueNotWanted,
    ValuesMiscounted,
)
from documents.tables import DocumentRow, SignatureRequestRow
from signing.deferred import Certified
from signing.delivered import ensure_extensible
from signing.errors import KeyUnavailable
from workflows import entitlement, levels
from workflows.appendices import AS_IT_IS, SealAttachment, is_pdf
from workflows.carrying import Pouch, as_answer, put_off, record
from workflows.deferred_keys import DeferredKey, fetched_identity, known_identity
from workflows.entitlement import SealWarrant, Warrant
from workflows.faultpoint import passing
from workflows.jobs import Done, Job
from workflows.office import Office
from workflows.pressing import Accept, Complete, Freeze, Frozen, Seal, Sign, Stored
from workflows.workshop import FileTooHard


@dataclass(frozen=True, slots=True)
class _Ask:
    """A document and whose signature it is to wait for."""

    row: DocumentRow
    job: Sign | Seal
    key: DeferredKey
    attached: tuple[SealAttachment, ...] = ()
    """What is sealed with it."""

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
    """Attachments get their own signatures under the seal; the token tool signs one file."""

    code = "request.attachments_unsealed"
    vietnamese = "Công cụ ký của khóa con dấu «{0}» chỉ ký một tệp, không đóng dấu được phụ lục PDF"
    english = "the tool of the seal's key {0} signs one file: it cannot seal PDF attachments"
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
        PdfCertified: the token tool is to seal what permits no seal of its kind.
    """
    job, *others = jobs
    assert isinstance(job, Sign | Seal)  # noqa: S101  (it comes first)
    attached = tuple(each for each in others if isinstance(each, SealAttachment))
    key = DeferredKey.of(office.settings.at(office.settings.keys), job.key)
    if key is None:
        return None
    if key.kind is Service.VGCA and isinstance(job, Seal):
        if any(is_pdf(each.file) for each in attached):
            raise AttachmentsUnsealed(job.key)
        ensure_extensible(office.blobs.get(job.sha256))
    return _Ask(row, job, key, attached)


def _freeze(office: Office, pouch: Pouch, asks: Iterable[_Ask]) -> None:
    """Prepare files in the workshop and open their requests."""
    known: list[_Ask] = []
    jobs: list[Job] = []
    for ask in asks:
        try:
            identity = _identity(office, ask)
        except Exception as error:
            put_off(office, pouch, ask.row.id, as_answer(error))
            continue
        jobs += [Freeze(each, identity) for each in (ask.job, *ask.attached)]
        known.append(ask)
    if not jobs:
        return
    answers = iter(office.workshop.run(jobs))
    for ask in known:
        answer = next(answers)
        parts = [_part(each, next(answers)) for each in ask.attached]
        passing("freeze.done")
        if wrong := next((e for e in (answer, *parts) if isinstance(e, OfficeError)), None):
            put_off(office, pouch, ask.row.id, wrong)
            continue
        assert isinstance(answer, Frozen)  # noqa: S101  (Freeze gives Frozen)
        opening = ask.opening(_until(office), answer.pdf.sha256, answer.pending.sha256)
        _open(office, pouch, ask, opening, [each for each in parts if isinstance(each, Part)])


def _part(job: SealAttachment, answer: Done | OfficeError) -> Part | OfficeError:
    """Return an attachment as its request keeps it; what nobody can sign travels as it is."""
    match answer:
        case Frozen():
            return Part(job.ordinal, answer.pdf.sha256, answer.pending.sha256, answer.note)
        case SealedAttachment():
            return Part(job.ordinal, note=answer.note)
        case FileTooHard():
            return Part(job.ordinal, note=f"{AS_IT_IS}: {answer}")
        case OfficeError():
            return answer
    raise TypeError(type(answer).__name__)


def _identity(office: Office, ask: _Ask) -> Certified:
    if ask.key.kind is Service.REMOTE:
        return fetched_identity(ask.key, office.service(ask.key.service), ask.job.at)
    return known_identity(ask.key, ask.job.at)


def _open(
    office: Office, pouch: Pouch, ask: _Ask, opening: Opening, parts: Sequence[Part] = ()
) -> None:
    at = office.now()
    fetched = ask.key.kind is not Service.REMOTE

    def write(session: Session) -> None:
        request = _opened(session, opening, at, fetched=fetched)
        request_parts.add(session, request.id, parts)

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
    office: Office,
    request_id: str,
    signed_pdf: bytes,
    also: Also = lambda _session, _sha256: None,
    *,
    actor: Actor = SYSTEM,
) -> None:
    """Take the whole file that was signed elsewhere, once it is judged.

    *actor* is who brought it, as the ledger names them; *also* is written in the same
    transaction as the signature.

    Raises:
        RequestUnknown: there is no such request.
        RequestStepRefused, RequestExpired, RevisionMoved: it came too late.
        DeliveryRefused: not the file that was handed out, not by the right certificate, more
            than signed, or its signatures do not hold; the request stays open.
        Objection: the certificate, or whoever it names, may not sign or seal this.
    """

    def judged(request: SignatureRequestRow, sha256: str) -> Sequence[Job]:
        folder = office.settings.at(office.settings.keys)
        key = DeferredKey.of(folder, request.key)
        if key is None:
            raise KeyUnavailable(f"{request.key}.toml", "không có / missing")
        at = office.now()
        signer = known_identity(key, at)
        warrant = warrant_of(office, request.document_id, Purpose(request.purpose))
        return [Accept(request.base_sha256, sha256, signer, warrant, at)]

    _finish(office, request_id, signed_pdf, judged, also, actor)


def warrant_of(office: Office, document_id: str, purpose: Purpose) -> Warrant | SealWarrant:
    """Return what is on record about whoever is to sign or seal the document."""
    with office.database.reading() as session:
        document = session.get_one(DocumentRow, document_id)
        if purpose is Purpose.LEADER:
            return entitlement.warrants(session, [document], office.now())[document.id]
        agency = directory.agency_row(session, document.organ_id)
        return SealWarrant(directory.as_agency(agency), signatory.own_bindings(session))


def deliver_value(
    office: Office, request_id: str, *raw_values: bytes, actor: Actor = SYSTEM
) -> None:
    """Take the raw signature values of what was frozen, once they are judged: all, or none.

    The document's comes first, then those of its attachments (`frozen_files`) in their order.
    *actor* is who brought them, as the ledger names them.

    Raises:
        RequestUnknown: there is no such request.
        RequestStepRefused, RequestExpired, RevisionMoved: it came too late.
        ValueNotWanted, ValuesMiscounted: not what this request waits for; it stays open.
        ValueForeign: one is not the signature that was asked for; the request stays open.
        PendingDamaged: what was frozen is not what was prepared.
    """

    def judged(request: SignatureRequestRow, _sha256: str) -> Sequence[Job]:
        files = frozen_files(office, request)
        if not request.pending_sha256:
            raise ValueNotWanted(request.id)
        if len(files) != len(raw_values):
            raise ValuesMiscounted(request.id, len(files), len(raw_values))
        pairs = zip(files, raw_values, strict=True)
        return [Complete(pdf, pending, value, office.now()) for (pdf, pending), value in pairs]

    came = raw_values[0] if len(raw_values) == 1 else _together(raw_values)
    _finish(office, request_id, came, judged, actor=actor)


def _together(values: Sequence[bytes]) -> bytes:
    """Return several values as one blob, to be kept: JSON of their hexadecimal forms."""
    return json.dumps([value.hex() for value in values]).encode()


def frozen_files(office: Office, request: SignatureRequestRow) -> list[tuple[str, str]]:
    """Return the SHA-256 of each file that is signed for *request* and of what it waits for."""
    with office.database.reading() as session:
        parts = request_parts.of(session, request.id)
    own = (request.frozen_sha256, request.pending_sha256)
    return [own, *((each.frozen_sha256, each.pending_sha256) for each in parts if each.signed)]


def _finish(
    office: Office,
    request_id: str,
    came: bytes,
    judged: Callable[[SignatureRequestRow, str], Sequence[Job]],
    also: Also = lambda _session, _sha256: None,
    actor: Actor = SYSTEM,
) -> None:
    """Judge what *came* in a worker process and record it: as the signature, or as not used."""
    with office.database.reading() as session:
        request = requests.get(session, request_id)
    sha256 = office.blobs.put(came)
    try:
        requests.ensure_open(request, office.now())
        stored = _made(office.workshop.run(judged(request, sha256)))
        passing("answer.done")
        at, made = office.now(), stored[0]
        with office.database.writing() as session:
            appendices = _appendices(request_parts.of(session, request_id), stored[1:])
            more: dict[str, Any] = {"appendices": appendices} if appendices else {}
            write = partial(
                requests.completed,
                request_id=request_id,
                sha256=made.sha256,
                size=made.size,
                at=at,
                actor=actor,
                **more,
            )
            levels.noted_too(write, office.settings, request.document_id, made, at)(session)
            also(session, sha256)
    except (Refused, EvidenceBroken) as error:
        with office.database.writing() as session:
            requests.unused(session, request_id, sha256, error, office.now(), actor)
        raise
    passing("answer.recorded")


def _made(answers: Sequence[Done | OfficeError]) -> list[Stored]:
    """Return the finished files, or raise what is wrong with the first that is not."""
    for answer in answers:
        if isinstance(answer, OfficeError):
            raise answer
    return [answer for answer in answers if isinstance(answer, Stored)]


def _appendices(parts: Iterable[Part], stored: Iterable[Stored]) -> list[SealedAttachment]:
    files = iter(stored)
    found = []
    for part in parts:
        file = next(files) if part.signed else Stored("", 0)
        found.append(SealedAttachment(part.ordinal, file.sha256, file.size, part.note))
    return found


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
