"""What the machine lacks while a call is answered: room on the disk, or the database's lock.

Nothing was done then, and the same call may succeed later: every face says that in its own way,
callers see no traceback, and the log has one line.
"""

import errno
import logging
import sqlite3
from typing import Final

WORDS: Final = "nút trục tạm hết chỗ lưu hoặc đang bận / the hub is out of room or busy: try again"
CODE: Final = "UNAVAILABLE"
"""In the SOAP contract's typed fault."""
_NO_ROOM: Final = {errno.ENOSPC, errno.EDQUOT}
_SQLITE: Final = {
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_BUSY,
    # what it makes of a quota, and of no room for its shared memory (sqlite3 os_unix.c)
    sqlite3.SQLITE_IOERR_WRITE,
    sqlite3.SQLITE_IOERR_SHMSIZE,
}
_log = logging.getLogger(__name__)


def passing(error: BaseException) -> bool:
    """Return whether *error* means that room or a lock is lacking; it is logged if so."""
    if isinstance(error, OSError):
        lacking = error.errno in _NO_ROOM
    else:
        code = getattr(error, "sqlite_errorcode", 0)
        lacking = isinstance(error, sqlite3.Error) and (code in _SQLITE or code & 0xFF in _SQLITE)
    if lacking:
        _log.error("put off: %s", error)
    return lacking
