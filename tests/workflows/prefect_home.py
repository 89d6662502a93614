"""Where the tests' Prefect lives; set before anything imports Prefect, which reads it once.

A fresh process imports this too and must keep what it was given; tests that run side by side
(pytest-xdist) each have a server of their own.
"""

import os
import tempfile
from pathlib import Path

from workflows.prefect_server import free_port, prefect_environment

PORT = "CONGVAN_TEST_PREFECT_PORT"
HOME = "CONGVAN_TEST_PREFECT_HOME"
_OWNER = "CONGVAN_TEST_PREFECT_OWNER"

_mine = os.environ.get("PYTEST_XDIST_WORKER", "alone")
if os.environ.get(_OWNER) != _mine:
    os.environ[_OWNER] = _mine
    os.environ[PORT] = str(free_port())
    os.environ[HOME] = tempfile.mkdtemp(prefix="congvan-prefect-")
    for stray in [name for name in os.environ if name.startswith("PREFECT_")]:
        del os.environ[stray]
    os.environ |= prefect_environment(
        Path(os.environ[HOME]), f"http://127.0.0.1:{os.environ[PORT]}/api", ui=False
    )
