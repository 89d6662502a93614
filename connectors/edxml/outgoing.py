"""Files on their way out, packed as the national SDK packs them (axis.md §4.4).

By extension: some travel as they are, labelled `application/<extension>`; any
other goes into a ZIP of one entry `<uuid>.<extension>`, labelled
`application/zip`, and keeps its name in `AttachmentName`.
"""

import uuid
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import IO

import pybase64

from connectors.edxml.filename import MEDIA_TYPES, extension, safe_name
from connectors.edxml.style import JAVA_SDK, Labels, WriterStyle
from connectors.errors import FieldInvalid
from schemas.edxml import Reference

_CHUNK = 3 << 16
"""Bytes; a multiple of 3, so that pieces of base64 join without padding."""
_SPACE = uuid.UUID("5b0f1f0e-7c55-5f0c-9b43-6f2f6e0c1d36")
"""Namespace of our content ids: the same message always gets the same bytes."""
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""ZIP's own zero, for the same reason."""


@dataclass(frozen=True, slots=True)
class OutgoingFile:
    """A file to attach: give *path* (streamed, never whole in memory) or *data*."""

    name: str
    path: Path | None = None
    data: bytes | None = field(default=None, repr=False)
    content_type: str = ""
    """On the wire; empty for the SDK's own label."""
    description: str = ""
    """Empty for the name."""

    @contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        """Open the content for reading.

        Raises:
            FieldInvalid: there is neither a path nor data, or the path cannot be read.
        """
        if self.data is not None:
            yield BytesIO(self.data)
            return
        if self.path is None:
            raise FieldInvalid(f"Attachment {self.name}", "không có nội dung / no content")
        try:
            stream = self.path.open("rb")
        except OSError as error:
            reason = error.strerror or "?"
            raise FieldInvalid(
                f"Attachment {self.name}", f"không đọc được tệp / cannot read the file: {reason}"
            ) from None
        with stream:
            yield stream


@dataclass(frozen=True, slots=True)
class Packed:
    """A file with the description that goes out with it."""

    file: OutgoingFile
    reference: Reference
    entry: str
    """Name inside the ZIP; empty when the file travels as it is."""

    def encode_to(self, write: Callable[[bytes], object]) -> None:
        """Give the packed content to *write* in base64, piece by piece."""
        encoder = _Base64(write)
        if self.file.data is not None and not self.entry:
            whole = memoryview(self.file.data)
            for at in range(0, len(whole), _CHUNK):
                write(pybase64.b64encode(whole[at : at + _CHUNK]))
            return
        with self.file.open() as source:
            if self.entry:
                _zip(source, self.entry, encoder)
            else:
                _copy(source, encoder.write)
        encoder.finish()


def packed(
    file: OutgoingFile, document_id: str, number: int, style: WriterStyle = JAVA_SDK
) -> Packed:
    """Return *file*, the *number*th of the document, as it will travel."""
    name = safe_name(file.name)
    kind = extension(name)
    content_id = str(uuid.uuid5(_SPACE, f"{document_id}\n{number}\n{name}"))
    plain = kind in style.raw or kind == "zip"  # a ZIP in a ZIP could not be told from one
    entry = "" if plain else f"{uuid.uuid5(_SPACE, content_id)}{'.' if kind else ''}{kind}"
    label = (file.content_type or _label(kind, style)) if plain else "application/zip"
    reference = Reference(
        content_id=content_id,
        content_type=label,
        description=file.description or name,
        attachment_name=name,
    )
    return Packed(file, reference, entry)


def _label(kind: str, style: WriterStyle) -> str:
    registered = MEDIA_TYPES.get(kind) if style.labels is Labels.IANA else None
    return registered or f"application/{kind}"


def _copy(source: IO[bytes], write: Callable[[bytes], object]) -> None:
    while chunk := source.read(_CHUNK):
        write(chunk)


def _zip(source: IO[bytes], entry: str, encoder: "_Base64") -> None:
    with zipfile.ZipFile(encoder, "w") as archive:  # type: ignore[call-overload]
        info = zipfile.ZipInfo(entry, _EPOCH)
        info.compress_type = zipfile.ZIP_DEFLATED
        with archive.open(info, "w") as target:
            _copy(source, target.write)


class _Base64:
    """A sink without seek or tell, as zipfile takes it, that encodes what passes."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self._write = write
        self._rest = b""

    def write(self, chunk: bytes) -> int:
        data = self._rest + chunk if self._rest else chunk
        whole = len(data) - len(data) % 3
        self._rest = data[whole:]
        if whole:
            self._write(pybase64.b64encode(data[:whole]))
        return len(chunk)

    def flush(self) -> None:
        """Hold the rest back: the end is told by `finish`."""

    def finish(self) -> None:
        self._write(pybase64.b64encode(self._rest))
