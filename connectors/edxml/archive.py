"""Takes the one file out of the ZIP that the national SDK wraps around it (axis.md §4.4).

Only an archive of exactly one plain entry is opened, once, and never beyond the
limits: size, ratio, size of the directory. Anything else stays as it came.
"""

import struct
import zipfile
import zlib
from typing import IO

from connectors.edxml.filename import extension
from connectors.edxml.spool import Spool
from connectors.errors import EnvelopeTooLarge

ZIP_BASED = frozenset(
    {"zip", "docx", "docm", "xlsx", "xlsm", "pptx", "pptm", "odt", "ods", "odp", "odg", "epub"}
    | {"jar", "ofd", "asice", "kmz"}
)
"""Extensions of files that are ZIP archives themselves."""

RATIO = 200
"""Most bytes out of one byte in, counted above `RATIO_FROM`; text compresses some 20 to 1."""
RATIO_FROM = 16 << 20
"""Bytes; below it, no ratio can hurt."""

_END = struct.Struct("<4s4H2LH")
_DIRECTORY = 64 << 10
"""Most bytes of a directory with one entry."""
_ENCRYPTED = 1
_CHUNK = 1 << 18
_READABLE = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}


class ArchiveDamaged(ValueError):
    """A ZIP that should give one file does not."""


def entries(file: IO[bytes], size: int) -> int:
    """Return how many entries a ZIP of *size* bytes says it has; -1 when it does not say.

    Reads the end record only, so a directory of a million entries costs nothing.
    """
    start = max(0, size - _END.size - 0xFFFF)
    file.seek(start)
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size:
        return -1
    _, _, _, _, total, directory, _, _ = _END.unpack_from(tail, at)
    return int(total) if directory <= _DIRECTORY or total != 1 else -1


def unwrapped(packed: Spool, name: str, limit: int) -> Spool | None:
    """Return the only entry of *packed*, or None when it is to be kept as it came.

    *name* is the attachment's; a file that is a ZIP by its name is opened only when its one
    entry has the same extension (`<uuid>.docx` around a .docx) and is no .zip.

    Raises:
        ArchiveDamaged: there is one entry and it cannot be read.
        EnvelopeTooLarge: more than *limit* bytes come out, or far more than went in.
    """
    kind = extension(name)
    count = entries(packed.open(), packed.size)
    if kind == "zip" or count not in (1, -1) or (count < 0 and kind in ZIP_BASED):
        return None
    if count < 0:
        raise ArchiveDamaged("tệp ZIP bị cụt / ZIP without its end record")
    try:
        with zipfile.ZipFile(packed.open()) as archive:
            (entry,) = archive.infolist()
            if entry.flag_bits & _ENCRYPTED or entry.compress_type not in _READABLE:
                return None
            if kind in ZIP_BASED and extension(entry.filename) != kind:
                return None
            with archive.open(entry) as source:
                return _taken(source, packed.size, limit)
    except (
        zipfile.BadZipFile,
        zlib.error,
        struct.error,
        ValueError,
        EOFError,
        OSError,
        RuntimeError,
    ) as error:
        raise ArchiveDamaged(str(error) or type(error).__name__) from None


def _taken(source: IO[bytes], packed_size: int, limit: int) -> Spool:
    content = Spool(limit)
    while piece := source.read(_CHUNK):
        content.write(piece)
        if content.size > max(RATIO_FROM, RATIO * packed_size):
            raise EnvelopeTooLarge(f"ZIP > {RATIO}:1")
    return content
