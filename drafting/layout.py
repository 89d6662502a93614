"""Lines and pages: breaks text into rows and rows into pages, lengths in PDF points.

Knows nothing of documents. A row is one printed line; a page break never falls
after a row that says `keep`, which is how first and last lines of a paragraph,
headings and the signature block stay in company.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from drafting.typeface import Face, width

Span = tuple[str, Face]
"""Text in one face."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line: spans set from `x`, with `stretch` added to each space."""

    spans: tuple[Span, ...]
    x: float
    size: float
    leading: float
    """From the baseline above to this one."""
    gap: float = 0.0
    """More room above, dropped at the top of a page."""
    stretch: float = 0.0
    keep: bool = False
    """Never the last row of a page."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A column: its left edge, width, and how text stands in it."""

    left: float
    width: float
    size: float
    leading: float
    indent: float = 0.0
    """Of a paragraph's first line."""
    gap: float = 0.0
    """Above each paragraph."""


def measured(spans: Sequence[Span], size: float) -> float:
    """Return the natural width of *spans*."""
    return sum([width(text, face, size) for text, face in spans])


def _fitting(word: str, face: Face, size: float, room: float) -> list[str]:
    """Split a word that is wider than a whole line into parts that are not."""
    if width(word, face, size) <= room:
        return [word]
    parts, start, taken = [], 0, 0.0
    for index, letter in enumerate(word):
        step = width(letter, face, size)
        if taken + step > room and index > start:
            parts.append(word[start:index])
            start, taken = index, 0.0
        taken += step
    return [*parts, word[start:]]


def lines(spans: Sequence[Span], size: float, room: float, indent: float = 0.0) -> list[list[Span]]:
    """Break *spans* greedily into lines of words, none wider than *room* (the first: less)."""
    broken: list[list[Span]] = [[]]
    taken = indent
    for text, face in spans:
        space = width(" ", face, size)
        for long_word in text.split(" "):
            for word in _fitting(long_word, face, size, room - indent):
                step = width(word, face, size)
                if broken[-1] and taken + space + step > room:
                    broken.append([])
                    taken = 0.0
                taken += step + (space if broken[-1] else 0.0)
                broken[-1].append((word, face))
    return broken


def _joined(words: Sequence[Span]) -> tuple[Span, ...]:
    """Join neighbours of one face, so that a line costs few operators."""
    joined: list[Span] = []
    for index, (word, face) in enumerate(words):
        text = f" {word}" if index else word
        if joined and joined[-1][1] is face:
            joined[-1] = (joined[-1][0] + text, face)
        else:
            joined.append((text, face))
    return tuple(joined)


def justified(spans: Sequence[Span], column: Measure) -> list[Row]:
    """Return a paragraph's rows, flush on both sides, the last flush left."""
    broken = lines(spans, column.size, column.width, column.indent)
    last = len(broken) - 1
    rows = []
    for index, words in enumerate(broken):
        indent = 0.0 if index else column.indent
        joined = _joined(words)
        spare = column.width - indent - measured(joined, column.size)
        rows.append(
            Row(
                spans=joined,
                x=column.left + indent,
                size=column.size,
                leading=column.leading,
                gap=0.0 if index else column.gap,
                stretch=spare / (len(words) - 1) if index < last and len(words) > 1 else 0.0,
                keep=last > 0 and index in (0, last - 1),
            )
        )
    return rows


def centred(spans: Sequence[Span], column: Measure) -> list[Row]:
    """Return rows centred in the column, their lengths balanced, all kept together."""
    room = column.width
    broken = lines(spans, column.size, room)
    if len(broken) > 1:  # as narrow as the same number of lines allows: no lonely last word
        low, high = room / len(broken), room
        for _ in range(8):
            middle = (low + high) / 2
            if len(lines(spans, column.size, middle)) > len(broken):
                low = middle
            else:
                high = middle
        broken = lines(spans, column.size, high)
    rows = []
    for index, words in enumerate(broken):
        joined = _joined(words)
        x = column.left + (room - measured(joined, column.size)) / 2
        gap = 0.0 if index else column.gap
        rows.append(Row(joined, x, column.size, column.leading, gap, keep=True))
    return rows


def paginated(rows: Sequence[Row], tops: tuple[float, float], bottom: float) -> list[list[Row]]:
    """Deal *rows* out to pages.

    Args:
        rows: in reading order.
        tops: where the first row's baseline may start, on page 1 and on the others.
        bottom: no baseline below it.
    """
    pages: list[list[Row]] = []
    start = 0
    while start < len(rows):
        end = _page_end(rows, start, tops[1] if pages else tops[0], bottom)
        if end < len(rows):
            end = _kept(rows, start, end)
        pages.append([replace(rows[start], gap=0.0), *rows[start + 1 : end]])
        start = end
    return pages or [[]]


def _page_end(rows: Sequence[Row], start: int, top: float, bottom: float) -> int:
    """Return the first row that no longer fits; at least one does."""
    y = top
    for index in range(start + 1, len(rows)):
        y -= rows[index].gap + rows[index].leading
        if y < bottom:
            return index
    return len(rows)


def _kept(rows: Sequence[Row], start: int, end: int) -> int:
    """Move the break up until it follows a row that may be the last; give up at the page's top."""
    for index in range(end, start, -1):
        if not rows[index - 1].keep:
            return index
    return end
