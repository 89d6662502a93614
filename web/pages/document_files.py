"""/documents/ID/…: the bytes of a document: revisions, attachments, reports, the evidence.

Strangers made most of them: they are shown in a sandbox, under a name that no header takes for
more, and never as a page of ours.
"""

import tempfile
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse, Response
from sqlalchemy.orm import Session
from starlette.background import BackgroundTask

from documents import casefile, reports, rights
from documents.access import AccessKind
from documents.casefile import DocumentUnknown
from documents.right import Right
from documents.tables import DocumentRow, ReportRow, RevisionRow
from drafting import verification_page
from web.pages.document_page import looked, seen_by
from web.rendering import attachment_headers
from web.visitor import Here, Visitor
from workflows import document_view, evidence
from workflows.cabinet import Cabinet
from workflows.examination import subject_of
from workflows.verdict_page import page_of

router = APIRouter(prefix="/documents")
_PDF = "application/pdf"
_ANY = "application/octet-stream"
_ENDINGS = ((b"%PDF-", "pdf"), (b"PK\x03\x04", "docx"), (b"\xd0\xcf\x11\xe0", "doc"))


@router.get("/{document_id}/pdf")
def current(here: Here, document_id: str, download: bool = False) -> Response:
    """Give the document's newest file."""
    with here.office.database.reading() as session:
        row = seen_by(session, here, document_id)
        restricted = document_view.is_restricted(session, row)
        if not row.current_sha256:
            raise DocumentUnknown(row.id)
    return _file(here, row, row.current_sha256, _stem(row), restricted, download=download)


@router.get("/{document_id}/revisions/{ordinal}")
def revision(here: Here, document_id: str, ordinal: int, download: bool = False) -> Response:
    """Give one revision of the document."""
    with here.office.database.reading() as session:
        row = seen_by(session, here, document_id)
        found = session.get(RevisionRow, (row.id, _small(ordinal)))
        if found is None:
            raise DocumentUnknown(row.id)
        restricted = document_view.is_restricted(session, row)
    stem = f"{_stem(row)}-{found.kind}"
    return _file(here, row, found.sha256, stem, restricted, download=download)


@router.get("/{document_id}/attachments/{ordinal}")
def attachment(here: Here, document_id: str, ordinal: int, download: bool = False) -> Response:
    """Give a file that travels with the document, as it was sealed where it was."""
    with here.office.database.reading() as session:
        row = seen_by(session, here, document_id)
        found = casefile.attachments_of(session, row.id)
        if not 1 <= ordinal <= len(found):
            raise DocumentUnknown(row.id)
        restricted = document_view.is_restricted(session, row)
    item = found[ordinal - 1]
    return _file(here, row, item.sha256, item.name, restricted, download=download, named=True)


@router.get("/{document_id}/reports/{report_id}.pdf")
def report(here: Here, document_id: str, report_id: str) -> Response:
    """Give a stored verification report as the page that people print."""
    with here.office.database.reading() as session:
        row = seen_by(session, here, document_id)
        filed = reports.filed_of(_report(session, row, report_id))
    content = verification_page.render(page_of(filed, subject_of(row), None))
    headers = attachment_headers(f"{_stem(row)}-xac-minh.pdf", inline=True)
    return Response(content, media_type=_PDF, headers=dict(headers))


@router.get("/{document_id}/evidence.zip")
def bundle(here: Here, document_id: str) -> Response:
    """Give everything that proves the document; what was never verified is verified first."""
    with here.office.database.reading() as session:
        row = seen_by(session, here, document_id)
        rights.check(session, here.visit, Right.VERIFY, row, here.at)
        if not document_view.stored_reports(session, row):
            raise reports.ReportMissing(row.id, "")
        known = {each.file_sha256 for each in document_view.stored_reports(session, row)}
        if row.current_sha256 not in known:
            raise reports.ReportMissing(row.id, " của tệp hiện hành / on its newest file")
        restricted = document_view.is_restricted(session, row)
    office = here.office
    folder = tempfile.TemporaryDirectory(prefix="congvan-evidence-")
    target = Path(folder.name) / "bundle.zip"
    try:
        cabinet = Cabinet(office.settings, office.database, office.blobs)
        evidence.gathered(cabinet, row.id, target)
    except BaseException:
        folder.cleanup()
        raise
    if restricted:
        looked(here, row, AccessKind.EXPORT)
    headers = attachment_headers(f"{_stem(row)}-bang-chung.zip")
    task = BackgroundTask(folder.cleanup)
    return FileResponse(target, media_type=_ANY, headers=dict(headers), background=task)


def _report(session: Session, row: DocumentRow, report_id: str) -> ReportRow:
    found = session.get(ReportRow, report_id[:36])
    if found is None or found.document_id != row.id:
        raise DocumentUnknown(row.id)
    return found


def _file(
    here: Visitor,
    row: DocumentRow,
    sha256: str,
    name: str,
    restricted: bool,
    *,
    download: bool,
    named: bool = False,
) -> Response:
    """Return a stored file; whole and checked where it is to be kept by whoever asks."""
    blobs = here.office.blobs
    path = blobs.sound(sha256) if download else blobs.path(sha256)
    if not path.is_file():
        blobs.get(sha256)  # raises what is wrong with it
    ending = _ending(path)
    if restricted and (download or not here.request.headers.get("range")):
        looked(here, row, AccessKind.DOWNLOAD)
    full_name = name if named else f"{name}.{ending}"
    inline = ending == "pdf" and not download
    headers = attachment_headers(full_name, inline=inline)
    kind = _PDF if ending == "pdf" else _ANY
    return FileResponse(path, media_type=kind, headers=dict(headers))


def _ending(path: Path) -> str:
    with path.open("rb") as file:
        begin = file.read(8)
    return next((ending for mark, ending in _ENDINGS if begin.startswith(mark)), "bin")


def _stem(row: DocumentRow) -> str:
    if not row.code_number:
        return row.id
    return f"{row.code_number}-{row.code_notation}".replace("/", "-")


def _small(ordinal: int) -> int:
    return ordinal if 0 <= ordinal < 1 << 31 else -1
