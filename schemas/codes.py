"""The code lists of the document axis, with the values the wire carries.

Sources: QĐ 28/2018/QĐ-TTg (statuses), QCVN 102:2016/BTTTT and its amendment
1:2022 (kinds, types, priority) as the public samples and clients use them
(axis.md §5 to §7). All are read tolerantly and written strictly.
"""

from enum import IntEnum, StrEnum


class StatusCode(StrEnum):
    """What happened to a document at its recipient; text, for the leading zero."""

    ARRIVED = "01"
    """Đã đến: the packet is in the receiving system."""
    REFUSED = "02"
    """Từ chối tiếp nhận: the clerk refuses it, with a reason."""
    ACCEPTED = "03"
    """Đã tiếp nhận: registered as incoming."""
    ASSIGNED = "04"
    """Phân công: given to someone."""
    PROCESSING = "05"
    """Đang xử lý: in work; may repeat."""
    COMPLETED = "06"
    """Hoàn thành."""
    RECALL_ASKED = "13"
    """Lấy lại: the original sender asks for the document back, with a reason."""
    RECALL_AGREED = "15"
    """Đồng ý cập nhật, lấy lại."""
    RECALL_REFUSED = "16"
    """Từ chối cập nhật, lấy lại, with a reason."""

    @property
    def vietnamese(self) -> str:
        """The name people know it by."""
        return _STATUS_NAMES[self]

    @property
    def needs_reason(self) -> bool:
        """Whether `Description` must say why."""
        return self in (self.REFUSED, self.RECALL_ASKED, self.RECALL_REFUSED)


_STATUS_NAMES = {
    StatusCode.ARRIVED: "Đã đến",
    StatusCode.REFUSED: "Từ chối tiếp nhận",
    StatusCode.ACCEPTED: "Đã tiếp nhận",
    StatusCode.ASSIGNED: "Phân công",
    StatusCode.PROCESSING: "Đang xử lý",
    StatusCode.COMPLETED: "Hoàn thành",
    StatusCode.RECALL_ASKED: "Lấy lại",
    StatusCode.RECALL_AGREED: "Đồng ý cập nhật, lấy lại",
    StatusCode.RECALL_REFUSED: "Từ chối cập nhật, lấy lại",
}


class BusinessType(IntEnum):
    """`Bussiness/BussinessDocType`: what a document message asks for."""

    NEW = 0
    """Văn bản điện tử mới."""
    RECALL = 1
    """Thu hồi: names its target in `ResponseFor`."""
    UPDATE = 2
    """Cập nhật: names its target in `Bussiness/DocumentId`."""
    REPLACE = 3
    """Thay thế: names its targets in `ReplacementInfoList`."""

    @property
    def vietnamese(self) -> str:
        """The name people know it by; also the default reason on the wire."""
        return _BUSINESS_NAMES[self]


_BUSINESS_NAMES = {
    BusinessType.NEW: "Văn bản điện tử mới",
    BusinessType.RECALL: "Thu hồi văn bản điện tử",
    BusinessType.UPDATE: "Cập nhật văn bản điện tử",
    BusinessType.REPLACE: "Văn bản thay thế",
}


class Priority(IntEnum):
    """`OtherInfo/Priority`: mức độ khẩn."""

    ROUTINE = 0
    """thường."""
    URGENT = 1
    """khẩn."""
    VERY_URGENT = 2
    """thượng khẩn."""
    EXPRESS = 3
    """hỏa tốc."""
    TIMED_EXPRESS = 4
    """hỏa tốc hẹn giờ."""


NORMATIVE_TYPES = (
    "Hiến pháp",
    "Luật",
    "Pháp lệnh",
    "Lệnh",
    "Nghị quyết",
    "Nghị quyết liên tịch",
    "Nghị định",
    "Quyết định",
    "Thông tư",
    "Thông tư liên tịch",
    "Chỉ thị",
    "Bộ luật",
    "Văn bản quy phạm pháp luật của chính quyền địa phương ở đơn vị hành chính - kinh tế đặc biệt",
)
"""`TypeDetail` of group 1 is the place in this list, counted from 1 (axis.md §5.1)."""

ADMINISTRATIVE_TYPES = (
    "Nghị quyết",
    "Quyết định",
    "Chỉ thị",
    "Quy chế",
    "Quy định",
    "Thông cáo",
    "Thông báo",
    "Hướng dẫn",
    "Chương trình",
    "Kế hoạch",
    "Phương án",
    "Đề án",
    "Dự án",
    "Báo cáo",
    "Biên bản",
    "Tờ trình",
    "Hợp đồng",
    "Công văn",
    "Công điện",
    "Bản ghi nhớ",
    "Bản cam kết",
    "Bản thỏa thuận",
    "Giấy chứng nhận",
    "Giấy ủy quyền",
    "Giấy mời",
    "Giấy giới thiệu",
    "Giấy nghỉ phép",
    "Giấy đi đường",
    "Giấy biên nhận hồ sơ",
    "Phiếu gửi",
    "Phiếu chuyển",
    "Thư công",
)
"""`TypeDetail` of group 2 is the place in this list, counted from 1 (axis.md §5.1)."""


def type_numbers(type_name: str) -> tuple[int, int]:
    """Return `Type` and `TypeDetail`: group 2 first, which is what agencies write every day.

    A name in neither list is administrative with number 0.
    """
    for group, names in ((2, ADMINISTRATIVE_TYPES), (1, NORMATIVE_TYPES)):
        if type_name in names:
            return group, names.index(type_name) + 1
    return 2, 0


class ReceiverChange(IntEnum):
    """`Receiver/ReceiverType` of an update."""

    REMOVED = 0
    ADDED = 1
