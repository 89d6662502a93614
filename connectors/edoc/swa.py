"""SOAP with Attachments on its way out: the envelope, then a MIME part for each file.

Parts go as base64 in lines of 76 characters (RFC 2045 §6.8), which is what the dialect's servers
read (axis.md §12.1); they are encoded while they are sent.

Standard: SOAP Messages with Attachments (W3C Note, 2000); RFC 2387.
"""

import re
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pybase64
from lxml import etree

from connectors.edoc.letter import Enclosure
from connectors.soap.version import SOAP12, Version

_LINE = 57
"""Bytes that make one line of 76 characters."""
_CHUNK = 3400 * _LINE
_TYPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,63}/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}")
_SAFE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,199}")


@dataclass(frozen=True, slots=True)
class Part:
    """One file on the wire."""

    head: bytes
    enclosure: Enclosure

    @property
    def length(self) -> int:
        """Bytes, with the head."""
        size = self.enclosure.content.size if self.enclosure.content is not None else 0
        return len(self.head) + (size + 2) // 3 * 4 + -(-size // _LINE) * 2

    def chunks(self) -> Iterator[bytes]:
        """Yield the head and the lines."""
        yield self.head
        if self.enclosure.content is None:
            return
        file = self.enclosure.content.open()
        while chunk := file.read(_CHUNK):
            yield pybase64.encodebytes(chunk).replace(b"\n", b"\r\n")


@dataclass(frozen=True, slots=True)
class SwaBody:
    """What goes into the HTTP body (`connectors.soap.connection.Body`)."""

    content_type: str
    root: bytes
    parts: tuple[Part, ...] = ()
    tail: bytes = b""

    @property
    def length(self) -> int:
        """Bytes of the whole body."""
        return len(self.root) + sum(part.length for part in self.parts) + len(self.tail)

    def chunks(self) -> Iterator[bytes]:
        """Yield the body."""
        yield self.root
        for part in self.parts:
            yield from part.chunks()
        if self.tail:
            yield self.tail


def wire_ids(enclosures: Sequence[Enclosure]) -> list[str]:
    """Return each file's Content-ID: its own, unless MIME or a URL could not carry it."""
    taken: set[str] = set()
    ids = []
    for number, enclosure in enumerate(enclosures, start=1):
        name = enclosure.content_id
        if not _SAFE_ID.fullmatch(name):
            name = f"attachment-{number}"
        while name in taken:
            name += "."
        taken.add(name)
        ids.append(name)
    return ids


def plain_body(version: Version, envelope: etree._Element, action: str = "") -> SwaBody:
    """Return the message without parts; *action* goes where SOAP 1.2 wants it."""
    asked = f'; action="{action}"' if action and version is SOAP12 else ""
    return SwaBody(f"{version.media_type}; charset=utf-8{asked}", _text(envelope))


def related_body(
    version: Version,
    envelope: etree._Element,
    enclosures: Sequence[Enclosure],
    ids: Sequence[str],
    action: str = "",
) -> SwaBody:
    """Return the message as multipart/related, even when it has no file."""
    boundary = secrets.token_hex(16)
    root_id = f"root.{boundary}@axis"
    asked = f'; action="{action}"' if action and version is SOAP12 else ""
    head = _head(boundary, f"{version.media_type}; charset=utf-8", root_id, "8bit")[2:]
    parts = tuple(
        Part(_head(boundary, _media_type(enclosure.content_type), content_id, "base64"), enclosure)
        for enclosure, content_id in zip(enclosures, ids, strict=True)
        if enclosure.content is not None
    )
    return SwaBody(
        f'multipart/related; type="{version.media_type}"; start="<{root_id}>"; '
        f'boundary="{boundary}"{asked}',
        head + _text(envelope),
        parts,
        f"\r\n--{boundary}--\r\n".encode(),
    )


def _head(boundary: str, content_type: str, content_id: str, encoding: str) -> bytes:
    return (
        f"\r\n--{boundary}\r\nContent-Type: {content_type}\r\n"
        f"Content-Transfer-Encoding: {encoding}\r\nContent-ID: <{content_id}>\r\n\r\n"
    ).encode()


def _media_type(said: str) -> str:
    return said if _TYPE.fullmatch(said) else "application/octet-stream"


def _text(envelope: etree._Element) -> bytes:
    return etree.tostring(envelope, encoding="utf-8", xml_declaration=True)
