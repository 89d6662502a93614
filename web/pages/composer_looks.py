"""/drafts/preview, /content, /check, /recipients: what the composer's page asks while one types.

Sources: ux.md §2 (the document beside the form), §1.5. Nothing is kept here but what
`/kept-forms` kept before.
"""

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from documents import draft_layouts, recipient_search, rights
from documents.tables import DocumentRow
from web import draft_form, draft_view, kept
from web.kept import KeptForm
from web.pages import composer
from web.pages.composer import Sent
from web.rendering import page
from web.visitor import Here, Visitor
from workflows import composing

router = APIRouter(prefix="/drafts")


@router.post("/content")
def content(here: Here, sent: Sent) -> Response:
    """Return the part of the form that depends on the type and on how the text comes."""
    values = kept.values_of(sent)
    kind = values.get("type", [""])[0]
    if (values.get("body") or [""])[0].strip() in draft_layouts.FRAMES:
        values["body"] = [draft_layouts.layout_of(kind).frame]
    form = KeptForm("drafts/new", here.at.isoformat(), "", None, values)
    with here.office.database.reading() as session:
        return page(here, "drafts/content.html", **composer.context(here, session, form))


@router.post("/check")
def check(here: Here, sent: Sent) -> Response:
    """Return what would be refused of what is typed so far."""
    form = _asked(here, sent)
    typed = draft_form.read(form, here.today)
    with here.office.database.reading() as session:
        order = typed.order(here.organ_id, here.who, "", ())
        faults = composer.faults_of(session, here, typed, order)
    return page(here, "drafts/faults.html", faults=faults, labels=draft_view.LABELS)


@router.get("/preview")
def preview(here: Here, key: str = "drafts/new") -> Response:
    """Print what is typed so far, as it was kept last."""
    with here.office.database.reading() as session:
        defaults = _defaults(session, here, key)
    form = kept.form(here, key, defaults=defaults)
    typed = draft_form.read(form, here.today)
    pdf = composing.look(here.office, typed.head(here.organ_id), typed.written)
    return Response(
        pdf, media_type="application/pdf", headers={"X-Content-Type-Options": "nosniff"}
    )


@router.get("/recipients")
def recipients(here: Here, q: str = "") -> JSONResponse:
    """Answer the picker: agencies that the letters may mean, heirs in place of who ended."""
    if not q.strip():
        return JSONResponse([])
    with here.office.database.reading() as session:
        hits = recipient_search.search(session, q.strip()[:200], here.today)
    found = {each.code: (each.name, each.code) for each in hits if not each.ended}
    for each in hits:
        for code, name in each.heirs if each.ended else ():
            found.setdefault(code, (name, f"thay {each.name}"))
    return JSONResponse(
        [{"id": code, "name": name, "told": told} for code, (name, told) in found.items()]
    )


def _asked(here: Visitor, sent: FormData) -> KeptForm:
    values = kept.values_of(sent)
    return KeptForm("drafts/new", here.at.isoformat(), "", None, values)


def _defaults(session: Session, here: Visitor, key: str) -> dict[str, list[str]]:
    """Return what the form *key* begins with, for a look before anything was typed."""
    parts = key.split("/")
    if len(parts) == 2 and parts[1] != "new":
        row = rights.see(session, here.visit, session.get(DocumentRow, parts[1]), here.at)
        return draft_view.row_values(session, row)
    of = draft_view.about(session, here, {parts[1]: parts[2]}) if len(parts) == 3 else None
    return draft_view.new_values(session, here, here.request.query_params.get("type", ""), of)
