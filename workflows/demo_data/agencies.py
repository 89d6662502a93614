"""The other agencies of tỉnh Sơn Hải, and those outside it that write to them. All codes invented.

Facts: NĐ 150/2025/NĐ-CP (departments of a province, two levels since 1 July 2025), ux.md §5.1.
The seven agencies of `demo_people` have keys and sign; these have none. Nobody exists.
"""

from dataclasses import dataclass
from random import Random

from documents.document import Agency, Competence, Person, Role
from workflows.demo_data.names import names
from workflows.demo_people import DESKS, PROVINCE, Desk

_BOARD = "UBND tỉnh Sơn Hải"
FULL = "H99.03"
"""The agency that has every role: Sở Nông nghiệp và Môi trường."""

_DEPARTMENTS = (
    ("H99.04", "Sở Tư pháp", "STP"),
    ("H99.05", "Sở Tài chính", "STC"),
    ("H99.06", "Sở Công Thương", "SCT"),
    ("H99.07", "Sở Xây dựng", "SXD"),
    ("H99.08", "Sở Khoa học và Công nghệ", "SKHCN"),
    ("H99.09", "Sở Văn hóa, Thể thao và Du lịch", "SVHTTDL"),
    ("H99.10", "Sở Giáo dục và Đào tạo", "SGDĐT"),
    ("H99.11", "Sở Y tế", "SYT"),
    ("H99.12", "Thanh tra tỉnh Sơn Hải", "TTT"),
    ("H99.13", "Sở Ngoại vụ", "SNgV"),
    ("H99.14", "Sở Dân tộc và Tôn giáo", "SDTTG"),
    ("H99.15", "Trung tâm Phục vụ hành chính công tỉnh Sơn Hải", "TTPVHCC"),
    ("H99.16", "Ban Quản lý dự án đầu tư xây dựng tỉnh Sơn Hải", "BQLDA"),
    ("H99.17", "Chi cục Thủy lợi tỉnh Sơn Hải", "CCTL"),
    ("H99.18", "Chi cục Kiểm lâm tỉnh Sơn Hải", "CCKL"),
)
_COMMUNES = (
    ("H99.24", "xã", "Bình Sơn"),
    ("H99.25", "xã", "Cát Lâm"),
    ("H99.26", "xã", "Đồng Trại"),
    ("H99.27", "xã", "Hải Thịnh"),
    ("H99.28", "xã", "Lộc Điền"),
    ("H99.29", "xã", "Phước Giang"),
    ("H99.30", "xã", "Vạn Ninh"),
    ("H99.31", "phường", "Sơn Tây"),
    ("H99.32", "phường", "Hải Châu"),
)

OUTSIDE = (
    Agency("G81", "Văn phòng Chính phủ", "VPCP", "Hà Nội"),
    Agency("G82", "Bộ Nội vụ", "BNV", "Hà Nội"),
    Agency("G83", "Bộ Tài chính", "BTC", "Hà Nội"),
    Agency("G84", "Bộ Khoa học và Công nghệ", "BKHCN", "Hà Nội"),
    Agency("G85", "Bộ Nông nghiệp và Môi trường", "BNNMT", "Hà Nội"),
    Agency("A99", "Tỉnh ủy Sơn Hải", "TU", "Sơn Hải"),
    Agency("H99.90", "Hội đồng nhân dân tỉnh Sơn Hải", "HĐND", "Sơn Hải"),
    Agency("G86.99", "Công an tỉnh Sơn Hải", "CAT", "Sơn Hải", "Bộ Công an"),
    Agency("G87.99", "Kho bạc Nhà nước khu vực Sơn Hải", "KBSH", "Sơn Hải", "Kho bạc Nhà nước"),
)
"""Whoever writes from outside: no desk here, no key; what they send is a sample."""

EXPIRED_SENDER = "G87.99"
"""Whose letters are signed with a certificate that has run out, where that is the defect."""
OUTSIDE_SIGNERS = {
    "G81": ("Trương Công Hiệp", "Phó Chủ nhiệm"),
    "G82": ("Thạch Thị Minh Ánh", "Thứ trưởng"),
    "G83": ("Khúc Đình Thuận", "Thứ trưởng"),
    "G84": ("Lã Thị Bích Đào", "Thứ trưởng"),
    "G85": ("Ông Quốc Trị", "Thứ trưởng"),
    "A99": ("Doãn Thị Thanh Nhã", "Phó Bí thư"),
    "H99.90": ("Kha Minh Tuệ", "Phó Chủ tịch"),
    "G86.99": ("Bạch Văn Trí", "Phó Giám đốc"),
    "G87.99": ("Ngụy Thu Phương", "Giám đốc"),
}
"""(name, position) by organ id."""

_UNITS = {
    "dept": (("Phòng Kế hoạch - Tổng hợp", "KHTH"), ("Phòng Nghiệp vụ", "NV")),
    "commune": (("Phòng Kinh tế", "KT"), ("Phòng Văn hóa - Xã hội", "VHXH")),
    "ward": (("Phòng Kinh tế, Hạ tầng và Đô thị", "KTHTĐT"), ("Phòng Văn hóa - Xã hội", "VHXH")),
}

FULL_UNITS = (
    ("Phòng Tổ chức cán bộ", "TCCB"),
    ("Phòng Quản lý đất đai", "QLĐĐ"),
    ("Phòng Bảo vệ môi trường", "BVMT"),
    ("Phòng Trồng trọt và Chăn nuôi", "TTCN"),
    ("Thanh tra Sở", "TTS"),
)
"""Units of the full agency beside those that every demo has."""
_FULL_POSTS = (
    (Role.LEADER, "Phó Giám đốc", ""),
    (Role.LEADER, "Phó Giám đốc", ""),
    *((Role.UNIT_HEAD, "Trưởng phòng", short) for _, short in FULL_UNITS[:4]),
    (Role.UNIT_HEAD, "Chánh Thanh tra", "TTS"),
    *((Role.UNIT_HEAD, "Phó Trưởng phòng", short) for _, short in FULL_UNITS[1:4]),
    *((Role.SPECIALIST, "Chuyên viên", short) for _, short in FULL_UNITS),
    *((Role.SPECIALIST, "Chuyên viên chính", short) for _, short in FULL_UNITS[1:3]),
    (Role.SPECIALIST, "Thư ký lãnh đạo", "VP"),
    (Role.SPECIALIST, "Chuyên viên pháp chế", "VP"),
    (Role.SPECIALIST, "Kế toán", "KHTC"),
    (Role.SPECIALIST, "Lưu trữ viên", "VP"),
    (Role.CLERK, "Văn thư đơn vị", "VP"),
)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An agency of the province without keys, its two special units and its people."""

    desk: Desk
    units: tuple[tuple[str, str], tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Extra:
    """Somebody more of the full agency, by the abbreviation of the unit; none: no unit."""

    person: Person
    unit: str


def stem(organ_id: str) -> str:
    """Return what the ids of an agency's people begin with."""
    return organ_id.lower().replace(".", "-")


def neighbours(rng: Random) -> tuple[Neighbour, ...]:
    """Return the agencies of the province beside those of `demo_people`."""
    taken = {person.full_name for desk in DESKS for person in desk.people}
    found = []
    for organ_id, name, short in _DEPARTMENTS:
        agency = _agency(organ_id, name, short, "Sơn Hải", _BOARD)
        title = _title(name)
        found.append(_neighbour(rng, agency, _UNITS["dept"], title, "", taken))
    for organ_id, sort, place in _COMMUNES:
        name = f"Ủy ban nhân dân {sort} {place}"
        agency = _agency(organ_id, name, "UBND", place, "Tỉnh Sơn Hải")
        units = _UNITS["commune" if sort == "xã" else "ward"]
        line = "TM. ỦY BAN NHÂN DÂN"
        found.append(_neighbour(rng, agency, units, "Chủ tịch", line, taken))
    return tuple(found)


def _title(name: str) -> str:
    if name.startswith("Thanh tra"):
        return "Chánh Thanh tra"
    return "Chi cục trưởng" if name.startswith("Chi cục") else "Giám đốc"


def _agency(organ_id: str, name: str, short: str, place: str, parent: str) -> Agency:
    mail = f"{stem(organ_id)}@sonhai.example"
    return Agency(organ_id, name, short, place, parent, "", f"{place}, tỉnh Sơn Hải", mail)


def _neighbour(
    rng: Random,
    agency: Agency,
    units: tuple[tuple[str, str], tuple[str, str]],
    title: str,
    line: str,
    taken: set[str],
) -> Neighbour:
    leader, deputy, head, specialist, clerk = names(rng, 5, taken)
    organ, base = agency.organ_id, stem(agency.organ_id)
    competence = Competence.ON_BEHALF if line else Competence.HEAD
    lower = title.removeprefix("Chi cục trưởng") or title
    below = f"Phó {lower}" if title != "Chi cục trưởng" else "Phó Chi cục trưởng"
    people = (
        Person(f"{base}.leader", organ, leader, title, Role.LEADER, competence, line),
        Person(
            *(f"{base}.deputy", organ, deputy, below, Role.LEADER),
            Competence.DEPUTY,
            f"KT. {title.upper()}",
        ),
        Person(f"{base}.unit_head", organ, head, "Trưởng phòng", Role.UNIT_HEAD),
        Person(f"{base}.specialist", organ, specialist, "Chuyên viên", Role.SPECIALIST),
        Person(f"{base}.clerk", organ, clerk, "Văn thư", Role.CLERK),
    )
    return Neighbour(Desk(PROVINCE, agency, people), units)


def extras(rng: Random) -> tuple[Extra, ...]:
    """Return who works in the full agency beside the people of `demo_people`."""
    taken = {person.full_name for desk in DESKS for person in desk.people}
    found = []
    for number, (role, title, unit) in enumerate(_FULL_POSTS, 1):
        (name,) = names(rng, 1, taken)
        deputy = role is Role.LEADER
        competence = Competence.DEPUTY if deputy else Competence.HEAD
        line = "KT. GIÁM ĐỐC" if deputy else ""
        who = f"{stem(FULL)}.p{number:02d}"
        found.append(Extra(Person(who, FULL, name, title, role, competence, line), unit))
    return tuple(found)
