"""The table of contents of an evidence bundle: every file's digest, and what each one is.

Written with a bundle and read from a stranger's, so nothing in it is believed but its form.
"""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from documents.errors import EvidenceBroken
from documents.report import FiledReport, Verdict

MANIFEST = "manifest.json"
SUMS = "SHA256SUMS"
README = "README.txt"
SLICE = "ledger/slice.jsonl"
NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}(/[A-Za-z0-9][A-Za-z0-9._-]{0,99}){0,3}"
"""Of a file: portable, no way out of the folder it is unpacked in, no hidden file."""
MOST_FILES = 5000
LARGEST_MANIFEST = 8 << 20
"""Bytes."""

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Name = Annotated[str, Field(pattern=rf"^{NAME}$")]


class BundleBroken(EvidenceBroken):
    """A bundle is not what `congvan evidence` writes, or was changed since."""

    code = "bundle.broken"
    vietnamese = "Gói chứng cứ không đọc được hoặc đã bị sửa: {0}"
    english = "the evidence bundle cannot be read or was changed: {0}"
    remedy = "Xin lại gói từ nơi lập / ask for it again from whoever made it"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FileEntry(_Part):
    """One file of the bundle."""

    sha256: Digest
    size: int = Field(ge=0)
    """Bytes."""


class RevisionEntry(_Part):
    """One revision of the document's file, oldest first."""

    kind: str = Field(max_length=12)
    file: Name
    sha256: Digest
    at: datetime


class ReportEntry(_Part):
    """One stored report, and the digests of what it rests on; all are files of the bundle."""

    file: Name
    """The report, canonical JSON."""
    page: Name | None
    """The same for people, PDF/A."""
    occasion: str = Field(max_length=8)
    of_sha256: Digest
    """The file that was verified."""
    at: datetime
    verdict: Verdict
    policy_id: str = Field(max_length=100)
    policy_sha256: Digest
    trust_sha256: Digest
    evidence_sha256: Digest
    sha256: Digest

    def filed(self, content: str) -> FiledReport:
        """Return the report as it is stored in an office."""
        return FiledReport(
            self.of_sha256,
            self.at,
            self.verdict,
            self.policy_id,
            self.policy_sha256,
            self.trust_sha256,
            self.evidence_sha256,
            content,
        )


class Link(_Part):
    """One row of the slice and its neighbours in the agency's chain."""

    sequence: int = Field(ge=1)
    digest: Digest
    previous: Digest
    next: Digest | None
    """Digest of the row after it, whoever's it is; none at the chain's end."""


class Chain(_Part):
    """Where the slice hangs in the agency's ledger when the bundle was made."""

    organ_id: str = Field(max_length=35)
    head_sequence: int = Field(ge=0)
    head_digest: Digest
    links: tuple[Link, ...]


class Described(_Part):
    """Which document it is."""

    id: str = Field(max_length=36)
    direction: str = Field(max_length=8)
    organ_id: str = Field(max_length=35)
    state: str = Field(max_length=12)
    code: str = Field(max_length=140)
    date: str = Field(max_length=10)
    subject: str = Field(max_length=4000)
    sender: str = Field(max_length=300)
    current_sha256: Digest | None


class Manifest(_Part):
    """The whole of it."""

    format: Literal["congvan-evidence-bundle/1"] = "congvan-evidence-bundle/1"
    document: Described
    chain: Chain
    revisions: tuple[RevisionEntry, ...]
    reports: tuple[ReportEntry, ...]
    files: dict[Name, FileEntry] = Field(max_length=MOST_FILES)

    def to_bytes(self) -> bytes:
        """Return it as JSON (UTF-8) for people and programs."""
        return (self.model_dump_json(indent=1) + "\n").encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Return the manifest that *data* is.

        Raises:
            BundleBroken: it is not one.
        """
        try:
            return cls.model_validate_json(data)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])[:100]
            raise BundleBroken(f"{MANIFEST}: {where}: {first['msg']}"[:300]) from None

    def sums(self, own: str) -> bytes:
        """Return `SHA256SUMS`: every file and the manifest, whose digest is *own*."""
        lines = [f"{entry.sha256}  {name}" for name, entry in self.files.items()]
        return ("\n".join(sorted([*lines, f"{own}  {MANIFEST}"], key=_name)) + "\n").encode()


def _name(line: str) -> str:
    return line[66:]
