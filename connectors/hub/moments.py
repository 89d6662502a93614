"""The store's times: microseconds since 1970, and aware UTC outside."""

from datetime import UTC, datetime


def utc(microseconds: int) -> datetime:
    """Return the moment."""
    return datetime.fromtimestamp(microseconds / 1_000_000, UTC)


def microseconds(at: datetime) -> int:
    """Return the store's number of an aware moment."""
    return round(at.timestamp() * 1_000_000)
