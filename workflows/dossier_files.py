"""A dossier's lists as PDF and workbook files, made by the drafting room.

Legal source: Decree 30/2020/ND-CP, Appendix V; Appendix VI, Part I, V (law.md H-10, VI-35).
"""

from datetime import datetime

from documents.dossier_forms import Form
from drafting import table_page, workbook
from drafting.binding import Ending
from drafting.table_page import Align, Column, TablePage
from drafting.workbook import SheetColumn, Workbook

_CENTRED = frozenset({"STT", "Số TT"})


def pdf(form: Form, at: datetime) -> bytes:
    """Return the form as a PDF/A-2b.

    Raises:
        FontMissing: Liberation Serif is not installed.
    """
    page = TablePage(
        form.title,
        tuple(
            Column(name, width, Align.CENTRE if name in _CENTRED else Align.LEFT)
            for name, width in form.columns
        ),
        at,
        subtitles=(*((form.agency,) if form.agency else ()), *form.subtitles),
        footer=form.title,
        ending=Ending(form.closing) if form.closing else None,
    )
    return table_page.render(page, form.rows).pdf


def xlsx(form: Form) -> bytes:
    """Return the form as a workbook; the same form gives the same bytes."""
    book = Workbook(
        form.title,
        tuple(SheetColumn(name, width) for name, width in form.columns),
        head=(form.agency,) if form.agency else (),
        subtitles=form.subtitles,
        footer=form.title,
        sheet="Danh muc",
    )
    counted = [name in _CENTRED for name, _ in form.columns]
    return workbook.write(
        book,
        (
            [
                int(cell) if number and cell.isdecimal() else cell
                for cell, number in zip(row, counted, strict=True)
            ]
            for row in form.rows
        ),
    )
