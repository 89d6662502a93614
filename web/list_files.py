"""Lists as files to keep or print: every row that the chips let pass, or those that are ticked.

Source: ux.md §1.4 (In danh sách next to Xuất Excel on every list).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import desk_rows, rights, saved_views
from documents.desk import Desk
from documents.desk_lists import DeskList
from documents.desk_rows import Line
from documents.listing import LONGEST_PAGE
from documents.rights import Right
from documents.tables import DocumentRow
from web import list_columns, list_view, wording
from web.list_address import Address
from web.visitor import Visitor
from workflows import list_export
from workflows.list_export import FileKind, ListFile

MOST: dict[FileKind, int] = {
    FileKind.XLSX: list_export.MOST,
    FileKind.CSV: list_export.MOST,
    FileKind.PDF: 2_000,
}
"""Rows: what is made within the request's two seconds."""


@dataclass(frozen=True, slots=True)
class Made:
    """A file of a list."""

    name: str
    content: bytes


def whole(here: Visitor, desk: Desk, which: DeskList, address: Address, kind: FileKind) -> Made:
    """Return the list as a file, its first rows where it is very long.

    Raises:
        RightDenied: the person may not export.
        YearMissing: deadlines are asked for, and the calendar does not know the year.
    """
    with here.office.database.reading() as session:
        rights.check(session, desk, Right.EXPORT, None, desk.at)
        lines: list[Line] = []
        names: dict[str, str] = {}
        ask = replace(address.ask, mark="", size=LONGEST_PAGE)
        more = True
        while more and len(lines) < MOST[kind]:
            shown = desk_rows.shown(session, desk, which, ask)
            lines += shown.lines
            names |= shown.names
            more, ask = bool(shown.next), replace(ask, mark=shown.next)
        more = more or len(lines) > MOST[kind]
        chips = [chip.label for chip in list_view.chips(session, address, which)]
        return _made(session, here, desk, which, lines[: MOST[kind]], names, chips, kind, more)


def ticked(here: Visitor, desk: Desk, which: DeskList, ids: Sequence[str], kind: FileKind) -> Made:
    """Return the documents with these ids as a file, in the order in which they were ticked.

    Raises:
        RightDenied: the person may not export.
    """
    wanted = list(dict.fromkeys(ids))[: MOST[kind]]
    with here.office.database.reading() as session:
        rights.check(session, desk, Right.EXPORT, None, desk.at)
        rows: dict[str, DocumentRow] = {}
        for start in range(0, len(wanted), LONGEST_PAGE):
            part = wanted[start : start + LONGEST_PAGE]
            found = session.scalars(
                select(DocumentRow).where(
                    DocumentRow.id.in_(part), DocumentRow.organ_id == desk.organ_id
                )
            ).all()
            rows |= {row.id: row for row in rights.visible(session, desk, found, desk.at)}
        lines = [Line(key, rows[key], due=rows[key].due_date) for key in wanted if key in rows]
        names = desk_rows.names_in(session, lines)
        return _made(session, here, desk, which, lines, names, ["đã chọn"], kind, more=False)


def _made(
    session: Session,
    here: Visitor,
    desk: Desk,
    which: DeskList,
    lines: Sequence[Line],
    names: dict[str, str],
    chips: Sequence[str],
    kind: FileKind,
    more: bool,
) -> Made:
    kept = saved_views.columns_of(session, desk.person_id, which.name)
    columns = list_columns.columns_of(which, kept)
    count = f"{len(lines)} dòng" + (" đầu; thu hẹp bộ lọc để xuất đủ" if more else "")
    said = f"Lọc: {'; '.join(chips)[:200]}" if chips else ""
    wanted = ListFile(
        which.vietnamese,
        here.visit.agency_name,
        tuple(each for each in (said, count) if each),
        list_columns.for_file(columns),
    )
    rows = [
        [list_columns.text(line, column.name, names, desk) for column in columns] for line in lines
    ]
    name = f"{which.vietnamese} {wording.day(here.today).replace('/', '-')}"
    return Made(name, list_export.made(wanted, rows, kind, here.at))
