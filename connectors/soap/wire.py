"""A SOAP message on its way out, request or answer: its bytes, of known length, in chunks.

Binary content is never in the tree: it goes as MIME parts, or as base64 that is
encoded while it is sent.

Standards: MTOM (W3C, 2005) §3; XOP (W3C, 2005) §4; RFC 2387; SOAP Messages with Attachments
(W3C Note, 2000); WS-I Attachments Profile 1.0 §4.4 (swaRef).
"""

import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pybase64
from lxml import etree

from connectors.soap.form import INCLUDE, XOP_TYPE, Form
from connectors.soap.version import Version
from schemas.axis.contract import BINARY, REFERENCE

CHUNK = 3 << 16
"""Bytes read from a file at a time: a multiple of three, so that base64 pieces join."""
_XOP = "http://www.w3.org/2004/08/xop/include"


@dataclass(frozen=True, slots=True)
class Content:
    """One binary element's content."""

    source: bytes | Path
    size: int
    """Bytes."""

    @classmethod
    def of(cls, source: bytes | Path) -> "Content":
        """Return the content that *source* holds now."""
        return cls(source, len(source) if isinstance(source, bytes) else source.stat().st_size)

    def chunks(self) -> Iterator[bytes]:
        """Yield the bytes."""
        if isinstance(self.source, bytes):
            yield self.source
            return
        with self.source.open("rb") as file:
            while chunk := file.read(CHUNK):
                yield chunk


@dataclass(frozen=True, slots=True)
class _Piece:
    content: Content
    encoded: bool = False
    """Goes out as base64."""

    @property
    def length(self) -> int:
        size = self.content.size
        return (size + 2) // 3 * 4 if self.encoded else size

    def chunks(self) -> Iterator[bytes]:
        for chunk in self.content.chunks():
            yield pybase64.b64encode(chunk) if self.encoded else chunk


@dataclass(frozen=True, slots=True)
class Wire:
    """What goes into the HTTP body."""

    content_type: str
    pieces: tuple[_Piece, ...]

    @property
    def length(self) -> int:
        """Bytes of the whole body."""
        return sum(piece.length for piece in self.pieces)

    def chunks(self) -> Iterator[bytes]:
        """Yield the body; neighbours that are in memory come as one while they are small."""
        held: list[bytes] = []
        size = 0
        for piece in self.pieces:
            for chunk in piece.chunks():
                held.append(chunk)
                size += len(chunk)
                if size >= CHUNK:
                    yield b"".join(held)
                    held, size = [], 0
        if held:
            yield b"".join(held)


Seal = Callable[[bytes], bytes]
"""Signs an envelope: octets in, octets out."""


def written(
    form: Form,
    version: Version,
    envelope: etree._Element,
    contents: Sequence[Content] = (),
    seal: Seal | None = None,
) -> Wire:
    """Return *envelope* with *contents* in *form*.

    *seal*, if any, gets the octets that go out, so inline content and MTOM are not for it: a
    signature over those would cover what stands nowhere on the wire.
    """
    if form is Form.MTOM:
        return mtom(version, envelope, contents)
    if form is Form.SWAREF:
        return swaref(version, envelope, contents, seal)
    return plain(version, envelope, contents, seal)


def plain(
    version: Version,
    envelope: etree._Element,
    contents: Sequence[Content] = (),
    seal: Seal | None = None,
) -> Wire:
    """Return *envelope* with *contents* as base64 in its binary elements, in document order."""
    mark = secrets.token_hex(16)
    for element, _ in _paired(envelope, contents):
        element.text = mark
    between = _octets(envelope, seal).split(mark.encode())
    pieces = [_in_memory(between[0])]
    for content, after in zip(contents, between[1:], strict=True):
        pieces += [_Piece(content, encoded=True), _in_memory(after)]
    return Wire(f"{version.media_type}; charset=utf-8", tuple(pieces))


def mtom(version: Version, envelope: etree._Element, contents: Sequence[Content] = ()) -> Wire:
    """Return *envelope* as multipart/related with *contents* as parts of their own (XOP)."""
    package = _Package(len(contents))
    for (element, _), identifier in zip(_paired(envelope, contents), package.parts, strict=True):
        element.text = None
        include = etree.SubElement(element, INCLUDE, nsmap={"xop": _XOP})
        include.set("href", f"cid:{identifier}")
    root_type = f'{XOP_TYPE}; charset=UTF-8; type="{version.media_type}"'
    pieces = package.pieces(root_type, _octets(envelope), contents)
    head = package.content_type(XOP_TYPE)
    return Wire(f'{head}; start-info="{version.media_type}"', pieces)


def swaref(
    version: Version,
    envelope: etree._Element,
    contents: Sequence[Content] = (),
    seal: Seal | None = None,
) -> Wire:
    """Return *envelope* as multipart/related, its binary elements naming the parts (swaRef)."""
    package = _Package(len(contents))
    for (element, _), identifier in zip(_paired(envelope, contents), package.parts, strict=True):
        element.tag = REFERENCE
        element.text = f"cid:{identifier}"
    root_type = f"{version.media_type}; charset=UTF-8"
    pieces = package.pieces(root_type, _octets(envelope, seal), contents)
    return Wire(package.content_type(version.media_type), pieces)


def _octets(envelope: etree._Element, seal: Seal | None = None) -> bytes:
    octets = etree.tostring(envelope, encoding="utf-8", xml_declaration=True)
    return seal(octets) if seal else octets


class _Package:
    """The parts of one multipart/related message, the SOAP envelope first."""

    def __init__(self, count: int) -> None:
        self._boundary = secrets.token_hex(16)
        self._root = f"root.{self._boundary}@axis"
        self.parts = [f"{number}.{self._boundary}@axis" for number in range(count)]

    def content_type(self, root_type: str) -> str:
        return (
            f'multipart/related; type="{root_type}"; boundary="{self._boundary}"; '
            f'start="<{self._root}>"'
        )

    def pieces(
        self, root_type: str, root: bytes, contents: Sequence[Content]
    ) -> tuple[_Piece, ...]:
        pieces = [_in_memory(_part_head(self._boundary, root_type, self._root)[2:] + root)]
        for content, identifier in zip(contents, self.parts, strict=True):
            head = _part_head(self._boundary, "application/octet-stream", identifier)
            pieces += [_in_memory(head), _Piece(content)]
        pieces.append(_in_memory(f"\r\n--{self._boundary}--\r\n".encode()))
        return tuple(pieces)


def _part_head(boundary: str, content_type: str, identifier: str) -> bytes:
    return (
        f"\r\n--{boundary}\r\nContent-Type: {content_type}\r\n"
        f"Content-Transfer-Encoding: binary\r\nContent-ID: <{identifier}>\r\n\r\n"
    ).encode()


def _paired(
    envelope: etree._Element, contents: Sequence[Content]
) -> list[tuple[etree._Element, Content]]:
    return list(zip(envelope.iter(BINARY), contents, strict=True))


def _in_memory(data: bytes) -> _Piece:
    return _Piece(Content(data, len(data)))
