"""/dossiers: dossiers listed, opened, filled, closed, opened again.

Legal source: Decree 30/2020/ND-CP, Art. 28 to 30 (lập hồ sơ, kết thúc). The rules are the
domain's (`dossiers`, `filings`, `dossier_closing`).
"""

from collections import defaultdict
from typing import Annotated, Any

from fastapi import APIRouter, Form
from fastapi.responses import Response

from documents import dossier_closing, dossier_listing, dossiers, filings, rights
from documents.dossier import DossierState
from documents.dossiers import Opening
from documents.errors import OfficeError
from documents.retention import Retention
from documents.tables import DocumentRow
from web import dossier_view
from web.due_days import read_due
from web.rendering import page, redirect, with_fault
from web.visitor import Here, Visitor

router = APIRouter(prefix="/dossiers")
PAGE = 50
MOST_PAGES = 10_000


@router.get("")
def listed(here: Here, state: str = "", mine: str = "1", trang: int = 1) -> Response:
    """Show the visitor's dossiers, or the agency's that they may see."""
    chosen = DossierState(state) if state in set(DossierState) else None
    number = min(max(trang, 1), MOST_PAGES)
    first = (number - 1) * PAGE
    with here.office.database.reading() as session:
        if mine:
            every = dossier_listing.of_person(session, here.who, state=chosen)
            rows = [row for row in every if row.organ_id == here.organ_id][first : first + PAGE + 1]
        else:
            rows = dossier_listing.listed(
                session, here.organ_id, state=chosen, limit=PAGE + 1, offset=first
            )
        more, rows = len(rows) > PAGE, rows[:PAGE]
        rows = rights.visible(session, here.visit, rows, here.at)
        totals = filings.totals(session, [row.id for row in rows])
        names = dossier_listing.compilers(session, rows)
    return page(
        here,
        "dossiers/list.html",
        rows=rows,
        totals=totals,
        names=names,
        states=dossier_view.STATES,
        state=state if chosen else "",
        mine=mine,
        number=number,
        more=more,
    )


@router.get("/new")
def new(here: Here, document: str = "") -> Response:
    """Show the form that opens a dossier."""
    return page(here, "dossiers/new.html", **_opening(here, {"document": document}))


def _opening(here: Visitor, typed: dict[str, str]) -> dict[str, Any]:
    with here.office.database.reading() as session:
        return {"entries": dossier_view.entries(session, here), "typed": defaultdict(str, typed)}


@router.post("/new")
def create(
    here: Here,
    notation: Annotated[str, Form()] = "",
    title: Annotated[str, Form()] = "",
    retention: Annotated[str, Form()] = "",
    outside: Annotated[str, Form()] = "",
    restricted: Annotated[str, Form()] = "",
    description: Annotated[str, Form()] = "",
    document: Annotated[str, Form()] = "",
) -> Response:
    """Open a dossier, and file the document that it was opened for."""
    typed = {"notation": notation, "title": title, "retention": retention, "outside": outside}
    typed |= {"description": description, "document": document, "restricted": restricted}
    try:
        opening = Opening(
            here.organ_id,
            notation,
            outside=bool(outside),
            title=title,
            retention=Retention.read(retention) if retention.strip() else None,
            compiler=here.who,
            description=description,
            restricted=bool(restricted),
        )
        with here.office.database.writing() as session:
            row = dossiers.open_(session, opening, here.who, here.at)
            if document:
                paper = rights.see(
                    session, here.visit, session.get(DocumentRow, document[:36]), here.at
                )
                filings.file_in(session, row.id, paper.id, here.who, here.at)
            made = row.id
    except OfficeError as fault:
        return with_fault(here, "dossiers/new.html", fault, **_opening(here, typed))
    return redirect(here, f"/dossiers/{made}", "Đã mở hồ sơ")


@router.get("/file")
def choose(here: Here, document: str) -> Response:
    """Show where a document can be filed."""
    return page(here, "dossiers/file.html", **_filing(here, document))


def _filing(here: Visitor, document: str) -> dict[str, Any]:
    with here.office.database.reading() as session:
        row = rights.see(session, here.visit, session.get(DocumentRow, document[:36]), here.at)
        there = filings.dossiers_of(session, [row.id])[row.id]
        return {"document": row, "there": there, "own": dossier_view.own_open(session, here)}


@router.post("/file")
def file(
    here: Here,
    document: Annotated[str, Form()],
    dossier: Annotated[str, Form()] = "",
    note: Annotated[str, Form()] = "",
) -> Response:
    """File the document; the same again changes nothing."""
    shown = _filing(here, document)
    try:
        with here.office.database.writing() as session:
            row = dossier_view.seen_dossier(session, here, dossier)
            done = filings.file_in(session, row.id, document[:36], here.who, here.at, note=note)
    except OfficeError as fault:
        return with_fault(here, "dossiers/file.html", fault, **shown)
    said = "Đã đưa vào hồ sơ" if done.new else "Văn bản đã có trong hồ sơ này"
    warned = "; ".join(text.split(" / ")[0] for text in done.warnings)
    return redirect(here, f"/dossiers/{dossier[:36]}", said + (f". {warned}" if warned else ""))


@router.get("/{dossier_id}")
def one(here: Here, dossier_id: str) -> Response:
    """Show a dossier with what it holds and lacks."""
    with here.office.database.reading() as session:
        row = dossier_view.seen_dossier(session, here, dossier_id)
        shown = dossier_view.context(session, here, row)
    dossier_view.note_look(here, row)
    return page(here, "dossiers/one.html", typed=defaultdict(str), **shown)


@router.post("/{dossier_id}/{step}")
def take(
    here: Here,
    dossier_id: str,
    step: str,
    document: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
    end: Annotated[str, Form()] = "",
) -> Response:
    """Take a document out, close the dossier, or let its head open it again."""
    try:
        with here.office.database.writing() as session:
            row = dossier_view.seen_dossier(session, here, dossier_id)
            who, at = here.who, here.at
            if step == "take-out":
                filings.take_out(session, row.id, document[:36], who, at, reason)
                said = "Đã đưa văn bản ra khỏi hồ sơ"
            elif step == "close":
                said = "Đã kết thúc hồ sơ"
                if row.state == DossierState.OPEN:
                    day = read_due(end, here.today)
                    dossier_closing.close(session, row.id, who, at, note=reason, end=day)
            elif step == "reopen":
                said = "Đã mở lại hồ sơ"
                if row.state != DossierState.OPEN:
                    dossier_closing.reopen(session, row.id, who, at, reason)
            else:
                raise dossiers.DossierUnknown(step[:40])
    except dossiers.DossierUnknown:
        raise
    except OfficeError as fault:
        with here.office.database.reading() as session:
            row = dossier_view.seen_dossier(session, here, dossier_id)
            shown = dossier_view.context(session, here, row)
        typed = {"reason": reason, "end": end, "document": document, "step": step}
        return with_fault(here, "dossiers/one.html", fault, typed=defaultdict(str, typed), **shown)
    return redirect(here, f"/dossiers/{dossier_id[:36]}", said)
