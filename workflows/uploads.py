"""Files that people hand over in a browser: bounded, of a known type, looked at for viruses.

Source: ux.md §1.3. One door for every form: nothing is kept of what does not pass it. An
installation without a scanner lets files pass unscanned, and its pages say so; with one that is
down, nothing passes.
"""

import hashlib
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from connectors import antivirus
from connectors.antivirus import FileInfected
from documents import ledger, posts
from documents.document import Role
from documents.errors import Refused, storable
from documents.ledger import Fact
from workflows.file_types import NAMES, Family, FileType, safe_name, type_of
from workflows.office import Office

PART = 1 << 20
_NAME_LENGTH = 120


class UploadTooLarge(Refused):
    """A file is larger than this installation takes. ({0} its name, {1} the limit in MB)."""

    code = "upload.too_large"
    vietnamese = "Tệp «{0}» lớn hơn {1} MB"
    english = "the file «{0}» is larger than {1} MB"
    remedy = "Nén hoặc quét lại ở độ phân giải 200 dpi / compress it, or scan it at 200 dpi"


class UploadTypeRefused(Refused):
    """A file is of a kind that is not taken here. ({0} its name, {1} what is taken)."""

    code = "upload.type_refused"
    vietnamese = "Không nhận loại tệp của «{0}»; chỉ nhận {1}"
    english = "files like «{0}» are not taken here, but {1}"
    remedy = "Chuyển sang PDF rồi tải lên lại / turn it into PDF and upload that"


class TooManyFiles(Refused):
    """More files at once than are taken. ({0} how many are)."""

    code = "upload.too_many"
    vietnamese = "Mỗi lần nhận nhiều nhất {0} tệp"
    english = "at most {0} files are taken at a time"
    remedy = "Tải các tệp còn lại lên ở lần sau / upload the others next"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that passed; it is gone when the block ends."""

    path: Path
    """Its last part is the safe name."""
    name: str
    kind: FileType
    size: int
    """Bytes."""
    sha256: str


def scanned(office: Office) -> bool:
    """Return whether uploads are shown to a virus scanner here."""
    return office.settings.antivirus is not None


def infection(office: Office, file: BinaryIO) -> str:
    """Return what *file* is infected with; empty: clean, or no scanner is configured.

    Raises:
        AntivirusUnavailable: a scanner is configured and does not judge.
    """
    settings = office.settings.antivirus
    return antivirus.scan(settings, file) if settings is not None else ""


@contextmanager
def accepted(
    office: Office,
    organ_id: str,
    who: str,
    content: BinaryIO,
    name: str,
    families: Collection[Family] = frozenset(Family),
) -> Iterator[Upload]:
    """Give the file, once it passed, until the block ends.

    Args:
        office: whose settings bound it.
        organ_id: the agency that it is for: an infected one is told of in its ledger.
        who: id of the person who hands it over.
        content: its bytes, from the beginning.
        name: what they call it; believed in nothing.
        families: what is taken here.

    Raises:
        UploadTooLarge, UploadTypeRefused: as they say.
        FileInfected: as it says; the ledger has it.
        AntivirusUnavailable: a scanner is configured and does not judge.
    """
    shown = "".join(c for c in storable(name) if c.isprintable())[-_NAME_LENGTH:]
    with tempfile.TemporaryDirectory(prefix="congvan-upload-") as folder:
        raw = Path(folder) / "raw"
        size, sha256 = _copied(content, raw, office.settings.largest_files, shown)
        with raw.open("rb") as file:
            kind = type_of(file)
            if kind is None or kind.family not in families:
                raise UploadTypeRefused(
                    shown, ", ".join(NAMES[each] for each in Family if each in families)
                )
            file.seek(0)
            _ensure_clean(office, organ_id, who, file, shown, sha256)
        path = raw.rename(raw.with_name(safe_name(name, kind)))
        yield Upload(path, path.name, kind, size, sha256)


def _copied(content: BinaryIO, target: Path, most: int, name: str) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    with target.open("xb") as file:
        while part := content.read(PART):
            size += len(part)
            if size > most:
                raise UploadTooLarge(name, most >> 20)
            digest.update(part)
            file.write(part)
    return size, digest.hexdigest()


def _ensure_clean(
    office: Office, organ_id: str, who: str, file: BinaryIO, name: str, sha256: str
) -> None:
    if not (virus := infection(office, file)):
        return
    at = office.now()
    with office.database.writing() as session:
        acting = posts.acting(session, organ_id, who, frozenset(Role), at, "tải tệp lên / upload")
        said = (("virus", virus), *acting.detail().items())
        fact = Fact("", "refuse_infected", "", acting.actor, sha256, said)
        ledger.append(session, organ_id, fact, at)
    raise FileInfected(name, virus)
