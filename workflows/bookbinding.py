"""Closed books on their way: rows fixed, printed, signed by the leader, sealed by the agency.

Legal source: Decree 30/2020/ND-CP, Art. 13, 16.2b, 17, 22.3b, 32.2. What is signed and sealed is
checked as a letter is, by the same jobs. Each step does its effect, then remembers it: whoever is
killed in between leaves a book that `carry` goes on with, by the command's repeat or the sweep.
"""

from documents import book_closing, directory, signatory
from documents.blobs import Measured
from documents.book import BookKind, BookState, line_of
from documents.book_check import BookCheck
from documents.book_rows import BookWanted, rows
from documents.book_summary import BookSummary
from documents.errors import OfficeError
from documents.numbering import local_day, written_day, written_month, written_number
from documents.tables import BookRow
from signing import fields
from workflows import book_printing, entitlement
from workflows.book_printing import Heading
from workflows.entitlement import SealWarrant
from workflows.faultpoint import passing
from workflows.jobs import Job
from workflows.office import Office
from workflows.pressing import Seal, Sign, Stored

VOLUME = 1
"""Quyển số: a closed book is one file, however thick."""


def close(office: Office, wanted: BookWanted, clerk: str, signer: str) -> BookRow:
    """Close a book and make its file; the leader's turn is next. A repeat goes on where it was.

    Raises:
        BookContradicted: its rows contradict each other; nothing was closed.
        What `documents.book_closing.close` refuses.
    """
    with office.database.snapshot() as session:
        known = book_closing.found(session, wanted)
        if known is None:
            # before the registers are locked: it reads every row
            check = BookCheck(wanted.year, whole=wanted.whole)
            for _ in check.passing(rows(session, wanted)):
                pass
            check.refuse()
    with office.database.writing() as session:
        row = book_closing.close(session, wanted, clerk, signer, office.now())
    passing("book.closed")
    return carry(office, row.id, anew=True)


def approve(office: Office, book_id: str, who: str) -> BookRow:
    """Let the leader sign the book; the agency's seal follows. A repeat goes on where it was.

    Raises:
        What `documents.book_closing.approve` and the work on the file refuse.
    """
    with office.database.writing() as session:
        book_closing.approve(session, book_id, who, office.now())
    passing("book.approved")
    return carry(office, book_id, anew=True)


def carry_due(office: Office) -> int:
    """Carry every book whose next step is the system's; return how many there were."""
    with office.database.reading() as session:
        ids = book_closing.due(session, office.now())
    for book_id in ids:
        carry(office, book_id)
    return len(ids)


def carry(office: Office, book_id: str, *, anew: bool = False) -> BookRow:
    """Take every step of the book that is the system's; return it as it is then.

    What goes wrong is kept on the book; with *anew* it is raised besides.

    Raises:
        OfficeError: only with *anew*.
    """
    steps = {BookState.CLOSED: _bind, BookState.APPROVED: _sign, BookState.SIGNED: _seal}
    while True:
        row = _read(office, book_id)
        step = steps.get(BookState(row.state))
        if step is None or (row.held and not anew):
            return row
        try:
            step(office, row)
        except OfficeError as error:
            with office.database.writing() as session:
                book_closing.put_off(session, book_id, error, office.now())
            if anew:
                raise
            return _read(office, book_id)


def _read(office: Office, book_id: str) -> BookRow:
    with office.database.reading() as session:
        return session.get_one(BookRow, book_id)


def wanted_of(row: BookRow) -> BookWanted:
    """Return which book *row* is."""
    return BookWanted(row.organ_id, BookKind(row.kind), row.year, row.series)


def _bind(office: Office, row: BookRow) -> None:
    """Write the rows down, print them, reserve the places."""
    wanted, summary = wanted_of(row), BookSummary()
    check = BookCheck(row.year, whole=True)
    with office.database.snapshot() as session:

        def fill(file: Measured) -> None:
            for entry in summary.passing(check.passing(rows(session, wanted))):
                file.write(line_of(entry.cells))
            file.write(summary.line())

        rows_sha256 = office.blobs.put_written(fill)
    check.refuse()
    passing("book.rows")
    day = local_day(row.closed_at)
    lines = (f"Khóa sổ ngày {day:%d/%m/%Y}.", f"Mã băm các dòng (SHA-256): {rows_sha256}")
    printed = book_printing.on_paper(
        wanted,
        Heading.of_book(row),
        summary,
        book_printing.kept_rows(office.blobs.sound(rows_sha256), wanted),
        row.closed_at,
        closing=lines,
    )
    assert printed.placement is not None  # noqa: S101  (a closed book has a signer)
    pdf = fields.reserve(printed.pdf, printed.placement)
    stored = office.blobs.put(pdf), len(pdf)
    passing("book.printed")
    with office.database.writing() as session:
        book_closing.bound(
            session,
            row.id,
            (rows_sha256, summary.rows),
            stored,
            office.now(),
            pages=printed.pages,
            placement=printed.placement,
        )


def _sign(office: Office, row: BookRow) -> None:
    at = office.now()
    with office.database.reading() as session:
        letter = book_closing.as_letter(row)
        (warrant,) = entitlement.warrants(session, [letter], at).values()
        key = signatory.person_for(session, row.organ_id, row.signer_id, at).signing_key
    made = _pressed(office, Sign(row.current_sha256 or "", key, row.signer_name, at, warrant))
    passing("book.signed")
    with office.database.writing() as session:
        book_closing.signed(session, row.id, made.sha256, made.size, at)


def _seal(office: Office, row: BookRow) -> None:
    at = office.now()
    with office.database.reading() as session:
        agency = directory.agency_row(session, row.organ_id)
        warrant = SealWarrant(directory.as_agency(agency), signatory.own_bindings(session))
    day = local_day(row.closed_at)
    job = Seal(
        sha256=row.current_sha256 or "",
        key=agency.seal_key,
        name=row.agency_name,
        number=written_number(VOLUME),
        day=written_day(day),
        month=written_month(day),
        at=at,
        warrant=warrant,
    )
    made = _pressed(office, job)
    passing("book.sealed")
    with office.database.writing() as session:
        book_closing.sealed(session, row.id, made.sha256, made.size, at)


def _pressed(office: Office, job: Job) -> Stored:
    (answer,) = office.workshop.run([job])
    if isinstance(answer, OfficeError):
        raise answer
    assert isinstance(answer, Stored)  # noqa: S101  (Sign and Seal give Stored)
    return answer
