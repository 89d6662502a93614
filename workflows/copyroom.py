"""Copies (sao y, sao lục, trích sao): the work on the files, and entering what was made.

Legal source: Decree 30/2020/ND-CP, Art. 25 to 27. An electronic copy gets the agency's
signature and then its number's entry; a copy on paper gets its number printed, and is
signed and sealed by hand. Either way a number is used exactly when the copy is entered.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from documents.blobs import BlobStore
from documents.secrecy import SecretRefused
from drafting import copy_block, scan
from drafting.pdf import normalised
from drafting.secrecy import secrecy_mark
from signing.copies import certify_copy, ensure_new_enough
from signing.errors import PdfUnreadable
from signing.keys import KeyHolder
from signing.timestamps import Stamping
from workflows.entitlement import SealWarrant, ensure_may_seal
from workflows.handover import handed_in


@dataclass(frozen=True, slots=True)
class CertifyCopy:
    """Put the agency's signature on a scan or an extract: an electronic copy."""

    path: Path
    key: str
    """Stem of the seal's key in the key folder."""
    form: str
    """SAO Y, SAO LỤC or TRÍCH SAO."""
    agency: str
    at: datetime
    warrant: SealWarrant


@dataclass(frozen=True, slots=True)
class PrepareCopy:
    """Make of a file what is printed as a copy, without its block; nothing is signed."""

    path: Path


@dataclass(frozen=True, slots=True)
class CopyFile:
    """What became of the file that is copied."""

    source_sha256: str
    sha256: str
    size: int
    """Bytes."""
    pages: int = 0
    ink: float = 0.0
    """Lowest print on the last page (`drafting.copy_block.Paper`)."""
    warnings: tuple[str, ...] = ()


def certified(
    job: CertifyCopy, blobs: BlobStore, key: KeyHolder, stamping: Stamping | None = None
) -> CopyFile:
    """Sign an electronic copy.

    Raises:
        FileUnreadable, SecretRefused, PdfTooOld, PdfEncrypted, SignatureWouldBreak,
        CertificateRefused, KeyUnavailable, Objection: as they say.
        DraftRefused: it can only be read after a repair, and not be repaired.
    """
    ensure_may_seal(job.warrant, key, job.at)
    source = _taken(job.path)
    ensure_new_enough(source)
    reason = f"Ký {job.form.lower()}"
    sign = partial(
        certify_copy,
        key=key,
        form=job.form,
        agency=job.agency,
        at=job.at,
        reason=reason,
        stamping=stamping,
    )
    try:
        done = sign(source)
    except PdfUnreadable:
        done = sign(normalised(source, job.path.name)[0])
    warnings = scan.warnings(source)
    return CopyFile(blobs.put(source), blobs.put(done), len(done), warnings=warnings)


def prepared(job: PrepareCopy, blobs: BlobStore) -> CopyFile:
    """Take in what is copied to paper.

    Raises:
        FileUnreadable, SecretRefused, DraftRefused: as they say.
    """
    source = _taken(job.path)
    paper = copy_block.for_printing(source, job.path.name)
    sha256 = blobs.put(paper.pdf)
    return CopyFile(blobs.put(source), sha256, len(paper.pdf), paper.pages, paper.ink)


def _taken(path: Path) -> bytes:
    content = handed_in(path)
    if mark := secrecy_mark(content):
        raise SecretRefused(mark)
    return content
