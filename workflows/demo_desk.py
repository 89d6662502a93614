"""What waits for a clerk after the demo: letters of the axis at one agency, and a scan.

The twelve letters are counted where every agency registers by itself; afterwards one agency has
its clerk do it (Decree 30/2020/ND-CP, Art. 22), so that the desk has something to show.
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import replace

from documents import clerk_registers, intakes
from documents.channel import Channel
from documents.document import Role
from drafting.picture_pdf import photographed
from workflows import intake
from workflows.demo_letters import LETTERS, Letter
from workflows.demo_people import desk_of
from workflows.demonstration import Line, hand_in
from workflows.office import Office
from workflows.world import World

WAITING_AT = "H99.03"
"""The agency whose clerk registers."""
PATIENCE_SECONDS = 30.0
_SUBJECTS = (
    "Về việc báo cáo tình hình thiệt hại do bão số 13 gây ra",
    "Về việc rà soát, cập nhật danh mục vùng có nguy cơ sạt lở",
    "Về việc góp ý dự thảo kế hoạch trồng rừng ven biển năm 2027",
)


def by_itself(opened: Mapping[str, Office]) -> None:
    """Have the agency registered by the system, as the others: an earlier demo left it so."""
    _decide(opened, clerk=False)


def leave_waiting(world: World, opened: dict[str, Office], lines: list[Line]) -> int:
    """Have the clerk register from now on, and leave something to register; return how much."""
    _decide(opened, clerk=True)
    _bring_scan(opened, lines)
    hand_in(world, opened, letters=tuple(_letters()))
    office = opened[desk_of(WAITING_AT).installation]
    until = time.monotonic() + PATIENCE_SECONDS
    while (there := _waiting(office)) <= len(_SUBJECTS) and time.monotonic() < until:
        time.sleep(0.25)
    return there


def _decide(opened: Mapping[str, Office], *, clerk: bool) -> None:
    office = opened[desk_of(WAITING_AT).installation]
    leader = _person(Role.LEADER)
    with office.database.writing() as session:
        clerk_registers.decide(session, WAITING_AT, leader, office.now(), clerk=clerk)


def _person(role: Role) -> str:
    return next(each.id for each in desk_of(WAITING_AT).people if each.role is role)


def _letters() -> Iterator[Letter]:
    others = [each for each in LETTERS if each.sender != WAITING_AT and not each.bases]
    for number, subject in enumerate(_SUBJECTS):
        model = others[number % len(others)]
        yield replace(model, subject=subject, recipients=(WAITING_AT,), attachments=())


def _bring_scan(opened: Mapping[str, Office], lines: list[Line]) -> None:
    """Bring the paper of a letter that came by the axis: the clerk is warned of the double."""
    line = next(
        (each for each in lines if WAITING_AT in each.letter.recipients and each.file), None
    )
    if line is None or line.file is None:
        return
    office = opened[desk_of(WAITING_AT).installation]
    path = line.file.with_name("ban-quet.jpg")
    path.write_bytes(photographed(line.file.read_bytes()))
    intake.take_in(office, WAITING_AT, path, Channel.SCAN, _person(Role.CLERK))


def _waiting(office: Office) -> int:
    with office.database.reading() as session:
        return len(intakes.awaiting(session, WAITING_AT))
