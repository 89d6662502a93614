"""Generated multipart messages, good, bent and broken, and what each of them means.

A case knows the content that each of its references means, from how it was made. Whoever takes a
case in may refuse it, and must otherwise find that content and no other (RFC 2046 §5.1, RFC 2387,
RFC 2392). The same seed gives the same cases.
"""

import base64
import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from connectors.edoc.envelope import letter_in
from connectors.edoc.intake import SwaIntake
from connectors.soap.fault import SoapFault
from connectors.soap.intake import Intake, MediaTypeUnknown
from connectors.soap.model import shared_model
from connectors.soap.version import SOAP11
from documents.errors import OfficeError

LIMIT = 1 << 20
CONTRACT = "urn:congvan:axis:1"
XOP = "http://www.w3.org/2004/08/xop/include"
EDOC = "http://www.e-doc.vn/Schema/"

BOUNDARIES = (
    *("b", "B" * 70, "b--", "--b", "b b", "=_Part_1", "'()+_,-./:=?", "uuid:0-0", "b" * 250, "0"),
    *("-", "----", "b\t", "root", "\r\nb", 'q"q', "ề", ""),
)
IDS = (
    *("a1@axis", "A1@axis", "../../etc/passwd", "/etc/passwd", "a%20b", "a b", "%2e%2e%2f", "ề@x"),
    *("cid:a1", "<a1>", "a" * 300, "a&b<c", "root@axis", "", "0", "a1@axis ", "con", "a;b=c"),
)
PADDING = (b"", b"\r\n", b"preamble\r\n", b"\r\n\r\n--x\r\n", b" ", b"\n", b"--")
ENCODINGS = (
    *("binary", "binary", "base64", "base64", "BASE64", "8bit", "7bit", ""),
    *("quoted-printable", "x-gzip", "base64, base64", "binary; x=1", "uuencode"),
)


@dataclass(frozen=True, slots=True)
class Case:
    """One message on the wire."""

    kind: str
    """What was bent last, for whoever reads a failure."""
    edoc: bool
    content_type: str
    body: bytes
    meant: tuple[bytes | None, ...]
    """What each reference means; None: nothing, and whoever finds something is wrong."""
    piece: int
    """Bytes that arrive at a time."""


def cases(seed: int, count: int) -> Iterator[Case]:
    """Yield *count* cases, half of them of each face."""
    for number in range(count):
        yield _Maker(random.Random(f"{seed}/{number}"), edoc=number % 2 == 1).case()


def taken(case: Case) -> bool:
    """Return whether *case* was taken and each content is what was meant; False: refused.

    Raises:
        AssertionError: another content was found. Whatever else is raised is a crash.
    """
    try:
        found = _edoc(case) if case.edoc else _soap(case)
    except (SoapFault, MediaTypeUnknown, OfficeError):
        return False
    if found is None:
        return False
    assert found == list(case.meant), (case.kind, case.content_type, case.body)
    return True


def _fed(intake: Any, case: Case) -> Any:
    for start in range(0, len(case.body), case.piece):
        intake.feed(case.body[start : start + case.piece])
    return intake.close()


def _soap(case: Case) -> list[bytes | None] | None:
    message = _fed(Intake(case.content_type, LIMIT), case)
    try:
        values = shared_model().request_values("UpdateStatus", message.body)
        said = [status.sha256 for status in values.status]
        if said != [blob.sha256 for blob in message.blobs]:
            return None  # the contract's answer is DIGEST
        return [blob.read() for blob in message.blobs]
    finally:
        message.close()


def _edoc(case: Case) -> list[bytes | None] | None:
    message = _fed(SwaIntake(case.content_type, LIMIT), case)
    try:
        files = letter_in(message).enclosures
        if any(file.content is None for file in files):
            return None  # listed and not there: the face answers with an error for it
        if len(files) != len(case.meant):
            return None  # a file that nothing refers to is kept, and is nobody's content
        return [b"".join(file.chunks()) for file in files]
    finally:
        message.close()


@dataclass(slots=True)
class _Part:
    identifier: str
    content: bytes
    encoding: str = "binary"
    head: str = ""


class _Maker:
    def __init__(self, chance: random.Random, *, edoc: bool) -> None:
        self._chance, self._edoc = chance, edoc
        self._rarely = chance.choice((1, 8))
        """How much rarer everything odd is in this case: not all may be refused for the first."""
        self._kind = "straight"

    def _one_in(self, number: int) -> bool:
        return self._chance.randrange(number * self._rarely) == 0

    def case(self) -> Case:
        chance = self._chance
        boundary = chance.choice(BOUNDARIES) if self._one_in(3) else "b" + chance.choice("xyz-_'")
        count = chance.choice((1, 1, 2, 3)) if not self._one_in(9) else 0
        parts = [self._part(number, boundary) for number in range(count)]
        hrefs, meant = self._references(parts)
        root = _Part("root@axis", self._root(hrefs, meant))
        everything = self._arranged([root, *parts])
        body = self._written(everything, boundary)
        if not self._edoc and self._one_in(4):
            body = self._damaged(body)
        piece = chance.choice((1, 3, 64, 1000, 1 << 16)) if len(body) < 5000 else 1 << 12
        return Case(self._kind, self._edoc, self._content_type(boundary), body, tuple(meant), piece)

    def _part(self, number: int, boundary: str) -> _Part:
        chance = self._chance
        mark = f"*{number} ".encode()
        pieces = [
            *(b"", b"\r\n", b"\r", b"\n", b"--", f"--{boundary}".encode(), b"\r\n--", b"\0\xff"),
            *(f"\r\n--{boundary[:-1]}".encode(), f"\n--{boundary}\n".encode(), b"\r\n--other\r\n"),
            *(b"Content-ID: <a1@axis>\r\n\r\n", chance.randbytes(chance.choice((1, 40, 700)))),
        ]
        content = mark + b"".join(chance.choices(pieces, k=chance.choice((0, 1, 2, 4))))
        identifier = f"p{number}@axis"
        if self._one_in(4):
            self._kind = "identifier"
            identifier = chance.choice(IDS)
        encoding = chance.choice(ENCODINGS) if self._one_in(3) else chance.choice(ENCODINGS[:4])
        return _Part(identifier, content, encoding)

    def _references(self, parts: list[_Part]) -> tuple[list[str], list[bytes | None]]:
        """Return the references and what each means in a message whose MIME is without fault."""
        hrefs: list[str] = []
        meant: list[bytes | None] = []
        known = [part.identifier for part in parts]
        for part in parts:
            good = known.count(part.identifier) == 1 and part.identifier != "root@axis"
            href, right = self._href(part.identifier)
            hrefs.append(href)
            meant.append(part.content if good and right else None)
        if hrefs and self._one_in(20):
            self._kind = "one part twice"
            hrefs.append(hrefs[0])
            meant.append(None)
        return hrefs, meant

    def _href(self, identifier: str) -> tuple[str, bool]:
        whole = quote(identifier, safe="")
        plain = f"cid:{quote(identifier, safe='@')}"
        if not self._one_in(5):
            return plain, True
        self._kind = "reference"
        every = "".join(f"%{byte:02x}" for byte in identifier.encode())
        bent = (
            *((f"cid:{every}", True), (f"cid:{quote(whole)}", "%" not in whole)),
            # the dialect takes these for what they mean; the contract's face refuses them
            *((f"cid:<{identifier}>", True), (identifier, True), (f" {plain} ", True)),
            *(("cid:root@axis", False), ("cid:nobody@axis", False), ("cid:", False), ("", False)),
            *(("file:///etc/passwd", False), ("http://127.0.0.1:9/", False), ("#p0@axis", False)),
        )
        return self._chance.choice(bent)

    def _root(self, hrefs: list[str], meant: list[bytes | None]) -> bytes:
        body = self._manifest(hrefs) if self._edoc else self._statuses(hrefs, meant)
        head = _EDOC_HEADER if self._edoc else ""
        return (
            f'<s:Envelope xmlns:s="{SOAP11.namespace}">{head}<s:Body>{body}</s:Body></s:Envelope>'
        ).encode()

    def _manifest(self, hrefs: list[str]) -> str:
        listed = "".join(
            f"<Reference x:href={quoteattr(href)}><AttachmentName>t</AttachmentName></Reference>"
            for href in hrefs
        )
        return (
            f'<Manifest xmlns="{EDOC}" xmlns:x="http://www.w3.org/1999/xlink">{listed}</Manifest>'
        )

    def _statuses(self, hrefs: list[str], meant: list[bytes | None]) -> str:
        swaref = self._one_in(2)
        inner = ""
        for number, (href, content) in enumerate(zip(hrefs, meant, strict=True)):
            sha256 = hashlib.sha256(content or b"").hexdigest()
            if swaref:
                held = f"<edxmlRef>{escape(href)}</edxmlRef>"
            else:
                held = f'<edxml><i:Include xmlns:i="{XOP}" href={quoteattr(href)}/></edxml>'
            inner += (
                f"<status><messageId>m{number}</messageId><from>H99</from><to>H99.01</to>"
                f"<documentId>d</documentId><statusCode>01</statusCode><sha256>{sha256}</sha256>"
                f"{held}</status>"
            )
        return f'<UpdateStatus xmlns="{CONTRACT}">{inner}</UpdateStatus>'

    def _arranged(self, parts: list[_Part]) -> list[_Part]:
        chance = self._chance
        for part in parts:
            part.head = self._head(part)
        trick = chance.randrange(12 * self._rarely)
        if trick == 0:
            self._kind = "shuffled"
            chance.shuffle(parts)
        elif trick == 1 and len(parts) > 1:
            self._kind = "another part of the same id"
            twin = _Part(parts[1].identifier, b"not what was meant")
            twin.head = self._head(twin)
            parts.insert(chance.randrange(1, len(parts) + 1), twin)
        elif trick == 2:
            self._kind = "a second root"
            twin = _Part("root@axis", parts[0].content.replace(b"m0", b"m9"))
            twin.head = self._head(twin)
            parts.insert(chance.randrange(len(parts) + 1), twin)
        elif trick == 3:
            self._kind = "a part left out"
            del parts[chance.randrange(len(parts))]
        return parts

    def _head(self, part: _Part) -> str:
        chance = self._chance
        lines = [
            "Content-Type: application/octet-stream",
            f"Content-ID: <{part.identifier}>",
            f"Content-Transfer-Encoding: {part.encoding}",
        ]
        odd = (
            ["Content-ID: <elsewhere@axis>"],
            ["Content-Transfer-Encoding: base64"],
            ["content-type: text/plain"],
            [f"X: {'y' * chance.choice((10, 1000, 20_000))}"],
            [f"X-{number}: y" for number in range(chance.choice((3, 30)))],
            [chance.choice(("no colon", ": no name", "X\0: y", "Content-ID : <z>", "é: x"))],
            ["Content-Length: 3"],
            [" folded"],
        )
        if self._one_in(6):
            self._kind = "head"
            lines += chance.choice(odd)
            chance.shuffle(lines)
        if self._one_in(20):
            lines = [line.replace(": ", ":\r\n ", 1) for line in lines]
        if self._one_in(20):
            lines = [line.swapcase() if line[8:9] == "T" else line for line in lines]
        return "\r\n".join(lines)

    def _written(self, parts: list[_Part], boundary: str) -> bytes:
        chance = self._chance
        mark = boundary.encode()
        pieces = [chance.choice(PADDING) if self._one_in(8) else b""]
        for number, part in enumerate(parts):
            pieces.append((b"\r\n--" if number else b"--") + mark)
            pieces.append(chance.choice((b" \t", b"x", b"-")) if self._one_in(40) else b"")
            pieces.append(b"\r\n" + part.head.encode() + b"\r\n\r\n" + self._encoded(part))
        end = b"\r\n--" + mark + b"--\r\n"
        if self._one_in(6):
            self._kind = "end"
            again = (
                b"--" + mark + b"\r\n" + parts[-1].head.encode() + b"\r\n\r\nlate" if parts else b""
            )
            end = chance.choice(
                (b"", end[:-2], end[:-4], end[:-3] + b"x\r\n", end + b"epilogue", end + again + end)
            )
        body = b"".join([*pieces, end])
        if self._one_in(30):
            self._kind = "line ends"
            body = body.replace(b"\r\n", chance.choice((b"\n", b"\r", b"\r\r\n", b"\n\r")))
        return body

    def _encoded(self, part: _Part) -> bytes:
        if part.encoding.lower() != "base64" or self._one_in(12):
            return part.content  # or a lie
        text = base64.b64encode(part.content)
        style = self._chance.randrange(6)
        if style == 0:
            return base64.encodebytes(part.content).replace(b"\n", b"\r\n")
        if style == 1:
            return text.rstrip(b"=")
        if style == 2:
            return text + b"===="
        if style == 3:
            return text[: len(text) // 2] + b"*" + text[len(text) // 2 :]
        return text

    def _content_type(self, boundary: str) -> str:
        chance = self._chance
        written = f'"{boundary}"' if not self._one_in(6) else boundary
        start = '; start="<root@axis>"' if not self._one_in(5) else ""
        inner = "text/xml" if self._edoc or self._one_in(2) else "application/xop+xml"
        said = f'multipart/related; type="{inner}"; boundary={written}{start}'
        if self._one_in(20):
            self._kind = "content type"
            said = chance.choice(
                (
                    said + "; boundary=other",
                    said.replace("related", "mixed"),
                    said.replace("boundary=", "boundary*=utf-8''"),
                    said.replace(";", ";;"),
                    said.replace("root@axis", "p0@axis"),
                    said.upper(),
                    said + "; x=" + '"' + ";" * 3000,
                )
            )
        return said.encode().decode("latin-1")

    def _damaged(self, body: bytes) -> bytes:
        chance = self._chance
        self._kind += ", damaged"
        for _ in range(chance.randrange(1, 4)):
            at = chance.randrange(len(body) + 1)
            end = min(len(body), at + chance.choice((0, 1, 2, 30)))
            body = body[:at] + chance.choice((b"", b"\r\n", b"-", b"\0", b"<", b"=")) + body[end:]
        return body


_EDOC_HEADER = f"""<s:Header xmlns="{EDOC}"><MessageHeader><From><OrganId>H99</OrganId></From>
<To><OrganId>H99.01</OrganId></To><DocumentId>d</DocumentId></MessageHeader></s:Header>"""
