"""What the tests of dossiers share: a plan, documents as they stand, an open dossier."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import insert
from sqlalchemy.orm import Session

from documents import (
    dossier_closing,
    dossiers,
    filing_plans,
    filings,
)
from documents.database import Database
from documents.document import Role
from documents.dossiers import (
    Opening,
)
from documents.filing_plan import Entry, Heading
from documents.identity import new_id
from documents.retention import Retention
from documents.tables import DocumentRow

ORGAN = "H99.01"
SPECIALIST, HEAD, LEADER, CLERK, ADMINISTRATOR = (
    f"{ORGAN}-{role}"
    for role in (Role.SPECIALIST, Role.UNIT_HEAD, Role.LEADER, Role.CLERK, Role.ADMINISTRATOR)
)
REASON = "đưa nhầm hồ sơ này"
PLAN = (
    Heading(
        "Tổ chức cán bộ",
        "TCCB",
        (
            Entry("Hồ sơ tuyển dụng viên chức", Retention(70), SPECIALIST),
            Entry("Kế hoạch công tác tổ chức", Retention(20), HEAD),
        ),
    ),
)


def enter(session: Session, **given: Any) -> str:
    """Enter a document as it stands after its journey; return its id."""
    at = datetime(2026, 3, 2, 2, tzinfo=UTC)
    values: dict[str, Any] = {
        "id": new_id(),
        "direction": "outgoing",
        "organ_id": ORGAN,
        "state": "dispatched",
        "created_at": at,
        "updated_at": at,
        "type_name": "Công văn",
        "subject": "V/v phối hợp tuyển dụng",
        "sender_organ_id": given.get("organ_id", ORGAN),
        "sender_name": "Sở số 1",
        "code_number": given.get("id", new_id())[-6:],
        "code_notation": "S1-VP",
        "promulgated": date(2026, 3, 2),
        "pages": 3,
        "clerk_id": CLERK,
    }
    session.execute(insert(DocumentRow), [values | given])
    return str((values | given)["id"])


def in_force(session: Session, at: datetime, year: int = 2026) -> None:
    filing_plans.draft(session, ORGAN, year, PLAN, CLERK, at)
    filing_plans.approve(session, ORGAN, year, LEADER, at)


def outside(notation: str = "09.VP", **given: Any) -> Opening:
    values: dict[str, Any] = {"title": "Hồ sơ ngoài danh mục", "retention": Retention(10)}
    return Opening(ORGAN, notation, outside=True, **values | given)


@pytest.fixture
def dossier(office: Database, at: datetime) -> str:
    """Return an open dossier of the specialist, outside any plan."""
    with office.writing() as session:
        return dossiers.open_(session, outside(), SPECIALIST, at).id


def state_of(office: Database, document: str) -> str:
    with office.reading() as session:
        return session.get_one(DocumentRow, document).state


def closed(office: Database, dossier: str, at: datetime, **given: Any) -> None:
    with office.writing() as session:
        filings.file_in(session, dossier, enter(session), SPECIALIST, at)
        dossier_closing.close(session, dossier, SPECIALIST, at, **given)
