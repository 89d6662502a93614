"""What a person still holds: to be handed over when a post ends.

Legal source: Decree 30/2020/ND-CP, Art. 29 to 31 (law.md §1.10 H-09): before retirement,
transfer or long study everybody hands over what they keep; law.md §8 O-08.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from documents.lifecycle import Direction, State
from documents.tables import DocumentRow, DossierRow, SubmissionRow, TaskRow

MOST = 1000
"""Of each kind."""


class HoldingKind(StrEnum):
    """In which way something is a person's."""

    DRAFT = "draft"
    """dự thảo: to be finished or submitted."""
    SIGNATURE = "signature"
    """chờ ký: waits for their approval or signature."""
    CARRIED = "carried"
    """văn thư đang làm thủ tục: number, seal, dispatch."""
    SUBMISSION = "submission"
    """văn bản đến chờ cho ý kiến."""
    TASK = "task"
    """nhiệm vụ."""
    DOSSIER = "dossier"
    """hồ sơ."""


@dataclass(frozen=True, slots=True)
class Holding:
    """One thing that a person holds."""

    kind: HoldingKind
    id: str
    document_id: str
    what: str
    """As people read it: a subject, a task's content, a dossier's title."""


def held_by(session: Session, organ_id: str, person_id: str) -> list[Holding]:
    """Return what the person holds in the agency, by kind; at most 1000 of each."""
    document = select(DocumentRow.id, DocumentRow.id, DocumentRow.subject).where(
        DocumentRow.organ_id == organ_id, DocumentRow.direction == Direction.OUTGOING
    )
    to_sign = (State.SUBMITTED, State.APPROVED)
    underway = (State.SIGNED, State.NUMBERED, State.SEALED)
    queries: dict[HoldingKind, Select[Any, Any, Any]] = {
        HoldingKind.DRAFT: document.where(
            DocumentRow.drafter_id == person_id,
            DocumentRow.state.in_((State.DRAFT, State.RETURNED)),
        ),
        HoldingKind.SIGNATURE: document.where(
            DocumentRow.signer_id == person_id, DocumentRow.state.in_(to_sign)
        ),
        HoldingKind.CARRIED: document.where(
            DocumentRow.clerk_id == person_id, DocumentRow.state.in_(underway)
        ),
        HoldingKind.SUBMISSION: select(
            SubmissionRow.id, SubmissionRow.document_id, DocumentRow.subject
        )
        .join(DocumentRow, DocumentRow.id == SubmissionRow.document_id)
        .where(
            SubmissionRow.organ_id == organ_id,
            SubmissionRow.to_id == person_id,
            SubmissionRow.closed_at.is_(None),
        ),
        HoldingKind.TASK: select(TaskRow.id, TaskRow.document_id, TaskRow.content).where(
            TaskRow.organ_id == organ_id,
            TaskRow.person_id == person_id,
            TaskRow.closed_at.is_(None),
        ),
        HoldingKind.DOSSIER: select(DossierRow.id, DossierRow.id, DossierRow.title).where(
            DossierRow.organ_id == organ_id,
            DossierRow.compiler_id == person_id,
            DossierRow.submitted_at.is_(None),
        ),
    }
    return [
        Holding(kind, one, "" if kind is HoldingKind.DOSSIER else (document_id or ""), what)
        for kind, query in queries.items()
        for one, document_id, what in session.execute(query.limit(MOST))
    ]
