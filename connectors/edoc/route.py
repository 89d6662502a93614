"""Where a letter goes and under which id the hub knows it, as any other face would have it."""

from connectors.axis import MessageKind
from connectors.edoc.letter import Letter
from connectors.edoc.plain import known_children, text_at
from connectors.edxml.routing import About, Addressed
from connectors.errors import KindUnsupported
from schemas.codes import BusinessType, Priority


def route(letter: Letter) -> Addressed:
    """Return what *letter*'s header says of its way.

    Raises:
        KindUnsupported: its business type is none.
    """
    header = letter.header
    about = About(
        *(text_at(header, "ResponseFor", name) for name in ("OrganId", "DocumentId", "Code"))
    )
    sender = text_at(header, "From", "OrganId")
    code = text_at(header, "StatusCode")
    if letter.is_status:
        to = (about.organ_id,) if about.organ_id else ()
        return Addressed(MessageKind.STATUS, sender, to, "", BusinessType.NEW, code, about)
    recipients = (text_at(c, "OrganId") for c in known_children(header) if c.tag == "To")
    priority = text_at(header, "OtherInfo", "Priority")
    return Addressed(
        kind=MessageKind.EDOC,
        sender=sender,
        recipients=tuple(dict.fromkeys(filter(None, recipients))),
        document_id=letter.document_id,
        business_type=_business_type(letter),
        status_code="",
        about=about,
        urgency=int(priority) if priority in {str(int(known)) for known in Priority} else 0,
    )


def _business_type(letter: Letter) -> BusinessType:
    kind = text_at(letter.trace, "Bussiness", "BussinessDocType") or "0"
    if kind not in {str(int(known)) for known in BusinessType}:
        raise KindUnsupported(f"nghiệp vụ lạ / unknown BussinessDocType {kind[:20]!r}")
    return BusinessType(int(kind))
