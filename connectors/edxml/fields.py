"""Reads an element's children by local name, whatever their order, prefix or namespace."""

import unicodedata
from collections.abc import Iterator
from datetime import date, datetime
from functools import cached_property

from lxml import etree

from connectors.edxml.dates import NotADate, read_date, read_time
from connectors.edxml.deviation import Deviations

EARLIEST = 1945
"""Years before it come from software: a provincial server stores 0020 for 2020 (axis.md §12.1)."""
_TRUE = {"1", "true", "yes"}
_FALSE = {"0", "false", "no", ""}


def local_name(element: etree._Element) -> str:
    """Return an element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def plain_text(element: etree._Element | None) -> str:
    """Return an element's own text, trimmed; empty for None."""
    return (element.text or "").strip() if element is not None else ""


class Fields:
    """The children of one element; every deviation goes to the log with its path."""

    def __init__(self, element: etree._Element | None, path: str, log: Deviations) -> None:
        self.path = path
        self.present = element is not None
        self._log = log
        self._children: dict[str, list[etree._Element]] = {}
        for child in element if element is not None else ():
            self._children.setdefault(local_name(child), []).append(child)
        self._asked: set[str] = set()
        self.blank = not any(map(plain_text, element if element is not None else ()))
        """Whether no child has text: `<ResponseFor/>` is legal in practice."""

    @property
    def names(self) -> list[str]:
        """The children's names, each once."""
        return list(self._children)

    def all(self, name: str) -> list[etree._Element]:
        """Return every child called *name*."""
        self._asked.add(name)
        return self._children.get(name, [])

    def one(self, *names: str) -> etree._Element | None:
        """Return the first child called by the first of *names*, or by another spelling."""
        for name in names:
            if found := self.all(name):
                return self._first(found, name, names)
        wanted = {name.lower() for name in names}
        for name in self._folded.keys() & wanted:
            written = self._folded[name]
            return self._first(self.all(written), written, names)
        return None

    def _first(
        self, found: list[etree._Element], name: str, names: tuple[str, ...]
    ) -> etree._Element:
        if name != names[0]:
            self._log.add("name.spelling", self.sub(name), f"thay cho / for {names[0]}")
        if len(found) > 1:
            detail = f"{len(found)}; dùng phần tử đầu / first taken"
            self._log.add("element.repeated", self.sub(name), detail)
        self._asked.update(names)
        return found[0]

    @cached_property
    def _folded(self) -> dict[str, str]:
        """The children's names by their lower case: `documentId` stands for `DocumentId`."""
        return {name.lower(): name for name in self._children}

    def child(self, *names: str) -> "Fields":
        """Return the children of the child called so; an absent one has none."""
        return Fields(self.one(*names), self.sub(names[0]), self._log)

    def children(self, name: str) -> Iterator["Fields"]:
        """Return the children of each child called *name*."""
        for number, element in enumerate(self.all(name), start=1):
            yield Fields(element, f"{self.sub(name)}[{number}]", self._log)

    def text(self, *names: str) -> str:
        """Return the text in NFC; empty when absent."""
        value = plain_text(self.one(*names))
        if unicodedata.is_normalized("NFC", value):
            return value
        self._log.add("text.not_nfc", self.sub(names[0]), "không phải Unicode dựng sẵn / not NFC")
        return unicodedata.normalize("NFC", value).strip()

    def raw(self, *names: str) -> str:
        """Return the text as it came, for ids of other systems; empty when absent."""
        return plain_text(self.one(*names))

    def number(self, *names: str) -> int | None:
        """Return a whole number of at most nine digits, or None."""
        value = self.raw(*names)
        if not value:
            return None
        if value.isascii() and value.isdigit() and len(value) <= 9:
            return int(value)
        self._log.add("number.unreadable", self.sub(names[0]), repr(value))
        return None

    def flag(self, name: str) -> bool | None:
        """Return true/1 or false/0, or None when absent or unreadable."""
        element = self.one(name)
        value = plain_text(element).lower()
        if value in _TRUE:
            return True
        if value not in _FALSE:
            self._log.add("flag.unreadable", self.sub(name), repr(value))
            return None
        return False if value else None

    def date(self, *names: str) -> tuple[date | None, str]:
        """Return the day and nothing, or None and what stood there instead."""
        value = self.raw(*names)
        if not value:
            return None, ""
        try:
            day, strict = read_date(value)
        except NotADate as error:
            self._log.add("date.unreadable", self.sub(names[0]), f"{value!r}: {error}")
            return None, value
        self._note(value, strict, day.year, self.sub(names[0]))
        return day, ""

    def time(self, name: str) -> datetime | None:
        """Return the moment in UTC, or None."""
        value = self.raw(name)
        if not value:
            return None
        try:
            moment, strict = read_time(value)
        except NotADate as error:
            self._log.add("date.unreadable", self.sub(name), f"{value!r}: {error}")
            return None
        self._note(value, strict, moment.year, self.sub(name))
        return moment

    def _note(self, value: str, strict: bool, year: int, path: str) -> None:
        if not strict:
            self._log.add("date.format", path, repr(value))
        if year < EARLIEST:
            self._log.add("date.implausible", path, f"{value!r}: năm / year {year}")

    def log(self, code: str, name: str, detail: str) -> None:
        """Note a deviation of the child called *name*."""
        self._log.add(code, self.sub(name), detail)

    def log_rest(self) -> None:
        """Note the children that nobody asked for."""
        for name in self._children:
            if name not in self._asked:
                self._log.add("element.ignored", self.sub(name), "không dùng / not used")

    def sub(self, name: str) -> str:
        """Return the path of a child."""
        return f"{self.path}/{name}" if self.path else name
