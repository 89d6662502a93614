"""Identifiers: time-ordered UUIDs. Standard: RFC 9562, version 7."""

import secrets
import time
from uuid import UUID


def new_id() -> str:
    """Return a fresh UUIDv7 as text: 48 bits of Unix milliseconds, 74 random bits."""
    bits = (time.time_ns() // 1_000_000) << 80 | secrets.randbits(80)
    bits = bits & ~(0xF << 76) | 0x7 << 76
    bits = bits & ~(0x3 << 62) | 0x2 << 62
    return str(UUID(int=bits))
