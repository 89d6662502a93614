"""A draft handed in again, or changed: the file's work, then one transaction.

Legal source: Decree 30/2020/ND-CP, Art. 10.2, 10.3, 11; Art. 18.6 for scans of paper documents.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from documents import casefile, draft_edits, draft_opinions, editing, paper_scans, revising, secrecy
from documents.copying import CopyKind, CopyRequest, Medium
from documents.document import Attachment
from documents.draft_edits import Changed, Edit
from documents.draft_opinions import Annotated
from documents.placement import Box
from documents.revising import VersionFile
from documents.secrecy import SecretRefused
from documents.tables import CertifiedCopyRow, DocumentRow
from documents.versions import STEP, Version
from workflows import copying, drafts, messages
from workflows.copying import CopyOrder
from workflows.jobs import Intake, TakeIn
from workflows.office import Office


def revise(
    office: Office,
    document_id: str,
    path: Path,
    who: str,
    reason: str = "",
    boxes: Mapping[str, Box] | None = None,
) -> Version:
    """Take a PDF or Word file in as the draft's next version.

    Raises:
        FileUnreadable, SecretRefused, TooMuchToSend, what drafting refuses, what
            `documents.revising.revise` refuses: nothing is kept.
    """
    row, attachments = _open(office, document_id, who, STEP)
    job = TakeIn(path.resolve(), row.signer_name, row.code_notation, tuple((boxes or {}).items()))
    (taken,) = drafts.taken_in(office, row.organ_id, [job])
    assert isinstance(taken, Intake)  # noqa: S101  (TakeIn gives Intake)
    drafts.ensure_sendable(office, taken.pdf.size, attachments)
    file = VersionFile(
        source_sha256=taken.source.sha256,
        source_size=taken.source.size,
        pdf_sha256=taken.pdf.sha256,
        pdf_size=taken.pdf.size,
        pages=taken.pages,
        placement=taken.placement,
    )
    with office.database.writing() as session:
        return revising.revise(session, document_id, file, who, office.now(), reason)


def _open(
    office: Office, document_id: str, who: str, what: str
) -> tuple[DocumentRow, list[Attachment]]:
    """Return the draft and its attachments, once it is known that *who* may change it."""
    with office.database.reading() as session:
        row = casefile.known(session, document_id)
        editing.editor(session, row, who, office.now(), what)
        return row, casefile.attachments_of(session, document_id)


def edit(
    office: Office,
    document_id: str,
    wanted: Edit,
    who: str,
    reason: str = "",
    attach: Sequence[Path] | None = None,
) -> Changed:
    """Change what is recorded about a draft; *attach* takes the place of its attachments.

    Raises:
        SecretRefused, FileUnreadable, TooMuchToSend, what `documents.draft_edits.edit` refuses,
            what a message could not say: nothing is kept.
    """
    row, kept = _open(office, document_id, who, draft_edits.STEP)
    if attach is not None:
        wanted = replace(wanted, attachments=drafts.attached(office, attach, row.organ_id))
    try:
        secrecy.refuse_marked(
            wanted.subject or "",
            wanted.notation or "",
            wanted.description or "",
            confidentiality=_secret_name(attach or ()),
        )
    except SecretRefused as error:
        drafts.record_secret(office, row.organ_id, error.args[0])
        raise
    with office.database.writing() as session:
        sizes = {r.sha256: r.size for r in casefile.revisions_of(session, document_id)}
        size = sizes.get(row.current_sha256 or "", 0)
        drafts.ensure_sendable(office, size, wanted.attachments or kept)
        changed = draft_edits.edit(session, document_id, wanted, who, office.now(), reason)
        messages.ensure_can_leave(session, casefile.locked(session, document_id), office.now())
        return changed


def _secret_name(paths: Sequence[Path]) -> str:
    return next(filter(None, (secrecy.mark_in_name(path.name) for path in paths)), "")


def say(office: Office, document_id: str, who: str, words: str, path: Path | None = None) -> str:
    """Give an opinion on a draft, with an annotated file or without; returns its id.

    Raises:
        FileUnreadable, SecretRefused, what `documents.draft_opinions.give` refuses.
    """
    file = None
    if path is not None:
        with office.database.reading() as session:
            organ_id = casefile.known(session, document_id).organ_id
        (taken,) = drafts.attached(office, [path], organ_id)
        file = Annotated(taken.name, taken.sha256, taken.size)
    with office.database.writing() as session:
        return draft_opinions.give(session, document_id, who, office.now(), words, file).id


def add_scan(
    office: Office, document_id: str, path: Path, clerk: str, signer: str
) -> CertifiedCopyRow:
    """Give a document that was made on paper its electronic copy: scan and agency's signature.

    It is a sao y from paper (Art. 25.1c); a scan whose copy was made already gets no second one.

    Raises:
        ScanNotWanted: the document was not made on paper, or has its copy.
        What `copying.make_copy` refuses.
    """
    with office.database.reading() as session:
        row = casefile.known(session, document_id)
        paper_scans.ensure_wanted(row)
        made = paper_scans.made_before(session, row, copying.digest(path))
    if made is None:
        code = f"{row.code_number}/{row.code_notation}"
        request = CopyRequest(CopyKind.EXACT, Medium.PAPER, Medium.ELECTRONIC, code)
        order = CopyOrder(row.organ_id, request, clerk, signer, document_id=row.id)
        made = copying.make_copy(office, order, path)
    with office.database.writing() as session:
        paper_scans.scanned(session, document_id, made, clerk, office.now())
    return made
