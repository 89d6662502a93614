"""Documents join dossiers by rule and by what they answer, once."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import (
    filing_rules,
    filings,
    ledger,
    relations,
)
from documents.casefile import locked
from documents.condition import Condition, ConditionInvalid, Paper
from documents.database import Database
from documents.ledger import SYSTEM, Fact
from documents.relation import RelationKind
from documents.tables import DocumentRow, PostRow
from tests.documents.dossier_shelf import ORGAN, SPECIALIST, enter, state_of


def happened(session: Session, document: str, step: str, at: datetime) -> None:
    row = locked(session, document)
    ledger.append(session, row.organ_id, Fact(row.id, step, row.state, SYSTEM), at)


def run(office: Database, at: datetime) -> filing_rules.Run:
    with office.writing() as session:
        return filing_rules.run(session, ORGAN, at)


def test_a_rule_files_what_comes_and_a_second_run_nothing(
    office: Database, at: datetime, dossier: str
) -> None:
    with office.writing() as session:
        wanted = {"words": ["tuyen dung"], "types": ["công văn"]}
        rule = filing_rules.add(session, dossier, wanted, SPECIALIST, at)
        assert filing_rules.add(session, dossier, wanted, SPECIALIST, at).id == rule.id
        mine = enter(session, direction="incoming", state="registered")
        other = enter(session, subject="V/v phòng cháy")
        for document, step in ((mine, "register"), (other, "dispatch")):
            happened(session, document, step, at)
        assert filing_rules.behind(session, ORGAN)
    assert run(office, at).filed == [(mine, dossier)]
    assert run(office, at).filed == []
    with office.reading() as session:
        assert not filing_rules.behind(session, ORGAN)
        (held,) = filings.documents_in(session, dossier)
        assert (held.document.id, held.filing.rule_id) == (mine, rule.id)
    with office.writing() as session:
        filing_rules.end(session, rule.id, SPECIALIST, at)
        late = enter(session)
        happened(session, late, "dispatch", at)
    assert run(office, at).filed == []


def test_what_lies_in_a_dossier_becomes_filed_when_it_is_finished(
    office: Database, at: datetime, dossier: str
) -> None:
    with office.writing() as session:
        document = enter(session, direction="incoming", state="in_progress")
        filings.file_in(session, dossier, document, SPECIALIST, at)
        session.get_one(DocumentRow, document).state = "completed"
        happened(session, document, "complete", at)
    run(office, at)
    assert state_of(office, document) == "filed"


def test_a_reply_goes_where_what_it_answers_lies(
    office: Database, at: datetime, dossier: str
) -> None:
    with office.writing() as session:
        asked = enter(session, direction="incoming", state="completed")
        filings.file_in(session, dossier, asked, SPECIALIST, at)
        reply = enter(session)
        row = session.get_one(DocumentRow, reply)
        relations.relate(session, row, RelationKind.ANSWERS, asked, at)
        happened(session, reply, "dispatch", at)
    assert run(office, at).filed == [(reply, dossier)]


def test_what_a_rule_cannot_file_is_told_and_left(
    office: Database, at: datetime, dossier: str
) -> None:
    with office.writing() as session:
        filing_rules.add(session, dossier, {"types": ["Công văn"]}, SPECIALIST, at)
        for post in session.scalars(select(PostRow).where(PostRow.person_id == SPECIALIST)):
            post.until = date(2026, 3, 9)
        document = enter(session)
        happened(session, document, "dispatch", at)
    later = run(office, at + timedelta(days=1))
    assert later.filed == []
    ((left, where, why),) = later.left
    assert (left, where) == (document, dossier)
    assert "person.post_ended" in why


BAD_CONDITIONS: dict[str, dict[str, Any]] = {
    "name": {"color": ["x"]},
    "text": {"words": "x"},
    "blank": {"words": [""]},
    "many": {"words": ["x"] * 51},
    "stars": {"notations": ["*" * 9]},
    "number": {"words": [1]},
    "control": {"words": ["x\x00"]},
    "long": {"words": ["x" * 201]},
}


@pytest.mark.parametrize("case", sorted(BAD_CONDITIONS))
def test_a_rule_that_asks_what_no_rule_can_is_refused(case: str) -> None:
    with pytest.raises(ConditionInvalid):
        Condition.of(BAD_CONDITIONS[case])


def test_a_rule_that_asks_nothing_is_refused(office: Database, at: datetime, dossier: str) -> None:
    with pytest.raises(ConditionInvalid), office.writing() as session:
        filing_rules.add(session, dossier, {}, SPECIALIST, at)


@pytest.mark.parametrize(
    ("asked", "holds"),
    [
        ({"words": ["tuyen dung"]}, True),
        ({"words": ["tuyen"], "types": ["quyet dinh"]}, False),
        ({"words": ["dụng tuyển"]}, False),
        ({"words": ["uyen dung"]}, False),
        ({"senders": ["H99"]}, True),
        ({"senders": ["H9"]}, False),
        ({"notations": ["*/S1-*"]}, True),
        ({"notations": ["*/[S]1-VP"]}, False),
        ({"direction": ["incoming"]}, False),
    ],
    ids=["words", "both", "order", "part", "above", "prefix", "star", "bracket", "direction"],
)
def test_a_condition_means_what_it_says(asked: dict[str, Any], holds: bool) -> None:
    paper = Paper("outgoing", "Công văn", "H99.01", "", "15/S1-VP", "V/v phối hợp Tuyển dụng!")
    assert Condition.of(asked).holds(paper) == holds
