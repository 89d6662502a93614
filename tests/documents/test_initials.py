"""Initials (ký nháy) in the store: who may, when, once, and over which file."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from documents import audit, casefile, directory, initials, ledger, outgoing
from documents.database import Database
from documents.document import Person, Role
from documents.errors import StepRefused
from documents.initials import InitialledAlready, InitialsOvertaken
from documents.lifecycle import Step
from documents.outgoing import Draft

ORGAN = "H99.01"
DRAFTER, HEAD, LEADER, CLERK = (
    f"{ORGAN}-{role}" for role in (Role.SPECIALIST, Role.UNIT_HEAD, Role.LEADER, Role.CLERK)
)
BASE, FIRST, SECOND = "2" * 64, "3" * 64, "4" * 64


@pytest.fixture
def document(office: Database, at: datetime, make_draft: Callable[..., Draft]) -> str:
    with office.writing() as session:
        return outgoing.create(session, make_draft(), at).id


def record(office: Database, document: str, who: str, at: datetime, **given: Any) -> None:
    with office.writing() as session:
        initials.record(session, document, who, at, **{"base": BASE} | given)


def test_each_initial_is_a_revision_and_a_row_of_the_ledger(
    office: Database, document: str, at: datetime
) -> None:
    record(office, document, DRAFTER, at, sha256=FIRST, size=1300)
    with office.writing() as session:
        assert initials.due(session, document, HEAD, at).base == FIRST
        assert initials.due(session, document, HEAD, at).ordinal == 2
    record(office, document, HEAD, at, base=FIRST, sha256=SECOND, size=1400)
    with office.reading() as session:
        kinds = [row.kind for row in casefile.revisions_of(session, document)]
        assert kinds == ["source", "draft", "initial1", "initial2"]
        rows = [row for row in ledger.history(session, document) if row.step == "initial"]
        assert [(row.actor, row.evidence) for row in rows] == [(DRAFTER, FIRST), (HEAD, SECOND)]
        assert {row.state for row in rows} == {"draft"}
        assert list(audit.contradictions(session)) == []


def test_without_a_key_the_ledger_alone_remembers(
    office: Database, document: str, at: datetime
) -> None:
    record(office, document, DRAFTER, at)
    with office.reading() as session:
        assert len(casefile.revisions_of(session, document)) == 2
        (row,) = [row for row in ledger.history(session, document) if row.step == "initial"]
        assert (row.evidence, row.detail) == (BASE, '{"signed": false}')


@pytest.mark.parametrize("who", [LEADER, CLERK])
def test_leaders_sign_and_clerks_seal_but_neither_initials(
    office: Database, document: str, at: datetime, who: str
) -> None:
    with pytest.raises(StepRefused):
        record(office, document, who, at)


def test_nobody_initials_twice(office: Database, document: str, at: datetime) -> None:
    record(office, document, DRAFTER, at, sha256=FIRST, size=1300)
    with pytest.raises(InitialledAlready):
        record(office, document, DRAFTER, at, base=FIRST, sha256=SECOND, size=1400)


def test_who_was_overtaken_is_told_and_nothing_is_recorded(
    office: Database, document: str, at: datetime
) -> None:
    record(office, document, DRAFTER, at, sha256=FIRST, size=1300)
    with pytest.raises(InitialsOvertaken):
        record(office, document, HEAD, at, base=BASE, sha256=SECOND, size=1400)
    with office.reading() as session:
        assert casefile.revisions_of(session, document)[-1].sha256 == FIRST


def test_initials_come_before_the_leader_decides(
    office: Database, document: str, at: datetime, make_person: Callable[..., Person]
) -> None:
    with office.writing() as session:
        outgoing.decide(session, document, Step.SUBMIT, DRAFTER, at)
    record(office, document, HEAD, at, sha256=FIRST, size=1300)
    with office.writing() as session:
        outgoing.decide(session, document, Step.APPROVE, LEADER, at)
        late = make_person(id="late", organ_id=ORGAN, role=Role.UNIT_HEAD, full_name="Đến Muộn")
        directory.put_person(session, late)
    with pytest.raises(StepRefused):
        record(office, document, "late", at, base=FIRST, sha256=SECOND, size=1400)
