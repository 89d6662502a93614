"""What can go wrong with keys, certificates, PDF files, stamps and signatures."""

from documents.errors import EvidenceBroken, Refused


class KeyUnavailable(Refused):
    """The key's file cannot be used: missing, readable by others, wrong passphrase, not a key."""

    code = "key.unavailable"
    vietnamese = "Không dùng được khóa ký «{0}»: {1}"
    english = "the signing key {0} cannot be used: {1}"
    remedy = (
        "Kiểm tra tệp khóa (quyền 600) và mật khẩu / check the key's file (mode 600) and passphrase"
    )


class CertificateRefused(Refused):
    """The certificate may not sign now: expired, not yet valid, wrong usage, not this key's."""

    code = "certificate.refused"
    vietnamese = "Chứng thư số của «{0}» không được dùng để ký: {1}"
    english = "the certificate of {0} may not sign: {1}"
    remedy = "Xin cấp hoặc chọn chứng thư số khác / obtain or choose another certificate"


class ValueForeign(EvidenceBroken):
    """A raw signature came that is not the certificate's signature of the frozen document."""

    code = "signature.value_foreign"
    vietnamese = "Giá trị chữ ký nhận được không phải của «{0}» trên văn bản này ({1})"
    english = "the signature value is not that of {0} over this document ({1})"
    remedy = (
        "Văn bản chưa thay đổi; kiểm tra nơi ký và chứng thư số"
        " / the document is unchanged; check who signed and with which certificate"
    )


class PendingDamaged(EvidenceBroken):
    """What was frozen for a signature is not what was prepared, or cannot be read."""

    code = "signature.pending_damaged"
    vietnamese = "Văn bản chờ ký không còn nguyên vẹn ({0})"
    english = "what waits for the signature is not what was prepared ({0})"
    remedy = "Thu hồi yêu cầu ký rồi trình ký lại / withdraw the request and have it signed anew"


class SignatureTooLong(Refused):
    """The signature, or its timestamp, does not fit into the room that was left for it."""

    code = "signature.no_room"
    vietnamese = "Chữ ký hoặc dấu thời gian dài hơn chỗ đã dành sẵn ({0})"
    english = "the signature or its timestamp is longer than its place ({0})"
    remedy = "Thu hồi yêu cầu ký rồi trình ký lại / withdraw the request and have it signed anew"


class DeliveryRefused(Refused):
    """What came back signed is not the file that was handed out, properly signed."""

    code = "signature.delivery_refused"
    vietnamese = "Không nhận tệp đã ký: {0}"
    english = "the signed file is not taken: {0}"
    remedy = (
        "Văn bản chưa thay đổi; ký lại đúng tệp, đúng chứng thư số"
        " / the document is unchanged; sign the right file with the right certificate"
    )


class PdfCertified(Refused):
    """The file was certified: number and date may only be filled where it reserves them."""

    code = "pdf.certified"
    vietnamese = "Chữ ký «{0}» chỉ cho điền các ô đã dành sẵn, không cho thêm chữ ký hiển thị"
    english = "the signature {0} permits filling reserved fields, no new visible signatures"
    remedy = (
        "Đóng dấu bằng khóa con dấu của hệ thống, không dùng công cụ ký"
        " / seal with the agency's own key here, not with the token tool"
    )


class PdfEncrypted(Refused):
    """The PDF is encrypted; nobody could verify what was signed without its password."""

    code = "pdf.encrypted"
    vietnamese = "Tệp PDF có mật khẩu hoặc bị mã hóa"
    english = "the PDF is encrypted"
    remedy = "Bỏ mật khẩu rồi gửi lại / remove the password and hand it in again"


class PdfAlreadySigned(Refused):
    """The PDF has a signature where none may be, or the field is already signed."""

    code = "pdf.already_signed"
    vietnamese = "Tệp PDF đã có chữ ký số ở «{0}»"
    english = "the PDF is already signed at {0}"
    remedy = "Dùng bản chưa ký / use the unsigned version"


class PdfUnreadable(Refused):
    """The bytes are not a PDF that can be read."""

    code = "pdf.unreadable"
    vietnamese = "Không đọc được tệp PDF: {0}"
    english = "the PDF cannot be read: {0}"
    remedy = "Xuất lại tệp PDF từ bản gốc / export the PDF again from its source"


class PdfFieldsMissing(Refused):
    """The PDF was not prepared: number, day, month, signature and seal have no fields."""

    code = "pdf.no_reserved_fields"
    vietnamese = "Tệp PDF chưa được đặt sẵn ô «{0}»"
    english = "the PDF has no reserved field {0}"
    remedy = "Chuẩn bị tệp trước khi ký / prepare the file before its first signature"


class PdfFieldsTaken(Refused):
    """The PDF has fields already that reserving would collide with."""

    code = "pdf.fields_taken"
    vietnamese = "Tệp PDF đã có sẵn biểu mẫu không dùng chung được: {0}"
    english = "the PDF has a form that cannot be shared: {0}"
    remedy = "In lại thành PDF không có biểu mẫu / print it again as a PDF without a form"


class PlacementOutside(Refused):
    """A box lies outside its page, or the page does not exist."""

    code = "pdf.placement_outside"
    vietnamese = "Vị trí «{0}» nằm ngoài trang"
    english = "the place of {0} is outside the page"
    remedy = "Chọn lại vị trí / choose the place again"


class LeaderSignatureMissing(Refused):
    """The clerk seals only what a competent person has signed (Decree 30/2020, Art. 32.2)."""

    code = "pdf.not_signed_by_leader"
    vietnamese = "Văn bản chưa có chữ ký số của người có thẩm quyền"
    english = "the document has no signature of the competent person"
    remedy = "Trình ký trước khi đóng dấu / have it signed before it is sealed"


class TextUnprintable(Refused):
    """A number, day or month has characters that the digits' font lacks."""

    code = "pdf.unprintable_text"
    vietnamese = "Không in được «{0}» vào ô «{1}»"
    english = "{0} cannot be printed in the field {1}"
    remedy = "Chỉ dùng chữ số và các dấu / - . / use digits and / - . only"


class StampUnreadable(Refused):
    """The image of a signature or seal is not a PNG of a sensible size."""

    code = "stamp.unreadable"
    vietnamese = "Không đọc được ảnh chữ ký hoặc ảnh con dấu: {0}"
    english = "the image of the signature or seal cannot be read: {0}"
    remedy = "Dùng ảnh .png nền trong suốt / use a transparent .png"


class FontMissing(Refused):
    """The font for number and date is not installed."""

    code = "font.missing"
    vietnamese = "Thiếu phông chữ {0}"
    english = "the font {0} is missing"
    remedy = "Cài đặt: apt install fonts-liberation2 / install it: apt install fonts-liberation2"


class TrustUnreadable(Refused):
    """The file of trusted roots or a revocation list cannot be read."""

    code = "trust.unreadable"
    vietnamese = "Không đọc được danh sách chứng thư gốc hoặc danh sách thu hồi {0}: {1}"
    english = "trusted roots or revocation list {0} cannot be read: {1}"
    remedy = "Kiểm tra tệp PEM hoặc CRL / check the PEM or CRL file"


class PolicyUnreadable(Refused):
    """The file with the rules of verification cannot be read."""

    code = "policy.unreadable"
    vietnamese = "Không đọc được tệp chính sách xác minh {0}: {1}"
    english = "the verification policy {0} cannot be read: {1}"
    remedy = "Sửa theo mẫu signing/policy.toml / mend it by the pattern of signing/policy.toml"


class EvidenceUnreadable(Refused):
    """Stored evidence of a verification is not what was stored."""

    code = "evidence.unreadable"
    vietnamese = "Không đọc được chứng cứ xác minh đã lưu: {0}"
    english = "stored evidence of a verification cannot be read: {0}"
    remedy = "Lấy lại từ bản sao lưu / fetch it from a backup"


class SignatureWouldBreak(Refused):
    """The file carries a signature that permits no further one: adding ours would break it."""

    code = "pdf.signature_would_break"
    vietnamese = "Tệp có chữ ký số không cho phép ký thêm («{0}»)"
    english = "the file carries a signature that permits no further one ({0})"
    remedy = "Gửi nguyên trạng, chữ ký có sẵn vẫn đúng / send it as it is, its signature holds"


class PdfTooOld(Refused):
    """A copy in electronic form is a PDF 1.4 or later (Decree 30/2020, Appendix I, Part II)."""

    code = "pdf.too_old"
    vietnamese = "Bản số hóa phải là PDF từ phiên bản 1.4, tệp này là {0}"
    english = "a scan must be PDF 1.4 or later, this is {0}"
    remedy = "Quét hoặc xuất lại thành PDF 1.4 trở lên / export it as PDF 1.4 or later"
