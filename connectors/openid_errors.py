"""What can go wrong between us and a provider of identities."""

from documents.errors import EvidenceBroken, Refused, Unavailable


class OpenIdUnavailable(Unavailable):
    """The provider does not answer, or answers nonsense: people log in later. ({0} why)."""

    code = "openid.unavailable"
    vietnamese = "Hệ thống đăng nhập một lần chưa phản hồi: {0}"
    english = "the provider of identities does not answer: {0}"
    remedy = "Thử lại, hoặc đăng nhập bằng mật khẩu / try again, or log in with a password"


class OpenIdRefused(Refused):
    """The provider, or the person there, said no. ({0} its word)."""

    code = "openid.refused"
    vietnamese = "Hệ thống đăng nhập một lần từ chối: {0}"
    english = "the provider of identities refuses: {0}"
    remedy = "Đăng nhập lại / log in again"


class OpenIdAnswerStale(Refused):
    """An answer that this browser did not ask for, or asked for too long ago."""

    code = "openid.answer_stale"
    vietnamese = "Lượt đăng nhập này không bắt đầu từ trình duyệt này hoặc đã quá hạn"
    english = "this login was not begun in this browser, or too long ago"
    remedy = "Bấm đăng nhập lại từ đầu / begin to log in again"


class IdTokenBroken(EvidenceBroken):
    """What the provider says of the person does not hold: nobody is logged in. ({0} why)."""

    code = "openid.token_broken"
    vietnamese = "Chứng nhận danh tính không hợp lệ: {0}"
    english = "the statement of identity does not hold: {0}"
    remedy = "Báo quản trị hệ thống / tell your administrator"


class OpenIdSettingsInvalid(Refused):
    """The table [openid] does not fit the provider. ({0} why)."""

    code = "openid.settings_invalid"
    vietnamese = "Cấu hình [openid] chưa đúng: {0}"
    english = "the table [openid] is not right: {0}"
    remedy = "Sửa congvan.toml: docs/accounts.md / mend congvan.toml"
