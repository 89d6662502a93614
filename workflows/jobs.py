"""What worker processes do: prepare, sign, seal, open and verify. Ids and digests in and out.

A worker process keeps keys, stamps, fonts and trust loaded for its life; files travel
through the blob folder, never through pipes.
"""

import mimetypes
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from connectors import envelope
from connectors.edxml import filename, reader
from connectors.edxml.incoming import ReadLimits
from documents.arrival import Arrival, SecretArrival, StatusArrival
from documents.attachments import SealedAttachment
from documents.blobs import BlobDamaged, BlobStore
from documents.document import Attachment
from documents.incoming import Finding
from documents.placement import Box, Placement
from documents.secrecy import SecretRefused, mark_in_name
from drafting import finder, intake
from drafting.composer import Composed
from drafting.preview import Preview
from drafting.secrecy import file_mark, secrecy_mark
from signing import fields, pades, seal
from signing.report import Report
from signing.timestamps import Stamping
from signing.validation import verify
from workflows import appendices, copyroom, initialling, levels, pressing, verdicts
from workflows.acceptance import objection
from workflows.appendices import SealAttachment
from workflows.collation import Collate, Collated, collated
from workflows.copyroom import CertifyCopy, CopyFile, PrepareCopy
from workflows.draft_looks import CheckForm, Compose, Differ, Differences, FormSeen, looked
from workflows.entitlement import ensure_may_seal, ensure_may_sign, signs
from workflows.handover import handed_in
from workflows.initialling import Initial
from workflows.levels import Copies, Preserve
from workflows.looking import LookAt, Seen, looked_at
from workflows.ocr import Recognise, Recognised, recognised
from workflows.page_changes import Compare, Compared, compared
from workflows.placing import Show, shown
from workflows.pressing import (
    SEAL_REASON,
    SIGN_REASON,
    Accept,
    Complete,
    Freeze,
    Frozen,
    Seal,
    Sign,
    Stored,
)
from workflows.secret_marks import mark_of
from workflows.settings import Settings
from workflows.text_reading import FilesText, ReadText, read_text
from workflows.tools import Tools


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
class Attach:
    """Take in a file that travels with a draft; nothing of a secret one is kept."""

    path: Path


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
    signer_name: str = ""
    """As the message says."""


@dataclass(frozen=True, slots=True)
class ShowKey:
    """Say whose certificate a key in the key folder has."""

    key: str
    """Stem."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The public part of a key."""

    certificate: bytes
    """DER."""


Job = (
    TakeIn
    | Show
    | Attach
    | Sign
    | Seal
    | SealAttachment
    | Initial
    | CertifyCopy
    | PrepareCopy
    | Freeze
    | Complete
    | Accept
    | Open
    | Verify
    | Collate
    | Preserve
    | ReadText
    | LookAt
    | Recognise
    | Compare
    | ShowKey
    | Compose
    | Differ
    | CheckForm
)
Done = (
    Intake
    | Preview
    | Attachment
    | Stored
    | SealedAttachment
    | CopyFile
    | Frozen
    | Arrival
    | StatusArrival
    | SecretArrival
    | Finding
    | Collated
    | Copies
    | FilesText
    | Seen
    | Recognised
    | Compared
    | Shown
    | Composed
    | Differences
    | FormSeen
)


class Bench(Tools):
    """One worker process, its tools and the files that it works on."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.blobs = BlobStore(settings.at(settings.blobs))

    def do(self, job: Job) -> Done:
        """Do one job.

        Raises:
            OfficeError: whatever the job's part refuses or cannot do.
        """
        match job:
            case Freeze() | Complete() | Accept():
                return pressing.later(job, self.blobs, self.stamp, self.trust, self._stamping)
            case TakeIn() | Attach():
                return self._take_in(job) if isinstance(job, TakeIn) else self._attach(job)
            case Show():
                return shown(job)
            case Sign():
                return self._sign(job)
            case Seal():
                return self._seal(job)
            case SealAttachment() | Initial() | CertifyCopy() | PrepareCopy():
                return self._accompany(job)
            case Open() | ReadText() | LookAt() | Recognise() | Compare() | ShowKey():
                return self._read(job)
            case Verify() | Collate() | Preserve():
                return self._judge(job)
            case Compose() | Differ() | CheckForm():
                return looked(job, self.blobs)

    def _read(self, job: Open | ReadText | LookAt | Recognise | Compare | ShowKey) -> Done:
        match job:
            case LookAt():
                return looked_at(job, self.blobs, self.settings.largest_files)
            case Recognise():
                return recognised(job, self.blobs, self.settings)
            case ReadText():
                return read_text(job, self.blobs)
            case Compare():
                return compared(job, self.blobs)
            case ShowKey():
                return Shown(self.key(job.key).certificate)
            case Open():
                return self._open(job)

    def _judge(self, job: Verify | Collate | Preserve) -> Finding | Collated | Copies:
        if isinstance(job, Collate):
            return collated(job, self.blobs)
        if isinstance(job, Verify):
            return self._verify(job)
        return levels.preserved(job, self.blobs, self.settings, self.trust())

    def _put(self, content: bytes) -> Stored:
        return Stored(self.blobs.put(content), len(content))

    def _take_in(self, job: TakeIn) -> Intake:
        source = handed_in(job.path)
        taken = intake.take_in(source, job.path.name)
        if mark := mark_in_name(job.path.name) or secrecy_mark(taken.pdf):
            raise SecretRefused(mark)
        placement = finder.find_placement(
            taken.pdf, signer_name=job.signer_name, notation=job.notation, boxes=dict(job.boxes)
        )
        pdf = self._put(fields.reserve(taken.pdf, placement))
        return Intake(self._put(source), pdf, taken.pages, placement, taken.notes)

    def _attach(self, job: Attach) -> Attachment:
        content = handed_in(job.path, self.settings.largest_files)
        if mark := mark_in_name(job.path.name) or file_mark(content):
            raise SecretRefused(mark)
        kind = mimetypes.guess_type(job.path.name)[0] or "application/octet-stream"
        name = filename.safe_name(job.path.name)
        return Attachment(name, kind, self.blobs.put(content), len(content))

    def _sign(self, job: Sign) -> Stored:
        pdf, key = self.blobs.get(job.sha256), self.signer(job.key, job.at)
        ensure_may_sign(pdf, job.warrant, key, job.at)
        pdf = pades.sign(
            pdf,
            key,
            self.stamp(job.key),
            at=job.at,
            name=job.name,
            reason=SIGN_REASON,
            stamping=(stamping := self._stamping(job.at)),
        )
        return levels.graded(self._put(pdf), stamping)

    def _seal(self, job: Seal) -> Stored:
        key = self.signer(job.key, job.at)
        ensure_may_seal(job.warrant, key, job.at)
        pdf = seal.seal(
            self.blobs.get(job.sha256),
            key,
            self.stamp(job.key),
            number=job.number,
            day=job.day,
            month=job.month,
            at=job.at,
            name=job.name,
            reason=SEAL_REASON,
            stamping=(stamping := self._stamping(job.at)),
        )
        return levels.graded(self._put(pdf), stamping)

    def _stamping(self, at: datetime) -> Stamping | None:
        return levels.stamping(self.settings, self.trust, at)

    def _accompany(
        self, job: SealAttachment | Initial | CertifyCopy | PrepareCopy
    ) -> SealedAttachment | Stored | CopyFile:
        """Do what is signed besides the document itself."""
        if isinstance(job, PrepareCopy):
            return copyroom.prepared(job, self.blobs)
        key, stamping = self.signer(job.key, job.at), self._stamping(job.at)
        match job:
            case SealAttachment():
                return appendices.sealed(job, self.blobs, key, stamping)
            case Initial():
                stamp = self.stamp(job.key)
                return self._put(initialling.initialled(job, self.blobs, key, stamp, stamping))
            case CertifyCopy():
                return copyroom.certified(job, self.blobs, key, stamping)

    def _open(self, job: Open) -> Arrival | StatusArrival | SecretArrival:
        try:
            path = self.blobs.sound(job.sha256)
        except BlobDamaged:
            self.blobs.set_aside(job.sha256)
            raise
        limits = ReadLimits.of(self.settings.axis.max_size)
        with reader.read(path, limits=limits) as message:
            if mark := mark_of(message):
                key = message.edoc.document_id if message.edoc else ""
                return SecretArrival(job.organ_id, job.axis_id, mark, key[:200])
            kept = self.blobs.put_from
            return envelope.arrival(message, job.organ_id, job.axis_id, job.sha256, kept)

    def _verify(self, job: Verify) -> Finding:
        if job.damaged:
            return Finding("TOTAL-FAILED", {}, "Tệp bị hỏng trên đường truyền / damaged in transit")
        if not job.main:
            return self._unsigned(job, {}, "Không có tệp PDF / no PDF")
        trust, policy = self.trust(), self.policy()
        files, letter = (job.main, *job.others), self.blobs.get(job.main)
        reports: list[Report] = []
        for sha256 in files:
            content = letter if sha256 == job.main else self.blobs.get(sha256)
            reports.append(verify(content, trust, policy=policy))
        filed = tuple(
            verdicts.filed(report, sha256, trust, self.blobs, policy)
            for sha256, report in zip(files, reports, strict=True)
        )
        main = reports[0]
        signed = signs(letter, main, job.signer_name)
        report = {"main": main.as_dict(), "others": [other.as_dict() for other in reports[1:]]}
        why = objection(reports)
        if main.signatures or why:
            return Finding(main.verdict.value, report, why, signed, filed)
        unsigned = self._unsigned(job, report, "Không có chữ ký số / no digital signature")
        return replace(unsigned, signs=signed, filed=filed)

    def _unsigned(self, job: Verify, report: dict[str, Any], why: str) -> Finding:
        return Finding("UNSIGNED", report, "" if job.accepts_unsigned else why)
