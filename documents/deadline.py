"""The deadline of a task as it is given: not past, not beyond what it is part of, on a working day.

Legal source: Decree 30/2020/ND-CP, Art. 23.2, 24.2; a last day that is a day off ends with the
next working day (Civil Code 2015, Art. 148.5).
"""

from datetime import date, datetime

from documents import calendar
from documents.errors import Refused
from documents.numbering import local_day
from documents.task import NO_DAY, last_day


class DeadlinePast(Refused):
    """The deadline is over. ({0} the day)."""

    code = "handling.deadline_past"
    vietnamese = "Thời hạn {0} đã qua"
    english = "the deadline {0} is over"
    remedy = "Chọn ngày từ hôm nay trở đi / choose today or a later day"


class DeadlineBeyond(Refused):
    """A sub-task would end after what it is part of. ({0} the day, {1} the limit)."""

    code = "handling.deadline_beyond"
    vietnamese = "Thời hạn {0} vượt thời hạn {1} của nhiệm vụ cấp trên"
    english = "the deadline {0} is after {1}, that of the task above"
    remedy = "Chọn hạn sớm hơn, hoặc xin gia hạn nhiệm vụ trên / choose an earlier day, or extend"


def written(day: date) -> str:
    """Return the day as people read it: dd/mm/yyyy; empty for none."""
    return "" if day == NO_DAY else f"{day:%d/%m/%Y}"


def ensure_ahead(due: date | None, at: datetime) -> None:
    """Return if *due* is the day of *at* or later, or none.

    Raises:
        DeadlinePast: it is before.
    """
    if due is not None and due < local_day(at):
        raise DeadlinePast(written(due))


def checked(due: date | None, at: datetime, limit: date = NO_DAY) -> tuple[date, tuple[str, ...]]:
    """Return the deadline as it is kept, with what people should know of it.

    Without *due* it is *limit*, that of the task above, if there is one.

    Raises:
        DeadlinePast: it is before the day of *at*.
        DeadlineBeyond: it is after *limit*.
        YearMissing: the calendar does not know its year.
    """
    if due is None or due == NO_DAY:
        return limit, ()
    ensure_ahead(due, at)
    if due > limit:
        raise DeadlineBeyond(written(due), written(limit))
    ends = last_day(due, calendar.vietnam())
    if ends == due:
        return due, ()
    off = written(due)
    return due, (
        f"{off} là ngày nghỉ, hạn tính hết ngày làm việc tiếp theo {written(ends)} / "
        f"{off} is a day off: it ends with the next working day",
    )
