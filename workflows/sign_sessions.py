"""Rounds with the token tool (VGCA Sign Service): opened, the file lent, the signed one taken.

The tool's upload, once it is verified, is the truth; what the tool tells the page afterwards
changes nothing. Legal source: Decree 30/2020/ND-CP, Art. 13, 17.2. The wire is connectors/vgca.py.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from types import MappingProxyType

from sqlalchemy.orm import Session

from connectors.vgca import Reply, Round, ToolOperation, ascii_name
from documents import casefile, directory, posts, requests, sign_sessions, signatory
from documents.blobs import BlobMissing
from documents.document import Role
from documents.errors import EvidenceBroken, OfficeError, Refused
from documents.freezing import ensure_free
from documents.ledger import Actor
from documents.posts import Acting
from documents.sign_session import (
    DUE,
    LIFETIME,
    LONGEST,
    PURPOSES,
    SHORTEST,
    SITTERS,
    Operation,
    SessionRefused,
    SessionState,
    SessionUsed,
    Ticket,
)
from documents.signature_request import Purpose, Service
from documents.tables import DocumentRow, SignSessionRow
from signing import delivered
from signing.errors import DeliveryRefused
from workflows.appendices import is_pdf
from workflows.deferral import AttachmentsUnsealed, deliver, open_request, warrant_of
from workflows.deferred_keys import DeferredKey, known_identity
from workflows.entitlement import SealWarrant, ensure_may_seal, ensure_may_sign
from workflows.office import Office

TOOL_OPERATIONS: Mapping[Operation, ToolOperation] = MappingProxyType(
    {
        Operation.APPROVED: ToolOperation.SIGN_APPROVED,
        Operation.ISSUED: ToolOperation.SIGN_ISSUED,
    }
)
PDF_MARK = b"%PDF-"


@dataclass(frozen=True, slots=True)
class Opened:
    """A session and what the page hands to the tool; its URLs are known only now."""

    session_id: str
    until: datetime
    round: Round = field(repr=False)


def open_session(
    office: Office,
    document_id: str,
    who: str,
    operation: Operation,
    address: str,
    lifetime: timedelta = LIFETIME,
) -> Opened:
    """Lend the document's file to the tool of *who*, who signs, or seals as the clerk.

    *address* is where the tool reaches us: an absolute URL without a path's last slash.

    Raises:
        DocumentUnknown, PersonUnknown, PersonAmbiguous: no such document or person.
        RightMissing: it is not for this person to sign or to seal.
        SessionRefused: it is not due, or the key is not with the tool.
        PdfCertified: the leader's signature permits no seal by the tool.
        AttachmentsUnsealed: the tool would not seal what travels with the document.
        DocumentFrozen: someone else holds it.
        Objection, CertificateRefused: who is to sign may not.
    """
    if not SHORTEST <= lifetime <= LONGEST:
        raise SessionRefused(f"{lifetime} (1–20 phút / minutes)")
    document, acting, stem = _due(office, document_id, who, operation)
    folder = office.settings.at(office.settings.keys)
    key = DeferredKey.of(folder, stem)
    if key is None or key.kind is not Service.VGCA:
        why = f"khóa «{stem}» không dùng với công cụ ký / the key is not with the token tool"
        raise SessionRefused(why)
    base = office.blobs.get(document.current_sha256 or "")
    if operation is Operation.ISSUED:
        delivered.ensure_extensible(base)
    purpose = PURPOSES[operation]
    _ensure_entitled(office, document.id, purpose, key, base)
    at = office.now()
    with office.database.writing() as session:
        row = casefile.locked(session, document.id)
        if row.frozen_by is None:
            until = at + timedelta(hours=office.settings.request_hours)
            holder, actor = key.holder(acting.person.full_name), acting.actor
            request = open_request(session, row, holder, until, key=stem, at=at, actor=actor)
        else:
            request = requests.get(session, row.frozen_by)
        if (request.purpose, request.service) != (purpose, Service.VGCA):
            ensure_free(session, row)  # says who holds it
        ticket = sign_sessions.opened(session, request, operation, acting.actor, lifetime, at)
    return Opened(ticket.session_id, ticket.until, _round(document, operation, address, ticket))


def _due(
    office: Office, document_id: str, who: str, operation: Operation
) -> tuple[DocumentRow, Acting, str]:
    """Return the document, who sits at the tool, and the stem of the key."""
    with office.database.reading() as session:
        document = session.get(DocumentRow, document_id)
        if document is None:
            raise casefile.DocumentUnknown(document_id)
        if document.state != DUE[operation]:
            raise SessionRefused(f"{document.state}: «{operation}» chưa đến lượt / is not due")
        if operation is Operation.APPROVED:
            person = signatory.person_for(session, document.organ_id, who, office.now())
            if person.id != document.signer_id:
                raise directory.RightMissing(person.full_name, person.position, "ký / sign this")
            return document, signatory.signing(session, document, office.now()), person.signing_key
        organ, what, at = document.organ_id, "đóng dấu / seal", office.now()
        acting = posts.acting(session, organ, who, (Role.CLERK,), at, what, alone=True)
        seal = directory.agency_row(session, document.organ_id).seal_key
        if any(map(is_pdf, casefile.attachments_of(session, document.id))):
            raise AttachmentsUnsealed(seal)
        return document, acting, seal


def _ensure_entitled(
    office: Office, document_id: str, purpose: Purpose, key: DeferredKey, base: bytes
) -> None:
    """Refuse, before anything is signed, whoever may not."""
    at = office.now()
    identity, warrant = known_identity(key, at), warrant_of(office, document_id, purpose)
    if isinstance(warrant, SealWarrant):
        ensure_may_seal(warrant, identity, at)
    else:
        ensure_may_sign(base, warrant, identity, at)


def _round(document: DocumentRow, operation: Operation, address: str, ticket: Ticket) -> Round:
    stem = f"{address}/vgca/{ticket.token}"
    issued = operation is Operation.ISSUED
    return Round(
        TOOL_OPERATIONS[operation],
        f"{stem}/source.pdf",
        f"{stem}/upload",
        number=(document.code_number or "") if issued else "",
        day=document.promulgated if issued else None,
    )


@dataclass(frozen=True, slots=True)
class Lent:
    """The file that a token opens."""

    name: str
    """ASCII, as the tool needs it."""
    content: bytes = field(repr=False)


def lend(office: Office, token: str) -> Lent:
    """Return the very bytes that are to be signed, while the session is open.

    Raises:
        SessionUnknown: no session has this token.
        SessionOver: it was used, closed, or its time is over.
    """
    with office.database.reading() as session:
        row = sign_sessions.by_token(session, token)
        sign_sessions.ensure_open(session, row, office.now())
        name = _name(session.get_one(DocumentRow, row.document_id))
    content = office.blobs.get(row.base_sha256)
    if row.fetched_at is None:
        with office.database.writing() as session:
            sign_sessions.fetched(session, row.id, office.now())
    return Lent(name, content)


@dataclass(frozen=True, slots=True)
class Expected:
    """What an upload is received for."""

    session_id: str
    largest: int
    """Bytes of the file that may come."""


def expected(office: Office, token: str) -> Expected:
    """Return what may come for *token*, before anything of it is read.

    Raises:
        SessionUnknown: no session has this token.
        SessionOver: it is over, and nothing was taken in it that might come again.
        BlobMissing: the file that was lent is gone.
    """
    with office.database.reading() as session:
        row = sign_sessions.by_token(session, token)
        if row.state != SessionState.USED:
            sign_sessions.ensure_open(session, row, office.now())
    try:
        size = office.blobs.path(row.base_sha256).stat().st_size
    except OSError:
        raise BlobMissing(row.base_sha256) from None
    return Expected(row.id, size + delivered.MOST_ADDED)


def bring(office: Office, token: str, content: bytes) -> Reply:
    """Take the signed file, once it is verified; the same bytes again get the same answer.

    Raises:
        SessionUnknown: no session has this token.
        SessionOver, SessionUsed: it is over; the document is as it was, or signed.
        OfficeError: the file is not what was to come, as `deferral.deliver` says; the session
            stays open. `Unavailable`: nothing was decided, the tool may try again.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    with office.database.reading() as session:
        row = sign_sessions.by_token(session, token)
        if (reply := _given(session, row, sha256)) is not None:
            return reply
        sign_sessions.ensure_open(session, row, office.now())
        person = Actor(row.person_id, SITTERS[Operation(row.operation)])
    try:
        if not content.startswith(PDF_MARK):
            raise DeliveryRefused("không phải PDF / not a PDF")
        if not content.startswith(office.blobs.get(row.base_sha256)):
            raise DeliveryRefused("không phải tệp đã giao / not the file that was handed out")
        deliver(office, row.request_id, content, partial(_used, office, row.id), actor=person)
    except (Refused, EvidenceBroken) as error:
        _refuse(office, row.id, sha256, error)
        if (reply := _given_now(office, row.id, sha256)) is not None:
            return reply  # another process was faster with the same file
        raise
    taken = _given_now(office, row.id, sha256)
    assert taken is not None  # noqa: S101  (used in the transaction of `deliver`)
    return taken


def _given(session: Session, row: SignSessionRow, sha256: str) -> Reply | None:
    """Return the answer that the file *sha256* got before; None while none was taken.

    Raises:
        SessionUsed: another one was.
    """
    if row.state != SessionState.USED:
        return None
    if row.upload_sha256 != sha256:
        raise SessionUsed
    return _reply(session, row)


def _given_now(office: Office, session_id: str, sha256: str) -> Reply | None:
    with office.database.reading() as session:
        return _given(session, session.get_one(SignSessionRow, session_id), sha256)


def _used(office: Office, session_id: str, session: Session, sha256: str) -> None:
    sign_sessions.used(session, session_id, sha256, office.now())


def _refuse(office: Office, session_id: str, sha256: str, error: OfficeError) -> None:
    with office.database.writing() as session:
        sign_sessions.refused(session, session_id, sha256, error, office.now())


def refuse_upload(office: Office, session_id: str, error: OfficeError) -> None:
    """Record an upload that was no file at all: too large, too slow, wrong form."""
    _refuse(office, session_id, "", error)


def expire(office: Office) -> int:
    """End the sessions whose time is over; return how many."""
    with office.database.reading() as session:
        if not sign_sessions.any_expired(session, office.now()):
            return 0
    with office.database.writing() as session:
        return sign_sessions.expire(session, office.now())


def _reply(session: Session, row: SignSessionRow) -> Reply:
    document = session.get_one(DocumentRow, row.document_id)
    issued = row.operation == Operation.ISSUED
    return Reply(
        True,
        file_name=_name(document),
        file_server=document.id,
        number=(document.code_number or "") if issued else "",
        day=document.promulgated if issued else None,
    )


def _name(document: DocumentRow) -> str:
    stem = "-".join(filter(None, (document.code_number, document.code_notation)))
    return ascii_name(stem or document.id)
