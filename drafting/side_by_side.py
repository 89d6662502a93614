"""Two versions of a text beside each other: lines that stayed, were changed, put in, taken away.

Legal source: Decree 30/2020/ND-CP, Art. 10.3 (what was changed is seen before it is decided on).
Within a changed line the words that differ are told apart.
"""

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

MOST_ROWS = 2000
_MOST_WORDS = 200
"""Of a line whose words are compared; a longer one differs as a whole."""
_AROUND = 2
"""Lines that stayed and are shown before and after a change."""

Piece = tuple[str, bool]
"""Words, and whether the other side has them otherwise."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of both texts."""

    kind: str
    """same, changed, added, removed, or gap: lines that stayed and are not shown."""
    before: tuple[Piece, ...] = ()
    after: tuple[Piece, ...] = ()
    skipped: int = 0
    """Lines in a gap."""


def rows(before: Sequence[str], after: Sequence[str]) -> list[Row]:
    """Return *before* and *after* line by line, at most `MOST_ROWS`; empty: the same words."""
    found: list[Row] = []
    matcher = difflib.SequenceMatcher(None, before, after)
    end = 0
    for group in matcher.get_grouped_opcodes(_AROUND):
        if skipped := group[0][1] - end:
            found.append(Row("gap", skipped=skipped))
        for tag, i, j, k, m in group:
            found.extend(_rows(tag, before[i:j], after[k:m]))
        end = group[-1][2]
        if len(found) >= MOST_ROWS:
            break
    return found[:MOST_ROWS]


def _rows(tag: str, before: Sequence[str], after: Sequence[str]) -> Iterator[Row]:
    if tag == "equal":
        for line in before:
            yield Row("same", ((line, False),), ((line, False),))
        return
    paired = min(len(before), len(after)) if tag == "replace" else 0
    for old, new in zip(before[:paired], after[:paired], strict=True):
        yield Row("changed", *_pieces(old, new))
    for line in before[paired:]:
        yield Row("removed", before=((line, True),))
    for line in after[paired:]:
        yield Row("added", after=((line, True),))


def _pieces(old: str, new: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    was, now = old.split(), new.split()
    if max(len(was), len(now)) > _MOST_WORDS:
        return ((old, True),), ((new, True),)
    left: list[Piece] = []
    right: list[Piece] = []
    for tag, i, j, k, m in difflib.SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        differs = tag != "equal"
        if i < j:
            left.append((" ".join(was[i:j]), differs))
        if k < m:
            right.append((" ".join(now[k:m]), differs))
    return tuple(left), tuple(right)
