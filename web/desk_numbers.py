"""The numbers beside the menu: what waits behind each entry, for one person.

Every open page asks for them twice a minute: an answer is kept for a few seconds, for whom it was
made.
"""

import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from threading import Lock

from documents import desk_counters, desk_lists, notices, sign_queue
from documents.calendar import YearMissing
from documents.desk import desk_of
from documents.listing import Counter
from web.visitor import Visitor

KEPT_SECONDS = 5.0
_MOST_KEPT = 2_000

ENTRIES: Mapping[str, tuple[str, ...]] = {
    "intake": ("to-register", "quarantine"),
    "sign": ("to-approve", "to-sign"),
    "direct": ("waiting", "to-direct"),
    "work": (
        *("to-handle", "own-tasks", "unit-cooperating", "cooperating", "asked-to-help"),
        *("opinions", "to-accept", "extensions"),
    ),
    "drafts": ("returned", "draft-opinions"),
    "issue": ("to-number", "to-seal", "to-dispatch"),
    "operator": ("stuck-in", "stuck-out"),
}
"""Which lists an entry of the menu stands for (`navigation.MENU`)."""

_kept: OrderedDict[tuple[str, str, str], tuple[float, dict[str, str]]] = OrderedDict()
_lock = Lock()


def menu(here: Visitor) -> dict[str, str]:
    """Return the number of each entry, `12` or `1000+`; those that are nothing are left out."""
    key = (here.office.database.url, here.organ_id, here.who)
    now = time.monotonic()
    with _lock:
        known = _kept.get(key)
    if known is not None and now - known[0] < KEPT_SECONDS:
        return known[1]
    found = _counted(here)
    with _lock:
        _kept[key] = (now, found)
        _kept.move_to_end(key)
        while len(_kept) > _MOST_KEPT:
            _kept.popitem(last=False)
    return found


def forget() -> None:
    """Count anew at the next question: for what measures."""
    with _lock:
        _kept.clear()


def _counted(here: Visitor) -> dict[str, str]:
    wanted = {name for names in ENTRIES.values() for name in names}
    units = here.headed
    with here.office.database.reading() as session:
        desk = desk_of(session, here.organ_id, here.who, here.at)
        lists = [each for each in desk_lists.on(desk) if each.name in wanted]
        try:
            counts = desk_counters.counted(session, desk, lists)
        except YearMissing:
            counts = {}
        unread = notices.unread(session, here.who)
        due = sign_queue.to_initial(session, here.organ_id, here.who, units) if units else []
    told = {
        entry: _sum(counts[name] for name in names if name in counts)
        for entry, names in ENTRIES.items()
    } | {"notices": str(unread), "initials": str(len(due))}
    return {entry: text for entry, text in told.items() if text != "0"}


def _sum(counts: Iterable[Counter]) -> str:
    every = list(counts)
    return f"{sum(each.count for each in every)}{'+' if any(each.more for each in every) else ''}"
