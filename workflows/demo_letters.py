"""The demo's twelve letters: types, addresses, attachments and texts of an ordinary week."""

from dataclasses import dataclass

from documents.document import DocumentType, Urgency
from drafting.composition import Article, Heading, Paragraph, Part
from workflows.demo_people import COMMUNES


@dataclass(frozen=True, slots=True)
class Letter:
    """One document of the demo."""

    sender: str
    type: DocumentType
    subject: str
    recipients: tuple[str, ...]
    body: tuple[Part, ...]
    bases: tuple[str, ...] = ()
    unit: str = ""
    urgency: Urgency = Urgency.ROUTINE
    attachments: tuple[str, ...] = ()
    """Names of files that travel with it."""
    found: bool = False
    """Taken in as a PDF from outside: the places are found by its text."""


def _text(*paragraphs: str) -> tuple[Part, ...]:
    return tuple(Paragraph(paragraph) for paragraph in paragraphs)


_ALL_OF_PROVINCE = ("H99.01", "H99.02", "H99.03", *COMMUNES)
_LOCAL_LAW = "Căn cứ Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025"
_CLERICAL = "Căn cứ Nghị định số 30/2020/NĐ-CP ngày 05 tháng 3 năm 2020 về công tác văn thư"

LETTERS: tuple[Letter, ...] = (
    Letter(
        "H99",
        DocumentType.TELEGRAM,
        "chủ động ứng phó với bão số 13 và mưa lớn trên địa bàn tỉnh",
        (*_ALL_OF_PROVINCE, "G98", "G98.05"),
        _text(
            "Chủ tịch Ủy ban nhân dân tỉnh yêu cầu Thủ trưởng các cơ quan, Chủ tịch Ủy ban nhân "
            "dân các xã, phường, đặc khu tổ chức trực ban 24/24 giờ, rà soát phương án sơ tán dân "
            "tại vùng trũng thấp, ven biển; kiểm đếm, kêu gọi tàu thuyền về nơi tránh trú an toàn.",
            "Sở Nông nghiệp và Môi trường theo dõi diễn biến mưa lũ, tổng hợp báo cáo Ủy ban nhân "
            "dân tỉnh trước 16 giờ 00 hằng ngày.",
        ),
        urgency=Urgency.EXPRESS,
    ),
    Letter(
        "H99",
        DocumentType.DECISION,
        "Về việc ban hành Quy chế công tác văn thư điện tử của tỉnh Sơn Hải",
        _ALL_OF_PROVINCE,
        (
            Article(
                1,
                "Ban hành kèm theo Quyết định này Quy chế công tác văn thư điện tử của tỉnh "
                "Sơn Hải.",
            ),
            Article(2, "Quyết định này có hiệu lực thi hành kể từ ngày ký."),
            Article(
                3,
                "Chánh Văn phòng Ủy ban nhân dân tỉnh, Giám đốc các sở, Chủ tịch Ủy ban "
                "nhân dân các xã, phường, đặc khu chịu trách nhiệm thi hành Quyết định "
                "này.",
            ),
        ),
        bases=(
            _LOCAL_LAW,
            _CLERICAL,
            "Theo đề nghị của Giám đốc Sở Nội vụ tại Tờ trình số 02/TTr-SNV",
        ),
        attachments=("Quy chế công tác văn thư điện tử.pdf",),
    ),
    Letter(
        "H99.02",
        DocumentType.STATEMENT,
        "Về việc đề nghị phê duyệt Kế hoạch kiểm tra công tác văn thư, lưu trữ năm 2027",
        ("H99",),
        (
            Heading("I. SỰ CẦN THIẾT"),
            Paragraph(
                "Thực hiện chương trình công tác năm, Sở Nội vụ đã phối hợp với các cơ quan "
                "liên quan xây dựng dự thảo Kế hoạch kiểm tra công tác văn thư, lưu trữ năm "
                "2027 trên địa bàn tỉnh."
            ),
            Heading("II. NỘI DUNG ĐỀ NGHỊ"),
            Paragraph(
                "Sở Nội vụ kính trình Ủy ban nhân dân tỉnh xem xét, phê duyệt Kế hoạch nêu "
                "trên (có dự thảo kèm theo)."
            ),
        ),
        attachments=("Dự thảo Kế hoạch kiểm tra.pdf", "Biểu tổng hợp.csv"),
    ),
    Letter(
        "H99.01",
        DocumentType.NOTICE,
        "Kết luận của Chủ tịch Ủy ban nhân dân tỉnh tại cuộc họp giao ban tháng 11 năm 2026",
        ("H99.02", "H99.03", *COMMUNES),
        _text(
            "Ngày 20 tháng 11 năm 2026, Chủ tịch Ủy ban nhân dân tỉnh chủ trì cuộc họp giao ban "
            "với các sở, Ủy ban nhân dân các xã, phường, đặc khu. Sau khi nghe báo cáo và ý kiến "
            "của các đại biểu, Chủ tịch Ủy ban nhân dân tỉnh kết luận như sau:",
            "Các cơ quan, địa phương rà soát, hoàn thành các nhiệm vụ được giao trong năm, không "
            "để tồn đọng văn bản quá hạn; báo cáo kết quả trước ngày 10 tháng 12 năm 2026.",
        ),
        found=True,
    ),
    Letter(
        "H99.03",
        DocumentType.OFFICIAL_LETTER,
        "tăng cường công tác phòng, chống dịch bệnh trên đàn vật nuôi vụ Đông Xuân",
        COMMUNES,
        _text(
            "Thời gian qua, thời tiết diễn biến phức tạp, nguy cơ dịch bệnh trên đàn vật nuôi cao. "
            "Sở Nông nghiệp và Môi trường đề nghị Ủy ban nhân dân các xã, phường, đặc khu chỉ đạo "
            "tiêm phòng đạt tối thiểu 80% tổng đàn.",
            "Đề nghị các địa phương quan tâm triển khai thực hiện.",
        ),
        unit="CNTY",
        urgency=Urgency.URGENT,
    ),
    Letter(
        "G98",
        DocumentType.OFFICIAL_LETTER,
        "phối hợp rà soát quy hoạch không gian biển quốc gia",
        ("H99", "H99.03"),
        _text(
            "Thực hiện nhiệm vụ được Chính phủ giao, Bộ Biển và Hải đảo đề nghị Ủy ban nhân dân "
            "tỉnh Sơn Hải rà soát các dự án, hoạt động sử dụng khu vực biển trên địa bàn và gửi "
            "kết quả về Bộ trước ngày 15 tháng 12 năm 2026.",
            "Rất mong nhận được sự phối hợp của quý cơ quan.",
        ),
        unit="QHKGB",
        attachments=("Đề cương rà soát.pdf",),
    ),
    Letter(
        "H99",
        DocumentType.REPORT,
        "Tình hình kinh tế - xã hội tháng 11, nhiệm vụ trọng tâm tháng 12 năm 2026",
        ("G98",),
        (
            Heading("I. KẾT QUẢ ĐẠT ĐƯỢC"),
            Paragraph(
                "Kinh tế của tỉnh tiếp tục tăng trưởng; thu ngân sách mười một tháng đạt "
                "96,4% dự toán; sản lượng thủy sản tăng 4,1% so với cùng kỳ."
            ),
            Heading("II. NHIỆM VỤ TRỌNG TÂM THÁNG 12"),
            Paragraph(
                "Đẩy nhanh giải ngân vốn đầu tư công; bảo đảm an sinh xã hội; chuẩn bị các "
                "điều kiện phục vụ Nhân dân đón Tết."
            ),
        ),
    ),
    Letter(
        "H99.21",
        DocumentType.REPORT,
        "Kết quả rà soát hộ nghèo, hộ cận nghèo năm 2026",
        ("H99", "H99.02"),
        _text(
            "Ủy ban nhân dân xã Hải An báo cáo kết quả rà soát: toàn xã còn 31 hộ nghèo, giảm 12 "
            "hộ so với năm 2025; 57 hộ cận nghèo, giảm 9 hộ.",
            "Trên đây là kết quả rà soát, Ủy ban nhân dân xã kính báo cáo.",
        ),
        attachments=("Danh sách hộ nghèo.csv",),
        found=True,
    ),
    Letter(
        "H99.22",
        DocumentType.INVITATION,
        "Dự Hội nghị đối thoại giữa Chủ tịch Ủy ban nhân dân phường với Nhân dân năm 2026",
        ("H99.01", "H99.02", "H99.03"),
        _text(
            "Ủy ban nhân dân phường Sơn Đông trân trọng kính mời đại diện lãnh đạo quý cơ quan dự "
            "Hội nghị vào hồi 8 giờ 00 ngày 04 tháng 12 năm 2026 tại Hội trường phường.",
            "Sự có mặt của quý đại biểu góp phần vào thành công của Hội nghị.",
        ),
    ),
    Letter(
        "H99.23",
        DocumentType.OFFICIAL_LETTER,
        "đề nghị bổ sung kinh phí sửa chữa cầu cảng sau bão",
        ("H99", "H99.03", "G98"),
        _text(
            "Cơn bão số 12 làm hư hỏng một phần cầu cảng phía Nam đặc khu. Ủy ban nhân dân đặc khu "
            "Hòn Sương đề nghị Ủy ban nhân dân tỉnh xem xét bổ sung 2,8 tỷ đồng để khắc phục.",
            "Ủy ban nhân dân đặc khu báo cáo, đề nghị Ủy ban nhân dân tỉnh quan tâm giải quyết.",
        ),
        unit="KT",
        found=True,
    ),
    Letter(
        "H99.02",
        DocumentType.PLAN,
        "Tổ chức lớp bồi dưỡng nghiệp vụ văn thư, lưu trữ điện tử năm 2027",
        ("H99.01", "H99.03", *COMMUNES),
        (
            Heading("I. MỤC ĐÍCH, YÊU CẦU"),
            Paragraph(
                "Trang bị kiến thức, kỹ năng về lập hồ sơ điện tử, ký số và liên thông văn "
                "bản cho công chức làm công tác văn thư."
            ),
            Heading("II. THỜI GIAN, ĐỊA ĐIỂM"),
            Paragraph(
                "Ba lớp, mỗi lớp hai ngày, trong tháng 01 và tháng 3 năm 2027, tại Trung tâm "
                "Hội nghị tỉnh."
            ),
        ),
    ),
    Letter(
        "G98",
        DocumentType.NOTICE,
        "Về việc thay đổi mã định danh điện tử và địa chỉ tiếp nhận văn bản của Bộ",
        (
            "H99",
            *_ALL_OF_PROVINCE,
        ),
        _text(
            "Bộ Biển và Hải đảo thông báo mã định danh điện tử của Bộ trên Trục liên thông văn bản "
            "quốc gia là G98, thay cho mã cũ 000.00.00.G98.",
            "Đề nghị các cơ quan cập nhật và gửi, nhận văn bản theo mã mới.",
        ),
    ),
)
