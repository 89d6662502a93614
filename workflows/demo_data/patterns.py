"""What letters are about: more than sixty patterns of trích yếu with slots, by type and sender.

Source of the facts, not of the words: ux.md §5.2 (weights of the 29 types), §5.4.
"""

from collections.abc import Mapping
from random import Random
from types import MappingProxyType

from documents.document import DocumentType as T

WEIGHTS: Mapping[T, float] = MappingProxyType(
    {
        T.OFFICIAL_LETTER: 55,
        T.REPORT: 10,
        T.NOTICE: 9,
        T.DECISION: 7,
        T.INVITATION: 6,
        T.PLAN: 5,
        T.STATEMENT: 3,
        T.GUIDANCE: 1,
        T.TRANSFER_NOTE: 0.6,
        T.DIRECTIVE: 0.5,
        T.MINUTES: 0.5,
        T.TELEGRAM: 0.4,
        T.PROGRAMME: 0.4,
        T.SENDING_NOTE: 0.3,
        T.SCHEME: 0.3,
        T.INTRODUCTION: 0.3,
        T.PROJECT: 0.2,
        T.REGULATION: 0.2,
        T.RESOLUTION: 0.2,
        T.LEAVE_PERMIT: 0.2,
        T.INVESTMENT_PROJECT: 0.1,
        T.RULES: 0.1,
        T.CONTRACT: 0.1,
        T.POWER_OF_ATTORNEY: 0.1,
        T.INFORMATION_NOTE: 0.1,
        T.OPEN_LETTER: 0.1,
        T.COMMUNIQUE: 0.05,
        T.MEMORANDUM: 0.05,
        T.AGREEMENT: 0.05,
    }
)

PATTERNS: Mapping[T, tuple[str, ...]] = MappingProxyType(
    {
        T.OFFICIAL_LETTER: (
            "giải trình một số nội dung của hồ sơ đề xuất dự án {project}",
            "bố trí tạm điểm tập kết rác trong lúc sửa chữa {works}",
            "chủ động phòng, chống dịch bệnh mùa hè năm {year}",
            "bảo đảm an toàn thông tin mạng khi triển khai chuyển đổi số năm {year}",
            "siết chặt phòng cháy, chữa cháy trong mùa hanh khô {year}",
            "chấn chỉnh kỷ luật, kỷ cương hành chính tại {commune}",
            "báo cáo việc thực hiện nhiệm vụ Ủy ban nhân dân tỉnh giao quý {quarter} năm {year}",
            "đôn đốc báo cáo kết quả thực hiện Kế hoạch số {number}/KH-UBND",
            "lấy ý kiến dự thảo Quyết định quy định về {field}",
            "góp ý dự thảo Nghị định về {field}",
            "thẩm định dự thảo Quyết định của Ủy ban nhân dân tỉnh về {field}",
            "cử công chức tham gia Tổ công tác về {field}",
            "cử người dự lớp bồi dưỡng {course}",
            "trả lời đơn kiến nghị của công dân tại {commune}",
            "trả lời kiến nghị của cử tri sau kỳ họp thứ {session} Hội đồng nhân dân tỉnh",
            "xác minh nguồn gốc sử dụng đất của một hộ dân tại {commune}",
            "cung cấp thông tin quy hoạch thửa đất số {plot}, tờ bản đồ {sheet}, {commune}",
            "quyết toán vốn đầu tư dự án hoàn thành {project}",
            "bàn giao hồ sơ, tài liệu sau khi sắp xếp đơn vị hành chính tại {commune}",
            "thông tin về con dấu, chữ ký và trụ sở làm việc mới",
            "cấp mới, gia hạn chứng thư chữ ký số chuyên dùng công vụ năm {year}",
            "kết nối phần mềm quản lý văn bản với Trục liên thông văn bản quốc gia",
            "vận động người dân tham gia bảo hiểm xã hội tự nguyện năm {year}",
            "ra quân tổng vệ sinh môi trường tại {commune}",
            "tổ chức Ngày hội Đại đoàn kết toàn dân tộc ở {commune}",
            "rà soát tiến độ giải phóng mặt bằng dự án {project}",
            "kiểm tra công trình thủy lợi trước mùa mưa bão năm {year}",
            "báo cáo số liệu {field} tháng {month} năm {year}",
            "đề nghị bố trí vốn đối ứng cho dự án {project}",
            "hướng dẫn nghiệp vụ về {field}",
        ),
        T.REPORT: (
            "Báo cáo tuần {week} năm {year} về {field}",
            "Tình hình thu, chi ngân sách đến hết tháng {month} năm {year}",
            "Tình hình kinh tế - xã hội tháng {month}, việc trọng tâm tháng sau",
            "Công tác tiếp công dân, giải quyết khiếu nại, tố cáo quý {quarter} năm {year}",
            "Kết quả cải cách hành chính quý {quarter} năm {year}",
            "Tiến độ giải ngân vốn đầu tư công đến hết tháng {month} năm {year}",
            "Kết quả rà soát hộ nghèo, hộ cận nghèo tại {commune}",
            "Vận hành chính quyền địa phương hai cấp tuần {week} năm {year}",
            "Kết quả kiểm tra {field} tại {commune}",
        ),
        T.NOTICE: (
            "Kết luận của lãnh đạo tại cuộc họp về {field}",
            "Kết luận cuộc họp về tiến độ dự án {project}",
            "Về việc nghỉ lễ trong năm {year} và phân công trực",
            "Tuyển dụng viên chức năm {year}",
            "Phân công nhiệm vụ của lãnh đạo",
            "Lịch công tác tuần {week} năm {year}",
            "Về việc tiếp nhận hồ sơ lĩnh vực {field} trên môi trường điện tử",
            "Về việc tạm dừng lưu thông để sửa chữa {works}",
        ),
        T.DECISION: (
            "Về việc phê duyệt kế hoạch sử dụng đất năm {year} của {commune}",
            "Về việc thu hồi đất để thực hiện dự án {project}",
            "Phê duyệt phương án bồi thường, hỗ trợ, tái định cư dự án {project}",
            "Về việc giao dự toán ngân sách năm {year}",
            "Về việc điều động, bổ nhiệm công chức",
            "Về việc nâng bậc lương thường xuyên năm {year}",
            "Về việc cử đoàn đi công tác nước ngoài",
            "Phê duyệt kết quả lựa chọn nhà thầu dự án {project}",
            "Công bố danh mục thủ tục hành chính lĩnh vực {field}",
            "Phê duyệt quy trình nội bộ giải quyết thủ tục hành chính lĩnh vực {field}",
            "Về việc xử phạt vi phạm hành chính trong lĩnh vực {field}",
            "Thành lập Ban Chỉ đạo về {field}",
        ),
        T.INVITATION: (
            "Họp về {field}",
            "Họp giao ban với Chủ tịch Ủy ban nhân dân các xã, phường, đặc khu",
            "Tiếp công dân định kỳ tháng {month} năm {year}",
            "Họp rà soát tiến độ dự án {project}",
            "Dự hội nghị triển khai công tác {field}",
        ),
        T.PLAN: (
            "Cải cách hành chính năm {year}",
            "Chuyển đổi số năm {year}",
            "Triển khai Đề án 06 năm {year}",
            "Tổ chức Tết trồng cây năm {year}",
            "Kiểm tra công tác văn thư, lưu trữ năm {year}",
            "Phòng, chống thiên tai và tìm kiếm cứu nạn năm {year}",
            "Kiểm tra {field} quý {quarter} năm {year}",
        ),
        T.STATEMENT: (
            "Về việc đề nghị phê duyệt dự án {project}",
            "Về việc đề nghị bổ sung kinh phí sửa chữa {works}",
            "Về việc ban hành Nghị quyết của Hội đồng nhân dân tỉnh về {field}",
            "Về việc đề nghị phê duyệt Kế hoạch về {field} năm {year}",
        ),
        T.GUIDANCE: (
            "Xét tặng danh hiệu thi đua, hình thức khen thưởng năm {year}",
            "Lập hồ sơ điện tử và nộp lưu năm {year}",
        ),
        T.DIRECTIVE: ("Về việc tăng cường quản lý {field} trên địa bàn tỉnh",),
        T.TELEGRAM: (
            "chủ động ứng phó với bão số {storm}",
            "ứng phó với mưa lớn, lũ quét, sạt lở đất",
        ),
        T.MINUTES: ("Làm việc về {field} tại {commune}",),
        T.TRANSFER_NOTE: ("Chuyển đơn của công dân {commune} đến cơ quan có thẩm quyền",),
        T.SENDING_NOTE: ("Gửi tài liệu phục vụ cuộc họp về {field}",),
        T.PROGRAMME: ("Công tác trọng tâm quý {quarter} năm {year}",),
        T.SCHEME: ("Ứng phó thiên tai theo cấp độ rủi ro năm {year}",),
        T.PROJECT: ("Nâng cao chất lượng {field} giai đoạn 2026 - 2030",),
        T.INVESTMENT_PROJECT: ("Đầu tư xây dựng {works}",),
        T.REGULATION: ("Hoạt động của Trung tâm Phục vụ hành chính công {commune}",),
        T.RULES: ("Quản lý, sử dụng chữ ký số trong cơ quan",),
        T.COMMUNIQUE: ("Về kỳ họp thứ {session} Hội đồng nhân dân tỉnh",),
        T.RESOLUTION: ("Về chương trình công tác năm {year}",),
        T.CONTRACT: ("Thuê dịch vụ bảo trì hệ thống phục vụ {field}",),
        T.MEMORANDUM: ("Phối hợp trong công tác {field}",),
        T.AGREEMENT: ("Phối hợp khai thác dữ liệu về {field}",),
        T.POWER_OF_ATTORNEY: ("Giải quyết công việc về {field}",),
        T.INTRODUCTION: ("Giới thiệu công chức đến liên hệ công tác về {field}",),
        T.LEAVE_PERMIT: ("Nghỉ phép năm {year}",),
        T.INFORMATION_NOTE: ("Báo kết quả tiếp nhận hồ sơ về {field}",),
        T.OPEN_LETTER: ("thăm hỏi bà con vùng thiên tai tại {commune}",),
    }
)

_PROJECTS = (
    "đường ven biển đoạn Hải An - Hòn Sương",
    "kè chống sạt lở sông Lộc Giang",
    "khu tái định cư Sơn Đông",
    "hồ chứa nước Bình Sơn",
    "cầu cảng phía Nam đặc khu Hòn Sương",
    "trường trung học phổ thông Vạn Ninh",
    "nhà máy xử lý rác Cát Lâm",
    "trạm y tế phường Hải Châu",
    "cụm công nghiệp Đồng Trại",
)
_WORKS = (
    "tuyến đường tỉnh 617",
    "chợ trung tâm phường Sơn Tây",
    "đê biển Hải Thịnh",
    "trạm bơm Phước Giang",
    "trụ sở làm việc xã Lộc Điền",
    "cống ngăn mặn Cát Lâm",
)
_FIELDS = (
    *("quản lý đất đai", "bảo vệ môi trường", "phòng, chống thiên tai", "quản lý khoáng sản"),
    *("an toàn thực phẩm", "đầu tư công", "chuyển đổi số", "cải cách hành chính"),
    *("văn thư, lưu trữ", "nuôi trồng thủy sản", "phát triển rừng", "giáo dục nghề nghiệp"),
    *("bảo hiểm y tế", "trật tự xây dựng", "du lịch biển", "giảm nghèo bền vững"),
)
_COURSES = ("nghiệp vụ văn thư", "quản lý nhà nước", "kỹ năng số", "nghiệp vụ thanh tra")
_COMMUNES = (
    *("xã Hải An", "phường Sơn Đông", "đặc khu Hòn Sương", "xã Bình Sơn", "xã Cát Lâm"),
    *("xã Đồng Trại", "xã Hải Thịnh", "xã Lộc Điền", "xã Phước Giang", "xã Vạn Ninh"),
    *("phường Sơn Tây", "phường Hải Châu"),
)


def subject(rng: Random, kind: T, month: int, year: int, week: int) -> str:
    """Return a subject of *kind* as it might be written in that week."""
    pattern = rng.choice(PATTERNS[kind])
    return pattern.format(
        project=rng.choice(_PROJECTS),
        works=rng.choice(_WORKS),
        field=rng.choice(_FIELDS),
        course=rng.choice(_COURSES),
        commune=rng.choice(_COMMUNES),
        number=rng.randint(11, 340),
        plot=rng.randint(2, 980),
        sheet=rng.randint(1, 64),
        session=rng.randint(2, 9),
        storm=rng.randint(1, 13),
        quarter=(month - 1) // 3 + 1,
        month=month,
        year=year,
        week=week,
    )
