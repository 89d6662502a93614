"""Why a capacity is not believed. Raised where a signature is refused, shown where one arrives.

Legal source: Decree 30/2020/ND-CP, Art. 13; TT 15/2025/TT-BKHCN, Art. 5. An objection is an
error like any other: stable code, Vietnamese, English, and what to mend.
"""

from documents.errors import Refused


class Objection(Refused):
    """The signer, the capacity and the certificate do not fit together."""

    code = "authority.refused"
    vietnamese = "Thẩm quyền ký không phù hợp: {0}"
    english = "the authority to sign does not hold: {0}"
    remedy = "Xem `congvan authority list` / see `congvan authority list`"


class SeveralObjections(Objection):
    """More than one thing does not fit."""

    code = "authority.several"
    vietnamese = "Nhiều điểm chưa phù hợp về thẩm quyền ký: {0}"
    english = "several things are wrong with the authority to sign"
    remedy = "Sửa từng điểm rồi thử lại / mend each, then try again"


class CapacityMissing(Objection):
    """A deputy signs as if head."""

    code = "authority.capacity_missing"
    vietnamese = "Cấp phó («{0}») ký mà không ghi KT. (Điều 13)"
    english = "a deputy («{0}») signs without KT. (Art. 13)"
    remedy = "Thêm dòng «KT. …» vào khối chữ ký / print the line «KT. …»"


class NotDeputy(Objection):
    """KT. above a post that is no deputy's."""

    code = "authority.not_deputy"
    vietnamese = "Ghi KT. nhưng chức vụ «{0}» không phải cấp phó"
    english = "KT. is printed, but «{0}» is not a deputy"
    remedy = "Ghi đúng quyền hạn: TL., TUQ. hoặc Q. / print the capacity that applies"


class NotOwnDeputy(Objection):
    """A unit's head lets only the unit's own deputy sign (Art. 13.4)."""

    code = "authority.not_own_deputy"
    vietnamese = "«{0}» không phải cấp phó của đơn vị do «{1}» đứng đầu"
    english = "«{0}» is no deputy of the unit that «{1}» heads"
    remedy = "Chỉ giao cho cấp phó của chính đơn vị đó / only the unit's own deputy signs"


class ChainInvalid(Objection):
    """Prefixes in an order the decree does not know."""

    code = "authority.chain_invalid"
    vietnamese = "Thứ tự quyền hạn «{0}» không đúng Phụ lục I"
    english = "«{0}» is no order of capacities that Appendix I knows"
    remedy = "Ví dụ đúng: TM. … KT. …; TL. … KT. … / for example TM. … KT. …; TL. … KT. …"


class Redelegated(Objection):
    """What was authorised was passed on."""

    code = "authority.redelegated"
    vietnamese = "Người được ủy quyền không được ủy quyền lại: «{0}» (Điều 13.3)"
    english = "who was authorised may not authorise others: «{0}» (Art. 13.3)"
    remedy = "Người đứng đầu tự ký hoặc ủy quyền trực tiếp / the head signs, or authorises directly"


class NotCollective(Objection):
    """TM. in an agency under one head."""

    code = "authority.not_collective"
    vietnamese = "«{1}»: «{0}» không làm việc theo chế độ tập thể (Điều 13.2)"
    english = "«{1}»: «{0}» is not led by a collective (Art. 13.2)"
    remedy = (
        'Bỏ TM., hoặc khai "collective": true cho cơ quan / '
        'drop TM., or enter the agency with "collective": true'
    )


class NameDiffers(Objection):
    """Another name is printed than the signer's."""

    code = "authority.name_differs"
    vietnamese = "Văn bản in tên «{0}», người ký là «{1}»"
    english = "«{0}» is printed, «{1}» signs"
    remedy = "Sửa họ tên hoặc chọn đúng người ký / mend the name or choose who signs"


class PositionDiffers(Objection):
    """Another position is printed than the signer's post."""

    code = "authority.position_differs"
    vietnamese = "Văn bản in chức vụ «{0}», chức vụ đang giữ là «{1}»"
    english = "«{0}» is printed, the post held is «{1}»"
    remedy = "Sửa chức vụ trên văn bản hoặc trong danh mục / mend the print or the directory"


class PostLeft(Objection):
    """The person no longer holds the post."""

    code = "authority.post_left"
    vietnamese = "«{0}» không còn giữ chức vụ «{1}»"
    english = "«{0}» no longer holds the post «{1}»"
    remedy = "Chọn người ký khác / choose another signer"


class CapacityDiffers(Objection):
    """Another capacity is printed than the post gives."""

    code = "authority.capacity_differs"
    vietnamese = "Văn bản ghi «{0}», quyền hạn của chức vụ là «{1}»"
    english = "«{0}» is printed, the post signs as «{1}»"
    remedy = "Sửa khối chữ ký hoặc danh mục nhân sự / mend the signature block or the directory"


class DelegationMissing(Objection):
    """Nothing on record gives the capacity."""

    code = "authority.delegation_missing"
    vietnamese = "«{1}» ký «{0}» nhưng chưa có văn bản giao quyền, phân công hay ủy quyền"
    english = "«{1}» signs «{0}»: no assignment or authorisation is on record"
    remedy = "Ghi nhận bằng `congvan authority grant` / record it: `congvan authority grant`"


class DelegationNotInForce(Objection):
    """It ran out, or has not begun."""

    code = "authority.delegation_not_in_force"
    vietnamese = "Văn bản {1} giao «{0}» chỉ có hiệu lực {2}"
    english = "{1}, which gives «{0}», holds {2} only"
    remedy = "Gia hạn bằng văn bản mới: `congvan authority grant` / record a new one"


class DelegationRevoked(Objection):
    """It was taken back."""

    code = "authority.delegation_revoked"
    vietnamese = "Văn bản {1} giao «{0}» đã bị thu hồi ngày {2}"
    english = "{1}, which gave «{0}», was revoked on {2}"
    remedy = "Người có thẩm quyền ký / let someone with the right sign"


class DelegationLapsed(Objection):
    """Who gave it no longer may."""

    code = "authority.delegation_lapsed"
    vietnamese = "Người giao «{0}» theo {1} không còn là người đứng đầu"
    english = "who gave «{0}» by {1} is no longer in charge"
    remedy = "Người đứng đầu hiện nay giao lại / the present head must give it anew"


class OutOfScope(Objection):
    """The document's type is not among those it was given for."""

    code = "authority.out_of_scope"
    vietnamese = "Văn bản {1} giao «{0}» không gồm loại «{2}»"
    english = "{1}, which gives «{0}», does not cover «{2}»"
    remedy = "Trình người có thẩm quyền ký loại này / submit it to who may sign this type"


class CertificateOfAnother(Objection):
    """The certificate is recorded as someone else's."""

    code = "authority.certificate_of_another"
    vietnamese = "Chứng thư «{0}» đã được ghi nhận là của «{1}», không phải của «{2}»"
    english = "the certificate «{0}» is recorded as «{1}»'s, not «{2}»'s"
    remedy = "Dùng đúng khóa, hoặc gắn lại chứng thư / use the right key, or bind the certificate"


class CertificateUnknown(Objection):
    """The certificate's names fit nobody who should hold it, and no one vouched for it."""

    code = "authority.certificate_unknown"
    vietnamese = "Chứng thư mang tên «{0}», cần của «{1}»; chưa ai xác nhận chứng thư này"
    english = "the certificate names «{0}», «{1}» is wanted; nobody has confirmed it"
    remedy = (
        "Kiểm tra rồi `congvan authority certificates` bind, confirm / "
        "look at it, then `congvan authority certificates` bind or confirm"
    )


class CertificateNotInForce(Objection):
    """Outside its validity at the moment of signing."""

    code = "authority.certificate_not_in_force"
    vietnamese = "Chứng thư «{0}» chỉ có hiệu lực {1}"
    english = "the certificate «{0}» holds {1} only"
    remedy = "Gia hạn chứng thư / renew the certificate"
