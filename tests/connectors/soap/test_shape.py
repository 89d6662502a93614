"""Our short way through the contract's types reads and writes what zeep's long one does."""

import io
from datetime import UTC, datetime
from typing import Any

import pytest
import zeep
from lxml import etree
from zeep.helpers import serialize_object

from connectors.soap.fault import SoapFault
from connectors.soap.model import shared_model
from connectors.soap.shape import Values
from connectors.soap.version import SOAP11, VERSIONS, Version
from schemas.axis.contract import published_wsdl

AT = datetime(2026, 11, 22, 1, 2, 3, 450_000, tzinfo=UTC)
SHA256 = "0" * 64
AGENCY = {"organId": "H99", "name": "Sở A & B", "parent": "H9"}
TRACK = {"axisId": "a", "kind": "edoc", "from": "H1", "to": "H2", "state": "done"}
ANSWERS: dict[str, dict[str, Any]] = {
    "SendDocument": {"axisId": "a-1", "duplicate": True, "acceptedAt": AT},
    "GetPendingDocumentIds": {"document": []},
    "ConfirmReceived": {"confirmed": 3},
    "UpdateStatus": {
        "answer": [
            {"messageId": "1", "axisId": "a", "duplicate": False, "acceptedAt": AT},
            {"messageId": "2", "fault": {"code": "X", "retryable": False, "description": "ê"}},
        ]
    },
    "GetSentDocuments": {
        "document": [
            TRACK | {"acceptedAt": AT, "updatedAt": AT, "messageId": "m", "sha256": SHA256},
            TRACK
            | {"note": "n", "acceptedAt": AT, "updatedAt": AT, "messageId": "m", "sha256": SHA256},
        ],
        "more": False,
    },
    "GetAgencyChanges": {
        "change": [{"agency": AGENCY, "version": 2, "deleted": False, "modifiedAt": AT}],
        "more": True,
    },
}


def bare(values: Any) -> Any:
    if isinstance(values, Values):
        return {name: bare(value) for name, value in vars(values).items()}
    return [bare(value) for value in values] if isinstance(values, list) else values


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.name)
@pytest.mark.parametrize("operation", ANSWERS)
def test_an_answer_is_written_and_read_as_zeep_does(version: Version, operation: str) -> None:
    client = zeep.Client(io.BytesIO(published_wsdl("http://127.0.0.1/soap")))
    message = client.bind("AxisService", version.port)._binding.get(operation).output
    theirs = message.serialize(**ANSWERS[operation]).content
    ours = shared_model().response(version, operation, ANSWERS[operation])
    assert etree.tostring(ours, method="c14n") == etree.tostring(theirs, method="c14n")
    body = ours[0][0]
    read = shared_model().response_values(operation, body)
    assert bare(read) == serialize_object(message.body.parse(body, client.wsdl.types), dict)


def test_what_is_missing_or_unknown_is_not_written() -> None:
    for values in ({"axisId": "a", "duplicate": True}, {**ANSWERS["SendDocument"], "x": 1}):
        with pytest.raises(ValueError, match=r"acceptedAt is missing|not in the contract"):
            shared_model().response(SOAP11, "SendDocument", values)


def test_a_time_that_is_none_here_is_refused() -> None:
    envelope = shared_model().response(SOAP11, "SendDocument", ANSWERS["SendDocument"])
    body = envelope[0][0]
    body[2].text = "12026-01-01T00:00:00Z"
    with pytest.raises(SoapFault, match="acceptedAt"):
        shared_model().response_values("SendDocument", body)
