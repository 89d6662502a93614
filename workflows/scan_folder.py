"""The watched folder: PDFs that a scanner puts there become incoming documents, each once.

Legal source: Decree 30/2020/ND-CP, Art. 22.1 (law.md §1.7, E5). `scan/ORGANID/` is looked into
with every sweep. A file that may still be written to is left alone. A process killed between
entering a file and moving it finds it again by its digest, and only moves it then. A bad file is
set aside in `bad/` with its reason beside it: nothing is ever deleted. Where a virus scanner is
configured nothing is read before it was shown to it; one that is down leaves everything there.
"""

import hashlib
import logging
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from connectors.antivirus import FileInfected
from documents import directory, intake, intakes, ledger
from documents.blobs import write_durably
from documents.channel import Channel
from documents.errors import OfficeError, Refused, Unavailable, storable
from documents.ledger import SYSTEM, Fact
from documents.secrecy import SecretRefused
from workflows import drafts, uploads
from workflows.faultpoint import passing
from workflows.intake import file_of
from workflows.looking import LookAt, Seen
from workflows.office import Office

DONE, BAD = "done", "bad"
UNFINISHED_SECONDS = 600
"""A file without a PDF's end is left alone so long: its writer may pause."""
MOST_FILES = 10_000
"""Names of one folder that are looked at."""
_NAME_BYTES = 180
"""Bytes of a name that are kept in `done` and `bad`, where something is put after it."""
_TAIL = 2048
"""Bytes at a PDF's end among which its end is marked."""
_GROWING = (".part", ".partial", ".tmp", ".temp", ".crdownload", ".filepart", ".swp")
_log = logging.getLogger("congvan.scan")


class FileRepeated(Refused):
    """The same file was taken in under another name. ({0} name, {1} the document.)."""

    code = "intake.file_repeated"
    vietnamese = "Tệp «{0}» đã nhận trước đây: văn bản {1}"
    english = "the file «{0}» was taken in before: document {1}"
    remedy = "Xem `congvan show {1}` / see `congvan show {1}`"


class NotAFile(Refused):
    """A link, a pipe or a device lies where files are put. ({0} its name.)."""

    code = "intake.not_a_file"
    vietnamese = "«{0}» không phải tệp thường (liên kết, thiết bị)"
    english = "«{0}» is no ordinary file (a link, a device)"
    remedy = "Chép chính tệp PDF vào thư mục / copy the PDF itself into the folder"


@dataclass(slots=True)
class Look:
    """What one look at the folders found."""

    taken: list[str] = field(default_factory=list)
    """Documents that are new."""
    moved: list[str] = field(default_factory=list)
    """Names of files that were taken in before and only moved now."""
    bad: dict[str, str] = field(default_factory=dict)
    """Names of files that were set aside, with why."""
    left: list[str] = field(default_factory=list)
    """Names of files that may still grow, or could not be dealt with now."""


def folder_of(office: Office, organ_id: str) -> Path:
    """Return the agency's folder; it may not be there."""
    return office.settings.at(office.settings.scan) / organ_id


def make(office: Office, organ_id: str) -> Path:
    """Make the agency's folder with `done` and `bad`; return it.

    Raises:
        AgencyUnknown, AgencyNotServed: the agency is not served here.
    """
    with office.database.reading() as session:
        folder = folder_of(office, directory.served_agency(session, organ_id).organ_id)
    for each in (folder, folder / DONE, folder / BAD):
        each.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def take_in(office: Office) -> int:
    """Take in what lies in the folders of the agencies here; return how many documents.

    Raises:
        DatabaseUnavailable: the database does not answer; what lies there stays.
    """
    return len(look(office).taken)


def look(office: Office, only: str = "") -> Look:
    """Look at the folders, or at one agency's; take in, move and set aside.

    Raises:
        DatabaseUnavailable: the database does not answer.
    """
    with office.database.reading() as session:
        served = [each.organ_id for each in directory.served(session)]
    result = Look()
    for organ_id in served:
        if only in {"", organ_id} and (folder := folder_of(office, organ_id)).is_dir():
            _look_at(office, organ_id, folder, result)
    return result


def _look_at(office: Office, organ_id: str, folder: Path, result: Look) -> None:
    ready: list[Path] = []
    for path in _entries(folder, result):
        why = _settled(path, office)
        if why is None:
            result.left.append(path.name)
        elif why:
            _set_aside(path, NotAFile(path.name), result)
        elif len(ready) < office.settings.pouch and _clean(office, organ_id, path, result):
            ready.append(path)
        elif path.name in result.bad:
            continue
        else:
            result.left.append(path.name)
    jobs = [LookAt(path, scanned=True) for path in ready]
    for path, answer in zip(ready, office.workshop.each(jobs) if jobs else (), strict=True):
        passing("scan.kept")
        try:
            _settle(office, organ_id, path, answer, result)
        except OSError as error:
            # a folder that cannot be written: the file stays, and is known when it comes again
            _log.warning("%r stays in %s: %s", path.name, folder, error)
            result.left.append(path.name)


def _clean(office: Office, organ_id: str, path: Path, result: Look) -> bool:
    """Return whether a file may be read: what is infected is set aside, and the ledger told."""
    try:
        with path.open("rb") as file:
            virus = uploads.infection(office, file)
            if not virus:
                return True
            file.seek(0)
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, Unavailable) as error:
        _log.warning("%r stays in %s: %s", path.name, path.parent, error)
        return False
    with office.database.writing() as session:
        said = (("virus", virus), ("file", storable(path.name)[:255]))
        fact = Fact("", "refuse_infected", "", SYSTEM, sha256, said)
        ledger.append(session, organ_id, fact, office.now())
    _set_aside(path, FileInfected(path.name, virus), result)
    return False


def _entries(folder: Path, result: Look) -> Iterator[Path]:
    """Yield what lies in *folder*, by name: nothing hidden, nothing that is still copied."""
    try:
        with os.scandir(folder) as found:
            names = [each.name for each, _ in zip(found, range(MOST_FILES), strict=False)]
    except OSError as error:
        _log.warning("%s cannot be looked into: %s", folder, error)
        return
    for name in sorted(names):
        growing = name.lower().endswith(_GROWING)
        if name.startswith((".", "~")) or name in {DONE, BAD}:
            continue
        if growing:
            result.left.append(name)
        else:
            yield folder / name


def _settled(path: Path, office: Office) -> bool | None:
    """Return False for a file to be taken in, None for one to be left alone, True for no file."""
    try:
        known = path.lstat()
        if stat.S_ISDIR(known.st_mode):
            return None
        if not stat.S_ISREG(known.st_mode):
            return True
        age = office.now().timestamp() - known.st_mtime
        # a clock that is ahead must not hold a file for ever
        if abs(age) < office.settings.scan_settle_seconds:
            return None
        if abs(age) < UNFINISHED_SECONDS and not _ended(path, known.st_size):
            return None
    except OSError:
        return None
    return False


def _ended(path: Path, size: int) -> bool:
    """Return whether the file is no PDF, or a PDF with its end."""
    if not size:
        return False
    with path.open("rb") as file:
        if b"%PDF-" not in file.read(_TAIL):
            return size > _TAIL  # no PDF: nothing to wait for, but for its first bytes
        file.seek(max(0, size - _TAIL))
        return b"%%EOF" in file.read(_TAIL)


def _settle(office: Office, organ_id: str, path: Path, answer: object, result: Look) -> None:
    """Enter what was looked at, or set it aside."""
    if isinstance(answer, Seen):
        _enter(office, organ_id, path, answer, result)
    elif not path.exists() or isinstance(answer, Unavailable):
        result.left.append(path.name)
    elif isinstance(answer, SecretRefused):
        drafts.record_secret(office, organ_id, answer.args[0])
        # its name may say what it holds
        _set_aside(path, answer, result, name=f"do-mat-{path.lstat().st_ino}.pdf")
    elif isinstance(answer, OfficeError):
        _set_aside(path, answer, result)


def _enter(office: Office, organ_id: str, path: Path, seen: Seen, result: Look) -> None:
    with office.database.writing() as session:
        known = intakes.known_file(session, organ_id, seen.file.sha256)
        before = (known.file_name, known.document_id) if known is not None else None
        if known is None:
            file = file_of(seen, organ_id, Channel.SCAN, path.name)
            document = intake.take_in(session, file, office.now())
    passing("scan.recorded")
    if before is None:
        result.taken.append(document)
    elif before[0] != storable(path.name)[:255]:
        _set_aside(path, FileRepeated(path.name, before[1]), result)
        return
    else:
        result.moved.append(path.name)
    _move(path, path.parent / DONE)


def _set_aside(path: Path, why: OfficeError, result: Look, name: str = "") -> None:
    folder = path.parent / BAD
    target = _free(folder, name or path.name)
    text = f"{storable(name or path.name)}\n{why}\n"
    write_durably(target.with_name(f"{target.name}.txt"), lambda f: f.write(text.encode()))
    passing("scan.explained")
    os.rename(path, target)
    passing("scan.moved")
    result.bad[name or path.name] = str(why)


def _move(path: Path, folder: Path) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    os.rename(path, _free(folder, path.name))
    passing("scan.moved")


def _free(folder: Path, name: str) -> Path:
    """Return a path in *folder* for *name* that nothing has: an earlier file is never replaced."""
    short = os.fsdecode(os.fsencode(name)[:_NAME_BYTES])
    target, count = folder / short, 1
    while os.path.lexists(target):
        count += 1
        target = folder / f"{count}-{short}"
    return target
