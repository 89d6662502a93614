"""edXML (QCVN 102:2016/BTTTT with amendment 1:2022): the messages as models, and our XSD.

Constructing a model checks what may go out and raises pydantic's ValidationError;
`connectors.edxml` turns that into the office's own error.
"""

from schemas.edxml.header import (
    Code,
    DocumentTypeInfo,
    OtherInfo,
    PromulgationInfo,
    ResponseFor,
    SignerInfo,
    TaskAgency,
)
from schemas.edxml.message import NAMESPACE, OLD_NAMESPACE, Edoc, Reference, StatusMessage
from schemas.edxml.organization import Organization, StaffInfo
from schemas.edxml.trace import (
    Business,
    BusinessDocumentInfo,
    Receiver,
    ReplacementInfo,
    TraceHeader,
)

__all__ = [
    "NAMESPACE",
    "OLD_NAMESPACE",
    "Business",
    "BusinessDocumentInfo",
    "Code",
    "DocumentTypeInfo",
    "Edoc",
    "Organization",
    "OtherInfo",
    "PromulgationInfo",
    "Receiver",
    "Reference",
    "ReplacementInfo",
    "ResponseFor",
    "SignerInfo",
    "StaffInfo",
    "StatusMessage",
    "TaskAgency",
    "TraceHeader",
]
