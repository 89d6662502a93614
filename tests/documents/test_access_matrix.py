"""Role × step × state × own or other agency × own post, stand-in, ended, away: buttons are doors.

Every cell is tried for real through the domain's functions; `rights` must say the same, and
docs/access.md is what they said. CONGVAN_UPDATE_DOCS=1 writes that page anew.
"""

import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from documents import rights
from documents.lifecycle import LIFECYCLES, Direction, Step
from documents.right import GRANTS, Right
from documents.right_words import RIGHTS
from documents.rights import At
from documents.step_words import ROLES, STATES, STEPS
from documents.tables import DocumentRow
from tests.documents.access_doors import opens
from tests.documents.access_house import (
    BESIDE,
    ELSEWHERE,
    HOLDERS,
    OTHER,
    OWN,
    ROLES_HERE,
    STEAD,
    Actor,
    Case,
    Cases,
    go_away,
    people,
    seat,
    undone,
)
from tests.documents.bureau import ORGAN, Bureau

PAGE = Path(__file__).parents[2] / "docs" / "access.md"
MARKS = {OWN: "C", BESIDE: "K", STEAD: "U"}
"""How a cell of the page says who."""


def tried(
    session: Session, case: Case, row: DocumentRow, actors: dict[Actor, str], at: datetime
) -> Iterator[tuple[Step, Actor, bool]]:
    """Try every step from the case's state as everybody; yield who was let through."""
    direction, state, _ = case
    steps = [step for origin, step in LIFECYCLES[direction] if origin is state]
    wrong = []
    for actor, who in actors.items():
        organ = OTHER if actor[1] is ELSEWHERE else ORGAN
        here = At(who, organ)
        offered = {each.step for each in rights.steps(session, here, row, at)}
        for step in steps:
            let = opens(session, row, step, who, at)
            said = rights.may(session, here, step, row, at)
            flows = LIFECYCLES[direction][state, step].carried and not let
            if let != (step in offered) or (let != said and not flows):
                wrong.append((*case, step, *actor, f"door {let}", f"rights {said}, {offered}"))
            yield step, actor, let
    assert not wrong, wrong


def table_of(found: dict[tuple[Case, Step], set[Actor]], direction: Direction) -> list[str]:
    """Return the rows of one lifecycle: who may take which step from where."""
    head = ["Trạng thái", "Bước", *(ROLES[role] for role in ROLES_HERE)]
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    for (case, step), actors in found.items():
        if case[0] is not direction:
            continue
        state = STATES[case[1]] + (f" ({case[2]})" if case[2] else "")
        cells = [
            "".join(mark for kind, mark in MARKS.items() if (role, kind) in actors) or "–"
            for role in ROLES_HERE
        ]
        if not actors:
            flow = LIFECYCLES[direction][case[1], step].carried
            cells = ["hệ thống" if flow else "–"] * len(ROLES_HERE)
        lines.append(f"| {' | '.join([state, STEPS[step], *cells])} |")
    return lines


def page_of(found: dict[tuple[Case, Step], set[Actor]]) -> str:
    """Return docs/access.md."""
    lines = [
        "# Ai được làm gì / who may do what",
        "",
        "Trang này do `tests/documents/test_access_matrix.py` lập bằng cách thử thật từng ô qua",
        "các hàm nghiệp vụ trên hai cơ sở dữ liệu; `documents/rights.py` phải nói đúng như vậy.",
        "This page is made by trying every cell for real; `rights` must say the same.",
        "",
        "C: người giữ việc (người soạn, người ký, người được trình, được giao), đang giữ chức vụ,",
        "kể cả khi nghỉ. K: người khác cùng vai trò, đơn vị khác. U: người được ủy quyền xử lý.",
        "Người đã thôi chức vụ và người của cơ quan khác: không ô nào. «hệ thống»: luồng tự làm.",
        "",
        "C: whoever holds the matter, also while away; K: others of the role, of another unit;",
        "U: a stand-in. Who left the post, or is of another agency: nowhere.",
    ]
    for direction, title in (
        (Direction.OUTGOING, "Văn bản đi"),
        (Direction.INCOMING, "Văn bản đến"),
    ):
        lines += ["", f"## {title}", "", *table_of(found, direction)]
    head = ["Quyền", "Mã", *(ROLES[role] for role in ROLES_HERE)]
    lines += ["", "## Các quyền khác, theo chức vụ", "", f"| {' | '.join(head)} |"]
    lines.append(f"|{'---|' * len(head)}")
    for right in Right:
        cells = ["x" if role in GRANTS[right] else "–" for role in ROLES_HERE]
        lines.append(f"| {' | '.join([RIGHTS[right], f'`{right}`', *cells])} |")
    return "\n".join(lines) + "\n"


def test_every_button_is_a_door_and_every_door_a_button(
    bureau: Bureau, make_draft: Callable[..., Any]
) -> None:
    found: dict[tuple[Case, Step], set[Actor]] = {}
    holders: dict[Actor, str] = {(role, OWN): who for role, who in HOLDERS.items()}
    with undone(bureau) as session:
        seat(session, bureau.at)
        # of PostgreSQL each cell is four round trips: there only those whose matter it is
        whole = session.get_bind().dialect.name == "sqlite"
        cases = list(Cases(session, bureau, make_draft).every())
        for case, row in cases:
            for step, actor, let in tried(
                session, case, row, people() if whole else holders, bureau.at
            ):
                who = found.setdefault((case, step), set())
                if let:
                    who.add(actor)
        if whole:
            go_away(session, bureau.at)
            for case, row in cases:
                for step, actor, let in tried(session, case, row, holders, bureau.at):
                    assert let == (actor in found[case, step])
    for who in found.values():
        assert {kind for _, kind in who} <= {OWN, BESIDE, STEAD}
    if whole:
        written = page_of(found)
        if os.environ.get("CONGVAN_UPDATE_DOCS"):
            PAGE.write_text(written, "utf-8")
        assert PAGE.read_text("utf-8") == written
