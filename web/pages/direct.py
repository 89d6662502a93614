"""/direct: what waits for the visitor's word, and the page on which they give it (bút phê).

Source: Decree 30/2020/ND-CP, Art. 23; ux.md §1.4.3, §3.10.4, §3.10.12: read, say, give, send in
three taps on a telephone. What else may follow (return, submit, keep) is in `direct_steps`.
"""

from dataclasses import asdict, replace
from typing import Annotated, Any

from fastapi import APIRouter, Form
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel
from sqlalchemy.orm import Session

from documents import addressees, casefile, directing, lying, presets, rights, seen
from documents import desk as desks
from documents.access import AccessKind
from documents.errors import OfficeError
from web import direction_view, kept, shares, trail
from web.direction_view import ready
from web.pages.document_page import looked
from web.rendering import page, redirect, with_fault
from web.shares import Typed
from web.visitor import Here, Visitor
from workflows import document_view

router = APIRouter(prefix="/direct")
PAGE = 20


class DirectionForm(BaseModel):
    """The form of a direction, as it is sent."""

    version: int = -1
    tu: str = ""
    choice: str = ""
    opinion: str = ""
    due: str = ""
    due_in: str = ""
    lead: list[str] = []
    lead_name: str = ""
    cooperate: list[str] = []
    cooperate_name: str = ""
    inform: list[str] = []
    inform_name: str = ""

    def typed(self) -> Typed:
        """Return what it says."""
        return Typed(**self.model_dump(exclude={"version", "tu"}))

    def sent(self) -> dict[str, list[str]]:
        """Return its values, to be shown again."""
        values = self.model_dump(exclude={"version", "tu"})
        return {name: each if isinstance(each, list) else [each] for name, each in values.items()}


@router.get("")
def queue(here: Here, after: str = "") -> Response:
    """Show what lies before the visitor, and before those they stand in for."""
    with here.office.database.reading() as session:
        people = desks.desk_of(session, here.organ_id, here.who, here.at).people
        rows, following = lying.before(session, people, after=after, limit=PAGE)
        documents = [each.document for each in rows]
        visible = {row.id for row in rights.visible(session, here.visit, documents, here.at)}
        rows = [each for each in rows if each.document.id in visible]
        words = lying.proposed(session, [each.document.id for each in rows])
    return page(here, "direct/queue.html", rows=rows, words=words, next=following, first=not after)


@router.get("/who")
def who(here: Here, q: str = "") -> JSONResponse:
    """Answer the picker: units and people that the letters may mean."""
    with here.office.database.reading() as session:
        found = addressees.found(session, here.organ_id, q, here.at)
    return JSONResponse([asdict(each) for each in found])


@router.get("/{document_id}")
def one(here: Here, document_id: str, file: int = 0, way: str = "", tu: str = "") -> Response:
    """Show the document with what the visitor may decide."""
    form = kept.form(here, f"direct/{document_id[:36]}")
    shown = _context(here, document_id, form, file, way, tu)
    if shown["restricted"]:
        looked(here, shown["row"], AccessKind.VIEW)
    return page(here, "direct/page.html", **shown)


@router.post("/{document_id}")
def send(here: Here, document_id: str, sent: Annotated[DirectionForm, Form()]) -> Response:
    """Direct the document; what was sent twice is done once."""
    key = f"direct/{document_id[:36]}"
    following = direction_view.after(here, document_id[:36], sent.tu)
    try:
        with here.office.database.writing() as session:
            row = direction_view.seen_document(session, here, document_id)
            casefile.locked(session, row.id)
            if row.version != sent.version and _mine(here, row.id, session):
                return redirect(here, following, "Văn bản này đã được chuyển xử lý")
            seen.ensure(session, row, sent.version)
            offered = presets.offered(session, here.organ_id, here.who, here.today)
            typed = replace(sent.typed(), preset=ready(offered, sent.choice))
            lies = lying.of_document(session, row.id)
            wanted = shares.instruction(session, here, typed, lies, row.due_date)
            done = directing.direct(session, row.id, wanted, here.who, here.at)
            kept.accepted(session, here, key)
            code = f"{row.code_number or ''}/{row.code_notation}"
    except OfficeError as fault:
        form = kept.form(here, key, sent=sent.sent())
        shown = _context(here, document_id, form, 0, "", sent.tu)
        return with_fault(here, "direct/page.html", fault, **shown)
    warned = "; ".join(text.split(" / ")[0] for text in done.warnings)
    return redirect(here, following, f"Đã chuyển xử lý {code}" + (f". {warned}" if warned else ""))


def _mine(here: Visitor, document_id: str, session: Session) -> bool:
    """Return whether the last step was the visitor's own direction: the form came twice."""
    last = seen.last_change(session, document_id)
    return last is not None and last.by_id == here.who and last.step in {"assign", "complete"}


def _context(
    here: Visitor, document_id: str, form: kept.KeptForm, file: int, way: str, tu: str
) -> dict[str, Any]:
    with here.office.database.reading() as session:
        row = direction_view.seen_document(session, here, document_id)
        found = direction_view.context(session, here, row, file)
        form = replace(form, seen=str(row.version))
        chosen = {
            part: addressees.named(session, here.organ_id, form.texts(part))
            for part in ("lead", "cooperate", "inform")
        }
        restricted = document_view.is_restricted(session, row)
    around = trail.neighbours(here, tu, row.id) if tu else None
    return found | {
        "form": form,
        "chosen": chosen,
        "way": way,
        "tu": tu,
        "trail": around,
        "restricted": restricted,
    }
