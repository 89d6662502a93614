"""What leaves an agency: the values a message is made from."""

from dataclasses import dataclass
from datetime import date, datetime

from documents.document import Agency, DocumentCode, Urgency


@dataclass(frozen=True, slots=True)
class Departure:
    """A sealed document on its way to other agencies."""

    sender: Agency
    recipients: tuple[Agency, ...]
    document_key: str
    """edXML DocumentId."""
    code: DocumentCode
    place: str
    promulgated: date
    type_name: str
    subject: str
    signer_name: str
    signer_position: str
    signer_competence: str
    urgency: Urgency
    pages: int
    due_date: date | None
    to_places: tuple[str, ...]
    at: datetime
    """When the message is made; aware UTC."""


@dataclass(frozen=True, slots=True)
class StatusDeparture:
    """A status owed to the sender of an incoming document."""

    reporter: Agency
    recipient_organ_id: str
    """Who is told: the document's sender, as its message named it."""
    document_key: str
    code_number: str
    code_notation: str
    promulgated: date | None
    staff: str
    code: str
    """01 to 06, 15, 16 (axis.md §7)."""
    note: str
    at: datetime
