"""Our own XSD (edxml.xsd, derived as SOURCES.md says), asked about a message that goes out."""

from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

XSD = Path(__file__).with_name("edxml.xsd")
XLINK = "http://www.w3.org/1999/xlink"
"""Namespace of what the .NET SDK puts on `Reference`."""


@cache
def schema() -> etree.XMLSchema:
    """Return the compiled schema."""
    return etree.XMLSchema(file=str(XSD))


def first_fault(message: bytes) -> tuple[str, str] | None:
    """Return where and why *message* (whole, its files' content left out) is invalid, or None."""
    try:
        root = etree.fromstring(message, _parser())
    except etree.XMLSyntaxError as error:
        return "edXML", str(error.msg)
    judge = schema()
    if judge.validate(root):
        return None
    log: Any = judge.error_log  # the stubs know no iteration
    found = next(iter(log))
    name = (found.path or "").rpartition("/")[2].rpartition(":")[2]
    return name or "edXML", found.message.replace(f"{{{root.nsmap[None]}}}", "")


@cache
def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
