"""The two messages of edXML: a document on its way (`Edoc`) and a status about one.

Structure: axis.md §4, §6 and §7, after QCVN 102:2016/BTTTT and its amendment
1:2022. Files travel beside an `Edoc`, never inside the model.
"""

from datetime import date
from typing import Annotated, Self

from pydantic import AwareDatetime, Field, model_validator

from schemas.codes import BusinessType, StatusCode
from schemas.edxml.field import Wire, fault, identifier, needed, text
from schemas.edxml.header import (
    Code,
    DocumentTypeInfo,
    OtherInfo,
    PromulgationInfo,
    ResponseFor,
    SignerInfo,
    TaskAgency,
)
from schemas.edxml.organization import Organization, StaffInfo
from schemas.edxml.trace import Business, TraceHeader

NAMESPACE = "http://www.mic.gov.vn/TBT/QCVN_102_2016"
"""Of everything in the message."""
OLD_NAMESPACE = "http://www.e-doc.vn/Schema/"
"""Of the SOAP dialect of provincial axes (axis.md §12.1); read, never written."""


class Edoc(Wire):
    """A document message: new, recall, update or replacement."""

    sender: Organization
    """`From`."""
    recipients: tuple[Organization, ...]
    """`To`, at least one, each code once."""
    document_id: Annotated[str, text(200, required=True)]
    """`<OrganId>,<yyyy/MM/dd>,<number>/<notation>` when we make it; opaque when we read it."""
    code: Code
    promulgation: PromulgationInfo
    document_type: DocumentTypeInfo
    subject: Annotated[str, text(500, required=True)]
    """Trích yếu."""
    content: Annotated[str, text(500)] = ""
    """Tóm tắt; usually the subject again."""
    signer: SignerInfo = SignerInfo()
    due_date: date | None = None
    """Hạn trả lời."""
    other: OtherInfo = OtherInfo()
    response_for: tuple[ResponseFor, ...] = ()
    """Documents that this one answers, or recalls."""
    steering_type: Annotated[int, Field(ge=0, le=999_999_999)] | None = None
    """Kept as it is; 0 and 1 both mean none (axis.md §5.3)."""
    to_places: tuple[Annotated[str, text(150, required=True)], ...] = ()
    """Nơi nhận, as printed."""
    response_for_task: tuple[Annotated[str, text(200, required=True)], ...] = ()
    """Codes (`TaskCode`) of tasks that are answered; this and what follows up to the trace is in
    the SDK's classes but in no message that was seen (axis.md §4.2)."""
    application_type: Annotated[str, text(100)] = ""
    feedback: ResponseFor | None = None
    """The document that this one gives feedback on."""
    agency: TaskAgency | None = None
    trace: tuple[TraceHeader, ...]
    """At least the sender's own."""
    business: Business = Business()

    @model_validator(mode="after")
    def _can_be_carried(self) -> Self:
        codes = [recipient.organ_id for recipient in self.recipients]
        if not codes:
            raise fault("missing", "To", "phải có nơi nhận / needs a recipient")
        if len(set(codes)) != len(codes):
            raise fault("unfit", "To", "nơi nhận bị trùng / a recipient appears twice")
        if not self.trace:
            raise fault(
                "missing",
                "TraceHeaderList/TraceHeader",
                "phải có TraceHeader của nơi gửi / needs the sender's own TraceHeader",
            )
        if self.business.doc_type is BusinessType.RECALL and not self.response_for:
            raise fault(
                "missing",
                "ResponseFor",
                "văn bản thu hồi phải nêu văn bản bị thu hồi"
                " / a recall names its document in ResponseFor",
            )
        return self


class StatusMessage(Wire):
    """A business status about a document sent earlier.

    It has no `To`: the axis routes it by `response_for.organ_id`.
    """

    sender: Organization
    """`From`: who reports."""
    response_for: ResponseFor
    """The document; its organ_id is who is told (for 13, the receiver that holds it)."""
    staff: StaffInfo | None = None
    status_code: str
    """A `StatusCode`'s value when written; two digits of any meaning when read."""
    description: Annotated[str, text(1000)] = ""
    """Free text; the reason of 02, 13 and 16."""
    timestamp: Annotated[AwareDatetime | None, needed()]
    """Whole seconds; the wire has Vietnam's local time. None only on a message that was read."""

    @model_validator(mode="after")
    def _is_a_known_status(self) -> Self:
        try:
            code = StatusCode(self.status_code)
        except ValueError:
            raise fault(
                "unfit",
                "StatusCode",
                f"không có mã trạng thái {self.status_code!r} / no such status code",
            ) from None
        if code.needs_reason and not self.description:
            raise fault(
                "missing",
                "Description",
                f"trạng thái {code.value} phải có lý do / this status needs a reason",
            )
        return self


class Reference(Wire):
    """One attached file, as `edXMLManifest` and `AttachmentEncoded` both describe it."""

    content_id: Annotated[str, identifier(200)]
    """Without `cid:`."""
    content_type: Annotated[str, text(100)]
    """On the wire: the packing's, e.g. `application/zip`."""
    description: Annotated[str, text(500)] = ""
    attachment_name: Annotated[str, text(255, required=True)]
