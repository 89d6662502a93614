"""The demo's fictional world: tỉnh Sơn Hải (H99), a ministry and its bureau; nobody exists.

Shape of the province after the reform of 1 July 2025: province, departments,
communes, no districts (ux.md §5.1).
"""

from dataclasses import dataclass

from documents.document import Agency, Competence, Person, Role

PROVINCE = "sonhai"
"""The first installation: seven agencies of the province."""
MINISTRY = "bobien"
"""The second installation, with a database of its own."""


@dataclass(frozen=True, slots=True)
class Desk:
    """An agency with its people, and the installation that serves it."""

    installation: str
    agency: Agency
    people: tuple[Person, ...]


_PEOPLE = "UBND tỉnh Sơn Hải"


def _desk(
    installation: str,
    agency: Agency,
    leader: tuple[str, str, str],
    names: tuple[str, str, str],
) -> Desk:
    """Build a desk: (leader's name, position, competence line), then head, specialist, clerk."""
    stem = agency.organ_id.lower().replace(".", "-")
    name, position, line = leader
    competence = Competence(line.split(" ", 1)[0]) if line else Competence.HEAD
    head, specialist, clerk = names

    def post(role: Role, who: str, title: str) -> Person:
        return Person(f"{stem}.{role.value}", agency.organ_id, who, title, role)

    people = (
        Person(f"{stem}.leader", agency.organ_id, name, position, Role.LEADER, competence, line),
        post(Role.UNIT_HEAD, head, "Trưởng phòng"),
        post(Role.SPECIALIST, specialist, "Chuyên viên"),
        post(Role.CLERK, clerk, "Văn thư"),
        post(Role.ADMINISTRATOR, "Quản trị hệ thống", "Quản trị"),
    )
    return Desk(installation, agency, people)


def _agency(
    organ_id: str, old: str, name: str, abbreviation: str, place: str, parent: str = ""
) -> Agency:
    mail = f"{organ_id.lower().replace('.', '-')}@sonhai.example"
    return Agency(organ_id, name, abbreviation, place, parent, old, f"{place}, tỉnh Sơn Hải", mail)


DESKS: tuple[Desk, ...] = (
    _desk(
        PROVINCE,
        _agency("H99", "000.00.00.H99", "Ủy ban nhân dân tỉnh Sơn Hải", "UBND", "Sơn Hải"),
        ("Trần Quốc Khánh", "Chủ tịch", "TM. ỦY BAN NHÂN DÂN"),
        ("Lê Thu Hà", "Đỗ Minh Quân", "Phạm Thị Lan"),
    ),
    _desk(
        PROVINCE,
        _agency(
            "H99.01",
            "000.00.01.H99",
            "Văn phòng Ủy ban nhân dân tỉnh Sơn Hải",
            "VP",
            "Sơn Hải",
            _PEOPLE,
        ),
        ("Nguyễn Văn Bình", "Chánh Văn phòng", ""),
        ("Hoàng Anh Dũng", "Vũ Thị Mai", "Bùi Thanh Tâm"),
    ),
    _desk(
        PROVINCE,
        _agency("H99.02", "000.00.02.H99", "Sở Nội vụ", "SNV", "Sơn Hải", _PEOPLE),
        ("Phan Thị Hồng Vân", "Giám đốc", ""),
        ("Cao Xuân Thắng", "Lý Gia Hân", "Trịnh Thu Trang"),
    ),
    _desk(
        PROVINCE,
        _agency(
            "H99.03", "000.00.03.H99", "Sở Nông nghiệp và Môi trường", "SNNMT", "Sơn Hải", _PEOPLE
        ),
        ("Đặng Hữu Phước", "Phó Giám đốc", "KT. GIÁM ĐỐC"),
        ("Mai Thế Vinh", "Ngô Bảo Châu Anh", "Đinh Thị Nhàn"),
    ),
    _desk(
        PROVINCE,
        _agency("H99.21", "", "Ủy ban nhân dân xã Hải An", "UBND", "Hải An", "Tỉnh Sơn Hải"),
        ("Lương Văn Tài", "Chủ tịch", "TM. ỦY BAN NHÂN DÂN"),
        ("Chu Thị Thủy", "Tạ Đức Long", "Hà Thị Yến"),
    ),
    _desk(
        PROVINCE,
        _agency(
            "H99.22", "", "Ủy ban nhân dân phường Sơn Đông", "UBND", "Sơn Đông", "Tỉnh Sơn Hải"
        ),
        ("Quách Thành Nam", "Phó Chủ tịch", "KT. CHỦ TỊCH"),
        ("Dương Khánh Linh", "Thái Quang Huy", "Kiều Thị Oanh"),
    ),
    _desk(
        PROVINCE,
        _agency(
            "H99.23", "", "Ủy ban nhân dân đặc khu Hòn Sương", "UBND", "Hòn Sương", "Tỉnh Sơn Hải"
        ),
        ("Tống Hải Đăng", "Chủ tịch", "TM. ỦY BAN NHÂN DÂN"),
        ("La Mỹ Duyên", "Văn Đình Phong", "Từ Thị Ngọc"),
    ),
    _desk(
        MINISTRY,
        Agency(
            "G98",
            "Bộ Biển và Hải đảo",
            "BBHĐ",
            "Hà Nội",
            "",
            "000.00.00.G98",
            "Hà Nội",
            "vanthu@bobien.example",
        ),
        ("Vương Đình Hòa", "Thứ trưởng", "KT. BỘ TRƯỞNG"),
        ("Giang Thị Nguyệt", "Âu Dương Tùng", "Nghiêm Thị Hạnh"),
    ),
    _desk(
        MINISTRY,
        Agency(
            "G98.05",
            "Cục Hải đảo",
            "CHĐ",
            "Hà Nội",
            "Bộ Biển và Hải đảo",
            "000.00.05.G98",
            "Hà Nội",
            "cuchaidao@bobien.example",
        ),
        ("Lâm Tuấn Kiệt", "Cục trưởng", ""),
        ("Ninh Thị Thảo", "Tiêu Gia Bảo", "Phùng Thị Sen"),
    ),
)

OFFICE_UNIT = ("Văn phòng", "VP")
"""Where the clerk sits."""
_SPECIAL = {
    "H99": ("Phòng Tổng hợp", "TH"),
    "H99.01": ("Phòng Kinh tế - Tổng hợp", "KTTH"),
    "H99.02": ("Phòng Tổ chức - Biên chế", "TCBC"),
    "H99.03": ("Phòng Kế hoạch - Tài chính", "KHTC"),
    "H99.21": ("Phòng Văn hóa - Xã hội", "VHXH"),
    "H99.22": ("Phòng Kinh tế, Hạ tầng và Đô thị", "KTHTĐT"),
    "H99.23": ("Phòng Kinh tế, Hạ tầng và Đô thị", "KTHTĐT"),
    "G98": ("Vụ Tổ chức cán bộ", "TCCB"),
    "G98.05": ("Phòng Quản lý khai thác đảo", "QLKT"),
}
"""The unit of each agency's head of unit and specialist (ux.md §5.1, NĐ 150/2025/NĐ-CP)."""


def units_of(organ_id: str) -> tuple[tuple[str, str], tuple[str, str]]:
    """Return (name, abbreviation) of the office and of the specialised unit of an agency."""
    return OFFICE_UNIT, _SPECIAL[organ_id]


TEAM = ("H99.02", "Tổ công tác cải cách hành chính", "TCTCCHC")
"""An advisory body; the head of unit of its agency has a second post in it."""
AWAY = ("H99.23", Role.SPECIALIST, Role.UNIT_HEAD)
"""Agency, who is away when the demo begins, and who stands in."""


COMMUNES = ("H99.21", "H99.22", "H99.23")


def desk_of(organ_id: str) -> Desk:
    """Return the desk of an agency of the demo."""
    return next(desk for desk in DESKS if desk.agency.organ_id == organ_id)
