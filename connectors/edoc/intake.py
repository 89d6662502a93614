"""SOAP with Attachments on its way in, request or answer: chunks in, envelope and files out.

Taken as it comes: SOAP 1.1 and 1.2, with parts or as plain XML, parts in base64 or binary
(axis.md §12.1). What costs more than the limits, or is no MIME, is refused while it comes.
"""

from dataclasses import dataclass
from urllib.parse import unquote

from lxml import etree

from connectors.edoc.letter import MOST_FILES, Enclosure, bare_id
from connectors.edoc.plain import known_children, text_at
from connectors.edxml.fields import local_name
from connectors.soap.blob import Blob, too_large
from connectors.soap.fault import Blame, SoapFault
from connectors.soap.intake import MediaTypeUnknown, translated
from connectors.soap.media_type import content_type_of, file_name_of
from connectors.soap.multipart import Related
from connectors.soap.version import BY_ENVELOPE, VERSIONS, Version
from schemas.edxml.field import FORBIDDEN
from schemas.xml import LIMITS, Limits, StreamParser, XmlRefused

_XLINK = "{http://www.w3.org/1999/xlink}href"


@dataclass(frozen=True, slots=True)
class SwaMessage:
    """One message that has come in whole."""

    version: Version
    header: etree._Element | None
    """`soap:Header`."""
    body: etree._Element
    """`soap:Body`."""
    parts: dict[str, Blob]
    """Files by Content-ID."""
    heads: dict[str, dict[str, str]]
    """Their MIME headers, names in lower case."""

    @property
    def request(self) -> etree._Element | None:
        """The first element of the body."""
        return self.body[0] if len(self.body) else None

    def enclosures(self) -> tuple[Enclosure, ...]:
        """Return the files, as the manifest lists them; then those that it does not list."""
        left = dict(self.parts)
        listed = []
        for reference in self.body.iter("{*}Reference"):
            content_id = _href(reference)
            blob = left.pop(content_id, None) if content_id else None
            listed.append(
                Enclosure(
                    content_id,
                    text_at(reference, "AttachmentName") or self._file_name(content_id),
                    text_at(reference, "Description"),
                    self._type_of(content_id) or text_at(reference, "ContentType"),
                    blob,
                )
            )
        more = [
            Enclosure(cid, self._file_name(cid), "", self._type_of(cid), blob)
            for cid, blob in left.items()
        ]
        if len(listed) + len(more) > MOST_FILES:
            raise too_large(f"more than {MOST_FILES} files")
        return (*listed, *more)

    def _type_of(self, content_id: str) -> str:
        said = self.heads.get(content_id, {}).get("content-type", "")
        return said.partition(";")[0].strip()[:100]

    def _file_name(self, content_id: str) -> str:
        head = self.heads.get(content_id, {})
        name = file_name_of(head.get("content-disposition", ""), head.get("content-type", ""))
        return FORBIDDEN.sub(" ", name)[:255]

    def close(self) -> None:
        """Free the parts."""
        for blob in self.parts.values():
            blob.close()


class SwaIntake:
    """Takes the chunks of one message; its files may have *limit* bytes together."""

    def __init__(self, content_type: str, limit: int, limits: Limits = LIMITS) -> None:
        media_type, parameters = content_type_of(content_type)
        self._related: Related | None = None
        self._size = 0
        self.size_limit = limit // 3 * 4 + (limit >> 4) + limits.text
        """Bytes of the whole message: base64 has line ends too."""
        if media_type == "multipart/related":
            self._related = Related(parameters, limit)
        elif media_type not in {version.media_type for version in VERSIONS}:
            raise MediaTypeUnknown(media_type)
        self._parser = StreamParser((), _never, limits=limits)

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes.

        Raises:
            SoapFault: not a message that may come in.
        """
        self._size += len(chunk)
        if self._size > self.size_limit:
            raise too_large(f"more than {self.size_limit} bytes")
        if self._related is None:
            self._parse(chunk)
        else:
            self._related.feed(chunk)

    def close(self) -> SwaMessage:
        """Return the whole message.

        Raises:
            SoapFault: not a message that may come in.
        """
        parts: dict[str, Blob] = {}
        heads: dict[str, dict[str, str]] = {}
        if self._related is not None:
            self._parse(self._related.close())
            parts, heads = self._related.parts, self._related.heads
        try:
            envelope = self._parser.close()
        except XmlRefused as refused:
            raise translated(refused) from None
        return _opened(envelope, parts, heads)

    def _parse(self, chunk: bytes) -> None:
        try:
            self._parser.feed(chunk)
        except XmlRefused as refused:
            raise translated(refused) from None


def _opened(
    envelope: etree._Element, parts: dict[str, Blob], heads: dict[str, dict[str, str]]
) -> SwaMessage:
    version = BY_ENVELOPE.get(str(envelope.tag))
    if version is None:
        raise SoapFault(Blame.VERSION_MISMATCH, f"not a SOAP 1.1 or 1.2 envelope: {envelope.tag}")
    header, body = f"{{{version.namespace}}}Header", f"{{{version.namespace}}}Body"
    if [element.tag for element in envelope] not in ([body], [header, body]):
        raise SoapFault.invalid("an envelope holds one Body, after at most one Header")
    return SwaMessage(
        version, envelope[0] if len(envelope) > 1 else None, envelope[-1], parts, heads
    )


def _href(reference: etree._Element) -> str:
    said = reference.get(_XLINK) or reference.get("href") or text_at(reference, "ContentId")
    return unquote(bare_id(said))


def child(parent: etree._Element | None, *names: str) -> etree._Element | None:
    """Return the first child of *parent* that is called by one of *names*."""
    for element in known_children(parent) if parent is not None else ():
        if local_name(element) in names:
            return element
    return None


def _never(element: etree._Element) -> Blob:
    raise AssertionError(element.tag)
