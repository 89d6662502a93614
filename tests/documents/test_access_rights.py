"""Who may see what; changes wait to be confirmed; accesses are counted."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from documents import (
    access_rights,
    accesses,
    dossiers,
    ledger,
    posts,
)
from documents.access import AccessKind, GrantKind, TargetKind
from documents.access_rights import ChangeUnknown, GrantInvalid
from documents.database import Database
from documents.directory import RightMissing
from documents.document import Role
from documents.dossier import Use
from documents.tables import AccessRow, DocumentRow
from tests.documents.dossier_shelf import CLERK, HEAD, LEADER, ORGAN, SPECIALIST, enter, outside


def test_a_right_holds_once_it_is_confirmed_and_until_it_is_taken_back(
    office: Database, at: datetime
) -> None:
    with office.writing() as session:
        row = dossiers.open_(session, outside(restricted=True), LEADER, at)
        assert row.rights == Use.RESTRICTED
        who = posts.acting(session, ORGAN, HEAD, (Role.UNIT_HEAD,), at)
        assert not access_rights.may_see(session, who, row)
        for allowed, confirmed, sees in (
            (True, False, False),
            (True, True, True),
            (False, False, True),
            (False, True, False),
        ):
            change = access_rights.ask(
                *(session, row, GrantKind.PERSON, HEAD, SPECIALIST, at, "cần cho công việc"),
                allowed=allowed,
            )
            assert access_rights.may_see(session, who, row) != (sees if confirmed else not sees)
            assert [each.id for each in access_rights.alerts(session, ORGAN)] == [change.id]
            with pytest.raises(RightMissing):
                access_rights.decide(session, ORGAN, change.id, HEAD, at, confirmed=True)
            for _ in range(2):
                access_rights.decide(session, ORGAN, change.id, LEADER, at, confirmed=confirmed)
            assert access_rights.may_see(session, who, row) == sees
            at += timedelta(minutes=1)
        with pytest.raises(ChangeUnknown):
            access_rights.decide(session, ORGAN, change.id, LEADER, at, confirmed=False)
        with pytest.raises(GrantInvalid):
            access_rights.ask(
                *(session, row, GrantKind.UNIT, "không có", LEADER, at, "cần cho công việc")
            )


def test_a_document_has_rights_of_its_own(office: Database, at: datetime) -> None:
    with office.writing() as session:
        row = session.get_one(DocumentRow, enter(session, drafter_id=SPECIALIST))
        change = access_rights.ask(
            session, row, GrantKind.RESTRICTED, "", CLERK, at, "có thông tin cá nhân"
        )
        access_rights.decide(session, ORGAN, change.id, LEADER, at, confirmed=True)
        for role, sees in (
            (Role.SPECIALIST, True),
            (Role.UNIT_HEAD, False),
            (Role.LEADER, True),
            (Role.CLERK, True),
            (Role.ADMINISTRATOR, False),
        ):
            who = posts.acting(session, ORGAN, f"{ORGAN}-{role}", (role,), at)
            assert access_rights.may_see(session, who, row) == sees
        assert [entry.state for entry in ledger.history(session, row.id)] == [row.state] * 2
        stranger = posts.acting(session, "H99.02", "H99.02-leader", (Role.LEADER,), at)
        assert not access_rights.may_see(session, stranger, row)


def test_accesses_are_counted_and_never_changed(
    office: Database, at: datetime, dossier: str
) -> None:
    with office.writing() as session:
        who = posts.acting(session, ORGAN, HEAD, (Role.UNIT_HEAD,), at)
        for kind in (AccessKind.VIEW, AccessKind.VIEW, AccessKind.EXPORT):
            accesses.accessed(session, who, TargetKind.DOSSIER, dossier, kind, at)
    with office.reading() as session:
        counted = accesses.counts(session, [dossier, "khác"])
        assert counted == {dossier: {AccessKind.VIEW: 2, AccessKind.EXPORT: 1}, "khác": {}}
    with pytest.raises(DBAPIError, match="append-only"), office.writing() as session:
        session.scalars(select(AccessRow)).first().kind = "print"  # type: ignore[union-attr]
