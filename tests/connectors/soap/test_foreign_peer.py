"""A peer that shares no code with us: PHP's SoapClient against the hub, from the WSDL alone."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).with_name("axis_client.php")


@pytest.mark.parametrize(("query", "version"), [("wsdl", "1"), ("wsdl&soap11", "1"), ("wsdl", "2")])
def test_php_does_every_operation(hub: Any, agencies: list[Any], query: str, version: str) -> None:
    edxml = "<edXML>Tiếng Việt</edXML>\r\n".encode() + bytes(range(256)) * 1200 + b"\r\n"
    done = subprocess.run(
        ["php", str(SCRIPT), f"{hub.address}?{query}", version],
        input=edxml,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout) == {
        "same_id": True,
        "duplicates": [False, True],
        "fault": {
            "code": "UNKNOWN_RECIPIENT",
            "retryable": "false",  # PHP leaves a detail untyped
            "description": "H12.34",
        },
        "schema_fault": "INVALID",
        "pending": [
            ["H99.01", "H99", "edoc", len(edxml)],
            ["H99.02", "H99", "edoc", len(edxml)],
        ],
        "bytes_equal": True,
        "confirmed": 1,
        "left": 0,
        "statuses": ["ok", "UNKNOWN_RECIPIENT"],
        "agencies": [agency.name for agency in agencies],
    }
