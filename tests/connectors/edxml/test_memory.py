"""Files of 200 MB go out and come in with little memory beside them.

The peak is the kernel's, of a process of its own that has written and read a message before.
"""

import subprocess
import sys

import pytest

PROGRAM = """
import resource, sys, os
from datetime import UTC, date, datetime
from pathlib import Path
from connectors.edxml import OutgoingFile, ReadLimits, WriterStyle, read, write_edoc, write_edoc_to
from schemas.edxml import *
from schemas.xml import Limits

edoc = Edoc(
    sender=Organization(organ_id="H99"),
    recipients=(Organization(organ_id="G22"),),
    document_id="1",
    code=Code(code_number="1", code_notation="UBND"),
    promulgation=PromulgationInfo(promulgation_date=date(2026, 1, 2)),
    document_type=DocumentTypeInfo(type_name="Công văn"),
    subject="s",
    trace=(TraceHeader(organ_id="H99", timestamp=datetime(2026, 1, 2, tzinfo=UTC)),),
)
folder, name, direction = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
megabytes, number = int(sys.argv[4]), int(sys.argv[5])
limits = ReadLimits(xml=Limits(size=300 << 20), file=256 << 20)

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

if direction == "out":
    piece = os.urandom(1 << 20)
    with (folder / name).open("wb") as file:
        for n in range(megabytes):
            file.write(n.to_bytes(4) + piece[4:])
read(write_edoc(edoc, [OutgoingFile(name, data=os.urandom(3 << 20))]))
before = peak()
if direction == "out":
    with (folder / "message").open("wb") as sink:
        write_edoc_to(sink, edoc, [OutgoingFile(name, path=folder / name)] * number)
else:
    with read(folder / "message", limits=limits) as received:
        assert [file.size for file in received.attachments] == [megabytes << 20] * number
print(peak() - before)
"""


@pytest.mark.parametrize(
    ("name", "megabytes", "number", "most"),
    [("a.pdf", 200, 1, 16), ("a.pdf", 50, 4, 16), ("a.pdf", 50, 1, 8), ("a.bin", 30, 1, 8)],
)
def test_large_files_pass_in_little_memory(
    tmp_path: object, name: str, megabytes: int, number: int, most: int
) -> None:
    for direction in ("out", "in"):
        command = [sys.executable, "-c", PROGRAM, str(tmp_path), name, direction]
        command += [str(megabytes), str(number)]
        run = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
        assert int(run.stdout) < most << 10, f"{direction}: {run.stdout} KiB"
