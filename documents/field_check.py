"""Whether a record fits the tables of Appendix VI; one checker for every door.

Legal source: Decree 30/2020/ND-CP, Appendix VI, Part II (law.md §1.11). Pure. A record has values
by field name: text, whole number, day; for a group a mapping, for one that repeats a sequence of
them. What it does not say is missing, not wrong.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from documents import field_text
from documents.field_text import FieldRefused, shortened
from documents.fields import Field, Type


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one value of a record."""

    path: str
    """`SignerInfo/FullName`, `To[2]/OrganId`."""
    label: str
    why: str
    """Vietnamese first."""
    given: str
    """Shortened."""


def check(table: Sequence[Field], record: Mapping[str, Any]) -> list[Fault]:
    """Return everything that is wrong with *record*; what is missing is not."""
    return list(_faults(table, record))


def ensure(table: Sequence[Field], record: Mapping[str, Any]) -> None:
    """Return if *record* may be kept and exchanged.

    Raises:
        FieldRefused: for the first field that is wrong.
    """
    for fault in _faults(table, record):
        raise FieldRefused(fault.label, fault.why, fault.given)


def missing(table: Sequence[Field], record: Mapping[str, Any]) -> list[Field]:
    """Return the fields of *table* that *record* says nothing of, in the table's order."""
    said = {path for path, _, value in _values(table, record) if value not in (None, "")}
    return [
        field
        for path, field in _paths(table)
        if field.type is not Type.GROUP and path not in {_plain(one) for one in said}
    ]


def _faults(table: Sequence[Field], record: Mapping[str, Any]) -> Iterator[Fault]:
    for path, field, value in _values(table, record):
        if value in (None, ""):
            continue
        if why := _why(field, value):
            yield Fault(path, field.label, why, shortened(_written(value)))


def _why(field: Field, value: Any) -> str:
    if field.type is Type.NUMBER:
        return _not_a_number(field, value)
    if field.type is Type.DATE:
        return "" if isinstance(value, date) else "không phải ngày / not a day"
    if not isinstance(value, str):
        return "không phải chữ / not a text"
    if why := field_text.fault(value):
        return why
    return field_text.too_long(field_text.normal(value), field.longest) if field.longest else ""


def _not_a_number(field: Field, value: Any) -> str:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        return "không phải số tự nhiên / not a whole number from 0"
    if value >= 10**field.length:
        return (
            f"quá {field.length} chữ số, tối đa {10**field.length - 1}"
            f" / over {field.length} digits, at most {10**field.length - 1}"
        )
    return ""


def _written(value: Any) -> str:
    return f"{value:%d/%m/%Y}" if isinstance(value, date) else str(value)


def _paths(table: Sequence[Field]) -> Iterator[tuple[str, Field]]:
    """Yield each field with its path in a record."""
    groups = {field.number: field for field in table if field.type is Type.GROUP}
    for field in table:
        group = groups.get(field.number.partition(".")[0]) if "." in field.number else None
        yield (f"{group.name}/{field.name}" if group else field.name), field


def _plain(path: str) -> str:
    """Return a path without the place in a repetition."""
    before, bracket, after = path.partition("[")
    return before + after.partition("]")[2] if bracket else path


def _values(table: Sequence[Field], record: Mapping[str, Any]) -> Iterator[tuple[str, Field, Any]]:
    """Yield path, field and value of everything that *record* says."""
    for path, field in _paths(table):
        if field.type is Type.GROUP:
            continue
        group, slash, name = path.partition("/")
        if not slash or group not in {other.name for other in table if other.type is Type.GROUP}:
            yield path, field, record.get(path)
            continue
        held = record.get(group)
        if isinstance(held, Mapping):
            yield path, field, held.get(name)
        elif held is not None:
            for place, one in enumerate(held, start=1):
                yield f"{group}[{place}]/{name}", field, one.get(name)
