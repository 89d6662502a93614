"""What people do and see in an agency: the names of the rights, and whose role gives which.

Legal source: Decree 30/2020/ND-CP, Appendix VI, Part I, IV.1 (rights by post) and the articles of
the deeds; steps of documents are in `documents.lifecycle`, with their roles. The table says what a
post allows; what a single document or task asks besides is `documents.rights`' to judge.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from documents.document import Role


class Right(StrEnum):
    """A deed besides the lifecycles' steps."""

    SEE = "see"
    """xem: a document that is not restricted, or not to them."""
    DOWNLOAD = "download"
    PRINT = "print"
    EXPORT = "export"
    """xuất danh sách."""
    SEARCH = "search"
    VERIFY = "verify_again"
    """kiểm tra chữ ký: look at the evidence."""
    DRAFT = "draft"
    """soạn thảo (Art. 10)."""
    EDIT_DRAFT = "edit_draft"
    COMMENT = "comment"
    """góp ý dự thảo (Art. 10.2)."""
    ASK_OPINION = "ask_opinion"
    INITIAL = "initial"
    """ký nháy."""
    FORWARD = "forward"
    """trình, chuyển (Art. 23.1)."""
    DIRECT = "direct"
    """bút phê, phân công (Art. 23)."""
    TASK_WORK = "task_work"
    """nhận, làm, báo cáo, hoàn thành nhiệm vụ (Art. 24)."""
    TASK_JUDGE = "task_judge"
    """thu hồi, mở lại nhiệm vụ, trả lời gia hạn."""
    SUBTASK = "subtask"
    EXTEND = "extend"
    """xin gia hạn."""
    REPORT = "report"
    REMARK = "remark"
    """hỏi, cho ý kiến về văn bản đến."""
    TAKE_IN = "take_in"
    """nhận văn bản giấy, tệp (Art. 21)."""
    REGISTER = "register"
    """vào sổ (Art. 22)."""
    RELEASE = "release"
    """cho tiếp nhận văn bản đang giữ lại."""
    CORRECT = "correct"
    """sửa thông tin văn bản đến đã vào sổ."""
    ISSUE = "issue"
    """cấp số, đóng dấu, phát hành (Art. 15 to 18)."""
    READDRESS = "readdress"
    RECALL = "recall"
    REPLACE = "replace"
    """thay thế, cập nhật, sửa đổi bằng văn bản mới (Art. 18.3)."""
    ANSWER_CHANGE = "answer_change"
    """trả lời yêu cầu thu hồi, thay thế (15, 16)."""
    RETRY = "retry"
    RESERVE_NUMBER = "reserve_number"
    SEE_BOOKS = "see_books"
    """xem sổ đăng ký: every document's row, the restricted ones' too."""
    CLOSE_BOOKS = "close_books"
    SIGN_BOOKS = "sign_books"
    SET_SERIES = "set_series"
    SET_KINDS = "set_kinds"
    SET_REMINDERS = "set_reminders"
    KEEP_DOSSIERS = "keep_dossiers"
    RESTRICT = "restrict"
    """đề nghị thay đổi quyền xem."""
    CONFIRM_RESTRICTION = "confirm_restriction"
    DELEGATE = "delegate"
    """ủy quyền xử lý của chính mình."""
    RECORD_PEOPLE = "record_people"
    CATALOGUE = "catalogue"
    """danh mục cơ quan."""
    SHARE_VIEW = "share_view"
    DASHBOARD = "dashboard"
    """bảng điều hành, màn hình lớn."""
    OPERATE = "operate"
    """vận hành: what is stuck, retries, certificates."""
    ACCOUNTS = "accounts"
    TOKENS = "tokens"
    """mã truy cập của hệ thống khác."""


_ALL = frozenset(Role) - {Role.SYSTEM}
_HANDLERS = _ALL - {Role.ADMINISTRATOR}
_CLERK = frozenset({Role.CLERK})
_LEADER = frozenset({Role.LEADER})
_ADMINISTRATOR = frozenset({Role.ADMINISTRATOR})
_DRAFTERS = frozenset({Role.SPECIALIST, Role.UNIT_HEAD})
_DIRECTING = frozenset({Role.CLERK, Role.UNIT_HEAD, Role.LEADER})
_KEEPERS = frozenset({Role.ADMINISTRATOR, Role.LEADER, Role.CLERK})

GRANTS: Mapping[Right, frozenset[Role]] = MappingProxyType(
    {
        Right.SEE: _ALL,
        Right.DOWNLOAD: _ALL,
        Right.PRINT: _ALL,
        Right.EXPORT: _HANDLERS,
        Right.SEARCH: _ALL,
        Right.VERIFY: _ALL,
        Right.DRAFT: _HANDLERS,
        Right.EDIT_DRAFT: _DRAFTERS | _LEADER,
        Right.COMMENT: _HANDLERS,
        Right.ASK_OPINION: _DRAFTERS | _LEADER,
        Right.INITIAL: _DRAFTERS,
        Right.FORWARD: _DIRECTING,
        Right.DIRECT: _DIRECTING,
        Right.TASK_WORK: _HANDLERS,
        Right.TASK_JUDGE: _HANDLERS,
        Right.SUBTASK: frozenset({Role.UNIT_HEAD, Role.LEADER}),
        Right.EXTEND: _HANDLERS,
        Right.REPORT: _HANDLERS,
        Right.REMARK: _HANDLERS,
        Right.TAKE_IN: _CLERK,
        Right.REGISTER: _CLERK,
        Right.RELEASE: _CLERK,
        Right.CORRECT: _CLERK,
        Right.ISSUE: _CLERK,
        Right.READDRESS: _CLERK,
        Right.RECALL: _CLERK,
        Right.REPLACE: _HANDLERS,
        Right.ANSWER_CHANGE: _CLERK,
        Right.RETRY: _ALL,
        Right.RESERVE_NUMBER: _CLERK,
        Right.SEE_BOOKS: _CLERK | _LEADER,
        Right.CLOSE_BOOKS: _CLERK,
        Right.SIGN_BOOKS: _LEADER,
        Right.SET_SERIES: _KEEPERS,
        Right.SET_KINDS: _LEADER | _ADMINISTRATOR,
        Right.SET_REMINDERS: _LEADER | _ADMINISTRATOR,
        Right.KEEP_DOSSIERS: _HANDLERS,
        Right.RESTRICT: _ALL,
        Right.CONFIRM_RESTRICTION: _LEADER,
        Right.DELEGATE: _ALL,
        Right.RECORD_PEOPLE: _KEEPERS,
        Right.CATALOGUE: _CLERK | _ADMINISTRATOR,
        Right.SHARE_VIEW: _HANDLERS - {Role.SPECIALIST},
        Right.DASHBOARD: _ALL - {Role.SPECIALIST},
        Right.OPERATE: _ADMINISTRATOR | _CLERK,
        Right.ACCOUNTS: _ADMINISTRATOR,
        Right.TOKENS: _ADMINISTRATOR,
    }
)
"""Whose post gives the right."""
ALONE = frozenset(
    {
        Right.INITIAL,
        Right.DELEGATE,
        Right.SIGN_BOOKS,
        Right.OPERATE,
        Right.ACCOUNTS,
        Right.TOKENS,
    }
)
"""What nobody does in another's stead."""
