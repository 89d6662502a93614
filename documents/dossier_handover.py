"""Handing over every dossier of a person who leaves: from A to B, nothing left behind.

Legal source: Decree 30/2020/ND-CP, Art. 31.4 (law.md H-09): before retirement, transfer or long
study. What the archive has is no longer theirs; entries of plans not opened yet go along.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import directory, dossiers, filings, ledger, posts
from documents.document import Role
from documents.dossier import DossierState
from documents.errors import Refused
from documents.filing_plans import COMPILING
from documents.identity import new_id
from documents.ledger import Fact
from documents.tables import (
    DossierRow,
    HandoverItemRow,
    HandoverRow,
    PersonRow,
    PlanEntryRow,
    PlanRow,
)

_OVERSEEING = (Role.LEADER, Role.UNIT_HEAD, Role.CLERK)


class HandoverInvalid(Refused):
    """The dossiers cannot be handed over so. ({0} why)."""

    code = "dossier.handover_invalid"
    vietnamese = "Không bàn giao được: {0}"
    english = "the dossiers cannot be handed over: {0}"
    remedy = "Chọn người nhận khác đang giữ chức vụ / name another who holds a post"


@dataclass(frozen=True, slots=True)
class Handover:
    """What went from one person to another."""

    row: HandoverRow
    dossiers: tuple[DossierRow, ...]
    entries: int
    """Entries of plans that are not opened yet."""


def hand_over(
    session: Session, organ_id: str, giver: str, taker: str, who: str, at: datetime, reason: str
) -> Handover:
    """Give every dossier of *giver* that the archive does not have to *taker*.

    Args:
        session: a writing transaction.
        organ_id: whose dossiers they are.
        giver: id or full name; may have left already.
        taker: id or full name.
        who: the giver, a unit's head, the clerk or the head.
        at: aware UTC.
        reason: retirement, transfer, long study.

    Raises:
        HandoverInvalid: both are one person, or there is nothing to give.
        PersonUnknown, PersonAmbiguous, PostEnded, RightMissing, FieldRefused: as they say.
    """
    agency = directory.served_agency(session, organ_id)
    leaving = _anyone(session, agency.organ_id, giver)
    what = "bàn giao hồ sơ / hand over"
    roles = dossiers.KEEPERS if leaving.id == who or leaving.full_name == who else _OVERSEEING
    acting = posts.acting(session, agency.organ_id, who, roles, at, what)
    receiving = posts.acting(session, agency.organ_id, taker, COMPILING, at, what)
    if receiving.person.id == leaving.id:
        raise HandoverInvalid("người giao và người nhận là một / both are one person")
    reason = filings.checked_reason(reason)
    rows = left_with(session, agency.organ_id, leaving.id, lock=True)
    entries = _unopened(session, agency.organ_id, leaving.id)
    if not rows and not entries:
        raise HandoverInvalid("không có hồ sơ nào / there is nothing to hand over")
    made = HandoverRow(
        id=new_id(),
        organ_id=agency.organ_id,
        from_id=leaving.id,
        to_id=receiving.person.id,
        reason=reason,
        made_by=acting.person.id,
        made_at=at,
    )
    session.add(made)
    session.flush()
    sizes = filings.totals(session, [row.id for row in rows])
    for row in rows:
        session.add(
            HandoverItemRow(
                handover_id=made.id,
                dossier_id=row.id,
                state=str(row.state),
                doc_total=sizes[row.id][0],
            )
        )
        row.compiler_id, row.unit_id = receiving.person.id, receiving.unit_id
    for entry in entries:
        entry.compiler_id = receiving.person.id
    session.flush()
    said = {
        "from": leaving.id,
        "to": receiving.person.id,
        "reason": reason,
        "dossiers": [str(dossiers.code_of(row)) for row in rows],
        "entries": [entry.notation for entry in entries],
        **acting.detail(),
    }
    fact = Fact(made.id, "hand_over", "", acting.actor, "", tuple(said.items()))
    ledger.append(session, agency.organ_id, fact, at)
    return Handover(made, tuple(rows), len(entries))


def left_with(
    session: Session, organ_id: str, person_id: str, *, lock: bool = False
) -> list[DossierRow]:
    """Return the dossiers that a person still answers for: open, or closed and not submitted."""
    wanted = (
        select(DossierRow)
        .where(DossierRow.organ_id == organ_id, DossierRow.compiler_id == person_id)
        .where(DossierRow.state != DossierState.SUBMITTED.value)
        .order_by(DossierRow.id)
    )
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    return list(session.scalars(wanted))


def _unopened(session: Session, organ_id: str, person_id: str) -> list[PlanEntryRow]:
    return list(
        session.scalars(
            select(PlanEntryRow)
            .join(PlanRow, PlanRow.id == PlanEntryRow.plan_id)
            .outerjoin(DossierRow, DossierRow.entry_id == PlanEntryRow.id)
            .where(PlanRow.organ_id == organ_id, PlanEntryRow.compiler_id == person_id)
            .where(DossierRow.id.is_(None))
            .order_by(PlanEntryRow.notation, PlanEntryRow.id)
        )
    )


def _anyone(session: Session, organ_id: str, who: str) -> PersonRow:
    """Return a person of the agency, whether they still hold a post or not."""
    named = (PersonRow.id == who) | (PersonRow.full_name == who)
    wanted = select(PersonRow).where(PersonRow.organ_id == organ_id, named).limit(2)
    found: Sequence[PersonRow] = session.scalars(wanted).all()
    if not found:
        raise directory.PersonUnknown(who, organ_id)
    if len(found) > 1:
        raise directory.PersonAmbiguous(who, organ_id)
    return found[0]


def handovers(session: Session, organ_id: str) -> list[tuple[HandoverRow, list[HandoverItemRow]]]:
    """Return the agency's handovers with what each held, oldest first."""
    rows = session.scalars(
        select(HandoverRow)
        .where(HandoverRow.organ_id == organ_id)
        .order_by(HandoverRow.made_at, HandoverRow.id)
    ).all()
    items: dict[str, list[HandoverItemRow]] = {row.id: [] for row in rows}
    for item in session.scalars(
        select(HandoverItemRow)
        .where(HandoverItemRow.handover_id.in_(list(items)))
        .order_by(HandoverItemRow.dossier_id)
    ):
        items[item.handover_id].append(item)
    return [(row, items[row.id]) for row in rows]
