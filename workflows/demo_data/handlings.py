"""What becomes of a letter where it arrives, drawn from a seed.

Source: ux.md §5.3: 88 to 94 of a hundred in time, 4 to 8 late, 2 to 4 overdue and not done.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from random import Random

from documents.calendar import vietnam
from documents.document import Urgency
from documents.numbering import local_day
from workflows.demo_data.agencies import FULL
from workflows.demo_data.letters import Defect, Handling, Letter, Outcome
from workflows.demo_data.seasons import after, moment

_OUTCOMES = ((Outcome.ON_TIME, 91), (Outcome.LATE, 6), (Outcome.OPEN, 3))
_INFORM = 0.3
_DAY_MINUTES = 415
_FILED = 0.7
_EXTENDED = 0.06


def handling(rng: Random, letter: Letter, organ_id: str, until: datetime) -> Handling:
    """Return what becomes of *letter* at a recipient; what lies after *until* never happens."""
    pace = 0.1 if letter.urgency is not Urgency.ROUTINE else 1.0
    arrived = after(letter.issued, rng.uniform(4, 45) * pace)
    submitted = after(arrived, rng.uniform(5, 140) * pace)
    directed = after(submitted, rng.uniform(15, 400) * pace)
    made = Handling(organ_id, arrived, submitted, directed)
    if letter.defect is Defect.WRONG_UNIT:
        return replace(made, returned=True)
    if letter.due is None and rng.random() < _INFORM:
        return replace(made, inform=True)
    return _worked(rng, letter, made, until)


def _worked(rng: Random, letter: Letter, made: Handling, until: datetime) -> Handling:
    due = letter.due
    if due is not None and due < (day := local_day(made.directed)):
        due = day
    outcome = rng.choices([o for o, _ in _OUTCOMES], [w for _, w in _OUTCOMES])[0]
    if due is None or due >= local_day(until):
        outcome = Outcome.ON_TIME
    started = after(made.directed, rng.uniform(10, 300))
    finished = _finished(rng, started, due, outcome)
    full = made.organ_id == FULL
    return replace(
        made,
        due=due,
        outcome=outcome,
        started=started,
        finished=finished,
        filed=after(finished, rng.uniform(30, 900))
        if finished is not None and rng.random() < _FILED
        else None,
        extended=outcome is Outcome.ON_TIME and due is not None and rng.random() < _EXTENDED,
        cooperating=full and rng.random() < 0.25,
        subtask=rng.random() < (0.2 if full else 0.05),
    )


def _finished(
    rng: Random, started: datetime, due: date | None, outcome: Outcome
) -> datetime | None:
    if outcome is Outcome.OPEN:
        return None
    if due is None:
        return after(started, rng.uniform(0.2, 8) * _DAY_MINUTES)
    if outcome is Outcome.LATE:
        return moment(vietnam().next_working(due, rng.randint(1, 6)), rng.uniform(10, 400))
    last = moment(due if vietnam().is_working(due) else vietnam().next_working(due), 410)
    span = (last - started).total_seconds() / 86400 * 0.66 * _DAY_MINUTES
    return min(after(started, rng.uniform(0.3, 0.95) * max(span, 20)), last)


def ordered(letters: Iterable[Letter]) -> list[Letter]:
    """Return letters by the moment they were drafted."""
    return sorted(letters, key=lambda each: (each.drafted, each.ordinal))
