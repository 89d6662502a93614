"""What each face does otherwise: tokens, lost answers, two countings, what it lacks; curl too."""

import hashlib
import json
import logging
import subprocess
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from connectors.axis import MessageKind, PacketState
from connectors.errors import (
    AccessDenied,
    AxisCannot,
    AxisOutcomeUnknown,
    AxisRefused,
    DuplicateDifferent,
    TooLarge,
    UnknownRecipient,
)
from connectors.hub.faults import Fault, FaultKind
from connectors.rest.profile import BUILT_IN, read_profile
from connectors.soap.connection import Timeouts
from tests.connectors.axis_worlds import FIRST, SECOND, SENDER, message, status
from tests.connectors.rest.faces import FACES, RunningFace, rest_client, running
from tests.connectors.rest.stand_in import moment

Opened = Callable[..., tuple[Any, Any]]
LOST = Fault("*", FaultKind.DROP_REPLY)
every_face = pytest.mark.parametrize("name", FACES)


@every_face
def test_documents_and_statuses_arrive_byte_for_byte_and_leave_when_confirmed(
    opened: Opened, name: str
) -> None:
    _, axis = opened(name)
    sent, told = message(recipients=(FIRST, SECOND)), status()
    axis.send(sent)
    axis.report([told])
    document, answer = axis.pending([FIRST, SENDER])
    assert (document.kind, answer.kind) == (MessageKind.EDOC, MessageKind.STATUS)
    for waiting, expected in ((document, sent), (answer, told)):
        with axis.fetch(waiting.recipient, waiting.axis_id).content as content:
            assert content.read() == expected.edxml
        axis.confirm(waiting.recipient, [(waiting.axis_id, "")])
    assert axis.pending([FIRST, SENDER]) == []
    assert [waiting.recipient for waiting in axis.pending([SECOND])] == [SECOND]
    assert [entry.organ_id for entry in axis.agencies()] == [SENDER, FIRST, SECOND]


@pytest.mark.parametrize("name", ["langson", "quangnam"])
def test_a_token_that_is_over_is_renewed_once_and_the_call_repeated(
    opened: Opened, name: str
) -> None:
    running, axis = opened(name)
    axis.send(message())
    assert running.face.logins == 1
    running.face.tokens.clear()
    assert axis.send(message("m-2")).duplicate is False
    assert running.face.logins == 2
    running.face.tokens.clear()
    assert len(axis.pending([FIRST], MessageKind.EDOC)) == 2
    assert running.face.logins == 3


def test_a_token_is_renewed_before_its_end_and_never_asked_for_again_and_again(
    opened: Opened,
) -> None:
    now = [datetime.now(UTC)]
    running, axis = opened("langson", clock=lambda: now[0])
    axis.agencies()
    axis.agencies()
    assert running.face.logins == 1
    now[0] += timedelta(minutes=29, seconds=30)
    axis.agencies()
    assert running.face.logins == 2
    running.face.tokens = type("Never", (set,), {"__contains__": lambda *_: False})()
    with pytest.raises(AccessDenied):
        axis.agencies()
    assert running.face.logins == 3


@pytest.mark.parametrize(
    ("name", "which"),
    [("langson", "password"), ("langson", "secret_key"), ("quangnam", "consumer_secret"),
     ("quangnam", "secret_unit"), ("bkav", "edoc_token")],
)  # fmt: skip
def test_a_wrong_secret_is_denied_and_never_said(
    opened: Opened, name: str, which: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    running, _ = opened(name)
    kept = running.face.secret[which]
    running.face.secret[which] = "w-r-o-n-g"
    axis = rest_client(running, name, tmp_path / "wrong.sqlite")
    running.face.secret[which] = kept
    for call in (lambda: axis.pending([FIRST]), lambda: axis.send(message())):
        with pytest.raises(AccessDenied) as refused:
            call()
        assert "w-r-o-n-g" not in f"{refused.value} {refused.value!r}"
    assert "w-r-o-n-g" not in caplog.text + repr(vars(axis)) + repr(vars(axis._calls))
    axis.close()


@every_face
def test_every_request_says_its_length_and_carries_no_secret_in_its_address(
    opened: Opened, name: str, tmp_path: Path
) -> None:
    running, axis = opened(name)
    large = tmp_path / "large.edxml"
    large.write_bytes(message(body="QUJD" * 50_000).edxml)
    axis.send(message(edxml=large))
    (waiting,) = axis.pending([FIRST])
    axis.fetch(FIRST, waiting.axis_id).content.close()
    axis.confirm(FIRST, [(waiting.axis_id, "")])
    assert len(running.face.heard) >= 4
    for method, target, headers in running.face.heard:
        assert "transfer-encoding" not in headers
        assert method == "GET" or "content-length" in headers
        assert not any(secret in target for secret in running.face.secret.values())


def test_the_stand_in_of_lang_son_is_what_curl_sees(opened: Opened, tmp_path: Path) -> None:
    running, axis = opened("langson")
    secret, url = running.face.secret, running.url
    file = tmp_path / "a.edxml"
    file.write_bytes(message().edxml)

    def curl(*more: str) -> tuple[str, Any]:
        done = subprocess.run(
            ["curl", "-s", "-w", "\n%{http_code}", *more], capture_output=True, check=True
        )
        body, _, code = done.stdout.decode().rpartition("\n")
        return code, json.loads(body) if body.startswith(("{", "[")) else body

    login = {"username": secret["username"], "password": secret["password"], "otp": None}
    login |= {"applicationCode": secret["application_code"], "twoFactorProvider": None}
    told = json.dumps(login | {"typeObjs": [0, 1]})
    _, answer = curl("-d", told, f"{url}/v1/auth/login?allow_anonymous=true")
    bearer = ["-H", f"Authorization: Bearer {answer['data']['token']}"]
    ours = [*bearer, "-H", "X-SystemId: 00.99.W00", "-H", f"X-SecretKey: {secret['secret_key']}"]
    form = ["-F", f"edocFile=@{file};type=application/xml", "-F", "messageType=edoc"]
    assert curl(f"{url}/v1/getAgenciesList") == ("401", {"message": "licenseInfo:invalid"})
    chunked = ["-H", "Transfer-Encoding: chunked"]
    assert curl(*ours, *chunked, *form, f"{url}/v1/sendEdoc") == ("411", "Length Required")
    code, sent = curl(*ours, *form, f"{url}/v1/sendEdoc")
    assert (code, sent["success"]) == ("200", True)
    _, wrong = curl(*bearer, "-H", "X-SystemId: x", *form, f"{url}/v1/sendEdoc")
    assert (wrong["success"], wrong["data"]["errorCode"]) == (False, "15")

    receipt = axis.send(message())  # the same bytes: what curl sent is what we send
    assert receipt.axis_id == sent["docId"]
    _, got = curl(*ours, f"{url}/v1/getEdoc?docId={sent['docId']}~{FIRST}")
    assert got["data"]["edxml"].encode() == file.read_bytes()


@pytest.mark.parametrize("name", ["langson", "quangnam"])
def test_without_a_list_of_what_was_sent_only_sending_again_settles(
    opened: Opened, name: str, tmp_path: Path
) -> None:
    running, axis = opened(name)
    outgoing = message()
    assert axis.settle(outgoing) is None
    running.faults(LOST)
    with pytest.raises(AxisOutcomeUnknown):
        axis.send(outgoing)
    with pytest.raises(AxisOutcomeUnknown):
        axis.settle(outgoing)
    axis.close()
    axis = rest_client(running, name, tmp_path / f"{name}.sqlite")  # a new process remembers
    receipt = axis.send(outgoing)
    assert receipt.duplicate
    assert axis.settle(outgoing) == receipt
    assert running.face.store.counts()["messages"] == 1
    with pytest.raises(AxisCannot):
        axis.sent(SENDER, receipt.accepted_at - timedelta(1), receipt.accepted_at)
    axis.close()


def test_a_profile_of_ones_own_with_a_list_of_what_was_sent_settles_by_it(
    opened: Opened, tmp_path: Path
) -> None:
    stand_in, _ = opened("langson")
    face = stand_in.face

    def sent(request: Request) -> JSONResponse:
        tracks = face.store.sent([SENDER], kind=MessageKind(request.query_params["type"]))
        rows = [
            {"ma": t.axis_id, "den": t.recipient, "tu": t.sender, "luc": moment(t.accepted_at),
             "trangThai": f"{t.state}".upper(), "lyDo": t.note}
            for t in tracks
        ]  # fmt: skip
        return JSONResponse({"success": True, "data": {"rows": rows}})

    routes = [*FACES["langson"](face).routes(), Route("/v2/sent", sent)]
    with running(Starlette(routes=routes)) as url:
        text = (BUILT_IN / "langson.toml").read_text("utf-8")
        own = tmp_path / "own.toml"
        own.write_text(
            text
            + '[operations.sent]\npath = "/v2/sent"\nquery = { type = "{kind}" }\n'
            + 'rows = ["data.rows"]\n[operations.sent.row]\nid = "ma"\nsender = "tu"\n'
            + 'recipient = "den"\nstate = "trangThai"\naccepted_at = "luc"\nnote = "lyDo"\n',
            "utf-8",
        )
        profile = read_profile(Path("own.toml"), tmp_path)
        axis = rest_client(RunningFace(url, face), "langson", tmp_path / "own.sqlite", profile)
        axis.send(message("other"))
        stand_in.faults(LOST)
        outgoing = message(recipients=(FIRST, SECOND))
        with pytest.raises(AxisOutcomeUnknown):
            axis.send(outgoing)
        receipt = axis.settle(outgoing)
        assert receipt is not None
        assert receipt == axis.send(outgoing)
        stand_in.faults(Fault("*", FaultKind.DROP_REPLY))
        lost = message("never", recipients=("H12.34",))
        with pytest.raises(AxisOutcomeUnknown):
            axis.send(lost)  # refused there, but we did not hear it
        assert axis.settle(lost) is None
        at = receipt.accepted_at
        tracks = axis.sent(SENDER, at - timedelta(hours=1), at + timedelta(hours=1))
        assert {t.recipient for t in tracks if t.axis_id == receipt.axis_id} == {FIRST, SECOND}
        axis.reject(FIRST, f"{receipt.axis_id}~{FIRST}", "Hỏng")
        came = axis.received(FIRST, at - timedelta(1), at + timedelta(1), MessageKind.EDOC)
        states = {t.axis_id.partition("~")[0]: t.state for t in came}
        assert states.pop(receipt.axis_id) is PacketState.FAIL
        assert list(states.values()) == [PacketState.INITIAL]
        axis.close()


def test_bkav_knows_a_document_again_by_its_number(opened: Opened, tmp_path: Path) -> None:
    running, axis = opened("bkav")
    outgoing = message()
    running.faults(LOST)
    with pytest.raises(AxisOutcomeUnknown):
        axis.send(outgoing)
    receipt = axis.send(outgoing)  # ExistDoc, after a try of ours without an answer
    assert receipt.duplicate
    assert axis.settle(outgoing) == axis.send(outgoing) == receipt
    other = rest_client(running, "bkav", tmp_path / "other.sqlite")
    with pytest.raises(DuplicateDifferent):  # ExistDoc without any try: somebody else's
        other.send(outgoing)
    assert other.settle(outgoing) is None
    other.close()
    assert len(axis.pending([FIRST])) == 1


def test_bkav_counts_statuses_apart_and_a_confirmed_one_takes_no_document_away(
    opened: Opened,
) -> None:
    running, axis = opened("bkav")
    axis.send(message(recipients=(SENDER,)))
    axis.report([status()])
    document, answer = axis.pending([SENDER])
    assert (document.axis_id, answer.axis_id) == ("edoc-1", "status-1")
    axis.confirm(SENDER, [(answer.axis_id, "")])
    assert axis.pending([SENDER]) == [document]
    assert not any(target.endswith("confirmReceived") for _, target, _ in running.face.heard)
    axis.reject(SENDER, answer.axis_id, "x")
    with pytest.raises(AxisCannot):
        axis.reject(SENDER, document.axis_id, "x")
    with pytest.raises(AxisCannot):
        axis.received(SENDER, datetime.now(UTC), datetime.now(UTC))
    for wrong in ("1", "edoc-", "x-1"):
        with pytest.raises(AxisRefused):
            axis.fetch(SENDER, wrong)


def test_each_agency_shows_its_own_secret(opened: Opened) -> None:
    running, axis = opened("bkav")
    axis._calls._credentials.by_agency[SECOND] = {"edoc_token": "of-the-second"}
    with pytest.raises(AccessDenied):
        axis.pending([FIRST, SECOND])
    shown = {h["organid"]: h["authorization"] for _, _, h in running.face.heard}
    assert shown == {FIRST: running.face.secret["edoc_token"], SECOND: "of-the-second"}


def test_the_reasons_of_a_refusal_come_out_typed(opened: Opened) -> None:
    _, axis = opened("langson")
    with pytest.raises(UnknownRecipient, match=r"H12\.34"):
        axis.send(message(recipients=("H12.34",)))
    with pytest.raises(AxisCannot):
        axis.send(message(recipients=(FIRST,), edxml=message(recipients=(SECOND,)).edxml))
    with pytest.raises(AxisCannot):
        axis.agency_changes()


def test_what_the_face_takes_no_more_of_is_not_even_sent(opened: Opened) -> None:
    profile = read_profile(Path("bkav"), Path()).model_copy(update={"max_size": 1000})
    running, axis = opened("bkav", profile=profile)
    with pytest.raises(TooLarge):
        axis.send(message(body="x" * 1000))
    assert running.face.heard == []
    assert axis.settle(message(body="x" * 1000)) is None


def test_lists_are_asked_for_a_month_at_a_time_in_the_faces_own_dates(opened: Opened) -> None:
    running, axis = opened("langson")
    until = datetime(2026, 11, 21, 20, tzinfo=UTC)  # the 22nd in Vietnam
    axis.received(FIRST, until - timedelta(days=40), until, MessageKind.EDOC)
    asked = [target for _, target, _ in running.face.heard]
    assert [target.partition("fromDate=")[2] for target in asked] == [
        "2026%2F10%2F13&toDate=2026%2F11%2F13",
        "2026%2F11%2F13&toDate=2026%2F11%2F22",
    ]


def test_an_axis_that_takes_its_time_is_left(opened: Opened) -> None:
    running, axis = opened("langson", timeouts=Timeouts(1, 0.3, 0.5))
    axis.agencies()
    running.faults(Fault("SendDocument", FaultKind.DELAY, seconds=1.0))
    with pytest.raises(AxisOutcomeUnknown):
        axis.send(message())


def test_fifty_megabytes_pass_both_ways_in_bounded_memory(opened: Opened, tmp_path: Path) -> None:
    _, axis = opened("langson", face_size=80 << 20)
    large = tmp_path / "large.edxml"
    head, _, tail = message("large", body="|").edxml.partition(b"|")
    with large.open("wb") as file:
        file.write(head)
        for _ in range(50):
            file.write(b"QUJDREVG" * (1 << 17))
        file.write(tail)
    with large.open("rb") as file:
        expected = hashlib.file_digest(file, "sha256").hexdigest()
    axis.send(message())
    tracemalloc.start()  # client and stand-in are both in this process
    receipt = axis.send(message("large", edxml=large))
    fetched = axis.fetch(FIRST, f"{receipt.axis_id}~{FIRST}")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    with fetched.content as content:
        assert hashlib.file_digest(content, "sha256").hexdigest() == expected  # type: ignore[arg-type]
    assert peak < 8 << 20
