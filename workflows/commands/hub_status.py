"""The status of a hub that runs elsewhere: its `/status.json`."""

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

from connectors.errors import AxisUnavailable
from workflows.commands.console import one_line

_SECONDS = 10.0
_MOST = 16 << 20
"""Bytes of an answer."""


def status_at(url: str) -> dict[str, Any]:
    """Return what the hub at *url*, whatever its path, says of its queues.

    Raises:
        AxisUnavailable: it does not answer, or not with its status.
    """
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.netloc, timeout=_SECONDS)
    try:
        connection.request("GET", "/status.json")
        answer = connection.getresponse()
        if answer.status != http.HTTPStatus.OK:
            raise AxisUnavailable(f"{url}: HTTP {answer.status}")
        found = json.loads(answer.read(_MOST))
        queues = [
            {
                "recipient": one_line(queue["recipient"]),
                "waiting": int(queue["waiting"]),
                "oldest_seconds": float(queue["oldest_seconds"]),
            }
            for queue in found["queues"]
        ]
        return {"queues": queues, "messages": found["messages"], "waiting": found["waiting"]}
    except (OSError, http.client.HTTPException, ValueError, TypeError, KeyError) as error:
        raise AxisUnavailable(f"{url}: {error}") from error
    finally:
        connection.close()
