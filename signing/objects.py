"""PDF objects in one line each (ISO 32000-1, 7.3)."""

from collections.abc import Mapping

from pyhanko.pdf_utils.generic import (
    ArrayObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    PdfObject,
    TextStringObject,
)

Value = PdfObject | str | int
"""`/Name` and int become a name and an integer; other text must come as `text`."""


def dictionary(entries: Mapping[str, Value]) -> DictionaryObject:
    """Return a dictionary; keys without their slash."""
    return DictionaryObject({name(key): _object(value) for key, value in entries.items()})


def name(plain: str) -> NameObject:
    """Return the name `/plain`."""
    return NameObject("/" + plain)


def text(value: str) -> TextStringObject:
    """Return a text string, in whichever encoding PDF needs for it."""
    return TextStringObject(value)


def numbers(*values: float) -> ArrayObject:
    """Return an array of numbers, in hundredths of a point."""
    return ArrayObject([FloatObject(round(value, 2)) for value in values])


def entry(of: DictionaryObject, key: str) -> PdfObject | None:
    """Return the entry without its slash called *key*, dereferenced; None when absent.

    `of.get` would return a reference as it stands.
    """
    slashed = "/" + key
    if slashed not in of:
        return None
    value: PdfObject = of[slashed]
    return value


def _object(value: Value) -> PdfObject:
    if isinstance(value, PdfObject):
        return value
    return NumberObject(value) if isinstance(value, int) else NameObject(value)
