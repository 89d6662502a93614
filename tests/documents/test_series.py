"""Series: which one a number is of, whose rules, which rules are refused."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from documents import directory, outgoing, paper, register, reservations, series, series_rules
from documents import number_report as reports
from documents.database import Database, WriteConflict
from documents.directory import RightMissing
from documents.document import DocumentType
from documents.kinds import BY_NAME, KINDS, Kind
from documents.lifecycle import Direction, State
from documents.paper import PaperDocument
from documents.register import DayPast, ReasonMissing, RegisterClosed
from documents.reservations import (
    DocumentNotReady,
    ReservationEnded,
    ReservationExpiry,
    ReservationsMany,
    ReservationUnknown,
    Wanted,
)
from documents.series import CodesAlike, Mode, SeriesInvalid, SeriesRules
from documents.series_rules import BasisMissing, YearBegun
from documents.tables import DocumentRow, RegisterRow, ReservationRow, UnitRow

ORGAN, CLERK, LEADER = "H99.01", "H99.01-clerk", "H99.01-leader"
SPECIALIST = "H99.01-specialist"
GROUPS = SeriesRules(Mode.GROUP, {"CÁ BIỆT": ("Quyết định", "Chỉ thị")})
RESOLUTION = Kind("Nghị quyết của HĐND", "NQ", "01", normative=True)


def bare(session: object, name: str, at: datetime, **other: object) -> None:
    """Enter a document that waits for its number."""
    row = {
        "id": name,
        "direction": "outgoing",
        "organ_id": ORGAN,
        "state": "signed",
        "created_at": at,
        "updated_at": at,
        "type_name": "Quyết định",
        "subject": "x",
        "sender_organ_id": ORGAN,
        "code_notation": "QĐ-S1",
        "clerk_id": CLERK,
    }
    session.execute(insert(DocumentRow), [row | other])  # type: ignore[attr-defined]


def wanted(at: datetime, **other: object) -> Wanted:
    values: dict[str, object] = {
        "organ_id": ORGAN,
        "type_name": "Quyết định",
        "notation": "QĐ-S1",
        "owner": SPECIALIST,
        "reason": "họp chiều nay",
        "expires_at": at + timedelta(days=1),
    }
    return Wanted(**{**values, **other})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rules", "kind", "notation", "advisory", "expected"),
    [
        (SeriesRules(), BY_NAME["Quyết định"], "QĐ-S1", None, "QĐ"),
        (SeriesRules(), BY_NAME["Thư công"], "S1", None, "Công văn"),
        (SeriesRules(Mode.COMMON), BY_NAME["Quyết định"], "QĐ-S1", None, "CHUNG"),
        (GROUPS, BY_NAME["Chỉ thị"], "CT-S1", None, "CÁ BIỆT"),
        (GROUPS, BY_NAME["Công văn"], "S1-VP", None, "CHUNG"),
        (SeriesRules(Mode.COMMON), BY_NAME["Quyết định"], "2026/QĐ-S1", None, "QPPL QĐ"),
        (SeriesRules(Mode.COMMON), RESOLUTION, "NQ-HĐND", None, "QPPL NQ"),
        (SeriesRules(Mode.COMMON), BY_NAME["Báo cáo"], "BC-HĐTĐ", "HĐTĐ", "TV HĐTĐ"),
    ],
    ids=["type", "letter", "common", "group", "rest", "year", "normative", "advisory"],
)
def test_the_series_is_as_the_law_and_the_head_have_it(
    rules: SeriesRules, kind: Kind, notation: str, advisory: str | None, expected: str
) -> None:
    assert series.outgoing_series(rules, kind, notation, advisory) == expected


@pytest.mark.parametrize(
    ("rules", "error"),
    [
        (SeriesRules(Mode.GROUP, {"A": ("Công văn",)}), CodesAlike),
        (SeriesRules(Mode.GROUP, {"A": ("Công văn",), "B": ("Thư công",)}), CodesAlike),
        (SeriesRules(Mode.GROUP), SeriesInvalid),
        (SeriesRules(Mode.TYPE, {"A": ("Quyết định",)}), SeriesInvalid),
        (SeriesRules(Mode.GROUP, {"A": ("Quyết đinh",)}), SeriesInvalid),
        (SeriesRules(Mode.GROUP, {"A": ("Quyết định",), "B": ("Quyết định",)}), SeriesInvalid),
        (SeriesRules(Mode.GROUP, {"SAO": ("Quyết định",)}), SeriesInvalid),
        (SeriesRules(Mode.GROUP, {"QPPL QĐ": ("Quyết định",)}), SeriesInvalid),
        (SeriesRules(Mode.GROUP, {"A\x00": ("Quyết định",)}), SeriesInvalid),
        (SeriesRules(Mode.GROUP, {"A" * 31: ("Quyết định",)}), SeriesInvalid),
        (SeriesRules(Mode.GROUP, {"A": ()}), SeriesInvalid),
        (SeriesRules(most_open=-1), SeriesInvalid),
    ],
    ids=[str(number) for number in range(12)],
)
def test_rules_that_are_unclear_or_make_equal_codes_are_refused(
    rules: SeriesRules, error: type[Exception]
) -> None:
    with pytest.raises(error):
        series.check(rules, KINDS)
    series.check(GROUPS, KINDS)


def test_no_two_types_of_one_notation_are_ever_in_two_series() -> None:
    for rules in (SeriesRules(), SeriesRules(Mode.COMMON), GROUPS):
        found: dict[str, str] = {}
        for kind in DocumentType:
            given = series.outgoing_series(rules, BY_NAME[kind.value], "x", None)
            assert found.setdefault(kind.abbreviation, given) == given


def test_rules_take_force_on_1_january_and_a_begun_year_keeps_its_own(
    office: Database, at: datetime
) -> None:
    def decide(rules: SeriesRules, since: int, who: str = LEADER, basis: str = "1/QĐ-S1") -> None:
        with office.writing() as session:
            series_rules.decide(session, ORGAN, rules, since, who, at, basis)

    decide(SeriesRules(Mode.COMMON), 2026)
    with office.writing() as session:
        bare(session, "d1", at)
        assert str(outgoing.numbered(session, "d1", at)) == "01/QĐ-S1"
    with pytest.raises(YearBegun):
        decide(GROUPS, 2026)
    with pytest.raises(YearBegun):
        decide(GROUPS, 2025)
    with pytest.raises(RightMissing):
        decide(GROUPS, 2027, who=SPECIALIST)
    with pytest.raises(BasisMissing):
        decide(GROUPS, 2027, basis=" ")
    decide(GROUPS, 2027)
    decide(GROUPS, 2027)
    with office.reading() as session:
        known = series_rules.of_agency(session, ORGAN)
        assert [(each.since_year, each.rules.mode) for each in known] == [
            (2026, Mode.COMMON),
            (2027, Mode.GROUP),
        ]
        row = session.get_one(DocumentRow, "d1")
        for day, expected in ((date(2026, 12, 31), "CHUNG"), (date(2027, 1, 1), "CÁ BIỆT")):
            assert series_rules.outgoing_series(session, row, day) == expected


def test_an_advisory_body_and_invitations_have_their_own(office: Database, at: datetime) -> None:
    rules = SeriesRules(Mode.COMMON, incoming={"GIẤY MỜI": ("Giấy mời",)})
    with office.writing() as session:
        series_rules.decide(session, ORGAN, rules, 2026, LEADER, at, "1/QĐ-S1")
        session.add(
            UnitRow(
                id="u1",
                organ_id=ORGAN,
                name="Hội đồng thi đua",
                abbreviation="HĐTĐ",
                advisory=True,
                since=date(2026, 1, 1),
            )
        )
        session.flush()
        bare(session, "d1", at)
        bare(session, "d2", at, unit_id="u1", code_notation="QĐ-HĐTĐ")
        assert str(outgoing.numbered(session, "d1", at)) == "01/QĐ-S1"
        assert str(outgoing.numbered(session, "d2", at)) == "01/QĐ-HĐTĐ"
        arrived = session.get_one(DocumentRow, "d1")
        arrived.type_name = "Giấy mời"
        assert series_rules.incoming_series(session, arrived, at.date()) == "GIẤY MỜI"
        arrived.type_name = "Báo cáo"
        assert series_rules.incoming_series(session, arrived, at.date()) == "ĐẾN"


def test_a_closed_year_takes_no_number_in_any_series(office: Database, at: datetime) -> None:
    with office.writing() as session:
        bare(session, "d1", at)
        bare(session, "d2", at, type_name="Chỉ thị", code_notation="CT-S1")
        outgoing.numbered(session, "d1", at)
        held = reservations.reserve(session, wanted(at), CLERK, at).id
        session.execute(update(RegisterRow).values(closed_at=at, closed_by="x"))
    for number in ("d1", "d2"):
        with office.writing() as session:
            bare(session, f"{number}-late", at)
        with pytest.raises(RegisterClosed), office.writing() as session:
            outgoing.numbered(session, f"{number}-late", at)
    with pytest.raises(RegisterClosed), office.writing() as session:
        outgoing.numbered(session, "d2", at)
    with pytest.raises(RegisterClosed), office.writing() as session:
        reservations.use(session, held, "d2", CLERK, at)
    with office.writing() as session:  # one that nobody uses is void even so
        assert reservations.expire(session, at + timedelta(days=2)) == 1


def test_a_later_number_has_no_earlier_date(office: Database, at: datetime) -> None:
    with office.writing() as session:
        for name in ("d1", "d2", "d3"):
            bare(session, name, at)
        midnight = datetime(2026, 3, 9, 17, tzinfo=UTC)
        outgoing.numbered(session, "d1", midnight)
        # another writer took its time a moment before midnight, its number after
        outgoing.numbered(session, "d2", midnight - timedelta(microseconds=1))
        days = [session.get_one(DocumentRow, name).promulgated for name in ("d1", "d2")]
        assert days == [date(2026, 3, 10), date(2026, 3, 10)]
    with pytest.raises(DayPast), office.writing() as session:
        outgoing.numbered(session, "d3", at - timedelta(days=3))
    with office.reading() as session:
        assert reports.report(session, at).sound


def test_a_reserved_number_keeps_its_place_and_date_for_its_document(
    office: Database, at: datetime
) -> None:
    later = at + timedelta(hours=20)
    with office.writing() as session:
        held = reservations.reserve(session, wanted(at), CLERK, at, "r1")
        assert reservations.reserve(session, wanted(at), CLERK, at, "r1").number == 1
        assert (held.number, held.code) == (1, "01/QĐ-S1")
        for name in ("d1", "d2"):
            bare(session, name, at)
        assert outgoing.numbered(session, "d2", later).number == "02"
        reservations.use(session, "r1", "d1", SPECIALIST, later)
        reservations.use(session, "r1", "d1", SPECIALIST, later)
        assert outgoing.numbered(session, "d1", later).number == "01"
        assert session.get_one(DocumentRow, "d1").promulgated == date(2026, 3, 9)
    with pytest.raises(ReservationEnded), office.writing() as session:
        reservations.give_back(session, ORGAN, "r1", CLERK, later, "không dùng")
    with office.reading() as session:
        assert reports.report(session, later).sound


def test_a_number_that_expires_is_void_and_its_document_takes_the_next(
    office: Database, at: datetime
) -> None:
    over = at + timedelta(days=1)
    with office.writing() as session:
        held = reservations.reserve(session, wanted(at), CLERK, at).id
        bare(session, "d1", at)
        reservations.use(session, held, "d1", CLERK, at)
        assert not reservations.any_expired(session, over - timedelta(microseconds=1))
        assert reservations.any_expired(session, over)
        assert (reservations.expire(session, over), reservations.expire(session, over)) == (1, 0)
        assert outgoing.numbered(session, "d1", over).number == "02"
        row = session.get_one(ReservationRow, held)
        assert (row.state, row.ended_by, row.ended_at) == ("void", "system", over)
        assert (row.void_reason or "").startswith("Hết hạn giữ số")
    with office.writing() as session:
        bare(session, "d2", at)
    with pytest.raises(ReservationEnded), office.writing() as session:
        reservations.use(session, held, "d2", CLERK, over)


@pytest.mark.parametrize(
    ("change", "who", "error"),
    [
        ({}, SPECIALIST, RightMissing),
        ({"reason": " \x00 "[:1]}, CLERK, ReasonMissing),
        ({"expires_at": datetime(2026, 3, 9, 2, tzinfo=UTC)}, CLERK, ReservationExpiry),
        ({"expires_at": datetime(2026, 5, 9, 2, tzinfo=UTC)}, CLERK, ReservationExpiry),
        ({"owner": "H99.02-specialist"}, CLERK, directory.PersonUnknown),
        ({"notation": "QĐ S1"}, CLERK, outgoing.NotationInvalid),
    ],
    ids=["right", "reason", "past", "long", "stranger", "notation"],
)
def test_a_number_is_not_reserved_without_right_reason_owner_and_end(
    office: Database, at: datetime, change: dict[str, object], who: str, error: type[Exception]
) -> None:
    with pytest.raises(error), office.writing() as session:
        reservations.reserve(session, wanted(at, **change), who, at)
    with office.reading() as session:
        assert session.scalar(select(func.count()).select_from(RegisterRow)) == 0


def test_no_more_numbers_are_held_than_the_rules_allow(office: Database, at: datetime) -> None:
    with office.writing() as session:
        series_rules.decide(session, ORGAN, SeriesRules(most_open=1), 2026, LEADER, at, "1/QĐ")
        held = reservations.reserve(session, wanted(at), CLERK, at).id
    with pytest.raises(ReservationsMany), office.writing() as session:
        reservations.reserve(session, wanted(at), CLERK, at)
    with office.writing() as session:
        reservations.give_back(session, ORGAN, held, CLERK, at, "không dùng")
        assert reservations.reserve(session, wanted(at), CLERK, at).number == 2


def test_a_reserved_number_is_only_for_its_series_agency_and_one_document(
    office: Database, at: datetime
) -> None:
    with office.writing() as session:
        held = reservations.reserve(session, wanted(at), CLERK, at).id
        for name in ("d1", "d2"):
            bare(session, name, at)
        bare(session, "other", at, type_name="Chỉ thị")
        bare(session, "away", at, organ_id="H99.02", sender_organ_id="H99.02")
    for document, error in (("other", DocumentNotReady), ("away", ReservationUnknown)):
        who = CLERK if document == "other" else "H99.02-clerk"
        with pytest.raises(error), office.writing() as session:
            reservations.use(session, held, document, who, at)
    with office.writing() as session:
        reservations.use(session, held, "d1", CLERK, at)
    with pytest.raises(DocumentNotReady), office.writing() as session:
        reservations.use(session, held, "d2", CLERK, at)


def test_paper_and_electronic_documents_share_their_series(office: Database, at: datetime) -> None:
    written = PaperDocument(
        ORGAN, "Quyết định", "QĐ-S1", "V/v kho lưu trữ", LEADER, ("Như trên",), 2
    )
    with office.writing() as session:
        bare(session, "d1", at)
        outgoing.numbered(session, "d1", at)
        row = paper.enter(session, written, CLERK, at, "p1")
        assert (row.code_number, row.state, row.channel) == ("02", State.DISPATCHED, "paper")
        assert paper.enter(session, written, CLERK, at, "p1") is row
        held = reservations.reserve(session, wanted(at), CLERK, at).id
        bare(session, "d2", at)
        assert outgoing.numbered(session, "d2", at).number == "04"
        kept = PaperDocument(ORGAN, "Quyết định", "QĐ-S1", "x", LEADER, reservation_id=held)
        assert paper.enter(session, kept, CLERK, at).code_number == "03"
    with pytest.raises(RightMissing), office.writing() as session:
        paper.enter(session, written, SPECIALIST, at)
    with office.reading() as session:
        assert reports.report(session, at).sound


def test_the_report_names_gaps_doubles_order_and_what_is_held(
    office: Database, at: datetime
) -> None:
    with office.writing() as session:
        for number in range(1, 7):
            bare(session, f"d{number}", at)
            outgoing.numbered(session, f"d{number}", at)
        reservations.reserve(session, wanted(at), CLERK, at)
        session.execute(text("DELETE FROM register_entry WHERE number IN (3, 4)"))
        session.execute(text("UPDATE register_entry SET entered_on='2026-03-01' WHERE number=5"))
        session.execute(text("UPDATE document SET code_number = '01' WHERE id = 'd2'"))
        arrival = {"direction": "incoming", "state": "registered", "code_number": "9"}
        promulgated = {"promulgated": date(2026, 3, 1)}
        for name in ("a1", "a2"):
            bare(session, name, at, **arrival, **promulgated, sender_organ_id="G01")
    with office.reading() as session:
        found = reports.report(session, at + timedelta(days=2), ORGAN, 2026)
        assert reports.report(session, at, ORGAN, 2025).registers == []
    (state,) = found.registers
    assert not found.sound
    assert (state.missing, [(gap.first, gap.last) for gap in state.gaps]) == (2, [(3, 4)])
    assert [(step.number, step.before) for step in state.backwards] == [(5, 2)]
    assert (state.reserved, state.expired, state.documents) == (1, 1, 4)
    assert [(each.code, each.count) for each in found.doubles] == [("01/QĐ-S1", 2)]
    assert [(each.code, each.sender_organ_id) for each in found.arrivals] == [("9/QĐ-S1", "G01")]


def test_the_database_itself_refuses_a_second_document_of_one_code(
    office: Database, at: datetime
) -> None:
    with office.writing() as session:
        for name in ("d1", "d2"):
            bare(session, name, at)
            outgoing.numbered(session, name, at)
    with pytest.raises((WriteConflict, IntegrityError)), office.writing() as session:
        session.execute(text("UPDATE register_entry SET code = '01/QĐ-S1' WHERE number = 2"))


def test_a_void_document_lets_the_number_that_waited_for_it_go(
    office: Database, at: datetime
) -> None:
    with office.writing() as session:
        held = reservations.reserve(session, wanted(at), CLERK, at).id
        bare(session, "d1", at)
        reservations.use(session, held, "d1", CLERK, at)
        register.void(session, "d1", "bỏ")
        session.expire_all()
        row = session.get_one(ReservationRow, held)
        assert (row.state, row.document_id) == ("open", None)
        taken = register.take_number(session, ORGAN, Direction.OUTGOING, "QĐ", at.date())
        assert taken[1] == 2
