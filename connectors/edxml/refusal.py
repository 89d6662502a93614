"""What the XML parser refuses, as the office's errors say it."""

from connectors.errors import DoctypeForbidden, EnvelopeInvalid, EnvelopeTooLarge
from schemas.xml import Reason, XmlRefused


def translated(refused: XmlRefused) -> EnvelopeInvalid:
    """Return the error to raise for a message that the parser refused."""
    line, detail = refused.line or "?", refused.detail[:300]
    if refused.reason is Reason.TOO_LARGE:
        return EnvelopeTooLarge(detail)
    if refused.reason is Reason.NOT_WELL_FORMED:
        return EnvelopeInvalid(line, detail)
    return DoctypeForbidden(line, detail)
