"""The token tool's wire: keys as it spells them, a boolean Status, names it can live with."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.vgca import (
    BatchFile,
    Reply,
    Round,
    ToolOperation,
    ascii_name,
    batch_payload,
    issued_date,
)

DOWNLOAD, UPLOAD = "https://x.example/vgca/t/source.pdf", "https://x.example/vgca/t/upload"


@pytest.mark.parametrize("operation", ToolOperation)
def test_a_round_is_one_json_string_with_every_key(operation: ToolOperation) -> None:
    facts = (("file_id", "7"), ("Ý kiến", "Đồng ý"))
    made = Round(operation, DOWNLOAD, UPLOAD, "79", date(2019, 3, 12), facts)
    assert made.path == f"/{operation.value}"
    assert json.loads(made.payload()) == {
        "FileUploadHandler": UPLOAD,
        "SessionId": "",
        "JWTToken": "",
        "FileName": DOWNLOAD,
        "DocNumber": "79",
        "IssuedDate": "2019-03-12T00:00:00+07:00",
        "MetaData": [
            {"Key": "file_id", "Value": "7"},
            {"Key": "Ý kiến", "Value": "Đồng ý"},
        ],
    }
    assert "vgca/t" not in repr(made)


def test_what_is_not_issued_has_no_number_and_no_day() -> None:
    said = json.loads(Round(ToolOperation.SIGN_APPROVED, DOWNLOAD, UPLOAD).payload())
    assert (said["DocNumber"], said["IssuedDate"], said["MetaData"]) == ("", "", [])
    assert issued_date(None) == ""


def test_a_list_names_each_file() -> None:
    said = json.loads(batch_payload(UPLOAD, [BatchFile("7", "a.pdf", DOWNLOAD)]))
    assert said["Files"] == [{"FileID": "7", "FileName": "a.pdf", "URL": DOWNLOAD}]


def test_the_answer_is_exactly_what_the_tool_knows() -> None:
    taken = Reply(True, file_name="79.pdf", file_server="id")
    assert taken.as_json() == (
        '{"Status": true, "Message": "", "FileName": "79.pdf", "FileServer": "id"}'
    )
    issued = json.loads(Reply(True, "", "79.pdf", "id", "79", date(2026, 11, 22)).as_json())
    assert (issued["DocumentNumber"], issued["DocumentDate"]) == ("79", "2026-11-22T00:00:00+07:00")
    refused = Reply(False, "vì sao", "79.pdf", "id", "79")
    assert refused.as_json() == (
        '{"Status": false, "Message": "vì sao", "FileName": "", "FileServer": ""}'
    )


def test_a_vietnamese_name_stays_readable() -> None:
    assert ascii_name("79-QĐ-UBND") == "79-QD-UBND.pdf"
    assert ascii_name("Tờ trình số 5/TTr") == "To-trinh-so-5-TTr.pdf"
    assert ascii_name("…") == "van-ban.pdf"


@given(st.text())
def test_every_name_is_plain_ascii(stem: str) -> None:
    name = ascii_name(stem)
    assert name.isascii()
    assert name.endswith(".pdf")
    assert len(name) <= 104
    assert not set(name) & set("\"'\\/ \t\r\n;")
    assert not name.startswith(".")
