"""The forms in which a SOAP message carries binary content, and how a content type tells them.

Standards: MTOM (W3C, 2005) §3; XOP (W3C, 2005); SOAP Messages with Attachments (W3C Note, 2000);
WS-I Attachments Profile 1.0 §4.4 (swaRef).
"""

from enum import StrEnum

INCLUDE = "{http://www.w3.org/2004/08/xop/include}Include"
XOP_TYPE = "application/xop+xml"


class Form(StrEnum):
    """How content travels. What comes in may mix them; what goes out keeps to one."""

    INLINE = "inline"
    """base64 in the element."""
    MTOM = "mtom"
    """A MIME part that xop:Include in the element names."""
    SWAREF = "swaref"
    """A MIME part that another element's text names; the envelope's octets are its infoset, so
    that a signature covers what is on the wire."""


def form_of(media_type: str, parameters: dict[str, str]) -> Form:
    """Return the form that a message of this content type speaks."""
    if media_type != "multipart/related":
        return Form.INLINE
    return Form.MTOM if parameters.get("type", "").lower() == XOP_TYPE else Form.SWAREF
