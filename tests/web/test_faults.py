"""A tool that fails, lies or repeats itself: the office's record says what really came."""

import asyncio
import ssl
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect

from connectors.vgca import BatchFile, batch_payload
from documents import requests, sign_sessions
from documents.errors import Unavailable
from documents.sign_session import MOST_REFUSALS
from tests.web.desk import Desk, page
from tests.workflows.deferred_places import LEADER
from tests.workflows.house import HOME_AFFAIRS, assert_sound, document, leader_of, steps_of
from tests.workflows.phones import carry, later
from web.test_agent import VERSION, Fault, Token
from workflows import sign_sessions as rounds


def test_a_callback_without_an_upload_changes_nothing(desk: Desk) -> None:
    opened = desk.opened()
    callback = page(desk.agent(Fault.NEVER_UPLOADS), opened.round.path, opened.round.payload())
    assert callback is not None
    assert callback["Status"] == 0
    assert desk.stands(opened) == ("approved", "open")


def test_an_upload_counts_though_its_callback_is_lost(desk: Desk) -> None:
    opened = desk.opened()
    agent = desk.agent(Fault.DROPS_CALLBACK)
    assert page(agent, opened.round.path, opened.round.payload()) is None
    assert desk.stands(opened) == ("signed", "used")


def test_the_same_file_again_gets_the_same_answer_and_another_none(desk: Desk) -> None:
    opened = desk.opened()
    agent = desk.agent(Fault.UPLOADS_TWICE)
    page(agent, opened.round.path, opened.round.payload())
    first, second = agent.answers
    assert first == second
    assert first["Status"] is True
    assert set(first) == {"Status", "Message", "FileName", "FileServer"}
    desk.refuses(opened, desk.signed(opened), "sign_session.used")
    document_id = desk.session(opened).document_id
    assert steps_of(desk.office, document_id).count("sign") == 1
    assert_sound(desk.office)


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (Fault.UPLOADS_UNSIGNED, "0 byte(s) added"),
        (Fault.UPLOADS_MODIFIED, "not the file that was handed out"),
        (Fault.UPLOADS_OTHER, "not the file that was handed out"),
        (Fault.CANCELS_PIN, "PIN"),
        (Fault.ABORTS_UPLOAD, "connection broke"),
    ],
)
def test_what_went_wrong_reaches_the_page_and_the_right_file_still_counts(
    desk: Desk, fault: Fault, why: str
) -> None:
    opened = desk.opened()
    agent = desk.agent(fault, other=desk.base(desk.opened(desk.waiting())))
    callback = page(agent, opened.round.path, opened.round.payload())
    assert callback is not None
    assert callback["Status"] != 0
    assert why in callback["Message"]
    assert desk.stands(opened) == ("approved", "open")
    assert desk.post(opened, desk.signed(opened))["Status"] is True
    assert desk.stands(opened) == ("signed", "used")


def test_another_persons_token_is_refused(desk: Desk) -> None:
    opened = desk.opened()
    stranger = Token(desk.house.pki.key(leader_of(HOME_AFFAIRS).id))
    callback = page(desk.agent(person=stranger), opened.round.path, opened.round.payload())
    assert callback is not None
    assert "another certificate" in callback["Message"]
    assert desk.stands(opened) == ("approved", "open")


def test_two_uploads_at_once_sign_once(desk: Desk) -> None:
    opened = desk.opened()
    files = [desk.signed(opened), desk.signed(opened)]
    files.append(files[0])
    with ThreadPoolExecutor(3) as threads:
        answers = list(threads.map(lambda each: desk.post(opened, each), files))
    assert {each["Status"] for each in answers[:2]} == {True, False}
    assert answers[2] == answers[0]
    assert desk.stands(opened) == ("signed", "used")
    document_id = desk.session(opened).document_id
    assert steps_of(desk.office, document_id).count("sign") == 1
    assert_sound(desk.office)


def test_an_expired_session_gives_nothing_takes_nothing_and_is_swept(desk: Desk) -> None:
    opened = desk.opened()
    signed = desk.signed(opened)
    later(desk.office, minutes=16)
    assert httpx.get(opened.round.download, trust_env=False).status_code == 410
    desk.refuses(opened, signed, "sign_session.over")
    carry(desk.office)
    assert desk.stands(opened) == ("approved", "expired")
    desk.refuses(opened, signed, "sign_session.over")
    again = desk.opened(desk.session(opened).document_id)
    assert desk.post(again, signed)["Status"] is True


def test_a_newer_session_ends_the_one_before(desk: Desk) -> None:
    first = desk.opened()
    second = desk.opened(desk.session(first).document_id)
    assert desk.session(first).state == "closed"
    assert httpx.get(first.round.download, trust_env=False).status_code == 410
    desk.refuses(first, desk.signed(first), "sign_session.over")
    assert httpx.get(second.round.download, trust_env=False).status_code == 200


def test_a_withdrawn_request_or_a_closed_session_takes_no_signature(desk: Desk) -> None:
    opened = desk.opened()
    with desk.office.database.writing() as session:
        request = desk.session(opened).request_id
        requests.withdrawn(session, request, LEADER, "sửa lại nội dung", desk.office.now())
    desk.refuses(opened, desk.signed(opened), "sign_session.over")
    other = desk.opened()
    with desk.office.database.writing() as session:
        sign_sessions.closed(session, other.session_id, LEADER, desk.office.now())
    desk.refuses(other, desk.signed(other), "sign_session.over")
    assert document(desk.office, desk.session(other).document_id).state == "approved"


def test_too_many_wrong_files_end_the_session(desk: Desk) -> None:
    opened = desk.opened()
    for _ in range(MOST_REFUSALS):
        assert desk.post(opened, b"%PDF-1.7 nothing")["Status"] is False
    assert desk.stands(opened) == ("approved", "closed")


def test_what_is_down_here_is_said_and_the_tool_may_try_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = desk.opened()
    signed = desk.signed(opened)
    with monkeypatch.context() as broken:
        broken.setattr(desk.office.workshop, "run", lambda jobs: [Unavailable("đĩa / disk")])
        desk.refuses(opened, signed, "disk")
        broken.setattr(desk.office.workshop, "run", lambda jobs: 1 / 0)
        desk.refuses(opened, signed, "try again")
    assert desk.post(opened, signed)["Status"] is True


def test_a_page_may_ask_who_is_there_and_sign_a_list(desk: Desk) -> None:
    agent = desk.agent()
    version = page(agent, "/GetVersion", "version")
    certificate = page(agent, "/GetCertInfo", "certinfo")
    assert version is not None
    assert version["Version"] == VERSION
    assert certificate is not None
    assert certificate["CertBase64"].startswith("MII")
    opened = desk.opened()
    files = [BatchFile("7", "a.pdf", opened.round.download)]
    done = page(agent, "/SignFiles", batch_payload(opened.round.upload, files))
    assert done is not None
    assert done["Files"] == [{"FileID": "7", "FileSignedURL": desk.session(opened).document_id}]
    for path in ("/SignAppendix", "/SignCopy", "/Comment"):
        again = page(agent, path, desk.opened().round.payload())
        assert again is not None
        assert again["Status"] == 0
    unknown = page(agent, "/Format", "{}")
    assert unknown is not None
    assert unknown["Status"] != 0


def test_the_tool_may_be_reached_by_tls(desk: Desk, tmp_path: Path) -> None:
    certificate, key = tmp_path / "tls.pem", tmp_path / "tls.key"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.load_cert_chain(certificate, key)
    ours = ssl.create_default_context(cafile=str(certificate))

    async def ask() -> str:
        server = await desk.agent().serve(port=0, tls=theirs)
        port = next(iter(server.sockets)).getsockname()[1]
        try:
            address = f"wss://127.0.0.1:{port}/GetVersion"
            async with connect(address, ssl=ours, proxy=None) as socket:
                await socket.send("version")
                return str(await socket.recv())
        finally:
            server.close()
            await server.wait_closed()

    assert VERSION in asyncio.run(ask())


def test_a_process_that_dies_over_an_upload_leaves_it_to_be_sent_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = desk.opened()
    signed = desk.signed(opened)

    class Died(BaseException):
        """What a kill is to the code: nothing catches it."""

    def dies_at(place: str) -> None:
        def passing(where: str) -> None:
            if where == place:
                raise Died

        monkeypatch.setattr("workflows.deferral.passing", passing)
        token = opened.round.upload.split("/")[-2]
        with pytest.raises(Died):
            rounds.bring(desk.office, token, signed)

    dies_at("answer.done")  # judged, not recorded
    assert desk.stands(opened) == ("approved", "open")
    dies_at("answer.recorded")  # recorded, not answered
    assert desk.stands(opened) == ("signed", "used")
    monkeypatch.undo()
    assert desk.post(opened, signed)["Status"] is True
    assert_sound(desk.office)
