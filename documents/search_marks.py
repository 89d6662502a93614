"""Where in a text the words stand that were looked for: to show them, accents or not.

Source: ux.md §3.6 (search with or without accents). Pure: text in, pieces out.
"""

import re
import zlib
from dataclasses import dataclass

from documents import search_words
from documents.document import folded

_WORD = re.compile(r"[^\W_]+")
_FIELD = re.compile(r"-?[^\W\d_][\w ]{0,15}:")
_EXCLUDED = re.compile(r'(?:^|\s)-(?:"[^"]*"|\S+)')
MOST_WORDS = 40
TEXT_LENGTH = 5_000
"""Characters of a text that are looked through for marks."""
READ = 200_000
"""Bytes of a file's text that are looked through for a place to show."""
AROUND = 90
"""Characters shown on either side of a place."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text."""

    text: str
    marked: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is marked."""

    words: frozenset[str]
    """Plain."""
    begins: tuple[str, ...]

    def takes(self, word: str) -> bool:
        """Return whether the word, as written, is one that was looked for."""
        plain = search_words.plain(folded(word[: search_words.WORD_LENGTH]))
        return plain in self.words or any(plain.startswith(each) for each in self.begins)


def wanted(query: str) -> Wanted:
    """Return what of a query stands in texts: its words, without what it excludes."""
    text = _EXCLUDED.sub(" ", query[:1000])
    words: set[str] = set()
    begins: set[str] = set()
    for part in text.split():
        part = _FIELD.sub("", part)
        found = search_words.words(part)
        if found and part.endswith("*"):
            begins.add(search_words.plain(found.pop()))
        words |= {search_words.plain(each) for each in found}
    kept = sorted(each for each in words if len(each) > 1 or each.isdigit())[:MOST_WORDS]
    return Wanted(frozenset(kept), tuple(sorted(each for each in begins if len(each) > 1)))


def pieces(text: str, asked: Wanted) -> tuple[Piece, ...]:
    """Return *text* in pieces, those marked that were looked for."""
    text = text[:TEXT_LENGTH]
    found: list[Piece] = []
    at = 0
    for word in _WORD.finditer(text):
        if not asked.takes(word[0]):
            continue
        if word.start() > at:
            found.append(Piece(text[at : word.start()], False))
        found.append(Piece(word[0], True))
        at = word.end()
    if at < len(text):
        found.append(Piece(text[at:], False))
    return tuple(found)


def excerpt(packed: bytes | None, asked: Wanted) -> tuple[Piece, ...]:
    """Return the place in a file's text, zlib and UTF-8, that has most of what was looked for."""
    if not packed or not (asked.words or asked.begins):
        return ()
    try:
        content = zlib.decompressobj().decompress(packed, READ)
    except zlib.error:
        return ()
    text = " ".join(content.decode("utf-8", "ignore").split())
    hits = [word for word in _WORD.finditer(text) if asked.takes(word[0])]
    if not hits:
        return ()
    best = max(hits[:200], key=lambda hit: (_near(hits, hit.start()), -hit.start()))
    start, end = max(0, best.start() - AROUND), best.end() + AROUND
    said = f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}"
    return pieces(said, asked)


def _near(hits: list[re.Match[str]], start: int) -> int:
    """Return how many different words stand within what is shown after *start*."""
    return len({hit[0].casefold() for hit in hits[:400] if 0 <= hit.start() - start <= AROUND})
