"""What was appended to a signed PDF must be written so that every program reads the same.

Standard: ISO 32000-2, 7.5.4 (cross-reference table), 7.5.6 (incremental updates), 7.5.8
(cross-reference streams). Whoever appends to a signed file may write it so oddly that the
library overlooks what common viewers show: an end mark in small letters, one object listed
twice, an entry of unknown type. Difference analysis sees nothing then. So from the end of
the first signature on every byte must be accounted for: objects where the cross-reference
section says they are, the section, its pointer, the end mark, and nothing else.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pyhanko.pdf_utils.generic import Reference
from pyhanko.pdf_utils.misc import pair_iter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.xref import XRefSectionMetaInfo, XRefSectionType

_FILLER = rb"(?:[\x00\t\n\f\r ]|%(?!%EOF)[^\r\n]*[\r\n])*"
_BLANK = rb"[\x00\t\n\f\r ]*"
_END_OF_LINE = rb"(?:\r\n|\n|\r)"
_ENTRY = re.compile(rb"(\d{10}) (\d{5}) ([nf])(?: \r| \n|\r\n)")
_ENTRY_LENGTH = 20
_SUBSECTION = re.compile(rb"(\d{1,10}) (\d{1,7}) ?" + _END_OF_LINE)
_TABLE = re.compile(rb"xref ?" + _END_OF_LINE)
_SIZE = re.compile(rb"/Size" + _BLANK + rb"(\d{1,10})")
_TRAILER = re.compile(rb"trailer" + _BLANK)
_OBJECT = re.compile(rb"(\d{1,10})[\t\n\f\r ]+(\d{1,5})[\t\n\f\r ]+obj(?![A-Za-z0-9])")
_AFTER_OBJECT = re.compile(rb"endobj" + _FILLER)
_ONLY_FILLER = re.compile(_FILLER)
_ONLY_BLANK = re.compile(_BLANK)
_END_MARK = re.compile(
    _FILLER + rb"startxref[\t ]*" + _END_OF_LINE + rb"(\d{1,10})[\t ]*" + _END_OF_LINE + rb"%%EOF"
)
_AFTER_STREAM = re.compile(_BLANK + rb"endobj")
_ESCAPED_NAME = re.compile(rb"/[^\x00\t\n\f\r ()<>\[\]{}/%#]*#")
_ONCE = (b"/Root", b"/Prev", b"/Size", b"/Index", b"/W", b"/Type")
_FREE, _IN_USE, _PACKED = 0, 1, 2


class Irregular(ValueError):
    """The argument says what is not as ISO 32000-2 has it."""


class _Entry(NamedTuple):
    number: int
    kind: int
    """0 free, 1 at an offset, 2 in an object stream."""
    offset: int
    generation: int


def irregularity(pdf: bytes, reader: PdfFileReader, start: int) -> str:
    """Return what is odd about the bytes of *pdf* from *start* on; empty when nothing is.

    *start* is the end of the first signature's byte range.
    """
    if start >= len(pdf):
        return ""
    try:
        _check(pdf, reader, start)
    except Exception as fault:  # whatever cannot be followed is not regular
        return str(fault) if isinstance(fault, Irregular) else type(fault).__name__
    return ""


def _check(pdf: bytes, reader: PdfFileReader, start: int) -> None:
    at = start
    for section in _sections(reader):
        if section.declared_startxref < start:
            continue
        where = section.declared_startxref
        if section.xref_section_type is XRefSectionType.STANDARD:
            entries, end = _table(pdf, where, section.end_location)
        elif section.xref_section_type is XRefSectionType.STREAM:
            entries, end = _stream(pdf, reader, section)
        else:
            raise Irregular("hybrid cross-references")
        _check_numbers(entries)
        _check_objects(pdf, at, where, entries)
        at = _end_mark(pdf, end, where)
        if not reader.strict:
            _read_strictly(reader, entries)
    if _ONLY_BLANK.fullmatch(pdf, at) is None:
        raise Irregular("bytes after the last end mark")


def _sections(reader: PdfFileReader) -> Iterator[XRefSectionMetaInfo]:
    for revision in range(reader.xrefs.total_revisions):
        yield reader.xrefs.get_xref_container_info(revision)


def _table(pdf: bytes, at: int, end: int) -> tuple[list[_Entry], int]:
    """Return a table's entries and where its trailer ends."""
    at = _matched(_TABLE, pdf, at).end()
    entries: list[_Entry] = []
    while (subsection := _SUBSECTION.match(pdf, at)) is not None:
        first, count = int(subsection[1]), int(subsection[2])
        at = subsection.end()
        for number in range(first, first + count):
            entry = _matched(_ENTRY, pdf, at)
            kind = _IN_USE if entry[3] == b"n" else _FREE
            entries.append(_Entry(number, kind, int(entry[1]), int(entry[2])))
            at += _ENTRY_LENGTH
    if _matched(_TRAILER, pdf, at).end() != end:
        raise Irregular("trailer")
    closed = pdf.find(b"startxref", end)
    trailer = pdf[end:closed]
    _check_dictionary(trailer)
    if not trailer.startswith(b"<<") or b"obj" in trailer or b"/XRefStm" in trailer:
        raise Irregular("trailer")
    size = _SIZE.search(trailer)
    _check_size(entries, int(size[1]) if size is not None else 0)
    return entries, end + trailer.rindex(b">>") + 2


def _stream(
    pdf: bytes, reader: PdfFileReader, section: XRefSectionMetaInfo
) -> tuple[list[_Entry], int]:
    """Return a cross-reference stream's entries and where its object ends."""
    at, reference = section.declared_startxref, section.stream_ref
    head = _matched(_OBJECT, pdf, at)
    if reference is None or (int(head[1]), int(head[2])) != (reference.idnum, 0):
        raise Irregular("cross-reference stream")
    _check_dictionary(pdf[at : pdf.index(b"stream", at)])
    content = reader.get_object(reference, transparent_decrypt=False)
    size = int(content["/Size"])
    widths = [int(width) for width in content["/W"]]
    index = [int(value) for value in content.get("/Index", (0, size))]
    data, width = content.data, sum(widths)
    if len(widths) != 3 or len(data) != sum(index[1::2]) * width:
        raise Irregular("cross-reference stream")
    numbers = [n for first, count in pair_iter(index) for n in range(first, first + count)]
    entries = [
        _unpacked(number, data[place : place + width], widths)
        for number, place in zip(numbers, range(0, len(data), width or 1), strict=True)
    ]
    _check_size(entries, size)
    return entries, _matched(_AFTER_STREAM, pdf, section.end_location).end()


def _unpacked(number: int, data: bytes, widths: list[int]) -> _Entry:
    first, second = widths[0], widths[0] + widths[1]
    kind = int.from_bytes(data[:first], "big") if first else _IN_USE
    if kind not in (_FREE, _IN_USE, _PACKED):
        raise Irregular(f"entry of type {kind}")
    offset = int.from_bytes(data[first:second], "big")
    return _Entry(number, kind, offset, int.from_bytes(data[second:], "big"))


def _check_dictionary(text: bytes) -> None:
    """Refuse keys given twice, or spelt so that only some programs know them."""
    if _ESCAPED_NAME.search(text) or any(text.count(key) > 1 for key in _ONCE):
        raise Irregular("trailer")


def _check_size(entries: Iterable[_Entry], size: int) -> None:
    """Refuse objects beyond the size that is given: some programs leave them out."""
    if any(entry.number >= size for entry in entries):
        raise Irregular(f"objects beyond /Size {size}")


def _check_numbers(entries: Iterable[_Entry]) -> None:
    seen: set[int] = set()
    for entry in entries:
        if entry.number in seen:
            raise Irregular(f"object {entry.number} listed twice")
        seen.add(entry.number)


def _check_objects(pdf: bytes, start: int, end: int, entries: Iterable[_Entry]) -> None:
    """Refuse anything between *start* and *end* but the objects that *entries* name."""
    placed = sorted(e for e in ((x.offset, x) for x in entries if x.kind == _IN_USE))
    places = [(offset, entry) for offset, entry in placed if offset != end]
    limits = [offset for offset, _ in places[1:]] + [end]
    if _ONLY_FILLER.fullmatch(pdf, start, places[0][0] if places else end) is None:
        raise Irregular("bytes outside of any object")
    for (offset, entry), limit in zip(places, limits, strict=True):
        head = _matched(_OBJECT, pdf, offset)
        if (int(head[1]), int(head[2])) != (entry.number, entry.generation):
            raise Irregular(f"object {entry.number} is another one")
        last = pdf.rfind(b"endobj", offset, limit)
        if last < 0 or _AFTER_OBJECT.fullmatch(pdf, last, limit) is None:
            raise Irregular(f"object {entry.number} does not end")


def _end_mark(pdf: bytes, at: int, declared: int) -> int:
    mark = _matched(_END_MARK, pdf, at)
    if int(mark[1]) != declared:
        raise Irregular("startxref")
    return mark.end()


def _read_strictly(reader: PdfFileReader, entries: Iterable[_Entry]) -> None:
    """Read the objects by the strict rules: of a key given twice viewers take the other one."""
    reader.strict = True
    try:
        for entry in entries:
            if entry.kind != _FREE:
                generation = entry.generation if entry.kind == _IN_USE else 0
                reader.get_object(Reference(entry.number, generation, reader))
    finally:
        reader.strict = False


def _matched(pattern: re.Pattern[bytes], pdf: bytes, at: int) -> re.Match[bytes]:
    match = pattern.match(pdf, at)
    if match is None:
        raise Irregular(f"at byte {at}")
    return match
