"""What lies in an agency's watched folder, for the desk: what waits there, what was set aside.

Legal source: Decree 30/2020/ND-CP, Art. 22.1 (law.md §1.7, E5). Only names are read, and the
reasons that `scan_folder` left beside bad files.
"""

import os
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from documents.errors import storable
from workflows.office import Office
from workflows.scan_folder import BAD, DONE, folder_of

MOST = 30
"""Names that are shown."""
_LOOKED_AT = 2000
_REASON_BYTES = 2000


@dataclass(frozen=True, slots=True)
class Shelf:
    """What lies there."""

    there: bool
    """The folder has been made."""
    waiting: tuple[str, ...] = ()
    """Names of files that the next sweep looks at."""
    bad: tuple[tuple[str, str], ...] = ()
    """Names of files that were set aside, with why; the newest first."""


def shelf(office: Office, organ_id: str) -> Shelf:
    """Return what lies in the agency's folder."""
    folder = folder_of(office, organ_id)
    if not folder.is_dir():
        return Shelf(there=False)
    names = sorted(name for name in _names(folder) if name not in {DONE, BAD})
    bad = [folder / BAD / name for name in _names(folder / BAD)]
    reasons = sorted((p for p in bad if p.suffix == ".txt"), key=_age, reverse=True)
    told = tuple((storable(path.stem), _reason(path)) for path in reasons[:MOST])
    return Shelf(True, tuple(map(storable, names[:MOST])), told)


def _names(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as found:
            return [each.name for each in islice(found, _LOOKED_AT) if each.name[:1] != "."]
    except OSError:
        return []


def _age(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _reason(path: Path) -> str:
    try:
        with path.open("rb") as file:
            text = file.read(_REASON_BYTES).decode("utf-8", "replace")
    except OSError:
        return ""
    return storable(" ".join(text.splitlines()[1:]))
