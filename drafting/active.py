"""Active content: what a PDF does by itself, taken out before anyone signs it.

ISO 32000-1, 12.6 (actions), 7.11.4 (embedded files), 12.5.6 (annotations that
play or carry files). Links inside the document and to web pages stay.
"""

from collections.abc import Iterator

import pikepdf
from pikepdf import Array, Dictionary, Name, Object

_CATALOG = ("/OpenAction", "/AA", "/AF", "/Collection", "/Requirements")
_NAMES = ("/JavaScript", "/EmbeddedFiles", "/Renditions", "/AlternatePresentations")
_PLAYERS = frozenset({"/FileAttachment", "/RichMedia", "/Screen", "/Movie", "/Sound", "/3D"})
_HARMLESS = frozenset({"/GoTo", "/URI"})
_MOST = 100_000
"""Entries of a hostile outline or field tree that are looked at."""

ACTIONS = "bỏ hành động tự chạy / removed automatic actions"
FILES = "bỏ tệp nhúng / removed embedded files"
ANNOTATIONS = "bỏ chú thích đa phương tiện / removed multimedia annotations"


def entries(array: Object | None) -> Iterator[Dictionary]:
    """Yield the dictionaries in *array*, which may be missing or something else."""
    if isinstance(array, Array):
        for index in range(min(len(array), _MOST)):
            entry = array[index]
            if isinstance(entry, Dictionary):
                yield entry


def tree(roots: Iterator[Dictionary], *links: str) -> Iterator[Dictionary]:
    """Yield every dictionary reached from *roots* over *links*, each once, loops or not."""
    waiting = list(roots)
    seen: set[object] = set()
    while waiting and len(seen) < _MOST:
        here = waiting.pop()
        key = here.objgen if here.is_indirect else id(here)
        if key in seen:
            continue
        seen.add(key)
        yield here
        for link in links:
            there = here.get(link)
            waiting += [there] if isinstance(there, Dictionary) else entries(there)


def remove(pdf: pikepdf.Pdf) -> set[str]:
    """Take the active content out of *pdf*; return the notes on what was found."""
    notes = set()
    root = pdf.Root
    # A destination is where to open; it does nothing, yet opening elsewhere than page 1 deceives.
    if isinstance(root.get("/OpenAction"), Dictionary) or "/AA" in root:
        notes.add(ACTIONS)
    if "/AF" in root or "/Collection" in root:
        notes.add(FILES)
    _drop(root, *_CATALOG)
    names = root.get("/Names")
    if isinstance(names, Dictionary):
        if "/JavaScript" in names:
            notes.add(ACTIONS)
        if "/EmbeddedFiles" in names:
            notes.add(FILES)
        _drop(names, *_NAMES)
    for page in pdf.pages:
        notes |= _clean_page(page.obj)
    outlines = root.get("/Outlines")
    if isinstance(outlines, Dictionary):
        for item in tree(iter([outlines]), "/First", "/Next"):
            notes |= _clean_action(item)
    return notes


def _drop(holder: Object, *keys: str) -> bool:
    present = [key for key in keys if key in holder]
    for key in present:
        del holder[key]
    return bool(present)


def _clean_page(page: Object) -> set[str]:
    notes = {ACTIONS} if _drop(page, "/AA", "/PresSteps") else set()
    if _drop(page, "/AF"):
        notes.add(FILES)
    annotations = page.get("/Annots")
    if not isinstance(annotations, Array):
        _drop(page, "/Annots")
        return notes
    kept = [entry for entry in entries(annotations) if str(entry.get("/Subtype")) not in _PLAYERS]
    if len(kept) < len(annotations):
        notes.add(ANNOTATIONS)
        page[Name.Annots] = Array(kept)
    for annotation in kept:
        notes |= _clean_action(annotation)
    return notes


def _clean_action(holder: Object) -> set[str]:
    """Leave a link or bookmark only an action that goes to a place."""
    found = _drop(holder, "/AA", "/PA")
    action = holder.get("/A")
    if action is None:
        return {ACTIONS} if found else set()
    if not isinstance(action, Dictionary) or str(action.get("/S")) not in _HARMLESS:
        del holder["/A"]
        return {ACTIONS}
    found = _drop(action, "/Next") or found
    return {ACTIONS} if found else set()
