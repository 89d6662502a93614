"""The types that an installation adds to the decree's 29, with the days they are in use.

Legal source: Decree 30/2020/ND-CP, Art. 1, 7, 15.2; law.md N-02, N-10. A row is ended, never
changed: what was made while a type was in use keeps it.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from documents import kinds, ledger, posts
from documents.abbreviation import check_abbreviation
from documents.document import Role
from documents.errors import Refused
from documents.field_text import check_text
from documents.identity import new_id
from documents.kinds import BY_NAME, OTHER, Kind
from documents.ledger import Fact
from documents.numbering import local_day
from documents.tables import DocumentTypeRow

_CODES = frozenset(f"{number:02d}" for number in range(1, 33))


class TypeUnknown(Refused):
    """The document type is none of the 29 and none of the installation's own that day."""

    code = "document.type_unknown"
    vietnamese = "Không có loại văn bản «{0}»"
    english = "«{0}» is not a document type"
    remedy = (
        "Xem `congvan types list`; thêm loại khác bằng `congvan types add`"
        " / see `congvan types list`, or add the type"
    )


class TypeTaken(Refused):
    """A type of that name is in use on some of these days."""

    code = "document.type_taken"
    vietnamese = "Loại văn bản «{0}» đã có trong thời gian này"
    english = "the document type «{0}» is in use in that time already"
    remedy = "Kết thúc loại cũ trước, hoặc đổi ngày / end the other one first, or change the days"


class TypeInvalid(Refused):
    """What was given does not make a type."""

    code = "document.type_invalid"
    vietnamese = "Loại văn bản không hợp lệ: {0}"
    english = "that is no document type: {0}"
    remedy = "Xem `congvan types --help` / see `congvan types --help`"


@dataclass(frozen=True, slots=True)
class NewKind:
    """A type to be added."""

    name: str
    abbreviation: str
    since: date
    normative: bool = False
    code: str = OTHER
    until: date | None = None
    basis: str = ""


def of_day(session: Session, day: date) -> list[Kind]:
    """Return the installation's own types in use on *day*, by name."""
    rows = session.scalars(
        select(DocumentTypeRow)
        .where(DocumentTypeRow.since <= day)
        .where(or_(DocumentTypeRow.until.is_(None), DocumentTypeRow.until >= day))
        .order_by(DocumentTypeRow.name)
    )
    return [as_kind(row) for row in rows]


def as_kind(row: DocumentTypeRow) -> Kind:
    """Return a row as the rules know types."""
    return Kind(row.name, row.abbreviation, row.code, row.normative, configured=True)


def every(session: Session) -> list[DocumentTypeRow]:
    """Return the installation's own types, those that ended too, by name and first day."""
    ordered = select(DocumentTypeRow).order_by(DocumentTypeRow.name, DocumentTypeRow.since)
    return list(session.scalars(ordered))


def kind_of(session: Session, name: str, day: date) -> Kind:
    """Return the type called *name* on *day*; the 29 are known without asking the database.

    Raises:
        TypeUnknown: there is none.
    """
    if (kind := BY_NAME.get(name)) is not None:
        return kind
    if (found := kinds.named(name, of_day(session, day))) is None:
        raise TypeUnknown(name[:100])
    return found


def add(session: Session, organ_id: str, new: NewKind, who: str, at: datetime) -> DocumentTypeRow:
    """Add a type; *who*, of the agency, answers for it, and its ledger remembers.

    Raises:
        PersonUnknown, PersonAmbiguous, RightMissing: as they say.
        FieldRefused, AbbreviationInvalid, TypeInvalid: name, abbreviation, code or days are none.
        TypeTaken: one of the 29, or one in use in that time, is called so.
    """
    by = posts.acting(session, organ_id, who, _KEEPERS, at, "thêm loại văn bản / add a type")
    name = check_text("Tên loại văn bản (TypeName)", new.name, 100)
    if not name:
        raise TypeInvalid("tên trống / no name")
    if new.code not in _CODES:
        raise TypeInvalid(f"mã {new.code[:10]!r}, cần 01-32 / code 01-32")
    if new.until is not None and new.until < new.since:
        raise TypeInvalid("kết thúc trước khi bắt đầu / ends before it begins")
    short = check_abbreviation(new.abbreviation) if new.abbreviation else ""
    if new.normative and not short:
        raise TypeInvalid("văn bản quy phạm phải có chữ viết tắt / an abbreviation is needed")
    if name in BY_NAME or _overlaps(session, name, new):
        raise TypeTaken(name)
    row = DocumentTypeRow(
        id=new_id(),
        name=name,
        abbreviation=short,
        normative=new.normative,
        code=new.code,
        since=new.since,
        until=new.until,
        basis=check_text("Căn cứ", new.basis, 100),
        recorded_by=by.person.id,
        recorded_at=at,
    )
    session.add(row)
    session.flush()
    detail = (("type", name), ("abbreviation", short), ("since", str(new.since)))
    ledger.append(session, organ_id, Fact("", "add_type", "", by.actor, "", detail), at)
    return row


def _overlaps(session: Session, name: str, new: NewKind) -> bool:
    same = [row for row in every(session) if row.name.casefold() == name.casefold()]
    last = new.until or date.max
    return any(row.since <= last and (row.until or date.max) >= new.since for row in same)


def end(
    session: Session, organ_id: str, name: str, until: date, who: str, at: datetime
) -> DocumentTypeRow:
    """Let *until* be the last day of a type in use; what was made of it keeps it.

    Raises:
        PersonUnknown, PersonAmbiguous, RightMissing: as they say.
        TypeUnknown: no open type is called so.
        TypeInvalid: the day is before its first, or in the past: what was issued since would
            have no type.
    """
    by = posts.acting(session, organ_id, who, _KEEPERS, at, "kết thúc loại văn bản / end a type")
    wanted = select(DocumentTypeRow).where(
        DocumentTypeRow.name == name, DocumentTypeRow.until.is_(None)
    )
    row = session.scalars(wanted.with_for_update()).one_or_none()
    if row is None:
        raise TypeUnknown(name[:100])
    if until < max(row.since, local_day(at)):
        raise TypeInvalid(f"không thể kết thúc ngày {until:%d/%m/%Y} / cannot end that day")
    row.until = until
    session.flush()
    detail = (("type", name), ("until", str(until)))
    ledger.append(session, organ_id, Fact("", "end_type", "", by.actor, "", detail), at)
    return row


_KEEPERS = (Role.ADMINISTRATOR, Role.LEADER)
"""The head decides; the administrator enters it."""
