"""What leaves by post or hand, and who uses archived copies: once, or refused with its reason."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from documents import ledger, loans, transfers
from documents.book import BookKind
from documents.book_rows import BookWanted
from documents.database import Database
from documents.directory import RightMissing
from documents.document import Role
from documents.lifecycle import Direction
from documents.loans import CopyOut, LoanInvalid, LoanUnknown, Use
from documents.tables import (
    DocumentRow,
    LoanRow,
)
from documents.transfer import Means
from documents.transfers import Sending, TransferInvalid, TransferKnown, TransferNotIssued
from tests.documents import book_shelf
from tests.documents.book_shelf import ORGAN, YEAR

CLERK, LEADER, HEAD, SPECIALIST = (
    f"{ORGAN}-{role}" for role in (Role.CLERK, Role.LEADER, Role.UNIT_HEAD, Role.SPECIALIST)
)
AT = datetime(2026, 1, 6, 2, 0, tzinfo=UTC)


def send(session: Session, document_id: str = "QĐ-1", who: str = CLERK, **given: object) -> str:
    values: dict[str, object] = {
        "means": Means.POST,
        "sent_on": date(YEAR, 1, 5),
        "recipient": "Bộ Nội vụ",
    }
    sending = Sending(**values | given)  # type: ignore[arg-type]
    return transfers.enter(session, document_id, sending, who, AT)


def test_a_sending_is_entered_once_shown_in_its_book_and_crossed_out_with_a_reason(
    office: Database,
) -> None:
    with office.writing() as session:
        book_shelf.register(session)
        made = send(session, envelopes=2, note="thư bảo đảm")
    with pytest.raises(TransferKnown), office.writing() as session:
        send(session, recipient=" Bộ  Nội vụ ")
    with office.writing() as session:
        send(session, means=Means.HAND)
    book = BookWanted(ORGAN, BookKind.POST, YEAR)
    (only,) = book_shelf.read(office, book)
    assert only.cells == (
        date(YEAR, 1, 5),
        "01/QĐ-S1",
        "Bộ Nội vụ",
        2,
        None,
        "thư bảo đảm",
    )
    with pytest.raises(TransferInvalid), office.writing() as session:
        transfers.cross_out(session, made, "ngắn", CLERK, AT)
    with office.writing() as session:
        transfers.cross_out(session, made, "ghi nhầm nơi nhận", CLERK, AT)
        send(session)
    notes = [row.cells[-1] for row in book_shelf.read(office, book)]
    assert sorted(map(str, notes)) == ["", "Gạch: ghi nhầm nơi nhận; thư bảo đảm"]
    with office.reading() as session:
        steps = [row.step for row in ledger.history(session, "QĐ-1")]
        assert list(ledger.verify(session)) == []
    assert steps == ["transfer", "transfer", "transfer_void", "transfer"]


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"who": LEADER}, RightMissing),
        ({"sent_on": date(2026, 1, 7)}, TransferInvalid),
        ({"sent_on": date(2025, 1, 1)}, TransferInvalid),
        ({"recipient": " \x00 "[:1]}, TransferInvalid),
        ({"recipient": "x" * 501}, TransferInvalid),
        ({"envelopes": 0}, TransferInvalid),
        ({"document_id": "draft"}, TransferNotIssued),
        ({"document_id": "ĐẾN-1"}, TransferNotIssued),
    ],
    ids=["no clerk", "future", "too early", "nowhere", "long", "none", "draft", "incoming"],
)
def test_a_sending_that_cannot_be_is_refused(
    office: Database, wrong: dict[str, object], refusal: type[Exception]
) -> None:
    with office.writing() as session:
        book_shelf.register(session)
        book_shelf.register(session, Direction.INCOMING, "ĐẾN")
        draft = book_shelf.document("draft", Direction.OUTGOING, code_number=None, state="draft")
        session.add(DocumentRow(**draft))
    with pytest.raises(refusal), office.writing() as session:
        send(session, **wrong)  # type: ignore[arg-type]
    assert book_shelf.read(office, BookWanted(ORGAN, BookKind.POST, YEAR)) == []


def use(**given: object) -> Use:
    values: dict[str, object] = {
        "user_name": "Lê Thị Hoa",
        "used_on": date(YEAR, 2, 1),
        "permitted_by": HEAD,
        "file_notation": "01.TCCB",
    }
    return Use(**values | given)  # type: ignore[arg-type]


def test_an_archived_copy_is_with_one_user_at_a_time(office: Database) -> None:
    with office.writing() as session:
        book_shelf.register(session)
    with pytest.raises(LoanUnknown), office.writing() as session:
        loans.give_back(session, "QĐ-1", date(YEAR, 2, 2), CLERK, AT)
    with office.writing() as session:
        loans.lend(session, "QĐ-1", use(), CLERK, AT)
    with pytest.raises(CopyOut, match="Lê Thị Hoa"), office.writing() as session:
        loans.lend(session, "QĐ-1", use(user_name="Khác"), CLERK, AT)
    with pytest.raises(LoanInvalid), office.writing() as session:
        loans.give_back(session, "QĐ-1", date(YEAR, 1, 31), CLERK, AT)
    with office.writing() as session:
        loans.give_back(session, "QĐ-1", date(YEAR, 2, 3), CLERK, AT)
        again = loans.lend(session, "QĐ-1", use(user_name="Khác"), CLERK, AT)
        loans.cross_out(session, again, "ghi nhầm người dùng", CLERK, AT)
        loans.lend(session, "QĐ-1", use(used_on=date(YEAR, 3, 1)), CLERK, AT)
    rows = book_shelf.read(office, BookWanted(ORGAN, BookKind.LOANS, YEAR))
    by_user = {(row.cells[1], row.cells[6]) for row in rows}
    assert by_user == {("Lê Thị Hoa", date(YEAR, 2, 3)), ("Khác", None), ("Lê Thị Hoa", None)}
    assert rows[-1].cells[2:5] == (
        "01/QĐ-S1, 02/01/2025",
        "Quyết định: Về việc ban hành quy chế công tác văn thư",
        "01.TCCB",
    )


@pytest.mark.parametrize(
    ("given", "who", "refusal"),
    [
        ({}, SPECIALIST, RightMissing),
        ({"permitted_by": SPECIALIST}, CLERK, RightMissing),
        ({"used_on": date(2026, 1, 7)}, CLERK, LoanInvalid),
        ({"used_on": date(2025, 1, 1)}, CLERK, LoanInvalid),
        ({"user_name": " "}, CLERK, LoanInvalid),
    ],
    ids=["no clerk", "may not permit", "future", "too early", "nobody"],
)
def test_a_loan_that_cannot_be_is_refused(
    office: Database, given: dict[str, object], who: str, refusal: type[Exception]
) -> None:
    with office.writing() as session:
        book_shelf.register(session)
    with pytest.raises(refusal), office.writing() as session:
        loans.lend(session, "QĐ-1", use(**given), who, AT)
    with office.reading() as session:
        assert session.scalars(select(LoanRow)).all() == []
