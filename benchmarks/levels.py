"""One signature at each PAdES level: our CPU against pyHanko's defaults, with the same services.

TSA, OCSP responder and revocation lists answer on loopback from a process of their own, whose
CPU is nobody's. pyHanko fetches revocation data for each document, as its defaults do; ours is
fetched once for a chain and found again.
"""

import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import materials, peer
from benchmarks.measure import interleaved, machine, table
from documents.level import Level
from signing.fields import LEADER_FIELD
from signing.pades import sign
from signing.preservation import Preserver
from signing.revocation import Revocations
from signing.testpki import TestPki
from signing.timestamps import Stamping, Timestamper

SECONDS = 25
THEIRS, OURS = "pyHanko's defaults", "congvan"


def main() -> None:
    """Measure and print."""
    with (
        tempfile.TemporaryDirectory() as folder,
        peer.running("benchmarks.level_services", f"{folder}/pki") as services,
        peer.running("benchmarks.level_peer") as other,
    ):
        address = services.answer({})["address"]
        pki = TestPki(Path(folder) / "pki")
        draft = materials.letter()
        (Path(folder) / "draft.pdf").write_bytes(draft.reserved)
        print(f"levels: one signature\n{machine('pyhanko', 'cryptography')}")
        candidates: dict[str, Any] = {}
        for level in Level:
            request = _request(level, pki, f"{address}/tsa", Path(folder))
            candidates[f"{level} {THEIRS}"] = other.doing(request)
        ours = _ours(draft.reserved, pki, f"{address}/tsa", Path(folder) / "cache")
        candidates |= {f"{level} {OURS}": work for level, work in ours.items()}
        timings = interleaved(candidates, SECONDS)
        rows = [
            (
                level.value,
                theirs := timings[f"{level} {THEIRS}"].cpu_ms,
                own := timings[f"{level} {OURS}"].cpu_ms,
                theirs / own,
                timings[f"{level} {OURS}"].wall_ms,
            )
            for level in Level
        ]
        columns = ("level", f"{THEIRS}, CPU ms", f"{OURS}, CPU ms", "times", "wall ms")
        table("One signature, in turns, medians", columns, rows)


def _request(level: Level, pki: TestPki, tsa: str, folder: Path) -> dict[str, Any]:
    return {
        "task": "level",
        "level": level.value,
        "pdf": str(folder / "draft.pdf"),
        "field": LEADER_FIELD,
        "key": [str(pki.key_file("leader")), pki.passphrase("leader").decode("ascii")],
        "roots": str(pki.roots),
        "tsa": tsa,
    }


def _ours(pdf: bytes, pki: TestPki, tsa: str, cache: Path) -> dict[Level, Callable[[], object]]:
    trust = replace(pki.trust(), crls=())  # fetched, as the other's
    key, timestamper = pki.key("leader"), Timestamper(tsa, trust)
    preserver = Preserver(timestamper, Revocations(cache, trust), 5)

    def signed() -> bytes:
        at = datetime.now(UTC)
        return sign(pdf, key, None, at=at, stamping=Stamping(timestamper, at, 5))

    def raised(level: Level) -> Callable[[], object]:
        return lambda: preserver.preserve(signed(), level, datetime.now(UTC))

    return {
        Level.B_B: lambda: sign(pdf, key, None, at=datetime.now(UTC)),
        Level.B_T: signed,
        Level.B_LT: raised(Level.B_LT),
        Level.B_LTA: raised(Level.B_LTA),
    }


if __name__ == "__main__":
    main()
