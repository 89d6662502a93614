"""Reads a bundle that a stranger brings: nothing is unpacked, nothing is believed.

Standard: PKWARE APPNOTE 6.3. Only what `bundle.py` writes is read: files one after the other
without a gap, plain names, no second way to read the same bytes. Whatever else a ZIP can be
(ZIP64, encryption, links, overlapping files, data before or behind) is refused.
"""

import hashlib
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from zipfile import ZipFile, ZipInfo

from workflows.bundle_manifest import LARGEST_MANIFEST, MOST_FILES, NAME, BundleBroken, FileEntry

LARGEST_BUNDLE = 2 << 30
"""Bytes of the ZIP."""
LARGEST_FILE = 1 << 30
LARGEST_WHOLE = 4 << 30
"""Bytes of all files unpacked."""
LARGEST_READ = 256 << 20
"""Bytes of one file that is read into memory."""
_MOST_RATIO = 400
"""By which all files together may shrink; a bomb's ratio is a thousand."""
_SMALL = 64 << 20
"""Bytes up to which nobody asks how well they were packed."""
_CHUNK = 1 << 20
_END = struct.Struct("<4s4H2LH")
_LOCAL = struct.Struct("<4s5H3L2H")
_NAMED = re.compile(NAME)


class BundleReader:
    """One open bundle."""

    def __init__(self, file: IO[bytes], archive: ZipFile, entries: dict[str, ZipInfo]) -> None:
        self._file = file
        self._archive = archive
        self._entries = entries

    @property
    def names(self) -> frozenset[str]:
        """Return the names of all files."""
        return frozenset(self._entries)

    def read(self, name: str, most: int = LARGEST_READ) -> bytes:
        """Return one file's content.

        Raises:
            BundleBroken: there is none, it has over *most* bytes, or it is damaged.
        """
        info = self._entries.get(name)
        if info is None:
            raise BundleBroken(f"thiếu / missing {name}"[:200])
        if info.file_size > most:
            raise BundleBroken(f"{name}: {info.file_size} bytes")
        return b"".join(self._chunks(info))

    def digest(self, name: str) -> FileEntry:
        """Return one file's digest and size, read piece by piece.

        Raises:
            BundleBroken: it is damaged.
        """
        digest, size = hashlib.sha256(), 0
        for chunk in self._chunks(self._entries[name]):
            digest.update(chunk)
            size += len(chunk)
        return FileEntry(sha256=digest.hexdigest(), size=size)

    def _chunks(self, info: ZipInfo) -> Iterator[bytes]:
        left = info.file_size
        try:
            with self._archive.open(info) as opened:
                while chunk := opened.read(_CHUNK):
                    left -= len(chunk)
                    if left < 0:
                        raise BundleBroken(f"{info.filename}: dài hơn đã ghi / longer than said")
                    yield chunk
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError) as error:
            raise BundleBroken(f"{info.filename}: {error}"[:200]) from None
        if left:
            raise BundleBroken(f"{info.filename}: ngắn hơn đã ghi / shorter than said")


@contextmanager
def reading(path: Path) -> Iterator[BundleReader]:
    """Open the bundle *path*.

    Raises:
        BundleBroken: it is no bundle, or a ZIP that ours never are.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise BundleBroken(f"{path.name}: {error.strerror}") from None
    with file:
        start = _directory(file)
        try:
            with ZipFile(file) as archive:
                entries = _checked(file, archive.infolist(), start)
                yield BundleReader(file, archive, entries)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, struct.error) as error:
            raise BundleBroken(f"ZIP: {error}"[:200]) from None


def _directory(file: IO[bytes]) -> int:
    """Return where the central directory begins, once the ZIP's end is as ours."""
    size = file.seek(0, 2)
    if not _END.size <= size <= LARGEST_BUNDLE:
        raise BundleBroken(f"{size} bytes")
    file.seek(size - _END.size)
    mark, disk, first, here, count, length, start, comment = _END.unpack(file.read(_END.size))
    if mark != b"PK\x05\x06" or disk or first or comment or here != count:
        raise BundleBroken("phần cuối ZIP lạ / an odd end of the ZIP")
    if not 0 < count <= MOST_FILES or length > LARGEST_MANIFEST:
        raise BundleBroken(f"{count} tệp / files")
    if start + length + _END.size != size:
        raise BundleBroken("dữ liệu thừa, hoặc ZIP64 / data besides, or ZIP64")
    return int(start)


def _checked(file: IO[bytes], infos: list[ZipInfo], start: int) -> dict[str, ZipInfo]:
    """Return the files by name: each plain, and each in a place of its own."""
    entries: dict[str, ZipInfo] = {}
    seen: set[str] = set()
    for info in infos:
        _ensure_plain(info)
        if info.filename.lower() in seen:
            raise BundleBroken(f"tên lặp lại / twice: {info.filename}")
        seen.add(info.filename.lower())
        entries[info.filename] = info
    whole, packed = sum(i.file_size for i in infos), sum(i.compress_size for i in infos)
    if whole > LARGEST_WHOLE or (whole > _SMALL and whole > packed * _MOST_RATIO):
        raise BundleBroken(f"bom nén / a bomb: {packed} → {whole} bytes")
    _ensure_apart(file, infos, start)
    return entries


def _ensure_plain(info: ZipInfo) -> None:
    name = info.filename
    if info.orig_filename != name or not _NAMED.fullmatch(name):
        raise BundleBroken(f"tên lạ / an odd name: {info.orig_filename!r}"[:200])
    mode = info.external_attr >> 16
    if info.is_dir() or stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        raise BundleBroken(f"không phải tệp thường / not a plain file: {name}")
    if info.flag_bits & ~0x0806:
        raise BundleBroken(f"mã hóa hoặc lạ / encrypted or odd: {name}")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or info.comment:
        raise BundleBroken(f"cách nén lạ / an odd compression: {name}")
    if info.file_size > LARGEST_FILE:
        raise BundleBroken(f"{name}: {info.file_size} bytes")


def _ensure_apart(file: IO[bytes], infos: list[ZipInfo], start: int) -> None:
    """Check that the files lie one after the other, with the names that the directory has."""
    expected = 0
    for info in sorted(infos, key=lambda one: one.header_offset):
        if info.header_offset != expected:
            raise BundleBroken(f"chồng lấn hoặc hở / overlap or gap: {info.filename}")
        file.seek(expected)
        header = _LOCAL.unpack(file.read(_LOCAL.size))
        mark, name_length, extra_length = header[0], header[-2], header[-1]
        name = file.read(name_length)
        if mark != b"PK\x03\x04" or name != info.filename.encode():
            raise BundleBroken(f"tên khác / another name: {info.filename}")
        expected += _LOCAL.size + name_length + extra_length + info.compress_size
    if expected != start:
        raise BundleBroken("dữ liệu không thuộc tệp nào / data of no file")
