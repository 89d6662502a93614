"""What people write beside letters: directions, results, reasons. Practice: ux.md §5.4."""

PROPOSALS = (
    "Kính trình đồng chí xem xét, chỉ đạo.",
    "Đề xuất giao đơn vị chuyên môn tham mưu.",
    "",
)
DIRECTIONS = (
    "Giao {unit} chủ trì tham mưu, báo cáo trước ngày {day}.",
    "Đồng ý. {unit} thực hiện.",
    "{unit} nghiên cứu, đề xuất.",
    "{unit} rà soát, báo cáo kết quả.",
    "{unit} chủ trì, phối hợp các đơn vị liên quan; xong trước ngày {day}.",
)
URGENT = "{unit} xử lý ngay, báo cáo trong ngày."
INFORM = ("Để biết.", "Lưu tham khảo.", "Đồng chí theo dõi.")
SUBTASKS = ("Tổng hợp số liệu.", "Chuẩn bị dự thảo trả lời.", "Kiểm tra thực địa, lập biên bản.")
RESULTS = (
    "Đã tham mưu, trình lãnh đạo kết quả.",
    "Đã thực hiện xong theo chỉ đạo.",
    "Đã tổng hợp và báo cáo.",
    "Đã rà soát; không phát sinh vướng mắc.",
)
RETURNS = (
    "Bổ sung căn cứ pháp lý và số liệu.",
    "Viết gọn lại phần đề nghị.",
    "Sửa nơi nhận cho đủ cơ quan phối hợp.",
)
EXTENSIONS = (
    "Chờ số liệu của địa phương.",
    "Cần lấy thêm ý kiến của cơ quan liên quan.",
    "Khối lượng hồ sơ lớn, cần kiểm tra thực địa.",
)
OPINIONS = ("Thống nhất nội dung dự thảo.", "Đề nghị nêu rõ thời hạn báo cáo.")

UNSIGNED = "Văn bản mẫu của dữ liệu trình diễn, không ký số"
"""What every document says in its note that has no signature."""
UNSIGNED_WARNING = "demo.unsigned: Văn bản mẫu, không ký số / a sample, not signed"
SAMPLE_MESSAGE = (
    "Gói tin mẫu của dữ liệu trình diễn congvan: không phải gói tin edXML, không qua trục.\n"
    "A sample message of congvan's demonstration data: no edXML, it never was on an axis.\n"
)
