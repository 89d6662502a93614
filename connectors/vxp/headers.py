"""The headers of one call: its parameters, what is signed of them, and the seal (axis.md §10.2).

Every parameter `k` travels as `XroadVnpt-k`. The JSON of all of them travels too, and
HMAC-SHA256 over that JSON as it is sent; the body is sealed by `hash-file` alone.
"""

import hashlib
import hmac
import json
import unicodedata
from collections.abc import Mapping
from datetime import datetime, timedelta

from documents.document import VIETNAM

PREFIX = "XroadVnpt-"
JSON_TYPE = "application/json"
FILE_TYPE = "application/octet-stream"
AGENT = "JAVASDKAgent/1.0.0 XRoad/VPCP"
VERSION = "3.0.201608"
WIRE_TIME = "%d/%m/%Y %H:%M:%S"
"""`fromDate` and `toDate`, in Vietnam's time."""
_LATE = ("status", "description")
"""What the SDK signs after the type of the content."""
_STAMP = "%d%m%YT%H%M%S"


def call_headers(
    system_id: str,
    secret: bytes,
    parameters: Mapping[str, str],
    at: datetime,
    content_type: str = JSON_TYPE,
) -> dict[str, str]:
    """Return all headers of a call but Content-Type and Content-Length, in the SDK's order.

    Raises:
        ValueError: a value cannot stand in a header.
    """
    signed = {"systemid": system_id}
    signed |= {name: value for name, value in parameters.items() if name not in _LATE}
    signed |= {"timestamp": timestamp(at), "Content-Type": content_type}
    signed |= {name: parameters[name] for name in _LATE if name in parameters}
    for name, value in signed.items():
        if not (value.isascii() and value.isprintable()):
            raise ValueError(f"{name}: {value[:60]!r}")
    prefixed = {PREFIX + name: value for name, value in signed.items()}
    sign_header = json.dumps(prefixed, ensure_ascii=False, separators=(",", ":"))
    return prefixed | {
        PREFIX + "sign-header-key": ";".join(signed),
        PREFIX + "sign-header": sign_header,
        PREFIX + "hash-header": seal(secret, sign_header.encode()),
        "User-Agent": AGENT,
        PREFIX + "version": VERSION,
    }


def seal(secret: bytes, sign_header: bytes) -> str:
    """Return the lowercase hex HMAC-SHA256 of what `sign-header` carries."""
    return hmac.new(secret, sign_header, hashlib.sha256).hexdigest()


def hash_file(sha256: str, *, legacy_hex: bool) -> str:
    """Return a digest as `hash-file` has it: the SDK leaves the zero of bytes below 0x10 out."""
    if not legacy_hex:
        return sha256
    return "".join(f"{byte:x}" for byte in bytes.fromhex(sha256))


def timestamp(at: datetime) -> str:
    """Return *at* in Java's `ddMMyyyy'T'HHmmss+SSSS`: after the + are milliseconds, no zone."""
    local = at.astimezone(VIETNAM)
    return f"{local.strftime(_STAMP)}+{local.microsecond // 1000:04d}"


def read_timestamp(text: str) -> datetime:
    """Return the moment, aware, in Vietnam's time.

    Raises:
        ValueError: it is none.
    """
    moment, _, milliseconds = text.partition("+")
    if not (milliseconds.isascii() and milliseconds.isdigit() and len(milliseconds) <= 4):
        raise ValueError(f"not a timestamp: {text[:40]!r}")
    local = datetime.strptime(moment, _STAMP).replace(tzinfo=VIETNAM)
    return local + timedelta(milliseconds=int(milliseconds))


def wire_time(at: datetime) -> str:
    """Return *at* as lists are asked for: `dd/MM/yyyy HH:mm:ss` in Vietnam's time."""
    return at.astimezone(VIETNAM).strftime(WIRE_TIME)


def plain(text: str, most: int = 500) -> str:
    """Return *text* in printable ASCII: Vietnamese without its marks, for a header."""
    bare = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    kept = (c for c in bare if not unicodedata.combining(c))
    return "".join(c if c.isascii() and c.isprintable() else " " for c in kept)[:most].strip()
