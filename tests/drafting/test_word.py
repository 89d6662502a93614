"""Word processors' files become PDF whose blanks are found; hostile ones do no harm."""

import base64
import contextlib
import os
import re
import select
import subprocess
import zipfile
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO
from pathlib import Path
from tempfile import gettempdir
from threading import Thread

import pytest
from lxml import etree

from drafting import word
from drafting.errors import ConversionFailed, DraftNotAPdf, DraftSignedAlready
from drafting.finder import find_placement
from drafting.intake import take_in

SAMPLE = Path(__file__).parents[2].parent / "shared/samples/edxml/sdkvxp_pvn_edoc_replacement.edxml"
SIGNER = "Nguyễn Thị Ánh Nguyệt"
BODY = (
    "Thực hiện Nghị định số 30/2020/NĐ-CP ngày 05 tháng 3 năm 2020 của Chính phủ về công tác văn "
    f"thư, Sở Nội vụ báo cáo; đồng chí {SIGNER} chịu trách nhiệm thi hành."
)


def _rtf(text: str) -> str:
    return "".join(c if ord(c) < 128 else f"\\u{ord(c)}?" for c in text)


def _row(left: str, right: str) -> str:
    cells = f"\\pard\\intbl\\qc {left}\\cell\\pard\\intbl\\qc {right}\\cell"
    return f"\\trowd\\cellx4200\\cellx9600{cells}\\row"


def _letter() -> bytes:
    """A letter as people type it: header and signature in tables, spaces for the blanks."""
    motto = _rtf("Độc lập - Tự do - Hạnh phúc")
    lines = (
        "{\\rtf1\\ansi\\deff0{\\fonttbl{\\f0\\froman Liberation Serif;}}"
        "\\paperw11907\\paperh16840\\margl1701\\margr851\\margt1134\\margb1134\\fs26 ",
        _row(_rtf("SỞ NỘI VỤ"), f"{{\\b\\fs24 {_rtf('CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM')}}}"),
        _row("", f"{{\\b {motto}}}"),
        _row(
            _rtf("Số:          /SNV-TCBC"),
            f"{{\\i {_rtf('Sơn Hải, ngày        tháng        năm 2026')}}}",
        ),
        f"\\pard\\qj\\fi720 {_rtf(BODY)}\\par " * 4,
        _row(
            f"{{\\b\\i {_rtf('Nơi nhận:')}}}\\line - {_rtf('Lưu: VT.')}",
            f"{{\\b {_rtf('GIÁM ĐỐC')}" + "\\line" * 6 + f" {_rtf(SIGNER)}}}",
        ),
        "\\pard\\par}",
    )
    return "".join(lines).encode("ascii")


def test_a_letter_in_rtf_is_taken_in_and_its_blanks_are_found():
    taken = take_in(_letter(), "cong-van.rtf")
    assert taken.source_type == "rtf"
    found = find_placement(taken.pdf, signer_name=SIGNER, notation="SNV-TCBC")
    assert found.number.y0 == found.day.y0 == found.month.y0
    assert found.number.x1 < found.day.x0 < found.month.x0
    assert found.signature.height > 50


def test_a_doc_is_known_by_its_content_and_taken_in(tmp_path):
    source = tmp_path / "draft.rtf"
    source.write_bytes(_letter())
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "doc", "--outdir", tmp_path]
    subprocess.run([*command, source], check=True, capture_output=True, timeout=120)
    taken = take_in((tmp_path / "draft.doc").read_bytes(), "draft.pdf")
    assert taken.source_type == "doc"
    assert find_placement(taken.pdf, signer_name=SIGNER).number.width > 20


def _odt(link: str) -> bytes:
    names = (
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
        'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" '
        'xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" '
        'xmlns:xlink="http://www.w3.org/1999/xlink"'
    )
    content = (
        f'<office:document-content {names} office:version="1.2"><office:body><office:text><text:p>'
        '<draw:frame text:anchor-type="as-char" svg:width="2cm" svg:height="2cm">'
        f'<draw:image xlink:href="{link}" xlink:type="simple"/></draw:frame>Xin chào</text:p>'
        "</office:text></office:body></office:document-content>"
    )
    manifest = (
        '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        '<m:file-entry m:full-path="/" m:media-type="application/vnd.oasis.opendocument.text"/>'
        '<m:file-entry m:full-path="content.xml" m:media-type="text/xml"/></m:manifest>'
    )
    kept = BytesIO()
    with zipfile.ZipFile(kept, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        package.writestr("content.xml", content)
        package.writestr("META-INF/manifest.xml", manifest)
    return kept.getvalue()


def test_a_document_cannot_make_the_office_call_out():
    called = []

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self):
            called.append(self.path)
            self.send_error(404)

        do_HEAD = do_OPTIONS = do_PROPFIND = do_GET  # noqa: N815

        def log_message(self, *_):
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Listener) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        taken = take_in(_odt(f"http://127.0.0.1:{server.server_port}/spy.png"), "a.odt")
        server.shutdown()
    assert (taken.source_type, taken.pages) == ("odt", 1)
    assert called == []


def test_a_slow_conversion_is_killed_whole_and_leaves_nothing(monkeypatch, tmp_path):
    slow = tmp_path / "soffice"
    slow.write_text("#!/bin/sh\nsleep 50 & echo $! > " + str(tmp_path / "child") + "; wait\n")
    slow.chmod(0o755)
    monkeypatch.setattr(word.shutil, "which", lambda _: str(slow))
    with pytest.raises(ConversionFailed, match="timed out"):
        word.to_pdf(b"{\\rtf1}", "a.rtf", "rtf", patience=1)
    with contextlib.suppress(ProcessLookupError):
        child = os.pidfd_open(int((tmp_path / "child").read_text()))
        assert select.select([child], [], [], 30)[0], "it still runs"
        os.close(child)
    assert list(Path(gettempdir()).glob("congvan-word-*")) == []


def test_an_office_that_writes_nothing_is_a_refusal(monkeypatch):
    monkeypatch.setattr(word.shutil, "which", lambda _: "/bin/true")
    with pytest.raises(ConversionFailed):
        word.to_pdf(b"{\\rtf1}", "a.rtf", "rtf")


def _encoded(data: bytes) -> bytes:
    """Return the first attachment, by pattern: the inner message is not well-formed."""
    found = re.search(rb"ContentTransferEncoded[^>]*>([^<]{2000,})<", data)
    assert found
    return base64.b64decode(found[1])


@pytest.mark.skipif(not SAMPLE.is_file(), reason="the samples lie beside the repository")
def test_the_sdks_attachment_is_judged_by_what_it_holds():
    """Its name ends in .doc; it is a ZIP of a message whose attachment is a signed PDF."""
    message = etree.fromstring(SAMPLE.read_bytes())
    namespace = "{http://www.mic.gov.vn/TBT/QCVN_102_2016}"
    name = message.findtext(f".//{namespace}AttachmentName")
    assert name.endswith(".doc")
    content = base64.b64decode(message.findtext(f".//{namespace}ContentTransferEncoded"))
    with zipfile.ZipFile(BytesIO(content)) as package:
        (entry,) = package.namelist()
        inner = package.read(entry)
    for data in (content, inner):
        with pytest.raises(DraftNotAPdf):
            take_in(data, name)
    with pytest.raises(DraftSignedAlready):
        take_in(_encoded(inner), name)
