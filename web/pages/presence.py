"""/presence/ID: a page says that it is open, and is told who else is there and what has changed.

Source: ux.md §3. The answer is a part of a page (`presence/there.html`), put in by
`static/js/presence.js`; any page takes part with `parts/presence.html`.
"""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, Response

from documents import presence, rights, seen
from documents.tables import DocumentRow
from web.rendering import page
from web.visitor import Here

router = APIRouter(prefix="/presence")


@router.post("/{document_id}")
def beat(
    here: Here,
    document_id: str,
    editing: Annotated[str, Form()] = "",
    version: Annotated[int, Form()] = -1,
) -> HTMLResponse:
    """Note that the visitor has the document open; return who else has, and what changed."""
    database, changing = here.office.database, editing == "1"
    with database.reading() as session:
        row = rights.see(session, here.visit, session.get(DocumentRow, document_id), here.at)
        changed = seen.last_change(session, row.id) if row.version != version >= 0 else None
        there = presence.others(session, row.id, here.who, here.at)
        due = presence.due(session, row.id, here.who, here.at, editing=changing)
    if due:
        with database.writing() as session:
            presence.beat(session, row.id, here.who, here.at, editing=changing)
    return page(here, "presence/there.html", there=there, changed=changed)


@router.post("/{document_id}/leave")
def leave(here: Here, document_id: str) -> Response:
    """Note that the page was closed."""
    with here.office.database.writing() as session:
        presence.leave(session, document_id[:36], here.who)
    return Response(status_code=204)
