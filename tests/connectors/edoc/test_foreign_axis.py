"""The client before an axis that is not ours: other dress, other habits, damage."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from connectors.axis import MessageKind, Outgoing
from connectors.edoc.intake import SwaIntake, SwaMessage
from connectors.edxml import read
from connectors.errors import (
    AxisContentCorrupt,
    AxisOutcomeUnknown,
    AxisRefused,
    AxisUnavailable,
    DuplicateDifferent,
)
from documents.errors import OutcomeUnknown, Unavailable
from tests.connectors.edoc import wire
from tests.connectors.edoc.wire import QCVN, envelope, multipart
from tests.connectors.edoc.world import FIRST, PDF, SENDER, EdocHub, letter, status

OK = "<IsSuccess>true</IsSuccess><ErrorList/>"


def refusal(code: str) -> str:
    error = f"<Error><Code>{code}</Code><Description>không</Description></Error>"
    report = f"<Report><IsSuccess>false</IsSuccess><ErrorList>{error}</ErrorList></Report>"
    return f"<SendDocumentResponse>{report}</SendDocumentResponse>"


@dataclass
class Foreign:
    """An axis that answers what it was told to, and keeps what it was asked."""

    root: str = ""
    answers: list[tuple[str, bytes] | None] = field(default_factory=list)
    """Content type and body; None: the connection is closed without an answer."""
    asked: list[tuple[str, SwaMessage]] = field(default_factory=list)

    def says(self, body: str, namespace: str = QCVN) -> None:
        self.answers.append(("text/xml; charset=utf-8", envelope("", body, namespace).encode()))

    @property
    def hub(self) -> EdocHub:
        return EdocHub(self.root, None, None)  # type: ignore[arg-type]  # only its address


@pytest.fixture
def foreign() -> Iterator[Foreign]:
    axis = Foreign()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            intake = SwaIntake(self.headers["content-type"], 1 << 20)
            intake.feed(self.rfile.read(int(self.headers["content-length"])))
            axis.asked.append((self.headers["SOAPAction"], intake.close()))
            answer = axis.answers.pop(0)
            if answer is None:
                self.close_connection = True
                return
            self.send_response(200)
            self.send_header("Content-Type", answer[0])
            self.send_header("Content-Length", str(len(answer[1])))
            self.end_headers()
            self.wfile.write(answer[1])

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    axis.root = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield axis
    server.shutdown()
    thread.join()
    server.server_close()


def test_requests_are_dressed_as_the_dialect_asks(foreign: Foreign, client: Any) -> None:
    axis = client(foreign.hub, "secret-token")
    foreign.says(f"<SendDocumentResponse><Report>{OK}</Report><DocumentId>77</DocumentId>"
                 "</SendDocumentResponse>")  # fmt: skip
    assert axis.send(Outgoing("m-1", SENDER, (FIRST,), letter())).axis_id == "77"
    foreign.says(f"<Answer><Report>{OK}</Report></Answer>")
    axis.confirm(FIRST, [("77", "")])

    (action, sent), (other, confirmed) = foreign.asked
    assert (action, other) == ('"SendDocument"', '"ConfirmReceived"')
    assert sent.header is not None
    names = [str(element.tag) for element in (*sent.header, *sent.body)]
    assert names == [
        f"{{{wire.EDOC}}}{name}"
        for name in ("MessageHeader", "TraceHeaderList", "ErrorList", "Signature", "Manifest")
    ]
    assert sent.header.findtext("{*}Signature/{*}KeyInfo/{*}Token") == "secret-token"
    assert sent.header.findtext(".//{*}PromulgationDate") == "2026/11/22"
    assert [(f.name, f.content.open().read()) for f in sent.enclosures() if f.content] == [
        ("Quyết định.pdf", PDF)
    ]
    assert confirmed.request is not None
    assert [(e.tag, e.text) for e in confirmed.request] == [
        ("OrganId", FIRST),
        ("Token", "secret-token"),
        ("documentId", "77"),
    ]


@pytest.mark.parametrize("namespace", [QCVN, wire.EDOC, ""])
def test_a_letter_in_another_dress_is_edxml(foreign: Foreign, client: Any, namespace: str) -> None:
    axis = client(foreign.hub)
    header = wire.HEADER.replace("Bussiness", "Business").replace("2026/11/22", "22/11/2026")
    root = envelope(header, wire.MANIFEST.replace("Manifest", "edXMLManifest"), namespace)
    digests = set()
    for encoding in ("binary", "8bit"):
        foreign.answers.append((wire.RELATED, multipart(root, [("f1", encoding, PDF)])))
        fetched = axis.fetch(FIRST, "5")
        digests.add(fetched.sha256)
        with fetched.content as content:
            message = read(content.read())
    assert len(digests) == 1
    assert message.edoc is not None
    assert message.warnings == () or all("field" in str(one) for one in message.warnings)
    assert str(message.edoc.promulgation.promulgation_date) == "2026-11-22"
    assert [one.read() for one in message.attachments] == [PDF]


def test_a_letter_whose_file_is_missing_is_given_and_says_so(foreign: Foreign, client: Any) -> None:
    axis = client(foreign.hub)
    foreign.answers.append((wire.RELATED, multipart(wire.DOCUMENT)))
    with axis.fetch(FIRST, "5").content as content:
        message = read(content.read())
    assert "attachment.missing" in {warning.code for warning in message.warnings}


def test_after_a_lost_answer_m_exist_means_that_it_is_ours(foreign: Foreign, client: Any) -> None:
    """Some axes refuse every repeat: it is ours if an earlier try had no answer, else another's."""
    axis = client(foreign.hub)
    exists = refusal("M.Exist")
    foreign.answers.append(None)
    with pytest.raises(AxisOutcomeUnknown):
        axis.send(Outgoing("m-1", SENDER, (FIRST,), letter("1")))
    foreign.says(exists)
    receipt = axis.send(Outgoing("m-1", SENDER, (FIRST,), letter("1")))
    assert receipt.duplicate
    assert axis.settle(Outgoing("m-1", SENDER, (FIRST,), letter("1"))) == receipt
    foreign.says(exists)
    with pytest.raises(DuplicateDifferent):
        axis.send(Outgoing("m-2", SENDER, (FIRST,), letter("2")))


def test_traces_in_another_dress_come_once(foreign: Foreign, client: Any) -> None:
    axis = client(foreign.hub)
    told = status().decode()
    inner = told[told.index("<edXML:From>") : told.index("</edXML:MessageHeader>")]
    inner = inner.replace("edXML:", "").replace(">2026/11/22", ">22/11/2026")
    for _ in range(2):
        foreign.says(f"<Traces><Status>{inner}</Status><Status>{inner}</Status></Traces>")
        (waiting,) = axis.pending([SENDER], MessageKind.STATUS)
    with axis.fetch(SENDER, waiting.axis_id).content as content:
        assert content.read() == status()
    axis.confirm(SENDER, [(waiting.axis_id, waiting.sha256)])
    foreign.says(f"<Traces><Status>{inner}</Status></Traces>")
    assert axis.pending([SENDER], MessageKind.STATUS) == []


WHOLE = multipart(wire.DOCUMENT, [("f1", "binary", PDF)])


@pytest.mark.parametrize(
    "answer",
    [
        None,
        ("text/xml", b""),
        ("text/xml", b"<a/>"),
        ("text/html", b"<html>proxy</html>"),
        (wire.RELATED, WHOLE[:-20]),
        (wire.RELATED, WHOLE.replace(b"<S:Body>", b"")),
        (wire.RELATED, multipart(wire.DOCUMENT, [("f1", "base64", b"%%%%")])),
        ("text/xml", envelope("", "<Nothing/>").encode()),
        ("text/xml", ('<!DOCTYPE a [<!ENTITY b "c">]>' + envelope("", "")).encode()),
    ],
)
def test_what_is_no_answer_is_asked_again(foreign: Foreign, client: Any, answer: Any) -> None:
    axis = client(foreign.hub)
    foreign.answers.append(answer)
    with pytest.raises(AxisUnavailable):
        axis.fetch(FIRST, "5")
    foreign.answers.append(answer)
    with pytest.raises((OutcomeUnknown, Unavailable)):
        axis.send(Outgoing("m-1", SENDER, (FIRST,), letter()))


def test_a_refusal_with_a_code_of_its_own_is_a_refusal(foreign: Foreign, client: Any) -> None:
    axis = client(foreign.hub)
    foreign.says(refusal("M.Attachment-Type"))
    with pytest.raises(AxisRefused, match="Attachment-Type"):
        axis.send(Outgoing("m-1", SENDER, (FIRST,), letter()))
    assert axis.settle(Outgoing("m-1", SENDER, (FIRST,), letter())) is None


def test_a_message_without_a_header_cannot_be_had(foreign: Foreign, client: Any) -> None:
    axis = client(foreign.hub)
    foreign.answers.append((wire.RELATED, multipart(envelope("", wire.MANIFEST))))
    with pytest.raises(AxisContentCorrupt):
        axis.fetch(FIRST, "5")
