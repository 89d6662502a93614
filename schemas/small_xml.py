"""The short way for a small XML message in which nothing needs watching: libxml2 alone.

`schemas.xml` watches every element from Python, which costs a small message ten times what its
parsing does. What is found here is what that finds; whatever is not plain is left to it.
"""

from functools import cache

from lxml import etree

from schemas.xml_limits import HARDENED, Limits

SIZE = 1 << 16
"""Bytes."""
_DECLARED = b"<?xml "
_SHORTEST = 4
"""Bytes of an element."""
_SIGNS = 64
"""Equals signs: so many attributes and namespaces at most, wherever they stand."""


def plain_tree(data: bytes, limits: Limits) -> etree._Element | None:
    """Return the root of *data*, or None: not small, not plain, or not to be let in.

    Plain is what has no markup but elements and few attributes.
    """
    if not _plain(data) or not _affordable(limits):
        return None
    parser = etree.XMLParser(**HARDENED)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        return None
    return None if len(parser.error_log) or _deeper_than(limits.depth)(root) else root


def _plain(data: bytes) -> bool:
    if len(data) > SIZE or data.count(b"=") > _SIGNS:
        return False
    return b"<!" not in data and data.find(b"<?", len(_DECLARED) * data.startswith(_DECLARED)) < 0


def _affordable(limits: Limits) -> bool:
    """Return whether nothing of this size can go over *limits*, the depth apart."""
    return (
        limits.text >= SIZE
        and limits.elements >= SIZE // _SHORTEST
        and min(limits.attributes, limits.namespaces) >= _SIGNS
    )


@cache
def _deeper_than(depth: int) -> etree.XPath:
    return etree.XPath(f"boolean({'/*' * (depth + 1)})")
