"""The input data of Appendix VI as data: every field, its type and length, what fills it.

Legal source: Decree 30/2020/ND-CP, Appendix VI, Part II (law.md §1.11); edXML's own fields:
QCVN 102:2016 as axis.md §4.2 lists them. Lengths are those of exchange, in characters after NFC;
the store is wider, and nothing is ever cut silently. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

LANGUAGE = "Tiếng Việt"
"""What a document is written in unless it says otherwise."""
ORGAN_ID = 13
"""Appendix VI's length of an agency's code: that of QCVN 102:2016."""
_WIDE_ORGAN_ID = 35
"""Codes of Decision 20/2020 may have so many characters; they are taken everywhere."""


class Type(StrEnum):
    """What a field holds."""

    GROUP = "Group"
    STRING = "String"
    NUMBER = "Number"
    DATE = "Date"
    LONG_TEXT = "LongText"


@dataclass(frozen=True, slots=True)
class Field:
    """One row of a table."""

    number: str
    """As the table counts it: `12.1` is of the group `12`."""
    vietnamese: str
    name: str
    type: Type
    length: int = 0
    """Characters, or digits; 0: not limited."""
    automatic: bool = False
    """The system fills it (◆)."""
    home: str = ""
    """Table and column of our store, or what it is made from."""
    repeats: bool = False

    @property
    def longest(self) -> int:
        """What is taken: an agency's code may be of either form."""
        return _WIDE_ORGAN_ID if self.name == "OrganId" else self.length

    @property
    def label(self) -> str:
        """The field as messages name it."""
        return f"{self.vietnamese} ({self.name})"


G, S, N, D = Type.GROUP, Type.STRING, Type.NUMBER, Type.DATE
_FILE = (
    Field("1", "Mã hồ sơ", "FileCode", G, home="dossier"),
    Field("1.1", "Mã định danh cơ quan lập DMHS", "OrganId", S, 13, True, "dossier.organ_id"),
    Field("1.2", "Năm hình thành hồ sơ", "FileCatalog", N, 4, True, "dossier.year"),
    Field("1.3", "Số và ký hiệu hồ sơ", "FileNotation", S, 20, False, "dossier.notation"),
)


def _document(number: bool) -> tuple[Field, ...]:
    """Return rows 1 to 11; our own number and date are the system's, another's are typed."""
    return (
        *_FILE,
        Field("2", "Số thứ tự văn bản trong hồ sơ", "DocOrdinal", N, 3, True, "filing.ordinal"),
        Field("3", "Tên loại văn bản", "TypeName", S, 100, False, "document.type_name"),
        Field("4", "Số của văn bản", "CodeNumber", S, 11, number, "document.code_number"),
        Field("5", "Ký hiệu của văn bản", "CodeNotation", S, 30, False, "document.code_notation"),
        Field("6", "Ngày, tháng, năm văn bản", "IssuedDate", D, 10, number, "document.promulgated"),
        Field("7", "Tên cơ quan ban hành", "OrganName", S, 200, False, "document.sender_name"),
        Field("8", "Trích yếu nội dung", "Subject", S, 500, False, "document.subject"),
        Field("9", "Ngôn ngữ", "Language", S, 30, False, "document.language"),
        Field("10", "Số trang", "PageAmount", N, 3, True, "document.pages"),
        Field("11", "Ghi chú", "Description", S, 500, False, "document.description"),
    )


def _signer(number: str) -> tuple[Field, ...]:
    return (
        Field(number, "Chức vụ, họ tên người ký", "SignerInfo", G),
        Field(f"{number}.1", "Chức vụ", "Position", S, 100, False, "document.signer_position"),
        Field(f"{number}.2", "Họ và tên", "FullName", S, 50, False, "document.signer_name"),
    )


OUTGOING = (
    *_document(True),
    *_signer("12"),
    Field("13", "Nơi nhận", "To", G, home="delivery", repeats=True),
    Field("13.1", "Mã định danh cơ quan nhận", "OrganId", S, 13, True, "delivery.organ_id"),
    Field("13.2", "Tên cơ quan nhận", "OrganName", S, 200, False, "delivery.name"),
    Field("14", "Mức độ khẩn, độ mật", "Priority", N, 1, False, "document.urgency"),
    Field("15", "Số lượng bản phát hành", "IssuedAmount", N, 3, False, "document.issued_amount"),
    Field("16", "Hạn trả lời văn bản", "DueDate", D, 10, False, "document.due_date"),
)
"""I. Văn bản đi."""
INCOMING = (
    *_document(False),
    Field("12", "Ngày, tháng, năm đến", "ArrivalDate", D, 10, True, "document.arrival_date"),
    Field("13", "Số đến", "ArrivalNumber", N, 10, True, "document.receipt_number"),
    *_signer("14"),
    Field("15", "Mức độ khẩn, độ mật", "Priority", N, 1, False, "document.urgency"),
    Field("16", "Đơn vị hoặc người nhận", "ToPlaces", S, 1000, False, "document.unit_id, task"),
    Field(
        *("17", "Ý kiến phân phối, chỉ đạo, trạng thái xử lý", "TraceHeaderList", Type.LONG_TEXT),
        home="ledger",
    ),
    Field("18", "Thời hạn giải quyết", "DueDate", D, 10, False, "document.due_date"),
)
"""II. Văn bản đến."""
FILE = (
    *_FILE,
    Field("2", "Tiêu đề hồ sơ", "Title", S, 500, False, "dossier.title"),
    Field("3", "Thời hạn bảo quản", "Maintenance", S, 30, False, "dossier.years"),
    Field("4", "Chế độ sử dụng", "Rights", S, 30, False, "dossier.rights"),
    Field("5", "Người lập hồ sơ", "Creator", S, 30, False, "dossier.compiler_id"),
    Field("6", "Ngôn ngữ", "Language", S, 50, False, "dossier.language"),
    Field("7", "Thời gian bắt đầu", "StartDate", D, 10, False, "dossier.start_date"),
    Field("8", "Thời gian kết thúc", "EndDate", D, 10, False, "dossier.end_date"),
    Field("9", "Tổng số văn bản trong hồ sơ", "DocTotal", N, 4, True, "dossier.doc_total"),
    Field("10", "Tổng số trang", "PageTotal", N, 4, True, "dossier.page_total"),
    Field("11", "Ghi chú", "Description", S, 500, False, "dossier.description"),
)
"""III. Hồ sơ."""
EDXML = (
    Field("1.1", "Nơi gửi, nơi nhận: mã định danh", "From/OrganId", S, 35, True, "agency"),
    Field("1.1", "Cơ quan chủ quản", "From/OrganizationInCharge", S, 500, False, "agency"),
    Field("1.1", "Tên cơ quan", "From/OrganName", S, 200, False, "agency"),
    Field("1.1", "Địa chỉ", "From/OrganAdd", S, 500, False, "agency"),
    Field("1.1", "Thư điện tử", "From/Email", S, 100, False, "agency"),
    Field("1.1", "Điện thoại", "From/Telephone", S, 50, False, "agency"),
    Field("1.2", "Mã định danh văn bản", "DocumentId", S, 200, True, "document.document_key"),
    Field("1.3", "Số", "Code/CodeNumber", S, 11, True, "document.code_number"),
    Field("1.3", "Ký hiệu", "Code/CodeNotation", S, 30, False, "document.code_notation"),
    Field("1.4", "Địa danh", "PromulgationInfo/Place", S, 50, False, "document.place"),
    Field("1.4", "Ngày ban hành", "PromulgationInfo/PromulgationDate", D, 10, True),
    Field("1.5", "Tên loại văn bản", "DocumentType/TypeName", S, 100, False, "document.type_name"),
    Field("1.6", "Trích yếu", "Subject", S, 500, False, "document.subject"),
    Field("1.8", "Quyền hạn ký", "SignerInfo/Competence", S, 100, False, "document"),
    Field("1.8", "Chức vụ người ký", "SignerInfo/Position", S, 100, False, "document"),
    Field("1.8", "Họ tên người ký", "SignerInfo/FullName", S, 50, False, "document.signer_name"),
    Field("1.9", "Hạn trả lời", "DueDate", D, 10, False, "document.due_date"),
    Field("1.10", "Nơi nhận (bản in)", "ToPlaces/Place", S, 150, False, "document.to_places", True),
    Field("1.11", "Mức độ khẩn", "OtherInfo/Priority", N, 1, False, "document.urgency"),
    Field("1.11", "Số bản", "OtherInfo/PromulgationAmount", N, 5, False, "document.issued_amount"),
    Field("1.11", "Số trang", "OtherInfo/PageAmount", N, 5, True, "document.pages"),
)
"""edXML's fields of a document; `schemas.edxml` refuses what is longer when a message is made."""
TABLES: Mapping[str, tuple[Field, ...]] = {
    "outgoing": OUTGOING,
    "incoming": INCOMING,
    "file": FILE,
    "edxml": EDXML,
}
TITLES = {
    "outgoing": "Văn bản đi / outgoing documents",
    "incoming": "Văn bản đến / incoming documents",
    "file": "Hồ sơ / files",
    "edxml": "Gói tin edXML / the edXML message",
}
