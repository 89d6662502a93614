"""Elements between the dialect and edXML: without namespace, spelt and dated as edXML has them.

What this system has no name for is carried along; what lies in a namespace of neither is
passed over (axis.md §12.1 and §14).
"""

from collections.abc import Iterator
from datetime import date, datetime

from lxml import etree

from connectors.edoc.dialect import NAMESPACES, edxml_name
from connectors.edxml.dates import NotADate, read_date, read_time
from connectors.edxml.fields import local_name, plain_text
from connectors.edxml.layout import Layout
from documents.document import VIETNAM

_DATES = frozenset({"PromulgationDate", "Date", "DueDate"})
_TIMES = frozenset({"Timestamp"})
_TOKENS = frozenset({"Signature", "DigitalSignature", "Token"})
"""Never carried on: here they are somebody's secret, and in edXML nobody verifies them (§8)."""


def plain(element: etree._Element) -> etree._Element:
    """Return a copy of *element* in edXML's spelling, its dates as yyyy/MM/dd."""
    name = edxml_name(local_name(element))
    copy = etree.Element(name)
    for child in known_children(element):
        if local_name(child) not in _TOKENS:
            copy.append(plain(child))
    if not len(copy):
        copy.text = _dated(name, element.text or "")
    return copy


def known_children(element: etree._Element) -> Iterator[etree._Element]:
    """Yield the children that lie in a namespace of ours."""
    for child in element:
        if etree.QName(child).namespace in NAMESPACES:
            yield child


def found(element: etree._Element | None, *path: str) -> etree._Element | None:
    """Return the first descendant along *path*, by local names in any namespace of ours."""
    for name in path:
        if element is None:
            return None
        element = next((c for c in known_children(element) if local_name(c) == name), None)
    return element


def text_at(element: etree._Element | None, *path: str) -> str:
    """Return the trimmed text along *path*; empty when absent."""
    return plain_text(found(element, *path))


def dressed(element: etree._Element, namespace: str, *, day_first: bool) -> etree._Element:
    """Return a copy of the plain *element* in *namespace*, its dates as dd/MM/yyyy if *day_first*.

    An axis answers with the day first and asks for the year first (axis.md §12.1).
    """
    name = local_name(element)
    copy = etree.Element(f"{{{namespace}}}{name}")
    for child in element:
        copy.append(dressed(child, namespace, day_first=day_first))
    if not len(element):
        copy.text = _day_first(name, element.text or "") if day_first else element.text
    return copy


def write(layout: Layout, element: etree._Element) -> None:
    """Write the plain *element* in the pattern of the national SDK."""
    name = f"edXML:{element.tag}"
    if not len(element):
        layout.leaf(name, element.text or "")
        return
    layout.start(name)
    for child in element:
        write(layout, child)
    layout.end()


def _dated(name: str, text: str) -> str:
    """Return a date as yyyy/MM/dd; what is none stays as it was written."""
    try:
        if name in _DATES:
            return _year_first(read_date(text.strip())[0])
        if name in _TIMES:
            return wire_time(read_time(text.strip())[0])
    except NotADate:
        pass
    return text


def _day_first(name: str, text: str) -> str:
    try:
        if name in _DATES:
            return _reversed(read_date(text)[0])
        if name in _TIMES:
            local = read_time(text)[0].astimezone(VIETNAM)
            return f"{_reversed(local)} {local:%H:%M:%S}"
    except NotADate:
        pass
    return text


def wire_time(at: datetime) -> str:
    """Return yyyy/MM/dd HH:mm:ss in Vietnam's local time, as an axis is asked."""
    local = at.astimezone(VIETNAM)
    return f"{_year_first(local)} {local:%H:%M:%S}"


def _year_first(day: date) -> str:
    return f"{day.year:04d}/{day.month:02d}/{day.day:02d}"


def _reversed(day: date) -> str:
    return f"{day.day:02d}/{day.month:02d}/{day.year:04d}"
