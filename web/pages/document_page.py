"""/documents/ID: one document with everything that is known of it, for both directions.

Source: ux.md §1.4, §3: a truthful timeline, attachments that switch the viewer, verification in
plain Vietnamese. Nothing of cryptography runs in a request: stored reports are shown.
"""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, Response
from sqlalchemy.orm import Session

from documents import (
    accesses,
    batches,
    field_record,
    filings,
    internal_copies,
    issue_orders,
    paper_issues,
    posts,
    remarks,
    reports,
    rights,
    seen,
    tasks,
)
from documents.access import AccessKind, TargetKind
from documents.batch import Wanted
from documents.casefile import DocumentUnknown
from documents.document import Role
from documents.identity import new_id
from documents.lifecycle import Direction, Step
from documents.right import Right
from documents.tables import DocumentRow, IntakeRow, UnitRow
from web import trail
from web.pages.document_steps import buttons
from web.rendering import page, redirect
from web.visitor import Here, Visitor
from workflows import batch_runner, decisions, document_view, settlement, timeline
from workflows.examination import subject_of
from workflows.issuing_steps import VERIFY
from workflows.verdict_page import page_of

router = APIRouter(prefix="/documents")

TABS: tuple[tuple[str, str], ...] = (
    ("timeline", "Quá trình"),
    ("signatures", "Chữ ký số"),
    ("deliveries", "Nơi nhận"),
    ("tasks", "Xử lý"),
    ("related", "Liên quan"),
    ("fields", "Thông tin"),
    ("access", "Lượt xem"),
)
_MOST_READ = 40
"""Proposals that were read from a file."""


@router.get("/{document_id}")
def shown(here: Here, document_id: str, tab: str = "timeline", tu: str = "") -> HTMLResponse:
    """Show the document, or, for htmx, one tab of it; *tu* is the list it was opened from."""
    trail_here = None if here.from_htmx else trail.neighbours(here, tu, document_id)
    with here.office.database.reading() as session:
        row = seen_by(session, here, document_id)
        restricted = document_view.is_restricted(session, row)
        kept = _tabs(row, restricted=restricted)
        chosen = tab if tab in dict(kept) else "timeline"
        context: dict[str, Any] = {"row": row, "tabs": kept, "tab": chosen, "tu": tu[:4000]}
        context |= _LOADERS[chosen](session, here, row)
        if not here.from_htmx:
            context |= _head(session, here, row)
        context["trail_here"] = trail_here
        content = page(here, "documents/page.html", block="panel", **context)
    if restricted:
        looked(here, row, AccessKind.VIEW)
    return content


def seen_by(session: Session, here: Visitor, document_id: str) -> DocumentRow:
    """Return the document if the visitor may see it.

    Raises:
        DocumentUnknown: there is none, it is another agency's, or it is restricted.
    """
    row = session.get(DocumentRow, document_id) if len(document_id) <= 36 else None
    try:
        return rights.see(session, here.visit, row, here.at)
    except DocumentUnknown:
        raise DocumentUnknown(document_id[:36]) from None


def looked(here: Visitor, row: DocumentRow, kind: AccessKind) -> None:
    """Note a look at a restricted document (Appendix VI, Part I, III.6b)."""
    with here.office.database.writing() as session:
        acting = posts.acting(session, row.organ_id, here.who, frozenset(Role), here.at)
        accesses.accessed(session, acting, TargetKind.DOCUMENT, row.id, kind, here.at)


def _tabs(row: DocumentRow, *, restricted: bool) -> list[tuple[str, str]]:
    left_out = {"tasks"} if document_view.is_outgoing(row) else {"deliveries"}
    left_out |= set() if restricted else {"access"}
    return [(name, words) for name, words in TABS if name not in left_out]


def _head(session: Session, here: Visitor, row: DocumentRow) -> dict[str, Any]:
    files = document_view.files(session, row)
    shown_first = next((each for each in files if each.current and each.pdf), None)
    unit = session.get(UnitRow, row.unit_id) if row.unit_id else None
    people = [row.drafter_id, row.clerk_id]
    order = issue_orders.of_document(session, row.id) if document_view.is_outgoing(row) else None
    return {
        "files": files,
        "shown_file": shown_first or next((each for each in files if each.pdf), None),
        "buttons": buttons(rights.steps(session, here.visit, row, here.at), row),
        "unit": unit.name if unit else "",
        "names": document_view.names(session, people),
        "request": document_view.open_request(session, row),
        "questions": document_view.questions(session, row),
        "order": order,
        "may": _may(session, here, row),
    }


def _may(session: Session, here: Visitor, row: DocumentRow) -> Mapping[str, bool]:
    wanted = {
        "retry": Right.RETRY,
        "verify": Right.VERIFY,
        "readdress": Right.READDRESS,
        "change": Right.REPLACE,
        "answer": Right.ANSWER_CHANGE,
    }
    held = rights.of_person(session, here.visit, here.at)
    return {name: right in held for name, right in wanted.items()} | {
        "clerk": Role.CLERK in here.roles
    }


def _timeline(session: Session, _here: Visitor, row: DocumentRow) -> dict[str, Any]:
    return {"events": timeline.events(session, row)[::-1]}


def _signatures(session: Session, here: Visitor, row: DocumentRow) -> dict[str, Any]:
    stored = document_view.stored_reports(session, row)
    newest = next((each for each in stored if each.file_sha256 == row.current_sha256), None)
    newest = newest or (stored[0] if stored else None)
    plain = None
    if newest is not None:
        plain = page_of(reports.filed_of(newest), subject_of(row), None)
    recent = [each for each in batches.listed(session, here.who, 5) if each.action == VERIFY]
    running = any(each.state == "open" for each in recent)
    return {"stored": stored, "newest": newest, "plain": plain, "running": running}


def _deliveries(session: Session, here: Visitor, row: DocumentRow) -> dict[str, Any]:
    return {
        "delivered": document_view.delivered(session, row),
        "printings": paper_issues.of_document(session, row.id),
        "copies": document_view.copies(session, row),
        "inner": internal_copies.of_document(session, row.id),
        "may": _may(session, here, row),
    }


def _tasks(session: Session, _here: Visitor, row: DocumentRow) -> dict[str, Any]:
    found = tasks.of_document(session, row.id)
    ids = {each.person_id for each in found} | {each.given_by for each in found}
    units = {each.unit_id for each in found if each.unit_id}
    unit_names = {
        unit.id: unit.name for unit in (session.get(UnitRow, each) for each in units) if unit
    }
    return {
        "tasks": found,
        "remarks": remarks.trace(session, row.id),
        "people": document_view.names(session, sorted(filter(None, ids))),
        "units": unit_names,
    }


def _related(session: Session, here: Visitor, row: DocumentRow) -> dict[str, Any]:
    visible = document_view.related(session, row)
    allowed = {
        each.id
        for each in rights.visible(session, here.visit, [one.document for one in visible], here.at)
    }
    dossiers = filings.dossiers_of(session, [row.id])[row.id]
    may_see = {each.id for each in rights.visible(session, here.visit, dossiers, here.at)}
    return {
        "related": [each for each in visible if each.document.id in allowed],
        "copies": document_view.copies(session, row),
        "dossiers": [each for each in dossiers if each.id in may_see],
    }


def _fields(session: Session, _here: Visitor, row: DocumentRow) -> dict[str, Any]:
    record = field_record.of_document(session, row)
    lines = []
    for field in field_record.table_of(row):
        if "." not in field.number and field.name not in {"FileCode", "To", "TraceHeaderList"}:
            value = record.get(field.name)
            lines.append((field, value if not isinstance(value, dict) else _signer(value)))
    taken = session.get(IntakeRow, row.id)
    read = (taken.proposals or {}).get("fields", []) if taken is not None else []
    who = document_view.names(session, [taken.taken_by]) if taken is not None else {}
    return {"fields": lines, "taken": taken, "read": read[:_MOST_READ], "taker": who}


def _signer(value: Mapping[str, Any]) -> str:
    return ", ".join(str(part) for part in (value.get("Position"), value.get("FullName")) if part)


def _access(session: Session, _here: Visitor, row: DocumentRow) -> dict[str, Any]:
    return {"looks": document_view.looks(session, row)}


_LOADERS: Mapping[str, Callable[[Session, Visitor, DocumentRow], dict[str, Any]]] = {
    "timeline": _timeline,
    "signatures": _signatures,
    "deliveries": _deliveries,
    "tasks": _tasks,
    "related": _related,
    "fields": _fields,
    "access": _access,
}


@router.post("/{document_id}/steps/{step}")
def stepped(
    here: Here,
    document_id: str,
    step: str,
    version: Annotated[int, Form()],
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Take a step that needs no more than a reason; a stale page is refused."""
    with here.office.database.writing() as session:
        row = seen_by(session, here, document_id)
        if step not in _HERE_TAKEN:
            raise DocumentUnknown(document_id[:36])
        wanted = Step(step)
        if row.version != version and _is_repeat(session, here, row, wanted):
            return redirect(here, f"/documents/{row.id}")
        seen.ensure(session, row, version)
        decisions.decide(session, row, wanted, here.who, here.at, reason)
    return redirect(here, f"/documents/{document_id}", "Đã thực hiện")


_HERE_TAKEN = {Step.VOID, Step.FILE, Step.START, Step.COMPLETE, Step.RELEASE, Step.REFUSE}


def _is_repeat(session: Session, here: Visitor, row: DocumentRow, step: Step) -> bool:
    """Return whether the same person has just taken the same step: a form that was sent twice."""
    last = seen.last_change(session, row.id)
    return last is not None and (last.by_id, last.step) == (here.who, step.value)


@router.post("/{document_id}/retry")
def retried(here: Here, document_id: str) -> Response:
    """Have what waits after an error tried again."""
    with here.office.database.writing() as session:
        row = seen_by(session, here, document_id)
        rights.check(session, here.visit, Right.RETRY, row, here.at)
        if row.error_code is not None:
            settlement.try_again(session, row, here.who, here.at)
    return redirect(here, f"/documents/{document_id}", "Đã cho thử lại")


@router.post("/{document_id}/verify")
def verified(here: Here, document_id: str) -> Response:
    """Have the signatures verified again, apart from this request."""
    with here.office.database.writing() as session:
        row = seen_by(session, here, document_id)
        rights.check(session, here.visit, Right.VERIFY, row, here.at)
        recent = [each for each in batches.listed(session, here.who, 5) if each.action == VERIFY]
        if any(each.state == "open" for each in recent):
            return redirect(here, f"/documents/{document_id}?tab=signatures")
        batch = batches.ask(
            session, here.visit, VERIFY, [Wanted(document_id)], {}, new_id(), here.at
        )
        batch_id = batch.id
    batch_runner.start(here.office, batch_id)
    said = "Đang kiểm tra lại; kết quả sẽ có ở đây sau ít giây"
    return redirect(here, f"/documents/{document_id}?tab=signatures", said)


def outgoing_only(row: DocumentRow) -> DocumentRow:
    """Return *row* if it is the agency's own.

    Raises:
        DocumentUnknown: it is an arrival.
    """
    if row.direction != Direction.OUTGOING:
        raise DocumentUnknown(row.id)
    return row
