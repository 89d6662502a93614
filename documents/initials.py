"""Initials (ký nháy): the drafter and the unit's head approve before the leader signs.

Legal source: Decree 30/2020/ND-CP, Art. 12 (the unit's head answers for the content, the
person in charge of form for the form); initials are practice. Each is a row in the
ledger; of someone who has a key it is also a signature in the document.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from documents import casefile, directory, posts, versions
from documents.document import Role
from documents.errors import Refused, StepRefused
from documents.freezing import ensure_free
from documents.lifecycle import Direction, State
from documents.posts import Acting
from documents.tables import DocumentRow, LedgerRow

STEP = "initial"
STATES = frozenset({State.DRAFT, State.SUBMITTED})
"""Before the leader decides."""
ROLES = frozenset({Role.SPECIALIST, Role.UNIT_HEAD})
_KIND = "initial"
"""Of the revisions: initial1, initial2 …"""


class InitialledAlready(Refused):
    """The person's initials are on the document already."""

    code = "document.initialled_already"
    vietnamese = "«{0}» đã ký nháy văn bản này"
    english = "«{0}» has initialled this document already"
    remedy = "Không cần ký nháy lại / there is nothing left to do"


class InitialsOvertaken(Refused):
    """Someone else initialled or changed the file meanwhile; nothing was recorded."""

    code = "document.initials_overtaken"
    vietnamese = "Tệp vừa được người khác ký nháy hoặc thay đổi; chưa ghi nhận"
    english = "someone else has just initialled or changed the file; nothing was recorded"
    remedy = "Ký nháy lại / initial it again"


@dataclass(frozen=True, slots=True)
class Initials:
    """Who initials what."""

    base: str
    """SHA-256 of the file that the person has before them."""
    ordinal: int
    """Which initials of this version these are, from 1; those without a signature not counted."""
    full_name: str
    signing_key: str
    """Empty where the person has none: then only the ledger is written."""
    placement: dict[str, dict[str, float]]
    earlier: int = 0
    """Signed initials of earlier versions."""


def due(session: Session, document_id: str, who: str, at: datetime) -> Initials:
    """Return what *who* would initial now.

    Raises:
        DocumentUnknown, PersonUnknown, PersonAmbiguous: as they say.
        StepRefused: not in this state, or not by this person's role; or it is frozen.
        InitialledAlready: these initials are there.
    """
    return _due(session, casefile.locked(session, document_id), who, at)[1]


def record(
    session: Session,
    document_id: str,
    who: str,
    at: datetime,
    *,
    base: str,
    sha256: str = "",
    size: int = 0,
) -> None:
    """Record initials: with a new revision *sha256* made from *base*, or in the ledger only.

    Raises:
        InitialsOvertaken: *base* is no longer the current revision.
        What `due` raises.
    """
    row = casefile.locked(session, document_id)
    acting, initials = _due(session, row, who, at)
    if initials.base != base:
        raise InitialsOvertaken
    evidence = sha256 or base
    if sha256:
        kind = f"{_KIND}{initials.earlier + initials.ordinal}"
        casefile.add_revision(session, row, kind, sha256, size, at)
    row.updated_at = at
    detail = {"signed": bool(sha256)}
    casefile.note(session, row, STEP, acting.actor, at, evidence=evidence, detail=detail)


def _due(session: Session, row: DocumentRow, who: str, at: datetime) -> tuple[Acting, Initials]:
    ensure_free(session, row)
    if row.direction != Direction.OUTGOING or row.state not in STATES:
        raise StepRefused(row.state, STEP)
    try:
        acting = posts.acting(session, row.organ_id, who, ROLES, at, STEP, alone=True)
    except directory.RightMissing:
        said = "của chuyên viên, trưởng đơn vị / for specialist, unit_head"
        raise StepRefused(row.state, STEP, said) from None
    person = acting.person
    revised = select(func.coalesce(func.max(LedgerRow.sequence), 0)).where(
        LedgerRow.document_id == row.id, LedgerRow.step == versions.STEP
    )
    before = select(LedgerRow.sequence).where(
        LedgerRow.document_id == row.id,
        LedgerRow.step == STEP,
        LedgerRow.actor == person.id,
        LedgerRow.sequence > revised.scalar_subquery(),
    )
    if session.scalar(before.limit(1)) is not None:
        raise InitialledAlready(person.full_name)
    kinds = [each.kind for each in casefile.revisions_of(session, row.id)]
    this_version = kinds[len(kinds) - kinds[::-1].index("draft") :]
    signed, here = (sum(k.startswith(_KIND) for k in of) for of in (kinds, this_version))
    return acting, Initials(
        row.current_sha256 or "",
        here + 1,
        person.full_name,
        person.signing_key,
        row.placement or {},
        signed - here,
    )
