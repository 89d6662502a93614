"""Names of files that come from or go to other systems, made safe for every file system."""

import re
import unicodedata
from collections.abc import Collection
from pathlib import PurePosixPath

LONGEST = 200
"""Bytes of UTF-8; file systems take 255, and people add to names."""

MEDIA_TYPES = {
    "pdf": "application/pdf",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt": "application/vnd.ms-powerpoint",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "rtf": "application/rtf",
    "txt": "text/plain",
    "csv": "text/csv",
    "xml": "application/xml",
    "edxml": "application/xml",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "zip": "application/zip",
    "rar": "application/vnd.rar",
    "7z": "application/x-7z-compressed",
}
"""Registered media types (IANA) by extension."""

_UNSAFE = re.compile(r'[<>:"|?*]')
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(?=\.|$)")
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
"""Unicode categories that hide or reorder what people read (U+202E and its kind)."""


def safe_name(name: str, fallback: str = "tep-dinh-kem") -> str:
    """Return *name* without folders, control or reserved characters, at most `LONGEST` bytes."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    shown = "".join(c for c in last if unicodedata.category(c) not in _INVISIBLE)
    plain = _UNSAFE.sub("_", shown).strip().rstrip(". ")
    plain = _DEVICES.sub(r"_\1", plain, count=1) if _DEVICES.match(plain) else plain
    return _shortened(plain) if plain.strip("._ ") else fallback


def extension(name: str) -> str:
    """Return the extension of *name*, lower case, without its dot; empty when it has none."""
    return PurePosixPath(name).suffix[1:].lower()


def unused_name(name: str, taken: Collection[str]) -> str:
    """Return *name*, or `name (2)`, `name (3)`… when *taken* (lower case) has it already."""
    path = PurePosixPath(name)
    candidate, number = name, 1
    while candidate.lower() in taken:
        number += 1
        candidate = f"{path.stem} ({number}){path.suffix}"
    return candidate


def _shortened(name: str) -> str:
    if len(name.encode()) <= LONGEST:
        return name
    path = PurePosixPath(name)
    suffix = path.suffix if len(path.suffix.encode()) <= 20 else ""
    stem = name[: len(name) - len(suffix)].encode()[: LONGEST - len(suffix.encode())]
    return stem.decode(errors="ignore").rstrip(". ") + suffix
