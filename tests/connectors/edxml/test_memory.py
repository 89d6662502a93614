"""A file of 50 MB goes out and comes in with little memory beside it."""

import subprocess
import sys

import pytest

PROGRAM = """
import resource, sys, os
from datetime import UTC, date, datetime
from pathlib import Path
from connectors.edxml import OutgoingFile, read, write_edoc, write_edoc_to
from schemas.edxml import *

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

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

if direction == "out":
    with (folder / name).open("wb") as file:
        for _ in range(50):
            file.write(os.urandom(1 << 20))
read(write_edoc(edoc, [OutgoingFile(name, data=os.urandom(3 << 20))]))
before = peak()
if direction == "out":
    with (folder / "message").open("wb") as sink:
        write_edoc_to(sink, edoc, [OutgoingFile(name, path=folder / name)])
else:
    (file,) = read(folder / "message").attachments
    assert file.size == 50 << 20, file
print(peak() - before)
"""


@pytest.mark.parametrize("name", ["a.pdf", "a.bin"])
def test_fifty_megabytes_pass_in_under_eight_of_memory(tmp_path: object, name: str) -> None:
    for direction in ("out", "in"):
        command = [sys.executable, "-c", PROGRAM, str(tmp_path), name, direction]
        run = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
        assert int(run.stdout) < 8 << 10, f"{direction}: {run.stdout} KiB"
