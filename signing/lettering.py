"""Vietnamese text in a signature's place: Liberation Serif, all its Vietnamese letters embedded.

Legal source: Decree 30/2020/ND-CP, Appendix I, Part I, I.3 and II.8b (Times New
Roman, Unicode TCVN 6909:2001, upright, black). Standard: ISO 32000-1, 9.7 (composite
fonts), 9.10.3 (ToUnicode). Subset once per process: 15 kB in a file, 1 ms to add.
"""

import unicodedata
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from pyhanko.pdf_utils.generic import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    NumberObject,
    StreamObject,
)
from pyhanko.pdf_utils.writer import BasePdfFileWriter

from signing.appearance import Frame
from signing.font import UPRIGHT, subset_of
from signing.objects import Value, dictionary, numbers, text

_NAME = "/CVTEXT+LiberationSerif"
_SYMBOLIC = 4
_TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
_VOWELS = "aăâeêioôơuưy"
_LETTERS = "đ" + "".join(unicodedata.normalize("NFC", v + t) for v in _VOWELS for t in _TONES)
CHARACTERS = (
    "".join(map(chr, range(ord(" "), ord("~") + 1))) + _LETTERS + _LETTERS.upper() + "–—‘’“”…«»·°§"
)
UNKNOWN = "?"
"""Stands for a character that no Vietnamese text has, so that the loss is seen."""


@dataclass(frozen=True, slots=True)
class TextFont:
    """A composite font (Identity-H) with the glyphs of CHARACTERS."""

    compressed: bytes = field(repr=False)
    """The font file, zlib."""
    length: int
    """Bytes of the font file before compression."""
    glyphs: dict[str, int] = field(repr=False)
    """Glyph by character."""
    widths: tuple[int, ...] = field(repr=False)
    """Thousandths of the size, by glyph."""
    ascent: int
    descent: int
    bounds: tuple[int, int, int, int]
    to_unicode: bytes = field(repr=False)
    """The CMap, zlib."""

    def shown(self, words: str) -> str:
        """Return *words* in NFC on one line, what the font lacks as UNKNOWN."""
        composed = " ".join(unicodedata.normalize("NFC", words).split())
        return "".join(c if c in self.glyphs else UNKNOWN for c in composed)

    def width(self, words: str, size: float) -> float:
        """Return the width of `shown` text in PDF points at *size*."""
        return sum(self.widths[self.glyphs[c]] for c in words) * size / 1000

    def encoded(self, words: str) -> bytes:
        """Return `shown` text as a PDF hexadecimal string."""
        return b"<" + b"".join(b"%04X" % self.glyphs[c] for c in words) + b">"

    def wrapped(self, words: str, size: float, room: float) -> list[str]:
        """Return *words* broken into lines no wider than *room*, unless one word is."""
        broken: list[str] = []
        for word in self.shown(words).split(" "):
            longer = f"{broken[-1]} {word}" if broken else word
            if broken and self.width(longer, size) <= room:
                broken[-1] = longer
            else:
                broken.append(word)
        return broken


@cache
def text_font() -> TextFont:
    """Return the font, read and subset at the first call (60 ms).

    Raises:
        FontMissing: Liberation Serif is not installed, or broken.
    """
    font, data = subset_of(UPRIGHT, CHARACTERS, hinting=False)
    head, order, metrics = font["head"], font.getGlyphOrder(), font["hmtx"]

    def scaled(units: int) -> int:
        return round(units * 1000 / int(head.unitsPerEm))

    places = {glyph: place for place, glyph in enumerate(order)}
    glyphs = {chr(code): places[glyph] for code, glyph in font.getBestCmap().items()}
    return TextFont(
        zlib.compress(data, 9),
        len(data),
        glyphs,
        tuple(scaled(metrics[glyph][0]) for glyph in order),
        scaled(font["hhea"].ascent),
        scaled(font["hhea"].descent),
        (scaled(head.xMin), scaled(head.yMin), scaled(head.xMax), scaled(head.yMax)),
        zlib.compress(_to_unicode(glyphs), 9),
    )


def draw_lines(
    writer: BasePdfFileWriter, frame: Frame, lines: Sequence[str], size: float, leading: float
) -> IndirectObject:
    """Add *lines*, flush right from the top of *frame*; return the appearance's reference.

    A line that is too wide is narrowed. Lengths are PDF points.
    """
    font = text_font()
    content = [b"/Tx BMC q BT 0 g /T %g Tf" % size]
    y = frame.height - leading + (leading - size) / 2 + 0.1 * size
    for line in map(font.shown, lines):
        width = font.width(line, size)
        squeeze = min(1.0, frame.width / width) if width else 1.0
        left = frame.width - width * squeeze
        content.append(
            b"%.3f Tz 1 0 0 1 %.2f %.2f Tm %s Tj" % (squeeze * 100, left, y, font.encoded(line))
        )
        y -= leading
    content.append(b"ET Q EMC")
    resources = {"Font": dictionary({"T": writer.add_object(_embedded(writer, font))})}
    return writer.add_object(frame.form(b"\n".join(content), {**resources}))


def _embedded(writer: BasePdfFileWriter, font: TextFont) -> DictionaryObject:
    file = StreamObject(
        dictionary({"Length1": font.length, "Filter": "/FlateDecode"}),
        encoded_data=font.compressed,
    )
    descriptor = dictionary(
        {
            "Type": "/FontDescriptor",
            "FontName": _NAME,
            "Flags": _SYMBOLIC,
            "FontBBox": numbers(*font.bounds),
            "ItalicAngle": 0,
            "Ascent": font.ascent,
            "Descent": font.descent,
            "CapHeight": 662,
            "StemV": 80,
            "FontFile2": writer.add_object(file),
        }
    )
    system: dict[str, Value] = {
        "Registry": text("Adobe"),
        "Ordering": text("Identity"),
        "Supplement": 0,
    }
    widths = ArrayObject([NumberObject(0), ArrayObject(map(NumberObject, font.widths))])
    descendant = dictionary(
        {
            "Type": "/Font",
            "Subtype": "/CIDFontType2",
            "BaseFont": _NAME,
            "CIDSystemInfo": dictionary(system),
            "FontDescriptor": writer.add_object(descriptor),
            "W": widths,
            "CIDToGIDMap": "/Identity",
        }
    )
    meaning = StreamObject(dictionary({"Filter": "/FlateDecode"}), encoded_data=font.to_unicode)
    return dictionary(
        {
            "Type": "/Font",
            "Subtype": "/Type0",
            "BaseFont": _NAME,
            "Encoding": "/Identity-H",
            "DescendantFonts": ArrayObject([writer.add_object(descendant)]),
            "ToUnicode": writer.add_object(meaning),
        }
    )


def _to_unicode(glyphs: dict[str, int]) -> bytes:
    """Return the CMap by which programs read the text (ISO 32000-1, 9.10.3)."""
    pairs = [b"<%04X> <%04X>" % (glyph, ord(letter)) for letter, glyph in sorted(glyphs.items())]
    blocks = [pairs[start : start + 100] for start in range(0, len(pairs), 100)]
    mapped = [b"%d beginbfchar\n%s\nendbfchar" % (len(b), b"\n".join(b)) for b in blocks]
    return b"\n".join(
        (
            b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
            b"/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
            b"/CMapName /Adobe-Identity-UCS def /CMapType 2 def",
            b"1 begincodespacerange <0000> <FFFF> endcodespacerange",
            *mapped,
            b"endcmap CMapName currentdict /CMap defineresource pop end end",
        )
    )
