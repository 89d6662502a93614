"""What a forger needs: reads a signed file's objects and appends well-formed revisions to it.

Standard: ISO 32000-2, 7.5.6 (incremental updates). The revisions are written as the standard
wants them, so that nothing but their content can be refused.
"""

import io
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pikepdf

FORGED = b"FORGED"
EVIL = b"q 1 1 1 rg 60 700 480 90 re f Q BT /F1 20 Tf 95 735 Td (FORGED) Tj ET"
"""Page content that hides the number's line under white and says something else there."""

HELVETICA = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"


def stream(content: bytes, entries: bytes = b"") -> bytes:
    """Return a stream object without filters."""
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (entries, len(content), content)


def form(content: bytes, width: int, height: int, entries: bytes = b"") -> bytes:
    """Return a form XObject, an appearance, that shows *content*; its font is /F1."""
    box = b"/BBox[0 0 %d %d]" % (width, height)
    fonts = b"/Resources<</Font<</F1 %s>>>>" % HELVETICA
    return stream(content, b"/Type/XObject/Subtype/Form" + box + fonts + entries)


COVER = form(b"1 1 1 rg 0 0 480 90 re f 0 g BT /F1 20 Tf 35 35 Td (FORGED) Tj ET", 480, 90)
"""An appearance that covers the number's line, drawn at OVER."""
OVER = b"[60 700 540 790]"


@dataclass(frozen=True)
class Victim:
    """A file and what its newest revision holds."""

    pdf: bytes

    @cached_property
    def _parsed(self) -> pikepdf.Pdf:
        return pikepdf.open(io.BytesIO(self.pdf))

    @cached_property
    def size(self) -> int:
        """The first free object number."""
        return int(self._parsed.trailer["/Size"])

    @cached_property
    def root(self) -> int:
        """The catalog's object number."""
        return int(self._parsed.trailer["/Root"].objgen[0])

    @cached_property
    def newest(self) -> int:
        """Where the newest cross-reference section stands."""
        return int(re.findall(rb"startxref\s+(\d+)", self.pdf)[-1])

    def at(self, *path: str | int) -> Any:
        """Return the object at *path* from the catalog."""
        found: Any = self._parsed.Root
        for step in path:
            found = found[step]
        return found

    def number(self, *path: str | int) -> int:
        """Return the number of the indirect object at *path* from the catalog."""
        return int(self.at(*path).objgen[0])

    def field(self, name: str) -> Any:
        """Return the form's top-level field *name*."""
        return next(f for f in self.at("/AcroForm", "/Fields") if str(f["/T"]) == name)

    def text(self, thing: Any, **changes: bytes | None) -> bytes:
        """Return the dictionary *thing* as bytes, with entries set, or taken out by None."""
        entries = {key: _written(value) for key, value in thing.items()}
        for key, value in changes.items():
            entries.pop("/" + key, None)
            if value is not None:
                entries["/" + key] = value
        return b"<<" + b"".join(b"%s %s " % (k.encode(), v) for k, v in entries.items()) + b">>"

    def appended(
        self,
        objects: Mapping[int, bytes],
        *,
        packed: Mapping[int, bytes] | None = None,
        freed: tuple[int, ...] = (),
        trailer: bytes = b"",
    ) -> bytes:
        """Return the file with one more revision that defines *objects* by number.

        *packed* go into an object stream, which asks for a cross-reference stream.
        """
        out = bytearray(self.pdf if self.pdf.endswith(b"\n") else self.pdf + b"\n")
        everything, inside = dict(objects), dict(packed or {})
        size = max([self.size - 1, *everything, *inside]) + 1
        if inside:
            everything[size] = _object_stream(inside)
        places = {}
        for number, body in sorted(everything.items()):
            places[number] = len(out)
            out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
        facts = b"/Root %d 0 R/Prev %d" % (self.root, self.newest) + (trailer or self._identifier)
        where = len(out)
        if inside:
            out += self._section(places, size, tuple(inside), facts, where)
        else:
            out += b"xref\n" + b"".join(b"%d 1\n0000000000 00001 f \n" % n for n in freed)
            out += b"".join(b"%d 1\n%010d 00000 n \n" % place for place in places.items())
            out += b"trailer\n<</Size %d%s>>\n" % (size, facts)
        return bytes(out) + b"startxref\n%d\n%%%%EOF\n" % where

    @cached_property
    def _identifier(self) -> bytes:
        pair = self._parsed.trailer.get("/ID")
        return b"/ID" + pair.unparse() if pair is not None else b""

    @staticmethod
    def _section(
        places: Mapping[int, int], size: int, inside: tuple[int, ...], facts: bytes, where: int
    ) -> bytes:
        """Return a cross-reference stream; the object stream is number *size*."""
        entries = {n: (1, offset, 0) for n, offset in places.items()}
        entries |= {n: (2, size, i) for i, n in enumerate(inside)} | {size + 1: (1, where, 0)}
        data = b"".join(
            bytes([kind]) + second.to_bytes(4, "big") + third.to_bytes(2, "big")
            for _, (kind, second, third) in sorted(entries.items())
        )
        index = b" ".join(b"%d 1" % n for n in sorted(entries))
        head = b"/Type/XRef/Size %d/W[1 4 2]/Index[%s]" % (size + 2, index)
        return b"%d 0 obj\n%s\nendobj\n" % (size + 1, stream(data, head + facts))

    def spliced(self, old: bytes, new: bytes, *, last: bool = False) -> bytes:
        """Return the file with *old* overwritten by *new*, which is padded to its length."""
        assert len(new) <= len(old)
        at = self.pdf.rindex(old) if last else self.pdf.index(old)
        return self.pdf[:at] + new.ljust(len(old)) + self.pdf[at + len(old) :]


def _written(value: Any) -> bytes:
    if isinstance(value, pikepdf.Object):
        if value.is_indirect:
            return b"%d %d R" % value.objgen
        return bytes(value.unparse())
    return str(value).lower().encode()  # a number or a truth value


def _object_stream(objects: Mapping[int, bytes]) -> bytes:
    heads, at = [], 0
    for number, body in objects.items():
        heads.append(b"%d %d" % (number, at))
        at += len(body) + 1
    first = b" ".join(heads) + b" "
    content = first + b" ".join(objects.values())
    return stream(content, b"/Type/ObjStm/N %d/First %d" % (len(objects), len(first)))


def shown_text(pdf: bytes, folder: Path) -> bytes:
    """Return the text that poppler shows, as viewers built on it do."""
    path = folder / "shown.pdf"
    path.write_bytes(pdf)
    return subprocess.run(["pdftotext", str(path), "-"], capture_output=True, check=False).stdout


def picture(pdf: bytes, folder: Path, tool: str = "mutool") -> bytes:
    """Return the pages as pixels, 36 per inch, by mupdf or poppler."""
    path = folder / "shown.pdf"
    path.write_bytes(pdf)
    command = {
        "mutool": ["mutool", "draw", "-q", "-r", "36", "-F", "ppm", "-o", "-", str(path)],
        "pdftoppm": ["pdftoppm", "-r", "36", str(path)],
    }
    return subprocess.run(command[tool], capture_output=True, check=False).stdout


def pdfsig(pdf: bytes, folder: Path) -> bytes:
    """Return what poppler's verifier says about the signatures; it knows no root."""
    path = folder / "shown.pdf"
    path.write_bytes(pdf)
    command = ["pdfsig", "-nocert", str(path)]
    return subprocess.run(command, capture_output=True, check=False).stdout
