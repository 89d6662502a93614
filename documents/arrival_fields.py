"""What of an arrival's fields can be kept, and what is warned of; nothing is cut silently.

Source: law.md §1.11 (lengths of exchange), axis.md §14 (what other systems really send). An
arrival is not refused for its lengths: what the store has room for is kept whole, and the clerk
is told by the field's name what is over the decree's length, cut, or oddly written.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import cast

from sqlalchemy import String, Table

from documents import field_text
from documents.arrival import Arrival
from documents.fields import INCOMING
from documents.tables import DocumentRow

CUT = "field.cut"
"""Code of the warning that a value was longer than the store has room for."""
LONG = "field.long"
"""Code of the warning that a value is longer than the decree has it."""
TEXT = "field.text"
"""Code of the warning that a value has odd characters or mixed normal forms."""
DAY = "field.day"
"""Code of the warning that a document is of a day to come, or before 1900."""
_COLUMNS = (
    *("type_name", "subject", "place", "sender_organ_id", "sender_name"),
    *("code_number", "code_notation", "document_key"),
    *("signer_name", "signer_position", "signer_competence"),
)
"""Of a document, each named as the arrival has it."""
_OTHERS = {
    "place": "Địa danh (Place)",
    "sender_organ_id": "Mã định danh nơi gửi (OrganId)",
    "document_key": "Mã định danh văn bản (DocumentId)",
    "signer_competence": "Quyền hạn ký (Competence)",
}
"""Fields of edXML's that Appendix VI has not."""


@dataclass(frozen=True, slots=True)
class _Room:
    name: str
    label: str
    decree: int
    """Characters by Appendix VI; 0 where it has no such field."""
    store: int
    """Characters of the column; 0 where it has no end."""


def _rooms() -> Iterator[_Room]:
    columns = cast("Table", DocumentRow.__table__).columns
    fields = {field.home: field for field in INCOMING}
    for name in _COLUMNS:
        kind = columns[name].type
        store = (kind.length or 0) if isinstance(kind, String) else 0
        field = fields.get(f"document.{name}")
        label = field.label if field is not None else _OTHERS[name]
        yield _Room(name, label, field.length if field is not None else 0, store)


_ROOMS = tuple(_rooms())


def kept(arrival: Arrival, today: date) -> tuple[dict[str, str], list[str]]:
    """Return the values of *arrival* by column, as they can be kept, and what to warn of.

    *today* is Vietnam's. A warning is `code: what, Vietnamese first`.
    """
    values: dict[str, str] = {}
    warnings: list[str] = []
    for room in _ROOMS:
        value = cast("str", getattr(arrival, room.name))
        size = len(value)
        values[room.name] = value if not room.store else value[: room.store]
        if room.store and size > room.store:
            warnings.append(f"{CUT}: {room.label}: {size} > {room.store}, còn trong gói tin / cut")
        elif room.decree and size > room.decree:
            warnings.append(f"{LONG}: {room.label}: {size} > {room.decree} ký tự / characters")
        if why := field_text.fault(value):
            warnings.append(f"{TEXT}: {room.label}: {why}")
    if arrival.promulgated and (why := field_text.day_fault(arrival.promulgated, today)):
        said = f"{arrival.promulgated:%d/%m/%Y}"
        warnings.append(f"{DAY}: Ngày, tháng, năm văn bản (IssuedDate): {said} {why}")
    return values, warnings
