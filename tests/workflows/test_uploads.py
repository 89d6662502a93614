"""What people upload is taken by its content, bounded, named safely, and shown to the scanner."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from connectors.antivirus import AntivirusSettings, AntivirusUnavailable, FileInfected
from connectors.memory_axis import InMemoryAxis
from documents import ledger
from documents.document import Role
from documents.errors import Refused
from tests.connectors.clamd import MARK, unix_clamd
from tests.workflows.fixtures import MakeDatabase
from tests.workflows.house import PROVINCE, House, person_of
from tests.workflows.hubs import catalogue
from workflows import uploads
from workflows.file_types import Family, FileType, safe_name, type_of
from workflows.office import Office
from workflows.uploads import Upload, UploadTooLarge, UploadTypeRefused

CLERK = person_of(PROVINCE, Role.CLERK).id
PDF = b"%PDF-1.7\n"


def zipped(*names: str, mimetype: str = "") -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as package:
        if mimetype:
            package.writestr("mimetype", mimetype)
        for name in names:
            package.writestr(name, "x")
    return kept.getvalue()


OLE = bytes.fromhex("D0CF11E0A1B11AE1") + bytes(600)
SAMPLES = {
    "pdf": PDF,
    "late-pdf": bytes(900) + PDF,
    "jpg": b"\xff\xd8\xff\xe0",
    "png": b"\x89PNG\r\n\x1a\n",
    "tif": b"II*\x00",
    "rtf": b"{\\rtf1",
    "doc": OLE + "WordDocument".encode("utf-16-le"),
    "xls": OLE + "Workbook".encode("utf-16-le"),
    "docx": zipped("[Content_Types].xml", "word/document.xml"),
    "xlsx": zipped("xl/workbook.xml"),
    "odt": zipped(mimetype="application/vnd.oasis.opendocument.text"),
    "zip": zipped("a.txt"),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_file_is_what_its_content_says(name: str) -> None:
    found = type_of(io.BytesIO(SAMPLES[name]))
    assert found is not None
    assert found.ending == name.removeprefix("late-")


@pytest.mark.parametrize(
    "content",
    [b"", b"MZ\x90", b"<html>", b"#!/bin/sh", b"PK\x03\x04 broken", OLE, b"GIF89a"],
    ids=["empty", "exe", "html", "script", "broken-zip", "bare-ole", "gif"],
)
def test_what_is_none_of_them_is_nothing(content: bytes) -> None:
    assert type_of(io.BytesIO(content)) is None


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\scan\\công văn.PDF.exe", "công văn.PDF.pdf"),
        ("a\u202efdp.exe", "afdp.pdf"),
        ("", "tệp.pdf"),
        ("...", "tệp.pdf"),
        ("x\0y\r\nz", "x\ufffdy\ufffdz.pdf"),
        ("đ" * 500, "đ" * 90 + ".pdf"),
        ("\ud800", "\ufffd.pdf"),
    ],
    ids=["folders", "windows", "turned", "none", "dots", "controls", "long", "half"],
)
def test_a_name_is_made_safe(name: str, safe: str) -> None:
    assert safe_name(name, FileType("pdf", "application/pdf", Family.PDF)) == safe


@pytest.fixture
def office(house: House, make_sqlite: MakeDatabase, tmp_path: Path) -> Iterator[Office]:
    home = tmp_path / "home"
    house.install(home, make_sqlite(), (PROVINCE,), processes=1)
    made = house.open(home, InMemoryAxis(catalogue()))
    yield made
    made.close()


def handed(office: Office, content: bytes, name: str = "quét.pdf") -> Upload:
    with uploads.accepted(
        office, PROVINCE, CLERK, io.BytesIO(content), name, {Family.PDF}
    ) as passed:
        assert passed.path.read_bytes() == content
        return passed


def with_scanner(office: Office, address: str) -> Office:
    settings = office.settings.model_copy(
        update={"antivirus": AntivirusSettings(address=address, seconds=2)}
    )
    return replace(office, settings=settings)


def test_what_passed_is_gone_when_it_is_done_with(office: Office) -> None:
    passed = handed(office, PDF)
    assert not passed.path.exists()
    assert not uploads.scanned(office)


def test_what_is_too_large_or_of_another_kind_is_refused(office: Office) -> None:
    small = replace(
        office,
        settings=office.settings.model_copy(
            update={"axis": office.settings.axis.model_copy(update={"max_size": 4096})}
        ),
    )
    with pytest.raises(UploadTooLarge):
        handed(small, PDF + bytes(4096))
    with pytest.raises(UploadTypeRefused):
        handed(office, SAMPLES["docx"], "giả.pdf")


def test_an_infected_file_is_refused_and_the_ledger_has_it(office: Office, tmp_path: Path) -> None:
    with unix_clamd(tmp_path) as (clamd, address):
        guarded = with_scanner(office, address)
        assert handed(guarded, PDF).size == len(PDF)
        with pytest.raises(FileInfected) as refused:
            handed(guarded, PDF + MARK)
        assert isinstance(refused.value, Refused)
        assert clamd.seen == [len(PDF), len(PDF) + len(MARK)]
    with office.database.reading() as session:
        (fact,) = [row for row in ledger.history(session, "") if row.step == "refuse_infected"]
    assert (fact.actor, len(fact.evidence)) == (CLERK, 64)


def test_a_scanner_that_is_down_lets_nothing_pass(office: Office, tmp_path: Path) -> None:
    with pytest.raises(AntivirusUnavailable):
        handed(with_scanner(office, f"unix:{tmp_path}/none"), PDF)
