"""The system under test as behaviour cases see it: what every wire can say, in its own bytes."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from lxml import etree

from connectors.conformance.case import Failed
from connectors.conformance.letter import Letter, Status
from schemas.xml import Limits, XmlRefused, parse

LIMITS = Limits(size=160 << 20, text=120 << 20, elements=500_000)
"""Of an answer."""


class TurnedAway(Exception):
    """The system says no in its wire's own words: code, words, HTTP status."""

    def __init__(self, code: str, words: str, status: int) -> None:
        super().__init__(code, words, status)
        self.code, self.words, self.status = code, words, status

    def __str__(self) -> str:
        return f"{self.code} {self.words} (HTTP {self.status})"


class Broken(Exception):
    """The answer is none of the wire's; the argument says what came."""

    raw: bytes = b""
    """A message that cannot be read, as it came."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An entry of a queue."""

    handle: str
    """By which the recipient asks for it."""
    sender: str
    """Empty where the wire does not say."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """An entry of the list of what was sent."""

    recipient: str
    state: str
    """initial, processing, done or fail."""
    note: str
    handle: str = ""


@dataclass(frozen=True, slots=True)
class Got:
    """A message as it came back."""

    document_id: str
    subject: str
    business: str
    about: str
    """DocumentId of what it speaks of, wherever it stands."""
    files: tuple[bytes, ...] = field(repr=False)
    status_code: str = ""
    note: str = ""
    raw: bytes = field(default=b"", repr=False)
    """As it came; empty where the wire dresses it anew."""


@dataclass(frozen=True, slots=True)
class Listed:
    """An agency of the catalogue."""

    code: str
    name: str
    old: str = ""


class Peer(Protocol):
    """What all wires can; a call that a wire has not raises NotApplicable.

    Each may raise TurnedAway, Broken and NoAnswer.
    """

    def send(self, letter: Letter) -> str:
        """Send a document and return its id to the sender."""
        ...

    def tell(self, status: Status) -> None:
        """Send a status."""
        ...

    def waiting(self, agency: str) -> list[Waiting]:
        """Return the documents in an agency's queue, in their order."""
        ...

    def fetch(self, agency: str, handle: str) -> Got:
        """Return a document."""
        ...

    def confirm(self, agency: str, handle: str, got: Got) -> None:
        """Say that it is stored."""
        ...

    def reject(self, agency: str, handle: str, reason: str) -> None:
        """Say that it cannot be read."""
        ...

    def statuses(self, agency: str, tag: str) -> list[Got]:
        """Return the statuses about documents whose id contains *tag*, and take them out."""
        ...

    def deliveries(self, agency: str, axis_id: str) -> list[Delivery]:
        """Return what has become of what *agency* sent."""
        ...

    def agencies(self) -> list[Listed]:
        """Return the catalogue."""
        ...


def refused(call: Callable[[], object], what: str) -> TurnedAway:
    """Return the refusal of *call*.

    Raises:
        Failed: it was accepted, or the answer is none of the wire's.
    """
    try:
        call()
    except TurnedAway as said:
        if said.status >= 500 and said.code in ("", "Server", "Receiver"):
            raise Failed(f"{what}: lỗi phía máy chủ / a failure of the server: {said}") from None
        return said
    raise Failed(f"{what}: được chấp nhận / it was accepted")


def tree_of(data: bytes, what: str) -> etree._Element:
    """Return the XML of an answer.

    Raises:
        Broken: it is none.
    """
    try:
        return parse(data, limits=LIMITS)
    except XmlRefused as why:
        broken = Broken(f"{what}: {why}")
        broken.raw = data
        raise broken from None


def text_in(element: etree._Element | None, *path: str) -> str:
    """Return the text along *path* by local names; empty when absent."""
    for name in path:
        if element is None:
            return ""
        element = element.find(f"{{*}}{name}")
    return (element.text or "").strip() if element is not None else ""


def first(element: etree._Element, *names: str) -> etree._Element | None:
    """Return the first descendant with one of *names*."""
    return next((found for name in names for found in element.iter(f"{{*}}{name}")), None)


def got_in(root: etree._Element, raw: bytes = b"", files: Sequence[bytes] | None = None) -> Got:
    """Return what a message says: edXML, or the SOAP dialect's with *files* beside.

    Raises:
        Broken: it is no such message.
    """
    header = first(root, "MessageHeader", "Status")
    if header is None:
        raise Broken(f"không có / without MessageHeader: {root.tag}")
    business = first(root, "Bussiness", "Business")
    about = text_in(header, "ResponseFor", "DocumentId")
    about = about or text_in(business, "DocumentId")
    about = about or text_in(business, "ReplacementInfoList", "ReplacementInfo", "DocumentId")
    kind = text_in(business, "BussinessDocType") or text_in(business, "BusinessDocType")
    return Got(
        document_id=text_in(header, "DocumentId"),
        subject=text_in(header, "Subject"),
        business=kind,
        about=about,
        files=tuple(files if files is not None else _files(root)),
        status_code=text_in(header, "StatusCode"),
        note=text_in(header, "Description"),
        raw=raw,
    )


def _files(root: etree._Element) -> list[bytes]:
    found = []
    for element in root.iter("{*}ContentTransferEncoded"):
        try:
            found.append(base64.b64decode("".join((element.text or "").split()), validate=True))
        except (binascii.Error, ValueError):
            raise Broken("base64 bị hỏng / damaged base64") from None
    return found
