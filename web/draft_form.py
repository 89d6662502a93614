"""What the composer's form sends, read: whatever cannot be read is a fault beside its field.

Source: ux.md §1.3 (outgoing fields). Days are typed dd/mm/yyyy, lists one entry a line; what is
missing or wrong in itself says the domain (`workflows.draft_faults`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from documents.document import Urgency
from documents.draft_edits import Edit
from documents.draft_layouts import layout_of
from documents.errors import OfficeError, Refused
from documents.fields import LANGUAGE
from web.faults import InputRefused
from web.kept import KeptForm
from workflows.calendar_days import typed_day
from workflows.composing import Head, Written
from workflows.drafts import Order, Tie

MOST_LINES = 1000


@dataclass(frozen=True, slots=True)
class DraftForm:
    """A draft as it was typed."""

    way: str
    """compose, or file."""
    type: str
    subject: str
    unit: str
    notation: str
    signer: str
    urgency: Urgency
    recipients: tuple[str, ...]
    to_places: tuple[str, ...]
    written: Written
    due: date | None
    issue_by: date | None
    description: str
    language: str
    copies: int | None
    informs: tuple[str, ...]
    reason: str
    kept_files: frozenset[str]
    """SHA-256 of the attachments that stay."""
    boxes: tuple[str, ...] = ()
    """Places in a file, given by hand: one a line."""
    faults: Mapping[str, OfficeError] = field(default_factory=dict)
    """What cannot be read, by field."""

    @property
    def composes(self) -> bool:
        """Whether the text was typed, not handed in as a file."""
        return self.way != "file"

    def head(self, organ_id: str) -> Head:
        """Return what is printed besides the text."""
        return Head(
            organ_id,
            self.type,
            self.subject,
            self.signer,
            self.unit,
            self.notation,
            self.urgency,
            self.to_places,
        )

    def order(
        self,
        organ_id: str,
        drafter: str,
        document_id: str,
        ties: tuple[Tie, ...],
        attachments: tuple[Path, ...] = (),
    ) -> Order:
        """Return it as a draft to be entered."""
        return Order(
            sender=organ_id,
            type=self.type,
            subject=self.subject,
            recipients=self.recipients,
            signer=self.signer,
            drafter=drafter,
            unit=self.unit,
            notation=self.notation,
            urgency=self.urgency,
            due_date=self.due,
            issue_by=self.issue_by,
            language=self.language,
            description=self.description,
            issued_amount=self.copies,
            attachments=attachments,
            ties=ties,
            informs=self.informs,
            to_places=self.to_places,
            document_id=document_id,
        )

    def edit(self) -> Edit:
        """Return it as a change of a draft: every field of the form says what is to be."""
        absent = {
            "due_date": self.due,
            "issue_by": self.issue_by,
            "description": self.description or None,
            "issued_amount": self.copies,
        }
        return Edit(
            subject=self.subject,
            type=self.type,
            notation=self.notation,
            unit=self.unit,
            signer=self.signer,
            recipients=self.recipients,
            to_places=self.to_places,
            urgency=self.urgency,
            due_date=self.due,
            issue_by=self.issue_by,
            language=self.language,
            description=self.description or None,
            issued_amount=self.copies,
            clear=frozenset(name for name, value in absent.items() if value is None),
        )


def read(form: KeptForm, today: date) -> DraftForm:
    """Return what the form holds; days typed in a hurry count from *today* in Vietnam."""
    faults: dict[str, OfficeError] = {}
    kind = form.text("type")
    own = {line.name: form.text(line.name).strip() for line in layout_of(kind).own}
    return DraftForm(
        way="file" if form.text("way") == "file" else "compose",
        type=kind,
        subject=" ".join(form.text("subject").split()),
        unit=form.text("unit").strip(),
        notation=form.text("notation").strip(),
        signer=form.text("signer"),
        urgency=_urgency(form.text("urgency"), faults),
        recipients=tuple(dict.fromkeys(_codes(form))),
        to_places=lines(form.text("to_places")),
        written=Written(
            lines(form.text("bases")),
            lines(form.text("addressees")),
            form.text("body"),
            own,
            form.text("unit").strip(),
        ),
        due=_day("due", form, today, faults),
        issue_by=_day("issue_by", form, today, faults),
        description=form.text("description").strip(),
        language=form.text("language").strip() or LANGUAGE,
        copies=_count("copies", form.text("copies"), faults),
        informs=tuple(dict.fromkeys(form.texts("inform"))),
        reason=form.text("reason").strip(),
        kept_files=frozenset(form.texts("keep")),
        boxes=lines(form.text("boxes")),
        faults=faults,
    )


def lines(text: str) -> tuple[str, ...]:
    """Return the lines that say something."""
    found = (" ".join(line.split()) for line in text[:200_000].splitlines())
    return tuple(line for line in found if line)[:MOST_LINES]


def _codes(form: KeptForm) -> list[str]:
    """Return the recipients: those that were picked, and codes typed one a line."""
    typed = form.text("codes").replace(",", "\n").replace(";", "\n")
    every = [*form.texts("recipients"), *lines(typed)]
    return [code.strip() for code in every if code.strip()][:MOST_LINES]


def _day(name: str, form: KeptForm, today: date, faults: dict[str, OfficeError]) -> date | None:
    try:
        return typed_day(form.text(name), today)
    except Refused as error:
        faults[name] = error
        return None


def _urgency(text: str, faults: dict[str, OfficeError]) -> Urgency:
    try:
        return Urgency(int(text or 0))
    except ValueError:
        faults["urgency"] = InputRefused("Độ khẩn / urgency")
        return Urgency.ROUTINE


def _count(name: str, text: str, faults: dict[str, OfficeError]) -> int | None:
    if not text.strip():
        return None
    if text.strip().isascii() and text.strip().isdigit() and len(text.strip()) <= 9:
        return int(text)
    faults[name] = InputRefused("Số lượng bản / copies")
    return None
