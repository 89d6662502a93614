"""The list of accounts as a workbook or CSV; no secret is in it.

Practice: an administrator keeps on paper who could log in on a day.
"""

import csv
from collections.abc import Sequence
from datetime import datetime
from io import StringIO
from pathlib import Path

from documents.account_listing import Listed
from documents.document import VIETNAM
from drafting import workbook
from drafting.workbook import SheetColumn, Workbook
from workflows.result_export import FormatUnknown, inert

COLUMNS = (
    *("Mã", "Tên đăng nhập", "Người, chức vụ", "Đăng nhập bằng"),
    *("Tình trạng", "Phiên", "Dùng gần nhất"),
)
_WIDTHS = (24.0, 24.0, 70.0, 24.0, 24.0, 10.0, 24.0)


def cells(row: Listed) -> tuple[str, ...]:
    """Return what the list shows of an account, a text for each of `COLUMNS`."""
    people = "; ".join(
        f"{each.full_name} – {', '.join(position for position, _ in each.posts)} ({each.organ_id})"
        for each in row.standings
    )
    ways = [("mật khẩu", row.has_password), ("mã", row.has_factor), ("SSO", row.bound)]
    return (
        row.id,
        row.username,
        people,
        " + ".join(name for name, there in ways if there),
        standing(row),
        str(row.sessions),
        _moment(row.last_seen),
    )


def standing(row: Listed) -> str:
    """Return how the account stands, in words."""
    if row.disabled_at is not None:
        return f"đã khóa {_moment(row.disabled_at)}"
    if row.locked_until is not None:
        return f"tạm khóa đến {_moment(row.locked_until)}"
    return "chờ đổi mật khẩu" if row.must_change else "đang dùng"


def _moment(at: datetime | None) -> str:
    return at.astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M") if at else ""


def export(path: Path, rows: Sequence[Listed], at: datetime) -> None:
    """Write the list to *path*, in the format its name ends with.

    Raises:
        FormatUnknown: neither .xlsx nor .csv.
        OSError: the file cannot be written.
    """
    match path.suffix.lower():
        case ".csv":
            kept = StringIO(newline="")
            writer = csv.writer(kept)
            writer.writerow(COLUMNS)
            writer.writerows([inert(text) for text in cells(row)] for row in rows)
            path.write_bytes(kept.getvalue().encode("utf-8-sig"))
        case ".xlsx":
            columns = tuple(
                SheetColumn(name, width) for name, width in zip(COLUMNS, _WIDTHS, strict=True)
            )
            footer = f"In từ Hệ thống lúc {_moment(at)}"
            book = Workbook("DANH SÁCH TÀI KHOẢN", columns, footer=footer, sheet="Tai khoan")
            path.write_bytes(workbook.write(book, [cells(row) for row in rows]))
        case other:
            raise FormatUnknown(other or path.name)
