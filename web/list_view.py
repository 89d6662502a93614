"""A list as its page shows it: rows with their cells, chips, tabs, views, what can be done in bulk.

Source: ux.md §3.10 (one list component for every screen), §2 (saved views, position in the list).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import (
    desk_counters,
    desk_lists,
    desk_rows,
    directory,
    listing,
    saved_views,
    units,
)
from documents.assignee import HANDLERS
from documents.deadline_words import DueWords, due_words
from documents.desk import Desk
from documents.desk_lists import Bulk, DeskList
from documents.desk_rows import Line, Shown
from documents.desk_trail import narrowed
from documents.document import Role
from documents.lifecycle import Direction
from documents.listing import Counter
from documents.saved_views import View
from documents.search_query import FINISHED
from documents.tables import DocumentRow, PersonRow
from web import list_columns, trail, wording
from web.list_address import Address, of_query
from web.list_columns import Column
from workflows import batch_actions
from workflows.batch_actions import Action, ActionUnknown

_SENDERS_AMONG = 500
"""Newest rows whose senders the chip offers."""
_MOST_SENDERS = 60
_TABS = 30


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the page."""

    line: Line
    number: int
    href: str
    """Empty: it is not for this person."""
    cells: tuple[tuple[Column, str], ...]
    due: DueWords | None
    ticked: str
    """What its checkbox sends: `id|state|sha256`; empty where nothing is done in bulk."""


@dataclass(frozen=True, slots=True)
class Chip:
    """One condition that holds, and the list without it."""

    label: str
    off: str


@dataclass(frozen=True, slots=True)
class Tab:
    """Another list of the desk, with its counter."""

    which: DeskList
    count: Counter


@dataclass(frozen=True, slots=True)
class ViewTab:
    """A view that somebody kept."""

    view: View
    count: Counter | None
    on: bool


@dataclass(frozen=True, slots=True)
class Options:
    """What the chips can be set to: (value, words)."""

    states: tuple[tuple[str, str], ...]
    types: tuple[tuple[str, str], ...]
    urgencies: tuple[tuple[str, str], ...]
    units: tuple[tuple[str, str], ...]
    drafters: tuple[tuple[str, str], ...]
    signers: tuple[tuple[str, str], ...]
    senders: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ListView:
    """All that the page of a list says."""

    which: DeskList
    address: Address
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    shown: Shown
    total: Counter
    next: str
    """Query of the page after this one; empty at the end."""
    last: int
    """Number of the last row."""
    chips: tuple[Chip, ...]
    bulk: tuple[Action, ...]


def opened(session: Session, desk: Desk, which: DeskList, address: Address) -> ListView:
    """Return a page of a list with everything that its region shows.

    Raises:
        MarkInvalid: the page's mark is none of this list's.
        YearMissing: deadlines are asked for, and the calendar does not know the year.
    """
    shown = desk_rows.shown(session, desk, which, address.ask)
    total = desk_counters.counted_one(
        session, desk, narrowed(which, address.ask), address.ask.sieve
    )
    names = saved_views.columns_of(session, desk.person_id, which.name)
    columns = list_columns.columns_of(which, names)
    bulk = bulk_of(which)
    query = address.query()
    rows = tuple(
        _row(line, number, which, desk, query, columns, shown)
        for number, line in enumerate(shown.lines, address.first)
    )
    last = address.first + len(rows) - 1
    return ListView(
        which,
        address,
        columns,
        rows,
        shown,
        total,
        address.page_query(shown.next, last + 1) if shown.next else "",
        last,
        chips(session, address, which),
        bulk,
    )


def _row(
    line: Line,
    number: int,
    which: DeskList,
    desk: Desk,
    query: str,
    columns: Sequence[Column],
    shown: Shown,
) -> Row:
    row = line.document
    ticked = f"{row.id}|{row.state}|{row.current_sha256 or ''}" if row is not None else ""
    return Row(
        line,
        number,
        trail.address_of(which, line, query, number),
        tuple((each, list_columns.text(line, each.name, shown.names, desk)) for each in columns),
        due_of(line, desk),
        ticked,
    )


def due_of(line: Line, desk: Desk) -> DueWords | None:
    """Return how the row's deadline stands; of what is done nothing is late any more."""
    if line.hidden:
        return None
    said = due_words(line.due, desk.today)
    row = line.document
    if said is not None and line.task is None and row is not None and row.state in FINISHED:
        return DueWords("quiet", "đã xong")
    return said


def bulk_of(which: DeskList) -> tuple[Action, ...]:
    """Return what can be done with several rows of the list: what the installation knows of it."""
    found = []
    for each in which.bulk:
        try:
            found.append(batch_actions.find(each.value))
        except ActionUnknown:
            continue
    return tuple(found)


def assignees(
    session: Session, desk: Desk, which: DeskList
) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """Return to whom rows can be handed on in bulk: units, then people; none where they cannot."""
    if Bulk.FORWARD not in which.bulk:
        return ()
    here = tuple((each.id, each.name) for each in units.on(session, desk.organ_id, desk.today))
    people = session.execute(
        select(PersonRow.id, PersonRow.full_name, PersonRow.position)
        .where(PersonRow.organ_id == desk.organ_id, PersonRow.active.is_(True))
        .where(PersonRow.role.in_([role.value for role in HANDLERS]))
        .order_by(PersonRow.full_name)
    )
    named = tuple((key, f"{name} ({position})") for key, name, position in people)
    return (("Đơn vị", here), ("Người", named))


def tabs(session: Session, desk: Desk) -> tuple[Tab, ...]:
    """Return the desk's lists with their counters."""
    lists = desk_lists.on(desk)[:_TABS]
    counts = desk_counters.counted(session, desk, lists)
    return tuple(Tab(each, counts[each.name]) for each in lists)


def view_tabs(
    session: Session, desk: Desk, which: DeskList, address: Address
) -> tuple[ViewTab, ...]:
    """Return the views of a list; what is pinned has its counter."""
    found = []
    for view in saved_views.views_of(session, desk.organ_id, desk.person_id, which.name)[:20]:
        count = None
        if view.pinned:
            ask = of_query(view.query).ask
            count = desk_counters.counted_one(session, desk, narrowed(which, ask), ask.sieve)
        found.append(ViewTab(view, count, view.query == address.query()))
    return tuple(found)


def options(session: Session, desk: Desk, which: DeskList) -> Options:
    """Return what the chips of a list can be set to."""
    queue = which.queue
    states: list[tuple[str, str]] = []
    if queue is not None and len(queue.states) > 1:
        incoming = queue.direction is Direction.INCOMING
        words = wording.INCOMING_STATES if incoming else wording.OUTGOING_STATES
        states = [(state, said) for state, said in words.items() if state in queue.states]
    rows = session.execute(
        select(PersonRow.id, PersonRow.full_name, PersonRow.role)
        .where(PersonRow.organ_id == desk.organ_id, PersonRow.active.is_(True))
        .order_by(PersonRow.full_name)
    ).all()
    signing = {Role.LEADER.value, Role.UNIT_HEAD.value}
    outgoing = which.direction is not Direction.INCOMING
    people = [(key, name) for key, name, _ in rows if outgoing]
    return Options(
        tuple(states),
        tuple((each, each) for each in list_columns.TYPES),
        tuple((str(int(key)), said) for key, said in wording.URGENCIES.items()),
        tuple((each.id, each.name) for each in units.on(session, desk.organ_id, desk.today)),
        tuple(people),
        tuple((key, name) for key, name, role in rows if outgoing and role in signing),
        _senders(session, desk, which),
    )


def _senders(session: Session, desk: Desk, which: DeskList) -> tuple[tuple[str, str], ...]:
    if which.queue is None or which.queue.direction is not Direction.INCOMING:
        return ()
    near = listing.countable(
        desk.organ_id, replace(which.queue, ascending=False), desk.today, most=_SENDERS_AMONG
    )
    found = session.execute(
        select(DocumentRow.sender_organ_id, DocumentRow.sender_name)
        .where(DocumentRow.id.in_(near.scalar_subquery()))
        .distinct()
        .order_by(DocumentRow.sender_name)
        .limit(_MOST_SENDERS)
    )
    names = {key: name or key for key, name in found}
    return tuple(names.items())


def chips(session: Session, address: Address, which: DeskList) -> tuple[Chip, ...]:
    """Return the conditions that hold, in words."""
    found = []
    names = _named(session, address)
    for name, value in address.pairs():
        if name in {"xep", "chieu"}:
            continue
        found.append(Chip(_said(name, value, names, which), address.without(name, value)))
    return tuple(found)


_DUES = {"qua": "Quá hạn", "sap": "Sắp đến hạn", "co": "Có hạn", "khong": "Không có hạn"}


def _said(name: str, value: str, names: dict[str, str], which: DeskList) -> str:
    match name:
        case "trang_thai":
            incoming = which.direction is not Direction.OUTGOING
            words = wording.INCOMING_STATES if incoming else wording.OUTGOING_STATES
            return words.get(value, value)
        case "khan":
            return wording.urgency(int(value))
        case "han":
            return _DUES[value]
        case "tu_ngay":
            return f"Từ {value}"
        case "den_ngay":
            return f"Đến {value}"
        case "so":
            return f"Số {value}"
    return names.get(value, value)


def _named(session: Session, address: Address) -> dict[str, str]:
    sieve = address.ask.sieve
    names: dict[str, str] = {}
    if sieve.drafters or sieve.signers or sieve.units:
        names |= desk_rows.names_of(session, (*sieve.drafters, *sieve.signers), sieve.units)
    if sieve.senders:
        known = directory.agency_rows(session, sieve.senders)
        names |= {code: row.name for code, row in known.items()}
    return names
