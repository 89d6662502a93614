"""Names of people who do not exist, drawn from common parts."""

from random import Random

_FAMILY = (
    *("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Huỳnh", "Phan", "Vũ", "Võ", "Đặng", "Bùi", "Đỗ"),
    *("Hồ", "Ngô", "Dương", "Lý", "Đinh", "Trịnh", "Mai", "Cao", "Lương", "Tạ", "Hà", "Châu"),
)
_MIDDLE = (
    *("Văn", "Thị", "Minh", "Thanh", "Quốc", "Ngọc", "Hữu", "Thu", "Xuân", "Hải", "Đức", "Kim"),
    *("Bảo", "Gia", "Anh", "Công", "Hồng", "Thế", "Mỹ", "Khánh"),
)
_GIVEN = (
    *("An", "Bình", "Chi", "Dũng", "Duyên", "Đạt", "Giang", "Hà", "Hạnh", "Hiếu", "Hòa", "Hương"),
    *("Khoa", "Lam", "Lan", "Linh", "Long", "Mai", "Nam", "Nga", "Nghĩa", "Nhung", "Phong"),
    *("Phúc", "Quân", "Quyên", "Sơn", "Tâm", "Thảo", "Thắng", "Thủy", "Toàn", "Trang", "Tú"),
    *("Tuấn", "Uyên", "Vinh", "Yến"),
)


def names(rng: Random, count: int, taken: set[str]) -> list[str]:
    """Return *count* names that are not *taken*; they are afterwards."""
    found: list[str] = []
    while len(found) < count:
        name = " ".join(rng.choice(part) for part in (_FAMILY, _MIDDLE, _GIVEN))
        if name not in taken:
            taken.add(name)
            found.append(name)
    return found
