"""The rows of a register as a book: read in order of number, a page at a time.

Legal source: Decree 30/2020/ND-CP, Appendix IV (law.md §1.9). Numbers that were reserved and
given back stand in their order too, so that no number is missing. However many rows there are,
memory holds one page of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from documents import book_facts
from documents.book import FORMS, BookForm, BookKind, Cell
from documents.book_facts import Facts
from documents.copies import SERIES as COPIES
from documents.copying import CopyKind
from documents.errors import Refused
from documents.lifecycle import Direction
from documents.numbering import local_day
from documents.tables import (
    CertifiedCopyRow,
    DocumentRow,
    LoanRow,
    PersonRow,
    RegisterEntryRow,
    RegisterRow,
    ReservationRow,
    TransferRow,
)
from documents.transfer import Means

Question = Select[*tuple[Any, ...]]
Found = Row[*tuple[Any, ...]]

PAGE = 500
"""Rows of one question."""
ARCHIVE = "Văn thư"
"""Who keeps the archived copy (Art. 19)."""
_NUMBERED = frozenset({BookKind.OUTGOING, BookKind.INCOMING, BookKind.HANDLING, BookKind.COPIES})


class FilterUnfit(Refused):
    """The book has nothing that the filter could look at."""

    code = "book.filter_unfit"
    vietnamese = "«{0}» không lọc được theo {1}"
    english = "«{0}» cannot be filtered by {1}"
    remedy = "Bỏ điều kiện lọc này / leave the filter out"


@dataclass(frozen=True, slots=True)
class BookWanted:
    """Which rows of which register; what is not said is not filtered."""

    organ_id: str
    kind: BookKind
    year: int
    series: str = ""
    """Empty: all of the agency's, one after the other."""
    first: int | None = None
    last: int | None = None
    since: date | None = None
    until: date | None = None
    type_name: str = ""
    unit_id: str = ""
    urgency: int | None = None

    @property
    def form(self) -> BookForm:
        """Its name and columns."""
        return FORMS[self.kind]

    @property
    def whole(self) -> bool:
        """Whether nothing is filtered out."""
        bounds = (self.first, self.last, self.since, self.until, self.urgency)
        return all(bound is None for bound in bounds) and not (self.type_name or self.unit_id)


@dataclass(frozen=True, slots=True)
class Entry:
    """One row, and what it can be checked by."""

    cells: tuple[Cell, ...]
    series: str = ""
    number: int | None = None
    day: date | None = None
    """Under which it was entered."""
    code: str = ""
    dated: date | None = None
    """The document's own date, where the register gives one."""


def rows(session: Session, wanted: BookWanted) -> Iterator[Entry]:
    """Yield the book's rows: by series and number, or by day.

    Raises:
        FilterUnfit: a filter that such a book does not know.
    """
    _ensure_fit(wanted)
    match wanted.kind:
        case BookKind.POST | BookKind.HANDOVER:
            return _transfers(session, wanted)
        case BookKind.LOANS:
            return _loans(session, wanted)
        case _:
            return _registers(session, wanted)


def registers(session: Session, wanted: BookWanted) -> list[RegisterRow]:
    """Return the registers that the book is of, by series."""
    outgoing = wanted.kind in {BookKind.OUTGOING, BookKind.COPIES}
    direction = Direction.OUTGOING if outgoing else Direction.INCOMING
    these = select(RegisterRow).where(
        RegisterRow.organ_id == wanted.organ_id,
        RegisterRow.direction == direction.value,
        RegisterRow.year == wanted.year,
    )
    if wanted.kind is BookKind.COPIES:
        these = these.where(RegisterRow.series == COPIES)
    elif outgoing:
        these = these.where(RegisterRow.series != COPIES)
    if wanted.series:
        these = these.where(RegisterRow.series == wanted.series)
    return list(session.scalars(these.order_by(RegisterRow.series)))


def _ensure_fit(wanted: BookWanted) -> None:
    name = wanted.form.name
    if wanted.kind not in _NUMBERED:
        if wanted.first is not None or wanted.last is not None or wanted.series:
            raise FilterUnfit(name, "số, dãy số / number, series")
    elif wanted.kind is BookKind.COPIES and (
        wanted.type_name or wanted.unit_id or wanted.urgency is not None
    ):
        raise FilterUnfit(name, "tên loại, đơn vị, độ khẩn / type, unit, urgency")


def _of_documents(these: Question, wanted: BookWanted) -> Question:
    if wanted.type_name:
        these = these.where(DocumentRow.type_name == wanted.type_name)
    if wanted.unit_id:
        these = these.where(DocumentRow.unit_id == wanted.unit_id)
    if wanted.urgency is not None:
        these = these.where(DocumentRow.urgency == wanted.urgency)
    return these


def _between(these: Question, column: Any, least: Any, most: Any) -> Question:
    if least is not None:
        these = these.where(column >= least)
    return these if most is None else these.where(column <= most)


_DOCUMENT = (
    DocumentRow.id,
    DocumentRow.type_name,
    DocumentRow.subject,
    DocumentRow.code_number,
    DocumentRow.code_notation,
    DocumentRow.promulgated,
    DocumentRow.sender_name,
    DocumentRow.signer_name,
    DocumentRow.to_places,
    DocumentRow.unit_id,
    DocumentRow.issued_amount,
    DocumentRow.description,
    DocumentRow.due_date,
    DocumentRow.state,
    DocumentRow.arrival_date,
)
"""What the books say of a document; a whole row would be read slower."""


def _registers(session: Session, wanted: BookWanted) -> Iterator[Entry]:
    for register in registers(session, wanted):
        if wanted.kind is BookKind.COPIES:
            yield from _copies(session, wanted, register)
        else:
            yield from _numbers(session, wanted, register)


def _numbers(session: Session, wanted: BookWanted, register: RegisterRow) -> Iterator[Entry]:
    """Yield a register's documents and the numbers given back, in order of number."""
    kept = _given_back(session, wanted, register)
    these: Question = (
        select(
            RegisterEntryRow.number,
            RegisterEntryRow.entered_on,
            RegisterEntryRow.void_reason,
            RegisterEntryRow.mark,
            *_DOCUMENT,
        )
        .join(DocumentRow, DocumentRow.id == RegisterEntryRow.document_id)
        .where(RegisterEntryRow.register_id == register.id)
        .order_by(RegisterEntryRow.number)
        .limit(PAGE)
    )
    these = _between(these, RegisterEntryRow.number, None, wanted.last)
    these = _between(these, RegisterEntryRow.entered_on, wanted.since, wanted.until)
    these = _of_documents(these, wanted)
    after = (wanted.first or 1) - 1
    full = True
    while full:
        page = session.execute(these.where(RegisterEntryRow.number > after)).all()
        full = len(page) == PAGE
        facts = book_facts.gathered(session, wanted.kind, [(row.id, row.unit_id) for row in page])
        for row in page:
            while kept and kept[0].number is not None and kept[0].number < row.number:
                yield kept.pop(0)
            yield _entry(wanted.kind, register.series, row, facts)
            after = row.number
    yield from kept


def _entry(kind: BookKind, series: str, row: Found, facts: Facts) -> Entry:
    code = f"{row.code_number}/{row.code_notation}" if row.code_number else row.code_notation
    if kind is BookKind.OUTGOING:
        cells = _outgoing(row, code, facts)
        return Entry(cells, series, row.number, row.entered_on, code, row.promulgated)
    cells = _incoming(row, code, facts) if kind is BookKind.INCOMING else _handled(row, code, facts)
    return Entry(cells, series, row.number, row.entered_on)


def _subject(row: Found) -> str:
    return f"{row.type_name}: {row.subject}" if row.type_name else str(row.subject)


def _note(row: Found) -> str:
    crossed = f"Hủy: {row.void_reason}" if row.void_reason is not None else ""
    return "; ".join(said for said in (crossed, row.mark, row.description) if said)


def _outgoing(row: Found, code: str, facts: Facts) -> tuple[Cell, ...]:
    unit = facts.units.get(row.unit_id or "")
    return (
        code,
        row.promulgated,
        _subject(row),
        row.signer_name,
        facts.recipients(row.id, row.to_places),
        f"{ARCHIVE}; {unit}" if unit else ARCHIVE,
        row.issued_amount,
        facts.left.get(row.id),
        None,
        _note(row),
    )


def _incoming(row: Found, code: str, facts: Facts) -> tuple[Cell, ...]:
    return (
        row.arrival_date or row.entered_on,
        row.number,
        row.sender_name,
        code,
        row.promulgated,
        _subject(row),
        facts.receiver(row.id, row.unit_id),
        facts.left.get(row.id),
        None,
        _note(row),
    )


def _handled(row: Found, code: str, facts: Facts) -> tuple[Cell, ...]:
    dated = f" ngày {row.promulgated:%d/%m/%Y}" if row.promulgated else ""
    identity = f"{row.type_name} số {code}{dated} của {row.sender_name}"
    return (
        row.number,
        identity,
        facts.receiver(row.id, row.unit_id),
        facts.due.get(row.id, row.due_date),
        facts.progress(row.id, row.state),
        "; ".join(facts.answers.get(row.id, ())),
        _note(row),
    )


def _given_back(session: Session, wanted: BookWanted, register: RegisterRow) -> list[Entry]:
    """Return the numbers that were taken and have no document: few, and none where filtered."""
    if wanted.unit_id or wanted.urgency is not None:
        return []
    these = select(ReservationRow).where(
        ReservationRow.register_id == register.id, ReservationRow.state != "used"
    )
    these = _between(these, ReservationRow.number, wanted.first, wanted.last)
    these = _between(these, ReservationRow.day, wanted.since, wanted.until)
    if wanted.type_name:
        these = these.where(ReservationRow.type_name == wanted.type_name)
    found = []
    for row in session.scalars(these.order_by(ReservationRow.number)):
        held = f"Hủy: {row.void_reason}" if row.void_reason else "Số giữ trước, chưa dùng"
        cells = _unused(wanted.kind, row, held)
        found.append(Entry(cells, register.series, row.number, row.day, row.code, row.day))
    return found


def _unused(kind: BookKind, row: ReservationRow, held: str) -> tuple[Cell, ...]:
    match kind:
        case BookKind.OUTGOING:
            return (row.code, row.day, row.type_name, "", "", "", None, None, None, held)
        case BookKind.INCOMING:
            return (row.day, row.number, "", "", None, row.type_name, "", None, None, held)
        case _:
            return (row.number, row.type_name, "", None, "", "", held)


def _copies(session: Session, wanted: BookWanted, register: RegisterRow) -> Iterator[Entry]:
    these: Question = (
        select(CertifiedCopyRow, PersonRow.full_name)
        .join(PersonRow, PersonRow.id == CertifiedCopyRow.signer_id)
        .where(CertifiedCopyRow.register_id == register.id)
        .order_by(CertifiedCopyRow.number)
        .limit(PAGE)
    )
    these = _between(these, CertifiedCopyRow.number, None, wanted.last)
    after, full = (wanted.first or 1) - 1, True
    while full:
        page = session.execute(these.where(CertifiedCopyRow.number > after)).all()
        full = len(page) == PAGE
        for row, signer in page:
            after, day = row.number, local_day(row.created_at)
            if (wanted.since or day) <= day <= (wanted.until or day):
                subject = f"{CopyKind(row.kind).printed}: {row.original}"
                cells = (row.code, day, subject, signer, "", ARCHIVE, None, None, None, row.base)
                yield Entry(cells, register.series, row.number, day, row.code, day)
        session.expunge_all()


def _days(wanted: BookWanted) -> tuple[date, date]:
    first, last = date(wanted.year, 1, 1), date(wanted.year, 12, 31)
    return max(first, wanted.since or first), min(last, wanted.until or last)


def _by_day(
    session: Session, these: Question, table: Any, day: Any, wanted: BookWanted
) -> Iterator[Any]:
    """Yield what *these* give in order of day and id, a page at a time."""
    first, last = _days(wanted)
    these = _of_documents(these.where(table.organ_id == wanted.organ_id, day <= last), wanted)
    these = these.order_by(day, table.id).limit(PAGE)
    mark: tuple[date, str] = (first, "")
    full = True
    while full:
        further = (day > mark[0]) | ((day == mark[0]) & (table.id > mark[1]))
        page = session.execute(these.where(further)).all()
        full = len(page) == PAGE
        for found in page:
            yield found
            mark = (getattr(found[0], day.key), found[0].id)


def _transfers(session: Session, wanted: BookWanted) -> Iterator[Entry]:
    means = Means.POST if wanted.kind is BookKind.POST else Means.HAND
    these: Question = (
        select(TransferRow, DocumentRow.code_number, DocumentRow.code_notation)
        .join(DocumentRow, DocumentRow.id == TransferRow.document_id)
        .where(TransferRow.means == means.value)
    )
    for row, number, notation in _by_day(session, these, TransferRow, TransferRow.sent_on, wanted):
        crossed = f"Gạch: {row.void_reason}" if row.void_reason else ""
        note = "; ".join(said for said in (crossed, row.note) if said)
        code = f"{number}/{notation}"
        cells = (row.sent_on, code, row.recipient, row.envelopes, None, note)
        yield Entry(cells, day=row.sent_on)


def _loans(session: Session, wanted: BookWanted) -> Iterator[Entry]:
    these: Question = select(LoanRow, *_DOCUMENT).join(
        DocumentRow, DocumentRow.id == LoanRow.document_id
    )
    for found in _by_day(session, these, LoanRow, LoanRow.used_on, wanted):
        row = found[0]
        dated = f", {found.promulgated:%d/%m/%Y}" if found.promulgated else ""
        crossed = f"Gạch: {row.void_reason}" if row.void_reason else ""
        cells = (
            row.used_on,
            row.user_name,
            f"{found.code_number}/{found.code_notation}{dated}",
            _subject(found),
            row.file_notation,
            None,
            row.returned_on,
            row.permitted_name,
            "; ".join(said for said in (crossed, row.note) if said),
        )
        yield Entry(cells, day=row.used_on)
