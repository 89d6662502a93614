"""/delegations: the visitor's absences, whom they let act in their stead, who stands in now.

Source: ux.md §1.4 (ủy quyền xử lý: người ủy quyền, người được ủy quyền, từ ngày, đến ngày, lý do).
Signing is never lent here: for that there are KT., TL., TUQ. (Decree 30/2020/ND-CP, Art. 13).
"""

from collections import defaultdict
from typing import Annotated, Any

from fastapi import APIRouter, Form
from fastapi.responses import Response

from documents import absences, away_board, stand_ins
from documents.document import Role
from documents.errors import OfficeError
from documents.lifecycle import Step
from documents.stand_ins import NEVER, Scope, WorkDelegation, WorkDelegationUnknown
from documents.tables import AbsenceRow, WorkDelegationRow
from web.due_days import read_due
from web.rendering import page, redirect, with_fault
from web.visitor import Here, Visitor

router = APIRouter(prefix="/delegations")
STEPS = (Step.ASSIGN, Step.SUBMIT, Step.RETURN, Step.START, Step.COMPLETE)
"""Steps that a delegation can be limited to; signing is none of them."""


@router.get("")
def show(here: Here) -> Response:
    """Show the board and the forms."""
    return page(here, "delegations/page.html", **_context(here, {}, ""))


@router.post("/absent")
def absent(
    here: Here,
    since: Annotated[str, Form()] = "",
    until: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
    stand_in: Annotated[str, Form()] = "",
    stand_in_name: Annotated[str, Form()] = "",
) -> Response:
    """Record that the visitor is away, with who stands in; the same again changes nothing."""
    who = (stand_in or stand_in_name).strip()
    typed = {"since": since, "until": until, "reason": reason, "stand_in_name": who}
    try:
        first = read_due(since, here.today) or here.today
        last = read_due(until, here.today) or first
        with here.office.database.writing() as session:
            by = stand_ins.recorder(session, here.who, here.organ_id, here.who, here.at)
            absences.absent(
                session,
                here.organ_id,
                here.who,
                first,
                last,
                by,
                here.at,
                reason=reason,
                stand_in=who,
            )
    except OfficeError as fault:
        shown = _context(here, typed, "absent")
        return with_fault(here, "delegations/page.html", fault, **shown)
    return redirect(here, "/delegations", "Đã ghi nhận kỳ vắng mặt")


@router.post("/delegate")
def delegate(
    here: Here,
    to: Annotated[str, Form()] = "",
    to_name: Annotated[str, Form()] = "",
    since: Annotated[str, Form()] = "",
    until: Annotated[str, Form()] = "",
    role: Annotated[list[str] | None, Form()] = None,
    step: Annotated[list[str] | None, Form()] = None,
    types: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Let another handle in the visitor's stead; the same again changes nothing."""
    who = (to or to_name).strip()
    typed = {"since": since, "until": until, "reason": reason, "to_name": who, "types": types}
    try:
        first = read_due(since, here.today) or here.today
        last = read_due(until, here.today) or first
        roles = tuple(Role(each) for each in role or () if each in set(here.roles))
        steps = tuple(each for each in step or () if each in set(STEPS))
        named = tuple(filter(None, (each.strip() for each in types.split(";"))))
        # nothing chosen: whatever the visitor's own posts let them handle
        scope = Scope(roles or _lendable(here), steps, named)
        wanted = WorkDelegation(here.organ_id, here.who, who, first, last, scope, reason)
        with here.office.database.writing() as session:
            by = stand_ins.recorder(session, here.who, here.organ_id, here.who, here.at)
            stand_ins.delegate(session, wanted, by, here.at)
    except OfficeError as fault:
        shown = _context(here, typed, "delegate")
        return with_fault(here, "delegations/page.html", fault, **shown)
    return redirect(here, "/delegations", "Đã ghi nhận ủy quyền xử lý")


@router.post("/{which}/withdraw")
def withdraw(here: Here, which: str, reason: Annotated[str, Form()] = "") -> Response:
    """Take back the visitor's own absence or delegation."""
    try:
        with here.office.database.writing() as session:
            absence = session.get(AbsenceRow, which[:36])
            given = session.get(WorkDelegationRow, which[:36])
            holder = absence.person_id if absence is not None else given.from_id if given else ""
            found = absence or given
            if found is None or found.organ_id != here.organ_id:
                raise WorkDelegationUnknown(which[:60])
            by = stand_ins.recorder(session, here.who, here.organ_id, holder, here.at)
            stand_ins.withdraw(session, here.organ_id, which[:36], by, here.at, reason)
    except WorkDelegationUnknown:
        raise
    except OfficeError as fault:
        return with_fault(here, "delegations/page.html", fault, **_context(here, {}, ""))
    return redirect(here, "/delegations", "Đã thu hồi")


def _lendable(here: Visitor) -> tuple[Role, ...]:
    return tuple(sorted(here.roles - NEVER))


def _context(here: Visitor, typed: dict[str, str], form: str) -> dict[str, Any]:
    with here.office.database.reading() as session:
        board = away_board.board(session, here.organ_id, here.who, here.at)
    lendable = _lendable(here)
    return {
        "board": board,
        "typed": defaultdict(str, typed),
        "form": form,
        "blank": defaultdict(str),
        "roles": lendable,
        "steps": STEPS,
    }
