"""A direction as a form says it: a preset or the proposal, what was picked besides, the day.

What is picked goes before what the preset has: another lead stands for all of it, co-operating and
informed ones are added to it. Practice: ux.md §1.4 (Gửi nhanh; bút phê kết hợp phân công).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.orm import Session

from documents import assignee, calendar, deadline, directing, phrase
from documents.assignee import Share
from documents.directing import Instruction
from documents.lying import Lying
from documents.presets import Shown
from documents.task import TaskPart
from web.due_days import read_due
from web.visitor import Visitor

PROPOSAL = "proposal"
"""The choice that takes what the submission proposes."""
FORWARDED = "Chuyển {chủ trì} xử lý."
"""What a direction says where nobody says anything."""
INFORMED = "Chuyển để biết."
_BETWEEN = re.compile(r"[;\n]")


@dataclass(frozen=True, slots=True)
class Typed:
    """What the form has."""

    choice: str = ""
    """Id of a preset, PROPOSAL, or nothing."""
    opinion: str = ""
    due: str = ""
    due_in: str = ""
    lead: Sequence[str] = ()
    """Ids that were picked."""
    lead_name: str = ""
    cooperate: Sequence[str] = ()
    cooperate_name: str = ""
    inform: Sequence[str] = ()
    inform_name: str = ""
    preset: Shown | None = field(default=None)


def picked(typed: Typed) -> list[Share]:
    """Return whom the form names besides its choice, each once."""
    parts = (
        (TaskPart.LEAD, typed.lead, typed.lead_name),
        (TaskPart.COOPERATE, typed.cooperate, typed.cooperate_name),
        (TaskPart.INFORM, typed.inform, typed.inform_name),
    )
    shares = [
        Share(name, part)
        for part, keys, names in parts
        for name in dict.fromkeys((*keys, *map(str.strip, _BETWEEN.split(names[:4000]))))
        if name
    ]
    return shares[: directing.MOST + 1]


def shares_of(typed: Typed, lying: Lying | None) -> tuple[Share, ...]:
    """Return who does what: the choice's, unless another lead was picked, and what was added."""
    own = picked(typed)
    if any(share.part is TaskPart.LEAD for share in own):
        return tuple(own)
    chosen: list[Share] = []
    if typed.choice == PROPOSAL and lying is not None and lying.submission.lead:
        chosen = [Share(lying.submission.lead)]
    elif typed.preset is not None:
        chosen = [Share(key, part) for part, key, _ in typed.preset.people]
    there = {share.to for share in chosen}
    return (*chosen, *(share for share in own if share.to not in there))


def due_of(typed: Typed, lying: Lying | None, today: date) -> date | None:
    """Return the deadline: what was typed, the chip, the choice's; None: the document's own.

    Raises:
        DayInvalid, YearMissing: as `read_due`.
    """
    if typed.due.strip() or typed.due_in.strip():
        return read_due(typed.due if typed.due.strip() else typed.due_in, today)
    if typed.choice == PROPOSAL and lying is not None:
        return lying.submission.due_on
    if typed.preset is not None:
        return typed.preset.due(today, calendar.vietnam())
    return None


def instruction(
    session: Session, here: Visitor, typed: Typed, lying: Lying | None, own: date | None
) -> Instruction:
    """Return the direction that the form means; *own* is the document's deadline.

    Raises:
        SlotEmpty: the opinion has a slot that nothing fills.
        DayInvalid, YearMissing, AssigneeInvalid, PersonUnknown, PersonAmbiguous: as they say.
    """
    shares = shares_of(typed, lying)
    due = due_of(typed, lying, here.today)
    opinion = typed.opinion.strip() or (typed.preset.opinion if typed.preset else "")
    if not opinion:
        informing = bool(shares) and all(share.part is TaskPart.INFORM for share in shares)
        opinion = INFORMED if informing else FORWARDED
    if shares and len(opinion) <= 40_000 and phrase.slots(opinion):
        names: dict[TaskPart, list[str]] = {part: [] for part in TaskPart}
        for share in shares[: directing.MOST]:
            name = assignee.assignee(session, here.organ_id, share.to, here.at).name
            names[share.part].append(name)
        until = due or own
        opinion = phrase.filled(
            opinion,
            ", ".join(names[TaskPart.LEAD]),
            ", ".join(names[TaskPart.COOPERATE]),
            deadline.written(until) if until is not None else "",
        )
    return Instruction(opinion, shares, due)
