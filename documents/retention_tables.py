"""Which periods of retention hold for an agency: the common table and its own lines beside it.

Legal source: Circular 10/2022/TT-BNV; Decree 30/2020/ND-CP, Art. 29 (law.md §4.6). A document in
several lines takes the longest; a line that no longer holds is ended, never removed.
"""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import directory, ledger, posts
from documents.condition import Condition, Paper
from documents.document import Role
from documents.dossier import DossierInvalid, check_text
from documents.identity import new_id
from documents.ledger import Fact
from documents.retention import Group, Retention, Schedule, national
from documents.retention import shortest_for as _shortest
from documents.tables import DocumentRow, RetentionRow


def add(session: Session, organ_id: str, schedule: Schedule, who: str, at: datetime) -> int:
    """Enter an agency's own table; its lines of the same name end the day before it begins.

    Returns how many lines were entered; those that are there already are not again.

    Raises:
        AgencyUnknown, AgencyNotServed, PersonUnknown, PersonAmbiguous, RightMissing: as they say.
        DossierInvalid, FieldRefused: a line is wrong, or begins before the one it follows.
    """
    agency = directory.served_agency(session, organ_id)
    acting = posts.acting(
        session, agency.organ_id, who, (Role.LEADER,), at, "thời hạn bảo quản / retention"
    )
    standing = {row.name: row for row in own(session, agency.organ_id) if row.until is None}
    new = 0
    for group in schedule.groups:
        name = check_text("Nhóm hồ sơ, tài liệu", group.name, 500, needed=True)
        if (before := standing.get(name)) is not None:
            if _same(before, group):
                continue
            if before.since >= schedule.valid_from:
                raise DossierInvalid(name, "hiệu lực trước dòng đang có / begins too early")
            before.until = date.fromordinal(schedule.valid_from.toordinal() - 1)
        session.add(
            RetentionRow(
                id=new_id(),
                organ_id=agency.organ_id,
                name=name,
                years=group.shortest.years,
                condition=group.condition.as_dict(),
                source=check_text("Nguồn", group.source, 500),
                since=schedule.valid_from,
                until=schedule.valid_to,
            )
        )
        new += 1
    session.flush()
    if new:
        said = (("table", schedule.name[:200]), ("lines", new), *acting.detail().items())
        fact = Fact("", "set_retention", "", acting.actor, "", said)
        ledger.append(session, agency.organ_id, fact, at)
    return new


def _same(row: RetentionRow, group: Group) -> bool:
    return (row.years, row.condition) == (group.shortest.years, group.condition.as_dict())


def own(session: Session, organ_id: str) -> list[RetentionRow]:
    """Return the agency's own lines, ended ones too, oldest first."""
    wanted = select(RetentionRow).where(RetentionRow.organ_id == organ_id)
    return list(session.scalars(wanted.order_by(RetentionRow.since, RetentionRow.id)))


def schedules(session: Session, organ_id: str) -> list[Schedule]:
    """Return the tables that hold for the agency, the common one first."""
    return [
        *national(),
        *(
            Schedule(
                "Bảng của cơ quan",
                row.since,
                row.until,
                (Group(row.name, Retention(row.years), Condition.of(row.condition), row.source),),
            )
            for row in own(session, organ_id)
        ),
    ]


def paper_of(row: DocumentRow) -> Paper:
    """Return what a rule may know of a document."""
    code = f"{row.code_number}/{row.code_notation}" if row.code_number else row.code_notation
    return Paper(
        row.direction, row.type_name, row.sender_organ_id, row.unit_id or "", code, row.subject
    )


def shortest_for(session: Session, rows: Iterable[DocumentRow], day: date) -> dict[str, Retention]:
    """Return the shortest period allowed for each document that a table speaks of."""
    found: dict[str, Retention] = {}
    tables: dict[str, list[Schedule]] = {}
    for row in rows:
        if row.organ_id not in tables:
            tables[row.organ_id] = schedules(session, row.organ_id)
        needed = _shortest(paper_of(row), tables[row.organ_id], day)
        if needed is not None:
            found[row.id] = needed
    return found
