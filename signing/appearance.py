"""What people see in the fields: images of signature and seal, printed number and date.

Standards: ISO 32000-1, 8.9.5 (images with soft masks), 12.5.5 (appearance
streams), 12.7.3.3 (variable text). Decree 30/2020, Appendix I, Part I: number
and date in size 13, black; the leader's signature blue, the seal red.
"""

import io
import zlib
from dataclasses import dataclass, field
from typing import Self

from PIL import Image
from pyhanko.pdf_utils.generic import DictionaryObject, IndirectObject, PdfObject, StreamObject
from pyhanko.pdf_utils.writer import BasePdfFileWriter

from documents.boxes import BASELINE, LEAST_SEAL, NUMBER
from signing.errors import StampUnreadable, TextUnprintable
from signing.font import CHARACTERS, FIRST, LAST, DigitsFont
from signing.objects import dictionary, name, numbers

LARGEST_IMAGE = 16_000_000
"""Pixels; a 40 mm seal at 300 dpi has 223,000."""

_NONSYMBOLIC, _ITALIC = 32, 64
"""Font flags (ISO 32000-1, table 123)."""
_DEVICE = {1: "/DeviceGray", 3: "/DeviceRGB"}


@dataclass(frozen=True, slots=True)
class Stamp:
    """An image of a signature or seal, encoded once and kept for the process."""

    width: int
    """Pixels."""
    height: int
    colours: bytes = field(repr=False)
    """RGB, 8 bits, zlib."""
    opacity: bytes = field(repr=False)
    """The soft mask: gray, 8 bits, zlib."""
    dots_per_inch: float = 0.0
    """What the file says of its own size; 0 when it says nothing."""

    @classmethod
    def from_png(cls, png: bytes) -> Self:
        """Decode a PNG, transparent or not.

        Raises:
            StampUnreadable: not a PNG, or too large.
        """
        try:
            file = Image.open(io.BytesIO(png), formats=("PNG",))
            if file.width * file.height > LARGEST_IMAGE:
                raise StampUnreadable(f"{file.width} × {file.height}")
            image = file.convert("RGBA")
        except (OSError, ValueError, SyntaxError, Warning, Image.DecompressionBombError) as fault:
            raise StampUnreadable(type(fault).__name__) from fault
        return cls(
            image.width,
            image.height,
            zlib.compress(image.convert("RGB").tobytes(), 9),
            zlib.compress(image.getchannel("A").tobytes(), 9),
            _resolution(file),
        )

    @property
    def real_width(self) -> float:
        """The width on paper that the file claims, in PDF points; 0 when it claims none."""
        return self.width * 72 / self.dots_per_inch if self.dots_per_inch else 0.0


@dataclass(frozen=True, slots=True)
class Frame:
    """The visible rectangle of a field: upright width and height in points."""

    width: float
    height: float
    turn: int = 0
    """Degrees counterclockwise that the page's /Rotate makes necessary: 0, 90, 180 or 270."""

    def form(self, content: bytes, resources: dict[str, PdfObject | str | int]) -> StreamObject:
        """Return *content* as a form XObject that fills the field upright."""
        matrix = {0: (1, 0, 0, 1), 90: (0, 1, -1, 0), 180: (-1, 0, 0, -1), 270: (0, -1, 1, 0)}
        return StreamObject(
            dictionary(
                {
                    "Type": "/XObject",
                    "Subtype": "/Form",
                    "BBox": numbers(0, 0, self.width, self.height),
                    "Matrix": numbers(*matrix[self.turn], 0, 0),
                    "Resources": dictionary(resources),
                }
            ),
            stream_data=content,
        )


def draw_seal(writer: BasePdfFileWriter, frame: Frame, stamp: Stamp) -> IndirectObject:
    """Add a seal's image at its real size, its right edge at *frame*'s; return the reference.

    An image that does not say its size, or one that no seal has, fills *frame*.
    """
    scale = min(frame.width / stamp.width, frame.height / stamp.height)
    if LEAST_SEAL <= stamp.real_width < stamp.width * scale:
        scale = stamp.real_width / stamp.width
    return _drawn(writer, frame, stamp, scale, frame.width - stamp.width * scale)


def draw_stamp(writer: BasePdfFileWriter, frame: Frame, stamp: Stamp) -> IndirectObject:
    """Add *stamp*, as large as *frame* allows and centred; return the appearance's reference."""
    scale = min(frame.width / stamp.width, frame.height / stamp.height)
    return _drawn(writer, frame, stamp, scale, (frame.width - stamp.width * scale) / 2)


def _drawn(
    writer: BasePdfFileWriter, frame: Frame, stamp: Stamp, scale: float, left: float
) -> IndirectObject:
    mask = writer.add_object(_image(stamp, 1, stamp.opacity))
    colours = _image(stamp, 3, stamp.colours)
    colours[name("SMask")] = mask
    image = writer.add_object(colours)
    width, height = stamp.width * scale, stamp.height * scale
    bottom = (frame.height - height) / 2
    content = b"q %f 0 0 %f %f %f cm /I Do Q" % (width, height, left, bottom)
    return writer.add_object(frame.form(content, {"XObject": dictionary({"I": image})}))


def ensure_printable(text: str, where: str) -> None:
    """Return if the digits' font has every character of *text*.

    Raises:
        TextUnprintable: it has not, or there is nothing to print.
    """
    if not text or not set(text) <= set(CHARACTERS):
        raise TextUnprintable(text, where)


class EmbeddedFont:
    """The digits' font *font* in one file, ready to draw with."""

    def __init__(self, writer: BasePdfFileWriter, font: DigitsFont) -> None:
        self._writer = writer
        self._font = font
        self._reference = writer.add_object(_simple_font(writer, font))

    def draw(self, frame: Frame, text: str) -> IndirectObject:
        """Add *text* (CHARACTERS only), centred, narrowed if too wide; return the reference."""
        width = self._font.width(text, NUMBER.text_size)
        squeeze = min(1.0, frame.width / width) if width else 1.0
        left = (frame.width - width * squeeze) / 2
        content = b"/Tx BMC q BT /D %g Tf 0 g %f Tz %f %g Td (%s) Tj ET Q EMC" % (
            NUMBER.text_size,
            squeeze * 100,
            left,
            BASELINE,
            text.encode("ascii"),
        )
        return self._writer.add_object(
            frame.form(content, {"Font": dictionary({"D": self._reference})})
        )


def _resolution(file: Image.Image) -> float:
    """Return the dots per inch that a PNG claims (pHYs), the same both ways; else 0."""
    across, down = file.info.get("dpi", (0.0, 0.0))
    return float(across) if across > 1 and abs(across - down) < 1 else 0.0


def _simple_font(writer: BasePdfFileWriter, font: DigitsFont) -> DictionaryObject:
    name = "/CVDIGI+LiberationSerif" + ("-Italic" if font.slant else "")
    file = StreamObject(
        dictionary({"Length1": font.length, "Filter": "/FlateDecode"}),
        encoded_data=font.compressed,
    )
    descriptor = dictionary(
        {
            "Type": "/FontDescriptor",
            "FontName": name,
            "Flags": _NONSYMBOLIC | (_ITALIC if font.slant else 0),
            "FontBBox": numbers(*font.bounds),
            "ItalicAngle": font.slant,
            "Ascent": font.ascent,
            "Descent": font.descent,
            "CapHeight": 662,
            "StemV": 80,
            "FontFile2": writer.add_object(file),
        }
    )
    return dictionary(
        {
            "Type": "/Font",
            "Subtype": "/TrueType",
            "BaseFont": name,
            "FirstChar": FIRST,
            "LastChar": LAST,
            "Widths": numbers(*font.widths),
            "Encoding": "/WinAnsiEncoding",
            "FontDescriptor": writer.add_object(descriptor),
        }
    )


def _image(stamp: Stamp, channels: int, data: bytes) -> StreamObject:
    return StreamObject(
        dictionary(
            {
                "Type": "/XObject",
                "Subtype": "/Image",
                "Width": stamp.width,
                "Height": stamp.height,
                "BitsPerComponent": 8,
                "ColorSpace": _DEVICE[channels],
                "Filter": "/FlateDecode",
            }
        ),
        encoded_data=data,
    )
