"""What can go wrong for the operator of a hub; what callers hear is in `connectors.errors`."""

from documents.errors import Refused


class StoreTooNew(Refused):
    """The folder was written by a later release; details: its version, ours."""

    code = "hub.store_too_new"
    vietnamese = "Dữ liệu của nút trục có phiên bản {0}, chương trình chỉ đọc đến phiên bản {1}"
    english = "the hub's data have version {0}, this program reads up to version {1}"
    remedy = "Cài bản congvan mới hơn / install a later release of congvan"


class HubMissing(Refused):
    """No hub has ever served from the folder; details: the folder."""

    code = "hub.missing"
    vietnamese = "Thư mục «{0}» không có dữ liệu nút trục"
    english = "«{0}» is no hub's data folder"
    remedy = "Chỉ đúng thư mục bằng --data / name the folder of `congvan hub serve` by --data"


class SystemInvalid(Refused):
    """A system cannot be registered so, or is not registered; details: its id, why."""

    code = "hub.system_invalid"
    vietnamese = "Không đăng ký được hệ thống «{0}»: {1}"
    english = "the system «{0}» cannot be registered: {1}"
    remedy = "Kiểm tra mã, khóa bí mật, chứng thư / check its id, secret and certificates"


class SystemUnknown(Refused):
    """No such system is registered; details: its id."""

    code = "hub.system_unknown"
    vietnamese = "Chưa đăng ký hệ thống «{0}»"
    english = "no system «{0}» is registered"
    remedy = "Xem congvan hub system list / see congvan hub system list"
