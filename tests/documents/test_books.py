"""Books: rows in exact columns and order, contradictions found, closed once and for all."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from documents import book_closing, book_rows, copies, directory
from documents.book import FORMS, BookKind, Cell, Holds, line_of, row_of
from documents.book_check import BookCheck, BookContradicted, Fault
from documents.book_closing import (
    NothingToClose,
    NumbersReserved,
    RegisterInBook,
    YearNotOver,
)
from documents.book_rows import BookWanted, Entry, FilterUnfit
from documents.book_summary import BookSummary
from documents.copies import Finished
from documents.copying import CopyKind, CopyRequest, Medium
from documents.database import Database
from documents.directory import RightMissing
from documents.document import Role
from documents.handling_slip import NotIncoming, slip_of
from documents.lifecycle import Direction
from documents.register import RegisterClosed, take_number
from documents.tables import (
    AgencyRow,
    DocumentRow,
    RegisterEntryRow,
    RegisterRow,
    RelationRow,
    RemarkRow,
    ReservationRow,
    TaskRow,
)
from tests.documents import book_shelf
from tests.documents.book_shelf import ORGAN, YEAR

CLERK, LEADER, HEAD, SPECIALIST = (
    f"{ORGAN}-{role}" for role in (Role.CLERK, Role.LEADER, Role.UNIT_HEAD, Role.SPECIALIST)
)
AT = datetime(2026, 1, 6, 2, 0, tzinfo=UTC)
OUTGOING = BookWanted(ORGAN, BookKind.OUTGOING, YEAR)
TITLES = {
    BookKind.OUTGOING: (
        "Số, ký hiệu văn bản | Ngày tháng văn bản | Tên loại và trích yếu nội dung văn bản | "
        "Người ký | Nơi nhận văn bản | Đơn vị, người nhận bản lưu | Số lượng bản | Ngày chuyển | "
        "Ký nhận | Ghi chú"
    ),
    BookKind.INCOMING: (
        "Ngày đến | Số đến | Tác giả | Số, ký hiệu văn bản | Ngày tháng văn bản | "
        "Tên loại và trích yếu nội dung văn bản | Đơn vị hoặc người nhận | Ngày chuyển | "
        "Ký nhận | Ghi chú"
    ),
    BookKind.POST: (
        "Ngày chuyển | Số, ký hiệu văn bản | Nơi nhận văn bản | Số lượng bì | "
        "Ký nhận và dấu bưu điện | Ghi chú"
    ),
    BookKind.LOANS: (
        "Ngày tháng | Họ và tên người sử dụng | Số, ký hiệu, ngày tháng văn bản | "
        "Tên loại và trích yếu nội dung văn bản | Số và ký hiệu hồ sơ | Ký nhận | Ngày trả | "
        "Người cho phép sử dụng | Ghi chú"
    ),
    BookKind.HANDLING: (
        "Số đến | Tên loại, số và ký hiệu, ngày tháng và tên cơ quan ban hành văn bản | "
        "Đơn vị hoặc người nhận | Thời hạn giải quyết | Tiến độ giải quyết | "
        "Số, ký hiệu văn bản trả lời | Ghi chú"
    ),
}


@pytest.mark.parametrize("kind", sorted(TITLES))
def test_the_columns_are_those_of_appendix_iv(kind: BookKind) -> None:
    assert " | ".join(column.title for column in FORMS[kind].columns) == TITLES[kind]


@pytest.mark.parametrize("kind", [BookKind.OUTGOING, BookKind.INCOMING])
def test_both_registers_have_ten_columns_with_the_signature_blank(
    office: Database, kind: BookKind
) -> None:
    series = "QĐ" if kind is BookKind.OUTGOING else "ĐẾN"
    with office.writing() as session:
        book_shelf.register(session, Direction(kind.value), series)
        (first, *_) = book_rows.rows(session, BookWanted(ORGAN, kind, YEAR))
    assert len(first.cells) == 10
    assert first.cells[8] is None
    assert FORMS[kind].columns[8].holds is Holds.SIGNATURE


def test_rows_come_by_series_and_number_over_pages_with_numbers_given_back(
    office: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(book_rows, "PAGE", 3)
    with office.writing() as session:
        decisions = book_shelf.register(session, numbers=range(1, 8))
        book_shelf.register(session, series="TB", numbers=range(1, 3))
        session.execute(
            update(RegisterEntryRow)
            .where(RegisterEntryRow.document_id == "QĐ-2")
            .values(void_reason="ghi nhầm loại", mark="đã thu hồi")
        )
        for number in (8, 9):
            session.add(reservation(decisions, number, "void"))
    rows = book_shelf.read(office, OUTGOING)
    assert [(row.series, row.number) for row in rows] == [
        *(("QĐ", number) for number in range(1, 10)),
        ("TB", 1),
        ("TB", 2),
    ]
    assert rows[1].cells[-1] == "Hủy: ghi nhầm loại; đã thu hồi"
    assert rows[8].cells[-1] == "Hủy: hết hạn giữ"
    assert rows[0].cells[4] == "Sở Tài chính"
    check = BookCheck(YEAR, whole=True)
    summary = BookSummary()
    assert len(list(summary.passing(check.passing(rows)))) == 11
    assert check.found == []
    assert (summary.rows, summary.void) == (11, 3)
    assert BookSummary.of_line(summary.line()) == summary
    assert "Các số: QĐ từ 01 đến 09; TB từ 01 đến 02" in summary.cover(YEAR)


def reservation(register_id: int, number: int, state: str) -> ReservationRow:
    return ReservationRow(
        id=f"r{number}",
        organ_id=ORGAN,
        register_id=register_id,
        number=number,
        day=date(YEAR, 1, 1) + timedelta(days=number),
        code=f"{number:02d}/QĐ-S1",
        type_name="Quyết định",
        owner_id=SPECIALIST,
        reserved_by=CLERK,
        reserved_at=AT,
        reason="lấy số trước",
        expires_at=AT,
        state=state,
        void_reason="hết hạn giữ" if state == "void" else None,
    )


def test_filters_leave_what_was_asked_for(office: Database) -> None:
    with office.writing() as session:
        book_shelf.register(session, numbers=range(1, 31))
        session.execute(
            update(DocumentRow)
            .where(DocumentRow.id.in_(["QĐ-5", "QĐ-6"]))
            .values(urgency=2, type_name="Nghị quyết")
        )

    def numbers(**asked: object) -> list[int | None]:
        wanted = BookWanted(ORGAN, BookKind.OUTGOING, YEAR, **asked)  # type: ignore[arg-type]
        return [row.number for row in book_shelf.read(office, wanted)]

    assert numbers(first=3, last=5) == [3, 4, 5]
    assert numbers(since=date(YEAR, 1, 30)) == [29, 30]
    assert numbers(until=date(YEAR, 1, 3)) == [1, 2]
    assert numbers(type_name="Nghị quyết") == numbers(urgency=2) == [5, 6]
    assert numbers(series="CV") == numbers(unit_id="x") == []
    with office.reading() as session, pytest.raises(FilterUnfit):
        book_rows.rows(session, BookWanted(ORGAN, BookKind.POST, YEAR, first=1))


def test_the_book_of_handling_names_answers_and_progress(office: Database) -> None:
    with office.writing() as session:
        book_shelf.register(session, Direction.INCOMING, "ĐẾN", range(1, 3))
        session.add(
            DocumentRow(**book_shelf.document("reply", Direction.OUTGOING, code_number="07"))
        )
        session.flush()
        session.add(
            RelationRow(document_id="reply", kind="answers", about_id="ĐẾN-1", recorded_at=AT)
        )
        session.execute(
            update(DocumentRow).where(DocumentRow.id == "ĐẾN-1").values(state="completed")
        )
    first, second = book_shelf.read(office, BookWanted(ORGAN, BookKind.HANDLING, YEAR))
    assert first.cells == (
        1,
        "Quyết định số 15/QĐ-BNV ngày 10/03/2025 của Bộ Nội vụ",
        "",
        None,
        "Đã giải quyết",
        "07/QĐ-S1",
        "",
    )
    assert second.cells[4:6] == ("Chưa phân công", "")


def test_copies_have_a_book_of_their_own(office: Database, at: datetime) -> None:
    with office.writing() as session:
        who = copies.copyist(session, ORGAN, CLERK, LEADER, at)
        request = CopyRequest(CopyKind.EXACT, Medium.PAPER, Medium.ELECTRONIC, "15/QĐ-UBND")
        copies.enter(session, who, request, at, lambda _: Finished("a" * 64, "b" * 64, 1))
    (only,) = book_shelf.read(office, BookWanted(ORGAN, BookKind.COPIES, at.year))
    assert only.cells[:3] == ("01/SY-S1", date(2026, 3, 9), "SAO Y: 15/QĐ-UBND")
    assert book_shelf.read(office, BookWanted(ORGAN, BookKind.OUTGOING, at.year)) == []


def entry(number: int, day: int = 1, code: str = "", year: int = YEAR) -> Entry:
    return Entry((), "QĐ", number, date(year, 1, day), code or f"{number:02d}/QĐ-S1")


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ([entry(1), entry(1, code="01/QĐ-S2")], Fault.NUMBER_TWICE),
        ([entry(1), entry(3)], Fault.NUMBER_MISSING),
        ([entry(2)], Fault.NUMBER_MISSING),
        ([entry(1, day=5), entry(2, day=4)], Fault.DAY_BACKWARDS),
        ([entry(1, code="02/QĐ-S1")], Fault.CODE_DIFFERS),
        ([entry(1, year=YEAR + 1)], Fault.OTHER_YEAR),
    ],
    ids=["twice", "missing", "begins late", "backwards", "another code", "another year"],
)
def test_rows_that_contradict_are_found_and_refused(rows: list[Entry], fault: Fault) -> None:
    check = BookCheck(YEAR, whole=True)
    assert list(check.passing(rows)) == rows
    assert [each.fault for each in check.found] == [fault]
    with pytest.raises(BookContradicted):
        check.refuse()


CELLS = st.one_of(st.none(), st.text(max_size=30), st.integers(0, 10**9), st.dates())


@given(st.lists(CELLS, min_size=10, max_size=10))
def test_a_row_reads_back_from_its_line_as_it_was(cells: list[Cell]) -> None:
    form = FORMS[BookKind.OUTGOING]
    days = [column.holds is Holds.DAY for column in form.columns]
    row = tuple(
        cell if isinstance(cell, date) == day or cell is None else None
        for cell, day in zip(cells, days, strict=True)
    )
    line = line_of(row)
    assert line.count(b"\n") == 1
    assert row_of(line, form) == row


def close(database: Database, wanted: BookWanted = OUTGOING, **given: object) -> str:
    values: dict[str, object] = {"clerk": CLERK, "signer": LEADER, "at": AT}
    with database.writing() as session:
        return book_closing.close(session, wanted, **values | given).id  # type: ignore[arg-type]


def test_a_closed_register_takes_no_number_and_closes_once(office: Database) -> None:
    with office.writing() as session:
        book_shelf.register(session)
    with pytest.raises(RightMissing):
        close(office, clerk=SPECIALIST)
    with pytest.raises(RightMissing):
        close(office, signer=HEAD)
    first = close(office)
    assert close(office, at=AT + timedelta(days=1)) == first
    with pytest.raises(RegisterClosed), office.writing() as session:
        take_number(session, ORGAN, Direction.OUTGOING, "QĐ", date(YEAR, 12, 31))
    with pytest.raises(RegisterInBook):
        close(office, BookWanted(ORGAN, BookKind.OUTGOING, YEAR, "QĐ"))
    with office.reading() as session:
        register = session.scalars(select(RegisterRow)).one()
        assert (register.closed_at, register.closed_by) == (AT, CLERK)
        assert book_closing.due(session, AT) == [first]


def test_a_book_is_closed_after_its_year_and_without_open_reservations(office: Database) -> None:
    with office.writing() as session:
        decisions = book_shelf.register(session)
        session.add(reservation(decisions, 4, "open"))
    with pytest.raises(NumbersReserved):
        close(office)
    midnight = datetime(YEAR, 12, 31, 17, 0, tzinfo=UTC)
    with pytest.raises(YearNotOver):
        close(office, at=midnight - timedelta(seconds=1))
    with office.writing() as session:
        session.execute(update(ReservationRow).values(state="void", void_reason="hết hạn"))
    close(office, at=midnight)
    with pytest.raises(NothingToClose):
        close(office, BookWanted(ORGAN, BookKind.INCOMING, YEAR))


def test_a_book_keeps_the_name_the_agency_had(office: Database) -> None:
    with office.writing() as session:
        book_shelf.register(session)
        session.execute(update(AgencyRow).where(AgencyRow.organ_id == ORGAN).values(name="Sở mới"))
    with office.reading() as session:
        agency = directory.served_agency(session, ORGAN)
        assert book_closing.heading_of(session, agency, OUTGOING) == "Sở số 1 (tên cũ)"
    close(office)
    with office.reading() as session:
        row = book_closing.closed_book(session, OUTGOING)
        assert row.agency_name == "Sở số 1 (tên cũ)"


def test_the_handling_book_leaves_its_register_open(office: Database) -> None:
    with office.writing() as session:
        book_shelf.register(session, Direction.INCOMING, "ĐẾN")
    close(office, BookWanted(ORGAN, BookKind.HANDLING, YEAR))
    with office.reading() as session:
        assert session.scalars(select(RegisterRow.closed_at)).one() is None


def test_a_slip_says_what_was_directed_and_by_whom(office: Database) -> None:
    with office.writing() as session:
        book_shelf.register(session, Direction.INCOMING, "ĐẾN")
        book_shelf.register(session)
        task = {"organ_id": ORGAN, "document_id": "ĐẾN-1", "state": "given", "given_by": LEADER}
        days = {"given_at": AT, "due_on": date(2026, 1, 20), "first_due_on": date(2026, 1, 20)}
        for part, person in (("cooperate", CLERK), ("lead", SPECIALIST)):
            row = TaskRow(id=part, part=part, person_id=person, content="Tham mưu", **task, **days)
            session.add(row)
        session.flush()
        said = {"organ_id": ORGAN, "document_id": "ĐẾN-1", "by_id": LEADER, "at": AT}
        session.add(RemarkRow(id="r", kind="direction", name="Lãnh đạo", words="Gấp", **said))
        below = {"task_id": "lead", "kind": "direction", "name": "Trưởng phòng"}
        session.add(RemarkRow(id="s", words="Tổng hợp", **said, **below))
    with office.reading() as session:
        slip = slip_of(session, "ĐẾN-1")
        with pytest.raises(NotIncoming):
            slip_of(session, "QĐ-1")
    assert [(row.part[:3], row.words, row.until) for row in slip.rows] == [
        ("I. ", "Lãnh đạo: Gấp", None),
        ("I. ", f"Chủ trì: Người specialist {ORGAN}", date(2026, 1, 20)),
        ("I. ", f"Phối hợp: Người clerk {ORGAN}", date(2026, 1, 20)),
        ("II.", "Trưởng phòng: Tổng hợp", None),
        ("III", "", None),
    ]
    (first, *_) = book_shelf.read(office, BookWanted(ORGAN, BookKind.INCOMING, YEAR))
    names = f"Người specialist {ORGAN}; Người clerk {ORGAN} (phối hợp)"
    assert first.cells[6:8] == (names, date(2026, 1, 6))
