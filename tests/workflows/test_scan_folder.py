"""The watched folder: each file once whatever dies; partial, bad, hostile and secret files."""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from connectors.antivirus import AntivirusSettings
from documents import casefile, intakes
from documents.document import DocumentType, Role
from documents.lifecycle import Direction, State
from documents.tables import FeedbackRow, LedgerRow
from drafting import composer
from drafting.composition import Composition, Paragraph
from tests.connectors.clamd import MARK, NAME, unix_clamd
from tests.workflows.deaths import Killed, dies_at
from tests.workflows.house import (
    OFFICE,
    PROVINCE,
    desk_of,
    documents,
    leader_of,
    person_of,
    turn,
)
from tests.workflows.worlds import Said
from workflows import scan_folder
from workflows.faultpoint import SCANS
from workflows.office import Office

CLERK = person_of(OFFICE, Role.CLERK).id
LONG_AGO = 3600
"""Seconds: a file so old is no longer written to."""


def a_pdf(words: str = "Nội dung", subject: str = "Về việc kiểm tra văn thư") -> bytes:
    """Return a composed letter of the province."""
    agency = desk_of(PROVINCE).agency
    return composer.compose(
        Composition(
            type=DocumentType.DECISION,
            agency=agency,
            notation=f"QĐ-{agency.abbreviation}",
            subject=subject,
            year=2026,
            signer=leader_of(PROVINCE),
            body=(Paragraph(words),),
            to_places=("Như trên",),
        )
    ).pdf


@pytest.fixture(scope="module")
def letter() -> bytes:
    return a_pdf()


@pytest.fixture
def folder(office: Office) -> Path:
    return scan_folder.make(office, OFFICE)


def put(folder: Path, name: str, content: bytes, age: float = LONG_AGO) -> Path:
    path = folder / name
    path.write_bytes(content)
    when = datetime.now(UTC).timestamp() - age
    os.utime(path, (when, when))
    return path


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def arrivals(office: Office) -> list[str]:
    return [row.id for row in documents(office, Direction.INCOMING, OFFICE)]


def test_a_scan_becomes_one_document_and_lies_in_done(
    office: Office, folder: Path, letter: bytes
) -> None:
    put(folder, "quét 01.pdf", letter)
    (document,) = scan_folder.look(office).taken
    assert (names(folder), names(folder / "done")) == (["bad", "done"], ["quét 01.pdf"])
    assert turn(office) == []
    with office.database.reading() as session:
        row = casefile.known(session, document)
        taken = intakes.row_of(session, document)
    assert (row.state, row.channel, row.verdict, row.held) == (
        State.VERIFIED,
        "scan",
        "UNSIGNED",
        False,
    )
    assert row.pages >= 1
    assert taken.file_name == "quét 01.pdf"
    assert scan_folder.look(office).taken == []


def test_a_signed_file_is_verified_and_read_and_registered_as_the_clerk_accepts(
    office: Office, folder: Path, sealed: tuple[bytes, bytes], congvan: Callable[..., Said]
) -> None:
    put(folder, "ký số.pdf", sealed[1])
    (told,) = congvan("intake", "folder", "--agency", OFFICE, "--json").json
    (document,) = told["taken"]
    (waits,) = congvan("intake", "list", "--agency", OFFICE, "--json").json
    assert (waits["verdict"], waits["id"]) == ("TOTAL-PASSED", document)
    words = ("register", document, "--by", CLERK, "--accept", "all", "--json")
    kept = congvan("intake", *words).json
    with office.database.reading() as session:
        letter = next(
            row for row in documents(office, Direction.OUTGOING, PROVINCE) if row.code_number
        )
        assert kept["code"] == f"{letter.code_number}/{letter.code_notation}"
        assert kept["promulgated"] == str(letter.promulgated)
        assert kept["subject"] == letter.subject
        assert (kept["sender"], kept["state"]) == (PROVINCE, "registered")
        assert session.scalars(select(FeedbackRow)).all() == []
    assert congvan("intake", "list", "--json").json == []


@pytest.mark.parametrize("point", [point for point in SCANS if point != "scan.explained"])
def test_whoever_dies_takes_no_file_twice(
    office: Office, folder: Path, letter: bytes, point: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(folder, "a.pdf", letter)
    with monkeypatch.context() as patched:
        dies_at(point, patched, "scan_folder")
        with pytest.raises(Killed):
            scan_folder.look(office)
    scan_folder.look(office)
    scan_folder.look(office)
    assert len(arrivals(office)) == 1
    assert (names(folder), names(folder / "done")) == (["bad", "done"], ["a.pdf"])
    assert names(folder / "bad") == []


def test_who_dies_while_setting_aside_leaves_one_file_with_its_reason(
    office: Office, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(folder, "hong.pdf", b"no pdf" * 1000)
    with monkeypatch.context() as patched:
        dies_at("scan.explained", patched, "scan_folder")
        with pytest.raises(Killed):
            scan_folder.look(office)
    scan_folder.look(office)
    assert names(folder / "bad") == ["hong.pdf", "hong.pdf.txt"]
    assert "intake.file_refused" in (folder / "bad" / "hong.pdf.txt").read_text()
    assert arrivals(office) == []


def test_the_same_file_again_is_moved_and_under_another_name_set_aside(
    office: Office, folder: Path, letter: bytes
) -> None:
    put(folder, "a.pdf", letter)
    scan_folder.look(office)
    put(folder, "a.pdf", letter)
    put(folder, "b.pdf", letter)
    look = scan_folder.look(office)
    assert (look.taken, look.moved, list(look.bad)) == ([], ["a.pdf"], ["b.pdf"])
    assert names(folder / "done") == ["2-a.pdf", "a.pdf"]
    assert len(arrivals(office)) == 1


def test_what_is_still_written_is_left_alone(office: Office, folder: Path, letter: bytes) -> None:
    fresh = put(folder, "fresh.pdf", letter, age=1)
    half = put(folder, "half.pdf", letter[: len(letter) // 2], age=60)
    empty = put(folder, "empty.pdf", b"", age=60)
    first = put(folder, "first.pdf", b"%P", age=60)
    copied = put(folder, "x.pdf.part", letter)
    hidden = put(folder, ".x.pdf", letter)
    (folder / "sub").mkdir()
    look = scan_folder.look(office)
    assert (look.taken, look.bad) == ([], {})
    assert all(each.exists() for each in (fresh, half, empty, first, copied, hidden))
    put(folder, "half.pdf", letter, age=60)
    assert len(scan_folder.look(office).taken) == 1


def test_what_stays_unfinished_is_set_aside(office: Office, folder: Path) -> None:
    put(folder, "empty.pdf", b"")
    put(folder, "half.pdf", b"%PDF-1.7\n1 0 obj")
    assert sorted(scan_folder.look(office).bad) == ["empty.pdf", "half.pdf"]


def test_a_clock_that_is_ahead_holds_no_file(office: Office, folder: Path, letter: bytes) -> None:
    put(folder, "mai.pdf", letter, age=-86_400)
    assert len(scan_folder.look(office).taken) == 1


def test_links_pipes_and_hostile_names_do_no_harm(
    office: Office, folder: Path, letter: bytes, tmp_path: Path
) -> None:
    secret = tmp_path / "elsewhere.pdf"
    secret.write_bytes(letter)
    (folder / "link.pdf").symlink_to(secret)
    os.mkfifo(folder / "pipe.pdf")
    odd = b"\xff\xfe \x1b[31m\n..%00.pdf"
    path = os.path.join(os.fsencode(folder), odd)
    with open(path, "wb") as file:
        file.write(letter)
    os.utime(path, (0, 0))
    long = "x" * 250 + ".pdf"
    put(folder, long, a_pdf("khác"))
    look = scan_folder.look(office)
    assert sorted(look.bad) == ["link.pdf", "pipe.pdf"]
    assert len(look.taken) == 2
    assert secret.read_bytes() == letter
    assert names(folder) == ["bad", "done"]


def test_a_file_too_large_is_set_aside_unread(
    office: Office, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder / "to.pdf"
    with path.open("wb") as file:
        file.write(b"%PDF-1.4\n")
        file.truncate(office.settings.largest_files + 1)
    os.utime(path, (0, 0))
    assert "draft.file_unreadable" in scan_folder.look(office).bad["to.pdf"]


def test_a_marked_file_is_never_kept_and_its_name_is_not_told(office: Office, folder: Path) -> None:
    put(folder, "Kế hoạch X (TỐI MẬT).pdf", a_pdf())
    look = scan_folder.look(office)
    assert arrivals(office) == []
    assert not any("Kế hoạch" in name for name in names(folder / "bad"))
    with office.database.reading() as session:
        (told,) = session.scalars(select(LedgerRow).where(LedgerRow.step == "refuse_secret"))
    assert "Kế hoạch" not in told.detail
    assert all(name.startswith("do-mat-") for name in look.bad)


def test_a_folder_that_cannot_be_written_gives_one_document_all_the_same(
    office: Office, folder: Path, letter: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(folder, "a.pdf", letter)

    def refuse(*_: object) -> None:
        raise PermissionError(13, "read-only")

    with monkeypatch.context() as patched:
        patched.setattr("workflows.scan_folder.os.rename", refuse)
        assert scan_folder.look(office).left == ["a.pdf"]
        assert scan_folder.look(office).left == ["a.pdf"]
    assert scan_folder.look(office).moved == ["a.pdf"]
    assert len(arrivals(office)) == 1


def test_what_the_virus_scanner_knows_is_set_aside_and_told_and_nothing_passes_it_by(
    office: Office, folder: Path, letter: bytes, tmp_path: Path
) -> None:
    put(folder, "sạch.pdf", letter)
    put(folder, "bẩn.pdf", letter + MARK + b"\n%%EOF\n")
    with unix_clamd(tmp_path) as (clamd, address):
        there = AntivirusSettings(address=address, seconds=2)
        watched = replace(office, settings=office.settings.model_copy(update={"antivirus": there}))
        clamd.answer = b""
        look = scan_folder.look(watched)
        assert sorted(look.left) == ["bẩn.pdf", "sạch.pdf"]
        clamd.answer = None
        look = scan_folder.look(watched)
    assert (len(look.taken), list(look.bad)) == (1, ["bẩn.pdf"])
    assert NAME in (folder / "bad" / "bẩn.pdf.txt").read_text()
    assert len(arrivals(office)) == 1
    with office.database.reading() as session:
        (told,) = session.scalars(select(LedgerRow).where(LedgerRow.step == "refuse_infected"))
    assert NAME in told.detail
