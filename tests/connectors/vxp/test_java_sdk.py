"""Java calls the hub as the national SDK does: its shapes, its leaks, its own HMAC."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from connectors.axis import MessageKind
from connectors.vxp.client import VxpAxis
from schemas.edxml import NAMESPACE

PROGRAM = Path(__file__).with_name("SdkCalls.java")
STATUS = (
    f'<edXML xmlns="{NAMESPACE}"><edXML:edXMLEnvelope xmlns:edXML="{NAMESPACE}">'
    "<edXML:edXMLHeader><edXML:MessageHeader><edXML:From><edXML:OrganId>H99.01</edXML:OrganId>"
    "</edXML:From><edXML:ResponseFor><edXML:OrganId>H99</edXML:OrganId>"
    "<edXML:DocumentId>H99,2026/11/22,15/QĐ-UBND</edXML:DocumentId></edXML:ResponseFor>"
    "<edXML:StatusCode>01</edXML:StatusCode></edXML:MessageHeader></edXML:edXMLHeader>"
    "</edXML:edXMLEnvelope></edXML>"
)


@pytest.fixture(scope="module")
def classes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("classes")
    subprocess.run(["javac", "-encoding", "UTF-8", "-d", folder, PROGRAM], check=True)
    return folder


def run(classes: Path, *arguments: object) -> list[str]:
    command = ["java", "-Duser.timezone=Asia/Ho_Chi_Minh", "-Dfile.encoding=UTF-8"]
    command += ["-Dsun.stdout.encoding=UTF-8", "-cp", str(classes), "SdkCalls"]
    done = subprocess.run(
        [*command, *map(str, arguments)], capture_output=True, check=True, timeout=60
    )
    return done.stdout.decode("utf-8", "replace").splitlines()


@pytest.mark.parametrize("base", ["", "/XrdAdapter/adapter"])
def test_the_sdks_shapes_work_unchanged(
    classes: Path, guarded: Any, letter: Any, tmp_path: Path, base: str
) -> None:
    (tmp_path / "edoc").write_bytes(letter(body="x" * 300_000))
    (tmp_path / "status").write_text(STATUS, "utf-8")
    arguments = ("00.99.W00", guarded.systems["00.99.W00"], tmp_path / "edoc", tmp_path / "status")
    two_days_old = 2 * 86_400_000
    said = run(classes, guarded.url + base, *arguments, two_days_old)
    same = said.pop(2)
    answers = [json.loads(line) for line in said]
    assert same == "SAME"
    assert all(a["status"] == "OK" and a["ErrorCode"] == "0" for a in answers), answers
    sent, waiting, _, _, after, tracks, reported, statuses, agencies, _, _ = answers
    (row,) = waiting["data"]
    assert (row["from"], row["to"], row["status"]) == ("H99", "H99.01", "initial")
    assert after["data"] == []
    (track,) = tracks["data"]
    assert (track["senderDocId"], track["toCode"]) == (sent["DocId"], "H99.01")
    assert (track["receiverDocId"], track["receiveStatus"]) == (row["docId"], "done")
    assert [s["docId"].partition("~")[0] for s in statuses["data"]] == [reported["DocId"]]
    assert [a["oldCode"] for a in agencies["data"]] == ["", "000.00.00.H99", "000.00.01.H99", ""]


def test_what_java_sent_another_client_reads(
    classes: Path, guarded: Any, letter: Any, tmp_path: Path
) -> None:
    (tmp_path / "edoc").write_bytes(letter())
    (tmp_path / "status").write_text(STATUS, "utf-8")
    arguments = ("00.99.W00", guarded.systems["00.99.W00"], tmp_path / "edoc", tmp_path / "status")
    run(classes, guarded.url, *arguments, 0)
    axis: VxpAxis = guarded.axis()
    (waiting,) = axis.pending(["H99"], MessageKind.STATUS)
    with axis.fetch("H99", waiting.axis_id).content as content:
        assert content.read() == STATUS.encode()
    axis.close()


def test_a_wrong_secret_is_told_in_the_members_that_the_sdk_reads(
    classes: Path, guarded: Any, letter: Any, tmp_path: Path
) -> None:
    (tmp_path / "edoc").write_bytes(letter())
    (tmp_path / "status").write_text(STATUS, "utf-8")
    arguments = ("00.99.W00", "not-the-secret-at-all", tmp_path / "edoc", tmp_path / "status")
    said = run(classes, guarded.url, *arguments, 0)
    answers = [json.loads(line) for line in said if line.startswith("{")]
    assert {(a["status"], a["ErrorCode"]) for a in answers} == {("FAIL", "15")}
    assert guarded.store.counts()["messages"] == 0
