"""The service and the stand-in as processes of their own; what outside judges say of the result."""

import asyncio
import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
from websockets.asyncio.client import connect

from documents.sign_session import Operation
from tests.web.desk import CLERK, Desk, MakeDesk, page
from tests.workflows.deferred_places import LEADER
from tests.workflows.house import document, issue
from tests.workflows.proof import openssl_verdicts, run, trust_database
from workflows import backlog, issuance
from workflows.sign_sessions import open_session


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(log: Path, *words: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a module until the block ends; what it says is in *log*."""
    with log.open("wb") as out:
        process = subprocess.Popen([sys.executable, "-m", *words], stdout=out, stderr=out)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            raise


def until_said(log: Path, process: "subprocess.Popen[bytes]") -> str:
    """Return the first line of *log* once it is whole."""
    while b"\n" not in (said := log.read_bytes()):
        assert process.poll() is None, said
        time.sleep(0.02)
    return said.decode().splitlines()[0]


def test_both_run_as_processes_and_no_log_holds_a_token(desk: Desk, tmp_path: Path) -> None:
    port, logs = free_port(), [tmp_path / "web.log", tmp_path / "agent.log"]
    home, keys = str(desk.home), desk.house.pki.folder
    with (
        running(logs[0], "web", home, "--port", str(port)) as service,
        running(
            logs[1], "web.test_agent", "--p12", str(keys / f"{LEADER}.p12"), "--port", "0"
        ) as agent,
    ):
        address = f"http://127.0.0.1:{port}"
        tool = until_said(logs[1], agent).removeprefix("TEST ONLY: ")
        while not _healthy(address):
            assert service.poll() is None, logs[0].read_text()
            time.sleep(0.05)
        opened = open_session(desk.office, desk.waiting(), LEADER, Operation.APPROVED, address)

        async def ask() -> str:
            async with connect(f"{tool}{opened.round.path}", proxy=None) as browser:
                await browser.send(opened.round.payload())
                return str(await browser.recv())

        callback = json.loads(asyncio.run(ask()))
        assert callback["Status"] == 0, callback
        assert desk.stands(opened) == ("signed", "used")
        for path in ("/docs", "/openapi.json", "/vgca"):
            assert httpx.get(address + path, trust_env=False).status_code == 404
    assert service.returncode == 0
    token = opened.round.upload.split("/")[-2]
    assert all(token not in log.read_text() for log in logs)


def _healthy(address: str) -> bool:
    try:
        return httpx.get(f"{address}/healthz", trust_env=False).is_success
    except httpx.TransportError:
        return False


def test_outside_judges_accept_both_ways_of_sealing_after_the_tool(
    desks: MakeDesk, tmp_path: Path
) -> None:
    for seal, signatures in ((False, 2), (True, 5)):
        desk = desks(seal=seal)
        document_id = desk.waiting()
        leader = desk.opened(document_id)
        page(desk.agent(), leader.round.path, leader.round.payload())
        issuance.number(desk.office, [document_id])
        if seal:
            sealing = open_session(desk.office, document_id, CLERK, Operation.ISSUED, desk.address)
            page(desk.agent(), sealing.round.path, sealing.round.payload())
        issue(desk.office, backlog.outgoing_due(desk.office))
        row = document(desk.office, document_id)
        assert row.state == "dispatched"
        pdf = tmp_path / f"{signatures}.pdf"
        pdf.write_bytes(desk.office.blobs.get(row.current_sha256 or ""))
        judged = tmp_path / str(signatures)
        judged.mkdir()
        roots = desk.house.pki.roots
        assert openssl_verdicts(pdf.read_bytes(), roots, judged) == [True] * signatures
        said = run("pdfsig", "-nssdir", trust_database(roots, judged), pdf).stdout
        assert said.count("Signature is Valid") == signatures
        # pdfsig 22.12 trusts a certificate the first time it meets it in a file; openssl, always
        assert said.count("Certificate is Trusted") == 2
        assert run("qpdf", "--check", pdf).returncode == 0
