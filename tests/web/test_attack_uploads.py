"""Files that are not what they say, at every route that takes one (OWASP ASVS 4.0.3 V12)."""

import http.client
import io
import itertools
import time
import zipfile
import zlib
from urllib.parse import urlsplit

from tests.web.attack_routes import routes
from tests.web.attack_world import EVERY, World
from tests.web.counter import Counter
from tests.web.test_attack_pages import MARKUP, judged
from tests.workflows.house import PROVINCE
from web.api.interface import PREFIX


def bomb_pdf() -> bytes:
    """Return a PDF of which one stream grows a thousandfold."""
    packed = zlib.compress(bytes(50_000_000), 9)
    return (
        b"%%PDF-1.7\n1 0 obj\n<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>stream\n"
        b"%s\nendstream\nendobj\nstartxref\n0\n%%%%EOF\n" % (len(packed), packed)
    )


def bomb_docx() -> bytes:
    """Return a word processor's file that grows a thousandfold."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        packed.writestr("word/document.xml", b" " * 50_000_000)
    return kept.getvalue()


HTML = f"<html><script>{MARKUP}</script></html>".encode()
FILES = {
    "page": HTML,
    "polyglot": b"%PDF-1.7\n" + HTML,
    "late": b" " * 1000 + b"%PDF-1.7\n" + HTML,
    "drawing": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "program": b"MZ\x90\x00" + b"\x00" * 400,
    "nothing": b"",
    "nulls": b"\x00" * 5000,
    "pages": b"%PDF-1.7\n1 0 obj<</Type/Pages/Kids[1 0 R 1 0 R]/Count 999999999>>endobj\n%%EOF",
    "bomb": bomb_pdf(),
    "packed": bomb_docx(),
}


def test_no_file_stops_a_route_that_takes_one_or_is_shown_as_a_page(counter: Counter) -> None:
    world = World(counter)
    client = world.insider(PROVINCE, *EVERY)
    wrong: list[tuple[object, ...]] = []
    takers = [each for each in routes(counter) if each.files and not each.path.startswith(PREFIX)]
    for route, (hostile, content) in itertools.product(takers, FILES.items()):
        ids = world.ids | {"document_id": world.draft, "step": "report"}
        path = route.at(ids)
        name = f"../..\\{MARKUP[:60]}\r\nX: 1.pdf"
        files = [(each, (name, content, "application/pdf")) for each in route.files]
        begun = time.monotonic()
        form = {**world.form(route, world.draft), "words": "Xem tệp kèm theo đây", "version": "1"}
        answer = client.request(route.method, path, data=form, files=files)
        assert time.monotonic() - begun < 30, (path, hostile)
        wrong += judged(answer, route, path)
    assert wrong == []
    seen = client.get(f"/drafts/{world.draft}")
    assert judged(seen, routes(counter)[0], "/drafts") == []


def test_no_body_is_larger_than_its_kind_may_be_at_any_unsafe_route(counter: Counter) -> None:
    where = urlsplit(counter.address)
    for route in routes(counter):
        if route.safe or route.path.startswith("/vgca/"):
            continue
        link = http.client.HTTPConnection(where.hostname or "", where.port, timeout=20)
        link.putrequest(route.method, route.at({}))
        link.putheader("Content-Type", "application/x-www-form-urlencoded")
        link.putheader("Content-Length", "2000000")
        link.endheaders()
        assert link.getresponse().status == 413, route.path
        link.close()
