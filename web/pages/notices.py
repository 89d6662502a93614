"""/notices: what the system told a person; and the stream that tells their pages of changes.

Legal source: Decree 30/2020/ND-CP, Appendix VI, Part I, III.1i, III.1l (law.md VI-08, VI-09).
"""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, Response, StreamingResponse

from documents import directory, notices
from documents.obligation import DUTIES, Duty
from documents.reminder import STAGE_NAMES
from documents.time_limit import shown_end
from web.listening import Listening
from web.rendering import own_path, page, redirect
from web.visitor import Here

router = APIRouter()

PAGE = 100


@router.get("/notices")
def show(here: Here, tat_ca: str = "") -> HTMLResponse:
    """Show what is unread, or with `tat_ca` the newest hundred."""
    with here.office.database.reading() as session:
        person = directory.person_row(session, here.organ_id, here.who, here.at)
        found = notices.of_person(session, person, unread=not tat_ca, limit=PAGE)
        unread = notices.unread(session, person.id)
        shown = [
            {
                "row": row,
                "subject": subject,
                "duty": DUTIES[Duty(row.duty)].name,
                "stage": STAGE_NAMES[row.stage],
                "until": shown_end(row.due_on, row.due_at),
            }
            for row, subject in found
        ]
    return page(here, "notices/index.html", notices=shown, unread=unread, everything=bool(tat_ca))


@router.post("/notices/read")
def read(
    here: Here,
    notice: Annotated[list[str] | None, Form()] = None,
    tiep: Annotated[str, Form()] = "",
) -> Response:
    """Mark some notices, or all, as read; *tiep*: where to go then."""
    with here.office.database.writing() as session:
        ids = [each[:36] for each in notice or ()][:PAGE]
        notices.read(session, here.organ_id, here.who, ids, here.at)
    return redirect(here, own_path(tiep) if tiep else "/notices")


@router.get("/notices/stream")
async def stream(here: Here) -> StreamingResponse:
    """Tell the page of changes as long as it listens."""
    state = here.request.app.state
    if not hasattr(state, "listening"):
        state.listening = Listening(here.office)
    events = state.listening.events(here.who, here.organ_id)
    headers = {"X-Accel-Buffering": "no", "Cache-Control": "no-store"}
    return StreamingResponse(events, headers=headers, media_type="text/event-stream")
