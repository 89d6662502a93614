"""What can go wrong between a document and the key that is to sign it.

A token that is away for a while is `Unavailable`: the document waits and is tried again.
A wrong PIN, a locked token, a missing or unfit key is `Refused`: tried again by itself it
could only get worse, so the document is held for a person.
"""

from documents.errors import Unavailable
from signing.errors import CertificateRefused, KeyUnavailable


class TokenAbsent(Unavailable):
    """The token is not in any slot: pulled out, or its HSM is not reached."""

    code = "key.token_absent"
    vietnamese = "Không thấy token «{0}»"
    english = "the token {0} is not there"
    remedy = (
        "Cắm lại token hoặc nối lại HSM, việc ký sẽ tự tiếp tục / "
        "plug the token in or reconnect the HSM, signing goes on by itself"
    )


class TokenFailing(Unavailable):
    """The token is there and answers with an error, again after it was opened anew."""

    code = "key.token_failing"
    vietnamese = "Token «{0}» báo lỗi: {1}"
    english = "the token {0} fails: {1}"
    remedy = (
        "Hệ thống sẽ tự thử lại; nếu còn lỗi, rút ra cắm lại token / "
        "it is tried again by itself; if it goes on, pull the token out and plug it in again"
    )


class PinRefused(KeyUnavailable):
    """The token does not accept the PIN; it is not offered again before its file changes."""

    code = "key.pin_refused"
    vietnamese = "Token «{0}» không nhận mã PIN: {1}"
    english = "the token {0} does not accept the PIN: {1}"
    remedy = (
        "Sửa tệp mã PIN; tệp chưa sửa thì không thử lại, để token khỏi bị khóa / "
        "mend the PIN's file; it is not tried again unchanged, so that the token is not locked"
    )


class PinLastTry(KeyUnavailable):
    """One more wrong PIN would lock the token: no program should take that try."""

    code = "key.pin_last_try"
    vietnamese = "Token «{0}» chỉ còn một lần thử mã PIN nên hệ thống không thử"
    english = "the token {0} has one try of its PIN left, so it is not taken"
    remedy = (
        "Tự đăng nhập token một lần bằng công cụ của nhà cung cấp / "
        "log in to the token once by hand, with its vendor's tool"
    )


class TokenLocked(KeyUnavailable):
    """Too many wrong PINs: only the security officer's PIN helps (CKR_PIN_LOCKED)."""

    code = "key.token_locked"
    vietnamese = "Token «{0}» đã bị khóa vì nhập sai mã PIN quá số lần"
    english = "the token {0} is locked after too many wrong PINs"
    remedy = (
        "Đề nghị nơi cấp token mở khóa, rồi cập nhật tệp mã PIN / "
        "have its issuer unlock it, then renew the PIN's file"
    )


class ModuleMissing(KeyUnavailable):
    """The PKCS#11 library of the token is not installed, or is none."""

    code = "key.module_missing"
    vietnamese = "Không nạp được thư viện PKCS#11 «{0}»: {1}"
    english = "the PKCS#11 module {0} cannot be loaded: {1}"
    remedy = (
        "Cài phần mềm của token, sửa đường dẫn `module` / "
        "install the token's software, mend the path `module`"
    )


class KeyMissing(KeyUnavailable):
    """The token has no such private key, or several of that name."""

    code = "key.missing"
    vietnamese = "Token «{0}» không có đúng một khóa riêng «{1}»"
    english = "the token {0} does not have exactly one private key {1}"
    remedy = (
        "Sửa `key` hoặc `key_id` trong tệp mô tả khóa / mend `key` or `key_id` in the descriptor"
    )


class CertificateMissing(KeyUnavailable):
    """Neither the token nor a file has the key's certificate."""

    code = "key.certificate_missing"
    vietnamese = "Không có chứng thư số của khóa «{0}» ({1})"
    english = "there is no certificate for the key {0} ({1})"
    remedy = (
        "Nạp chứng thư vào token hoặc chỉ ra tệp bằng `certificate` / "
        "put the certificate on the token or name its file as `certificate`"
    )


class DescriptorInvalid(KeyUnavailable):
    """The file that describes a key says something wrong, or too little."""

    code = "key.descriptor_invalid"
    vietnamese = "Tệp mô tả khóa «{0}» không đúng: {1}"
    english = "the key's descriptor {0} is wrong: {1}"
    remedy = "Xem docs/keys.md / see docs/keys.md"


class KeyElsewhere(KeyUnavailable):
    """The key is in other hands: its signature has to be asked for and comes later."""

    code = "key.elsewhere"
    vietnamese = "Khóa «{0}» ({1}) không ký ngay tại đây được"
    english = "the key {0} ({1}) cannot sign here at once"
    remedy = "Gửi yêu cầu ký đến nơi giữ khóa / ask whoever holds the key to sign"


class KeyMismatched(CertificateRefused):
    """What the key signs does not verify under the certificate."""

    code = "key.mismatched"
    vietnamese = "Khóa và chứng thư số của «{0}» không khớp nhau: {1}"
    english = "the key and the certificate of {0} do not belong together: {1}"
    remedy = (
        "Chọn đúng cặp khóa và chứng thư / choose the key and the certificate that belong together"
    )


class KeyTooWeak(CertificateRefused):
    """The key, or the certificate's own signature, is below what Annex I asks."""

    code = "key.too_weak"
    vietnamese = "Khóa hoặc chứng thư số của «{0}» quá yếu để ký: {1}"
    english = "the key or the certificate of {0} is too weak to sign: {1}"
    remedy = (
        "Xin cấp khóa RSA từ 2048 bit hoặc ECDSA từ 256 bit / "
        "obtain an RSA key of 2048 bits or an ECDSA key of 256 bits, or more"
    )


class SignerRevoked(CertificateRefused):
    """A revocation list that we hold names the signer's certificate, or its issuer's."""

    code = "key.certificate_revoked"
    vietnamese = "Chứng thư số của «{0}» đã bị thu hồi: {1}"
    english = "the certificate of {0} is revoked: {1}"
    remedy = (
        "Không ký bằng chứng thư này; xin cấp chứng thư mới / "
        "do not sign with it; obtain another certificate"
    )


class AlgorithmRefused(CertificateRefused):
    """The key cannot make, or the policy does not allow, the algorithm that was asked for."""

    code = "algorithm.refused"
    vietnamese = "Khóa của «{0}» không ký được bằng {1}: {2}"
    english = "the key of {0} cannot sign with {1}: {2}"
    remedy = "Sửa `algorithm` / mend `algorithm`"
