"""The catalogue of agencies (danh mục cơ quan): who can be addressed, under which codes.

An agency has one organ_id and may still have an old code (QCVN 102:2016); both
lead to the same queue (axis.md §3.4).
"""

import json
from collections.abc import Iterable
from pathlib import Path

from connectors.axis import AgencyEntry


class Catalogue:
    """Every known agency by each of its codes."""

    def __init__(self, entries: Iterable[AgencyEntry] = ()) -> None:
        self._entries: dict[str, AgencyEntry] = {}
        self._organ_ids: dict[str, str] = {}
        self.put(entries)

    def put(self, entries: Iterable[AgencyEntry]) -> None:
        """Add *entries*, each instead of the one of the same organ_id."""
        for entry in entries:
            before = self._entries.get(entry.organ_id)
            if before is not None and self._organ_ids.get(before.old_organ_id) == entry.organ_id:
                del self._organ_ids[before.old_organ_id]
            self._entries[entry.organ_id] = entry
            if entry.old_organ_id:
                self._organ_ids.setdefault(entry.old_organ_id, entry.organ_id)
            self._organ_ids[entry.organ_id] = entry.organ_id

    def known(self, code: str) -> str | None:
        """Return the organ_id that *code*, new or old, stands for; None when unknown."""
        return self._organ_ids.get(code)

    def organ_id(self, code: str) -> str:
        """Return the organ_id that *code* stands for, or *code* itself when unknown."""
        return self._organ_ids.get(code, code)

    def entries(self) -> list[AgencyEntry]:
        """Return all agencies, by organ_id."""
        return [self._entries[organ_id] for organ_id in sorted(self._entries)]


def read_agencies(path: Path) -> list[AgencyEntry]:
    """Return the agencies in a JSON file: a list of objects with AgencyEntry's fields.

    Raises:
        ValueError: the file is not such a list.
    """
    try:
        return [AgencyEntry(**entry) for entry in json.loads(path.read_text("utf-8"))]
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"không phải danh mục cơ quan / not a list of agencies: {path}: {error}"
        ) from error
