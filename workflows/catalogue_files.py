"""The catalogue in files: JSON for all of it, CSV for one of its three lists.

An axis tells codes and names; who came after whom, and which codes are one agency, is in
resolutions and in people's lists. A CSV's heading says which list it is.
"""

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from documents import catalogue, catalogue_codes
from documents.catalogue import Alias, Entry, Succession
from documents.catalogue_history import News
from documents.errors import Refused
from workflows.calendar_days import DayInvalid, read_day

LARGEST = 200 << 20
"""Bytes of a file."""
KINDS = ("merge", "rename", "split")
AGENCIES = ("code", "name", "parent", "email", "valid_from", "valid_to", "deleted")
ALIASES = ("code", "agency", "valid_from", "valid_to")
SUCCESSIONS = ("predecessor", "successor", "kind", "on", "basis", "withdrawn")
T = TypeVar("T")
_TRUE = frozenset({"1", "true", "yes", "có", "x"})


class CatalogueFileInvalid(Refused):
    """The file is no part of a catalogue; details: its name, where and what is wrong."""

    code = "catalogue.file_invalid"
    vietnamese = "Tệp danh mục «{0}» không hợp lệ: {1}"
    english = "the catalogue file «{0}» is not valid: {1}"
    remedy = "Xem mẫu trong docs/catalogue.md / see docs/catalogue.md"


def read_catalogue(path: Path) -> News:
    """Read agencies, other codes and successions from a JSON or CSV file (UTF-8).

    Raises:
        CatalogueFileInvalid: it is neither, or a row is wrong; the row is named.
        OSError: it cannot be read.
    """
    if path.stat().st_size > LARGEST:
        raise CatalogueFileInvalid(path.name, f"> {LARGEST >> 20} MiB")
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CatalogueFileInvalid(path.name, f"UTF-8: {error.reason}") from error
    try:
        return _json(text) if path.suffix.lower() == ".json" else _csv(text)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, csv.Error) as error:
        why = f"{type(error).__name__}: {error}"[:200]
        raise CatalogueFileInvalid(path.name, why) from error


def _json(text: str) -> News:
    data = json.loads(text)
    if isinstance(data, list):
        data = {"agencies": data}
    unknown = set(data) - {"agencies", "aliases", "successions"}
    if unknown:
        raise ValueError(f"unknown: {', '.join(sorted(map(str, unknown)))[:80]}")
    return News(
        tuple(_rows(data.get("agencies", []), _entry)),
        tuple(_rows(data.get("aliases", []), _alias)),
        tuple(_rows(data.get("successions", []), _succession)),
    )


def _csv(text: str) -> News:
    rows = csv.DictReader(io.StringIO(text), strict=True)
    columns = set(rows.fieldnames or ())
    if "predecessor" in columns:
        return News(successions=tuple(_rows(rows, _succession)))
    if "agency" in columns:
        return News(aliases=tuple(_rows(rows, _alias)))
    if {"code", "name"} <= columns:
        return News(entries=tuple(_rows(rows, _entry)))
    raise ValueError("code,name,… | code,agency,… | predecessor,successor,kind,on,basis")


def _rows(rows: Iterable[Mapping[str, Any]], read: Callable[[Mapping[str, Any]], T]) -> list[T]:
    done = []
    for number, row in enumerate(rows, 1):
        try:
            done.append(read(row))
        except (ValueError, KeyError, TypeError, AttributeError, DayInvalid) as error:
            raise ValueError(f"dòng / row {number}: {error}") from error
    return done


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise TypeError(f"{name}: {type(value).__name__}")
    return value.strip()


def _code(row: Mapping[str, Any], name: str) -> str:
    code = _text(row, name)
    if not code or len(code) > catalogue_codes.LONGEST:
        raise ValueError(f"{name}: {code[:40]!r}")
    return code


def _day(row: Mapping[str, Any], name: str) -> date | None:
    text = _text(row, name)
    return read_day(text) if text else None


def _yes(row: Mapping[str, Any], name: str) -> bool:
    value = row.get(name)
    return value if isinstance(value, bool) else _text(row, name).casefold() in _TRUE


def _entry(row: Mapping[str, Any]) -> Entry:
    return Entry(
        _code(row, "code"),
        _text(row, "name"),
        parent=_text(row, "parent"),
        email=_text(row, "email"),
        valid_from=_day(row, "valid_from"),
        valid_to=_day(row, "valid_to"),
        deleted=_yes(row, "deleted"),
    )


def _alias(row: Mapping[str, Any]) -> Alias:
    days = _day(row, "valid_from"), _day(row, "valid_to")
    return Alias(_code(row, "code"), _text(row, "agency"), *days)


def _succession(row: Mapping[str, Any]) -> Succession:
    kind, on = _text(row, "kind"), _day(row, "on")
    if kind not in KINDS or on is None:
        raise ValueError(f"kind: {' | '.join(KINDS)}; on: 01/07/2025")
    return Succession(
        _code(row, "predecessor"),
        _code(row, "successor"),
        kind,
        on,
        _text(row, "basis"),
        _yes(row, "withdrawn"),
    )


def as_data(session: Session) -> dict[str, list[dict[str, Any]]]:
    """Return the newest of the whole catalogue as the JSON file has it."""
    entries = list(catalogue.all_entries(session))
    aliases = catalogue.all_aliases(session)
    return {
        "agencies": [_as_dict(entry, AGENCIES) for entry in entries],
        "aliases": [_as_dict(alias, ALIASES) for alias in aliases],
        "successions": [_as_dict(way, SUCCESSIONS) for way in catalogue.successions(session)],
    }


def _as_dict(value: object, names: tuple[str, ...]) -> dict[str, Any]:
    given = {name: getattr(value, name) for name in names}
    return {
        name: each.isoformat() if isinstance(each, date) else each
        for name, each in given.items()
        if each not in ("", None, False)
    }


def as_csv(rows: Iterable[Mapping[str, Any]], columns: tuple[str, ...]) -> str:
    """Return *rows* as CSV with a heading."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
