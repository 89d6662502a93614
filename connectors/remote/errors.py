"""What can go wrong with a remote signing service, as the families of `documents.errors`.

Details of every error here: {0} the service's name in the settings, {1} the service's own
code or the operation, {2} its words, which were cut and cleared of our secrets.
"""

from documents.errors import EvidenceBroken, OutcomeUnknown, Refused, Unavailable


class RemoteUnavailable(Unavailable):
    """The service did not take the request, or it was only a question: ask again."""

    code = "remote.unavailable"
    vietnamese = "Chưa kết nối được dịch vụ ký số «{0}» ({1}): {2}"
    english = "the signing service {0} cannot be reached ({1}): {2}"
    remedy = "Hệ thống sẽ tự thử lại / it is tried again by itself"


class RemoteOutcomeUnknown(OutcomeUnknown):
    """The order left and no whole answer came: settle it by `RemoteSigner.resume`."""

    code = "remote.outcome_unknown"
    vietnamese = "Chưa rõ dịch vụ ký số «{0}» đã nhận yêu cầu hay chưa ({1}): {2}"
    english = "it is not known whether the signing service {0} took the order ({1}): {2}"
    remedy = "Hỏi lại đúng mã giao dịch cũ / ask again under the same transaction id"


class RemoteRefused(Refused):
    """The service says no, and will say no again."""

    code = "remote.refused"
    vietnamese = "Dịch vụ ký số «{0}» từ chối ({1}): {2}"
    english = "the signing service {0} refuses ({1}): {2}"


class AccessDenied(RemoteRefused):
    """The service does not accept what this office shows of itself."""

    code = "remote.access_denied"
    vietnamese = "Dịch vụ ký số «{0}» không chấp nhận tài khoản kết nối ({1}): {2}"
    english = "the signing service {0} does not accept the office's account ({1}): {2}"
    remedy = (
        "Kiểm tra mã và mật khẩu kết nối do nhà cung cấp cấp"
        " / check the account that the provider gave the office"
    )


class ActivationRefused(RemoteRefused):
    """The PIN, password or one-time code is wrong, or one is lacking."""

    code = "remote.activation"
    vietnamese = "PIN, mật khẩu hoặc mã OTP không đúng, dịch vụ «{0}» ({1}): {2}"
    english = "PIN, password or one-time code is not right for {0} ({1}): {2}"
    remedy = "Nhập lại; nhập sai nhiều lần sẽ bị khóa / enter it again; several wrong tries lock it"


class CredentialMissing(RemoteRefused):
    """The service knows no such user, or no such certificate of theirs."""

    code = "remote.no_credential"
    vietnamese = "Dịch vụ ký số «{0}» không có chứng thư số của người dùng này ({1}): {2}"
    english = "the signing service {0} has no certificate of this user ({1}): {2}"
    remedy = "Kiểm tra mã người dùng / check the user's id at the service"


class CredentialUnusable(RemoteRefused):
    """The certificate or its key is expired, revoked, locked, changed or of an unknown kind."""

    code = "remote.credential"
    vietnamese = "Chứng thư số ở dịch vụ «{0}» không dùng để ký được ({1}): {2}"
    english = "the certificate at {0} cannot sign ({1}): {2}"
    remedy = "Gia hạn hoặc chọn chứng thư số khác / renew it or choose another one"


class QuotaExhausted(RemoteRefused):
    """The user's account has no signatures left."""

    code = "remote.quota"
    vietnamese = "Tài khoản ở dịch vụ ký số «{0}» đã hết lượt ký ({1}): {2}"
    english = "the account at {0} has no signatures left ({1}): {2}"
    remedy = "Mua thêm lượt ký / buy more signatures"


class SigningDeclined(RemoteRefused):
    """The person said no on their device."""

    code = "remote.declined"
    vietnamese = "Người ký đã từ chối trên thiết bị của mình, dịch vụ «{0}» ({1}): {2}"
    english = "the signer declined on their own device, service {0} ({1}): {2}"
    remedy = "Hỏi người ký rồi trình ký lại / ask the signer, then submit again"


class SigningExpired(RemoteRefused):
    """The person did not answer in time, or the authorisation ran out."""

    code = "remote.expired"
    vietnamese = "Quá thời hạn xác nhận ký ở dịch vụ «{0}» ({1}): {2}"
    english = "the time to confirm at {0} has run out ({1}): {2}"
    remedy = "Gửi lại yêu cầu ký / order the signature again"


class SigningFailed(RemoteRefused):
    """The service could not make the signature."""

    code = "remote.failed"
    vietnamese = "Dịch vụ ký số «{0}» không tạo được chữ ký ({1}): {2}"
    english = "the signing service {0} could not make the signature ({1}): {2}"
    remedy = "Gửi lại yêu cầu ký / order the signature again"


class TransactionUnknown(RemoteRefused):
    """The service has no such transaction: the order never arrived there, or is forgotten."""

    code = "remote.no_transaction"
    vietnamese = "Dịch vụ ký số «{0}» không có giao dịch này ({1}): {2}"
    english = "the signing service {0} has no such transaction ({1}): {2}"
    remedy = "Gửi lại yêu cầu ký / order the signature again"


class OrderInvalid(RemoteRefused):
    """This service can never take such an order; nothing was sent."""

    code = "remote.order_invalid"
    vietnamese = "Yêu cầu ký không phù hợp với dịch vụ «{0}» ({1}): {2}"
    english = "the order does not suit the signing service {0} ({1}): {2}"
    remedy = "Chọn thuật toán hoặc chứng thư số khác / choose another algorithm or certificate"


class ServiceUnsuitable(RemoteRefused):
    """What answers there is not the service that the settings name."""

    code = "remote.unsuitable"
    vietnamese = "Địa chỉ của «{0}» không phải dịch vụ ký số đã cấu hình ({1}): {2}"
    english = "what answers for {0} is not the service in the settings ({1}): {2}"
    remedy = "Kiểm tra loại và địa chỉ dịch vụ / check the service's kind and address"


class ServiceSettingsInvalid(RemoteRefused):
    """The settings of the service are wrong, or a secret's file is."""

    code = "remote.settings"
    vietnamese = "Cấu hình dịch vụ ký số «{0}» không đúng, mục {1}: {2}"
    english = "the settings of the signing service {0} are wrong at {1}: {2}"
    remedy = "Xem docs/remote-signing.md / see docs/remote-signing.md"


class SignatureForeign(EvidenceBroken):
    """A value came back that the order's certificate did not make over the order's hash."""

    code = "remote.signature_foreign"
    vietnamese = (
        "Dịch vụ ký số «{0}» trả về giá trị không phải chữ ký của chứng thư số đã chọn"
        " trên tài liệu «{1}»: {2}"
    )
    english = (
        "the signing service {0} returned a value that is not the chosen certificate's"
        " signature of {1}: {2}"
    )
    remedy = (
        "Không dùng giá trị này; liên hệ nhà cung cấp dịch vụ"
        " / do not use the value; call the service's provider"
    )
