"""Verifying a PDF with two signatures: ours against pyHanko's defaults and poppler's pdfsig.

All check both signatures, the chains and what later revisions changed; pdfsig, which trusts
nobody here and compares nothing, shows what a C program with its start takes.
"""

import resource
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import materials, peer
from benchmarks.materials import Tools
from benchmarks.measure import Lap, interleaved, machine, rows_against, table
from signing.report import Indication
from signing.trust import TrustStore
from signing.validation import verify

SECONDS = 20
HARD, SOFT = "pyHanko's defaults, revocation lists", "pyHanko's defaults, no revocation"


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder, peer.running("benchmarks.pyhanko_peer") as other:
        tools = materials.tools(Path(folder) / "pki")
        letter = materials.letter()
        print(f"verification: two signatures\n{machine('pyhanko', 'cryptography')}")
        for draft in (letter, materials.scan(letter.placement)):
            path = Path(folder) / f"{draft.name}.pdf"
            path.write_bytes(materials.issued(draft, tools))
            candidates = _candidates(path, tools, other)
            timings = interleaved(candidates, SECONDS)
            columns = (draft.name, "CPU ms", "wall ms", "files/s", "times pyHanko", "rounds")
            table("One file, in turns, medians", columns, rows_against(timings, HARD))


def _candidates(path: Path, tools: Tools, other: peer.Peer) -> dict[str, Any]:
    pdf = path.read_bytes()
    with_lists = tools.pki.trust()
    without = TrustStore(with_lists.roots, with_lists.intermediates)
    for trust in (with_lists, without):
        assert verify(pdf, trust).verdict is Indication.TOTAL_PASSED
    request = {"task": "verify", "files": [str(path)], "roots": str(tools.pki.roots), "crls": []}
    lists = [str(crl) for crl in tools.pki.crls]
    for crls in ([], lists):
        assert other.answer({**request, "crls": crls})["output"] == "True,True"
    return {
        HARD: other.doing({**request, "crls": lists}),
        SOFT: other.doing(request),
        "congvan, revocation lists": lambda: verify(pdf, with_lists),
        "congvan, no revocation": lambda: verify(pdf, without),
        "pdfsig, a process": lambda: _pdfsig(path),
    }


def _pdfsig(path: Path) -> Lap:
    """Return what the whole process takes."""
    wall, before = time.perf_counter(), _children_cpu()
    subprocess.run(["pdfsig", str(path)], capture_output=True, check=True)
    return Lap((_children_cpu() - before) * 1000, (time.perf_counter() - wall) * 1000)


def _children_cpu() -> float:
    """Return the CPU seconds of children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
