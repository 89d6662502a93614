"""Registers on paper and as workbooks: the same columns, the agency's name of that year.

Legal source: Decree 30/2020/ND-CP, Art. 16.2b, 22.3b, Appendix IV (printed with all columns,
«Ký nhận» blank, and bound).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice, zip_longest
from pathlib import Path
from typing import Self

from sqlalchemy.orm import Session

from documents import book_closing, book_rows, directory
from documents.book import Cell, Holds, line_of, row_of, written
from documents.book_check import BookCheck, Contradiction
from documents.book_rows import BookWanted
from documents.book_summary import BookSummary
from documents.handling_slip import Slip
from documents.numbering import local_day
from documents.tables import BookRow
from drafting import table_page, workbook
from drafting.binding import Cover, Ending, Signatory
from drafting.table_page import Align, Column, Printed, TablePage
from drafting.workbook import SheetColumn, Workbook

_ALIGNED = {Holds.DAY: Align.CENTRE, Holds.NUMBER: Align.CENTRE}


@dataclass(frozen=True, slots=True)
class Heading:
    """In whose name a book is printed, and who signs it."""

    agency: str
    parent: str
    place: str
    clerk: str = ""
    signer: str = ""
    signer_titles: tuple[str, ...] = ()

    @classmethod
    def of_book(cls, row: BookRow) -> Self:
        """Return the heading that a closed book keeps."""
        lines = (*row.signer_competence.splitlines(), row.signer_position)
        titles = tuple(line.upper() for line in lines if line.strip())
        return cls(
            row.agency_name, row.parent_name, row.place, row.clerk_name, row.signer_name, titles
        )


@dataclass(frozen=True, slots=True)
class Looked:
    """What one pass over the rows tells."""

    summary: BookSummary
    contradictions: list[Contradiction]


def heading_now(session: Session, wanted: BookWanted) -> Heading:
    """Return the heading of a book: as closed, else the agency's name of that year.

    Raises:
        AgencyUnknown, AgencyNotServed: no desk of the agency is here.
    """
    if (row := book_closing.found(session, wanted)) is not None:
        return Heading.of_book(row)
    agency = directory.served_agency(session, wanted.organ_id)
    name = book_closing.heading_of(session, agency, wanted)
    return Heading(name, agency.parent_name, agency.place)


def looked(session: Session, wanted: BookWanted) -> Looked:
    """Return what the book's rows come to, and what in them contradicts.

    Raises:
        FilterUnfit: a filter that such a book does not know.
    """
    check, summary = BookCheck(wanted.year, whole=wanted.whole), BookSummary()
    for _ in summary.passing(check.passing(book_rows.rows(session, wanted))):
        pass
    return Looked(summary, check.found)


def cells(session: Session, wanted: BookWanted) -> Iterator[tuple[Cell, ...]]:
    """Yield what stands in each row."""
    return (entry.cells for entry in book_rows.rows(session, wanted))


def on_paper(
    wanted: BookWanted,
    heading: Heading,
    summary: BookSummary,
    rows: Iterable[tuple[Cell, ...]],
    at: datetime,
    *,
    closing: tuple[str, ...] | None = None,
) -> Printed:
    """Return the book as PDF/A; with *closing* lines it has places for signature and seal.

    Raises:
        FontMissing: Liberation Serif is not installed.
    """
    form, year = wanted.form, wanted.year
    series = f"Dãy số: {wanted.series}" if wanted.series else ""
    cover = Cover(
        heading.parent,
        heading.agency,
        form.name,
        tuple(line for line in (series, *summary.cover(year)) if line),
    )
    page = TablePage(
        title=form.title,
        columns=tuple(
            Column(column.title, column.width, _ALIGNED.get(column.holds, Align.LEFT))
            for column in form.columns
        ),
        at=at,
        subtitles=(f"Năm {year}" + (f", dãy số {wanted.series}" if series else ""),),
        footer=f"{heading.agency} · {form.name} năm {year}",
        cover=cover,
        ending=_ending(wanted, heading, summary, at, closing),
    )
    return table_page.render(page, ([written(cell) for cell in row] for row in rows))


def _ending(
    wanted: BookWanted,
    heading: Heading,
    summary: BookSummary,
    at: datetime,
    closing: tuple[str, ...] | None,
) -> Ending:
    counts = summary.counts(wanted.form)
    left = Signatory(("NGƯỜI LẬP SỔ", "VĂN THƯ"), heading.clerk)
    right = Signatory(heading.signer_titles or ("NGƯỜI CÓ THẨM QUYỀN",), heading.signer)
    if closing is None:
        return Ending(counts, left, right)
    return Ending((*counts, *closing), left, right, heading.place, local_day(at).year)


def as_workbook(wanted: BookWanted, heading: Heading, rows: Iterable[tuple[Cell, ...]]) -> bytes:
    """Return the book as a workbook (XLSX)."""
    form = wanted.form
    book = Workbook(
        title=form.title,
        columns=tuple(SheetColumn(column.title, column.width) for column in form.columns),
        head=tuple(line.upper() for line in (heading.parent, heading.agency) if line),
        subtitles=(f"Năm {wanted.year}" + (f", dãy số {wanted.series}" if wanted.series else ""),),
        footer=f"{heading.agency} · {form.name} năm {wanted.year}",
        sheet=str(wanted.year),
    )
    return workbook.write(book, rows)


def changed_rows(kept: Path, session: Session, wanted: BookWanted) -> list[int]:
    """Return which rows of a closed book, from 1, read otherwise in the registers by now.

    What became of a document later (recalled, replaced, answered) is noted beside its number;
    the book keeps what it said when it was closed.
    """
    now = (line_of(row) for row in cells(session, wanted))
    count = kept_summary(kept).rows
    with kept.open("rb") as file:
        # the last line is the summary, and no row
        pairs = enumerate(zip_longest(islice(file, count), now), 1)
        return [place for place, (before, after) in pairs if before != after]


def kept_rows(kept: Path, wanted: BookWanted) -> Iterator[tuple[Cell, ...]]:
    """Yield the rows of a closed book as they were written down."""
    count = kept_summary(kept).rows
    with kept.open("rb") as file:
        for line in islice(file, count):
            yield row_of(line, wanted.form)


def kept_summary(kept: Path) -> BookSummary:
    """Return the summary of a closed book: the last line of its rows' file."""
    last = b""
    with kept.open("rb") as file:
        for line in file:
            last = line
    return BookSummary.of_line(last)


def slip_on_paper(slip: Slip, at: datetime) -> bytes:
    """Return a handling slip (phiếu giải quyết văn bản đến) as PDF/A, upright.

    Raises:
        FontMissing: Liberation Serif is not installed.
    """
    columns = (
        Column("Phần", 38),
        Column("Ý kiến, giao cho", 92),
        Column("Thời hạn", 23, Align.CENTRE),
        Column("Ngày", 23, Align.CENTRE),
    )
    page = TablePage(
        title="PHIẾU GIẢI QUYẾT VĂN BẢN ĐẾN",
        columns=columns,
        at=at,
        head=tuple(line.upper() for line in (slip.parent, slip.agency) if line),
        subtitles=(f"Ngày {local_day(at):%d/%m/%Y}", *slip.identity),
        upright=True,
        counted=False,
    )
    rows, before = [], ""
    for row in slip.rows:
        part = row.part if row.part != before else ""
        rows.append([part, row.words or "\n\n\n", written(row.until), written(row.day)])
        before = row.part
    return table_page.render(page, rows).pdf
