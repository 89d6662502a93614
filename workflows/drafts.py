"""Handing in drafts: a file from outside, or what the composer made.

Legal source: Decree 30/2020/ND-CP, Art. 10. The file is kept as it was handed in,
normalised once, and gets its reserved fields before anybody signs (design.md §5).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy.orm import Session

from documents import (
    abbreviations,
    casefile,
    catalogue_recipients,
    change_letters,
    correction_letters,
    deadline,
    directory,
    draft_terms,
    internal_copies,
    kind_list,
    numbering,
    outgoing,
    secrecy,
    secret_refusals,
    signatory,
)
from documents.change_letters import Asks
from documents.correction import Fault
from documents.document import Attachment, Role, Urgency
from documents.draft import Draft
from documents.errors import OfficeError, Refused
from documents.field_text import check_notation, check_subject
from documents.fields import LANGUAGE
from documents.ledger import SYSTEM, Actor
from documents.placement import Box
from documents.relation import RelationKind
from documents.secrecy import SecretRefused
from documents.tables import DocumentRow, UnitRow
from drafting import finder
from drafting.composer import Composed
from signing import fields
from workflows import messages
from workflows.appendices import is_pdf
from workflows.jobs import Attach, Done, Intake, Job, TakeIn
from workflows.office import Office
from workflows.pressing import Stored

MOST_ATTACHMENTS = 99
SEAL_GROWTH = 64 << 10
"""Bytes that the agency's signature adds to an attachment, at most."""


class TooMuchToSend(Refused):
    """The files of one document are more than a message carries."""

    code = "draft.too_much_to_send"
    vietnamese = "{0} tệp kèm theo, tổng {1} MiB: quá một gói tin (99 tệp, 50 MiB)"
    english = "{0} attachments, {1} MiB together: more than a message carries (99, 50 MiB)"
    remedy = "Bớt hoặc nén tệp kèm theo / remove or compress attachments"


@dataclass(frozen=True, slots=True)
class Tie:
    """What a draft does to another document of the agency."""

    kind: RelationKind
    about_id: str
    fault: Fault | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """Who sends what to whom."""

    sender: str
    type: str
    """One of the 29 (`DocumentType`), or one that the installation added."""
    subject: str
    recipients: tuple[str, ...]
    signer: str
    """Id or full name."""
    drafter: str = ""
    """Id or full name; the agency's first specialist where empty."""
    unit: str = ""
    notation: str = ""
    urgency: Urgency = Urgency.ROUTINE
    confidentiality: str = ""
    due_date: date | None = None
    language: str = LANGUAGE
    description: str = ""
    issued_amount: int | None = None
    attachments: tuple[Path, ...] = ()
    asks: Asks | None = None
    """Of a letter that recalls, updates or replaces an earlier document."""
    ties: tuple[Tie, ...] = ()
    """What it answers, amends or corrects."""
    issue_by: date | None = None
    """Last day on which it is to be issued."""
    informs: tuple[str, ...] = ()
    """Ids of people and units inside that get it for information."""
    to_places: tuple[str, ...] = ()
    """Nơi nhận, as it is printed."""
    document_id: str = ""
    """Of the draft that is made; empty: a new one."""


Besides = Callable[[Session, DocumentRow], None]
"""What is kept in the transaction that enters a draft."""


def boxes_of(lines: Iterable[str]) -> dict[str, Box]:
    """Return the places that a person gave by hand, `number=1,90,700,180,715` a line.

    Raises:
        BoxInvalid: one cannot be read.
    """
    return dict(finder.read_box(line) for line in lines)


def hand_in_file(
    office: Office,
    order: Order,
    path: Path,
    boxes: Mapping[str, Box] | None = None,
    besides: Besides | None = None,
) -> str:
    """Take a PDF or Word file in as a draft; returns the document's id.

    Raises:
        FileUnreadable, SecretRefused, what drafting refuses, what `outgoing.create`
            refuses: nothing is kept.
    """
    sender, signer, notation = _checked(office, order)
    attachments = attached(office, order.attachments, sender)
    job = TakeIn(path.resolve(), signer, notation, tuple((boxes or {}).items()))
    (taken,) = taken_in(office, sender, [job])
    assert isinstance(taken, Intake)  # noqa: S101  (TakeIn gives Intake)
    return _create(office, order, taken, attachments, sender, besides)


def hand_in_composed(
    office: Office, order: Order, composed: Composed, besides: Besides | None = None
) -> str:
    """Enter what the composer made as a draft; returns the document's id."""
    sender, _signer, _notation = _checked(office, order)
    attachments = attached(office, order.attachments, sender)
    source = Stored(office.blobs.put(composed.pdf), len(composed.pdf))
    prepared = fields.reserve(composed.pdf, composed.placement)
    pdf = Stored(office.blobs.put(prepared), len(prepared))
    taken = Intake(source, pdf, composed.pages, composed.placement, ())
    return _create(office, order, taken, attachments, sender, besides)


def _checked(office: Office, order: Order) -> tuple[str, str, str]:
    """Return (agency's code, signer's name, notation) after what costs nothing was checked."""
    _refuse_secret(office, order)
    check_subject(order.subject)
    with office.database.reading() as session:
        agency = directory.served_agency(session, order.sender)
        signer = signatory.signer_of(session, agency.organ_id, order.signer, office.now())
        day = numbering.local_day(office.now())
        catalogue_recipients.checked(session, order.recipients, day)
        kind = kind_list.kind_of(session, order.type, day)
        notation = abbreviations.own_notation(
            session, agency, kind, order.notation, order.unit, day
        )
    return agency.organ_id, signer.full_name, check_notation(notation)


def _refuse_secret(office: Office, order: Order) -> None:
    """Refuse what bears a secrecy mark, before anything of it is looked at or kept.

    Raises:
        SecretRefused: it does; its refusal is in the ledger of the agency, if it is one of ours.
    """
    names = (secrecy.mark_in_name(path.name) for path in order.attachments)
    try:
        secrecy.refuse_marked(
            *(order.subject, order.notation, order.description),
            confidentiality=order.confidentiality or next(filter(None, names), ""),
        )
    except SecretRefused as error:
        with office.database.reading() as session:
            organ_id = directory.served_agency(session, order.sender).organ_id
        record_secret(office, organ_id, error.args[0])
        raise


def record_secret(office: Office, organ_id: str, mark: str) -> None:
    """Write down, without content, that something secret was refused."""
    with office.database.writing() as session:
        secret_refusals.record(session, organ_id, mark, SYSTEM, office.now())


def attached(office: Office, paths: Sequence[Path], sender: str) -> tuple[Attachment, ...]:
    """Return the files at *paths* as they travel with a draft of the agency *sender*.

    Raises:
        FileUnreadable, SecretRefused: as they say; a refusal of what is secret is recorded.
    """
    jobs = [Attach(path.resolve()) for path in paths]
    answers = taken_in(office, sender, jobs) if jobs else []
    return tuple(answer for answer in answers if isinstance(answer, Attachment))


def taken_in(office: Office, sender: str, jobs: Sequence[Job]) -> list[Done]:
    """Return what the workshop made of files; a secret one leaves its refusal in the ledger.

    Raises:
        OfficeError: what it refused, the first.
    """
    done: list[Done] = []
    for answer in office.workshop.run(jobs):
        if isinstance(answer, SecretRefused):
            record_secret(office, sender, answer.args[0])
        if isinstance(answer, OfficeError):
            raise answer
        done.append(answer)
    return done


def ensure_sendable(office: Office, size: int, attachments: Sequence[Attachment]) -> None:
    """Return if a PDF of *size* bytes and *attachments* fit into one message.

    Raises:
        TooMuchToSend: they do not.
    """
    size += sum(each.size + (SEAL_GROWTH if is_pdf(each) else 0) for each in attachments)
    if size > office.settings.largest_files or len(attachments) > MOST_ATTACHMENTS:
        raise TooMuchToSend(len(attachments), size >> 20)


def _create(
    office: Office,
    order: Order,
    taken: Intake,
    attachments: tuple[Attachment, ...],
    sender: str,
    besides: Besides | None = None,
) -> str:
    ensure_sendable(office, taken.pdf.size, attachments)
    with office.database.writing() as session:
        known = session.get(DocumentRow, order.document_id) if order.document_id else None
        if known is not None and known.organ_id == sender:
            return known.id  # the same form came twice at one moment
        signer = signatory.signer_of(session, sender, order.signer, office.now())
        drafter = (
            directory.person_row(session, sender, order.drafter, office.now())
            if order.drafter
            else directory.person_with(session, sender, _DRAFTERS, office.now())
        )
        draft = Draft(
            organ_id=sender,
            type=order.type,
            subject=order.subject,
            recipients=order.recipients,
            signer_id=signer.id,
            drafter_id=drafter.id,
            source_sha256=taken.source.sha256,
            source_size=taken.source.size,
            pdf_sha256=taken.pdf.sha256,
            pdf_size=taken.pdf.size,
            pages=taken.pages,
            placement=taken.placement,
            notation=order.notation,
            unit=order.unit,
            urgency=order.urgency,
            due_date=order.due_date,
            language=order.language,
            description=order.description,
            issued_amount=order.issued_amount,
            attachments=attachments,
            to_places=order.to_places,
        )
        row = outgoing.create(session, draft, office.now(), order.document_id)
        if order.asks is not None:
            change_letters.plan(session, row, order.asks, office.now())
        _tie(session, row, order, office.now())
        messages.ensure_can_leave(session, row, office.now())
        if besides is not None:
            besides(session, row)
        return row.id


def _tie(session: Session, row: DocumentRow, order: Order, at: datetime) -> None:
    """Write what the draft is to other documents, and what is wanted of it."""
    for tie in order.ties:
        correction_letters.tie(
            session, row.id, tie.kind, tie.about_id, at, fault=tie.fault, reason=tie.reason
        )
    deadline.ensure_ahead(order.issue_by, at)
    if order.issue_by is not None:
        draft_terms.set_issue_by(session, row, order.issue_by)
        who = Actor(row.drafter_id or "", Role.SPECIALIST)
        casefile.note(session, row, "set_issue_by", who, at, detail={"issue_by": order.issue_by})
    if order.informs:
        units = [each for each in order.informs if session.get(UnitRow, each) is not None]
        people = [each for each in order.informs if each not in units]
        drafter = row.drafter_id or ""
        internal_copies.inform(session, row.id, drafter, at, people=people, units=units)


_DRAFTERS: Sequence[Role] = (Role.SPECIALIST, Role.UNIT_HEAD)
