"""/reserved-numbers: numbers taken before their documents: take one, see them, give one back.

Legal source: Decree 30/2020/ND-CP, Art. 15; ux.md §1.1 (lấy số trước).
"""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Form
from fastapi.responses import Response

from documents import abbreviations, directory, kind_list, reservations, rights, series_rules
from documents.document import VIETNAM
from documents.errors import Refused
from documents.identity import new_id
from documents.reservations import Wanted
from documents.right import Right
from documents.series import ReservationState
from web.faults import InputRefused
from web.rendering import page, redirect, with_fault
from web.visitor import Here, Visitor

router = APIRouter(prefix="/reserved-numbers")
_MOST = 200
WORDS = {
    ReservationState.OPEN: ("đang giữ", "now"),
    ReservationState.USED: ("đã dùng", "good"),
    ReservationState.VOID: ("hủy", "quiet"),
}


@router.get("")
def shown(here: Here) -> Response:
    """Show the agency's reserved numbers and the form for another."""
    return _shown(here)


def _shown(here: Visitor, fault: Refused | None = None, **typed: Any) -> Response:
    with here.office.database.reading() as session:
        rights.check(session, here.visit, Right.RESERVE_NUMBER, None, here.at)
        rows = reservations.listed(session, here.organ_id, None, _MOST)
        kinds = [kind.name for kind in series_rules.kinds_of(session, here.today)]
        people = directory.people(session, [here.organ_id], here.at)
    context: dict[str, Any] = {
        "rows": rows,
        "kinds": [(name, name) for name in dict.fromkeys(kinds)],
        "people": [(each.id, f"{each.full_name}, {each.position}") for each in people],
        "names": {each.id: each.full_name for each in people},
        "tomorrow": f"{here.today + timedelta(days=1):%d/%m/%Y}",
        "key": new_id(),
        "typed": defaultdict(str, typed),
        "words": WORDS,
    }
    if fault is not None:
        return with_fault(here, "issue/numbers.html", fault, **context)
    return page(here, "issue/numbers.html", **context)


@router.post("")
def reserved(
    here: Here,
    kind: Annotated[str, Form(max_length=100)],
    owner: Annotated[str, Form(max_length=64)],
    key: Annotated[str, Form(max_length=36)],
    notation: Annotated[str, Form(max_length=100)] = "",
    until: Annotated[str, Form(max_length=10)] = "",
    reason: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Take the next number of the series; the same form a second time takes none."""
    typed = {"kind": kind, "owner": owner, "notation": notation, "until": until, "reason": reason}
    try:
        with here.office.database.writing() as session:
            rights.check(session, here.visit, Right.RESERVE_NUMBER, None, here.at)
            known = kind_list.kind_of(session, kind, here.today)
            agency = directory.served_agency(session, here.organ_id)
            written = abbreviations.own_notation(session, agency, known, notation, "", here.today)
            wanted = Wanted(here.organ_id, known.name, written, owner, reason, _end_of(until))
            row = reservations.reserve(session, wanted, here.who, here.at, key)
            said = f"Đã lấy số {row.code}, ngày {row.day:%d/%m/%Y}"
    except Refused as fault:
        return _shown(here, fault, **typed)
    return redirect(here, "/reserved-numbers", said)


def _end_of(day: str) -> datetime:
    """Return the end of a day that was typed, in Vietnam."""
    try:
        read = datetime.strptime(day.strip(), "%d/%m/%Y").replace(tzinfo=VIETNAM)
        return read + timedelta(days=1)
    except (ValueError, OverflowError):
        raise InputRefused("Giữ đến hết ngày") from None


@router.post("/{reservation_id}/back")
def given_back(
    here: Here, reservation_id: str, reason: Annotated[str, Form(max_length=500)] = ""
) -> Response:
    """Make a reserved number void, with the reason."""
    try:
        with here.office.database.writing() as session:
            reservations.give_back(
                session, here.organ_id, reservation_id[:36], here.who, here.at, reason
            )
    except Refused as fault:
        return _shown(here, fault)
    return redirect(here, "/reserved-numbers", "Đã trả lại số; số được ghi là hủy")
