"""Writes an evidence bundle: a ZIP whose bytes depend on nothing but what it tells.

Standard: PKWARE APPNOTE 6.3. Files are streamed one after the other; the name appears with the
whole bundle or not at all. Times are those of the document's last ledger row.
"""

import hashlib
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from documents.blobs import BlobDamaged, BlobMissing, BlobStore, write_durably
from documents.errors import Refused, Unavailable
from workflows.bundle_manifest import FileEntry

_CHUNK = 1 << 20
_PACKED = (".png", ".jpg", ".zip")
"""Stored as they are: they are compressed already."""
_FILE = 0o100644 << 16
_EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)
"""Before it a ZIP has no time."""


class BundleTaken(Refused):
    """The file to write exists already."""

    code = "bundle.taken"
    vietnamese = "Tệp «{0}» đã có, không ghi đè"
    english = "the file {0} exists and is not overwritten"
    remedy = "Chọn tên khác, hoặc thêm --force / choose another name, or add --force"


class BundleUnwritable(Unavailable):
    """The disk is full, or the folder cannot be written; nothing was left there."""

    code = "bundle.unwritable"
    vietnamese = "Không ghi được «{0}»: {1}; không để lại tệp dở dang"
    english = "{0} cannot be written: {1}; nothing was left there"
    remedy = "Kiểm tra dung lượng đĩa và quyền ghi / check the disk's space and permissions"


@dataclass(frozen=True, slots=True)
class Item:
    """One file to be: its bytes, or the digest of the blob that has them."""

    name: str
    content: bytes = field(default=b"", repr=False)
    blob: str = ""


@dataclass(slots=True)
class Packer:
    """Puts files into one ZIP and remembers their digests."""

    archive: ZipFile
    blobs: BlobStore
    at: datetime
    """Time of every file; UTC."""
    files: dict[str, FileEntry] = field(default_factory=dict)

    def put(self, item: Item) -> FileEntry:
        """Write one file; the same name again is the same file and is not written twice.

        Raises:
            BlobMissing, BlobDamaged: a blob is not there, or not what it was.
        """
        if item.name in self.files:
            return self.files[item.name]
        with self.archive.open(self._described(item.name), "w") as out:
            entry = self._copied(item, out)
        self.files[item.name] = entry
        return entry

    def put_all(self, items: Iterable[Item]) -> None:
        """Write files as they come."""
        for item in items:
            self.put(item)

    def _described(self, name: str) -> ZipInfo:
        moment = max(self.at.astimezone(UTC), _EARLIEST)
        info = ZipInfo(name, moment.timetuple()[:6])
        info.create_system = 3  # Unix, on whatever machine it is made
        info.external_attr = _FILE
        info.compress_type = ZIP_STORED if name.endswith(_PACKED) else ZIP_DEFLATED
        return info

    def _copied(self, item: Item, out: IO[bytes]) -> FileEntry:
        if not item.blob:
            out.write(item.content)
            return FileEntry(
                sha256=hashlib.sha256(item.content).hexdigest(), size=len(item.content)
            )
        digest, size = hashlib.sha256(), 0
        try:
            source = self.blobs.path(item.blob).open("rb")
        except FileNotFoundError:
            raise BlobMissing(item.blob) from None
        with source:
            while chunk := source.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
                out.write(chunk)
        if digest.hexdigest() != item.blob:
            raise BlobDamaged(item.blob)
        return FileEntry(sha256=item.blob, size=size)


def write(
    target: Path, fill: Callable[[Packer], None], blobs: BlobStore, at: datetime, *, force: bool
) -> None:
    """Write the bundle *target*, as *fill* fills it, whole or not at all.

    Raises:
        BundleTaken: it exists, and nobody said that it may be replaced.
        BundleUnwritable: the disk is full, or the folder cannot be written.
        What *fill* raises.
    """
    target = Path(os.path.abspath(target))
    if not force and os.path.lexists(target):
        raise BundleTaken(target.name)
    if not target.parent.is_dir():
        raise BundleUnwritable(target.name, "không có thư mục / no such folder")

    def archive(file: IO[bytes]) -> None:
        with ZipFile(file, "w", ZIP_DEFLATED, compresslevel=6) as packed:
            fill(Packer(packed, blobs, at))

    try:
        write_durably(target, archive)
    except OSError as error:
        raise BundleUnwritable(target.name, error.strerror or type(error).__name__) from error
