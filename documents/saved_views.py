"""Views of a list that people keep: its chips, order and columns; the columns each likes to see.

Kept with the saved queries (law.md VI-29) under names that begin with `@` and the list's name, so
that a view of a list is never taken for a search. Source: ux.md §2 (saved views, pinned with
counters, shareable).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from documents.errors import storable
from documents.identity import new_id
from documents.saved_queries import MOST, VIEW, QueryNotKept, QueryUnknown
from documents.search import Sort
from documents.tables import SavedQueryRow

NAME_LENGTH = 60
QUERY_LENGTH = 2000


@dataclass(frozen=True, slots=True)
class View:
    """A view of a list as it is kept."""

    id: str
    list_name: str
    name: str
    query: str
    """Chips and order, as the address of the list has them."""
    columns: tuple[str, ...]
    shared: bool
    pinned: bool
    own: bool


def views_of(
    session: Session, organ_id: str, person_id: str, list_name: str = ""
) -> tuple[View, ...]:
    """Return the views that a person may use, of one list or of all: their own first."""
    row = SavedQueryRow
    start = f"{VIEW}{list_name}/" if list_name else VIEW
    wanted = select(row).where(
        row.organ_id == organ_id,
        or_(row.owner_id == person_id, row.shared.is_(True)),
        row.name.startswith(start, autoescape=True),
    )
    found = [_view(each, person_id) for each in session.scalars(wanted.order_by(row.name, row.id))]
    return tuple(
        sorted((view for view in found if view.name), key=lambda view: (not view.own, view.name))
    )


def columns_of(session: Session, person_id: str, list_name: str) -> tuple[str, ...]:
    """Return the columns that the person chose for the list; none: the usual ones."""
    row = session.scalar(_mine(person_id, list_name, ""))
    return tuple(row.options["columns"]) if row is not None else ()


def choose_columns(
    session: Session,
    organ_id: str,
    person_id: str,
    list_name: str,
    columns: Sequence[str],
    at: datetime,
) -> None:
    """Keep which columns the person wants to see of the list; none forgets the choice."""
    if columns:
        _put(session, organ_id, person_id, View("", list_name, "", "", tuple(columns), *_PLAIN), at)
    elif (row := session.scalar(_mine(person_id, list_name, ""))) is not None:
        session.delete(row)


_PLAIN = (False, False, True)


def keep(session: Session, organ_id: str, person_id: str, view: View, at: datetime) -> str:
    """Keep a view under its name, in the place of the person's older one; return its id.

    Raises:
        QueryNotKept: it has no name, is too long, or there are too many.
    """
    name = " ".join(storable(view.name).split())
    if not 0 < len(name) <= NAME_LENGTH:
        raise QueryNotKept(name[:60], f"tên dài {len(name)} / its name has {len(name)} characters")
    if len(view.query) > QUERY_LENGTH:
        raise QueryNotKept(name, "điều kiện quá dài / too long")
    return _put(
        session,
        organ_id,
        person_id,
        View("", view.list_name, name, view.query, view.columns, view.shared, view.pinned, True),
        at,
    )


def drop(session: Session, person_id: str, view_id: str) -> None:
    """Forget one's own view.

    Raises:
        QueryUnknown: there is none of this id, or it is another's.
    """
    row = session.get(SavedQueryRow, view_id)
    if row is None or row.owner_id != person_id or not row.name.startswith(VIEW):
        raise QueryUnknown(view_id[:60])
    session.delete(row)


def _mine(person_id: str, list_name: str, name: str) -> Select[SavedQueryRow]:
    row = SavedQueryRow
    return select(row).where(row.owner_id == person_id, row.name == f"{VIEW}{list_name}/{name}")


def _put(session: Session, organ_id: str, person_id: str, view: View, at: datetime) -> str:
    row = session.scalar(_mine(person_id, view.list_name, view.name))
    if row is None:
        mine = select(func.count()).where(SavedQueryRow.owner_id == person_id)
        if (session.scalar(mine) or 0) >= MOST:
            raise QueryNotKept(view.name, f"đã có {MOST} / there are {MOST} already")
        row = SavedQueryRow(
            id=new_id(),
            organ_id=organ_id,
            owner_id=person_id,
            name=f"{VIEW}{view.list_name}/{view.name}",
            created_at=at,
        )
        session.add(row)
    row.query, row.shared, row.updated_at = storable(view.query), view.shared, at
    row.options = {
        "columns": list(view.columns),
        "sort": Sort.NEWEST.value,
        "pinned": view.pinned,
    }
    session.flush()
    return row.id


def _view(row: SavedQueryRow, person_id: str) -> View:
    list_name, _, name = row.name.removeprefix(VIEW).partition("/")
    return View(
        row.id,
        list_name,
        name,
        row.query,
        tuple(row.options.get("columns", ())),
        row.shared,
        bool(row.options.get("pinned")),
        row.owner_id == person_id,
    )
