"""What can go wrong between us and the outside, as the three families of `documents.errors`."""

from typing import ClassVar, Self

from documents.errors import OutcomeUnknown, Refused, Unavailable


class AxisUnavailable(Unavailable):
    """The axis did not take the request: nothing was sent or nothing was done. ({0} why)."""

    code = "axis.unavailable"
    vietnamese = "Chưa kết nối được trục liên thông văn bản: {0}"
    english = "the document axis cannot be reached: {0}"
    remedy = "Hệ thống sẽ tự thử lại / it is tried again by itself"


class NoSuchCall(AxisUnavailable):
    """The axis answers that it has no such call; nothing was done. ({0} which)."""

    code = "axis.no_such_call"
    vietnamese = "Trục không có lệnh gọi này: {0}"
    english = "the axis has no such call: {0}"
    remedy = "Kiểm tra địa chỉ và loại kết nối trong [axis] / check url and kind in [axis]"


class AxisContentCorrupt(AxisUnavailable):
    """What arrived is not what was announced: fetch again. ({0} axis id, {1} expected SHA-256)."""

    code = "axis.content_corrupt"
    vietnamese = "Nội dung gói tin {0} bị hỏng trên đường truyền (SHA-256 phải là {1})"
    english = "message {0} was damaged on its way (its SHA-256 should be {1})"


class AxisOutcomeUnknown(OutcomeUnknown):
    """The request left and no whole answer came. ({0} operation, {1} why)."""

    code = "axis.outcome_unknown"
    vietnamese = "Chưa rõ trục đã nhận yêu cầu {0} hay chưa: {1}"
    english = "it is not known whether the axis took {0}: {1}"
    remedy = "Hỏi lại đúng mã gói tin cũ, không gửi mã mới / ask again under the same message id"


class AxisRefused(Refused):
    """The axis says no, and will say no again. ({0} the axis's own code, {1} its words)."""

    code = "axis.refused"
    vietnamese = "Trục liên thông văn bản từ chối ({0}): {1}"
    english = "the document axis refuses ({0}): {1}"
    axis_code: ClassVar[str] = ""
    """The axis's own code that this class stands for; empty for any other."""

    @classmethod
    def of(cls, axis_code: str, description: str) -> Self:
        """Return the leaf for *axis_code*, or a plain refusal when it has none."""
        for leaf in cls.__subclasses__():
            if leaf.axis_code == axis_code:
                return leaf(axis_code, description)
        return cls(axis_code, description)


class UnknownRecipient(AxisRefused):
    """No agency of this code in the axis's catalogue."""

    code = "axis.unknown_recipient"
    axis_code = "UNKNOWN_RECIPIENT"
    vietnamese = "Trục không có cơ quan nhận này: {1}"
    english = "the axis knows no such recipient: {1}"
    remedy = "Kiểm tra mã định danh nơi nhận / check the recipient's organ_id"


class DuplicateDifferent(AxisRefused):
    """The message id was used before with other content or other recipients."""

    code = "axis.duplicate_different"
    axis_code = "DUPLICATE_DIFFERENT"
    vietnamese = "Mã gói tin đã dùng cho nội dung hoặc nơi nhận khác: {1}"
    english = "the message id was used with other content or other recipients: {1}"


class TooLarge(AxisRefused):
    """The axis takes no message of this size."""

    code = "axis.too_large"
    axis_code = "TOO_LARGE"
    vietnamese = "Gói tin lớn quá giới hạn của trục: {1}"
    english = "the message is larger than the axis takes: {1}"
    remedy = "Bớt hoặc nén tệp kèm theo / remove or compress attachments"


class DigestMismatch(AxisRefused):
    """The confirmed digest is not the message's."""

    code = "axis.digest"
    axis_code = "DIGEST"
    vietnamese = "Mã băm SHA-256 không khớp: {1}"
    english = "the SHA-256 digest differs: {1}"
    remedy = "Tải lại gói tin rồi xác nhận / fetch the message again, then confirm"


class NotFound(AxisRefused):
    """No such message for this agency."""

    code = "axis.not_found"
    axis_code = "NOT_FOUND"
    vietnamese = "Trục không có gói tin này cho cơ quan: {1}"
    english = "the axis has no such message for this agency: {1}"


class AccessDenied(AxisRefused):
    """The credential is missing or wrong, or the system may not speak for this agency."""

    code = "axis.access_denied"
    axis_code = "ACCESS_DENIED"
    vietnamese = "Trục từ chối quyền truy cập: {1}"
    english = "the axis denies access: {1}"
    remedy = (
        "Kiểm tra mã hệ thống, khóa bí mật và danh sách cơ quan được đăng ký"
        " / check the system id, its secret and the agencies it is registered for"
    )


class AxisCannot(Refused):
    """The axis's wire has no such call; nothing is wrong. ({0} the axis, {1} the call)."""

    code = "axis.not_supported"
    vietnamese = "Trục {0} không có chức năng này: {1}"
    english = "the axis {0} has no such call: {1}"
    remedy = "Làm việc này ngoài trục / do it in another way than through this axis"


class AxisSettingsInvalid(Refused):
    """The `[axis]` settings are wrong; details: which, why."""

    code = "axis.settings"
    vietnamese = "Cấu hình trục liên thông sai ở «{0}»: {1}"
    english = "the axis settings are wrong at «{0}»: {1}"
    remedy = "Sửa mục [axis] trong congvan.toml / mend [axis] in congvan.toml"


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
