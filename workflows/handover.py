"""Files handed over on a command line or a form: read once, within limits."""

from pathlib import Path

from documents.errors import Refused

LARGEST_FILE = 64 << 20
"""Bytes of one file handed in."""


class FileUnreadable(Refused):
    """A file that was named cannot be read, or is too large."""

    code = "draft.file_unreadable"
    vietnamese = "Không đọc được tệp «{0}»: {1}"
    english = "the file «{0}» cannot be read: {1}"
    remedy = "Kiểm tra đường dẫn, quyền đọc, dung lượng / check path, permission, size"


def handed_in(path: Path, most: int = LARGEST_FILE) -> bytes:
    """Return the content of a file handed in, of *most* bytes.

    Raises:
        FileUnreadable: it cannot be read, or is larger.
    """
    try:
        if not path.exists():
            raise FileUnreadable(path.name, "không có tệp này / no such file")
        if not path.is_file():
            raise FileUnreadable(path.name, "không phải tệp / not a file")
        if path.stat().st_size > most:
            raise FileUnreadable(path.name, f"> {most >> 20} MiB")
        return path.read_bytes()
    except OSError as error:
        raise FileUnreadable(path.name, error.strerror or "?") from error
