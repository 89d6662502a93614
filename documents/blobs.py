"""The blob folder: every revision, attachment and message by its SHA-256.

A blob is written to a temporary file, fsynced and renamed, so a name that exists
holds its whole content; nothing is ever overwritten.
"""

import contextlib
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from documents.errors import EvidenceBroken, Unavailable

_UNFINISHED = ".new-"
_IN_MEMORY = 1 << 20
"""Bytes; what is smaller is hashed and written at once."""
_PIECE = 1 << 18


class BlobMissing(EvidenceBroken):
    """A blob that the database names is not in the folder."""

    code = "blob.missing"
    vietnamese = "Không tìm thấy tệp có mã băm {0}"
    english = "the blob {0} is missing"
    remedy = "Khôi phục thư mục blobs từ bản sao lưu / restore the blobs folder from a backup"


class BlobDamaged(EvidenceBroken):
    """A blob's content no longer has the digest of its name."""

    code = "blob.damaged"
    vietnamese = "Tệp {0} đã bị thay đổi trên đĩa"
    english = "the blob {0} was changed on disk"
    remedy = "Khôi phục thư mục blobs từ bản sao lưu / restore the blobs folder from a backup"


class BlobsUnavailable(Unavailable):
    """The folder cannot be read or written: full, read-only, not mounted. Nothing was stored."""

    code = "blob.unavailable"
    vietnamese = "Không đọc hoặc ghi được thư mục blobs: {0}"
    english = "the blobs folder cannot be read or written: {0}"
    remedy = "Kiểm tra dung lượng đĩa và quyền ghi / check the disk's space and permissions"


class Measured:
    """A file that is written once, with its digest and size so far."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._digest = hashlib.sha256()
        self.size = 0
        """Bytes."""

    @property
    def sha256(self) -> str:
        """Lowercase hex."""
        return self._digest.hexdigest()

    def write(self, piece: bytes) -> int:
        """Write the next piece."""
        self._digest.update(piece)
        self.size += len(piece)
        return self._file.write(piece)


class BlobStore:
    """A folder of immutable files, addressed by lowercase hex SHA-256."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, sha256: str) -> Path:
        """Return where the blob *sha256* lies, or would lie."""
        return self.folder / sha256[:2] / sha256

    def tidy(self, older_than: float) -> int:
        """Remove what killed writers left unfinished for *older_than* seconds; return how many."""
        stale = 0
        until = time.time() - older_than
        for path in self.folder.glob(f"*/{_UNFINISHED}*"):
            with contextlib.suppress(FileNotFoundError):
                if path.stat().st_mtime < until:
                    path.unlink()
                    stale += 1
        return stale

    def put(self, content: bytes) -> str:
        """Store *content* durably and return its SHA-256.

        Raises:
            BlobsUnavailable: the folder cannot be written.
        """
        sha256 = hashlib.sha256(content).hexdigest()
        target = self.path(sha256)
        with _translated():
            if not target.exists():
                write_durably(target, lambda file: file.write(content))
        return sha256

    def put_from(self, source: IO[bytes]) -> str:
        """Store what *source*, a file that can go back, holds from here on; return its SHA-256.

        A large content never lies in memory.

        Raises:
            BlobsUnavailable: the folder cannot be written.
        """
        start = source.tell()
        head = source.read(_IN_MEMORY)
        if len(head) < _IN_MEMORY:
            return self.put(head)
        source.seek(start)
        return self.put_written(lambda file: shutil.copyfileobj(source, file, _PIECE))

    def put_written(self, fill: Callable[["Measured"], object]) -> str:
        """Store durably what *fill* writes, piece by piece; return its SHA-256.

        Raises:
            BlobsUnavailable: the folder cannot be written. What *fill* raises goes on; nothing
                is stored then.
        """
        with _translated():
            folder = self.folder / "new"
            folder.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=folder, prefix=_UNFINISHED)
            try:
                with os.fdopen(handle, "wb") as file:
                    fill(measured := Measured(file))
                    file.flush()
                    os.fsync(file.fileno())
                target = self.path(measured.sha256)
                if not target.parent.exists():
                    target.parent.mkdir(exist_ok=True)
                    _sync_folder(self.folder)
                os.rename(temporary, target)  # where it is already, it is the same
            except BaseException:
                Path(temporary).unlink(missing_ok=True)
                raise
            _sync_folder(target.parent)
        return measured.sha256

    def sound(self, sha256: str) -> Path:
        """Return where the blob *sha256* lies, once its content has that digest.

        Raises:
            BlobMissing: there is no such blob.
            BlobDamaged: the file's content has another digest.
            BlobsUnavailable: the folder cannot be read.
        """
        path = self.path(sha256)
        with _translated():
            try:
                with path.open("rb") as file:
                    found = hashlib.file_digest(file, "sha256").hexdigest()
            except (FileNotFoundError, IsADirectoryError):
                raise BlobMissing(sha256) from None
        if found != sha256:
            raise BlobDamaged(sha256)
        return path

    def set_aside(self, sha256: str) -> None:
        """Move a damaged blob out of the way, so that its content can be stored again."""
        with _translated(), contextlib.suppress(FileNotFoundError):
            os.rename(self.path(sha256), self.path(sha256).with_suffix(".damaged"))

    def remove(self, sha256: str) -> None:
        """Remove a blob that must not be kept (state secrets); one that is not there is gone.

        Raises:
            BlobsUnavailable: the folder cannot be written.
        """
        path = self.path(sha256)
        with _translated():
            for each in (path, path.with_suffix(".damaged")):
                each.unlink(missing_ok=True)
            if path.parent.exists():
                _sync_folder(path.parent)

    def get(self, sha256: str) -> bytes:
        """Return the content of *sha256*.

        Raises:
            BlobMissing: there is no such blob.
            BlobDamaged: the file's content has another digest.
            BlobsUnavailable: the folder cannot be read.
        """
        with _translated():
            try:
                content = self.path(sha256).read_bytes()
            except FileNotFoundError:
                raise BlobMissing(sha256) from None
        if hashlib.sha256(content).hexdigest() != sha256:
            raise BlobDamaged(sha256)
        return content


def write_durably(target: Path, fill: Callable[[IO[bytes]], object]) -> None:
    """Make the file *target*, in a folder of its kind below one that exists, as *fill* fills it.

    The name appears with the whole content or not at all, and survives a power cut.
    """
    if not target.parent.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        _sync_folder(target.parent.parent)
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=_UNFINISHED)
    try:
        with os.fdopen(handle, "wb") as file:
            fill(file)
            file.flush()
            os.fsync(file.fileno())
        os.rename(temporary, target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    _sync_folder(target.parent)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BlobsUnavailable(error.strerror or type(error).__name__) from error


def _sync_folder(folder: Path) -> None:
    """Make a rename in *folder* survive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
