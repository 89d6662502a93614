"""Documents to read: lists, one document, its files, deliveries, timeline, verification, tasks."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query
from fastapi.responses import FileResponse, Response
from sqlalchemy.orm import Session

from documents import accesses, casefile, deliveries, ledger, listing, reports, rights, tasks
from documents.access import AccessKind, TargetKind
from documents.listing import LONGEST_PAGE
from documents.queues import queue
from documents.right import Right
from documents.sieve import Due, Sieve
from documents.tables import DocumentRow
from web.api.client import Client, Reader
from web.api.models import Delivery, Document, Fact, Summaries, Summary, Task, Verification
from web.api.once import tag_of

router = APIRouter(tags=["documents"])

Id = Annotated[str, Path(max_length=36)]
Digest = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]
Cursor = Annotated[str, Query(max_length=500, description="`next` of the page before")]
Limit = Annotated[int, Query(ge=1, le=LONGEST_PAGE)]


@router.get("/documents")
def list_documents(
    client: Reader,
    queue_name: Annotated[str, Query(alias="queue", max_length=60)] = "inbox",
    cursor: Cursor = "",
    limit: Limit = 50,
    type_name: Annotated[list[str], Query(alias="type", max_length=20)] = [],  # noqa: B006
    sender: Annotated[list[str], Query(max_length=20)] = [],  # noqa: B006
    urgency: Annotated[list[int], Query(max_length=5)] = [],  # noqa: B006
    since: date | None = None,
    until: date | None = None,
    due: Due | None = None,
) -> Summaries:
    """Return a page of one of the agency's lists (`inbox`, `to-register`, `outbox` …)."""
    sieve = Sieve(
        types=tuple(type_name),
        senders=tuple(sender),
        urgencies=tuple(urgency),
        since=since,
        until=until,
        due=due,
    )
    with client.office.database.reading() as session:
        page = listing.listed(
            session,
            client.organ_id,
            queue(queue_name),
            client.today,
            sieve=sieve,
            page=cursor,
            size=limit,
        )
        rows = rights.visible(session, client, page.documents, client.at)
    return Summaries(documents=[Summary.of(row) for row in rows], next=page.next)


@router.get("/documents/{document_id}")
def read_document(client: Reader, document_id: Id, response: Response) -> Document:
    """Return one document, with its files and the steps that may be taken now."""
    with client.office.database.reading() as session:
        row = seen(session, client, document_id)
        found = Document.whole(
            row,
            casefile.revisions_of(session, row.id),
            casefile.attachments_of(session, row.id),
            rights.steps(session, client, row, client.at),
        )
    response.headers["ETag"] = tag_of(row)
    return found


@router.get("/documents/{document_id}/deliveries")
def read_deliveries(client: Reader, document_id: Id) -> list[Delivery]:
    """Return how the document stands at each recipient."""
    with client.office.database.reading() as session:
        row = seen(session, client, document_id)
        return [Delivery.of(each) for each in deliveries.of_document(session, row.id)]


@router.get("/documents/{document_id}/timeline")
def read_timeline(client: Reader, document_id: Id) -> list[Fact]:
    """Return what the ledger has about the document, oldest first."""
    with client.office.database.reading() as session:
        row = seen(session, client, document_id)
        return [Fact.of(each) for each in ledger.history(session, row.id)]


@router.get("/documents/{document_id}/verification")
def read_verification(client: Reader, document_id: Id) -> list[Verification]:
    """Return every verification of the document's files that was kept, oldest first."""
    with client.office.database.reading() as session:
        row = seen(session, client, document_id)
        return [Verification.of(each) for each in reports.of_document(session, row.id)]


@router.get("/documents/{document_id}/tasks")
def read_tasks(client: Reader, document_id: Id) -> list[Task]:
    """Return who has what to do with the document."""
    with client.office.database.reading() as session:
        row = seen(session, client, document_id)
        return [Task.of(each) for each in tasks.of_document(session, row.id)]


@router.get(
    "/documents/{document_id}/files/{sha256}",
    response_class=FileResponse,
    responses={200: {"content": {"application/octet-stream": {}, "application/pdf": {}}}},
)
def read_file(client: Reader, document_id: Id, sha256: Digest) -> Response:
    """Return one file of the document: a revision of its PDF, or an attachment."""
    office = client.office
    with office.database.reading() as session:
        row = seen(session, client, document_id)
        acting = rights.check(session, client, Right.DOWNLOAD, row, client.at)
        revisions = casefile.revisions_of(session, row.id)
        attachments = casefile.attachments_of(session, row.id)
    names = {each.sha256: each.name for each in attachments}
    names |= {each.sha256: f"{each.kind}.pdf" for each in revisions}
    if sha256 not in names:
        raise casefile.DocumentUnknown(sha256)
    path = office.blobs.sound(sha256)
    with office.database.writing() as session:
        accesses.accessed(
            session, acting, TargetKind.DOCUMENT, row.id, AccessKind.DOWNLOAD, client.at
        )
    is_pdf = names[sha256].lower().endswith(".pdf")
    return FileResponse(
        path,
        media_type="application/pdf" if is_pdf else "application/octet-stream",
        filename=names[sha256],
        headers={"Content-Security-Policy": "sandbox", "Cache-Control": "no-store"},
    )


def seen(session: Session, client: Client, document_id: str) -> DocumentRow:
    """Return the document if the caller may see it.

    Raises:
        DocumentUnknown: there is none, it is another agency's, or they may not see it.
    """
    row = session.get(DocumentRow, document_id)
    if row is None:
        raise casefile.DocumentUnknown(document_id)
    rights.check(session, client, Right.SEE, row, client.at)
    return row
