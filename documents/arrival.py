"""What arrives for an agency: the values a message is turned into before it is entered."""

from dataclasses import dataclass
from datetime import date, datetime

from documents.document import Attachment


@dataclass(frozen=True, slots=True)
class Target:
    """The document that a message recalls, changes or replaces, as its sender names it."""

    document_key: str
    """edXML DocumentId."""
    organ_id: str = ""
    """Who sent it; a recall says so, an update and a replacement do not."""
    code: str = ""
    """`number/notation`."""
    promulgated: date | None = None
    organ_ids: tuple[str, ...] = ()
    """Of a replacement: the receivers that it concerns; none named means all."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A document as its edXML message describes it. Nothing here is trusted yet."""

    organ_id: str
    """The receiving agency, by the code the axis delivered it under."""
    axis_id: str
    message_sha256: str
    sender_organ_id: str
    sender_name: str
    document_key: str
    """edXML DocumentId; the axis's id where the message has none."""
    business_type: int
    """0 new, 1 recall, 2 update, 3 replace (axis.md §4.3)."""
    type_name: str
    subject: str
    code_number: str
    code_notation: str
    place: str
    promulgated: date | None
    signer_name: str
    signer_position: str
    signer_competence: str
    urgency: int
    due_date: date | None
    to_places: tuple[str, ...]
    attachments: tuple[Attachment, ...]
    main_sha256: str
    """The document's own PDF among the attachments; empty where there is none."""
    main_size: int
    warnings: tuple[str, ...]
    business_reason: str = ""
    """Why the sender recalls, updates or replaces."""
    targets: tuple[Target, ...] = ()
    """What is recalled, updated or replaced; empty for a new document."""
    content_changed: bool = False
    """Of an update: the document itself is another one."""
    receivers_added: tuple[str, ...] = ()
    """Of an update: organ ids that receive it now."""
    receivers_removed: tuple[str, ...] = ()
    """Of an update: organ ids that no longer do."""


@dataclass(frozen=True, slots=True)
class StatusArrival:
    """A status message about a document this installation sent (axis.md §7)."""

    organ_id: str
    """The agency the axis delivered it to."""
    axis_id: str
    message_sha256: str
    reporter_organ_id: str
    reporter_name: str
    document_key: str
    document_code: str
    code: str
    note: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class SecretArrival:
    """A message that bears a secrecy mark; nothing of its content comes with it."""

    organ_id: str
    """The agency the axis delivered it to."""
    axis_id: str
    mark: str
    """Mật, Tối mật, Tuyệt mật, or `secrecy.UNNAMED`."""
    document_key: str
    """edXML DocumentId, which its sender is answered by."""
