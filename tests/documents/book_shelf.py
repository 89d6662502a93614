"""A year of registers put straight into the store: what books are made of."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from documents import book_rows
from documents.book_rows import BookWanted, Entry
from documents.database import Database
from documents.lifecycle import Direction
from documents.tables import DocumentRow, RegisterEntryRow, RegisterRow

ORGAN = "H99.01"
YEAR = 2025


def document(identity: str, direction: Direction, **given: Any) -> dict[str, Any]:
    """Return the columns of a document that may stand in a register."""
    at = datetime.fromisoformat("2025-03-10T02:00:00+00:00")
    outgoing = direction is Direction.OUTGOING
    values: dict[str, Any] = {
        "id": identity,
        "direction": direction.value,
        "organ_id": ORGAN,
        "state": "dispatched" if outgoing else "registered",
        "created_at": at,
        "updated_at": at,
        "type_name": "Quyết định",
        "subject": "Về việc ban hành quy chế công tác văn thư",
        "sender_organ_id": ORGAN if outgoing else "G01",
        "sender_name": "Sở số 1 (tên cũ)" if outgoing else "Bộ Nội vụ",
        "signer_name": "Trần Thị B",
        "code_notation": "QĐ-S1" if outgoing else "QĐ-BNV",
        "code_number": "15",
        "promulgated": date(YEAR, 3, 10),
        "to_places": ["Như trên", "Sở Tài chính", "Lưu: VT"],
    }
    return values | given


def register(
    session: Session,
    direction: Direction = Direction.OUTGOING,
    series: str = "QĐ",
    numbers: range = range(1, 4),
    **given: Any,
) -> int:
    """Open a register with a document for each of *numbers*, a day apart; returns its id."""
    row = RegisterRow(
        organ_id=ORGAN,
        direction=direction.value,
        series=series,
        year=YEAR,
        last_number=numbers[-1],
    )
    session.add(row)
    session.flush()
    first = date(YEAR, 1, 1)
    documents, entries = [], []
    for number in numbers:
        day = min(first + timedelta(days=number), date(YEAR, 12, 31))
        identity = f"{series}-{number}"
        own = {"code_number": f"{number:02d}", "promulgated": day} if series != "ĐẾN" else {}
        documents.append(document(identity, direction, **{**own, **given}))
        entries.append(
            {
                "register_id": row.id,
                "number": number,
                "document_id": identity,
                "entered_on": day,
            }
        )
    for start in range(0, len(documents), 1000):
        session.execute(insert(DocumentRow), documents[start : start + 1000])
        session.execute(insert(RegisterEntryRow), entries[start : start + 1000])
    return row.id


def read(database: Database, wanted: BookWanted) -> list[Entry]:
    """Return the book's rows."""
    with database.reading() as session:
        return list(book_rows.rows(session, wanted))
