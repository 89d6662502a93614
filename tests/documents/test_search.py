"""Search gives the same answers on both databases, and those of a plain reading of the rules."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from documents import casefile, search_index, search_query, search_words
from documents.database import Database
from documents.ledger import SYSTEM
from documents.search import LOOKED_AT, Facet, PageInvalid, Results, Sort, search
from documents.search_expression import AllOf, AnyOf, Expression, Phrase
from documents.search_query import Filters
from documents.tables import DocumentRow, SearchEntryRow

AT = datetime(2026, 3, 9, 2, tzinfo=UTC)
ORGAN = "H99.01"


def enter(database: Database, number: int, **given: Any) -> str:
    """Enter one incoming document and its fact in the ledger."""
    values: dict[str, Any] = {
        "id": f"00000000-0000-0000-0000-{number:012d}",
        "direction": "incoming",
        "organ_id": ORGAN,
        "state": "registered",
        "created_at": AT + timedelta(minutes=number),
        "updated_at": AT,
        "type_name": "Công văn",
        "subject": "",
        "sender_organ_id": "G01",
        "sender_name": "Bộ Nội vụ",
        "code_number": str(number),
        "code_notation": "BNV-VP",
        "promulgated": date(2026, 3, 1),
    }
    row = DocumentRow(**values | given)
    with database.writing() as session:
        session.add(row)
        session.flush()
        casefile.note(session, row, "fetch", SYSTEM, AT)
    return row.id


def follow(database: Database) -> None:
    """Let the index catch up."""
    with database.writing() as session:
        while search_index.catch_up(session):
            pass


def found(database: Database, query: str, *args: Any, **options: Any) -> list[int]:
    """Return the numbers of the documents that *query* gives, page after page."""
    numbers: list[int] = []
    page = ""
    while True:
        results = asked(database, query, *args, page=page, **options)
        numbers += [int(row.id[-12:]) for row in results.documents]
        page = results.next
        if not page:
            return numbers


def asked(database: Database, query: str, *args: Any, **options: Any) -> Results:
    """Return what *query* gives."""
    with database.reading() as session:
        return search(session, [ORGAN], query, *args, **options)


@pytest.fixture
def shelf(office: Database) -> Database:
    """Give a database with a few documents, indexed."""
    enter(office, 1, subject="V/v phòng chống bão số 3")
    enter(office, 2, subject="Báo cáo tuần 10", type_name="Báo cáo")
    enter(office, 3, subject="bao so 3 khong dau")
    enter(office, 4, subject="Thông báo nghỉ Tết", state="filed", urgency=2)
    enter(office, 15, subject="Ban hành quy chế", code_number="15", code_notation="QĐ-UBND")
    enter(office, 16, subject="Thực hiện Quyết định số 15/QĐ-UBND")
    enter(office, 17, subject="Quy hoạch đất đai ở xã Hòa Bình", due_date=date(2026, 3, 5))
    enter(office, 18, subject="Của nơi khác về bão", organ_id="H99.02")
    follow(office)
    return office


QUERIES_AND_ANSWERS: list[tuple[str, list[int]]] = [
    ("bao", [4, 3, 2, 1]),
    ("bão", [1, 4, 3, 2]),
    ('"bão"', [1]),
    ("báo cáo", [2]),
    ("bao so 3", [3, 1]),
    ('"so 3"', [3, 1]),
    ('"chống bão"', [1]),
    ('"bão chống"', []),
    ("bao -tết", [3, 2, 1]),
    ("-bao", [17, 16, 15]),
    ("ngh*", [4]),
    ("dat dai", [17]),
    ("DAT", [17]),
    ("đất", [17]),
    ("hoà", [17]),
    ("hoà*", [17]),
    ("Ho\u0300a Bi\u0300nh", [17]),
    ("15/QĐ-UBND", [15, 16]),
    ("015/qd-ubnd", [15]),
    ("15 ubnd", [16, 15]),
    ("số:15", [15]),
    ("ký hiệu:QĐ-UBND", [15]),
    ("ky hieu:ubnd", [15]),
    ('loại:"báo cáo"', [2]),
    ("từ:noi", [17, 16, 15, 4, 3, 2, 1]),
    ("trạng thái:filed", [4]),
    ('trạng thái:"đã lưu"', [4]),
    ("trạng thái:không-có", []),
    ("độ khẩn:2", [4]),
    ("năm:2025", []),
    ("từ ngày:01/03/2026 đến ngày:01/03/2026 bão", [1, 4, 3, 2]),
    ("từ ngày:02/03/2026", []),
    ("hạn:có", [17]),
    ("", [17, 16, 15, 4, 3, 2, 1]),
]


def test_a_query_finds_what_a_clerk_expects(shelf: Database) -> None:
    for query, wanted in QUERIES_AND_ANSWERS:
        assert found(shelf, query) == wanted, query
        assert found(shelf, query, size=1) == wanted, query


def test_the_last_word_may_be_only_begun_while_it_is_typed(shelf: Database) -> None:
    assert found(shelf, "nghỉ tế", typing=True) == [4]
    assert found(shelf, "nghỉ tế") == []


def test_facets_count_every_match(shelf: Database) -> None:
    results = asked(shelf, "bao", facets=list(Facet))
    counted = {
        facet: {count.value: count.count for count in counts}
        for facet, counts in results.facets.items()
    }
    assert results.total == 4
    assert not results.at_least
    assert counted[Facet.TYPE] == {"Công văn": 3, "Báo cáo": 1}
    assert counted[Facet.STATE] == {"registered": 3, "filed": 1}
    assert counted[Facet.YEAR] == {"2026": 4}
    assert counted[Facet.URGENCY] == {"0": 3, "2": 1}
    assert counted[Facet.DIRECTION] == {"incoming": 4}


def test_filters_hold_what_the_index_does_not_know_yet(shelf: Database) -> None:
    overdue = Filters(deadline="overdue", today=date(2026, 3, 9))
    assert found(shelf, "", overdue) == [17]
    assert found(shelf, "", Filters(states=frozenset({"filed"}))) == [4]
    assert found(shelf, "", Filters(types=frozenset({"Báo cáo"}), years=frozenset({2026}))) == [2]
    with shelf.writing() as session:
        row = session.get_one(DocumentRow, "00000000-0000-0000-0000-000000000004")
        row.state = "recalled"
    assert found(shelf, "", Filters(states=frozenset({"filed"}))) == []


def test_every_order_gives_every_document_once(shelf: Database) -> None:
    for sort in Sort:
        assert sorted(found(shelf, "", sort=sort, size=2)) == [1, 2, 3, 4, 15, 16, 17]
    assert found(shelf, "", sort=Sort.DUE)[0] == 17
    assert found(shelf, "", sort=Sort.CODE) == [1, 2, 3, 4, 15, 16, 17]
    assert found(shelf, "bao", sort=Sort.OLDEST) == [1, 2, 3, 4]


def test_a_change_is_found_once_the_index_followed_and_a_rebuilding_changes_nothing(
    shelf: Database,
) -> None:
    with shelf.writing() as session:
        row = session.get_one(DocumentRow, "00000000-0000-0000-0000-000000000001")
        row.subject = "Đính chính lũ quét"
        casefile.note(session, row, "correct", SYSTEM, AT)
    follow(shelf)
    assert found(shelf, "lũ quét") == [1]
    assert found(shelf, '"bão"') == []
    before = _entries(shelf)
    with shelf.writing() as session:
        search_index.forget(session)
    assert found(shelf, "") == []
    follow(shelf)
    assert _entries(shelf) == before


def _entries(database: Database) -> list[tuple[Any, ...]]:
    with database.reading() as session:
        rows = session.query(SearchEntryRow.seq, SearchEntryRow.document_id, SearchEntryRow.words)
        return sorted(tuple(row) for row in rows)


def test_documents_of_one_moment_have_places_of_their_own(office: Database) -> None:
    for number in range(1, 6):
        enter(office, number, created_at=AT + timedelta(microseconds=number // 3))
        if number % 2:
            follow(office)
    follow(office)
    assert sorted(found(office, "")) == [1, 2, 3, 4, 5]


def test_the_text_of_files_is_found_and_a_secret_one_leaves_nothing(office: Database) -> None:
    pdf = "a" * 64
    for number in (1, 2):
        enter(office, number, current_sha256=pdf, subject="Kế hoạch")
    follow(office)
    with office.writing() as session:
        (one, files), (other, _) = search_index.unread(session, 10)
        assert files == [pdf]
        assert search_index.read(session, one, files, "phòng cháy " * 300, AT)
        assert not search_index.read(session, other, ["b" * 64], "x", AT)
        assert search_index.read(session, other, files, "", AT, secret=True)
        assert search_index.unread(session, 10) == []
    assert found(office, '"phòng cháy"') == [1]
    assert found(office, "kế hoạch") == [1]


def test_a_word_after_the_last_place_is_found_alone(office: Database) -> None:
    key = enter(office, 1, current_sha256="a" * 64)
    follow(office)
    text = "tiếng " * 400 + " ".join(f"w{n}" for n in range(search_words.PLACES)) + " cuối cùng"
    with office.writing() as session:
        search_index.read(session, key, ["a" * 64], text, AT)
    assert found(office, "cuối cùng") == [1]
    assert found(office, '"cuối cùng"') == []
    assert found(office, '"w10 w11"') == [1]


def test_a_reader_that_was_killed_again_and_again_is_not_started_for_ever(
    office: Database,
) -> None:
    key = enter(office, 1, current_sha256="a" * 64)
    follow(office)
    for _ in range(search_index.MOST_TRIES + 1):
        with office.writing() as session:
            assert search_index.unread(session, 1)
            search_index.tried(session, [key])
    with office.reading() as session:
        assert search_index.unread(session, 1) == []


HOSTILE = (
    *(
        "\x00",
        '"',
        '""""',
        "*",
        "-",
        "--",
        "()",
        "AND OR NOT",
        "NEAR(a b)",
        "^",
        "col:x",
        "{a b}:c",
    ),
    *("& | !", "<->", "a & !", "':*A", "\\", "%", "_", "_ _", "e_bao", "';DROP TABLE document;--"),
    *("\ud800", "\U0010ffff", "x" * 10_000, "- " * 5000, '"a ' * 400, "số:", "năm:abc", "hạn:"),
    *("từ ngày:99/99/9999", "15/", "/", "1/đ" * 200, "\u0301\u0301", "ﷺ", "İ", "số:" + "9" * 900),
)


def test_no_query_is_an_error(shelf: Database) -> None:
    for query in HOSTILE:
        asked(shelf, query, facets=list(Facet), typing=True)


def test_a_page_of_another_search_is_refused(shelf: Database) -> None:
    wrong = ("x", "newest", "newest.2.1", "oldest.0.1", "newest.0.²", "newest.0." + "9" * 30)
    for page in wrong:
        with pytest.raises(PageInvalid):
            asked(shelf, "", page=page)


SYLLABLES = ("bão", "báo", "bao", "đất", "dat", "số", "3", "Hoà", "hòa", "hoàng", "-x", "15/QĐ")
TEXTS = st.lists(st.sampled_from(SYLLABLES), max_size=5).map(" ".join)
TERMS = st.one_of(
    st.sampled_from(SYLLABLES),
    st.sampled_from(SYLLABLES).map(lambda word: f"{word}*"),
    st.sampled_from(SYLLABLES).map(lambda word: f"-{word}"),
    TEXTS.map(lambda text: f'"{text}"'),
    st.sampled_from(SYLLABLES).map(lambda word: f"trích yếu:{word}"),
    st.sampled_from(SYLLABLES).map(lambda word: f'-"{word}"'),
)
QUERIES = st.lists(TERMS, max_size=4).map(" ".join)


def _has(stream: Sequence[str], loose: Sequence[str], phrase: Phrase) -> bool:
    """Say naively whether a text has a phrase."""
    *whole, last = phrase.words

    def ends(word: str) -> bool:
        return word.startswith(last) if phrase.begins else word == last

    if not whole and any(ends(word) for word in loose):
        return True
    return any(
        list(stream[place : place + len(whole)]) == whole and ends(stream[place + len(whole)])
        for place in range(len(stream) - len(whole))
    )


def _matches(line: Sequence[str], asked: Expression) -> bool:
    match asked:
        case Phrase():
            return _has(line, (), asked)
        case AnyOf(parts):
            return any(_matches(line, part) for part in parts)
        case AllOf(parts, without):
            return all(_matches(line, part) for part in parts) and not any(
                _matches(line, part) for part in without
            )


@settings(
    max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    texts=st.lists(TEXTS, min_size=1, max_size=6), queries=st.lists(QUERIES, min_size=1, max_size=6)
)
def test_answers_are_those_of_reading_every_document(
    office: Database, texts: list[str], queries: list[str]
) -> None:
    first = _next_number(office)
    organ = f"X{first}"
    _seat(office, organ)
    for number, subject in enumerate(texts, first):
        enter(office, number, subject=subject, organ_id=organ)
    follow(office)
    with office.reading() as session:
        rows = {
            int(row.id[-12:]): row
            for row in session.query(DocumentRow).filter(DocumentRow.organ_id == organ)
        }
        lines = {
            number: words.as_line().split()
            for number, words in _vocabularies(session, rows).items()
        }
        for query in queries:
            meant = search_query.parsed(query, [organ])
            exact = [n for n in sorted(lines, reverse=True) if _matches(lines[n], meant.strict)]
            others = [
                n
                for n in sorted(lines, reverse=True)
                if n not in exact and _matches(lines[n], meant.loose)
            ]
            given = search(session, [organ], query)
            assert [int(row.id[-12:]) for row in given.documents] == exact + others, query
            assert given.total == len(exact + others) <= LOOKED_AT


def _vocabularies(session: Any, rows: dict[int, DocumentRow]) -> dict[int, Any]:
    from documents import search_fields

    found = search_fields.vocabularies(session, {row.id: row for row in rows.values()})
    return {int(key[-12:]): words for key, words in found.items()}


def _next_number(database: Database) -> int:
    with database.reading() as session:
        return session.query(DocumentRow).count() + 1


def _seat(database: Database, organ: str) -> None:
    from documents.tables import AgencyRow

    with database.writing() as session:
        session.add(AgencyRow(organ_id=organ, name=organ))
