"""One request over a profile's call: names filled in, the message streamed, its length known.

Nothing is sent chunked: faces refuse a request without Content-Length (axis.md §11.1).
"""

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pybase64

from connectors.errors import AxisRefused
from connectors.rest.profile import CONTENT, Body, Operation, filled

_PIECE = 3 << 16
"""Bytes read at once; a multiple of 3, so that base64 goes on without padding."""


@dataclass(frozen=True, slots=True)
class Source:
    """A message on its way out."""

    edxml: bytes | Path = field(repr=False)
    size: int
    """Bytes."""

    def pieces(self) -> Iterator[bytes]:
        """Yield the bytes, a few at once."""
        if isinstance(self.edxml, bytes):
            for start in range(0, len(self.edxml), _PIECE):
                yield self.edxml[start : start + _PIECE]
            return
        with self.edxml.open("rb") as file:
            while piece := file.read(_PIECE):
                yield piece


NOTHING = Source(b"", 0)


@dataclass(frozen=True, slots=True)
class Payload:
    """A request's body: what stands before the message, the message, what stands behind."""

    content_type: str = ""
    """Empty: a request without a body."""
    before: bytes = field(default=b"", repr=False)
    source: Source = NOTHING
    base64: bool = False
    after: bytes = b""

    @property
    def length(self) -> int:
        """Bytes."""
        size = (self.source.size + 2) // 3 * 4 if self.base64 else self.source.size
        return len(self.before) + size + len(self.after)

    def chunks(self) -> Iterator[bytes]:
        """Yield the bytes; what is small in one piece."""
        held = self.before
        for piece in self.source.pieces():
            held += pybase64.b64encode(piece) if self.base64 else piece
            if len(held) >= _PIECE:
                yield held
                held = b""
        yield held + self.after


@dataclass(frozen=True, slots=True)
class Request:
    """What goes out; its values may be secrets and are not shown."""

    method: str
    target: str = field(repr=False)
    """Path and query."""
    headers: dict[str, str] = field(repr=False)
    payload: Payload

    @property
    def key(self) -> tuple[str, ...]:
        """Equal for equal requests without a message."""
        return (self.method, self.target, *map(str, sorted(self.headers.items())))


def request(
    operation: Operation,
    common: dict[str, str],
    values: dict[str, str],
    source: Source = NOTHING,
) -> Request:
    """Return the request of *operation*; *common* are the profile's headers.

    Raises:
        AxisRefused: a value cannot stand in a header.
    """
    target = filled(operation.path, {name: quote(text, safe="") for name, text in values.items()})
    if operation.query:
        query = {name: filled(text, values) for name, text in operation.query.items()}
        target += f"?{urlencode(query, quote_via=quote, safe='')}"
    headers = {name: filled(text, values) for name, text in (common | operation.headers).items()}
    for name, text in headers.items():
        if not (text.isascii() and text.isprintable()):
            raise AxisRefused("HEADER", f"{name}: chỉ ASCII / ASCII only")
    return Request(
        operation.method,
        target,
        {"Accept": "application/json"} | headers,
        _payload(operation.body, values, source),
    )


def _payload(body: Body, values: dict[str, str], source: Source) -> Payload:
    if body.form == "raw":
        return Payload(body.type, b"", source)
    if body.form == "multipart":
        return _multipart(body, values, source)
    if body.form == "urlencoded":
        fields = {name: filled(text, values) for name, text in body.fields.items()}
        return Payload("application/x-www-form-urlencoded", urlencode(fields).encode())
    if body.form == "json":
        text = json.dumps(_json(body.template, values), ensure_ascii=False, separators=(",", ":"))
        before, found, after = text.partition(CONTENT)
        told = source if found else NOTHING
        return Payload("application/json", before.encode(), told, True, after.encode())
    return Payload()


def _json(template: Any, values: dict[str, str]) -> Any:
    if isinstance(template, str):
        return filled(template, values)
    if isinstance(template, list):
        return [_json(one, values) for one in template]
    if isinstance(template, dict):
        return {name: _json(one, values) for name, one in template.items()}
    return template


def _multipart(body: Body, values: dict[str, str], source: Source) -> Payload:
    """Return a form (RFC 7578); the file comes last, so that its fields are known before it."""
    boundary = f"----congvan{secrets.token_hex(16)}"
    head = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'
        f"{filled(text, values)}\r\n"
        for name, text in body.fields.items()
    )
    head += (
        f'--{boundary}\r\nContent-Disposition: form-data; name="{body.file}"; '
        f'filename="{values.get("file_name", "message.edxml")}"\r\n'
        f"Content-Type: {body.type}\r\n\r\n"
    )
    return Payload(
        f"multipart/form-data; boundary={boundary}",
        head.encode(),
        source,
        after=f"\r\n--{boundary}--\r\n".encode(),
    )
