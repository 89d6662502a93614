"""Which reminder is due for what is owed: ahead, on the day, late; then the head, the leader.

Legal source: Decree 30/2020/ND-CP, Art. 24.1 (theo dõi, đôn đốc); Appendix VI, Part I, III.1l,
III.5b (30 days ahead). Who is told when is data, an agency's own or these defaults. A stage
belongs to a day that follows from the deadline alone: whenever the flow comes by, and however
often, it is the same stage, and is told once.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from documents.calendar import Calendar
from documents.errors import Refused
from documents.numbering import local_day
from documents.obligation import DUTIES, Duty, Owed

FURTHEST = 90
"""Days ahead or after that a rule may say."""
MOST = 5
"""Reminders ahead, or after, that one rule may say."""
HEAD_HOURS, LEADER_HOURS = 1, 4
"""After what had to be done at once is late; the law has no figure."""


class Stage(StrEnum):
    """Why somebody is told."""

    AHEAD = "ahead"
    """sắp đến hạn."""
    DUE = "due"
    """đến hạn hôm nay; what is to be done at once: vừa phát sinh."""
    LATE = "late"
    """đã quá hạn."""
    HEAD = "head"
    """báo trưởng đơn vị."""
    LEADER = "leader"
    """báo lãnh đạo."""


STAGE_NAMES: Mapping[str, str] = MappingProxyType(
    {
        Stage.AHEAD: "sắp đến hạn",
        Stage.DUE: "đến hạn",
        Stage.LATE: "quá hạn",
        Stage.HEAD: "quá hạn, báo trưởng đơn vị",
        Stage.LEADER: "quá hạn, báo lãnh đạo",
    }
)
_RANK = {stage: rank for rank, stage in enumerate(Stage)}


class RuleInvalid(Refused):
    """The rule says days that are none."""

    code = "reminder.rule_invalid"
    vietnamese = "Quy tắc nhắc việc không hợp lệ: {0}"
    english = "this rule of reminders is not valid: {0}"
    remedy = "Xem `congvan reminders rules` / see `congvan reminders rules`"


@dataclass(frozen=True, slots=True)
class Rule:
    """Who is told when of one duty."""

    ahead: tuple[int, ...] = (1,)
    """Days before the last one, working or calendar as the duty counts."""
    on_day: bool = True
    late: tuple[int, ...] = (1,)
    """Working days after the last one."""
    head_after: int | None = 1
    """Working days after the last one; None: never."""
    leader_after: int | None = 3
    days: int | None = None
    """Working days that the duty has, where practice sets them."""

    def check(self) -> None:
        """Return if the days are days.

        Raises:
            RuleInvalid: they are not.
        """
        every = (*self.ahead, *self.late, self.head_after or 1, self.leader_after or 1)
        if not all(1 <= each <= FURTHEST for each in (*every, self.days or 1)):
            raise RuleInvalid(f"1–{FURTHEST} ngày / days")
        if max(len(self.ahead), len(self.late)) > MOST:
            raise RuleInvalid(f"tối đa {MOST} lần / times")

    @property
    def farthest(self) -> int:
        """Return after how many working days nothing more is told."""
        return max((0, *self.late, self.head_after or 0, self.leader_after or 0))


_SHORT = Rule(ahead=(), on_day=True, late=(1,), head_after=1, leader_after=2)
_QUIET = Rule(late=(1,), head_after=None, leader_after=None)
DEFAULTS: Mapping[Duty, Rule] = MappingProxyType(
    dict.fromkeys(Duty, _SHORT)
    | {
        Duty.TASK: Rule(ahead=(3, 1), head_after=1, leader_after=3),
        Duty.ANSWER: Rule(ahead=(3, 1), head_after=1, leader_after=3),
        Duty.OPINION: Rule(ahead=(1,), head_after=1, leader_after=None),
        Duty.ISSUE_BY: Rule(ahead=(2,), head_after=1, leader_after=2),
        Duty.EXTENSION: Rule(ahead=(), late=(1,), head_after=None, leader_after=2),
        Duty.DIRECT: Rule(ahead=(), late=(1,), head_after=None, leader_after=None),
        Duty.RESERVATION: Rule(ahead=(1,), late=(), head_after=None, leader_after=None),
        Duty.LOAN: Rule(ahead=(1,), late=(1, 5), head_after=5, leader_after=None),
        Duty.DOSSIER: Rule(ahead=(30, 5), late=(1, 10), head_after=5, leader_after=20),
        Duty.DELEGATION: Rule(ahead=(5, 1), late=(), head_after=None, leader_after=None),
        Duty.COMPLIANCE: Rule((90, 30), late=(1,), head_after=None, leader_after=None),
        Duty.CALENDAR: Rule((60, 30, 10), late=(1,), head_after=None, leader_after=None),
        **dict.fromkeys(
            (Duty.DATA_REPLY, Duty.DATA_VIEW, Duty.DATA_MEND, Duty.DATA_ERASE),
            Rule(ahead=(1,), head_after=None, leader_after=1),
        ),
        **dict.fromkeys((Duty.INCIDENT_FIRST, Duty.INCIDENT_REPORT, Duty.BREACH), _QUIET),
    }
)


@dataclass(frozen=True, slots=True, order=True)
class Reached:
    """A stage whose time has come."""

    day: date
    rank: int = field(repr=False)
    stage: Stage = field(compare=False)


def reached(owed: Owed, rule: Rule, at: datetime, calendar: Calendar) -> list[Reached]:
    """Return the newest stage for whoever owes it, and those of head and leader, that have come.

    Raises:
        YearMissing: a day lies in a year that *calendar* does not know.
    """
    steps = _at_once(owed, at) if owed.at_once else _by_days(owed, rule, local_day(at), calendar)
    come = [Reached(day, _RANK[stage], stage) for stage, day in steps]
    own = [each for each in come if each.stage not in _ABOVE]
    above = [each for each in come if each.stage in _ABOVE]
    if not DUTIES[owed.duty].escalates:
        above = []
    return [*([max(own)] if own else []), *above]


_ABOVE = frozenset({Stage.HEAD, Stage.LEADER})


def _at_once(owed: Owed, at: datetime) -> Iterable[tuple[Stage, date]]:
    moments = (
        (Stage.DUE, owed.since),
        (Stage.LATE, owed.until.at),
        (Stage.HEAD, owed.until.at + timedelta(hours=HEAD_HOURS)),
        (Stage.LEADER, owed.until.at + timedelta(hours=LEADER_HOURS)),
    )
    return [(stage, local_day(moment)) for stage, moment in moments if moment <= at]


def _by_days(
    owed: Owed, rule: Rule, today: date, calendar: Calendar
) -> Iterable[tuple[Stage, date]]:
    last = owed.until.on
    if today <= last:
        if rule.on_day and today == last:
            return [(Stage.DUE, last)]
        if not (farthest := max(rule.ahead, default=0)) or (last - today).days > 2 * farthest + 30:
            return []  # too far for any, whatever days are off between
        ahead = [(Stage.AHEAD, _before(owed, last, days, calendar)) for days in rule.ahead]
        return [(stage, day) for stage, day in ahead if day <= today]
    after = [(Stage.LATE, days) for days in rule.late]
    after += [(Stage.HEAD, rule.head_after)] if rule.head_after else []
    after += [(Stage.LEADER, rule.leader_after)] if rule.leader_after else []
    days_after = [(stage, _after(last, days, today, calendar)) for stage, days in after]
    return [(stage, day) for stage, day in days_after if day is not None]


def _after(last: date, days: int, today: date, calendar: Calendar) -> date | None:
    """Return the working day that is *days* after *last*; None where it is after *today*.

    Only days until today are asked about: next year's announcement may not be there yet.
    """
    day = last
    while days > 0 and day < today:
        day += timedelta(days=1)
        days -= calendar.is_working(day)
    return day if days == 0 else None


def _before(owed: Owed, last: date, days: int, calendar: Calendar) -> date:
    if DUTIES[owed.duty].calendar_days:
        return last - timedelta(days=days)
    return calendar.previous_working(last, days)
