"""Reads edXML in every dialect that is known to occur (axis.md §14).

Refuses only what cannot be understood; every deviation is a warning. Files are
diverted while the message is parsed, so a large one never lies in memory.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from lxml import etree

from connectors.edxml.attachment import CONTENT, Attachments
from connectors.edxml.content import Base64Content
from connectors.edxml.deviation import Deviations
from connectors.edxml.fields import local_name
from connectors.edxml.header import read_edoc, read_status
from connectors.edxml.incoming import ReadLimits, Received
from connectors.edxml.prolog import BOM, junk_before
from connectors.edxml.refusal import translated
from connectors.edxml.spool import Spool
from connectors.errors import (
    EnvelopeTooLarge,
    KindUnsupported,
    WrongRoot,
)
from schemas.edxml import NAMESPACE, OLD_NAMESPACE
from schemas.xml import StreamParser, XmlRefused

_CHUNK = 1 << 18
_INVENTED = "http://www.go.vn/eDoc"
"""A namespace that the axis rejects but a bare envelope was seen in (axis.md §11.1, §14)."""
_NAMESPACES = (NAMESPACE, OLD_NAMESPACE, _INVENTED)
_DIVERTED = [*(f"{{{namespace}}}{CONTENT}" for namespace in _NAMESPACES), CONTENT]
_SOAP = {
    "http://schemas.xmlsoap.org/soap/envelope/",
    "http://www.w3.org/2003/05/soap-envelope",
}


def read(
    data: bytes | Path,
    *,
    limits: ReadLimits = ReadLimits(),  # noqa: B008
    parts: Mapping[str, bytes | Path] = MappingProxyType({}),
) -> Received:
    """Return the message in *data*, or in the file *data* names.

    *parts* are files that came beside it (SOAP with Attachments, axis.md §12.1), by their
    Content-ID without `<`, `>` and `cid:`.

    Raises:
        EnvelopeInvalid: it cannot be understood; the subclass says why. Nothing else is raised,
            but for OSError when the file cannot be read.
    """
    log = Deviations()
    contents = _Contents(limits)
    root = _parsed(data, contents, limits, log)
    _check_root(root, log)
    header = _header(root)
    if header.find("{*}StatusCode") is not None:
        return Received("status", None, read_status(header, log), (), log.taken())
    edoc = read_edoc(header, next(root.iter("{*}TraceHeaderList"), None), log)
    files = Attachments(contents.found, limits, log).read(root, parts)
    return Received("edoc", edoc, None, files, log.taken(), log.secrecy)


def _parsed(
    data: bytes | Path, contents: "_Contents", limits: ReadLimits, log: Deviations
) -> etree._Element:
    parser = StreamParser(_DIVERTED, contents.opened, limits=limits.xml)
    try:
        for chunk in _trimmed(_chunks(data), log):
            parser.feed(chunk)
        return parser.close()
    except XmlRefused as refused:
        raise translated(refused) from None


def _chunks(data: bytes | Path) -> Iterator[bytes]:
    if isinstance(data, Path):
        with data.open("rb") as file:
            while chunk := file.read(_CHUNK):
                yield chunk
    elif len(data) <= _CHUNK:
        yield data
    else:
        for start in range(0, len(data), _CHUNK):
            yield data[start : start + _CHUNK]


def _trimmed(chunks: Iterator[bytes], log: Deviations) -> Iterator[bytes]:
    """Pass over a byte order mark and junk before the prolog: an official sample has both."""
    first = next(chunks, b"")
    if first.startswith(BOM):
        log.add("bytes.bom", "", "có BOM ở đầu tệp / begins with a byte order mark")
        first = first[len(BOM) :]
    if junk := junk_before(first):
        log.add("bytes.junk", "", f"bỏ qua / passed over: {first[:junk][:40]!r}")
    yield first[junk:]
    yield from chunks


class _Contents:
    """Opens a sink for each content element and remembers which is whose."""

    def __init__(self, limits: ReadLimits) -> None:
        self.found: dict[etree._Element, Base64Content] = {}
        self._limits = limits

    def opened(self, element: etree._Element) -> Base64Content:
        if len(self.found) >= self._limits.files:
            raise EnvelopeTooLarge(f"> {self._limits.files} tệp / files")
        content = Base64Content(Spool(self._limits.file))
        self.found[element] = content
        return content


def _check_root(root: etree._Element, log: Deviations) -> None:
    name, namespace = local_name(root), etree.QName(root).namespace
    known = namespace in (*_NAMESPACES, None)
    if name == "Envelope" and namespace in _SOAP:
        log.add("root.soap", "", "gói tin SOAP / a SOAP message")
    elif known and name.lower() == "edxmlenvelope":
        log.add("root.bare_envelope", "", "thiếu phần tử edXML bên ngoài / no edXML around it")
    elif not known or name != "edXML":
        raise WrongRoot(str(root.tag)[:200])
    if known and namespace != NAMESPACE:
        log.add("root.namespace", "", f"xmlns={namespace or ''!r}")


def _header(root: etree._Element) -> etree._Element:
    header = next(root.iter("{*}MessageHeader"), None)
    if header is None:
        header = next(root.iter("{*}Status"), None)  # SOAP's UpdateTraces (axis.md §12.1)
    if header is None:
        raise KindUnsupported("không có / without MessageHeader")
    return header
