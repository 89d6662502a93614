"""Bytes before a message's prolog: an official sample file has "1212" there (axis.md §14).

They are passed over where a file is read or imported; on a wire they make the message one that
other faces could not give out, so a hub takes none.
"""

from typing import Final

BOM: Final = b"\xef\xbb\xbf"
_MOST: Final = 1024
"""Bytes in which the prolog is looked for."""
_STARTS: Final = (b"<?xml", b"<edXML")


def junk_before(first: bytes) -> int:
    """Return how many bytes stand before the prolog; 0 where none do, or no prolog is near.

    *first* are a message's first 1 KiB or more, without a byte order mark.
    """
    if first.startswith(b"<"):
        return 0
    return min((at for at in (first.find(mark, 0, _MOST) for mark in _STARTS) if at > 0), default=0)


def spoiled(first: bytes) -> bool:
    """Return whether what stands before the prolog makes XML of another sort of it.

    Space is allowed there, though not before an XML declaration (XML 1.0 §2.8).
    """
    first = first.removeprefix(BOM)
    at = junk_before(first)
    return bool(first[:at].strip()) or (at > 0 and first.startswith(_STARTS[0], at))
