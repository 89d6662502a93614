"""Days as people write them, and the moments between which they hold in Vietnam."""

from datetime import UTC, date, datetime, time, timedelta

from documents.document import VIETNAM
from documents.errors import Refused

_FORMS = ("%d/%m/%Y", "%Y-%m-%d")


class DayInvalid(Refused):
    """The text is no day."""

    code = "day.invalid"
    vietnamese = "«{0}» không phải là ngày"
    english = "«{0}» is not a day"
    remedy = "Viết 31/12/2026 hoặc 2026-12-31 / write 31/12/2026 or 2026-12-31"


def read_day(text: str) -> date:
    """Return the day of `31/12/2026` or `2026-12-31`.

    Raises:
        DayInvalid: it is neither.
    """
    for form in _FORMS:
        try:
            return datetime.strptime(text.strip(), form).date()  # noqa: DTZ007  (a day has no zone)
        except ValueError:
            continue
    raise DayInvalid(text[:40])


def first_moment(text: str) -> datetime:
    """Return when the day *text* begins in Vietnam, in UTC.

    Raises:
        DayInvalid: it is no day.
    """
    return _midnight(read_day(text))


def moment_after(text: str) -> datetime:
    """Return the first moment after the day *text* in Vietnam, in UTC.

    Raises:
        DayInvalid: it is no day, or the last one there is.
    """
    day = read_day(text)
    if day == date.max:
        raise DayInvalid(text[:40])
    return _midnight(day + timedelta(days=1))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, VIETNAM).astimezone(UTC)
