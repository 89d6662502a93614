"""The matrix before every judge: one file for every three choices, as a Markdown table.

Not a measurement of time, but a command of the same kind: `congvan bench matrix`. The files and
the judges are the tests' own, which ask them about every pair.
"""

import importlib
import tempfile
import time
from pathlib import Path


def main() -> None:
    """Sign, ask and print."""
    begun = time.monotonic()
    matrix = importlib.import_module("tests.signing.matrix")
    tables = importlib.import_module("tests.signing.matrix_table")
    judges = importlib.import_module("tests.signing.judges")
    with tempfile.TemporaryDirectory() as name, matrix.world(Path(name)) as world:
        court = judges.Court.open(Path(name) / "court", world.pki)
        found = tables.judged(matrix.covering(3), world, court)
        print(f"{len(found)} files, in {time.monotonic() - begun:.0f} s\n")
        print(tables.table(found))
        print("\nneither acceptance nor a known limit:", tables.unexpected(found) or "nothing")
        print(f"\n{tables.damage_table(tables.damaged(world, court))}")
        print(f"\n{tables.xml_table(world, court)}")


if __name__ == "__main__":
    main()
