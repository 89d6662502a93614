"""Numbers and days as documents write them: pure rules.

Legal source: Decree 30/2020/ND-CP, Appendix I, Part I, II.3 and II.4 (law.md §1.3).
"""

from datetime import date, datetime

from documents.document import VIETNAM


def written_number(number: int) -> str:
    """Return *number* as it is written: below 10 with a leading zero."""
    return f"{number:02d}"


def written_day(day: date) -> str:
    """Return the day as the date line has it: below 10 with a leading zero."""
    return f"{day.day:02d}"


def written_month(day: date) -> str:
    """Return the month as the date line has it: only January and February take a zero."""
    return f"{day.month:02d}" if day.month < 3 else str(day.month)


def local_day(at: datetime) -> date:
    """Return the day in Vietnam of the aware time *at*: registers turn there at midnight."""
    return at.astimezone(VIETNAM).date()
