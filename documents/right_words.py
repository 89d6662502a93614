"""The rights as people say them, for refusals and the table of access (docs/access.md).

Legal source: Decree 30/2020/ND-CP, Art. 10 to 24 (the words for each deed).
"""

from collections.abc import Mapping
from types import MappingProxyType

from documents.right import Right

RIGHTS: Mapping[str, str] = MappingProxyType(
    {
        Right.SEE: "xem",
        Right.DOWNLOAD: "tải tệp",
        Right.PRINT: "in",
        Right.EXPORT: "xuất danh sách",
        Right.SEARCH: "tra cứu",
        Right.VERIFY: "kiểm tra chữ ký",
        Right.DRAFT: "soạn thảo",
        Right.EDIT_DRAFT: "sửa dự thảo",
        Right.COMMENT: "góp ý dự thảo",
        Right.ASK_OPINION: "xin ý kiến dự thảo",
        Right.INITIAL: "ký nháy",
        Right.FORWARD: "trình, chuyển",
        Right.DIRECT: "chỉ đạo, phân công",
        Right.TASK_WORK: "thực hiện nhiệm vụ",
        Right.TASK_JUDGE: "quyết định về nhiệm vụ",
        Right.SUBTASK: "giao nhiệm vụ con",
        Right.EXTEND: "xin gia hạn",
        Right.REPORT: "báo cáo tiến độ",
        Right.REMARK: "trao đổi ý kiến",
        Right.TAKE_IN: "nhận văn bản",
        Right.REGISTER: "vào sổ",
        Right.RELEASE: "cho tiếp nhận",
        Right.CORRECT: "sửa thông tin văn bản đến",
        Right.ISSUE: "phát hành",
        Right.READDRESS: "đổi nơi nhận",
        Right.RECALL: "thu hồi",
        Right.REPLACE: "thay thế, cập nhật",
        Right.ANSWER_CHANGE: "trả lời yêu cầu thu hồi, thay thế",
        Right.RETRY: "cho xử lý lại",
        Right.RESERVE_NUMBER: "lấy số trước",
        Right.SEE_BOOKS: "xem sổ đăng ký",
        Right.CLOSE_BOOKS: "khóa sổ",
        Right.SIGN_BOOKS: "ký sổ",
        Right.SET_SERIES: "quy định đánh số",
        Right.SET_KINDS: "quy định loại văn bản",
        Right.SET_REMINDERS: "quy định nhắc việc",
        Right.KEEP_DOSSIERS: "lập hồ sơ",
        Right.RESTRICT: "đề nghị đổi quyền xem",
        Right.CONFIRM_RESTRICTION: "xác nhận đổi quyền xem",
        Right.DELEGATE: "ủy quyền xử lý",
        Right.RECORD_PEOPLE: "ghi nhận nhân sự",
        Right.CATALOGUE: "danh mục cơ quan",
        Right.SHARE_VIEW: "chia sẻ bộ lọc",
        Right.DASHBOARD: "bảng điều hành",
        Right.OPERATE: "vận hành",
        Right.ACCOUNTS: "quản lý tài khoản",
        Right.TOKENS: "mã truy cập hệ thống",
    }
)
"""By `Right`."""
