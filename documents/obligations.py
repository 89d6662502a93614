"""What an agency owes at a moment, read from what is open: documents, tasks, dossiers, loans.

Legal source: law.md §9, with the articles of `obligation.DUTIES`. Every question goes along an
index over what is open or of a state that is not final, the newest first and at most `MOST` of a
duty: a year of a million documents costs what a day of them costs.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from documents import obligation_facts as facts
from documents.calendar import Calendar, YearMissing
from documents.document import VIETNAM
from documents.numbering import local_day
from documents.obligation import DUTIES, Duty, Owed
from documents.obligation_fact import MOST, Fact
from documents.reminder import DEFAULTS, Rule
from documents.time_limit import AT_ONCE, Limit, Until, by_day, by_moment, on_day, until

TRUNCATED = "reminder.too_many"
"""Code of the gap that says that a duty has more than is looked at."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that could not be reckoned."""

    code: str
    subject: str
    words: str
    count: int = 1


@dataclass(slots=True)
class Found:
    """What is owed, and what could not be reckoned."""

    owed: list[Owed] = field(default_factory=list)
    gaps: dict[tuple[str, str], Gap] = field(default_factory=dict)

    def lack(self, code: str, subject: str, words: str) -> None:
        """Note a gap, counted with those of its kind."""
        known = self.gaps.get((code, subject))
        count = known.count + 1 if known is not None else 1
        self.gaps[code, subject] = Gap(code, subject, words, count)


def owed_by(
    session: Session,
    organ_id: str,
    at: datetime,
    calendar: Calendar,
    rules: dict[Duty, Rule] | None = None,
    *,
    urgent_only: bool = False,
) -> Found:
    """Return what *organ_id* owes at *at*, what ends first coming first.

    What lies in a year that *calendar* does not know is a gap; the rest is there all the same.
    *urgent_only* asks for what is to be done at once.
    """
    found = Found()
    rules = rules or dict(DEFAULTS)
    for look in facts.URGENT if urgent_only else facts.EVERY:
        these = list(look(session, organ_id, at))
        for fact in these:
            _reckon(found, fact, calendar, rules)
        if len(these) >= MOST:
            duty = these[-1].duty
            found.lack(TRUNCATED, duty, f"{DUTIES[duty].name}: ≥ {MOST}")
    if not urgent_only:
        _look_ahead(found, organ_id, at, calendar)
    if urgent_only:
        found.owed = [each for each in found.owed if each.at_once]
    found.owed.sort(key=lambda each: (each.until.at, each.duty, each.subject_id))
    return found


def _reckon(found: Found, fact: Fact, calendar: Calendar, rules: dict[Duty, Rule]) -> None:
    try:
        ends, at_once = _ends(fact, calendar, rules[fact.duty])
    except YearMissing as error:
        found.lack(error.code, str(error.args[0]), str(error))
        return
    found.owed.append(
        Owed(
            duty=fact.duty,
            subject_id=fact.subject_id,
            code=fact.code,
            title=fact.title,
            since=fact.since,
            until=ends,
            at_once=at_once,
            document_id=fact.document_id,
            people=fact.people,
            unit_id=fact.unit_id,
            type_name=fact.type_name,
            leader_id=fact.leader_id,
        )
    )


def _ends(fact: Fact, calendar: Calendar, rule: Rule) -> tuple[Until, bool]:
    """Return when it ends, and whether it is one of those to be done at once."""
    terms = DUTIES[fact.duty]
    if terms.hours:
        return by_moment(fact.since + timedelta(hours=terms.hours)), True
    if fact.moment is not None:
        return by_moment(fact.moment), False
    if fact.due is not None:
        whole = on_day(fact.due) if terms.calendar_days else by_day(fact.due, calendar)
        return whole, False
    limit = terms.urgent if fact.urgent and terms.urgent is not None else terms.limit
    days = (rule.days or terms.days) if limit is Limit.WORKING_DAYS else 0
    return until(limit, fact.since, calendar, days), limit is Limit.AT_ONCE


MILESTONES = (
    (date(2027, 7, 1), "QCVN 12:2026/BCA, cấp độ 3–5; nền tảng số mới (NĐ 224/2026 Đ27)"),
    (date(2028, 1, 1), "QCVN 12:2026/BCA, cấp độ 1–2"),
    (date(2028, 12, 31), "Nền tảng số đang vận hành (NĐ 224/2026 Đ27)"),
    (date(2026, 12, 31), "Kết nối, chia sẻ dữ liệu (NĐ 278/2025)"),
)
"""Days by which the law wants something of the system itself (law.md §9)."""
_SEEN_AHEAD = 120
"""Days before which a milestone or a missing year is spoken of."""


def _look_ahead(found: Found, organ_id: str, at: datetime, calendar: Calendar) -> None:
    """Add what the system itself owes: the law's milestones, next year's days off."""
    today = local_day(at)
    for day, words in MILESTONES:
        if today <= day <= today + timedelta(days=_SEEN_AHEAD):
            found.owed.append(_own(Duty.COMPLIANCE, organ_id, day, words, at))
    if today.year not in calendar.years:
        # nothing can be reckoned without it: said each month, by no calendar
        since = datetime.combine(today.replace(day=1), datetime.min.time(), VIETNAM)
        subject = f"{organ_id}:{Duty.CALENDAR}:{since:%Y-%m}"
        words = f"Lịch nghỉ lễ, Tết năm {today.year}"
        ends = by_moment(since + AT_ONCE)
        found.owed.append(
            Owed(Duty.CALENDAR, subject, str(today.year), words, since, ends, at_once=True)
        )
    year = (today + timedelta(days=_SEEN_AHEAD)).year
    known = calendar.years.get(year)
    if year > today.year and (known is None or not known.announced):
        words = f"Lịch nghỉ lễ, Tết năm {year}"
        found.owed.append(_own(Duty.CALENDAR, organ_id, date(today.year, 12, 31), words, at))


def _own(duty: Duty, organ_id: str, day: date, words: str, at: datetime) -> Owed:
    subject = f"{organ_id}:{duty}:{day:%Y-%m-%d}"
    return Owed(duty, subject, f"{day:%d/%m/%Y}", words, at, on_day(day))
