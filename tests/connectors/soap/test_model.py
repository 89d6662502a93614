"""Our wire says what zeep's own says: same envelopes, same values, same digests."""

import io
from datetime import UTC, datetime
from typing import Any

import pytest
import zeep
from lxml import etree

from connectors.soap import wire
from connectors.soap.fault import SoapFault
from connectors.soap.intake import Intake, Message
from connectors.soap.model import shared_model
from connectors.soap.version import VERSIONS, Version
from schemas.axis.contract import OPERATIONS, published_wsdl

AT = datetime(2026, 11, 22, 1, 2, 3, tzinfo=UTC)
SHA256 = "0" * 64
CONTENT = b"\r\n\0PDF" + bytes(range(256)) * 900 + b"%%EOF\r\n"
STATUS = {
    "messageId": "s",
    "from": "H99.01",
    "to": "H99",
    "documentId": "d",
    "statusCode": "01",
}
REQUESTS: dict[str, tuple[dict[str, Any], int]] = {
    "SendDocument": (
        {
            "messageId": "m",
            "from": "H99",
            "to": ["H99.01", "H99.02"],
            "sentAt": AT,
            "urgency": 2,
            "sha256": SHA256,
            "edxml": CONTENT,
        },
        1,
    ),
    "GetPendingDocumentIds": ({"agency": ["H99", "H99.01"], "kind": "edoc", "max": 5}, 0),
    "GetDocument": ({"agency": "H99", "axisId": ["a-1", "a-2"]}, 0),
    "ConfirmReceived": ({"agency": "H99", "receipt": [{"axisId": "a", "sha256": SHA256}]}, 0),
    "UpdateStatus": ({"status": [STATUS | {"edxml": CONTENT}, STATUS | {"edxml": b"2"}]}, 2),
    "GetAgencies": ({"after": "H99"}, 0),
    "GetSentDocuments": ({"agency": "H99", "since": AT, "kind": "edoc", "messageId": "m"}, 0),
    "GetReceivedDocuments": ({"agency": "H99", "since": AT, "until": AT, "max": 5}, 0),
    "RejectReceived": ({"agency": "H99", "axisId": "a-1", "reason": "không đọc được"}, 0),
    "GetAgencyChanges": ({"since": 7, "max": 5}, 0),
}


def taken_in(out: wire.Wire, step: int = 1 << 16) -> Message:
    data = b"".join(out.chunks())
    assert len(data) == out.length
    intake = Intake(out.content_type, 1 << 20)
    for start in range(0, len(data), step):
        intake.feed(data[start : start + step])
    return intake.close()


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.name)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_our_request_is_the_one_zeep_makes(version: Version, operation: str) -> None:
    values, binaries = REQUESTS[operation]
    client = zeep.Client(io.BytesIO(published_wsdl("http://127.0.0.1/soap")))
    theirs = client.create_message(client.bind("AxisService", version.port), operation, **values)
    contents = [wire.Content.of(CONTENT), wire.Content.of(b"2")][:binaries]
    envelope = shared_model().request(version, operation, without_binary(values))
    ours = b"".join(wire.plain(version, envelope, contents).chunks())
    assert etree.tostring(etree.fromstring(ours), method="c14n") == etree.tostring(
        theirs, method="c14n"
    )


def without_binary(values: dict[str, Any]) -> dict[str, Any]:
    if "status" in values:
        return {"status": [status | {"edxml": b""} for status in values["status"]]}
    return values | {"edxml": b""} if "edxml" in values else values


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.name)
@pytest.mark.parametrize("written", [wire.plain, wire.mtom])
@pytest.mark.parametrize("step", [1, 7, 1 << 16])
def test_both_forms_bring_the_same_values_and_bytes(
    version: Version, written: Any, step: int
) -> None:
    values, _ = REQUESTS["UpdateStatus"]
    model = shared_model()
    envelope = model.request(version, "UpdateStatus", without_binary(values))
    contents = [wire.Content.of(CONTENT[:5000]), wire.Content.of(b"")]
    message = taken_in(written(version, envelope, contents), step)
    assert message.version is version
    assert model.operation_of(message.body) == "UpdateStatus"
    found = model.request_values("UpdateStatus", message.body)
    assert [status.messageId for status in found.status] == ["s", "s"]
    assert [blob.read() for blob in message.blobs] == [CONTENT[:5000], b""]


@pytest.mark.parametrize(
    "change",
    [
        {"sha256": "0" * 63},
        {"sha256": "A" * 64},
        {"urgency": 5},
        {"messageId": ""},
        {"messageId": "x" * 201},
        {"from": "H99 OR 1=1"},
        {"to": ["../H99"]},
    ],
    ids=str,
)
def test_what_zeep_does_not_check_the_schema_refuses(change: dict[str, Any]) -> None:
    values = without_binary(REQUESTS["SendDocument"][0]) | change
    version = VERSIONS[0]
    envelope = shared_model().request(version, "SendDocument", values)
    message = taken_in(wire.plain(version, envelope, [wire.Content.of(b"x")]))
    with pytest.raises(SoapFault, match="schema"):
        shared_model().request_values("SendDocument", message.body)
