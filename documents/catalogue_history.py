"""Writing the catalogue: every change is a new version; what was known before stays known.

Each function runs in the caller's writing transaction: entries, other codes, successions, the
index and the mark of how far the axis was read are one commit.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, func, insert, select, update
from sqlalchemy.orm import Session

from documents import catalogue, catalogue_codes, catalogue_index, catalogue_words
from documents.catalogue import Alias, Entry, Succession
from documents.catalogue_codes import Form
from documents.errors import EvidenceBroken, storable
from documents.numbering import local_day
from documents.tables import (
    CatalogueAliasRow,
    CatalogueEntryRow,
    CatalogueSuccessionRow,
    CatalogueVersionRow,
)

CLOSING_SHARE = 0.05
"""Part of the agencies that one change may close before a person has to look."""
CHUNK = 5000
"""Rows in one statement."""
EMAIL_LENGTH = 255
NAME_OF_FILE = 255
BASIS_LENGTH = 500
AXIS = "axis"
FILE = "file"


class TooManyClosed(EvidenceBroken):
    """A change would close so many agencies that the source is more likely wrong."""

    code = "catalogue.too_many_closed"
    vietnamese = "Danh mục nhận được sẽ đóng {0} trên {1} cơ quan (giới hạn {2}%): chưa cập nhật"
    english = "the catalogue received would close {0} of {1} agencies (limit {2}%): nothing changed"
    remedy = (
        "Kiểm tra nguồn; nếu đúng: `congvan catalogue sync --allow-closing 100`"
        " / check the source; if it is right, run that"
    )


@dataclass(frozen=True, slots=True)
class News:
    """What a source says of the catalogue."""

    entries: tuple[Entry, ...] = ()
    aliases: tuple[Alias, ...] = ()
    successions: tuple[Succession, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """Where news are from."""

    kind: str
    """axis | file."""
    origin: str = ""
    """A file's name."""
    complete: bool = False
    """All that the axis has: its entries that are not among the news ended."""
    mark: int | None = None
    """The axis's version up to which it was read; None leaves it where it is."""
    closing_share: float = CLOSING_SHARE
    """1 closes whatever it says."""


@dataclass(frozen=True, slots=True)
class Change:
    """What became of news."""

    version: int | None
    """None when nothing was new and nothing is to be remembered."""
    added: int = 0
    changed: int = 0
    closed: int = 0
    skipped: tuple[str, ...] = ()
    """Codes that nobody could ever address, the first of them."""


def mark(session: Session) -> int:
    """Return the axis's version up to which its changes are known; 0 before the first."""
    return session.scalar(select(func.max(CatalogueVersionRow.mark))) or 0


def last_complete(session: Session) -> datetime | None:
    """Return when the whole of the axis's catalogue was compared last."""
    row = CatalogueVersionRow
    wanted = select(row.at).where(row.complete.is_(True)).order_by(row.version.desc()).limit(1)
    return session.scalar(wanted)


def learn(session: Session, news: News, source: Source, at: datetime) -> Change:
    """Enter *news* as a new version; what they do not speak of stays as it was known.

    Raises:
        TooManyClosed: they would close more than the source may; nothing is changed.
        WriteConflict: another process learnt something at this moment; nothing is changed.
    """
    told, skipped = _told(news.entries)
    known = _current_entries(session, None if source.complete else told)
    told = {code: _completed(entry, known.get(code)) for code, entry in told.items()}
    if source.complete:
        told |= _vanished(session, known, told)
    told = {code: entry for code, entry in told.items() if known.get(code) != entry}
    closed = _closed(session, told, known, source, at)
    aliases = _new_aliases(session, news.aliases)
    ways = _new_successions(session, news.successions)
    if not (told or aliases or ways) and source.kind == FILE:
        return Change(None, skipped=skipped)
    added = len(told.keys() - known.keys())
    change = Change(
        (session.scalar(select(func.max(CatalogueVersionRow.version))) or 0) + 1,
        added,
        len(told) - added - closed + len(aliases) + len(ways),
        closed,
        skipped,
    )
    assert change.version is not None  # noqa: S101
    session.add(
        CatalogueVersionRow(
            version=change.version,
            at=at,
            source=source.kind,
            complete=source.complete,
            mark=mark(session) if source.mark is None else source.mark,
            origin=storable(source.origin)[:NAME_OF_FILE],
            added=change.added,
            changed=change.changed,
            closed=closed,
        )
    )
    session.flush()  # of two that learn at once the second fails here
    _supersede(session, CatalogueEntryRow, told.keys() & known.keys(), change.version)
    _append(session, CatalogueEntryRow, map(_entry_row, told.values()), change.version, source)
    _supersede(session, CatalogueAliasRow, {row["code"] for row in aliases}, change.version)
    _append(session, CatalogueAliasRow, aliases, change.version, source)
    _supersede_successions(session, ways, change.version)
    _append(session, CatalogueSuccessionRow, ways, change.version, source)
    touched = told.keys() | {row["code"] for row in aliases}
    if touched:
        session.expire_all()
        catalogue_index.update_for(session, touched)
    return change


def _told(entries: Iterable[Entry]) -> tuple[dict[str, Entry], tuple[str, ...]]:
    """Return entries by code as they can be kept, the last of each code, and what cannot be."""
    told: dict[str, Entry] = {}
    skipped: list[str] = []
    for entry in entries:
        code = entry.code.strip()
        if not 1 <= len(code) <= catalogue_codes.LONGEST or not code.isprintable():
            skipped.append(storable(code[:40]))
            continue
        told[code] = replace(
            entry,
            code=code,
            kind=catalogue_codes.read(code).kind,
            name=catalogue_words.plain_name(entry.name),
            parent=_code_or_nothing(entry.parent),
            email=catalogue_words.plain_name(entry.email)[:EMAIL_LENGTH],
        )
    return told, tuple(skipped[:20])


def _code_or_nothing(code: str) -> str:
    code = code.strip()
    fits = len(code) <= catalogue_codes.LONGEST and code.isprintable()
    return code if fits else ""


def _current_entries(session: Session, codes: Collection[str] | None) -> dict[str, Entry]:
    """Return what is known of *codes*; of all without any."""
    if codes is None:
        return {entry.code: entry for entry in catalogue.all_entries(session)}
    found: dict[str, Entry] = {}
    asked = list(codes)
    for start in range(0, len(asked), CHUNK):
        found |= catalogue.entries(session, asked[start : start + CHUNK])
    return found


def _completed(entry: Entry, before: Entry | None) -> Entry:
    """Return *entry* with what another source said and this one does not speak of."""
    if before is None:
        return entry
    return replace(
        entry,
        name=entry.name or before.name,
        parent=entry.parent or before.parent,
        email=entry.email or before.email,
        valid_from=entry.valid_from or before.valid_from,
        valid_to=entry.valid_to or before.valid_to,
        axis_version=before.axis_version if entry.axis_version is None else entry.axis_version,
        modified_at=entry.modified_at or before.modified_at,
    )


def _vanished(
    session: Session, known: Mapping[str, Entry], told: Mapping[str, Entry]
) -> dict[str, Entry]:
    """Return, as ended, the axis's entries that its whole catalogue has no more."""
    table = CatalogueEntryRow
    listed = select(table.code).where(
        table.superseded.is_(None), table.source == AXIS, table.deleted.is_(False)
    )
    gone = set(session.scalars(listed)) - told.keys()
    return {code: replace(known[code], deleted=True) for code in gone}


def _closed(
    session: Session,
    told: Mapping[str, Entry],
    known: Mapping[str, Entry],
    source: Source,
    at: datetime,
) -> int:
    """Return how many agencies *told* closes.

    Raises:
        TooManyClosed: more than the source may.
    """
    day = local_day(at)
    closing = [
        code
        for code, entry in told.items()
        if entry.ended(day) and code in known and not known[code].ended(day)
    ]
    table = CatalogueEntryRow
    living = select(func.count()).select_from(table)
    living = living.where(table.superseded.is_(None), table.deleted.is_(False))
    alive = session.scalar(living) or 0
    if len(closing) > source.closing_share * alive:
        raise TooManyClosed(len(closing), alive, f"{source.closing_share * 100:g}")
    return len(closing)


def _entry_row(entry: Entry) -> dict[str, Any]:
    return {field.name: getattr(entry, field.name) for field in fields(entry)}


def _new_aliases(session: Session, aliases: Sequence[Alias]) -> list[dict[str, Any]]:
    told: dict[str, Alias] = {}
    for alias in map(_turned, aliases):
        if alias.code and alias.code != alias.agency and _code_or_nothing(alias.code):
            told[alias.code] = alias
    known = _current_aliases(session, told)
    return [
        {
            "code": alias.code,
            "agency": alias.agency,
            "valid_from": alias.valid_from or (before and before.valid_from),
            "valid_to": alias.valid_to or (before and before.valid_to),
        }
        for alias in told.values()
        if (before := known.get(alias.code)) is None
        or before.agency != alias.agency
        or (alias.valid_from or before.valid_from) != before.valid_from
        or (alias.valid_to or before.valid_to) != before.valid_to
    ]


def _current_aliases(session: Session, codes: Collection[str]) -> dict[str, CatalogueAliasRow]:
    table = CatalogueAliasRow
    found: dict[str, CatalogueAliasRow] = {}
    asked = list(codes)
    for start in range(0, len(asked), CHUNK):
        chunk = table.code.in_(asked[start : start + CHUNK])
        rows = session.scalars(select(table).where(chunk, table.superseded.is_(None)))
        found |= {row.code: row for row in rows}
    return found


def _turned(alias: Alias) -> Alias:
    """Return *alias* so that the agency is known by its newer code, whoever names which first."""
    alias = replace(alias, code=_code_or_nothing(alias.code), agency=_code_or_nothing(alias.agency))
    forms = catalogue_codes.read(alias.code).form, catalogue_codes.read(alias.agency).form
    if forms == (Form.NEW, Form.OLD):
        return replace(alias, code=alias.agency, agency=alias.code)
    return alias


def _new_successions(session: Session, ways: Sequence[Succession]) -> list[dict[str, Any]]:
    table = CatalogueSuccessionRow
    told = {
        (way.predecessor, way.successor): way
        for way in ways
        if _code_or_nothing(way.predecessor) and _code_or_nothing(way.successor)
    }
    rows = session.scalars(
        select(table).where(
            table.superseded.is_(None), table.predecessor.in_([key[0] for key in told])
        )
    )
    known = {(row.predecessor, row.successor): row for row in rows}
    new = []
    for key, way in told.items():
        basis = catalogue_words.plain_name(way.basis)[:BASIS_LENGTH]
        values = {"kind": way.kind, "on": way.on, "basis": basis, "withdrawn": way.withdrawn}
        before = known.get(key)
        if before is None or any(getattr(before, name) != each for name, each in values.items()):
            new.append({"predecessor": key[0], "successor": key[1], **values})
    return new


def _supersede(session: Session, model: Any, codes: Collection[str], version: int) -> None:
    """Mark what was known of *codes* as superseded by *version*."""
    asked = list(codes)
    for start in range(0, len(asked), CHUNK):
        chunk = model.code.in_(asked[start : start + CHUNK])
        rows = update(model).where(chunk, model.superseded.is_(None))
        session.connection().execute(rows.values(superseded=version))


def _supersede_successions(session: Session, ways: Sequence[dict[str, Any]], version: int) -> None:
    table = CatalogueSuccessionRow
    for way in ways:
        pair = (table.predecessor == way["predecessor"], table.successor == way["successor"])
        rows = update(table).where(*pair, table.superseded.is_(None))
        session.connection().execute(rows.values(superseded=version))


def _append(
    session: Session, model: Any, rows: Iterable[dict[str, Any]], version: int, source: Source
) -> None:
    """Add *rows* as what is known from *version* on."""
    table = cast("Table", model.__table__)
    columns = {each.key: each.columns[0].name for each in model.__mapper__.column_attrs}
    common = {"version": version, "superseded": None, "source": source.kind}
    named = [{columns[key]: value for key, value in (row | common).items()} for row in rows]
    for start in range(0, len(named), CHUNK):
        session.connection().execute(insert(table), named[start : start + CHUNK])
