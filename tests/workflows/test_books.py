"""Closed books: signed and sealed as documents, once, whoever is killed meanwhile."""

import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, update

from documents import book_closing
from documents.book import BookKind, BookState
from documents.book_check import BookContradicted
from documents.book_closing import NotItsSigner
from documents.book_rows import BookWanted
from documents.document import DocumentType, Role
from documents.errors import Unavailable
from documents.tables import BookRow, LedgerRow, RegisterEntryRow
from tests.workflows.house import (
    HOME_AFFAIRS,
    OFFICE,
    PROVINCE,
    approve,
    assert_sound,
    hand_in,
    issue,
    leader_of,
    person_of,
)
from tests.workflows.worlds import Said
from workflows import bookbinding
from workflows.office import Office

Congvan = Callable[..., Said]
CLERK, LEADER = person_of(PROVINCE, Role.CLERK), leader_of(PROVINCE)
YEAR = datetime.now(UTC).year
NEXT_YEAR = datetime(YEAR + 1, 1, 5, 2, 0, tzinfo=UTC)
OUTGOING = BookWanted(PROVINCE, BookKind.OUTGOING, YEAR)
STEPS = ["book_close", "book_bind", "book_approve", "book_sign", "book_seal"]
POINTS = (
    *("book.closed", "book.rows", "book.printed"),
    *("book.approved", "book.signed", "book.sealed"),
)


class Killed(BaseException):
    """The process is no more."""


@pytest.fixture
def issued(office: Office) -> Office:
    """An office of a year that is over: two decisions, one notice."""
    kinds = (DocumentType.DECISION, DocumentType.DECISION, DocumentType.NOTICE)
    ids = [approve(office, hand_in(office, PROVINCE, (OFFICE, HOME_AFFAIRS), k)) for k in kinds]
    issue(office, ids)
    office.now = lambda: NEXT_YEAR
    return office


def book_steps(office: Office) -> list[str]:
    with office.database.reading() as session:
        wanted = select(LedgerRow.step).where(LedgerRow.step.like("book_%"))
        return list(session.scalars(wanted.order_by(LedgerRow.sequence)))


def finished(office: Office) -> BookRow:
    row = bookbinding.close(office, OUTGOING, CLERK.id, LEADER.id)
    return bookbinding.approve(office, row.id, LEADER.id)


def test_a_closed_book_bears_both_signatures_and_is_shown_whole(
    issued: Office, congvan: Congvan, tmp_path: Path
) -> None:
    row = bookbinding.close(issued, OUTGOING, CLERK.id, LEADER.id)
    assert (row.state, row.row_count) == (BookState.BOUND, 3)
    with issued.database.writing() as session:
        session.execute(update(BookRow).values(signer_id=CLERK.id))
    with pytest.raises(NotItsSigner):
        bookbinding.approve(issued, row.id, LEADER.id)
    with issued.database.writing() as session:
        session.execute(update(BookRow).values(signer_id=LEADER.id))
    row = bookbinding.approve(issued, row.id, LEADER.id)
    assert (row.state, book_steps(issued)) == (BookState.SEALED, STEPS)

    path = tmp_path / "so.pdf"
    which = ("outgoing", YEAR, "--agency", PROVINCE)
    shown = congvan("register", "verify", *which, "-o", path, "--json").json
    assert (shown["state"], shown["rows"], shown["changed_rows"]) == ("sealed", 3, [])
    judged = subprocess.run(["pdfsig", path], capture_output=True, text=True, check=False).stdout
    assert judged.count("Signature is Valid") == 2, judged
    assert judged.count("Signed Ranges") == 2
    text = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True)
    assert row.rows_sha256 is not None
    assert row.rows_sha256 in text.stdout
    assert "SỔ ĐĂNG KÝ VĂN BẢN ĐI" in text.stdout
    # signed in the year to come: by today's clock neither is judged, and neither is broken
    (verified,) = congvan("verify", path, "--json").json
    assert len(verified["signatures"]) == 2
    assert "TOTAL-FAILED" not in str(verified)
    assert_sound(issued)


def test_a_repeat_signs_and_seals_nothing_twice(issued: Office) -> None:
    first = finished(issued)
    again = finished(issued)
    assert again.current_sha256 == first.current_sha256
    assert book_steps(issued) == STEPS
    with issued.database.reading() as session:
        kinds = [revision.kind for revision in book_closing.revisions(session, [first.id])]
    assert sorted(kinds) == ["bound", "sealed", "signed"]
    assert bookbinding.carry_due(issued) == 0


@pytest.mark.parametrize("point", POINTS)
def test_the_sweep_or_a_repeat_heals_whoever_was_killed(
    issued: Office, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    def passing(passed: str) -> None:
        if passed == point:
            raise Killed

    monkeypatch.setattr(bookbinding, "passing", passing)
    with pytest.raises(Killed):
        finished(issued)
    monkeypatch.undo()
    bookbinding.carry_due(issued)
    assert finished(issued).state == BookState.SEALED
    assert book_steps(issued) == STEPS


def test_a_key_that_does_not_answer_is_asked_again_later(
    issued: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = bookbinding.close(issued, OUTGOING, CLERK.id, LEADER.id)
    with monkeypatch.context() as patch:
        patch.setattr(bookbinding, "_pressed", raise_unavailable)
        with pytest.raises(Unavailable):
            bookbinding.approve(issued, row.id, LEADER.id)
    with issued.database.reading() as session:
        kept = session.get_one(BookRow, row.id)
    assert (kept.state, kept.held, kept.error_code) == ("approved", False, "office.error")
    assert bookbinding.carry_due(issued) == 0  # not before the pause is over
    issued.now = lambda: NEXT_YEAR.replace(hour=3)
    assert bookbinding.carry_due(issued) == 1
    assert book_steps(issued) == STEPS


def raise_unavailable(*_: object) -> None:
    raise Unavailable("khóa / key")


def test_a_book_that_contradicts_itself_is_flagged_and_not_closed(
    issued: Office, congvan: Congvan, tmp_path: Path
) -> None:
    with issued.database.writing() as session:
        entries = session.scalars(select(RegisterEntryRow).where(RegisterEntryRow.number == 2))
        entries.one().number = 5
    with pytest.raises(BookContradicted):
        bookbinding.close(issued, OUTGOING, CLERK.id, LEADER.id)
    with issued.database.reading() as session:
        assert book_closing.found(session, OUTGOING) is None
    which = ("outgoing", YEAR, "--agency", PROVINCE)
    said = congvan("register", "show", *which, "--check", "--json")
    assert said.code == 1
    assert {each["fault"] for each in said.json["contradictions"]} == {
        "number_missing",
        "code_differs",
    }
    said = congvan("register", "export", *which, "--pdf", tmp_path / "so.pdf", "--json")
    assert len(said.json["contradictions"]) == 2


def test_sendings_and_loans_by_their_commands(
    issued: Office, congvan: Congvan, tmp_path: Path
) -> None:
    code, by = "01/QĐ-UBND", ("--by", CLERK.id)
    sent = congvan("transfer", "add", code, "--to", "Bộ Nội vụ", *by, "--json")
    assert sent.code == 0, sent.err
    assert congvan("transfer", "add", code, "--to", "Bộ Nội vụ", *by, "--json").error == (
        "transfer.known"
    )
    (listed,) = congvan("transfer", "list", "--agency", PROVINCE, "--json").json
    assert (listed["id"], listed["code"]) == (sent.json["id"], code)
    reason = ("--agency", PROVINCE, *by, "--reason", "ghi nhầm nơi nhận", "--json")
    assert congvan("transfer", "void", listed["id"], *reason).code == 0
    lend = ("--user", "Lê Thị Hoa", "--permitted-by", LEADER.id, *by, "--json")
    assert congvan("loan", "add", code, *lend).code == 0
    assert congvan("loan", "add", code, *lend).error == "loan.copy_out"
    (out,) = congvan("loan", "list", "--agency", PROVINCE, "--out", "--json").json
    assert out["user"] == "Lê Thị Hoa"
    assert congvan("loan", "return", code, *by, "--json").code == 0
    assert congvan("loan", "list", "--agency", PROVINCE, "--out", "--json").json == []
    for kind in BookKind:
        pdf, xlsx = tmp_path / f"{kind}.pdf", tmp_path / f"{kind}.xlsx"
        files = ("--pdf", pdf, "--xlsx", xlsx, "--json")
        said = congvan("register", "export", kind, YEAR, "--agency", PROVINCE, *files)
        assert said.code == 0, said.out
        assert pdf.read_bytes().startswith(b"%PDF-1.7")
        assert xlsx.read_bytes().startswith(b"PK")
    rows = congvan("register", "show", "post", YEAR, "--agency", PROVINCE, "--json").json["rows"]
    assert [row["Ghi chú"] for row in rows] == ["Gạch: ghi nhầm nơi nhận"]
    assert len(congvan("register", "list", "--agency", PROVINCE, "--json").json["registers"]) == 2
