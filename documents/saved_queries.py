"""Queries that people keep, with their columns and order, to use again (law.md VI-29).

Sources: Decree 30/2020/ND-CP, Appendix VI, Part I, III.6.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from documents import directory
from documents.errors import Refused, storable
from documents.identity import new_id
from documents.search import Sort
from documents.search_query import QUERY_LENGTH
from documents.tables import SavedQueryRow

NAME_LENGTH = 100
MOST = 200
"""Of one person."""
VIEW = "@"
"""Names that begin so are views of lists (`saved_views`)."""

COLUMNS = {
    "organ_id": "Cơ quan",
    "direction": "Chiều",
    "receipt_number": "Số đến",
    "arrival_date": "Ngày đến",
    "sender_name": "Tác giả",
    "code": "Số, ký hiệu",
    "promulgated": "Ngày văn bản",
    "type_name": "Loại",
    "subject": "Trích yếu",
    "state": "Trạng thái",
    "urgency": "Độ khẩn",
    "due_date": "Hạn",
    "signer_name": "Người ký",
    "place": "Địa danh",
    "pages": "Số trang",
    "description": "Ghi chú",
    "id": "Mã",
}
"""What results can show, in this order."""
USUAL = ("code", "promulgated", "sender_name", "type_name", "subject", "state")


class QueryNotKept(Refused):
    """A query cannot be kept: its name, its columns or its length."""

    code = "search.query_not_kept"
    vietnamese = "Không lưu được truy vấn «{0}»: {1}"
    english = "the query «{0}» cannot be kept: {1}"
    remedy = "Sửa tên, cột hoặc câu hỏi / mend its name, columns or words"


class QueryUnknown(Refused):
    """Nobody kept a query of this name, or not for everybody."""

    code = "search.query_unknown"
    vietnamese = "Không có truy vấn đã lưu «{0}»"
    english = "there is no kept query «{0}»"
    remedy = "Xem `congvan search --saved` / see `congvan search --saved`"


@dataclass(frozen=True, slots=True)
class Kept:
    """A query as it is kept."""

    name: str
    query: str
    columns: tuple[str, ...] = USUAL
    sort: Sort = Sort.NEWEST
    shared: bool = False


def keep(session: Session, organ_id: str, who: str, kept: Kept, at: datetime) -> str:
    """Keep a query under its name, in the place of the person's older one; return its id.

    Raises:
        PersonUnknown, PersonAmbiguous: nobody, or not one person, of the agency is *who*.
        QueryNotKept: it has no name, is too long, or has columns that there are not.
    """
    person = directory.person_row(session, organ_id, who)
    name = " ".join(storable(kept.name).split())
    if name.startswith(VIEW):
        raise QueryNotKept(name[:60], f"tên bắt đầu bằng {VIEW} / it begins with {VIEW}")
    if not 0 < len(name) <= NAME_LENGTH:
        raise QueryNotKept(name[:60], f"tên dài {len(name)} / its name has {len(name)} characters")
    if len(kept.query) > QUERY_LENGTH:
        raise QueryNotKept(name, "câu hỏi quá dài / too long")
    if not kept.columns or (wrong := [each for each in kept.columns if each not in COLUMNS]):
        raise QueryNotKept(name, f"cột / columns: {', '.join(wrong) if kept.columns else '-'}")
    options: dict[str, Any] = {"columns": list(kept.columns), "sort": kept.sort.value}
    mine = select(SavedQueryRow).where(SavedQueryRow.owner_id == person.id)
    row = session.scalar(mine.where(SavedQueryRow.name == name))
    if row is None:
        if len(session.scalars(mine).all()) >= MOST:
            raise QueryNotKept(name, f"đã có {MOST} / there are {MOST} already")
        row = SavedQueryRow(
            id=new_id(), organ_id=organ_id, owner_id=person.id, name=name, created_at=at
        )
        session.add(row)
    row.query, row.options, row.shared = storable(kept.query), options, kept.shared
    row.updated_at = at
    session.flush()
    return row.id


def kept_by(session: Session, organ_id: str, who: str) -> list[SavedQueryRow]:
    """Return the queries that a person may use: their own, and their agency's shared ones."""
    person = directory.person_row(session, organ_id, who)
    saved = SavedQueryRow
    wanted = select(saved).where(
        saved.organ_id == organ_id,
        or_(saved.owner_id == person.id, saved.shared.is_(True)),
        ~saved.name.startswith(VIEW),
    )
    # one's own before others' of the same name
    rows = session.scalars(wanted.order_by(saved.name, saved.id)).all()
    return sorted(rows, key=lambda row: (row.owner_id != person.id, row.name))


def named(session: Session, organ_id: str, who: str, name: str) -> Kept:
    """Return the query called *name*, one's own before a shared one.

    Raises:
        PersonUnknown, PersonAmbiguous: nobody, or not one person, of the agency is *who*.
        QueryUnknown: there is none that they may use.
    """
    name = " ".join(storable(name).split())
    for row in kept_by(session, organ_id, who):
        if row.name == name:
            options = row.options
            return Kept(
                row.name,
                row.query,
                tuple(options["columns"]),
                Sort(options["sort"]),
                row.shared,
            )
    raise QueryUnknown(name[:60])


def drop(session: Session, organ_id: str, who: str, name: str) -> None:
    """Forget one's own query.

    Raises:
        PersonUnknown, PersonAmbiguous: nobody, or not one person, of the agency is *who*.
        QueryUnknown: they kept none of this name.
    """
    person = directory.person_row(session, organ_id, who)
    name = " ".join(storable(name).split())
    saved = SavedQueryRow
    row = session.scalar(select(saved).where(saved.owner_id == person.id, saved.name == name))
    if row is None:
        raise QueryUnknown(name[:60])
    session.delete(row)
