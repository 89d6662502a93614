"""/intake: what waits for the clerk, and the page on which one arrival is entered (vào sổ).

Source: Decree 30/2020/ND-CP, Art. 21, 22; ux.md §1.3, §1.4.1, §2, §3.10.3. A clean document of
the axis is opened and saved: what its message says stands in the form already.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form
from fastapi.responses import Response
from sqlalchemy.orm import Session

from documents import casefile, desk_lists, desk_rows, directing, directory, intake, rights, seen
from documents.assignee import Share
from documents.awaited import Awaited
from documents.awaited import wanted as clerk_wanted
from documents.desk import desk_of
from documents.desk_rows import Ask
from documents.directing import FORWARDED, Instruction
from documents.errors import OfficeError
from documents.intake import Registered
from documents.intakes import WAITING
from documents.right import Right
from documents.tables import DocumentRow, PersonRow
from web import entry_view, kept, trail
from web.entry_form import EntryForm, facts_of, faulty
from web.pages.document_page import seen_by
from web.rendering import page, redirect, with_fault
from web.visitor import Here, Visitor
from workflows import ocr, uploads
from workflows.intake import refusing_secrets
from workflows.scan_shelf import shelf

router = APIRouter(prefix="/intake")
PAGE = 50
END = "Đã hết văn bản chờ vào sổ"
TABS = ("to-register", "quarantine")


@router.get("")
def waiting(here: Here, tab: str = TABS[0], after: str = "", n: int = 1) -> Response:
    """Show what waits for the clerk, oldest first, and where files are brought."""
    which = desk_lists.named(tab if tab in TABS else TABS[0])
    with here.office.database.reading() as session:
        rights.check(session, here.visit, Right.TAKE_IN, None, here.at)
        desk = desk_of(session, here.organ_id, here.who, here.at)
        shown = desk_rows.shown(session, desk, which, Ask(mark=after, size=PAGE))
        by_clerk = clerk_wanted(session, here.organ_id, Awaited.REGISTER)
        agency = directory.served_agency(session, here.organ_id).organ_id
        titles = entry_view.titles(session, [line.id for line in shown.lines])
    first = max(1, min(n, 10**6))
    lines = [
        (line, trail.address_of(which, line, "", first + place))
        for place, line in enumerate(shown.lines)
    ]
    return page(
        here,
        "intake/waiting.html",
        which=which,
        tabs=[desk_lists.named(name) for name in TABS],
        lines=lines,
        titles=titles,
        next=shown.next,
        following=first + len(lines),
        by_clerk=by_clerk,
        scanned=uploads.scanned(here.office),
        words_off=ocr.missing(here.office.settings.ocr),
        folder=shelf(here.office, agency),
        end=END if not lines and not after else "",
    )


@router.get("/{document_id}")
def one(
    here: Here, document_id: str, tu: str = "", mau: str = "", den: str = "", trinh: str = ""
) -> Response:
    """Show one arrival with its form; *den* and *trinh* are what the last one was entered with."""
    form = kept.form(here, _key(document_id))
    return page(here, "intake/page.html", **_context(here, document_id, form, tu, mau, den, trinh))


@router.post("/{document_id}")
def enter(here: Here, document_id: str, sent: Annotated[EntryForm, Form()]) -> Response:
    """Register the arrival and go on; what was sent twice is done once."""
    try:
        done, row = refusing_secrets(
            here.office, here.organ_id, lambda: _entered(here, document_id, sent)
        )
    except OfficeError as fault:
        form = kept.form(here, _key(document_id), sent=sent.sent())
        shown = _context(here, document_id, form, sent.tu, "", "", "")
        shown["bad"] = faulty(fault)
        return with_fault(here, "intake/page.html", fault, **shown)
    if done.before and done.clerk_id != here.who:
        return redirect(here, _address(row.id, sent.tu), _told_by(here, done))
    return _onward(here, row, sent, f"Đã vào sổ: số đến {done.number}, ngày {done.day:%d/%m/%Y}")


def _entered(here: Visitor, document_id: str, sent: EntryForm) -> tuple[Registered, DocumentRow]:
    """Register, and pass on where that is wanted, in one transaction."""
    with here.office.database.writing() as session:
        known = seen_by(session, here, document_id)
        row = casefile.locked(session, known.id)
        if row.state in WAITING:
            seen.ensure(session, row, sent.version)
        facts = facts_of(sent, row, here.today)
        done = intake.register_waiting(
            session, row.id, here.who, here.at, facts, despite=sent.despite
        )
        if not done.before:
            _passed_on(session, here, row, sent)
        kept.accepted(session, here, _key(row.id))
        return done, row


def _passed_on(session: Session, here: Visitor, row: DocumentRow, sent: EntryForm) -> None:
    """Lay it before a leader, or forward it to whose work it clearly is (Art. 23.1)."""
    lead = sent.lead.strip()
    if sent.then == "submit":
        directing.submit(session, row.id, sent.to, here.who, here.at, lead=lead, due=row.due_date)
    elif sent.then == "assign":
        wanted = Instruction(FORWARDED, (Share(lead),), row.due_date)
        directing.direct(session, row.id, wanted, here.who, here.at)


def _told_by(here: Visitor, done: Registered) -> str:
    with here.office.database.reading() as session:
        person = session.get(PersonRow, done.clerk_id) if done.clerk_id else None
    name = person.full_name if person is not None else "hệ thống"
    return (
        f"{name} đã vào sổ văn bản này trước: số đến {done.number}, ngày {done.day:%d/%m/%Y}. "
        "Những gì vừa nhập không được lưu."
    )


def _onward(here: Visitor, row: DocumentRow, sent: EntryForm, said: str) -> Response:
    """Go to the next one of the list, or to the document where only saving was wanted."""
    if sent.action != "next":
        return redirect(here, f"/documents/{row.id}", said)
    found = trail.neighbours(here, sent.tu, row.id) if sent.tu else None
    following = found.after if found is not None and not found.last else ""
    if found is None:
        following = _first_waiting(here)
    if not following:
        return redirect(here, "/intake", f"{said}. {END}")
    values = {"den": sent.arrival_date, "trinh": sent.to if sent.then == "submit" else ""}
    carried = urlencode({name: value for name, value in values.items() if value})
    joined = "&" if "?" in following else "?"
    return redirect(here, f"{following}{joined}{carried}" if carried else following, said)


def _first_waiting(here: Visitor) -> str:
    which = desk_lists.named(TABS[0])
    with here.office.database.reading() as session:
        desk = desk_of(session, here.organ_id, here.who, here.at)
        shown = desk_rows.shown(session, desk, which, Ask(size=PAGE))
    lines = [line for line in shown.lines if not line.hidden]
    return trail.address_of(which, lines[0], "", 1) if lines else ""


def shown_again(
    here: Visitor, document_id: str, fault: OfficeError, tu: str, typed: Mapping[str, str]
) -> Response:
    """Return the page of an arrival after one of its small forms was refused, with what it said."""
    form = kept.form(here, _key(document_id))
    shown = _context(here, document_id, form, tu, "", "", "") | {"typed": typed}
    return with_fault(here, "intake/page.html", fault, **shown)


def _key(document_id: str) -> str:
    return f"intake/{document_id[:36]}"


def _address(document_id: str, tu: str) -> str:
    return f"/intake/{document_id}" + (f"?{urlencode({trail.PARAMETER: tu})}" if tu else "")


def _context(
    here: Visitor,
    document_id: str,
    form: kept.KeptForm,
    tu: str,
    model: str,
    arrived: str,
    submit_to: str,
) -> dict[str, Any]:
    with here.office.database.reading() as session:
        found = entry_view.context(session, here, document_id, tu, model)
        if form.sent is not None:
            found["twins"] = _twins_of_sent(session, here, found["row"], form) or found["twins"]
    form = replace(form, seen=str(found["row"].version))
    return {
        "bad": "",
        "typed": {},
        "arrived": arrived[:10],
        "submit_to": submit_to[:64],
        "form": form,
    } | found


def _twins_of_sent(
    session: Session, here: Visitor, row: DocumentRow, form: kept.KeptForm
) -> list[Any]:
    sent = {name: values[0] for name, values in (form.sent or {}).items() if values}
    typed = EntryForm.model_validate(sent)
    try:
        return entry_view.twins_told(entry_view.twins_of_form(session, row, typed, here.today))
    except OfficeError:
        return []
