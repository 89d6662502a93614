"""Which revision of a PDF brought or changed an object: asked thousands of times, answered at once.

pyHanko looks through all cross-reference sections for each question; with two hundred revisions
that is what takes the time. Here the sections that name an object number are listed once a
file; only those are asked, by the library's own rule, so the answers are the same.
Standard: ISO 32000-2, 7.5.4 to 7.5.8 (cross-reference sections of incremental updates).
"""

from typing import Any
from weakref import WeakKeyDictionary

from pyhanko.pdf_utils.generic import Reference
from pyhanko.pdf_utils.xref import ObjStreamRef, XRefCache, XRefSection

Place = int | ObjStreamRef | None
_Sections = list[tuple[int, XRefSection]]

_known: "WeakKeyDictionary[XRefCache, dict[int, _Sections]]" = WeakKeyDictionary()
_NOWHERE: _Sections = []
_introduced: "WeakKeyDictionary[XRefCache, dict[tuple[int, int], int]]" = WeakKeyDictionary()


def _sections(xrefs: XRefCache, number: int) -> _Sections:
    """Return the revisions, the oldest first, whose section names object *number*."""
    index = _known.get(xrefs)
    if index is None:
        index = _known[xrefs] = {}
        for revision, section in enumerate(xrefs._xref_sections):
            for named in _numbers(section.xref_data):
                index.setdefault(named, []).append((revision, section))
    return index.get(number, _NOWHERE)


def _numbers(data: Any) -> set[int]:
    numbers = {*data.standard_xrefs, *data.xrefs_in_objstm, *data.freed}
    return numbers | _numbers(data.hybrid.xref_data) if data.hybrid is not None else numbers


def last_change(self: XRefCache, ref: Reference) -> int:
    """Return the newest revision that names *ref*; takes the place of a method."""
    for revision, section in reversed(_sections(self, ref.idnum)):
        try:
            section.xref_data.try_resolve(ref)
        except KeyError:
            continue
        return revision
    raise KeyError(ref)


def introducing_revision(self: XRefCache, ref: Reference) -> int:
    """Return the oldest revision in which *ref* is an object; takes the place of a method."""
    known = _introduced.get(self)
    if known is None:
        known = _introduced[self] = {}
    key = (ref.idnum, ref.generation)
    if key in known:
        return known[key]
    for revision, section in _sections(self, ref.idnum):
        try:
            if section.xref_data.try_resolve(ref) is not None:
                known[key] = revision
                return revision
        except KeyError:
            continue
    raise KeyError(ref)


def place_in(self: XRefCache, ref: Reference, revision: int) -> Place:
    """Return where *ref* stands as *revision* has it; takes the place of a method."""
    for since, section in reversed(_sections(self, ref.idnum)):
        if since > revision:
            continue
        try:
            found: Place = section.xref_data.try_resolve(ref)
        except KeyError:
            continue
        return found
    return None


def install() -> None:
    """Let pyHanko ask here."""
    XRefCache.get_last_change = last_change  # type: ignore[method-assign]
    XRefCache.get_introducing_revision = introducing_revision  # type: ignore[method-assign]
    XRefCache.get_historical_ref = place_in  # type: ignore[method-assign]
