"""Words of files that are pictures: Tesseract with Vietnamese, a job of the worker processes.

Source: ux.md §0, §1.5 (scans cannot be searched, and everything is typed again). The program
runs as a process of its own, without a shell, within bounds of time, memory and pages; an
installation without it goes on, and says so. What comes out is a proposal with how sure it is.
"""

import os
import re
import resource
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2 as pdfium

from documents.blobs import BlobStore
from documents.contents import Outcome
from documents.proposal import Confidence, Proposal, propose
from drafting.contents import read_contents
from drafting.page_pictures import pictures
from drafting.recognised_text import Sureness, sureness, visible
from drafting.secrecy import secrecy_mark
from drafting.signer_guess import guessed_signer
from drafting.text import pdf_text
from workflows.settings import OcrSettings, Settings

PROGRAM = "tesseract"
SURE = 85
"""Percent from which a value that stands in its place is likely."""
MEMORY = 1 << 30
"""Bytes that the program may take; a page at 200 dpi takes a tenth of it."""
LARGEST_OUTPUT = 64 << 20
"""Bytes of one file that the program writes."""
SPARE_SECONDS = 15.0
"""Of a file's time, for drawing pages and reading what came out."""
_LANGUAGE = re.compile(r"^[a-z_]{3,20}$")


@dataclass(frozen=True, slots=True)
class Recognise:
    """Recognise the words of a PDF that is a picture."""

    sha256: str


@dataclass(frozen=True, slots=True)
class Recognised:
    """What was recognised."""

    text: str = ""
    confidence: int = 0
    """Percent."""
    proposals: tuple[Proposal, ...] = ()
    agency: str = ""
    """What is printed above the number."""
    note: str = ""
    """Why there are no words, or not all."""
    secrecy: str = ""
    """The mark of secrecy that was recognised; no words then."""


@lru_cache(maxsize=4)
def languages(program: str = PROGRAM) -> tuple[str, ...]:
    """Return the languages that the program knows; none where it is not installed."""
    path = shutil.which(program)
    if path is None:
        return ()
    try:
        done = subprocess.run(  # noqa: S603  (no shell, a fixed word)
            [path, "--list-langs"], capture_output=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ()
    words = (done.stdout + b"\n" + done.stderr).decode("utf-8", "replace").splitlines()
    return tuple(word.strip() for word in words if _LANGUAGE.match(word.strip()))


def missing(settings: OcrSettings) -> str:
    """Return why pictures are not read, Vietnamese first; empty where they are."""
    if not settings.on:
        return "Nhận dạng chữ (OCR) đang tắt trong cấu hình / switched off in the settings"
    known = languages()
    if not known:
        return "Chưa cài Tesseract nên không nhận dạng được bản quét / tesseract is not installed"
    lacking = [each for each in settings.languages.split("+") if each not in known]
    if lacking:
        names = ", ".join(lacking)
        return f"Tesseract thiếu dữ liệu ngôn ngữ: {names} / language data is missing"
    return ""


def recognised(job: Recognise, blobs: BlobStore, settings: Settings) -> Recognised:
    """Recognise a file's words; trouble with the file or the program is a note, never an error.

    Raises:
        BlobMissing, BlobDamaged: the file is not there.
    """
    pdf = blobs.get(job.sha256)
    if why := missing(settings.ocr):
        return Recognised(note=why)
    seconds = min(settings.ocr.seconds, max(1.0, settings.file_seconds - SPARE_SECONDS))
    with tempfile.TemporaryDirectory(prefix="congvan-ocr-") as folder:
        try:
            drawn = pictures(pdf, Path(folder), settings.ocr.pages)
        except (pdfium.PdfiumError, ValueError, MemoryError) as error:
            return Recognised(note=f"không vẽ được trang / cannot be drawn: {error}"[:200])
        why = _run(Path(folder), drawn, settings.ocr.languages, seconds)
        made = _read(Path(folder))
    if made is None:
        return Recognised(note=why or "không nhận dạng được chữ nào / no words")
    return _told(*made, why)


def _run(folder: Path, drawn: Sequence[tuple[Path, int]], languages: str, seconds: float) -> str:
    """Let the program read the pictures; return why it did not read all, if so."""
    names = folder / "pages.txt"
    names.write_text("".join(f"{path}\n" for path, _ in drawn), "utf-8")
    dpi = str(min((dpi for _, dpi in drawn), default=1))
    command = [
        *(shutil.which(PROGRAM) or PROGRAM, str(names), str(folder / "out"), "-l", languages),
        *("--dpi", dpi, "-c", "textonly_pdf=1", "pdf", "tsv"),
    ]
    environment = {
        "OMP_THREAD_LIMIT": "1",
        "PATH": os.environ.get("PATH", "/usr/bin"),
        "LC_ALL": "C",
    }
    if prefix := os.environ.get("TESSDATA_PREFIX"):
        environment["TESSDATA_PREFIX"] = prefix
    try:
        process = subprocess.Popen(  # noqa: S603  (no shell; every word is ours)
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment,
            cwd=folder,
        )
    except OSError as error:
        return f"không chạy được Tesseract / cannot be run: {error.strerror}"
    _bound(process.pid, seconds)
    try:
        code = process.wait(seconds)
    except subprocess.TimeoutExpired:
        return f"quá {seconds:.0f} giây, chỉ lấy phần đã đọc / out of time"
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    return "" if code == 0 else f"Tesseract dừng với mã {code} / it ended with a code"


def _bound(pid: int, seconds: float) -> None:
    """Bound a process that has just begun; one that has ended already needs none."""
    try:
        resource.prlimit(pid, resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (LARGEST_OUTPUT, LARGEST_OUTPUT))
        # it ends even if whoever waits for it is gone
        resource.prlimit(pid, resource.RLIMIT_CPU, (int(seconds) + 1, int(seconds) + 2))
    except (ProcessLookupError, PermissionError):
        return


def _read(folder: Path) -> tuple[bytes, Sureness] | None:
    """Return what the program wrote: the PDF with the letters seen, and how sure they are."""
    try:
        pdf = visible((folder / "out.pdf").read_bytes())
        table = (folder / "out.tsv").read_text("utf-8", "replace")
    except (OSError, pikepdf.PdfError, ValueError):
        return None
    return pdf, sureness(table)


def _told(pdf: bytes, sure: Sureness, why: str) -> Recognised:
    if mark := secrecy_mark(pdf):
        return Recognised(secrecy=mark)
    contents = read_contents(pdf)
    signer = guessed_signer(pdf) if contents.signer is None else contents.signer
    found = [_weighed(each, sure) for each in propose(replace(contents, signer=signer))]
    agency = contents.agency.text if contents.agency.outcome is Outcome.FOUND else ""
    text = pdf_text(pdf)
    note = "; ".join(part for part in (why, text.note) if part)
    return Recognised(text.text, sure.overall, tuple(found), agency[:500], note)


def _weighed(found: Proposal, sure: Sureness) -> Proposal:
    """Return a proposal with how sure the program is of its letters."""
    percent = sure.of(found.value) if found.field != "promulgated" else sure.overall
    likely = percent >= SURE and found.confidence is Confidence.LIKELY
    return replace(
        found,
        confidence=Confidence.LIKELY if likely else Confidence.GUESS,
        source=f"OCR {percent}%: {found.source}",
    )


def state(settings: Settings) -> dict[str, Any]:
    """Return whether pictures are read here, for pages and health lines."""
    why = missing(settings.ocr)
    return {"on": not why, "why": why, "languages": settings.ocr.languages}
