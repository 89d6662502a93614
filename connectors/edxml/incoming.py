"""What the reader gives: the message, its files, and how it deviates."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from shutil import copyfileobj
from types import TracebackType
from typing import IO, Literal, Self

from connectors.edxml.deviation import Warning_
from connectors.edxml.spool import Spool
from schemas.edxml import Edoc, StatusMessage
from schemas.xml import LIMITS, Limits


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """What one message may cost."""

    xml: Limits = LIMITS
    """Of the XML; its size is the size of the whole message."""
    file: int = 64 << 20
    """Bytes of one file, decoded and unwrapped."""
    files: int = 100
    """Files in one message."""
    total: int = 256 << 20
    """Bytes of all files of one message, decoded and unwrapped."""

    @classmethod
    def of(cls, size: int) -> Self:
        """Return the limits where a message may have *size* bytes; its ZIPs may give thrice that.

        No file may have more than a message.
        """
        return cls(xml=replace(LIMITS, size=size), file=size, total=3 * size)


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """An attached file, decoded and taken out of its ZIP."""

    name: str
    """Safe for every file system, and unlike the message's other names."""
    content_type: str
    """By its content, then by its name, then by what the message says."""
    size: int
    """Bytes."""
    sha256: str
    """Lowercase hex."""
    description: str
    spool: Spool = field(repr=False, compare=False)

    def read(self) -> bytes:
        """Return the whole content."""
        return self.spool.open().read()

    def open(self) -> IO[bytes]:
        """Return the content at its start; all readers share one position."""
        return self.spool.open()

    def save_to(self, path: Path) -> None:
        """Write the content to *path*, replacing what was there."""
        with path.open("wb") as target:
            copyfileobj(self.spool.open(), target, 1 << 18)


@dataclass(frozen=True, slots=True)
class Received:
    """A message that was understood."""

    kind: Literal["edoc", "status"]
    edoc: Edoc | None
    """Unchecked: fields may be empty, too long, or None where a date could not be read."""
    status: StatusMessage | None
    """Unchecked in the same way."""
    attachments: tuple[ReceivedFile, ...]
    warnings: tuple[Warning_, ...]
    secrecy: str = ""
    """What a field of secrecy says (axis.md §5.4); today's edXML has none."""

    def close(self) -> None:
        """Give temporary files back now; they also go when the object does."""
        for attachment in self.attachments:
            attachment.spool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
