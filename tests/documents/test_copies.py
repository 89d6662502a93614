"""Copies in the register: one gapless series a year, and by whom they are signed."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from documents import audit, copies, ledger, register
from documents.copies import Finished
from documents.copying import CopyKind, CopyNotAllowed, CopyRequest, Medium
from documents.database import Database
from documents.directory import RightMissing
from documents.document import DocumentCode, Role
from documents.errors import Refused
from documents.lifecycle import Direction
from documents.tables import CertifiedCopyRow, CopySignerRow

ORGAN = "H99.01"
CLERK, LEADER, HEAD = (f"{ORGAN}-{role}" for role in (Role.CLERK, Role.LEADER, Role.UNIT_HEAD))
BASES = {CopyKind.OF_COPY: "01/SY-S1"}


def made(_code: DocumentCode) -> Finished:
    return Finished("a" * 64, "b" * 64, 1000, ("trang / page 1: 150 dpi < 200 dpi",))


def enter(
    session: Session,
    kind: CopyKind,
    at: datetime,
    organ_id: str = ORGAN,
    *,
    made_from: Medium = Medium.PAPER,
    finish: Callable[[DocumentCode], Finished] = made,
) -> CertifiedCopyRow:
    clerk, leader = f"{organ_id}-{Role.CLERK}", f"{organ_id}-{Role.LEADER}"
    who = copies.copyist(session, organ_id, clerk, leader, at)
    base = BASES.get(kind, "")
    request = CopyRequest(kind, made_from, Medium.ELECTRONIC, "15/QĐ-UBND", base)
    return copies.enter(session, who, request, at, finish)


def test_all_kinds_share_one_series_that_begins_anew_each_year(
    office: Database, at: datetime
) -> None:
    kinds = (CopyKind.EXACT, CopyKind.EXTRACT, CopyKind.OF_COPY, CopyKind.EXACT)
    with office.writing() as session:
        codes = [enter(session, kind, at).code for kind in kinds]
    assert codes == ["01/SY-S1", "02/TrS-S1", "03/SL-S1", "04/SY-S1"]
    new_year = datetime(2026, 12, 31, 17, 0, tzinfo=UTC)  # midnight in Vietnam
    with office.writing() as session:
        assert enter(session, CopyKind.EXACT, new_year).code == "01/SY-S1"
        assert enter(session, CopyKind.EXACT, at, "H99.02").code == "01/SY-S2"
    with office.reading() as session:
        assert register.gaps(session) == []
        assert [row.number for row in copies.entered(session, ORGAN)] == [1, 2, 3, 4, 1]


def test_a_copy_that_fails_uses_no_number(office: Database, at: datetime) -> None:
    def broken(code: DocumentCode) -> Finished:
        raise RightMissing("máy in", "", str(code))

    with office.writing() as session:
        enter(session, CopyKind.EXACT, at)
    with pytest.raises(RightMissing, match="02/SY-S1"), office.writing() as session:
        enter(session, CopyKind.EXACT, at, finish=broken)
    with office.writing() as session:
        assert enter(session, CopyKind.EXTRACT, at).code == "02/TrS-S1"
        assert register.gaps(session) == []


def test_a_missing_copy_shows_as_a_gap(office: Database, at: datetime) -> None:
    with office.writing() as session:
        enter(session, CopyKind.EXACT, at)
        register.take_number(session, ORGAN, Direction.OUTGOING, copies.SERIES, at.date())
    with office.reading() as session:
        assert register.gaps(session) == [(ORGAN, copies.SERIES, 2026, [2])]


def test_what_the_decree_does_not_know_uses_no_number(office: Database, at: datetime) -> None:
    with pytest.raises(CopyNotAllowed), office.writing() as session:
        enter(session, CopyKind.EXACT, at, made_from=Medium.ELECTRONIC)
    with office.reading() as session:
        assert copies.entered(session, ORGAN) == []


def test_a_leader_decides_who_signs_copies(office: Database, at: datetime) -> None:
    with pytest.raises(RightMissing), office.writing() as session:
        copies.copyist(session, ORGAN, CLERK, HEAD, at)
    with pytest.raises(RightMissing), office.writing() as session:
        copies.allow(session, ORGAN, HEAD, HEAD, at)
    for _ in range(2):  # told twice, kept once
        with office.writing() as session:
            copies.allow(session, ORGAN, HEAD, LEADER, at)
    with office.reading() as session:
        assert copies.copyist(session, ORGAN, CLERK, HEAD, at).signer.id == HEAD
        assert session.get_one(CopySignerRow, HEAD).granted_by == LEADER
        assert [row.step for row in ledger.history(session, "")] == ["allow_copies"]


@pytest.mark.parametrize("clerk", [LEADER, HEAD, "không có ai"])
def test_only_the_clerk_enters_copies(office: Database, at: datetime, clerk: str) -> None:
    with pytest.raises(Refused), office.reading() as session:
        copies.copyist(session, ORGAN, clerk, LEADER, at)


def test_the_ledger_and_the_audit_know_each_copy(office: Database, at: datetime) -> None:
    with office.writing() as session:
        row = enter(session, CopyKind.EXACT, at)
    with office.reading() as session:
        (entry,) = ledger.history(session, row.id)
        assert (entry.step, entry.evidence, entry.actor) == ("copy", "b" * 64, CLERK)
        assert '"code": "01/SY-S1"' in entry.detail
        assert list(ledger.verify(session)) == []
        assert {"a" * 64, "b" * 64} <= set(audit.blobs(session))


def test_an_entered_copy_cannot_be_changed(office: Database, at: datetime) -> None:
    with office.writing() as session:
        row = enter(session, CopyKind.EXACT, at)
    with pytest.raises(DBAPIError, match="append-only"), office.writing() as session:
        session.get_one(CertifiedCopyRow, row.id).sha256 = "c" * 64
