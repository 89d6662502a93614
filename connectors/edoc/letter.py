"""A message between its two dresses: what edXML and the dialect both say.

A file's bytes are carried as they are packed, ZIP or not, so that a message that goes out as
SOAP with Attachments and comes back is byte for byte the edXML it was, if it was written in the
national SDK's pattern; and two readings of one SOAP message always give the same bytes.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

import pybase64
from lxml import etree

from connectors.edoc.plain import found, plain, text_at, write
from connectors.edxml.content import Base64Content
from connectors.edxml.fields import local_name
from connectors.edxml.layout import Layout
from connectors.edxml.refusal import translated
from connectors.edxml.spool import Spool
from connectors.errors import (
    AttachmentCorrupt,
    EnvelopeTooLarge,
    KindUnsupported,
    WrongRoot,
)
from schemas.edxml import NAMESPACE, OLD_NAMESPACE
from schemas.xml import Limits, StreamParser, XmlRefused

MOST_FILES = 100
_CONTENT = "ContentTransferEncoded"
_DIVERTED = [f"{{{NAMESPACE}}}{_CONTENT}", f"{{{OLD_NAMESPACE}}}{_CONTENT}", _CONTENT]
_CHUNK = 3 << 16
"""Bytes: a multiple of three, so that pieces of base64 join."""
_TEXT = 4 << 20
_BOM = b"\xef\xbb\xbf"


class Held(Protocol):
    """A file's content, on disk when it is large."""

    size: int
    """Bytes."""

    def open(self) -> IO[bytes]:
        """Return the content at its start; there is one position for all readers."""
        ...

    def close(self) -> None:
        """Give the memory or the temporary file back."""
        ...


@dataclass(frozen=True, slots=True)
class Enclosure:
    """One file of a message, or what the manifest says of one that is not there."""

    content_id: str
    """Without `cid:`."""
    name: str
    description: str
    content_type: str
    content: Held | None
    """None: listed, and not there."""

    def chunks(self) -> Iterator[bytes]:
        """Yield the bytes."""
        if self.content is not None:
            file = self.content.open()
            while chunk := file.read(_CHUNK):
                yield chunk


@dataclass(frozen=True, slots=True)
class Letter:
    """A document message or a status, its elements plain (`connectors.edoc.plain`)."""

    header: etree._Element
    """`MessageHeader`."""
    trace: etree._Element | None = None
    """`TraceHeaderList`; a status has none."""
    enclosures: tuple[Enclosure, ...] = ()

    @property
    def is_status(self) -> bool:
        """Whether it reports on a document."""
        return found(self.header, "StatusCode") is not None

    @property
    def document_id(self) -> str:
        """The document's id, or that of the one that is reported on."""
        path = ("ResponseFor", "DocumentId") if self.is_status else ("DocumentId",)
        return text_at(self.header, *path)

    def close(self) -> None:
        """Give temporary files back now; they also go when the object does."""
        for enclosure in self.enclosures:
            if enclosure.content is not None:
                enclosure.content.close()


def read_edxml(source: bytes | Path, limit: int) -> Letter:
    """Return the message in *source*; its files may have *limit* bytes together.

    Raises:
        EnvelopeInvalid: it cannot be understood.
    """
    contents = _Contents(limit)
    limits = Limits(size=limit // 3 * 4 + (limit >> 4) + _TEXT, text=_TEXT)
    parser = StreamParser(_DIVERTED, contents.opened, limits=limits)
    try:
        for chunk in _pieces(source):
            parser.feed(chunk)
        root = parser.close()
    except XmlRefused as refused:
        raise translated(refused) from None
    if local_name(root).lower() not in ("edxml", "edxmlenvelope"):
        raise WrongRoot(str(root.tag)[:200])
    header = next(root.iter("{*}MessageHeader"), None)
    if header is None:
        raise KindUnsupported("không có / without MessageHeader")
    trace = next(root.iter("{*}TraceHeaderList"), None)
    return Letter(
        plain(header),
        plain(trace) if trace is not None else None,
        _enclosures(root, contents.found),
    )


def write_edxml(letter: Letter, sink: Callable[[bytes], object]) -> None:
    """Write *letter* to *sink* piece by piece, in the pattern of the national SDK."""
    layout = Layout()
    layout.start("edXML", f' xmlns="{NAMESPACE}"')
    layout.start("edXML:edXMLEnvelope", f' xmlns:edXML="{NAMESPACE}"')
    layout.start("edXML:edXMLHeader")
    write(layout, letter.header)
    if letter.trace is not None:
        write(layout, letter.trace)
    layout.end()
    if not letter.is_status:
        _manifest(layout, letter)
    layout.end()
    there = [enclosure for enclosure in letter.enclosures if enclosure.content is not None]
    if there:
        layout.start("AttachmentEncoded")
        for enclosure in there:
            _attachment(layout, enclosure, sink)
        layout.end()
    layout.end()
    sink(layout.taken())


def _manifest(layout: Layout, letter: Letter) -> None:
    layout.start("edXML:edXMLBody")
    layout.start("edXML:edXMLManifest", ' version="1.0"')
    for enclosure in letter.enclosures:
        layout.start("edXML:Reference")
        layout.leaf("edXML:ContentId", f"cid:{enclosure.content_id}")
        layout.leaf("edXML:ContentType", enclosure.content_type)
        layout.optional("edXML:Description", enclosure.description)
        layout.leaf("edXML:AttachmentName", enclosure.name)
        layout.end()
    layout.end()
    layout.end()


def _attachment(layout: Layout, enclosure: Enclosure, sink: Callable[[bytes], object]) -> None:
    layout.start("Attachment")
    layout.leaf("ContentId", f"cid:{enclosure.content_id}")
    layout.leaf("AttachmentName", enclosure.name)
    layout.optional("Description", enclosure.description)
    layout.leaf("ContentType", enclosure.content_type)
    layout.raw(f'<edXML:{_CONTENT} xmlns:edXML="{NAMESPACE}">')
    sink(layout.taken()[:-2])
    for chunk in enclosure.chunks():
        sink(pybase64.b64encode(chunk))
    sink(f"</edXML:{_CONTENT}>\r\n".encode())
    layout.end()


class _Contents:
    """Opens a sink for each content element; all together stay within the limit."""

    def __init__(self, limit: int) -> None:
        self.found: dict[etree._Element, Base64Content] = {}
        self._limit = limit

    def opened(self, element: etree._Element) -> Base64Content:
        if len(self.found) >= MOST_FILES:
            raise EnvelopeTooLarge(f"> {MOST_FILES} tệp / files")
        left = self._limit - sum(content.spool.size for content in self.found.values())
        self.found[element] = Base64Content(Spool(max(left, 0)))
        return self.found[element]


def _pieces(source: bytes | Path) -> Iterator[bytes]:
    if isinstance(source, Path):
        with source.open("rb") as file:
            yield file.read(_CHUNK).removeprefix(_BOM)
            while chunk := file.read(_CHUNK):
                yield chunk
        return
    whole = source.removeprefix(_BOM)
    for start in range(0, len(whole), _CHUNK):
        yield whole[start : start + _CHUNK]


def bare_id(text: str) -> str:
    """Return a content id without `cid:` and angle brackets."""
    return text.strip("<> \t\r\n").removeprefix("cid:")


def _enclosures(
    root: etree._Element, contents: dict[etree._Element, Base64Content]
) -> tuple[Enclosure, ...]:
    listed: dict[str, Enclosure] = {}
    for element in root.iter("{*}Reference"):
        entry = _described(element, None)
        if entry.content_id:
            listed.setdefault(entry.content_id, entry)
    there: list[Enclosure] = []
    for element in root.iter("{*}Attachment"):
        encoded = found(element, _CONTENT)
        content = contents.get(encoded) if encoded is not None else None
        if content is not None and content.fault:
            raise AttachmentCorrupt(text_at(element, "AttachmentName"), f"base64: {content.fault}")
        own = _described(element, content.spool if content is not None else Spool(0))
        other = listed.pop(own.content_id, own)
        there.append(
            Enclosure(
                own.content_id,
                own.name or other.name,
                own.description or other.description,
                own.content_type or other.content_type,
                own.content,
            )
        )
    if len(there) + len(listed) > MOST_FILES:
        raise EnvelopeTooLarge(f"> {MOST_FILES} tệp / files")
    return (*there, *listed.values())


def _described(element: etree._Element, content: Held | None) -> Enclosure:
    return Enclosure(
        bare_id(text_at(element, "ContentId")),
        text_at(element, "AttachmentName"),
        text_at(element, "Description"),
        text_at(element, "ContentType"),
        content,
    )
