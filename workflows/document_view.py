"""What the page of one document shows besides its row: files, deliveries, relations, reports.

Source: ux.md §1.4, §3 (timeline, attachments that switch the viewer). Everything is read in a few
questions and nothing is computed that takes cryptography: reports are those that were stored.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import casefile, change_listing, deliveries, requests
from documents.access import AccessKind, ChangeState, GrantKind
from documents.change import Side
from documents.delivery import DeliveryState
from documents.document import Attachment
from documents.errors import OfficeError
from documents.lifecycle import Direction
from documents.signature_request import OPEN
from documents.tables import (
    AccessChangeRow,
    AccessRow,
    CertifiedCopyRow,
    ChangeRow,
    DocumentRow,
    PersonRow,
    RelationRow,
    ReportRow,
    RevisionRow,
    SignatureRequestRow,
)
from workflows.plain_words import CHANGE, CHANGE_KIND, DELIVERY

REVISIONS = {
    "source": "Tệp gốc nộp vào",
    "draft": "Dự thảo",
    "signed": "Bản đã ký số",
    "sealed": "Bản đã đóng dấu",
    "received": "Bản nhận được",
    "preserved": "Bản lưu trữ lâu dài",
}
_DELIVERY_KINDS = {
    DeliveryState.ACCEPTED: "good",
    DeliveryState.ASSIGNED: "good",
    DeliveryState.PROCESSING: "good",
    DeliveryState.COMPLETED: "good",
    DeliveryState.QUEUED: "soon",
    DeliveryState.OUTCOME_UNKNOWN: "soon",
    DeliveryState.FAILED: "bad",
    DeliveryState.REFUSED: "bad",
    DeliveryState.RECALL_REFUSED: "bad",
    DeliveryState.RECALLED: "quiet",
}
RELATIONS = {
    "answers": ("Trả lời văn bản", "Được trả lời bằng"),
    "corrects": ("Đính chính văn bản", "Được đính chính bằng"),
    "amends": ("Sửa đổi, bổ sung văn bản", "Được sửa đổi, bổ sung bằng"),
    "replaces": ("Thay thế văn bản", "Được thay thế bằng"),
    "recalls": ("Thu hồi văn bản", "Bị thu hồi bằng"),
    "concerns": ("Liên quan đến văn bản", "Có văn bản liên quan"),
    "update": ("Cập nhật văn bản", "Được cập nhật bằng"),
}
_BY_CHANGE = {"recall": "recalls", "replace": "replaces", "update": "update"}
MOST_ACCESSES = 200


@dataclass(frozen=True, slots=True)
class File:
    """A file of the document: a revision, or what travels with it."""

    name: str
    href: str
    size: int
    pdf: bool
    sha256: str
    at: datetime | None = None
    current: bool = False


@dataclass(frozen=True, slots=True)
class Delivered:
    """What is known of the document at one recipient."""

    organ_id: str
    name: str
    state: str
    words: str
    kind: str
    """Of the chip."""
    code: str
    """Of the last status: `03`."""
    sent_at: datetime | None
    updated_at: datetime
    note: str
    asked: str
    """What was asked of it last (thu hồi, cập nhật, thay thế), and what it answered."""


@dataclass(frozen=True, slots=True)
class Related:
    """Another document of the agency that this one is about, or that is about this one."""

    words: str
    document: DocumentRow


@dataclass(frozen=True, slots=True)
class Looked:
    """One look at a restricted document."""

    name: str
    kind: str
    at: datetime


def files(session: Session, row: DocumentRow) -> list[File]:
    """Return every file: the newest revision first, then the attachments in order."""
    revisions = casefile.revisions_of(session, row.id)
    found = [_revision(row, each) for each in reversed(revisions)]
    attached = casefile.attachments_of(session, row.id)
    return found + [_attachment(row, place, each) for place, each in enumerate(attached, 1)]


def _revision(row: DocumentRow, each: RevisionRow) -> File:
    name = REVISIONS.get(each.kind, "Bản ký nháy" if each.kind.startswith("initial") else each.kind)
    href = f"/documents/{row.id}/revisions/{each.ordinal}"
    current = each.sha256 == row.current_sha256
    # a source may be a Word file: the viewer shows what follows it
    pdf = each.kind != "source"
    return File(name, href, each.size, pdf, each.sha256, each.created_at, current)


def _attachment(row: DocumentRow, place: int, each: Attachment) -> File:
    href = f"/documents/{row.id}/attachments/{place}"
    pdf = each.content_type == "application/pdf" or each.name.lower().endswith(".pdf")
    return File(each.name, href, each.size, pdf, each.sha256)


def delivered(session: Session, row: DocumentRow) -> list[Delivered]:
    """Return what is known at every recipient, with what was asked of it last."""
    newest: dict[str, ChangeRow] = {}
    for change in change_listing.about(session, row.id):
        if change.side == Side.SENDER and change.document_id == row.id:
            newest[change.partner] = change
    return [
        Delivered(
            each.organ_id,
            each.name,
            each.state,
            DELIVERY.get(each.state, each.state),
            _DELIVERY_KINDS.get(DeliveryState(each.state), "now"),
            each.status_code or "",
            each.sent_at,
            each.updated_at,
            each.note,
            _asked(newest.get(each.organ_id)),
        )
        for each in deliveries.of_document(session, row.id)
    ]


def _asked(change: ChangeRow | None) -> str:
    if change is None:
        return ""
    kind = CHANGE_KIND.get(change.kind, change.kind).capitalize()
    said = f"{kind}: {CHANGE.get(change.state, change.state)}"
    return f"{said}. {change.answer_note}" if change.answer_note else said


def questions(session: Session, row: DocumentRow) -> list[ChangeRow]:
    """Return what senders ask about an arrival and nobody has answered."""
    return [
        change
        for change in change_listing.about(session, row.id)
        if change.side == Side.RECEIVER and change.state == "asked"
    ]


def related(session: Session, row: DocumentRow) -> list[Related]:
    """Return the documents that this one is about, and those about it, in two questions."""
    ties: dict[tuple[str, str], None] = {}
    for tie in session.scalars(
        select(RelationRow)
        .where((RelationRow.document_id == row.id) | (RelationRow.about_id == row.id))
        .order_by(RelationRow.recorded_at)
    ):
        mine = tie.document_id == row.id
        words = RELATIONS.get(tie.kind, RELATIONS["concerns"])[0 if mine else 1]
        ties[(tie.about_id if mine else tie.document_id, words)] = None
    for change in change_listing.about(session, row.id):
        mine = change.letter_id == row.id
        other = change.document_id if mine else change.letter_id
        if other and change.state != "dropped":
            words = RELATIONS[_BY_CHANGE[change.kind]][0 if mine else 1]
            ties[(other, words)] = None
    ids = [document_id for document_id, _ in ties]
    rows = session.scalars(
        select(DocumentRow).where(DocumentRow.id.in_(ids), DocumentRow.organ_id == row.organ_id)
    )
    known = {each.id: each for each in rows}
    return [Related(words, known[other]) for other, words in ties if other in known]


def copies(session: Session, row: DocumentRow) -> list[CertifiedCopyRow]:
    """Return the certified copies that were made of the document, oldest first."""
    digests = [each.sha256 for each in casefile.revisions_of(session, row.id)]
    wanted = select(CertifiedCopyRow).where(
        CertifiedCopyRow.organ_id == row.organ_id, CertifiedCopyRow.source_sha256.in_(digests)
    )
    return list(session.scalars(wanted.order_by(CertifiedCopyRow.created_at)))


def stored_reports(session: Session, row: DocumentRow) -> Sequence[ReportRow]:
    """Return the stored reports, the newest first."""
    wanted = select(ReportRow).where(ReportRow.document_id == row.id)
    order = (ReportRow.recorded_at.desc(), ReportRow.id)
    return session.scalars(wanted.order_by(*order).limit(50)).all()


def open_request(session: Session, row: DocumentRow) -> SignatureRequestRow | None:
    """Return the open signature request that holds the document."""
    if row.frozen_by is None:
        return None
    try:
        found = requests.get(session, row.frozen_by)
    except OfficeError:
        return None
    return found if found.state in OPEN else None


def names(session: Session, ids: Sequence[str | None]) -> dict[str, str]:
    """Return full names by id."""
    wanted = select(PersonRow).where(PersonRow.id.in_([each for each in ids if each]))
    return {person.id: person.full_name for person in session.scalars(wanted)}


def is_restricted(session: Session, row: DocumentRow) -> bool:
    """Return whether only some of the agency may see it."""
    newest = session.scalar(
        select(AccessChangeRow.allowed)
        .where(
            AccessChangeRow.target_id == row.id,
            AccessChangeRow.grant_kind == GrantKind.RESTRICTED.value,
            AccessChangeRow.state == ChangeState.CONFIRMED.value,
        )
        .order_by(AccessChangeRow.decided_at.desc(), AccessChangeRow.id.desc())
        .limit(1)
    )
    return bool(newest)


_LOOKS = {
    AccessKind.VIEW: "xem",
    AccessKind.DOWNLOAD: "tải về",
    AccessKind.PRINT: "in",
    AccessKind.EXPORT: "xuất",
}


def looks(session: Session, row: DocumentRow) -> list[Looked]:
    """Return who looked at the document, the newest first, at most `MOST_ACCESSES`."""
    wanted = (
        select(PersonRow.full_name, AccessRow.kind, AccessRow.at)
        .join(PersonRow, PersonRow.id == AccessRow.person_id)
        .where(AccessRow.target_id == row.id)
        .order_by(AccessRow.at.desc())
        .limit(MOST_ACCESSES)
    )
    return [
        Looked(name, _LOOKS.get(AccessKind(kind), kind), at)
        for name, kind, at in session.execute(wanted)
    ]


def is_outgoing(row: DocumentRow) -> bool:
    """Return whether the document is the agency's own."""
    return row.direction == Direction.OUTGOING
