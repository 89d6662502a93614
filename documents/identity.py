"""Identifiers: time-ordered UUIDs. Standard: RFC 9562, version 7."""

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID

Source = Callable[[], tuple[int, int]]
"""Gives Unix milliseconds and 80 bits; two calls never give the same."""


def _chance() -> tuple[int, int]:
    return time.time_ns() // 1_000_000, secrets.randbits(80)


_source: ContextVar[Source] = ContextVar("source", default=_chance)


def new_id() -> str:
    """Return a fresh UUIDv7 as text: 48 bits of Unix milliseconds, 74 random bits."""
    milliseconds, chance = _source.get()()
    bits = milliseconds << 80 | chance
    bits = bits & ~(0xF << 76) | 0x7 << 76
    bits = bits & ~(0x3 << 62) | 0x2 << 62
    return str(UUID(int=bits))


@contextmanager
def drawn_from(source: Source) -> Iterator[None]:
    """Take what ids are made of from *source* until the block ends, in this context alone.

    For data that is to be the same every time it is made; such ids are no secret.
    """
    token = _source.set(source)
    try:
        yield
    finally:
        _source.reset(token)
