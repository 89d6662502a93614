"""multipart/related by hand (RFC 2387, RFC 2045): a root part and parts by Content-ID."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.message import Message

from connectors.conformance.exchange import HttpAnswer
from connectors.conformance.peer import Broken

BOUNDARY = "=_conform.9f3d"
UNBOUNDED = (
    (
        "no_end",
        "không có ranh giới cuối",
        "no closing boundary",
        f"\r\n--{BOUNDARY}--\r\n".encode(),
        b"",
    ),
    ("no_boundary", "không nêu boundary", "no boundary is named", b"; boundary=", b"; limit="),
)
"""Ways to end a message wrongly: a name, what it is twice, what is replaced, by what."""
_MOST = 2000
"""Parts of an answer."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part beside the root."""

    content_id: str
    data: bytes = field(repr=False)
    encoding: str = "binary"
    media_type: str = "application/octet-stream"


def related(
    root_type: str, root: bytes, parts: Sequence[Part], told: str = 'type="text/xml"'
) -> tuple[bytes, str]:
    """Return a body and its content type, whose parameters are *told*."""
    pieces = [_head("root@t", root_type, "8bit")[2:], root]
    for part in parts:
        data = base64.encodebytes(part.data) if part.encoding == "base64" else part.data
        pieces += [_head(part.content_id, part.media_type, part.encoding), data]
    pieces.append(f"\r\n--{BOUNDARY}--\r\n".encode())
    media_type = f'multipart/related; {told}; start="<root@t>"; boundary="{BOUNDARY}"'
    return b"".join(pieces), media_type


def _head(content_id: str, media_type: str, encoding: str) -> bytes:
    return (
        f"\r\n--{BOUNDARY}\r\nContent-Type: {media_type}\r\n"
        f"Content-Transfer-Encoding: {encoding}\r\nContent-ID: <{content_id}>\r\n\r\n"
    ).encode()


def parts_of(answer: HttpAnswer) -> tuple[bytes, dict[str, bytes]]:
    """Return an answer's root and its other parts.

    Raises:
        Broken: it is no such MIME.
    """
    told = _headers(f"content-type: {answer.headers.get('content-type', '')}")
    parameters = dict(told.get_params() or [])
    boundary = parameters.get("boundary", "")
    pieces = (b"\r\n" + answer.body).split(b"\r\n--" + boundary.encode("latin-1"))
    if not boundary or len(pieces) < 3 or len(pieces) > _MOST or not pieces[-1].startswith(b"--"):
        raise Broken("MIME: boundary")
    found: list[tuple[str, bytes]] = []
    for piece in pieces[1:-1]:
        head, blank, data = piece.partition(b"\r\n\r\n")
        if not blank:
            raise Broken("MIME: phần không có phần đầu / a part without a head")
        headers = _headers(head.decode("latin-1").strip())
        found.append(((headers["content-id"] or "").strip("<> "), _decoded(headers, data)))
    start = parameters.get("start", "").strip("<> ")
    root = next((data for name, data in found if start and name == start), found[0][1])
    return root, {name: data for name, data in found if data is not root}


def _headers(text: str) -> Message:
    message = Message()
    for line in text.replace("\r\n\t", " ").replace("\r\n ", " ").split("\r\n"):
        name, _, value = line.partition(":")
        message[name.strip()] = value.strip()
    return message


def _decoded(headers: Message, data: bytes) -> bytes:
    if (headers["content-transfer-encoding"] or "").lower() != "base64":
        return data
    try:
        return base64.b64decode(b"".join(data.split()), validate=True)
    except (binascii.Error, ValueError):
        raise Broken("MIME: base64 bị hỏng / damaged base64") from None
