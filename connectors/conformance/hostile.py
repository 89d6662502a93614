"""Cases: XML and HTTP that want to do harm are refused in the wire's own words, and soon.

OWASP: XML External Entity Prevention; CWE-611, CWE-776, CWE-400.
"""

import re
from collections.abc import Callable
from contextlib import suppress

from connectors.conformance.case import Chapter, Face, Failed, ensure
from connectors.conformance.exchange import NoAnswer
from connectors.conformance.letter import Letter, edxml
from connectors.conformance.peer import Broken, TurnedAway, refused
from connectors.conformance.session import Session
from connectors.conformance.soap_peer import Message, inline

CHAPTER = Chapter(
    "hostile", frozenset({Face.VXP, Face.SOAP, Face.EDOC}), "CWE-611, CWE-776, CWE-400"
)
SECONDS = 10.0
"""Within which a refusal comes."""
_AT = (b"<edXML:DocumentId>", b"<messageId>")
"""Before which something is put, within the header."""


def _xml_of(s: Session, letter: Letter) -> bytes:
    if s.subject.face is Face.VXP:
        return edxml(letter)
    if s.subject.face is Face.SOAP:
        return inline(letter).body
    return _envelope_of(s, letter)


def _envelope_of(s: Session, letter: Letter) -> bytes:
    """Return the eDoc envelope without MIME around it."""
    message = s.edoc.letter(letter)
    return message.body.partition(b"\r\n\r\n")[2].partition(b"\r\n--")[0]


def post_xml(s: Session, data: bytes, letter: Letter) -> None:
    """Send *data* in place of the message that carries *letter*.

    Raises:
        TurnedAway, Broken, NoAnswer: as any call.
    """
    if s.subject.face is Face.VXP:
        s.vxp.upload(data, letter.sender)
    elif s.subject.face is Face.SOAP:
        s.soap.post(Message(data, "text/xml; charset=utf-8", "urn:congvan:axis:1/SendDocument"))
    else:
        s.edoc.post(Message(data, "text/xml; charset=utf-8", "SendDocument"))


Change = Callable[[bytes], bytes]


def _put(data: bytes, what: bytes) -> bytes:
    """Put *what* into the header."""
    at = next(mark for mark in _AT if mark in data)
    return data.replace(at, what + at, 1)


def _declared(data: bytes, what: bytes) -> bytes:
    """Put *what* behind the XML declaration."""
    declaration, end, rest = data.partition(b"?>")
    return declaration + end + what + rest


def _using(data: bytes, entity: bytes) -> bytes:
    at = next(mark for mark in _AT if mark in data)
    return data.replace(at, at + entity, 1)


def _laughs(data: bytes) -> bytes:
    lines = [b'<!ENTITY a0 "haha">']
    for place in range(1, 12):
        lines.append(b'<!ENTITY a%d "%s">' % (place, b"&a%d;" % (place - 1) * 10))
    return _using(_declared(data, b"<!DOCTYPE e [" + b"".join(lines) + b"]>"), b"&a11;")


def _external(data: bytes) -> bytes:
    declared = b'<!DOCTYPE e [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    return _using(_declared(data, declared), b"&x;")


def _internal(data: bytes) -> bytes:
    return _using(_declared(data, b'<!DOCTYPE e [<!ENTITY x "S">]>'), b"&x;")


_BAD: dict[str, tuple[str, str, Change]] = {
    "malformed": (
        "XML sai cú pháp",
        "XML that is not well-formed",
        lambda data: _put(data, b"<a></b>"),
    ),
    "not_xml": ("Không phải XML", "What is no XML", lambda _: b"%PDF-1.4 khong phai XML"),
    "empty": ("Nội dung rỗng", "An empty body", lambda _: b""),
    "wrong_root": ("Phần tử gốc lạ", "Another root", lambda _: b'<?xml version="1.0"?><a><b/></a>'),
    "undeclared_prefix": (
        "Tiền tố không khai báo",
        "A prefix that is not declared",
        lambda data: _put(data, b"<zz:a/>"),
    ),
    "invalid_utf8": (
        "Byte không phải UTF-8",
        "Bytes that are no UTF-8",
        lambda data: _put(data, b"<a>\xff\xfe\xc3\x28</a>"),
    ),
    "null_character": (
        "Ký tự NUL",
        "A NUL character",
        lambda data: _put(data, b"<a>\0</a>"),
    ),
    "doctype": (
        "Có DOCTYPE",
        "A DOCTYPE",
        lambda data: _declared(data, b"<!DOCTYPE edXML>"),
    ),
    "internal_entity": ("Thực thể nội bộ", "An internal entity", _internal),
    "external_entity": ("Thực thể bên ngoài (XXE)", "An external entity (XXE)", _external),
    "external_dtd": (
        "DTD bên ngoài",
        "An external DTD",
        lambda data: _declared(data, b'<!DOCTYPE e SYSTEM "http://127.0.0.1:9/e.dtd">'),
    ),
    "billion_laughs": ("Thực thể lồng cấp số nhân", "Entities that grow tenfold", _laughs),
    "depth": (
        "Lồng 20 000 tầng",
        "20,000 levels deep",
        lambda data: _put(data, b"<a>" * 20_000 + b"</a>" * 20_000),
    ),
    "attributes": (
        "20 000 thuộc tính trên một phần tử",
        "20,000 attributes of one element",
        lambda data: _put(
            data, b"<a " + b"".join(b'b%d="" ' % place for place in range(20_000)) + b"/>"
        ),
    ),
    "namespaces": (
        "20 000 không gian tên trên một phần tử",
        "20,000 namespaces on one element",
        lambda data: _put(
            data, b"<a " + b"".join(b'xmlns:b%d="u" ' % place for place in range(20_000)) + b"/>"
        ),
    ),
}


_LENIENT = frozenset({"undeclared_prefix", "depth", "attributes", "namespaces"})
"""Well-formed by XML 1.0: an axis may leave them to the recipient, if it is not slowed down."""


def _bad(name: str, vietnamese: str, english: str, change: Change) -> None:
    level = CHAPTER.should if name in _LENIENT else CHAPTER.must

    @level(
        name,
        f"{vietnamese}: bị từ chối bằng mã lỗi trong {SECONDS:.0f} s, không phải lỗi máy chủ",
        f"{english} is refused with a code within {SECONDS:.0f} s, not by a server's failure",
    )
    def _(s: Session) -> None:
        letter = s.letter(files=())
        data = change(_xml_of(s, letter))
        said = refused(lambda: post_xml(s, data, letter), f"{vietnamese} / {english}")
        _ensure_soon(s)
        leaked = re.search(r"(?i)traceback \(most|\bat [\w.$]+\([\w.]+\.java:\d+\)", said.words)
        ensure(not leaked, f"để lộ mã nguồn / source code shows: {said.words[:200]!r}")


def _ensure_soon(s: Session) -> None:
    slowest = max((each.seconds for each in s.trace.exchanges), default=0.0)
    ensure(slowest < SECONDS, f"{slowest:.1f} s")


for _name, (_vietnamese, _english, _change) in _BAD.items():
    _bad(_name, _vietnamese, _english, _change)


@CHAPTER.must(
    "floods",
    f"XML rất sâu, rất nhiều thuộc tính: có trả lời đúng dạng trong {SECONDS:.0f} s, không lỗi 500",
    f"XML very deep or wide gets a proper answer within {SECONDS:.0f} s, and no server's failure",
)
def _floods(s: Session) -> None:
    for name in sorted(_LENIENT):
        letter = s.letter(files=())
        with suppress(TurnedAway):
            post_xml(s, _BAD[name][2](_xml_of(s, letter)), letter)
        _ensure_soon(s)


@CHAPTER.must(
    "cut_off",
    "Yêu cầu bị đứt giữa chừng: không có gì được nhận",
    "A request that is cut off half-way: nothing is accepted",
    "RFC 9112 §8",
)
def _cut_off(s: Session) -> None:
    letter = s.letter()
    try:
        _half(s, letter)
    except (TurnedAway, Broken, NoAnswer):
        s.ensure_absent(letter, "văn bản dở dang đã vào hàng đợi / half a document is queued")
        return
    raise Failed("nửa yêu cầu được chấp nhận / half a request was accepted")


def _half(s: Session, letter: Letter) -> None:
    if s.subject.face is Face.VXP:
        data = edxml(letter)
        headers = s.vxp.upload_headers(data, letter.sender)
        s.vxp.post("sendEdoc", headers, data, cut=len(data) * 2 // 3)
    elif s.subject.face is Face.SOAP:
        message = inline(letter)
        s.soap.post(message, len(message.body) * 2 // 3)
    else:
        message = s.edoc.letter(letter)
        s.edoc.post(message, len(message.body) * 2 // 3)


@CHAPTER.must(
    "http_garbage",
    "Byte rác không phải HTTP không làm dừng máy chủ",
    "Bytes that are no HTTP do not stop the server",
    "RFC 9112 §2.2",
)
def _http_garbage(s: Session) -> None:
    for data in (b"\x16\x03\x01\x02\x00\x01" * 20, b"GET\r\n\r\n", b"POST / HTTP/9.9\r\n" * 50):
        with s.exchange.connected() as connection, suppress(OSError):
            connection.sendall(data)
            connection.settimeout(1.0)
            connection.recv(1024)
    s.passed_on(s.letter())


@CHAPTER.must(
    "alive",
    "Sau tất cả: văn bản bình thường vẫn đi và đến",
    "After all of it an ordinary document still goes and comes",
)
def _alive(s: Session) -> None:
    s.passed_on(s.letter())
