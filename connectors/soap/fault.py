"""SOAP faults of both versions, with the contract's typed detail `AxisFault`.

Standard: SOAP 1.1 §4.4, SOAP 1.2 Part 1 §5.4.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from lxml import etree

from connectors.soap.version import SOAP11, Version
from schemas.axis.contract import NAMESPACE

_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_LONGEST = 1000
"""Characters of a fault's text: it may quote what came in."""


class Blame(StrEnum):
    """Whose fault; the value is SOAP 1.1's faultcode."""

    CLIENT = "Client"
    SERVER = "Server"
    VERSION_MISMATCH = "VersionMismatch"
    MUST_UNDERSTAND = "MustUnderstand"


_SOAP12_CODES = {Blame.CLIENT: "Sender", Blame.SERVER: "Receiver"}
_BLAMES = {blame.value: blame for blame in Blame} | {
    code: blame for blame, code in _SOAP12_CODES.items()
}


@dataclass(frozen=True, slots=True)
class Detail:
    """The contract's AxisFault."""

    code: str
    """UNKNOWN_RECIPIENT, DUPLICATE_DIFFERENT, TOO_LARGE, DIGEST, NOT_FOUND, INVALID, …"""
    retryable: bool
    """True: nothing was done and the same request may succeed later."""
    description: str


class SoapFault(Exception):
    """A request that is answered by a fault, or an answer that is one."""

    def __init__(self, blame: Blame, text: str, detail: Detail | None = None) -> None:
        super().__init__(blame, text, detail)
        self.blame, self.text, self.detail = blame, _printable(text), detail

    def __str__(self) -> str:
        return self.text

    @property
    def is_too_large(self) -> bool:
        """Whether something was larger than whoever says this takes."""
        return self.detail is not None and self.detail.code == "TOO_LARGE"

    @classmethod
    def invalid(cls, text: str, code: str = "INVALID") -> Self:
        """Return the fault for a request that is wrong and stays wrong."""
        text = _printable(text)
        return cls(Blame.CLIENT, text, Detail(code, retryable=False, description=text))


def _printable(text: str) -> str:
    """Return *text* as XML can carry it: what came in may hold characters that XML has not."""
    return "".join(c if c.isprintable() else " " for c in text[:_LONGEST])


def fault_envelope(fault: SoapFault, version: Version) -> tuple[int, etree._Element]:
    """Return the HTTP status (SOAP 1.1 §6.2; SOAP 1.2 Part 2, table 20) and the envelope."""
    namespace = version.namespace
    envelope = etree.Element(version.envelope, nsmap={"soap": namespace})
    body = etree.SubElement(envelope, f"{{{namespace}}}Body")
    element = etree.SubElement(body, f"{{{namespace}}}Fault")
    if version is SOAP11:
        _child(element, "faultcode", f"soap:{fault.blame}")
        _child(element, "faultstring", fault.text)
        holder = "detail"
        status = 500
    else:
        code = _SOAP12_CODES.get(fault.blame, str(fault.blame))
        _child(_child(element, f"{{{namespace}}}Code"), f"{{{namespace}}}Value", f"soap:{code}")
        text = _child(_child(element, f"{{{namespace}}}Reason"), f"{{{namespace}}}Text", fault.text)
        text.set(_LANG, "en")
        holder = f"{{{namespace}}}Detail"
        status = 400 if fault.blame is Blame.CLIENT else 500
    if fault.detail is not None:
        detail = _child(element, holder)
        typed = etree.SubElement(detail, f"{{{NAMESPACE}}}AxisFault", nsmap={"a": NAMESPACE})
        _child(typed, f"{{{NAMESPACE}}}code", fault.detail.code)
        _child(typed, f"{{{NAMESPACE}}}retryable", str(fault.detail.retryable).lower())
        _child(typed, f"{{{NAMESPACE}}}description", _printable(fault.detail.description))
    return status, envelope


def fault_in(element: etree._Element, version: Version) -> SoapFault | None:
    """Return the fault that a body's child *element* is; None when it is an answer."""
    if element.tag != f"{{{version.namespace}}}Fault":
        return None
    if version is SOAP11:
        code = element.findtext("faultcode") or ""
        text = element.findtext("faultstring") or ""
    else:
        code = element.findtext("{*}Code/{*}Value") or ""
        text = element.findtext("{*}Reason/{*}Text") or ""
    name = code.rpartition(":")[2].partition(".")[0]  # SOAP 1.1 allows Client.Something
    return SoapFault(_BLAMES.get(name, Blame.SERVER), text, _typed(element))


def _typed(element: etree._Element) -> Detail | None:
    typed = next(element.iter(f"{{{NAMESPACE}}}AxisFault"), None)
    if typed is None:
        return None
    fields = {
        name: (typed.findtext(f"{{{NAMESPACE}}}{name}") or "").strip()
        for name in ("code", "retryable", "description")
    }
    return Detail(fields["code"], fields["retryable"] in ("true", "1"), fields["description"])


def _child(parent: etree._Element, tag: str, text: str | None = None) -> etree._Element:
    child = etree.SubElement(parent, tag)
    child.text = text
    return child
