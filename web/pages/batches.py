"""/batches: what a person asked for on many documents at once, how far it is, each result.

Source: ux.md §1.5, §3.1. The page can be left: the batch goes on, and is found again here. Any
list sends its ticked documents to POST /batches.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Form
from fastapi.responses import Response

from documents import accounts, batches
from documents.batch import BatchInvalid, BatchState, Outcome, Wanted
from documents.directing import SharesInvalid
from documents.errors import OfficeError, storable
from documents.identity import new_id
from web import due_days, forwarding_form
from web.rendering import attachment_headers, page, redirect
from web.visitor import Here
from web.wording import moment
from workflows import batch_actions, batch_runner, batch_sheet
from workflows.handling_steps import FORWARD

router = APIRouter(prefix="/batches")

OUTCOMES = {
    Outcome.WAITING: ("Đang chờ", "now"),
    Outcome.DONE: ("Đã thực hiện", "good"),
    Outcome.REFUSED: ("Không thực hiện", "bad"),
    Outcome.UNAVAILABLE: ("Tạm chưa được", "soon"),
    Outcome.CANCELLED: ("Đã hủy", "quiet"),
}
"""Words and look of each outcome."""
_BETWEEN = "|"


def ticked(values: list[str]) -> list[Wanted]:
    """Return the documents of a form's `item` fields: `id|state|sha256`, the last two optional.

    Raises:
        BatchInvalid: a field is something else.
    """
    found = []
    for value in values:
        parts = value.split(_BETWEEN)
        if len(parts) > 3 or not 0 < len(parts[0]) <= 36:
            raise BatchInvalid("dòng được chọn không hợp lệ / what was ticked is not valid")
        found.append(Wanted(*parts))
    return found


def begin(
    here: Here, action: str, items: list[str], key: str, said: str = "", **arguments: Any
) -> Response:
    """Ask for *action* on the ticked documents, start it, and lead to its page.

    Raises:
        ActionUnknown, BatchInvalid, BatchKeyUsed, DocumentUnknown: nothing was asked for.
        SecondFactorNeeded: the action signs, and the visit has not proved itself enough.
    """
    wanted = ticked(items)
    found = batch_actions.find(action)
    if found.signs:
        accounts.may_sign(here.visit, here.office.settings.second_factor)
    with here.office.database.writing() as session:
        row = batches.ask(session, here.visit, action, wanted, arguments, key, here.at)
    batch_runner.start(here.office, row.id)
    return redirect(here, f"/batches/{row.id}", said)


@router.get("")
def index(here: Here) -> Response:
    """Show the visitor's batches, the newest first."""
    with here.office.database.reading() as session:
        rows = batches.listed(session, here.who)
        standings = batches.standings(session, rows)
    names = {row.action: batch_actions.words(row.action) for row in rows}
    return page(here, "batches/index.html", rows=rows, standings=standings, names=names)


@router.post("")
def ask(
    here: Here,
    action: Annotated[str, Form(max_length=40)],
    key: Annotated[str, Form(max_length=64)] = "",
    item: Annotated[list[str] | None, Form()] = None,
    reason: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Begin what a list's ticked documents are to undergo; forwarding asks to whom before."""
    if action == FORWARD:
        ticked(item or [])
        return forwarding_form.ask(here, item or [], key or new_id())
    arguments = {"reason": reason} if reason.strip() else {}
    return begin(here, action, item or [], key or new_id(), **arguments)


@router.post("/forward")
def forward(
    here: Here,
    key: Annotated[str, Form(max_length=64)],
    item: Annotated[list[str] | None, Form()] = None,
    lead: Annotated[list[str] | None, Form()] = None,
    lead_name: Annotated[str, Form(max_length=1000)] = "",
    cooperate: Annotated[list[str] | None, Form()] = None,
    cooperate_name: Annotated[str, Form(max_length=1000)] = "",
    opinion: Annotated[str, Form(max_length=10_000)] = "",
    due: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Begin to hand the ticked arrivals on to one lead."""
    others = [*(cooperate or []), *(each.strip() for each in cooperate_name.split(";"))]
    try:
        day = due_days.read_due(due, here.today)
        arguments: dict[str, Any] = {
            "lead": storable((lead or [lead_name.strip()])[0]),
            "cooperate": [storable(each) for each in others if each],
            "opinion": storable(opinion),
            "due": day.isoformat() if day else "",
        }
        if not arguments["lead"]:
            raise SharesInvalid("chưa chọn nơi chủ trì / nobody leads")
        return begin(here, FORWARD, item or [], key, **arguments)
    except OfficeError as fault:
        typed = {"lead": lead or [], "lead_name": [lead_name], "cooperate": cooperate or []}
        typed |= {"cooperate_name": [cooperate_name], "opinion": [opinion], "due": [due]}
        return forwarding_form.ask(here, item or [], key, typed, fault)


@router.get("/{batch_id}")
def show(here: Here, batch_id: str) -> Response:
    """Show one batch; while it is under way the page asks again by itself."""
    with here.office.database.reading() as session:
        batch = batches.own(session, here.who, batch_id)
        standing = batches.standings(session, [batch])[batch.id]
        found = batches.items(session, batch.id)
    return page(
        here,
        "batches/show.html",
        block="progress",
        batch=batch,
        is_open=batch.state == BatchState.OPEN,
        standing=standing,
        items=[(item, row, batches.told(item)) for item, row in found],
        outcomes=OUTCOMES,
        words=batch_actions.words(batch.action),
    )


@router.get("/{batch_id}/results.xlsx")
def results(here: Here, batch_id: str) -> Response:
    """Give the results as a workbook."""
    with here.office.database.reading() as session:
        batch = batches.own(session, here.who, batch_id)
        found = batches.items(session, batch.id)
    said = {outcome.value: words for outcome, (words, _) in OUTCOMES.items()}
    words = batch_actions.words(batch.action)
    content = batch_sheet.workbook_of(batch, words, found, said, here.at)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    name = f"{words} {moment(batch.asked_at)}.xlsx".replace("/", "-").replace(":", "h")
    return Response(content, media_type=kind, headers=dict(attachment_headers(name)))


@router.post("/{batch_id}/cancel")
def cancel(here: Here, batch_id: str) -> Response:
    """Let what has not begun be."""
    with here.office.database.writing() as session:
        batch = batches.own(session, here.who, batch_id)
        count = batches.cancel(session, batch, here.at)
    return redirect(here, f"/batches/{batch_id}", f"Đã hủy {count} văn bản chưa thực hiện.")


@router.post("/{batch_id}/retry")
def retry(here: Here, batch_id: str) -> Response:
    """Try again what found something down."""
    with here.office.database.writing() as session:
        batch = batches.own(session, here.who, batch_id)
        if batch_actions.find(batch.action).signs:
            accounts.may_sign(here.visit, here.office.settings.second_factor)
        count = batches.retry(session, batch, here.at)
    batch_runner.start(here.office, batch_id)
    return redirect(here, f"/batches/{batch_id}", f"Đang thử lại {count} văn bản.")
