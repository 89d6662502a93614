"""What somebody types into the search box, understood; whatever it is, it is no error.

`bão số 3` finds every word; `"phòng cháy"` a phrase as written; `phòng*` beginnings; `-tết`
excludes; `từ:sonv`, `ký hiệu:QĐ-UBND`, `năm:2026` look in one field; `15/QĐ-UBND` is a code.
A word with accents prefers documents that write it so; without accents it means all of them.
Sources: ux.md §3.6; Decree 30/2020/ND-CP, Appendix VI, Part I, III.6 (law.md VI-29).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache

from documents import search_spans, search_words
from documents.document import folded
from documents.errors import storable
from documents.lifecycle import Direction, State
from documents.search_expression import AllOf, AnyOf, Expression, Phrase, word
from documents.step_words import STATES

QUERY_LENGTH = 1000
"""Characters that are read."""
MOST_TERMS = 24
MOST_WORDS = 32
"""Words of one phrase."""
LEAST_BEGINNING = 2
"""Letters of a beginning: one letter begins too many words."""

FINISHED = frozenset(
    {
        *(State.DISPATCHED, State.COMPLETED, State.FILED, State.VOID),
        *(State.REFUSED, State.RECALLED, State.REPLACED),
    }
)
"""States in which nothing is overdue any more."""

_TEXT_FIELDS = {
    "subj": ("trích yếu", "ty", "subject"),
    "num": ("số", "number"),
    "not": ("ký hiệu", "kh", "notation"),
    "from": ("nơi gửi", "từ", "tác giả", "from"),
    "to": ("nơi nhận", "đến", "to"),
    "type": ("loại", "type"),
    "sign": ("người ký", "signer"),
    "draft": ("người soạn", "drafter"),
    "unit": ("đơn vị", "unit"),
    "place": ("địa danh", "place"),
    "note": ("ghi chú", "note"),
    "rcpt": ("số đến", "receipt"),
    "doss": ("hồ sơ", "dossier"),
    "says": ("ý kiến", "opinion"),
    "state": ("trạng thái", "state"),
    "urg": ("độ khẩn", "urgency"),
    "dir": ("chiều", "direction"),
    "year": ("năm", "year"),
    "since": ("từ ngày", "since"),
    "until": ("đến ngày", "until"),
    "due": ("hạn", "due"),
}
_KINDS = {folded(name): kind for kind, names in _TEXT_FIELDS.items() for name in names}
_NAMES = sorted(
    {*_KINDS, *(name for names in _TEXT_FIELDS.values() for name in names)}, key=len, reverse=True
)
_TERM = re.compile(
    rf"(?P<no>-)?(?:(?P<field>{'|'.join(map(re.escape, _NAMES))})\s?:\s?)?"
    r'(?:"(?P<phrase>[^"]*)"?|(?P<bare>[^\s"]+))',
    re.IGNORECASE,
)
_CODE = re.compile(r"\d{1,9}[a-zA-Z]?\s?/\s?[^\W\d_].*")
_DATE = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})|(\d{4})-(\d{1,2})-(\d{1,2})")
_DIRECTIONS = {"di": "outgoing", "den": "incoming", **{str(d): str(d) for d in Direction}}
_DEADLINES = {"co": "given", "khong": "none", "qua": "overdue", "overdue": "overdue"}


@dataclass(frozen=True, slots=True)
class Filters:
    """What documents must be, besides their words; empty means any."""

    directions: frozenset[str] = frozenset()
    states: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    years: frozenset[int] = frozenset()
    senders: frozenset[str] = frozenset()
    """Organ ids."""
    units: frozenset[str] = frozenset()
    urgencies: frozenset[int] = frozenset()
    signer_id: str = ""
    since: date | None = None
    """Of promulgation."""
    until: date | None = None
    arrived_since: date | None = None
    arrived_until: date | None = None
    due_since: date | None = None
    due_until: date | None = None
    receipt_from: int | None = None
    receipt_to: int | None = None
    deadline: str = ""
    """given | none | overdue (on `today`, and not finished)."""
    today: date | None = None
    without: frozenset[str] = frozenset()
    """Documents that are neither found nor counted: not for who asks."""


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for."""

    strict: Expression
    """As written, accents and all: what matches it comes first."""
    loose: Expression
    filters: Filters
    shortened: bool = False
    """More was typed than is looked for."""


@dataclass(slots=True)
class _Terms:
    strict: list[Expression] = field(default_factory=list)
    loose: list[Expression] = field(default_factory=list)
    without: list[Expression] = field(default_factory=list)

    def add(self, strict: Expression, loose: Expression | None = None) -> None:
        self.strict.append(strict)
        self.loose.append(loose or strict)


def parsed(
    text: str, organ_ids: Iterable[str], filters: Filters | None = None, *, typing: bool = False
) -> Query:
    """Return what *text* asks for among the documents of *organ_ids*.

    *typing* says that the last word may be only begun.
    """
    filters = filters or Filters()
    text = storable(text[: QUERY_LENGTH + 1])
    shortened, text = len(text) > QUERY_LENGTH, text[:QUERY_LENGTH]
    terms = _Terms()
    terms.add(_either(value("organ", each) for each in sorted(organ_ids)))
    found = list(_TERM.finditer(text))
    for number, term in enumerate(found[:MOST_TERMS]):
        last = typing and number == len(found) - 1 and term.end() == len(text)
        filters = _entered(terms, filters, term, begins=last)
    _restrict(terms, filters)
    without = tuple(terms.without)
    return Query(
        AllOf(tuple(terms.strict), without),
        AllOf(tuple(terms.loose), without),
        filters,
        shortened or len(found) > MOST_TERMS,
    )


def value(kind: str, text: str) -> Phrase:
    """Return the word that stands for a field's whole value."""
    return word(value_key(kind, text))


@lru_cache(maxsize=65536)
def value_key(kind: str, text: str) -> str:
    """Return the word that stands for a field's whole value: `state_in_progress`."""
    parts = [search_words.plain(each) for each in search_words.words(text.replace("_", " "), 400)]
    return "_".join([f"v{kind}", *parts])


def _either(parts: Iterable[Expression]) -> Expression:
    every = tuple(parts)
    if not every:
        return word("v_nothing")
    return every[0] if len(every) == 1 else AnyOf(every)


def _entered(terms: _Terms, filters: Filters, term: re.Match[str], *, begins: bool) -> Filters:
    kind = _KINDS.get(folded(term["field"] or ""), "")
    said = term["phrase"] if term["phrase"] is not None else term["bare"]
    if kind in _MEANT:
        return _meant(filters, kind, said)
    into = _Terms()
    if kind:
        _in_field(into, kind, said)
    elif term["phrase"] is not None:
        _phrase(into, said)
    else:
        _bare(into, said, begins=begins)
    if term["no"]:
        terms.without += into.strict
    else:
        terms.strict += into.strict
        terms.loose += into.loose
    return filters


def _in_field(terms: _Terms, kind: str, said: str) -> None:
    for each in search_words.words(said)[:MOST_WORDS]:
        plain = search_words.plain(each)
        if kind in ("num", "rcpt") and plain.isdigit():
            plain = plain.lstrip("0") or "0"
        terms.add(Phrase((f"{kind}_{plain}",), begins=said.endswith("*")))


def _phrase(terms: _Terms, said: str) -> None:
    words = search_words.words(said)[:MOST_WORDS]
    if not words:
        return
    written = any(search_words.accented(each) for each in words)
    as_said = search_words.exact if written else search_words.plain
    plain = tuple(map(search_words.plain, words))
    terms.add(Phrase(tuple(map(as_said, words)), plain=plain))


def _bare(terms: _Terms, said: str, *, begins: bool) -> None:
    words = search_words.words(said)[:MOST_WORDS]
    if not words:
        return
    begins = (begins or said.endswith("*")) and len(words[-1]) >= LEAST_BEGINNING
    if _CODE.fullmatch(said):
        code = search_words.code(said)
        mentioned = _plain(words, begins)
        terms.add(word(code), AnyOf((Phrase((code,), begins=True), mentioned)))
        return
    plain = _plain(words, begins)
    if not any(search_words.accented(each) for each in words):
        terms.add(plain)
        return
    exact = tuple(map(search_words.exact, words))
    strict: Expression = Phrase(exact, begins, plain.plain)
    if begins:
        late = search_words.begins_late(words[-1])
        strict = AnyOf((strict, Phrase((*exact[:-1], late), begins, plain.plain)))
    terms.add(strict, plain)


def _plain(words: list[str], begins: bool) -> Phrase:
    plain = tuple(map(search_words.plain, words))
    return Phrase(plain, begins, plain)


_MEANT = frozenset({"state", "urg", "dir", "year", "since", "until", "due"})
"""Fields with values of their own."""


def _meant(filters: Filters, kind: str, said: str) -> Filters:
    """Return *filters* with one more; what means nothing is found nowhere."""
    plain = folded(said.strip())
    match kind:
        case "state":
            return replace(filters, states=filters.states | (_states(plain) or {"?"}))
        case "urg":
            level = int(plain) if plain in {"0", "1", "2", "3", "4"} else -1
            return replace(filters, urgencies=filters.urgencies | {level})
        case "dir":
            directions = filters.directions | {_DIRECTIONS.get(plain, "?")}
            return replace(filters, directions=directions)
        case "year":
            year = int(plain) if re.fullmatch(r"[0-9]{4}", plain) else 0
            return replace(filters, years=filters.years | {year})
        case "due":
            return replace(filters, deadline=_DEADLINES.get(plain, "given"))
    day = day_of(said)
    if day is None:
        return replace(filters, states=frozenset({"?"}))
    return replace(filters, since=day) if kind == "since" else replace(filters, until=day)


def _states(plain: str) -> frozenset[str]:
    """Return the states of a code, or whose Vietnamese name has these words."""
    if plain in {state.value for state in State}:
        return frozenset({plain})
    said = f" {' '.join(search_words.words(plain, 200))} "
    return frozenset(
        state for state, name in STATES.items() if said.strip() and said in f" {folded(name)} "
    )


def day_of(text: str) -> date | None:
    """Return the day that *text* writes, dd/mm/yyyy or yyyy-mm-dd."""
    found = _DATE.fullmatch(text.strip())
    if not found:
        return None
    first = [int(part) for part in found.groups() if part is not None]
    year, month, day = first if found[4] else reversed(first)
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _restrict(terms: _Terms, filters: Filters) -> None:
    """Let the index look for what *filters* say, where it knows it."""
    for kind, wanted in (
        ("dir", filters.directions),
        ("state", filters.states),
        ("type", filters.types),
        ("year", map(str, filters.years)),
        ("sender", filters.senders),
        ("unit", filters.units),
        ("urg", map(str, filters.urgencies)),
    ):
        if every := [value(kind, each) for each in sorted(wanted)]:
            terms.add(_either(every))
    if filters.signer_id:
        terms.add(value("signer", filters.signer_id))
    for kind, first, last in (
        ("pro", filters.since, filters.until),
        ("arr", filters.arrived_since, filters.arrived_until),
        ("end", filters.due_since, filters.due_until),
    ):
        if days := search_spans.between(kind, first, last):
            terms.add(days)
    if filters.deadline:
        terms.add(value("due", "none" if filters.deadline == "none" else "given"))
    if filters.deadline == "overdue":
        terms.without += [value("state", each) for each in sorted(FINISHED)]
    least, most = filters.receipt_from, filters.receipt_to
    if least is not None and most is not None and most - least < search_spans.MOST_DAYS:
        terms.add(_either(word(f"rcpt_{each}") for each in range(least, most + 1)))
