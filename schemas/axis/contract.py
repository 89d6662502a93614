"""The axis's SOAP contract, loaded: the XSD that judges bodies and the WSDL that is published.

Standard: WSDL 1.1, document/literal wrapped; the schema is published inline, because some
toolkits do not follow imports.
"""

from functools import cache
from pathlib import Path

from lxml import etree

from schemas.xml import parse

NAMESPACE = "urn:congvan:axis:1"
"""Of every message element."""
OPERATIONS = (
    "SendDocument",
    "GetPendingDocumentIds",
    "GetDocument",
    "ConfirmReceived",
    "UpdateStatus",
    "GetAgencies",
    "GetSentDocuments",
    "GetReceivedDocuments",
    "RejectReceived",
    "GetAgencyChanges",
)
BINARY = f"{{{NAMESPACE}}}edxml"
"""The one element whose text is base64 and may be large."""
REFERENCE = f"{{{NAMESPACE}}}edxmlRef"
"""What may stand in its place: the name of an attached part."""
WSDL = Path(__file__).with_name("axis.wsdl")
XSD = Path(__file__).with_name("axis.xsd")

_XS = "http://www.w3.org/2001/XMLSchema"
_SCHEMA = f"{{{_XS}}}schema"
_ADDRESSES = (
    "{http://schemas.xmlsoap.org/wsdl/soap/}address",
    "{http://schemas.xmlsoap.org/wsdl/soap12/}address",
)


@cache
def body_schema() -> etree.XMLSchema:
    """Return the schema that a body's one child must meet once its content was taken out.

    By then every reference has become an empty BINARY, which the published schema cannot ask for.
    """
    root = parse(XSD.read_bytes())
    for element in list(root.iter(f"{{{_XS}}}element")):
        holder = element.getparent()
        if element.get("name") == "edxmlRef" and holder is not None:
            holder.remove(element)
        elif element.get("name") == "edxml":
            del element.attrib["minOccurs"]
    return etree.XMLSchema(root)


def published_wsdl(address: str, *, soap12: bool = True) -> bytes:
    """Return the WSDL with the schema inline and *address* in every port, UTF-8.

    Without *soap12* only the SOAP 1.1 port is there: some generators merge the two.
    """
    root = parse(WSDL.read_bytes())
    imported = next(root.iter(_SCHEMA))
    types = imported.getparent()
    assert types is not None  # noqa: S101  # our own file
    types.replace(imported, parse(XSD.read_bytes()))
    for tag in _ADDRESSES:
        for element in root.iter(tag):
            element.set("location", address)
    if not soap12:
        _drop(root, "AxisSoap12")
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def _drop(root: etree._Element, name: str) -> None:
    for element in list(root.iter("{*}binding", "{*}port")):
        parent = element.getparent()
        if parent is not None and (element.get("name") or "").startswith(name):
            parent.remove(element)
