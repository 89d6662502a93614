"""Where a message has been, and what it asks for (edXML `TraceHeaderList`, §2)."""

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import AwareDatetime, Field, model_validator

from schemas.codes import BusinessType, ReceiverChange
from schemas.edxml.field import Wire, fault, identifier, needed, organ_id, text
from schemas.edxml.organization import StaffInfo


class TraceHeader(Wire):
    """One hop (§2.1); the sender writes its own first."""

    organ_id: Annotated[str, organ_id()]
    timestamp: Annotated[AwareDatetime | None, needed()]
    """Whole seconds; the wire has Vietnam's local time. None only on a message that was read."""


class Receiver(Wire):
    """A receiver that an update adds or removes."""

    organ_id: Annotated[str, organ_id()]
    receiver_type: ReceiverChange


class BusinessDocumentInfo(Wire):
    """What an update changes (§2.2.3)."""

    document_info: bool = False
    """The content."""
    document_receiver: bool = False
    """The receivers."""
    receivers: tuple[Receiver, ...] = ()


class ReplacementInfo(Wire):
    """A document that is replaced, and for whom (§2.2.8)."""

    document_id: Annotated[str, identifier(200)]
    organ_ids: tuple[Annotated[str, organ_id()], ...] = ()


def _default_reason(data: Mapping[str, Any]) -> str:
    kind = data.get("doc_type")
    return kind.vietnamese if isinstance(kind, BusinessType) else ""


class Business(Wire):
    """What the message asks for (§2.2; the wire spells it `Bussiness`)."""

    doc_type: BusinessType = BusinessType.NEW
    reason: Annotated[str, text(500)] = Field(default_factory=_default_reason)
    paper: bool = False
    """Whether a paper copy is sent too."""
    document_id: Annotated[str, identifier(200, required=False)] = ""
    """The document that an update changes."""
    document_info: BusinessDocumentInfo | None = None
    """Of an update."""
    replacements: tuple[ReplacementInfo, ...] = ()
    """Of a replacement."""
    staff: StaffInfo | None = None

    @model_validator(mode="after")
    def _target_is_named(self) -> Self:
        if self.doc_type is BusinessType.UPDATE and not self.document_id:
            raise fault(
                "missing", "DocumentId", "văn bản cập nhật phải nêu / an update names its document"
            )
        if self.doc_type is BusinessType.REPLACE and not self.replacements:
            raise fault(
                "missing",
                "ReplacementInfoList",
                "văn bản thay thế phải nêu văn bản bị thay / a replacement names what it replaces",
            )
        return self
