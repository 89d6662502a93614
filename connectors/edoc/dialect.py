"""The dialect's names: actions, namespaces, and the codes of its errors.

Source: axis.md §12.1 (actions, namespaces, spellings) and §9 (letter codes: N. missing, R. too
long, M. mismatch, T. not a date). The codes of what §9 is silent about are ours.
"""

from enum import StrEnum

from connectors.errors import (
    AccessDenied,
    AxisRefused,
    DuplicateDifferent,
    NotFound,
    TooLarge,
    UnknownRecipient,
)
from schemas.edxml import NAMESPACE as QCVN
from schemas.edxml import OLD_NAMESPACE

EDOC = OLD_NAMESPACE
"""Of what is written."""
XLINK = "http://www.w3.org/1999/xlink"
TOKEN = "http://e-doc.vn/xsd"  # noqa: S105  # a namespace
NAMESPACES = frozenset({QCVN, EDOC, TOKEN, None})
"""Of what is read; elements of any other one are passed over."""


class Action(StrEnum):
    """The eight actions; the value is the SOAPAction."""

    SEND = "SendDocument"
    PENDING = "GetPendingDocumentIds"
    GET = "GetDocument"
    CONFIRM = "ConfirmReceived"
    TRACES = "GetTraces"
    UPDATE = "UpdateTraces"
    ORGANIZATIONS = "GetOrganizations"
    PERMISSION = "CheckPermission"


_SPELLINGS = {
    "Business": "Bussiness",
    "BusinessDocType": "BussinessDocType",
    "BusinessDocReason": "BussinessDocReason",
    "BusinessDocumentInfo": "BussinessDocumentInfo",
}
"""Other spellings of an element, and the one that edXML has."""

_CODES = {
    DuplicateDifferent.axis_code: "M.Exist",
    UnknownRecipient.axis_code: "M.MessageHeader.To.OrganId",
    TooLarge.axis_code: "R.Attachment",
    NotFound.axis_code: "M.DocumentId",
    AccessDenied.axis_code: "M.Signature.KeyInfo.Token",
}
_BACK = {wire: axis for axis, wire in _CODES.items()} | {
    "N.Signature.KeyInfo.Token": AccessDenied.axis_code,
    "N.Signature.KeyInfo.OrganId": AccessDenied.axis_code,
    "N.Token": AccessDenied.axis_code,
    "M.Token": AccessDenied.axis_code,
}


def edxml_name(local: str) -> str:
    """Return the name that edXML has for the element *local*."""
    return _SPELLINGS.get(local, local)


def wire_code(refused: AxisRefused) -> str:
    """Return the dialect's code for *refused*; its own where it came with one."""
    code = str(refused.args[0])
    return _CODES.get(code, code)


def axis_code(code: str) -> str:
    """Return the axis's code for the dialect's *code*, or *code* itself."""
    return _BACK.get(code, code)
