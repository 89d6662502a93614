"""Dates and times as they are met on the wire (axis.md §14): three orders, with or without time."""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo

from documents.document import VIETNAM

_DAY = (
    r"(?:(?P<y>[0-9]{4})[/.-](?P<m>[0-9]{1,2})[/.-](?P<d>[0-9]{1,2})"
    r"|(?P<d2>[0-9]{1,2})[/.-](?P<m2>[0-9]{1,2})[/.-](?P<y2>[0-9]{4}))"
)
_CLOCK = r"(?P<H>[0-9]{1,2}):(?P<M>[0-9]{2})(?::(?P<S>[0-9]{2})(?:\.[0-9]{1,9})?)?"
_ZONE = r"(?P<zone>Z|[+-][0-9]{2}:?[0-9]{2})?"
_MOMENT = re.compile(rf"{_DAY}(?:[T ]+{_CLOCK}\s*{_ZONE})?{_ZONE.replace('zone', 'dayzone')}")
_STRICT_DATE = re.compile(r"[0-9]{4}/[0-9]{2}/[0-9]{2}")
_STRICT_TIME = re.compile(r"[0-9]{4}/[0-9]{2}/[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")


class NotADate(ValueError):
    """The text is no date in any known form, or a day that no calendar has."""


def read_date(text: str) -> tuple[date, bool]:
    """Return the day and whether it was written as it should be (yyyy/MM/dd).

    Raises:
        NotADate: as the name says.
    """
    return _day(_matched(text)), _STRICT_DATE.fullmatch(text) is not None


def read_time(text: str) -> tuple[datetime, bool]:
    """Return the moment in UTC and whether it was written as it should be.

    A time without a zone is Vietnam's; a date without a time is its midnight.

    Raises:
        NotADate: as the name says.
    """
    match = _matched(text)
    day = _day(match)
    try:
        hour, minute, second = (int(match[part] or 0) for part in "HMS")
        local = datetime.combine(day, time(hour, minute, second), _zone(match["zone"]))
        return local.astimezone(UTC), _STRICT_TIME.fullmatch(text) is not None
    except (ValueError, OverflowError) as error:
        raise NotADate(str(error)) from None


def _matched(text: str) -> re.Match[str]:
    match = _MOMENT.fullmatch(text)
    if match is None:
        raise NotADate("không đọc được / unreadable")
    return match


def _day(match: re.Match[str]) -> date:
    year, month, day = (match[part] or match[f"{part}2"] for part in "ymd")
    try:
        return date(int(year), int(month), int(day))
    except ValueError as error:
        raise NotADate(str(error)) from None


def _zone(text: str | None) -> tzinfo:
    if not text:
        return VIETNAM
    if text == "Z":
        return UTC
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))
