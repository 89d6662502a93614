"""What worker processes do: prepare, sign, seal, open and verify. Ids and digests in and out.

A worker process keeps keys, stamps, fonts and trust loaded for its life; files travel
through the blob folder, never through pipes.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from connectors import envelope
from connectors.edxml import reader
from documents.arrival import Arrival, StatusArrival
from documents.blobs import BlobStore
from documents.incoming import Finding
from documents.outgoing import SecretRefused
from documents.placement import Box, Placement
from drafting import finder, intake
from drafting.secrecy import secrecy_mark
from signing import fields, pades, seal
from signing.appearance import Stamp
from signing.keys import Pkcs12Key
from signing.report import Indication, Report
from signing.trust import TrustStore
from signing.validation import verify
from workflows.handover import handed_in
from workflows.settings import Settings


@dataclass(frozen=True, slots=True)
class Stored:
    """A blob: its SHA-256 and its size in bytes."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Intake:
    """A draft's file taken in: normalised, with its reserved fields."""

    source: Stored
    pdf: Stored
    pages: int
    placement: Placement
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TakeIn:
    """Take in a file from outside as a draft; nothing of a secret one is kept."""

    path: Path
    signer_name: str
    notation: str
    boxes: tuple[tuple[str, Box], ...] = ()


@dataclass(frozen=True, slots=True)
class Sign:
    """Put the leader's signature on a prepared PDF."""

    sha256: str
    key: str
    """Stem of the key in the key folder."""
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Seal:
    """Fill number and date and put the agency's seal on a signed PDF."""

    sha256: str
    key: str
    name: str
    number: str
    day: str
    month: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Open:
    """Read an edXML message; its attachments become blobs."""

    organ_id: str
    axis_id: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Verify:
    """Verify the signatures of a document's own PDF and of its other signed PDFs."""

    main: str
    others: tuple[str, ...]
    damaged: bool
    accepts_unsigned: bool


Job = TakeIn | Sign | Seal | Open | Verify
Done = Intake | Stored | Arrival | StatusArrival | Finding


class Bench:
    """One worker process's tools, loaded once."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.blobs = BlobStore(settings.at(settings.blobs))
        self.key = cache(self._key)
        self.stamp = cache(self._stamp)
        self._trust: TrustStore | None = None

    @property
    def trust(self) -> TrustStore:
        """The roots and revocation lists of this installation."""
        if self._trust is None:
            crls = [self.settings.at(path) for path in self.settings.crls]
            self._trust = TrustStore.load(self.settings.at(self.settings.trust_roots), crls)
        return self._trust

    def _key(self, stem: str) -> Pkcs12Key:
        folder = self.settings.at(self.settings.keys)
        passphrase = (folder / f"{stem}.pass").read_bytes().strip()
        return Pkcs12Key.load(folder / f"{stem}.p12", passphrase)

    def _stamp(self, stem: str) -> Stamp | None:
        image = self.settings.at(self.settings.keys) / f"{stem}.png"
        return Stamp.from_png(image.read_bytes()) if image.exists() else None

    def do(self, job: Job) -> Done:
        """Do one job.

        Raises:
            OfficeError: whatever the job's part refuses or cannot do.
        """
        match job:
            case TakeIn():
                return self._take_in(job)
            case Sign():
                return self._sign(job)
            case Seal():
                return self._seal(job)
            case Open():
                return self._open(job)
            case Verify():
                return self._verify(job)

    def _put(self, content: bytes) -> Stored:
        return Stored(self.blobs.put(content), len(content))

    def _take_in(self, job: TakeIn) -> Intake:
        source = handed_in(job.path)
        taken = intake.take_in(source, job.path.name)
        if mark := secrecy_mark(taken.pdf):
            raise SecretRefused(mark)
        placement = finder.find_placement(
            taken.pdf, signer_name=job.signer_name, notation=job.notation, boxes=dict(job.boxes)
        )
        pdf = self._put(fields.reserve(taken.pdf, placement))
        return Intake(self._put(source), pdf, taken.pages, placement, taken.notes)

    def _sign(self, job: Sign) -> Stored:
        pdf = pades.sign(
            self.blobs.get(job.sha256),
            self.key(job.key),
            self.stamp(job.key),
            at=job.at,
            name=job.name,
            reason="Ký ban hành",
        )
        return self._put(pdf)

    def _seal(self, job: Seal) -> Stored:
        pdf = seal.seal(
            self.blobs.get(job.sha256),
            self.key(job.key),
            self.stamp(job.key),
            number=job.number,
            day=job.day,
            month=job.month,
            at=job.at,
            name=job.name,
            reason="Đóng dấu cơ quan",
        )
        return self._put(pdf)

    def _open(self, job: Open) -> Arrival | StatusArrival:
        with reader.read(self.blobs.path(job.sha256)) as message:
            return envelope.arrival(message, job.organ_id, job.axis_id, job.sha256, self.blobs.put)

    def _verify(self, job: Verify) -> Finding:
        if job.damaged:
            return Finding("TOTAL-FAILED", {}, "Tệp bị hỏng trên đường truyền / damaged in transit")
        if job.main and (mark := secrecy_mark(self.blobs.get(job.main))):
            return Finding("INDETERMINATE", {}, f"Văn bản mật / secret document: {mark}")
        if not job.main:
            return self._unsigned(job, {}, "Không có tệp PDF / no PDF")
        reports = [verify(self.blobs.get(sha), self.trust) for sha in (job.main, *job.others)]
        main = reports[0]
        report = {"main": main.as_dict(), "others": [other.as_dict() for other in reports[1:]]}
        if not main.signatures:
            return self._unsigned(job, report, "Không có chữ ký số / no digital signature")
        return Finding(main.verdict.value, report, _objection(reports))

    def _unsigned(self, job: Verify, report: dict[str, Any], why: str) -> Finding:
        return Finding("UNSIGNED", report, "" if job.accepts_unsigned else why)


def _objection(reports: list[Report]) -> str:
    """Return why a person must look before the document may be registered, if so."""
    for report in reports:
        if report.signatures and report.verdict is not Indication.TOTAL_PASSED:
            return f"Chữ ký chưa đạt / signature not accepted: {report.verdict} {report.reason}"
    return ""
