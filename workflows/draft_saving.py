"""Saving a draft that is there: fields, text and files at once, never over what another saved.

Legal source: Decree 30/2020/ND-CP, Art. 10.2, 11. One transaction: what is recorded, the next
version where the file is another, what it was made from.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlalchemy.orm import Session

from documents import casefile, draft_edits, editing, revising, secrecy, seen, versions
from documents.document import Urgency
from documents.draft_edits import Changed, Edit
from documents.placement import Box
from documents.revising import VersionFile
from documents.secrecy import SecretRefused
from documents.tables import DocumentRow
from signing import fields
from workflows import composing, drafts, messages
from workflows.composing import Head, Written
from workflows.jobs import Intake, TakeIn
from workflows.office import Office
from workflows.pressing import Stored


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
    boxes: Mapping[str, Box] = field(default_factory=dict)
    """Places in it that were given by hand."""
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
                composing.keep(session, document_id, number, change.written)
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
        boxes = tuple(change.boxes.items())
        job = TakeIn(change.path.resolve(), row.signer_name, row.code_notation, boxes)
        (taken,) = drafts.taken_in(office, row.organ_id, [job])
        assert isinstance(taken, Intake)  # noqa: S101  (TakeIn gives Intake)
    elif change.written is not None:
        with office.database.reading() as session:
            head = _head(row, change.edit)
            draft = composing.composition(session, head, change.written, office.now())
        composed = composing.printed(office, draft)
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
