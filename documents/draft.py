"""Drafts of outgoing documents (bản thảo): what is handed in, checked at the door and entered.

Legal source: Decree 30/2020/ND-CP, Art. 10; law.md §1.2 (D1). `create` runs in the caller's
writing transaction and writes the ledger.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from documents import (
    abbreviations,
    casefile,
    catalogue_recipients,
    deadline,
    directory,
    field_check,
    field_text,
    kind_list,
    numbering,
    posts,
    secrecy,
    signatory,
)
from documents.delivery import DeliveryState
from documents.document import Attachment, Role, Urgency
from documents.errors import Refused
from documents.field_text import check_notation, check_subject
from documents.fields import LANGUAGE, OUTGOING
from documents.identity import new_id
from documents.lifecycle import Direction, State
from documents.placement import Placement
from documents.tables import DeliveryRow, DocumentRow


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
    type: str
    """One of the 29 (`DocumentType`), or one that the installation added."""
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
    language: str = LANGUAGE
    description: str = ""
    """Ghi chú."""
    issued_amount: int | None = None
    """Số lượng bản phát hành."""
    attachments: tuple[Attachment, ...] = ()


def create(session: Session, draft: Draft, at: datetime, document_id: str = "") -> DocumentRow:
    """Enter a draft; its deliveries wait from now on.

    Raises:
        AgencyUnknown, AgencyNotServed, PersonUnknown, RightMissing, SubjectInvalid,
        NotationInvalid, RecipientsMissing, RecipientUnknown, RecipientAbolished,
        RecipientIsExchange, SecretRefused, TypeUnknown, AbbreviationUnknown, FieldRefused,
        DeadlinePast: as they say; nothing is kept.
    """
    secrecy.refuse_marked(
        draft.subject, draft.notation, draft.description, confidentiality=draft.confidentiality
    )
    agency = directory.served_agency(session, draft.organ_id)
    what = "soạn thảo / draft"
    acting = posts.acting(session, agency.organ_id, draft.drafter_id, frozenset(Role), at, what)
    signer = signatory.signer_of(session, agency.organ_id, draft.signer_id, at)
    deadline.ensure_ahead(draft.due_date, at)
    day = numbering.local_day(at)
    kind = kind_list.kind_of(session, draft.type, day)
    row = DocumentRow(
        id=document_id or new_id(),
        direction=Direction.OUTGOING,
        organ_id=agency.organ_id,
        state=State.DRAFT,
        created_at=at,
        updated_at=at,
        type_name=kind.name,
        subject=check_subject(draft.subject),
        urgency=int(draft.urgency),
        place=agency.place,
        due_date=draft.due_date,
        to_places=list(draft.to_places),
        pages=draft.pages,
        sender_organ_id=agency.organ_id,
        sender_name=agency.name,
        code_notation=check_notation(
            abbreviations.own_notation(session, agency, kind, draft.notation, draft.unit, day)
        ),
        language=field_text.normal(draft.language) or LANGUAGE,
        description=field_text.normal(draft.description) or None,
        issued_amount=draft.issued_amount,
        drafter_id=acting.person.id,
        unit_id=acting.unit_id,
        signer_id=signer.id,
        clerk_id=directory.person_with(session, agency.organ_id, [Role.CLERK], at).id,
        signer_name=signer.full_name,
        signer_position=signer.position,
        signer_competence=signer.competence_line or signer.competence,
        placement=draft.placement.as_dict(),
    )
    field_check.ensure(OUTGOING, fields_of(row))
    session.add(row)
    session.flush()
    casefile.add_revision(session, row, "source", draft.source_sha256, draft.source_size, at)
    casefile.add_revision(session, row, "draft", draft.pdf_sha256, draft.pdf_size, at)
    casefile.add_attachments(session, row.id, draft.attachments)
    _add_deliveries(session, row, draft.recipients, at)
    casefile.note(session, row, "draft", acting.actor, at, evidence=draft.pdf_sha256)
    return row


def fields_of(row: DocumentRow) -> dict[str, Any]:
    """Return what is known of a draft, by Appendix VI's names."""
    return {
        "TypeName": row.type_name,
        "CodeNotation": row.code_notation,
        "OrganName": row.sender_name,
        "Subject": row.subject,
        "Language": row.language,
        "PageAmount": row.pages,
        "Description": row.description,
        "SignerInfo": {"Position": row.signer_position, "FullName": row.signer_name},
        "Priority": row.urgency,
        "IssuedAmount": row.issued_amount,
        "DueDate": row.due_date,
    }


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
