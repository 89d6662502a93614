"""Leader, number and seal on one PDF: our fast path against pyHanko's defaults and the floor.

Both put the same layout on the same reserved PDF (signing.md §A7, B5) with the same RSA-2048
keys, read once, by PKCS#1 v1.5 and by PSS; the floor is two signatures with nothing around them.
"""

import hashlib
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from benchmarks import materials, peer
from benchmarks.materials import Draft, Tools, issued
from benchmarks.measure import Timing, interleaved, machine, rows_against, table
from signing import cms, fields
from signing.algorithm import Algorithm
from signing.pades import sign
from signing.seal import seal

SECONDS = 18
"""For each of the drafts and algorithms."""
FLOOR, THEIRS, OURS = "floor: two raw signatures", "pyHanko's defaults", "congvan"
BARE = " without images"
ALONE = "congvan, the leader's signature alone"
RSA, PSS = Algorithm.RSA_SHA256, Algorithm.PSS_SHA256


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder, peer.running("benchmarks.pyhanko_peer") as other:
        tools = materials.tools(Path(folder) / "pki")
        letter = materials.letter()
        print(f"signing: leader + number + seal\n{machine('pyhanko', 'cryptography')}")
        scan = materials.scan(letter.placement)
        for draft, algorithm in ((letter, RSA), (letter, PSS), (scan, RSA)):
            _compare(draft, algorithm, tools.by(algorithm), Path(folder), other)
        _openssl()


def _compare(
    draft: Draft, algorithm: Algorithm, tools: Tools, folder: Path, other: peer.Peer
) -> None:
    request = _request(draft, tools, folder) | {"pss": algorithm is PSS}
    bare = {**request, "images": [None, None]}
    signed = sign(draft.reserved, tools.leader, tools.blue, at=materials.AT)
    sealed = issued(draft, tools)
    whole: dict[str, Any] = {
        THEIRS: other.doing(request),
        THEIRS + BARE: other.doing(bare),
        OURS: lambda: issued(draft, tools),
        OURS + BARE: lambda: _issued_bare(draft, tools),
        ALONE: lambda: sign(draft.reserved, tools.leader, tools.blue, at=materials.AT),
        FLOOR: other.doing({**request, "task": "raw"}),
    }
    parts: dict[str, Any] = {
        "key": lambda: (tools.leader.sign(bytes(32)), tools.agency.sign(bytes(32))),
        "key and CMS": lambda: (
            cms.signed_data(tools.leader, bytes(32)),
            cms.signed_data(tools.agency, bytes(32)),
        ),
        "hash": lambda: (hashlib.sha256(signed).digest(), hashlib.sha256(sealed).digest()),
    }
    timings = interleaved({**whole, **parts}, SECONDS)
    columns = (
        f"{draft.name}; {algorithm}",
        "CPU ms",
        "wall ms",
        "documents/s",
        "times pyHanko",
        "rounds",
    )
    compared = {name: timings[name] for name in whole}
    table("One document, in turns, medians", columns, rows_against(compared, THEIRS))
    table("Where congvan's CPU goes", ("part", "CPU ms", "share %"), _split(timings))


def _request(draft: Draft, tools: Tools, folder: Path) -> dict[str, Any]:
    files = [folder / name for name in ("in.pdf", "out.pdf", "leader.png", "seal.png")]
    contents = (draft.reserved, b"", tools.leader_png, tools.agency_png)
    for path, content in zip(files, contents, strict=True):
        path.write_bytes(content)
    pki = tools.pki
    return {
        "task": "issue",
        "draft": draft.name,  # the same paths with other content are another request
        "files": [str(path) for path in files[:2]],
        "images": [str(path) for path in files[2:]],
        "keys": [
            [str(pki.key_file(stem)), (pki.folder / f"{stem}.pass").read_text("ascii")]
            for stem in ("leader", "seal")
        ],
        "fields": [fields.LEADER_FIELD, fields.SEAL_FIELD],
        "texts": {
            fields.NUMBER_FIELD: materials.NUMBER,
            fields.DAY_FIELD: materials.DAY,
            fields.MONTH_FIELD: materials.MONTH,
        },
    }


def _issued_bare(draft: Draft, tools: Tools) -> bytes:
    signed = sign(draft.reserved, tools.leader, None, at=materials.AT)
    numbers: dict[str, Any] = {
        "number": materials.NUMBER,
        "day": materials.DAY,
        "month": materials.MONTH,
    }
    return seal(signed, tools.agency, None, **numbers, at=materials.AT)


def _split(timings: dict[str, Timing]) -> list[tuple[str, float, float]]:
    total = timings[OURS].cpu_ms
    key, hashing = timings["key"].cpu_ms, timings["hash"].cpu_ms
    packing = max(0.0, timings["key and CMS"].cpu_ms - key)
    parts = {
        "key operations (2)": key,
        "CMS (2)": packing,
        "SHA-256 over both revisions": hashing,
        "PDF: parse, fields, write": total - key - packing - hashing,
    }
    return [(name, cost, 100 * cost / total) for name, cost in parts.items()]


def _openssl() -> None:
    """Print what openssl says of the same key size on one core."""
    done = subprocess.run(
        ["openssl", "speed", "-seconds", "2", "rsa2048"], capture_output=True, text=True, check=True
    )
    line = next(line for line in done.stdout.splitlines() if "2048 bits" in line)
    print(f"\n  openssl speed: {' '.join(line.split())} (sign s, verify s, sign/s, verify/s)")


if __name__ == "__main__":
    main()
