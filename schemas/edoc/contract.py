"""Our WSDL of the eDoc dialect, loaded; derived from what is known of it, as SOURCES.md says.

Standard: WSDL 1.1, document/literal; the schema is published inline.
"""

from functools import cache
from pathlib import Path

from lxml import etree

from schemas.xml import parse

WSDL = Path(__file__).with_name("edoc.wsdl")
XSD = Path(__file__).with_name("edoc.xsd")
_TYPES = "{http://schemas.xmlsoap.org/wsdl/}types"
_ADDRESSES = (
    "{http://schemas.xmlsoap.org/wsdl/soap/}address",
    "{http://schemas.xmlsoap.org/wsdl/soap12/}address",
)


def published_wsdl(address: str) -> bytes:
    """Return the WSDL with the schema inline and *address* in every port, UTF-8."""
    root = parse(WSDL.read_bytes())
    types = next(root.iter(_TYPES))
    types.append(parse(XSD.read_bytes()))
    for tag in _ADDRESSES:
        for element in root.iter(tag):
            element.set("location", address)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


@cache
def element_schema() -> etree.XMLSchema:
    """Return the schema of the dialect's own elements: headers, requests, answers."""
    return etree.XMLSchema(parse(XSD.read_bytes()))
