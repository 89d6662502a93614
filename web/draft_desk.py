"""What a draft's page shows: who has it, versions, opinions, checks, what the visitor may do.

Source: ux.md §1.4 (circuit), §2. Legal source: Decree 30/2020/ND-CP, Art. 10 to 12; Appendix VI,
Part I, III.5a. Names are looked up at once for everybody that is spoken of.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import (
    casefile,
    checks,
    deliveries,
    draft_opinions,
    draft_terms,
    editing,
    initials,
    internal_copies,
    ledger,
    relations,
    rights,
    versions,
)
from documents.check import CheckKind
from documents.document import Role
from documents.draft_edits import STEP
from documents.errors import Refused
from documents.ledger import SYSTEM
from documents.lifecycle import Direction, State, Step
from documents.rights import Right
from documents.tables import (
    DocumentRow,
    DraftCheckRow,
    DraftOpinionRow,
    LedgerRow,
    PersonRow,
    UnitRow,
)
from web.visitor import Visitor
from web.wording import URGENCIES

_DRAFTING = frozenset({State.DRAFT, State.RETURNED})
_LATER = frozenset({State.SIGNED, State.NUMBERED, State.SEALED, State.DISPATCHED, State.FILED})


@dataclass(frozen=True, slots=True)
class Station:
    """One person, or one office, on a draft's way."""

    what: str
    who: str
    stands: str
    """done, now, or planned."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class SentBack:
    """Why the draft came back."""

    who: str
    at: datetime
    reason: str
    taken_back: bool
    through: str = ""
    """By way of whom."""


def seen_draft(session: Session, here: Visitor, document_id: str) -> DocumentRow:
    """Return an outgoing document that the visitor may see.

    Raises:
        DocumentUnknown: there is none.
    """
    row = session.get(DocumentRow, document_id)
    if row is not None and row.direction != Direction.OUTGOING:
        row = None
    return rights.see(session, here.visit, row, here.at)


def context(session: Session, here: Visitor, row: DocumentRow) -> dict[str, Any]:
    """Return what the page of the draft *row* shows."""
    told = ledger.history(session, row.id)
    every = versions.versions_of(session, row.id)
    opinions = draft_opinions.of_document(session, row.id)
    checked = checks.history(session, row.id)
    informed = internal_copies.of_document(session, row.id)
    names = names_of(
        session,
        (
            *(row.drafter_id, row.signer_id, row.clerk_id, row.unit_id),
            *(each.actor for each in told),
            *(each for o in opinions for each in (o.person_id, o.unit_id, o.given_by, o.asked_by)),
            *(each.recipient_id for each in informed),
        ),
    )
    head = draft_opinions.head_of(session, row, here.at)
    names |= names_of(session, [head]) if head and head not in names else {}
    sent_back = _sent_back(told, names)
    return {
        "row": row,
        "names": names,
        "versions": every[::-1],
        "opinions": opinions[::-1],
        "checks": checked[::-1],
        "informed": informed,
        "attachments": casefile.attachments_of(session, row.id),
        "deliveries": deliveries.of_document(session, row.id),
        "urgency_pairs": list(URGENCIES.items()),
        "terms": draft_terms.terms_of(session, row.id),
        "ties": relations.ties(session, row.id),
        "sent_back": sent_back if row.state in _DRAFTING else None,
        "circuit": circuit(session, row, checked, names, head),
        "changes": [
            (each.step, names.get(each.actor, ""), datetime.fromisoformat(each.at))
            for each in told[::-1][:30]
        ],
        "may": _may(session, here, row, opinions),
        "offers": {
            str(each.step): each for each in rights.steps(session, here.visit, row, here.at)
        },
    }


def names_of(session: Session, ids: Iterable[str | None]) -> dict[str, str]:
    """Return the names of people and units, by id."""
    wanted = {each for each in ids if each}
    people = select(PersonRow.id, PersonRow.full_name).where(PersonRow.id.in_(wanted))
    units = select(UnitRow.id, UnitRow.name).where(UnitRow.id.in_(wanted))
    found = {SYSTEM.id: "hệ thống"}
    for question in (people, units):
        found |= {row[0]: row[1] for row in session.execute(question)}
    return found


def unit_ids(session: Session, organ_id: str, ids: Iterable[str]) -> set[str]:
    """Return those of *ids* that are units of the agency."""
    wanted = select(UnitRow.id).where(UnitRow.id.in_(list(ids)), UnitRow.organ_id == organ_id)
    return set(session.scalars(wanted))


def _sent_back(told: Sequence[LedgerRow], names: dict[str, str]) -> SentBack | None:
    for row in reversed(told):
        if row.step == Step.SUBMIT:
            return None
        if row.step == Step.RETURN:
            said = json.loads(row.detail)
            return SentBack(
                names.get(row.actor, ""),
                datetime.fromisoformat(row.at),
                str(said.get("reason", "")),
                bool(said.get("taken_back")),
                names.get(str(said.get("through", "")), ""),
            )
    return None


def circuit(
    session: Session,
    row: DocumentRow,
    checked: Sequence[DraftCheckRow],
    names: dict[str, str],
    head: str,
) -> list[Station]:
    """Return the draft's way: who had it, who has it, who is next."""
    state = State(row.state)
    rule = checks.rule_of(session, row.organ_id)
    standing = {each.kind: each for each in checked if each.ended_at is None}
    asked = state not in _DRAFTING
    found = [Station("Soạn thảo", names.get(row.drafter_id or "", ""), "done" if asked else "now")]
    charged = {CheckKind.CONTENT: names.get(head, ""), CheckKind.FORM: ""}
    for kind in CheckKind:
        check = standing.get(kind)
        if kind not in rule.required and check is None:
            continue
        passed = check is not None and check.passed
        found.append(
            Station(
                "Kiểm tra " + kind.spoken.partition(" / ")[0].removeprefix("kiểm tra "),
                charged[kind],
                "done" if passed or state in _LATER else "now" if asked else "planned",
                "" if check is None or passed else "Không đạt",
            )
        )
    signer = f"{row.signer_name}"
    if state is State.SUBMITTED:
        stands = "now" if all(each.stands == "done" for each in found) else "planned"
    else:
        stands = "planned" if state in _DRAFTING else "now" if state is State.APPROVED else "done"
    found.append(Station("Ký ban hành", signer, stands))
    clerk = "done" if state in (State.DISPATCHED, State.FILED) else "planned"
    clerk = "now" if state in (State.SIGNED, State.NUMBERED, State.SEALED) else clerk
    found.append(Station("Phát hành", names.get(row.clerk_id or "", ""), clerk))
    return found


def _may(
    session: Session, here: Visitor, row: DocumentRow, opinions: Sequence[DraftOpinionRow]
) -> dict[str, bool]:
    """Return what the visitor may do besides the lifecycle's steps."""
    return {
        "edit": _lets(lambda: editing.editor(session, row, here.who, here.at, STEP)),
        "ask": rights.may(session, here.visit, Right.ASK_OPINION, row, here.at),
        "say": _says(here, opinions)
        or rights.may(session, here.visit, Right.COMMENT, row, here.at),
        "content": checks.may_record(session, row, CheckKind.CONTENT, here.who, here.at),
        "form": checks.may_record(session, row, CheckKind.FORM, here.who, here.at),
        "initial": _lets(lambda: initials.due(session, row.id, here.who, here.at)),
        "urgency": row.state == State.SUBMITTED and row.signer_id == here.who,
        "settle": _drafts(here, row),
    }


def _says(here: Visitor, opinions: Sequence[DraftOpinionRow]) -> bool:
    units = {post.unit_id for post in here.posts if post.unit_id}
    return any(
        each.given_at is None and (each.person_id == here.who or each.unit_id in units)
        for each in opinions
    )


def _drafts(here: Visitor, row: DocumentRow) -> bool:
    return bool(here.roles & {Role.SPECIALIST, Role.UNIT_HEAD}) and row.state in editing.EDITORS


def _lets(ask: Any) -> bool:
    try:
        ask()
    except Refused:
        return False
    return True
