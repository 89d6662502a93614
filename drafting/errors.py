"""Why a draft is refused; each leaf says what to mend.

All are `Refused`: the same bytes get the same answer, so nothing here is retried.
"""

from documents.errors import Refused

BY_HAND = (
    "Chỉ chỗ bằng tay: `--box TÊN=trang,x0,y0,x1,y1` / give the boxes by hand: "
    "`--box number=page,x0,y0,x1,y1` (number, day, month, signature, seal; "
    "page from 1, PDF points from the bottom left of the MediaBox); "
    "xem bằng `congvan place` / see them with `congvan place`"
)


class DraftRefused(Refused):
    """The draft cannot be taken, composed or placed."""

    code = "draft.refused"
    vietnamese = "Không nhận được dự thảo: {0}"
    english = "the draft is refused: {0}"


class DraftEncrypted(DraftRefused):
    """The PDF is encrypted, with or without a password to open it."""

    code = "draft.encrypted"
    vietnamese = "Tệp «{0}» bị mã hóa hoặc đặt mật khẩu"
    english = "{0} is encrypted"
    remedy = (
        "Bỏ mật khẩu, bỏ hạn chế quyền rồi gửi lại / remove password and restrictions, send again"
    )


class DraftSignedAlready(DraftRefused):
    """The PDF carries a signature, which normalising would break."""

    code = "draft.signed_already"
    vietnamese = "Tệp «{0}» đã có chữ ký số; dự thảo phải chưa ký"
    english = "{0} is signed already; a draft must not be"
    remedy = (
        "Gửi bản chưa ký, hoặc gửi tệp này làm phụ lục / "
        "send the unsigned file, or attach this one to another document"
    )


class DraftUnreadable(DraftRefused):
    """The file is what it says it is, but truncated or damaged beyond repair."""

    code = "draft.unreadable"
    vietnamese = "Tệp «{0}» hỏng hoặc thiếu, không sửa được ({1})"
    english = "{0} is damaged beyond repair ({1})"
    remedy = "Xuất lại tệp từ phần mềm soạn thảo / export it again from where it was written"


class DraftNotAPdf(DraftRefused):
    """The content is neither PDF nor a word processor's file, whatever the name says."""

    code = "draft.not_a_pdf"
    vietnamese = "Tệp «{0}» không phải PDF, .doc, .docx, .odt hay .rtf (nội dung là {1})"
    english = "{0} is not a PDF, .doc, .docx, .odt or .rtf (the content is {1})"
    remedy = "Xuất dự thảo thành PDF / export the draft as PDF"


class DraftTooLarge(DraftRefused):
    """More bytes, pages or characters than one document may have."""

    code = "draft.too_large"
    vietnamese = "«{0}» quá lớn: {1}, giới hạn {2}"
    english = "{0} is too large: {1}, the limit is {2}"
    remedy = "Chia nhỏ hoặc gửi phần lớn làm phụ lục / split it, or send the bulk as an attachment"


class DraftDynamicForm(DraftRefused):
    """An XFA form, or a form whose entries have no appearance: what is seen is not what is kept."""

    code = "draft.dynamic_form"
    vietnamese = "Tệp «{0}» là biểu mẫu động ({1}), nội dung tùy phần mềm hiển thị"
    english = "{0} is a dynamic form ({1}); what it shows depends on the viewer"
    remedy = "In biểu mẫu ra PDF rồi gửi lại / print the form to PDF and send that"


class NoConverter(DraftRefused):
    """A word processor's file came and LibreOffice is not installed."""

    code = "draft.no_converter"
    vietnamese = "Không chuyển được «{0}» sang PDF vì máy chưa có LibreOffice"
    english = "cannot convert {0}: LibreOffice is not installed"
    remedy = (
        "`apt-get install libreoffice-writer-nogui`, hoặc tự xuất PDF / "
        "`apt-get install libreoffice-writer-nogui`, or export a PDF yourself"
    )


class ConversionFailed(DraftRefused):
    """LibreOffice gave no PDF: damaged file, too slow, or too much memory."""

    code = "draft.conversion_failed"
    vietnamese = "LibreOffice không chuyển được «{0}» sang PDF ({1})"
    english = "LibreOffice could not convert {0} ({1})"
    remedy = "Mở tệp bằng phần mềm soạn thảo rồi tự xuất PDF / open it and export a PDF yourself"


class TypeNotComposed(DraftRefused):
    """Decree 30 gives this type a template of its own that the composer does not draw."""

    code = "draft.type_not_composed"
    vietnamese = "Chưa có mẫu trình bày cho loại văn bản «{0}»"
    english = "there is no layout for the type «{0}»"
    remedy = "Soạn bằng Word và gửi tệp / write it elsewhere and send the file"


class FontMissing(DraftRefused):
    """No Times-metric face with all Vietnamese letters is installed."""

    code = "draft.font_missing"
    vietnamese = "Máy chưa có phông Liberation Serif 2 (đủ chữ Việt)"
    english = "Liberation Serif 2 (with Vietnamese letters) is not installed"
    remedy = "`apt-get install fonts-liberation2`"


class PlacementNotFound(DraftRefused):
    """One or more of number, day, month, signature could not be found for certain."""

    code = "placement.not_found"
    vietnamese = "Không xác định được chỗ cho: {0}. {1}"
    english = "no certain place for: {0}"
    remedy = BY_HAND

    def __init__(self, missing: str, reasons: str = "") -> None:
        super().__init__(missing, reasons)

    @property
    def missing(self) -> tuple[str, ...]:
        """The names not found, among number, day, month, signature, seal."""
        return tuple(str(self.args[0]).split(", "))


class BoxInvalid(DraftRefused):
    """A box given by hand cannot be read, or lies outside its page."""

    code = "placement.box_invalid"
    vietnamese = "Ô «{0}» không dùng được: {1}"
    english = "the box {0} cannot be used: {1}"
    remedy = BY_HAND
