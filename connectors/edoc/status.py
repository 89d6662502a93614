"""Statuses that are made here: 02 for a document nobody can read, 01 when one is confirmed."""

from datetime import datetime

from lxml import etree

from connectors.edoc.letter import Letter
from connectors.edoc.plain import found, text_at, wire_time
from schemas.codes import StatusCode


def refusal(letter: Letter, agency: str, reason: str, at: datetime) -> Letter:
    """Return status 02 of *agency* about the document *letter*, for its sender."""
    return status_about(letter, agency, StatusCode.REFUSED, reason, at)


def status_about(
    letter: Letter, agency: str, code: StatusCode, description: str, at: datetime
) -> Letter:
    """Return a status of *agency* about the document *letter*, for its sender."""
    header = etree.Element("MessageHeader")
    sender = _add(header, "From")
    _add(sender, "OrganId", agency)
    about = _add(header, "ResponseFor")
    _add(about, "OrganId", text_at(letter.header, "From", "OrganId"))
    number, notation = (
        text_at(letter.header, "Code", name) for name in ("CodeNumber", "CodeNotation")
    )
    if number or notation:
        _add(about, "Code", f"{number}/{notation}"[:50])
    date = found(letter.header, "PromulgationInfo", "PromulgationDate")
    if date is not None and date.text:
        _add(about, "PromulgationDate", date.text)
    _add(about, "DocumentId", letter.document_id)
    _add(header, "StatusCode", code.value)
    _add(header, "Description", description[:1000] or code.vietnamese)
    _add(header, "Timestamp", wire_time(at))
    return Letter(header)


def _add(parent: etree._Element, name: str, text: str = "") -> etree._Element:
    child = etree.SubElement(parent, name)
    child.text = text or None
    return child
