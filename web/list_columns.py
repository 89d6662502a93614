"""The columns of lists: what each is called and says of a row, on the page and in files.

Source: ux.md §3.10 (column chooser); the words of Decree 30/2020/ND-CP, Appendix IV, where it
has them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from documents.deadline_words import due_words
from documents.desk import Desk
from documents.desk_lists import DeskList
from documents.desk_rows import Line
from documents.document import DocumentType
from documents.lifecycle import Direction
from documents.tables import DocumentRow
from documents.task import PART_NAMES, STATE_NAMES
from web import wording
from workflows.list_export import ListColumn

HIDDEN = "Văn bản hạn chế tiếp cận"
"""What stands for a row that the person may not see."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column."""

    name: str
    label: str
    width: int
    """In files, millimetres; they are stretched to fill the sheet."""
    order: str = ""
    """Name of the order that its head asks for, in the address."""


_COLUMNS = (
    Column("urgency", "Độ khẩn", 18),
    Column("receipt_number", "Số đến", 14, "so_den"),
    Column("arrival_date", "Ngày đến", 20, "den"),
    Column("code", "Số, ký hiệu", 32, "so"),
    Column("promulgated", "Ngày văn bản", 20, "ngay"),
    Column("subject", "Trích yếu", 80),
    Column("words", "Nội dung việc", 60),
    Column("sender_name", "Nơi gửi", 44),
    Column("to_places", "Nơi nhận", 44),
    Column("type_name", "Loại", 22),
    Column("state", "Trạng thái", 24),
    Column("due", "Hạn", 26, "han"),
    Column("part", "Vai trò", 18),
    Column("assignee", "Người xử lý", 34),
    Column("given_by", "Người giao", 30),
    Column("unit", "Đơn vị", 36),
    Column("drafter", "Người soạn", 30),
    Column("signer_name", "Người ký", 30),
    Column("pages", "Số trang", 12),
    Column("created", "Vào hệ thống", 26, "tao"),
)
COLUMNS: Mapping[str, Column] = {each.name: each for each in _COLUMNS}
_IN = ("urgency", "receipt_number", "arrival_date", "code", "promulgated", "subject")
_INCOMING = (*_IN, "sender_name", "type_name", "state", "due", "unit", "pages", "created")
_OUTGOING = (
    *("urgency", "code", "promulgated", "subject", "to_places", "type_name", "state", "due"),
    *("unit", "drafter", "signer_name", "pages", "created"),
)
_WORK = (
    *("urgency", "code", "promulgated", "subject", "words", "sender_name", "type_name", "state"),
    *("due", "part", "assignee", "given_by", "unit"),
)
_USUAL_IN = ("urgency", "receipt_number", "code", "promulgated", "subject", "sender_name")
_USUAL: Mapping[Direction | None, tuple[str, ...]] = {
    Direction.INCOMING: (*_USUAL_IN, "state", "due"),
    Direction.OUTGOING: (
        *("urgency", "code", "promulgated", "subject", "unit", "signer_name", "state"),
    ),
    None: ("urgency", "code", "subject", "words", "due", "part", "given_by"),
}


def available(which: DeskList) -> tuple[Column, ...]:
    """Return the columns that a list can show, in their order."""
    names = {Direction.INCOMING: _INCOMING, Direction.OUTGOING: _OUTGOING, None: _WORK}
    wanted = names[which.direction]
    return tuple(each for each in _COLUMNS if each.name in wanted)


def usual(which: DeskList) -> tuple[str, ...]:
    """Return what a list shows where nobody chose."""
    return _USUAL[which.direction]


def columns_of(which: DeskList, names: Sequence[str]) -> tuple[Column, ...]:
    """Return the columns of *names* that the list has, in their order; none: the usual ones."""
    found = tuple(each for each in available(which) if each.name in names)
    if not found:
        found = tuple(each for each in available(which) if each.name in usual(which))
    if all(each.name != "subject" for each in found):
        found = (*found, COLUMNS["subject"])
    return found


def text(line: Line, column: str, names: Mapping[str, str], desk: Desk) -> str:
    """Return what a column says of a row, in plain words."""
    if line.hidden:
        return HIDDEN if column == "subject" else ""
    match column:
        case "due":
            said = due_words(line.due, desk.today)
            return f"{wording.day(line.due)} ({said.text})" if said else ""
        case "words":
            return line.words
        case "part" | "assignee" | "given_by":
            return _of_task(line, column, names)
    return _of_document(line, column, names)


def _of_task(line: Line, column: str, names: Mapping[str, str]) -> str:
    task = line.task
    if task is None:
        return ""
    match column:
        case "part":
            return PART_NAMES.get(task.part, task.part)
        case "given_by":
            return names.get(task.given_by, "")
    return names.get(task.person_id or "", "") or names.get(task.unit_id or "", "")


def _of_document(line: Line, column: str, names: Mapping[str, str]) -> str:
    row = line.document
    if row is None:
        return _of_meeting(line, column)
    if column in _SAID:
        return _SAID[column](row, names)
    value = getattr(row, column)
    return "" if value in (None, 0) else str(value)


def _of_meeting(line: Line, column: str) -> str:
    """Return what is said of a task that comes from no document."""
    if line.task is None:
        return ""
    if column == "subject":
        source, content = line.task.source, line.task.content
        return f"{source}: {content}" if source else content
    return STATE_NAMES[line.task.state].capitalize() if column == "state" else ""


_SAID: Mapping[str, Callable[[DocumentRow, Mapping[str, str]], str]] = {
    "code": lambda row, _: code_of(row),
    "state": lambda row, _: wording.state(row),
    "urgency": lambda row, _: wording.urgency(row.urgency) if row.urgency else "",
    "sender_name": lambda row, _: row.sender_name or row.sender_organ_id,
    "to_places": lambda row, _: "; ".join(row.to_places),
    "unit": lambda row, names: names.get(row.unit_id or "", ""),
    "drafter": lambda row, names: names.get(row.drafter_id or "", ""),
    "created": lambda row, _: wording.moment(row.created_at),
    "arrival_date": lambda row, _: wording.day(row.arrival_date),
    "promulgated": lambda row, _: wording.day(row.promulgated),
}


def code_of(row: DocumentRow) -> str:
    """Return number and notation; before it has a number, what will follow it."""
    if row.code_number:
        return f"{row.code_number}/{row.code_notation}"
    return f"…/{row.code_notation}" if row.code_notation else ""


def for_file(columns: Sequence[Column]) -> tuple[ListColumn, ...]:
    """Return the columns as files have them."""
    return tuple(ListColumn(each.label, each.width) for each in columns)


TYPES = tuple(each.value for each in DocumentType)
"""Values of the chip «Loại»."""
