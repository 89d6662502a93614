"""The national SDK's way of laying out edXML: CRLF, two spaces, its prefix pattern, its dates."""

from datetime import date, datetime

from connectors.edxml.style import JAVA_SDK, WriterStyle
from documents.document import VIETNAM

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})


class Layout:
    """Text that grows line by line, indented by its depth."""

    def __init__(self, style: WriterStyle = JAVA_SDK) -> None:
        self.style = style
        self._lines = ['<?xml version="1.0" encoding="UTF-8"?>']
        self._open: list[str] = []

    def start(self, name: str, attributes: str = "") -> None:
        """Open an element; *attributes* begin with a space and are ours, never foreign text."""
        self._lines.append(f"{self._indent()}<{name}{attributes}>")
        self._open.append(name)

    def end(self) -> None:
        """Close the innermost element."""
        name = self._open.pop()
        self._lines.append(f"{self._indent()}</{name}>")

    def leaf(self, name: str, text: object) -> None:
        """Write an element with text, even when the text is empty."""
        escaped = str(text).translate(_ESCAPES)
        self._lines.append(f"{self._indent()}<{name}>{escaped}</{name}>")

    def optional(self, name: str, text: object) -> None:
        """Write an element with text unless it is empty or None."""
        if text is not None and text != "":
            self.leaf(name, text)

    def date(self, day: date | None) -> str:
        """Return a date as the partner wants it, or nothing."""
        return self.style.dates.written(day) if day is not None else ""

    def time(self, at: datetime | None) -> str:
        """Return date and HH:mm:ss in Vietnam's local time, or nothing."""
        if at is None:
            return ""
        local = at.astimezone(VIETNAM)
        return f"{self.date(local)} {local:%H:%M:%S}"

    def raw(self, text: str) -> None:
        """Begin a line with ready markup."""
        self._lines.append(self._indent() + text)

    def follow(self, text: str) -> None:
        """Go on with ready markup where the last piece ended."""
        self._lines.append(text)

    def taken(self) -> bytes:
        """Return what has been written since the last call, with its line end, as UTF-8."""
        lines, self._lines = self._lines, []
        return ("\r\n".join(lines) + "\r\n").encode()

    def _indent(self) -> str:
        return "  " * len(self._open)


def wire_flag(flag: bool) -> str:
    """Return 1 or 0."""
    return "1" if flag else "0"
