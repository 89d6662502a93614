"""A draft's life: versions, edits, opinions, checks, approval, in any order.

A model counts along: nothing is lost, nothing is signed but what was approved, and every change
is a row of the ledger.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select

from documents import (
    casefile,
    checks,
    draft_edits,
    draft_opinions,
    initials,
    ledger,
    outgoing,
    requests,
    revising,
    versions,
)
from documents.check import CheckKind, Rule
from documents.checks import CheckMissing, VersionMoved
from documents.database import Database
from documents.document import Role
from documents.draft import Draft
from documents.draft_edits import Edit
from documents.editing import EDITORS, DraftClosed
from documents.errors import Refused
from documents.freezing import DocumentFrozen
from documents.lifecycle import State, Step
from documents.outgoing import NotApproved
from documents.placement import Box, Placement
from documents.requests import Opening
from documents.revising import VersionFile, VersionSame
from documents.signature_request import Purpose, Service
from documents.tables import DocumentRow, DraftOpinionRow, LedgerRow

FILES = count(1)
BOX = Box(0, 100.0, 700.0, 130.0, 715.0)
PLACES = Placement(number=BOX, day=BOX, month=BOX, signature=BOX, seal=BOX)
WRITERS = st.sampled_from([Role.SPECIALIST, Role.UNIT_HEAD, Role.LEADER, Role.CLERK])


def who(role: Role) -> str:
    return f"H99.01-{role}"


def digest() -> str:
    return sha256(str(next(FILES)).encode()).hexdigest()


def a_file(source: str = "") -> VersionFile:
    return VersionFile(source or digest(), 10, digest(), 12, 3, PLACES)


class Drafts(RuleBasedStateMachine):
    """One draft of H99.01."""

    database: Database
    make_draft: Callable[..., Draft]

    def __init__(self) -> None:
        super().__init__()
        self.at = datetime(2026, 3, 9, 2, 0, tzinfo=UTC)
        draft = type(self).make_draft(source_sha256=digest(), pdf_sha256=digest())
        with self.database.writing() as session:
            checks.require(session, "H99.01", Rule(), who(Role.LEADER), self.at)
            self.id = outgoing.create(session, draft, self.at).id
        self.state = State.DRAFT
        self.sources, self.drafts = [draft.source_sha256], [draft.pdf_sha256]
        self.current = draft.pdf_sha256
        self.every = [draft.source_sha256, draft.pdf_sha256]
        self.standing: dict[CheckKind, bool] = {}
        self.rule = Rule()
        self.subject = draft.subject
        self.initialled: set[Role] = set()
        self.open = 0
        self.said = 0
        self.frozen = ""
        self.facts = 1
        self.tries = 0

    def refused(self, kind: type[Refused] | tuple[type[Refused], ...], write: Any) -> None:
        with pytest.raises(kind), self.database.writing() as session:
            write(session)

    def can(self, role: Role) -> bool:
        return not self.frozen and role in EDITORS.get(self.state, ())

    @rule(minutes=st.integers(1, 200))
    def wait(self, minutes: int) -> None:
        self.at += timedelta(minutes=minutes)

    @rule(role=WRITERS)
    def revise(self, role: Role) -> None:
        file = a_file()

        def write(session: Any) -> None:
            revising.revise(session, self.id, file, who(role), self.at, "sửa")

        if not self.can(role):
            self.refused(Refused, write)
            return
        with self.database.writing() as session:
            write(session)
        self.sources.append(file.source_sha256)
        self.drafts.append(file.pdf_sha256)
        self.every += [file.source_sha256, file.pdf_sha256]
        self.current, self.standing, self.facts = file.pdf_sha256, {}, self.facts + 1
        self.initialled = set()

    @rule(role=WRITERS)
    def hand_in_the_same_again(self, role: Role) -> None:
        file = a_file(self.sources[-1])
        kind = VersionSame if self.can(role) else Refused
        self.refused(
            kind, lambda session: revising.revise(session, self.id, file, who(role), self.at, "")
        )

    @rule(role=WRITERS)
    def die_while_revising(self, role: Role) -> None:
        class Killed(Exception):
            pass

        def write() -> None:
            with self.database.writing() as session:
                revising.revise(session, self.id, a_file(), who(role), self.at, "x")
                raise Killed

        with pytest.raises(Killed if self.can(role) else Refused):
            write()

    @rule(role=WRITERS, text=st.sampled_from(["Về việc A", "Về việc B", "Về việc C"]))
    def edit(self, role: Role, text: str) -> None:
        def write(session: Any) -> Any:
            edit = Edit(subject=text)
            return draft_edits.edit(session, self.id, edit, who(role), self.at)

        if not self.can(role):
            self.refused(Refused, write)
            return
        with self.database.writing() as session:
            changed = write(session)
        if text == self.subject:
            assert changed == {}
            return
        assert changed == {"subject": {"before": self.subject, "after": text}}
        self.subject, self.standing, self.facts = text, {}, self.facts + 1

    @rule(
        kind=st.sampled_from(sorted(CheckKind)),
        role=WRITERS,
        passed=st.booleans(),
        old=st.booleans(),
    )
    def check(self, kind: CheckKind, role: Role, *, passed: bool, old: bool) -> None:
        right = Role.UNIT_HEAD if kind is CheckKind.CONTENT else Role.CLERK
        self.tries += 1
        words, seen = f"lần {self.tries}", self.drafts[0] if old else self.drafts[-1]

        def write(session: Any) -> None:
            checks.record(
                session, self.id, kind, who(role), self.at, passed=passed, words=words, seen=seen
            )

        if self.frozen or self.state not in EDITORS or role is not right:
            self.refused(Refused, write)
        elif seen != self.drafts[-1]:
            self.refused(VersionMoved, write)
        else:
            with self.database.writing() as session:
                write(session)
                write(session)  # a repeat is none
            self.standing[kind] = passed
            self.facts += 1

    @rule(content=st.booleans(), form=st.booleans())
    def require(self, *, content: bool, form: bool) -> None:
        with self.database.writing() as session:
            checks.require(session, "H99.01", Rule(content, form), who(Role.LEADER), self.at)
        self.rule = Rule(content, form)

    @rule()
    def ask_and_say(self) -> None:
        def ask(session: Any) -> Any:
            people = [who(Role.CLERK)]
            return draft_opinions.ask(
                session, self.id, who(Role.SPECIALIST), self.at, people=people, question="?"
            )

        if self.frozen or self.state not in EDITORS:
            self.refused((DraftClosed, DocumentFrozen), ask)
            return
        with self.database.writing() as session:
            (first,), (second,) = ask(session), ask(session)
            assert first.id == second.id
            assert first.version == len(self.drafts)
            words = "đồng ý"
            said = draft_opinions.give(session, self.id, who(Role.CLERK), self.at, words)
            assert said.id == first.id
        self.said, self.facts = self.said + 1, self.facts + 2

    @rule(taken=st.booleans())
    def settle(self, *, taken: bool) -> None:
        with self.database.reading() as session:
            every = draft_opinions.of_document(session, self.id)
        unsettled = [each for each in every if each.settled_at is None]
        if not unsettled or self.frozen or self.state not in EDITORS:
            return
        with self.database.writing() as session:
            for _ in range(2):  # a repeat is none
                draft_opinions.settle(
                    session, unsettled[0].id, who(Role.SPECIALIST), self.at, taken=taken, answer="v"
                )
        self.facts += 1

    @rule(role=st.sampled_from([Role.SPECIALIST, Role.UNIT_HEAD]))
    def initial(self, role: Role) -> None:
        with self.database.reading() as session:
            base = session.get_one(DocumentRow, self.id).current_sha256 or ""
        made = digest()

        def write(session: Any) -> None:
            initials.record(session, self.id, who(role), self.at, base=base, sha256=made, size=13)

        if (
            self.frozen
            or self.state not in {State.DRAFT, State.SUBMITTED}
            or role in self.initialled
        ):
            self.refused(Refused, write)
            return
        with self.database.writing() as session:
            write(session)
        self.initialled.add(role)
        self.every.append(made)
        self.current, self.facts = made, self.facts + 1

    @rule(step=st.sampled_from([Step.SUBMIT, Step.RETURN, Step.APPROVE]), stale=st.booleans())
    def decide(self, step: Step, *, stale: bool) -> None:
        role = Role.SPECIALIST if step is Step.SUBMIT else Role.LEADER
        to = {
            (State.DRAFT, Step.SUBMIT): State.SUBMITTED,
            (State.RETURNED, Step.SUBMIT): State.SUBMITTED,
            (State.SUBMITTED, Step.RETURN): State.RETURNED,
            (State.SUBMITTED, Step.APPROVE): State.APPROVED,
            (State.APPROVED, Step.RETURN): State.RETURNED,
        }.get((self.state, step))
        seen = self.every[0] if stale else self.current

        def write(session: Any) -> None:
            outgoing.decide(session, self.id, step, who(role), self.at, "vì lẽ này", seen)

        missing = any(not self.standing.get(kind) for kind in self.rule.required)
        if self.frozen or to is None:
            self.refused(Refused, write)
        elif stale:
            self.refused(VersionMoved, write)
        elif step is Step.APPROVE and missing:
            self.refused(CheckMissing, write)
        else:
            with self.database.writing() as session:
                write(session)
            self.state, self.facts = to, self.facts + 1
            self.said += step is Step.RETURN

    @rule(old=st.booleans())
    def sign(self, *, old: bool) -> None:
        base, made = (self.every[0] if old else self.current), digest()

        def write(session: Any) -> None:
            outgoing.signed(session, self.id, made, 14, self.at, base=base)

        if self.frozen or self.state is not State.APPROVED:
            self.refused(Refused, write)
        elif old:
            self.refused(NotApproved, write)
        else:
            with self.database.writing() as session:
                write(session)
            self.every.append(made)
            self.state, self.current, self.facts = State.SIGNED, made, self.facts + 1

    @rule()
    def freeze(self) -> None:
        if self.frozen or self.state is not State.APPROVED:
            return
        opening = Opening(
            document_id=self.id,
            purpose=Purpose.LEADER,
            service=Service.VGCA,
            holder="x",
            key="k",
            base_sha256=self.current,
            until=self.at + timedelta(days=30),
        )
        with self.database.writing() as session:
            self.frozen = requests.opened(session, opening, self.at).id
        self.facts += 1

    @rule()
    def thaw(self) -> None:
        if not self.frozen:
            return
        with self.database.writing() as session:
            requests.withdrawn(session, self.frozen, who(Role.LEADER), "thôi", self.at)
        self.frozen, self.facts = "", self.facts + 1

    @invariant()
    def nothing_is_lost(self) -> None:
        with self.database.reading() as session:
            row = session.get_one(DocumentRow, self.id)
            assert (row.state, row.current_sha256) == (self.state, self.current)
            assert row.subject == self.subject
            assert [r.sha256 for r in casefile.revisions_of(session, self.id)] == self.every
            kept = versions.versions_of(session, self.id)
            assert [each.sha256 for each in kept] == self.drafts
            assert [each.source_sha256 for each in kept] == self.sources
            assert [each.reason for each in kept[1:]] == ["sửa"] * (len(kept) - 1)
            said = select(func.count()).select_from(DraftOpinionRow)
            assert session.scalar(said.where(DraftOpinionRow.document_id == self.id)) == self.said
            told = select(func.count()).select_from(LedgerRow)
            assert session.scalar(told.where(LedgerRow.document_id == self.id)) == self.facts

    @invariant()
    def checks_are_of_the_newest_version(self) -> None:
        with self.database.reading() as session:
            held = checks.standing(session, self.id)
            assert {kind: row.passed for kind, row in held.items()} == self.standing
            assert {row.sha256 for row in held.values()} <= {self.drafts[-1]}

    @invariant()
    def what_is_signed_is_what_was_approved(self) -> None:
        with self.database.reading() as session:
            row = session.get_one(DocumentRow, self.id)
            if self.state in {State.APPROVED, State.SIGNED}:
                approvals = [r for r in ledger.history(session, self.id) if r.step == Step.APPROVE]
                assert approvals[-1].evidence == row.approved_sha256
                assert row.approved_sha256 == (
                    self.every[-2] if self.state is State.SIGNED else self.current
                )
            else:
                assert row.approved_sha256 is None


def test_whatever_is_done_to_a_draft_nothing_is_lost_and_only_the_approved_is_signed(
    office: Database, make_draft: Callable[..., Draft]
) -> None:
    class OfThisDatabase(Drafts):
        pass

    OfThisDatabase.database = office
    OfThisDatabase.make_draft = staticmethod(make_draft)
    run_state_machine_as_test(
        OfThisDatabase,
        settings=settings(
            max_examples=12,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    with office.reading() as session:
        assert list(ledger.verify(session)) == []
