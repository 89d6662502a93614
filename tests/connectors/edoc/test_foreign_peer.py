"""Peers that share no code with us: PHP writes and reads MIME by hand, curl sends a file."""

import base64
import json
import subprocess
from pathlib import Path

import pytest
from lxml import etree

from connectors.edxml import read
from tests.connectors.edoc.wire import DOCUMENT, RELATED, multipart
from tests.connectors.edoc.world import FIRST, PDF, SENDER, EdocHub

SCRIPT = Path(__file__).with_name("foreign.php")


def test_php_sends_a_letter_and_reads_it_back(guarded: EdocHub, tmp_path: Path) -> None:
    assert guarded.systems is not None
    token = guarded.systems.add("php", frozenset({SENDER, FIRST}))
    file = tmp_path / "in.pdf"
    file.write_bytes(PDF * 30)
    done = subprocess.run(
        ["php", str(SCRIPT), guarded.address, token, str(file)],
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout) == {
        "sent": "true",
        "same_number": True,
        "date": "22/11/2026",
        "time": "22/11/2026 08:00:00",
        "kind": "0",
        "name": "Tệp PHP.pdf",
        "tokens": 0,
        "head": True,
        "bytes_equal": True,
        "confirmed": "true",
        "left": 0,
        "told": "01",
        "organizations": 3,
    }


@pytest.mark.parametrize("encoding", ["base64", "binary"])
def test_curl_sends_what_a_hand_has_written(
    edoc_hub: EdocHub, tmp_path: Path, encoding: str
) -> None:
    content = PDF if encoding == "binary" else base64.encodebytes(PDF)
    body = multipart(DOCUMENT, [("f1", encoding, content)])
    file = tmp_path / "request.mime"
    file.write_bytes(body)
    headers = ["-H", "SOAPAction: SendDocument", "-H", f"Content-Type: {RELATED}"]
    done = subprocess.run(
        ["curl", "-sS", "--data-binary", f"@{file}", *headers, edoc_hub.address],
        capture_output=True,
        timeout=30,
        check=True,
    )
    answer = etree.fromstring(done.stdout)
    assert answer.findtext(".//{*}IsSuccess") == "true", done.stdout
    (waiting,) = edoc_hub.store.pending([FIRST])
    (stored,) = edoc_hub.store.fetch(FIRST, [waiting.axis_id])
    message = read(stored.content)
    assert message.edoc is not None
    assert message.edoc.subject == "Thử"
    assert [(one.name, one.read()) for one in message.attachments] == [("Tệp.pdf", PDF)]
