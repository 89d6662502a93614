"""What strangers and broken senders do to the two URLs: answers in bounds, and nothing changes."""

import io
import logging
import secrets
import socket
import time
import zlib
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import urlsplit

import httpx
import pytest

from documents.placement import Box
from signing import pades
from signing.delivered import MOST_ADDED
from signing.testtool import Mark, marked
from tests.web.desk import Desk, MakeDesk
from tests.workflows.house import HOME_AFFAIRS, leader_of
from web.upload import OVERHEAD

BOX = Box(0, 100, 100, 300, 160)


def raw(url: str, head: bytes, *pieces: bytes, pause: float = 0.0) -> bytes:
    """Send a request as it is and return what comes back until the end."""
    where = urlsplit(url)
    with socket.create_connection((where.hostname or "", where.port or 0), 10) as line:
        line.settimeout(10)
        start = f"POST {where.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n".encode()
        line.sendall(start + head + b"\r\n\r\n")
        with suppress(OSError):  # it was told to stop
            for piece in pieces:
                line.sendall(piece)
                time.sleep(pause)
        heard = io.BytesIO()
        with suppress(ConnectionResetError):  # it does not read what it does not want
            while part := line.recv(65536):
                heard.write(part)
        return heard.getvalue()


FORM = b"Content-Type: multipart/form-data; boundary=x"
PART = b'--x\r\nContent-Disposition: form-data; name="uploadfile"; filename="a"\r\n\r\n'


def test_the_file_is_given_byte_for_byte_and_kept_nowhere(desk: Desk) -> None:
    opened = desk.opened()
    given = httpx.get(opened.round.download, trust_env=False)
    assert given.content == desk.base(opened)
    assert given.headers["content-type"] == "application/pdf"
    assert given.headers["cache-control"] == "no-store"
    name = given.headers["content-disposition"].partition('filename="')[2].rstrip('"')
    assert name.isascii()
    assert name == "QD-UBND.pdf"
    again = httpx.get(opened.round.download, trust_env=False)
    assert again.content == given.content  # until it is used
    desk.post(opened, desk.signed(opened))
    assert httpx.get(opened.round.download, trust_env=False).status_code == 410


def test_a_guessed_token_opens_nothing(desk: Desk) -> None:
    desk.opened()
    for token in ("a", "a" * 43, "%2e%2e%2f" * 3, "Đ" * 43, "'; --" + "b" * 38):
        stem = f"{desk.address}/vgca/{token}"
        assert httpx.get(f"{stem}/source.pdf", trust_env=False).status_code == 404
        files = {"uploadfile": ("a.pdf", b"%PDF-1.7")}
        assert httpx.post(f"{stem}/upload", files=files, trust_env=False).status_code == 404


def test_a_token_is_random_kept_as_its_digest_and_written_nowhere(
    desk: Desk, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    opened, other = desk.opened(), desk.opened()
    token = opened.round.upload.split("/")[-2]
    assert len(token) == len(secrets.token_urlsafe(32))
    assert token not in other.round.upload
    assert token not in repr(opened)
    httpx.get(opened.round.download, trust_env=False)
    desk.post(opened, b"nothing")
    row = desk.session(opened)
    assert token not in str({c.name: getattr(row, c.name) for c in row.__table__.columns})
    ours = [each for each in caplog.records if not each.name.startswith(("httpx", "httpcore"))]
    assert token not in "".join(each.getMessage() for each in ours)
    said = capfd.readouterr()
    assert token not in said.out + said.err
    with open(desk.home.parent.parent / "0.db", "rb") as database:
        assert token.encode() not in database.read()


def test_a_body_that_is_too_large_is_not_read(desk: Desk) -> None:
    opened = desk.opened()
    largest = len(desk.base(opened)) + MOST_ADDED + OVERHEAD
    declared = FORM + b"\r\nContent-Length: %d" % (largest * 50)
    assert b'"Status": false' in raw(opened.round.upload, declared, PART)
    chunked = FORM + b"\r\nTransfer-Encoding: chunked"
    piece = b"100000\r\n" + bytes(1 << 20) + b"\r\n"
    begun = b"%x\r\n%s\r\n" % (len(PART), PART)
    answer = raw(opened.round.upload, chunked, begun, *[piece] * (largest // (1 << 20) + 2))
    assert b'"Status": true' not in answer
    assert desk.session(opened).refusals == 2
    assert desk.stands(opened) == ("approved", "open")
    assert desk.post(opened, desk.signed(opened))["Status"] is True


def test_a_sender_that_dawdles_is_let_go(desk: Desk) -> None:
    opened = desk.opened()
    head = FORM + b"\r\nContent-Length: 100000"
    assert b"too slow" in raw(opened.round.upload, head, PART)
    crumbs = [b"a"] * 15
    assert b"too slow" in raw(opened.round.upload, head, PART, *crumbs, pause=0.1)
    assert desk.stands(opened) == ("approved", "open")


NO_FILES = [
    (b"Content-Type: application/pdf", b"%PDF-1.7"),
    (b"Content-Type: multipart/form-data", b"--x--"),
    (FORM, b""),
    (FORM, b"--x--\r\n"),
    (FORM, PART + b"%PDF-1.7"),
    (FORM, PART.replace(b"uploadfile", b"file") + b"%PDF-1.7\r\n--x--\r\n"),
    (FORM, PART.replace(b'; filename="a"', b"") + b"%PDF-1.7\r\n--x--\r\n"),
    (FORM, 2 * (PART + b"%PDF-1.7\r\n") + b"--x--\r\n"),
    (FORM, 20 * (PART + b"\r\n") + b"--x--\r\n"),
    (FORM, b"--x\r\n" + b"A" * 30_000 + b": b\r\n\r\n\r\n--x--\r\n"),
    (b"X: 1", b"\x00" * 100),
]


def test_what_is_no_file_in_its_field_is_refused(desk: Desk) -> None:
    opened = desk.opened()
    for head, body in NO_FILES:
        answer = raw(opened.round.upload, head + b"\r\nContent-Length: %d" % len(body), body)
        assert answer.startswith(b"HTTP/1.1 200"), (head, body[:100])
        assert b'"Status": false' in answer
    assert desk.stands(opened) == ("approved", "open")


Made = Callable[[Desk, bytes, bytes], bytes]
"""An attack's file from the base and the rightly signed file."""


def appended(pdf: bytes) -> bytes:
    """Return *pdf* with a revision that puts words on its first page."""
    from pyhanko.pdf_utils.generic import ArrayObject, StreamObject
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    page, _ = writer.find_page_for_modification(0)
    page = page.get_object()
    words = writer.add_object(StreamObject(stream_data=b"0 0 600 300 re f"))
    old = page.raw_get("/Contents")
    page["/Contents"] = ArrayObject([*(old if isinstance(old, ArrayObject) else [old]), words])
    writer.update_container(page)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def bomb() -> bytes:
    packed = zlib.compress(bytes(200_000_000), 9)
    return (
        b"\n99 0 obj\n<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>stream\n%s\n"
        b"endstream\nendobj\nstartxref\n0\n%%%%EOF\n" % (len(packed), packed)
    )


def filled(desk: Desk, base: bytes) -> bytes:
    """Return *base* with a number in its field, then signed."""
    from pyhanko.pdf_utils.generic import NameObject, TextStringObject

    from signing.revision import open_revision, top_fields

    writer = open_revision(base)
    field = top_fields(writer)["SoVanBan"]
    field[NameObject("/V")] = TextStringObject("999")
    writer.update_container(field)
    out = io.BytesIO()
    writer.write(out)
    return marked(out.getvalue(), desk.leader_key, [Mark(BOX, "ký")], desk.office.now())


ATTACKS: dict[str, tuple[Made, str]] = {
    "other PDF": (lambda d, b, g: b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n", "handed out"),
    "no PDF": (lambda d, b, g: b"PK\x03\x04" + g, "not a PDF"),
    "truncated": (lambda d, b, g: g[: len(b) + (len(g) - len(b)) // 2], ""),
    "one byte changed": (lambda d, b, g: g[:900] + bytes([g[900] ^ 1]) + g[901:], "handed out"),
    "stranger": (
        lambda d, b, g: marked(
            b, d.house.pki.key(leader_of(HOME_AFFAIRS).id), [Mark(BOX, "ký")], d.office.now()
        ),
        "another certificate",
    ),
    "seal instead of leader": (
        lambda d, b, g: marked(b, d.seal_key, [Mark(BOX)], d.office.now()),
        "another certificate",
    ),
    "signed twice": (
        lambda d, b, g: marked(b, d.leader_key, [Mark(BOX), Mark(BOX)], d.office.now()),
        "2 chữ ký mới",
    ),
    "content put in before the signature": (
        lambda d, b, g: marked(appended(b), d.leader_key, [Mark(BOX)], d.office.now()),
        "not only signed",
    ),
    "content put in after the signature": (lambda d, b, g: appended(g), "delivery_refused"),
    "number filled in by the leader": (lambda d, b, g: filled(d, b), "fields were filled"),
    "bytes after the end": (lambda d, b, g: g + b"\n% more\n%%EOF\n", ""),
    "bomb": (lambda d, b, g: g + bomb(), ""),
    "garbage": (lambda d, b, g: b + b"\x00" * 1000, ""),
}


def test_a_file_that_is_not_the_lent_one_signed_is_refused(desk: Desk) -> None:
    opened = desk.opened()
    base, good = desk.base(opened), desk.signed(opened)
    for attack, (make, why) in ATTACKS.items():
        begun = time.monotonic()
        desk.refuses(opened, make(desk, base, good), why)
        assert time.monotonic() - begun < 30, attack
    assert desk.post(opened, good)["Status"] is True


def test_what_the_sender_calls_the_file_does_not_matter(desk: Desk) -> None:
    for name in ("../../../etc/passwd", "a\x00b.pdf", "Đ" * 300, ""):
        opened = desk.opened()
        part = PART.replace(b'"a"', b'"%s"' % name.encode())
        body = part + desk.signed(opened) + b"\r\n--x--\r\n"
        answer = raw(opened.round.upload, FORM + b"\r\nContent-Length: %d" % len(body), body)
        assert b'"Status": true' in answer
        assert desk.stands(opened) == ("signed", "used")


def test_a_tool_that_certifies_leaves_room_for_number_and_seal(desks: MakeDesk) -> None:
    desk = desks()
    opened = desk.opened()
    pdf = pades.sign(desk.base(opened), desk.leader_key, None, at=desk.office.now())
    assert desk.post(opened, pdf)["Status"] is True
    assert desk.stands(opened) == ("signed", "used")
