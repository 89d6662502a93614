"""Realistic content: the province of Sơn Hải, which exists nowhere."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from documents.document import Agency, Competence, DocumentType, Person, Role
from drafting.composer import Article, Composition, Heading, Paragraph

MakeDraft = Callable[..., Composition]

PROVINCE = Agency("H99", "Ủy ban nhân dân tỉnh Sơn Hải", "UBND", "Sơn Hải")
DEPARTMENT = Agency(
    *("H99.09", "Sở Nông nghiệp và Môi trường", "SNNMT", "Sơn Hải", "Ủy ban nhân dân tỉnh Sơn Hải")
)
CHAIR = Person(
    *("p1", "H99", "Trần Hải Đăng", "Chủ tịch", Role.LEADER),
    *(Competence.ON_BEHALF, "TM. ỦY BAN NHÂN DÂN"),
)
DEPUTY = Person(
    *("p2", "H99", "Nguyễn Thị Ánh Nguyệt", "Phó Chủ tịch", Role.LEADER),
    *(Competence.DEPUTY, "TM. ỦY BAN NHÂN DÂN\nKT. CHỦ TỊCH"),
)
DIRECTOR = Person("p3", "H99.09", "Lê Quốc Ưởng", "Giám đốc", Role.LEADER)

LETTER = Composition(
    type=DocumentType.OFFICIAL_LETTER,
    agency=PROVINCE,
    notation="UBND-NC",
    subject="V/v tăng cường kỷ luật, kỷ cương hành chính",
    year=2026,
    signer=DEPUTY,
    addressees=("Các sở, ban, ngành tỉnh", "Ủy ban nhân dân các xã, phường, đặc khu"),
    to_places=("Thường trực Tỉnh ủy (để báo cáo)", "Chủ tịch, các Phó Chủ tịch UBND tỉnh"),
    drafting_unit="NC",
    body=(
        Paragraph(
            "Thời gian qua, các cơ quan, đơn vị trên địa bàn tỉnh đã có nhiều cố gắng trong việc "
            "chấp hành kỷ luật, kỷ cương hành chính. Tuy nhiên, vẫn còn tình trạng giải quyết hồ "
            "sơ quá hạn, báo cáo chậm so với thời gian quy định."
        ),
        Paragraph("Để khắc phục, Ủy ban nhân dân tỉnh yêu cầu:"),
        Paragraph(
            "1. Thủ trưởng các sở, ban, ngành tỉnh và Chủ tịch Ủy ban nhân dân các xã, phường, đặc "
            "khu trực tiếp rà soát, xử lý dứt điểm các hồ sơ quá hạn trước ngày 15 tháng 12 năm "
            "2026; công khai kết quả trên Cổng thông tin điện tử của cơ quan mình."
        ),
        Paragraph(
            "2. Giao Sở Nội vụ theo dõi, đôn đốc, tổng hợp kết quả thực hiện, báo cáo Ủy ban nhân "
            "dân tỉnh trước ngày 25 hằng tháng."
        ),
        Paragraph("Yêu cầu Thủ trưởng các cơ quan, đơn vị nghiêm túc triển khai thực hiện./."),
    ),
)
DECISION = Composition(
    type=DocumentType.DECISION,
    agency=PROVINCE,
    notation="QĐ-UBND",
    subject="Về việc phê duyệt Kế hoạch sử dụng chữ ký số chuyên dùng công vụ năm 2026",
    year=2026,
    signer=CHAIR,
    legal_bases=(
        "Căn cứ Luật Tổ chức chính quyền địa phương;",
        "Căn cứ Nghị định số 30/2020/NĐ-CP ngày 05 tháng 3 năm 2020 của Chính phủ về công tác văn "
        "thư;",
        "Theo đề nghị của Giám đốc Sở Khoa học và Công nghệ tại Tờ trình số 118/TTr-SKHCN ngày 02 "
        "tháng 11 năm 2026",
    ),
    to_places=("Như Điều 3", "Văn phòng Chính phủ", "Bộ Nội vụ", "Chủ tịch UBND tỉnh"),
    drafting_unit="KGVX",
    body=(
        Article(
            1,
            "Phê duyệt Kế hoạch sử dụng chữ ký số chuyên dùng công vụ trong các cơ quan nhà nước "
            "trên địa bàn tỉnh năm 2026 với các nội dung chủ yếu sau:",
            (
                "100% văn bản điện tử gửi qua Trục liên thông văn bản quốc gia được ký số đầy đủ.",
                "Mỗi cơ quan bố trí ít nhất một công chức văn thư quản lý thiết bị lưu khóa bí mật "
                "con dấu của cơ quan.",
            ),
        ),
        Article(2, "Quyết định này có hiệu lực thi hành kể từ ngày ký."),
        Article(
            3,
            "Chánh Văn phòng Ủy ban nhân dân tỉnh, Giám đốc các sở, Thủ trưởng các cơ quan, đơn vị "
            "liên quan chịu trách nhiệm thi hành Quyết định này./.",
        ),
    ),
)
NOTICE = Composition(
    type=DocumentType.NOTICE,
    agency=DEPARTMENT,
    notation="TB-SNNMT",
    subject="Kết luận của Giám đốc Sở tại cuộc họp về tiến độ kiểm kê đất đai",
    year=2026,
    signer=DIRECTOR,
    to_places=("Lãnh đạo Sở", "Các phòng, đơn vị thuộc Sở"),
    drafting_unit="VP",
    body=(
        Paragraph(
            "Ngày 10 tháng 11 năm 2026, Giám đốc Sở chủ trì cuộc họp nghe báo cáo tiến độ kiểm kê "
            "đất đai. Sau khi nghe báo cáo và ý kiến thảo luận, Giám đốc Sở kết luận như sau:"
        ),
        Heading("I. Đánh giá chung"),
        Paragraph("Tiến độ kiểm kê đạt 82% số xã; chất lượng hồ sơ cơ bản bảo đảm yêu cầu."),
        Heading("II. Nhiệm vụ thời gian tới"),
        Paragraph("1. Phòng Đất đai hoàn thành nghiệm thu cấp xã trước ngày 30 tháng 11."),
        Paragraph("2. Văn phòng Sở thông báo để các đơn vị biết, thực hiện./."),
    ),
)
STATEMENT = replace(
    NOTICE,
    type=DocumentType.STATEMENT,
    notation="TTr-SNNMT",
    subject="Về việc đề nghị phê duyệt kế hoạch sử dụng đất năm 2027 của xã Bình Minh",
    addressees=("Ủy ban nhân dân tỉnh Sơn Hải",),
    legal_bases=("Căn cứ Luật Đất đai",),
    body=(
        Paragraph(
            "Sở Nông nghiệp và Môi trường kính trình Ủy ban nhân dân tỉnh xem xét, phê duyệt kế "
            "hoạch sử dụng đất năm 2027 của xã Bình Minh với các chỉ tiêu chủ yếu như sau:"
        ),
        Paragraph("Diện tích đất nông nghiệp 1.204,5 ha; đất phi nông nghiệp 388,2 ha."),
        Paragraph("Kính trình Ủy ban nhân dân tỉnh xem xét, quyết định./."),
    ),
)

EXAMPLES = {draft.type: draft for draft in (LETTER, DECISION, NOTICE, STATEMENT)}
"""The four types that the office writes most."""


@pytest.fixture(scope="session")
def make_draft() -> MakeDraft:
    """Return a maker of realistic content: a type, and what to change in it."""

    def make(kind: DocumentType = DocumentType.DECISION, **changes: Any) -> Composition:
        return replace(EXAMPLES[kind], **changes)

    return make
