"""Files beside a signature: the document's own PDF, what travels with it, what changed since read.

A stranger's PDF is served in a sandbox; what differs is found in a worker process, apart from the
page, since it may take seconds. Source: ux.md §2.
"""

from base64 import b64encode
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from documents import casefile, readings
from documents.errors import OfficeError
from documents.rights import see
from documents.tables import DocumentRow
from web.faults import PageMissing
from web.rendering import attachment_headers, page
from web.visitor import Here
from workflows.page_changes import Compare, Compared

router = APIRouter(prefix="/sign/{document_id}")


@router.get("/file.pdf")
def file(
    here: Here, document_id: str, sha256: Annotated[str, Query(max_length=64)] = ""
) -> Response:
    """Give one revision of the document; without *sha256* the current one."""
    with here.office.database.reading() as session:
        row = see(session, here.visit, session.get(DocumentRow, document_id), here.at)
        wanted = sha256 or row.current_sha256 or ""
        known = {each.sha256 for each in casefile.revisions_of(session, row.id)}
    if wanted not in known:
        raise PageMissing
    headers = dict(attachment_headers(f"{row.code_notation or 'van-ban'}.pdf", inline=True))
    return Response(here.office.blobs.get(wanted), media_type="application/pdf", headers=headers)


@router.get("/attachments/{ordinal}")
def attachment(here: Here, document_id: str, ordinal: int) -> Response:
    """Give a file that travels with the document, to be kept; PDF is shown."""
    with here.office.database.reading() as session:
        row = see(session, here.visit, session.get(DocumentRow, document_id), here.at)
        files = casefile.attachments_of(session, row.id)
    if not 1 <= ordinal <= len(files):
        raise PageMissing
    found = files[ordinal - 1]
    is_pdf = found.content_type == "application/pdf"
    headers = dict(attachment_headers(found.name, inline=is_pdf))
    kind = "application/pdf" if is_pdf else "application/octet-stream"
    return Response(here.office.blobs.get(found.sha256), media_type=kind, headers=headers)


@router.get("/changes")
def changes(here: Here, document_id: str) -> Response:
    """Show what differs between the file that the visitor read before and the present one."""
    with here.office.database.reading() as session:
        row = see(session, here.visit, session.get(DocumentRow, document_id), here.at)
        before = readings.before(session, row, here.who) or ""
    if not before:
        return page(here, "sign/changes.html", found=None, pages=(), failure=None)
    (answer,) = here.office.workshop.run([Compare(before, row.current_sha256 or "")])
    if isinstance(answer, OfficeError):
        return page(here, "sign/changes.html", found=None, pages=(), failure=answer)
    assert isinstance(answer, Compared)  # noqa: S101  (Compare gives Compared)
    pages = [(number, b64encode(picture).decode("ascii")) for number, picture in answer.pages]
    return page(here, "sign/changes.html", found=answer, pages=pages, failure=None)
