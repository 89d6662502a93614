"""What a later revision may change in a signed document: pyHanko's rules, and what they miss.

Standard: ISO 32000-2, 12.8.2.2 (DocMDP), 12.8.2.4 (FieldMDP), 12.5.5 (appearances). The
library's difference analysis lets new signature fields be added and form fields be filled.
Each rule here closes a way to change what viewers show that passes it:

- an annotation of another kind, or a rectangle that is none, called a signature field: the
  library takes it for invisible and lets it in even after a lock; viewers draw it;
- a signature field that shows something and that nobody has signed;
- an old object, such as a page's content, replaced as a new signature's /TransformParams;
- a field filled again or hidden: what it showed was signed;
- a new object to which the signed revision had referred before there was one; a file that is
  read leniently takes what is missing for nothing, and what comes later for nobody's;
- /NeedAppearances, by which viewers draw other texts than those that were signed;
- annotations put into another order, so that others lie on top.
"""

import re
from collections.abc import Iterable, Iterator

from pyhanko.pdf_utils.generic import (
    ArrayObject,
    DictionaryObject,
    FloatObject,
    IndirectObject,
    NullObject,
    NumberObject,
    PdfObject,
    Reference,
    StreamObject,
)
from pyhanko.pdf_utils.reader import HistoricalResolver
from pyhanko.sign.diff_analysis import (
    DEFAULT_DIFF_POLICY,
    FieldComparisonContext,
    FieldComparisonSpec,
    FieldMDPRule,
    FormUpdatingRule,
    SigFieldCreationRule,
    SigFieldModificationRule,
    StandardDiffPolicy,
    SuspiciousModification,
)
from pyhanko.sign.diff_analysis.form_rules_api import FormUpdate
from pyhanko.sign.diff_analysis.policy_api import ModificationLevel
from pyhanko.sign.diff_analysis.rules.form_field_rules import GenericFieldModificationRule

from signing.usages import numbers_named

_NEW_FIELD = frozenset(
    "/" + key
    for key in (
        *("Type", "Subtype", "FT", "T", "TU", "TM", "V", "F", "Ff", "P", "Rect", "AP", "MK", "NM"),
        *(
            "Lock",
            "SV",
            "Kids",
            "Parent",
            "BS",
            "Border",
            "H",
            "DA",
            "DR",
            "Q",
            "M",
            "StructParent",
        ),
    )
)
"""What a signature field's dictionary may have; actions, for one, do not belong there."""
_DRAWN = ("/AP", "/MK")
_SHOWN = ("/V", "/AP", "/AS", "/F", "/DA", "/Q", "/MV", "/RV")
"""Entries that decide what a filled field shows."""
_BLANK = re.compile(rb"(?:\s|/Tx\b|\bBMC\b|\bEMC\b|\bq\b|\bQ\b)*")
_MOST_PAGES = 100_000


class NothingUnsignedShows(FieldMDPRule):
    """Permits nothing by itself; refuses what the module's docstring lists."""

    def apply(
        self, context: FieldComparisonContext
    ) -> Iterable[tuple[ModificationLevel, FormUpdate]]:
        """Return no update.

        Raises:
            SuspiciousModification: the later revision does one of those things.
        """
        _check_awaited(context.old, context.new)
        _check_form(_form(context.old), _form(context.new))
        added = False
        for name, spec in context.field_specs.items():
            old, new = spec.old_field, spec.new_field
            if new is None:
                continue
            if old is None:
                added = True
                _check_new_field(name, new)
            elif spec.field_type != "/Sig":
                _check_filling(name, spec, old, new, context)
            if spec.field_type == "/Sig" and (old is None or "/V" not in old):
                _check_parameters(name, new, context.old)
        if added:
            _check_order(context.old, context.new)
        return ()


FIELD_RULES = (
    NothingUnsignedShows(),
    SigFieldCreationRule(),
    SigFieldModificationRule(),
    GenericFieldModificationRule(),
)
POLICY = StandardDiffPolicy(
    global_rules=DEFAULT_DIFF_POLICY.global_rules,
    form_rule=FormUpdatingRule(field_rules=list(FIELD_RULES)),
)
"""The policy that every signature is judged by."""


def _check_awaited(old: HistoricalResolver, new: HistoricalResolver) -> None:
    """Refuse new objects whose number, in whatever generation, was referred to already."""
    brought = new.explicit_refs_in_revision()
    fresh = [ref for ref in brought if _last_change(old, ref) is None]
    awaited = fresh and numbers_named(old).intersection(ref.idnum for ref in fresh)
    if awaited:
        raise SuspiciousModification(
            f"the signed revision waited for objects {sorted(awaited)[:5]}"
        )


def _form(revision: HistoricalResolver) -> DictionaryObject:
    form = _entry(revision.root, "/AcroForm")
    return form if isinstance(form, DictionaryObject) else DictionaryObject()


def _entry(of: DictionaryObject, key: str) -> PdfObject | None:
    """Return the entry, dereferenced; None for null and for none."""
    try:
        found: PdfObject = of[key]
    except KeyError:
        return None
    return None if isinstance(found, NullObject) else found


def _raw(of: DictionaryObject, key: str) -> PdfObject | None:
    found: PdfObject | None = of.raw_get(key) if key in of else None
    return found


def _check_form(old: DictionaryObject, new: DictionaryObject) -> None:
    draws = bool(_entry(new, "/NeedAppearances"))
    if draws and not _entry(old, "/NeedAppearances"):
        raise SuspiciousModification("/NeedAppearances was set")
    if draws and any(_raw(old, key) != _raw(new, key) for key in ("/DA", "/Q")):
        raise SuspiciousModification("the form's default appearance was changed")
    before, after = _entry(old, "/DR"), _entry(new, "/DR")
    if not isinstance(before, DictionaryObject) or not isinstance(after, DictionaryObject):
        return
    for kind in before:
        mine, theirs = _entry(before, kind), _entry(after, kind)
        if isinstance(mine, DictionaryObject) and isinstance(theirs, DictionaryObject):
            # new fonts may come, those that are used may not become others
            if any(_raw(mine, name) != _raw(theirs, name) for name in mine):
                raise SuspiciousModification(f"the form's resources {kind} were changed")
        elif mine != theirs:
            raise SuspiciousModification(f"the form's resources {kind} were changed")


def _check_new_field(name: str, field: DictionaryObject) -> None:
    """Refuse what is not plainly an invisible field, or a visible one that is signed."""
    value = _entry(field, "/V")
    unsigned = not isinstance(value, DictionaryObject) or value.get("/Type") == "/DocTimeStamp"
    for widget in (field, *_kids(name, field)):
        if strange := set(widget) - _NEW_FIELD:
            raise SuspiciousModification(f"the new field {name} has {sorted(strange)[:5]}")
        if str(_entry(widget, "/Subtype") or "/Widget") != "/Widget":
            raise SuspiciousModification(f"the new field {name} is no widget")
        if unsigned and _spread(name, widget) and any(key in widget for key in _DRAWN):
            raise SuspiciousModification(f"the new field {name} shows something and is not signed")


def _kids(name: str, field: DictionaryObject) -> Iterator[DictionaryObject]:
    kids = _entry(field, "/Kids")
    if kids is None:
        return
    if not isinstance(kids, ArrayObject):
        raise SuspiciousModification(f"the new field {name} has odd kids")
    for raw in kids:
        kid = raw.get_object()
        if not isinstance(kid, DictionaryObject) or "/Kids" in kid:
            raise SuspiciousModification(f"the new field {name} has odd kids")
        if "/T" not in kid:  # those with a name are fields of their own
            yield kid


def _spread(name: str, widget: DictionaryObject) -> bool:
    """Return whether the widget takes any room; only four plain numbers say that it does not."""
    rectangle = _raw(widget, "/Rect")
    if rectangle is None:
        return False
    edges = list(rectangle) if isinstance(rectangle, ArrayObject) else []
    if len(edges) != 4 or not {type(edge) for edge in edges} <= {NumberObject, FloatObject}:
        raise SuspiciousModification(f"the new field {name} has an odd rectangle")
    x0, y0, x1, y1 = (float(edge) for edge in edges)
    return x0 != x1 or y0 != y1


def _check_parameters(name: str, field: DictionaryObject, old: HistoricalResolver) -> None:
    """Refuse objects that were there before and are a new signature's parameters now."""
    value = _entry(field, "/V")
    references = _entry(value, "/Reference") if isinstance(value, DictionaryObject) else None
    if not isinstance(references, ArrayObject):
        return
    for item in references:
        entry = item.get_object()
        raw = _raw(entry, "/TransformParams") if isinstance(entry, DictionaryObject) else None
        if isinstance(raw, IndirectObject) and not old.is_ref_unassignable(raw.reference):
            raise SuspiciousModification(f"the parameters of {name} replace an older object")


def _check_filling(
    name: str,
    spec: FieldComparisonSpec,
    old: DictionaryObject,
    new: DictionaryObject,
    context: FieldComparisonContext,
) -> None:
    """Refuse a change of a field that was not blank."""
    changed = any(_raw(old, key) != _raw(new, key) for key in _SHOWN)
    if not changed and not _redrawn(old, context):
        return
    if not _is_blank(old):
        raise SuspiciousModification(f"the field {name} had been filled and was changed")


def _redrawn(old: DictionaryObject, context: FieldComparisonContext) -> bool:
    """Return whether an appearance was replaced under its old object number."""
    appearance = _raw(old, "/AP")
    references = [appearance.reference] if isinstance(appearance, IndirectObject) else []
    looks = _entry(old, "/AP")
    if isinstance(looks, DictionaryObject):
        references += [r.reference for r in looks.values() if isinstance(r, IndirectObject)]
    return any(_last_change(context.old, r) != _last_change(context.new, r) for r in references)


def _last_change(revision: HistoricalResolver, reference: Reference) -> object:
    return revision.reader.xrefs.get_historical_ref(reference, revision.revision)


def _is_blank(field: DictionaryObject) -> bool:
    """Return whether *field* has no value and shows nothing."""
    if str(_entry(field, "/V") or "") not in ("", "/Off"):
        return False
    looks = _entry(field, "/AP")
    if looks is None:
        return True
    look = _entry(looks, "/N") if isinstance(looks, DictionaryObject) else None
    if isinstance(look, StreamObject):
        return _BLANK.fullmatch(look.data) is not None
    if isinstance(look, DictionaryObject):
        state = _entry(look, str(_entry(field, "/AS") or "/Off"))
        return not isinstance(state, StreamObject) or _BLANK.fullmatch(state.data) is not None
    return look is None


def _check_order(old: HistoricalResolver, new: HistoricalResolver) -> None:
    """Refuse pages whose old annotations do not come first, each once and in the old order."""
    waiting: list[tuple[PdfObject, PdfObject]] = [(old.root["/Pages"], new.root["/Pages"])]
    for seen in range(_MOST_PAGES + 1):
        if not waiting:
            return
        if seen == _MOST_PAGES:
            break
        before, after = waiting.pop()
        if not isinstance(before, DictionaryObject) or not isinstance(after, DictionaryObject):
            raise SuspiciousModification("the page tree has odd nodes")
        first, then = _items(before, "/Annots"), _items(after, "/Annots")
        if then[: len(first)] != first or (first != then and len(set(then)) != len(then)):
            raise SuspiciousModification("the order of annotations was changed")
        pairs = zip(_items(before, "/Kids"), _items(after, "/Kids"), strict=False)
        waiting += [(old(mine), new(theirs)) for mine, theirs in pairs]
    raise SuspiciousModification(f"more than {_MOST_PAGES} pages")


def _items(node: DictionaryObject, key: str) -> list[Reference]:
    """Return what the array under *key* refers to; direct objects are the library's to refuse."""
    found = _entry(node, key)
    if not isinstance(found, ArrayObject):
        return []
    return [raw.reference for raw in found if isinstance(raw, IndirectObject)]
