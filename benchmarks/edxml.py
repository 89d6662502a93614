"""Writing and reading one edXML message: against base64 and SHA-256 of the same bytes.

That is the least a codec must do: encode or decode the file, and know its digest. The largest
message is written to and read from files, each in a process of its own whose peak memory counts.
"""

import hashlib
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import pybase64

from benchmarks.materials import AT
from benchmarks.measure import interleaved, machine, rows_against, table
from connectors import envelope
from connectors.edxml import ReadLimits, reader
from connectors.edxml.outgoing import OutgoingFile
from connectors.edxml.writer import write_edoc, write_edoc_to
from documents.departure import Departure
from documents.document import DocumentCode, Urgency
from schemas.edxml import Edoc
from schemas.xml import Limits
from workflows.demo_people import DESKS

SIZES = (100_000, 1_000_000)
SECONDS = 12
LARGE = 200_000_000
WRITE = "write, SHA-256 of the message"


def main() -> None:
    """Measure and print."""
    print(f"edxml: one message with one PDF\n{machine('lxml', 'pybase64', 'pydantic')}")
    for size in SIZES:
        _compare(size)
    _large()


def message() -> Edoc:
    """Return a document's message to one agency."""
    sender = DESKS[0]
    leader = sender.people[0]
    return envelope.edoc(
        Departure(
            sender=sender.agency,
            recipients=(DESKS[-1].agency,),
            document_key="H99,2026/11/22,123/QĐ-UBND",
            code=DocumentCode("123", "QĐ-UBND"),
            place=sender.agency.place,
            promulgated=AT.date(),
            type_name="Quyết định",
            subject="Về việc ban hành Quy chế công tác văn thư",
            signer_name=leader.full_name,
            signer_position=leader.position,
            signer_competence=leader.competence,
            urgency=Urgency.ROUTINE,
            pages=2,
            due_date=None,
            to_places=tuple(desk.agency.name for desk in DESKS),
            at=AT,
        )
    )


def _content(size: int) -> bytes:
    return b"%PDF-1.7\n" + random.Random(size).randbytes(size - 9)  # noqa: S311


def _compare(size: int) -> None:
    content, edoc = _content(size), message()
    file = OutgoingFile("123_QĐ-UBND.pdf", data=content)
    written = write_edoc(edoc, [file])
    encoded = pybase64.b64encode(content)
    floors = ("floor: base64 + SHA-256", "floor: decode + SHA-256")
    timings = interleaved(
        {
            floors[0]: lambda: (hashlib.sha256(content).digest(), pybase64.b64encode(content)),
            WRITE: lambda: hashlib.sha256(write_edoc(edoc, [file])).digest(),
            floors[1]: lambda: hashlib.sha256(pybase64.b64decode(encoded)).digest(),
            "read": lambda: _read(written),
        },
        SECONDS,
        most=2000,
    )
    columns = (f"{size // 1000} kB", "CPU ms", "wall ms", "messages/s", "times the floor's time")
    rows = []
    for pair in (floors[0], WRITE), (floors[1], "read"):
        for name, cpu, wall, rate, *_ in rows_against({n: timings[n] for n in pair}, pair[0]):
            rows.append((name, cpu, wall, rate, cpu / timings[pair[0]].cpu_ms))
    table(f"One message, in turns, medians of {len(timings['read'].cpu)}", columns, rows)


def _read(data: bytes) -> str:
    with reader.read(data) as received:
        return received.attachments[0].sha256


def _large() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "in.pdf").write_bytes(_content(LARGE))
        rows = []
        for what in ("nothing", "write", "read"):
            command = [sys.executable, "-m", "benchmarks.edxml", what, name]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            said = json.loads(done.stdout)
            rows.append((what, said["cpu"], said["wall"], said["extra"] / 1024))
    columns = (f"{LARGE // 1_000_000} MB, files", "CPU ms", "wall ms", "extra MiB at the peak")
    table("The largest message, each in a process of its own", columns, rows)


def alone(what: str, folder: Path) -> None:
    """Do one thing with the large file; print what it took and by how much memory grew."""
    from benchmarks.measure import timed

    def peak() -> int:
        status = Path("/proc/self/status").read_text("utf-8")
        return int(status.partition("VmHWM:")[2].split()[0])

    def work() -> None:
        if what == "write":
            with (folder / "message.edxml").open("wb") as sink:
                write_edoc_to(sink, message(), [OutgoingFile("a.pdf", path=folder / "in.pdf")])
        elif what == "read":
            limits = ReadLimits(xml=Limits(size=2 * LARGE), file=LARGE)
            with reader.read(folder / "message.edxml", limits=limits) as received:
                assert received.attachments[0].size == LARGE

    small = OutgoingFile("small.pdf", data=_content(10_000))
    _read(write_edoc(message(), [small]))  # what is loaded once
    before = peak()
    lap = timed(work)
    said = {"cpu": lap.cpu, "wall": lap.wall, "extra": peak() - before}
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    if len(sys.argv) > 2:
        alone(sys.argv[1], Path(sys.argv[2]))
    else:
        main()
