"""Words of pictures: recognised within bounds, once a file, weighed, never an error."""

import os
import stat
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from connectors.memory_axis import InMemoryAxis
from documents import intake, recognitions
from documents.blobs import BlobStore
from documents.channel import Channel
from documents.document import Role
from documents.intake import TakenFile
from documents.proposal import Confidence, Proposal, read
from documents.recognitions import MOST_TRIES, Words
from documents.search_index import text_of
from documents.tables import DocumentRow, IntakeRow, RecognitionRow, SearchBodyRow
from drafting.recognised_text import sureness
from drafting.text import has_letters
from tests.web.arrivals import LETTER, printed, scanned
from tests.workflows.fixtures import MakeDatabase
from tests.workflows.house import PROVINCE, House, person_of
from tests.workflows.hubs import catalogue
from workflows import indexing, ocr, picture_words
from workflows.ocr import Recognise, Recognised
from workflows.office import Office
from workflows.settings import OcrSettings, Settings

CLERK = person_of(PROVINCE, Role.CLERK).id


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.of(tmp_path, {"name": "ocr"})


def made(settings: Settings, content: bytes) -> Recognised:
    blobs = BlobStore(settings.at(settings.blobs))
    return ocr.recognised(Recognise(blobs.put(content)), blobs, settings)


def of(found: Recognised) -> dict[str, Proposal]:
    return {each.field: each for each in found.proposals}


def test_a_scan_of_200_dpi_gives_what_the_register_wants(settings: Settings) -> None:
    found = made(settings, scanned())
    said = {name: each.value for name, each in of(found).items()}
    assert said["code"] == "15/SNV-VP"
    assert said["promulgated"] == date(2026, 1, 5).isoformat()
    assert said["signer_name"] == "Trần Quốc Khánh"
    assert "kiểm tra công tác" in said["subject"]
    assert "Sở Nội vụ đề nghị" in found.text
    assert found.confidence > ocr.SURE
    assert all(each.source.startswith("OCR ") for each in found.proposals)


def test_what_is_hardly_legible_is_a_guess(settings: Settings) -> None:
    clear, poor = made(settings, scanned()), made(settings, scanned(dpi=55))
    assert poor.confidence < clear.confidence
    assert of(clear)["code"].confidence is Confidence.LIKELY
    assert all(
        each.confidence is Confidence.GUESS or "OCR 9" in each.source or "OCR 8" in each.source
        for each in poor.proposals
    )


def test_a_mark_of_secrecy_on_a_picture_gives_no_words(settings: Settings) -> None:
    found = made(settings, scanned((*LETTER, (100, 760, "TỐI MẬT"))))
    assert (found.text, found.proposals) == ("", ())
    assert found.secrecy


@pytest.mark.parametrize(
    "content",
    [b"", b"%PDF-1.7 broken", b"\xff\xd8\xff junk", os.urandom(3000)],
    ids=["empty", "broken", "jpeg", "noise"],
)
def test_a_file_that_is_none_is_a_note(settings: Settings, content: bytes) -> None:
    found = made(settings, content)
    assert (found.text, found.proposals) == ("", ())
    assert found.note


def fake(folder: Path, body: str) -> None:
    """Put a program of that name before the real one."""
    program = folder / "tesseract"
    program.write_text(f"#!/bin/sh\n{body}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    ocr.languages.cache_clear()
    yield folder
    ocr.languages.cache_clear()


LIST = 'if [ "$1" = "--list-langs" ]; then echo vie; exit 0; fi\n'


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("exec sleep 60", "out of time"),
        ("exit 3", "it ended with a code"),
        ("echo x > out.pdf; printf 'a\\tb\\n' > out.tsv", "no words"),
    ],
    ids=["hangs", "fails", "junk"],
)
def test_a_program_that_misbehaves_is_a_note_in_bounded_time(
    settings: Settings, bench: Path, body: str, told: str
) -> None:
    fake(bench, LIST + body)
    hurried = settings.model_copy(update={"ocr": OcrSettings(seconds=1)})
    began = time.monotonic()
    assert told in made(hurried, scanned()).note
    assert time.monotonic() - began < 10


def test_an_installation_without_the_program_or_its_language_says_so(
    settings: Settings, bench: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake(bench, "echo eng")
    assert "vie" in ocr.missing(settings.ocr)
    monkeypatch.setenv("PATH", "/nowhere")
    ocr.languages.cache_clear()
    assert "Tesseract" in ocr.missing(settings.ocr)
    assert ocr.missing(OcrSettings(on=False))
    assert made(settings, scanned()).note == ocr.missing(settings.ocr)


def test_how_sure_a_value_is_is_how_sure_its_least_sure_word_is() -> None:
    row = "5\t1\t1\t1\t1\t{0}\t0\t0\t9\t9\t{1}\t{2}\n"
    table = "level\tjunk\n" + row.format(1, "96.5", "Số:") + row.format(2, "41", "15/QĐ-UBND.")
    table += row.format(3, "nan", "bỏ") + row.format(4, "1e999", "bỏ") + "5\tcut\n"
    found = sureness(table)
    assert found.of("15/QĐ-UBND") == 41
    assert found.of("Số") == 96
    assert found.of("không có") == found.overall < 96


@pytest.fixture
def office(house: House, make_sqlite: MakeDatabase, tmp_path: Path) -> Iterator[Office]:
    home = tmp_path / "home"
    house.install(home, make_sqlite(), (PROVINCE,), processes=1)
    made = house.open(home, InMemoryAxis(catalogue()))
    yield made
    made.close()


def taken(office: Office, content: bytes) -> tuple[str, str]:
    sha256 = office.blobs.put(content)
    file = TakenFile(PROVINCE, Channel.SCAN, "q.pdf", sha256, len(content), 1, picture=True)
    with office.database.writing() as session:
        return intake.take_in(session, file, office.now(), CLERK), sha256


def test_a_file_is_recognised_once_proposed_to_the_clerk_and_found_by_search(
    office: Office,
) -> None:
    document, sha256 = taken(office, scanned())
    assert picture_words.files_due(office)
    assert picture_words.recognise_some(office) == 1
    assert not picture_words.files_due(office)
    assert picture_words.recognise_some(office) == 0
    with office.database.reading() as session:
        kept = session.get_one(IntakeRow, document)
        assert "code" in {each.field for each in read(kept.proposals)}
        row = session.get_one(RecognitionRow, sha256)
        assert (row.attempts, row.due, row.documents) == (1, False, [document])
    with office.database.writing() as session:
        session.get_one(DocumentRow, document).state = "registered"
    while indexing.follow(office):
        pass
    assert indexing.read_some(office) == 1
    with office.database.reading() as session:
        body = session.get_one(SearchBodyRow, document)
        assert "Sở Nội vụ" in text_of(body)


def test_a_file_that_kills_its_reader_is_left_alone_in_the_end(office: Office) -> None:
    _, sha256 = taken(office, scanned())
    at = office.now()
    for turn in range(1, MOST_TRIES + 2):
        with office.database.writing() as session:
            at += recognitions.LEASE
            assert recognitions.claim(session, at, 9) == [sha256], turn
            assert recognitions.claim(session, at, 9) == []
    with office.database.writing() as session:
        assert recognitions.claim(session, at + 2 * recognitions.LEASE, 9) == []
        assert "given up" in session.get_one(RecognitionRow, sha256).note


def test_what_the_clerk_was_proposed_before_stays(office: Office) -> None:
    document, sha256 = taken(office, scanned())
    mine = Proposal("code", "1/CV-A", Confidence.LIKELY, "x")
    with office.database.writing() as session:
        session.get_one(IntakeRow, document).proposals = {"fields": [mine.as_dict()]}
    other = (replace(mine, value="2/CV-B"), replace(mine, field="subject", value="Trích yếu"))
    with office.database.writing() as session:
        recognitions.found(session, sha256, Words("chữ", 90, other), office.now())
        recognitions.found(session, sha256, Words("khác", 10), office.now())
        values = {p.field: p.value for p in read(session.get_one(IntakeRow, document).proposals)}
        assert values["code"] == "1/CV-A"
        assert values["subject"] == "Trích yếu"
        assert recognitions.text_of(session.get_one(RecognitionRow, sha256)) == "chữ"


def test_letters_need_no_recognition() -> None:
    assert has_letters(printed())
    assert not has_letters(scanned())
