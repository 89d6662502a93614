"""50 MB through SOAP, client to hub and back: against SHA-256 of it, and zeep's own transport.

The digest is the floor, because the contract asks for it on both sides. Client and hub are each
a process of its own, on loopback; their CPU is counted together, and each one's peak memory is
what it grew by over a small message before.
"""

import hashlib
import json
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.measure import Lap, interleaved, machine, process_cpu, table
from connectors.axis import Outgoing
from connectors.soap import wire
from connectors.soap.client import SoapAxis
from connectors.soap.form import Form
from connectors.soap.intake import Intake
from connectors.soap.model import Model, shared_model
from connectors.soap.version import SOAP11

LARGE = 50_000_000
SECONDS = 8
_FLOOR = "floor: SHA-256"
_FILES = "floor: SHA-256, a file read and a file written"
_AGENCIES = [{"organ_id": "H99", "name": "A"}, {"organ_id": "H99.01", "name": "B"}]


def main() -> None:
    """Measure and print."""
    print(
        f"soap: {LARGE // 1_000_000} MB to the hub and back\n{machine('lxml', 'zeep', 'uvicorn')}"
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        content = random.Random(1).randbytes(LARGE)  # noqa: S311
        (folder / "large").write_bytes(content)
        (folder / "agencies.json").write_text(json.dumps(_AGENCIES))
        del content
        _codec(folder)
        with _hub(folder) as (process, address):
            _speed(folder, process, address)
        _memory(folder)


@contextmanager
def _hub(folder: Path) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    data = tempfile.mkdtemp(dir=folder)
    command = [sys.executable, "-m", "connectors.hub", "--port", "0", "--data", data, "--open"]
    command += ["--agencies", str(folder / "agencies.json")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.terminate()


def _codec(folder: Path) -> None:
    """Measure reading and writing alone: from and to files, no socket."""
    model, data = shared_model(), (folder / "large").read_bytes()
    values = {"axisId": "a", "kind": "edoc", "from": "H99", "messageId": "m"}
    answer = {"document": [values | {"sha256": "0" * 64, "edxml": b""}]}
    files: dict[Form, str] = {}
    for form in Form:
        out = _written(model, form, answer, folder)
        files[form] = out.content_type
        with (folder / form).open("wb") as file:
            file.writelines(out.chunks())

    def write(form: Form) -> None:
        hashlib.sha256(data).digest()  # what the body must say before the first byte goes out
        for _ in _written(model, form, answer, folder).chunks():
            pass

    def read(form: Form) -> None:
        intake = Intake(files[form], 100 << 20)
        with (folder / form).open("rb") as file:
            while chunk := file.read(1 << 16):
                intake.feed(chunk)
        message = intake.close()
        model.response_values("GetDocument", message.body)
        message.close()

    def copy() -> None:
        digest = hashlib.sha256()
        with (folder / "large").open("rb") as source, tempfile.TemporaryFile() as kept:
            while chunk := source.read(1 << 18):
                digest.update(chunk)
                kept.write(chunk)

    candidates: dict[str, Callable[[], object]] = {
        _FLOOR: lambda: hashlib.sha256(data).digest(),
        _FILES: copy,
    }
    for form in Form:
        candidates[f"{form}: digest and write"] = partial(write, form)
        candidates[f"{form}: read, digest, keep"] = partial(read, form)
    timings = interleaved(candidates, SECONDS, least=3, most=30)
    floor = timings[_FLOOR].cpu_ms
    rows = [(name, one.cpu_ms, one.wall_ms, one.cpu_ms / floor) for name, one in timings.items()]
    columns = ("one side, no socket", "CPU ms", "wall ms", "times the floor")
    table(f"Medians of {len(timings[_FLOOR].cpu)}, in turns", columns, rows)


def _written(model: Model, form: Form, answer: dict[str, Any], folder: Path) -> wire.Wire:
    envelope = model.response(SOAP11, "GetDocument", answer)
    return wire.written(form, SOAP11, envelope, [wire.Content.of(folder / "large")])


def _speed(folder: Path, hub: "subprocess.Popen[str]", address: str) -> None:
    numbers = iter(range(10**9))

    def through(form: Form) -> Callable[[], Lap]:
        axis = SoapAxis(address, form=form)
        return lambda: _lap(hub.pid, lambda: _there_and_back(axis, folder, next(numbers)))

    with (folder / "large").open("rb") as file:
        data = file.read()
    candidates: dict[str, Callable[[], object]] = {
        _FLOOR: lambda: hashlib.sha256(data).digest(),
        **{f"{form}, there and back": through(form) for form in Form},
        "zeep's transport, there and back": lambda: _lap(
            hub.pid, lambda: _zeep(address, data, next(numbers))
        ),
    }
    timings = interleaved(candidates, SECONDS, least=2, most=20)
    floor = timings[_FLOOR]
    rows = [
        (name, timing.cpu_ms, timing.wall_ms, timing.cpu_ms / floor.cpu_ms)
        for name, timing in timings.items()
    ]
    # three digests are in it: the sender's, the hub's, the receiver's
    columns = ("both processes", "CPU ms", "wall ms", "times the floor")
    table(f"Medians of {len(floor.cpu)}, in turns", columns, rows)


def _lap(hub: int, work: Callable[[], object]) -> Lap:
    before, wall, cpu = process_cpu(hub), time.perf_counter(), time.process_time()
    work()
    own = time.process_time() - cpu
    took = time.perf_counter() - wall
    return Lap((own + process_cpu(hub) - before) * 1000, took * 1000)


def _there_and_back(axis: SoapAxis, folder: Path, number: int) -> None:
    receipt = axis.send(Outgoing(f"m-{number}", "H99", ("H99.01",), folder / "large"))
    fetched = axis.fetch("H99.01", receipt.axis_id)
    fetched.content.close()
    axis.confirm("H99.01", [(receipt.axis_id, fetched.sha256)])


def _zeep(address: str, data: bytes, number: int) -> None:
    import zeep

    settings: Any = zeep.Settings(xml_huge_tree=True)
    make: Any = zeep.Client
    client = make(f"{address}?wsdl", settings=settings)
    service = client.bind("AxisService", "AxisSoap11Port")
    sent = service.SendDocument(
        **{
            "messageId": f"z-{number}",
            "from": "H99",
            "to": ["H99.01"],
            "sentAt": datetime.now(UTC),
            "urgency": 0,
            "sha256": hashlib.sha256(data).hexdigest(),
            "edxml": data,
        }
    )
    (found,) = service.GetDocument(agency="H99.01", axisId=[sent.axisId])
    assert hashlib.sha256(found.edxml).hexdigest() == found.sha256
    service.ConfirmReceived(
        agency="H99.01", receipt=[{"axisId": sent.axisId, "sha256": found.sha256}]
    )


def _memory(folder: Path) -> None:
    rows = []
    for what in (*Form, "zeep"):
        with _hub(folder) as (process, address):
            command = [sys.executable, "-m", "benchmarks.soap", what, address, str(folder)]
            subprocess.run([*command, "small"], check=True, capture_output=True)
            before = _peak(process.pid)
            done = subprocess.run([*command, "large"], check=True, capture_output=True, text=True)
            hub = _peak(process.pid) - before
            rows.append((what, float(done.stdout) / 1024, hub / 1024))
    columns = (f"{LARGE // 1_000_000} MB there and back", "client MiB", "hub MiB")
    table("Extra memory at the peak, each in processes of its own", columns, rows)


def _peak(pid: int | str = "self") -> int:
    status = Path(f"/proc/{pid}/status").read_text("utf-8")
    return int(status.partition("VmHWM:")[2].split()[0])


def alone(what: str, address: str, folder: Path, size: str) -> None:
    """Send and fetch once, after a small message; print by how many KiB the peak grew."""
    (folder / "small").write_bytes(b"x" * 100_000)
    small, large = folder / "small", folder / size
    if what == "zeep":
        _zeep(address, small.read_bytes(), threading.get_ident())
        before = _peak()
        _zeep(address, large.read_bytes(), large.stat().st_size)
    else:
        axis = SoapAxis(address, form=Form(what))
        for number in (0, 1):
            before = _peak()
            path = small if number == 0 else large
            sent = axis.send(Outgoing(f"{size}-{number}", "H99", ("H99.01",), path))
            axis.fetch("H99.01", sent.axis_id).content.close()
    sys.stdout.write(str(_peak() - before))


if __name__ == "__main__":
    if len(sys.argv) > 4:
        alone(sys.argv[1], sys.argv[2], Path(sys.argv[3]), sys.argv[4])
    else:
        main()
