"""What a caller hears when the hub's disk is full, its database locked, or a content lost."""

import errno
import hashlib
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from connectors.axis import Axis, Outgoing
from connectors.edxml import OutgoingFile
from connectors.edxml.routing import addressed
from connectors.errors import AxisRefused, AxisUnavailable, NotFound
from connectors.hub import blobs
from connectors.hub.call import Call, Line
from connectors.hub.store import HubStore
from connectors.hub.stuck import Why
from connectors.soap.client import SoapAxis
from documents.errors import OfficeError
from tests.connectors.axis_worlds import FIRST, SENDER, hub_for, message
from tests.connectors.conftest import Hub
from tests.connectors.edoc.world import PDF, letter

FACES = ["soap 1.1", "soap 1.2", "vxp", "edoc"]
HOUR = timedelta(hours=1)


@pytest.fixture(params=FACES)
def served(request: pytest.FixtureRequest) -> Iterator[tuple[HubStore, Axis]]:
    with hub_for(request.param, request) as (hub, axis), closing(axis):
        yield hub.store, axis


def outgoing(data: bytes = b"") -> Outgoing:
    return Outgoing("m-1", SENDER, (FIRST,), data or letter())


def put_off(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return the log's lines, none of which has a traceback."""
    lines = [record for record in caplog.records if record.name.startswith("connectors.hub")]
    assert not any(record.exc_info for record in lines)
    return [record.getMessage() for record in lines]


def test_a_full_database_puts_a_message_off_and_keeps_nothing_of_it(
    served: tuple[HubStore, Axis], caplog: pytest.LogCaptureFixture
) -> None:
    store, axis = served
    connection = store._writer._connection
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages}")
    large = letter(files=[OutgoingFile("Quyết định.pdf", data=PDF * 20)])
    with caplog.at_level(logging.ERROR), pytest.raises(AxisUnavailable):
        axis.send(outgoing(large))
    assert put_off(caplog) == ["put off: database or disk is full"]
    assert store.counts() == {"messages": 0, "waiting": 0}

    connection.execute("PRAGMA max_page_count = 1000000")
    assert not axis.send(outgoing(large)).duplicate
    assert store.counts() == {"messages": 1, "waiting": 1}


def test_a_locked_database_puts_a_message_off(
    served: tuple[HubStore, Axis], caplog: pytest.LogCaptureFixture
) -> None:
    store, axis = served
    store._writer._connection.execute("PRAGMA busy_timeout = 10")
    with closing(sqlite3.connect(store.folder / "hub.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with caplog.at_level(logging.ERROR), pytest.raises(AxisUnavailable):
            axis.send(outgoing())
    assert put_off(caplog) == ["put off: database is locked"]
    assert not axis.send(outgoing()).duplicate


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_no_room_for_a_large_content_puts_it_off(
    number: int,
    served: tuple[HubStore, Axis],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    store, axis = served

    def full(*_: Any) -> None:
        raise OSError(number, "no room")

    with monkeypatch.context() as patched:
        patched.setattr(blobs.ContentFolder, "put", full)
        patched.setattr("connectors.hub.entering.IN_ROW", 10)
        with caplog.at_level(logging.ERROR), pytest.raises(AxisUnavailable):
            axis.send(outgoing())
    assert put_off(caplog) == [f"put off: [Errno {number}] no room"]
    assert store.counts() == {"messages": 0, "waiting": 0}
    assert not [path for path in store.incoming.rglob("*") if path.is_file()]
    assert not axis.send(outgoing()).duplicate


def test_a_failure_that_does_not_pass_is_not_called_one_that_does(
    served: tuple[HubStore, Axis], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, axis = served

    def broken(*_: Any) -> None:
        raise sqlite3.DatabaseError("malformed")

    monkeypatch.setattr(HubStore, "accept", broken)
    with pytest.raises(OfficeError) as caught:
        axis.send(outgoing())
    assert not isinstance(caught.value, AxisUnavailable)


@pytest.mark.parametrize("name", ["soap 1.1", "vxp"])
@pytest.mark.parametrize("junk", [b"1212", b"\xef\xbb\xbf1212", b"\r\n"])
def test_bytes_before_the_prolog_are_refused_on_the_wire_and_passed_over_in_a_file(
    name: str, junk: bytes, request: pytest.FixtureRequest
) -> None:
    data = message().edxml
    assert isinstance(data, bytes)
    with hub_for(name, request) as (hub, axis), closing(axis):
        with pytest.raises(AxisRefused) as refused:
            axis.send(outgoing(junk + data))
        assert refused.value.args[0] == ("22" if name == "vxp" else "M.Document")
        assert hub.store.counts()["messages"] == 0
        assert addressed(junk + data).document_id == "m-1"
        assert axis.send(outgoing(b"\xef\xbb\xbf" + data))


def test_bytes_before_the_prolog_of_an_edoc_request_are_refused(hub: Hub) -> None:
    body = b'1212<?xml version="1.0"?><S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"/>'
    headers = {"content-type": "text/xml", "soapaction": "SendDocument"}
    answer = httpx.post(f"http://{hub.host}/edoc", content=body, headers=headers)
    assert answer.status_code in (400, 500)
    assert "INVALID" in answer.text


@pytest.mark.parametrize("settled", [False, True])
def test_a_lost_content_is_refused_by_name_and_stuck_as_corrupt(
    served: tuple[HubStore, Axis], *, settled: bool
) -> None:
    store, axis = served
    axis.send(outgoing())
    (waiting,) = axis.pending([FIRST])
    if settled:
        fetched = axis.fetch(FIRST, waiting.axis_id)
        fetched.content.close()
        axis.confirm(FIRST, [(waiting.axis_id, fetched.sha256)])
    store._writer.run(_without_contents)
    with pytest.raises(AxisRefused):
        axis.fetch(FIRST, waiting.axis_id)
    assert Why.CORRUPT in {each.why for each in store.stuck(HOUR)}


def _without_contents(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM contents")


@pytest.mark.parametrize("settled", [False, True])
def test_a_lost_file_is_refused_and_stuck_as_corrupt(hub: Hub, *, settled: bool) -> None:
    data = letter(files=[OutgoingFile("Quyết định.pdf", data=PDF * 150)])
    digest = hashlib.sha256(data).hexdigest()
    with closing(SoapAxis(hub.address)) as axis:
        axis_id = axis.send(outgoing(data)).axis_id
        if settled:
            axis.confirm(FIRST, [(axis_id, digest)])
        assert hub.store.stuck(HOUR) == []
        (hub.store.incoming / digest[:2] / digest).unlink()
        with pytest.raises(NotFound):
            axis.fetch(FIRST, axis_id)
    assert [each.why for each in hub.store.stuck(HOUR)] == [Why.CORRUPT]


def test_a_message_that_is_fetched_and_never_confirmed_is_stuck(
    served: tuple[HubStore, Axis],
) -> None:
    store, axis = served
    axis.send(outgoing())
    (waiting,) = axis.pending([FIRST])
    axis.fetch(FIRST, waiting.axis_id).content.close()
    assert [each.why for each in store.stuck(-HOUR)] == [Why.NEVER_CONFIRMED]


def test_lines_of_the_audit_outlive_a_full_disk(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    audit = hub.store.audit
    audit.add(Call(operation="GetDocument", lines=[Line("", "NOT_FOUND")]), datetime.now(UTC))

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "no room")

    with monkeypatch.context() as patched:
        patched.setattr(hub.store._writer, "run", full)
        with pytest.raises(OSError, match="no room"):
            audit.flush()
    audit.flush()
    assert [line.outcome for line in hub.store.audited()] == ["NOT_FOUND"]
