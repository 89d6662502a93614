"""A store of made-up documents for measurements: Vietnamese subjects, files' text for a share.

The subjects follow ux.md §5.4, the weights of types and urgency §5.2 and §5.3; two years of one
agency. Deterministic. Rows are entered in bulk, past the domain's functions: what is measured
is reading them.
"""

import functools
import json
import os
import random
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from multiprocessing import get_context
from typing import Any, cast

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from documents import search_fields, search_index, search_spans
from documents.database import Database
from documents.document import ABBREVIATIONS, DocumentType
from documents.numbering import local_day
from documents.tables import AgencyRow, DocumentRow, PersonRow, SearchEntryRow, UnitRow

ORGAN = "H99.18"
FIRST = datetime(2024, 12, 1, 1, tzinfo=UTC)
LAST = datetime(2026, 11, 20, 9, tzinfo=UTC)
BODY_SHARE = 0.1
"""Documents with the text of their files in the index."""
TOGETHER = 5000
ALIKE = 40
UNITS = 12
PEOPLE = 60

_PLACES_TEXT = "Tân Phú|Hòa Bình|Sơn Đông|Bãi Cháy|Long Hải|Vĩnh An|Minh Tân|Phú Lộc|Đông Hà"
_PLACES = _PLACES_TEXT.split("|")
_WORKS_TEXT = (
    "cải cách hành chính|chuyển đổi số|phòng cháy, chữa cháy|bảo vệ môi trường|giải ngân vốn "
    "đầu tư công|phòng, chống thiên tai|an toàn thực phẩm|công tác văn thư, lưu trữ|giảm "
    "nghèo bền vững|quy hoạch sử dụng đất|thu, chi ngân sách|tiếp công dân|thi đua, khen "
    "thưởng|an ninh mạng"
)
_WORKS = _WORKS_TEXT.split("|")
_SUBJECTS_TEXT = (
    "Kế hoạch {w} năm {y}|Báo cáo tuần {n} về {w}|V/v tăng cường {w} tại xã {p}|V/v góp ý dự "
    "thảo Quyết định quy định về {w}|Công điện về việc chủ động ứng phó với bão số {n}|Quyết "
    "định về việc thu hồi đất để thực hiện dự án tại xã {p}|V/v trả lời đơn kiến nghị của "
    "ông {s} ở {p}|Giấy mời họp về {w}|Tờ trình đề nghị bổ sung kinh phí {w}|Thông báo kết "
    "luận cuộc họp về {w}|Hướng dẫn {w} quý {q}|V/v xác minh nguồn gốc đất của hộ bà {s}, xã "
    "{p}|V/v đôn đốc báo cáo kết quả thực hiện {w}|Phiếu chuyển đơn của {s} đến UBND xã {p}|"
    "V/v thẩm định dự thảo về {w}|Quyết định phê duyệt phương án bồi thường, hỗ trợ, tái "
    "định cư dự án {p} {n}"
)
_SUBJECTS = _SUBJECTS_TEXT.split("|")
_SURNAMES_TEXT = "Nguyễn|Trần|Lê|Phạm|Hoàng|Huỳnh|Phan|Vũ|Võ|Đặng|Bùi|Đỗ|Hồ|Ngô|Dương|Lý"
_SURNAMES = _SURNAMES_TEXT.split("|")
_NAMES_TEXT = "An|Bình|Châu|Dũng|Đức|Giang|Hà|Hải|Hạnh|Hùng|Lan|Linh|Mai|Minh|Nam|Nga|Phúc|Sơn"
_NAMES = _NAMES_TEXT.split("|")
_SYLLABLES_TEXT = (
    "ủy|ban|nhân|dân|tỉnh|huyện|xã|phường|thực|hiện|nhiệm|vụ|giao|theo|quy|định|của|pháp|"
    "luật|các|cơ|quan|đơn|vị|liên|quan|tổ|chức|triển|khai|báo|cáo|kết|quả|trước|ngày|tháng|"
    "năm|đề|nghị|xem|xét|phê|duyệt|kinh|phí|dự|án|đầu|tư|xây|dựng|công|trình|đất|đai|môi|"
    "trường|nước|rừng|biển|giáo|dục|y|tế|văn|hóa|thể|thao|du|lịch|khoa|học|công|nghệ|số|hồ|"
    "sơ|văn|bản|quyết|định|nghị|quyết|thông|tư|nghị|định|luật|điều|khoản|điểm|căn|cứ|ban|"
    "hành|kèm|theo|phụ|lục|danh|sách|cán|bộ|công|chức|viên|chức|người|lao|động|tiền|lương|"
    "bảo|hiểm|xã|hội|hộ|gia|đình|nghèo|cận|nghèo|thiên|tai|bão|lũ|sạt|lở|phòng|chống|cháy|nổ|"
    "an|toàn|trật|tự|kiểm|tra|thanh|tra|giám|sát|xử|lý|vi|phạm"
)
_SYLLABLES = _SYLLABLES_TEXT.split("|")
_STATES = {
    "incoming": (("filed", 86), ("completed", 6), ("in_progress", 3), ("assigned", 2)),
    "outgoing": (("filed", 70), ("dispatched", 26), ("draft", 1), ("submitted", 1)),
}
_RARE = {
    "incoming": ("submitted", "registered", "quarantined", "refused", "recalled", "verified"),
    "outgoing": ("returned", "approved", "signed", "void", "recalled", "sealed"),
}
_COMMON_TYPES = (
    *((DocumentType.OFFICIAL_LETTER, 55), (DocumentType.REPORT, 10), (DocumentType.NOTICE, 9)),
    *((DocumentType.DECISION, 7), (DocumentType.INVITATION, 6), (DocumentType.PLAN, 5)),
    *((DocumentType.STATEMENT, 3), (DocumentType.GUIDANCE, 1), (DocumentType.TELEGRAM, 1)),
)
_DEFAULTS: dict[str, Any] = {
    "version": 3,
    "pages": 2,
    "business_type": 0,
    "signer_competence": "",
    "verdict": "",
    "warnings": [],
    "attempts": 0,
    "held": False,
    "channel": "axis",
}


def rows_of(count: int, seed: int = 1, part: int = 0) -> Iterator[dict[str, Any]]:
    """Yield the *part*th `TOGETHER` of *count* documents as rows, oldest first."""
    chance = random.Random(f"{seed} {part}")  # noqa: S311  (made-up documents)
    step = (LAST - FIRST) / count
    types, weights = zip(*_COMMON_TYPES, strict=True)
    for number in range(part * TOGETHER, min(count, (part + 1) * TOGETHER)):
        at = FIRST + step * number
        direction = "incoming" if chance.random() < 0.78 else "outgoing"
        kind = chance.choices(types, weights)[0]
        yield _row(chance, number, at, direction, kind)


def _row(
    chance: random.Random, number: int, at: datetime, direction: str, kind: DocumentType
) -> dict[str, Any]:
    day = local_day(at)
    incoming = direction == "incoming"
    sender = f"H99.{chance.randrange(60)}" if incoming else ORGAN
    usual = dict(_STATES[direction])
    # almost everything older than a month is done
    rare = chance.random() < (0.3 if (LAST - at).days < 30 else 0.002)
    state = (
        chance.choice(_RARE[direction])
        if rare
        else chance.choices(list(usual), list(usual.values()))[0]
    )
    due = day + timedelta(chance.choice((3, 5, 7, 15))) if chance.random() < 0.45 else None
    person = chance.randrange(PEOPLE)
    signer = f"{chance.choice(_SURNAMES)} Văn {chance.choice(_NAMES)}"
    short = ABBREVIATIONS.get(kind, "")
    return _DEFAULTS | {
        "id": f"{number:08x}-0000-4000-8000-{chance.randrange(1 << 48):012x}",
        "direction": direction,
        "organ_id": ORGAN,
        "state": state,
        "created_at": at,
        "updated_at": at,
        "type_name": kind.value,
        "subject": _subject(chance, day),
        "urgency": chance.choices((0, 1, 2, 3), (83, 12, 3, 2))[0],
        "place": "Sơn Hải",
        "due_date": due,
        "to_places": ["Như trên", "Lưu: VT"],
        "sender_organ_id": sender,
        "sender_name": f"UBND xã {chance.choice(_PLACES)} {sender[4:]}" if incoming else "",
        "code_number": str(number % 9000 + 1),
        "code_notation": "-".join(filter(None, (short, f"UBND{chance.randrange(40)}"))),
        "promulgated": day - timedelta(chance.randrange(4)) if incoming else day,
        "signer_name": signer,
        "signer_position": "Chủ tịch",
        "signer_id": None if incoming else f"p{person}",
        "drafter_id": None if incoming else f"p{(person * 7) % PEOPLE}",
        "unit_id": f"u{chance.randrange(UNITS)}",
        "receipt_number": number if incoming else None,
        "arrival_date": day if incoming else None,
    }


def _subject(chance: random.Random, day: date) -> str:
    return chance.choice(_SUBJECTS).format(
        w=chance.choice(_WORKS),
        p=chance.choice(_PLACES),
        s=f"{chance.choice(_SURNAMES)} Thị {chance.choice(_NAMES)}",
        n=chance.randrange(1, 60),
        q=chance.randrange(1, 5),
        y=day.year,
    )


def body(chance: random.Random) -> str:
    """Return a file's text of 300 to 1500 words, some of them rare ones."""
    words = chance.choices(_SYLLABLES, k=chance.randrange(300, 1500))
    words += [f"mã{chance.randrange(10_000_000)}" for _ in range(8)]
    return " ".join(words)


def fill(database: Database, count: int, seed: int = 1, *, words: bool = True) -> None:
    """Fill an empty, migrated database with *count* documents and, with *words*, their index.

    PostgreSQL multiplies: of every `ALIKE` documents in a row one is made up, the others differ
    from it in their moments, keys and receipt numbers. Its indexes are made after the rows.
    """
    dialect = database.engine.dialect.name
    with database.writing() as session:
        _office(session)
        later = _indexes_dropped(session) if dialect == "postgresql" else []
    alike = ALIKE if dialect == "postgresql" and count >= ALIKE * TOGETHER else 1
    made_up = -(-count // alike)
    parts = range(-(-made_up // TOGETHER))
    makers = len(os.sched_getaffinity(0))
    with ProcessPoolExecutor(makers, mp_context=get_context("spawn")) as pool:
        made = functools.partial(_made, dialect, made_up, seed, words=words)
        for rows, entries in pool.map(made, parts):
            if dialect == "postgresql":
                _copied(database, rows, entries, alike)
            else:
                _inserted(database, rows, entries)
    with database.writing() as session:
        if dialect == "postgresql":
            session.execute(text("SET LOCAL maintenance_work_mem = '1GB'"))
        else:
            session.execute(text("INSERT INTO search_text(search_text) VALUES ('optimize')"))
        for statement in later:
            session.execute(text(statement))
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE" if dialect == "postgresql" else "ANALYZE"))


def _office(session: Session) -> None:
    session.add(AgencyRow(organ_id=ORGAN, name="Sở Nông nghiệp và Môi trường", served=True))
    session.flush()
    for number in range(UNITS):
        name = f"Phòng {_WORKS[number]}"
        unit = UnitRow(id=f"u{number}", organ_id=ORGAN, name=name, since=FIRST.date())
        unit.abbreviation, unit.advisory = f"P{number}", False
        session.add(unit)
    for number in range(PEOPLE):
        name = f"{_SURNAMES[number % 16]} Văn {_NAMES[number % 18]}"
        person = PersonRow(id=f"p{number}", organ_id=ORGAN, full_name=name, position="")
        person.role = "specialist"
        session.add(person)


def _indexes_dropped(session: Session) -> list[str]:
    """Drop what is faster made at the end; return the statements that make it."""
    wanted = text(
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename"
        " IN ('document', 'search_entry') AND indexname LIKE 'ix_%'"
    )
    found = session.execute(wanted).all()
    for name, _ in found:
        session.execute(text(f"DROP INDEX {name}"))
    return [statement for _, statement in found]


Made = tuple[list[dict[str, Any]], list[dict[str, Any]]]


def _made(dialect: str, count: int, seed: int, part: int, *, words: bool) -> Made:
    """Return a part of the documents, and of the index."""
    chance = random.Random(f"{seed} text {part}")  # noqa: S311  (made-up text)
    rows = list(rows_of(count, seed, part))
    return rows, [_entry(chance, row, dialect) for row in rows] if words else []


def _inserted(
    database: Database, rows: list[dict[str, Any]], entries: list[dict[str, Any]]
) -> None:
    with database.writing() as session:
        connection = session.connection()
        connection.execute(insert(DocumentRow), rows)
        if entries:
            connection.execute(search_index.ADD["sqlite"], entries)


def _copied(
    database: Database, rows: list[dict[str, Any]], entries: list[dict[str, Any]], alike: int
) -> None:
    """Copy a part into PostgreSQL, every row *alike* times with what must differ."""
    step = 1_000_000  # a second apart; the next one made up is later
    for row in rows:
        row["to_places"], row["warnings"] = json.dumps(row["to_places"]), "[]"
    columns = list(rows[0])
    differ = {
        "id": "lpad(to_hex(k), 2, '0') || substr(id, 3)",
        "created_at": f"created_at + k * interval '{step} microseconds'",
        "updated_at": f"created_at + k * interval '{step} microseconds'",
        "receipt_number": f"receipt_number * {alike} + k",
    }
    given = ", ".join(differ.get(column, column) for column in columns)
    spans = " || ".join(
        f"'{kind}_' || (seq + k * {step}) / {size}"
        for kind, size in (
            ("ta", search_spans.SPAN),
            (" tb", search_spans.SPAN * search_spans.WIDE),
        )
    )
    with database.engine.begin() as connection:
        direct = connection.connection.driver_connection
        connection.execute(text("SET LOCAL synchronous_commit = off"))
        connection.execute(text("SET LOCAL session_replication_role = replica"))  # rows are right
        several = f"CROSS JOIN LATERAL generate_series(0, {alike - 1} + 0 * version) AS k"
        _copy(direct, "document", columns, rows)
        connection.execute(
            text(
                f"INSERT INTO document ({', '.join(columns)}) SELECT {given}"  # noqa: S608
                f" FROM (SELECT * FROM made_document ORDER BY created_at) AS made {several}"
            )
        )
        if entries:
            _copy(direct, "search_entry", ("seq", "document_id", "upto", "line"), entries)
            several = several.replace("version", "upto")
            connection.execute(
                text(
                    f"INSERT INTO search_entry SELECT seq + k * {step},"  # noqa: S608
                    " lpad(to_hex(k), 2, '0') || substr(document_id, 3), 0,"
                    f" words || ({spans})::tsvector"
                    " FROM (SELECT *, line::tsvector AS words FROM made_search_entry"
                    f" ORDER BY seq OFFSET 0) AS made {several}"
                )
            )


def _copy(direct: Any, table: str, columns: Sequence[str], rows: Iterable[dict[str, Any]]) -> None:
    """Copy rows into a table for a while, `made_` and *table*."""
    with direct.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE made_{table} (LIKE {table}) ON COMMIT DROP")
        if "line" in columns:
            cursor.execute(f"ALTER TABLE made_{table} DROP words, ADD line text")
        with cursor.copy(f"COPY made_{table} ({', '.join(columns)}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row([row[column] for column in columns])


def _entry(chance: random.Random, row: dict[str, Any], dialect: str) -> dict[str, Any]:
    words = search_fields.alone(cast("DocumentRow", _Plain(row)))
    seq = int(row["created_at"].timestamp() * 1_000_000)
    if dialect == "sqlite":  # elsewhere the copies have their own
        for each in search_spans.of_place(seq):
            words.mark(each)
    if chance.random() < BODY_SHARE:
        words.add(body(chance))
    line = words.for_database(dialect)
    return {"seq": seq, "document_id": row["id"], "upto": 0, "line": line}


class _Plain:
    """A row as an object, without the cost of the mapper."""

    def __init__(self, row: dict[str, Any]) -> None:
        self.__dict__ = {"description": None, **row}


def size(database: Database) -> str:
    """Return how large the index is, and the database."""
    with database.reading() as session:
        if database.engine.dialect.name == "sqlite":
            pages = session.scalar(text("PRAGMA page_count")) or 0
            each = session.scalar(text("PRAGMA page_size")) or 0
            return f"database {pages * each / 1e6:.0f} MB"
        asked = text(
            "SELECT pg_size_pretty(pg_total_relation_size(:name)), pg_size_pretty("
            "pg_database_size(current_database()))"
        )
        index, whole = session.execute(asked, {"name": SearchEntryRow.__tablename__}).one()
        return f"index {index}, database {whole}"


@contextmanager
def filled(url: str, count: int, *, words: bool = True) -> Iterator[Database]:
    """Give the database at *url* with *count* documents."""
    database = Database(url)
    try:
        database.upgrade()
        fill(database, count, words=words)
        yield database
    finally:
        database.close()
