"""Drafts of outgoing documents (bản thảo): what is handed in, checked at the door and entered.

Legal source: Decree 30/2020/ND-CP, Art. 10; law.md §1.2 (D1). `create` runs in the caller's
writing transaction and writes the ledger.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from documents import casefile, catalogue_recipients, directory, ledger, numbering, signatory
from documents.delivery import DeliveryState
from documents.document import SUBJECT_LENGTH, Attachment, DocumentType, Role, Urgency
from documents.errors import Refused
from documents.identity import new_id
from documents.ledger import Actor, Fact
from documents.lifecycle import Direction, State
from documents.placement import Placement
from documents.tables import DeliveryRow, DocumentRow

NOTATION_LENGTH = 30
"""Characters of edXML's `CodeNotation`."""
MARK_LENGTH = 40
"""Characters of a secrecy mark that are recorded: no room for what is secret."""


class SecretRefused(Refused):
    """State secrets never enter the system (Decree 30/2020, Art. 1; QĐ 28/2018)."""

    code = "document.secret"
    vietnamese = "Văn bản mật («{0}») không được soạn thảo, gửi, lưu trên hệ thống này"
    english = "a secret document («{0}») must not enter this system"
    remedy = "Xử lý theo quy định về bảo vệ bí mật nhà nước / handle it as the law on secrets says"


class SubjectInvalid(Refused):
    """The subject is empty, too long, or has control characters."""

    code = "document.subject_invalid"
    vietnamese = "Trích yếu không hợp lệ: {0}"
    english = "the subject is not valid: {0}"
    remedy = "Trích yếu từ 1 đến 500 ký tự, không có ký tự điều khiển / 1 to 500 characters"


class NotationInvalid(Refused):
    """The notation cannot be part of a code."""

    code = "document.notation_invalid"
    vietnamese = "Ký hiệu «{0}» không hợp lệ"
    english = "«{0}» is not a notation"
    remedy = (
        "Tối đa 30 ký tự, không có khoảng trắng, ví dụ QĐ-UBND / at most 30 characters, no spaces"
    )


class RecipientsMissing(Refused):
    """A document needs at least one recipient."""

    code = "document.recipients_missing"
    vietnamese = "Văn bản chưa có nơi nhận"
    english = "the document has no recipient"
    remedy = "Thêm ít nhất một cơ quan nhận / add at least one recipient"


@dataclass(frozen=True, slots=True)
class Draft:
    """What a specialist hands in."""

    organ_id: str
    type: DocumentType
    subject: str
    recipients: tuple[str, ...]
    """Agency codes, new or old form."""
    signer_id: str
    drafter_id: str
    source_sha256: str
    """The file as it was handed in."""
    source_size: int
    pdf_sha256: str
    """The normalised PDF with its reserved fields."""
    pdf_size: int
    pages: int
    placement: Placement
    notation: str = ""
    """ký hiệu; built from type and agency where empty."""
    unit: str = ""
    """The drafting unit's abbreviation, for the notation of a công văn."""
    urgency: Urgency = Urgency.ROUTINE
    confidentiality: str = ""
    due_date: date | None = None
    to_places: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()


def check_notation(notation: str) -> str:
    """Return *notation* in NFC.

    Raises:
        NotationInvalid: empty, too long, or with white space or invisible characters.
    """
    text = unicodedata.normalize("NFC", notation)
    if not 1 <= len(text) <= NOTATION_LENGTH or any(
        c.isspace() or not c.isprintable() for c in text
    ):
        raise NotationInvalid(notation)
    return text


def check_subject(subject: str) -> str:
    """Return *subject* in NFC, with single spaces.

    Raises:
        SubjectInvalid: empty, over 500 characters, or with control characters.
    """
    text = unicodedata.normalize("NFC", subject)
    controls = any(unicodedata.category(c) == "Cc" and c not in "\t\n\r" for c in text)
    text = " ".join(text.split())
    # what is not printable besides: characters that turn the order of reading, no characters
    if controls or not text.isprintable():
        raise SubjectInvalid("ký tự điều khiển / control characters")
    if not 1 <= len(text) <= SUBJECT_LENGTH:
        raise SubjectInvalid(f"{len(text)} ký tự / characters")
    return text


def refuse_secret(session: Session, organ_id: str, mark: str, actor: Actor, at: datetime) -> None:
    """Record, without any content, that a secret document was refused at the door."""
    ledger.append(
        session,
        organ_id,
        Fact("", "refuse_secret", "", actor, "", (("mark", mark[:MARK_LENGTH]),)),
        at,
    )


def create(session: Session, draft: Draft, at: datetime, document_id: str = "") -> DocumentRow:
    """Enter a draft; its deliveries wait from now on.

    Raises:
        AgencyUnknown, AgencyNotServed, PersonUnknown, RightMissing, SubjectInvalid,
        NotationInvalid, RecipientsMissing, RecipientUnknown, RecipientAbolished,
        RecipientIsExchange, SecretRefused: as they say; nothing is kept.
    """
    if draft.confidentiality:
        raise SecretRefused(draft.confidentiality)
    agency = directory.served_agency(session, draft.organ_id)
    drafter = directory.person_row(session, agency.organ_id, draft.drafter_id)
    signer = signatory.signer_of(session, agency.organ_id, draft.signer_id, at)
    row = DocumentRow(
        id=document_id or new_id(),
        direction=Direction.OUTGOING,
        organ_id=agency.organ_id,
        state=State.DRAFT,
        created_at=at,
        updated_at=at,
        type_name=draft.type.value,
        subject=check_subject(draft.subject),
        urgency=int(draft.urgency),
        place=agency.place,
        due_date=draft.due_date,
        to_places=list(draft.to_places),
        pages=draft.pages,
        sender_organ_id=agency.organ_id,
        sender_name=agency.name,
        code_notation=check_notation(
            draft.notation or numbering.notation(draft.type, agency.abbreviation, draft.unit)
        ),
        drafter_id=drafter.id,
        signer_id=signer.id,
        clerk_id=directory.person_with(session, agency.organ_id, [Role.CLERK]).id,
        signer_name=signer.full_name,
        signer_position=signer.position,
        signer_competence=signer.competence_line or signer.competence,
        placement=draft.placement.as_dict(),
    )
    session.add(row)
    session.flush()
    casefile.add_revision(session, row, "source", draft.source_sha256, draft.source_size, at)
    casefile.add_revision(session, row, "draft", draft.pdf_sha256, draft.pdf_size, at)
    casefile.add_attachments(session, row.id, draft.attachments)
    _add_deliveries(session, row, draft.recipients, at)
    actor = Actor(drafter.id, Role(drafter.role))
    casefile.note(session, row, "draft", actor, at, evidence=draft.pdf_sha256)
    return row


def _add_deliveries(
    session: Session, row: DocumentRow, recipients: Sequence[str], at: datetime
) -> None:
    agencies = catalogue_recipients.checked(session, recipients, numbering.local_day(at))
    if not agencies:
        raise RecipientsMissing
    for agency in agencies:
        session.add(
            DeliveryRow(
                id=new_id(),
                document_id=row.id,
                organ_id=agency.organ_id,
                name=agency.name,
                state=DeliveryState.QUEUED,
                updated_at=at,
            )
        )
    session.flush()
