"""Reading the text of a document's files for the index: a job of the worker processes."""

from dataclasses import dataclass

from documents.blobs import BlobStore
from documents.errors import OfficeError
from drafting.text import CHARACTERS, pdf_text


@dataclass(frozen=True, slots=True)
class ReadText:
    """Read the text of a document's files."""

    files: tuple[str, ...]
    """SHA-256."""


@dataclass(frozen=True, slots=True)
class FilesText:
    """What a document's files say."""

    text: str
    note: str = ""
    secret: bool = False
    pictures: tuple[str, ...] = ()
    """SHA-256 of those that have no letters."""


def read_text(job: ReadText, blobs: BlobStore) -> FilesText:
    """Read the files, as many characters of all as of one; one that is secret hides them all."""
    texts: list[str] = []
    notes: list[str] = []
    pictures: list[str] = []
    left = CHARACTERS
    for sha256 in job.files:
        try:
            content = blobs.get(sha256)
        except OfficeError as error:
            notes.append(str(error))
            continue
        found = pdf_text(content, characters=left)
        if found.secrecy:
            return FilesText("", f"độ mật / secrecy: {found.secrecy}", secret=True)
        texts.append(found.text)
        pictures += [] if found.text.strip() else [sha256]
        notes += [found.note] if found.note else []
        left -= len(found.text)
    return FilesText("\n\n".join(texts), "; ".join(notes)[:500], pictures=tuple(pictures))
