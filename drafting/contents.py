"""Reads what a document says of itself: code, date, agency, type, subject and signer.

Legal source: Decree 30/2020/ND-CP, Appendix I, Part I, II.2 to II.7: the agency above the
number at left, the date at right on the number's line, the type's name in capitals with the
subject under it, or «V/v …» under the number of a công văn. What does not stand so is not
found; two that differ are ambiguous. About 4 ms of CPU; nothing is ever guessed.
"""

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

import pypdfium2 as pdfium

from documents.contents import NOT_FOUND, NOTHING_READ, Contents, Outcome, Passage
from documents.document import DocumentType, folded
from documents.placement import Box
from documents.spelling import code_key, date_key
from drafting.finder import pdfium_lock
from drafting.header import Head, Piece, read_head
from drafting.signature_block import signature_block

MOST_LINES = 30
"""Lines of a head that are looked at."""
MOST_ABOVE_NUMBER = 16
MOST_UNDER_NUMBER = 14
LONGEST_SUBJECT = 900
"""Characters; the law allows 500."""

_MOST_JOINED = 4  # pieces of the number line, whose blank may be as wide as between columns
_NEAR = 45.0  # between the number and the date, at most
_FAR = 75.0  # between the number and «V/v», and between a type and its subject, at most
_PITCH = 1.7  # from line to line, of the type's size, at most
_PARAGRAPH = 1.3  # times the pitch of lines: more is a gap between paragraphs
_OFF_CENTRE = 70.0  # of a title: the margins differ, and columns are no page

_LEADER = r"[\s.…_]*"
_BEGINS = re.compile(r"S[ỐốOo]\s*:?(?:\W|\d|$)")
_NUMBER = re.compile(
    rf"S[ỐốOo]\s*:?{_LEADER}(?P<number>\d{{1,7}}[a-zA-Z]?){_LEADER}/\s*"
    r"(?P<notation>[\w&.]+(?:\s?[-–/]\s?[\w&.]+)*)"
    r"(?=$|\s[^\d,]{1,60},\s*[Nn]g[aà]y\b)"  # a narrow sheet: the date follows closely
)
_DATE = re.compile(
    rf"ng[aà]y{_LEADER}(?P<day>\d{{1,2}}){_LEADER}th[aá]ng{_LEADER}(?P<month>\d{{1,2}}){_LEADER}"
    r"n[aă]m\s*(?P<year>\d{4})\.?$",
    re.I,
)
_DATE_ALONE = re.compile(rf"(?:[^\d,;:]{{1,60}},\s*)?{_DATE.pattern}", re.I)
_ABOUT = re.compile(r"v\s*/\s*v\b|v[ềê]\s+vi[ệê]c\b", re.I)
_TEXT = re.compile(
    r"k[ií]nh g[uử]i|k[ií]nh tr[iì]nh|c[aă]n c[uứ]\b|theo đ[eề]|x[eé]t đ|đi[eề]u 1\b|i\.\s|1\.\s|"
    r"n[oơ]i nh[aậ]n",
    re.I,
)
_STATE = re.compile(r"\s*(?:CỘNG H(?:ÒA|OÀ) XÃ HỘI|ĐẢNG CỘNG SẢN VIỆT NAM|Độc lập\s*-)")
_UNTITLED = frozenset({DocumentType.OFFICIAL_LETTER, DocumentType.OPEN_LETTER})
_LAWS = ("Luật", "Pháp lệnh", "Lệnh", "Nghị định", "Thông tư", "Thông tư liên tịch")
_TITLES = frozenset(
    "".join(folded(name).split())
    for name in (*(kind.value for kind in DocumentType if kind not in _UNTITLED), *_LAWS)
)

_Line = Sequence[Piece]
_Found = tuple[str, Piece]


def read_contents(pdf: bytes, *, box: Box | None = None, names: Iterable[str] = ()) -> Contents:
    """Return what *pdf* says of itself; nothing where it cannot be read.

    Args:
        pdf: from anywhere.
        box: of the signature, where it is known.
        names: whom to look for under the signature otherwise.
    """
    with pdfium_lock:
        try:
            document = _Opened(pdf)
            try:
                signer = signature_block(document, box=box, names=names)
                # last: it changes the document in memory
                pages = len(document)
                return replace(_contents(read_head(document)), signer=signer, pages=pages)
            finally:
                document.close()
        except (pdfium.PdfiumError, ValueError, OverflowError, IndexError):
            return NOTHING_READ


class _Opened(pdfium.PdfDocument):  # type: ignore[misc]
    """Loads each page once: that is a third of the work."""

    def get_page(self, index: int) -> pdfium.PdfPage:
        """Return page *index*, from 0."""
        loaded: dict[int, pdfium.PdfPage] = self.__dict__.setdefault("loaded", {})
        if index not in loaded:
            loaded[index] = super().get_page(index)
        return loaded[index]


def _contents(head: Head) -> Contents:
    lines = list(_looked_at(head.lines()))
    numbers = list(_numbers(lines, head.middle))
    if not numbers:
        return Contents(date=_date(lines, head, None))
    row, number, _ = numbers[0]
    agency, date = _agency(lines[:row], head), _date(lines, head, number)
    if agency is NOT_FOUND and date is NOT_FOUND:
        return NOTHING_READ  # a line of some text: a head has one of them at least
    title, subject = _title_and_subject(lines[row + 1 :], number, head)
    return Contents(
        code=_one(head, [(text, piece) for _, piece, text in numbers], code_key),
        date=date,
        agency=agency,
        type_name=title,
        subject=subject,
    )


def _looked_at(lines: Iterable[_Line]) -> Iterator[_Line]:
    """Yield the lines of the head, and of the text no more than shows that it begins."""
    number = None
    for row, line in enumerate(itertools.islice(lines, MOST_LINES)):
        yield line
        if any(_TEXT.match(piece.text) for piece in line):
            return
        if number is None and any(_BEGINS.match(piece.text) for piece in line):
            number = row
        most = MOST_ABOVE_NUMBER if number is None else number + MOST_UNDER_NUMBER
        if row >= most:
            return


def _numbers(lines: Sequence[_Line], middle: float) -> Iterator[tuple[int, Piece, str]]:
    """Yield row, place and text of whatever stands like `Số: 15/QĐ-UBND` at left."""
    for row, line in enumerate(lines):
        for start, first in enumerate(line):
            if first.left > middle or not _BEGINS.match(first.text):
                continue
            for end in range(start + 1, min(start + _MOST_JOINED, len(line)) + 1):
                joined = _joined(line[start:end])
                if match := _NUMBER.match(joined.text):
                    notation = "".join(match["notation"].split())
                    yield row, joined, f"{match['number']}/{notation}"
                    break


def _date(lines: Sequence[_Line], head: Head, number: Piece | None) -> Passage:
    """Return the date on the number's line, else the one near it that stands alone."""
    beside: list[_Found] = []
    alone: list[_Found] = []
    for piece in itertools.chain.from_iterable(lines):
        match = _DATE.search(piece.text)
        if match is None:
            continue
        written = "ngày {day} tháng {month} năm {year}".format_map(match.groupdict())
        if number is not None and abs(piece.baseline - number.baseline) < piece.size:
            beside.append((written, piece))
        elif not _DATE_ALONE.fullmatch(piece.text) or piece.centre < head.middle:
            continue  # a date in the text
        elif number is None or abs(piece.baseline - number.baseline) < _NEAR:
            alone.append((written, piece))
    return _one(head, beside or alone, date_key)


def _agency(above: Sequence[_Line], head: Head) -> Passage:
    """Return the names in capitals above the number, at left."""
    found: list[_Found] = []
    for piece in itertools.chain.from_iterable(above):
        text = _STATE.split(piece.text, maxsplit=1)[0].strip()
        at_left = piece.centre < head.middle or (text and text != piece.text)
        if at_left and text.isupper():
            found.append((text, piece))
    if not found:
        return NOT_FOUND
    places = tuple(head.box(piece) for _, piece in found)
    return Passage(Outcome.FOUND, " ".join(text for text, _ in found), places)


def _title_and_subject(
    under: Sequence[_Line], number: Piece, head: Head
) -> tuple[Passage, Passage]:
    """Return the type's name and the subject, which stand under the number."""
    for row, line in enumerate(under):
        title = _joined(line)
        named = title.text.isupper() and "".join(folded(title.text).split()) in _TITLES
        if named and _is_central(title, head):
            rest = [_joined(other) for other in under[row + 1 :]]
            found = Passage(Outcome.FOUND, title.text, (head.box(title),))
            return found, _passage(head, title, rest, lambda piece: _is_central(piece, head))
    return NOT_FOUND, _about(under, number, head)


def _about(under: Sequence[_Line], number: Piece, head: Head) -> Passage:
    """Return what follows `V/v` under the number of a công văn."""
    at_left = ([piece for piece in line if piece.centre < head.middle] for line in under)
    column = [_joined(line) for line in at_left if line]
    for row, piece in enumerate(column):
        if number.baseline - piece.baseline > _FAR:
            break
        if _ABOUT.match(piece.text):
            return _passage(head, number, column[row:], lambda _: True)
    return NOT_FOUND


def _passage(
    head: Head, above: Piece, pieces: Sequence[Piece], belongs: Callable[[Piece], bool]
) -> Passage:
    """Return the lines of *pieces* up to where something else shows that it begins."""
    taken: list[Piece] = []
    whole = False
    for piece in pieces:
        gap = (taken[-1] if taken else above).baseline - piece.baseline
        usual = _PITCH * piece.size
        if len(taken) > 1:
            usual = _PARAGRAPH * (taken[-2].baseline - taken[-1].baseline)
        capitals = piece.text.isupper() and taken and not taken[0].text.isupper()
        whole = bool(capitals or _TEXT.match(piece.text) or not belongs(piece))
        if whole or gap > (usual if taken else _FAR):
            whole = True
            break
        taken.append(piece)
    if not taken:
        return NOT_FOUND
    text = " ".join(piece.text for piece in taken)
    places = tuple(head.box(piece) for piece in taken)
    return Passage(
        Outcome.FOUND, text[:LONGEST_SUBJECT], places, whole and len(text) <= LONGEST_SUBJECT
    )


def _one(head: Head, found: Sequence[_Found], key: Callable[[str], object]) -> Passage:
    """Return what all that was *found* says, if it is one thing."""
    if not found:
        return NOT_FOUND
    places = tuple(head.box(piece) for _, piece in found)
    if len({key(text) for text, _ in found}) > 1:
        return Passage(Outcome.AMBIGUOUS, "", places)
    return Passage(Outcome.FOUND, found[0][0], places[:1])


def _joined(line: _Line) -> Piece:
    text = " ".join(piece.text for piece in line)
    return replace(line[0], text=text, right=line[-1].right)


def _is_central(piece: Piece, head: Head) -> bool:
    return abs(piece.centre - head.middle) < _OFF_CENTRE
