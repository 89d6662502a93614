"""Rows of the wire's lists as the port's values; members of wrong shapes count as empty.

Members are those that the SDK's classes read (axis.md §10.3). A row whose id cannot be
asked for again is left out; how many were is logged, once a list.
"""

import logging
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from connectors.axis import AgencyChange, AgencyEntry, MessageKind, PacketState, Track
from connectors.vxp.headers import WIRE_TIME
from connectors.vxp.refusal import text_of
from documents.document import VIETNAM

MAX_ROWS = 500_000
LONGEST_ID = 128
"""Characters of a message's id: what is kept of one."""
_FORMS = (WIRE_TIME, "%Y/%m/%d %H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:%S.%f", "%d/%m/%Y")
_CODE = re.compile(r"[A-Y]\d{2}(\.[0-9A-Z]+)*|\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2}")
_log = logging.getLogger(__name__)


def rows(answer: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield an answer's rows: the objects of `data[]`, at most MAX_ROWS."""
    data = answer.get("data")
    for row in data[:MAX_ROWS] if isinstance(data, list) else ():
        if isinstance(row, dict):
            yield row


def usable_id(row: dict[str, Any], name: str) -> str:
    """Return the id in the member *name*; empty when it cannot stand in a header."""
    found = text_of(row.get(name), 400)
    if found and len(found) <= LONGEST_ID and found.isascii() and found.isprintable():
        return found
    return ""


def usable(tracks: Iterable[Track | None]) -> list[Track]:
    """Return the rows of one list that have a usable id; the log has how many have none."""
    every = list(tracks)
    found = [track for track in every if track is not None]
    if missing := len(every) - len(found):
        _log.warning("%d of %d rows without a usable id are left out", missing, len(every))
    return found


def state_of(text: str) -> PacketState | None:
    """Return the packet's state in *text*, upper or lower case; None when it is none."""
    try:
        return PacketState(text.lower())
    except ValueError:
        return None


def moment(text: str) -> datetime | None:
    """Return the time in *text*, UTC; Vietnam's local time unless it says otherwise."""
    if text.isdigit() and text.isascii() and 12 <= len(text) <= 13:
        return datetime.fromtimestamp(int(text) / 1000, UTC)
    for form in _FORMS:
        try:
            return datetime.strptime(text, form).replace(tzinfo=VIETNAM).astimezone(UTC)
        except (ValueError, OverflowError):
            continue
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=VIETNAM)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def received_track(row: dict[str, Any], kind: MessageKind, fallback: datetime) -> Track | None:
    """Return a row of `getReceivedEdocList`; *fallback* stands for times that cannot be read."""
    axis_id = usable_id(row, "docId")
    if not axis_id:
        return None
    accepted = moment(text_of(row.get("created_time"))) or fallback
    return Track(
        axis_id=axis_id,
        kind=kind,
        sender=text_of(row.get("from"), 60),
        recipient=text_of(row.get("to"), 60),
        state=state_of(text_of(row.get("status"))) or PacketState.INITIAL,
        note=text_of(row.get("status_desc")),
        accepted_at=accepted,
        updated_at=moment(text_of(row.get("updated_time"))) or accepted,
    )


def sent_track(row: dict[str, Any], kind: MessageKind, fallback: datetime) -> Track | None:
    """Return a row of `getSentEdocList`: one recipient of one message."""
    axis_id = usable_id(row, "senderDocId")
    if not axis_id:
        return None
    accepted = moment(text_of(row.get("sentTime"))) or fallback
    received = state_of(text_of(row.get("receiveStatus")))
    failed = state_of(text_of(row.get("sendStatus"))) is PacketState.FAIL
    state = PacketState.FAIL if failed else received or PacketState.INITIAL
    note = text_of(row.get("sendStatusDesc" if failed else "receiveStatusDesc"))
    return Track(
        axis_id=axis_id,
        kind=kind,
        sender=text_of(row.get("fromCode"), 60),
        recipient=text_of(row.get("toCode"), 60),
        state=state,
        note=note if state is PacketState.FAIL else "",
        accepted_at=accepted,
        updated_at=moment(text_of(row.get("receivedTime"))) or accepted,
    )


def old_codes(answer: dict[str, Any]) -> dict[str, str]:
    """Return the old code of each new one, from `getAgenciesListQD20`."""
    return {text_of(row.get("code"), 60): text_of(row.get("code102"), 60) for row in rows(answer)}


def agency_entries(agencies: dict[str, Any], old: dict[str, str]) -> list[AgencyEntry]:
    """Return the catalogue: `getAgenciesList`, completed by the *old* codes by new ones."""
    found = [row for row in rows(agencies) if text_of(row.get("code"), 60)]
    codes = {text_of(row.get("id"), 60): text_of(row.get("code"), 60) for row in found}
    entries = {entry.organ_id: entry for entry in (_entry(row, codes, old) for row in found)}
    return [entries[organ_id] for organ_id in sorted(entries)]


def _entry(row: dict[str, Any], codes: dict[str, str], old: dict[str, str]) -> AgencyEntry:
    code = text_of(row.get("code"), 60)
    pid = text_of(row.get("pid"), 60)
    # a list of changes need not hold the parent; some axes number agencies, others use codes
    parent = codes.get(pid) or (pid if _CODE.fullmatch(pid) else "")
    before = text_of(row.get("oldCode"), 60) or old.get(code, "")
    return AgencyEntry(
        organ_id=code,
        name=text_of(row.get("name")),
        old_organ_id=before if before != code else "",
        parent=parent if parent != code else "",
        email=text_of(row.get("mail"), 200),
    )


def agency_changes(
    answer: dict[str, Any], old: Callable[[], dict[str, str]], since: int, at: datetime
) -> list[AgencyChange]:
    """Return the rows of `getSynchronizeUnit` after version *since*, by version.

    *old* gives the old codes by new ones; it is asked when anything has changed.
    """
    found = [row for row in rows(answer) if text_of(row.get("code"), 60)]
    codes = {text_of(row.get("id"), 60): text_of(row.get("code"), 60) for row in found}
    fresh = [(version, row) for row in found if (version := _version(row)) > since]
    before = old() if fresh else {}
    changes = [
        AgencyChange(
            entry=_entry(row, codes, before),
            version=version,
            deleted=row.get("deleted") is True
            or text_of(row.get("deleted")).lower() in ("1", "true", "y"),
            modified_at=moment(text_of(row.get("modifyDate"))) or at,
        )
        for version, row in fresh
    ]
    return sorted(changes, key=lambda change: change.version)


def _version(row: dict[str, Any]) -> int:
    text = text_of(row.get("version"), 18)
    return int(text) if text.isascii() and text.isdigit() else 0
