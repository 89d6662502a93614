"""A SOAP message on its way in, request or answer: chunks in, envelope and blobs out.

Binary content never sits in the tree: base64 text is diverted while it is parsed,
MTOM parts are spooled, and both become one blob for each binary element.
"""

from dataclasses import dataclass
from urllib.parse import unquote

from lxml import etree

from connectors.soap.blob import Base64Sink, Blob, too_large
from connectors.soap.fault import Blame, SoapFault
from connectors.soap.multipart import MAX_ROOT, Related, content_type_of
from connectors.soap.version import BY_ENVELOPE, VERSIONS, Version
from schemas.axis.contract import BINARY
from schemas.xml import Limits, Reason, StreamParser, XmlRefused

INCLUDE = "{http://www.w3.org/2004/08/xop/include}Include"


class MediaTypeUnknown(ValueError):
    """Neither SOAP nor MTOM; the argument is the content type."""


@dataclass(frozen=True, slots=True)
class Message:
    """One SOAP message that has come in whole."""

    version: Version
    envelope: etree._Element
    body: etree._Element
    """The Body's one child, its binary elements empty."""
    blobs: tuple[Blob, ...]
    """The content of the body's binary elements, in document order."""
    mtom: bool

    def close(self) -> None:
        """Free the blobs."""
        for blob in self.blobs:
            blob.close()


class Intake:
    """Takes the chunks of one message; *limit* in bytes for each binary element."""

    def __init__(self, content_type: str, limit: int) -> None:
        media_type, parameters = content_type_of(content_type)
        self._limit = limit
        self._diverted: list[tuple[etree._Element, Blob]] = []
        self._related: Related | None = None
        text = MAX_ROOT
        self._limits = Limits(size=limit // 3 * 4 + (limit >> 4) + text, text=text)
        self._size = 0
        self.size_limit = self._limits.size
        """Bytes of the whole message."""
        if media_type == "multipart/related":
            self._related = Related(parameters, limit)
        elif media_type not in {version.media_type for version in VERSIONS}:
            raise MediaTypeUnknown(media_type)
        self._parser = StreamParser(
            {BINARY}, self._open_sink, inside={INCLUDE}, limits=self._limits
        )

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes.

        Raises:
            SoapFault: not a message that may come in.
        """
        if self._related is None:
            self._parse(chunk)
            return
        self._size += len(chunk)
        if self._size > self.size_limit:
            raise too_large(f"more than {self.size_limit} bytes")
        self._related.feed(chunk)

    def close(self) -> Message:
        """Return the whole message.

        Raises:
            SoapFault: not a message that may come in.
        """
        parts: dict[str, Blob] = {}
        if self._related is not None:
            self._parse(self._related.close())
            parts = self._related.parts
        try:
            envelope = self._parser.close()
        except XmlRefused as refused:
            raise _translated(refused) from None
        version, body = _opened(envelope)
        return Message(
            version, envelope, body, self._blobs_of(body, parts), self._related is not None
        )

    def _parse(self, chunk: bytes) -> None:
        try:
            self._parser.feed(chunk)
        except XmlRefused as refused:
            raise _translated(refused) from None

    def _open_sink(self, element: etree._Element) -> Base64Sink:
        blob = Blob(self._limit)
        self._diverted.append((element, blob))
        return Base64Sink(blob)

    def _blobs_of(self, body: etree._Element, parts: dict[str, Blob]) -> tuple[Blob, ...]:
        diverted = dict(self._diverted)
        blobs = []
        for element in body.iter(BINARY):
            inline = diverted.get(element)
            if len(element):
                if inline is not None or len(element) > 1:
                    raise SoapFault.invalid("binary content both inline and included")
                inline = _included(element[0], parts)
                element.remove(element[0])
            blobs.append(inline or Blob(0))
        return tuple(blobs)


def _included(include: etree._Element, parts: dict[str, Blob]) -> Blob:
    """Take the part that xop:Include names out of *parts*: each is used once (XOP §3.2)."""
    href = include.get("href") or ""
    blob = parts.pop(unquote(href.removeprefix("cid:")), None)
    if blob is None or not href.startswith("cid:"):
        raise SoapFault.invalid(f"xop:Include names no part of this message: {href}")
    return blob


def _translated(refused: XmlRefused) -> SoapFault:
    if refused.reason is Reason.TOO_LARGE:
        return too_large(str(refused))
    return SoapFault.invalid(str(refused))


def _opened(envelope: etree._Element) -> tuple[Version, etree._Element]:
    version = BY_ENVELOPE.get(str(envelope.tag))
    if version is None:
        raise SoapFault(Blame.VERSION_MISMATCH, f"not a SOAP 1.1 or 1.2 envelope: {envelope.tag}")
    header, body = f"{{{version.namespace}}}Header", f"{{{version.namespace}}}Body"
    shape = [element.tag for element in envelope]
    if shape not in ([body], [header, body]):
        raise SoapFault.invalid("an envelope holds one Body, after at most one Header")
    if len(envelope) > 1:
        _refuse_what_must_be_understood(envelope[0], version)
    if len(envelope[-1]) != 1:
        raise SoapFault.invalid("the Body must have one child")
    return version, envelope[-1][0]


def _refuse_what_must_be_understood(header: etree._Element, version: Version) -> None:
    for entry in header:
        asked = (entry.get(f"{{{version.namespace}}}mustUnderstand") or "").strip()
        receiver = entry.get(f"{{{version.namespace}}}{version.receiver}")
        if asked in ("1", "true") and receiver in version.ours:
            raise SoapFault(Blame.MUST_UNDERSTAND, f"header {entry.tag} is not understood")
