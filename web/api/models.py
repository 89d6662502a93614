"""What the interface says and takes: pydantic models; nothing unknown is taken (OWASP API3)."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from documents.document import Attachment
from documents.lifecycle import Step
from documents.rights import Offer
from documents.step_words import STATES
from documents.tables import (
    DeliveryRow,
    DocumentRow,
    LedgerRow,
    ReportRow,
    RevisionRow,
    TaskRow,
)
from documents.task import NO_DAY, TaskPart

TEXT = 2_000


class Said(BaseModel):
    """What we say."""

    model_config = ConfigDict(from_attributes=True)


class Asked(BaseModel):
    """What a caller says: nothing besides these fields."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Summary(Said):
    """A document in a list."""

    id: str
    direction: str
    state: str
    state_name: str = ""
    """Vietnamese."""
    type_name: str
    subject: str
    code_number: str | None
    code_notation: str
    promulgated: date | None
    sender_organ_id: str
    sender_name: str
    receipt_number: int | None
    arrival_date: date | None
    urgency: int
    due_date: date | None
    signer_name: str
    held: bool
    error_code: str | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: DocumentRow) -> "Summary":
        """Return *row* as it stands in a list."""
        found = cls.model_validate(row)
        found.state_name = STATES.get(row.state, row.state)
        return found


class Summaries(Said):
    """A page of documents."""

    documents: list[Summary]
    next: str
    """Opaque cursor of the page after this one; empty at the end."""


class File(Said):
    """A file, fetched by its digest."""

    kind: str
    name: str
    content_type: str
    sha256: str
    size: int


class StepOffered(Said):
    """A step that the token's person may take now."""

    step: Step
    label: str
    position: str
    in_stead_of: str
    needs_reason: bool
    task_id: str

    @classmethod
    def of(cls, offer: Offer) -> "StepOffered":
        """Return *offer* for programs."""
        return cls.model_validate(offer)


class Document(Summary):
    """A document, whole; its ETag goes back with every step."""

    version: int
    pages: int
    place: str
    to_places: list[str]
    language: str | None
    description: str | None
    signer_position: str
    verdict: str
    warnings: list[str]
    document_key: str | None
    current_sha256: str | None
    files: list[File] = []
    steps: list[StepOffered] = []

    @classmethod
    def whole(
        cls,
        row: DocumentRow,
        revisions: list[RevisionRow],
        attachments: list[Attachment],
        offers: tuple[Offer, ...],
    ) -> "Document":
        """Return *row* with its files and the steps that may be taken."""
        found = cls.model_validate(row)
        found.state_name = STATES.get(row.state, row.state)
        pdf = "application/pdf"
        found.files = [
            File(kind=each.kind, name="", content_type=pdf, sha256=each.sha256, size=each.size)
            for each in revisions
        ]
        found.files += [
            File(
                kind="attachment",
                name=each.name,
                content_type=each.content_type,
                sha256=each.sha256,
                size=each.size,
            )
            for each in attachments
        ]
        found.steps = [StepOffered.of(offer) for offer in offers]
        return found


class Delivery(Said):
    """One recipient's truth."""

    organ_id: str
    name: str
    state: str
    status_code: str | None
    note: str
    sent_at: datetime | None
    updated_at: datetime

    @classmethod
    def of(cls, row: DeliveryRow) -> "Delivery":
        """Return *row* for programs."""
        return cls.model_validate(row)


class Fact(Said):
    """One row of the ledger about the document."""

    sequence: int
    at: str
    actor: str
    role: str
    step: str
    state: str
    evidence: str
    detail: str
    """Canonical JSON."""
    digest: str

    @classmethod
    def of(cls, row: LedgerRow) -> "Fact":
        """Return *row* for programs."""
        return cls.model_validate(row)


class Verification(Said):
    """One verification of one file, as it was kept."""

    file_sha256: str
    occasion: str
    at: datetime
    verdict: str
    policy_id: str
    sha256: str
    """Of `content`."""
    content: str
    """The report, canonical JSON."""

    @classmethod
    def of(cls, row: ReportRow) -> "Verification":
        """Return *row* for programs."""
        return cls.model_validate(row)


class Task(Said):
    """A unit's or a person's part in the handling of a document."""

    id: str
    document_id: str | None
    parent_id: str | None
    unit_id: str | None
    person_id: str | None
    part: str
    state: str
    given_by: str
    given_at: datetime
    content: str
    product: str
    due_on: date | None
    accepted_at: datetime | None
    started_at: datetime | None
    closed_at: datetime | None
    result: str

    @classmethod
    def of(cls, row: TaskRow) -> "Task":
        """Return *row* for programs; no deadline is none."""
        found = cls.model_validate(row)
        if row.due_on == NO_DAY:
            found.due_on = None
        return found


class Tasks(Said):
    """A page of tasks."""

    tasks: list[Task]
    next: str


class Found(Summaries):
    """A page of what a search found."""

    total: int
    at_least: bool
    """There are more than `total`."""


class Agency(Said):
    """An agency of the catalogue."""

    code: str
    name: str
    parent: str
    other_codes: list[str]
    abolished: bool
    successors: list[str]


class Agencies(Said):
    """What the catalogue has."""

    agencies: list[Agency]


class Register(Said):
    """One series of numbers of one year."""

    direction: str
    series: str
    year: int
    last_number: int
    closed_at: datetime | None


class Registers(Said):
    """The agency's registers."""

    registers: list[Register]


class RegisterRow(Said):
    """One row, in the columns of Decree 30/2020, Appendix IV."""

    series: str
    number: int | None
    cells: list[str]


class RegisterRows(Said):
    """A page of a register."""

    columns: list[str]
    rows: list[RegisterRow]
    next: str


class Me(Said):
    """Who the token is."""

    organ_id: str
    person_id: str
    full_name: str
    system: str
    scopes: list[str]
    rights: list[str]


class Directed(Said):
    """What became of a direction."""

    document_id: str
    state: str
    tasks: list[str]
    warnings: list[str]


class Taken(Said):
    """What became of a step."""

    id: str
    state: str
    state_name: str


class StepWanted(Asked):
    """A step of a document."""

    step: Step
    reason: str = Field(default="", max_length=TEXT)
    to: str = Field(default="", max_length=255)
    """Of an arrival that is submitted: before whom, id or full name."""
    recipients: list[str] = Field(default=[], max_length=500)
    """Of a recall: only these; empty: everyone."""
    sha256: str = Field(default="", pattern="^([0-9a-f]{64})?$")
    """The file that the decider had before them."""


class ShareWanted(Asked):
    """One addressee of a direction."""

    to: str = Field(min_length=1, max_length=255)
    """Unit or person: id or name."""
    part: TaskPart = TaskPart.LEAD
    due: date | None = None
    product: str = Field(default="", max_length=TEXT)


class DirectionWanted(Asked):
    """A direction (bút phê)."""

    opinion: str = Field(min_length=1, max_length=TEXT)
    shares: list[ShareWanted] = Field(min_length=1, max_length=200)
    due: date | None = None


class TaskStepWanted(Asked):
    """A step of a task."""

    step: Literal["accept", "start", "report", "complete", "read", "return", "withdraw", "reopen"]
    words: str = Field(default="", max_length=TEXT)
    """What is reported, the result, or why."""


class DraftWanted(Asked):
    """The facts of a draft; who drafts it is the token's person, whatever is said."""

    type: str = Field(min_length=1, max_length=100)
    subject: str = Field(min_length=1, max_length=500)
    signer: str = Field(min_length=1, max_length=255)
    """Id or full name."""
    recipients: list[str] = Field(min_length=1, max_length=500)
    """Codes of agencies."""
    unit: str = Field(default="", max_length=30)
    notation: str = Field(default="", max_length=100)
    urgency: int = Field(default=0, ge=0, le=4)
    confidentiality: str = Field(default="", max_length=100)
    due_date: date | None = None
    language: str = Field(default="", max_length=30)
    description: str = Field(default="", max_length=500)
    issued_amount: int | None = Field(default=None, ge=1, le=99_999)
