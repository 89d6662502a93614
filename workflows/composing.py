"""Drafts that are typed at the desk: printed for a look, handed in, changed.

Legal source: Decree 30/2020/ND-CP, Art. 10; Appendix I and III. What was typed is kept beside the
version that was made of it, so that whoever goes on finds it again; the file is what counts.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import (
    abbreviations,
    casefile,
    directory,
    draft_edits,
    draft_layouts,
    editing,
    kind_list,
    numbering,
    revising,
    secrecy,
    seen,
    signatory,
    versions,
)
from documents.document import DocumentType, Person, Role, Urgency
from documents.draft_edits import Changed, Edit
from documents.errors import Refused, storable
from documents.revising import VersionFile
from documents.secrecy import SecretRefused
from documents.tables import ComposedTextRow, DocumentRow
from drafting.composer import Composed, compose
from drafting.composition import COMPOSED_TYPES, Composition, Paragraph
from drafting.errors import TypeNotComposed
from drafting.written import Written, parts
from signing import fields
from workflows import drafts, messages
from workflows.draft_looks import Compose
from workflows.drafts import Order
from workflows.jobs import Intake, TakeIn
from workflows.office import Office
from workflows.pressing import Stored

QUICK = 30_000
"""Characters that are printed in less than a fifth of a second; more go to the workshop."""
COMPOSED = frozenset(each.value for each in COMPOSED_TYPES)
"""Names of the types that are printed here; others are handed in as files."""


@dataclass(frozen=True, slots=True)
class Head:
    """What is recorded about a document and printed on it, as far as it is known."""

    organ_id: str
    type: str
    subject: str = ""
    signer: str = ""
    """Id or full name."""
    unit: str = ""
    notation: str = ""
    """Empty: built."""
    urgency: Urgency = Urgency.ROUTINE
    to_places: tuple[str, ...] = ()


def head_of(order: Order) -> Head:
    """Return what an order prints."""
    return Head(
        order.sender,
        order.type,
        order.subject,
        order.signer,
        order.unit,
        order.notation,
        order.urgency,
        order.to_places,
    )


def composition(
    session: Session, head: Head, written: Written, at: datetime, *, unfinished: bool = False
) -> Composition:
    """Return what is to be printed.

    Args:
        session: any transaction.
        head: what is recorded.
        written: what was typed.
        at: aware UTC.
        unfinished: for a look while it is typed: what is missing or wrong is left empty.

    Raises:
        TypeNotComposed: the type has no layout here.
        DraftTooLarge: too much of it.
        RightMissing, PersonUnknown, NotationUncapital, AbbreviationUnknown: as they say, where
            it has to be finished.
    """
    if head.type not in COMPOSED:
        raise TypeNotComposed(head.type[:100])
    day = numbering.local_day(at)
    agency = directory.served_agency(session, head.organ_id)
    kind = kind_list.kind_of(session, head.type, day)
    signer = Person("", agency.organ_id, "", "", Role.LEADER)
    notation = head.notation
    try:
        signer = signatory.signer_of(session, agency.organ_id, head.signer, at)
        notation = abbreviations.own_notation(session, agency, kind, head.notation, head.unit, day)
    except Refused:
        if not unfinished:
            raise
    layout = draft_layouts.layout_of(head.type)
    own = tuple(
        Paragraph(f"{line.label}: {value}")
        for line in layout.own
        if (value := written.own.get(line.name, "").strip())
    )
    return Composition(
        type=DocumentType(head.type),
        agency=directory.as_agency(agency),
        notation=notation,
        subject=storable(head.subject),
        year=day.year,
        signer=signer,
        legal_bases=written.bases if layout.bases else (),
        body=own + parts(storable(written.body)),
        addressees=written.addressees if layout.addressees else (),
        to_places=head.to_places,
        drafting_unit=head.unit,
        urgency=head.urgency,
    )


def printed(office: Office, draft: Composition) -> Composed:
    """Print it: here if it is short, in the workshop if it is long.

    Raises:
        What `drafting.composer.compose` refuses; FileTooHard, WorkshopBroken.
    """
    size = sum(len(getattr(part, "text", "")) for part in draft.body) + 200 * len(draft.to_places)
    if size <= QUICK:
        return compose(draft)
    (made,) = drafts.taken_in(office, draft.agency.organ_id, [Compose(draft)])
    assert isinstance(made, Composed)  # noqa: S101  (Compose gives Composed)
    return made


def look(office: Office, head: Head, written: Written) -> bytes:
    """Return the PDF of what is typed so far, for a look; nothing is kept.

    Raises:
        TypeNotComposed, DraftTooLarge: as they say.
    """
    with office.database.reading() as session:
        draft = composition(session, head, written, office.now(), unfinished=True)
    return printed(office, draft).pdf


def hand_in(
    office: Office, order: Order, written: Written, besides: drafts.Besides | None = None
) -> str:
    """Enter a draft that was typed; return its id.

    Raises:
        What `composition`, `printed` and `drafts.hand_in_composed` refuse: nothing is kept.
    """
    with office.database.reading() as session:
        draft = composition(session, head_of(order), written, office.now())

    def keep(session: Session, row: DocumentRow) -> None:
        _keep(session, row.id, 1, written)
        if besides is not None:
            besides(session, row)

    return drafts.hand_in_composed(office, order, printed(office, draft), keep)


def _keep(session: Session, document_id: str, number: int, written: Written) -> None:
    content = written.as_dict()
    session.add(ComposedTextRow(document_id=document_id, number=number, content=content))
    session.flush()


def written_of(session: Session, document_id: str) -> Written | None:
    """Return what the draft's newest version was made from; None where it came as a file."""
    number, _ = versions.newest(session, document_id)
    kept = session.scalar(
        select(ComposedTextRow.content).where(
            ComposedTextRow.document_id == document_id, ComposedTextRow.number == number
        )
    )
    return Written.from_dict(kept) if kept is not None else None


@dataclass(frozen=True, slots=True)
class Change:
    """What somebody saves of a draft that is there."""

    edit: Edit
    version: int
    """Of the document, as they had it before them."""
    written: Written | None = None
    """The text; None: it stays, or comes as a file."""
    path: Path | None = None
    """A file in place of what there is."""
    attach: Sequence[Path] = ()
    keep_attached: frozenset[str] | None = None
    """SHA-256 of the attachments that stay; None: all."""
    reason: str = ""


def save(
    office: Office,
    document_id: str,
    change: Change,
    who: str,
    besides: Callable[[Session], None] | None = None,
) -> tuple[Changed, int]:
    """Change a draft, fields and text at once; return what changed and the new version's number.

    The number is 0 where the file is the same. A repeat of what holds already changes nothing.

    Raises:
        DocumentChanged: somebody changed it since *who* had it before them: nothing is kept.
        What `draft_edits.edit` and `revising.revise` refuse; what drafting refuses.
    """
    row = _mine(office, document_id, change, who)
    wanted = _with_attachments(office, row, change)
    file = _file(office, row, change)
    with office.database.writing() as session:
        held = casefile.locked(session, document_id)
        seen.ensure(session, held, change.version)
        changed = draft_edits.edit(session, document_id, wanted, who, office.now(), change.reason)
        number = 0
        if file is not None and file.source_sha256 != _last(session, document_id):
            made = revising.revise(session, document_id, file, who, office.now(), change.reason)
            number = made.number
            if change.written is not None:
                _keep(session, document_id, number, change.written)
        attachments = casefile.attachments_of(session, document_id)
        size = file.pdf_size if file is not None else 0
        drafts.ensure_sendable(office, size, attachments)
        messages.ensure_can_leave(session, held, office.now())
        if besides is not None:
            besides(session)
        return changed, number


def _last(session: Session, document_id: str) -> str:
    return versions.versions_of(session, document_id)[-1].source_sha256


def _mine(office: Office, document_id: str, change: Change, who: str) -> DocumentRow:
    """Return the draft, once it is known that *who* may change it and has its newest state."""
    with office.database.reading() as session:
        row = casefile.known(session, document_id)
        seen.ensure(session, row, change.version)
        editing.editor(session, row, who, office.now(), draft_edits.STEP)
    names = (secrecy.mark_in_name(path.name) for path in change.attach)
    texts = (change.edit.subject or "", change.edit.notation or "", change.edit.description or "")
    try:
        secrecy.refuse_marked(*texts, confidentiality=next(filter(None, names), ""))
    except SecretRefused as error:
        drafts.record_secret(office, row.organ_id, error.args[0])
        raise
    return row


def _with_attachments(office: Office, row: DocumentRow, change: Change) -> Edit:
    if not change.attach and change.keep_attached is None:
        return change.edit
    new = drafts.attached(office, change.attach, row.organ_id)
    with office.database.reading() as session:
        held = casefile.attachments_of(session, row.id)
    kept = change.keep_attached
    stay = tuple(each for each in held if kept is None or each.sha256 in kept)
    return replace(change.edit, attachments=stay + new)


def _file(office: Office, row: DocumentRow, change: Change) -> VersionFile | None:
    """Return the next version's file: handed over, or printed from what was typed."""
    if change.path is not None:
        job = TakeIn(change.path.resolve(), row.signer_name, row.code_notation)
        (taken,) = drafts.taken_in(office, row.organ_id, [job])
        assert isinstance(taken, Intake)  # noqa: S101  (TakeIn gives Intake)
    elif change.written is not None:
        with office.database.reading() as session:
            head = _head(row, change.edit)
            draft = composition(session, head, change.written, office.now())
        composed = printed(office, draft)
        source = Stored(office.blobs.put(composed.pdf), len(composed.pdf))
        ready = fields.reserve(composed.pdf, composed.placement)
        pdf = Stored(office.blobs.put(ready), len(ready))
        taken = Intake(source, pdf, composed.pages, composed.placement, ())
    else:
        return None
    return VersionFile(
        source_sha256=taken.source.sha256,
        source_size=taken.source.size,
        pdf_sha256=taken.pdf.sha256,
        pdf_size=taken.pdf.size,
        pages=taken.pages,
        placement=taken.placement,
    )


def _head(row: DocumentRow, edit: Edit) -> Head:
    """Return what the draft prints once it is changed."""
    moved = edit.type is not None and edit.type != row.type_name
    kept = "" if moved else row.code_notation
    return Head(
        row.organ_id,
        row.type_name if edit.type is None else edit.type,
        row.subject if edit.subject is None else edit.subject,
        (row.signer_id or "") if edit.signer is None else edit.signer,
        edit.unit,
        kept if edit.notation is None else edit.notation,
        Urgency(row.urgency) if edit.urgency is None else edit.urgency,
        tuple(row.to_places) if edit.to_places is None else edit.to_places,
    )


def own_lines(values: Mapping[str, str], type_name: str) -> dict[str, str]:
    """Return of *values*, by field name, what documents of the type have as lines of their own."""
    lines = draft_layouts.layout_of(type_name).own
    return {line.name: values[line.name] for line in lines if values.get(line.name)}
