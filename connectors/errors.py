"""What the connectors refuse or cannot do: one leaf for each thing to mend.

edXML's leaves come first, the wire's after them.
"""

from documents.errors import Refused


class EnvelopeInvalid(Refused):
    """The message cannot be understood; details: the line ("?" when unknown), what is wrong."""

    code = "edxml.not_well_formed"
    vietnamese = "Gói tin edXML không phải XML hợp lệ, dòng {0}: {1}"
    english = "the edXML message is not well-formed XML, line {0}: {1}"
    remedy = (
        "Yêu cầu bên gửi xuất lại gói tin; giữ nguyên tệp gốc để đối chiếu"
        " / ask the sender to write the message again; keep the file as it came"
    )


class DoctypeForbidden(EnvelopeInvalid):
    """The message has a DOCTYPE, an entity or a processing instruction; details: line, what."""

    code = "edxml.doctype"
    vietnamese = "Gói tin chứa khai báo bị cấm (DOCTYPE, entity, chỉ thị xử lý), dòng {0}: {1}"
    english = "the message has a forbidden declaration, line {0}: {1}"
    remedy = (
        "Bên gửi phải bỏ khai báo này; edXML không dùng DTD"
        " / the sender must leave it out: edXML has no DTD"
    )


class WrongRoot(EnvelopeInvalid):
    """The XML is not edXML; details: the root's name."""

    code = "edxml.wrong_root"
    vietnamese = "Tệp XML này không phải gói tin edXML (phần tử gốc: {0})"
    english = "this XML is not an edXML message (root element {0})"
    remedy = (
        "Kiểm tra lại tệp đã chọn; gốc phải là edXML của QCVN 102:2016"
        " / check the file: the root must be QCVN 102:2016's edXML"
    )


class KindUnsupported(EnvelopeInvalid):
    """An edXML envelope that is neither a document nor a status; details: what was found."""

    code = "edxml.unsupported_kind"
    vietnamese = "Gói tin edXML không phải văn bản, cũng không phải trạng thái: {0}"
    english = "the edXML message is neither a document nor a status: {0}"
    remedy = "Yêu cầu bên gửi kiểm tra phần đầu gói tin / ask the sender to check the header"


class AttachmentCorrupt(EnvelopeInvalid):
    """An attached file cannot be taken out; details: its name, what is wrong."""

    code = "edxml.attachment_corrupt"
    vietnamese = "Tệp đính kèm «{0}» bị hỏng: {1}"
    english = "the attachment «{0}» is corrupt: {1}"
    remedy = "Từ chối tiếp nhận và yêu cầu gửi lại / refuse it and ask for a new message"


class EnvelopeTooLarge(EnvelopeInvalid):
    """The message costs more than is allowed; details: what is too large."""

    code = "edxml.too_large"
    vietnamese = "Gói tin edXML vượt giới hạn cho phép: {0}"
    english = "the edXML message is over the limits: {0}"
    remedy = (
        "Chia nhỏ tệp đính kèm hoặc nâng giới hạn của kết nối"
        " / split the attachments or raise the connector's limit"
    )


class FieldInvalid(EnvelopeInvalid):
    """A field cannot go out as it is; details: its path, what is wrong."""

    code = "edxml.field_invalid"
    vietnamese = "Trường «{0}» không hợp lệ: {1}"
    english = "the field «{0}» is not valid: {1}"
    remedy = "Sửa trường này rồi gửi lại / mend the field and send again"
