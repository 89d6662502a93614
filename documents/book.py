"""The registers of Appendix IV as books: their columns, as data.

Legal source: Decree 30/2020/ND-CP, Appendix IV (law.md §1.9); Art. 16.2b, 22.3b: registers kept
by a system are printed with all their columns and bound. Pure: rows come from book_rows.py,
paper and workbooks are made elsewhere.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

Cell = str | int | date | None
"""What one column says: a day is a day and a number a number where it is one."""


class BookKind(StrEnum):
    """Which register."""

    OUTGOING = "outgoing"
    INCOMING = "incoming"
    COPIES = "copies"
    POST = "post"
    HANDOVER = "handover"
    LOANS = "loans"
    HANDLING = "handling"


class BookState(StrEnum):
    """How far a closed book has come."""

    CLOSED = "closed"
    """Its registers take no number any more."""
    BOUND = "bound"
    """Its rows and its PDF are made; it waits for the leader."""
    APPROVED = "approved"
    """The leader has said yes; the signature is being made."""
    SIGNED = "signed"
    SEALED = "sealed"
    """Signed and sealed: nothing changes any more."""


STATE_NAMES: Mapping[str, str] = {
    BookState.CLOSED: "đã khóa, chờ in",
    BookState.BOUND: "đã in, chờ lãnh đạo ký",
    BookState.APPROVED: "lãnh đạo đã duyệt, đang ký",
    BookState.SIGNED: "lãnh đạo đã ký, chờ đóng dấu",
    BookState.SEALED: "đã ký, đã đóng dấu",
}
"""By `BookState`, as people say it."""
OPEN_BOOKS = frozenset({BookState.CLOSED, BookState.APPROVED, BookState.SIGNED})
"""What the system carries on by itself."""


class Holds(StrEnum):
    """What stands in a column."""

    TEXT = "text"
    DAY = "day"
    NUMBER = "number"
    SIGNATURE = "signature"
    """Blank: signed by hand (ký nhận)."""


@dataclass(frozen=True, slots=True)
class BookColumn:
    """One column of a register."""

    title: str
    width: int
    """Millimetres on A4 lying; they are stretched to fill the sheet."""
    holds: Holds = Holds.TEXT


@dataclass(frozen=True, slots=True)
class BookForm:
    """One register: its name and its columns in their order."""

    kind: BookKind
    name: str
    columns: tuple[BookColumn, ...]

    @property
    def title(self) -> str:
        """The name as it stands over the table."""
        return self.name.upper()


_SIGNED = BookColumn("Ký nhận", 20, Holds.SIGNATURE)
_NOTE = BookColumn("Ghi chú", 26)
_SUBJECT = "Tên loại và trích yếu nội dung văn bản"
_DAY = "Ngày tháng văn bản"

_OUTGOING = (
    BookColumn("Số, ký hiệu văn bản", 30),
    BookColumn(_DAY, 21, Holds.DAY),
    BookColumn(_SUBJECT, 64),
    BookColumn("Người ký", 26),
    BookColumn("Nơi nhận văn bản", 38),
    BookColumn("Đơn vị, người nhận bản lưu", 24),
    BookColumn("Số lượng bản", 13, Holds.NUMBER),
    BookColumn("Ngày chuyển", 21, Holds.DAY),
    _SIGNED,
    _NOTE,
)
_TRANSFER = (
    BookColumn("Ngày chuyển", 22, Holds.DAY),
    BookColumn("Số, ký hiệu văn bản", 40),
    BookColumn("Nơi nhận văn bản", 90),
    BookColumn("Số lượng bì", 18, Holds.NUMBER),
    BookColumn("Ký nhận và dấu bưu điện", 50, Holds.SIGNATURE),
    BookColumn("Ghi chú", 45),
)
_TITLES = {
    BookKind.OUTGOING: "Sổ đăng ký văn bản đi",
    BookKind.INCOMING: "Sổ đăng ký văn bản đến",
    BookKind.COPIES: "Sổ đăng ký bản sao",
    BookKind.POST: "Sổ gửi văn bản đi bưu điện",
    BookKind.HANDOVER: "Sổ chuyển giao văn bản",
    BookKind.LOANS: "Sổ sử dụng bản lưu",
    BookKind.HANDLING: "Sổ theo dõi giải quyết văn bản đến",
}
_COLUMNS: dict[BookKind, tuple[BookColumn, ...]] = {
    BookKind.OUTGOING: _OUTGOING,
    # a copy is registered as what goes out is (law.md §1.9), in its own series
    BookKind.COPIES: _OUTGOING,
    BookKind.INCOMING: (
        BookColumn("Ngày đến", 21, Holds.DAY),
        BookColumn("Số đến", 14, Holds.NUMBER),
        BookColumn("Tác giả", 36),
        BookColumn("Số, ký hiệu văn bản", 30),
        BookColumn(_DAY, 21, Holds.DAY),
        BookColumn(_SUBJECT, 66),
        BookColumn("Đơn vị hoặc người nhận", 30),
        BookColumn("Ngày chuyển", 21, Holds.DAY),
        _SIGNED,
        _NOTE,
    ),
    BookKind.POST: _TRANSFER,
    BookKind.HANDOVER: (*_TRANSFER[:4], BookColumn("Ký nhận", 50, Holds.SIGNATURE), _TRANSFER[5]),
    BookKind.LOANS: (
        BookColumn("Ngày tháng", 21, Holds.DAY),
        BookColumn("Họ và tên người sử dụng", 32),
        BookColumn("Số, ký hiệu, ngày tháng văn bản", 34),
        BookColumn(_SUBJECT, 66),
        BookColumn("Số và ký hiệu hồ sơ", 24),
        _SIGNED,
        BookColumn("Ngày trả", 21, Holds.DAY),
        BookColumn("Người cho phép sử dụng", 30),
        _NOTE,
    ),
    BookKind.HANDLING: (
        BookColumn("Số đến", 14, Holds.NUMBER),
        BookColumn("Tên loại, số và ký hiệu, ngày tháng và tên cơ quan ban hành văn bản", 82),
        BookColumn("Đơn vị hoặc người nhận", 40),
        BookColumn("Thời hạn giải quyết", 22, Holds.DAY),
        BookColumn("Tiến độ giải quyết", 40),
        BookColumn("Số, ký hiệu văn bản trả lời", 34),
        BookColumn("Ghi chú", 32),
    ),
}
FORMS = {kind: BookForm(kind, _TITLES[kind], _COLUMNS[kind]) for kind in BookKind}
"""Every register."""


def written(cell: Cell) -> str:
    """Return a cell as it is printed: days as dd/mm/yyyy."""
    if cell is None:
        return ""
    return f"{cell:%d/%m/%Y}" if isinstance(cell, date) else str(cell)


def line_of(row: Sequence[Cell]) -> bytes:
    """Return *row* as one line of the file whose SHA-256 a closed book is known by (UTF-8)."""
    plain = [cell.isoformat() if isinstance(cell, date) else cell for cell in row]
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def row_of(line: bytes, form: BookForm) -> tuple[Cell, ...]:
    """Return the row of a line that `line_of` wrote."""
    plain = json.loads(line)
    return tuple(
        date.fromisoformat(cell) if column.holds is Holds.DAY and isinstance(cell, str) else cell
        for cell, column in zip(plain, form.columns, strict=True)
    )
