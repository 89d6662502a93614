"""Reminding: what is owed now becomes notices to people, each once, and a digest each morning.

Legal source: Decree 30/2020/ND-CP, Art. 24.1; Appendix VI, Part I, III.1i, III.1l, III.5b;
ux.md §1.5 (one digest). A notice's key (duty, subject, person, stage, day) follows from the
deadline alone: killed, repeated, run twice at once or under a clock that went back, the same is
not told twice; and a stage that is older than one told is not told any more.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from documents import obligations, reminder_rules
from documents.calendar import Calendar, YearMissing
from documents.identity import new_id
from documents.numbering import local_day
from documents.obligation import DUTIES, Owed
from documents.obligations import Gap
from documents.reminder import Reached, Stage, reached
from documents.roster import Recipient, Roster
from documents.tables import NoticeRow, ReminderGapRow

STALE = timedelta(days=30)
"""A stage that nobody was told of for so long is not told any more: the digest counts it."""
NOBODY = "reminder.nobody"
"""Code of the gap that says that nobody is there to be told."""
_BATCH = 400
"""Rows of one statement: SQLite takes some 32,000 values."""


@dataclass(frozen=True, slots=True)
class Telling:
    """One stage of one thing owed, for one person."""

    owed: Owed
    to: Recipient
    stage: Stage
    day: date

    @property
    def key(self) -> tuple[str, str, str, str, date]:
        """What makes it the same notice."""
        return (self.owed.subject_id, self.owed.duty, self.to.person_id, self.stage, self.day)


@dataclass(slots=True)
class Plan:
    """What is to be told now in one agency, and what could not be reckoned."""

    organ_id: str
    tellings: list[Telling] = field(default_factory=list)
    standing: dict[str, list[tuple[Owed, Recipient]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    """By person: what a digest of now would list."""
    gaps: list[Gap] = field(default_factory=list)
    owed: list[Owed] = field(default_factory=list)


def plan(
    session: Session,
    organ_id: str,
    at: datetime,
    calendar: Calendar,
    *,
    urgent_only: bool = False,
) -> Plan:
    """Return what is to be told in the agency at *at*; reads only."""
    rules = reminder_rules.of_agency(session, organ_id)
    found = obligations.owed_by(session, organ_id, at, calendar, rules, urgent_only=urgent_only)
    roster = Roster.load(session, organ_id, at)
    made = Plan(organ_id, owed=found.owed)
    for owed in found.owed:
        try:
            stages = reached(owed, rules[owed.duty], at, calendar)
        except YearMissing as error:
            found.lack(error.code, str(error.args[0]), str(error))
            continue
        if not stages and not owed.late(at):
            continue
        owners = roster.owners(owed)
        if not owners:
            found.lack(NOBODY, owed.duty, f"{DUTIES[owed.duty].name}: {owed.code}")
        for owner in owners:
            made.standing[owner.person_id].append((owed, owner))
        for stage in stages:
            made.tellings += _told(made, roster, owed, owners, stage)
    made.gaps = list(found.gaps.values())
    return made


def _told(
    made: Plan, roster: Roster, owed: Owed, owners: Sequence[Recipient], step: Reached
) -> Iterator[Telling]:
    people: Sequence[Recipient] = owners
    if step.stage is Stage.HEAD:
        people = roster.heads(owed)
    elif step.stage is Stage.LEADER:
        people = roster.leaders(owed)
    for to in people:
        if step.stage in {Stage.HEAD, Stage.LEADER}:
            standing = made.standing[to.person_id]
            if (owed, to) not in standing[-1:]:
                standing.append((owed, to))
        yield Telling(owed, to, step.stage, step.day)


def tell(session: Session, made: Plan, at: datetime, part: Sequence[Telling] | None = None) -> int:
    """Enter the notices of *made*, or of a *part* of it, that nobody has entered yet.

    In a writing transaction; what another entered meanwhile is left as it is. Returns how many.
    """
    every = made.tellings if part is None else part
    fresh = [each for each in every if local_day(at) - each.day <= STALE]
    known = _known(session, {each.owed.subject_id for each in fresh})
    rows = [_row(made.organ_id, each, at) for each in fresh if not _superseded(each, known)]
    if not rows:
        return 0
    upsert: Any = (
        sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
    )
    statement = upsert(NoticeRow.__table__).on_conflict_do_nothing().returning(_ID)
    return len(session.connection().execute(statement, rows).all())


_ID = NoticeRow.__table__.c.id
_RANK = {stage.value: rank for rank, stage in enumerate(Stage)}
Known = dict[tuple[str, str, str], list[NoticeRow]]


def _known(session: Session, subjects: Iterable[str]) -> Known:
    """Return the notices about these subjects, by subject, duty and person."""
    found: Known = defaultdict(list)
    every = sorted(subjects)
    for start in range(0, len(every), _BATCH):
        batch = every[start : start + _BATCH]
        for row in session.scalars(select(NoticeRow).where(NoticeRow.subject_id.in_(batch))):
            found[row.subject_id, row.duty, row.person_id].append(row)
    return found


def _superseded(telling: Telling, known: Known) -> bool:
    """Return whether the person was told this, or a later stage of the same deadline."""
    step = (telling.day, _RANK[telling.stage])
    owed = telling.owed
    return any(
        (row.day, _RANK[row.stage]) >= step and row.due_at == owed.until.at
        for row in known.get((owed.subject_id, owed.duty, telling.to.person_id), ())
    )


def _row(organ_id: str, telling: Telling, at: datetime) -> dict[str, Any]:
    owed = telling.owed
    return {
        "id": new_id(),
        "organ_id": organ_id,
        "duty": owed.duty.value,
        "subject_id": owed.subject_id,
        "person_id": telling.to.person_id,
        "stage": telling.stage.value,
        "day": telling.day,
        "document_id": owed.document_id,
        "code": owed.code[:200],
        "due_on": owed.until.on,
        "due_at": owed.until.at,
        "in_stead_of": telling.to.in_stead_of or None,
        "created_at": at,
        "read_at": None,
        "read_by": None,
    }


def note_gaps(session: Session, organ_id: str, gaps: Iterable[Gap], at: datetime) -> None:
    """Keep what a whole run could not reckon, and take away what it finds no more."""
    wanted = select(ReminderGapRow).where(ReminderGapRow.organ_id == organ_id)
    kept = {(row.code, row.subject): row for row in session.scalars(wanted)}
    for gap in gaps:
        row = kept.pop((gap.code, gap.subject[:100]), None)
        if row is None:
            row = ReminderGapRow(
                id=new_id(),
                organ_id=organ_id,
                code=gap.code,
                subject=gap.subject[:100],
                first_seen=at,
            )
            session.add(row)
        row.count, row.words, row.last_seen = gap.count, gap.words, at
    gone = [row.id for row in kept.values()]
    if gone:
        session.execute(delete(ReminderGapRow).where(ReminderGapRow.id.in_(gone)))
    session.flush()


def gaps_of(session: Session, organ_id: str) -> list[ReminderGapRow]:
    """Return what the last whole run could not reckon in the agency."""
    wanted = select(ReminderGapRow).where(ReminderGapRow.organ_id == organ_id)
    return list(session.scalars(wanted.order_by(ReminderGapRow.code, ReminderGapRow.subject)))


def count_gaps(session: Session) -> int:
    """Return how many kinds of things the last whole runs could not reckon: for health lines."""
    return session.scalar(select(func.count()).select_from(ReminderGapRow)) or 0
