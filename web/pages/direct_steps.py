"""/direct/ID/…: what else follows a document that lies before somebody.

Return to the clerk with a reason, lay before another leader, keep for reference without an answer
(Decree 30/2020/ND-CP, Art. 23, 24; ux.md §1.4.3).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response
from sqlalchemy.orm import Session

from documents import casefile, directing, seen, shelving
from documents.errors import OfficeError, Refused
from documents.tables import DocumentRow
from web import direction_view, kept
from web.direction_view import after
from web.due_days import read_due
from web.rendering import redirect, with_fault
from web.visitor import Here, Visitor

router = APIRouter(prefix="/direct")
SHORTEST = 10
"""Characters of a reason."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the form had before it: the document's version, the list it was opened from."""

    version: int
    tu: str


class ReasonShort(Refused):
    """A document goes back with a reason that says something. ({0} characters)."""

    code = "direct.reason_short"
    vietnamese = "Lý do trả lại quá ngắn: {0} ký tự"
    english = "the reason is too short: {0} characters"
    remedy = "Ghi lý do từ 10 ký tự / write at least 10 characters"


@router.post("/{document_id}/return")
def give_back(
    here: Here,
    document_id: str,
    reason: Annotated[str, Form()] = "",
    version: Annotated[int, Form()] = -1,
    tu: Annotated[str, Form()] = "",
) -> Response:
    """Return the document to the clerk."""

    def step(session: Session, row: DocumentRow) -> None:
        if len(reason.strip()) < SHORTEST:
            raise ReasonShort(len(reason.strip()))
        directing.returned(session, row.id, here.who, here.at, reason)

    told = "Đã trả lại văn thư"
    seen_at = Seen(version, tu)
    return _taken(here, document_id, seen_at, "return", step, told, {"reason": [reason]})


@router.post("/{document_id}/submit")
def submit(
    here: Here,
    document_id: str,
    to: Annotated[str, Form()] = "",
    words: Annotated[str, Form()] = "",
    lead: Annotated[list[str], Form()] = [],  # noqa: B006  (FastAPI copies it)
    lead_name: Annotated[str, Form()] = "",
    due: Annotated[str, Form()] = "",
    version: Annotated[int, Form()] = -1,
    tu: Annotated[str, Form()] = "",
) -> Response:
    """Lay the document before a leader, with what is proposed (tham mưu)."""

    def step(session: Session, row: DocumentRow) -> None:
        proposed = lead[0] if lead else lead_name
        day = read_due(due, here.today)
        directing.submit(
            session, row.id, to, here.who, here.at, words=words, lead=proposed, due=day
        )

    sent = {"to": [to], "words": [words], "due": [due]}
    seen_at = Seen(version, tu)
    return _taken(here, document_id, seen_at, "submit", step, "Đã trình lãnh đạo", sent)


@router.post("/{document_id}/shelve")
def shelve(
    here: Here,
    document_id: str,
    words: Annotated[str, Form()] = "",
    version: Annotated[int, Form()] = -1,
    tu: Annotated[str, Form()] = "",
) -> Response:
    """Keep the document for reference: nothing follows."""

    def step(session: Session, row: DocumentRow) -> None:
        shelving.shelve(session, row.id, here.who, here.at, words)

    told = "Đã lưu tham khảo"
    seen_at = Seen(version, tu)
    return _taken(here, document_id, seen_at, "complete", step, told, {"words": [words]})


def _taken(
    here: Visitor,
    document_id: str,
    seen_at: Seen,
    name: str,
    step: Callable[[Session, DocumentRow], None],
    told: str,
    sent: dict[str, list[str]],
) -> Response:
    """Take a step on the document as it was seen, once; refused, show the page with what holds."""
    way = {"complete": "shelve"}.get(name, name)
    following = after(here, document_id, seen_at.tu)
    try:
        with here.office.database.writing() as session:
            row = direction_view.seen_document(session, here, document_id)
            casefile.locked(session, row.id)
            last = seen.last_change(session, row.id) if row.version != seen_at.version else None
            if last is not None and (last.by_id, last.step) == (here.who, name):
                return redirect(here, following, told)
            seen.ensure(session, row, seen_at.version)
            step(session, row)
            kept.accepted(session, here, f"direct/{row.id}")
    except OfficeError as fault:
        with here.office.database.reading() as session:
            row = direction_view.seen_document(session, here, document_id)
            shown = direction_view.context(session, here, row, 0)
        form = kept.form(here, f"direct/{document_id[:36]}", seen=str(row.version), sent=sent)
        chosen: dict[str, list[tuple[str, str]]] = {"lead": [], "cooperate": [], "inform": []}
        shown |= {"form": form, "chosen": chosen, "way": way, "tu": seen_at.tu, "trail": None}
        return with_fault(here, "direct/page.html", fault, **shown)
    return redirect(here, following, told)
