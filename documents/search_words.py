"""The words by which a document is found, the same ones on every database.

Every word is kept twice: plain (no accents, đ as d) and exactly as written, its accents
as digits after their letters, as VNI types them. What is kept is ASCII letters, digits and
the underscore only: no database's own rules of words come into play. Sources: ux.md §3.6.
"""

import re
import unicodedata
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from documents.document import folded
from documents.errors import storable

WORD_LENGTH = 40
"""Characters of a word that count."""
PLACES = 16_000
"""Words of a document whose order is known; PostgreSQL counts to 16,383."""
REPEATS = 250
"""Places of one word that are kept; PostgreSQL keeps 256."""
BEYOND = 20_000
"""Different words kept after the last place: found, but in no phrase."""
PLACED_BYTES, LOOSE_BYTES = 720_000, 280_000
"""What words in places, and others, may take of PostgreSQL's vector; it ends at 1,048,575."""
FIELD_LENGTH = 20_000
"""Characters of one field that are looked at."""
GAP = "_"
"""Stands where no phrase goes on."""

_WORD = re.compile(r"[^\W_]+")
_PLAIN = re.compile(r"[a-z0-9]+")
_TONE_LATE = re.compile(r"(o[àáảãạ]|o[èéẻẽẹ]|u[ỳýỷỹỵ])$")
_EARLY = {
    late: early
    for lates, earlies in (
        (("oà", "oá", "oả", "oã", "oạ"), ("òa", "óa", "ỏa", "õa", "ọa")),
        (("oè", "oé", "oẻ", "oẽ", "oẹ"), ("òe", "óe", "ỏe", "õe", "ọe")),
        (("uỳ", "uý", "uỷ", "uỹ", "uỵ"), ("ùy", "úy", "ủy", "ũy", "ụy")),
    )
    for late, early in zip(lates, earlies, strict=True)
}
_DIGITS = {
    **{"\u0301": "1", "\u0300": "2", "\u0309": "3", "\u0303": "4", "\u0323": "5"},
    **{"\u0302": "6", "\u031b": "7", "\u0306": "8"},
}


def words(text: str, most: int = FIELD_LENGTH) -> list[str]:
    """Return the words of *text* in lower case, NFC, in order; what is too long is cut first."""
    text = unicodedata.normalize("NFC", storable(text[:most])).casefold()
    return [word[:WORD_LENGTH] for word in _WORD.findall(unicodedata.normalize("NFC", text))]


@lru_cache(maxsize=65536)
def plain(word: str) -> str:
    """Return *word* without accents, in ASCII."""
    return _ascii(folded(word))


@lru_cache(maxsize=65536)
def exact(word: str) -> str:
    """Return *word* with its accents, in ASCII; oà and òa are one."""
    if word.isascii():
        return f"e_{_ascii(word)}"
    early = _TONE_LATE.sub(lambda found: _EARLY[found[0]], word)
    return f"e_{as_typed(early)}"


def as_typed(word: str) -> str:
    """Return *word* letter by letter as `exact` does, the place of its tone as it is."""
    letters = unicodedata.normalize("NFD", word).replace("đ", "d9")
    return _ascii("".join(_DIGITS.get(letter, letter) for letter in letters))


def begins_late(word: str) -> str:
    """Return *word* with its tone where `exact` puts it at a word's end, to begin other words."""
    return f"e_{as_typed(word)}"


def accented(word: str) -> bool:
    """Return whether *word* says more than its plain form."""
    return exact(word) != f"e_{plain(word)}"


def _ascii(word: str) -> str:
    if _PLAIN.fullmatch(word):
        return word
    return "".join(c if _PLAIN.fullmatch(c) else f"u{ord(c):x}" for c in word) or "u0"


def key(kind: str, value: str) -> str:
    """Return the one word for a whole value of a field: `state` and `filed` give `state_filed`."""
    return f"{kind}_{zlib.crc32(value.encode('utf-8', 'replace')):08x}"


def code(text: str) -> str:
    """Return the one word for a code: `05/QĐ-UBND` and `5/qd-ubnd` give `c_5_qd_ubnd`."""
    parts = [plain(word) for word in words(text, 200)]
    if parts and parts[0].isdigit():
        parts[0] = parts[0].lstrip("0") or "0"
    return "_".join(["c", *parts])


@dataclass(slots=True)
class Vocabulary:
    """One document's words, as they are gathered."""

    plains: list[str] = field(default_factory=list)
    """With gaps."""
    exacts: list[str] = field(default_factory=list)
    """In the same places."""
    keys: dict[str, None] = field(default_factory=dict)
    """Words for fields and values; they have no place."""
    more: dict[str, None] = field(default_factory=dict)
    """Words after the last place."""
    _placed: int = 0
    """Bytes of PostgreSQL's vector that the words in places may take at most, pairs too."""
    _loose: int = 0
    """The same of the others."""

    def add(self, text: str, kind: str = "", most: int = FIELD_LENGTH) -> None:
        """Add a field; with a *kind*, its words are found in that field alone too."""
        found = words(text, most)
        for word in found:
            self._add(plain(word), exact(word))
        if kind:
            for word in dict.fromkeys(found):
                self.mark(f"{kind}_{plain(word)}")
        if found and len(self.plains) < PLACES:
            self.plains.append(GAP)
            self.exacts.append(GAP)

    def _add(self, one: str, other: str) -> None:
        room = len(one) + len(other) + 30
        if len(self.plains) < PLACES and self._placed + room <= PLACED_BYTES:
            self._placed += room
            self.plains.append(one)
            self.exacts.append(other)
        elif len(self.more) < BEYOND:
            self._put(self.more, one)
            self._put(self.more, other)

    def mark(self, key_word: str) -> None:
        """Add a word that stands for a field's whole value."""
        self._put(self.keys, key_word)

    def _put(self, into: dict[str, None], word: str) -> None:
        room = len(word) + 4
        if word not in into and self._loose + room <= LOOSE_BYTES:
            self._loose += room
            into[word] = None

    def _unplaced(self) -> Iterator[str]:
        """Yield the words without a place."""
        yield from self.keys
        if self.more:
            placed = {*self.plains, *self.exacts}
            yield from (word for word in self.more if word not in placed)

    def as_line(self) -> str:
        """Return the words as SQLite's FTS5 reads them."""
        streams = (_thinned(self.plains), _thinned(self.exacts))
        loose = f" {GAP} ".join(self._unplaced())
        return f" {GAP} ".join([*(" ".join(stream) for stream in streams), loose])

    def as_vector(self) -> str:
        """Return the words as PostgreSQL's tsvector reads them, and the pairs of neighbours."""
        places: defaultdict[str, list[int]] = defaultdict(list)
        for stream in (_thinned(self.plains), _thinned(self.exacts)):
            for place, word in enumerate(stream, 1):
                places[word].append(place)
        places.pop(GAP, None)
        parts = [f"{word}:{','.join(map(str, where))}" for word, where in places.items()]
        pairs = {pair(*both) for both in pairwise(self.plains) if GAP not in both}
        return " ".join([*parts, *self._unplaced(), *pairs])

    def for_database(self, dialect: str) -> str:
        """Return the words as *dialect* reads them."""
        return self.as_line() if dialect == "sqlite" else self.as_vector()


def pair(one: str, other: str) -> str:
    """Return the one word for two plain neighbours, not theirs alone.

    GIN keeps no places: a phrase of frequent words would be looked for in every document that
    has them anywhere. Their pair leaves few; there the places are compared.
    """
    return f"_{zlib.crc32(f'{one} {other}'.encode()) & 0xFFFFF:05x}"


def _thinned(stream: list[str]) -> list[str]:
    """Return *stream* with gaps instead of what is there more often than is kept."""
    often = {word for word, times in Counter(stream).items() if times > REPEATS} - {GAP}
    if not often:
        return stream
    seen: Counter[str] = Counter()
    thin = []
    for word in stream:
        if word in often:
            seen[word] += 1
        thin.append(GAP if seen[word] > REPEATS else word)
    return thin


def several(texts: Iterable[str | None]) -> str:
    """Return texts as one field, apart from each other."""
    return "\n".join(text for text in texts if text)
