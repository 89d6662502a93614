"""Filing by rule: which documents join a dossier by themselves, and replies that follow.

Legal source: Decree 30/2020/ND-CP, Art. 29.2; Appendix VI, Part I, III.4 (law.md H-03). A rule is
its dossier's compiler's standing order: it files in their name, as long as they hold a post. The
agency's ledger says which documents came, left or were finished since the last run, so steps pay
nothing for it, and a run that was killed begins again where the last one ended.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import dossiers, filings
from documents.condition import Condition, ConditionInvalid
from documents.dossier import DossierState
from documents.errors import Refused
from documents.identity import new_id
from documents.lifecycle import Step
from documents.relation import RelationKind
from documents.retention_tables import paper_of
from documents.tables import (
    DocumentRow,
    DossierRow,
    FilingMarkRow,
    FilingRuleRow,
    LedgerHeadRow,
    LedgerRow,
    RelationRow,
)

WINDOW = 5000
"""Ledger rows looked at in one transaction."""
_NEWS = (Step.REGISTER.value, Step.DISPATCH.value, Step.COMPLETE.value)
_FOLLOWING = tuple(
    kind.value for kind in (RelationKind.ANSWERS, RelationKind.CORRECTS, RelationKind.AMENDS)
)
"""A document that does this goes where the one it is about lies."""


class RuleUnknown(Refused):
    """No filing rule in force has this id."""

    code = "dossier.rule_unknown"
    vietnamese = "Không có quy tắc «{0}» còn hiệu lực"
    english = "no filing rule «{0}» is in force"
    remedy = "Xem `congvan dossier rules list` / see the list"


@dataclass(slots=True)
class Run:
    """What one run did."""

    looked_at: int = 0
    """Documents."""
    filed: list[tuple[str, str]] = field(default_factory=list)
    """(document, dossier)."""
    left: list[tuple[str, str, str]] = field(default_factory=list)
    """(document, dossier, why) of what a rule speaks of and could not be filed."""
    more: bool = False
    """The ledger has more than one run looks at."""


def add(
    session: Session, dossier_id: str, condition: Mapping[str, Any], who: str, at: datetime
) -> FilingRuleRow:
    """Let documents of which *condition* holds join an open dossier; a repeat is the same rule.

    Raises:
        ConditionInvalid: it asks nothing, or what no rule can.
        DossierUnknown, DossierClosed, NotTheirs: as they say.
        PersonUnknown, PersonAmbiguous, PostEnded, RightMissing: as they say.
    """
    dossier = dossiers.open_one(session, dossier_id)
    acting = dossiers.keeper(session, dossier, who, at, "quy tắc lập hồ sơ / filing rule")
    asked = Condition.of(condition)
    if asked.empty:
        raise ConditionInvalid("trống / empty")
    for rule, other in in_force(session, dossier.organ_id):
        if rule.dossier_id == dossier.id and other == asked:
            return rule
    row = FilingRuleRow(
        id=new_id(),
        organ_id=dossier.organ_id,
        dossier_id=dossier.id,
        condition=asked.as_dict(),
        made_by=acting.person.id,
        made_at=at,
    )
    session.add(row)
    session.flush()
    detail = {"rule": row.id, "when": row.condition}
    dossiers.told(session, dossier, "add_rule", acting, at, detail)
    return row


def end(session: Session, rule_id: str, who: str, at: datetime) -> FilingRuleRow:
    """End a rule; what it filed stays.

    Raises:
        RuleUnknown: none in force has this id.
        NotTheirs, PersonUnknown, PersonAmbiguous, PostEnded, RightMissing: as they say.
    """
    row = session.get(FilingRuleRow, rule_id, with_for_update=True, populate_existing=True)
    if row is None or row.ended_at is not None:
        raise RuleUnknown(rule_id[:80])
    dossier = dossiers.known(session, row.dossier_id)
    acting = dossiers.keeper(session, dossier, who, at, "quy tắc lập hồ sơ / filing rule")
    row.ended_at = at
    session.flush()
    dossiers.told(session, dossier, "end_rule", acting, at, {"rule": row.id})
    return row


def in_force(session: Session, organ_id: str) -> list[tuple[FilingRuleRow, Condition]]:
    """Return the agency's rules of open dossiers, oldest first."""
    rows = session.scalars(
        select(FilingRuleRow)
        .join(DossierRow, DossierRow.id == FilingRuleRow.dossier_id)
        .where(FilingRuleRow.organ_id == organ_id, FilingRuleRow.ended_at.is_(None))
        .where(DossierRow.state == DossierState.OPEN.value)
        .order_by(FilingRuleRow.made_at, FilingRuleRow.id)
    )
    return [(row, Condition.of(row.condition)) for row in rows]


def run(session: Session, organ_id: str, at: datetime, *, window: int = WINDOW) -> Run:
    """File what came, left or was finished since the last run, in one transaction.

    What cannot be filed is told and left behind. A rule does not reach back: what a run has
    passed before the rule was made is filed by hand.
    """
    mark = _mark(session, organ_id)
    since = mark.sequence
    rows = session.execute(
        select(LedgerRow.sequence, LedgerRow.document_id, LedgerRow.step)
        .where(LedgerRow.organ_id == organ_id, LedgerRow.sequence > since)
        .where(LedgerRow.sequence <= since + window)
        .order_by(LedgerRow.sequence)
    ).all()
    if not rows:
        return Run()
    news = dict.fromkeys(row.document_id for row in rows if row.step in _NEWS)
    done = Run(looked_at=len(news), more=len(rows) >= window)
    rules = in_force(session, organ_id) if news else []
    ids = list(news)
    documents = {
        row.id: row for row in session.scalars(select(DocumentRow).where(DocumentRow.id.in_(ids)))
    }
    followed = _followed(session, ids)
    there = filings.dossiers_of(
        session, {*ids, *(each for one in followed.values() for each in one)}
    )
    for document_id in ids:
        if (row := documents.get(document_id)) is not None:
            beside = [held for each in followed.get(document_id, ()) for held in there[each]]
            _one(session, row, _wanted(row, rules, beside), there[document_id], at, done)
    mark.sequence = rows[-1].sequence
    session.flush()
    return done


def _mark(session: Session, organ_id: str) -> FilingMarkRow:
    row = session.get(FilingMarkRow, organ_id, with_for_update=True, populate_existing=True)
    if row is None:
        row = FilingMarkRow(organ_id=organ_id, sequence=0)
        session.add(row)
        session.flush()
    return row


def _followed(session: Session, ids: list[str]) -> dict[str, list[str]]:
    """Return for each document the ones that it answers, corrects or amends."""
    found: dict[str, list[str]] = {}
    for document_id, about_id in session.execute(
        select(RelationRow.document_id, RelationRow.about_id)
        .where(RelationRow.document_id.in_(ids), RelationRow.kind.in_(_FOLLOWING))
        .order_by(RelationRow.recorded_at, RelationRow.about_id)
    ):
        found.setdefault(document_id, []).append(about_id)
    return found


def _wanted(
    row: DocumentRow, rules: list[tuple[FilingRuleRow, Condition]], beside: list[DossierRow]
) -> dict[str, str | None]:
    """Return the dossiers that a document goes into, each with its rule; none: beside another."""
    paper = paper_of(row)
    wanted: dict[str, str | None] = {
        held.id: None for held in beside if held.state == DossierState.OPEN
    }
    return wanted | {rule.dossier_id: rule.id for rule, asked in rules if asked.holds(paper)}


def _one(
    session: Session,
    row: DocumentRow,
    wanted: Mapping[str, str | None],
    there: list[DossierRow],
    at: datetime,
    done: Run,
) -> None:
    """File one document where it is wanted; end its way where it lies already."""
    for dossier_id, rule_id in wanted.items():
        _file(session, row, dossier_id, rule_id, at, done)
    if there and row.frozen_by is None:
        detail = {"dossier": str(dossiers.code_of(there[0]))}
        _ended(session, row, there[0].compiler_id, at, detail)


def _file(
    session: Session,
    row: DocumentRow,
    dossier_id: str,
    rule_id: str | None,
    at: datetime,
    done: Run,
) -> None:
    compiler = dossiers.known(session, dossier_id).compiler_id
    try:
        # refused before anything is written
        outcome = filings.file_in(session, dossier_id, row.id, compiler, at, rule_id=rule_id)
    except Refused as error:
        done.left.append((row.id, dossier_id, str(error)))
        return
    if outcome.new:
        done.filed.append((row.id, dossier_id))


def _ended(
    session: Session, row: DocumentRow, compiler: str, at: datetime, detail: dict[str, str]
) -> None:
    try:
        filings.lay_down(session, row, compiler, at, detail)
    except Refused:  # the compiler left: whoever takes the dossier over ends it by hand
        return


def behind(session: Session, organ_id: str) -> bool:
    """Return whether the agency's ledger has rows that no run has looked at."""
    head = session.get(LedgerHeadRow, organ_id)
    mark = session.get(FilingMarkRow, organ_id)
    return (head.sequence if head else 0) > (mark.sequence if mark else 0)
