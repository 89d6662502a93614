"""/registers: the seven registers of Appendix IV to read, print and export; their numbers.

Legal source: Decree 30/2020/ND-CP, Art. 15, 16.2b, 22.3b, Appendix IV. A register names every
document, the restricted ones too: who may see books sees them all (`Right.SEE_BOOKS`).
"""

from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from documents import (
    book_closing,
    desk_rows,
    number_ledger,
    number_report,
    reservations,
    rights,
    units,
)
from documents.book import FORMS, STATE_NAMES, BookKind
from documents.lifecycle import Direction
from documents.rights import Right
from documents.series import ReservationState
from documents.tables import BookRow, RegisterRow
from web import book_view, list_columns, wording
from web.book_view import MOST_PRINTED, NUMBERED, BookTooLong
from web.faults import PageMissing
from web.rendering import attachment_headers, page
from web.visitor import Here, Visitor
from workflows import book_printing, number_pages
from workflows.list_export import MEDIA_TYPES, FileKind

router = APIRouter(prefix="/registers")

_RESERVED = 200
"""Reserved numbers that are shown, the newest first."""


def _may(here: Visitor, session: Session) -> None:
    """Return if the visitor may see books.

    Raises:
        RightDenied: they may not.
    """
    rights.check(session, here.visit, Right.SEE_BOOKS, None, here.at)


@router.get("")
def show(here: Here) -> Response:
    """Show a page of a register."""
    asked = book_view.read(here.request.url.query, here.today)
    with here.office.database.reading() as session:
        _may(here, session)
        book = book_view.opened(session, here.organ_id, asked)
        return page(
            here,
            "registers/book.html",
            block="region",
            book=book,
            asked=book.asked,
            forms=FORMS,
            numbered=NUMBERED,
            states=STATE_NAMES,
            types=list_columns.TYPES,
            units=units.on(session, here.organ_id, here.today),
            urgencies=wording.URGENCIES,
        )


@router.get("/file.{kind}")
def export(here: Here, kind: FileKind) -> Response:
    """Give the register, or the part of it that is chosen, on paper or as a workbook."""
    wanted = book_view.read(here.request.url.query, here.today).wanted(here.organ_id)
    if kind is FileKind.CSV:
        raise PageMissing
    with here.office.database.snapshot() as session:
        _may(here, session)
        book_view.ensure_short(session, wanted)
        heading = book_printing.heading_now(session, wanted)
        if kind is FileKind.XLSX:
            cells = book_printing.cells(session, wanted)
            content = book_printing.as_workbook(wanted, heading, cells)
        else:
            summary = book_printing.looked(session, wanted).summary
            cells = book_printing.cells(session, wanted)
            content = book_printing.on_paper(wanted, heading, summary, cells, here.at).pdf
    name = f"{wanted.form.name} {wanted.year}{' ' + wanted.series if wanted.series else ''}.{kind}"
    headers = dict(attachment_headers(name, inline=kind is FileKind.PDF))
    return Response(content, media_type=MEDIA_TYPES[kind], headers=headers)


@router.get("/closed/{book_id}.pdf")
def closed(here: Here, book_id: Annotated[str, Path(max_length=36)]) -> Response:
    """Give the file of a closed book as it was made, signed or sealed."""
    with here.office.database.reading() as session:
        _may(here, session)
        row = session.get(BookRow, book_id)
        if row is None or row.organ_id != here.organ_id or row.current_sha256 is None:
            raise PageMissing
        name = f"{FORMS[BookKind(row.kind)].name} {row.year} {row.series}.pdf"
        digest = row.current_sha256
    content = here.office.blobs.get(digest)
    headers = dict(attachment_headers(name, inline=True))
    return Response(content, media_type="application/pdf", headers=headers)


@router.get("/numbers")
def numbers(here: Here, kiem: str = "") -> Response:
    """Show series of numbers, reserved and void ones; *kiem*: look for gaps and doubles too."""
    asked = book_view.read(here.request.url.query, here.today)
    with here.office.database.snapshot() as session:
        _may(here, session)
        rows = session.scalars(
            select(RegisterRow)
            .where(RegisterRow.organ_id == here.organ_id, RegisterRow.year == asked.year)
            .order_by(RegisterRow.direction, RegisterRow.series)
        ).all()
        report = None
        if kiem:
            report = number_report.report(session, here.at, here.organ_id, asked.year)
        reserved = reservations.listed(session, here.organ_id, limit=_RESERVED)
        return page(
            here,
            "registers/numbers.html",
            asked=asked,
            registers=rows,
            report={(each.direction, each.series): each for each in report.registers}
            if report
            else {},
            doubles=report.doubles if report else (),
            checked=report is not None,
            sound=report.sound if report else True,
            reserved=reserved,
            states=_RESERVATIONS,
            books=book_closing.of_agency(session, here.organ_id, asked.year),
            book_states=STATE_NAMES,
            forms=FORMS,
            years=book_view.years(session, here.organ_id, asked.year),
            names=desk_rows.names_of(session, [each.owner_id for each in reserved], ()),
        )


_RESERVATIONS = {
    ReservationState.OPEN: ("đang giữ", "now"),
    ReservationState.USED: ("đã dùng", "good"),
    ReservationState.VOID: ("hủy", "bad"),
}


@router.get("/numbers/{direction}.pdf")
def ledger(here: Here, direction: Direction) -> Response:
    """Give the ledger of a year's numbers, or of one series, on paper."""
    asked = book_view.read(here.request.url.query, here.today)
    with here.office.database.snapshot() as session:
        _may(here, session)
        these = select(func.sum(RegisterRow.last_number)).where(
            RegisterRow.organ_id == here.organ_id,
            RegisterRow.year == asked.year,
            RegisterRow.direction == direction.value,
        )
        if asked.series:
            these = these.where(RegisterRow.series == asked.series)
        if (session.scalar(these) or 0) > MOST_PRINTED:
            raise BookTooLong(MOST_PRINTED)
        lines = number_ledger.lines(session, here.organ_id, asked.year, direction, asked.series)
        made = number_pages.printed(here.visit.agency_name, asked.year, direction, lines, here.at)
    name = f"Sổ theo dõi số {asked.year} {asked.series}.pdf"
    headers = dict(attachment_headers(name, inline=True))
    return Response(made.pdf, media_type="application/pdf", headers=headers)
