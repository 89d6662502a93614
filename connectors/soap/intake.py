"""A SOAP message on its way in, request or answer: chunks in, envelope and blobs out.

Binary content never sits in the tree: base64 text is diverted while it is parsed, MIME parts
are spooled, and each becomes the blob of its binary element, whichever way it is named. Of a
signed message only what the signature covers is read: the verifier's octets are parsed anew.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from lxml import etree

from connectors.soap.blob import Base64Sink, Blob, too_large
from connectors.soap.fault import Blame, SoapFault
from connectors.soap.form import INCLUDE, Form, form_of
from connectors.soap.media_type import content_type_of
from connectors.soap.multipart import MAX_ROOT, Related
from connectors.soap.security import SECURITY
from connectors.soap.version import BY_ENVELOPE, VERSIONS, Version
from connectors.soap.xroad import XROAD
from schemas.axis.contract import BINARY, REFERENCE
from schemas.small_xml import SIZE as SMALL
from schemas.small_xml import plain_tree
from schemas.xml import Limits, Reason, StreamParser, XmlRefused

Opener = Callable[[bytes], bytes]
"""Takes a signed envelope's octets, gives an envelope of what the signature covers, or raises."""


class MediaTypeUnknown(ValueError):
    """Neither SOAP nor SOAP in multipart/related; the argument is the content type."""


@dataclass(frozen=True, slots=True)
class Message:
    """One SOAP message that has come in whole."""

    version: Version
    headers: tuple[etree._Element, ...]
    """The Header's X-Road entries."""
    body: etree._Element
    """The Body's one child, its binary elements empty; references have become such."""
    blobs: tuple[Blob, ...]
    """The content of the body's binary elements, in document order."""
    form: Form
    secured: bool
    """A signature was verified that covers headers, body and nothing that is not here."""

    def close(self) -> None:
        """Free the blobs."""
        for blob in self.blobs:
            blob.close()


class Intake:
    """Takes the chunks of one message; *limit* in bytes for each binary element.

    With an *opener* a message that has a Security header is opened by it. Large content lies in
    *folder*.
    """

    def __init__(
        self,
        content_type: str,
        limit: int,
        opener: Opener | None = None,
        folder: Path | None = None,
    ) -> None:
        media_type, parameters = content_type_of(content_type)
        self.form = form_of(media_type, parameters)
        self._limit = limit
        self._opener = opener
        self._related: Related | None = None
        text = MAX_ROOT
        self._limits = Limits(size=limit // 3 * 4 + (limit >> 4) + text, text=text)
        self._size = 0
        self.size_limit = self._limits.size
        """Bytes of the whole message."""
        if media_type == "multipart/related":
            self._related = Related(parameters, limit, folder)
        elif media_type not in {version.media_type for version in VERSIONS}:
            raise MediaTypeUnknown(media_type)
        self._folder = folder
        self._tree = _Tree(limit, self._limits, folder)
        self._octets: list[bytes] | None = [] if opener else None
        """The envelope as it came, for its signature; None when it is too large for one."""

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

    def _parse(self, chunk: bytes) -> None:
        if self._octets is not None:
            self._octets.append(chunk)
            if self._related is None and self._size > MAX_ROOT:
                self._octets = None
        self._tree.feed(chunk)

    def close(self) -> Message:
        """Return the whole message.

        Raises:
            SoapFault: not a message that may come in.
        """
        parts: dict[str, Blob] = {}
        if self._related is not None:
            self._parse(self._related.close())
            parts = self._related.parts
        tree, secured = self._tree, False
        version, headers, body = _opened(tree.close(), secure=self._opener is not None)
        if self._opener is not None and any(entry.tag == SECURITY for entry in headers):
            tree, secured = self._verified(self._opener), True
            version, headers, body = _opened(tree.close(), secure=False)
        return Message(
            version=version,
            headers=tuple(entry for entry in headers if _namespace(entry) == XROAD),
            body=body,
            blobs=tree.blobs_of(body, parts, secured),
            form=self.form,
            secured=secured,
        )

    def prove(self) -> None:
        """Open the envelope of a message that is refused for an attachment, if it has come.

        So that whoever signed it hears of the refusal in an answer that is signed too.

        Raises:
            SoapFault: it does not hold.
        """
        root = self._related.root() if self._related is not None else None
        if self._opener is not None and root is not None:
            self._opener(root)

    def _verified(self, opener: Opener) -> "_Tree":
        if self._octets is None:
            raise too_large(f"a signed envelope of more than {MAX_ROOT} bytes")
        verified = _Tree(self._limit, self._limits, self._folder)
        verified.feed(opener(b"".join(self._octets)))
        return verified


class _Tree:
    """Parses one envelope, its inline content diverted to blobs; a small one without a stream."""

    def __init__(self, limit: int, limits: Limits, folder: Path | None) -> None:
        self._limit = limit
        self._folder = folder
        self._limits = limits
        self._diverted: list[tuple[etree._Element, Blob]] = []
        self._small: bytes = b""
        self._parser: StreamParser | None = None

    def feed(self, chunk: bytes) -> None:
        if self._parser is not None:
            self._stream(self._parser, chunk)
        elif len(self._small) + len(chunk) <= SMALL:
            self._small += chunk
        else:
            self._stream(self._opened(), chunk)

    def close(self) -> etree._Element:
        if self._parser is None:
            plain = plain_tree(self._small, self._limits)
            if plain is not None and not any(map(_holds, plain.iter(BINARY))):
                return plain
        parser = self._parser or self._opened()
        try:
            return parser.close()
        except XmlRefused as refused:
            raise translated(refused) from None

    def _opened(self) -> StreamParser:
        """Return the parser, given what was kept back."""
        self._parser = StreamParser(
            {BINARY}, self._open_sink, inside={INCLUDE}, limits=self._limits
        )
        self._stream(self._parser, self._small)
        return self._parser

    def _stream(self, parser: StreamParser, chunk: bytes) -> None:
        try:
            parser.feed(chunk)
        except XmlRefused as refused:
            raise translated(refused) from None

    def _open_sink(self, element: etree._Element) -> Base64Sink:
        blob = Blob(self._limit, self._folder)
        self._diverted.append((element, blob))
        return Base64Sink(blob)

    def blobs_of(
        self, body: etree._Element, parts: dict[str, Blob], secured: bool
    ) -> tuple[Blob, ...]:
        diverted = dict(self._diverted)
        blobs = []
        for element in list(body.iter(BINARY, REFERENCE)):
            inline = diverted.get(element)
            if element.tag == REFERENCE:
                inline = _attached(element, parts)
            elif len(element):
                if inline is not None or len(element) > 1:
                    raise SoapFault.invalid("binary content both inline and included")
                if secured:  # the signature would have to cover the part's octets: it does not
                    raise SoapFault.invalid("xop:Include in a signed message")
                inline = _part(element[0].get("href") or "", parts)
                element.remove(element[0])
            blobs.append(inline or Blob(0))
        return tuple(blobs)


def _holds(element: etree._Element) -> bool:
    """Return whether a binary element has more in it than a reference to a part."""
    if any(child.tag != INCLUDE or len(child) for child in element):
        return True
    texts = (element.text, *(text for child in element for text in (child.text, child.tail)))
    return any(text and not text.isspace() for text in texts)


def _attached(element: etree._Element, parts: dict[str, Blob]) -> Blob:
    """Return what *element* refers to, and leave an empty BINARY in its place."""
    if len(element):
        raise SoapFault.invalid("a reference holds elements")
    blob = _part((element.text or "").strip(), parts)
    element.tag, element.text = BINARY, None
    return blob


def _part(href: str, parts: dict[str, Blob]) -> Blob:
    """Take the part that *href* names out of *parts*: each is used once (XOP §3.2)."""
    content_id = unquote(href.removeprefix("cid:"))
    blob = parts.pop(content_id, None)
    if blob is None or not content_id or not href.startswith("cid:"):
        raise SoapFault.invalid(f"no part of this message is named {href}")
    return blob


def translated(refused: XmlRefused) -> SoapFault:
    """Return the fault for what the parser refused."""
    if refused.reason is Reason.TOO_LARGE:
        return too_large(str(refused))
    return SoapFault.invalid(str(refused))


def _opened(
    envelope: etree._Element, *, secure: bool
) -> tuple[Version, Sequence[etree._Element], etree._Element]:
    """Return the version, the header's entries and the Body's one child."""
    version = BY_ENVELOPE.get(str(envelope.tag))
    if version is None:
        raise SoapFault(Blame.VERSION_MISMATCH, f"not a SOAP 1.1 or 1.2 envelope: {envelope.tag}")
    header, body = f"{{{version.namespace}}}Header", f"{{{version.namespace}}}Body"
    shape = [element.tag for element in envelope]
    if shape not in ([body], [header, body]):
        raise SoapFault.invalid("an envelope holds one Body, after at most one Header")
    entries = list(envelope[0]) if len(envelope) > 1 else []
    for entry in entries:
        if _namespace(entry) != XROAD and not (secure and entry.tag == SECURITY):
            _refuse_what_must_be_understood(entry, version)
    if len(envelope[-1]) != 1:
        raise SoapFault.invalid("the Body must have one child")
    return version, entries, envelope[-1][0]


def _namespace(element: etree._Element) -> str | None:
    return etree.QName(element).namespace


def _refuse_what_must_be_understood(entry: etree._Element, version: Version) -> None:
    asked = (entry.get(f"{{{version.namespace}}}mustUnderstand") or "").strip()
    receiver = entry.get(f"{{{version.namespace}}}{version.receiver}")
    if asked in ("1", "true") and receiver in version.ours:
        raise SoapFault(Blame.MUST_UNDERSTAND, f"header {entry.tag} is not understood")
