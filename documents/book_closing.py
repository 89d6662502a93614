"""Closing a year's book: no further number, its rows fixed, then signed and sealed.

Legal source: Decree 30/2020/ND-CP, Art. 16.2b, 22.3b (printed and bound), Art. 13, 17, 32.2 (the
leader signs, the clerk seals); law.md O-03, O-04 (an agency that ends closes its books, which
keep its name). closed → bound → approved → signed → sealed; each step and its ledger row are one
transaction, and a repeat does nothing twice.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from documents import book_rows, casefile, catalogue, directory, ledger, posts, signatory
from documents.book import FORMS, OPEN_BOOKS, BookKind, BookState
from documents.book_rows import BookWanted
from documents.document import Role
from documents.errors import OfficeError, OutcomeUnknown, Refused, Unavailable
from documents.identity import new_id
from documents.ledger import SYSTEM, Actor, Fact
from documents.lifecycle import Direction
from documents.numbering import local_day
from documents.placement import Placement
from documents.tables import (
    AgencyRow,
    BookRevisionRow,
    BookRow,
    DocumentRow,
    RegisterEntryRow,
    RegisterRow,
    ReservationRow,
)

_TAKES_NUMBERS = frozenset({BookKind.OUTGOING, BookKind.INCOMING, BookKind.COPIES})
"""Books whose registers take no number once they are closed."""
_OF_REGISTERS = _TAKES_NUMBERS | {BookKind.HANDLING}


class BookUnknown(Refused):
    """No book of this kind and year was closed."""

    code = "book.unknown"
    vietnamese = "Chưa khóa sổ «{0}» năm {1}"
    english = "no book «{0}» of {1} was closed"
    remedy = "Khóa sổ: `congvan register close` / close it first"


class YearNotOver(Refused):
    """A book is closed after its year, or when its agency ends."""

    code = "book.year_not_over"
    vietnamese = "Năm {0} chưa hết, chưa khóa được sổ «{1}»"
    english = "{0} is not over: «{1}» cannot be closed yet"
    remedy = (
        "Khóa sau 31/12; cơ quan chấm dứt hoạt động thì khóa từ ngày chấm dứt / close it after "
        "31 December, or once the agency has ended"
    )


class NumbersReserved(Refused):
    """Numbers of the register are reserved and have no document yet."""

    code = "book.numbers_reserved"
    vietnamese = "Còn {0} số giữ trước chưa dùng hoặc hủy trong sổ «{1}»"
    english = "{0} reserved numbers of «{1}» are neither used nor given back"
    remedy = "Dùng hoặc hủy các số đã giữ rồi khóa sổ / use them or give them back first"


class NothingToClose(Refused):
    """The agency has no such register in the year."""

    code = "book.nothing_to_close"
    vietnamese = "Không có sổ «{0}» năm {1}"
    english = "there is no register «{0}» in {1}"
    remedy = "Xem `congvan register list` / see `congvan register list`"


class RegisterInBook(Refused):
    """A register of the book belongs to another closed book."""

    code = "book.register_in_book"
    vietnamese = "Dãy số «{0}» năm {1} đã khóa trong sổ khác"
    english = "series «{0}» of {1} is in another closed book"
    remedy = "Khóa các dãy còn lại từng sổ (--series) / close the other series one by one"


class BookStepRefused(Refused):
    """The closed book is not where the step begins."""

    code = "book.step_refused"
    vietnamese = "Sổ «{0}» năm {1} đang ở bước «{2}»"
    english = "book «{0}» of {1} is {2}"
    remedy = "Xem `congvan register show` / see `congvan register show`"


class NotItsSigner(Refused):
    """Somebody else was named to sign the book."""

    code = "book.not_its_signer"
    vietnamese = "Người ký sổ là «{0}», không phải «{1}»"
    english = "the book is to be signed by «{0}», not by «{1}»"
    remedy = "Đề nghị đúng người ký / ask the one who is named on it"


def found(session: Session, wanted: BookWanted) -> BookRow | None:
    """Return the closed book, if it was closed."""
    these = select(BookRow).where(
        BookRow.organ_id == wanted.organ_id,
        BookRow.kind == wanted.kind.value,
        BookRow.year == wanted.year,
        BookRow.series == wanted.series,
    )
    return session.scalars(these).one_or_none()


def closed_book(session: Session, wanted: BookWanted) -> BookRow:
    """Return the closed book.

    Raises:
        BookUnknown: it was not closed.
    """
    row = found(session, wanted)
    if row is None:
        raise BookUnknown(wanted.form.name, wanted.year)
    return row


def close(session: Session, wanted: BookWanted, clerk: str, signer: str, at: datetime) -> BookRow:
    """Close the book for *signer* to sign; one that is closed is returned as it is.

    Raises:
        AgencyUnknown, AgencyNotServed, PersonUnknown, PersonAmbiguous, PostEnded, RightMissing:
            as they say: a clerk closes, a leader who has a key signs.
        YearNotOver, NumbersReserved, NothingToClose, RegisterInBook: as they say.
    """
    agency = directory.served_agency(session, wanted.organ_id)
    what = f"khóa {wanted.form.name} / close the book"
    by = posts.acting(session, agency.organ_id, clerk, [Role.CLERK], at, what)
    if (known := found(session, wanted)) is not None:
        return known
    day = local_day(at)
    if wanted.year >= day.year and not _ended(session, agency.organ_id, wanted.year, at):
        raise YearNotOver(wanted.year, wanted.form.name)
    signs = signatory.signer_of(session, agency.organ_id, signer, at)
    if wanted.kind in _OF_REGISTERS:
        _shut(session, wanted, by.person.id, at)
    heading = heading_of(session, agency, wanted)
    row = BookRow(
        id=new_id(),
        organ_id=agency.organ_id,
        kind=wanted.kind.value,
        year=wanted.year,
        series=wanted.series,
        state=BookState.CLOSED,
        agency_name=heading,
        parent_name=agency.parent_name,
        place=agency.place,
        clerk_id=by.person.id,
        clerk_name=by.person.full_name,
        signer_id=signs.id,
        signer_name=signs.full_name,
        signer_position=signs.position,
        signer_competence=signs.competence_line or signs.competence,
        closed_at=at,
        updated_at=at,
    )
    session.add(row)
    session.flush()
    _note(session, row, "book_close", by.actor, at, detail={"signer": signs.id, **by.detail()})
    return row


def heading_of(session: Session, agency: AgencyRow, wanted: BookWanted) -> str:
    """Return the agency's name as it was in the book's year: as its last document bears it."""
    named = (
        select(DocumentRow.sender_name)
        .join(RegisterEntryRow, RegisterEntryRow.document_id == DocumentRow.id)
        .join(RegisterRow, RegisterRow.id == RegisterEntryRow.register_id)
        .where(
            RegisterRow.organ_id == agency.organ_id,
            RegisterRow.direction == Direction.OUTGOING.value,
            RegisterRow.year == wanted.year,
        )
        .order_by(RegisterEntryRow.entered_on.desc())
        .limit(1)
    )
    return session.scalar(named) or agency.name


def _ended(session: Session, organ_id: str, year: int, at: datetime) -> bool:
    """Return whether the agency is no more at *at*, so that the books of its last year close."""
    day = local_day(at)
    standing = catalogue.standings(session, [organ_id], day).get(organ_id)
    return standing is not None and standing.abolished and year <= day.year


def _shut(session: Session, wanted: BookWanted, clerk_id: str, at: datetime) -> None:
    """Let the book's registers take no further number."""
    name = wanted.form.name
    registers = book_rows.registers(session, wanted)
    if not registers:
        raise NothingToClose(name, wanted.year)
    if wanted.kind not in _TAKES_NUMBERS:
        return
    ids = [register.id for register in registers]
    locked = select(RegisterRow).where(RegisterRow.id.in_(ids)).with_for_update()
    options = {"populate_existing": True}
    registers = list(session.scalars(locked.order_by(RegisterRow.id), execution_options=options))
    for register in registers:
        if register.closed_at is not None:
            raise RegisterInBook(register.series, wanted.year)
    open_ones = select(func.count()).where(
        ReservationRow.register_id.in_(ids), ReservationRow.state == "open"
    )
    if reserved := session.scalar(open_ones):
        raise NumbersReserved(reserved, name)
    for register in registers:
        register.closed_at, register.closed_by = at, clerk_id


def locked(session: Session, book_id: str) -> BookRow:
    """Return the book's row, locked for this transaction."""
    return session.get_one(BookRow, book_id, with_for_update=True, populate_existing=True)


def bound(
    session: Session,
    book_id: str,
    rows: tuple[str, int],
    pdf: tuple[str, int],
    at: datetime,
    *,
    pages: int,
    placement: Placement,
) -> None:
    """Record the book's rows and its PDF; a repeat changes nothing.

    Args:
        session: the caller's writing transaction.
        book_id: of the closed book.
        rows: SHA-256 of its rows, and how many there are.
        pdf: SHA-256 and size (bytes) of the file with its reserved places.
        at: aware.
        pages: of the file.
        placement: where the signature and the seal go.
    """
    row = locked(session, book_id)
    if row.state != BookState.CLOSED:
        return
    row.rows_sha256, row.row_count = rows
    row.pages, row.placement = pages, placement.as_dict()
    detail = {"rows": row.row_count, "rows_sha256": row.rows_sha256, "pages": pages}
    _move(session, row, BookState.BOUND, SYSTEM, at, pdf, detail)


def approve(session: Session, book_id: str, who: str, at: datetime) -> BookRow:
    """Let the leader who is named decide that it is signed; a repeat changes nothing.

    Raises:
        PersonUnknown, PersonAmbiguous, PostEnded, RightMissing: as they say.
        NotItsSigner: somebody else is named.
        BookStepRefused: its PDF is not made yet.
        Objection: capacity, post, delegation or certificate do not fit, as known without the file.
    """
    row = locked(session, book_id)
    by = posts.acting(session, row.organ_id, who, [Role.LEADER], at, "ký sổ / sign the book")
    if row.signer_id not in {by.person.id, by.in_stead_of} or by.in_stead_of:
        raise NotItsSigner(row.signer_name, by.person.full_name)
    if row.state == BookState.CLOSED:
        raise BookStepRefused(FORMS[BookKind(row.kind)].name, row.year, row.state)
    if row.state == BookState.BOUND:
        signatory.refuse_early(session, as_letter(row), at)
        row.state = BookState.APPROVED
        _settle(row, at)
        detail = {"rows_sha256": row.rows_sha256, **by.detail()}
        evidence = row.current_sha256 or ""
        _note(session, row, "book_approve", by.actor, at, evidence=evidence, detail=detail)
    elif row.held:
        _settle(row, at)
    return row


def as_letter(row: BookRow) -> DocumentRow:
    """Return the book as the checks of a letter's signature see it; it is never stored."""
    return DocumentRow(
        id=row.id,
        direction=Direction.OUTGOING,
        organ_id=row.organ_id,
        type_name=FORMS[BookKind(row.kind)].name,
        signer_id=row.signer_id,
        signer_name=row.signer_name,
        signer_position=row.signer_position,
        signer_competence=row.signer_competence,
        placement=row.placement,
        current_sha256=row.current_sha256,
    )


def signed(session: Session, book_id: str, sha256: str, size: int, at: datetime) -> None:
    """Record the leader's signature; a repeat changes nothing."""
    row = locked(session, book_id)
    if row.state == BookState.APPROVED:
        actor = Actor(row.signer_id, Role.LEADER)
        _move(session, row, BookState.SIGNED, actor, at, (sha256, size))


def sealed(session: Session, book_id: str, sha256: str, size: int, at: datetime) -> None:
    """Record the agency's seal; a repeat changes nothing."""
    row = locked(session, book_id)
    if row.state == BookState.SIGNED:
        actor = Actor(row.clerk_id, Role.CLERK)
        _move(session, row, BookState.SEALED, actor, at, (sha256, size))


_STEPS = {
    BookState.BOUND: "book_bind",
    BookState.SIGNED: "book_sign",
    BookState.SEALED: "book_seal",
}


def _move(
    session: Session,
    row: BookRow,
    state: BookState,
    actor: Actor,
    at: datetime,
    pdf: tuple[str, int],
    detail: dict[str, Any] | None = None,
) -> None:
    """Take a step that makes a new revision of the PDF."""
    sha256, size = pdf
    session.add(
        BookRevisionRow(book_id=row.id, kind=state.value, sha256=sha256, size=size, created_at=at)
    )
    row.state, row.current_sha256 = state, sha256
    _settle(row, at)
    session.flush()
    _note(session, row, _STEPS[state], actor, at, evidence=sha256, detail=detail)


def _settle(row: BookRow, at: datetime) -> None:
    row.updated_at, row.held, row.attempts = at, False, 0
    row.next_attempt_at = row.error_code = row.error_text = None


def _note(
    session: Session,
    row: BookRow,
    step: str,
    actor: Actor,
    at: datetime,
    *,
    evidence: str = "",
    detail: dict[str, Any] | None = None,
) -> None:
    said = {"book": row.id, "kind": row.kind, "year": row.year, "series": row.series}
    said |= detail or {}
    fact = Fact("", step, row.state, actor, evidence, tuple(said.items()))
    ledger.append(session, row.organ_id, fact, at)


def put_off(session: Session, book_id: str, error: OfficeError, at: datetime) -> None:
    """Leave the book where it is and say why; what was down is tried again after a pause."""
    row = locked(session, book_id)
    row.error_code, row.error_text, row.updated_at = error.code, str(error), at
    row.attempts += 1
    row.held = not isinstance(error, Unavailable | OutcomeUnknown)
    row.next_attempt_at = None if row.held else at + casefile.pause(row.attempts)


def due(session: Session, at: datetime, limit: int = 20) -> list[str]:
    """Return the ids of the books whose next step is the system's, oldest first."""
    these = select(BookRow.id).where(
        BookRow.state.in_(sorted(OPEN_BOOKS)),
        BookRow.held.is_(False),
        (BookRow.next_attempt_at.is_(None)) | (BookRow.next_attempt_at <= at),
    )
    return list(session.scalars(these.order_by(BookRow.closed_at).limit(limit)))


def of_agency(session: Session, organ_id: str, year: int | None = None) -> list[BookRow]:
    """Return the agency's closed books, newest year first."""
    these = select(BookRow).where(BookRow.organ_id == organ_id)
    if year is not None:
        these = these.where(BookRow.year == year)
    return list(session.scalars(these.order_by(BookRow.year.desc(), BookRow.kind, BookRow.series)))


def revisions(session: Session, book_ids: Iterable[str]) -> list[BookRevisionRow]:
    """Return the revisions of books, oldest first."""
    these = select(BookRevisionRow).where(BookRevisionRow.book_id.in_(list(book_ids)))
    return list(session.scalars(these.order_by(BookRevisionRow.created_at)))
