"""What else is done with an arrival that waits: joined, turned back, let in; models of entries.

Source: Decree 30/2020/ND-CP, Art. 21.1, 21.2; law.md N-12; ux.md §2 (an entry as a model).
"""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import JSONResponse, Response
from sqlalchemy.orm import Session

from documents import agency_choice, arrival_habits, casefile, incoming, joining, seen
from documents import turning_back as turning
from documents.arrival_habits import NewModel
from documents.awaited import Awaited
from documents.errors import OfficeError
from documents.intakes import WAITING
from documents.lifecycle import State
from documents.tables import DocumentRow, IntakeRow
from web import entry_view, trail
from web.entry_form import EntryForm
from web.pages.document_page import seen_by
from web.pages.intake import shown_again
from web.rendering import page, redirect
from web.visitor import Here, Visitor

router = APIRouter(prefix="/intake")


@router.get("/agencies/found")
def agencies(here: Here, q: str = "") -> JSONResponse:
    """Answer the picker: agencies that the letters may mean; without letters, the last senders."""
    with here.office.database.reading() as session:
        found = agency_choice.choices(session, here.organ_id, q, here.today)
    return JSONResponse(
        [{"code": each.code, "name": each.name, "above": each.told} for each in found]
    )


@router.post("/{document_id}/twins")
def twins(here: Here, document_id: str, sent: Annotated[EntryForm, Form()]) -> Response:
    """Show what looks like the arrival as it is typed now: a part of the page."""
    with here.office.database.reading() as session:
        row = seen_by(session, here, document_id)
        try:
            found = entry_view.twins_told(entry_view.twins_of_form(session, row, sent, here.today))
        except OfficeError:
            found = []  # the form itself says what cannot be read
    return page(here, "intake/twins.html", row=row, twins=found, tu=sent.tu, despite=sent.despite)


@router.get("/{document_id}/words")
def words(here: Here, document_id: str, tu: str = "") -> Response:
    """Show how far the words of its picture are recognised: a part of the page."""
    with here.office.database.reading() as session:
        row = seen_by(session, here, document_id)
        state = entry_view.words_state(session, here, session.get(IntakeRow, row.id))
    return page(here, "intake/words.html", row=row, words=state, tu=tu, fresh=True)


@router.post("/{document_id}/same")
def same(
    here: Here,
    document_id: str,
    other: Annotated[str, Form()],
    version: Annotated[int, Form()] = -1,
    reason: Annotated[str, Form()] = "",
    tu: Annotated[str, Form()] = "",
) -> Response:
    """Join it to the arrival that it is another form of: one document, one number."""
    with here.office.database.writing() as session:
        row = _locked(session, here, document_id, version)
        target = seen_by(session, here, other)
        if row.channel is None:
            joining.take_over(session, row.id, target.id, here.who, here.at, reason)
        else:
            joining.join(session, row.id, target.id, here.who, here.at)
        number = target.receipt_number
    said = f"Đã ghép vào văn bản số đến {number}" if number else "Đã ghép vào văn bản đã có"
    return redirect(here, _next(here, tu, document_id), said)


@router.post("/{document_id}/turn-back")
def turn_back(
    here: Here,
    document_id: str,
    version: Annotated[int, Form()] = -1,
    reason: Annotated[str, Form()] = "",
    stock: Annotated[str, Form()] = "",
    how: Annotated[str, Form()] = "",
    tu: Annotated[str, Form()] = "",
) -> Response:
    """Refuse the arrival; its sender is told why."""
    said = ". ".join(part for part in (stock.strip(), reason.strip()) if part)
    try:
        with here.office.database.writing() as session:
            row = _locked(session, here, document_id, version)
            turning.turn_back(session, row.id, here.who, here.at, said, how)
    except OfficeError as fault:
        typed = {"back": reason, "stock": stock, "how": how}
        return shown_again(here, document_id, fault, tu, typed)
    return redirect(here, _next(here, tu, document_id), "Đã từ chối tiếp nhận, nơi gửi được báo")


@router.post("/{document_id}/let-in")
def let_in(
    here: Here,
    document_id: str,
    version: Annotated[int, Form()] = -1,
    reason: Annotated[str, Form()] = "",
    tu: Annotated[str, Form()] = "",
) -> Response:
    """Let in what is held in quarantine; it waits for the entry then, or the flow goes on."""
    try:
        with here.office.database.writing() as session:
            said = turning.reasoned(reason)
            row = _locked(session, here, document_id, version)
            if row.state == State.QUARANTINED:
                incoming.released(session, row.id, here.who, here.at, said)
            waits = row.awaits == Awaited.REGISTER
            row_id = row.id
    except OfficeError as fault:
        return shown_again(here, document_id, fault, tu, {"let": reason})
    if waits:
        return redirect(here, f"/intake/{row_id}", "Đã cho tiếp nhận; kiểm tra rồi vào sổ")
    return redirect(here, _next(here, tu, row_id), "Đã cho tiếp nhận; hệ thống đang vào sổ")


@router.post("/models/keep")
def keep_model(
    here: Here,
    name: Annotated[str, Form()],
    sender: Annotated[str, Form()] = "",
    type_name: Annotated[str, Form()] = "",
    to_places: Annotated[str, Form()] = "",
    days: Annotated[str, Form()] = "",
    back: Annotated[str, Form()] = "/intake",
) -> Response:
    """Keep an entry as a model of the person's."""
    places = tuple(part.strip() for part in to_places.split(";") if part.strip())
    plain = days.strip()
    count = int(plain) if plain.isascii() and plain.isdigit() and len(plain) <= 3 else None
    with here.office.database.writing() as session:
        new = NewModel(name, sender, type_name, places, count)
        arrival_habits.keep_model(session, here.organ_id, here.who, new, here.at)
    return redirect(here, back, f"Đã lưu mẫu vào sổ «{name.strip()[:100]}»")


@router.post("/models/{model_id}/drop")
def drop_model(here: Here, model_id: str, back: Annotated[str, Form()] = "/intake") -> Response:
    """Remove a model."""
    with here.office.database.writing() as session:
        arrival_habits.drop_model(session, here.organ_id, here.who, model_id[:36])
    return redirect(here, back, "Đã bỏ mẫu vào sổ")


def _locked(session: Session, here: Visitor, document_id: str, version: int) -> DocumentRow:
    """Return the arrival, locked, as the person saw it; one that is done is theirs to repeat."""
    row = casefile.locked(session, seen_by(session, here, document_id).id)
    if row.state in WAITING:
        seen.ensure(session, row, version)
    return row


def _next(here: Visitor, tu: str, document_id: str) -> str:
    found = trail.neighbours(here, tu, document_id) if tu else None
    return found.after if found is not None and not found.last else "/intake"
