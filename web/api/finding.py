"""What else is read: search, registers, the catalogue of agencies, who the token is."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import book_rows, catalogue, directory, recipient_search, rights
from documents.book import BookKind, written
from documents.book_rows import BookWanted
from documents.catalogue import Standing
from documents.errors import Refused
from documents.right import Right
from documents.search import LONGEST_PAGE, search
from documents.search_query import Filters
from documents.tables import PersonRow, RegisterRow
from web.api import models
from web.api.client import Client, Reader
from web.api.models import Agencies, Agency, Found, Me, RegisterRows, Registers, Summary
from web.api.papers import Cursor, Limit

router = APIRouter(tags=["finding"])

_KINDS = (BookKind.OUTGOING, BookKind.INCOMING, BookKind.COPIES)
Year = Annotated[int, Path(ge=2000, le=2200)]


class RegisterCursorInvalid(Refused):
    """A page of a register does not begin there."""

    code = "api.register_cursor_invalid"
    vietnamese = "Vị trí trang «{0}» không hợp lệ"
    english = "no page of the register begins at «{0}»"
    remedy = "Dùng `next` của trang trước / use the page before's `next`"


@router.get("/me")
def read_me(client: Reader) -> Me:
    """Return who the token is, and what their posts allow today."""
    with client.office.database.reading() as session:
        person = session.get_one(PersonRow, client.person_id)
        allowed = rights.of_person(session, client, client.at)
    return Me(
        organ_id=client.organ_id,
        person_id=person.id,
        full_name=person.full_name,
        system=client.caller.system,
        scopes=sorted(client.caller.scopes),
        rights=sorted(allowed),
    )


@router.get("/search")
def find(
    client: Reader,
    query: Annotated[str, Query(alias="q", max_length=500)] = "",
    cursor: Cursor = "",
    limit: Limit = LONGEST_PAGE // 10,
) -> Found:
    """Return documents of the agency that match, accents optional, the newest first."""
    with client.office.database.reading() as session:
        rights.check(session, client, Right.SEARCH, None, client.at)
        results = search(
            session,
            [client.organ_id],
            query,
            Filters(today=client.today, without=rights.hidden(session, client, client.at)),
            page=cursor,
            size=limit,
        )
        rows = rights.visible(session, client, results.documents, client.at)
    return Found(
        documents=[Summary.of(row) for row in rows],
        next=results.next,
        total=results.total,
        at_least=results.at_least,
    )


@router.get("/registers")
def list_registers(client: Reader, year: int | None = None) -> Registers:
    """Return the agency's registers, of one year or all."""
    wanted = select(RegisterRow).where(RegisterRow.organ_id == client.organ_id)
    if year is not None:
        wanted = wanted.where(RegisterRow.year == max(0, min(year, 9999)))
    order = (RegisterRow.year.desc(), RegisterRow.direction, RegisterRow.series)
    with client.office.database.reading() as session:
        rights.check(session, client, Right.SEE_BOOKS, None, client.at)
        rows = session.scalars(wanted.order_by(*order).limit(1000))
        return Registers(registers=[models.Register.model_validate(row) for row in rows])


@router.get("/registers/{kind}/{year}")
def read_register(
    client: Reader,
    kind: Annotated[str, Path(pattern="^(outgoing|incoming|copies)$")],
    year: Year,
    cursor: Cursor = "",
    limit: Limit = 100,
) -> RegisterRows:
    """Return a page of a register in the columns of Decree 30/2020, Appendix IV."""
    with client.office.database.reading() as session:
        rights.check(session, client, Right.SEE_BOOKS, None, client.at)
        rows, after = _rows(session, client, BookKind(kind), year, cursor, limit)
    form = BookWanted(client.organ_id, BookKind(kind), year).form
    return RegisterRows(columns=[column.title for column in form.columns], rows=rows, next=after)


def _rows(
    session: Session, client: Client, kind: BookKind, year: int, cursor: str, limit: int
) -> tuple[list[models.RegisterRow], str]:
    series, _, number = cursor.rpartition(":")
    if cursor and not (number.isascii() and number.isdigit() and len(number) < 10):
        raise RegisterCursorInvalid(cursor[:60])
    every = book_rows.registers(session, BookWanted(client.organ_id, kind, year))
    found: list[models.RegisterRow] = []
    for register in every:
        if cursor and register.series < series:
            continue
        first = int(number) if cursor and register.series == series else None
        wanted = BookWanted(client.organ_id, kind, year, series=register.series, first=first)
        for entry in book_rows.rows(session, wanted):
            if len(found) == limit:
                return found, f"{register.series}:{entry.number or 0}"
            cells = [written(cell) for cell in entry.cells]
            found.append(models.RegisterRow(series=entry.series, number=entry.number, cells=cells))
    return found, ""


@router.get("/agencies")
def find_agencies(
    client: Reader,
    query: Annotated[str, Query(alias="q", min_length=1, max_length=200)],
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Agencies:
    """Return the agencies that may be meant: a name without accents, or the start of a code."""
    with client.office.database.reading() as session:
        found = recipient_search.search(session, query, client.today, limit)
        standings = catalogue.standings(session, [each.code for each in found], client.today)
    return Agencies(
        agencies=[
            _agency(standings[each.code], each.name) if each.code in standings else _kept(each)
            for each in found
        ]
    )


def _kept(found: recipient_search.Found) -> Agency:
    """Return an agency that no catalogue lists."""
    return Agency(
        code=found.code,
        name=found.name,
        parent="",
        other_codes=list(found.others),
        abolished=found.ended,
        successors=[code for code, _ in found.heirs],
    )


@router.get("/agencies/{code}")
def read_agency(client: Reader, code: Annotated[str, Path(max_length=35)]) -> Agency:
    """Return the agency with this code, old or new, and who came after it."""
    with client.office.database.reading() as session:
        standing = catalogue.standings(session, [code], client.today)[code]
        if standing.entry is None:
            raise directory.AgencyUnknown(code)
    return _agency(standing, standing.entry.name)


def _agency(standing: Standing, name: str) -> Agency:
    return Agency(
        code=standing.agency,
        name=name,
        parent=standing.entry.above if standing.entry is not None else "",
        other_codes=list(standing.other_codes),
        abolished=standing.abolished,
        successors=[heir.code for heir in standing.heirs],
    )
