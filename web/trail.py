"""The list that a page was opened from: «12/57», the next and the previous document, the way back.

A page of a document reads `?tu=…` and gives `trail.neighbours(here, reference, document_id)` to
`parts/trail.html`. The reference says which list, its chips and order, and the row's place in it;
it holds nothing that its reader may not see, so it needs no signature. ux.md §2, §3.5.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from sqlalchemy.orm import Session

from documents import desk_lists, desk_trail
from documents.calendar import YearMissing
from documents.desk import Desk, desk_of
from documents.desk_lists import DeskList
from documents.desk_rows import Line
from documents.errors import Refused
from web import list_address, search_trail
from web.visitor import Visitor

PARAMETER = "tu"
_LONGEST = 3000


@dataclass(frozen=True, slots=True)
class Trail:
    """Where a page stands in the list it was opened from."""

    reference: str
    """For links and forms of the page that are to stay in the list (`?tu=`)."""
    title: str
    back: str
    """Address of the list."""
    number: int
    total: str
    """How many are in it now: `57`, or `1000+`."""
    here: bool
    """The document still stands in the list."""
    before: str
    """Address of the previous one; empty at the beginning."""
    after: str
    """Address of the next one; at the end, of the list, which then says that it was the last."""
    last: bool
    """There is no next one."""


@dataclass(frozen=True, slots=True)
class _Reference:
    which: DeskList
    query: str
    row_id: str
    number: int


def reference(which: DeskList, query: str, row_id: str, number: int) -> str:
    """Return the reference of one row of a list, as addresses carry it."""
    text = "\n".join((which.name, query, row_id, str(number)))
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def address_of(which: DeskList, line: Line, query: str, number: int) -> str:
    """Return the address of a row's screen, with its place in the list; empty for a hidden one."""
    if line.hidden:
        return ""
    opened = line.task.id if which.by_task and line.task is not None else line.opened_by
    where = which.opens if not which.by_task or line.task is not None else "/documents"
    return f"{where}/{quote(opened)}?{PARAMETER}={reference(which, query, line.id, number)}"


def neighbours(here: Visitor, ref: str, document_id: str = "") -> Trail | None:
    """Return where the page stands in its list; None where *ref* is none, or of another list.

    Args:
        here: Who reads.
        ref: `tu` of the address, as it came.
        document_id: What the page is about; a reference to another row is not believed.
    """
    if ref.startswith(search_trail.PREFIX):
        return _in_search(here, ref, document_id)
    found = _opened(ref)
    if found is None:
        return None
    with here.office.database.reading() as session:
        desk = desk_of(session, here.organ_id, here.who, here.at)
        if not desk_lists.has(desk, found.which):
            return None
        return _trail(session, desk, found, document_id)


def onward(here: Visitor, ref: str, document_id: str = "") -> str:
    """Return where to go after the document was handled: the next one, else its list, else home."""
    trail = neighbours(here, ref, document_id)
    return trail.after if trail is not None else "/"


def _trail(session: Session, desk: Desk, ref: _Reference, document_id: str) -> Trail | None:
    address = list_address.of_query(ref.query)
    try:
        around = desk_trail.neighbours(session, desk, ref.which, address.ask, ref.row_id)
    except (Refused, YearMissing):
        return None
    if around is None or (document_id and not _about(ref, document_id, around.row_ids)):
        return None
    back = f"/lists/{ref.which.name}"
    asked = f"{ref.query}&" if ref.query else ""
    after = ref.number + 1 if around.here else ref.number
    following = (
        address_of(ref.which, around.after, ref.query, after)
        if around.after is not None
        else f"{back}?{asked}het=1"
    )
    previous = (
        address_of(ref.which, around.before, ref.query, max(1, ref.number - 1))
        if around.before is not None
        else ""
    )
    return Trail(
        reference(ref.which, ref.query, ref.row_id, ref.number),
        ref.which.vietnamese,
        f"{back}?{ref.query}" if ref.query else back,
        ref.number,
        str(around.total),
        around.here,
        previous,
        following,
        around.after is None,
    )


def _in_search(here: Visitor, ref: str, document_id: str) -> Trail | None:
    """Return where the page stands in a search that it was opened from."""
    question = search_trail.opened(ref[:_LONGEST])
    if question is None:
        return None
    try:
        with here.office.database.reading() as session:
            desk = desk_of(session, here.organ_id, here.who, here.at)
            around = search_trail.around(session, desk, question, document_id)
    except (Refused, YearMissing):
        return None
    if around is None:
        return None
    before, after, number, total = around
    back = f"/search?{urlencode(question.pairs())}"
    title = "Kết quả tra cứu"
    return Trail(ref, title, back, number, str(total), True, before, after or back, not after)


def _about(ref: _Reference, document_id: str, row_ids: frozenset[str]) -> bool:
    return document_id == ref.row_id or document_id in row_ids


def _opened(ref: str) -> _Reference | None:
    if not 0 < len(ref) <= _LONGEST:
        return None
    try:
        padded = ref + "=" * (-len(ref) % 4)
        text = urlsafe_b64decode(padded.encode("ascii")).decode("utf-8")
        name, query, row_id, number = text.split("\n")
        which = desk_lists.named(name)
        if not number.isascii() or not number.isdigit() or "\x00" in text:
            return None
        return _Reference(which, query[: list_address.LONGEST], row_id[:36], int(number[:9]))
    except (ValueError, Refused):
        return None
