"""What one flow run with four async tasks costs, tuned against Prefect's defaults.

Both sides run here, one after the other, on a server of their own on SQLite: the defaults are
Prefect's application as it is, the plain environment and `@flow`; tuned is what `workflows`
uses. Reported per run: median and 95th percentile of the wall time (ms), CPU of client and
server (ms, until the server is quiet), and bytes by which the database grew. About a minute.
"""

import asyncio
import json
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from workflows.child import Process
from workflows.prefect_server import PrefectServer, free_port, server_child, without_prefect

SECONDS = 8.0
"""Time of one side's measured part."""
QUIET_SECONDS = 1.5
"""The server is quiet when it used no CPU worth speaking of for this long."""


def main() -> None:
    """Print both sides and their ratio."""
    with tempfile.TemporaryDirectory(prefix="congvan-bench-") as folder:
        home = Path(folder)
        with PrefectServer(home / "tuned") as server:  # migrates; measured once it is warm
            shutil.copytree(home / "tuned", home / "plain", ignore=_only_database)
            tuned = _measure("tuned", server.pid, server.environment, home / "tuned")
        plain = _plain(home / "plain")
    print(f"{'':9}{'runs':>5}{'p50 ms':>9}{'p95 ms':>9}{'client':>9}{'server':>9}{'bytes':>9}")
    for name, side in (("defaults", plain), ("tuned", tuned)):
        print(
            f"{name:9}{side['runs']:>5.0f}{side['p50']:>9.0f}{side['p95']:>9.0f}"
            f"{side['client']:>9.1f}{side['server']:>9.1f}{side['bytes']:>9.0f}"
        )
    cpu = (plain["client"] + plain["server"]) / (tuned["client"] + tuned["server"])
    print(f"tuned costs 1/{cpu:.1f} of the CPU and 1/{plain['p50'] / tuned['p50']:.1f} of the time")


def _only_database(_folder: str, names: list[str]) -> list[str]:
    return [name for name in names if not name.startswith("prefect.db")]


def _plain(home: Path) -> dict[str, float]:
    """Measure Prefect as it comes; only that it stays local and quiet is set."""
    port = free_port()
    url = f"http://127.0.0.1:{port}/api"
    environment = without_prefect(os.environ) | {
        "PREFECT_HOME": str(home),
        "PREFECT_API_URL": url,
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_UI_ENABLED": "false",
        "PREFECT_LOGGING_LEVEL": "WARNING",
        "DO_NOT_TRACK": "1",
    }
    tuned = server_child(home, port, home / "server.log")
    argv = [part.replace("workflows.prefect_application:create", STOCK) for part in tuned.argv]
    process = Process(type(tuned)("plain", argv, environment, tuned.ready, tuned.log, 120))
    try:
        process.start()
        process.wait_ready()
        return _measure("plain", process.pid, environment, home)
    finally:
        process.stop()


STOCK = "prefect.server.api.server:create_app"


def _measure(side: str, server: int, environment: dict[str, str], home: Path) -> dict[str, float]:
    command = [sys.executable, "-m", __spec__.name if __spec__ else __name__, side]
    client = subprocess.Popen(
        command,
        env=without_prefect(os.environ) | environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert client.stdin is not None
    assert client.stdout is not None
    client.stdout.readline()  # warm
    _until_quiet(server)
    size, cpu = _size(home), _cpu(server)
    client.stdin.write("go\n")
    client.stdin.flush()
    result: dict[str, float] = json.loads(client.stdout.readline())
    _until_quiet(server)
    client.communicate()
    result["server"] = (_cpu(server) - cpu) * 1000 / result["runs"]
    result["bytes"] = (_size(home) - size) / result["runs"]
    return result


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _until_quiet(pid: int) -> None:
    deadline = time.monotonic() + 10
    before = _cpu(pid)
    while time.monotonic() < deadline:
        time.sleep(QUIET_SECONDS)
        if (now := _cpu(pid)) - before < 0.1 * QUIET_SECONDS:
            return
        before = now


def _size(home: Path) -> int:
    """Pages in use, the write-ahead log included."""
    with sqlite3.connect(f"file:{home}/prefect.db?mode=ro", uri=True) as database:
        (pages,) = database.execute("PRAGMA page_count").fetchone()
        (free,) = database.execute("PRAGMA freelist_count").fetchone()
        (bytes_each,) = database.execute("PRAGMA page_size").fetchone()
    return int((pages - free) * bytes_each)


def client(side: str) -> None:
    """Run flows for `SECONDS`; print one line when warm and one with the result."""
    from prefect import flow, task

    from workflows.engine_session import NO_RESULTS, engine_session

    @task
    async def step(number: int) -> int:
        return number

    async def four(ids: list[int]) -> None:
        for number in range(4):
            await step(number)

    options: dict[str, Any] = {}
    if side == "tuned":
        options = {"persist_result": False, "result_storage": NO_RESULTS}
    carry: Any = flow(name="carry", **options)(four)

    async def run() -> None:
        for _ in range(3):
            await carry([1])
        print("warm", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        walls = []
        cpu, end = time.process_time(), time.monotonic() + SECONDS
        while time.monotonic() < end:
            start = time.monotonic()
            await carry([1])
            walls.append((time.monotonic() - start) * 1000)
        used = (time.process_time() - cpu) * 1000
        walls.sort()
        result = {
            "runs": len(walls),
            "p50": statistics.median(walls),
            "p95": walls[int(len(walls) * 0.95)],
            "client": used / len(walls),
        }
        print(json.dumps(result), flush=True)
        await asyncio.to_thread(sys.stdin.readline)

    async def inside() -> None:
        async with engine_session():
            await run()

    asyncio.run(inside() if side == "tuned" else run())


if __name__ == "__main__":
    client(sys.argv[1]) if len(sys.argv) > 1 else main()
