"""Changing what is recorded about a draft before it is approved, each change with before and after.

Legal source: Decree 30/2020/ND-CP, Art. 10.2, 11; Appendix VI, Part I, III.1n, III.5a. What the
document itself says too was checked with it: an edit of it ends the checks.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from documents import (
    abbreviations,
    casefile,
    catalogue_recipients,
    checks,
    correction_letters,
    deadline,
    deliveries,
    directory,
    draft_terms,
    editing,
    field_check,
    field_text,
    kind_list,
    secrecy,
    signatory,
)
from documents.casefile import locked, note
from documents.delivery import DeliveryState
from documents.document import Attachment, Urgency
from documents.draft import RecipientsMissing, fields_of
from documents.errors import Refused, storable
from documents.field_text import check_notation, check_subject
from documents.fields import OUTGOING
from documents.identity import new_id
from documents.lifecycle import State
from documents.numbering import local_day
from documents.tables import AttachmentRow, DeliveryRow, DocumentRow

STEP = "edit"
REASON_LENGTH = 500


class RecipientsTied(Refused):
    """The letter asks its recipients about an earlier document: they are not changed apart."""

    code = "document.recipients_tied"
    vietnamese = "Văn bản thu hồi, cập nhật, thay thế: không đổi nơi nhận riêng được"
    english = "a letter that recalls, updates or replaces asks its recipients: they stay"
    remedy = "Hủy dự thảo và lập dự thảo mới / void the draft and make a new one"


class UrgencyNotTheirs(Refused):
    """Once a draft is submitted, whoever signs decides how urgent it is."""

    code = "document.urgency_not_theirs"
    vietnamese = "Mức độ khẩn của dự thảo đã trình do người ký quyết định"
    english = "how urgent a submitted draft is, whoever signs it decides"
    remedy = "Người ký quyết định, hoặc trả lại dự thảo / let the signer decide, or return it"


@dataclass(frozen=True, slots=True)
class Edit:
    """What is to be changed; None: stays as it is."""

    subject: str | None = None
    type: str | None = None
    notation: str | None = None
    """Empty: built anew from type and agency."""
    unit: str = ""
    """The drafting unit's abbreviation, for a notation that is built anew."""
    signer: str | None = None
    """Id or full name."""
    recipients: tuple[str, ...] | None = None
    """Agency codes."""
    to_places: tuple[str, ...] | None = None
    urgency: Urgency | None = None
    due_date: date | None = None
    issue_by: date | None = None
    language: str | None = None
    description: str | None = None
    issued_amount: int | None = None
    attachments: tuple[Attachment, ...] | None = None
    clear: frozenset[str] = frozenset()
    """Of due_date, issue_by, description, issued_amount: those that are to be nothing."""


Changed = dict[str, dict[str, Any]]
"""By field: {"before": …, "after": …}, as the ledger keeps it."""


def edit(
    session: Session, document_id: str, edit: Edit, who: str, at: datetime, reason: str = ""
) -> Changed:
    """Change what *edit* names; return what did change. Nothing changed: nothing is written.

    Raises:
        DraftClosed, DocumentFrozen, ChangeUnderway: it is no draft that can be changed.
        PersonUnknown, RightMissing and what else `posts.acting` refuses.
        RecipientsTied, UrgencyNotTheirs: as they say.
        What `draft.create` refuses of the same fields; what `correction_letters` refuses of a
            document that mends another. Nothing is kept then.
    """
    row = locked(session, document_id)
    acting = editing.editor(session, row, who, at, STEP)
    secrecy.refuse_marked(edit.subject or "", edit.notation or "", edit.description or "")
    before = _shown(session, row)
    for change in (_name, _address, _describe):
        change(session, row, edit, at)
    if edit.urgency is not None and edit.urgency != row.urgency:
        if row.state == State.SUBMITTED and acting.person.id != row.signer_id:
            raise UrgencyNotTheirs
        draft_terms.change_urgency(session, row, edit.urgency, acting, at)
    if edit.issue_by is not None or "issue_by" in edit.clear:
        draft_terms.set_issue_by(session, row, None if "issue_by" in edit.clear else edit.issue_by)
    field_check.ensure(OUTGOING, fields_of(row))
    correction_letters.ensure_fits(session, row)
    after = _shown(session, row)
    changed: Changed = {
        name: {"before": value, "after": after[name]}
        for name, value in before.items()
        if value != after[name]
    }
    if not changed:
        return {}
    row.version += 1
    row.updated_at = at
    void = checks.end(session, row.id, at) if editing.PRINTED & set(changed) else []
    said: dict[str, Any] = {"changed": changed} | ({"void": void} if void else {})
    said |= {"reason": storable(reason.strip())[:REASON_LENGTH]} if reason.strip() else {}
    evidence = row.current_sha256 or ""
    detail = said | acting.detail()
    note(session, row, STEP, acting.actor, at, evidence=evidence, detail=detail)
    session.flush()
    return changed


def _shown(session: Session, row: DocumentRow) -> dict[str, Any]:
    """Return everything that can be edited, as the ledger keeps it."""
    day: Callable[[date | None], str | None] = lambda each: each.isoformat() if each else None  # noqa: E731
    return {
        "subject": row.subject,
        "type": row.type_name,
        "notation": row.code_notation,
        "signer": row.signer_id,
        "recipients": [each.organ_id for each in deliveries.of_document(session, row.id)],
        "to_places": list(row.to_places),
        "urgency": row.urgency,
        "due_date": day(row.due_date),
        "issue_by": day(draft_terms.issue_by(session, row.id)),
        "language": row.language,
        "description": row.description,
        "issued_amount": row.issued_amount,
        "attachments": [
            {"name": each.name, "sha256": each.sha256}
            for each in casefile.attachments_of(session, row.id)
        ],
    }


def _name(session: Session, row: DocumentRow, edit: Edit, at: datetime) -> None:
    """Change subject, type, notation, signer."""
    if edit.subject is not None:
        row.subject = check_subject(edit.subject)
    if edit.type is not None or edit.notation is not None:
        day = local_day(at)
        agency = directory.served_agency(session, row.organ_id)
        kind = kind_list.kind_of(session, edit.type or row.type_name, day)
        moved = kind.name != row.type_name
        row.type_name = kind.name
        if edit.notation is not None or moved:
            given = edit.notation or ""
            built = abbreviations.own_notation(session, agency, kind, given, edit.unit, day)
            row.code_notation = check_notation(built)
    if edit.signer is not None:
        signer = signatory.signer_of(session, row.organ_id, edit.signer, at)
        row.signer_id, row.signer_name = signer.id, signer.full_name
        row.signer_position = signer.position
        row.signer_competence = signer.competence_line or signer.competence


def _address(session: Session, row: DocumentRow, edit: Edit, at: datetime) -> None:
    """Change the recipients, and the files that go to them."""
    if edit.to_places is not None:
        row.to_places = [storable(each) for each in edit.to_places]
    if edit.attachments is not None:
        session.execute(delete(AttachmentRow).where(AttachmentRow.document_id == row.id))
        casefile.add_attachments(session, row.id, edit.attachments)
    if edit.recipients is not None:
        _readdress(session, row, edit.recipients, at)


def _readdress(session: Session, row: DocumentRow, recipients: Sequence[str], at: datetime) -> None:
    agencies = catalogue_recipients.checked(session, recipients, local_day(at))
    if not agencies:
        raise RecipientsMissing
    wanted = {agency.organ_id: agency.name for agency in agencies}
    kept = {each.organ_id: each for each in deliveries.of_document(session, row.id)}
    if wanted.keys() == kept.keys():
        return
    if row.business_type:
        raise RecipientsTied
    for organ_id in kept.keys() - wanted.keys():
        session.delete(kept[organ_id])
    for organ_id in sorted(wanted.keys() - kept.keys()):
        session.add(
            DeliveryRow(
                id=new_id(),
                document_id=row.id,
                organ_id=organ_id,
                name=wanted[organ_id],
                state=DeliveryState.QUEUED,
                updated_at=at,
            )
        )
    session.flush()


def _describe(_session: Session, row: DocumentRow, edit: Edit, at: datetime) -> None:
    """Change what is said of it besides."""
    deadline.ensure_ahead(edit.due_date, at)
    deadline.ensure_ahead(edit.issue_by, at)
    if edit.due_date is not None:
        row.due_date = edit.due_date
    if edit.language is not None:
        row.language = field_text.normal(edit.language) or row.language
    if edit.description is not None:
        row.description = field_text.normal(edit.description) or None
    if edit.issued_amount is not None:
        row.issued_amount = edit.issued_amount
    for name in edit.clear & {"due_date", "description", "issued_amount"}:
        setattr(row, name, None)
