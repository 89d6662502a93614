"""/issue: the clerk's desk on the way out: what waits, what is on its way, what has left.

Legal source: Decree 30/2020/ND-CP, Art. 15 to 18. Source: ux.md §1.2, §1.4. The number that is
shown is not taken: the transaction that numbers says which it is.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Form
from fastapi.responses import Response
from sqlalchemy.orm import Session

from documents import (
    awaited,
    checks,
    clerk_issues,
    directory,
    expected_number,
    issue_lists,
    issue_orders,
    recipient_edits,
    recipient_groups,
    rights,
    seen,
)
from documents.awaited import Awaited
from documents.check import CheckKind
from documents.errors import OfficeError, Refused
from documents.expected_number import Expected
from documents.identity import new_id
from documents.issue_orders import Order
from documents.lifecycle import Step
from documents.right import Right
from documents.tables import DocumentRow
from web import kept, trail
from web.pages import batches
from web.pages.document_page import outgoing_only, seen_by
from web.pages.issue_case import context_of, due_of
from web.rendering import page, redirect, with_fault
from web.visitor import Here, Visitor
from workflows import decisions, key_cards, readdressing, seal_preview
from workflows.issuing_steps import ISSUE
from workflows.key_cards import KeyKind

router = APIRouter(prefix="/issue")

VIEWS = (("waiting", "Chờ phát hành"), ("way", "Đang chuyển"), ("left", "Đã phát hành"))


@router.get("")
def lists(here: Here, view: str = "waiting", after: str = "") -> Response:
    """Show one of the three lists."""
    chosen = view if view in dict(VIEWS) else "waiting"
    with here.office.database.reading() as session:
        rights.check(session, here.visit, Right.ISSUE, None, here.at)
        rows = list(_rows(session, here, chosen, after))
        ids = [row.id for row in rows]
        context: dict[str, Any] = {
            "rows": rows,
            "expected": {},
            "due": due_of(session, ids),
            "summaries": issue_lists.summaries(session, ids),
            "waiting": issue_lists.count_waiting(session, here.organ_id),
            "by_clerk": awaited.wanted(session, here.organ_id, Awaited.ISSUE),
        }
        if chosen == "waiting":
            context["expected"] = expected_number.expected_of(session, rows, here.at)
    following = _cursor(rows[-1]) if len(rows) == issue_lists.PAGE and chosen != "way" else ""
    return page(
        here,
        "issue/lists.html",
        view=chosen,
        views=VIEWS,
        following=following,
        key=new_id(),
        may_switch=bool(here.roles & set(clerk_issues.DECIDING)),
        at=here.at,
        **context,
    )


def _rows(session: Session, here: Visitor, view: str, after: str) -> list[DocumentRow]:
    where = _read(after)
    if view == "way":
        return list(issue_lists.on_the_way(session, here.organ_id))
    if view == "left":
        found = issue_lists.left(session, here.organ_id, before=where)
    else:
        found = issue_lists.waiting(session, here.organ_id, after=where)
    return rights.visible(session, here.visit, found, here.at)


def _cursor(row: DocumentRow) -> str:
    return f"{row.created_at.isoformat()}~{row.id}"


def _read(cursor: str) -> tuple[datetime, str] | None:
    moment, between, document_id = cursor.partition("~")
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return (at, document_id[:36]) if between and at.tzinfo is not None else None


@router.post("/batch")
def many(
    here: Here,
    key: Annotated[str, Form(max_length=64)],
    item: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Have everything that was ticked issued, a result for each."""
    with here.office.database.reading() as session:
        rights.check(session, here.visit, Right.ISSUE, None, here.at)
    return batches.begin(here, ISSUE, item or [], key, "Đang phát hành.")


@router.post("/switch")
def switched(here: Here, clerk: Annotated[str, Form(max_length=1)] = "") -> Response:
    """Say whether the clerk issues, or documents go on by themselves after the signature."""
    with here.office.database.writing() as session:
        clerk_issues.decide(session, here.organ_id, here.who, here.at, clerk=clerk == "1")
    return redirect(here, "/issue", "Đã ghi cách phát hành của cơ quan")


@router.get("/{document_id}")
def shown(here: Here, document_id: str, tu: str = "") -> Response:
    """Show one document as it will be issued."""
    return _screen(here, document_id, tu=tu)


def _screen(
    here: Visitor, document_id: str, fault: OfficeError | None = None, tu: str = "", **typed: Any
) -> Response:
    trail_here = trail.neighbours(here, tu, document_id)
    with here.office.database.reading() as session:
        row = outgoing_only(seen_by(session, here, document_id))
        rights.check(session, here.visit, Right.ISSUE, None, here.at)
        context = context_of(session, here, row)
        agency = directory.agency_row(session, row.organ_id)
        context |= {"kind": _seal_kind(here, agency.seal_key), "checks": _checks(session, row)}
        context |= {
            "trail_here": trail_here,
            "typed": defaultdict(str, typed),
            "at": here.at,
            "tu": tu[:4000],
            "void_form": _form(here, row, "void", _sent(typed, "void_reason")),
            "called": {each.organ_id: each.name for each in context["going"]},
            "to_form": _form(here, row, "to", _sent(typed, "to", "reason")),
        }
        context["tool"] = here.office.settings.token_tool
        if fault is not None:
            return with_fault(here, "issue/show.html", fault, **context)
        return page(here, "issue/show.html", **context)


def _key(document_id: str, part: str) -> str:
    return f"issue/{document_id}/{part}"


def _sent(typed: Mapping[str, Any], *names: str) -> Mapping[str, Sequence[str]] | None:
    """Return what was just sent and refused, by the fields of its form; None: nothing was."""
    if names[0] not in typed:
        return None
    found = {name.removeprefix("void_"): typed[name] for name in names}
    return {name: [said] if isinstance(said, str) else said for name, said in found.items()}


def _form(
    here: Visitor, row: DocumentRow, part: str, sent: Mapping[str, Sequence[str]] | None = None
) -> kept.KeptForm:
    return kept.form(here, _key(row.id, part), seen=str(row.version), sent=sent)


def _seal_kind(here: Visitor, stem: str) -> KeyKind:
    try:
        return key_cards.kind_of(here.office, stem)
    except OfficeError:
        return KeyKind.NONE


def _checks(session: Session, row: DocumentRow) -> list[tuple[str, Any]]:
    standing = checks.standing(session, row.id)
    words = {"content": "Kiểm tra nội dung", "form": "Kiểm tra thể thức"}
    return [(words[kind.value], standing.get(kind)) for kind in CheckKind]


@router.get("/{document_id}/page-{number}.png")
def preview(here: Here, document_id: str, number: int) -> Response:
    """Give the picture of a page with number, date and seal where they will stand."""
    with here.office.database.reading() as session:
        row = outgoing_only(seen_by(session, here, document_id))
        agency = directory.agency_row(session, row.organ_id)
        given = _given(row) or expected_number.expected(session, row, here.at)
    picture = seal_preview.picture(here.office, row, agency, number, given)
    return Response(picture, media_type="image/png")


def _given(row: DocumentRow) -> Expected | None:
    """Return the number that the document has already."""
    if not row.code_number or row.promulgated is None or not row.code_number.isdecimal():
        return None
    code = f"{row.code_number}/{row.code_notation}"
    return Expected(int(row.code_number), code, row.promulgated, "")


@router.post("/{document_id}")
def issued(
    here: Here,
    document_id: str,
    version: Annotated[int, Form()],
    reservation: Annotated[str, Form(max_length=36)] = "",
    tu: Annotated[str, Form(max_length=4000)] = "",
) -> Response:
    """Order the document issued; the flow goes on from there."""
    try:
        with here.office.database.writing() as session:
            row = outgoing_only(seen_by(session, here, document_id))
            made = issue_orders.order(
                session, Order(row.id, version, reservation), here.who, here.at
            )
            said = (
                f"Đã cho phát hành: dự kiến số {made.expected_code}, {made.expected_day:%d/%m/%Y}"
            )
    except Refused as fault:
        return _screen(here, document_id, fault, tu, reservation=reservation)
    onward = trail.onward(here, tu, document_id) if tu else f"/issue/{document_id}"
    return redirect(here, onward, said)


@router.post("/{document_id}/recipients")
def readdressed(
    here: Here,
    document_id: str,
    version: Annotated[int, Form()],
    to: Annotated[list[str] | None, Form()] = None,
    group: Annotated[list[str] | None, Form()] = None,
    reason: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Say to whom it goes, before it is issued."""
    codes = [code[:35] for code in to or []]
    try:
        with here.office.database.writing() as session:
            row = outgoing_only(seen_by(session, here, document_id))
            for each in group or []:
                chosen = recipient_groups.get(session, here.organ_id, here.who, each, here.today)
                codes += [member.organ_id for member in chosen.members if not member.ended]
            recipient_edits.edit(
                session,
                row.id,
                list(dict.fromkeys(codes)),
                here.who,
                here.at,
                reason=reason,
                version=version,
            )
            kept.accepted(session, here, _key(row.id, "to"))
    except Refused as fault:
        return _screen(here, document_id, fault, to=codes, reason=reason)
    return redirect(here, f"/issue/{document_id}", "Đã lưu nơi nhận")


@router.post("/{document_id}/heir")
def inherited(
    here: Here,
    document_id: str,
    gone: Annotated[str, Form(max_length=35)],
    heir: Annotated[str, Form(max_length=35)],
) -> Response:
    """Send to a successor what was addressed to an agency that ended."""
    with here.office.database.reading() as session:
        row = outgoing_only(seen_by(session, here, document_id))
        rights.check(session, here.visit, Right.READDRESS, row, here.at)
    try:
        made = readdressing.readdress(here.office, document_id, gone, heir, here.who)
    except OfficeError as fault:
        return _screen(here, document_id, fault)
    return redirect(here, f"/issue/{document_id}", f"Đã chuyển nơi nhận sang {made.name}")


@router.post("/{document_id}/void")
def void(
    here: Here,
    document_id: str,
    version: Annotated[int, Form()],
    reason: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Make the document void; a number that it has stays, with the reason."""
    try:
        with here.office.database.writing() as session:
            row = outgoing_only(seen_by(session, here, document_id))
            seen.ensure(session, row, version)
            decisions.decide(session, row, Step.VOID, here.who, here.at, reason)
            kept.accepted(session, here, _key(row.id, "void"))
    except Refused as fault:
        return _screen(here, document_id, fault, void_reason=reason)
    return redirect(here, f"/documents/{document_id}", "Đã hủy văn bản")
