"""The one XML parser: everything that comes from outside goes through here.

Two ways in. `parse` makes a tree of a small message. `StreamParser` takes
chunks and diverts the text of named elements (base64 files) to sinks, so that a
file never sits in a tree. Both refuse DOCTYPE, entities and processing
instructions, drop comments, and bound size, depth, elements, attributes and
namespaces. Neither reads files or the network (XML 1.0; XInclude and
schemaLocation are inert).
"""

import inspect
from collections.abc import Callable, Collection
from typing import Any, Protocol

from lxml import etree

from schemas.small_xml import plain_tree
from schemas.xml_limits import HARDENED, LIMITS, Limits, Reason, XmlRefused

__all__ = [
    "LIMITS",
    "Limits",
    "Reason",
    "Sink",
    "StreamParser",
    "XmlRefused",
    "parse",
    "parse_as_written",
]


_PIECES = 300_000
_PIECE = 48
"""One piece of text or comment for so many bytes, beyond the first `_PIECES`.

Lines of base64 are longer; character references and empty comments are not, and each costs a
microsecond.
"""

_STOPS = 2000
"""Places where the parser is asked whether a diverted element begins; each costs a microsecond."""


def parse(data: bytes, *, limits: Limits = LIMITS) -> etree._Element:
    """Return the root of *data*, a message without large text nodes (each at most 10 MB).

    Raises:
        XmlRefused: not well-formed, forbidden, or over *limits*.
    """
    if len(data) > limits.size:
        raise XmlRefused(Reason.TOO_LARGE, f"{len(data)} bytes, at most {limits.size}")
    plain = plain_tree(data, limits)
    if plain is not None:
        return plain
    parser = StreamParser((), _never, limits=limits)
    parser.feed(data)
    return parser.close()


def parse_as_written(data: bytes, *, limits: Limits = LIMITS) -> etree._Element:
    """Return the root of *data* as `parse` does, each name with the prefix it was written with.

    A signature covers prefixes too; where two stand for one namespace, `parse` keeps either.

    Raises:
        XmlRefused: not well-formed, forbidden, or over *limits*.
    """
    parse(data, limits=limits)
    parser = etree.XMLParser(remove_comments=True, remove_pis=True, **HARDENED)
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise XmlRefused(Reason.NOT_WELL_FORMED, str(error.msg), error.lineno) from None


class Sink(Protocol):
    """Takes the text of one diverted element."""

    def write(self, text: bytes, /) -> object:
        """Take the next piece, UTF-8, white space included."""
        ...

    def close(self) -> object:
        """Hear that the element has ended."""
        ...


def _never(element: etree._Element) -> Sink:
    raise AssertionError(element.tag)


class StreamParser:
    """Builds a tree from chunks and hands the text of *divert*'s elements to sinks.

    *divert* holds names in Clark's notation (`{namespace}local`). *open_sink* is called at the
    first text of such an element that is not white space; an empty element gets no sink. The
    element stays in the tree without text; *inside* names the only children it may have
    (`xop:Include`). Its text up to the first markup goes to the sink as it stands in the bytes,
    past libxml2, which takes longer for it than decoding does: a sink must refuse what is not
    its own alphabet. What a sink raises comes out of `feed` as it is. Elements that *watch* names
    are in `ended` from their end on: whoever wants no more of the message stops feeding.
    """

    def __init__(
        self,
        divert: Collection[str],
        open_sink: Callable[[etree._Element], Sink],
        *,
        inside: Collection[str] = (),
        watch: Collection[str] = (),
        limits: Limits = LIMITS,
    ) -> None:
        self._limits = limits
        self._size = 0
        self._target = _Target(frozenset(divert), open_sink, frozenset(inside), limits)
        self._target.watch = frozenset(watch)
        self._target.noted = self._logged
        target: Any = self._target  # the stubs ask for bytes where lxml gives str
        self._parser = etree.XMLParser(target=target, **HARDENED)
        self._names = {name.rpartition("}")[2].encode() for name in divert}
        self._stops = _STOPS
        self._passing = False
        """Whether the next bytes are the text of a diverted element that has just begun."""

    @property
    def ended(self) -> list[etree._Element]:
        """The watched elements that have come whole so far, in order of their ends."""
        return self._target.ended

    @property
    def unsound(self) -> XmlRefused | None:
        """What was wrong, though libxml2 went on, up to the end of the last of `ended`."""
        return self._target.unsound

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes.

        Raises:
            XmlRefused: not well-formed, forbidden, or over the limits.
        """
        self._size += len(chunk)
        if self._size > self._limits.size:
            raise XmlRefused(Reason.TOO_LARGE, f"more than {self._limits.size} bytes")
        self._target.pieces = _PIECES + self._size // _PIECE
        at = 0
        while at < len(chunk):
            if self._passing:
                at = self._pass(chunk, at)
                continue
            end = self._start_ends(chunk, at)
            self._parse(chunk[at:end] if at or end < len(chunk) else chunk)
            self._passing = end < len(chunk) and self._target.is_fresh
            at = end

    def _parse(self, chunk: bytes) -> None:
        try:
            self._parser.feed(chunk)
        except etree.XMLSyntaxError as error:
            raise self._refusal(error) from None
        if self._target.error is not None:
            raise self._refusal()

    def _start_ends(self, chunk: bytes, at: int) -> int:
        """Return where a tag of a diverted name may end in *chunk*, else where *chunk* does.

        The parser alone says whether it is one; here is only a place to ask it.
        """
        ends = []
        for name in self._names if self._stops else ():
            found = chunk.find(name, at)
            end = chunk.find(b">", found + len(name)) if found >= 0 else -1
            if end >= 0:
                ends.append(end + 1)
        self._stops -= bool(ends)
        return min(ends, default=len(chunk))

    def _pass(self, chunk: bytes, at: int) -> int:
        """Hand text without markup to the sink; return where markup begins in *chunk*."""
        found = (chunk.find(mark, at) for mark in (b"<", b"&"))
        end = min((place for place in found if place >= 0), default=len(chunk))
        self._passing = end == len(chunk)
        text = chunk[at:end] if at or end < len(chunk) else chunk
        self._target.take(text)
        if self._target.error is not None:
            raise self._refusal()
        if b"\n" in text and (lines := text.count(b"\n")):  # the parser is only to count them
            self._target.drop += lines
            self._parse(b"\n" * lines)
        return end

    def close(self) -> etree._Element:
        """Return the root of the whole message.

        Raises:
            XmlRefused: the message ended early.
        """
        try:
            root = self._parser.close()
        except etree.XMLSyntaxError as error:
            raise self._refusal(error) from None
        refusal = self._target.error or self._logged()
        if refusal is not None:
            raise refusal
        if not isinstance(root, etree._Element):
            raise XmlRefused(Reason.NOT_WELL_FORMED, "no element found")
        return root

    def _refusal(self, error: etree.XMLSyntaxError | None = None) -> Exception:
        """Return what to raise: our own refusal, then bad XML, then what a sink said."""
        if isinstance(self._target.error, XmlRefused):
            return self._target.error
        logged = self._logged()
        if logged is None and error is not None:
            logged = XmlRefused(Reason.NOT_WELL_FORMED, str(error.msg), error.lineno)
        return logged or self._target.error or XmlRefused(Reason.NOT_WELL_FORMED, "not XML")

    def _logged(self) -> XmlRefused | None:
        """Return the first error libxml2 noted; an unbound prefix does not stop it."""
        for entry in self._parser.feed_error_log:
            if entry.level >= etree.ErrorLevels.ERROR:
                return XmlRefused(Reason.NOT_WELL_FORMED, entry.message.strip(), entry.line)
        return None


class _Target:
    """What lxml calls while it parses.

    No callback raises: lxml would mask the exception by the one that close() raises on the
    unfinished tree. The first error is kept and `StreamParser` raises it.
    """

    def __init__(
        self,
        divert: frozenset[str],
        open_sink: Callable[[etree._Element], Sink],
        inside: frozenset[str],
        limits: Limits,
    ) -> None:
        self.error: Exception | None = None
        self.pieces = 0
        """How many pieces of text and comments may have come by now."""
        self.drop = 0
        """Characters to come that were never in the message at that place."""
        self.watch: frozenset[str] = frozenset()
        self.ended: list[etree._Element] = []
        self.noted: Callable[[], XmlRefused | None] = lambda: None
        self.unsound: XmlRefused | None = None
        self._divert, self._open_sink, self._inside = divert, open_sink, inside
        self._limits = limits
        self._builder: Any = etree.TreeBuilder()  # the stubs forget its results
        self._depth = self._elements = self._text = self._piece = 0
        self._diverted: etree._Element | None = None
        self._sink: Sink | None = None
        self._fresh = False

    def doctype(self, *_: object) -> None:
        self._refuse(Reason.DOCTYPE, "DOCTYPE is forbidden")

    def pi(self, *_: object) -> None:
        self._refuse(Reason.INSTRUCTION, "processing instructions are forbidden")

    def comment(self, _: str) -> None:
        """Drop it."""
        self._count()

    def start(self, tag: str, attributes: dict[str, str], nsmap: dict[str, str]) -> None:
        if self.error is not None or not self._affordable(attributes, nsmap):
            return
        if self._diverted is not None and tag not in self._inside:
            self._refuse(Reason.NOT_WELL_FORMED, f"element {tag} inside encoded content")
            return
        # lxml hands the default namespace over as '' where its own TreeBuilder wants None
        named: Any = {prefix or None: uri for prefix, uri in nsmap.items()} if nsmap else None
        try:
            element = self._builder.start(tag, dict(attributes), named)
        except ValueError as error:
            self._refuse(Reason.NOT_WELL_FORMED, str(error))
            return
        self._fresh = tag in self._divert
        if self._fresh:
            self._diverted = element

    def _affordable(self, attributes: dict[str, str], nsmap: dict[str, str]) -> bool:
        limits = self._limits
        self._depth += 1
        self._elements += 1
        if attributes:
            self._text += sum(map(len, attributes.values()))
        if self._depth > limits.depth:
            self._refuse(Reason.TOO_LARGE, f"deeper than {limits.depth} elements")
        elif self._elements > limits.elements:
            self._refuse(Reason.TOO_LARGE, f"more than {limits.elements} elements")
        elif len(attributes) > limits.attributes or len(nsmap) > limits.namespaces:
            self._refuse(Reason.TOO_LARGE, "too many attributes or namespaces on one element")
        elif self._text > limits.text:
            self._refuse(Reason.TOO_LARGE, f"more than {limits.text} characters of text")
        return self.error is None

    @property
    def is_fresh(self) -> bool:
        """Whether a diverted element has begun and nothing in it has come yet."""
        return self._fresh and self._diverted is not None

    def take(self, text: bytes) -> None:
        """Take text of the diverted element that never was the parser's."""
        self._fresh = False
        if text:
            self._write(text)

    def data(self, text: str) -> None:
        self._fresh = False
        self._count()
        if self.drop:
            dropped = min(self.drop, len(text))
            self.drop -= dropped
            text = text[dropped:]
        if self.error is not None or not text:
            return
        if self._diverted is not None:
            self._write(text.encode())
            return
        self._text += len(text)
        if self._text > self._limits.text:
            self._refuse(Reason.TOO_LARGE, f"more than {self._limits.text} characters of text")
            return
        self._builder.data(text)

    def _count(self) -> None:
        self._piece += 1
        if self._piece > self.pieces:
            self._refuse(Reason.TOO_LARGE, "text in too many pieces")

    def _write(self, text: bytes) -> None:
        try:
            if self._sink is None:
                if text.isspace():
                    return
                assert self._diverted is not None  # noqa: S101
                self._sink = self._open_sink(self._diverted)
            self._sink.write(text)
        except Exception as error:
            self.error = error

    def end(self, tag: str) -> None:
        if self.error is not None:
            return
        self._depth -= 1
        element = self._builder.end(tag)
        if tag in self.watch:
            self.unsound = self.noted()
            self.ended.append(element)
        if element is not self._diverted:
            return
        sink, self._sink, self._diverted = self._sink, None, None
        if sink is not None:
            try:
                sink.close()
            except Exception as error:
                self.error = error

    def close(self) -> etree._Element | None:
        try:
            return None if self.error is not None else self._builder.close()
        except (etree.XMLSyntaxError, AssertionError):  # unfinished: lxml knows the line, we do not
            return None

    def _refuse(self, reason: Reason, detail: str) -> None:
        self.error = self.error or XmlRefused(reason, detail)


# lxml asks how many arguments it takes, each time a parser is made: 50 microseconds without this
_Target.start.__signature__ = inspect.signature(_Target.start)  # type: ignore[attr-defined]
