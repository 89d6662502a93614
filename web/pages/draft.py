"""/drafts/ID: one draft, its file, versions side by side, opinions, checks, who has it now.

Sources: ux.md §1.4, §2. Legal source: Decree 30/2020/ND-CP, Art. 10 to 12; Appendix VI, Part I,
III.5a: all drafts, opinions and checks are kept and shown.
"""

import base64

from fastapi import APIRouter
from fastapi.responses import Response

from documents import casefile, draft_opinions, versions
from documents.errors import OfficeError
from documents.identity import new_id
from documents.lifecycle import State
from documents.versions import Version
from web import draft_desk, kept, trail
from web.faults import PageMissing
from web.rendering import attachment_headers, page, redirect
from web.visitor import Here, Visitor
from workflows import drafts
from workflows.draft_looks import Differ, Differences, Row
from workflows.page_changes import Compare, Compared

router = APIRouter(prefix="/drafts/{document_id}")
_CLOSED = frozenset({State.DISPATCHED, State.FILED, State.RECALLED, State.REPLACED})


@router.get("")
def show(here: Here, document_id: str) -> Response:
    """Show the draft; what is issued has its own page."""
    return shown(here, document_id)


def shown(
    here: Visitor,
    document_id: str,
    *,
    fault: OfficeError | None = None,
    sent: dict[str, list[str]] | None = None,
    status: int = 200,
) -> Response:
    """Return the draft's page, with what was refused and typed."""
    with here.office.database.reading() as session:
        row = draft_desk.seen_draft(session, here, document_id)
        if row.state in _CLOSED and fault is None:
            return redirect(here, f"/documents/{row.id}")
        context = draft_desk.context(session, here, row)
    said = kept.form(here, f"drafts/{row.id}/say", seen=str(row.version), sent=sent)
    form_key = new_id()
    return page(
        here,
        "drafts/show.html",
        status=status,
        fault=fault,
        said_form=said,
        form_key=form_key,
        trail_here=trail.neighbours(here, here.request.query_params.get("tu", ""), row.id),
        **context,
    )


@router.get("/file")
def file(here: Here, document_id: str, version: int = 0, download: str = "") -> Response:
    """Send the PDF of a version; the current file where none is named."""
    with here.office.database.reading() as session:
        row = draft_desk.seen_draft(session, here, document_id)
        sha256 = row.current_sha256 or ""
        if version:
            sha256 = versions.version(session, row.id, version).sha256
    name = f"du-thao-{row.code_notation or 'van-ban'}{f'-ban-{version}' if version else ''}.pdf"
    headers = attachment_headers(name.replace("/", "-"), inline=not download)
    content = here.office.blobs.get(sha256)
    return Response(content, media_type="application/pdf", headers=dict(headers))


@router.get("/attachments/{sha256}")
def attachment(here: Here, document_id: str, sha256: str) -> Response:
    """Send one of the files that go with the draft."""
    with here.office.database.reading() as session:
        row = draft_desk.seen_draft(session, here, document_id)
        every = casefile.attachments_of(session, row.id)
    found = next((each for each in every if each.sha256 == sha256), None)
    if found is None:
        raise PageMissing
    return Response(
        here.office.blobs.get(found.sha256),
        media_type="application/octet-stream",
        headers=dict(attachment_headers(found.name)),
    )


@router.get("/opinions/{opinion_id}/file")
def opinion_file(here: Here, document_id: str, opinion_id: str) -> Response:
    """Send the annotated file of an opinion."""
    with here.office.database.reading() as session:
        row = draft_desk.seen_draft(session, here, document_id)
        every = draft_opinions.of_document(session, row.id)
    found = next((each for each in every if each.id == opinion_id and each.file_sha256), None)
    if found is None or found.file_sha256 is None:
        raise PageMissing
    return Response(
        here.office.blobs.get(found.file_sha256),
        media_type="application/octet-stream",
        headers=dict(attachment_headers(found.file_name)),
    )


@router.get("/compare")
def compare(here: Here, document_id: str, before: int = 0, after: int = 0) -> Response:
    """Show two versions beside each other: the words at once, the pages when they are drawn."""
    with here.office.database.reading() as session:
        row = draft_desk.seen_draft(session, here, document_id)
        every = versions.versions_of(session, row.id)
        old, new = _two(every, before, after)
        names = draft_desk.names_of(session, [each.by for each in every])
    fault: OfficeError | None = None
    rows: tuple[Row, ...] = ()
    try:
        (found,) = drafts.taken_in(here.office, row.organ_id, [Differ(old.sha256, new.sha256)])
        rows = found.rows if isinstance(found, Differences) else ()
    except OfficeError as error:
        fault = error
    return page(
        here,
        "drafts/compare.html",
        row=row,
        versions=every,
        names=names,
        old=old,
        new=new,
        rows=rows,
        fault=fault,
    )


@router.get("/compare/pages")
def changed_pages(here: Here, document_id: str, before: int, after: int) -> Response:
    """Return the pages that look otherwise, with what changed framed."""
    with here.office.database.reading() as session:
        row = draft_desk.seen_draft(session, here, document_id)
        old = versions.version(session, row.id, before)
        new = versions.version(session, row.id, after)
    (found,) = drafts.taken_in(here.office, row.organ_id, [Compare(old.sha256, new.sha256)])
    assert isinstance(found, Compared)  # noqa: S101  (Compare gives Compared)
    pages = [(number, base64.b64encode(png).decode()) for number, png in found.pages]
    return page(here, "drafts/pages.html", pages=pages, found=found)


def _two(every: list[Version], before: int, after: int) -> tuple[Version, Version]:
    """Return the two versions that were asked for; the last two where none were."""
    last = len(every)
    new = after if 1 <= after <= last else last
    old = before if 1 <= before <= last else max(1, new - 1)
    return every[old - 1], every[new - 1]
