"""What goes out: the national SDK's pattern to the byte, valid by our XSD, refused when wrong."""

from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pybase64
import pytest
from lxml import etree

import schemas.edxml
from connectors.edxml import OutgoingFile, field_errors, write_edoc, write_edoc_to, write_status
from connectors.edxml.style import WriterStyle
from connectors.errors import FieldInvalid
from schemas.edxml import Edoc, Organization, StatusMessage

GOLDEN = Path(__file__).parent / "golden"
PDF = OutgoingFile("công văn.pdf", data=b"%PDF-1.7\n%%EOF\n")
XSD = etree.XMLSchema(file=str(Path(schemas.edxml.__file__).parent / "edxml.xsd"))


def contents(message: bytes) -> list[bytes]:
    root = etree.fromstring(message)
    return [pybase64.b64decode(e.text or "") for e in root.iter("{*}ContentTransferEncoded")]


def labels(message: bytes) -> list[tuple[str | None, str | None]]:
    root = etree.fromstring(message)
    return [
        (e.findtext("{*}AttachmentName"), e.findtext("{*}ContentType"))
        for e in root.iter("{*}Attachment")
    ]


def test_a_document_goes_out_as_the_golden_file(kind: str, edoc: Edoc) -> None:
    assert write_edoc(edoc, [PDF]) == (GOLDEN / f"{kind}.edxml").read_bytes()


def test_a_status_goes_out_as_the_golden_file(status: StatusMessage) -> None:
    assert write_status(status) == (GOLDEN / "status.edxml").read_bytes()


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.edxml")), ids=lambda path: path.stem)
def test_the_golden_files_are_valid_by_our_xsd(path: Path) -> None:
    XSD.assertValid(etree.fromstring(path.read_bytes()))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<edXML:Priority>1", b"<edXML:Priority>5"),
        (b"2026/03/02<", b"2026/3/2<"),
        (b"Bussiness>", b"Business>"),
        (b"<edXML:OrganId>H99.01", b"<edXML:OrganId>H 99"),
        (b"<edXML:Subject>", b"<edXML:Subject>" + b"x" * 500),
        (b"JVBERi0x", b"JVBERi0"),
    ],
)
def test_our_xsd_refuses_what_may_not_go_out(old: bytes, new: bytes) -> None:
    data = (GOLDEN / "new.edxml").read_bytes()
    assert old in data
    assert not XSD.validate(etree.fromstring(data.replace(old, new)))


def test_bytes_are_utf8_with_declaration_crlf_and_no_byte_order_mark(new: Edoc) -> None:
    data = write_edoc(new, [PDF])
    assert data.startswith(b'<?xml version="1.0" encoding="UTF-8"?>\r\n<edXML xmlns=')
    assert data.endswith(b"</edXML>\r\n")
    assert data.count(b"\n") == data.count(b"\r\n")
    assert "Sở Nội vụ" in data.decode()


def test_the_same_message_always_has_the_same_bytes(new: Edoc) -> None:
    files = [PDF, OutgoingFile("phụ lục.txt", data=b"1")]
    assert write_edoc(new, files) == write_edoc(new, files)


@pytest.mark.parametrize("name", ["a.pdf", "a.doc", "a.DOCX", "a.xsl", "a.zip"])
def test_office_files_travel_as_they_are_under_the_sdks_label(new: Edoc, name: str) -> None:
    message = write_edoc(new, [OutgoingFile(name, data=b"content")])
    assert contents(message) == [b"content"]
    assert labels(message) == [(name, f"application/{name.lower()[2:]}")]


@pytest.mark.parametrize(
    "name", ["ảnh.png", "ghi chú.txt", "không đuôi", "a.odt", "a.xls", "a.xlsx"]
)
def test_other_files_travel_in_a_zip_of_one_entry(new: Edoc, name: str) -> None:
    message = write_edoc(new, [OutgoingFile(name, data=b"content" * 99)])
    assert labels(message) == [(name, "application/zip")]
    with ZipFile(BytesIO(contents(message)[0])) as archive:
        (entry,) = archive.infolist()
        assert archive.read(entry) == b"content" * 99
        assert entry.filename.isascii()
        assert entry.filename.endswith(Path(name).suffix)


def test_what_travels_unzipped_can_be_set(new: Edoc) -> None:
    files = [OutgoingFile("a.pdf", data=b"1"), OutgoingFile("a.odt", data=b"2")]
    message = write_edoc(new, files, style=WriterStyle(raw=frozenset({"odt"})))
    assert labels(message) == [("a.pdf", "application/zip"), ("a.odt", "application/odt")]


def test_a_path_and_its_bytes_give_the_same_message(new: Edoc, tmp_path: Path) -> None:
    content = bytes(range(256)) * 3000
    for name in ("a.pdf", "a.bin"):
        (tmp_path / name).write_bytes(content)
        sink = BytesIO()
        write_edoc_to(sink, new, [OutgoingFile(name, path=tmp_path / name)])
        assert sink.getvalue() == write_edoc(new, [OutgoingFile(name, data=content)])


def test_a_recall_may_go_without_a_file(new: Edoc) -> None:
    XSD.assertValid(etree.fromstring(write_edoc(new, [])))


@pytest.mark.parametrize(
    ("file", "why"),
    [(OutgoingFile("a.pdf"), "no content"), (OutgoingFile("a.pdf", Path("/absent")), "No such")],
)
def test_a_file_that_cannot_be_read_is_named(new: Edoc, file: OutgoingFile, why: str) -> None:
    with pytest.raises(FieldInvalid, match=rf"a\.pdf.*{why}"):
        write_edoc(new, [file])


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"subject": ""}, "Subject"),
        ({"subject": "\x00"}, "Subject"),
        ({"recipients": (Organization.model_construct(organ_id="?"),)}, "To[1]/OrganId"),
    ],
)
def test_a_field_that_may_not_go_out_is_named(
    new: Edoc, changed: dict[str, Any], path: str
) -> None:
    loose = Edoc.model_construct(**dict(new) | changed)
    with pytest.raises(FieldInvalid) as caught:
        write_edoc(loose, [PDF])
    assert caught.value.args[0] == path
    assert caught.value.as_dict()["code"] == "edxml.field_invalid"


def test_building_a_model_fails_with_the_offices_error() -> None:
    with pytest.raises(FieldInvalid, match="«OrganId»"), field_errors():
        Organization(organ_id="x" * 36)
