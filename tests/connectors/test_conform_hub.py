"""The hub conforms on each of its faces, and the suite leaves it as it found it."""

import asyncio
import json
import secrets
import ssl
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatch
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from urllib.request import Request, urlopen

import pytest

from connectors.access import AxisSettings
from connectors.axis import AgencyEntry, Axis, MessageKind, Outgoing
from connectors.conformance.case import Face, Verdict
from connectors.conformance.exchange import Exchange, NoAnswer
from connectors.conformance.letter import PDF, Letter, Status, edxml, status_edxml
from connectors.conformance.report import Report
from connectors.conformance.subject import Access, Subject
from connectors.conformance.suite import cases, conform
from connectors.conformance.trace import Trace
from connectors.edxml import read
from connectors.errors import AxisUnavailable
from connectors.hub.faults import Faults
from connectors.hub.server import create_app
from connectors.hub.store import HubStore
from connectors.hub.systems import Systems
from connectors.opening import open_axis
from tests.connectors.conformance_axis import SYSTEM, served, standing_in
from workflows.__main__ import main

OFFICE, NEIGHBOUR = "00.99.W00", "00.98.W00"
OURS = ("H99", "H99.01", "H99.02")
PATHS = {Face.VXP: "", Face.SOAP: "/soap", Face.EDOC: "/edoc"}
LIMIT = 4 << 20


@dataclass(frozen=True)
class World:
    """A hub with two systems."""

    url: str
    store: HubStore
    secrets: dict[str, str]
    home: Path

    def subject(self, face: Face) -> Subject:
        own, other = (Access(name, self.secrets[name]) for name in (OFFICE, NEIGHBOUR))
        return Subject(self.url + PATHS[face], face, own, OURS, other, "H98", LIMIT)

    def axis(self, face: Face) -> Axis:
        secret = self.home / "secret"
        secret.write_text(self.secrets[OFFICE])
        secret.chmod(0o600)
        system = "H99" if face is Face.EDOC else OFFICE
        url = self.url + PATHS[face]
        return open_axis(
            AxisSettings(kind=face.value, url=url, system_id=system, secret=secret), self.home
        )

    def tried(self, face: Face, *patterns: str) -> Report:
        axis = self.axis(face)
        try:
            return conform(
                self.subject(face),
                axis=axis,
                burst=20,
                only=lambda case: any(fnmatch(case.id, pattern) for pattern in patterns),
            )
        finally:
            axis.close()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    home = tmp_path_factory.mktemp("conform")
    store = HubStore(home / "hub", max_size=LIMIT)
    store.put_agencies(
        [
            AgencyEntry("H99", "UBND tỉnh Sơn Hải", "000.00.00.H99"),
            AgencyEntry("H99.01", "Văn phòng UBND tỉnh", "000.00.01.H99", "H99"),
            AgencyEntry("H99.02", "Sở Nội vụ", parent="H99"),
            AgencyEntry("H98", "UBND tỉnh Lâm Hà"),
        ]
    )
    systems = Systems(home / "systems")
    known = {
        OFFICE: systems.add(OFFICE, frozenset(OURS)),
        NEIGHBOUR: systems.add(NEIGHBOUR, frozenset({"H98"})),
    }
    with served(create_app(store, Faults(home), systems)) as url:
        yield World(url, store, known, home)
    store.close()


# what all faces share runs on one of them here; `congvan conform` runs all of it on each
PARTS = {
    Face.VXP: ("vxp.*", "queue.another_*", "send.*_limit", "hostile.cut_off"),
    Face.SOAP: ("soap.*", "load.*", "queue.another_*", "hostile.external_*", "port.*"),
    Face.EDOC: ("edoc.*", "status.code_0[12]", "status.code_13", "hostile.billion*", "port.s*"),
}


@pytest.mark.parametrize("face", PARTS)
def test_the_hub_fails_no_must_on_any_face(world: World, face: Face) -> None:
    report = world.tried(face, *PARTS[face])
    failed = [(result.id, result.why) for result in report.results if result.breaks]
    assert failed == []
    assert report.passed
    assert len(report.results) > 35
    # the dialect has no call that confirms a trace
    assert all(face is Face.EDOC and "traces stay" in line for line in report.left), report.left


def test_nothing_of_a_run_waits_behind_it(world: World) -> None:
    before = world.store.pending(OURS, None, 100)
    report = world.tried(Face.VXP, "send.new", "send.unknown_among_known", "status.code_03")
    assert report.left == ()
    assert world.store.pending(OURS, None, 100) == before


@pytest.mark.parametrize("face", PARTS)
def test_what_waited_before_is_neither_fetched_nor_confirmed(world: World, face: Face) -> None:
    axis = world.axis(face)
    letter = edxml(
        Letter(f"H99,2026/11/22,7{face}/THAT", "H99", ("H99.01",), "thật", datetime.now(UTC))
    )
    axis.send(Outgoing(f"that-{face}", "H99", ("H99.01",), letter))
    world.tried(face, "send.new")
    (left,) = world.store.pending(["H99.01"], MessageKind.EDOC, 10)
    (track,) = world.store.received(["H99.01"], axis_id=left.axis_id)
    assert str(track.state) == "initial"
    world.store.confirm("H99.01", [(left.axis_id, left.sha256)])
    axis.close()


def test_the_faces_together_have_more_than_sixty_cases_each_with_its_own_id() -> None:
    for face in PATHS:
        ids = [case.id for case in cases(face)]
        assert len(ids) == len(set(ids)) > 100


def test_every_claim_is_said_in_both_languages_and_has_a_source() -> None:
    for face in Face:
        for case in cases(face):
            assert all((case.vietnamese, case.english, case.source)), case.id
            assert case.vietnamese != case.english


def test_what_the_suite_writes_is_read_by_our_reader() -> None:
    at = datetime(2026, 11, 22, 1, 2, 3, tzinfo=UTC)
    received = read(edxml(Letter("H99,2026/11/22,1/TN", "H99", ("H99.01",), "Thử & <>", at)))
    assert received.edoc is not None
    assert received.edoc.subject == "Thử & <>"
    assert [file.read() for file in received.attachments] == [PDF]
    assert received.warnings == ()
    told = read(status_edxml(Status("H99.01", "H99", "H99,2026/11/22,1/TN", "02", "lý do", at)))
    assert told.status is not None
    assert (told.status.status_code, told.status.description) == ("02", "lý do")


def _command(world: World, *more: str, secret: str = "") -> list[str]:
    file = world.home / "command.secret"
    file.write_text(secret or world.secrets[OFFICE])
    file.chmod(0o600)
    agencies = [word for code in OURS for word in ("--agency", code)]
    own = ["--face", "vxp", "--system", OFFICE, "--secret-file", str(file)]
    return ["conform", world.url, *own, *agencies, *more]


class _Links(HTMLParser):
    """Collects what a page would load or run."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "img", "link", "iframe") or any(
            n in ("src", "href") for n, _ in attrs
        ):
            self.found.append(tag)


def test_the_command_writes_both_reports_and_says_yes(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = tmp_path / "r.json", tmp_path / "r.html"
    done = main(
        _command(world, "--only", "send.*_*", "--json", str(told[0]), "--html", str(told[1]))
    )
    said = capsys.readouterr().out
    assert done == 0, said
    found = json.loads(told[0].read_text())
    assert found["passed"]
    assert found["counts"]["MUST"]["failed"] == 0
    assert {case["id"] for case in found["cases"]} >= {"send.repeat_different", "send.old_code"}
    links = _Links()
    links.feed(told[1].read_text())
    assert links.found == []
    assert world.secrets[OFFICE] not in said + told[0].read_text() + told[1].read_text()


def test_the_command_says_no_when_a_must_failed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = secrets.token_urlsafe(20)
    file = tmp_path / "s"
    file.write_text(secret)
    file.chmod(0o600)
    with standing_in(secret, "no_duplicate_check") as url:
        own = ["--face", "vxp", "--system", SYSTEM, "--secret-file", str(file)]
        words = ["conform", url, *own, "--agency", "K01", "--agency", "K01.01", "--only", "send.r*"]
        assert main(words) == 1
    assert "✗ send.repeat" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["conform", "ftp://x", "--face", "vxp"], "axis.settings"),
        (["conform", "http://127.0.0.1:9", "--face", "soap"], "--agency"),
        (["conform", "http://127.0.0.1:9", "--face", "soap", "--agency", "H1"], "axis.unavailable"),
        (
            ["conform", "http://x", "--face", "vxp", "--agency", "H1", "--secret-file", "/nowhere"],
            "axis.settings",
        ),
    ],
)
def test_what_cannot_be_tried_is_said_in_one_line(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 1
    shown = capsys.readouterr()
    assert said in shown.err
    assert "Traceback" not in shown.err + shown.out


def test_a_wrong_secret_ends_the_run_before_it_begins(world: World) -> None:
    wrong = Subject(world.url, Face.VXP, Access(OFFICE, "sai" * 8), OURS)
    with pytest.raises(AxisUnavailable, match="15"):
        conform(wrong)


class _OneAtATime(BaseHTTPRequestHandler):
    """Passes calls on, one after the other: who stops half-way stops everybody."""

    target = ""

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        data = self.rfile.read(length)
        if len(data) < length:
            return
        headers = {name: value for name, value in self.headers.items() if name != "Host"}
        asked = Request(self.target + self.path, data, headers)  # noqa: S310
        with urlopen(asked, timeout=10) as answer:  # noqa: S310
            body = answer.read()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        return


def test_who_serves_one_call_at_a_time_is_caught_by_slow_senders() -> None:
    secret = secrets.token_urlsafe(20)
    with standing_in(secret) as url:
        handler = type("Handler", (_OneAtATime,), {"target": url})
        server = HTTPServer(("127.0.0.1", 0), handler)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            subject = Subject(
                f"http://127.0.0.1:{server.server_port}",
                Face.VXP,
                Access(SYSTEM, secret),
                ("K01", "K01.01"),
            )
            report = conform(subject, seconds=1, only=lambda case: case.id == "load.slow_senders")
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
    assert [result.verdict for result in report.results] == [Verdict.FAILED]


def test_an_answer_that_does_not_end_is_given_up() -> None:
    async def dripping(_: object, __: object, send: Callable[..., Awaitable[None]]) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(100):
            await send({"type": "http.response.body", "body": b"x", "more_body": True})
            await asyncio.sleep(0.01)

    with served(dripping) as url, pytest.raises(NoAnswer, match="not whole"):
        Exchange(url, Trace(), seconds=0.05).ask("GET", "/", [])


def test_tls_trusts_only_what_it_is_told() -> None:
    exchange = Exchange("https://127.0.0.1:9/x", Trace(), ssl.create_default_context())
    assert exchange.port == 9
    with pytest.raises(NoAnswer):
        exchange.connected()
