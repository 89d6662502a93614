"""Through which paths the objects of a PDF's revision are used: what difference analysis asks.

pyHanko walks every path from the trailer to every object, through all direct values, anew for
each signature. Here each object's references are listed once for the file, and only the
paths that lead to an object asked for are walked. The answers are the same (a test
compares them on all samples); what is walked is bounded, where pyHanko's is not.
Standard: ISO 32000-2, 7.3.10 (indirect objects), 7.7.3 (page tree), 14.7 (structure tree).
"""

from collections import deque
from collections.abc import Iterator
from typing import Any
from weakref import WeakKeyDictionary

from pyhanko.pdf_utils.generic import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    PdfObject,
    Reference,
)
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader, RawPdfPath
from pyhanko.sign.diff_analysis import policies

Step = str | int
Key = tuple[int, int]
"""Object number and generation; (0, -1) stands for the trailer."""
Edge = tuple[tuple[Step, ...], Key]
"""The way inside an object to a reference, and what it refers to."""

MOST_STEPS = 1_000_000
"""Of one search; an honest file takes thousands, a hostile one has paths without end."""
_TRAILER: Key = (0, -1)
_STRUCTURE = ("/Root", "/StructTreeRoot", "/K")
"""Below this way lies the structure tree, whose parent pointers are not followed."""

_orphans_of: "WeakKeyDictionary[PdfFileReader, dict[int, set[Reference]]]" = WeakKeyDictionary()
_find_orphans = policies._find_orphans
_HOLDERS = (IndirectObject, DictionaryObject, ArrayObject)
"""What references can be in."""

_edges_of: "WeakKeyDictionary[PdfFileReader, dict[Any, tuple[Edge, ...]]]" = WeakKeyDictionary()


class Usages:
    """The graph of references of one revision."""

    def __init__(self, resolver: HistoricalResolver) -> None:
        self._resolver = resolver
        self._reader = resolver.reader
        self._known = _edges_of.setdefault(self._reader, {})
        self._steps = 0
        self._edges: dict[Key, tuple[Edge, ...]] = {}
        self._users: dict[Key, set[Key]] = {}
        self._found: dict[Key, set[RawPdfPath]] = {}
        self._pages = self._page_tree()
        self._structure = self._structure_tree()
        self._read_all()

    def paths(self, ref: Reference) -> set[RawPdfPath]:
        """Return every way from the trailer to *ref*, as `HistoricalResolver` would."""
        key = (ref.idnum, ref.generation)
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = {RawPdfPath(*way) for way in self._ways(key)}
        return found

    def numbers(self) -> frozenset[int]:
        """Return the numbers of all objects that something refers to, there or not."""
        return frozenset(number for number, _ in self._users)

    def _read_all(self) -> None:
        """List the references of every object that can be reached."""
        waiting = deque([_TRAILER])
        while waiting:
            key = waiting.popleft()
            if key in self._edges:
                continue
            edges = self._edges[key] = self._references(key)
            for _, target in edges:
                self._users.setdefault(target, set()).add(key)
                if target not in self._edges:
                    waiting.append(target)

    def _references(self, key: Key) -> tuple[Edge, ...]:
        if key == _TRAILER:
            return tuple(_walk(self._resolver.trailer_view))
        ref = Reference(*key, self._reader)
        where = (key, self._reader.xrefs.get_historical_ref(ref, self._resolver.revision))
        known = self._known.get(where)
        if known is None:
            known = self._known[where] = tuple(_walk(self._object(key)))
        return known

    def _object(self, key: Key) -> PdfObject:
        """Return the object as this revision has it."""
        # the resolver keeps what it has read; its references are bound to it, which is all one
        found: PdfObject = self._resolver.get_object(Reference(*key, self._resolver))
        return found

    def _value(self, value: PdfObject) -> PdfObject:
        """Return what *value* refers to, or itself."""
        while isinstance(value, IndirectObject):
            self._step()
            value = self._object((value.idnum, value.generation))
        return value

    def _step(self) -> None:
        self._steps += 1
        if self._steps > MOST_STEPS:
            raise PdfReadError("the objects refer to each other in too many ways")

    def _ancestors(self, key: Key) -> set[Key]:
        found, waiting = {key}, [key]
        while waiting:
            for user in self._users.get(waiting.pop(), ()):
                if user not in found:
                    found.add(user)
                    waiting.append(user)
        return found

    def _ways(self, wanted: Key) -> Iterator[tuple[Step, ...]]:
        """Yield the ways to *wanted*; page and structure trees are entered from above only."""
        leading = self._ancestors(wanted)
        passed = {_TRAILER}
        frames: list[tuple[Key, tuple[Step, ...], Iterator[Edge]]] = [
            (_TRAILER, (), iter(self._edges.get(_TRAILER, ())))
        ]
        while frames:
            at, way, edges = frames[-1]
            for inside, target in edges:
                if target not in leading or target in passed:
                    continue
                self._step()
                full = way + inside
                in_structure = full[:3] == _STRUCTURE
                if in_structure and "/P" in full[3:]:
                    continue
                if target == wanted:
                    yield full
                if not self._entered(target, full, in_structure):
                    continue
                passed.add(target)
                frames.append((target, full, iter(self._edges[target])))
                break
            else:
                passed.discard(at)
                frames.pop()

    def _entered(self, target: Key, way: tuple[Step, ...], in_structure: bool) -> bool:
        """Return whether pyHanko follows *target* when it comes to it by *way*."""
        if self._pages.get(target, way) != way:
            return False
        return in_structure or target not in self._structure

    def _page_tree(self) -> dict[Key, tuple[Step, ...]]:
        """Return the one way to each node of the page tree."""
        tree: dict[Key, tuple[Step, ...]] = {}
        start: tuple[Step, ...] = ("/Root", "/Pages")
        pages = self._root().raw_get("/Pages")
        if isinstance(pages, IndirectObject):
            tree[pages.idnum, pages.generation] = start
        waiting = [(pages, start)]
        while waiting:
            raw, way = waiting.pop()
            node: Any = self._value(raw)
            for index, kid in enumerate(self._array(node.raw_get("/Kids"))):
                kid_way: tuple[Step, ...] = (*way, "/Kids", index)
                if isinstance(kid, IndirectObject):
                    if (kid.idnum, kid.generation) in tree:
                        raise PdfReadError("the page tree goes in circles")
                    tree[kid.idnum, kid.generation] = kid_way
                self._step()
                if str(self._entry(self._value(kid), "/Type")) == "/Pages":
                    waiting.append((kid, kid_way))
        return tree

    def _structure_tree(self) -> set[Key]:
        """Return the elements of the structure tree that are referred to from arrays in it."""
        found: set[Key] = set()
        root = self._root()
        if "/StructTreeRoot" not in root:
            return found
        waiting = [self._value(root.raw_get("/StructTreeRoot"))]
        while waiting:
            element: Any = waiting.pop()
            children = self._entry(element, "/K")
            if children is None:
                continue
            for raw in children if isinstance(children, ArrayObject) else (children,):
                self._step()
                child = self._value(raw)
                if not isinstance(child, DictionaryObject):
                    continue
                if str(self._entry(child, "/Type") or "/StructElem") != "/StructElem":
                    continue
                if isinstance(raw, IndirectObject):
                    if (raw.idnum, raw.generation) in found:
                        raise PdfReadError("the structure tree goes in circles")
                    found.add((raw.idnum, raw.generation))
                waiting.append(child)
        return found

    def _root(self) -> DictionaryObject:
        root = self._value(self._resolver.trailer_view.raw_get("/Root"))
        if not isinstance(root, DictionaryObject):
            raise PdfReadError("no catalog")
        return root

    def _array(self, raw: PdfObject) -> ArrayObject:
        value = self._value(raw)
        if not isinstance(value, ArrayObject):
            raise PdfReadError("/Kids is no array")
        return value

    def _entry(self, of: Any, key: str) -> PdfObject | None:
        """Return the entry, followed; None where there is none."""
        return self._value(of.raw_get(key)) if key in of else None


def _walk(top: PdfObject) -> Iterator[Edge]:
    """Yield the references in *top* and in its direct values, save those to parents."""
    waiting: list[tuple[PdfObject, tuple[Step, ...]]] = [(top, ())]
    while waiting:
        value, way = waiting.pop()
        if isinstance(value, DictionaryObject):
            inside: Iterator[tuple[Step, PdfObject]] = iter(value.items())
        elif isinstance(value, ArrayObject):
            inside = iter(enumerate(value))
        else:
            continue
        for step, child in inside:
            if step == "/Parent":
                continue
            if isinstance(child, IndirectObject):
                yield (*way, step), (child.idnum, child.generation)
            elif isinstance(child, (DictionaryObject, ArrayObject)):
                waiting.append((child, (*way, step)))


def load(self: HistoricalResolver) -> None:
    """Prepare the answers; takes the place of a method."""
    if self._indirect_object_access_cache is None:
        self._indirect_object_access_cache = Usages(self)  # type: ignore[assignment]


def usages(self: HistoricalResolver, ref: Reference) -> set[RawPdfPath]:
    """Return the ways to *ref*; takes the place of a method."""
    graph: Any = self._indirect_object_access_cache
    return graph.paths(ref) if graph is not None else set()


def numbers_named(resolver: HistoricalResolver) -> frozenset[int]:
    """Return the numbers of all objects that something in the revision refers to."""
    load(resolver)
    graph: Any = resolver._indirect_object_access_cache
    named: frozenset[int] = graph.numbers()
    return named


def dependencies(
    self: HistoricalResolver, obj: PdfObject, since_revision: int | None = None
) -> set[Reference]:
    """Return the references in *obj* and beyond, to what came in *since_revision* or later.

    Takes the place of a method that calls itself for every value.
    """
    found: set[Reference] = set()
    introduced = self.reader.xrefs.get_introducing_revision
    waiting = [obj]
    while waiting:
        value = waiting.pop()
        if isinstance(value, IndirectObject):
            ref = value.reference
            if ref in found:
                continue
            if since_revision is not None and introduced(ref) < since_revision:
                continue
            found.add(ref)
            value = self(ref)
        if isinstance(value, DictionaryObject):
            waiting += [child for child in value.values() if isinstance(child, _HOLDERS)]
        elif isinstance(value, ArrayObject):
            waiting += [child for child in value if isinstance(child, _HOLDERS)]
    return found


def orphans(new: HistoricalResolver) -> set[Reference]:
    """Return what *new* brings and nothing refers to; takes the place of a function.

    The same for every signature before it, so it is found once.
    """
    known = _orphans_of.setdefault(new.reader, {})
    if new.revision not in known:
        known[new.revision] = _find_orphans(new)
    return known[new.revision]


def install() -> None:
    """Let pyHanko's difference analysis ask here."""
    policies._find_orphans = orphans  # type: ignore[assignment]
    HistoricalResolver.collect_dependencies = dependencies  # type: ignore[method-assign]
    HistoricalResolver._load_reverse_xref_cache = load  # type: ignore[method-assign]
    HistoricalResolver._get_usages_of_ref = usages  # type: ignore[method-assign]
