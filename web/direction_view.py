"""What the page of a direction shows: the document, its files and trace, what may be done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from documents import addressees, casefile, lying, phrases, presets, remarks, rights, tasks
from documents.document import Attachment, Role
from documents.lifecycle import Direction, Step
from documents.phrase import PhraseKind
from documents.presets import Shown
from documents.rights import Offer
from documents.tables import DocumentRow, TaskRow
from documents.task import OPEN
from web import due_days, trail
from web.faults import PageMissing
from web.visitor import Visitor


@dataclass(frozen=True, slots=True)
class Paper:
    """A file of the document that can be looked at."""

    number: int
    """0: the document itself."""
    name: str
    href: str
    shown: bool
    """A PDF, which the viewer draws; others are fetched."""


def seen_document(session: Session, here: Visitor, document_id: str) -> DocumentRow:
    """Return the arrival, if the visitor may see it.

    Raises:
        DocumentUnknown: there is none, it is another agency's, or not for them.
        PageMissing: it did not come in.
    """
    row = session.get(DocumentRow, document_id[:36])
    rights.see(session, here.visit, row, here.at)
    if row is None or row.direction != Direction.INCOMING:
        raise PageMissing
    return row


def papers(row: DocumentRow, files: Sequence[Attachment]) -> list[Paper]:
    """Return what can be looked at, the document itself first."""
    found = []
    if row.current_sha256:
        found.append(Paper(0, "Văn bản", f"/documents/{row.id}/pdf", shown=True))
    for number, file in enumerate(files, 1):
        if file.sha256 == row.current_sha256:
            continue
        is_pdf = file.content_type == "application/pdf"
        href = f"/documents/{row.id}/attachments/{number}"
        found.append(Paper(number, file.name, href, shown=is_pdf))
    return found


@dataclass(frozen=True, slots=True)
class Ways:
    """What the visitor may do with the document now."""

    assign: Offer | None
    submit: Offer | None
    back: Offer | None
    shelve: Offer | None

    @property
    def any(self) -> bool:
        """Whether there is anything."""
        return any((self.assign, self.submit, self.back, self.shelve))


def ways(session: Session, here: Visitor, row: DocumentRow) -> Ways:
    """Return the steps of directing that the visitor may take."""
    offers = {offer.step: offer for offer in rights.steps(session, here.visit, row, here.at)}
    shelve = offers.get(Step.COMPLETE)
    if shelve is not None and shelve.task_id:
        shelve = None
    back = offers.get(Step.RETURN)
    return Ways(offers.get(Step.ASSIGN), offers.get(Step.SUBMIT), back, shelve)


def leaders(session: Session, here: Visitor) -> list[addressees.Addressee]:
    """Return who can be asked to direct, without the visitor."""
    found = addressees.everybody(
        session, here.organ_id, here.at, roles=(Role.LEADER, Role.UNIT_HEAD)
    )
    return [each for each in found if not each.is_unit and each.id != here.who]


def context(session: Session, here: Visitor, row: DocumentRow, paper: int) -> dict[str, Any]:
    """Return everything that the page shows beside its form."""
    files = papers(row, casefile.attachments_of(session, row.id))
    kept = phrases.kept(session, here.organ_id, here.who)
    given = tasks.of_document(session, row.id)
    may = ways(session, here, row)
    return {
        "row": row,
        "papers": files,
        "paper": next((each for each in files if each.number == paper and each.shown), None)
        or next((each for each in files if each.shown), None),
        "lying": lying.of_document(session, row.id),
        "proposal": lying.proposed(session, [row.id]).get(row.id, ""),
        "trace": remarks.trace(session, row.id),
        "ways": may,
        "presets": presets.offered(session, here.organ_id, here.who, here.today),
        "opinions": phrases.offered(kept, PhraseKind.OPINION),
        "reasons": phrases.offered(kept, PhraseKind.RETURN),
        "short": phrases.abbreviations(kept),
        "leaders": leaders(session, here) if may.submit else [],
        "days": due_days.offered(here.today),
        "given": [task for task in given if task.state in OPEN],
        "names": names(session, here, given),
    }


def names(session: Session, here: Visitor, rows: Sequence[TaskRow]) -> Mapping[str, str]:
    """Return the names of everybody that the tasks are given to, by id."""
    keys = {key for task in rows for key in (task.unit_id, task.person_id, task.given_by) if key}
    return dict(addressees.named(session, here.organ_id, sorted(keys)))


def after(here: Visitor, document_id: str, tu: str) -> str:
    """Return where to go once it is directed: the next one of the list it was opened from."""
    return trail.onward(here, tu, document_id) if tu else "/direct"


def ready(found: Sequence[Shown], choice: str) -> Shown | None:
    """Return the preset that was chosen, if it is one of the visitor's."""
    return next((preset for preset in found if preset.id == choice), None)
