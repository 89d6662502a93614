"""Attached files come out as they went in, and hostile ones cost nothing."""

import hashlib
import io
import re
import struct
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pybase64
import pytest

from connectors.edxml import OutgoingFile, ReadLimits, Received, ReceivedFile, read, write_edoc
from connectors.errors import EnvelopeInvalid, EnvelopeTooLarge
from schemas.edxml import Edoc
from schemas.xml import Limits

Sent = Callable[..., Received]


@pytest.fixture
def sent(new: Edoc) -> Sent:
    """Reads a message whose one attachment has this name, content and label."""

    def build(
        name: str, content: bytes, label: str = "", limits: ReadLimits | None = None
    ) -> Received:
        message = write_edoc(new, [OutgoingFile("x.pdf", data=b"%PDF")])
        encoded = pybase64.b64encode(content)
        message = message.replace(b"JVBERg==", encoded).replace(b"x.pdf", name.encode())
        if label:
            message = message.replace(b"application/pdf", label.encode())
        return read(message, limits=limits or ReadLimits())

    return build


def only(received: Received) -> ReceivedFile:
    (file,) = received.attachments
    return file


def codes(received: Received) -> set[str]:
    return {warning.code for warning in received.warnings}


def zipped(*entries: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return buffer.getvalue()


DOCX = zipped(("[Content_Types].xml", b"<Types/>"), ("word/document.xml", b"<w/>"))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", b"%PDF-1.7\n%%EOF\n"),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest"),
        ("a.docx", DOCX),
        ("a.xlsx", DOCX),
        ("a.zip", zipped(("one.txt", b"1"))),
        ("a.txt", "xin chào\r\n".encode()),
        ("a.odt", zipped(("mimetype", b"application/x"), ("content.xml", b"<o/>"))),
        ("a.png", b"\x89PNG\r\n\x1a\n"),
        ("không đuôi", b"\x00"),
        ("empty.txt", b""),
    ],
)
def test_a_file_comes_out_as_it_went_in(new: Edoc, name: str, content: bytes) -> None:
    received = read(write_edoc(new, [OutgoingFile(name, data=content)]))
    file = only(received)
    assert (file.name, file.read(), file.size) == (name, content, len(content))
    assert file.sha256 == hashlib.sha256(content).hexdigest()
    assert received.warnings == ()


@pytest.mark.parametrize("label", ["application/zip", "application/pdf", "text/plain"])
def test_a_zip_of_one_entry_is_taken_out_whatever_its_label(sent: Sent, label: str) -> None:
    file = only(sent("công văn.pdf", zipped(("5ccbf32d.pdf", b"%PDF-1.4")), label))
    assert (file.name, file.read()) == ("công văn.pdf", b"%PDF-1.4")
    assert file.content_type == "application/pdf"


def test_an_office_file_inside_a_zip_is_taken_out_once(sent: Sent) -> None:
    assert only(sent("a.docx", zipped(("uuid.docx", DOCX)))).read() == DOCX


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.docx", zipped(("[Content_Types].xml", b"<Types/>"))),
        ("a.zip", zipped(("uuid.pdf", b"%PDF"))),
        ("a.docx", b"PK\x03\x04 cut off"),
    ],
)
def test_a_file_that_is_a_zip_by_its_name_stays_one(sent: Sent, name: str, content: bytes) -> None:
    assert only(sent(name, content)).read() == content


def test_an_archive_of_many_entries_stays_as_it_came_and_is_told(sent: Sent) -> None:
    content = zipped(("1", b"1"), ("2", b"2"))
    received = sent("a.pdf", content)
    assert only(received).read() == content
    assert codes(received) == {"attachment.content_differs"}


def test_a_zip_inside_a_zip_is_opened_once(sent: Sent) -> None:
    inner = zipped(("uuid.pdf", b"%PDF"))
    assert only(sent("a.pdf", zipped(("uuid.pdf", inner)))).read() == inner


def test_a_method_that_could_eat_memory_is_not_opened(sent: Sent) -> None:
    content = zipped(("uuid.pdf", b"%PDF" * 99), method=zipfile.ZIP_LZMA)
    assert only(sent("a.pdf", content)).read() == content


def test_an_encrypted_entry_stays_as_it_came(sent: Sent) -> None:
    content = bytearray(zipped(("uuid.pdf", b"%PDF")))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    assert only(sent("a.pdf", bytes(content))).read() == bytes(content)


def test_a_zip_bomb_is_refused(sent: Sent) -> None:
    bomb = zipped(("uuid.txt", bytes(60 << 20)))
    assert len(bomb) < 100_000
    with pytest.raises(EnvelopeTooLarge, match="200:1"):
        sent("a.txt", bomb)


def test_more_than_the_limit_out_of_a_zip_is_refused(sent: Sent) -> None:
    noise = hashlib.shake_256(b"").digest(3000)
    assert only(sent("a.txt", zipped(("u.txt", noise)), "", ReadLimits(file=4000))).size == 3000
    small = zipped(("u.txt", bytes(9000)))
    with pytest.raises(EnvelopeTooLarge):
        sent("a.txt", small, "", ReadLimits(file=8000))


def test_a_directory_of_a_million_entries_costs_nothing(sent: Sent) -> None:
    entry = b"PK\x01\x02" + bytes(42)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, len(entry) * 100_000, 30, 0)
    content = b"PK\x03\x04" + bytes(26) + entry * 100_000 + end
    start = time.process_time()
    assert "attachment.damaged" in codes(sent("a.pdf", content))
    assert time.process_time() - start < 1


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data[:-30],
        lambda data: data[:40] + b"\xff" * 20 + data[60:],
        lambda data: b"PK\x03\x04" + bytes(len(data)),
        lambda data: data.replace(b"PK\x01\x02", b"PK\x01\x09"),
    ],
)
def test_a_spoilt_zip_around_a_file_is_kept_and_told(
    sent: Sent, spoil: Callable[[bytes], bytes]
) -> None:
    noise = hashlib.shake_256(b"x").digest(200)
    spoilt = spoil(zipped(("uuid.pdf", noise)))
    received = sent("a.pdf", spoilt)
    assert only(received).read() == spoilt
    assert "attachment.damaged" in codes(received)


@pytest.mark.parametrize(
    "text", [b"JVBERg=", b"JVBERg", b"JVBE!Rg=", b"JVBERg==JVBERg==", b"JV-_", b"\xc3\xa9", b"="]
)
def test_damaged_base64_is_told_and_the_header_is_read(new: Edoc, text: bytes) -> None:
    message = write_edoc(new, [OutgoingFile("công văn.pdf", data=b"%PDF")])
    received = read(message.replace(b"JVBERg==", text))
    assert received.edoc == new
    damaged = [w for w in received.warnings if w.code == "attachment.damaged"]
    assert [warning.path for warning in damaged] == ["Attachment[1]"]
    assert "base64" in damaged[0].detail
    assert len(only(received).read()) <= 4


def test_base64_is_decoded_alike_however_it_is_wrapped(new: Edoc) -> None:
    content = hashlib.shake_256(b"y").digest(300_000)
    plain = pybase64.b64encode(content)
    message = write_edoc(new, [OutgoingFile("a.bin.pdf", data=b"%PDF")])
    for end in (b"\r\n", b"\n", b"&#13;\n", b" \t", b"<!-- -->"):
        text = end + end.join(re.findall(rb".{1,76}", plain)) + end
        assert only(read(message.replace(b"JVBERg==", text))).read() == content


def test_a_pdf_that_went_through_a_text_decoder_is_told(sent: Sent) -> None:
    content = b"%PDF-1.5\r\n%\xb5\xb5\xb5\xb5\r\n" + bytes(range(128, 256)) * 20
    damaged = content.decode("utf-8", "replace").encode()
    assert "attachment.damaged" in codes(sent("a.pdf", damaged))
    assert "attachment.damaged" in codes(sent("a.pdf", zipped(("u.pdf", damaged))))
    assert "attachment.damaged" not in codes(sent("a.pdf", content))


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\tmp\\a.pdf", "a.pdf"),
        ("a\u202efdp.exe", "afdp.exe"),
        ("CON.pdf", "_CON.pdf"),
        ("a?.pdf", "a_.pdf"),
        (" .. ", "tep-dinh-kem-1"),
        ("x" * 400 + ".pdf", "x" * 196 + ".pdf"),
        ("ệ" * 150 + ".pdf", "ệ" * 65 + ".pdf"),
    ],
)
def test_a_name_is_made_safe_and_the_change_is_told(sent: Sent, said: str, name: str) -> None:
    received = sent(said, b"%PDF")
    assert only(received).name == name
    assert "attachment.renamed" in codes(received)


def test_two_files_of_one_name_get_two_names(new: Edoc) -> None:
    files = [OutgoingFile("a.pdf", data=b"%PDF1"), OutgoingFile("A.pdf", data=b"%PDF2")]
    received = read(write_edoc(new, files))
    assert [file.name for file in received.attachments] == ["a.pdf", "A (2).pdf"]
    assert [file.read() for file in received.attachments] == [b"%PDF1", b"%PDF2"]


def test_a_label_and_a_content_that_differ_are_told(new: Edoc, sent: Sent) -> None:
    message = write_edoc(new, [OutgoingFile("a.pdf", data=b"%PDF")])
    listed = message.replace(b"application/pdf", b"application/zip", 1)
    assert codes(read(listed)) == {"attachment.type_differs"}
    assert codes(sent("a.pdf", b"MZ")) == {"attachment.content_differs"}
    assert codes(sent("a.doc", b"%PDF")) == {"attachment.content_differs"}
    assert only(sent("a.doc", b"%PDF")).content_type == "application/pdf"


def test_a_reference_without_content_and_content_without_reference_are_told(new: Edoc) -> None:
    message = write_edoc(new, [OutgoingFile("a.pdf", data=b"%PDF")])
    received = read(message.replace(b"<ContentId>cid:", b"<ContentId>cid:0"))
    assert only(received).read() == b"%PDF"
    assert codes(received) == {"attachment.unlisted", "attachment.missing"}


def test_an_attachment_without_content_is_empty_and_told(new: Edoc) -> None:
    message = write_edoc(new, [OutgoingFile("a.pdf", data=b"%PDF")])
    received = read(message.replace(b"JVBERg==", b"  "))
    assert (only(received).size, codes(received)) == (0, {"attachment.empty"})


def test_too_many_or_too_large_files_are_refused(new: Edoc) -> None:
    message = write_edoc(new, [OutgoingFile("a.pdf", data=bytes(100))] * 3)
    for limits in (
        ReadLimits(files=2),
        ReadLimits(file=99),
        ReadLimits(xml=Limits(size=len(message) - 1)),
    ):
        with pytest.raises(EnvelopeTooLarge):
            read(message, limits=limits)


def test_a_file_is_saved_read_twice_and_given_back(new: Edoc, tmp_path: Path) -> None:
    content = hashlib.shake_256(b"z").digest(2 << 20)  # larger than what stays in memory
    source = tmp_path / "message.edxml"
    source.write_bytes(write_edoc(new, [OutgoingFile("a.pdf", data=content)]))
    with read(source) as received:
        file = only(received)
        file.save_to(tmp_path / "a.pdf")
        assert (tmp_path / "a.pdf").read_bytes() == content == file.read() == file.open().read()
        assert "spool" not in repr(file)
    with pytest.raises(ValueError, match="closed"):
        file.read()


def test_a_message_with_an_element_inside_its_content_is_refused(new: Edoc) -> None:
    message = write_edoc(new, [OutgoingFile("a.pdf", data=b"%PDF")])
    with pytest.raises(EnvelopeInvalid):
        read(message.replace(b"JVBERg==", b"JV<b/>BERg=="))
