"""Servers that share no code with us, made from our WSDL: PHP's SoapServer and JAX-WS RI's.

Our client is what any installation uses; a partner answers with its own code and storage.
"""

import os
import secrets
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from connectors.axis import MessageKind, Outgoing, PacketState, Receipt, Report
from connectors.errors import (
    AccessDenied,
    AxisOutcomeUnknown,
    AxisRefused,
    AxisUnavailable,
    DigestMismatch,
    DuplicateDifferent,
    NotFound,
    UnknownRecipient,
)
from connectors.soap.calls import Credential
from connectors.soap.client import SoapAxis
from connectors.soap.form import Form
from connectors.soap.version import SOAP11, SOAP12, Version
from schemas.axis.contract import published_wsdl
from tests.connectors.foreign.journey import MIB, REASON, STATUS, SYSTEM, letter

HERE = Path(__file__).parent
SECRET = secrets.token_hex(16)
DOCUMENT_ID = "H97,2026/11/22,15/QĐ-UBND"


@contextmanager
def running(command: list[str], **environment: str) -> Iterator[str]:
    """Give the last word of the line by which a server says that it has started."""
    told = os.environ | {"AXIS_SYSTEM": SYSTEM, "AXIS_SECRET": SECRET} | environment
    with subprocess.Popen(
        command, env=told, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        assert process.stdout is not None
        said = []
        for line in process.stdout:
            said.append(line)
            if "started" in line:
                break
        else:
            pytest.fail("".join(said))
        threading.Thread(target=process.stdout.read).start()  # or its log would stop it
        yield line.split()[-1]
        process.terminate()


@pytest.fixture(scope="module")
def php(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{listener.getsockname()[1]}"
    folder = tmp_path_factory.mktemp("php")
    wsdl = folder / "axis.wsdl"
    wsdl.write_bytes(published_wsdl(f"http://{address}/"))
    command = ["php", "-S", address, str(HERE / "partner.php")]
    with running(command, AXIS_WSDL=str(wsdl), AXIS_DATA=str(folder)):
        yield f"http://{address}/"


@pytest.fixture(scope="module")
def jax_ws(java: list[str]) -> Iterator[str]:
    with running([*java, "Partner"]) as port:
        yield f"http://127.0.0.1:{port}/"


numbers = count(1)


@dataclass
class Partner:
    """A foreign server and two of its agencies that no test has used."""

    address: str
    version: Version
    form: Form
    axis: SoapAxis
    sender: str
    recipient: str

    def message(self, message_id: str = DOCUMENT_ID, **changes: Any) -> Outgoing:
        given = {"recipients": (self.recipient,), "edxml": letter(1_200_000)} | changes
        return Outgoing(message_id, self.sender, **given)


@pytest.fixture(
    params=[
        ("php", SOAP11, Form.INLINE),
        ("php", SOAP12, Form.INLINE),
        ("jax_ws", SOAP11, Form.INLINE),
        ("jax_ws", SOAP11, Form.MTOM),
        ("jax_ws", SOAP12, Form.MTOM),
    ],
    ids=lambda given: f"{given[0]}-{'1.2' if given[1] is SOAP12 else '1.1'}-{given[2]}",
)
def partner(request: pytest.FixtureRequest) -> Iterator[Partner]:
    name, version, form = request.param
    address = request.getfixturevalue(name)
    if name == "jax_ws":
        address += "1.2" if version is SOAP12 else "1.1"
    axis = SoapAxis(address, version=version, form=form, credential=Credential(SYSTEM, SECRET))
    agencies = [f"H97.{next(numbers):02}" for _ in range(2)]
    yield Partner(address, version, form, axis, *agencies)
    axis.close()


def test_a_letter_is_sent_fetched_whole_and_confirmed(partner: Partner) -> None:
    axis, agency = partner.axis, partner.recipient
    message = partner.message(edxml=letter(5 * MIB if partner.form is Form.MTOM else 1_200_000))
    receipt = axis.send(message)
    assert axis.send(message) == Receipt(receipt.axis_id, True, receipt.accepted_at)
    (waiting,) = axis.pending([agency], MessageKind.EDOC)
    assert (waiting.axis_id, waiting.message_id) == (receipt.axis_id, DOCUMENT_ID)
    fetched = axis.fetch(agency, waiting.axis_id)
    with fetched.content as content:
        assert content.read() == message.edxml
    axis.confirm(agency, [(waiting.axis_id, fetched.sha256)])
    assert axis.pending([agency], MessageKind.EDOC) == []
    minute = timedelta(minutes=1)
    now = datetime.now(UTC)
    (track,) = axis.sent(partner.sender, now - minute, now + minute, MessageKind.EDOC)
    assert (track.recipient, track.state) == (agency, PacketState.DONE)
    assert abs(track.accepted_at - now) < minute
    (track,) = axis.received(agency, receipt.accepted_at, now + minute)
    assert (track.sender, track.sha256) == (partner.sender, fetched.sha256)
    assert axis.received(agency, now - 2 * minute, receipt.accepted_at) == []


def test_statuses_travel_and_each_has_its_answer(partner: Partner) -> None:
    axis, sender, recipient = partner.axis, partner.sender, partner.recipient
    reports = [
        Report("s-1", recipient, sender, DOCUMENT_ID, "01", STATUS),
        Report("s-2", recipient, "H12.34", DOCUMENT_ID, "03", b"x"),
    ]
    first, second = axis.report(reports)
    assert isinstance(first, Receipt)
    assert not first.duplicate
    assert isinstance(second, UnknownRecipient)
    (again, _) = axis.report(reports)
    assert again == Receipt(first.axis_id, True, first.accepted_at)
    (waiting,) = axis.pending([sender], MessageKind.STATUS)
    with axis.fetch(sender, waiting.axis_id).content as content:
        assert content.read() == STATUS


def test_an_unreadable_letter_is_rejected_with_its_reason(partner: Partner) -> None:
    receipt = partner.axis.send(partner.message())
    partner.axis.reject(partner.recipient, receipt.axis_id, REASON)
    assert partner.axis.pending([partner.recipient], MessageKind.EDOC) == []
    until = receipt.accepted_at + timedelta(seconds=1)
    (track,) = partner.axis.sent(partner.sender, receipt.accepted_at, until)
    assert (track.state, track.note) == (PacketState.FAIL, REASON)


def test_typed_faults_become_our_errors(partner: Partner) -> None:
    axis = partner.axis
    with pytest.raises(UnknownRecipient, match=r"H12\.34"):
        axis.send(partner.message("m-1", recipients=(partner.recipient, "H12.34")))
    receipt = axis.send(partner.message("m-2"))
    with pytest.raises(DuplicateDifferent, match="m-2"):
        axis.send(partner.message("m-2", edxml=b"other"))
    with pytest.raises(NotFound):
        axis.fetch(partner.sender, receipt.axis_id)
    with pytest.raises(DigestMismatch):
        axis.confirm(partner.recipient, [(receipt.axis_id, "0" * 64)])
    with pytest.raises(AxisUnavailable, match="Bận"):
        axis.send(partner.message("busy"))


def test_a_partner_that_breaks_is_asked_what_became_of_it(partner: Partner) -> None:
    message = partner.message("broken")
    assert partner.axis.settle(message) is None
    with pytest.raises(AxisOutcomeUnknown):
        partner.axis.send(message)
    receipt = partner.axis.settle(message)
    assert receipt is not None
    assert [one.axis_id for one in partner.axis.pending([partner.recipient])] == [receipt.axis_id]


def test_the_catalogue_comes_page_by_page(partner: Partner) -> None:
    agencies = partner.axis.agencies()
    assert [one.organ_id for one in agencies] == [f"H97.{n:02}" for n in range(1, 81)]
    assert agencies[3].name == "Sở Tài chính H97.04 <&>"
    assert (agencies[3].parent, agencies[3].old_organ_id) == ("H97", "")
    changes = partner.axis.agency_changes(5)
    assert [one.version for one in changes] == list(range(6, 81))
    assert changes[0].modified_at == datetime(2026, 11, 22, 1, tzinfo=UTC)
    assert partner.axis.agency_changes(80) == []


def test_a_wrong_secret_is_told_as_one(partner: Partner) -> None:
    axis = SoapAxis(partner.address, version=partner.version, credential=Credential(SYSTEM, "no"))
    with pytest.raises(AccessDenied):
        axis.send(partner.message())
    axis.close()


def test_a_partner_that_knows_no_attachments_refuses_them_and_has_nothing(php: str) -> None:
    axis = SoapAxis(php, form=Form.MTOM, credential=Credential(SYSTEM, SECRET))
    message = Outgoing("mtom", "H97.01", ("H97.02",), b"x")
    with pytest.raises(AxisRefused) as refused:
        axis.send(message)
    assert refused.value.args[0] == "Client"
    assert axis.settle(message) is None
    axis.close()
