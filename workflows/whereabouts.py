"""Which installation has a document that somebody names: by id, by code, or by edXML id.

An id always wins; a code that several documents bear (one that left and those that arrived of
it, or two agencies' with the same notation) is refused with their ids.
"""

import unicodedata
from collections.abc import Mapping
from typing import Protocol, TypeVar

from sqlalchemy import ColumnElement, or_, select

from documents import directory
from documents.casefile import DocumentUnknown
from documents.database import Database
from documents.errors import Refused
from documents.tables import DocumentRow

_MOST_LISTED = 10
_WAYS = {"outgoing": "đi", "incoming": "đến"}


class _Holder(Protocol):
    """A cabinet or an office."""

    @property
    def database(self) -> Database: ...


T = TypeVar("T", bound=_Holder)


class CodeAmbiguous(Refused):
    """Several documents bear this code."""

    code = "document.code_ambiguous"
    vietnamese = "Nhiều văn bản mang «{0}»: {1}"
    english = "several documents bear «{0}»; their ids are above"
    remedy = "Dùng mã văn bản thay cho số, ký hiệu / use the id instead of the code"


def matching(wanted: str) -> ColumnElement[bool]:
    """Return what holds of every document whose id, code or edXML id is *wanted*."""
    wanted = unicodedata.normalize("NFC", wanted)
    number, _, notation = wanted.partition("/")
    code = (DocumentRow.code_number == number) & (DocumentRow.code_notation == notation)
    named = or_(DocumentRow.id == wanted, DocumentRow.document_key == wanted)
    return or_(named, code) if number and notation else named


def all_found(
    opened: Mapping[str, T], wanted: str, organ_id: str = "", direction: str = ""
) -> list[tuple[T, DocumentRow]]:
    """Return every document that *wanted* may mean, and who of *opened* has it.

    An id means one. With *organ_id*, a code is looked for among this agency's documents only,
    with *direction* among those that go this way. At most one more of each holder than is shown.

    Raises:
        DocumentUnknown: nobody has it.
    """
    rows: list[tuple[T, DocumentRow]] = []
    for holder in opened.values():
        with holder.database.reading() as session:
            row = session.get(DocumentRow, wanted)
            if row is not None:
                return [(holder, row)]
            these = select(DocumentRow).where(matching(wanted)).order_by(DocumentRow.created_at)
            if organ_id:
                these = these.where(DocumentRow.organ_id == organ_id)
            if direction:
                these = these.where(DocumentRow.direction == direction)
            rows += [(holder, row) for row in session.scalars(these.limit(_MOST_LISTED + 1))]
    if not rows:
        raise DocumentUnknown(wanted)
    return rows


def found(
    opened: Mapping[str, T], wanted: str, organ_id: str = "", direction: str = ""
) -> tuple[T, DocumentRow]:
    """Return the one document that is meant by *wanted*, as `all_found` looks for it.

    Raises:
        DocumentUnknown: nobody has it.
        CodeAmbiguous: several documents bear this code.
    """
    rows = all_found(opened, wanted, organ_id, direction)
    if len(rows) > 1:
        said = [
            f"{row.id} ({_WAYS[row.direction]}, {row.organ_id})" for _, row in rows[:_MOST_LISTED]
        ]
        raise CodeAmbiguous(wanted, ", ".join(said) + (" …" if len(rows) > len(said) else ""))
    return rows[0]


def serving(opened: Mapping[str, T], organ_id: str) -> T:
    """Return who of *opened* serves the agency with the code *organ_id*.

    Raises:
        AgencyUnknown, AgencyNotServed: nobody does.
    """
    refusal: Refused = directory.AgencyUnknown(organ_id)
    for holder in opened.values():
        with holder.database.reading() as session:
            try:
                directory.served_agency(session, organ_id)
            except directory.AgencyNotServed as error:
                refusal = error
            except directory.AgencyUnknown:
                continue
            else:
                return holder
    raise refusal
